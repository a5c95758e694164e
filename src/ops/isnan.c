/* ops/isnan.c: 1 where x is not a number, else 0. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return x != x;
}

static void value_row(const sg_row *r) { sg_row_map(r, value); }

static sg_status forward(const sg_call *c)
{
  return SG_REAL(sg_rows_forward)(c, c->in, 1, c->out, NULL, value_row);
}

const sg_op SG_REAL(sg_op_isnan) = {
  .name = "IsNaN", .summary = "1 where x is not a number",
  .min_in = 1, .max_in = 1, SG_BROADCAST_ENTRIES,
  .configure = SG_REAL(sg_configure_gate), .infer = SG_REAL(sg_infer_gate),
  .forward = forward, .vjp = SG_REAL(sg_vjp_zero), .sample = SG_REAL(sg_sample_unary),
};
