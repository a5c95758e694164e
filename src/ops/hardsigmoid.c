/* ops/hardsigmoid.c: y = min(max(alpha x + beta, 0), 1). */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  real h = p[0] * x + p[1];
  return h < 0 ? 0 : h > 1 ? 1 : h;
}

static real slope(real x, real y, const real *p)
{
  (void) y;
  real h = p[0] * x + p[1];
  return h > 0 && h < 1 ? p[0] : 0;
}

static sg_status configure(sg_node *node, sg_err *err)
{
  static const char *const names[] = {"alpha", "beta"};
  static const double defaults[] = {0.2, 0.5};
  return SG_REAL(sg_configure_params)(node, 2, names, defaults, err);
}

SG_UNARY_CALLS(value, slope)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  if (sg_rng_below(s->rng, 2))
    sg_attr_set_float(s->attrs, "alpha", 0.1 + 0.5 * sg_rng_unit(s->rng));
  if (sg_rng_below(s->rng, 2))
    sg_attr_set_float(s->attrs, "beta", 0.3 + 0.4 * sg_rng_unit(s->rng));
}

const sg_op SG_REAL(sg_op_hardsigmoid) = {
  .name = "HardSigmoid", .summary = "min(max(alpha x + beta, 0), 1)",
  SG_UNARY_ENTRIES,
  .smooth = false, .configure = configure, .sample = sample,
};
