/* ops/softplus.c: y = ln(1 + e^x), written as max(x, 0) + ln(1 + e^-|x|), which cannot overflow. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return (x > 0 ? x : 0) + SG_MATH(log1p)(SG_MATH(exp)(-SG_MATH(fabs)(x)));
}

/* the sigmoid */
static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  return 1 / (1 + SG_MATH(exp)(-x));
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_softplus) = {
  .name = "Softplus", .summary = "ln(1 + exp(x))",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
