/* ops/size.c: the number of elements of a tensor. Folded. */
#include "ops/k_fold.h"

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  sg_tensor *t = sg_tensor_new(node->mem, SG_I64, 0, NULL);
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  t->data.i[0] = sg_shape_count(&node->in[0].shape);
  out[0] = t;
  return SG_OK;
}

const sg_op SG_REAL(sg_op_size) = {
  .name = "Size", .summary = "number of elements (folded)",
  .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .since = 7, .fold = fold,
};
