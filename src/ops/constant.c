/* ops/constant.c: a value given by an attribute, of which there is exactly one. Folded. */
#include <string.h>

#include "ops/k_fold.h"

static const sg_tensor *make(sg_node *node, const sg_attr *a)
{
  bool list = a->kind == SG_ATTR_INTS || a->kind == SG_ATTR_FLOATS;
  bool whole = a->kind == SG_ATTR_INT || a->kind == SG_ATTR_INTS;
  int64_t n = list ? a->n : 1;
  sg_tensor *t = sg_tensor_new(node->mem, whole ? SG_I64 : SG_F32, list, &n);
  for (int64_t i = 0; t && i < n; i++) {
    if (a->kind == SG_ATTR_INT) t->data.i[i] = a->v.i;
    if (a->kind == SG_ATTR_INTS) t->data.i[i] = a->v.ints[i];
    if (a->kind == SG_ATTR_FLOAT) t->data.f[i] = (float) a->v.f;
    if (a->kind == SG_ATTR_FLOATS) t->data.f[i] = (float) a->v.floats[i];
  }
  return t;
}

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  static const struct { const char *name; sg_attr_kind kind; } forms[] = {
    {"value", SG_ATTR_TENSOR}, {"value_int", SG_ATTR_INT}, {"value_ints", SG_ATTR_INTS},
    {"value_float", SG_ATTR_FLOAT}, {"value_floats", SG_ATTR_FLOATS},
  };
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    const sg_attr *a = sg_attr_find(&node->def->attrs, forms[i].name);
    if (!a) continue;
    if (a->kind != forms[i].kind)
      return sg_node_refuse(node, err, "attribute '%s' is of an unexpected kind", a->name);
    out[0] = a->kind == SG_ATTR_TENSOR ? a->v.tensor : make(node, a);
    return out[0] ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  }
  return sg_node_refuse(node, err, "its value is missing, text or sparse");
}

const sg_op SG_REAL(sg_op_constant) = {
  .name = "Constant", .summary = "a given value (folded)",
  .min_in = 0, .max_in = 0, .min_out = 1, .max_out = 1, .since = 7, .fold = fold,
};
