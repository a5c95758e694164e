/* ops/transpose.c: permutes axes. The batch stays where it is. */
#include "ops/k_move.h"

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  const int64_t *perm;
  int64_t n, p[SG_MAX_RANK];
  bool seen[SG_MAX_RANK] = {false};
  sg_status s = sg_node_ints(node, "perm", &perm, &n, err);
  if (s) return s;
  if (perm && n != x->nd)
    return sg_node_misfit(node, err, "perm names %lld axes of %d", (long long) n, x->nd);
  for (int a = 0; a < x->nd; a++) {
    p[a] = perm ? perm[a] : x->nd - 1 - a;
    if (p[a] < 0 || p[a] >= x->nd || seen[p[a]])
      return sg_node_misfit(node, err, "perm is not a permutation of %d axes", x->nd);
    seen[p[a]] = true;
  }
  if (x->batched && p[0] != 0)
    return sg_node_refuse(node, err, "moves the batch axis");
  if ((s = SG_REAL(sg_move_begin)(node, 1, x->nd, err))) return s;
  node->out[0].shape = *x;
  node->out[0].dtype = node->in[0].dtype;
  for (int a = 0; a < x->nd; a++) {
    node->out[0].shape.d[a] = x->d[p[a]];
    sg_move_of(node)->ax[a].src = (int) p[a];
  }
  return SG_OK;
}

static void sample(sg_sample *s)
{
  int64_t perm[SG_MAX_RANK];
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  int nd = s->in[0].shape.nd;
  for (int a = 0; a < nd; a++) {
    int b = a < 2 ? a : 1 + (int) sg_rng_below(s->rng, (uint64_t) a);
    perm[a] = perm[b];
    perm[b] = a;
  }
  sg_attr_set_ints(s->attrs, "perm", perm, nd);
}

const sg_op SG_REAL(sg_op_transpose) = {
  .name = "Transpose", .summary = "permutation of axes",
  .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, SG_MOVE_ENTRIES,
  .configure = SG_REAL(sg_move_configure), .infer = infer, .sample = sample,
};
