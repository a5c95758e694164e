/* base/pipeline.c: source -> workers -> ordered sink, over htslib's thread pool.
 *
 * 1. State   2. Working on one batch   3. The loop of the calling thread   4. Setting up
 *
 * Batches live in a ring of slots and are numbered as the source gave them. Three counters run
 * through the numbers: `filled` (source), `started` (taken by some thread), `sunk` (through the
 * sink); sunk <= started <= filled <= sunk + slots. The pool gets one ticket for each batch; a
 * ticket takes whatever batch is next, not a certain one, so that the calling thread can take
 * batches as well while it has nothing to read or to write: n threads are n - 1 of the pool and the
 * calling one.
 */
#include <htslib/thread_pool.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "seqgloss/pipeline.h"

/* ---- 1. State -------------------------------------------------------------------------------- */

typedef struct slot {
  void *batch;
  bool done;
  sg_status status;
  sg_err err;
} slot;

typedef struct run {
  const sg_pipeline *p;
  int n_slots;
  slot *slots;
  void **scratch;           /* free scratches: a stack */
  int n_scratch;
  hts_tpool *pool;          /* NULL with one thread */
  hts_tpool_process *queue;
  pthread_mutex_t lock;     /* guards filled, started, stop, scratch, n_scratch and slot.done */
  pthread_cond_t finished;  /* some slot became done */
  int64_t filled, started, sunk;
  bool stop;                /* tickets that have not begun do nothing */
} run;

static slot *slot_of(run *r, int64_t number) { return &r->slots[number % r->n_slots]; }

/* ---- 2. Working on one batch ----------------------------------------------------------------- */

/* Takes the next batch that nobody works on; false when there is none. */
static bool work_once(run *r)
{
  slot *s;
  void *scratch;

  pthread_mutex_lock(&r->lock);
  if (r->stop || r->started == r->filled) {
    pthread_mutex_unlock(&r->lock);
    return false;
  }
  s = slot_of(r, r->started++);
  scratch = r->scratch[--r->n_scratch];
  pthread_mutex_unlock(&r->lock);

  s->err.text[0] = '\0';
  s->status = r->p->work(r->p->user, scratch, s->batch, &s->err);

  pthread_mutex_lock(&r->lock);
  r->scratch[r->n_scratch++] = scratch;
  s->done = true;
  pthread_cond_signal(&r->finished);
  pthread_mutex_unlock(&r->lock);
  return true;
}

static void *ticket(void *arg)
{
  work_once(arg);
  return NULL;
}

/* ---- 3. The loop of the calling thread ------------------------------------------------------- */

static bool oldest_done(run *r)
{
  bool done;

  if (r->sunk == r->filled) return false;
  pthread_mutex_lock(&r->lock);
  done = slot_of(r, r->sunk)->done;
  pthread_mutex_unlock(&r->lock);
  return done;
}

/* The oldest batch goes to the sink, or its error goes to the caller. */
static sg_status sink_oldest(run *r, sg_err *err)
{
  slot *s = slot_of(r, r->sunk);
  sg_status status = s->status;

  if (status) {
    if (err) *err = s->err;
  } else {
    status = r->p->sink(r->p->user, s->batch, err);
  }
  r->sunk++;
  return status;
}

/* One batch more from the source; *ret_more false at its end. */
static sg_status fill_next(run *r, bool *ret_more, sg_err *err)
{
  slot *s = slot_of(r, r->filled);
  sg_status status;

  s->done = false;
  status = r->p->source(r->p->user, s->batch, ret_more, err);
  if (status || !*ret_more) return status;
  pthread_mutex_lock(&r->lock);
  r->filled++;
  pthread_mutex_unlock(&r->lock);
  if (r->pool && hts_tpool_dispatch(r->pool, r->queue, ticket, r) < 0)
    return sg_fail(err, SG_ENOMEM, "a thread of the pool could not be given work");
  return SG_OK;
}

static void wait_for_oldest(run *r)
{
  pthread_mutex_lock(&r->lock);
  while (!slot_of(r, r->sunk)->done) pthread_cond_wait(&r->finished, &r->lock);
  pthread_mutex_unlock(&r->lock);
}

/* Writes what is ready first, then reads, then computes, then waits. An error of the source counts
 * as standing behind the batches that it gave before. */
