/* base/crew.c: a few threads that share the pieces of one call, over htslib's thread pool. */
#include <htslib/thread_pool.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/crew.h"

/* One of the pool's threads, or the calling one. */
typedef struct worker {
  sg_crew *crew;
  int number;
} worker;

struct sg_crew {
  int threads;
  worker *worker;           /* [threads] */
  hts_tpool *pool;
  hts_tpool_process *queue;
  pthread_mutex_t lock;     /* guards what follows */
  sg_crew_fn fn;
  void *user;
  int64_t n, next;          /* pieces of this call; the next one that nobody has */
  int64_t failed;           /* lowest piece that failed; n: none */
  sg_status status;
  sg_err err;
};

/* The next piece; -1 when there is none or one has failed. */
static int64_t take(sg_crew *c)
{
  pthread_mutex_lock(&c->lock);
  int64_t i = c->next < c->n && c->failed == c->n ? c->next++ : -1;
  pthread_mutex_unlock(&c->lock);
  return i;
}

static void *run(void *arg)
{
  const worker *w = arg;
  sg_crew *c = w->crew;
  for (int64_t i = take(c); i >= 0; i = take(c)) {
    sg_err err = { SG_OK, "" };
    sg_status status = c->fn(c->user, w->number, i, &err);
    if (!status) continue;
    pthread_mutex_lock(&c->lock);
    if (i < c->failed) {
      c->failed = i;
      c->status = status;
      c->err = err;
    }
    pthread_mutex_unlock(&c->lock);
  }
  return NULL;
}

sg_status sg_crew_run(sg_crew *crew, int64_t n, sg_crew_fn fn, void *user, sg_err *err)
{
  int64_t helpers = n < crew->threads ? n : crew->threads;
  crew->fn = fn;
  crew->user = user;
  crew->n = crew->failed = n;
  crew->next = 0;
  crew->status = SG_OK;
  /* A helper that cannot be called leaves its share to the others. */
  for (int64_t k = 1; k < helpers; k++)
    if (hts_tpool_dispatch(crew->pool, crew->queue, run, &crew->worker[k]) < 0) break;
  run(&crew->worker[0]);
  hts_tpool_process_flush(crew->queue);
  if (crew->status && err) *err = crew->err;
  return crew->status;
}

sg_status sg_crew_new(int threads, sg_crew **ret_crew, sg_err *err)
{
  sg_crew *c = calloc(1, sizeof *c);
  *ret_crew = NULL;
  if (!c || pthread_mutex_init(&c->lock, NULL)) {
    free(c);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  c->threads = threads;
  c->worker = calloc((size_t)threads, sizeof *c->worker);
  for (int k = 0; c->worker && k < threads; k++) c->worker[k] = (worker){ c, k };
  c->pool = c->worker ? hts_tpool_init(threads - 1) : NULL;
  c->queue = c->pool ? hts_tpool_process_init(c->pool, threads, 1) : NULL;
  if (!c->queue) {
    sg_crew_free(c);
    return sg_fail(err, SG_ENOMEM, "%d threads could not be started", threads);
  }
  *ret_crew = c;
  return SG_OK;
}

void sg_crew_free(sg_crew *crew)
{
  if (!crew) return;
  if (crew->queue) hts_tpool_process_destroy(crew->queue);
  if (crew->pool) hts_tpool_destroy(crew->pool);
  pthread_mutex_destroy(&crew->lock);
  free(crew->worker);
  free(crew);
}
