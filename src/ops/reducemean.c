/* ops/reducemean.c: ReduceMean: mean over axes. */
#include "ops/k_lines.h"

static void value(const real *v, int64_t n, const double *p, real *y)
{
  double s = 0;
  (void) p;
  for (int64_t i = 0; i < n; i++) s += (double) v[i];
  y[0] = (real) (s / (double) n);
}

static void grad(const real *v, int64_t n, const double *p, const real *y, const real *g, real *gv)
{
  (void) v, (void) p, (void) y;
  for (int64_t i = 0; i < n; i++) gv[i] += g[0] / (real) n;
}

static void add(double *acc, const real *v, int64_t n, bool first)
{
  for (int64_t i = 0; i < n; i++) acc[i] = (first ? 0 : acc[i]) + (double) v[i];
}

static double end(double acc, int64_t count) { return acc / (double) count; }

static const sg_line_rows rows = {add, end};
SG_LINE_CALLS(value, grad, &rows)

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_LINEAR;
  return SG_REAL(sg_reduce_configure)(node, err);
}

const sg_op SG_REAL(sg_op_reducemean) = {
  .name = "ReduceMean",
  .summary = "mean over axes",
  .smooth = true,
  SG_REDUCE_ENTRIES,
  .collect = &SG_REAL(sg_lines_mean),
  .configure = configure,
};
