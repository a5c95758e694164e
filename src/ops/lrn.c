/* ops/lrn.c: LRN: local response normalisation over neighbouring channels (Krizhevsky et al. 2012).
 *
 *   y[c] = x[c] / s[c]^beta,   s[c] = bias + alpha/size * sum of x^2 over the window of c
 *
 * The window is c - (size-1)/2 .. c + size/2, cut at the ends.
 */
#include <math.h>

#include "ops/k_lines.h"

enum { SIZE, ALPHA, BETA, BIAS };

/* s[c] of the formula. */
static double scale_at(const real *v, int64_t n, const double *p, int64_t c)
{
  int64_t size = (int64_t) p[SIZE], lo = c - (size - 1) / 2, hi = c + size / 2;
  double q = 0;
  for (int64_t i = lo < 0 ? 0 : lo; i <= hi && i < n; i++) q += (double) v[i] * (double) v[i];
  return p[BIAS] + p[ALPHA] / p[SIZE] * q;
}

static void value(const real *v, int64_t n, const double *p, real *y)
{
  for (int64_t c = 0; c < n; c++)
    y[c] = (real) ((double) v[c] * pow(scale_at(v, n, p, c), -p[BETA]));
}

/* dy[c]/dx[i] = (i == c) s^-beta - 2 alpha/size beta x[c] x[i] s^(-beta-1) for i in c's window. */
static void grad(const real *v, int64_t n, const double *p, const real *y, const real *g, real *gv)
{
  int64_t size = (int64_t) p[SIZE];
  (void) y;
  for (int64_t c = 0; c < n; c++) {
    int64_t lo = c - (size - 1) / 2, hi = c + size / 2;
    double s = scale_at(v, n, p, c), part = (double) g[c] * pow(s, -p[BETA]);
    double k = 2 * p[ALPHA] / p[SIZE] * p[BETA] * part * (double) v[c] / s;
    gv[c] += (real) part;
    for (int64_t i = lo < 0 ? 0 : lo; i <= hi && i < n; i++) gv[i] -= (real) (k * (double) v[i]);
  }
}

SG_LINE_CALLS(value, grad, NULL)

static sg_status configure(sg_node *node, sg_err *err)
{
  const int64_t channels = 1;
  int64_t size;
  sg_status s = sg_node_int(node, "size", 0, &size, err);
  if (!s) s = SG_REAL(sg_line_axes)(node, &channels, 1, err);
  if (s) return s;
  sg_line_conf *f = node->conf;
  if (size < 1 || size > INT32_MAX)
    return sg_node_refuse(node, err, "attribute 'size' is missing or out of range");
  f->p[SIZE] = (double) size;
  s = sg_node_float(node, "alpha", 1e-4, &f->p[ALPHA], err);
  if (!s) s = sg_node_float(node, "beta", 0.75, &f->p[BETA], err);
  if (!s) s = sg_node_float(node, "bias", 1, &f->p[BIAS], err);
  node->family = SG_COUPLED;
  return s;
}

static void sample(sg_sample *s)
{
  SG_REAL(sg_axis_sample)(s);
  s->opset = SG_OPSET_OWN;
  sg_attr_set_int(s->attrs, "size", 1 + (int64_t) sg_rng_below(s->rng, 5));
  sg_attr_set_float(s->attrs, "alpha", 0.3);
  if (sg_rng_below(s->rng, 2)) sg_attr_set_float(s->attrs, "beta", 0.5);
}

const sg_op SG_REAL(sg_op_lrn) = {
  .name = "LRN",
  .summary = "local response normalisation over channels",
  SG_LINE_ENTRIES,
  .max_in = 1,
  .smooth = true,
  .infer = sg_infer_same,
  .configure = configure,
  .sample = sample,
};
