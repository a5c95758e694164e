/* bench/kernels.c: speed of the products and of the look-up against OpenBLAS, on the shapes of the
 * reference networks.
 *
 * usage: kernels [ISA ...]      (default: the best of this CPU)
 *
 * One thread; best of several, in GFLOP/s. OpenBLAS is given rows that are already gathered: its
 * figures leave out what that costs. Not part of the tests.
 */
#include <cblas.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels/kernels.h"

typedef struct shape {
  const char *name;
  int64_t M, N, K, lda;
} shape;

static const shape SHAPES[] = {
  { "basset conv 2, overlapping rows", 200, 200, 3300, 300 },
  { "basset conv 3, overlapping rows", 50, 200, 1400, 200 },
  { "basset ISM, change of conv 2", 420, 2200, 300, 300 },
  { "basset ISM, change of conv 3", 300, 1400, 200, 200 },
  { "dense 1000 x 1000, 1 row", 1, 1000, 1000, 1000 },
  { "dense 1000 x 1000, 8 rows", 8, 1000, 1000, 1000 },
  { "dense 1000 x 1000, 60 rows", 60, 1000, 1000, 1000 },
  { "dense 1000 x 1000, 300 rows", 300, 1000, 1000, 1000 },
  { "deepstarr conv 2, overlapping rows", 124, 60, 768, 256 },
  { "deepstarr conv 3, overlapping rows", 62, 60, 300, 60 },
  { "deepstarr conv 4, overlapping rows", 31, 120, 180, 60 },
  { "bpnet dilated, taps gathered", 2082, 64, 192, 192 },
  { "bpnet dilated, one tap", 2082, 64, 64, 64 },
  { "bpnet profile, products of taps", 1074, 150, 64, 64 },
  { "zeng dense", 303, 32, 128, 128 },
  { "zeng conv as product", 6464, 128, 96, 96 },
};

enum { REPEATS = 15 };

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *take(size_t bytes)
{
  void *p = aligned_alloc(64, (bytes + 64 + 63) / 64 * 64);
  if (!p) {
    fprintf(stderr, "out of memory\n");
    exit(1);
  }
  memset(p, 0, bytes);
  return p;
}

static float *take_random(size_t n)
{
  float *p = take(n * sizeof *p);
  for (size_t i = 0; i < n; i++) p[i] = (float)rand() / (float)RAND_MAX - .5f;
  return p;
}

typedef struct work {
  const sg_kernels_f32 *kernels;
  sg_gemm_f32 gemm;            /* ours */
  sg_lookup_f32 lookup;
  const float *a, *b;          /* OpenBLAS's: dense rows, unpacked */
  float *c;
} work;

static void run_ours(const work *w)
{
  w->kernels->gemm(&w->gemm);
}

static void run_blas(const work *w)
{
  const sg_gemm_f32 *g = &w->gemm;
  int M = (int)g->M, N = (int)g->N, K = (int)g->seg_len;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, N, K, 1, w->a, K, w->b, N, 0, w->c, N);
}

static void run_lookup(const work *w)
{
  w->kernels->lookup(&w->lookup);
}

/* Seconds of one run: the best of REPEATS stretches of about 10 ms. */
static double best(void (*run)(const work *), const work *w, double flop)
{
  double least = 1e30;
  int times = (int)(1e9 / flop) + 1;
  for (int r = 0; r < REPEATS; r++) {
    double start = now();
    for (int i = 0; i < times; i++) run(w);
    double t = (now() - start) / times;
    if (t < least) least = t;
  }
  return least;
}

