/* methods/quadrature.c: nodes and weights on [0, 1].
 *
 * Gauss-Legendre: the nodes are the roots of the Legendre polynomial P_n, found by Newton's method
 * from Tricomi's estimate cos(pi (k + 3/4) / (n + 1/2)); P_n and its derivative come from the
 * three-term recurrence
 *     (j + 1) P_{j+1} = (2j + 1) x P_j - j P_{j-1},   (x^2 - 1) P_n' = n (x P_n - P_{n-1})
 * and the weights are 2 / ((1 - x^2) P_n'(x)^2) on [-1, 1]; half of that on [0, 1].
 * (Abramowitz and Stegun 1964, 25.4.29.)
 */
#include "methods/quadrature.h"

#include <math.h>

/* P_n(x) and its derivative. */
static double legendre(int n, double x, double *ret_slope)
{
  double before = 1, p = x;
  for (int j = 1; j < n; j++) {
    double next = ((2 * j + 1) * x * p - j * before) / (j + 1);
    before = p;
    p = next;
  }
  *ret_slope = n * (x * p - before) / (x * x - 1);
  return p;
}

static void gauss(int n, double *at, double *w)
{
  const double pi = 3.14159265358979323846;
  for (int k = 0; k < n; k++) {
    double x = -cos(pi * (k + 0.75) / (n + 0.5)), slope = 1;
    for (int turn = 0; turn < 100; turn++) {
      double step = legendre(n, x, &slope) / slope;
      x -= step;
      if (fabs(step) < 1e-15) break;
    }
    legendre(n, x, &slope);
    at[k] = (1 + x) / 2;
    w[k] = 1 / ((1 - x * x) * slope * slope);
  }
}

void sg_quadrature_fill(sg_quadrature kind, int n, double *at, double *w)
{
  for (int k = 0; k < n; k++) w[k] = 1.0 / n;
  switch (kind) {
  case SG_QUAD_GAUSS:
    gauss(n, at, w);
    break;
  case SG_QUAD_MIDPOINT:
    for (int k = 0; k < n; k++) at[k] = (k + 0.5) / n;
    break;
  case SG_QUAD_RIGHT:
    for (int k = 0; k < n; k++) at[k] = (k + 1.0) / n;
    break;
  case SG_QUAD_TRAPEZOID:
    for (int k = 0; k < n; k++) {
      at[k] = (double) k / (n - 1);
      w[k] = (k == 0 || k == n - 1 ? 0.5 : 1.0) / (n - 1);
    }
    break;
  }
}
