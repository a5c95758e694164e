/* ops/isinf.c: 1 where x is infinite (with a sign that detect_negative, detect_positive allow). */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  return (isinf(x) && (x < 0 ? p[0] : p[1]) != 0) ? 1 : 0;
}

static void value_row(const sg_row *r) { sg_row_map(r, value); }

static sg_status configure(sg_node *node, sg_err *err)
{
  int64_t negative, positive;
  sg_status s = SG_REAL(sg_configure_params)(node, 0, NULL, NULL, err);
  if (!s) s = sg_node_int(node, "detect_negative", 1, &negative, err);
  if (!s) s = sg_node_int(node, "detect_positive", 1, &positive, err);
  if (s) return s;
  real *p = node->conf;
  p[0] = negative != 0;
  p[1] = positive != 0;
  node->family = SG_GATE;
  node->flags |= SG_NODE_BROADCAST;
  return SG_OK;
}

static sg_status forward(const sg_call *c)
{
  return SG_REAL(sg_rows_forward)(c, c->in, 1, c->out, c->node->conf, value_row);
}

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  sg_attr_set_int(s->attrs, "detect_negative", (int64_t) sg_rng_below(s->rng, 2));
}

const sg_op SG_REAL(sg_op_isinf) = {
  .name = "IsInf", .summary = "1 where x is infinite",
  .min_in = 1, .max_in = 1, SG_BROADCAST_ENTRIES,
  .configure = configure, .infer = SG_REAL(sg_infer_gate),
  .forward = forward, .vjp = SG_REAL(sg_vjp_zero), .sample = sample,
};
