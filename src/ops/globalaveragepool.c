/* ops/globalaveragepool.c: GlobalAveragePool: the mean over all positions, which stay as axes of
 * length 1. */
#include "ops/k_reduce.h"

SG_LINE_CALLS(SG_REAL(sg_mean_value), SG_REAL(sg_mean_grad), &SG_REAL(sg_mean_rows))

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_LINEAR;
  return SG_REAL(sg_global_configure)(node, err);
}

const sg_op SG_REAL(sg_op_globalaveragepool) = {
  .name = "GlobalAveragePool",
  .summary = "mean over all positions",
  .smooth = true,
  SG_GLOBAL_ENTRIES,
  .collect = &SG_REAL(sg_lines_mean),
  .configure = configure,
};
