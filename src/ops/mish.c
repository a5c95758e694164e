/* ops/mish.c: y = x tanh(softplus(x)) (Misra 2019). */
#include "ops/k_elementwise.h"

static real softplus(real x)
{
  return (x > 0 ? x : 0) + SG_MATH(log1p)(SG_MATH(exp)(-SG_MATH(fabs)(x)));
}

static real value(real x, const real *p)
{
  (void) p;
  return x * SG_MATH(tanh)(softplus(x));
}

/* t + x (1 - t^2) sigmoid(x), t = tanh(softplus(x)) */
static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  real t = SG_MATH(tanh)(softplus(x));
  return t + x * (1 - t * t) / (1 + SG_MATH(exp)(-x));
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_mish) = {
  .name = "Mish", .summary = "x tanh(ln(1 + exp(x)))",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
