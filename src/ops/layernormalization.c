/* ops/layernormalization.c: LayerNormalization over the axes from `axis` on (Ba, Kiros, Hinton
 * 2016). */
#include "ops/k_norm.h"

static sg_status configure(sg_node *node, sg_err *err)
{
  sg_norm_conf *c;
  int64_t axis;
  sg_status s = SG_REAL(sg_norm_configure)(node, &c, err);
  if (!s) s = sg_node_int(node, "axis", -1, &axis, err);
  if (s) return s;
  for (int k = 1; k < node->n_out; k++)
    if (node->out[k].value != SG_NONE)
      return sg_node_refuse(node, err, "only the first output is computed");
  c->first = sg_axis(&node->in[0].shape, axis);
  if (c->first < 1)
    return sg_node_refuse(node, err, "axis %d is out of range, or the batch axis", (int) axis);
  return SG_OK;
}

/* Strides of a constant that is broadcast to the axes from `first` on; false when it does not
 * fit. */
static bool constant_strides(const sg_node *node, int k, int first, int64_t *st)
{
  const sg_shape *x = &node->in[0].shape, *w = &node->in[k].shape;
  int64_t step = 1;
  for (int a = x->nd - 1; a >= 0; a--) {
    int b = a - (x->nd - w->nd);
    int64_t d = b < 0 ? 1 : w->d[b];
    if (d != 1 && (d != x->d[a] || a < first)) return false;
    st[a] = d == 1 ? 0 : step;
    step *= d;
  }
  return w->nd <= x->nd;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  sg_norm_conf *c = node->conf;
  const sg_shape *x = &node->in[0].shape;
  int64_t st[SG_MAX_RANK], w[SG_MAX_RANK], b[SG_MAX_RANK];
  if (!constant_strides(node, 1, c->first, w))
    return sg_node_misfit(node, err, "the scale does not fit the normalised axes");
  if (sg_node_has(node, 2) && (!constant_strides(node, 2, c->first, b) ||
                               !sg_shape_equal(&node->in[1].shape, &node->in[2].shape)))
    return sg_node_misfit(node, err, "scale and bias differ in shape");
  sg_strides(x, st);
  c->n = 0;
  for (int a = 1; a < x->nd; a++) sg_norm_axis(c, a >= c->first, x->d[a], st[a], w[a]);
  return sg_infer_same(node, err);
}

static void sample(sg_sample *s)
{
  sg_shape *a = &s->in[0].shape;
  *a = (sg_shape){.nd = 2 + (int) sg_rng_below(s->rng, 3), .batched = true};
  for (int i = 1; i < a->nd; i++) a->d[i] = 2 + (int64_t) sg_rng_below(s->rng, 5);
  int first = 1 + (int) sg_rng_below(s->rng, (uint64_t) a->nd - 1);
  sg_attr_set_int(s->attrs, "axis", first);
  sg_attr_set_float(s->attrs, "epsilon", 1e-2);
  s->n_in = 2 + (int) sg_rng_below(s->rng, 2);
  for (int k = 1; k < s->n_in; k++) {
    s->in[k].shape = (sg_shape){.nd = a->nd - first};
    for (int i = first; i < a->nd; i++) s->in[k].shape.d[i - first] = a->d[i];
  }
}

const sg_op SG_REAL(sg_op_layernormalization) = {
  .name = "LayerNormalization",
  .summary = "normalise over the last axes, scale and shift",
  .min_in = 2,
  .max_in = 3,
  .max_out = 3,
  .since = 7,
  SG_NORM_ENTRIES,
  .configure = configure,
  .infer = infer,
  .reach = sg_reach_all,
  .need = sg_need_all,
  .sample = sample,
};
