/* ops/expand.c: repeats axes of length 1 until the input has the given shape (broadcasting both
 * ways). */
#include "ops/k_move.h"

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  sg_shape *y = &node->out[0].shape;
  const int64_t *want;
  int64_t n;
  sg_status s = sg_node_ints_or_input(node, "shape", 1, &want, &n, err);
  if (s) return s;
  if (n > SG_MAX_RANK) return sg_node_misfit(node, err, "more than %d axes", SG_MAX_RANK);
  if (x->batched && n > x->nd)
    return sg_node_refuse(node, err, "moves the batch axis");
  if ((s = SG_REAL(sg_move_begin)(node, 1, x->nd, err))) return s;
  *y = (sg_shape){.nd = n > x->nd ? (int) n : x->nd, .batched = x->batched};
  node->out[0].dtype = node->in[0].dtype;
  for (int a = 0; a < y->nd; a++) {
    int own = a - (y->nd - x->nd);
    int64_t have = own < 0 ? 1 : x->d[own], w = a < y->nd - n ? 1 : want[a - (y->nd - n)];
    sg_move_axis *ax = &sg_move_of(node)->ax[a];
    if (w != 1 && have != 1 && w != have)
      return sg_node_misfit(node, err, "axis %d of length %lld cannot become %lld", a,
                            (long long) have, (long long) w);
    y->d[a] = have == 1 ? w : have;
    ax->src = own < 0 ? SG_NONE : own;
    ax->step = have == 1 ? 0 : 1;
  }
  if (y->batched && y->d[0] != x->d[0])
    return sg_node_refuse(node, err, "repeats the batch axis");
  return SG_OK;
}

static void sample(sg_sample *s)
{
  int64_t want[SG_MAX_RANK];
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  sg_shape *x = &s->in[0].shape;
  want[0] = 1;
  for (int a = 1; a < x->nd; a++) {
    want[a] = sg_rng_below(s->rng, 2) ? x->d[a] : 1;
    if (sg_rng_below(s->rng, 3)) continue;
    x->d[a] = 1;
    want[a] = 1 + (int64_t) sg_rng_below(s->rng, 4);
  }
  int skip = (int) sg_rng_below(s->rng, (uint64_t) x->nd);
  s->n_in = 2;
  SG_REAL(sg_sample_ints)(s, 1, x->nd - skip, want + skip);
}

const sg_op SG_REAL(sg_op_expand) = {
  .name = "Expand", .summary = "repeats axes of length 1",
  .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, SG_MOVE_ENTRIES,
  .configure = SG_REAL(sg_move_configure), .infer = infer, .sample = sample,
};
