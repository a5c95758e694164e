/* cli/motifpick.h: motifs gathered from files and shipped sets, and which of them are meant. */
#ifndef SG_CLI_MOTIFPICK_H
#define SG_CLI_MOTIFPICK_H

#include "cli/options.h"
#include "seqgloss/motif.h"
#include "seqgloss/motifnotes.h"

/* Whether the text is of the form: '*' stands for anything, '?' for one letter; upper and lower
 * case are the same. */
bool sg_glob(const char *form, const char *text);
/* The same for a form without * and ?, which may stand anywhere in the text. */
bool sg_glob_within(const char *form, const char *text);

/* Every motif of the names (cli/motifdb.h) in their order, as one set; the background is that of
 * the first that has one. */
sg_status sg_motifpick_gather(const char *const *names, int n, sg_motifs **ret_motifs, sg_err *err);

/* What is wanted. Zero: everything. */
typedef struct sg_motifpick {
  const char *const *id, *const *name;        /* one of these forms, where there are any */
  const char *const *tf_class, *const *family, *const *species;
  int n_id, n_name, n_class, n_family, n_species;
  int64_t min_width, max_width;               /* max 0: no bound */
  double min_bits;                            /* of all columns together, against 1/4 each */
  const sg_motif_notes *notes;                /* for class, family, species */
} sg_motifpick;

/* Takes those that are not wanted out of the set. */
sg_status sg_motifpick_apply(const sg_motifpick *pick, sg_motifs *motifs, sg_err *err);

/* Information of each column against 1/4 each, bits[width]; 0 for contributions. */
void sg_motifpick_bits(const sg_motif *motif, double *bits);
/* Their sum. */
double sg_motifpick_total(const sg_motif *motif);

#endif
