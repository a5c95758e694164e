/* seqgloss/pipeline.h: the one streaming loop: source -> workers -> ordered sink, and its progress.
 *
 * Batches are numbered by the source, worked on by any thread, and reach the sink in that order, so
 * that the result is the same for every number of threads. At most 2 x threads + 1 batches exist at
 * a time, made once and reused: memory does not grow with the input.
 */
#ifndef SEQGLOSS_PIPELINE_H
#define SEQGLOSS_PIPELINE_H

#include "seqgloss/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All callbacks get `user`. source, sink, cancelled, and the making and freeing of batches and
 * scratches happen on the calling thread only, one at a time; work runs on several threads at once,
 * each with a scratch of its own. */
typedef struct sg_pipeline {
  size_t size;              /* sizeof(sg_pipeline) of the caller */
  int threads;              /* in total, the calling one included; >= 1 */
  void *user;
  /* Makes (frees) one reusable batch. */
  sg_status (*batch_new)(void *user, void **ret_batch, sg_err *err);
  void (*batch_free)(void *user, void *batch);
  /* Makes (frees) what one thread needs (optional, both NULL: work gets NULL). */
  sg_status (*scratch_new)(void *user, void **ret_scratch, sg_err *err);
  void (*scratch_free)(void *user, void *scratch);
  /* Refills `batch` with the next piece of input; *ret_more = false: nothing was left, the batch is
   * empty. */
  sg_status (*source)(void *user, void *batch, bool *ret_more, sg_err *err);
  /* Computes on one batch. */
  sg_status (*work)(void *user, void *scratch, void *batch, sg_err *err);
  /* Takes the finished batch; called in input order. */
  sg_status (*sink)(void *user, void *batch, sg_err *err);
  /* (optional) Asked between batches; true stops with SG_ECANCELLED. */
  bool (*cancelled)(void *user);
} sg_pipeline;

/* threads 1, everything else NULL. */
SG_API sg_pipeline sg_pipeline_default(void);

/* Runs until the source is finished. The first error in input order is returned, after all batches
 * before it went through the sink; with one thread or many, the sink has then seen the same
 * batches. */
SG_API sg_status sg_pipeline_run(const sg_pipeline *pipeline, sg_err *err);

/* ---- Progress ------------------------------------------------------------------------------- */

typedef struct sg_progress_state {
  int64_t done, total;      /* total -1: unknown */
  double elapsed;           /* seconds since the start */
  double rate;              /* done per second, over the last seconds */
  double left;              /* seconds to go; negative: unknown */
  bool finished;
} sg_progress_state;

/* Counts and decides when to tell. Plain data; one thread. */
typedef struct sg_progress {
  void (*fn)(void *user, const sg_progress_state *state);    /* NULL: nobody is told */
  void *user;
  double interval;          /* seconds between two calls of fn */
  sg_progress_state state;
  double begun, told, mark_time;
  int64_t mark_done;
} sg_progress;

/* Starts the clock. */
SG_API void sg_progress_start(sg_progress *progress, int64_t total, double interval,
                              void (*fn)(void *user, const sg_progress_state *state), void *user);
/* `n` more are done; calls fn when the interval has passed. */
SG_API void sg_progress_add(sg_progress *progress, int64_t n);
/* Calls fn a last time with state.finished. */
SG_API void sg_progress_end(sg_progress *progress);
/* "12,000 of 1,000,000 regions, 5,120/s, 3:13 left" into text[size]; returns the length as snprintf
 * does. */
SG_API int sg_progress_text(const sg_progress_state *state, const char *things, char *text,
                            size_t size);

#ifdef __cplusplus
}
#endif
#endif
