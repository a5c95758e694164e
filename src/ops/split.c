/* ops/split.c: cuts an axis into pieces: of the sizes given, or equal ones (the last may be shorter
 * from opset 18 on). */
#include "ops/k_move.h"

static sg_status configure(sg_node *node, sg_err *err)
{
  sg_moves *v = SG_REAL(sg_move_conf)(node, sizeof *v, err);
  if (!v) return SG_ENOMEM;
  v->by_output = true;
  return SG_OK;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  const int64_t *size;
  int64_t n, attr, at = 0;
  sg_status s = sg_node_ints_or_input(node, "split", 1, &size, &n, err);
  if (!s) s = sg_node_int(node, "axis", 0, &attr, err);
  if (s) return s;
  int axis = sg_axis(x, attr);
  if (axis < 0) return sg_node_misfit(node, err, "axis %lld of %d", (long long) attr, x->nd);
  if (axis == 0 && x->batched) return sg_node_refuse(node, err, "cuts the batch axis");
  if (size && n != node->n_out)
    return sg_node_misfit(node, err, "%lld sizes for %d outputs", (long long) n, node->n_out);
  if ((s = SG_REAL(sg_move_begin)(node, node->n_out, x->nd, err))) return s;
  int64_t d = x->d[axis], each = (d + node->n_out - 1) / node->n_out;
  for (int o = 0; o < node->n_out; o++) {
    int64_t len = size ? size[o] : each < d - at ? each : d - at;
    if (len < 0 || len > d - at)
      return sg_node_misfit(node, err, "the pieces do not add up to %lld", (long long) d);
    node->out[o].shape = *x;
    node->out[o].shape.d[axis] = len;
    node->out[o].dtype = node->in[0].dtype;
    ((sg_moves *) node->conf)->move[o].ax[axis].first = at;
    at += len;
  }
  if (at != d) return sg_node_misfit(node, err, "the pieces do not add up to %lld", (long long) d);
  return SG_OK;
}

static void sample(sg_sample *s)
{
  int64_t size[4], total = 0;
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  sg_shape *x = &s->in[0].shape;
  int axis = 1 + (int) sg_rng_below(s->rng, (uint64_t) x->nd - 1);
  s->n_out = 1 + (int) sg_rng_below(s->rng, 4);
  for (int o = 0; o < s->n_out; o++) total += size[o] = 1 + (int64_t) sg_rng_below(s->rng, 3);
  x->d[axis] = total;
  sg_attr_set_int(s->attrs, "axis", axis);
  switch (sg_rng_below(s->rng, 3)) {
  case 0:
    s->opset = 11;
    sg_attr_set_ints(s->attrs, "split", size, s->n_out);
    break;
  case 1:
    s->n_in = 2;
    SG_REAL(sg_sample_ints)(s, 1, s->n_out, size);
    break;
  default:
    x->d[axis] = 2 * s->n_out;
    sg_attr_set_int(s->attrs, "num_outputs", s->n_out);
  }
}

const sg_op SG_REAL(sg_op_split) = {
  .name = "Split", .summary = "cuts an axis into pieces",
  .min_in = 1, .max_in = 2, .min_out = 1, .max_out = -1, SG_MOVE_ENTRIES,
  .configure = configure, .infer = infer, .sample = sample,
};
