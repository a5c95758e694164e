/* tests/unit/test_kernels.c: the fast kernels against the reference loops, on random and degenerate
 * shapes; equal rows give equal bits; CPUs with FMA agree bit for bit.
 */
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "kernels/kernels.h"

enum { N_ISA = 3 };
static const char *const ISA[N_ISA] = { "avx512", "avx2", "baseline" };

/* What one test needs: memory, random numbers, and the tables that this CPU runs. */
typedef struct bed {
  sg_arena *mem;
  sg_rng rng;
  const sg_kernels_f32 *isa[N_ISA];   /* NULL: this CPU or build lacks it */
} bed;

static void bed_start(bed *b)
{
  b->mem = sg_arena_new();
  ck_assert_ptr_nonnull(b->mem);
  sg_rng_seed(&b->rng, 7);
  for (int i = 0; i < N_ISA; i++) {
    sg_err err;
    sg_status s = sg_kernels_get_f32(ISA[i], &b->isa[i], &err);
    if (s) ck_assert_int_eq(s, SG_EUNSUPPORTED);
    else ck_assert_str_eq(b->isa[i]->isa, ISA[i]);
  }
}

static int64_t draw(bed *b, int64_t lo, int64_t hi)
{
  return lo + (int64_t) sg_rng_below(&b->rng, (uint64_t) (hi - lo + 1));
}

/* n random floats, at an address that is a multiple of 4 and of nothing else. */
static float *floats(bed *b, int64_t n)
{
  float *p = (float *) sg_arena_alloc(b->mem, (size_t) n + 1, sizeof *p) + 1;
  for (int64_t i = 0; i < n; i++) p[i] = (float) sg_rng_normal(&b->rng);
  return p;
}

static float *copy_of(bed *b, const float *from, int64_t n)
{
  float *p = floats(b, n);
  memcpy(p, from, (size_t) n * sizeof *p);
  return p;
}

static void same_bits(const float *a, const float *b, int64_t n, const char *what)
{
  for (int64_t i = 0; i < n; i++)
    ck_assert_msg(memcmp(&a[i], &b[i], sizeof *a) == 0, "%s: element %d: %.9g and %.9g", what,
                  (int) i, (double) a[i], (double) b[i]);
}

static void near(const float *a, const float *b, int64_t n, double tol, const char *what)
{
  double top = 1;
  for (int64_t i = 0; i < n; i++) top = fmax(top, fabs((double) b[i]));
  for (int64_t i = 0; i < n; i++)
    ck_assert_msg(fabs((double) a[i] - (double) b[i]) <= tol * top, "%s: element %d: %.9g and %.9g",
                  what, (int) i, (double) a[i], (double) b[i]);
}

/* ---- products -------------------------------------------------------------------------------- */

typedef struct problem {
  sg_gemm_f32 g;
  float *a, *b, *bias, *c;     /* c: what C holds before */
  int64_t c_size, K;
} problem;

/* A random product; the small sizes that are special come often. */
static problem draw_problem(bed *b)
{
  static const int64_t sizes[] = { 1, 2, 3, 5, 7, 11, 12, 13, 16, 17, 31, 32, 33, 37, 48, 49, 64 };
  enum { N = sizeof sizes / sizeof *sizes };
  problem p = {0};
  sg_gemm_f32 *g = &p.g;
  g->items = draw(b, 0, 3);
  g->M = sizes[draw(b, 0, N - 1)];
  g->N = sizes[draw(b, 0, N - 1)];
  g->segs = draw(b, 1, 4);
  g->seg_len = draw(b, 0, 5) ? sizes[draw(b, 0, N - 1)] : draw(b, 300, 900);
  g->lda = draw(b, 1, 70);
  g->seg_stride = draw(b, 1, 100);
  g->a_pitch = draw(b, 0, 50);
  g->ldc = g->N + draw(b, 0, 3);
  g->c_pitch = g->M * g->ldc + draw(b, 0, 5);
  g->acc = draw(b, 0, 1);
  g->relu = draw(b, 0, 1);
  p.K = g->segs * g->seg_len;
  g->b_rows = p.K + draw(b, 0, 3);
  p.a = floats(b, 4 * g->a_pitch + g->M * g->lda + g->segs * g->seg_stride + g->seg_len);
  p.b = floats(b, g->b_rows * g->N);
  p.bias = draw(b, 0, 1) ? floats(b, g->N) : NULL;
  p.c_size = 4 * g->c_pitch;
  p.c = floats(b, p.c_size);
  g->A = p.a;
  g->bias = p.bias;
  return p;
}

