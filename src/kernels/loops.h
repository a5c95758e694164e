/* kernels/loops.h: the fast kernels, written once over vectors; one file per instruction set
 * includes this and ends in its table.
 *
 * Contents
 *   0. what the including file defines
 *   1. tiles of a product
 *   2. blocking
 *   3. look-up
 *   4. depthwise convolution
 *   5. narrow convolution
 *   6. rows: affine, relu, add, max, changes
 *   7. the table
 *
 * 0. The including file defines SG_KERNELS_TABLE (name), SG_ISA (text), W (floats of a vector),
 * MR (rows of a tile), NV (vectors of a tile's row), vec (type), and the functions
 *
 *   vzero(), vset(x), vload(p), vstore(p, v), vload_n(p, n), vstore_n(p, v, n)   n < W: the first n
 *   elements, the rest zero or kept
 *   vadd(a, b), vsub(a, b), vmul(a, b)
 *   vfma(a, b, c)    a * b + c, rounded once where the CPU can
 *   vmax(a, b)       a > b ? a : b
 *   vnan(a, b)       a where a is a NaN, elsewhere b
 *   vany_nan(a)      whether any element is a NaN
 *   vnonzero(a)      one bit for each element that is not 0 (a NaN is not)
 *   vplaces(lanes, from, at)     from + i for each bit i of lanes to at[W], returns how many
 *   vdiv(a, b), vpick_gt(a, b, x, y), vpick_eq(a, b, x, y)   a > b, a == b ? x : y
 *   vgather(p, at, n)             p[at[i]] for i < n, the rest zero
 *   vpick_both_nan(a, b, x, y)    a and b are NaN ? x : y
 */
#include <math.h>
#include <string.h>

#include "kernels/internal.h"

#define INLINE static inline __attribute__((always_inline))

INLINE vec vrelu(vec x)
{
  return vmax(vzero(), x);
}

/* A vector whose first n elements count; n may be more than a vector or not positive. */
INLINE vec load_some(const float *p, int64_t n)
{
  return n >= W ? vload(p) : n > 0 ? vload_n(p, (int)n) : vzero();
}

INLINE void store_some(float *p, vec v, int64_t n)
{
  if (n >= W) vstore(p, v);
  else if (n > 0) vstore_n(p, v, (int)n);
}

/* ---- 1. Tiles of a product --------------------------------------------------------------------
 *
 * A tile is MR rows by NV vectors of C, held in registers while k runs over one block of at most
 * SG_KC terms: per k, NV loads of packed weights, one broadcast per row, MR * NV multiply-adds,
 * which are as many as hide each other's latency. Fewer rows or vectors are the same code with
 * smaller constants, so every element sees the same sequence of operations. */

typedef struct tile {
  const float *a;              /* row 0, term 0 of the product */
  int64_t lda, seg_len, seg_stride;
  int64_t k0, kc;              /* this block's terms */
  const float *b;              /* term k0, first column of the tile, SG_PANEL apart */
  float *c;
  int64_t ldc;
  const float *bias;           /* NULL: none, or not yet */
  int64_t n;                   /* columns that exist, from the tile's first */
  bool add, relu;              /* add to what C holds */
} tile;

/* One row of the tile is complete: C, then the block, then the bias, then relu. */
INLINE void finish_vector(const tile *t, int64_t r, int64_t v, vec sum)
{
  float *c = t->c + r * t->ldc + v * W;
  int64_t n = t->n - v * W;
  if (t->add) sum = vadd(load_some(c, n), sum);
  if (t->bias) sum = vadd(sum, load_some(t->bias + v * W, n));
  if (t->relu) sum = vrelu(sum);
  store_some(c, sum, n);
}

