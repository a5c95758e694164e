/* import/keras_block.c: operations that several layers are made of: slices, reductions, arithmetic
 * with broadcasting, padding. Axes and shapes are Keras' own, batch first.
 */
#include <stdint.h>
#include <string.h>

#include "import/keras.h"

/* ---- Axes that go ---------------------------------------------------------------------------- */

/* Shape and layout once the Keras axes in `gone` (bit a) have left t. What remains is in Keras'
 * order when the channel axis left, else the layout stays. */
static void drop_axes(const sg_kx *x, sg_kt *t, unsigned gone)
{
  bool channels = gone >> (t->nd - 1) & 1;
  int n = 0;
  for (int a = 0; a < t->nd; a++)
    if (!(gone >> a & 1)) t->d[n++] = t->d[a];
  t->nd = n;
  t->cf = n <= 2 ? x->k->channels_first : t->cf || channels;
}

static sg_status squeeze(sg_kx *x, sg_kt *t, unsigned gone, sg_err *err)
{
  int64_t axes[SG_MAX_RANK];
  int in[2] = {t->value}, n = 0;
  for (int a = 1; a < t->nd; a++)
    if (gone >> a & 1) axes[n++] = sg_kt_axis(t, a);
  sg_status st = sg_kx_ints(x, axes, n, &in[1], err);
  if (!st) st = sg_kx_op(x, "Squeeze", 2, in, NULL, &t->value, err);
  if (!st) drop_axes(x, t, gone);
  return st;
}

/* ---- Slices ---------------------------------------------------------------------------------- */

/* A bound of Python's slices, counted from the start: in [lo, hi]. */
static int64_t bound(int64_t v, int64_t d, int64_t lo, int64_t hi)
{
  if (v == INT64_MIN) return lo;
  if (v == INT64_MAX) return hi;
  if (v < 0) v += d;
  return v < lo ? lo : v > hi ? hi : v;
}

/* How many positions s takes of d. */
static int64_t slice_length(const sg_kslice *s, int64_t d)
{
  bool all = (s->step > 0 ? s->start == 0 || s->start == INT64_MIN : s->start == INT64_MAX)
             && s->stop == (s->step > 0 ? INT64_MAX : INT64_MIN);
  if (all && (s->step == 1 || s->step == -1)) return d;
  if (d == SG_KDIM_ANY) return SG_KDIM_ANY;
  if (s->step > 0) {
    int64_t a = bound(s->start, d, 0, d), b = bound(s->stop, d, 0, d);
    return b > a ? (b - a + s->step - 1) / s->step : 0;
  }
  int64_t a = bound(s->start, d, -1, d - 1), b = bound(s->stop, d, -1, d - 1);
  return a > b ? (a - b - s->step - 1) / -s->step : 0;
}

static bool is_whole(const sg_kslice *s)
{
  return s->step == 1 && (s->start == 0 || s->start == INT64_MIN) && s->stop == INT64_MAX
         && !s->drop;
}

sg_status sg_kx_slice(sg_kx *x, sg_kt *t, int n, const sg_kslice *s, sg_err *err)
{
  int64_t start[SG_MAX_RANK], stop[SG_MAX_RANK], step[SG_MAX_RANK], axes[SG_MAX_RANK];
  int m = 0, in[5] = {t->value};
  unsigned gone = 0;
  if (n > t->nd) return sg_kx_misfit(x, err, "slices more axes than its input has");
  if (n > 0 && !is_whole(&s[0])) return sg_kx_refuse(x, err, "slices the batch");
  for (int a = 1; a < n; a++) {
    if (is_whole(&s[a])) continue;
    if (s[a].step == 0 || s[a].step < -INT32_MAX || s[a].step > INT32_MAX)
      return sg_kx_bad(x, err, "a slice of step %lld", (long long) s[a].step);
    t->d[a] = slice_length(&s[a], t->d[a]);
    if (t->d[a] == 0) return sg_kx_misfit(x, err, "its slice is empty");
    start[m] = s[a].start == INT64_MIN ? 0 : s[a].start;
    stop[m] = s[a].stop;
    step[m] = s[a].step;
    axes[m++] = sg_kt_axis(t, a);
    if (s[a].drop) gone |= 1u << a;
  }
  if (m == 0) return SG_OK;
  sg_status st = sg_kx_ints(x, start, m, &in[1], err);
  if (!st) st = sg_kx_ints(x, stop, m, &in[2], err);
  if (!st) st = sg_kx_ints(x, axes, m, &in[3], err);
  if (!st) st = sg_kx_ints(x, step, m, &in[4], err);
  if (!st) st = sg_kx_op(x, "Slice", 5, in, NULL, &t->value, err);
  return st || !gone ? st : squeeze(x, t, gone, err);
}

