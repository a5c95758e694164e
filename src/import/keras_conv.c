/* import/keras_conv.c: convolutions: plain, depthwise, separable; one and two dimensions.
 *
 * Contents
 *   1. parameters in the words of every version
 *   2. output lengths
 *   3. the Conv node
 *   4. kernels: to ONNX' W[out][in/groups][k...]
 *   5. the layers
 *
 * Keras 2 and 3 store kernels as (k..., in/groups, out), Keras 1 with Theano's order as (out, in,
 * k...). What Theano wrote are true convolutions: those kernels are reversed along k. Padding:
 * "same" is ONNX' SAME_UPPER, total max((ceil(L/s) - 1) s + (k-1) d + 1 - L, 0) with the smaller
 * half on the left; "causal" puts (k-1) d zeros on the left. Theano's "same" does not depend on L
 * or the stride: k/2 on the left, k-1-k/2 on the right.
 */
#include <string.h>

#include "import/keras.h"

/* ---- 1. Parameters --------------------------------------------------------------------------- */

/* One or nd whole numbers >= 1 into v; `def` where there are none. */
static sg_status sizes(const sg_kx *x, const char *keys, int nd, int64_t def, int64_t *v,
                       sg_err *err)
{
  int n = sg_kj_ints(sg_kj_get(x->cfg, keys), v, nd);
  if (n == 0) v[n++] = def;
  for (int i = n; n == 1 && i < nd; i++) v[i] = v[0];
  bool ok = n == 1 || n == nd;
  for (int i = 0; ok && i < nd; i++) ok = v[i] >= 1;
  return ok ? SG_OK : sg_kx_bad(x, err, "malformed %s", keys);
}

/* Keras 1: nb_row and nb_col, filter_length. */
static sg_status kernel_size(const sg_kx *x, int nd, int64_t *v, sg_err *err)
{
  if (nd == 2 && sg_kj_get(x->cfg, "nb_row")) {
    sg_status st = sizes(x, "nb_row", 1, 0, &v[0], err);
    return st ? st : sizes(x, "nb_col", 1, 0, &v[1], err);
  }
  return sizes(x, nd == 1 ? "kernel_size|filter_length" : "kernel_size", nd, 0, v, err);
}

sg_status sg_kconv_read(const sg_kx *x, int nd, sg_kconv *c, sg_err *err)
{
  *c = (sg_kconv){.nd = nd};
  sg_status st = kernel_size(x, nd, c->kernel, err);
  if (!st) st = sizes(x, "strides|subsample|subsample_length", nd, 1, c->stride, err);
  if (!st) st = sizes(x, "dilation_rate|atrous_rate", nd, 1, c->dilation, err);
  if (!st) st = sizes(x, "groups", 1, 1, &c->groups, err);
  if (st) return st;
  c->padding = sg_kj_text(x->cfg, "padding|border_mode", "valid");
  static const char *const known[] = {"valid", "same", "causal", "full"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(known[i], c->padding) == 0) return SG_OK;
  return sg_kx_refuse(x, err, "padding '%s' is not known", c->padding);
}

/* ---- 2. Output lengths ----------------------------------------------------------------------- */

static bool padding_is(const sg_kconv *c, const char *name)
{
  return strcmp(c->padding, name) == 0;
}

sg_status sg_kconv_length(const sg_kx *x, const sg_kconv *c, int axis, int64_t in, int64_t *ret,
                          sg_err *err)
{
  int64_t span = (c->kernel[axis] - 1) * c->dilation[axis] + 1, s = c->stride[axis];
  *ret = SG_KDIM_ANY;
  if (in == SG_KDIM_ANY) return SG_OK;
  if (padding_is(c, "valid") && in < span)
    return sg_kx_misfit(x, err, "a window of %lld positions on an input of %lld", (long long) span,
                        (long long) in);
  if (padding_is(c, "full")) in += 2 * (span - 1);
  *ret = padding_is(c, "valid") || padding_is(c, "full") ? (in - span) / s + 1 : (in + s - 1) / s;
  return SG_OK;
}

/* ---- 3. The node ----------------------------------------------------------------------------- */

static sg_status padding_attr(const sg_kx *x, const sg_kconv *c, sg_node_def *node, sg_err *err)
{
  int64_t pads[4] = {0};
  if (padding_is(c, "valid")) return SG_OK;
  if (padding_is(c, "same") && !x->k->theano)
    return sg_kx_attr_text(node, "auto_pad", "SAME_UPPER", err);
  for (int i = 0; i < c->nd; i++) {
    int64_t span = (c->kernel[i] - 1) * c->dilation[i];
    pads[i] = padding_is(c, "same") ? (span + 1) / 2 : span;
    if (padding_is(c, "same")) pads[c->nd + i] = span - pads[i];
    if (padding_is(c, "full")) pads[c->nd + i] = span;
  }
  return sg_kx_attr_ints(node, "pads", pads, 2 * c->nd, err);
}

