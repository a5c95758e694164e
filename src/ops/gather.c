/* ops/gather.c: the positions of an axis that a constant list names, in its order. The axis is
 * replaced by the axes of the list: none for a single index. */
#include "ops/k_move.h"

/* Indices counted from the start; -1 when one is out of range. */
static int64_t *indices(sg_node *node, const sg_tensor *t, int64_t d, sg_err *err)
{
  int64_t n = sg_shape_count(&t->shape);
  int64_t *table = sg_arena_alloc(node->mem, (size_t) n + 1, sizeof *table);
  if (!table) sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t j = 0; table && j < n; j++) {
    int64_t q = t->data.i[j];
    table[j] = q < 0 ? q + d : q;
    if (table[j] >= 0 && table[j] < d) continue;
    sg_node_misfit(node, err, "index %lld of an axis of length %lld", (long long) q, (long long) d);
    return NULL;
  }
  return table;
}

static sg_status check(const sg_node *node, int axis, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  const sg_tensor *t = node->in[1].tensor;
  if (!t) return sg_node_refuse(node, err, "the indices are computed from the data");
  if (t->dtype != SG_I64 && t->dtype != SG_BOOL)
    return sg_node_misfit(node, err, "the indices are not integers");
  if (axis == 0 && x->batched) return sg_node_refuse(node, err, "selects along the batch axis");
  if (x->nd - 1 + t->shape.nd > SG_MAX_RANK)
    return sg_node_misfit(node, err, "more than %d axes", SG_MAX_RANK);
  if (t->shape.nd > 1 && x->batched && axis == 1)
    return sg_node_refuse(node, err, "indices of %d axes along the channels", t->shape.nd);
  return SG_OK;
}

/* Output shape with the list's axes as they are, and with them merged (they move together). */
static void set_shapes(sg_node *node, int axis, sg_shape *merged)
{
  const sg_shape *x = &node->in[0].shape, *i = &node->in[1].shape;
  sg_shape *y = &node->out[0].shape;
  *y = *merged = (sg_shape){.batched = x->batched};
  for (int a = 0; a < x->nd; a++) {
    for (int b = 0; a == axis && b < i->nd; b++) y->d[y->nd++] = i->d[b];
    if (a == axis && i->nd > 0) merged->d[merged->nd++] = sg_shape_count(i);
    if (a == axis) continue;
    y->d[y->nd++] = x->d[a];
    merged->d[merged->nd++] = x->d[a];
  }
}

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  int64_t attr;
  sg_status s = sg_node_int(node, "axis", 0, &attr, err);
  if (s) return s;
  int axis = sg_axis(x, attr);
  if (axis < 0) return sg_node_misfit(node, err, "axis %lld of %d", (long long) attr, x->nd);
  if ((s = check(node, axis, err))) return s;
  int64_t *table = indices(node, node->in[1].tensor, x->d[axis], err);
  if (!table) return err ? err->code : SG_ESHAPE;
  if ((s = SG_REAL(sg_move_begin)(node, 1, x->nd, err))) return s;
  sg_moves *v = node->conf;
  bool single = node->in[1].shape.nd == 0;
  set_shapes(node, axis, &v->walked);
  v->whole = node->in[1].shape.nd > 1;
  node->out[0].dtype = node->in[0].dtype;
  if (single) v->move->fixed[axis] = table[0];
  else v->move->ax[axis].table = table;
  for (int a = axis; single && a < SG_MAX_RANK; a++)
    v->move->ax[a].src = a < node->out[0].shape.nd ? a + 1 : SG_NONE;
  return SG_OK;
}

static void sample(sg_sample *s)
{
  int64_t list[6];
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  const sg_shape *x = &s->in[0].shape;
  int axis = 1 + (int) sg_rng_below(s->rng, (uint64_t) x->nd - 1), d = (int) x->d[axis];
  int form = (int) sg_rng_below(s->rng, axis == 1 ? 2 : 3);
  int64_t n = form == 0 ? 1 : form == 1 ? 1 + (int64_t) sg_rng_below(s->rng, 5) : 6;
  for (int64_t j = 0; j < n; j++) list[j] = (int64_t) sg_rng_below(s->rng, 2 * (uint64_t) d) - d;
  s->n_in = 2;
  SG_REAL(sg_sample_ints)(s, 1, n, list);
  if (form == 0) s->in[1].shape.nd = 0;
  if (form == 2) s->in[1].shape = (sg_shape){.nd = 2, .d = {2, 3}};
  sg_attr_set_int(s->attrs, "axis", axis);
}

const sg_op SG_REAL(sg_op_gather) = {
  .name = "Gather", .summary = "listed positions of an axis",
  .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, SG_MOVE_ENTRIES,
  .configure = SG_REAL(sg_move_configure), .infer = infer, .sample = sample,
};
