/* import/keras_op.c: raw operations that stand in a graph beside layers.
 *
 * Keras 2: class TFOpLambda with "function": "math.multiply"; the first operand is the inbound
 * tensor (or ["_CONSTANT_VALUE", -1, 0.5]), the second stands in kwargs as "y". SlicingOpLambda has
 * a "slice_spec". Keras 3: module keras.src.ops..., operands among the args, options in the config.
 */
#include <string.h>

#include "import/keras.h"

/* An operand: a tensor of the call, or a number. */
typedef struct operand { bool tensor; sg_kt t; double v; } operand;

/* Two operands, at least one a tensor. */
static sg_status apply_binary(sg_kx *x, const char *op, operand *a, operand *b, sg_err *err)
{
  if (a->tensor && b->tensor) {
    if (a->t.nd != b->t.nd)
      return sg_kx_refuse(x, err, "arithmetic on tensors of %d and %d axes", a->t.nd, b->t.nd);
    return sg_kx_binary(x, op, &a->t, &b->t, &x->out, err);
  }
  if (!a->tensor && !b->tensor) return sg_kx_bad(x, err, "arithmetic without a tensor");
  x->out = a->tensor ? a->t : b->t;
  return sg_kx_binary_number(x, op, &x->out, a->tensor ? b->v : a->v, !a->tensor, err);
}

/* A number, or the next tensor of the call. */
static sg_status read_operand(const sg_kx *x, const json_t *v, int *next, operand *o, sg_err *err)
{
  *o = (operand){.tensor = !json_is_number(v)};
  if (!o->tensor) {
    o->v = json_number_value(v);
    return SG_OK;
  }
  bool refers = json_is_array(v) || json_is_object(v);
  if (!refers || *next >= x->n_in)
    return sg_kx_refuse(x, err, "an operand that is neither a tensor nor a number");
  o->t = x->in[(*next)++];
  return SG_OK;
}

/* "math.reduce_max" -> "reduce_max" */
static const char *last_name(const char *name)
{
  const char *dot = strrchr(name, '.');
  return dot ? dot + 1 : name;
}

sg_status sg_keras_tf_op(sg_kx *x, sg_err *err)
{
  const char *name = last_name(sg_kj_text(x->cfg, "function", ""));
  const char *op = sg_keras_binary_op(name);
  const json_t *call = x->call->args, *kwargs = x->call->kwargs;
  if (!op) {
    x->out = x->in[0];
    if (x->n_in != 1) return sg_kx_refuse(x, err, "'%s' of several tensors", name);
    return sg_keras_function(x, name, &x->out, NULL, kwargs, err);
  }
  const char *first = json_string_value(json_array_get(call, 0));
  bool constant = first && strcmp(first, "_CONSTANT_VALUE") == 0;
  operand a, b;
  int next = 0;
  sg_status st = read_operand(x, constant ? json_array_get(call, 2) : call, &next, &a, err);
  if (!st) st = read_operand(x, sg_kj_get(kwargs, "y|other"), &next, &b, err);
  return st ? st : apply_binary(x, op, &a, &b, err);
}

sg_status sg_keras_tf_slice(sg_kx *x, sg_err *err)
{
  const json_t *spec = sg_kj_get(x->call->kwargs, "slice_spec");
  x->out = x->in[0];
  if (!json_is_array(spec)) return sg_kx_bad(x, err, "malformed slice_spec");
  return sg_keras_getitem(x, &x->out, spec, err);
}

sg_status sg_keras_raw_op(sg_kx *x, sg_err *err)
{
  char name[64];
  const json_t *args = x->call->args;
  if (!sg_keras_snake(x->type, name, sizeof name)) return sg_kx_bad(x, err, "absurd class name");
  if (strcmp(name, "get_item") == 0) {
    const json_t *index = json_array_get(args, 1);
    x->out = x->in[0];
    if (!json_is_array(index)) return sg_kx_refuse(x, err, "an index that is not a list of slices");
    return sg_keras_getitem(x, &x->out, index, err);
  }
  const char *op = sg_keras_binary_op(name);
  if (op) {
    operand a, b;
    int next = 0;
    sg_status st = read_operand(x, json_array_get(args, 0), &next, &a, err);
    if (!st) st = read_operand(x, json_array_get(args, 1), &next, &b, err);
    return st ? st : apply_binary(x, op, &a, &b, err);
  }
  x->out = x->in[0];
  if (x->n_in != 1) return sg_kx_refuse(x, err, "'%s' of several tensors", name);
  return sg_keras_function(x, name, &x->out, NULL, x->cfg, err);
}
