/* kernels/kernels.h: plain pointers and sizes. The loops that everything else stands on.
 *
 * Contents
 *   1. sg_gemm       products with packed weights; convolutions over rows read in place
 *   2. sg_lookup     convolution over coded one-hot columns as a sum of table rows
 *   3. sg_depthwise  one filter per channel
 *   4. sg_narrow     convolution with few filters
 *   5. sg_kernels    the table of one instruction set
 *
 * Row-exact: element (m, n) of a product depends on row m, column n and K alone: one accumulator, k
 * ascending, flushed every SG_KC terms; never on M, on where the row stands, or on the batch. The
 * same bits on every CPU with FMA (the baseline multiplies and adds, and differs in the last bits).
 * Everything but products and sg_depthwise only adds, multiplies once or compares, and gives the
 * same bits on every CPU.
 *
 * Pointers may have any alignment. Sizes are >= 1 (products: M, N and K too); nothing is checked
 * here. No state: the table is chosen once per plan (sg_kernels_get) and passed along.
 */
#ifndef SG_KERNELS_KERNELS_H
#define SG_KERNELS_KERNELS_H

#include "base/real.h"
#include "seqgloss/base.h"

/* ---- 1. Products ----------------------------------------------------------------------------- */

/* Terms between two flushes of the accumulator: bounds the rounding error of long sums, and is the
 * depth of a packed block that stays in cache. */
#define SG_KC 384

/* For each item i < items and row m < M, with K = segs * seg_len:
 *
 *   C[i*c_pitch + m*ldc + n] = relu?( (acc ? C : 0) + bias[n]
 *       + sum over s, k of A[i*a_pitch + m*lda + s*seg_stride + k] * B[s*seg_len + k][n] )
 *
 * One segment is a plain product. Rows may overlap (lda < K): a 1-D convolution without dilation is
 * one segment of taps*C with lda = stride*C; with dilation d it has `taps` segments of C and
 * seg_stride d*C; a 2-D one has a segment per kernel row. Order of the sum: C, blocks of SG_KC
 * terms each summed by itself from zero, at last the bias. relu(x) is 0 > x ? 0 : x, so that NaN
 * stays. */
typedef struct SG_REAL(sg_gemm) {
  int64_t items;               /* 0 is read as 1 */
  int64_t a_pitch, c_pitch;    /* elements between items; unused with one item */
  int64_t M, N;
  int64_t segs, seg_len, seg_stride;
  const real *A; int64_t lda;
  const real *B;               /* packed by `pack` */
  int64_t b_rows;              /* rows of the whole packed matrix, where B = packed + 32 * r uses
                                * K of them from row r on; 0: K */
  const real *bias;            /* N, or NULL */
  real *C; int64_t ldc;
  bool acc, relu;
} SG_REAL(sg_gemm);

/* ---- 2. Look-up ------------------------------------------------------------------------------ */

#define SG_LOOKUP_CODES 16

/* What a table is made of. rows[t][s][f] is the response of filter f to symbol s under tap t; code
 * c stands for symbol symbol[c], or for the zero column when symbol[c] < 0. Every code < 16 is
 * given. */
typedef struct SG_REAL(sg_lookup_def) {
  int64_t taps, dilation, F;
  int n_symbols;               /* 1 .. 16, the zero column not counted */
  int8_t symbol[SG_LOOKUP_CODES];
  const real *rows;            /* [taps][n_symbols][F] */
} SG_REAL(sg_lookup_def);

/* y[p*ldy + f] = relu?( bias[f] + sum over taps of the rows of the codes under them ).
 *
 * Taps are summed in groups of three (of one when there are more than six symbols) from left to
 * right, the even groups in one accumulator that starts with the bias, the odd in another: a fixed
 * order, so equal windows give equal bits. Each group is one row of a table over all its
 * triples. */
