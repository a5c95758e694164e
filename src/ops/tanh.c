/* ops/tanh.c: y = tanh x. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return SG_MATH(tanh)(x);
}

static real slope(real x, real y, const real *p)
{
  (void) x, (void) p;
  return 1 - y * y;
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_tanh) = {
  .name = "Tanh", .summary = "hyperbolic tangent",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
