/* ops/shrink.c: y = x + bias below -lambd, x - bias above lambd, 0 between. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  return x < -p[0] ? x + p[1] : x > p[0] ? x - p[1] : x != x ? x : 0;
}

static real slope(real x, real y, const real *p)
{
  (void) y;
  return x < -p[0] || x > p[0] ? 1 : 0;
}

static sg_status configure(sg_node *node, sg_err *err)
{
  static const char *const names[] = {"lambd", "bias"};
  static const double defaults[] = {0.5, 0};
  return SG_REAL(sg_configure_params)(node, 2, names, defaults, err);
}

SG_UNARY_CALLS(value, slope)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  if (sg_rng_below(s->rng, 2))
    sg_attr_set_float(s->attrs, "lambd", 0.1 + 0.8 * sg_rng_unit(s->rng));
  if (sg_rng_below(s->rng, 2))
    sg_attr_set_float(s->attrs, "bias", 0 + 0.5 * sg_rng_unit(s->rng));
}

const sg_op SG_REAL(sg_op_shrink) = {
  .name = "Shrink", .summary = "soft or hard shrinkage",
  SG_UNARY_ENTRIES,
  .smooth = false, .configure = configure, .sample = sample,
};
