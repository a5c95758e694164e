/* ops/conv.c: Conv: 1-D and 2-D convolution (cross-correlation, as all frameworks have it).
 *
 *   y[n][f][o] = b[f] + sum over c, t of W[f][c][t] * x[n][c][o * stride + t * dilation - pad]
 *
 * Contents
 *   1. attributes and shapes
 *   2. reach and need
 *   3. samples, table
 *
 * The arithmetic is in k_conv.c.
 */
#include <string.h>

#include "ops/k_conv.h"

/* ---- 1. Attributes and shapes ---------------------------------------------------------------- */

typedef struct conf {
  sg_conv conv;
  enum { GIVEN, VALID, SAME_UPPER, SAME_LOWER } padding;
  int64_t pad_end[2];
} conf;

static sg_status read_padding(sg_node *node, conf *c, sg_err *err)
{
  static const char *const names[] = { "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER" };
  const char *name;
  sg_status s = sg_node_string(node, "auto_pad", "NOTSET", &name, err);
  if (s) return s;
  for (int i = 0; i < 4; i++) {
    if (strcmp(name, names[i]) == 0) {
      c->padding = i;
      return SG_OK;
    }
  }
  return sg_node_refuse(node, err, "auto_pad '%.40s' is not known", name);
}

/* A list with one number per spatial axis, or two for pads (starts, then ends); all >= least. */
static sg_status read_axes(sg_node *node, const char *name, int per_axis, int64_t least,
                           int64_t *first, int64_t *second, sg_err *err)
{
  conf *c = node->conf;
  const int64_t *v;
  int64_t n;
  int nd = c->conv.nd;
  sg_status s = sg_node_ints(node, name, &v, &n, err);
  if (s || !n) return s;
  if (n != (int64_t) nd * per_axis)
    return sg_node_refuse(node, err, "attribute '%s' has %d numbers in place of %d", name, (int) n,
                          nd * per_axis);
  for (int64_t i = 0; i < n; i++) {
    if (v[i] < least || v[i] > INT32_MAX)
      return sg_node_refuse(node, err, "attribute '%s' is out of range", name);
    (i < nd ? first : second)[i % nd + 2 - nd] = v[i];
  }
  return SG_OK;
}

static sg_status read_attributes(sg_node *node, sg_err *err)
{
  conf *c = node->conf;
  sg_conv *v = &c->conv;
  int64_t kernel[2] = { v->k[0], v->k[1] };
  sg_status s = read_padding(node, c, err);
  if (!s) s = read_axes(node, "strides", 1, 1, v->stride, NULL, err);
  if (!s) s = read_axes(node, "dilations", 1, 1, v->dil, NULL, err);
  if (!s) s = read_axes(node, "kernel_shape", 1, 1, kernel, NULL, err);
  if (!s) s = read_axes(node, "pads", 2, 0, v->pad, c->pad_end, err);
  if (!s) s = sg_node_int(node, "group", 1, &v->groups, err);
  if (s) return s;
  if (kernel[0] != v->k[0] || kernel[1] != v->k[1])
    return sg_node_refuse(node, err, "kernel_shape differs from the shape of the weights");
  if (v->groups < 1 || v->F % v->groups)
    return sg_node_refuse(node, err, "%d filters do not make %d groups", (int) v->F,
                          (int) v->groups);
  return SG_OK;
}

static sg_status configure(sg_node *node, sg_err *err)
{
  conf *c = sg_arena_calloc(node->mem, 1, sizeof *c);
  const sg_shape *w = &node->in[1].shape;
  if (!c) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (sg_node_is_const(node, 0))
    return sg_node_refuse(node, err, "a convolution of constants is not implemented");
  if (!sg_node_is_const(node, 1) || (sg_node_has(node, 2) && !sg_node_is_const(node, 2)))
    return sg_node_refuse(node, err,
                          "weights that are computed from the input are not implemented");
  if (w->nd < 3 || w->nd > 4)
    return sg_node_refuse(node, err, "%d-D convolution is not implemented (1-D and 2-D are)",
                          w->nd - 2);
  sg_conv *v = &c->conv;
  *v = (sg_conv){ .nd = w->nd - 2, .F = w->d[0], .Cg = w->d[1], .k = { 1, w->d[w->nd - 1] },
                  .stride = { 1, 1 }, .dil = { 1, 1 } };
  if (v->nd == 2) v->k[0] = w->d[2];
  if (sg_shape_count(w) < 1) return sg_node_refuse(node, err, "the weights are empty");
  node->conf = c;
  sg_status s = read_attributes(node, err);
  if (s) return s;
  v->Fg = v->F / v->groups;
  v->C = v->Cg * v->groups;
  node->family = SG_LINEAR;
  node->flags |= SG_NODE_WEIGHTS;
  return SG_OK;
}

