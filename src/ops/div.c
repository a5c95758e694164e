/* ops/div.c: y = a / b, broadcast. By a constant it is linear; of integers it truncates. */
#include "ops/k_elementwise.h"
#include "ops/k_fold.h"

static real value(real a, real b)
{
  return a / b;
}

static real whole(real a, real b)
{
  return SG_MATH(trunc)(a / b);
}

static real slope_a(real a, real b, real y)
{
  (void) a, (void) y;
  return 1 / b;
}

static real slope_b(real a, real b, real y)
{
  (void) a;
  return -y / b;
}

static void value_row(const sg_row *r) { sg_row_pair(r, value); }
static void whole_row(const sg_row *r) { sg_row_pair(r, whole); }
static void slope_row(const sg_row *r) { sg_row_pair_vjp(r, slope_a, slope_b); }

static bool integers(const sg_node *node)
{
  return node->in[0].dtype == SG_I64;
}

/* A constant divided by an activation is an elementwise function of it. */
static sg_status configure(sg_node *node, sg_err *err)
{
  (void) err;
  bool top = !node->in[0].tensor, bottom = !node->in[1].tensor;
  node->family = top && bottom ? SG_PRODUCT : bottom || integers(node) ? SG_ELEMENTWISE : SG_LINEAR;
  if (node->family == SG_LINEAR) node->flags |= SG_NODE_CARRY;
  return SG_OK;
}

static sg_status forward(const sg_call *c)
{
  return SG_REAL(sg_rows_forward)(c, c->in, 2, c->out, NULL,
                                  integers(c->node) ? whole_row : value_row);
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  if (integers(c->node)) return SG_OK;
  return SG_REAL(sg_rows_vjp)(c, c->in, 2, gout, gin, NULL, slope_row);
}

static bool fold_fn(int64_t a, int64_t b, int64_t *ret)
{
  if (b == 0 || (b == -1 && a == INT64_MIN)) return false;
  *ret = a / b;
  return true;
}

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  return SG_REAL(sg_fold_pairs)(node, fold_fn, out, err);
}

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_binary)(s);
  s->in[1].lo = 0.5;
  s->in[1].hi = 3;
}

const sg_op SG_REAL(sg_op_div) = {
  .name = "Div", .summary = "a divided by b",
  .min_in = 2, .max_in = 2, SG_BROADCAST_ENTRIES,
  .smooth = true, .configure = configure, .infer = SG_REAL(sg_infer_broadcast_all), .fold = fold,
  .forward = forward, .vjp = vjp, .sample = sample,
};
