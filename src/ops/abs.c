/* ops/abs.c: y = |x|; the slope at 0 is 0. */
#include "ops/k_elementwise.h"
#include "ops/k_fold.h"

static real value(real x, const real *p)
{
  (void) p;
  return SG_MATH(fabs)(x);
}

static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  return (real) (x > 0) - (real) (x < 0);
}

SG_UNARY_CALLS(value, slope)

/* Through unsigned numbers, for the most negative integer has no opposite. */
static int64_t fold_value(int64_t a)
{
  return a < 0 ? (int64_t) (0 - (uint64_t) a) : a;
}

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  return SG_REAL(sg_fold_map)(node, fold_value, out, err);
}

const sg_op SG_REAL(sg_op_abs) = {
  .name = "Abs", .summary = "absolute value",
  SG_UNARY_ENTRIES, .fold = fold,
  .smooth = false, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