/* Output size along one axis, and with "same" padding how much of it stands before the start. */
static int64_t output_size(conf *c, int a)
{
  sg_conv *v = &c->conv;
  int64_t reach = (v->k[a] - 1) * v->dil[a] + 1, in = v->in[a];
  if (c->padding == SAME_UPPER || c->padding == SAME_LOWER) {
    int64_t out = (in + v->stride[a] - 1) / v->stride[a];
    int64_t total = (out - 1) * v->stride[a] + reach - in;
    if (total < 0) total = 0;
    v->pad[a] = c->padding == SAME_UPPER ? total / 2 : total - total / 2;
    return out;
  }
  if (c->padding == VALID) v->pad[a] = c->pad_end[a] = 0;
  int64_t room = in + v->pad[a] + c->pad_end[a] - reach;
  return room < 0 ? 0 : room / v->stride[a] + 1;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  conf *c = node->conf;
  sg_conv *v = &c->conv;
  const sg_shape *x = &node->in[0].shape;
  sg_shape *y = &node->out[0].shape;
  if (x->nd != v->nd + 2)
    return sg_node_misfit(node, err, "input of %d axes for weights of %d", x->nd, v->nd + 2);
  if (x->d[1] != v->C)
    return sg_node_misfit(node, err, "input has %d channels, the weights are for %d",
                          (int) x->d[1], (int) v->C);
  if (sg_node_has(node, 2) && sg_shape_count(&node->in[2].shape) != v->F)
    return sg_node_misfit(node, err, "bias of %d numbers for %d filters",
                          (int) sg_shape_count(&node->in[2].shape), (int) v->F);
  *y = *x;
  y->d[1] = v->F;
  v->in[0] = v->out[0] = 1;
  for (int i = 0; i < v->nd; i++) {
    int a = i + 2 - v->nd;
    v->in[a] = x->d[i + 2];
    v->out[a] = y->d[i + 2] = output_size(c, a);
    if (v->out[a] < 1)
      return sg_node_misfit(node, err, "input of %d positions is shorter than the filter (%d)",
                            (int) v->in[a], (int) ((v->k[a] - 1) * v->dil[a] + 1));
  }
  node->out[0].dtype = node->in[0].dtype;
  if (v->nd == 1 && v->groups == 1) node->flags |= SG_NODE_CODES;
  if (v->nd == 1 && (v->groups == 1 || v->Cg > 1 || v->Fg > 1)) node->flags |= SG_NODE_UPDATE;
  if (v->nd == 1 && v->groups == 1 && v->stride[1] % v->dil[1] == 0)
    node->flags |= SG_NODE_UPDATE_MAX;
  return SG_OK;
}

/* ---- 2. Reach and need ----------------------------------------------------------------------- */

/* Whether output o reads one of the input positions lo .. hi. */
static bool reads(const sg_conv *v, int a, int64_t o, int64_t lo, int64_t hi)
{
  int64_t q = o * v->stride[a] - v->pad[a];
  int64_t t = lo > q ? (lo - q + v->dil[a] - 1) / v->dil[a] : 0;
  return t < v->k[a] && q + t * v->dil[a] < hi;
}

/* Whether any output reads anything along axis a: with wide strides and padding none may. */
static bool sees(const sg_conv *v, int a)
{
  for (int64_t o = 0; o < v->out[a]; o++)
    if (reads(v, a, o, 0, v->in[a])) return true;
  return false;
}

/* Our number of the spatial axis, or -1. */
static int spatial(const sg_conv *v, int axis)
{
  return axis >= 2 && axis < v->nd + 2 ? axis - v->nd : -1;
}

static bool reach(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out)
{
  const sg_conv *v = node->conf;
  int a = spatial(v, in->axis);
  (void) o;
  if (k != 0 || a < 0) return false;
  int64_t last = (in->hi - 1 + v->pad[a]) / v->stride[a], first;
  if (last > v->out[a] - 1) last = v->out[a] - 1;
  first = in->lo + v->pad[a] - (v->k[a] - 1) * v->dil[a];
  first = first > 0 ? (first + v->stride[a] - 1) / v->stride[a] : 0;
  while (first <= last && !reads(v, a, first, in->lo, in->hi)) first++;
  while (last > first && !reads(v, a, last, in->lo, in->hi)) last--;
  *out = (sg_interval){ in->axis, first, last + 1 };
  if (last < first || !sees(v, 1 - a)) out->lo = out->hi = 0;
  return true;
}

