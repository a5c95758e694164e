/* ops/reducemax.c: ReduceMax: maximum over axes; equal ones share the gradient. */
#include "ops/k_lines.h"

/* A NaN wins, wherever it stands. */
static bool beats(real a, real b) { return a > b || (a != a && b == b); }

static int64_t winner(const real *v, int64_t n)
{
  int64_t w = 0;
  for (int64_t i = 1; i < n; i++)
    if (beats(v[i], v[w])) w = i;
  return w;
}

static void value(const real *v, int64_t n, const double *p, real *y)
{
  (void) p;
  y[0] = v[winner(v, n)];
}

/* Equal ones share the gradient, as in TensorFlow's reduce_max and PyTorch's amax. */
static void grad(const real *v, int64_t n, const double *p, const real *y, const real *g, real *gv)
{
  real ties = 0;
  (void) p;
  for (int64_t i = 0; i < n; i++) ties += v[i] == y[0];
  for (int64_t i = 0; i < n; i++)
    if (v[i] == y[0]) gv[i] += g[0] / ties;
}

static void add(double *acc, const real *v, int64_t n, bool first)
{
  for (int64_t i = 0; i < n; i++)
    if (first || beats(v[i], (real) acc[i])) acc[i] = (double) v[i];
}

static double end(double acc, int64_t count)
{
  (void) count;
  return acc;
}

static const sg_line_rows rows = {add, end};

static sg_status forward(const sg_call *c)
{
  return SG_REAL(sg_lines_forward)(c, value, &rows);
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  return SG_REAL(sg_lines_share_vjp)(c, gout, gin, grad);
}

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_SELECT;
  return SG_REAL(sg_reduce_configure)(node, err);
}

const sg_op SG_REAL(sg_op_reducemax) = {
  .name = "ReduceMax",
  .summary = "maximum over axes; equal ones share the gradient",
  .smooth = false,
  SG_REDUCE_ENTRIES,
  .collect = &SG_REAL(sg_lines_max),
  .configure = configure,
};