sg_status sg_kconv_node(sg_kx *x, const sg_kconv *c, sg_kt *t, int w, int b, int64_t out,
                        sg_err *err)
{
  int in[3] = {t->value, w, b};
  int first = t->cf ? 2 : 1;
  sg_node_def *node;
  sg_status st = sg_kx_op(x, "Conv", b == SG_NONE ? 2 : 3, in, &node, &t->value, err);
  if (!st) st = sg_kx_attr_ints(node, "kernel_shape", c->kernel, c->nd, err);
  if (!st) st = sg_kx_attr_ints(node, "strides", c->stride, c->nd, err);
  if (!st) st = sg_kx_attr_ints(node, "dilations", c->dilation, c->nd, err);
  if (!st) st = sg_kx_attr_int(node, "group", c->groups, err);
  if (!st) st = padding_attr(x, c, node, err);
  for (int i = 0; !st && i < c->nd; i++)
    st = sg_kconv_length(x, c, i, t->d[first + i], &t->d[first + i], err);
  t->d[t->cf ? 1 : t->nd - 1] = out;
  return st;
}

/* ---- 4. Kernels ------------------------------------------------------------------------------ */

/* A kernel with its axes named: where k..., in, out stand in the file. */
typedef struct kernel { int spatial, in, out; } kernel;

static const kernel last = {0, -2, -1};     /* (k..., in, out) */
static const kernel first = {2, 1, 0};      /* (out, in, k...) */

/* Keras 1 convolves in one dimension with kernels of two, one wide: (k, 1, in, out), or (out, in,
 * k, 1) in the oldest files. Returns the tensor without that axis. */
static const sg_tensor *without_width(sg_kx *x, const sg_tensor *w, const sg_kconv *c, bool *old)
{
  *old = false;
  if (c->nd != 1 || w->shape.nd != 4) return w;
  bool new_order = w->shape.d[0] == c->kernel[0] && w->shape.d[1] == 1;
  bool old_order = w->shape.d[2] == c->kernel[0] && w->shape.d[3] == 1;
  sg_tensor *t = sg_arena_alloc(x->k->tmp, 1, sizeof *t);
  if (!t || (!new_order && !old_order)) return w;
  *t = *w;
  t->shape.nd = 3;
  *old = !new_order;
  if (new_order) memmove(&t->shape.d[1], &t->shape.d[2], 2 * sizeof t->shape.d[0]);
  return t;
}

/* W[out][in][k...] from a file's kernel. */
static sg_status pack(sg_kx *x, const char *tag, const sg_tensor *w, const sg_kconv *c,
                      const kernel *order, bool flip, int *ret, sg_err *err)
{
  int nd = c->nd + 2;
  sg_kpack p = {.tag = tag, .from = w, .nd = nd};
  p.perm[0] = order->out < 0 ? order->out + nd : order->out;
  p.perm[1] = order->in < 0 ? order->in + nd : order->in;
  for (int i = 0; i < c->nd; i++) p.perm[2 + i] = order->spatial + i;
  for (int i = 0; i < nd; i++) p.d[i] = w->shape.d[p.perm[i]];
  if (flip) p.flip = c->nd == 1 ? 4 : 12;
  return sg_kx_pack(x, &p, ret, err);
}

/* Checks W's shape against what the layer says. */
static sg_status check_kernel(const sg_kx *x, const sg_tensor *w, const sg_kconv *c,
                              const kernel *order, int64_t in, int64_t out, sg_err *err)
{
  int nd = c->nd + 2;
  bool ok = w->shape.nd == nd;
  for (int i = 0; ok && i < c->nd; i++) ok = w->shape.d[order->spatial + i] == c->kernel[i];
  if (ok) ok = w->shape.d[order->in < 0 ? order->in + nd : order->in] == in;
  if (ok) ok = w->shape.d[order->out < 0 ? order->out + nd : order->out] == out;
  return ok ? SG_OK
            : sg_kx_misfit(x, err, "its kernel does not fit its configuration and an input of %lld "
                           "channels", (long long) (in * c->groups));
}

/* Channels of t, which must be known. */
static sg_status channels(const sg_kx *x, const sg_kt *t, int64_t *ret, sg_err *err)
{
  *ret = t->d[t->cf ? 1 : t->nd - 1];
  return *ret > 0 ? SG_OK : sg_kx_misfit(x, err, "the number of its input channels is open");
}

/* ---- 5. Layers ------------------------------------------------------------------------------- */

/* Dimensions by the class name, and the input laid out as its data_format says. */
static sg_status begin(sg_kx *x, sg_kconv *c, int64_t *in, sg_err *err)
{
  int nd = strstr(x->type, "2D") ? 2 : 1;
  x->out = x->in[0];
  sg_status st = sg_kconv_read(x, nd, c, err);
  if (!st) st = sg_kx_rank(x, &x->out, nd + 2, nd + 2, err);
  if (!st) st = sg_kx_layout(x, &x->out, sg_kx_channels_first(x), err);
  return st ? st : channels(x, &x->out, in, err);
}

static bool has_bias(const sg_kx *x) { return sg_kj_bool(x->cfg, "use_bias|bias", true); }

