/* ops/squeeze.c: drops axes of length 1: those listed, or all of them. */
#include "ops/k_squeeze.h"

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  sg_shape *y = &node->out[0].shape;
  bool drop[SG_MAX_RANK] = {false};
  int n;
  sg_status s = SG_REAL(sg_listed_axes)(node, x->nd, drop, &n, err);
  if (!s) s = SG_REAL(sg_move_begin)(node, 1, x->nd, err);
  if (s) return s;
  *y = (sg_shape){.batched = x->batched};
  node->out[0].dtype = node->in[0].dtype;
  for (int a = 0; a < x->nd; a++) {
    if (n == 0) drop[a] = x->d[a] == 1 && !(a == 0 && x->batched);
    if (drop[a] && x->d[a] != 1)
      return sg_node_misfit(node, err, "axis %d has length %lld, not 1", a, (long long) x->d[a]);
    if (drop[a]) continue;
    sg_move_of(node)->ax[y->nd].src = a;
    y->d[y->nd++] = x->d[a];
  }
  return SG_OK;
}

static void sample(sg_sample *s)
{
  int64_t axes[SG_MAX_RANK], n = 0;
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  sg_shape *x = &s->in[0].shape;
  for (int a = 1; a < x->nd; a++) {
    if (sg_rng_below(s->rng, 2)) continue;
    x->d[a] = 1;
    axes[n++] = sg_rng_below(s->rng, 2) ? a : a - x->nd;
  }
  if (n) SG_REAL(sg_sample_axes)(s, n, axes);
}

const sg_op SG_REAL(sg_op_squeeze) = {
  .name = "Squeeze", .summary = "drops axes of length 1",
  .min_in = 1, .max_in = 2, .min_out = 1, .max_out = 1, SG_MOVE_ENTRIES,
  .configure = SG_REAL(sg_move_configure), .infer = infer, .sample = sample,
};
