/* base/progress.c: how many are done, how fast, how long still. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "seqgloss/pipeline.h"

/* The rate is taken over at least this many seconds, so that it follows the present without
 * jumping. */
static const double rate_span = 10;

static double now(void)
{
  struct timespec t;

  if (clock_gettime(CLOCK_MONOTONIC, &t)) return 0;
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void sg_progress_start(sg_progress *p, int64_t total, double interval,
                       void (*fn)(void *user, const sg_progress_state *state), void *user)
{
  memset(p, 0, sizeof *p);
  p->fn = fn;
  p->user = user;
  p->interval = interval;
  p->state.total = total;
  p->state.left = -1;
  p->begun = p->told = p->mark_time = now();
}

/* Rate since the mark; the mark moves on once it is far enough behind. Before that the rate is the
 * mean since the start. */
static void update(sg_progress *p, double t)
{
  sg_progress_state *s = &p->state;
  double span = t - p->mark_time;

  s->elapsed = t - p->begun;
  if (span > 0 && s->done > p->mark_done) s->rate = (double)(s->done - p->mark_done) / span;
  if (span > rate_span) {
    p->mark_time = t;
    p->mark_done = s->done;
  }
  s->left = s->total >= s->done && s->rate > 0 ? (double)(s->total - s->done) / s->rate : -1;
}

void sg_progress_add(sg_progress *p, int64_t n)
{
  double t;

  p->state.done += n;
  if (!p->fn) return;
  t = now();
  if (t - p->told < p->interval) return;
  update(p, t);
  p->told = t;
  p->fn(p->user, &p->state);
}

void sg_progress_end(sg_progress *p)
{
  sg_progress_state *s = &p->state;

  s->elapsed = now() - p->begun;
  s->rate = s->elapsed > 0 ? (double)s->done / s->elapsed : 0;
  s->left = 0;
  s->finished = true;
  if (p->fn) p->fn(p->user, s);
}

/* 1234567 -> "1,234,567" */
static void group_digits(int64_t v, char text[32])
{
  char plain[24];
  int n = snprintf(plain, sizeof plain, "%" PRId64, v), k = 0;

  for (int i = 0; i < n; i++) {
    if (i > 0 && (n - i) % 3 == 0 && plain[i - 1] != '-') text[k++] = ',';
    text[k++] = plain[i];
  }
  text[k] = '\0';
}

int sg_progress_text(const sg_progress_state *s, const char *things, char *text, size_t size)
{
  char done[32], total[40] = "", rate[32], tail[48] = "";
  double seconds = s->finished ? s->elapsed : s->left;

  group_digits(s->done, done);
  if (s->total >= 0) {
    memcpy(total, " of ", 4);
    group_digits(s->total, total + 4);
  }
  if (s->rate < 10) snprintf(rate, sizeof rate, "%.1f", s->rate);
  else group_digits((int64_t)(s->rate < 1e15 ? s->rate : 1e15), rate);
  if (seconds >= 0 && seconds < 1e9) {
    int64_t left = (int64_t)(seconds + 0.5);
    snprintf(tail, sizeof tail, ", %" PRId64 ":%02d %s", left / 60, (int)(left % 60),
             s->finished ? "in all" : "left");
  }
  return snprintf(text, size, "%s%s %s, %s/s%s", done, total, things, rate, tail);
}
