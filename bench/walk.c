/* bench/walk.c: mutagenesis and backward selection of one sequence over one session, timed. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "walk.h"

enum {
  RUNS = 8,                   /* places from which edits are taken when not all are */
  POINTS = 5                  /* places on the way of a selection where steps are timed */
};

double walk_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

sg_status walk_init(walk *w, const sg_delta_plan *plan, int64_t length, const uint8_t *codes,
                    sg_err *err) {
  size_t L = (size_t)length, units = (size_t)sg_delta_units(plan);
  *w = (walk){ .length = length, .units = (int64_t)units, .codes = codes };
  sg_status status = sg_delta_new(plan, &w->delta, err);
  if (status) return status;
  w->masked = malloc(L);
  w->left = malloc(L * sizeof *w->left);
  w->symbol = malloc(3 * L);
  w->edit = malloc(3 * L * sizeof *w->edit);
  w->value = malloc(3 * L * units * sizeof *w->value);
  if (!w->masked || !w->left || !w->symbol || !w->edit || !w->value)
    return sg_fail(err, SG_ENOMEM, "out of memory");
  return SG_OK;
}

void walk_release(walk *w) {
  sg_delta_free(w->delta);
  free(w->masked);
  free(w->left);
  free(w->symbol);
  free(w->edit);
  free(w->value);
}

sg_status walk_base(walk *w, const uint8_t *codes, sg_err *err) {
  sg_input in = { .codes = codes };
  return sg_delta_base(w->delta, &in, err);
}

/* The i-th of n things taken out of `all` in RUNS runs of neighbours, with equal gaps between. */
static int64_t spread(int64_t i, int64_t n, int64_t all) {
  int64_t run = (n + RUNS - 1) / RUNS, runs = (n + run - 1) / run;
  return i + i / run * ((all - n) / runs);
}

int64_t walk_substitutions(walk *w, int64_t most) {
  int64_t n = most / 3 < w->length ? most / 3 : w->length, m = 0;
  if (n < 1) n = 1;
  for (int64_t i = 0; i < n; i++) {
    int64_t pos = spread(i, n, w->length);
    for (int k = 1; k <= 3; k++, m++) {
      w->symbol[m] = (uint8_t)((w->codes[pos] + k) % 4);
      w->edit[m] = (sg_edit){ .pos = pos, .len = 1, .symbols = &w->symbol[m] };
    }
  }
  return m;
}

int64_t walk_maskings(walk *w, int64_t most) {
  static const uint8_t mask = SG_CODE_N_QUARTER;
  int64_t n = most < w->n_left ? most : w->n_left;
  for (int64_t i = 0; i < n; i++)
    w->edit[i] = (sg_edit){ .pos = w->left[spread(i, n, w->n_left)], .len = 1, .symbols = &mask };
  return n;
}

void walk_restart(walk *w) {
  w->n_left = w->length;
  for (int64_t i = 0; i < w->length; i++) w->left[i] = i;
}

int64_t walk_best(const walk *w, int64_t n) {
  int64_t best = 0;
  for (int64_t i = 1; i < n; i++)
    if (w->value[i * w->units] > w->value[best * w->units]) best = i;
  return best;
}

sg_status walk_mask(walk *w, const sg_edit *edit, sg_err *err) {
  int64_t i = 0;
  while (w->left[i] != edit->pos) i++;
  w->n_left--;
  memmove(w->left + i, w->left + i + 1, (size_t)(w->n_left - i) * sizeof *w->left);
  return sg_delta_commit(w->delta, edit, err);
}

/* ---- Mutagenesis --------------------------------------------------------------------- */

static sg_status run_ism(walk *w, const walk_job *job, sg_err *err) {
  double start = walk_now();
  sg_status status = walk_base(w, w->codes, err);
  double based = walk_now();
  int64_t n = walk_substitutions(w, job->most);
  if (!status) status = sg_delta_eval(w->delta, n, w->edit, w->value, err);
  double end = walk_now();
  w->evaluated = n;
  w->seconds = based - start + (end - based) * (double)(3 * w->length) / (double)n;
  return status;
}

