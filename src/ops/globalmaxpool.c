/* ops/globalmaxpool.c: GlobalMaxPool: the greatest over all positions, which stay as axes of length
 * 1. */
#include "ops/k_reduce.h"

SG_LINE_CALLS(SG_REAL(sg_greatest_value), SG_REAL(sg_winner_grad), &SG_REAL(sg_greatest_rows))

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_SELECT;
  return SG_REAL(sg_global_configure)(node, err);
}

const sg_op SG_REAL(sg_op_globalmaxpool) = {
  .name = "GlobalMaxPool",
  .summary = "greatest over all positions",
  SG_GLOBAL_ENTRIES,
  .collect = &SG_REAL(sg_lines_max),
  .configure = configure,
};