/* C after the product by `kernels`. */
static float *solve(bed *b, const sg_kernels_f32 *kernels, const problem *p)
{
  sg_gemm_f32 g = p->g;
  int64_t first = g.b_rows - p->K;
  float *packed = sg_arena_alloc(b->mem, kernels->pack_bytes(g.b_rows, g.N), 1);
  kernels->pack(g.b_rows, g.N, p->b, g.N, 1, packed);
  g.B = packed + 32 * first;
  g.C = copy_of(b, p->c, p->c_size);
  kernels->gemm(&g);
  return g.C;
}

START_TEST(products_are_the_reference)
{
  bed b;
  bed_start(&b);
  for (int t = 0; t < 200; t++) {
    sg_arena_mark mark = sg_arena_here(b.mem);
    problem p = draw_problem(&b);
    float *want = solve(&b, &sg_kernels_ref_f32, &p);
    for (int i = 0; i < N_ISA; i++)
      if (b.isa[i]) near(solve(&b, b.isa[i], &p), want, p.c_size, 2e-6, ISA[i]);
    if (b.isa[0]) same_bits(solve(&b, b.isa[0], &p), solve(&b, b.isa[1], &p), p.c_size, "avx");
    same_bits(solve(&b, b.isa[2], &p), want, p.c_size, "baseline");
    sg_arena_reset(b.mem, mark);
  }
  sg_arena_free(b.mem);
}
END_TEST

/* The reference itself against the sum as a textbook writes it. */
START_TEST(reference_is_the_sum)
{
  const sg_kernels_f32 *k = &sg_kernels_ref_f32;
  float a[12], w[5 * 3], bias[3] = { .5f, -1, 2 }, c[2 * 3] = { 1, 2, 3, 4, 5, 6 }, packed[5 * 32];
  for (int i = 0; i < 12; i++) a[i] = (float) i * .25f - 1;
  for (int i = 0; i < 15; i++) w[i] = 1.f / (float) (i + 1);
  ck_assert_uint_le(k->pack_bytes(5, 3), sizeof packed);
  k->pack(5, 3, w, 3, 1, packed);
  sg_gemm_f32 g = { .M = 2, .N = 3, .segs = 1, .seg_len = 5, .A = a, .lda = 2, .B = packed,
                    .bias = bias, .C = c, .ldc = 3, .acc = true };
  k->gemm(&g);
  for (int m = 0; m < 2; m++) {
    for (int n = 0; n < 3; n++) {
      double sum = m * 3 + n + 1 + (double) bias[n];
      for (int i = 0; i < 5; i++) sum += (double) a[m * 2 + i] * (double) w[i * 3 + n];
      ck_assert_double_eq_tol((double) c[m * 3 + n], sum, 1e-6);
    }
  }
}
END_TEST

/* One row, placed anywhere among any number of rows. */
START_TEST(equal_rows_give_equal_bits)
{
  bed b;
  bed_start(&b);
  for (int i = 0; i < N_ISA; i++) {
    if (!b.isa[i]) continue;
    int64_t K = 1000, N = 77;
    float *row = floats(&b, K), *w = floats(&b, K * N), *want = floats(&b, N);
    float *packed = sg_arena_alloc(b.mem, b.isa[i]->pack_bytes(K, N), 1);
    b.isa[i]->pack(K, N, w, N, 1, packed);
    sg_gemm_f32 g = { .M = 1, .N = N, .segs = 1, .seg_len = K, .A = row, .lda = K, .B = packed,
                      .C = want, .ldc = N };
    b.isa[i]->gemm(&g);
    for (g.M = 1; g.M < 60; g.M += 7) {
      sg_arena_mark mark = sg_arena_here(b.mem);
      float *a = floats(&b, g.M * K);
      int64_t at = draw(&b, 0, g.M - 1);
      memcpy(a + at * K, row, (size_t) K * sizeof *a);
      g.A = a;
      g.C = floats(&b, g.M * N);
      b.isa[i]->gemm(&g);
      same_bits(g.C + at * N, want, N, ISA[i]);
      sg_arena_reset(b.mem, mark);
    }
  }
  sg_arena_free(b.mem);
}
END_TEST

