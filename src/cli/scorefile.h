/* cli/scorefile.h: one file of scores, whatever its format. */
#ifndef SG_CLI_SCOREFILE_H
#define SG_CLI_SCOREFILE_H

#include "cli/scores.h"

typedef enum sg_score_format {
  SG_SCORE_NONE = 0, SG_SCORE_TSV, SG_SCORE_NPZ, SG_SCORE_HDF5, SG_SCORE_TRACK
} sg_score_format;

/* By the ending of the name; *ret_dot: where the ending begins. NONE: no such format. */
sg_score_format sg_score_format_of(const char *path, const char **ret_dot);

typedef struct sg_scorefile {
  const sg_scores_opts *opts;
  sg_score_format format;
  sg_scores_kind kind;
  bool onehot_only;            /* --ohe */
  char *path;                  /* owned */
  sg_fact *fact;               /* [n_fact] the run's, and the target */
  int n_fact;
  char run[65];                /* the run's digest and the target's name, digested */
  char shard[256];             /* line that marks a piece */
  sg_field *field;             /* tables */
  int n_field;
  sg_table *table;
  sg_output *text;
  sg_track *track;
  sg_track_chrom *chrom;       /* tracks: [n_chrom] */
  int n_chrom, last_chrom;
  float *work;                 /* tables: [5][length] actual or projected scores */
  const float **value;         /* [n_field] */
} sg_scorefile;

/* Begins the file `path` (taken over) for target t; -1: of one-hot sequences. *file is released in
 * every case. */
sg_status sg_scorefile_open(const sg_scores_opts *opts, char *path, int t, sg_scorefile *file,
                            sg_err *err);
sg_status sg_scorefile_put(sg_scorefile *file, const sg_scores_row *row, sg_err *err);
sg_status sg_scorefile_close(sg_scorefile *file, sg_err *err);
void sg_scorefile_release(sg_scorefile *file);

/* Rows of the formats (scoretext.c, scoretrack.c). */
sg_status sg_scoretext_begin(sg_scorefile *file, sg_err *err);
sg_status sg_scoretext_put(sg_scorefile *file, const sg_scores_row *row, sg_err *err);
sg_status sg_scoretrack_begin(sg_scorefile *file, sg_err *err);
sg_status sg_scoretrack_put(sg_scorefile *file, const sg_scores_row *row, sg_err *err);

/* The score of one position: the sum of its contributions. */
float sg_score_projected(const sg_scores_row *row, int64_t i);

#endif
