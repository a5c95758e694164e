/* ops/reluvariant.c: Keras' ReLU with all its knobs: max_value for x >= max_value, x from threshold
 * to there, negative_slope (x - threshold) below. No max_value: no upper bound. */
#include <math.h>

#include "ops/k_elementwise.h"

enum { MAX, SLOPE, THRESHOLD };

static real value(real x, const real *p)
{
  if (x < p[THRESHOLD]) return p[SLOPE] * (x - p[THRESHOLD]);
  return x >= p[MAX] ? p[MAX] : x;
}

static real slope(real x, real y, const real *p)
{
  (void) y;
  if (x < p[THRESHOLD]) return p[SLOPE];
  /* As frameworks have it, nothing passes at the kink of a plain ReLU. */
  return x >= p[MAX] || (x == p[THRESHOLD] && p[SLOPE] == 0) ? 0 : 1;
}

static sg_status configure(sg_node *node, sg_err *err)
{
  static const char *const names[] = {"max_value", "negative_slope", "threshold"};
  static const double defaults[] = {INFINITY, 0, 0};
  return SG_REAL(sg_configure_params)(node, 3, names, defaults, err);
}

SG_UNARY_CALLS(value, slope)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  if (sg_rng_below(s->rng, 2)) sg_attr_set_float(s->attrs, "max_value", 1 + sg_rng_unit(s->rng));
  if (sg_rng_below(s->rng, 2)) sg_attr_set_float(s->attrs, "negative_slope", sg_rng_unit(s->rng));
  if (sg_rng_below(s->rng, 2)) sg_attr_set_float(s->attrs, "threshold", sg_rng_unit(s->rng));
}

const sg_op SG_REAL(sg_op_reluvariant) = {
  .name = "seqgloss::ReluVariant", .summary = "relu with maximum, negative slope and threshold",
  SG_UNARY_ENTRIES,
  .smooth = false, .configure = configure, .sample = sample,
};
