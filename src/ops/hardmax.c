/* ops/hardmax.c: Hardmax: 1 where the maximum along an axis stands first, 0 elsewhere. */
#include "ops/k_lines.h"

static void value(const real *v, int64_t n, const double *p, real *y)
{
  int64_t best = 0;
  (void) p;
  for (int64_t i = 1; i < n; i++)
    if (v[i] > v[best] || (v[i] != v[i] && v[best] == v[best])) best = i;
  for (int64_t i = 0; i < n; i++) y[i] = i == best ? 1 : 0;
}

/* Constant between its jumps. */
static void grad(const real *v, int64_t n, const double *p, const real *y, const real *g, real *gv)
{
  (void) v, (void) n, (void) p, (void) y, (void) g, (void) gv;
}

SG_LINE_CALLS(value, grad, NULL)

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_GATE;
  return SG_REAL(sg_axis_configure)(node, err);
}

const sg_op SG_REAL(sg_op_hardmax) = {
  .name = "Hardmax",
  .summary = "1 at the maximum along an axis, 0 elsewhere",
  SG_AXIS_ENTRIES,
  .configure = configure,
  .lines = SG_REAL(sg_lines_along),
};
