/* ops/round.c: y = nearest integer, halves to even. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return SG_MATH(rint)(x);
}

static real slope(real x, real y, const real *p)
{
  (void) x, (void) y, (void) p;
  return 0;
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_round) = {
  .name = "Round", .summary = "round to nearest, halves to even",
  SG_UNARY_ENTRIES,
  .smooth = false, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
