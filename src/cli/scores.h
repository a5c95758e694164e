/* cli/scores.h: attribution scores of windows written as arrays, tables or tracks.
 *
 * A method gives for every window and target [4][L] hypothetical scores and [4][L] contributions
 * (the latter's sum over the bases is the projected score), and perhaps further arrays. They are
 * written by the ending of the name; with several targets each has a file of its own,
 * OUT.TARGET.EXT.
 */
#ifndef SG_CLI_SCORES_H
#define SG_CLI_SCORES_H

#include "cli/facts.h"
#include "seqgloss/region.h"
#include "seqgloss/report.h"
#include "seqgloss/track.h"

/* Options --scores, --ohe, --overlap, --strand-native. */
extern const sg_opt_group sg_group_scores;

/* In the order of the option's choices. */
typedef enum sg_scores_kind {
  SG_SCORES_HYPOTHETICAL = 0, SG_SCORES_CONTRIBUTION, SG_SCORES_ACTUAL, SG_SCORES_PROJECTED
} sg_scores_kind;

/* An array beside the scores. */
typedef struct sg_scores_extra {
  const char *name;            /* key in npz and HDF5 */
  int nd;
  int64_t dims[4];
  int64_t units;               /* product of dims */
  bool window;                 /* one number a window, which stands in each of its lines of text */
  int n_columns;               /* text: it is [n_columns][L], a column each; 0: not in text */
  char **columns;              /* [n_columns] their names */
} sg_scores_extra;

/* What is to be written. Borrowed until the scores are closed. */
typedef struct sg_scores_opts {
  const sg_opts *opts;         /* -o --ohe --scores --overlap --strand-native --shard ... */
  const char *const *targets;  /* names of files */
  const char *const *method;   /* [n_targets] for provenance, as the next; NULL: none is told */
  const char *const *explained;   /* [n_targets] NULL: `targets` */
  int n_targets;
  bool none;                   /* there are no scores, only extras */
  const sg_scores_extra *extra;
  int n_extra;
  int track_extra;             /* what a track holds: -1: projected scores, else this extra */
  int64_t length;              /* of the windows: arrays need all of them that long */
  const sg_source *source;
  const sg_facts *facts;
} sg_scores_opts;

typedef struct sg_scores sg_scores;

/* The kind that is written: --scores, else what the ending of -o has by default. */
sg_scores_kind sg_scores_kind_of(const sg_opts *opts);
/* What can be told from the options alone: endings and combinations (SG_EINVAL). */
sg_status sg_scores_check(const sg_opts *opts, sg_err *err);

sg_status sg_scores_open(const sg_scores_opts *opts, sg_scores **ret_scores, sg_err *err);

/* One window and one target, on the strand that is written (see sg_scores_reverse). */
typedef struct sg_scores_row {
  const sg_region *region;
  int64_t length;
  const float *onehot;         /* [4][length] A C G T, as the network saw them */
  const float *hypothetical;   /* [4][length] */
  const float *contribution;   /* [4][length] */
  const float *const *extra;
} sg_scores_row;

/* Whether the window's codes are the reverse complement of what is written. */
bool sg_scores_reverse(const sg_opts *opts, const sg_region *region);
/* Codes of a window as [4][length], A C G T, on the strand that is written. */
void sg_scores_onehot(const sg_alphabet *alphabet, const uint8_t *codes, int64_t length,
                      bool reverse, float *dst);
/* Windows come in order, and for each window its targets 0, 1, ... */
sg_status sg_scores_put(sg_scores *scores, int target, const sg_scores_row *row, sg_err *err);
/* Completes and names all files; frees the scores in every case. */
sg_status sg_scores_close(sg_scores *scores, sg_err *err);
/* Gives up: nothing is left. NULL is fine. */
void sg_scores_free(sg_scores *scores);

#endif
