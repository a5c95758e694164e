/* ops/k_reduce.c: sum, mean, greatest and least of a line. */
#include "ops/k_reduce.h"

/* ---- sum and mean: added up in double, from left to right, whichever way the rows come ---- */

static double total(const real *v, int64_t n)
{
  double s = 0;
  for (int64_t i = 0; i < n; i++) s += (double) v[i];
  return s;
}

void SG_REAL(sg_sum_value)(const real *v, int64_t n, const double *p, real *y)
{
  (void) p;
  y[0] = (real) total(v, n);
}

void SG_REAL(sg_sum_grad)(const real *v, int64_t n, const double *p, const real *y, const real *g,
                          real *gv)
{
  (void) v, (void) p, (void) y;
  for (int64_t i = 0; i < n; i++) gv[i] += g[0];
}

void SG_REAL(sg_mean_value)(const real *v, int64_t n, const double *p, real *y)
{
  (void) p;
  y[0] = (real) (total(v, n) / (double) n);
}

void SG_REAL(sg_mean_grad)(const real *v, int64_t n, const double *p, const real *y, const real *g,
                           real *gv)
{
  (void) v, (void) p, (void) y;
  for (int64_t i = 0; i < n; i++) gv[i] += g[0] / (real) n;
}

static void add_up(double *acc, const real *v, int64_t n, bool first)
{
  for (int64_t i = 0; i < n; i++) acc[i] = (first ? 0 : acc[i]) + (double) v[i];
}

static double as_it_is(double acc, int64_t count)
{
  (void) count;
  return acc;
}

static double over_count(double acc, int64_t count) { return acc / (double) count; }

/* ---- greatest and least ---- */

static bool above(real a, real b) { return a > b || (a != a && b == b); }
static bool below(real a, real b) { return a < b || (a != a && b == b); }

static int64_t greatest(const real *v, int64_t n)
{
  int64_t w = 0;
  for (int64_t i = 1; i < n; i++)
    if (above(v[i], v[w])) w = i;
  return w;
}

static int64_t least(const real *v, int64_t n)
{
  int64_t w = 0;
  for (int64_t i = 1; i < n; i++)
    if (below(v[i], v[w])) w = i;
  return w;
}

void SG_REAL(sg_greatest_value)(const real *v, int64_t n, const double *p, real *y)
{
  (void) p;
  y[0] = v[greatest(v, n)];
}

void SG_REAL(sg_least_value)(const real *v, int64_t n, const double *p, real *y)
{
  (void) p;
  y[0] = v[least(v, n)];
}

/* ties is 0 only where y is a NaN, which equals nothing: then nobody gets a gradient. */
void SG_REAL(sg_extreme_grad)(const real *v, int64_t n, const double *p, const real *y,
                              const real *g, real *gv)
{
  real ties = 0;
  (void) p;
  for (int64_t i = 0; i < n; i++) ties += v[i] == y[0];
  for (int64_t i = 0; i < n; i++)
    if (v[i] == y[0]) gv[i] += g[0] / ties;
}

static void keep_greatest(double *acc, const real *v, int64_t n, bool first)
{
  for (int64_t i = 0; i < n; i++)
    if (first || above(v[i], (real) acc[i])) acc[i] = (double) v[i];
}

static void keep_least(double *acc, const real *v, int64_t n, bool first)
{
  for (int64_t i = 0; i < n; i++)
    if (first || below(v[i], (real) acc[i])) acc[i] = (double) v[i];
}

const sg_line_rows SG_REAL(sg_sum_rows) = {add_up, as_it_is};
const sg_line_rows SG_REAL(sg_mean_rows) = {add_up, over_count};
const sg_line_rows SG_REAL(sg_greatest_rows) = {keep_greatest, as_it_is};
const sg_line_rows SG_REAL(sg_least_rows) = {keep_least, as_it_is};
