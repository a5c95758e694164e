/* bench/forward.c: time of one forward pass, through the library alone: no process start, no
 * reading of sequences.
 *
 * usage: forward MODEL BATCH SECONDS THREADS [CODES OUTPUTS]
 *
 * Prints "seconds-per-sequence batch threads instruction-set largest-difference". BATCH 0 leaves
 * the choice to the library. Each thread has an sg_exec of its own and works on its own sequences;
 * the time is the least of many rounds, where a round ends when the slowest thread does. CODES
 * (uint8, 0..3) and OUTPUTS (float32, first output, framework order) are checked before timing.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <math.h>
#include <time.h>

#include "seqgloss/engine.h"

typedef struct worker {
  pthread_t thread;
  sg_exec *exec;
  uint8_t *codes;              /* [batch][L] */
  int batch;
  int rounds;                  /* forward passes of one measurement */
  double seconds;
  sg_status status;
  sg_err err;
} worker;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int fail(const sg_err *err, const char *what) {
  fprintf(stderr, "forward: %s: %s\n", what, err->text);
  return EXIT_FAILURE;
}

/* Runs the worker's batch `rounds` times. */
static void *work(void *arg) {
  worker *w = arg;
  sg_input in = { .codes = w->codes };
  double start = now();
  for (int i = 0; i < w->rounds && !w->status; i++)
    w->status = sg_exec_forward(w->exec, w->batch, &in, &w->err);
  w->seconds = now() - start;
  return NULL;
}

/* Wall time of one round on all workers; < 0 when one failed. */
static double measure(worker *w, int threads) {
  double start = now();
  for (int t = 1; t < threads; t++)
    if (pthread_create(&w[t].thread, NULL, work, &w[t])) return -1;
  work(&w[0]);
  for (int t = 1; t < threads; t++) pthread_join(w[t].thread, NULL);
  double took = now() - start;
  for (int t = 0; t < threads; t++)
    if (w[t].status) return -1;
  return took;
}

/* Largest |a - b| / max(1, max |b|) between our first output and the file's; NaN where they cannot
 * be compared. */
static double difference(sg_exec *exec, const sg_plan *plan, const char *codes_path,
                         const char *out_path) {
  double worst = NAN, scale = 1;
  int64_t L = sg_plan_length(plan);
  int n = sg_exec_batch(exec) < 64 ? sg_exec_batch(exec) : 64;
  sg_io_info info;
  if (sg_plan_output_info(plan, 0, &info)) return NAN;
  size_t units = (size_t)info.units, rows = (size_t)n;
  uint8_t *codes = malloc(rows * (size_t)L);
  float *a = malloc(rows * units * sizeof *a), *b = malloc(rows * units * sizeof *b);
  FILE *fc = fopen(codes_path, "rb"), *fo = fopen(out_path, "rb");
  if (!codes || !a || !b || !fc || !fo) goto done;
  if (fread(codes, (size_t)L, rows, fc) != rows) goto done;
  if (fread(b, sizeof *b, rows * units, fo) != rows * units) goto done;
  sg_input in = { .codes = codes };
  if (sg_exec_forward(exec, n, &in, NULL) || sg_exec_output(exec, 0, false, a, NULL)) goto done;
  worst = 0;
  for (size_t i = 0; i < rows * units; i++) scale = fmax(scale, fabs((double)b[i]));
  for (size_t i = 0; i < rows * units; i++) {
    double d = fabs((double)a[i] - (double)b[i]) / scale;
    if (!(d <= worst)) worst = d;
  }
done:
  if (fc) fclose(fc);
  if (fo) fclose(fo);
  free(codes);
  free(a);
  free(b);
  return worst;
}

/* Scratch and random sequences of `threads` workers. */
static sg_status prepare(worker *w, int threads, const sg_plan *plan, int batch, sg_err *err) {
  size_t L = (size_t)sg_plan_length(plan);
  uint32_t state = 12345;
  for (int t = 0; t < threads; t++) {
    sg_status status = sg_exec_new(plan, batch, 0, &w[t].exec, err);
    if (status) return status;
    w[t].batch = sg_exec_batch(w[t].exec);
    w[t].codes = malloc((size_t)w[t].batch * L);
    if (!w[t].codes) return sg_fail(err, SG_ENOMEM, "out of memory");
    for (size_t i = 0; i < (size_t)w[t].batch * L; i++) {
      state = state * 1664525u + 1013904223u;
      w[t].codes[i] = (uint8_t)(state >> 30);
    }
  }
  return SG_OK;
}

int main(int argc, char **argv) {
  if (argc != 5 && argc != 7) {
    fprintf(stderr, "usage: forward MODEL BATCH SECONDS THREADS [CODES OUTPUTS]\n");
    return 2;
  }
  int batch = (int)strtol(argv[2], NULL, 10), threads = (int)strtol(argv[4], NULL, 10);
  double seconds = strtod(argv[3], NULL), least = INFINITY, off = 0;
  sg_err err = { 0 };
  sg_model *model = NULL;
  sg_plan *plan = NULL;
  sg_model_opts mopts = sg_model_opts_default();
  sg_plan_opts popts = sg_plan_opts_default();
  worker *w = threads > 0 ? calloc((size_t)threads, sizeof *w) : NULL;
  if (!w) return EXIT_FAILURE;
  if (sg_model_load(argv[1], sg_ops(), &mopts, &model, &err)) return fail(&err, argv[1]);
  if (sg_plan_new(model, sg_ops(), &popts, &plan, &err)) return fail(&err, argv[1]);
  if (prepare(w, threads, plan, batch, &err)) return fail(&err, argv[1]);
  if (argc == 7) off = difference(w[0].exec, plan, argv[5], argv[6]);

  /* A measurement takes about 20 ms, so that starting the threads does not count. */
  for (int t = 0; t < threads; t++) w[t].rounds = 1;
  double once = measure(w, 1);
  if (once < 0) return fail(&w[0].err, "forward");
  once = measure(w, 1);
  for (int t = 0; t < threads; t++) w[t].rounds = once > 0.02 ? 1 : 1 + (int)(0.02 / once);
  for (double end = now() + seconds; now() < end;) {
    double took = measure(w, threads);
    if (took < 0) return fail(&w[0].err, "forward");
    least = fmin(least, took / ((double)w[0].rounds * w[0].batch * threads));
  }
  printf("%.6g %d %d %s %.2g\n", least, w[0].batch, threads, sg_plan_isa(plan), off);

  for (int t = 0; t < threads; t++) {
    sg_exec_free(w[t].exec);
    free(w[t].codes);
  }
  free(w);
  sg_plan_free(plan);
  sg_model_free(model);
  return 0;
}
