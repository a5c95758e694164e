/* motif/compare_convolve.c: the innermost loop of the null distributions.
 *
 * A block of neighbouring sums is kept in eight registers while the histogram passes by. Each sum
 * adds its products in the order of the histogram, whatever the width of the registers: equal bits
 * on every processor. Vectors of two, four and eight numbers are an extension of gcc and clang, and
 * each is compiled for the instructions that have registers of that width, because a compiler that
 * has to split them keeps the sums in memory. Without the extension there is a plain loop.
 */
#include <string.h>

#include "motif/comparing.h"

#if defined(__GNUC__)

/* Defines a convolution whose registers hold `lanes` numbers. */
#define CONVOLVE(name, attribute, lanes)                                                         \
  typedef double name##_vector __attribute__((vector_size(8 * (lanes)), aligned(8), may_alias)); \
  attribute static void name(const double *in, const double *h, int reach, int depth,            \
                             double *out)                                                        \
  {                                                                                              \
    enum { LANES = lanes, BLOCK = 8 * LANES };                                                   \
    for (int d = 0; d <= depth; d += BLOCK) {                                                    \
      name##_vector s0 = { 0 }, s1 = { 0 }, s2 = { 0 }, s3 = { 0 };                              \
      name##_vector s4 = { 0 }, s5 = { 0 }, s6 = { 0 }, s7 = { 0 };                              \
      int last = d + BLOCK - 1 < reach ? d + BLOCK - 1 : reach;                                  \
      for (int e = 0; e <= last; e++) {                                                          \
        const name##_vector *from = (const name##_vector *)(in + d - e);                         \
        double w = h[e];                                                                         \
        s0 += w * from[0];                                                                       \
        s1 += w * from[1];                                                                       \
        s2 += w * from[2];                                                                       \
        s3 += w * from[3];                                                                       \
        s4 += w * from[4];                                                                       \
        s5 += w * from[5];                                                                       \
        s6 += w * from[6];                                                                       \
        s7 += w * from[7];                                                                       \
      }                                                                                          \
      name##_vector *to = (name##_vector *)(out + d);                                            \
      to[0] = s0;                                                                                \
      to[1] = s1;                                                                                \
      to[2] = s2;                                                                                \
      to[3] = s3;                                                                                \
      to[4] = s4;                                                                                \
      to[5] = s5;                                                                                \
      to[6] = s6;                                                                                \
      to[7] = s7;                                                                                \
    }                                                                                            \
  }

CONVOLVE(by_two, , 2)

#if defined(__x86_64__)
CONVOLVE(by_four, __attribute__((target("avx2"))), 4)
CONVOLVE(by_eight, __attribute__((target("avx512f"))), 8)

sg_convolution *sg_convolve_by(int lanes)
{
  if (lanes == 8) return __builtin_cpu_supports("avx512f") ? by_eight : NULL;
  if (lanes == 4) return __builtin_cpu_supports("avx2") ? by_four : NULL;
  return by_two;
}
#else
sg_convolution *sg_convolve_by(int lanes) { return lanes == 2 ? by_two : NULL; }
#endif

#else
static void plain(const double *in, const double *h, int reach, int depth, double *out)
{
  enum { BLOCK = 32 };
  for (int d = 0; d <= depth; d += BLOCK) {
    double sum[BLOCK] = { 0 };
    int last = d + BLOCK - 1 < reach ? d + BLOCK - 1 : reach;
    for (int e = 0; e <= last; e++)
      for (int b = 0; b < BLOCK; b++) sum[b] += h[e] * in[d - e + b];
    memcpy(out + d, sum, sizeof sum);
  }
}

sg_convolution *sg_convolve_by(int lanes) { return lanes == 2 ? plain : NULL; }
#endif

void sg_convolve(const double *in, const double *h, int reach, int depth, double *out)
{
  sg_convolution *best = sg_convolve_by(8);
  if (!best) best = sg_convolve_by(4);
  if (!best) best = sg_convolve_by(2);
  best(in, h, reach, depth, out);
}
