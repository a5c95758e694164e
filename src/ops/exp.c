/* ops/exp.c: y = e^x. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return SG_MATH(exp)(x);
}

static real slope(real x, real y, const real *p)
{
  (void) x, (void) p;
  return y;
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_exp) = {
  .name = "Exp", .summary = "e to the power x",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
