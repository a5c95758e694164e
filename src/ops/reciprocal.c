/* ops/reciprocal.c: y = 1 / x. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return 1 / x;
}

static real slope(real x, real y, const real *p)
{
  (void) x, (void) p;
  return -y * y;
}

SG_UNARY_CALLS(value, slope)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  s->in[0].lo = 0.3;
  s->in[0].hi = 3;
}

const sg_op SG_REAL(sg_op_reciprocal) = {
  .name = "Reciprocal", .summary = "1 / x",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise), .sample = sample,
};
