/* ops/not.c: 1 where x is 0, else 0. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return x == 0;
}

static void value_row(const sg_row *r) { sg_row_map(r, value); }

static sg_status forward(const sg_call *c)
{
  return SG_REAL(sg_rows_forward)(c, c->in, 1, c->out, NULL, value_row);
}

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  s->in[0].boolean = true;
}

const sg_op SG_REAL(sg_op_not) = {
  .name = "Not", .summary = "logical not",
  .min_in = 1, .max_in = 1, SG_BROADCAST_ENTRIES,
  .configure = SG_REAL(sg_configure_gate), .infer = SG_REAL(sg_infer_gate),
  .forward = forward, .vjp = SG_REAL(sg_vjp_zero), .sample = sample,
};
