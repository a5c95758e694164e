/* ops/and.c: logical and of booleans. */
#include "ops/k_elementwise.h"

static real value(real a, real b)
{
  return a != 0 && b != 0;
}

SG_GATE_CALLS(value)

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_binary)(s);
  s->in[0].boolean = s->in[1].boolean = true;
}

const sg_op SG_REAL(sg_op_and) = {
  .name = "And", .summary = "logical and",
  .min_in = 2, .max_in = 2, SG_BROADCAST_ENTRIES,
  .configure = SG_REAL(sg_configure_gate), .infer = SG_REAL(sg_infer_gate),
  .forward = forward, .vjp = SG_REAL(sg_vjp_zero), .sample = sample,
};
