/* ops/tile.c: repeats the whole tensor along each axis. */
#include "ops/k_move.h"

/* j reads j mod d. */
static sg_status repeat_axis(sg_node *node, int a, int64_t d, int64_t times, sg_err *err)
{
  sg_shape *y = &node->out[0].shape;
  y->d[a] = times < 0 || (d && times > INT64_MAX / d) ? -1 : d * times;
  sg_status s = sg_shape_check(y, err);
  if (s) return s;
  int64_t *table = sg_arena_alloc(node->mem, (size_t) y->d[a] + 1, sizeof *table);
  if (!table) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t j = 0; j < y->d[a]; j++) table[j] = j % d;
  sg_move_of(node)->ax[a].table = table;
  return SG_OK;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  const int64_t *times;
  int64_t n;
  sg_status s = sg_node_ints_or_input(node, "repeats", 1, &times, &n, err);
  if (s) return s;
  if (n != x->nd)
    return sg_node_misfit(node, err, "%lld repeats for %d axes", (long long) n, x->nd);
  if ((s = SG_REAL(sg_move_begin)(node, 1, x->nd, err))) return s;
  node->out[0].shape = *x;
  node->out[0].dtype = node->in[0].dtype;
  if (x->batched && times[0] != 1) return sg_node_refuse(node, err, "repeats the batch axis");
  for (int a = 0; !s && a < x->nd; a++)
    if (times[a] != 1) s = repeat_axis(node, a, x->d[a], times[a], err);
  return s;
}

static void sample(sg_sample *s)
{
  int64_t times[SG_MAX_RANK];
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  for (int a = 0; a < s->in[0].shape.nd; a++)
    times[a] = a ? 1 + (int64_t) sg_rng_below(s->rng, 3) : 1;
  s->n_in = 2;
  SG_REAL(sg_sample_ints)(s, 1, s->in[0].shape.nd, times);
}

const sg_op SG_REAL(sg_op_tile) = {
  .name = "Tile", .summary = "repeats a tensor along its axes",
  .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, SG_MOVE_ENTRIES,
  .configure = SG_REAL(sg_move_configure), .infer = infer, .sample = sample,
};
