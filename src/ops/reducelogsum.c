/* ops/reducelogsum.c: ReduceLogSum: logarithm of the sum over axes. */
#include "ops/k_lines.h"

static void value(const real *v, int64_t n, const double *p, real *y)
{
  double s = 0;
  (void) p;
  for (int64_t i = 0; i < n; i++) s += (double) v[i];
  y[0] = (real) (log(s));
}

static void grad(const real *v, int64_t n, const double *p, const real *y, const real *g, real *gv)
{
  (void) p, (void) y, (void) v;
  double s = 0;
  for (int64_t i = 0; i < n; i++) s += (double) v[i];
  for (int64_t i = 0; i < n; i++) gv[i] += (real) ((double) g[0] / s);
}

SG_LINE_CALLS(value, grad, NULL)

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_COUPLED;
  return SG_REAL(sg_reduce_configure)(node, err);
}

/* The logarithm wants a positive sum. */
static void sample(sg_sample *s)
{
  SG_REAL(sg_reduce_sample)(s);
  s->in[0].lo = 0.5;
  s->in[0].hi = 2;
}

const sg_op SG_REAL(sg_op_reducelogsum) = {
  .name = "ReduceLogSum",
  .summary = "logarithm of the sum over axes",
  .smooth = true,
  SG_LINE_ENTRIES, .max_in = 2, .infer = SG_REAL(sg_reduce_infer), .sample = sample,
  .configure = configure,
};