INLINE void run_tile(const tile *t, const int mr, const int nv)
{
  vec acc[MR][NV];
  const float *b = t->b;
  int64_t lda = t->lda, seg = t->k0 / t->seg_len, pos = t->k0 % t->seg_len;
#pragma GCC unroll 16
  for (int r = 0; r < mr; r++)
#pragma GCC unroll 4
    for (int v = 0; v < nv; v++) acc[r][v] = vzero();
  for (int64_t left = t->kc; left > 0; seg++, pos = 0) {
    int64_t run = t->seg_len - pos < left ? t->seg_len - pos : left;
    const float *a = t->a + seg * t->seg_stride + pos;
    left -= run;
    for (const float *end = a + run; a < end; a++, b += SG_PANEL) {
      vec w[NV];
#pragma GCC unroll 4
      for (int v = 0; v < nv; v++) w[v] = vload(b + v * W);
#pragma GCC unroll 16
      for (int r = 0; r < mr; r++) {
        vec x = vset(a[r * lda]);
#pragma GCC unroll 4
        for (int v = 0; v < nv; v++) acc[r][v] = vfma(x, w[v], acc[r][v]);
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < mr; r++)
#pragma GCC unroll 4
    for (int v = 0; v < nv; v++) finish_vector(t, r, v, acc[r][v]);
}

typedef void tile_fn(const tile *t);

#define TILE(mr, nv) \
  static void tile_##mr##_##nv(const tile *t) { run_tile(t, mr, nv); }
#define TILES(mr) TILE(mr, 1) TILE(mr, 2)

TILES(1) TILES(2) TILES(3) TILES(4) TILES(5) TILES(6)
#if MR == 12
TILES(7) TILES(8) TILES(9) TILES(10) TILES(11) TILES(12)
#endif

/* tiles[rows][vectors] */
static tile_fn *const tiles[MR + 1][NV + 1] = {
  { NULL, NULL, NULL },
#define ROW(mr) { NULL, tile_##mr##_1, tile_##mr##_2 },
  ROW(1) ROW(2) ROW(3) ROW(4) ROW(5) ROW(6)
#if MR == 12
  ROW(7) ROW(8) ROW(9) ROW(10) ROW(11) ROW(12)
#endif
};

/* ---- 2. Blocking ------------------------------------------------------------------------------
 *
 * For each block of terms, for each stretch of rows that stays in the second-level cache with it,
 * for each panel of columns (in the first-level cache while all the rows pass): tiles. Rows of an
 * item are split evenly, so that no tile is much shorter than MR. */

enum { ROWS_AT_ONCE = 240 };

/* The rows m .. m + rows of one item, all columns of one panel from t->c on. */
static void panel_rows(tile *t, int64_t rows)
{
  const float *a = t->a;
  float *c = t->c;
  int64_t n_tiles = (rows + MR - 1) / MR;
  for (int64_t i = 0, m = 0; i < n_tiles; i++) {
    int64_t end = rows * (i + 1) / n_tiles, mr = end - m;
    int64_t vectors = (t->n + W - 1) / W;
    t->a = a + m * t->lda;
    t->c = c + m * t->ldc;
    tiles[mr][vectors < NV ? vectors : NV](t);
    m = end;
  }
}

/* One panel of at most SG_PANEL columns, in steps of a tile's width. */
static void panel(const SG_REAL(sg_gemm) *g, tile *t, const float *b, int64_t n0, int64_t item,
                  int64_t m0, int64_t rows)
{
  int64_t end = n0 + SG_PANEL < g->N ? n0 + SG_PANEL : g->N;
  bool last = t->k0 + t->kc == g->segs * g->seg_len;
  t->relu = last && g->relu;
  for (int64_t n = n0; n < end; n += NV * W) {
    t->a = g->A + item * g->a_pitch + m0 * g->lda;
    t->b = b + (n - n0);
    t->c = g->C + item * g->c_pitch + m0 * g->ldc + n;
    t->n = end - n;
    t->bias = last && g->bias ? g->bias + n : NULL;
    panel_rows(t, rows);
  }
}

/* One block of terms for the rows m0 .. m0 + rows of `items` items. */
static void block(const SG_REAL(sg_gemm) *g, tile *t, int64_t item, int64_t items, int64_t m0,
                  int64_t rows)
{
  int64_t K = g->b_rows ? g->b_rows : g->segs * g->seg_len;
  for (int64_t n = 0; n < g->N; n += SG_PANEL) {
    const float *b = g->B + n * K + t->k0 * SG_PANEL;
    for (int64_t i = item; i < item + items; i++) panel(g, t, b, n, i, m0, rows);
  }
}

static void gemm(const SG_REAL(sg_gemm) *g)
{
  int64_t items = g->items ? g->items : 1, K = g->segs * g->seg_len;
  int64_t group = g->M >= ROWS_AT_ONCE ? 1 : ROWS_AT_ONCE / g->M;
  tile t = { .lda = g->lda, .seg_len = g->seg_len, .seg_stride = g->seg_stride, .ldc = g->ldc };
  for (int64_t k = 0; k < K; k += SG_KC) {
    t.k0 = k;
    t.kc = K - k < SG_KC ? K - k : SG_KC;
    t.add = g->acc || k > 0;
    for (int64_t i = 0; i < items; i += group) {
      int64_t n = items - i < group ? items - i : group;
      for (int64_t m = 0; m < g->M; m += ROWS_AT_ONCE)
        block(g, &t, i, n, m, g->M - m < ROWS_AT_ONCE ? g->M - m : ROWS_AT_ONCE);
    }
  }
}

/* ---- 3. Look-up ------------------------------------------------------------------------------ */

enum { LV = SG_BLOCK / W };    /* vectors of a block of filters */

/* One output of one block: even groups after the bias in one sum, odd groups in the other. `step`
 * is the distance of two groups' offsets, `size` that of their tables. */
INLINE void look_up(const float *rows, const uint16_t *offset, const int64_t step,
                    const int64_t size, const int64_t groups, const vec *bias, vec *sum)
{
  vec odd[LV];
#pragma GCC unroll 4
  for (int v = 0; v < LV; v++) {
    sum[v] = bias[v];
    odd[v] = vzero();
  }
#pragma GCC unroll 5
  for (int64_t g = 0; g < groups / 2; g++) {
    const float *r0 = rows + 2 * g * size + offset[2 * g * step];
    const float *r1 = rows + (2 * g + 1) * size + offset[(2 * g + 1) * step];
#pragma GCC unroll 4
    for (int v = 0; v < LV; v++) {
      sum[v] = vadd(sum[v], vload(r0 + v * W));
      odd[v] = vadd(odd[v], vload(r1 + v * W));
    }
  }
  const float *last = rows + (groups - 1) * size + offset[(groups - 1) * step];
#pragma GCC unroll 4
  for (int v = 0; v < LV; v++) {
    if (groups % 2) sum[v] = vadd(sum[v], vload(last + v * W));
    sum[v] = vadd(sum[v], odd[v]);
  }
}

/* Four outputs side by side, a vector each. Their offsets are read at once: a load of an offset is
 * one less of a row. */
INLINE void look_up_four(const float *rows, const uint16_t *offset, const int64_t step,
                         const int64_t size, const int64_t groups, const vec bias, vec *sum)
{
  vec odd[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    sum[i] = bias;
    odd[i] = vzero();
  }
#define FOUR(g, to) \
  do { \
    const uint16_t *o = offset + (g) * step; \
    uint64_t all = o[0] | (uint64_t) o[1] << 16 | (uint64_t) o[2] << 32 | (uint64_t) o[3] << 48; \
    to[0] = vadd(to[0], vload(rows + (g) * size + (all & 0xffff))); \
    to[1] = vadd(to[1], vload(rows + (g) * size + (all >> 16 & 0xffff))); \
    to[2] = vadd(to[2], vload(rows + (g) * size + (all >> 32 & 0xffff))); \
    to[3] = vadd(to[3], vload(rows + (g) * size + (all >> 48))); \
  } while (0)
#pragma GCC unroll 5
  for (int64_t g = 0; g < groups / 2; g++) {
    FOUR(2 * g, sum);
    FOUR(2 * g + 1, odd);
  }
  if (groups % 2) FOUR(groups - 1, sum);
#undef FOUR
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) sum[i] = vadd(sum[i], odd[i]);
}

/* All outputs of the block of filters f0 .. f0 + 15. What is const here is a constant for usual
 * tables: no address has to be computed but the row's. `fours`: no stride, and at least four
 * outputs, of which the last four may be done again. Without relu nothing is below the floor. */
INLINE void lookup_block(const SG_REAL(sg_lookup) *l, int64_t item, const uint16_t *offset,
                         int64_t f0, const int64_t groups, const int64_t step, const int64_t size,
                         const bool fours)
{
  const SG_REAL(sg_table) *t = l->table;
  const float *rows = SG_REAL(sg_table_rows)(t) + f0 / SG_BLOCK * groups * size;
  float *y = l->y + item * l->y_pitch + f0;
  int64_t n = t->F - f0, stride = l->stride, ldy = l->ldy, P = l->P;
  vec bias[LV], floor = l->relu ? vzero() : vset(-INFINITY), sum[4];
#pragma GCC unroll 4
  for (int v = 0; v < LV; v++)
    bias[v] = l->bias ? load_some(l->bias + f0 + v * W, n - v * W) : vzero();
  for (int64_t p = 0; fours && p < P; p += 4, offset += 4) {
    int64_t again = p > P - 4 ? p - (P - 4) : 0;
    offset -= again;
    y -= again * ldy;
    look_up_four(rows, offset, step, size, groups, bias[0], sum);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++, y += ldy) store_some(y, vmax(floor, sum[i]), n);
  }
  for (int64_t p = 0; !fours && p < P; p++, offset += stride, y += ldy) {
    look_up(rows, offset, step, size, groups, bias, sum);
#pragma GCC unroll 4
    for (int v = 0; v < LV; v++) store_some(y + v * W, vmax(floor, sum[v]), n - v * W);
  }
}