/* A NaN in a row spoils that row and no other; relu does not hide it. */
START_TEST(nan_stays_in_its_row)
{
  bed b;
  bed_start(&b);
  for (int i = 0; i < N_ISA; i++) {
    if (!b.isa[i]) continue;
    int64_t M = 25, K = 40, N = 20;
    float *a = floats(&b, M * K), *c = floats(&b, M * N);
    float *packed = sg_arena_alloc(b.mem, b.isa[i]->pack_bytes(K, N), 1);
    b.isa[i]->pack(K, N, floats(&b, K * N), N, 1, packed);
    a[13 * K + 39] = NAN;
    sg_gemm_f32 g = { .M = M, .N = N, .segs = 1, .seg_len = K, .A = a, .lda = K, .B = packed,
                      .C = c, .ldc = N, .relu = true };
    b.isa[i]->gemm(&g);
    for (int64_t m = 0; m < M; m++)
      for (int64_t n = 0; n < N; n++) ck_assert_int_eq(isnan(c[m * N + n]) != 0, m == 13);
  }
  sg_arena_free(b.mem);
}
END_TEST

/* ---- look-up --------------------------------------------------------------------------------- */

typedef struct layer {
  sg_lookup_def_f32 def;
  float *rows, *bias;
  int64_t items, width, first, P, stride, ldy;
  uint8_t *codes;
  bool relu;
} layer;

/* Every fourth layer is one that the kernels are made for: four bases and N, no dilation. */
static layer draw_layer(bed *b)
{
  bool usual = !draw(b, 0, 3);
  layer y = { .def = { .taps = draw(b, 1, usual ? 32 : 12), .dilation = usual ? 1 : draw(b, 1, 3),
                       .F = draw(b, 1, 40), .n_symbols = usual ? 5 : (int) draw(b, 1, 9) } };
  for (int c = 0; c < SG_LOOKUP_CODES; c++)
    y.def.symbol[c] = (int8_t) (draw(b, 0, 7) ? draw(b, 0, y.def.n_symbols - 1) : -1);
  y.rows = floats(b, y.def.taps * y.def.n_symbols * y.def.F);
  y.def.rows = y.rows;
  y.bias = draw(b, 0, 1) ? floats(b, y.def.F) : NULL;
  y.items = draw(b, 1, 19);
  y.width = draw(b, 1, 30);
  y.first = draw(b, -9, 12);
  y.P = draw(b, 1, 25);
  y.stride = usual && draw(b, 0, 3) ? 1 : draw(b, 1, 3);
  y.ldy = y.def.F + draw(b, 0, 2);
  y.relu = draw(b, 0, 1);
  y.codes = sg_arena_alloc(b->mem, (size_t) (y.items * y.width), 1);
  for (int64_t i = 0; i < y.items * y.width; i++) y.codes[i] = (uint8_t) draw(b, 0, 15);
  return y;
}

static float *look_up(bed *b, const sg_kernels_f32 *k, const layer *y)
{
  void *table = sg_arena_alloc(b->mem, k->lookup_bytes(&y->def), 1);
  k->lookup_prepare(&y->def, table);
  sg_lookup_f32 l = { .table = table, .items = y->items, .y_pitch = y->P * y->ldy,
                      .codes = y->codes, .width = y->width, .first = y->first, .P = y->P,
                      .stride = y->stride, .bias = y->bias, .ldy = y->ldy, .relu = y->relu };
  int64_t n = y->items * l.y_pitch;
  l.y = floats(b, n);
  for (int64_t i = 0; i < n; i++) l.y[i] = 7;
  l.tmp = sg_arena_alloc(b->mem, k->lookup_scratch(table, y->P, y->stride), 1);
  k->lookup(&l);
  return l.y;
}

