/* ops/lpnormalization.c: LpNormalization: x / |x|_p along an axis, p = 1 or 2. Zeros stay zeros. */
#include <math.h>

#include "ops/k_lines.h"

static double norm(const real *v, int64_t n, double p)
{
  double s = 0;
  for (int64_t i = 0; i < n; i++) s += p == 1 ? fabs((double) v[i]) : (double) v[i] * (double) v[i];
  return p == 1 ? s : sqrt(s);
}

static void value(const real *v, int64_t n, const double *p, real *y)
{
  double d = norm(v, n, p[0]);
  for (int64_t i = 0; i < n; i++) y[i] = d == 0 ? 0 : (real) ((double) v[i] / d);
}

/* y = x/d, dd/dx = y for p = 2, sign(x) for p = 1: gx = (g - dd/dx sum(g y)) / d. */
static void grad(const real *v, int64_t n, const double *p, const real *y, const real *g, real *gv)
{
  double d = norm(v, n, p[0]), sum = 0;
  for (int64_t i = 0; i < n; i++) sum += (double) g[i] * (double) y[i];
  for (int64_t i = 0; d != 0 && i < n; i++) {
    double slope = p[0] == 1 ? (double) ((v[i] > 0) - (v[i] < 0)) : (double) y[i];
    gv[i] += (real) (((double) g[i] - slope * sum) / d);
  }
}

SG_LINE_CALLS(value, grad, NULL)

static sg_status configure(sg_node *node, sg_err *err)
{
  int64_t p;
  sg_line_conf *f;
  sg_status s = SG_REAL(sg_line_axis)(node, -1, &f, err);
  if (!s) s = sg_node_int(node, "p", 2, &p, err);
  if (s) return s;
  if (p != 1 && p != 2) return sg_node_refuse(node, err, "attribute 'p' is neither 1 nor 2");
  node->family = SG_COUPLED;
  f->same = true;
  f->p[0] = (double) p;
  return SG_OK;
}

static void sample(sg_sample *s)
{
  SG_REAL(sg_axis_sample)(s);
  s->opset = SG_OPSET_OWN;
  if (sg_rng_below(s->rng, 2)) sg_attr_set_int(s->attrs, "p", 1);
}

const sg_op SG_REAL(sg_op_lpnormalization) = {
  .name = "LpNormalization",
  .summary = "x divided by its 1-norm or 2-norm along an axis",
  SG_LINE_ENTRIES,
  .max_in = 1,
  .infer = sg_infer_same,
  .configure = configure,
  .sample = sample,
};
