/* import/keras_dense.c: layers that multiply by a matrix: Dense, LocallyConnected1D, and
 * TimeDistributed around layers that treat every position alike.
 *
 * Dense acts on Keras' last axis. On vectors it is Gemm with the kernel (in, out) as it stands; on
 * N L C and N H W C it is a convolution of kernel 1.
 */
#include <string.h>

#include "import/keras.h"

static sg_status read_units(const sg_kx *x, const char *keys, int64_t *ret, sg_err *err)
{
  if (sg_kj_ints(sg_kj_get(x->cfg, keys), ret, 1) == 1 && *ret >= 1) return SG_OK;
  return sg_kx_bad(x, err, "malformed %s", keys);
}

static bool has_bias(const sg_kx *x) { return sg_kj_bool(x->cfg, "use_bias|bias", true); }

static sg_status bias(sg_kx *x, int64_t n, int *ret, sg_err *err)
{
  *ret = SG_NONE;
  if (!has_bias(x)) return SG_OK;
  sg_status st = sg_kx_shape(x, 1, 1, &n, err);
  return st ? st : sg_kx_vector(x, "bias", x->layer->weight[1], n, ret, err);
}

/* On vectors. */
static sg_status gemm(sg_kx *x, sg_kt *t, int64_t out, int b, sg_err *err)
{
  int in[3] = {t->value, 0, b};
  sg_kpack p = {.tag = "kernel", .from = x->layer->weight[0], .perm = {0, 1}, .nd = 2};
  p.d[0] = p.from->shape.d[0];
  p.d[1] = out;
  sg_status st = sg_kx_pack(x, &p, &in[1], err);
  if (!st) st = sg_kx_op(x, "Gemm", b == SG_NONE ? 2 : 3, in, NULL, &t->value, err);
  t->d[1] = out;
  return st;
}

/* On positions: W[out][in][1...]. */
static sg_status pointwise(sg_kx *x, sg_kt *t, int64_t out, int b, sg_err *err)
{
  sg_kconv c = {.nd = t->nd - 2, .kernel = {1, 1}, .stride = {1, 1}, .dilation = {1, 1},
                .groups = 1, .padding = "valid"};
  sg_kpack p = {.tag = t->nd == 3 ? "kernel_1" : "kernel_2", .from = x->layer->weight[0],
                .perm = {1, 0}, .nd = t->nd, .d = {out, 0, 1, 1}};
  int w;
  p.d[1] = p.from->shape.d[0];
  sg_status st = sg_kx_layout(x, t, false, err);
  if (!st) st = sg_kx_pack(x, &p, &w, err);
  return st ? st : sg_kconv_node(x, &c, t, w, b, out, err);
}

sg_status sg_keras_dense(sg_kx *x, sg_err *err)
{
  int64_t out, want[2];
  int b;
  sg_kt *t = &x->out;
  *t = x->in[0];
  if (sg_kj_get(x->cfg, "quantization_config"))
    return sg_kx_refuse(x, err, "quantised weights; save the model before quantising");
  sg_status st = sg_kx_rank(x, t, 2, 4, err);
  if (!st) st = read_units(x, "units|output_dim", &out, err);
  if (!st) st = sg_kx_need(x, has_bias(x) ? 2 : 1, err);
  if (st) return st;
  want[0] = t->d[t->nd - 1];
  want[1] = out;
  st = sg_kx_shape(x, 0, 2, want, err);
  if (!st) st = bias(x, out, &b, err);
  if (!st) st = t->nd == 2 ? gemm(x, t, out, b, err) : pointwise(x, t, out, b, err);
  return st ? st : sg_kx_activation(x, sg_kj_get(x->cfg, "activation"), t, err);
}

/* ---- LocallyConnected1D ---------------------------------------------------------------------- */

/* Every position has a kernel of its own: (positions, k * in, out), row j * in + c; Keras 2's
 * implementation 1, the default. */
