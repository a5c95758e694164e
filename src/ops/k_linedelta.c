/* ops/k_linedelta.c: reductions over positions from windows of changes. */
#include "ops/k_collect.h"
#include "ops/k_lines.h"

static sg_collect_range all(const sg_node *node)
{
  return (sg_collect_range){ 0, node->in[0].shape.d[2] };
}

/* [N][C][L] reduced over L. */
static bool can(const sg_node *node, int axis)
{
  const sg_line_conf *f = node->conf;
  const sg_shape *s = &node->in[0].shape;
  return s->nd == 3 && s->batched && axis == 2 && f->along[2] && !f->along[1] && !f->same &&
         !f->noop;
}

static size_t no_bytes(const sg_node *node)
{
  (void) node;
  return 0;
}

static size_t max_bytes(const sg_node *node)
{
  return SG_REAL(sg_collect_max_bytes)(node, all(node));
}

static sg_status max_base(const sg_call *base, int64_t lo, int64_t hi, void *state)
{
  return SG_REAL(sg_collect_max_base)(base, all(base->node), lo, hi, state);
}

static sg_status max_eval(const sg_call *c, const sg_call *base, const void *state)
{
  return SG_REAL(sg_collect_max)(c, base, all(c->node), state);
}

static bool max_sides(const sg_node *node, const void *state, int64_t lo, int64_t hi,
                      const void **ret_before, const void **ret_behind)
{
  return SG_REAL(sg_collect_max_sides)(node, all(node), state, lo, hi, ret_before, ret_behind);
}

static sg_status forward_base(const sg_call *base, int64_t lo, int64_t hi, void *state)
{
  (void) lo, (void) hi, (void) state;
  return base->node->op->forward(base);
}

static sg_status sum_eval(const sg_call *c, const sg_call *base, const void *state)
{
  (void) state;
  return SG_REAL(sg_collect_sum)(c, base, 1);
}

static sg_status mean_eval(const sg_call *c, const sg_call *base, const void *state)
{
  (void) state;
  return SG_REAL(sg_collect_sum)(c, base, 1 / (double) all(c->node).hi);
}

const sg_collect SG_REAL(sg_lines_max) = {
  .can = can, .bytes = max_bytes, .base = max_base, .eval = max_eval,
  .sides = max_sides
};
const sg_collect SG_REAL(sg_lines_sum) = {
  .can = can, .bytes = no_bytes, .base = forward_base, .eval = sum_eval
};
const sg_collect SG_REAL(sg_lines_mean) = {
  .can = can, .bytes = no_bytes, .base = forward_base, .eval = mean_eval
};
