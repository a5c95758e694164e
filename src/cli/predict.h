/* cli/predict.h: one run of predict: what the checks found out, for the loop that computes. */
#ifndef SG_CLI_PREDICT_H
#define SG_CLI_PREDICT_H

#include "cli/console.h"
#include "cli/feeds.h"
#include "cli/picks.h"
#include "seqgloss/delta.h"
#include "seqgloss/engine.h"
#include "seqgloss/region.h"
#include "seqgloss/report.h"

typedef struct sg_predict {
  const sg_opts *opts;
  sg_nets nets;
  sg_feeds feeds;
  sg_picks picks;
  sg_source *source;           /* NULL: arrays only */
  const sg_alphabet *letters;  /* of the source's codes */
  int64_t longest;             /* window length of the source; 0: each batch its own */
  int64_t begin, end, next;    /* rows of this shard, for arrays only */
  sg_rc rc;
  bool verify;
  int cap;                     /* windows of a batch of the loop */
  int exec_batch;              /* windows that a network takes at once; 0: its own choice */
  sg_table *table;
  sg_meter meter;
  int64_t done, not_numbers;
  double worst;                /* --verify: largest |a - b| / max(1, max|b|) */
} sg_predict;

/* Largest deviation that --verify passes. */
#define SG_VERIFY_TOLERANCE 1e-4

/* Reads, computes and writes everything to job->table. */
sg_status sg_predict_run(sg_predict *job, sg_err *err);

#endif