static void lookup_filters(const SG_REAL(sg_lookup) *l, int64_t item, const uint16_t *offset,
                           int64_t f0)
{
  enum { STEP = 3, SIZE = 6 * 6 * 6 * SG_BLOCK, FOURS = LV == 1 };  /* four bases, N, nothing */
  const SG_REAL(sg_table) *t = l->table;
  int64_t step = t->group * t->dilation, size = t->entries * SG_BLOCK;
  bool usual = step == STEP && size == SIZE && (!FOURS || (l->stride == 1 && l->P >= 4));
#define CASE(groups) \
  case groups: lookup_block(l, item, offset, f0, groups, STEP, SIZE, FOURS); break
  switch (usual ? t->groups : 0) {      /* widths of first layers */
    CASE(2);
    CASE(3);
    CASE(4);
    CASE(5);
    CASE(6);
    CASE(7);
    CASE(8);
    CASE(9);
    default: lookup_block(l, item, offset, f0, t->groups, step, size, false);
  }
#undef CASE
}

static void lookup(const SG_REAL(sg_lookup) *l)
{
  const SG_REAL(sg_table) *t = l->table;
  int64_t items = l->items ? l->items : 1;
  int64_t pitch = SG_REAL(sg_lookup_pitch)(t, l->P, l->stride);
  uint16_t *offset = l->tmp;
  for (int64_t i0 = 0; i0 < items; i0 += SG_LOOKUP_ITEMS) {
    int64_t n = items - i0 < SG_LOOKUP_ITEMS ? items - i0 : SG_LOOKUP_ITEMS;
    for (int64_t i = 0; i < n; i++) SG_REAL(sg_lookup_offsets)(l, i0 + i, offset + i * pitch);
    for (int64_t f = 0; f < t->F; f += SG_BLOCK)
      for (int64_t i = 0; i < n; i++) lookup_filters(l, i0 + i, offset + i * pitch, f);
  }
}

