/* ops/gelu.c: y = x Phi(x), Phi the standard normal distribution (Hendrycks and Gimpel 2016), exact
 * or by the tanh formula. */
#include <string.h>

#include "ops/k_elementwise.h"

#define SQRT_HALF ((real) 0.70710678118654752440)
#define INV_SQRT_2PI ((real) 0.39894228040143267794)
#define SQRT_2_PI ((real) 0.79788456080286535588)

/* tanh formula: y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
static real inner(real x)
{
  return SQRT_2_PI * (x + (real) 0.044715 * x * x * x);
}

static real value(real x, const real *p)
{
  if (p[0] != 0) return (real) 0.5 * x * (1 + SG_MATH(tanh)(inner(x)));
  return (real) 0.5 * x * (1 + SG_MATH(erf)(x * SQRT_HALF));
}

/* Exact: Phi(x) + x phi(x). */
static real slope(real x, real y, const real *p)
{
  (void) y;
  if (p[0] != 0) {
    real t = SG_MATH(tanh)(inner(x));
    real d = SQRT_2_PI * (1 + 3 * (real) 0.044715 * x * x);
    return (real) 0.5 * (1 + t + x * (1 - t * t) * d);
  }
  return (real) 0.5 * (1 + SG_MATH(erf)(x * SQRT_HALF)) +
         x * INV_SQRT_2PI * SG_MATH(exp)((real) -0.5 * x * x);
}

static sg_status configure(sg_node *node, sg_err *err)
{
  const char *kind;
  sg_status s = SG_REAL(sg_configure_params)(node, 0, NULL, NULL, err);
  if (!s) s = sg_node_string(node, "approximate", "none", &kind, err);
  if (s) return s;
  if (strcmp(kind, "none") && strcmp(kind, "tanh"))
    return sg_node_refuse(node, err, "approximate '%s' is not known (none, tanh)", kind);
  *(real *) node->conf = strcmp(kind, "tanh") == 0;
  return SG_OK;
}

SG_UNARY_CALLS(value, slope)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  if (sg_rng_below(s->rng, 2)) sg_attr_set_string(s->attrs, "approximate", "tanh");
}

const sg_op SG_REAL(sg_op_gelu) = {
  .name = "Gelu", .summary = "x times the normal distribution function",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = configure, .sample = sample,
};