/* The same sums in double, tap by tap. */
static float *look_up_plainly(bed *b, const layer *y)
{
  float *out = floats(b, y->items * y->P * y->ldy);
  for (int64_t i = 0; i < y->items * y->P * y->ldy; i++) {
    int64_t f = i % y->ldy, p = i / y->ldy % y->P, item = i / y->ldy / y->P;
    double sum = y->bias && f < y->def.F ? (double) y->bias[f] : 0;
    for (int64_t t = 0; f < y->def.F && t < y->def.taps; t++) {
      int64_t q = p * y->stride + t * y->def.dilation - y->first;
      int s = q < 0 || q >= y->width ? -1 : y->def.symbol[y->codes[item * y->width + q]];
      if (s >= 0) sum += (double) y->rows[(t * y->def.n_symbols + s) * y->def.F + f];
    }
    out[i] = f >= y->def.F ? 7 : (float) (y->relu && sum < 0 ? 0 : sum);
  }
  return out;
}

START_TEST(tables_give_the_sums)
{
  bed b;
  bed_start(&b);
  for (int t = 0; t < 120; t++) {
    sg_arena_mark mark = sg_arena_here(b.mem);
    layer y = draw_layer(&b);
    int64_t n = y.items * y.P * y.ldy;
    float *want = look_up(&b, &sg_kernels_ref_f32, &y);
    near(want, look_up_plainly(&b, &y), n, 1e-6, "reference");
    for (int i = 0; i < N_ISA; i++)
      if (b.isa[i]) same_bits(look_up(&b, b.isa[i], &y), want, n, ISA[i]);
    sg_arena_reset(b.mem, mark);
  }
  sg_arena_free(b.mem);
}
END_TEST

/* Windows with equal codes, in the middle or at an edge of zero columns. */
START_TEST(equal_windows_give_equal_bits)
{
  bed b;
  bed_start(&b);
  const sg_kernels_f32 *k;
  ck_assert_int_eq(sg_kernels_get_f32(NULL, &k, NULL), SG_OK);
  layer y = { .def = { .taps = 7, .dilation = 1, .F = 20, .n_symbols = 5 }, .items = 1,
              .width = 60, .first = 3, .P = 60, .stride = 1, .ldy = 20 };
  for (int c = 0; c < SG_LOOKUP_CODES; c++) y.def.symbol[c] = (int8_t) (c < 5 ? c : -1);
  y.def.rows = floats(&b, 7 * 5 * 20);
  y.codes = sg_arena_alloc(b.mem, 60, 1);
  for (int i = 0; i < 60; i++) y.codes[i] = (uint8_t) draw(&b, 0, 4);
  memcpy(y.codes + 40, y.codes + 11, 7);        /* the same seven codes in two places */
  memset(y.codes + 20, 9, 3);                   /* zero columns, then what the sequence begins
                                                 * with */
  memcpy(y.codes + 23, y.codes, 4);
  float *out = look_up(&b, k, &y);
  same_bits(out + 43 * 20, out + 14 * 20, 20, "inner window");
  same_bits(out + 23 * 20, out, 20, "window at the edge");
  sg_arena_free(b.mem);
}
END_TEST

/* ---- the rest -------------------------------------------------------------------------------- */

static float *rows_of(bed *b, const sg_kernels_f32 *k, const float *x, const int64_t d[6], int what)
{
  int64_t P = d[0], C = d[1], window = d[2], stride = d[3], dilation = d[4];
  float *y = floats(b, P * C);
  const float *scale = x, *shift = x + C;
  switch (what) {
    case 0: k->affine(P, C, x, scale, shift, d[5] & 1, y); break;
    case 1: k->relu(P * C, x, y); break;
    case 2: k->add(P * C, x, x + P * C, y); break;
    default: k->max_rows(P, C, window, stride, dilation, x, y);
  }
  return y;
}

START_TEST(rows_are_the_reference)
{
  bed b;
  bed_start(&b);
  for (int t = 0; t < 200; t++) {
    sg_arena_mark mark = sg_arena_here(b.mem);
    int64_t d[6] = { draw(&b, 1, 9), draw(&b, 1, 40), draw(&b, 1, 5), draw(&b, 1, 4),
                     draw(&b, 1, 3), draw(&b, 0, 1) };
    int64_t n = (d[0] * d[3] + d[2] * d[4] + 2 * d[0] + 2) * d[1];
    float *x = floats(&b, n);
    for (int i = 0; i < 4; i++) x[draw(&b, 0, n - 1)] = (float[]){ NAN, INFINITY, -0.f, 0.f }[i];
    for (int what = 0; what < 4; what++) {
      float *want = rows_of(&b, &sg_kernels_ref_f32, x, d, what);
      for (int i = 0; i < N_ISA; i++)
        if (b.isa[i]) same_bits(rows_of(&b, b.isa[i], x, d, what), want, d[0] * d[1], ISA[i]);
    }
    sg_arena_reset(b.mem, mark);
  }
  sg_arena_free(b.mem);
}
END_TEST

