/* cli/ism.h: one run of ism: what the checks found out, for the loop that computes. */
#ifndef SG_CLI_ISM_H
#define SG_CLI_ISM_H

#include "cli/console.h"
#include "cli/feeds.h"
#include "cli/picks.h"
#include "cli/resume.h"
#include "cli/scores.h"
#include "cli/share.h"
#include "cli/windows.h"
#include "seqgloss/ism.h"

typedef struct sg_ism_job {
  const sg_opts *opts;
  sg_nets nets;                /* one */
  sg_feeds feeds;
  sg_picks picks;
  sg_source *source;
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
  sg_share share;              /* threads, and windows of a batch of the loop */
  sg_scores *scores;
  sg_checkpoint *checkpoint;   /* --resume; NULL: results go to `scores` at once */
  int64_t done;                /* windows that it has */
  sg_meter meter;
  sg_delta_counts counts;      /* of all sessions, when the loop is over */
  int64_t not_numbers;
} sg_ism_job;

/* Reads, computes and writes everything to job->scores, under --resume to job->checkpoint. */
sg_status sg_ism_loop(sg_ism_job *job, sg_err *err);
/* Writes what job->checkpoint has to job->scores; the source is at its front. */
sg_status sg_ism_write(sg_ism_job *job, sg_err *err);

/* Adds to `all`. */
void sg_ism_count(sg_delta_counts *all, const sg_delta_counts *more);

#endif