/* ---- Reductions ------------------------------------------------------------------------------ */

sg_status sg_kx_reduce(sg_kx *x, const char *op, sg_kt *t, int axis, bool keep, sg_err *err)
{
  if (axis < 1 || axis >= t->nd) return sg_kx_refuse(x, err, "reduces the batch");
  int64_t at = sg_kt_axis(t, axis);
  int in[2] = {t->value};
  sg_node_def *node;
  sg_status st = sg_kx_ints(x, &at, 1, &in[1], err);
  if (!st) st = sg_kx_op(x, op, 2, in, &node, &t->value, err);
  if (!st) st = sg_kx_attr_int(node, "keepdims", keep, err);
  if (keep) t->d[axis] = 1;
  else drop_axes(x, t, 1u << axis);
  return st;
}

/* ---- Arithmetic ------------------------------------------------------------------------------ */

/* Keras' merge layers give the tensor of lower rank new axes of length 1 behind the batch. */
static sg_status raise_rank(sg_kx *x, sg_kt *t, int nd, bool cf, sg_err *err)
{
  while (t->nd < nd) {
    for (int a = t->nd; a > 1; a--) t->d[a] = t->d[a - 1];
    t->d[1] = 1;
    t->nd++;
    t->cf = cf;
    int64_t axis = sg_kt_axis(t, 1);
    int in[2] = {t->value};
    sg_status st = sg_kx_ints(x, &axis, 1, &in[1], err);
    if (!st) st = sg_kx_op(x, "Unsqueeze", 2, in, NULL, &t->value, err);
    if (st) return st;
  }
  return SG_OK;
}

static sg_status broadcast(const sg_kx *x, const sg_kt *a, const sg_kt *b, sg_kt *out, sg_err *err)
{
  char ta[160], tb[160];
  *out = *a;
  for (int i = 1; i < a->nd; i++) {
    int64_t p = a->d[i], q = b->d[i];
    if (p == q || q == 1) continue;
    if (p == 1 || p == SG_KDIM_ANY) out->d[i] = q;
    else if (q != SG_KDIM_ANY)
      return sg_kx_misfit(x, err, "its inputs are of shapes %s and %s",
                          sg_kt_text(a, ta, sizeof ta), sg_kt_text(b, tb, sizeof tb));
  }
  return SG_OK;
}

sg_status sg_kx_binary(sg_kx *x, const char *op, const sg_kt *a, const sg_kt *b, sg_kt *out,
                       sg_err *err)
{
  sg_kt p = *a, q = *b;
  int nd = p.nd > q.nd ? p.nd : q.nd;
  if (p.nd < 2 || q.nd < 2)
    if (p.nd != q.nd) return sg_kx_misfit(x, err, "its inputs have %d and %d axes", p.nd, q.nd);
  bool cf = p.nd == nd ? p.cf : q.cf;
  sg_status st = raise_rank(x, &p, nd, cf, err);
  if (!st) st = raise_rank(x, &q, nd, cf, err);
  if (!st) st = sg_kx_layout(x, &q, p.cf, err);
  if (!st) st = broadcast(x, &p, &q, out, err);
  int in[2] = {p.value, q.value};
  return st ? st : sg_kx_op(x, op, 2, in, NULL, &out->value, err);
}

sg_status sg_kx_binary_number(sg_kx *x, const char *op, sg_kt *t, double v, bool reversed,
                              sg_err *err)
{
  int c, in[2];
  sg_status st = sg_kx_scalar(x, v, &c, err);
  if (st) return st;
  in[0] = reversed ? c : t->value;
  in[1] = reversed ? t->value : c;
  return sg_kx_op(x, op, 2, in, NULL, &t->value, err);
}

/* ---- Padding --------------------------------------------------------------------------------- */

sg_status sg_kx_pad(sg_kx *x, sg_kt *t, const int64_t *before, const int64_t *after, double value,
                    sg_err *err)
{
  int64_t pads[2 * SG_MAX_RANK] = {0};
  int in[3] = {t->value};
  for (int a = 1; a < t->nd; a++) {
    if (before[a] < 0 || after[a] < 0 || before[a] > INT32_MAX || after[a] > INT32_MAX)
      return sg_kx_bad(x, err, "a padding of %lld, %lld", (long long) before[a],
                       (long long) after[a]);
    pads[sg_kt_axis(t, a)] = before[a];
    pads[t->nd + sg_kt_axis(t, a)] = after[a];
    if (t->d[a] != SG_KDIM_ANY) t->d[a] += before[a] + after[a];
  }
  sg_status st = sg_kx_ints(x, pads, 2 * t->nd, &in[1], err);
  if (!st) st = sg_kx_scalar(x, value, &in[2], err);
  return st ? st : sg_kx_op(x, "Pad", 3, in, NULL, &t->value, err);
}