static float *filter_rows(bed *b, const sg_kernels_f32 *k, sg_depthwise_f32 d)
{
  d.y = floats(b, d.P * d.ldy);
  for (int64_t i = 0; i < d.P * d.ldy; i++) d.y[i] = 7;
  k->depthwise(&d);
  return d.y;
}

START_TEST(depthwise_is_the_reference)
{
  bed b;
  bed_start(&b);
  for (int t = 0; t < 200; t++) {
    sg_arena_mark mark = sg_arena_here(b.mem);
    sg_depthwise_f32 d = { .P = draw(&b, 1, 9), .channels = draw(&b, 1, 40), .taps = draw(&b, 1, 6),
                           .stride = draw(&b, 1, 3), .dilation = draw(&b, 1, 3),
                           .relu = draw(&b, 0, 1) };
    d.ldx = d.channels + draw(&b, 0, 2);
    d.ldy = d.channels + draw(&b, 0, 2);
    d.x = floats(&b, (d.P * d.stride + d.taps * d.dilation) * d.ldx);
    d.w = floats(&b, d.taps * d.channels);
    d.bias = draw(&b, 0, 1) ? floats(&b, d.channels) : NULL;
    float *want = filter_rows(&b, &sg_kernels_ref_f32, d);
    for (int i = 0; i < N_ISA; i++)
      if (b.isa[i]) near(filter_rows(&b, b.isa[i], d), want, d.P * d.ldy, 2e-6, ISA[i]);
    if (b.isa[0])
      same_bits(filter_rows(&b, b.isa[0], d), filter_rows(&b, b.isa[1], d), d.P * d.ldy, "avx");
    sg_arena_reset(b.mem, mark);
  }
  sg_arena_free(b.mem);
}
END_TEST

static float *few_filters(bed *b, const sg_kernels_f32 *k, sg_narrow_f32 d)
{
  d.y = floats(b, d.P * d.ldy);
  for (int64_t i = 0; i < d.P * d.ldy; i++) d.y[i] = 7;
  d.tmp = sg_arena_alloc(b->mem, k->narrow_scratch(&d) + 1, 1);
  k->narrow(&d);
  return d.y;
}

/* The same convolution as a product. */
static float *as_product(bed *b, const sg_kernels_f32 *k, const sg_narrow_f32 *d)
{
  int64_t K = d->taps * d->channels;
  float *packed = sg_arena_alloc(b->mem, k->pack_bytes(K, d->F), 1), *y = floats(b, d->P * d->ldy);
  for (int64_t i = 0; i < d->P * d->ldy; i++) y[i] = 7;
  k->pack(K, d->F, d->w, 1, K, packed);
  sg_gemm_f32 g = { .M = d->P, .N = d->F, .segs = d->taps, .seg_len = d->channels,
                    .seg_stride = d->dilation * d->channels, .A = d->x, .lda = d->channels,
                    .B = packed, .bias = d->bias, .C = y, .ldc = d->ldy, .relu = d->relu };
  k->gemm(&g);
  return y;
}

