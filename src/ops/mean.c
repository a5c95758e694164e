/* ops/mean.c: the mean of any number of broadcast inputs. */
#include "ops/k_variadic.h"

static real value(real a, real b)
{
  return a + b;
}

static void value_row(const sg_row *r) { sg_row_pair(r, value); }

static void divide_row(const sg_row *r)
{
  for (int64_t i = 0; i < r->n; i++) r->y[i] = r->x[0][i * r->s[0]] / r->p[0];
}

static sg_status forward(const sg_call *c)
{
  const real p[SG_PARAMS] = {(real) c->node->n_in};
  sg_status s = SG_REAL(sg_variadic_forward)(c, value_row);
  return s ? s : SG_REAL(sg_rows_forward)(c, c->out, 1, c->out, p, divide_row);
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  return SG_REAL(sg_sum_vjp)(c, 1 / (real) c->node->n_in, gout, gin);
}

const sg_op SG_REAL(sg_op_mean) = {
  .name = "Mean", .summary = "mean of the inputs",
  .min_in = 1, .max_in = -1, SG_BROADCAST_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_linear),
  .infer = SG_REAL(sg_infer_broadcast_all),
  .forward = forward, .vjp = vjp, .sample = SG_REAL(sg_sample_variadic),
};
