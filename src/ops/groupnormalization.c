/* ops/groupnormalization.c: GroupNormalization (Wu and He 2018): groups of channels over all
 * positions.
 *
 * Opset 18 has a scale and bias a group, opset 21 a channel.
 */
#include "ops/k_norm.h"

static sg_status configure(sg_node *node, sg_err *err)
{
  sg_norm_conf *c;
  sg_status s = SG_REAL(sg_norm_configure)(node, &c, err);
  if (!s) s = sg_node_int(node, "num_groups", 0, &c->groups, err);
  if (!s && c->groups < 1) s = sg_node_refuse(node, err, "num_groups is missing or below 1");
  return s;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  sg_norm_conf *c = node->conf;
  const sg_shape *x = &node->in[0].shape;
  int64_t st[SG_MAX_RANK];
  bool per_group = node->def->opset < 21;
  if (x->nd < 3) return sg_node_misfit(node, err, "the input has no positions");
  if (x->d[1] % c->groups)
    return sg_node_misfit(node, err, "%d channels in %d groups", (int) x->d[1], (int) c->groups);
  for (int k = 1; k < 3; k++)
    if (sg_shape_count(&node->in[k].shape) != (per_group ? c->groups : x->d[1]))
      return sg_node_misfit(node, err, "scale and bias need a number a %s",
                            per_group ? "group" : "channel");
  int64_t size = x->d[1] / c->groups;
  sg_strides(x, st);
  c->n = 0;
  sg_norm_axis(c, false, c->groups, st[1] * size, per_group ? 1 : size);
  sg_norm_axis(c, true, size, st[1], per_group ? 0 : 1);
  for (int a = 2; a < x->nd; a++) sg_norm_axis(c, true, x->d[a], st[a], 0);
  return sg_infer_same(node, err);
}

static void sample(sg_sample *s)
{
  sg_shape *a = &s->in[0].shape;
  int64_t groups = 1 + (int64_t) sg_rng_below(s->rng, 3), size = 1 + (int64_t) sg_rng_below(s->rng,
      3);
  *a = (sg_shape){.nd = 3 + (int) sg_rng_below(s->rng, 2), .batched = true};
  for (int i = 2; i < a->nd; i++) a->d[i] = 2 + (int64_t) sg_rng_below(s->rng, 5);
  a->d[1] = groups * size;
  if (sg_rng_below(s->rng, 2)) s->opset = 18;
  sg_attr_set_float(s->attrs, "epsilon", 1e-2);
  sg_attr_set_int(s->attrs, "num_groups", groups);
  s->n_in = 3;
  for (int k = 1; k < 3; k++)
    s->in[k].shape = (sg_shape){.nd = 1, .d = {s->opset == 18 ? groups : a->d[1]}};
}

const sg_op SG_REAL(sg_op_groupnormalization) = {
  .name = "GroupNormalization",
  .summary = "normalise groups of channels over all positions, scale and shift",
  .min_in = 3,
  .max_in = 3,
  .max_out = 1,
  .since = 18,
  SG_NORM_ENTRIES,
  .configure = configure,
  .infer = infer,
  .reach = sg_reach_all,
  .need = sg_need_all,
  .sample = sample,
};
