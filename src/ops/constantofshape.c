/* ops/constantofshape.c: a tensor of a given shape with one value everywhere. Folded. */
#include <string.h>

#include "ops/k_fold.h"

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  const int64_t *dims;
  int64_t n;
  sg_shape y = {0};
  const sg_attr *a = sg_attr_find(&node->def->attrs, "value");
  const sg_tensor *v = a && a->kind == SG_ATTR_TENSOR ? a->v.tensor : NULL;
  sg_status s = sg_node_ints_or_input(node, "shape", 0, &dims, &n, err);
  if (s) return s;
  if (a && (!v || sg_shape_count(&v->shape) != 1 || v->dtype == SG_TEXT))
    return sg_node_refuse(node, err, "attribute 'value' is not one number");
  if (n > SG_MAX_RANK) return sg_node_misfit(node, err, "more than %d axes", SG_MAX_RANK);
  y.nd = (int) n;
  for (int i = 0; i < y.nd; i++) y.d[i] = dims[i];
  if ((s = sg_fold_check(node, &y, err))) return s;
  sg_tensor *t = sg_tensor_new(node->mem, v ? v->dtype : SG_F32, y.nd, y.d);
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  size_t size = sg_dtype_size(t->dtype);
  for (int64_t i = 0; v && i < sg_shape_count(&y); i++)
    memcpy((char *) t->data.p + (size_t) i * size, v->data.p, size);
  out[0] = t;
  return SG_OK;
}

const sg_op SG_REAL(sg_op_constantofshape) = {
  .name = "ConstantOfShape", .summary = "one value everywhere (folded)",
  .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .since = 7, .fold = fold,
};
