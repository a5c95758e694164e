/* ops/min.c: the smallest of any number of broadcast inputs. NaN wins; of equal inputs the first
 * counts. */
#include "ops/k_fold.h"
#include "ops/k_variadic.h"

static real value(real a, real b)
{
  return a <= b || a != a ? a : b;
}

static void value_row(const sg_row *r) { sg_row_pair(r, value); }

static sg_status forward(const sg_call *c)
{
  return SG_REAL(sg_variadic_forward)(c, value_row);
}

static bool fold_fn(int64_t a, int64_t b, int64_t *ret)
{
  *ret = a < b ? a : b;
  return true;
}

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  return SG_REAL(sg_fold_pairs)(node, fold_fn, out, err);
}

static sg_status configure(sg_node *node, sg_err *err)
{
  node->flags |= SG_NODE_LEAST;
  return SG_REAL(sg_select_configure)(node, err);
}

const sg_op SG_REAL(sg_op_min) = {
  .name = "Min", .summary = "smallest of the inputs",
  .min_in = 1, .max_in = -1, SG_BROADCAST_ENTRIES,
  .configure = configure, .infer = SG_REAL(sg_select_infer), .fold = fold,
  .forward = forward, .vjp = SG_REAL(sg_select_vjp), .sample = SG_REAL(sg_sample_variadic),
};
