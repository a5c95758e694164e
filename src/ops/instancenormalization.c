/* ops/instancenormalization.c: InstanceNormalization: each channel over its positions. */
#include "ops/k_norm.h"

static sg_status configure(sg_node *node, sg_err *err)
{
  sg_norm_conf *c;
  return SG_REAL(sg_norm_configure)(node, &c, err);
}

static sg_status infer(sg_node *node, sg_err *err)
{
  sg_norm_conf *c = node->conf;
  const sg_shape *x = &node->in[0].shape;
  int64_t st[SG_MAX_RANK];
  if (x->nd < 3) return sg_node_misfit(node, err, "the input has no positions");
  for (int k = 1; k < 3; k++)
    if (sg_shape_count(&node->in[k].shape) != x->d[1])
      return sg_node_misfit(node, err, "scale and bias need a number a channel");
  sg_strides(x, st);
  c->n = 0;
  sg_norm_axis(c, false, x->d[1], st[1], 1);
  for (int a = 2; a < x->nd; a++) sg_norm_axis(c, true, x->d[a], st[a], 0);
  return sg_infer_same(node, err);
}

static void sample(sg_sample *s)
{
  sg_shape *a = &s->in[0].shape;
  *a = (sg_shape){.nd = 3 + (int) sg_rng_below(s->rng, 2), .batched = true};
  for (int i = 1; i < a->nd; i++) a->d[i] = 2 + (int64_t) sg_rng_below(s->rng, 5);
  sg_attr_set_float(s->attrs, "epsilon", 1e-2);
  s->n_in = 3;
  for (int k = 1; k < 3; k++) s->in[k].shape = (sg_shape){.nd = 1, .d = {a->d[1]}};
}

const sg_op SG_REAL(sg_op_instancenormalization) = {
  .name = "InstanceNormalization",
  .summary = "normalise each channel over its positions, scale and shift",
  .min_in = 3,
  .max_in = 3,
  .max_out = 1,
  .since = 7,
  SG_NORM_ENTRIES,
  .configure = configure,
  .infer = infer,
  .reach = sg_reach_all,
  .need = sg_need_all,
  .sample = sample,
};
