/* sis/siswalk.c: sessions, and backward selection.
 *
 * Contents
 *   1. making and freeing
 *   2. whole sequences
 *   3. the walk
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sis/sisplan.h"

/* ---- 1. Making and freeing ----------------------------------------------------------- */

static bool make_buffers(sg_sis *s)
{
  size_t L = (size_t) s->plan->length + 1, units = (size_t) s->plan->units;
  size_t targets = (size_t) s->plan->n_target;
  s->all = calloc(L, 1);
  s->rest = calloc(L, 1);
  s->alone = calloc(L, 1);
  s->f_empty = calloc(4 * targets, sizeof(double));
  s->value = calloc(L * units, sizeof *s->value);
  s->one = calloc(units, sizeof *s->one);
  s->edit = calloc(L, sizeof *s->edit);
  s->free_at = calloc(3 * L, sizeof(int64_t));
  s->walk_value = calloc(2 * L, sizeof(double));
  s->subset = calloc(L, sizeof *s->subset);
  if (!s->all || !s->rest || !s->alone || !s->f_empty || !s->value || !s->one || !s->edit
      || !s->free_at || !s->walk_value || !s->subset) return false;
  s->f_all = s->f_empty + targets;
  s->d_empty = s->f_all + targets;
  s->d_all = s->d_empty + targets;
  s->order = s->free_at + L;
  s->member = s->order + L;
  s->lead = s->walk_value + L;
  return true;
}

/* Outputs and decision values of one sequence's values. */
static void split_value(const sg_sis_plan *p, const double *value, double *f, double *d)
{
  for (int t = 0; t < p->n_target; t++) {
    if (f) f[t] = value[p->logits + t];
    if (d) d[t] = sg_sis_decide(p, value, t);
  }
}

sg_status sg_sis_new(const sg_sis_plan *plan, sg_sis **ret_sis, sg_err *err)
{
  *ret_sis = NULL;
  sg_sis *s = calloc(1, sizeof *s);
  if (!s) return sg_fail(err, SG_ENOMEM, "out of memory");
  s->plan = plan;
  sg_status status = sg_delta_new(plan->delta, &s->delta, err);
  if (!status && !make_buffers(s))
    status = sg_fail(err, SG_ENOMEM, "out of memory for a session");
  if (!status) {
    memset(s->rest, plan->mask, (size_t) plan->length);
    status = sg_sis_base(s, s->rest, err);
  }
  if (!status) status = sg_delta_value(s->delta, s->one, err);
  if (!status) split_value(plan, s->one, s->f_empty, s->d_empty);
  if (status) sg_sis_free(s);
  else *ret_sis = s;
  return status;
}

sg_status sg_sis_threads(sg_sis *sis, int threads, sg_err *err)
{
  return sg_delta_threads(sis->delta, threads, err);
}

void sg_sis_free(sg_sis *sis)
{
  if (!sis) return;
  sg_delta_free(sis->delta);
  free(sis->all);
  free(sis->rest);
  free(sis->alone);
  free(sis->f_empty);
  free(sis->value);
  free(sis->one);
  free(sis->edit);
  free(sis->free_at);
  free(sis->walk_value);
  free(sis->subset);
  free(sis);
}

/* ---- 2. Whole sequences -------------------------------------------------------------- */

/* The sequence is the network's only input (sg_sis_plan_new). */
sg_status sg_sis_base(sg_sis *sis, const uint8_t *codes, sg_err *err)
{
  sg_input input = { .codes = codes };
  return sg_delta_base(sis->delta, &input, err);
}

const double *sg_sis_empty(const sg_sis *sis) { return sis->f_empty; }

const double *sg_sis_all(const sg_sis *sis) { return sis->f_all; }

sg_status sg_sis_full(sg_sis *sis, int64_t n, const uint8_t *codes, double *f, double *d,
                      sg_err *err)
{
  const sg_sis_plan *p = sis->plan;
  for (int64_t i = 0, m; i < n; i += m) {
    m = n - i < p->length ? n - i : p->length;       /* sis->value has room for these */
    sg_status status = sg_delta_full(sis->delta, m, codes + i * p->length, sis->value, err);
    if (status) return status;
    for (int64_t j = 0; j < m; j++)
      split_value(p, sis->value + j * p->units, f ? f + (i + j) * p->n_target : NULL,
                  d ? d + (i + j) * p->n_target : NULL);
  }
  return SG_OK;
}

