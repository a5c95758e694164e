/* motif/qvalue.c: q-values of ascending p-values (Storey and Tibshirani 2003, PNAS 100:9440).
 *
 * pi0: where null p-values are uniform, W(lambda) = #{p > lambda} is about pi0 n (1 - lambda).
 * Small lambdas are biased upwards by true findings, large ones vary; Storey (2002) takes the one
 * whose bootstrap estimates are nearest, in the mean square, to the minimum over all lambdas. W of
 * a bootstrap sample is binomial, so that the mean square is known without drawing:
 *
 *   W/n (1 - W/n) / (n (1 - lambda)^2) + (pi0(lambda) - min)^2
 *
 * No p-value above 1/2 makes every estimate 0, and with it all q-values, however large their p: n
 * of them cannot show a fraction smaller than 1/n, which is therefore the least that is returned.
 */
#include <stddef.h>

#include "seqgloss/compare.h"

enum { LAMBDAS = 100 };

double sg_pi0(const double *p, int64_t n)
{
  double pi0[LAMBDAS], var[LAMBDAS], least = 1, best = 0, ret = 1;
  int64_t below = 0;                               /* or equal */
  if (n <= 100) return 1;
  for (int i = 0; i < LAMBDAS; i++) {
    double lambda = 0.5 * (i + 1) / LAMBDAS, one = 1 - lambda;
    while (below < n && p[below] <= lambda) below++;
    double fraction = (double)(n - below) / (double)n;
    pi0[i] = fraction / one;
    var[i] = fraction * (1 - fraction) / ((double)n * one * one);
    if (i == 0 || pi0[i] < least) least = pi0[i];
  }
  for (int i = 0; i < LAMBDAS; i++) {
    double error = var[i] + (pi0[i] - least) * (pi0[i] - least);
    if (i && !(error < best)) continue;
    best = error;
    ret = pi0[i];
  }
  if (ret < 1.0 / (double)n) return 1.0 / (double)n;
  return ret < 1 ? ret : 1;
}

void sg_qvalues(const double *p, int64_t n, double pi0, double *q)
{
  double least = 1;
  for (int64_t i = n - 1; i >= 0; i--) {
    double rate = pi0 * p[i] * (double)n / (double)(i + 1);
    if (rate < least) least = rate;
    q[i] = least;
  }
}
