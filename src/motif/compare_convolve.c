/* motif/compare_convolve.c: the innermost loop of the null distributions.
 *
 * 32 neighbouring sums at a time are kept in registers while the histogram passes by. Each sum adds
 * its products in the order of the histogram, whatever the width of the registers. A vector of
 * eight numbers is an extension of gcc and clang; without it the same loop is written plainly.
 */
#include <string.h>

#include "motif/comparing.h"

enum { BLOCK = 32 };

#if defined(__GNUC__)
typedef double eight __attribute__((vector_size(64), aligned(8), may_alias));

SG_CLONES void sg_convolve(const double *in, const double *h, int reach, int depth, double *out)
{
  for (int d = 0; d <= depth; d += BLOCK) {
    eight s0 = { 0 }, s1 = { 0 }, s2 = { 0 }, s3 = { 0 };
    int last = d + BLOCK - 1 < reach ? d + BLOCK - 1 : reach;
    for (int e = 0; e <= last; e++) {
      const double *from = in + d - e;
      eight w = { h[e], h[e], h[e], h[e], h[e], h[e], h[e], h[e] };
      s0 += w * *(const eight *)from;
      s1 += w * *(const eight *)(from + 8);
      s2 += w * *(const eight *)(from + 16);
      s3 += w * *(const eight *)(from + 24);
    }
    *(eight *)(out + d) = s0;
    *(eight *)(out + d + 8) = s1;
    *(eight *)(out + d + 16) = s2;
    *(eight *)(out + d + 24) = s3;
  }
}
#else
void sg_convolve(const double *in, const double *h, int reach, int depth, double *out)
{
  for (int d = 0; d <= depth; d += BLOCK) {
    double sum[BLOCK] = { 0 };
    int last = d + BLOCK - 1 < reach ? d + BLOCK - 1 : reach;
    for (int e = 0; e <= last; e++)
      for (int b = 0; b < BLOCK; b++) sum[b] += h[e] * in[d - e + b];
    memcpy(out + d, sum, sizeof sum);
  }
}
#endif
