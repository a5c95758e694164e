/* ops/meanvariancenormalization.c: MeanVarianceNormalization: (x - mean) / (sd + 1e-9) over axes.
 *
 * sd divides by n. The axes of the standard, 0, 2 and 3, take in the batch and are refused.
 */
#include <math.h>

#include "ops/k_lines.h"

#define EPSILON 1e-9

static void moments(const real *v, int64_t n, double *mean, double *sd)
{
  double s = 0, q = 0;
  for (int64_t i = 0; i < n; i++) s += (double) v[i];
  *mean = s / (double) n;
  for (int64_t i = 0; i < n; i++) q += ((double) v[i] - *mean) * ((double) v[i] - *mean);
  *sd = sqrt(q / (double) n);
}

static void value(const real *v, int64_t n, const double *p, real *y)
{
  double mean, sd;
  (void) p;
  moments(v, n, &mean, &sd);
  for (int64_t i = 0; i < n; i++) y[i] = (real) (((double) v[i] - mean) / (sd + EPSILON));
}

/* With u = 1/(sd + e) and dsd/dx = (x - mean)/(n sd):
 * gx = u (g - mean(g)) - u^2 (x - mean) sum(g (x - mean)) / (n sd). */
static void grad(const real *v, int64_t n, const double *p, const real *y, const real *g, real *gv)
{
  double mean, sd, sum = 0, dot = 0;
  (void) p, (void) y;
  moments(v, n, &mean, &sd);
  for (int64_t i = 0; i < n; i++) {
    sum += (double) g[i];
    dot += (double) g[i] * ((double) v[i] - mean);
  }
  double u = 1 / (sd + EPSILON), slope = sd > 0 ? u * u * dot / ((double) n * sd) : 0;
  for (int64_t i = 0; i < n; i++)
    gv[i] += (real) (u * ((double) g[i] - sum / (double) n) - slope * ((double) v[i] - mean));
}

SG_LINE_CALLS(value, grad, NULL)

static sg_status configure(sg_node *node, sg_err *err)
{
  const int64_t *axes, usual[] = {0, 2, 3};
  int64_t n;
  sg_status s = sg_node_ints(node, "axes", &axes, &n, err);
  if (s) return s;
  node->family = SG_COUPLED;
  return SG_REAL(sg_line_axes)(node, n ? axes : usual, n ? n : 3, err);
}

static void sample(sg_sample *s)
{
  int64_t axes[] = {-1, 1};
  SG_REAL(sg_axis_sample)(s);
  s->opset = SG_OPSET_OWN;
  sg_attr_set_ints(s->attrs, "axes", axes, 1 + (int64_t) sg_rng_below(s->rng, 2));
  s->in[0].shape.d[s->in[0].shape.nd - 1] += 2;    /* the sd of one number has no derivative */
}

const sg_op SG_REAL(sg_op_meanvariancenormalization) = {
  .name = "MeanVarianceNormalization",
  .summary = "mean 0 and standard deviation 1 over axes",
  SG_LINE_ENTRIES,
  .max_in = 1,
  .smooth = true,
  .infer = sg_infer_same,
  .configure = configure,
  .sample = sample,
};