/* The bias is the layer's array i; *ret = SG_NONE without one. */
static sg_status bias(sg_kx *x, int i, int64_t n, int *ret, sg_err *err)
{
  *ret = SG_NONE;
  if (!has_bias(x)) return SG_OK;
  sg_status st = sg_kx_shape(x, i, 1, &n, err);
  return st ? st : sg_kx_vector(x, "bias", x->layer->weight[i], n, ret, err);
}

static sg_status activation(sg_kx *x, sg_err *err)
{
  return sg_kx_activation(x, sg_kj_get(x->cfg, "activation"), &x->out, err);
}

sg_status sg_keras_conv(sg_kx *x, sg_err *err)
{
  sg_kconv c;
  int64_t in, out;
  int w, b;
  bool old;
  sg_status st = begin(x, &c, &in, err);
  if (!st) st = sizes(x, "filters|nb_filter", 1, 0, &out, err);
  if (!st) st = sg_kx_need(x, has_bias(x) ? 2 : 1, err);
  if (!st && (in % c.groups || out % c.groups))
    st = sg_kx_misfit(x, err, "%lld groups of %lld channels", (long long) c.groups, (long long) in);
  if (st) return st;
  const sg_tensor *k = without_width(x, x->layer->weight[0], &c, &old);
  bool th = old || (x->k->version < 2 && c.nd == 2 && sg_kx_channels_first(x));
  const kernel *order = th ? &first : &last;
  bool flip = x->k->theano || (old && !x->k->backend_known);
  st = check_kernel(x, k, &c, order, in / c.groups, out, err);
  if (!st) st = pack(x, "kernel", k, &c, order, flip, &w, err);
  if (!st) st = bias(x, 1, out, &b, err);
  if (!st) st = sg_kconv_node(x, &c, &x->out, w, b, out, err);
  return st ? st : activation(x, err);
}

/* Depthwise kernels (k..., in, mult) make output channel c * mult + m: W[in * mult][1][k...]. */
static sg_status depthwise(sg_kx *x, const char *tag, sg_kconv *c, int64_t in, int64_t mult,
                           int b, sg_err *err)
{
  int w, nd = c->nd + 2;
  sg_kpack p = {.tag = tag, .from = x->layer->weight[0], .nd = nd, .d = {in * mult, 1}};
  sg_status st = check_kernel(x, p.from, c, &last, in, mult, err);
  if (st) return st;
  p.perm[0] = nd - 2;
  p.perm[1] = nd - 1;
  for (int i = 0; i < c->nd; i++) p.perm[2 + i] = i;
  for (int i = 0; i < c->nd; i++) p.d[2 + i] = c->kernel[i];
  if (x->k->theano) p.flip = c->nd == 1 ? 4 : 12;
  c->groups = in;
  st = sg_kx_pack(x, &p, &w, err);
  return st ? st : sg_kconv_node(x, c, &x->out, w, b, in * mult, err);
}

/* What depthwise and separable layers begin with. Keras 1's Theano order is not read. */
static sg_status begin_depthwise(sg_kx *x, int arrays, sg_kconv *c, int64_t *in, int64_t *mult,
                                 sg_err *err)
{
  sg_status st = begin(x, c, in, err);
  if (!st) st = sizes(x, "depth_multiplier", 1, 1, mult, err);
  if (!st) st = sg_kx_need(x, has_bias(x) ? arrays + 1 : arrays, err);
  if (!st && *mult > SG_KERAS_ELEMENTS / *in) st = sg_kx_bad(x, err, "absurd depth_multiplier");
  return st;
}

sg_status sg_keras_depthwise(sg_kx *x, sg_err *err)
{
  sg_kconv c;
  int64_t in, mult;
  int b;
  sg_status st = begin_depthwise(x, 1, &c, &in, &mult, err);
  if (!st) st = bias(x, 1, in * mult, &b, err);
  if (!st) st = depthwise(x, "kernel", &c, in, mult, b, err);
  return st ? st : activation(x, err);
}

/* A depthwise convolution, then one of kernel 1 that mixes the channels. */
sg_status sg_keras_separable(sg_kx *x, sg_err *err)
{
  sg_kconv c, point;
  int64_t in, mult, out;
  int w, b;
  sg_status st = begin_depthwise(x, 2, &c, &in, &mult, err);
  if (!st) st = sizes(x, "filters|nb_filter", 1, 0, &out, err);
  if (!st) st = depthwise(x, "depthwise", &c, in, mult, SG_NONE, err);
  if (st) return st;
  point = (sg_kconv){.nd = c.nd, .kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1},
                     .groups = 1, .padding = "valid"};
  st = check_kernel(x, x->layer->weight[1], &point, &last, in * mult, out, err);
  if (!st) st = pack(x, "pointwise", x->layer->weight[1], &point, &last, false, &w, err);
  if (!st) st = bias(x, 2, out, &b, err);
  if (!st) st = sg_kconv_node(x, &point, &x->out, w, b, out, err);
  return st ? st : activation(x, err);
}
