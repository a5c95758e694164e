/* ops/acosh.c: y = arcosh x, x >= 1. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return SG_MATH(acosh)(x);
}

static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  return 1 / SG_MATH(sqrt)(x * x - 1);
}

SG_UNARY_CALLS(value, slope)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  s->in[0].lo = 1.2;
  s->in[0].hi = 4;
}

const sg_op SG_REAL(sg_op_acosh) = {
  .name = "Acosh", .summary = "inverse hyperbolic cosine",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise), .sample = sample,
};
