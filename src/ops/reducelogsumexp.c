/* ops/reducelogsumexp.c: ReduceLogSumExp: log of the sum of exponentials over axes. */
#include "ops/k_lines.h"

/* The greatest element is taken out first, so that nothing overflows; of infinite ones nothing is
 * left to take. */
static void value(const real *v, int64_t n, const double *p, real *y)
{
  double top = (double) v[0], s = 0;
  (void) p;
  for (int64_t i = 1; i < n; i++)
    if ((double) v[i] > top || v[i] != v[i]) top = (double) v[i];
  if (isinf(top)) {
    y[0] = (real) top;
    return;
  }
  for (int64_t i = 0; i < n; i++) s += exp((double) v[i] - top);
  y[0] = (real) (top + log(s));
}

static void grad(const real *v, int64_t n, const double *p, const real *y, const real *g, real *gv)
{
  (void) p;
  for (int64_t i = 0; i < n; i++) gv[i] += g[0] * (real) exp((double) v[i] - (double) y[0]);
}

SG_LINE_CALLS(value, grad, NULL)

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_COUPLED;
  return SG_REAL(sg_reduce_configure)(node, err);
}

const sg_op SG_REAL(sg_op_reducelogsumexp) = {
  .name = "ReduceLogSumExp",
  .summary = "log of the sum of exponentials over axes",
  .smooth = true,
  SG_REDUCE_ENTRIES,
  .configure = configure,
};
