/* ops/flatten.c: the axes before `axis` become one, those from it on another. */
#include "ops/k_reshape.h"

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  int64_t axis;
  sg_status s = sg_node_int(node, "axis", 1, &axis, err);
  if (s) return s;
  if (axis < -x->nd || axis > x->nd)
    return sg_node_misfit(node, err, "axis %lld of %d", (long long) axis, x->nd);
  if (axis < 0) axis += x->nd;
  sg_shape y = {.nd = 2, .d = {1, 1}};
  for (int a = 0; a < x->nd; a++) y.d[a >= axis] *= x->d[a];
  return SG_REAL(sg_reshape_set)(node, &y, err);
}

static void sample(sg_sample *s)
{
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  if (sg_rng_below(s->rng, 2)) sg_attr_set_int(s->attrs, "axis", 1 - s->in[0].shape.nd);
  if (sg_rng_below(s->rng, 2)) sg_attr_set_int(s->attrs, "channels_last", 1);
}

const sg_op SG_REAL(sg_op_flatten) = {
  .name = "Flatten", .summary = "all axes but the batch become one",
  .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, SG_RESHAPE_ENTRIES,
  .infer = infer, .sample = sample,
};
