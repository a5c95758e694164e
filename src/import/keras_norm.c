/* import/keras_norm.c: batch, layer and group normalisation.
 *
 * Arrays come in the order gamma, beta, moving_mean, moving_variance; those that scale and center
 * switch off are left out without a gap. Keras 0.x kept a standard deviation s and divided by
 * s + epsilon: its variance is (s + epsilon)^2 with an epsilon of 0.
 */
#include <string.h>

#include "import/keras.h"

/* gamma and beta, or ones and zeros; *at: arrays used so far. */
static sg_status affine(sg_kx *x, int64_t n, const char *scale, int *at, int ret[2], sg_err *err)
{
  static const char *const tag[2] = {"gamma", "beta"};
  bool has[2] = {sg_kj_bool(x->cfg, scale, true), sg_kj_bool(x->cfg, "center", true)};
  sg_status st = SG_OK;
  for (int i = 0; !st && i < 2; i++) {
    if (!has[i]) {
      st = sg_kx_filled(x, tag[i], n, i == 0, &ret[i], err);
      continue;
    }
    st = sg_kx_shape(x, *at, 1, &n, err);
    if (!st) st = sg_kx_vector(x, tag[i], x->layer->weight[*at], n, &ret[i], err);
    ++*at;
  }
  return st;
}

static int n_affine(const sg_kx *x)
{
  return sg_kj_bool(x->cfg, "scale", true) + sg_kj_bool(x->cfg, "center", true);
}

static double epsilon(const sg_kx *x, double def)
{
  double v;
  return sg_kj_number(x->cfg, "epsilon", &v) ? v : def;
}

/* The one axis of the config, as a Keras axis of t. */
static sg_status one_axis(const sg_kx *x, const sg_kt *t, int *ret, sg_err *err)
{
  int64_t v[SG_MAX_RANK] = {-1};
  int n = sg_kj_ints(sg_kj_get(x->cfg, "axis"), v, SG_MAX_RANK);
  *ret = n <= 1 ? sg_kt_axis_of(t, v[0]) : -1;
  if (n < 0 || *ret < 1) return sg_kx_refuse(x, err, "normalises an axis that is not of channels");
  return SG_OK;
}

/* Lays t out so that Keras axis `axis` is the graph's channel axis. */
static sg_status channels_at(sg_kx *x, sg_kt *t, int axis, sg_err *err)
{
  if (t->nd == 2 && axis == 1) return SG_OK;
  if (axis == t->nd - 1) return sg_kx_layout(x, t, false, err);
  if (axis == 1) return sg_kx_layout(x, t, true, err);
  return sg_kx_refuse(x, err, "normalises axis %d of %d", axis, t->nd);
}

/* Keras 0.x: s to (s + epsilon)^2. */
static sg_status variance_of_deviation(sg_kx *x, const sg_tensor *s, double eps,
                                       const sg_tensor **ret, sg_err *err)
{
  sg_tensor *t = sg_tensor_new(x->k->tmp, s->dtype, s->shape.nd, s->shape.d);
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 0; i < sg_shape_count(&s->shape); i++) {
    double v = sg_tensor_f64(s, i) + eps;
    sg_tensor_set(t, i, v * v);
  }
  *ret = t;
  return SG_OK;
}

/* Refuses what does not use stored statistics. */
static sg_status check_batchnorm(const sg_kx *x, sg_err *err)
{
  int64_t mode = 0;
  sg_kj_ints(sg_kj_get(x->cfg, "mode"), &mode, 1);
  if (mode != 0) return sg_kx_refuse(x, err, "mode %lld uses the statistics of the batch",
                                     (long long) mode);
  if (sg_kj_bool(x->cfg, "renorm", false)) return sg_kx_refuse(x, err, "batch renormalisation");
  if (sg_kj_bool(x->call->kwargs, "training", false))
    return sg_kx_refuse(x, err, "is called with training=True: save the model without it");
  return SG_OK;
}

