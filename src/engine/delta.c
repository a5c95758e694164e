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

static int strands(const sg_delta_plan *dp) { return dp->rc == SG_RC_NONE ? 1 : 2; }

static sg_status make_sides(sg_delta *d)
{
  for (int k = 0; k < strands(d->dp); k++) {
    sg_side *z = &d->side[k];
    *z = (sg_side){ .dp = d->dp, .symbols = &d->exec->symbols, .win = sg_arena_new(),
                    .tmp = sg_arena_new() };
    sg_status s = z->win && z->tmp ? SG_OK : SG_ENOMEM;
    if (!s) s = d->dp->plan->f64 ? sg_side_new_f64(z, d->mem) : sg_side_new_f32(z, d->mem);
    if (s) return s;
  }
  d->out = sg_arena_calloc(d->mem, (size_t) (d->dp->batch * d->dp->units) + 1, sizeof *d->out);
  d->turned = sg_arena_calloc(d->mem, (size_t) d->dp->batch + 1, sizeof *d->turned);
  return d->out && d->turned ? SG_OK : SG_ENOMEM;
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
  if (!s && !plan->full) s = make_sides(d);
  if (s == SG_ENOMEM) sg_fail(err, s, "out of memory for a session");
  if (s) sg_delta_free(d);
  else *ret_delta = d;
  return s;
}

