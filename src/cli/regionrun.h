/* cli/regionrun.h: the run of a method over windows: batches in, scores out, at once or, under
 * --resume, by way of a checkpoint. What one window costs and says is the method's.
 *
 *     sg_regionrun_share, then sg_regionrun_write
 */
#ifndef SG_CLI_REGIONRUN_H
#define SG_CLI_REGIONRUN_H

#include "cli/console.h"
#include "cli/resume.h"
#include "cli/scores.h"
#include "cli/share.h"
#include "cli/windows.h"

/* Writes to a checkpoint, or reads from it. */
typedef sg_status (*sg_mover)(sg_checkpoint *checkpoint, void *data, size_t n, sg_err *err);

/* What a method brings. `user` is sg_regionrun.user; the first four and `work` are as in
 * sg_pipeline. */
typedef struct sg_regionrun_hooks {
  sg_status (*batch_new)(void *user, void **ret_batch, sg_err *err);
  void (*batch_free)(void *user, void *batch);
  sg_status (*scratch_new)(void *user, void **ret_scratch, sg_err *err);
  void (*scratch_free)(void *user, void *scratch);
  sg_region_batch *(*regions)(void *batch);
  /* The next windows, with what stands beside them; none: the end. again: results are there, and
   * only what `put` needs is wanted. */
  sg_status (*fill)(void *user, void *batch, bool again, sg_err *err);
  sg_status (*work)(void *user, void *scratch, void *batch, sg_err *err);
  /* Results of all windows to run->scores. */
  sg_status (*put)(void *user, void *batch, sg_err *err);
  /* Results of window i, piece by piece, the same pieces both ways. */
  sg_status (*move)(void *user, void *batch, int i, sg_mover move, sg_err *err);
  /* Opens run->source once more. */
  sg_status (*reopen)(void *user, sg_err *err);
  /* (optional) When all is computed, before it is written for good. */
  sg_status (*check)(void *user, sg_err *err);
} sg_regionrun_hooks;

typedef struct sg_regionrun {
  const sg_opts *opts;
  sg_feeds *feeds;
  const sg_regionrun_hooks *hooks;
  void *user;
  sg_source *source;
  sg_share share;              /* threads, and windows of a batch */
  sg_scores *scores;
  sg_checkpoint *checkpoint;   /* --resume; NULL: results go to `scores` at once */
  int64_t done;                /* windows that it has */
  sg_meter meter;
} sg_regionrun;

/* Chooses run->share, where a window takes so many bytes of a batch: few windows, for each is much
 * work. */
void sg_regionrun_share(sg_regionrun *run, int64_t bytes);
/* Reads, computes, and writes what `what` says. */
sg_status sg_regionrun_write(sg_regionrun *run, sg_scores_opts *what, sg_err *err);
/* After a failure: where the numbers are that were computed. */
void sg_regionrun_say(const sg_regionrun *run);
void sg_regionrun_release(sg_regionrun *run);

#endif
