/* cli/ism.h: one run of ism: what the checks found out, for the loop that computes. */
#ifndef SG_CLI_ISM_H
#define SG_CLI_ISM_H

#include "cli/picks.h"
#include "cli/regionrun.h"
#include "seqgloss/ism.h"

typedef struct sg_ism_job {
  const sg_opts *opts;
  sg_nets nets;                /* one */
  sg_feeds feeds;
  sg_picks picks;
  sg_regionrun run;
  int64_t longest;             /* of the windows */
  /* what the sessions compute, and what is explained of it */
  float mask[SG_ALPHABET_MAX];
  sg_head *head;
  sg_delta_opts delta;
  sg_delta_plan *plan;         /* for windows of the length `longest` */
  sg_ism_target *target;
  const char **name;           /* [targets] */
  int n_target;
  sg_ism_opts ism;
  sg_ism_insert *insert;
  sg_ism_array *array;         /* of a window of the length `longest`, without names */
  int n_array;
  sg_scores_extra *extra;      /* those beside the substitutions */
  int n_extra;
  sg_delta_counts counts;      /* of all sessions, when the loop is over */
  int64_t not_numbers;
} sg_ism_job;

/* Opens job->run.source once more. */
sg_status sg_ism_reopen(void *job, sg_err *err);
/* --verify: whether the edits agree with full evaluation. */
sg_status sg_ism_check(void *job, sg_err *err);
extern const sg_regionrun_hooks sg_ism_hooks;

/* Adds to `all`. */
void sg_ism_count(sg_delta_counts *all, const sg_delta_counts *more);

#endif