/* ---- 4. Depthwise convolution ---------------------------------------------------------------- */

static void depthwise(const SG_REAL(sg_depthwise) *d)
{
  for (int64_t p = 0; p < d->P; p++) {
    for (int64_t c = 0; c < d->channels; c += W) {
      const float *x = d->x + p * d->stride * d->ldx + c, *w = d->w + c;
      int64_t n = d->channels - c;
      vec sum = vzero();
      for (int64_t t = 0; t < d->taps; t++, x += d->dilation * d->ldx, w += d->channels)
        sum = vfma(load_some(x, n), load_some(w, n), sum);
      if (d->bias) sum = vadd(sum, load_some(d->bias + c, n));
      store_some(d->y + p * d->ldy + c, d->relu ? vrelu(sum) : sum, n);
    }
  }
}

/* ---- 5. Narrow convolution --------------------------------------------------------------------
 *
 * The input is turned to [channels][positions]; then one tap of one channel is a stretch of
 * positions at any offset, and a tile is up to NARROW filters by NP vectors of positions. */

enum { NARROW = 4, NP = MR / 2, AT_ONCE = NP * W };

static int64_t narrow_pitch(const SG_REAL(sg_narrow) *d)
{
  int64_t n = (d->P + AT_ONCE - 1) / AT_ONCE * AT_ONCE + (d->taps - 1) * d->dilation;
  return (n + 15) / 16 * 16 + 16;
}