void sg_delta_free(sg_delta *delta)
{
  if (!delta) return;
  for (int k = 0; k < 2; k++) {
    sg_arena_free(delta->side[k].win);
    sg_arena_free(delta->side[k].tmp);
  }
  sg_exec_free(delta->exec);
  sg_arena_free(delta->mem);
  sg_delta_team_free(delta->team);
  free(delta->order);
  free(delta->sorted);
  free(delta->text);
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

/* Codes index tables of the network's symbols. */
static sg_status check_codes(int64_t n, const uint8_t *codes, sg_err *err)
{
  for (int64_t i = 0; i < n; i++)
    if (codes[i] >= SG_MAX_SYMBOLS)
      return sg_fail(err, SG_EINVAL, "symbol %d is no code (seqgloss/codes.h)", codes[i]);
  return SG_OK;
}

static sg_status check_edit(const sg_delta *d, const sg_edit *e, sg_err *err)
{
  int64_t L = d->dp->plan->length;
  if (!d->based) return sg_fail(err, SG_EINVAL, "a session needs a base first");
  if (e->len >= 0 && e->pos >= 0 && e->len <= L && e->pos <= L - e->len)
    return check_codes(e->len, e->symbols, err);
  return sg_fail(err, SG_EINVAL, "an edit of %" PRId64 " positions at %" PRId64
                 " does not lie in a sequence of %" PRId64, e->len, e->pos, L);
}

/* f of the base, from the sides. */
static void take_value(sg_delta *d)
{
  for (int k = 0; k < strands(d->dp); k++) {
    double *to = k ? d->scratch : d->value;
    if (d->dp->plan->f64) sg_side_value_f64(&d->side[k], to);
    else sg_side_value_f32(&d->side[k], to);
  }
  if (strands(d->dp) > 1) combine(d->dp->rc, d->dp->units, d->scratch, d->value);
}

sg_status sg_delta_base(sg_delta *delta, const sg_input *inputs, sg_err *err)
{
  const sg_plan *p = delta->dp->plan;
  if (!inputs[p->dna].codes) return sg_fail(err, SG_EINVAL, "the base is given as codes");
  sg_status s = check_codes(p->length, inputs[p->dna].codes, err);
  if (!s) s = take_other(delta, inputs, err);
  if (s) return s;
  memcpy(delta->codes, inputs[p->dna].codes, (size_t) p->length);
  delta->based = true;
  delta->counts.bases++;
  sg_delta_team_base(delta->team);
  if (delta->dp->full) return sg_delta_full(delta, 1, delta->codes, delta->value, err);
  for (int k = 0; k < strands(delta->dp) && !s; k++) {
    sg_side *z = &delta->side[k];
    memcpy(z->codes, delta->codes, (size_t) p->length);
    if (k) reverse_complement(delta->dp, p->length, z->codes);
    s = p->f64 ? sg_side_base_f64(z, delta->other, err) : sg_side_base_f32(z, delta->other, err);
  }
  if (!s) take_value(delta);
  else delta->based = false;
  return s;
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

/* Places of n edits by length, then position, then as they came. */
static int compare_edits(const sg_edit *a, const sg_edit *b)
{
  if (a->len != b->len) return a->len < b->len ? -1 : 1;
  return a->pos < b->pos ? -1 : a->pos > b->pos;
}

static void merge_orders(const sg_edit *edits, const int64_t *a, int64_t na, const int64_t *b,
                         int64_t nb, int64_t *to)
{
  while (na && nb) {
    bool second = compare_edits(&edits[*b], &edits[*a]) < 0;
    *to++ = second ? *b++ : *a++;
    if (second) nb--;
    else na--;
  }
  memcpy(to, na ? a : b, (size_t) (na + nb) * sizeof *to);
}

/* order[2n]: the first n come out sorted (a stable merge sort; sorted input costs one look). */
static void sort_edits(const sg_edit *edits, int64_t n, int64_t *order)
{
  bool sorted = true;
  for (int64_t i = 0; i < n; i++) {
    order[i] = i;
    if (i && compare_edits(&edits[i], &edits[i - 1]) < 0) sorted = false;
  }
  for (int64_t width = 1; width < n && !sorted; width *= 2) {
    for (int64_t i = 0; i < n; i += 2 * width) {
      int64_t m = i + width < n ? i + width : n, e = i + 2 * width < n ? i + 2 * width : n;
      merge_orders(edits, order + i, m - i, order + m, e - m, order + n + i);
    }
    memcpy(order, order + n, (size_t) n * sizeof *order);
  }
}

static sg_status make_room(sg_delta *d, int64_t n)
{
  if ((size_t) n <= d->cap_order) return SG_OK;
  int64_t *order = realloc(d->order, 2 * (size_t) n * sizeof *order);
  if (order) d->order = order;
  sg_edit *sorted = realloc(d->sorted, (size_t) n * sizeof *sorted);
  if (sorted) d->sorted = sorted;
  if (!order || !sorted) return SG_ENOMEM;
  d->cap_order = (size_t) n;
  return SG_OK;
}

/* Edits of one length on the reverse strand, in d->turned. */
static sg_status turn_edits(sg_delta *d, int64_t n, const sg_edit *edits)
{
  int64_t L = d->dp->plan->length;
  size_t bytes = (size_t) (n * edits[0].len) + 1;
  if (bytes > d->cap_text) {
    uint8_t *text = realloc(d->text, bytes);
    if (!text) return SG_ENOMEM;
    d->text = text;
    d->cap_text = bytes;
  }
  uint8_t *to = d->text;
  for (int64_t i = 0; i < n; i++, to += edits[0].len) {
    const sg_edit *e = &edits[i];
    for (int64_t k = 0; k < e->len; k++)
      to[k] = d->dp->complement[e->symbols[e->len - 1 - k]];
    d->turned[i] = (sg_edit){ L - e->pos - e->len, e->len, to };
  }
  return SG_OK;
}

sg_status sg_delta_batch(sg_delta *delta, int64_t n, const sg_edit *sorted, const int64_t *order,
                         double *value, sg_err *err)
{
  const sg_delta_plan *dp = delta->dp;
  for (int k = 0; k < strands(dp); k++) {
    sg_side *z = &delta->side[k];
    if (k && turn_edits(delta, n, sorted)) return sg_fail(err, SG_ENOMEM, "out of memory");
    const sg_edit *edits = k ? delta->turned : sorted;
    sg_status s = dp->plan->f64 ? sg_side_eval_f64(z, (int) n, edits, delta->out, err)
                                : sg_side_eval_f32(z, (int) n, edits, delta->out, err);
    if (s) return s;
    for (int64_t i = 0; i < n; i++) {
      double *to = value + order[i] * dp->units;
      if (k) combine(dp->rc, dp->units, delta->out + i * dp->units, to);
      else memcpy(to, delta->out + i * dp->units, (size_t) dp->units * sizeof *to);
    }
  }
  return SG_OK;
}

static sg_status eval_sorted(sg_delta *d, int64_t n, double *value, sg_err *err)
{
  for (int64_t i = 0, m; i < n; i += m) {
    for (m = 1; i + m < n && m < d->dp->batch && d->sorted[i + m].len == d->sorted[i].len;) m++;
    sg_status s = sg_delta_batch(d, m, d->sorted + i, d->order + i, value, err);
    if (s) return s;
  }
  return SG_OK;
}

static sg_status eval_sides(sg_delta *d, int64_t n, const sg_edit *edits, double *value,
                            sg_err *err)
{
  if (make_room(d, n)) return sg_fail(err, SG_ENOMEM, "out of memory");
  sort_edits(edits, n, d->order);
  for (int64_t i = 0; i < n; i++) d->sorted[i] = edits[d->order[i]];
  if (sg_delta_team_worth(d->team, n)) return sg_delta_team_eval(d, n, value, err);
  return eval_sorted(d, n, value, err);
}

/* Greatest distance from full evaluation. */
static sg_status verify(sg_delta *d, int64_t n, const sg_edit *edits, const double *value,
                        sg_err *err)
{
  int64_t units = d->dp->units;
  double *full = malloc((size_t) (n * units + 1) * sizeof *full);
  if (!full) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status s = eval_full(d, n, edits, full, err);
  double scale = 1;
  for (int64_t u = 0; u < units; u++) scale = fmax(scale, fabs(d->value[u]));
  for (int64_t i = 0; i < n * units && !s; i++) {
    double off = fabs(value[i] - full[i]) / fmax(scale, fabs(full[i]));
    if (isnan(value[i]) && isnan(full[i])) continue;
    if (!(off <= d->counts.worst)) d->counts.worst = isnan(off) ? INFINITY : off;
  }
  free(full);
  return s;
}

sg_status sg_delta_eval(sg_delta *delta, int64_t n, const sg_edit *edits, double *value,
                        sg_err *err)
{
  const sg_delta_plan *dp = delta->dp;
  for (int64_t i = 0; i < n; i++) {
    sg_status s = check_edit(delta, &edits[i], err);
    if (s) return s;
  }
  delta->counts.edits += n;
  delta->counts.full_madds += (double) n * dp->madds * strands(dp);
  if (dp->full) return eval_full(delta, n, edits, value, err);
  sg_status s = eval_sides(delta, n, edits, value, err);
  return s || !dp->verify ? s : verify(delta, n, edits, value, err);
}

sg_status sg_delta_commit(sg_delta *delta, const sg_edit *edit, sg_err *err)
{
  const sg_delta_plan *dp = delta->dp;
  int64_t L = dp->plan->length;
  sg_status s = check_edit(delta, edit, err);
  if (s || !edit->len) return s;
  memcpy(delta->codes + edit->pos, edit->symbols, (size_t) edit->len);
  delta->counts.commits++;
  sg_delta_team_commit(delta->team, edit->pos, edit->len);
  delta->counts.full_madds += dp->madds * strands(dp);
  if (dp->full) return sg_delta_full(delta, 1, delta->codes, delta->value, err);
  for (int k = 0; k < strands(dp) && !s; k++) {
    sg_side *z = &delta->side[k];
    int64_t pos = k ? L - edit->pos - edit->len : edit->pos;
    memcpy(z->codes + pos, edit->symbols, (size_t) edit->len);
    if (k) reverse_complement(dp, edit->len, z->codes + pos);
    s = dp->plan->f64 ? sg_side_commit_f64(z, pos, edit->len, err)
                      : sg_side_commit_f32(z, pos, edit->len, err);
  }
  if (!s) take_value(delta);
  else delta->based = false;
  return s;
}

/* ---- 4. Names and counts ------------------------------------------------------------- */

sg_delta_counts sg_delta_count(const sg_delta *delta)
{
  sg_delta_counts c = delta->counts;
  c.madds = delta->side[0].madds + delta->side[1].madds + sg_delta_team_madds(delta->team);
  if (delta->dp->full) c.madds = c.full_madds;
  return c;
}

size_t sg_delta_bytes(const sg_delta *delta)
{
  size_t bytes = sg_arena_bytes(delta->mem) + sg_exec_bytes(delta->exec);
  for (int k = 0; k < 2; k++)
    if (delta->side[k].win)
      bytes += sg_arena_bytes(delta->side[k].win) + sg_arena_bytes(delta->side[k].tmp);
  return bytes + sg_delta_team_bytes(delta->team);
}
