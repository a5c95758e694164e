/* kernels/pack.c: weights in the order in which the products read them. */
#include "kernels/internal.h"

size_t SG_REAL(sg_pack_bytes)(int64_t K, int64_t N)
{
  return (size_t)((N + SG_PANEL - 1) / SG_PANEL * SG_PANEL * K) * sizeof(real);
}

void SG_REAL(sg_pack)(int64_t K, int64_t N, const real *B, int64_t k_stride, int64_t n_stride,
                      real *packed)
{
  for (int64_t n0 = 0; n0 < N; n0 += SG_PANEL) {
    int64_t width = N - n0 < SG_PANEL ? N - n0 : SG_PANEL;
    for (int64_t k = 0; k < K; k++, packed += SG_PANEL) {
      const real *b = B + k * k_stride + n0 * n_stride;
      for (int64_t n = 0; n < width; n++) packed[n] = b[n * n_stride];
      for (int64_t n = width; n < SG_PANEL; n++) packed[n] = 0;
    }
  }
}
