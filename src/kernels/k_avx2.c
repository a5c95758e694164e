/* kernels/k_avx2.c: the kernels over eight floats at a time; tiles of 6 x 16 use 12 of the 16
 * registers as sums. */
#include <immintrin.h>
#include <stdint.h>

#include "base/real.h"

#define SG_KERNELS_TABLE sg_kernels_avx2
#define SG_ISA "avx2"
#define W 8
#define MR 6
#define NV 2

typedef __m256 vec;

static inline __m256i first(int n)
{
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
static inline vec vzero(void) { return _mm256_setzero_ps(); }
static inline vec vset(float x) { return _mm256_set1_ps(x); }
static inline vec vload(const float *p) { return _mm256_loadu_ps(p); }
static inline void vstore(float *p, vec v) { _mm256_storeu_ps(p, v); }
static inline vec vload_n(const float *p, int n) { return _mm256_maskload_ps(p, first(n)); }
static inline void vstore_n(float *p, vec v, int n) { _mm256_maskstore_ps(p, first(n), v); }
static inline vec vadd(vec a, vec b) { return _mm256_add_ps(a, b); }
static inline vec vsub(vec a, vec b) { return _mm256_sub_ps(a, b); }
static inline vec vmul(vec a, vec b) { return _mm256_mul_ps(a, b); }
static inline vec vfma(vec a, vec b, vec c) { return _mm256_fmadd_ps(a, b, c); }
static inline vec vmax(vec a, vec b) { return _mm256_max_ps(a, b); }
static inline vec vnan(vec a, vec b)
{
  return _mm256_blendv_ps(b, a, _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
}
static inline int vany_nan(vec a)
{
  return _mm256_movemask_ps(_mm256_cmp_ps(a, a, _CMP_UNORD_Q)) != 0;
}
static inline unsigned vnonzero(vec a)
{
  return (unsigned) _mm256_movemask_ps(_mm256_cmp_ps(a, vzero(), _CMP_NEQ_UQ));
}
static inline int vplaces(unsigned lanes, int32_t from, int32_t *at)
{
  int n = 0;
  for (; lanes; lanes &= lanes - 1) at[n++] = from + __builtin_ctz(lanes);
  return n;
}
static inline vec vdiv(vec a, vec b) { return _mm256_div_ps(a, b); }
static inline vec vpick_gt(vec a, vec b, vec x, vec y)
{
  return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_GT_OQ));
}
static inline vec vpick_eq(vec a, vec b, vec x, vec y)
{
  return _mm256_blendv_ps(y, x, _mm256_cmp_ps(a, b, _CMP_EQ_OQ));
}
static inline vec vpick_both_nan(vec a, vec b, vec x, vec y)
{
  vec nan = _mm256_and_ps(_mm256_cmp_ps(a, a, _CMP_UNORD_Q), _mm256_cmp_ps(b, b, _CMP_UNORD_Q));
  return _mm256_blendv_ps(y, x, nan);
}
static inline vec vgather(const float *p, const int *at, int n)
{
  __m256i i = _mm256_maskload_epi32(at, first(n));
  return _mm256_mask_i32gather_ps(vzero(), p, i, _mm256_castsi256_ps(first(n)), 4);
}

#include "kernels/loops.h"
