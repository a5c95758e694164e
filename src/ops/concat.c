/* ops/concat.c: inputs one after the other along an axis. */
#include <string.h>

#include "ops/k_move.h"

/* A constant beside activations: one row for all items. */
static bool same_for_all_items(const sg_arg *x)
{
  int64_t row = x->shape.d[0] ? sg_shape_count(&x->shape) / x->shape.d[0] : 0;
  for (int64_t i = row; i < sg_shape_count(&x->shape); i++) {
    double a = sg_tensor_f64(x->tensor, i), b = sg_tensor_f64(x->tensor, i - row);
    if (a != b && (a == a || b == b)) return false;
  }
  return true;
}

/* Does input k fit beside the others in all axes but `axis`? */
static sg_status check_input(const sg_node *node, int k, int axis, const sg_shape *y, sg_err *err)
{
  char a[96], b[96];
  const sg_shape *x = &node->in[k].shape;
  bool fits = x->nd == y->nd;
  for (int i = 0; fits && i < x->nd; i++) {
    bool rows = i == 0 && y->batched && !x->batched;
    fits = i == axis || rows || x->d[i] == y->d[i];
    if (rows && (x->d[0] != 1 && x->d[0] != y->d[0])) fits = false;
  }
  if (!fits)
    return sg_node_misfit(node, err, "shapes %s and %s do not fit together",
                          sg_shape_text(y, a, sizeof a), sg_shape_text(x, b, sizeof b));
  if (y->batched && !x->batched && !same_for_all_items(&node->in[k]))
    return sg_node_refuse(node, err, "a constant that differs from item to item");
  return SG_OK;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  int64_t attr;
  sg_shape y = node->in[0].shape;
  for (int k = 0; k < node->n_in; k++)
    if (node->in[k].shape.batched) y = node->in[k].shape;
  sg_status s = sg_node_int(node, "axis", 1, &attr, err);
  if (s) return s;
  int axis = sg_axis(&y, attr);
  if (axis < 0) return sg_node_misfit(node, err, "axis %lld of %d", (long long) attr, y.nd);
  if (axis == 0 && y.batched) return sg_node_refuse(node, err, "joins along the batch axis");
  if ((s = SG_REAL(sg_move_begin)(node, node->n_in, y.nd, err))) return s;
  int64_t at = 0;
  for (int k = 0; k < node->n_in; k++) {
    if ((s = check_input(node, k, axis, &y, err))) return s;
    sg_move *m = &((sg_moves *) node->conf)->move[k];
    m->skip = true;
    m->ax[axis].first = -at;
    at += node->in[k].shape.d[axis];
  }
  y.d[axis] = at;
  node->out[0].shape = y;
  node->out[0].dtype = node->in[0].dtype;
  return SG_OK;
}

static void sample(sg_sample *s)
{
  sg_shape full = SG_REAL(sg_sample_shape)(s->rng);
  int axis = 1 + (int) sg_rng_below(s->rng, (uint64_t) full.nd - 1);
  s->n_in = 1 + (int) sg_rng_below(s->rng, 4);
  for (int k = 0; k < s->n_in; k++) {
    s->in[k].shape = full;
    s->in[k].shape.d[axis] = 1 + (int64_t) sg_rng_below(s->rng, 5);
    if (k && sg_rng_below(s->rng, 4) == 0) s->in[k].shape.batched = false;
  }
  sg_attr_set_int(s->attrs, "axis", sg_rng_below(s->rng, 2) ? axis : axis - full.nd);
}

const sg_op SG_REAL(sg_op_concat) = {
  .name = "Concat", .summary = "inputs one after the other along an axis",
  .min_in = 1, .max_in = -1, .min_out = 1, .max_out = 1, SG_MOVE_ENTRIES,
  .configure = SG_REAL(sg_move_configure), .infer = infer, .sample = sample,
};
