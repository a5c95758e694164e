/* ops/unsqueeze.c: inserts axes of length 1 at the listed places of the result. */
#include "ops/k_squeeze.h"

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  const int64_t *axes;
  int64_t count;
  sg_shape *y = &node->out[0].shape;
  bool new_axis[SG_MAX_RANK] = {false};
  int n, from = 0;
  sg_status s = sg_node_ints_or_input(node, "axes", 1, &axes, &count, err);
  if (s) return s;
  if (count > SG_MAX_RANK - x->nd)
    return sg_node_misfit(node, err, "more than %d axes", SG_MAX_RANK);
  s = SG_REAL(sg_listed_axes)(node, x->nd + (int) count, new_axis, &n, err);
  if (!s) s = SG_REAL(sg_move_begin)(node, 1, x->nd, err);
  if (s) return s;
  *y = (sg_shape){.nd = x->nd + n, .batched = x->batched};
  node->out[0].dtype = node->in[0].dtype;
  for (int a = 0; a < y->nd; a++) {
    sg_move_of(node)->ax[a].src = new_axis[a] ? SG_NONE : from;
    y->d[a] = new_axis[a] ? 1 : x->d[from++];
  }
  return SG_OK;
}

static void sample(sg_sample *s)
{
  int64_t axes[2];
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  int n = 1 + (int) sg_rng_below(s->rng, 2), nd = s->in[0].shape.nd + n;
  axes[0] = 1 + (int64_t) sg_rng_below(s->rng, (uint64_t) nd - 1);
  axes[1] = axes[0] == 1 ? -1 : 1;
  if (n == 2 && axes[0] == nd - 1) axes[0] = -1;
  SG_REAL(sg_sample_axes)(s, n, axes);
}

const sg_op SG_REAL(sg_op_unsqueeze) = {
  .name = "Unsqueeze", .summary = "inserts axes of length 1",
  .min_in = 1, .max_in = 2, .min_out = 1, .max_out = 1, SG_MOVE_ENTRIES,
  .configure = SG_REAL(sg_move_configure), .infer = infer, .sample = sample,
};
