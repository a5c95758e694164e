/* engine/delta.c: sessions: a base sequence, edits of it, both strands, and full evaluation.
 *
 * Contents
 *   1. full evaluation of whole sequences
 *   2. making and freeing
 *   3. base, edits, commits
 *   4. names and counts
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/delta.h"
#include "engine/exec.h"

/* ---- 1. Full evaluation -------------------------------------------------------------- */

/* Units of all heads of item i of the last forward. */
static void read_heads(const sg_delta *d, int64_t i, double *value)
{
  const sg_delta_plan *dp = d->dp;
  for (int h = 0; h < dp->n_head; h++) {
    const sg_delta_head *head = &dp->head[h];
    int64_t pitch = sg_shape_item(&dp->plan->value[head->value].shape);
    const void *data = d->exec->value[head->value].data;
    for (int64_t u = 0; u < head->units; u++)
      *value++ = dp->plan->f64 ? ((const double *) data)[i * pitch + head->at[u]]
                               : (double) ((const float *) data)[i * pitch + head->at[u]];
  }
}

static void combine(sg_rc rc, int64_t n, const double *minus, double *plus)
{
  for (int64_t i = 0; i < n; i++) {
    if (rc == SG_RC_MEAN) plus[i] = 0.5 * (plus[i] + minus[i]);
    else if (!(plus[i] >= minus[i]) && plus[i] == plus[i]) plus[i] = minus[i];
  }
}

static void reverse_complement(const sg_delta_plan *dp, int64_t n, uint8_t *codes)
{
  for (int64_t i = 0, j = n - 1; i <= j; i++, j--) {
    uint8_t a = dp->complement[codes[i]];
    codes[i] = dp->complement[codes[j]];
    codes[j] = a;
  }
}

/* codes[n][L], n <= batch, on the strand they are given. */
static sg_status forward(sg_delta *d, int n, const uint8_t *codes, double *value, sg_err *err)
{
  d->input[d->dp->plan->dna].codes = codes;
  sg_status s = sg_exec_forward(d->exec, n, d->input, err);
  for (int i = 0; !s && i < n; i++) read_heads(d, i, value + i * d->dp->units);
  return s;
}

/* Both strands of d->work[n][L]; the codes are turned round by it. */
static sg_status forward_work(sg_delta *d, int n, double *value, sg_err *err)
{
  const sg_delta_plan *dp = d->dp;
  int64_t L = dp->plan->length;
  sg_status s = forward(d, n, d->work, value, err);
  d->counts.full += n;
  if (s || dp->rc == SG_RC_NONE) return s;
  for (int i = 0; i < n; i++) reverse_complement(dp, L, d->work + i * L);
  s = forward(d, n, d->work, d->scratch, err);
  if (!s) combine(dp->rc, n * dp->units, d->scratch, value);
  return s;
}

sg_status sg_delta_full(sg_delta *delta, int64_t n, const uint8_t *codes, double *value,
                        sg_err *err)
{
  int64_t L = delta->dp->plan->length;
  if (!delta->based) return sg_fail(err, SG_EINVAL, "a session needs a base first");
  for (int64_t i = 0; i < n; i += delta->batch) {
    int m = n - i < delta->batch ? (int) (n - i) : delta->batch;
    memcpy(delta->work, codes + i * L, (size_t) (m * L));
    sg_status s = forward_work(delta, m, value + i * delta->dp->units, err);
    if (s) return s;
  }
  return SG_OK;
}

/* ---- 2. Making and freeing ----------------------------------------------------------- */

static sg_status make_other(sg_delta *d)
{
  const sg_plan *p = d->dp->plan;
  for (int k = 0; k < p->n_input; k++) {
    if (k == p->dna) continue;
    int64_t units = sg_shape_item(&p->value[p->input_value[k]].shape);
    d->other[k] = sg_arena_calloc(d->mem, (size_t) (d->batch * units), sizeof(double));
    if (!d->other[k]) return SG_ENOMEM;
    d->input[k].data64 = d->other[k];
  }
  return SG_OK;
}

static sg_status make_buffers(sg_delta *d)
{
  const sg_plan *p = d->dp->plan;
  size_t L = (size_t) p->length, batch = (size_t) d->batch, units = (size_t) d->dp->units + 1;
  d->input = sg_arena_calloc(d->mem, (size_t) p->n_input + 1, sizeof *d->input);
  d->other = sg_arena_calloc(d->mem, (size_t) p->n_input + 1, sizeof *d->other);
  d->codes = sg_arena_calloc(d->mem, L, 1);
  d->work = sg_arena_calloc(d->mem, batch * L, 1);
  d->value = sg_arena_calloc(d->mem, units, sizeof *d->value);
  d->scratch = sg_arena_calloc(d->mem, batch * units, sizeof *d->scratch);
  if (!d->input || !d->other || !d->codes || !d->work || !d->value || !d->scratch)
    return SG_ENOMEM;
  return make_other(d);
}

