/* import/keras_act.c: activations, as names, as layers, and as layers inside a configuration.
 *
 * The same word can mean two functions: "hard_sigmoid" is clip(0.2 x + 0.5, 0, 1) up to Keras 2 and
 * relu6(x + 3) / 6 in Keras 3; "leaky_relu" by name has slope 0.2, the layer LeakyReLU 0.3.
 */
#include <string.h>

#include "import/keras.h"

/* A name, the operator, and up to two numbers that it takes. */
typedef struct activation {
  const char *name, *op;
  const char *key[2];
  double value[2];
} activation;

static const activation table[] = {
  {"linear", NULL, {NULL}, {0}},
  {"relu", "Relu", {NULL}, {0}},
  {"relu6", "seqgloss::ReluVariant", {"max_value"}, {6}},
  {"leaky_relu", "LeakyRelu", {"alpha"}, {0.2}},
  {"elu", "Elu", {"alpha"}, {1}},
  {"celu", "Celu", {"alpha"}, {1}},
  {"selu", "Selu", {NULL}, {0}},
  {"gelu", "Gelu", {NULL}, {0}},
  {"silu", "seqgloss::Silu", {NULL}, {0}},
  {"swish", "seqgloss::Silu", {NULL}, {0}},
  {"hard_silu", "HardSwish", {NULL}, {0}},
  {"hard_swish", "HardSwish", {NULL}, {0}},
  {"mish", "Mish", {NULL}, {0}},
  {"tanh", "Tanh", {NULL}, {0}},
  {"sigmoid", "Sigmoid", {NULL}, {0}},
  {"softplus", "Softplus", {NULL}, {0}},
  {"softsign", "Softsign", {NULL}, {0}},
  {"squareplus", "seqgloss::Squareplus", {"b"}, {4}},
  {"exponential", "Exp", {NULL}, {0}},
};

/* ---- By name --------------------------------------------------------------------------------- */

static sg_status hard_sigmoid(sg_kx *x, sg_kt *t, sg_err *err)
{
  bool new = x->k->version >= 3;
  sg_node_def *node;
  sg_status st = sg_kx_unary(x, "HardSigmoid", t, &node, err);
  if (!st) st = sg_kx_attr_float(node, "alpha", new ? 1.0 / 6 : 0.2, err);
  return st ? st : sg_kx_attr_float(node, "beta", 0.5, err);
}

sg_status sg_kx_softmax(sg_kx *x, const char *op, sg_kt *t, int axis, sg_err *err)
{
  sg_node_def *node;
  if (axis < 1) return sg_kx_refuse(x, err, "a softmax over the batch");
  sg_status st = sg_kx_unary(x, op, t, &node, err);
  return st ? st : sg_kx_attr_int(node, "axis", sg_kt_axis(t, axis), err);
}

sg_status sg_kx_activation_name(sg_kx *x, const char *name, sg_kt *t, sg_err *err)
{
  if (strcmp(name, "hard_sigmoid") == 0) return hard_sigmoid(x, t, err);
  if (strcmp(name, "softmax") == 0) return sg_kx_softmax(x, "Softmax", t, t->nd - 1, err);
  if (strcmp(name, "log_softmax") == 0) return sg_kx_softmax(x, "LogSoftmax", t, t->nd - 1, err);
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    const activation *a = &table[i];
    sg_node_def *node;
    if (strcmp(a->name, name) != 0) continue;
    if (!a->op) return SG_OK;
    sg_status st = sg_kx_unary(x, a->op, t, &node, err);
    for (int j = 0; !st && j < 2 && a->key[j]; j++)
      st = sg_kx_attr_float(node, a->key[j], a->value[j], err);
    return st;
  }
  return sg_kx_refuse(x, err, "activation '%s' is not known; replace it, or export to ONNX", name);
}

/* ---- Layers ---------------------------------------------------------------------------------- */

/* One number of the layer's config. */
static double number(const json_t *cfg, const char *keys, double def)
{
  double v;
  return sg_kj_number(cfg, keys, &v) ? v : def;
}

/* x >= max: max; x >= threshold: x; else slope (x - threshold). */
static sg_status relu(sg_kx *x, const json_t *cfg, sg_kt *t, sg_err *err)
{
  double top, slope = number(cfg, "negative_slope", 0), from = number(cfg, "threshold", 0);
  bool limited = sg_kj_number(cfg, "max_value", &top);
  sg_node_def *node;
  if (!limited && slope == 0 && from == 0) return sg_kx_unary(x, "Relu", t, NULL, err);
  sg_status st = sg_kx_unary(x, "seqgloss::ReluVariant", t, &node, err);
  if (!st && limited) st = sg_kx_attr_float(node, "max_value", top, err);
  if (!st) st = sg_kx_attr_float(node, "negative_slope", slope, err);
  return st ? st : sg_kx_attr_float(node, "threshold", from, err);
}