static sg_status loop(run *r, sg_err *err)
{
  sg_status status = SG_OK, source_status = SG_OK;
  sg_err source_err = {SG_OK, ""};
  bool more = true;

  for (;;) {
    if (r->p->cancelled && r->p->cancelled(r->p->user))
      return sg_fail(err, SG_ECANCELLED, "stopped on request");
    if (oldest_done(r)) {
      status = sink_oldest(r, err);
      if (status) return status;
    } else if (more && r->filled - r->sunk < r->n_slots) {
      source_status = fill_next(r, &more, &source_err);
      if (source_status) more = false;
    } else if (r->sunk == r->filled) {
      if (source_status && err) *err = source_err;
      return source_status;
    } else if (!work_once(r)) {
      wait_for_oldest(r);
    }
  }
}

/* ---- 4. Setting up --------------------------------------------------------------------------- */

static sg_status make_batches(run *r, sg_err *err)
{
  const sg_pipeline *p = r->p;
  sg_status status;

  r->slots = calloc((size_t)r->n_slots, sizeof *r->slots);
  r->scratch = calloc((size_t)p->threads, sizeof *r->scratch);
  if (!r->slots || !r->scratch) return sg_fail(err, SG_ENOMEM, "no memory for the pipeline");
  for (int i = 0; i < r->n_slots; i++) {
    status = p->batch_new(p->user, &r->slots[i].batch, err);
    if (status) return status;
  }
  for (; r->n_scratch < p->threads; r->n_scratch++) {
    if (!p->scratch_new) continue;
    status = p->scratch_new(p->user, &r->scratch[r->n_scratch], err);
    if (status) return status;
  }
  return SG_OK;
}

static sg_status make_pool(run *r, sg_err *err)
{
  if (r->p->threads == 1) return SG_OK;
  r->pool = hts_tpool_init(r->p->threads - 1);
  if (r->pool) r->queue = hts_tpool_process_init(r->pool, r->n_slots * 2 + r->p->threads, 1);
  if (!r->queue) return sg_fail(err, SG_ENOMEM, "%d threads could not be started", r->p->threads);
  return SG_OK;
}

/* Waits for the threads (tickets that have not begun return at once), then frees everything. */
static void tear_down(run *r)
{
  const sg_pipeline *p = r->p;

  pthread_mutex_lock(&r->lock);
  r->stop = true;
  pthread_mutex_unlock(&r->lock);
  if (r->queue) hts_tpool_process_flush(r->queue);
  if (r->queue) hts_tpool_process_destroy(r->queue);
  if (r->pool) hts_tpool_destroy(r->pool);
  for (int i = 0; i < r->n_scratch && p->scratch_free; i++)
    p->scratch_free(p->user, r->scratch[i]);
  for (int i = 0; r->slots && i < r->n_slots; i++)
    if (r->slots[i].batch) p->batch_free(p->user, r->slots[i].batch);
  free(r->scratch);
  free(r->slots);
  pthread_cond_destroy(&r->finished);
  pthread_mutex_destroy(&r->lock);
}

sg_pipeline sg_pipeline_default(void)
{
  sg_pipeline p = {.size = sizeof p, .threads = 1};
  return p;
}

sg_status sg_pipeline_run(const sg_pipeline *pipeline, sg_err *err)
{
  const sg_pipeline *p = pipeline;
  run r = {.p = p};
  sg_status status;

  if (p->size != sizeof *p || p->threads < 1 || p->threads > 10000 || !p->batch_new ||
      !p->batch_free || !p->source || !p->work || !p->sink)
    return sg_fail(err, SG_EINVAL, "a pipeline needs 1 to 10000 threads and all its callbacks");
  r.n_slots = p->threads == 1 ? 1 : 2 * p->threads + 1;
  if (pthread_mutex_init(&r.lock, NULL)) return sg_fail(err, SG_ENOMEM, "no lock could be made");
  if (pthread_cond_init(&r.finished, NULL)) {
    pthread_mutex_destroy(&r.lock);
    return sg_fail(err, SG_ENOMEM, "no condition could be made");
  }
  status = make_batches(&r, err);
  if (!status) status = make_pool(&r, err);
  if (!status) status = loop(&r, err);
  tear_down(&r);
  return status;
}