static bool need(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in)
{
  const sg_conv *v = node->conf;
  int a = spatial(v, out->axis);
  (void) o;
  if (k != 0 || a < 0) return false;
  int64_t first = out->lo * v->stride[a] - v->pad[a], lo = v->in[a], hi = 0;
  int64_t last = (out->hi - 1) * v->stride[a] + (v->k[a] - 1) * v->dil[a] - v->pad[a];
  /* Nothing is clipped, or the taps leave no gaps: the ends say it all. */
  bool inside = first >= 0 && last < v->in[a];
  bool dense = v->dil[a] == 1 && v->stride[a] <= v->k[a] && first < v->in[a] && last >= 0;
  if (out->lo < out->hi && (inside || dense)) {
    *in = (sg_interval){ out->axis, first > 0 ? first : 0,
                         last < v->in[a] ? last + 1 : v->in[a] };
    return true;
  }
  for (int64_t p = out->lo; p < out->hi; p++) {
    for (int64_t t = 0; t < v->k[a]; t++) {
      int64_t q = p * v->stride[a] + t * v->dil[a] - v->pad[a];
      if (q < 0 || q >= v->in[a]) continue;
      if (q < lo) lo = q;
      if (q >= hi) hi = q + 1;
    }
  }
  *in = (sg_interval){ out->axis, hi ? lo : 0, hi };
  return true;
}

static int64_t madds(const sg_node *node)
{
  const sg_conv *v = node->conf;
  return v->out[0] * v->out[1] * v->F * sg_conv_terms(v);
}

/* ---- 3. Samples, table ----------------------------------------------------------------------- */

static int64_t draw(sg_sample *s, int64_t lo, int64_t hi)
{
  return lo + (int64_t) sg_rng_below(s->rng, (uint64_t) (hi - lo + 1));
}

/* Padding as attributes; returns how many positions it adds along axis a (pads[a], pads[nd +
 * a]). */
static void sample_padding(sg_sample *s, int nd, int64_t pads[4])
{
  static const char *const names[] = { "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET" };
  for (int i = 0; i < 4; i++) pads[i] = 0;
  int64_t kind = draw(s, 0, 5);
  if (kind < 4) {
    sg_attr_set_string(s->attrs, "auto_pad", names[kind]);
    return;
  }
  for (int i = 0; i < 2 * nd; i++) pads[i] = draw(s, 0, 3);
  sg_attr_set_ints(s->attrs, "pads", pads, 2 * nd);
}

static void sample(sg_sample *s)
{
  int nd = (int) draw(s, 0, 2) ? 1 : 2;
  int64_t groups = draw(s, 0, 3) ? 1 : draw(s, 2, 3), stride[2], dil[2], pads[4];
  sg_shape x = { .nd = nd + 2, .batched = true }, w = { .nd = nd + 2 };
  w.d[0] = groups * draw(s, 1, draw(s, 0, 4) ? 4 : 40);
  w.d[1] = draw(s, 1, draw(s, 0, 5) ? 4 : 20);
  x.d[1] = groups * w.d[1];
  sample_padding(s, nd, pads);
  for (int a = 0; a < nd; a++) {
    w.d[a + 2] = draw(s, 1, 4);
    stride[a] = draw(s, 1, 3);
    dil[a] = draw(s, 1, 3);
    int64_t least = (w.d[a + 2] - 1) * dil[a] + 1 - pads[a] - pads[nd + a];
    x.d[a + 2] = draw(s, 0, 7) + (least > 1 ? least : 1);
  }
  if (draw(s, 0, 1)) sg_attr_set_ints(s->attrs, "strides", stride, nd);
  else if (draw(s, 0, 1)) sg_attr_set_ints(s->attrs, "kernel_shape", &w.d[2], nd);
  sg_attr_set_ints(s->attrs, "dilations", dil, nd);
  sg_attr_set_int(s->attrs, "group", groups);
  s->n_in = 2 + (int) draw(s, 0, 1);
  s->in[0].shape = x;
  s->in[1].shape = w;
  s->in[2].shape = (sg_shape){ .nd = 1, .d = { w.d[0] } };
}

const sg_op SG_REAL(sg_op_conv) = {
  .name = "Conv",
  .summary = "convolution, 1-D and 2-D, with stride, dilation, groups and padding",
  .min_in = 2,
  .max_in = 3,
  .min_out = 1,
  .max_out = 1,
  .since = 1,
  .smooth = true,
  .fuses_relu = true,
  .configure = configure,
  .infer = infer,
  .prepare = SG_REAL(sg_conv_prepare),
  .forward = SG_REAL(sg_conv_forward),
  .vjp = SG_REAL(sg_conv_vjp),
  .update = SG_REAL(sg_conv_update),
  .update_max = SG_REAL(sg_conv_update_max),
  .update_max_bytes = SG_REAL(sg_conv_update_max_bytes),
  .reach = reach,
  .need = need,
  .madds = madds,
  .sample = sample,
};