static size_t narrow_scratch(const SG_REAL(sg_narrow) *d)
{
  return (size_t) (narrow_pitch(d) * d->channels) * sizeof(float);
}

static void turn(const SG_REAL(sg_narrow) *d, float *xt)
{
  int64_t pitch = narrow_pitch(d), n = d->P + (d->taps - 1) * d->dilation, C = d->channels;
  const float *x = d->x;
  for (int64_t q = 0; q < n; q++, x += C)
    for (int64_t c = 0; c < C; c++) xt[c * pitch + q] = x[c];
  for (int64_t c = 0; c < C; c++) memset(xt + c * pitch + n, 0, (size_t) (pitch - n) * sizeof *xt);
}

/* Terms k0 .. k0 + kc of filters 0 .. mr at the positions from xt on, to part[mr][AT_ONCE]. */
INLINE void narrow_tile(const SG_REAL(sg_narrow) *d, const float *xt, const float *w, int64_t k0,
                        int64_t kc, const int mr, float *part)
{
  vec acc[NARROW][NP];
  int64_t pitch = narrow_pitch(d), K = d->taps * d->channels, t = k0 / d->channels;
  int64_t c = k0 % d->channels;
#pragma GCC unroll 4
  for (int r = 0; r < mr; r++)
#pragma GCC unroll 6
    for (int v = 0; v < NP; v++) acc[r][v] = vzero();
  for (int64_t k = k0; k < k0 + kc; t++, c = 0) {
    const float *x = xt + c * pitch + t * d->dilation;
    for (; c < d->channels && k < k0 + kc; c++, k++, x += pitch) {
      vec a[NARROW];
#pragma GCC unroll 4
      for (int r = 0; r < mr; r++) a[r] = vset(w[r * K + k]);
#pragma GCC unroll 6
      for (int v = 0; v < NP; v++) {
        vec b = vload(x + v * W);
#pragma GCC unroll 4
        for (int r = 0; r < mr; r++) acc[r][v] = vfma(b, a[r], acc[r][v]);
      }
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < mr; r++)
#pragma GCC unroll 6
    for (int v = 0; v < NP; v++) vstore(part + r * AT_ONCE + v * W, acc[r][v]);
}

static void narrow_part(const SG_REAL(sg_narrow) *d, const float *xt, const float *w, int64_t k0,
                        int64_t kc, int64_t mr, float *part)
{
  switch (mr) {
    case 1: narrow_tile(d, xt, w, k0, kc, 1, part); break;
    case 2: narrow_tile(d, xt, w, k0, kc, 2, part); break;
    case 3: narrow_tile(d, xt, w, k0, kc, 3, part); break;
    default: narrow_tile(d, xt, w, k0, kc, 4, part);
  }
}

/* Filters f0 .. f0 + mr at AT_ONCE positions from p0 on. */
static void narrow_block(const SG_REAL(sg_narrow) *d, const float *xt, int64_t p0, int64_t f0,
                         int64_t mr)
{
  float part[NARROW * AT_ONCE], sum[NARROW * AT_ONCE];
  int64_t K = d->taps * d->channels, n = d->P - p0 < AT_ONCE ? d->P - p0 : AT_ONCE;
  for (int64_t k = 0; k < K; k += SG_KC) {
    narrow_part(d, xt + p0, d->w + f0 * K, k, K - k < SG_KC ? K - k : SG_KC, mr, part);
    for (int i = 0; i < mr * AT_ONCE; i++) sum[i] = k ? sum[i] + part[i] : part[i];
  }
  for (int64_t f = 0; f < mr; f++) {
    for (int64_t p = 0; p < n; p++) {
      float v = sum[f * AT_ONCE + p];
      if (d->bias) v += d->bias[f0 + f];
      if (d->relu) v = 0 > v ? 0 : v;
      d->y[(p0 + p) * d->ldy + f0 + f] = v;
    }
  }
}

static void narrow(const SG_REAL(sg_narrow) *d)
{
  float *xt = d->tmp;
  turn(d, xt);
  for (int64_t p = 0; p < d->P; p += AT_ONCE)
    for (int64_t f = 0; f < d->F; f += NARROW)
      narrow_block(d, xt, p, f, d->F - f < NARROW ? d->F - f : NARROW);
}

/* ---- 6. Rows --------------------------------------------------------------------------------- */

static void affine(int64_t rows, int64_t channels, const float *x, const float *scale,
                   const float *shift, bool do_relu, float *y)
{
  for (int64_t i = 0; i < rows; i++, x += channels, y += channels) {
    for (int64_t c = 0; c < channels; c += W) {
      int64_t n = channels - c;
      vec v = vmul(load_some(x + c, n), load_some(scale + c, n));
      v = vadd(v, load_some(shift + c, n));
      store_some(y + c, do_relu ? vrelu(v) : v, n);
    }
  }
}

static void relu(int64_t n, const float *x, float *y)
{
  for (int64_t i = 0; i < n; i += W) store_some(y + i, vrelu(load_some(x + i, n - i)), n - i);
}

static void add(int64_t n, const float *a, const float *b, float *y)
{
  for (int64_t i = 0; i < n; i += W)
    store_some(y + i, vadd(load_some(a + i, n - i), load_some(b + i, n - i)), n - i);
}

/* Maxima and sums over positions wait for the position before: four vectors of channels go side by
 * side, so that the others compute while one waits. Step(c, V, n): V vectors from channel c on, of
 * which the last has n channels. */
#define EACH_CHANNELS(channels, step) \
  do { \
    int64_t c = 0; \
    for (; c + 4 * W <= (channels); c += 4 * W) step(c, 4, W); \
    for (; c + W <= (channels); c += W) step(c, 1, W); \
    if (c < (channels)) step(c, 1, (channels) - c); \
  } while (0)

INLINE void max_row_at(int64_t window, int64_t pitch, const float *x, float *y, const int V,
                       const int64_t n)
{
  vec best[4];
#pragma GCC unroll 4
  for (int v = 0; v < V; v++) best[v] = load_some(x + v * W, n);
  for (int64_t w = 1; w < window; w++) {
    x += pitch;
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) {
      vec next = load_some(x + v * W, n);
      best[v] = vnan(next, vmax(next, best[v]));
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < V; v++) store_some(y + v * W, best[v], n);
}

/* Windows that move by one (van Herk 1992): x in blocks of the window's length. A window is the end
 * of one block and the beginning of the next; both are maxima that run, whatever the length. Of
 * equal ones the earlier's, as above. */
INLINE void max_slide_at(int64_t P, int64_t channels, int64_t window, const float *x, float *y,
                         const int V, const int64_t n)
{
  for (int64_t p0 = 0; p0 < P; p0 += window) {
    int64_t end = P - p0 < window ? P - p0 : window;
    const float *b = x + p0 * channels;
    float *to = y + p0 * channels;
    vec best[4];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) best[v] = load_some(b + (window - 1) * channels + v * W, n);
    for (int64_t i = window - 1; i >= 0; i--) {
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) {
        vec next = load_some(b + i * channels + v * W, n);
        best[v] = vnan(best[v], vmax(best[v], next));
        if (i < end) store_some(to + i * channels + v * W, best[v], n);
      }
    }
    if (end < 2) continue;
    b += window * channels;
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) best[v] = load_some(b + v * W, n);
    for (int64_t i = 1; i < end; i++) {
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) {
        vec next = load_some(b + (i - 1) * channels + v * W, n);
        best[v] = vnan(next, vmax(next, best[v]));
        vec both = load_some(to + i * channels + v * W, n);
        store_some(to + i * channels + v * W, vnan(best[v], vmax(best[v], both)), n);
      }
    }
  }
}

