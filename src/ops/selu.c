/* ops/selu.c: y = gamma x for x > 0, gamma alpha (e^x - 1) below (Klambauer et al. 2017). */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  return p[1] * (x < 0 ? p[0] * SG_MATH(expm1)(x) : x);
}

static real slope(real x, real y, const real *p)
{
  return x < 0 ? y + p[1] * p[0] : p[1];
}

static sg_status configure(sg_node *node, sg_err *err)
{
  static const char *const names[] = {"alpha", "gamma"};
  static const double defaults[] = {1.67326319217681884765625, 1.05070102214813232421875};
  return SG_REAL(sg_configure_params)(node, 2, names, defaults, err);
}

SG_UNARY_CALLS(value, slope)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  if (sg_rng_below(s->rng, 2))
    sg_attr_set_float(s->attrs, "alpha", 0.5 + 1 * sg_rng_unit(s->rng));
  if (sg_rng_below(s->rng, 2))
    sg_attr_set_float(s->attrs, "gamma", 0.5 + 1 * sg_rng_unit(s->rng));
}

const sg_op SG_REAL(sg_op_selu) = {
  .name = "Selu", .summary = "scaled elu",
  SG_UNARY_ENTRIES,
  .smooth = false, .configure = configure, .sample = sample,
};
