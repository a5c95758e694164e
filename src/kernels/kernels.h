/* kernels/kernels.h: plain pointers and sizes. The loops that everything else stands on.
 *
 * Row-exact: element (m, n) of a product depends on row m, column n and K alone: one accumulator, k ascending, flushed every
 * SG_KC terms; never on M, on where the row stands, or on the batch. The same bits on every CPU with FMA (the baseline has none).
 * No state: the table is chosen once per plan (sg_kernels_get) and passed along.
 */
#ifndef SG_KERNELS_KERNELS_H
#define SG_KERNELS_KERNELS_H

#include "base/real.h"
#include "seqgloss/base.h"

#define SG_KC 512

/* C[M][N] (ldc) = (acc ? C : 0) + bias[N] + sum over segments s, k of A[m*lda + s*seg_stride + k] * B[s*seg_len + k][N], then optionally relu.
 * One segment is a plain product; a 1-D convolution without dilation is one segment of k*Cin with lda = stride*Cin; with dilation d
 * it has `taps` segments of Cin, seg_stride d*Cin; a 2-D one a segment per kernel row. */
typedef struct SG_REAL(sg_gemm) {
  int64_t M, N;
  int64_t segs, seg_len, seg_stride;
  const real *A; int64_t lda;
  const real *B;               /* packed by pack */
  const real *bias;            /* N, or NULL */
  real *C; int64_t ldc;
  bool acc, relu;
} SG_REAL(sg_gemm);

/* y[P][F] = bias + sum over taps t < taps of table rows: a convolution over one-hot columns as look-up. */
typedef struct SG_REAL(sg_lookup) {
  const void *table;           /* made by lookup_prepare */
  const uint8_t *codes;        /* one item's window, width positions; those outside read as the zero column */
  int64_t width, first;        /* codes[0] is position `first` relative to tap 0 of output 0 */
  int64_t P, stride;           /* output positions; tap t of output p reads position p*stride + t*dilation */
  const real *bias;            /* F or NULL (delta) */
  real *y; int64_t ldy;
  bool relu;
  void *tmp;                   /* lookup_scratch(P, ...) bytes */
} SG_REAL(sg_lookup);

typedef struct SG_REAL(sg_kernels) {
  const char *isa;
  /* Bytes of B[K][N] packed; pack reads element (k, n) at B[k*k_stride + n*n_stride]. */
  size_t (*pack_bytes)(int64_t K, int64_t N);
  void (*pack)(int64_t K, int64_t N, const real *B, int64_t k_stride, int64_t n_stride, real *packed);
  void (*gemm)(const SG_REAL(sg_gemm) *g);
  /* W[taps][symbols' columns combined]: rows[taps][n_symbols][F] are the filters' responses to each symbol. */
  size_t (*lookup_bytes)(int64_t taps, int n_symbols, int64_t F);
  void (*lookup_prepare)(int64_t taps, int n_symbols, int64_t F, int64_t dilation, const real *rows, void *table);
  size_t (*lookup_scratch)(int64_t P, int64_t width, int64_t taps);
  void (*lookup)(const SG_REAL(sg_lookup) *l);
  /* y[i][c] = x[i][c] * scale[c] + shift[c], optional relu */
  void (*affine)(int64_t rows, int64_t channels, const real *x, const real *scale, const real *shift, bool relu, real *y);
  void (*relu)(int64_t n, const real *x, real *y);
  void (*add)(int64_t n, const real *a, const real *b, real *y);
  /* y[p][c] = max over w of x[(p*stride + w*dilation)][c], p < P, w < window; NaN in a window gives NaN */
  void (*max_rows)(int64_t P, int64_t channels, int64_t window, int64_t stride, int64_t dilation, const real *x, real *y);
} SG_REAL(sg_kernels);

/* The table for `isa` ("avx512", "avx2", "baseline"; NULL: environment SEQGLOSS_ISA, else the best of this CPU). SG_EUNSUPPORTED when the CPU lacks it,
 * SG_EINVAL for an unknown name. The double table is the reference and has one form. */
sg_status SG_REAL(sg_kernels_get)(const char *isa, const SG_REAL(sg_kernels) **ret, sg_err *err);

#endif
