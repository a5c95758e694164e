/* ops/ceil.c: y = smallest integer >= x. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return SG_MATH(ceil)(x);
}

static real slope(real x, real y, const real *p)
{
  (void) x, (void) y, (void) p;
  return 0;
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_ceil) = {
  .name = "Ceil", .summary = "round up",
  SG_UNARY_ENTRIES,
  .smooth = false, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