typedef struct SG_REAL(sg_lookup) {
  const void *table;           /* made by lookup_prepare */
  int64_t items, y_pitch;      /* items (0 is read as 1), reals between their outputs */
  const uint8_t *codes;        /* [items][width]: windows, `width` positions; those outside are zero
                                * columns */
  int64_t width, first;        /* codes[0] stands at position `first`, relative to tap 0 of output
                                * 0 */
  int64_t P, stride;           /* output p, tap t reads position p*stride + t*dilation */
  const real *bias;            /* F, or NULL */
  real *y; int64_t ldy;
  bool relu;
  void *tmp;                   /* lookup_scratch bytes */
} SG_REAL(sg_lookup);

/* ---- 3. Depthwise ---------------------------------------------------------------------------- */

/* y[p*ldy + c] = relu?( bias[c] + sum over t of x[(p*stride + t*dilation)*ldx + c] * w[t*channels +
 * c] ), t ascending from zero, the bias last. */
typedef struct SG_REAL(sg_depthwise) {
  int64_t P, channels, taps, stride, dilation;
  const real *x; int64_t ldx;
  const real *w, *bias;        /* [taps][channels]; [channels] or NULL */
  real *y; int64_t ldy;
  bool relu;
} SG_REAL(sg_depthwise);

/* ---- 4. Narrow convolutions ------------------------------------------------------------------ */

/* y[p*ldy + f] = relu?( bias[f] + sum over t, c of x[(p + t*dilation)*channels + c] *
 * w[f][t*channels + c] ): vectors run along positions, where filters are too few to fill one.
 * Element for element the operations of sg_gemm, so the bits are the same. */
typedef struct SG_REAL(sg_narrow) {
  int64_t P, channels, taps, dilation, F;
  const real *x;               /* [P + (taps - 1) * dilation][channels] */
  const real *w, *bias;        /* [F][taps][channels]; [F] or NULL */
  real *y; int64_t ldy;
  bool relu;
  void *tmp;                   /* narrow_scratch bytes */
} SG_REAL(sg_narrow);

/* Maxima of a sequence and of its reference, y[n] and q[n], with their multipliers m[n]: at_x[n]
 * and at_r[n] are the elements of x[], r[] that they are. least: minima instead. */
typedef struct SG_REAL(sg_maxima) {
  const int32_t *at_x, *at_r;
  const real *x, *r, *y, *q, *m;
  bool least;
} SG_REAL(sg_maxima);

/* ---- 5. The table ---------------------------------------------------------------------------- */

