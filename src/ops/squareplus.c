/* ops/squareplus.c: y = (x + sqrt(x^2 + b)) / 2 (Barron 2021). */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  return (x + SG_MATH(sqrt)(x * x + p[0])) / 2;
}

static real slope(real x, real y, const real *p)
{
  (void) y;
  return (1 + x / SG_MATH(sqrt)(x * x + p[0])) / 2;
}

static sg_status configure(sg_node *node, sg_err *err)
{
  static const char *const names[] = {"b"};
  static const double defaults[] = {4};
  return SG_REAL(sg_configure_params)(node, 1, names, defaults, err);
}

SG_UNARY_CALLS(value, slope)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  if (sg_rng_below(s->rng, 2))
    sg_attr_set_float(s->attrs, "b", 1 + 4 * sg_rng_unit(s->rng));
}

const sg_op SG_REAL(sg_op_squareplus) = {
  .name = "seqgloss::Squareplus", .summary = "(x + sqrt(x^2 + b)) / 2",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = configure, .sample = sample,
};
