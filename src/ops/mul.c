/* ops/mul.c: y = a b, broadcast. With a constant it is linear, of two activations a product. */
#include "ops/k_elementwise.h"
#include "ops/k_fold.h"

static real value(real a, real b)
{
  return a * b;
}

static real slope_a(real a, real b, real y)
{
  (void) a, (void) y;
  return b;
}

static real slope_b(real a, real b, real y)
{
  (void) b, (void) y;
  return a;
}

SG_BINARY_CALLS(value, slope_a, slope_b)

/* Sums and products wrap, without the undefined behaviour of signed overflow. */
static bool fold_fn(int64_t a, int64_t b, int64_t *ret)
{
  *ret = (int64_t) ((uint64_t) a * (uint64_t) b);
  return true;
}

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  return SG_REAL(sg_fold_pairs)(node, fold_fn, out, err);
}

const sg_op SG_REAL(sg_op_mul) = {
  .name = "Mul", .summary = "a times b",
  .min_in = 2, .max_in = 2, SG_BROADCAST_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_product),
      .infer = SG_REAL(sg_infer_broadcast_all),
  .fold = fold, .forward = forward, .vjp = vjp, .sample = SG_REAL(sg_sample_binary),
};