enum { SLIDE = 6 };             /* windows from which on sliding is less work */

static void max_rows(int64_t P, int64_t channels, int64_t window, int64_t stride, int64_t dilation,
                     const float *x, float *y)
{
#define STEP(c, V, n) max_slide_at(P, channels, window, x + (c), y + (c), V, n)
  if (stride == 1 && dilation == 1 && window >= SLIDE && P >= SLIDE) {
    EACH_CHANNELS(channels, STEP);
    return;
  }
#undef STEP
#define STEP(c, V, n) max_row_at(window, dilation * channels, x + (c), y + (c), V, n)
  for (int64_t p = 0; p < P; p++, x += stride * channels, y += channels)
    EACH_CHANNELS(channels, STEP);
#undef STEP
}

INLINE void max_span_at(int64_t P, int64_t channels, const float *left, const float *x,
                        const float *right, float *y, const int V, const int64_t n)
{
  vec best[4];
#pragma GCC unroll 4
  for (int v = 0; v < V; v++) best[v] = load_some(left + v * W, n);
  for (int64_t p = 0; p < P; p++, x += channels) {
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) {
      vec next = load_some(x + v * W, n);
      best[v] = vnan(next, vmax(next, best[v]));
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < V; v++) {
    vec last = load_some(right + v * W, n);
    store_some(y + v * W, vnan(last, vmax(last, best[v])), n);
  }
}

