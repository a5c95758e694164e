/* ops/reducemin.c: ReduceMin: minimum over axes; equal ones share the gradient. */
#include "ops/k_reduce.h"

static sg_status forward(const sg_call *c)
{
  return SG_REAL(sg_lines_forward)(c, SG_REAL(sg_least_value), &SG_REAL(sg_least_rows));
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  return SG_REAL(sg_lines_share_vjp)(c, gout, gin, SG_REAL(sg_extreme_grad));
}

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_SELECT;
  node->flags |= SG_NODE_LEAST;
  return SG_REAL(sg_reduce_configure)(node, err);
}

const sg_op SG_REAL(sg_op_reducemin) = {
  .name = "ReduceMin",
  .summary = "minimum over axes; equal ones share the gradient",
  .smooth = false,
  SG_REDUCE_ENTRIES,
  .configure = configure,
};