typedef struct SG_REAL(sg_kernels) {
  const char *isa;
  /* Bytes of B[K][N] packed; pack reads element (k, n) at B[k*k_stride + n*n_stride]. One layout
   * for all instruction sets. */
  size_t (*pack_bytes)(int64_t K, int64_t N);
  void (*pack)(int64_t K, int64_t N, const real *B, int64_t k_stride, int64_t n_stride,
               real *packed);
  void (*gemm)(const SG_REAL(sg_gemm) *g);

  size_t (*lookup_bytes)(const SG_REAL(sg_lookup_def) *def);
  void (*lookup_prepare)(const SG_REAL(sg_lookup_def) *def, void *table);
  /* Bytes of sg_lookup.tmp for P outputs, whatever the number of items. */
  size_t (*lookup_scratch)(const void *table, int64_t P, int64_t stride);
  void (*lookup)(const SG_REAL(sg_lookup) *l);

  void (*depthwise)(const SG_REAL(sg_depthwise) *d);
  size_t (*narrow_scratch)(const SG_REAL(sg_narrow) *d);
  void (*narrow)(const SG_REAL(sg_narrow) *d);
  /* y[i][c] = relu?( x[i][c] * scale[c] + shift[c] ), rounded after the product; y may be x */
  void (*affine)(int64_t rows, int64_t channels, const real *x, const real *scale,
                 const real *shift, bool relu, real *y);
  void (*relu)(int64_t n, const real *x, real *y);                    /* y may be x */
  void (*add)(int64_t n, const real *a, const real *b, real *y);      /* y may be a or b */
  /* y[p][c] = max over w of x[p*stride + w*dilation][c], p < P, w < window, rows dense; a NaN in
   * the window gives NaN. */
  void (*max_rows)(int64_t P, int64_t channels, int64_t window, int64_t stride, int64_t dilation,
                   const real *x, real *y);
  /* y[c] = max of left[c], x[0 .. P-1][c], right[c], rows dense; a NaN gives NaN. P may be 0. */
  void (*max_span)(int64_t P, int64_t channels, const real *left, const real *x,
                   const real *right, real *y);
  /* y[c] = sum over p of x[p][c] - b[p][c], p ascending from zero. */
  void (*sum_change)(int64_t P, int64_t channels, const real *x, const real *b, real *y);
  /* y[p][c] = relu?( base[p][c] + (plus[p*step + c] - minus[p*step + c]) ), rows of y and base
   * dense. */
  void (*change_rows)(int64_t P, int64_t channels, const real *base, const real *plus,
                      const real *minus, int64_t step, bool relu, real *y);
  /* y[p][c] = plus[p*step + c] - minus[p*step + c], rows of y dense. */
  void (*differences)(int64_t P, int64_t channels, const real *plus, const real *minus,
                      int64_t step, real *y);
  /* y[c] = relu?( max over p of base[p*pitch + c] + delta[p*step + c] ), P >= 1. For finite numbers
   * only: a NaN may get lost. */
  void (*change_max)(int64_t P, int64_t channels, const real *base, int64_t pitch,
                     const real *delta, int64_t step, bool relu, real *y);
  /* Whether none of n numbers is a NaN or infinite. */
  bool (*all_finite)(int64_t n, const real *x);
  /* y[p + 1][c] = max of y[p][c] and x[p][c], p ascending from 0; `back`: y[p][c] of y[p + 1][c]
   * and x[p][c], p descending from P - 1. Of equal ones the earlier position's. */
  void (*running_max)(int64_t P, int64_t channels, const real *x, bool back, real *y);

  /* The way back. gx[i] += g[i] where x[i] > 0 */
  void (*relu_back)(int64_t n, const real *x, const real *g, real *gx);
  /* DeepLIFT's Rescale: g[i] += m[i] ((y[i] - q[i]) / (x[i] - r[i])), left out where m[i] = 0 or
   * |x[i] - r[i]| < epsilon. Returns whether the latter was so while m[i] was not 0. */
  bool (*rescale)(int64_t n, const real *x, const real *r, const real *y, const real *q,
                  const real *m, real epsilon, real *g);
  /* DeepLIFT's rule for maxima (methods/k_families.c) of n outputs. What goes to the element that
   * wins for the sequence: first[n], to that for the reference: second[n]. */
  void (*select_shares)(int64_t n, const SG_REAL(sg_maxima) *maxima, real *restrict first,
                        real *restrict second);
  void (*add_scaled)(int64_t n, real a, const real *x, real *y);      /* y += a x */
  void (*between)(int64_t n, const real *a, const real *b, real t, real *y);  /* a + t (b - a) */
  /* at: places of the elements that are not 0, ascending. Returns their number, most + 1 when there
   * are more than `most`. n < 2^31. */
  int64_t (*nonzeros)(int64_t n, const real *x, int64_t most, int32_t *at);
  /* at[c] = the first p < P with x[p*step + c] = y[c], or with both NaN; 0 where there is none.
   * P < 2^24. */
  void (*first_equal)(int64_t P, int64_t channels, int64_t step, const real *x, const real *y,
                      int32_t *at);
} SG_REAL(sg_kernels);

/* The table for `isa`: "avx512", "avx2", "baseline"; NULL: environment SEQGLOSS_ISA, and when that
 * is unset or empty the best of this CPU. SG_EUNSUPPORTED when CPU or build lack it, SG_EINVAL for
 * an unknown name. Double precision has the reference loops alone, whatever is asked for. */
sg_status SG_REAL(sg_kernels_get)(const char *isa, const SG_REAL(sg_kernels) **ret, sg_err *err);

/* The reference loops: short, slow, and what the others are tested against. */
extern const SG_REAL(sg_kernels) SG_REAL(sg_kernels_ref);

#endif
