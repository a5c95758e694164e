/* ops/asin.c: y = arcsin x. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return SG_MATH(asin)(x);
}

static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  return 1 / SG_MATH(sqrt)(1 - x * x);
}

SG_UNARY_CALLS(value, slope)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  s->in[0].lo = -0.9;
  s->in[0].hi = 0.9;
}

const sg_op SG_REAL(sg_op_asin) = {
  .name = "Asin", .summary = "inverse sine",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise), .sample = sample,
};