START_TEST(narrow_has_the_bits_of_the_product)
{
  bed b;
  bed_start(&b);
  for (int t = 0; t < 100; t++) {
    sg_arena_mark mark = sg_arena_here(b.mem);
    sg_narrow_f32 d = { .P = draw(&b, 1, 250), .channels = draw(&b, 1, 20),
                        .taps = draw(&b, 1, 40), .dilation = draw(&b, 1, 3),
                        .F = draw(&b, 1, 6), .relu = draw(&b, 0, 1) };
    d.ldy = d.F + draw(&b, 0, 2);
    d.x = floats(&b, (d.P + d.taps * d.dilation) * d.channels);
    d.w = floats(&b, d.F * d.taps * d.channels);
    d.bias = draw(&b, 0, 1) ? floats(&b, d.F) : NULL;
    same_bits(few_filters(&b, &sg_kernels_ref_f32, d), as_product(&b, &sg_kernels_ref_f32, &d),
              d.P * d.ldy, "reference");
    for (int i = 0; i < N_ISA; i++)
      if (b.isa[i])
        same_bits(few_filters(&b, b.isa[i], d), as_product(&b, b.isa[i], &d), d.P * d.ldy, ISA[i]);
    sg_arena_reset(b.mem, mark);
  }
  sg_arena_free(b.mem);
}
END_TEST

/* Long windows that move by one, with ties of both zeros and a NaN now and then. */
START_TEST(sliding_windows_are_the_reference)
{
  static const float few[] = { 0.0f, -0.0f, 1, -1 };
  bed b;
  bed_start(&b);
  for (int t = 0; t < 100; t++) {
    sg_arena_mark mark = sg_arena_here(b.mem);
    int64_t P = draw(&b, 1, 80), C = draw(&b, 1, 70), window = draw(&b, 5, 40), n = P + window - 1;
    float *x = floats(&b, n * C), *want = floats(&b, P * C);
    for (int64_t i = 0; i < n * C && t % 2; i++) x[i] = few[draw(&b, 0, 3)];
    if (t % 3 == 0) x[draw(&b, 0, n * C - 1)] = NAN;
    sg_kernels_ref_f32.max_rows(P, C, window, 1, 1, x, want);
    for (int i = 0; i < N_ISA; i++) {
      float *y = floats(&b, P * C);
      if (!b.isa[i]) continue;
      b.isa[i]->max_rows(P, C, window, 1, 1, x, y);
      same_bits(y, want, P * C, ISA[i]);
    }
    sg_arena_reset(b.mem, mark);
  }
  sg_arena_free(b.mem);
}
END_TEST

START_TEST(max_keeps_nan)
{
  bed b;
  bed_start(&b);
  for (int i = 0; i < N_ISA; i++) {
    for (int at = 0; b.isa[i] && at < 4; at++) {
      float x[4 * 3] = {0}, y[3];
      x[at * 3 + 1] = NAN;
      b.isa[i]->max_rows(1, 3, 4, 1, 1, x, y);
      ck_assert(!isnan(y[0]) && isnan(y[1]) && !isnan(y[2]));
    }
  }
  sg_arena_free(b.mem);
}
END_TEST

/* ---- changes --------------------------------------------------------------------------------- */

/* Results of the kernels that compare with a base, one after another: y[5][(P + 1) * C]. */
static float *changes(bed *b, const sg_kernels_f32 *k, const float *x[5], int64_t P, int64_t C,
                      bool flag)
{
  int64_t n = (P + 1) * C;
  float *y = floats(b, 6 * n);
  for (int64_t i = 0; i < 6 * n; i++) y[i] = 7;
  k->max_span(P, C, x[0], x[1], x[2], y);
  k->sum_change(P, C, x[0], x[1], y + n);
  k->change_rows(P, C, x[0], x[1] + (P - 1) * C, x[2] + (P - 1) * C, -C, flag, y + 2 * n);
  k->change_max(P, C, x[0], C, x[1] + (P - 1) * C, -C, flag, y + 3 * n);
  k->differences(P, C, x[1] + (P - 1) * C, x[2] + (P - 1) * C, -C, y + 5 * n);
  for (int64_t c = 0; c < C; c++) y[4 * n + (flag ? P * C : 0) + c] = -1;
  k->running_max(P, C, x[0], flag, y + 4 * n);
  return y;
}

START_TEST(changes_are_the_reference)
{
  bed b;
  bed_start(&b);
  for (int t = 0; t < 120; t++) {
    sg_arena_mark mark = sg_arena_here(b.mem);
    int64_t P = draw(&b, 1, 30), C = draw(&b, 1, 70);
    bool flag = draw(&b, 0, 1);
    const float *x[5] = { floats(&b, (P + 1) * C), floats(&b, P * C), floats(&b, P * C) };
    float *want = changes(&b, &sg_kernels_ref_f32, x, P, C, flag);
    for (int i = 0; i < N_ISA; i++)
      if (b.isa[i]) same_bits(changes(&b, b.isa[i], x, P, C, flag), want, 6 * (P + 1) * C, ISA[i]);
    sg_arena_reset(b.mem, mark);
  }
  sg_arena_free(b.mem);
}
END_TEST