static void max_span(int64_t P, int64_t channels, const float *left, const float *x,
                     const float *right, float *y)
{
#define STEP(c, V, n) max_span_at(P, channels, left + (c), x + (c), right + (c), y + (c), V, n)
  EACH_CHANNELS(channels, STEP);
#undef STEP
}

INLINE void sum_change_at(int64_t P, int64_t channels, const float *x, const float *b, float *y,
                          const int V, const int64_t n)
{
  vec sum[4];
#pragma GCC unroll 4
  for (int v = 0; v < V; v++) sum[v] = vzero();
  for (int64_t p = 0; p < P; p++, x += channels, b += channels) {
#pragma GCC unroll 4
    for (int v = 0; v < V; v++)
      sum[v] = vadd(sum[v], vsub(load_some(x + v * W, n), load_some(b + v * W, n)));
  }
#pragma GCC unroll 4
  for (int v = 0; v < V; v++) store_some(y + v * W, sum[v], n);
}

static void sum_change(int64_t P, int64_t channels, const float *x, const float *b, float *y)
{
#define STEP(c, V, n) sum_change_at(P, channels, x + (c), b + (c), y + (c), V, n)
  EACH_CHANNELS(channels, STEP);
#undef STEP
}

/* Loops over the channels of many short rows: whole vectors without a test, then what is left. */
#define EACH_VECTOR(channels, step) \
  do { \
    int64_t c = 0; \
    for (; c + W <= (channels); c += W) step(c, W); \
    if (c < (channels)) step(c, (channels) - c); \
  } while (0)

INLINE void change_row(int64_t channels, const float *base, const float *plus, const float *minus,
                       const bool do_relu, float *y)
{
#define STEP(c, n) \
  do { \
    vec v = vsub(load_some(plus + (c), n), load_some(minus + (c), n)); \
    v = vadd(load_some(base + (c), n), v); \
    store_some(y + (c), do_relu ? vrelu(v) : v, n); \
  } while (0)
  EACH_VECTOR(channels, STEP);
#undef STEP
}

static void change_rows(int64_t P, int64_t channels, const float *base, const float *plus,
                        const float *minus, int64_t step, bool do_relu, float *y)
{
  for (int64_t p = 0; p < P; p++, base += channels, plus += step, minus += step, y += channels) {
    if (do_relu) change_row(channels, base, plus, minus, true, y);
    else change_row(channels, base, plus, minus, false, y);
  }
}

static void differences(int64_t P, int64_t channels, const float *plus, const float *minus,
                        int64_t step, float *y)
{
#define STEP(c, n) store_some(y + (c), vsub(load_some(plus + (c), n), load_some(minus + (c), n)), n)
  for (int64_t p = 0; p < P; p++, plus += step, minus += step, y += channels)
    EACH_VECTOR(channels, STEP);
#undef STEP
}