sg_status sg_delta_new(const sg_delta_plan *plan, sg_delta **ret_delta, sg_err *err)
{
  *ret_delta = NULL;
  sg_delta *d = calloc(1, sizeof *d);
  if (!d) return sg_fail(err, SG_ENOMEM, "out of memory");
  d->dp = plan;
  d->mem = sg_arena_new();
  sg_status s = d->mem ? sg_exec_new(plan->plan, 0, 0, &d->exec, err) : SG_ENOMEM;
  if (!s) {
    d->batch = sg_exec_batch(d->exec);
    if (plan->has_mask)
      memcpy(d->exec->symbols.col[SG_CODE_MASK], plan->mask, sizeof plan->mask);
    s = make_buffers(d);
  }
  if (s == SG_ENOMEM) sg_fail(err, s, "out of memory for a session");
  if (s) sg_delta_free(d);
  else *ret_delta = d;
  return s;
}

void sg_delta_free(sg_delta *delta)
{
  if (!delta) return;
  sg_exec_free(delta->exec);
  sg_arena_free(delta->mem);
  free(delta);
}

/* ---- 3. Base, edits, commits --------------------------------------------------------- */

/* Copies the inputs beside the DNA, once for every sequence of a batch. */
static sg_status take_other(sg_delta *d, const sg_input *inputs, sg_err *err)
{
  const sg_plan *p = d->dp->plan;
  for (int k = 0; k < p->n_input; k++) {
    const sg_plan_value *v = &p->value[p->input_value[k]];
    int64_t units = sg_shape_item(&v->shape);
    if (k == p->dna || v->last_use < 0) continue;
    if (!inputs[k].data && !inputs[k].data64)
      return sg_fail(err, SG_EINVAL, "input '%s' of the network is not given", v->name);
    for (int64_t i = 0; i < d->batch * units; i++)
      d->other[k][i] = inputs[k].data64 ? inputs[k].data64[i % units]
                                        : (double) inputs[k].data[i % units];
  }
  return SG_OK;
}

static sg_status check_edit(const sg_delta *d, const sg_edit *e, sg_err *err)
{
  int64_t L = d->dp->plan->length;
  if (!d->based) return sg_fail(err, SG_EINVAL, "a session needs a base first");
  if (e->len >= 0 && e->pos >= 0 && e->len <= L && e->pos <= L - e->len) return SG_OK;
  return sg_fail(err, SG_EINVAL, "an edit of %" PRId64 " positions at %" PRId64
                 " does not lie in a sequence of %" PRId64, e->len, e->pos, L);
}

sg_status sg_delta_base(sg_delta *delta, const sg_input *inputs, sg_err *err)
{
  const sg_plan *p = delta->dp->plan;
  if (!inputs[p->dna].codes) return sg_fail(err, SG_EINVAL, "the base is given as codes");
  sg_status s = take_other(delta, inputs, err);
  if (s) return s;
  memcpy(delta->codes, inputs[p->dna].codes, (size_t) p->length);
  delta->based = true;
  delta->counts.bases++;
  return sg_delta_full(delta, 1, delta->codes, delta->value, err);
}

const uint8_t *sg_delta_codes(const sg_delta *delta) { return delta->codes; }

sg_status sg_delta_value(sg_delta *delta, double *value, sg_err *err)
{
  if (!delta->based) return sg_fail(err, SG_EINVAL, "a session needs a base first");
  memcpy(value, delta->value, (size_t) delta->dp->units * sizeof *value);
  return SG_OK;
}

/* Every edit from scratch. */
static sg_status eval_full(sg_delta *d, int64_t n, const sg_edit *edits, double *value,
                           sg_err *err)
{
  int64_t L = d->dp->plan->length;
  for (int64_t i = 0; i < n; i += d->batch) {
    int m = n - i < d->batch ? (int) (n - i) : d->batch;
    for (int j = 0; j < m; j++) {
      const sg_edit *e = &edits[i + j];
      memcpy(d->work + j * L, d->codes, (size_t) L);
      if (e->len) memcpy(d->work + j * L + e->pos, e->symbols, (size_t) e->len);
    }
    sg_status s = forward_work(d, m, value + i * d->dp->units, err);
    if (s) return s;
  }
  return SG_OK;
}

sg_status sg_delta_eval(sg_delta *delta, int64_t n, const sg_edit *edits, double *value,
                        sg_err *err)
{
  for (int64_t i = 0; i < n; i++) {
    sg_status s = check_edit(delta, &edits[i], err);
    if (s) return s;
  }
  delta->counts.edits += n;
  delta->counts.full_madds += (double) n * delta->dp->madds;
  return eval_full(delta, n, edits, value, err);
}

sg_status sg_delta_commit(sg_delta *delta, const sg_edit *edit, sg_err *err)
{
  sg_status s = check_edit(delta, edit, err);
  if (s) return s;
  if (edit->len) memcpy(delta->codes + edit->pos, edit->symbols, (size_t) edit->len);
  delta->counts.commits++;
  return sg_delta_full(delta, 1, delta->codes, delta->value, err);
}

/* ---- 4. Names and counts ------------------------------------------------------------- */

sg_delta_counts sg_delta_count(const sg_delta *delta) { return delta->counts; }

size_t sg_delta_bytes(const sg_delta *delta)
{
  return sg_arena_bytes(delta->mem) + sg_exec_bytes(delta->exec);
}
