/* ops/log.c: y = ln x. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return SG_MATH(log)(x);
}

static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  return 1 / x;
}

SG_UNARY_CALLS(value, slope)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  s->in[0].lo = 0.1;
  s->in[0].hi = 4;
}

const sg_op SG_REAL(sg_op_log) = {
  .name = "Log", .summary = "natural logarithm",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise), .sample = sample,
};
