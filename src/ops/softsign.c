/* ops/softsign.c: y = x / (1 + |x|); slope 1 / (1 + |x|)^2. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return x / (1 + SG_MATH(fabs)(x));
}

static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  real d = 1 + SG_MATH(fabs)(x);
  return 1 / (d * d);
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_softsign) = {
  .name = "Softsign", .summary = "x / (1 + |x|)",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
