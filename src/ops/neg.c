/* ops/neg.c: y = -x. */
#include "ops/k_elementwise.h"
#include "ops/k_fold.h"

static real value(real x, const real *p)
{
  (void) p;
  return -x;
}

static real slope(real x, real y, const real *p)
{
  (void) x, (void) y, (void) p;
  return -1;
}

SG_UNARY_CALLS(value, slope)

/* Through unsigned numbers, for the most negative integer has no opposite. */
static int64_t fold_value(int64_t a)
{
  return (int64_t) (0 - (uint64_t) a);
}

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  return SG_REAL(sg_fold_map)(node, fold_value, out, err);
}

const sg_op SG_REAL(sg_op_neg) = {
  .name = "Neg", .summary = "-x",
  SG_UNARY_ENTRIES, .fold = fold,
  .smooth = true, .configure = SG_REAL(sg_configure_linear), .sample = SG_REAL(sg_sample_unary),
};