INLINE void change_max_at(int64_t P, const float *base, int64_t pitch, const float *delta,
                          int64_t step, bool do_relu, float *y, const int V, const int64_t n)
{
  vec best[4];
#pragma GCC unroll 4
  for (int v = 0; v < V; v++)
    best[v] = vadd(load_some(base + v * W, n), load_some(delta + v * W, n));
  for (int64_t p = 1; p < P; p++) {
    base += pitch;
    delta += step;
#pragma GCC unroll 4
    for (int v = 0; v < V; v++)
      best[v] = vmax(vadd(load_some(base + v * W, n), load_some(delta + v * W, n)), best[v]);
  }
#pragma GCC unroll 4
  for (int v = 0; v < V; v++) store_some(y + v * W, do_relu ? vrelu(best[v]) : best[v], n);
}

static void change_max(int64_t P, int64_t channels, const float *base, int64_t pitch,
                       const float *delta, int64_t step, bool do_relu, float *y)
{
#define STEP(c, V, n) \
  change_max_at(P, base + (c), pitch, delta + (c), step, do_relu, y + (c), V, n)
  EACH_CHANNELS(channels, STEP);
#undef STEP
}

/* x * 0 is a NaN for a NaN and for the infinite, and spreads. */
static bool all_finite(int64_t n, const float *x)
{
  vec sum[4] = { vzero(), vzero(), vzero(), vzero() };
  int64_t i = 0;
  for (; i + 4 * W <= n; i += 4 * W) {
#pragma GCC unroll 4
    for (int v = 0; v < 4; v++) sum[v] = vadd(sum[v], vmul(vload(x + i + v * W), vzero()));
  }
  for (; i < n; i += W) sum[0] = vadd(sum[0], vmul(load_some(x + i, n - i), vzero()));
  return !vany_nan(vadd(vadd(sum[0], sum[1]), vadd(sum[2], sum[3])));
}

/* y[p + 1] = max(y[p], x[p]) onward, or y[p] = max(y[p + 1], x[p]) backward. */
INLINE void running_max_at(int64_t P, int64_t channels, const float *x, const bool back, float *y,
                           const int V, const int64_t n)
{
  vec best[4];
  int64_t step = back ? -channels : channels;
  if (back) {
    x += (P - 1) * channels;
    y += P * channels;
  }
#pragma GCC unroll 4
  for (int v = 0; v < V; v++) best[v] = load_some(y + v * W, n);
  for (int64_t p = 0; p < P; p++, x += step) {
    y += step;
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) {
      vec next = load_some(x + v * W, n);
      best[v] = back ? vnan(best[v], vmax(best[v], next)) : vnan(next, vmax(next, best[v]));
      store_some(y + v * W, best[v], n);
    }
  }
}

static void running_max(int64_t P, int64_t channels, const float *x, bool back, float *y)
{
#define FORWARD(c, V, n) running_max_at(P, channels, x + (c), false, y + (c), V, n)
#define BACKWARD(c, V, n) running_max_at(P, channels, x + (c), true, y + (c), V, n)
  if (back) EACH_CHANNELS(channels, BACKWARD);
  else EACH_CHANNELS(channels, FORWARD);
#undef FORWARD
#undef BACKWARD
}

#include "kernels/backloops.h"

/* ---- 7. The table ---------------------------------------------------------------------------- */

const SG_REAL(sg_kernels) SG_KERNELS_TABLE = {
  .isa = SG_ISA,
  .pack_bytes = SG_REAL(sg_pack_bytes),
  .pack = SG_REAL(sg_pack),
  .gemm = gemm,
  .lookup_bytes = SG_REAL(sg_lookup_bytes),
  .lookup_prepare = SG_REAL(sg_lookup_prepare),
  .lookup_scratch = SG_REAL(sg_lookup_scratch),
  .lookup = lookup,
  .depthwise = depthwise,
  .narrow_scratch = narrow_scratch,
  .narrow = narrow,
  .affine = affine,
  .relu = relu,
  .add = add,
  .max_rows = max_rows,
  .max_span = max_span,
  .sum_change = sum_change,
  .change_rows = change_rows,
  .differences = differences,
  .change_max = change_max,
  .all_finite = all_finite,
  .running_max = running_max,
  .relu_back = relu_back,
  .rescale = rescale,
  .select_shares = select_shares,
  .add_scaled = add_scaled,
  .between = between,
  .nonzeros = nonzeros,
  .first_equal = first_equal,
};