static void compare(const sg_kernels_f32 *kernels, const shape *s)
{
  work w = { .kernels = kernels };
  float *a = take_random((size_t)(s->M * s->lda + s->K)), *b = take_random((size_t)(s->K * s->N));
  float *gathered = take((size_t)(s->M * s->K) * sizeof *gathered);
  float *packed = take(kernels->pack_bytes(s->K, s->N));
  for (int64_t m = 0; m < s->M; m++)
    memcpy(gathered + m * s->K, a + m * s->lda, (size_t)s->K * sizeof *a);
  kernels->pack(s->K, s->N, b, s->N, 1, packed);
  w.gemm = (sg_gemm_f32){ .M = s->M, .N = s->N, .segs = 1, .seg_len = s->K, .A = a, .lda = s->lda,
                          .B = packed, .C = take((size_t)(s->M * s->N) * sizeof(float)),
                          .ldc = s->N };
  w.a = gathered;
  w.b = b;
  w.c = take((size_t)(s->M * s->N) * sizeof(float));
  double flop = 2. * (double)(s->M * s->N * s->K);
  double ours = best(run_ours, &w, flop), blas = best(run_blas, &w, flop);
  printf("%-9s %-35s %5" PRId64 " %5" PRId64 " %5" PRId64 "  ours %6.1f  OpenBLAS %6.1f  %5.2f\n",
         kernels->isa, s->name, s->M, s->N, s->K, flop / ours / 1e9, flop / blas / 1e9,
         blas / ours);
  free(a);
  free(b);
  free(gathered);
  free(packed);
  free(w.gemm.C);
  free(w.c);
}

/* A first layer of F filters and `taps` taps over L bases: microseconds of a sequence. */
static void time_lookup(const sg_kernels_f32 *kernels, const char *name, int64_t L, int64_t taps,
                        int64_t F)
{
  sg_lookup_def_f32 def = { .taps = taps, .dilation = 1, .F = F, .n_symbols = 5 };
  for (int c = 0; c < SG_LOOKUP_CODES; c++) def.symbol[c] = (int8_t)(c < 5 ? c : -1);
  float *rows = take_random((size_t)(taps * 5 * F));
  def.rows = rows;
  void *table = take(kernels->lookup_bytes(&def));
  kernels->lookup_prepare(&def, table);
  uint8_t *codes = take((size_t)L);
  for (int64_t i = 0; i < L; i++) codes[i] = (uint8_t)(rand() & 3);
  work w = { .kernels = kernels };
  w.lookup = (sg_lookup_f32){ .table = table, .codes = codes, .width = L, .first = taps / 2, .P = L,
                              .stride = 1, .y = take((size_t)(L * F) * sizeof(float)), .ldy = F,
                              .tmp = take(kernels->lookup_scratch(table, L, 1)) };
  double flop = 2. * (double)(L * F * taps * 4);
  double t = best(run_lookup, &w, flop / 10);
  printf("%-9s look-up %-27s %5" PRId64 " %5" PRId64 " %5" PRId64 "  %.2f us, as a product %.0f\n",
         kernels->isa, name, L, F, taps * 4, t * 1e6, flop / t / 1e9);
  free(rows);
  free(table);
  free(codes);
  free(w.lookup.y);
  free(w.lookup.tmp);
}

static int bench(const char *isa)
{
  const sg_kernels_f32 *kernels;
  sg_err err;
  if (sg_kernels_get_f32(isa, &kernels, &err)) {
    fprintf(stderr, "%s\n", err.text);
    return 1;
  }
  time_lookup(kernels, "zeng", 101, 24, 128);
  time_lookup(kernels, "deepstarr", 249, 7, 256);
  time_lookup(kernels, "basset", 600, 19, 300);
  time_lookup(kernels, "bpnet", 2114, 21, 64);
  for (size_t i = 0; i < sizeof SHAPES / sizeof *SHAPES; i++) compare(kernels, &SHAPES[i]);
  return 0;
}

int main(int argc, char **argv)
{
  int failed = 0;
  printf("%-9s %-35s %5s %5s %5s  GFLOP/s\n", "isa", "shape", "M", "N", "K");
  if (argc == 1) return bench(NULL);
  for (int i = 1; i < argc; i++) failed |= bench(argv[i]);
  return failed;
}