sg_status sg_keras_local(sg_kx *x, sg_err *err)
{
  sg_kconv c;
  sg_node_def *node;
  int64_t out, len;
  int in[3];
  sg_kt *t = &x->out;
  *t = x->in[0];
  int64_t kind = 1;
  sg_kj_ints(sg_kj_get(x->cfg, "implementation"), &kind, 1);
  sg_status st = sg_kconv_read(x, 1, &c, err);
  if (!st) st = sg_kx_rank(x, t, 3, 3, err);
  if (!st && (kind != 1 || strcmp(c.padding, "valid") != 0 || sg_kx_channels_first(x)))
    st = sg_kx_refuse(x, err, "only implementation 1, padding valid, channels last are read");
  if (!st) st = sg_kx_layout(x, t, false, err);
  if (!st) st = read_units(x, "filters|nb_filter", &out, err);
  if (!st) st = sg_kx_need(x, has_bias(x) ? 2 : 1, err);
  if (!st) st = sg_kconv_length(x, &c, 0, t->d[1], &len, err);
  if (st) return st;
  int64_t want[3] = {len, c.kernel[0] * t->d[2], out};
  st = sg_kx_shape(x, 0, 3, want, err);
  if (!st && has_bias(x)) st = sg_kx_shape(x, 1, 2, (int64_t[]){len, out}, err);
  if (st) return st;
  sg_kpack w = {.tag = "kernel", .from = x->layer->weight[0], .perm = {0, 1, 2}, .nd = 3};
  memcpy(w.d, w.from->shape.d, sizeof w.d);
  sg_kpack b = {.tag = "bias", .from = x->layer->weight[1], .perm = {0, 1}, .nd = 2};
  in[0] = t->value;
  st = sg_kx_pack(x, &w, &in[1], err);
  if (!st && has_bias(x)) memcpy(b.d, b.from->shape.d, sizeof b.d);
  if (!st && has_bias(x)) st = sg_kx_pack(x, &b, &in[2], err);
  if (!st) st = sg_kx_op(x, "seqgloss::LocallyConnected", has_bias(x) ? 3 : 2, in, &node, &t->value,
                         err);
  if (!st) st = sg_kx_attr_ints(node, "kernel_shape", c.kernel, 1, err);
  if (!st) st = sg_kx_attr_ints(node, "strides", c.stride, 1, err);
  t->d[1] = w.d[0];
  t->d[2] = out;
  return st ? st : sg_kx_activation(x, sg_kj_get(x->cfg, "activation"), t, err);
}

/* ---- TimeDistributed ------------------------------------------------------------------------- */

/* Layers that do to N T C what they would do to every N C. */
static bool per_position(const char *type)
{
  static const char *const types[] = {"Dense", "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax",
                                      "ThresholdedReLU", "Dropout", "BatchNormalization",
                                      "LayerNormalization", "GaussianNoise", "GaussianDropout",
                                      "AlphaDropout", "ActivityRegularization"};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (strcmp(types[i], type) == 0) return true;
  return false;
}

/* Flatten inside: N T ... becomes N T C. */
static sg_status flatten_inside(sg_kx *x, sg_err *err)
{
  sg_kt *t = &x->out;
  *t = x->in[0];
  int64_t c = 1;
  for (int a = 2; a < t->nd; a++) c = t->d[a] > 0 && c > 0 ? c * t->d[a] : SG_KDIM_ANY;
  if (t->nd < 3 || t->d[1] < 1 || c < 1)
    return sg_kx_refuse(x, err, "TimeDistributed Flatten of an open length");
  sg_status st = sg_kx_layout(x, t, false, err);
  int64_t dims[3] = {0, c, t->d[1]};
  int in[2] = {t->value};
  sg_node_def *node;
  if (!st) st = sg_kx_ints(x, dims, 3, &in[1], err);
  if (!st) st = sg_kx_op(x, "Reshape", 2, in, &node, &t->value, err);
  t->nd = 3;
  t->d[2] = c;
  return st ? st : sg_kx_attr_int(node, "channels_last", 1, err);
}

sg_status sg_keras_distributed(sg_kx *x, sg_err *err)
{
  const json_t *inner = sg_kj_get(x->cfg, "layer");
  const char *type = sg_kj_text(inner, "class_name", "");
  const json_t *cfg = json_object_get(inner, "config");
  if (!json_is_object(cfg)) return sg_kx_bad(x, err, "malformed inner layer");
  if (strcmp(type, "Flatten") == 0) return flatten_inside(x, err);
  if (!per_position(type))
    return sg_kx_refuse(x, err, "TimeDistributed around a layer of class '%s'; export to ONNX",
                        type);
  int64_t axis = -1;
  const json_t *v = sg_kj_get(cfg, "axis");
  if (v && (sg_kj_ints(v, &axis, 1) != 1 || axis != -1))
    return sg_kx_refuse(x, err, "TimeDistributed around '%s' over an axis other than the last",
                        type);
  if (x->in[0].nd < 3) return sg_kx_misfit(x, err, "needs an input of positions and channels");
  x->type = type;
  x->cfg = cfg;
  x->depth++;
  return sg_keras_translate(x, err);
}