/* ---- Backward selection -------------------------------------------------------------- */

/* One step: every position left is tried (`most` of them at the most), the best is masked. */
static sg_status step(walk *w, int64_t most, double *ret_eval, double *ret_commit, sg_err *err) {
  double start = walk_now();
  int64_t n = walk_maskings(w, most);
  sg_status status = sg_delta_eval(w->delta, n, w->edit, w->value, err);
  if (status) return status;
  int64_t best = walk_best(w, n);
  double evaluated = walk_now();
  status = walk_mask(w, &w->edit[best], err);
  w->evaluated += n;
  *ret_eval = (evaluated - start) / (double)n;
  *ret_commit = walk_now() - evaluated;
  return status;
}

static sg_status run_whole(walk *w, sg_err *err) {
  double start = walk_now(), a, b;
  sg_status status = walk_base(w, w->codes, err);
  walk_restart(w);
  while (!status && w->n_left) status = step(w, w->length, &a, &b, err);
  w->seconds = walk_now() - start;
  return status;
}

/* The base becomes the sequence with all but `left` positions masked, chosen as if by lot: which
 * ones a selection would mask cannot be known without doing it. */
static sg_status mask_all_but(walk *w, int64_t left, sg_err *err) {
  uint32_t state = 99;
  walk_restart(w);
  memcpy(w->masked, w->codes, (size_t)w->length);
  while (w->n_left > left) {
    state = state * 1664525u + 1013904223u;
    int64_t i = (int64_t)(state >> 8) % w->n_left;
    w->masked[w->left[i]] = SG_CODE_N_QUARTER;
    w->n_left--;
    memmove(w->left + i, w->left + i + 1, (size_t)(w->n_left - i) * sizeof *w->left);
  }
  return walk_base(w, w->masked, err);
}

/* Sum over m = 1 .. L of m * eval(m) + commit(m), where both are straight between the points;
 * points[p] positions were left there, in descending order. */
static double integrate(int64_t L, const int64_t *points, const double *eval,
                        const double *commit) {
  double sum = 0;
  int p = 0;
  for (int64_t m = L; m >= 1; m--) {
    while (p < POINTS - 2 && m < points[p + 1]) p++;
    double t = 0;
    if (points[p] > points[p + 1])
      t = (double)(points[p] - m) / (double)(points[p] - points[p + 1]);
    if (t > 1) t = 1;
    sum += (double)m * (eval[p] + t * (eval[p + 1] - eval[p]));
    sum += commit[p] + t * (commit[p + 1] - commit[p]);
  }
  return sum;
}

/* At each point two steps: the second is the one that counts, since a step may use what the step
 * before it left behind. */
static sg_status run_points(walk *w, const walk_job *job, sg_err *err) {
  static const double at[POINTS] = { 1, 0.75, 0.5, 0.25, 0.05 };
  int64_t points[POINTS];
  double eval[POINTS], commit[POINTS];
  double start = walk_now();
  sg_status status = walk_base(w, w->codes, err);
  double base = walk_now() - start;
  for (int p = 0; p < POINTS && !status; p++) {
    points[p] = (int64_t)(at[p] * (double)w->length);
    if (points[p] < 2) points[p] = 2;
    status = mask_all_but(w, points[p], err);
    for (int i = 0; i < 2 && !status; i++)
      status = step(w, job->most, &eval[p], &commit[p], err);
  }
  if (!status) w->seconds = base + integrate(w->length, points, eval, commit);
  return status;
}

sg_status walk_run(walk *w, const walk_job *job, sg_err *err) {
  w->evaluated = 0;
  if (!job->sis) return run_ism(w, job, err);
  return job->whole ? run_whole(w, err) : run_points(w, job, err);
}