START_TEST(changes_keep_nan)
{
  bed b;
  bed_start(&b);
  for (int i = 0; i < N_ISA; i++) {
    for (int at = 0; b.isa[i] && at < 4; at++) {
      float x[4 * 3] = {0}, zero[4 * 3] = {0}, y[5 * 3] = {0};
      x[at * 3 + 1] = NAN;
      b.isa[i]->max_span(4, 3, zero, x, zero, y);
      ck_assert(!isnan(y[0]) && isnan(y[1]) && !isnan(y[2]));
      ck_assert(!b.isa[i]->all_finite(12, x) && b.isa[i]->all_finite(at * 3 + 1, x));
      memset(y, 0, sizeof y);
      b.isa[i]->running_max(4, 3, x, false, y);
      ck_assert(!isnan(y[4 * 3]) && isnan(y[4 * 3 + 1]) && !isnan(y[at * 3 + 1]));
      memset(y, 0, sizeof y);
      b.isa[i]->running_max(4, 3, x, true, y);
      ck_assert(!isnan(y[0]) && isnan(y[1]) && !isnan(y[(at + 1) * 3 + 1]));
    }
  }
  sg_arena_free(b.mem);
}
END_TEST

/* ---- the way back ---------------------------------------------------------------------------- */

/* Results of its kernels one after another, n elements each; P positions of n channels in x[0]. The
 * result of select_shares takes two. */
enum { BACK = 8 };
static float *way_back(bed *b, const sg_kernels_f32 *k, float *x[5], int64_t P, int64_t n,
                       const int32_t *from, float epsilon)
{
  float *y = floats(b, BACK * n);
  int32_t *at = sg_arena_calloc(b->mem, (size_t) n + 1, sizeof *at);
  for (int64_t i = 0; i < BACK * n; i++) y[i] = 7;
  k->relu_back(n, x[0], x[4], y);
  bool flat = k->rescale(n, x[0], x[1], x[2], x[3], x[4], epsilon, y + n);
  const sg_maxima_f32 maxima = {
    .at_x = from, .at_r = from + n, .x = x[0], .r = x[1], .y = x[2], .q = x[3], .m = x[4],
    .least = flat
  };
  k->select_shares(n, &maxima, y + 2 * n, y + 3 * n);
  k->add_scaled(n, x[2][0], x[3], y + 4 * n);
  k->between(n, x[1], x[2], x[3][0], y + 5 * n);
  int64_t found = k->nonzeros(n, x[4], n, at);
  for (int64_t i = 0; i < n; i++) y[6 * n + i] = i < found ? (float) at[i] : flat ? -1 : -2;
  if (found > 0) ck_assert_int_eq(k->nonzeros(n, x[4], found - 1, at), found);
  k->first_equal(P, n, n, x[0], x[2], at);
  for (int64_t i = 0; i < n; i++) y[7 * n + i] = (float) at[i];
  return y;
}

/* Numbers with many equal ones and zeros among them. */
static float *coarse(bed *b, int64_t n)
{
  float *x = floats(b, n);
  for (int64_t i = 0; i < n; i++) x[i] = (float) draw(b, -3, 3) * 0.5f;
  return x;
}

