/* ops/tan.c: y = tan x. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return SG_MATH(tan)(x);
}

static real slope(real x, real y, const real *p)
{
  (void) x, (void) p;
  return 1 + y * y;
}

SG_UNARY_CALLS(value, slope)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  s->in[0].lo = -1;
  s->in[0].hi = 1;
}

const sg_op SG_REAL(sg_op_tan) = {
  .name = "Tan", .summary = "tangent",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise), .sample = sample,
};
