/* ops/relu.c: y = max(x, 0); the slope at 0 is 0. NaN stays NaN. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return x < 0 ? 0 : x;
}

static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  return x > 0 ? 1 : 0;
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_relu) = {
  .name = "Relu", .summary = "max(x, 0)",
  SG_UNARY_ENTRIES,
  .smooth = false, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
