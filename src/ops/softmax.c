/* ops/softmax.c: Softmax: exp(x) / sum of exp(x) along an axis. */
#include "ops/k_lines.h"

static double top_of(const real *v, int64_t n)
{
  double top = (double) v[0];
  for (int64_t i = 1; i < n; i++)
    if ((double) v[i] > top) top = (double) v[i];
  return top;
}

static void value(const real *v, int64_t n, const double *p, real *y)
{
  double top = top_of(v, n), s = 0;
  (void) p;
  for (int64_t i = 0; i < n; i++) s += exp((double) v[i] - top);
  for (int64_t i = 0; i < n; i++) y[i] = (real) (exp((double) v[i] - top) / s);
}

/* d y[i] / d v[j] = y[i] (delta[i][j] - y[j]) */
static void grad(const real *v, int64_t n, const double *p, const real *y, const real *g, real *gv)
{
  double dot = 0;
  (void) v, (void) p;
  for (int64_t i = 0; i < n; i++) dot += (double) y[i] * (double) g[i];
  for (int64_t i = 0; i < n; i++) gv[i] += (real) ((double) y[i] * ((double) g[i] - dot));
}

SG_LINE_CALLS(value, grad, NULL)

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_COUPLED;
  return SG_REAL(sg_axis_configure)(node, err);
}

const sg_op SG_REAL(sg_op_softmax) = {
  .name = "Softmax",
  .summary = "exp(x) / sum of exp(x) along an axis",
  .smooth = true,
  SG_AXIS_ENTRIES,
  .configure = configure,
};
