/* ops/cosh.c: y = cosh x. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return SG_MATH(cosh)(x);
}

static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  return SG_MATH(sinh)(x);
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_cosh) = {
  .name = "Cosh", .summary = "hyperbolic cosine",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
