/* ops/reducemean.c: ReduceMean: mean over axes. */
#include "ops/k_reduce.h"

SG_LINE_CALLS(SG_REAL(sg_mean_value), SG_REAL(sg_mean_grad), &SG_REAL(sg_mean_rows))

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_LINEAR;
  return SG_REAL(sg_reduce_configure)(node, err);
}

const sg_op SG_REAL(sg_op_reducemean) = {
  .name = "ReduceMean",
  .summary = "mean over axes",
  .smooth = true,
  SG_REDUCE_ENTRIES,
  .collect = &SG_REAL(sg_lines_mean),
  .configure = configure,
};