START_TEST(way_back_is_the_reference)
{
  bed b;
  bed_start(&b);
  for (int t = 0; t < 300; t++) {
    sg_arena_mark mark = sg_arena_here(b.mem);
    int64_t P = draw(&b, 1, 12), n = draw(&b, 1, 150);
    float *x[5] = { coarse(&b, P * n), t % 2 ? coarse(&b, n) : floats(&b, n), coarse(&b, n),
                    floats(&b, n), coarse(&b, n) };
    int32_t *from = sg_arena_alloc(b.mem, (size_t) (2 * n), sizeof *from);
    for (int64_t i = 0; i < 2 * n; i++) from[i] = (int32_t) draw(&b, 0, n - 1);
    for (int64_t i = 0; i < n; i++) if (draw(&b, 0, 3) && t % 3) x[4][i] = 0;
    if (t % 5 == 0) x[0][draw(&b, 0, P * n - 1)] = x[2][draw(&b, 0, n - 1)] = NAN;
    float epsilon = t % 4 ? 1e-7f : 0.6f;
    float *want = way_back(&b, &sg_kernels_ref_f32, x, P, n, from, epsilon);
    for (int i = 0; i < N_ISA; i++)
      if (b.isa[i])
        same_bits(way_back(&b, b.isa[i], x, P, n, from, epsilon), want, BACK * n, ISA[i]);
    sg_arena_reset(b.mem, mark);
  }
  sg_arena_free(b.mem);
}
END_TEST

START_TEST(first_equal_is_the_first)
{
  bed b;
  bed_start(&b);
  for (int i = 0; i < N_ISA; i++) {
    float x[4 * 3] = { 1, NAN, 5, 2, NAN, 5, 2, 3, 5, 2, 3, 5 }, y[3] = { 2, NAN, 4 };
    int32_t at[3] = { 9, 9, 9 };
    if (!b.isa[i]) continue;
    b.isa[i]->first_equal(4, 3, 3, x, y, at);
    ck_assert(at[0] == 1 && at[1] == 0 && at[2] == 0);
    y[1] = 3;
    b.isa[i]->first_equal(4, 3, 3, x, y, at);
    ck_assert_int_eq(at[1], 2);
  }
  sg_arena_free(b.mem);
}
END_TEST

/* ---- choosing -------------------------------------------------------------------------------- */

START_TEST(isa_is_chosen_by_name)
{
  const sg_kernels_f32 *k;
  sg_err err;
  setenv("SEQGLOSS_ISA", "baseline", 1);
  ck_assert_int_eq(sg_kernels_get_f32(NULL, &k, &err), SG_OK);
  ck_assert_str_eq(k->isa, "baseline");
  setenv("SEQGLOSS_ISA", "mmx", 1);
  ck_assert_int_eq(sg_kernels_get_f32(NULL, &k, &err), SG_EINVAL);
  ck_assert_ptr_null(k);
  ck_assert_ptr_nonnull(strstr(err.text, "SEQGLOSS_ISA"));
  ck_assert_ptr_nonnull(strstr(err.text, "mmx"));
  ck_assert_int_eq(sg_kernels_get_f32("baseline", &k, NULL), SG_OK);
  setenv("SEQGLOSS_ISA", "", 1);
  ck_assert_int_eq(sg_kernels_get_f32(NULL, &k, &err), SG_OK);
  ck_assert_ptr_nonnull(k);
  unsetenv("SEQGLOSS_ISA");
}
END_TEST

/* Says on stderr which instruction sets were not tested. */
START_TEST(lacking_isas_are_named)
{
  const sg_kernels_f32 *k;
  sg_err err;
  for (int i = 0; i < N_ISA; i++)
    if (sg_kernels_get_f32(ISA[i], &k, &err)) fprintf(stderr, "# not tested: %s\n", err.text);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("kernels");
  TCase *t = tcase_create("kernels");
  tcase_add_test(t, products_are_the_reference);
  tcase_add_test(t, reference_is_the_sum);
  tcase_add_test(t, equal_rows_give_equal_bits);
  tcase_add_test(t, nan_stays_in_its_row);
  tcase_add_test(t, tables_give_the_sums);
  tcase_add_test(t, equal_windows_give_equal_bits);
  tcase_add_test(t, rows_are_the_reference);
  tcase_add_test(t, depthwise_is_the_reference);
  tcase_add_test(t, narrow_has_the_bits_of_the_product);
  tcase_add_test(t, sliding_windows_are_the_reference);
  tcase_add_test(t, max_keeps_nan);
  tcase_add_test(t, changes_are_the_reference);
  tcase_add_test(t, changes_keep_nan);
  tcase_add_test(t, way_back_is_the_reference);
  tcase_add_test(t, first_equal_is_the_first);
  tcase_add_test(t, isa_is_chosen_by_name);
  tcase_add_test(t, lacking_isas_are_named);
  suite_add_tcase(s, t);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed != 0;
}
