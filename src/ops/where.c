/* ops/where.c: y = a where the condition holds, else b. The gradient passes the chosen branch. */
#include "ops/k_elementwise.h"

static void value_row(const sg_row *r)
{
  const real *cond = r->x[0], *a = r->x[1], *b = r->x[2];
  for (int64_t i = 0; i < r->n; i++)
    r->y[i] = cond[i * r->s[0]] != 0 ? a[i * r->s[1]] : b[i * r->s[2]];
}

static void slope_row(const sg_row *r)
{
  for (int64_t i = 0; i < r->n; i++) {
    int k = r->x[0][i * r->s[0]] != 0 ? 1 : 2;
    if (r->gx[k]) r->gx[k][i * r->s[k]] += r->g[i];
  }
}

static sg_status infer(sg_node *node, sg_err *err)
{
  sg_status s = SG_REAL(sg_infer_broadcast_all)(node, err);
  node->out[0].dtype = node->in[1].dtype;
  return s;
}

static sg_status forward(const sg_call *c)
{
  return SG_REAL(sg_rows_forward)(c, c->in, 3, c->out, NULL, value_row);
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  return SG_REAL(sg_rows_vjp)(c, c->in, 3, gout, gin, NULL, slope_row);
}

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_broadcast)(s, 3);
  s->in[0].boolean = true;
}

const sg_op SG_REAL(sg_op_where) = {
  .name = "Where", .summary = "a where a condition holds, else b",
  .min_in = 3, .max_in = 3, SG_BROADCAST_ENTRIES,
  .configure = SG_REAL(sg_configure_gate), .infer = infer,
  .forward = forward, .vjp = vjp, .sample = sample,
};
