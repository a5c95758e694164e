/* cli/motifdb.h: motifs by the name of a file or of a shipped set. */
#ifndef SG_CLI_MOTIFDB_H
#define SG_CLI_MOTIFDB_H

#include "seqgloss/motif.h"
#include "seqgloss/motifnotes.h"

/* What may stand where motifs are asked for, for help texts: a file, or the name of a set. */
#define SG_MOTIFDB_ARG "FILE|SET"

/* Path of a file in the folder of shipped data ("motifs/x.tsv"), freed by free(). Looked for in
 * $SEQGLOSS_DATA, in ../share/seqgloss beside the running program, and where it was installed.
 * SG_ENOTFOUND says where. */
sg_status sg_motifdb_data(const char *file, char **ret_path, sg_err *err);
/* Whether the name is that of a shipped set. */
bool sg_motifdb_is_set(const char *name);
/* The path of motifs: `name` where such a file is there or it is "-", else that of the shipped set.
 * SG_ENOTFOUND: neither. */
sg_status sg_motifdb_path(const char *name, char **ret_path, sg_err *err);
/* Reads them. */
sg_status sg_motifdb_read(const char *name, sg_motifs **ret_motifs, sg_err *err);
/* Reads the shipped notes. */
sg_status sg_motifdb_notes(sg_motif_notes **ret_notes, sg_err *err);

#endif
