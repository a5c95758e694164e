/* ops/nonzero.c: the positions of a constant's elements that are not 0, one row per axis.
 * Folded. */
#include "ops/k_fold.h"

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  const sg_tensor *x = node->in[0].tensor;
  if (!x || x->dtype == SG_TEXT)
    return sg_node_refuse(node, err, "the input is computed from the data");
  int64_t total = sg_shape_count(&x->shape), dims[2] = {x->shape.nd, 0}, at = 0;
  for (int64_t i = 0; i < total; i++) dims[1] += sg_tensor_f64(x, i) != 0;
  sg_tensor *t = sg_tensor_new(node->mem, SG_I64, 2, dims);
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 0; i < total; i++) {
    if (sg_tensor_f64(x, i) == 0) continue;
    int64_t rest = i;
    for (int a = x->shape.nd - 1; a >= 0; a--) {
      t->data.i[a * dims[1] + at] = rest % x->shape.d[a];
      rest /= x->shape.d[a];
    }
    at++;
  }
  out[0] = t;
  return SG_OK;
}

const sg_op SG_REAL(sg_op_nonzero) = {
  .name = "NonZero", .summary = "positions of what is not 0 (folded)",
  .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .since = 7, .fold = fold,
};
