/* cli/regionrun.c: the run of a method over windows.
 *
 *   1. Batches through the pipeline
 *   2. --resume: results kept, and taken again
 *   3. The run
 */
#include <inttypes.h>
#include <sys/resource.h>

#include "cli/regionrun.h"

void sg_regionrun_share(sg_regionrun *run, int64_t bytes)
{
  enum { MOST = 8, BYTES = 8 << 20 };
  int cap = bytes > BYTES / MOST ? (int)(BYTES / bytes) : MOST;
  if (cap < 1) cap = 1;
  if (sg_opt_given(run->opts, "batch")) cap = (int)sg_opt_int(run->opts, "batch");
  run->share = sg_share_out(run->source, (int)sg_opt_int(run->opts, "threads"), cap);
}

/* ---- 1. Batches ---- */

static sg_status batch_new(void *user, void **ret_batch, sg_err *err)
{
  sg_regionrun *run = user;
  return run->hooks->batch_new(run->user, ret_batch, err);
}

static void batch_free(void *user, void *batch)
{
  sg_regionrun *run = user;
  run->hooks->batch_free(run->user, batch);
}

static sg_status scratch_new(void *user, void **ret_scratch, sg_err *err)
{
  sg_regionrun *run = user;
  return run->hooks->scratch_new(run->user, ret_scratch, err);
}

static void scratch_free(void *user, void *scratch)
{
  sg_regionrun *run = user;
  run->hooks->scratch_free(run->user, scratch);
}

static sg_status source(void *user, void *batch, bool *ret_more, sg_err *err)
{
  sg_regionrun *run = user;
  sg_status status = run->hooks->fill(run->user, batch, false, err);
  *ret_more = !status && run->hooks->regions(batch)->n > 0;
  return status;
}

static sg_status work(void *user, void *scratch, void *batch, sg_err *err)
{
  sg_regionrun *run = user;
  return run->hooks->work(run->user, scratch, batch, err);
}

/* ---- 2. --resume ----
 *
 * A window in the file: its head, then what the method moves.
 */

static sg_status move_out(sg_checkpoint *checkpoint, void *data, size_t n, sg_err *err)
{
  return sg_checkpoint_write(checkpoint, 0, data, n, err);
}

static sg_status move_in(sg_checkpoint *checkpoint, void *data, size_t n, sg_err *err)
{
  return sg_checkpoint_read(checkpoint, 0, data, n, err);
}

static sg_status keep_batch(sg_regionrun *run, void *batch, sg_err *err)
{
  const sg_region_batch *r = run->hooks->regions(batch);
  sg_status status = SG_OK;
  for (int i = 0; i < r->n && !status; i++) {
    status = sg_resume_put(run->checkpoint, &r->region[i], r->length, err);
    if (!status) status = run->hooks->move(run->user, batch, i, move_out, err);
  }
  return status ? status : sg_resume_add(run->checkpoint, r->n, &run->done, err);
}

static sg_status take_batch(sg_regionrun *run, void *batch, sg_err *err)
{
  const sg_region_batch *r = run->hooks->regions(batch);
  sg_status status = SG_OK;
  for (int i = 0; i < r->n && !status; i++) {
    status = sg_resume_take(run->checkpoint, &r->region[i], r->length, err);
    if (!status) status = run->hooks->move(run->user, batch, i, move_in, err);
  }
  return status;
}

/* What the checkpoint has, to the scores; the source is at its front. */
static sg_status write_kept(sg_regionrun *run, sg_err *err)
{
  void *batch = NULL;
  bool more = true;
  sg_status status = sg_checkpoint_rewind(run->checkpoint, 0, err);
  if (!status) status = sg_feeds_rewind(run->feeds, err);
  if (!status) status = batch_new(run, &batch, err);
  while (more && !status) {
    status = run->hooks->fill(run->user, batch, true, err);
    more = run->hooks->regions(batch)->n > 0;
    if (sg_cancelled(NULL)) status = sg_fail(err, SG_ECANCELLED, "stopped");
    if (!status) status = take_batch(run, batch, err);
    if (!status) status = run->hooks->put(run->user, batch, err);
  }
  batch_free(run, batch);
  return status;
}

static sg_status sink(void *user, void *batch, sg_err *err)
{
  sg_regionrun *run = user;
  sg_status status = run->checkpoint ? keep_batch(run, batch, err)
                                     : run->hooks->put(run->user, batch, err);
  sg_progress_add(&run->meter.progress, run->hooks->regions(batch)->n);
  return status;
}

/* ---- 3. The run ---- */

static sg_status loop(sg_regionrun *run, sg_err *err)
{
  sg_pipeline p = sg_pipeline_default();
  p.threads = run->share.threads;
  p.user = run;
  p.batch_new = batch_new;
  p.batch_free = batch_free;
  p.scratch_new = scratch_new;
  p.scratch_free = scratch_free;
  p.source = source;
  p.work = work;
  p.sink = sink;
  p.cancelled = sg_cancelled;
  sg_status status = sg_pipeline_run(&p, err);
  if (status || !run->checkpoint) return status;
  return sg_checkpoint_mark(run->checkpoint, run->done, "", err);
}

static sg_status compute(sg_regionrun *run, sg_err *err)
{
  int64_t begin, end;
  sg_source_range(run->source, &begin, &end);
  sg_meter_start(&run->meter, run->opts, end < 0 ? -1 : end - begin, "regions");
  sg_progress_add(&run->meter.progress, run->done);
  sg_status status = loop(run, err);
  sg_meter_end(&run->meter);
  return status || !run->hooks->check ? status : run->hooks->check(run->user, err);
}

/* Computes into the checkpoint; then *what can be opened, for all that it has. */
static sg_status compute_first(sg_regionrun *run, sg_scores_opts *what, sg_err *err)
{
  sg_scores *trial = NULL;
  sg_status status = sg_scores_open(what, &trial, err);  /* what would fail in the end fails now */
  sg_scores_free(trial);
  if (!status) status = sg_resume_open(run->opts, what->facts, &run->checkpoint, err);
  if (!status) status = sg_resume_skip(run->checkpoint, run->source, err);
  if (status) return status;
  run->done = sg_checkpoint_done(run->checkpoint);
  status = compute(run, err);
  if (status) return status;
  sg_source_close(run->source);
  run->source = NULL;
  status = run->hooks->reopen(run->user, err);
  what->source = run->source;
  return status;
}

/* Files of many targets are open at once: ask for as many as the system lets us have. */
static void raise_file_limit(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

sg_status sg_regionrun_write(sg_regionrun *run, sg_scores_opts *what, sg_err *err)
{
  what->source = run->source;
  raise_file_limit();
  sg_status status = sg_opt_given(run->opts, "resume") ? compute_first(run, what, err) : SG_OK;
  if (!status) status = sg_scores_open(what, &run->scores, err);
  if (status) return status;
  status = run->checkpoint ? write_kept(run, err) : compute(run, err);
  if (status) sg_scores_free(run->scores);
  else status = sg_scores_close(run->scores, err);
  run->scores = NULL;
  if (status || !run->checkpoint) return status;
  sg_checkpoint_remove(run->checkpoint);
  sg_checkpoint_free(run->checkpoint);
  run->checkpoint = NULL;
  return SG_OK;
}

void sg_regionrun_say(const sg_regionrun *run)
{
  if (run->checkpoint) sg_resume_say(run->checkpoint);
}

void sg_regionrun_release(sg_regionrun *run)
{
  sg_checkpoint_free(run->checkpoint);
  sg_source_close(run->source);
}
