/* ops/reducesumsquare.c: ReduceSumSquare: sum of squares over axes. */
#include "ops/k_lines.h"

static void value(const real *v, int64_t n, const double *p, real *y)
{
  double s = 0;
  (void) p;
  for (int64_t i = 0; i < n; i++) s += (double) v[i] * (double) v[i];
  y[0] = (real) (s);
}

static void grad(const real *v, int64_t n, const double *p, const real *y, const real *g, real *gv)
{
  (void) p, (void) y, (void) v;
  for (int64_t i = 0; i < n; i++) gv[i] += 2 * g[0] * v[i];
}

SG_LINE_CALLS(value, grad, NULL)

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_COUPLED;
  return SG_REAL(sg_reduce_configure)(node, err);
}

const sg_op SG_REAL(sg_op_reducesumsquare) = {
  .name = "ReduceSumSquare",
  .summary = "sum of squares over axes",
  .smooth = true,
  SG_REDUCE_ENTRIES,
  .configure = configure,
};
