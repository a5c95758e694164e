/* ops/sigmoid.c: y = 1 / (1 + exp(-x)). */
#include "ops/k_elementwise.h"

/* exp(-x) overflows to infinity for very negative x, and 1/inf = 0 is right. */
static real value(real x, const real *p)
{
  (void) p;
  return 1 / (1 + SG_MATH(exp)(-x));
}

static real slope(real x, real y, const real *p)
{
  (void) x, (void) p;
  return y * (1 - y);
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_sigmoid) = {
  .name = "Sigmoid", .summary = "1 / (1 + exp(-x))",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
