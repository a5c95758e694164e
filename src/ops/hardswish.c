/* ops/hardswish.c: y = x min(max(x/6 + 1/2, 0), 1). */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  real h = x / 6 + (real) 0.5;
  return x * (h < 0 ? 0 : h > 1 ? 1 : h);
}

static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + (real) 0.5;
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_hardswish) = {
  .name = "HardSwish", .summary = "x min(max(x/6 + 1/2, 0), 1)",
  SG_UNARY_ENTRIES,
  .smooth = false, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
