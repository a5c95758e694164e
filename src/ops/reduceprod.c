/* ops/reduceprod.c: ReduceProd: product over axes. */
#include "ops/k_lines.h"

static void value(const real *v, int64_t n, const double *p, real *y)
{
  double s = 1;
  (void) p;
  for (int64_t i = 0; i < n; i++) s *= (double) v[i];
  y[0] = (real) (s);
}

/* The product of the others, not y / v[i]: a single zero has a gradient too. */
static void grad(const real *v, int64_t n, const double *p, const real *y, const real *g, real *gv)
{
  (void) p, (void) y, (void) v;
  for (int64_t i = 0; i < n; i++) {
    double rest = 1;
    for (int64_t j = 0; j < n; j++) rest *= j == i ? 1 : (double) v[j];
    gv[i] += (real) ((double) g[0] * rest);
  }
}

SG_LINE_CALLS(value, grad, NULL)

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_COUPLED;
  return SG_REAL(sg_reduce_configure)(node, err);
}

const sg_op SG_REAL(sg_op_reduceprod) = {
  .name = "ReduceProd",
  .summary = "product over axes",
  .smooth = true,
  SG_REDUCE_ENTRIES,
  .configure = configure,
};