static sg_status one_number(sg_kx *x, const char *op, double v, sg_kt *t, sg_err *err)
{
  sg_node_def *node;
  sg_status st = sg_kx_unary(x, op, t, &node, err);
  return st ? st : sg_kx_attr_float(node, "alpha", v, err);
}

static sg_status softmax(sg_kx *x, const json_t *cfg, sg_kt *t, sg_err *err)
{
  int64_t axis = -1;
  const json_t *v = sg_kj_get(cfg, "axis");
  if (v && sg_kj_ints(v, &axis, 1) != 1)
    return sg_kx_refuse(x, err, "a softmax over several axes");
  int a = sg_kt_axis_of(t, axis);
  if (a < 0) return sg_kx_misfit(x, err, "axis %lld of an input of %d", (long long) axis, t->nd);
  return sg_kx_softmax(x, "Softmax", t, a, err);
}

/* The slopes are an array of Keras' shape without the batch, 1 along shared axes. */
static sg_status prelu(sg_kx *x, sg_kt *t, sg_err *err)
{
  int64_t want[SG_MAX_RANK];
  sg_status st = sg_kx_need(x, 1, err);
  if (st) return st;
  const sg_tensor *w = x->layer->weight[0];
  if (w->shape.nd != t->nd - 1) return sg_kx_misfit(x, err, "its alpha does not fit the input");
  for (int a = 1; a < t->nd; a++)
    want[a - 1] = w->shape.d[a - 1] == 1 ? 1 : t->d[a];
  st = sg_kx_shape(x, 0, t->nd - 1, want, err);
  if (st) return st;
  sg_kpack p = {.tag = t->cf ? "alpha" : "alpha_last", .from = w, .nd = t->nd - 1};
  for (int a = 1; a < t->nd; a++) {
    p.perm[sg_kt_axis(t, a) - 1] = a - 1;
    p.d[sg_kt_axis(t, a) - 1] = w->shape.d[a - 1];
  }
  int in[2] = {t->value};
  st = sg_kx_pack(x, &p, &in[1], err);
  return st ? st : sg_kx_op(x, "PRelu", 2, in, NULL, &t->value, err);
}

/* An activation layer of class `type` with its config, applied to t. */
static sg_status layer(sg_kx *x, const char *type, const json_t *cfg, sg_kt *t, sg_err *err)
{
  if (strcmp(type, "ReLU") == 0) return relu(x, cfg, t, err);
  if (strcmp(type, "LeakyReLU") == 0)
    return one_number(x, "LeakyRelu", number(cfg, "negative_slope|alpha", 0.3), t, err);
  if (strcmp(type, "ELU") == 0) return one_number(x, "Elu", number(cfg, "alpha", 1), t, err);
  if (strcmp(type, "ThresholdedReLU") == 0)
    return one_number(x, "ThresholdedRelu", number(cfg, "theta", 1), t, err);
  if (strcmp(type, "Softmax") == 0) return softmax(x, cfg, t, err);
  return sg_kx_refuse(x, err, "activation '%s' is not known; replace it, or export to ONNX", type);
}

sg_status sg_kx_activation(sg_kx *x, const json_t *v, sg_kt *t, sg_err *err)
{
  if (!v || json_is_null(v)) return SG_OK;
  if (json_is_string(v)) return sg_kx_activation_name(x, json_string_value(v), t, err);
  const char *type = sg_kj_text(v, "class_name", NULL);
  const json_t *cfg = json_object_get(v, "config");
  if (json_is_string(cfg)) return sg_kx_activation_name(x, json_string_value(cfg), t, err);
  if (!type || !json_is_object(cfg)) return sg_kx_bad(x, err, "malformed activation");
  const char *colon = strrchr(type, '>');
  return layer(x, colon ? colon + 1 : type, cfg, t, err);
}

sg_status sg_keras_act(sg_kx *x, sg_err *err)
{
  x->out = x->in[0];
  if (strcmp(x->type, "PReLU") == 0) return prelu(x, &x->out, err);
  return layer(x, x->type, x->cfg, &x->out, err);
}

sg_status sg_keras_act_string(sg_kx *x, sg_err *err)
{
  x->out = x->in[0];
  return sg_kx_activation(x, sg_kj_get(x->cfg, "activation"), &x->out, err);
}
