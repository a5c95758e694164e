/* kernels/k_avx512.c: the kernels over sixteen floats at a time; tiles of 12 x 32 use 24 of the 32
 * registers as sums. */
#include <immintrin.h>
#include <stdint.h>

#include "base/real.h"

#define SG_KERNELS_TABLE sg_kernels_avx512
#define SG_ISA "avx512"
#define W 16
#define MR 12
#define NV 2

typedef __m512 vec;

static inline __mmask16 first(int n) { return (__mmask16)((1u << n) - 1); }
static inline vec vzero(void) { return _mm512_setzero_ps(); }
static inline vec vset(float x) { return _mm512_set1_ps(x); }
static inline vec vload(const float *p) { return _mm512_loadu_ps(p); }
static inline void vstore(float *p, vec v) { _mm512_storeu_ps(p, v); }
static inline vec vload_n(const float *p, int n) { return _mm512_maskz_loadu_ps(first(n), p); }
static inline void vstore_n(float *p, vec v, int n) { _mm512_mask_storeu_ps(p, first(n), v); }
static inline vec vadd(vec a, vec b) { return _mm512_add_ps(a, b); }
static inline vec vsub(vec a, vec b) { return _mm512_sub_ps(a, b); }
static inline vec vmul(vec a, vec b) { return _mm512_mul_ps(a, b); }
static inline vec vfma(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); }
static inline vec vmax(vec a, vec b) { return _mm512_max_ps(a, b); }
static inline vec vnan(vec a, vec b)
{
  return _mm512_mask_mov_ps(b, _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), a);
}
static inline int vany_nan(vec a) { return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q) != 0; }
static inline unsigned vnonzero(vec a) { return _mm512_cmp_ps_mask(a, vzero(), _CMP_NEQ_UQ); }
static inline int vplaces(unsigned lanes, int32_t from, int32_t *at)
{
  __m512i i = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  i = _mm512_add_epi32(i, _mm512_set1_epi32(from));
  _mm512_storeu_si512(at, _mm512_maskz_compress_epi32((__mmask16) lanes, i));
  return __builtin_popcount(lanes);
}
static inline vec vdiv(vec a, vec b) { return _mm512_div_ps(a, b); }
static inline vec vpick_gt(vec a, vec b, vec x, vec y)
{
  return _mm512_mask_mov_ps(y, _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ), x);
}
static inline vec vpick_eq(vec a, vec b, vec x, vec y)
{
  return _mm512_mask_mov_ps(y, _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ), x);
}
static inline vec vpick_both_nan(vec a, vec b, vec x, vec y)
{
  __mmask16 nan = _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q) & _mm512_cmp_ps_mask(b, b, _CMP_UNORD_Q);
  return _mm512_mask_mov_ps(y, nan, x);
}
static inline vec vgather(const float *p, const int *at, int n)
{
  __m512i i = _mm512_maskz_loadu_epi32(first(n), at);
  return _mm512_mask_i32gather_ps(vzero(), first(n), i, p, 4);
}

#include "kernels/loops.h"
