/* motif/compare_draw.c: pi0 as the MEME Suite's tomtom draws it, number for number.
 *
 * Tomtom takes the lambda of pi0 by a bootstrap of 100 samples, 1,000 p-values each, and draws from
 * MT19937 (Matsumoto and Nishimura 1998, ACM TOMACS 8:3) without ever seeding it, which leaves the
 * seed its authors recommend, 4357, by their first rule: each word 69069 times the one before. So
 * what it draws depends only on how many estimates one run has made before: on the number of the
 * query. A number of 64 bits takes two words, the upper half first; an estimate takes 200,000
 * words, and the words of estimate k begin where k times as many have been passed over.
 *
 * Two more ways in which tomtom differs from sg_pi0: a p-value equal to lambda counts as above it,
 * and a lambda without p-values above it is no estimate at all.
 */
#include <math.h>

#include "motif/comparing.h"

enum { SEED = 4357, MIDDLE = 397, LAMBDAS = 100, SAMPLES = 100, DRAWS = 1000, LEAST_N = 100 };

/* ---- MT19937 ---- */

static void seed(sg_twister *t)
{
  t->word[0] = SEED;
  for (int i = 1; i < SG_TWISTER_WORDS; i++) t->word[i] = 69069u * t->word[i - 1];
  t->round = 0;
  t->at = SG_TWISTER_WORDS;
}

static uint32_t twist(uint32_t upper, uint32_t lower, uint32_t far)
{
  uint32_t y = (upper & 0x80000000u) | (lower & 0x7fffffffu);
  return far ^ (y >> 1) ^ ((y & 1) ? 0x9908b0dfu : 0);
}

/* The next round of words from the last one. */
static void refresh(sg_twister *t)
{
  enum { N = SG_TWISTER_WORDS };
  uint32_t *w = t->word;
  for (int i = 0; i < N - MIDDLE; i++) w[i] = twist(w[i], w[i + 1], w[i + MIDDLE]);
  for (int i = N - MIDDLE; i < N - 1; i++) w[i] = twist(w[i], w[i + 1], w[i + MIDDLE - N]);
  w[N - 1] = twist(w[N - 1], w[0], w[MIDDLE - 1]);
  t->round++;
  t->at = 0;
}

void sg_twister_seek(sg_twister *t, int64_t n)
{
  int64_t round = n / SG_TWISTER_WORDS + 1;
  if (!t->at || t->round > round) seed(t);       /* at is 0 in a new one only */
  while (t->round < round) refresh(t);
  t->at = (int)(n % SG_TWISTER_WORDS);
}

uint32_t sg_twister_next(sg_twister *t)
{
  if (t->at == SG_TWISTER_WORDS) refresh(t);
  uint32_t y = t->word[t->at++];
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

/* A whole number below n, as the product of n and a fraction of 64 bits, in double precision. */
static int64_t below(sg_twister *t, int64_t n)
{
  uint64_t upper = sg_twister_next(t), lower = sg_twister_next(t);
  int64_t i = (int64_t)((double)(upper << 32 | lower) * 0x1p-64 * (double)n);
  return i < n ? i : n - 1;
}

/* ---- pi0 ---- */

static double lambda_of(int i) { return (double)(i + 1) / LAMBDAS * 0.5; }

/* W / (n (1 - lambda)) */
static double estimate(int64_t above, int64_t n, int i)
{
  double pi0 = (double)above / ((1 - lambda_of(i)) * (double)n);
  return above ? pi0 : HUGE_VAL;
}

/* first[i]: of the ascending p[n], the first that is not below lambda i. */
static void find_lambdas(const double *p, int64_t n, int64_t first[LAMBDAS])
{
  int64_t at = 0;
  for (int i = 0; i < LAMBDAS; i++) {
    while (at < n && p[at] < lambda_of(i)) at++;
    first[i] = at;
  }
}

/* Adds the squared errors of one sample to error[]. */
static void add_sample(sg_twister *t, const int64_t first[LAMBDAS], int64_t n, double least,
                       double error[LAMBDAS])
{
  int count[LAMBDAS + 1] = { 0 }, above = DRAWS;   /* p-values that so many lambdas do not exceed */
  for (int d = 0; d < DRAWS; d++) {
    int64_t drawn = below(t, n);
    int lo = 0, hi = LAMBDAS;
    while (lo < hi) {
      int middle = (lo + hi) / 2;
      if (first[middle] <= drawn) lo = middle + 1;
      else hi = middle;
    }
    count[lo]++;
  }
  for (int i = 0; i < LAMBDAS; i++) {
    above -= count[i];
    double off = estimate(above, DRAWS, i) - least;
    error[i] += off * off;
  }
}

double sg_pi0_drawn(sg_twister *t, int64_t number, const double *p, int64_t n)
{
  double pi0[LAMBDAS], error[LAMBDAS] = { 0 }, least = HUGE_VAL;
  int64_t first[LAMBDAS];
  int best = 0;
  if (n <= LEAST_N) return 1;
  find_lambdas(p, n, first);
  for (int i = 0; i < LAMBDAS; i++) {
    pi0[i] = estimate(n - first[i], n, i);
    if (pi0[i] < least) least = pi0[i];
  }
  if (!(least < HUGE_VAL)) return 1;
  sg_twister_seek(t, number * 2 * SAMPLES * DRAWS);
  for (int s = 0; s < SAMPLES; s++) add_sample(t, first, n, least, error);
  for (int i = 1; i < LAMBDAS; i++)
    if (error[i] < error[best]) best = i;
  return pi0[best] < 1 ? pi0[best] : 1;
}
