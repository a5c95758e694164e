/* ops/sum.c: the sum of any number of broadcast inputs. */
#include "ops/k_variadic.h"

static real value(real a, real b)
{
  return a + b;
}

static void value_row(const sg_row *r) { sg_row_pair(r, value); }

static sg_status forward(const sg_call *c)
{
  return SG_REAL(sg_variadic_forward)(c, value_row);
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  return SG_REAL(sg_sum_vjp)(c, 1, gout, gin);
}

const sg_op SG_REAL(sg_op_sum) = {
  .name = "Sum", .summary = "sum of the inputs",
  .min_in = 1, .max_in = -1, SG_BROADCAST_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_linear),
  .infer = SG_REAL(sg_infer_broadcast_all),
  .forward = forward, .vjp = vjp, .sample = SG_REAL(sg_sample_variadic),
};