sg_status sg_keras_batchnorm(sg_kx *x, sg_err *err)
{
  int axis, in[5], at = 0;
  double eps = epsilon(x, x->k->version == 0 ? 1e-6 : 1e-3);
  sg_node_def *node;
  sg_kt *t = &x->out;
  *t = x->in[0];
  sg_status st = check_batchnorm(x, err);
  if (!st) st = sg_kx_rank(x, t, 2, 4, err);
  if (!st) st = one_axis(x, t, &axis, err);
  if (!st) st = sg_kx_need(x, n_affine(x) + 2, err);
  if (st) return st;
  int64_t n = x->layer->weight[0]->shape.nd == 1 ? x->layer->weight[0]->shape.d[0] : 0;
  if (t->d[axis] != SG_KDIM_ANY && t->d[axis] != n)
    return sg_kx_misfit(x, err, "its weights are for %lld channels, its input has %lld",
                        (long long) n, (long long) t->d[axis]);
  st = affine(x, n, "scale", &at, &in[1], err);
  if (!st) st = sg_kx_shape(x, at, 1, &n, err);
  if (!st) st = sg_kx_shape(x, at + 1, 1, &n, err);
  const sg_tensor *var = x->layer->weight[at + 1];
  if (!st && x->k->version == 0) st = variance_of_deviation(x, var, eps, &var, err);
  if (!st) st = sg_kx_vector(x, "mean", x->layer->weight[at], n, &in[3], err);
  if (!st) st = sg_kx_vector(x, "variance", var, n, &in[4], err);
  if (!st) st = channels_at(x, t, axis, err);
  in[0] = t->value;
  if (!st) st = sg_kx_op(x, "BatchNormalization", 5, in, &node, &t->value, err);
  return st ? st : sg_kx_attr_float(node, "epsilon", x->k->version == 0 ? 0 : eps, err);
}

/* ONNX normalises trailing axes: the tensor is laid out in Keras' own order. */
sg_status sg_keras_layernorm(sg_kx *x, sg_err *err)
{
  int axis, in[3], at = 0;
  sg_node_def *node;
  sg_kt *t = &x->out;
  *t = x->in[0];
  if (sg_kj_bool(x->cfg, "rms_scaling", false)) return sg_kx_refuse(x, err, "rms_scaling");
  sg_status st = sg_kx_rank(x, t, 2, 4, err);
  if (!st) st = one_axis(x, t, &axis, err);
  if (!st && axis != t->nd - 1)
    st = sg_kx_refuse(x, err, "normalises an axis that is not the last");
  if (!st) st = sg_kx_need(x, n_affine(x), err);
  if (st) return st;
  if (t->d[axis] < 1) return sg_kx_misfit(x, err, "the number of its input channels is open");
  st = affine(x, t->d[axis], "scale", &at, &in[1], err);
  if (!st) st = sg_kx_layout(x, t, true, err);
  in[0] = t->value;
  if (!st) st = sg_kx_op(x, "LayerNormalization", 3, in, &node, &t->value, err);
  if (!st) st = sg_kx_attr_int(node, "axis", -1, err);
  if (!st) st = sg_kx_attr_float(node, "epsilon", epsilon(x, 1e-3), err);
  return st ? st : sg_kx_layout(x, t, x->in[0].cf, err);
}

/* Groups of neighbouring channels, each normalised over its positions as well. */
sg_status sg_keras_groupnorm(sg_kx *x, sg_err *err)
{
  int axis, in[3], at = 0;
  int64_t groups = 32;
  sg_node_def *node;
  sg_kt *t = &x->out;
  *t = x->in[0];
  sg_status st = sg_kx_rank(x, t, 3, 4, err);
  if (!st) st = one_axis(x, t, &axis, err);
  if (!st && sg_kj_ints(sg_kj_get(x->cfg, "groups"), &groups, 1) < 0)
    st = sg_kx_bad(x, err, "malformed groups");
  if (!st) st = sg_kx_need(x, n_affine(x), err);
  if (st) return st;
  int64_t n = t->d[axis];
  if (groups == -1) groups = n;
  if (n < 1 || groups < 1 || n % groups)
    return sg_kx_misfit(x, err, "%lld groups of %lld channels", (long long) groups, (long long) n);
  st = affine(x, n, "scale", &at, &in[1], err);
  if (!st) st = channels_at(x, t, axis, err);
  in[0] = t->value;
  if (!st) st = sg_kx_op(x, "GroupNormalization", 3, in, &node, &t->value, err);
  if (!st) st = sg_kx_attr_int(node, "num_groups", groups, err);
  return st ? st : sg_kx_attr_float(node, "epsilon", epsilon(x, 1e-3), err);
}
