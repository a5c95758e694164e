/* ops/sign.c: y = -1, 0 or 1. NaN stays NaN. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return x != x ? x : (real) (x > 0) - (real) (x < 0);
}

static real slope(real x, real y, const real *p)
{
  (void) x, (void) y, (void) p;
  return 0;
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_sign) = {
  .name = "Sign", .summary = "-1, 0 or 1",
  SG_UNARY_ENTRIES,
  .smooth = false, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
