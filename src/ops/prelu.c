/* ops/prelu.c: y = x for x >= 0, slope x below; the slope broadcasts to x (one per channel, or one
 * per position and channel). */
#include "ops/k_elementwise.h"

static real value(real x, real alpha)
{
  return x < 0 ? alpha * x : x;
}

static real slope_x(real x, real alpha, real y)
{
  (void) y;
  return x < 0 ? alpha : 1;
}

static real slope_alpha(real x, real alpha, real y)
{
  (void) alpha, (void) y;
  return x < 0 ? x : 0;
}

SG_BINARY_CALLS(value, slope_x, slope_alpha)

static sg_status configure(sg_node *node, sg_err *err)
{
  (void) err;
  node->family = sg_node_activations(node) > 1 ? SG_PRODUCT : SG_ELEMENTWISE;
  return SG_OK;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  char x[96], a[96];
  sg_status s = sg_infer_broadcast(node, 2, err);
  if (s || sg_shape_equal(&node->out[0].shape, &node->in[0].shape)) return s;
  return sg_node_misfit(node, err, "a slope of shape %s does not fit an input of shape %s",
                        sg_shape_text(&node->in[1].shape, a, sizeof a),
                        sg_shape_text(&node->in[0].shape, x, sizeof x));
}

static void sample(sg_sample *s)
{
  s->n_in = 2;
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  s->in[1].shape = SG_REAL(sg_sample_constant)(s->rng, &s->in[0].shape);
}

const sg_op SG_REAL(sg_op_prelu) = {
  .name = "PRelu", .summary = "x, or slope x below 0; a slope per channel or element",
  .min_in = 2, .max_in = 2, SG_BROADCAST_ENTRIES,
  .smooth = false, .configure = configure, .infer = infer,
  .forward = forward, .vjp = vjp, .sample = sample,
};
