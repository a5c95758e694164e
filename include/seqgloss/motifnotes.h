/* seqgloss/motifnotes.h: what is known of motifs beyond their matrices: which factor, of which
 * class and family, in which species.
 *
 * A table of tab-separated columns with a line of names first; matrix_id is needed, name,
 * tax_group, class, family, species, uniprot, data_type are known, others are passed over. The
 * project ships motifs/JASPAR2026_CORE.tsv.
 */
#ifndef SEQGLOSS_MOTIFNOTES_H
#define SEQGLOSS_MOTIFNOTES_H

#include "seqgloss/io.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One line. Texts are never NULL; "" where nothing is said. */
typedef struct sg_motif_note {
  const char *id, *name, *taxon, *tf_class, *family, *species, *uniprot, *data_type;
} sg_motif_note;

typedef struct sg_motif_notes sg_motif_notes;

/* Reads a whole table. Errors name file and line: SG_ENOTFOUND, SG_EIO, SG_EFORMAT (no matrix_id,
 * a line of too few columns, an identifier twice), SG_ENOMEM. */
SG_API sg_status sg_motif_notes_read(const char *path, sg_motif_notes **ret_notes, sg_err *err);
SG_API void sg_motif_notes_free(sg_motif_notes *notes);                 /* NULL is fine */
/* The note on that matrix; where there is none, on another version of it (MA0495.2 for MA0495.4:
 * the number after the last dot). NULL: neither. Valid as long as `notes`. O(log n). */
SG_API const sg_motif_note *sg_motif_notes_find(const sg_motif_notes *notes, const char *id);
/* Number of notes, and one of them, in the order of their identifiers. */
SG_API int sg_motif_notes_count(const sg_motif_notes *notes);
SG_API const sg_motif_note *sg_motif_notes_at(const sg_motif_notes *notes, int i);

#ifdef __cplusplus
}
#endif
#endif
