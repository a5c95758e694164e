/* ops/leakyrelu.c: y = x for x >= 0, alpha x below. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  return x < 0 ? p[0] * x : x;
}

static real slope(real x, real y, const real *p)
{
  (void) y;
  return x < 0 ? p[0] : 1;
}

static sg_status configure(sg_node *node, sg_err *err)
{
  static const char *const names[] = {"alpha"};
  static const double defaults[] = {0.01};
  return SG_REAL(sg_configure_params)(node, 1, names, defaults, err);
}

SG_UNARY_CALLS(value, slope)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  if (sg_rng_below(s->rng, 2))
    sg_attr_set_float(s->attrs, "alpha", 0.05 + 0.5 * sg_rng_unit(s->rng));
}

const sg_op SG_REAL(sg_op_leakyrelu) = {
  .name = "LeakyRelu", .summary = "x, or alpha x below 0",
  SG_UNARY_ENTRIES,
  .smooth = false, .configure = configure, .sample = sample,
};
