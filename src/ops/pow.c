/* ops/pow.c: y = a^b, broadcast. */
#include "ops/k_elementwise.h"

/* Squares and square roots, the exponents that networks have, are exact this way. */
static real value(real a, real b)
{
  if (b == 2) return a * a;
  if (b == (real) 0.5) return SG_MATH(sqrt)(a);
  return SG_MATH(pow)(a, b);
}

static real slope_a(real a, real b, real y)
{
  (void) y;
  if (b == 0) return 0;
  return b == 2 ? 2 * a : b * SG_MATH(pow)(a, b - 1);
}

/* a^b ln a; there is none for a < 0, and the limit at 0 is 0. */
static real slope_b(real a, real b, real y)
{
  (void) b;
  return a > 0 ? y * SG_MATH(log)(a) : 0;
}

SG_BINARY_CALLS(value, slope_a, slope_b)

static sg_status configure(sg_node *node, sg_err *err)
{
  (void) err;
  node->family = sg_node_activations(node) > 1 ? SG_PRODUCT : SG_ELEMENTWISE;
  return SG_OK;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  sg_status s = SG_REAL(sg_infer_broadcast_all)(node, err);
  node->out[0].dtype = node->in[0].dtype;
  return s;
}

static void sample(sg_sample *s)
{
  static const double exponents[] = {2, 0.5, 3, 1, 0};
  SG_REAL(sg_sample_binary)(s);
  s->in[0].lo = 0.3;
  s->in[0].hi = 2;
  if (s->in[1].shape.batched || sg_rng_below(s->rng, 2)) return;
  s->in[1].shape.nd = 0;
  s->in[1].lo = s->in[1].hi = exponents[sg_rng_below(s->rng, 5)];
}

const sg_op SG_REAL(sg_op_pow) = {
  .name = "Pow", .summary = "a to the power b",
  .min_in = 2, .max_in = 2, SG_BROADCAST_ENTRIES,
  .smooth = true, .configure = configure, .infer = infer,
  .forward = forward, .vjp = vjp, .sample = sample,
};