void sg_sis_hide(const sg_sis *sis, const uint8_t *codes, uint8_t *masked)
{
  for (int64_t i = 0; i < sis->plan->length; i++)
    masked[i] = sis->plan->base[codes[i]] ? codes[i] : sis->plan->mask;
}

sg_status sg_sis_start(sg_sis *sis, const uint8_t *codes, sg_err *err)
{
  sg_sis_hide(sis, codes, sis->all);
  sis->started = false;
  sg_status status = sg_sis_base(sis, sis->all, err);
  if (!status) status = sg_delta_value(sis->delta, sis->one, err);
  if (status) return status;
  split_value(sis->plan, sis->one, sis->f_all, sis->d_all);
  sis->started = true;
  return SG_OK;
}

sg_delta_counts sg_sis_count(const sg_sis *sis) { return sg_delta_count(sis->delta); }

/* ---- 3. The walk --------------------------------------------------------------------- */

/* Index among the n candidates of the best decision value, the first of equals; what is no number
 * counts as the worst. *ret_lead: to the second best. */
static int64_t choose(const sg_sis *s, int target, int64_t n, double *ret_lead)
{
  double best = -INFINITY, second = -INFINITY;
  int64_t at = 0;
  for (int64_t i = 0; i < n; i++) {
    double d = sg_sis_decide(s->plan, s->value + i * s->plan->units, target);
    if (d > best || (i == 0 && !isnan(d))) {
      second = i ? best : second;
      best = d;
      at = i;
    } else if (d > second) {
      second = d;
    }
  }
  *ret_lead = n > 1 ? (best > second ? best - second : 0) : INFINITY;
  return at;
}

/* Masks one position for good and records what the sequence then gives. */
static sg_status mask_one(sg_sis *s, int target, const sg_edit *edit, int64_t step, sg_err *err)
{
  sg_status status = sg_delta_commit(s->delta, edit, err);
  if (!status) status = sg_delta_value(s->delta, s->one, err);
  s->order[step] = edit->pos;
  s->walk_value[step] = sg_sis_decide(s->plan, s->one, target);
  return status;
}

sg_status sg_sis_walk_from_base(sg_sis *sis, int target, sg_sis_walk *ret_walk, sg_err *err)
{
  const sg_sis_plan *p = sis->plan;
  const uint8_t *codes = sg_delta_codes(sis->delta);
  int64_t n = 0, left;
  for (int64_t i = 0; i < p->length; i++) if (p->base[codes[i]]) sis->free_at[n++] = i;
  left = n;
  for (int64_t step = 0; step < n; step++) {
    for (int64_t i = 0; i < left; i++)
      sis->edit[i] = (sg_edit){ .pos = sis->free_at[i], .len = 1, .symbols = &p->mask };
    sg_status status = sg_delta_eval(sis->delta, left, sis->edit, sis->value, err);
    if (status) return status;
    int64_t at = choose(sis, target, left, &sis->lead[step]);
    status = mask_one(sis, target, &sis->edit[at], step, err);
    if (status) return status;
    left--;
    memmove(sis->free_at + at, sis->free_at + at + 1, (size_t) (left - at) * sizeof(int64_t));
  }
  *ret_walk = (sg_sis_walk){ n, sis->order, sis->walk_value, sis->lead };
  return SG_OK;
}

static sg_status check_call(const sg_sis *s, int target, sg_err *err)
{
  if (!s->started) return sg_fail(err, SG_EINVAL, "a session needs a sequence to start from");
  if (target >= 0 && target < s->plan->n_target) return SG_OK;
  return sg_fail(err, SG_EINVAL, "there is no target %d", target);
}

sg_status sg_sis_walk_all(sg_sis *sis, int target, sg_sis_walk *ret_walk, sg_err *err)
{
  sg_status status = check_call(sis, target, err);
  if (!status) status = sg_sis_base(sis, sis->all, err);
  return status ? status : sg_sis_walk_from_base(sis, target, ret_walk, err);
}
