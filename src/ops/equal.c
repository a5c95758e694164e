/* ops/equal.c: 1 where a = b, else 0 (also where one is NaN). */
#include "ops/k_elementwise.h"

static real value(real a, real b)
{
  return a == b;
}

SG_GATE_CALLS(value)

/* Small sets of values, so that some are equal. */
static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_binary)(s);
  s->in[0].boolean = s->in[1].boolean = sg_rng_below(s->rng, 2);
}

const sg_op SG_REAL(sg_op_equal) = {
  .name = "Equal", .summary = "1 where a = b",
  .min_in = 2, .max_in = 2, SG_BROADCAST_ENTRIES,
  .configure = SG_REAL(sg_configure_gate), .infer = SG_REAL(sg_infer_gate),
  .forward = forward, .vjp = SG_REAL(sg_vjp_zero), .sample = sample,
};
