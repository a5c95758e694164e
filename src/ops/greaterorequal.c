/* ops/greaterorequal.c: 1 where a >= b, else 0. */
#include "ops/k_elementwise.h"

static real value(real a, real b)
{
  return a >= b;
}

SG_GATE_CALLS(value)

const sg_op SG_REAL(sg_op_greaterorequal) = {
  .name = "GreaterOrEqual", .summary = "1 where a >= b",
  .min_in = 2, .max_in = 2, SG_BROADCAST_ENTRIES,
  .configure = SG_REAL(sg_configure_gate), .infer = SG_REAL(sg_infer_gate),
  .forward = forward, .vjp = SG_REAL(sg_vjp_zero), .sample = SG_REAL(sg_sample_binary),
};
