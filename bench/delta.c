/* bench/delta.c: time of mutagenesis and of backward selection, through the library alone.
 *
 * usage: delta [options] ism|sis MODEL
 *   -s SECONDS   what a measurement may take (default 2); what would take longer is done by
 *                proportion, and the output says so
 *   -t THREADS   so many threads, each with a session and a sequence of its own (default 1)
 *   -f           every edit from scratch (sg_delta_opts.full)
 *   -p PREFIX    compare with what peers.py left in PREFIX.codes, PREFIX.ism.* and PREFIX.sis.*
 *
 * ism: the outputs, all of them, at the 3L substitutions of one sequence, in one sg_delta_eval.
 * sis: one backward selection for the first output unit, L (L + 1) / 2 evaluations: of all
 * positions left the one whose masking (0.25) leaves the output largest is masked, down to nothing.
 *
 * Prints lines "key value": README.md beside this file explains them. bench/run reads them.
 */
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "compare.h"

typedef struct options {
  bool sis, full;
  double seconds;
  int threads;
  const char *model, *prefix;
} options;

/* A thread of a measurement. */
typedef struct worker {
  pthread_t thread;
  walk walk;
  uint8_t *codes;
  const walk_job *job;
  int rounds;                 /* times that the job is done */
  double seconds;             /* of one job, on average over the rounds */
  sg_status status;
  sg_err err;
} worker;

static int fail(const sg_err *err, const char *what) {
  fprintf(stderr, "delta: %s: %s\n", what, err->text);
  return EXIT_FAILURE;
}

/* ---- Measuring ----------------------------------------------------------------------- */

static void *work(void *arg) {
  worker *w = arg;
  w->seconds = 0;
  for (int i = 0; i < w->rounds && !w->status; i++) {
    w->status = walk_run(&w->walk, w->job, &w->err);
    w->seconds += w->walk.seconds / w->rounds;
  }
  return NULL;
}

/* The job on all threads at once; seconds per sequence: the slowest's share. */
static sg_status measure(worker *w, int threads, double *ret_seconds, sg_err *err) {
  int started = 1;
  sg_status status = SG_OK;
  while (started < threads && !pthread_create(&w[started].thread, NULL, work, &w[started]))
    started++;
  work(&w[0]);
  for (int t = 1; t < started; t++) pthread_join(w[t].thread, NULL);
  if (started < threads) return sg_fail(err, SG_EINTERNAL, "cannot start a thread");
  *ret_seconds = 0;
  for (int t = 0; t < threads && !status; t++) {
    *ret_seconds = fmax(*ret_seconds, w[t].seconds / threads);
    if ((status = w[t].status)) *err = w[t].err;
  }
  return status;
}

/* Chooses the job that fits the time: whole, or as many edits at once as the time allows. Every
 * thread has done something by then, so that its buffers are there. */
static sg_status choose(worker *w, const options *o, walk_job *job, sg_err *err) {
  int64_t L = w[0].walk.length, all = o->sis ? L * (L + 1) / 2 : 3 * L;
  double start, took = 0;
  *job = (walk_job){ .sis = o->sis, .most = 24 };
  for (int i = 0; i < 2; i++) {       /* the second time counts: the first fills caches */
    start = walk_now();
    sg_status status = measure(w, o->threads, &took, err);
    if (status) return status;
    took = walk_now() - start;
  }
  double edit = took / (double)w[0].walk.evaluated;
  /* By proportion a job is repeated at least twice, and a selection has ten steps. */
  double room = o->seconds / edit / (o->sis ? 20 : 2);
  job->whole = edit * (double)all <= o->seconds;
  job->most = o->sis ? L : all;
  if (!job->whole && room < (double)job->most) job->most = room > 24 ? (int64_t)room : 24;
  if (!o->sis && job->most == all) job->whole = true;
  /* A measurement takes about 20 ms, so that starting the threads does not count. */
  double job_seconds = edit * (double)(job->whole ? all : job->most);
  for (int t = 0; t < o->threads; t++)
    w[t].rounds = job_seconds < 0.02 ? 1 + (int)(0.02 / job_seconds) : 1;
  return SG_OK;
}

/* Least seconds per sequence of the rounds that the time allows; at least two. */
static sg_status repeat(worker *w, const options *o, double *ret_least, int *ret_repeats,
                        sg_err *err) {
  double end = walk_now() + o->seconds, seconds = 0;
  *ret_least = INFINITY;
  for (*ret_repeats = 0; *ret_repeats < 2 || walk_now() < end; ++*ret_repeats) {
    sg_status status = measure(w, o->threads, &seconds, err);
    if (status) return status;
    *ret_least = fmin(*ret_least, seconds);
  }
  return SG_OK;
}

/* ---- Preparing ----------------------------------------------------------------------- */

/* The first `threads` sequences of PREFIX.codes, or random ones. */
static sg_status take_codes(const options *o, worker *w, int64_t L, sg_err *err) {
  FILE *f = o->prefix ? compare_open(o->prefix, "codes") : NULL;
  uint32_t state = 12345;
  bool good = true;
  for (int t = 0; t < o->threads && good; t++) {
    w[t].codes = malloc((size_t)L);
    good = w[t].codes != NULL;
    if (good && f) good = fread(w[t].codes, 1, (size_t)L, f) == (size_t)L;
    for (int64_t i = 0; good && !f && i < L; i++) {
      state = state * 1664525u + 1013904223u;
      w[t].codes[i] = (uint8_t)(state >> 30);
    }
  }
  if (f) fclose(f);
  return good ? SG_OK : sg_fail(err, SG_EIO, "no sequences: out of memory, or a short codes file");
}

static sg_status make_workers(const options *o, const sg_delta_plan *plan, int64_t L, worker *w,
                              const walk_job *job, sg_err *err) {
  sg_status status = take_codes(o, w, L, err);
  for (int t = 0; t < o->threads && !status; t++) {
    w[t].job = job;
    w[t].rounds = 1;
    status = walk_init(&w[t].walk, plan, L, w[t].codes, err);
  }
  return status;
}

static sg_status make_plan(const options *o, const sg_plan *plan, bool full,
                           sg_delta_plan **ret_plan, sg_err *err) {
  sg_delta_opts opts = sg_delta_opts_default();
  sg_head first = { .output = 0, .unit = 0 };
  opts.full = full;
  if (o->sis) {
    opts.heads = &first;
    opts.n_heads = 1;
  }
  return sg_delta_plan_new(plan, &opts, ret_plan, err);
}

/* ---- Output -------------------------------------------------------------------------- */

static void print_number(const char *key, double value) {
  if (isnan(value)) printf("%s -\n", key);
  else printf("%s %.4g\n", key, value);
}

static void print_times(const worker *w, const walk_job *job, double seconds, int repeats) {
  int64_t L = w->walk.length;
  printf("ms %.6g\nhow %s\nrepeats %d\n", 1e3 * seconds, job->whole ? "whole" : "by-proportion",
         repeats);
  printf("evaluated %" PRId64 "\nof %" PRId64 "\n", w->walk.evaluated,
         job->sis ? L * (L + 1) / 2 : 3 * L);
}

static void print_costs(const worker *w, const sg_plan *plan, double started) {
  struct rusage usage;
  sg_delta_counts c = sg_delta_count(w->walk.delta);
  double n = (double)(c.edits + c.commits);
  print_number("madds", c.madds > 0 ? c.madds / n : NAN);
  print_number("full-madds", n > 0 ? c.full_madds / n : NAN);
  print_number("madds-ratio", c.madds > 0 ? c.full_madds / c.madds : NAN);
  printf("session-MiB %.4g\n", (double)sg_delta_bytes(w->walk.delta) / (1 << 20));
  printf("start-ms %.4g\n", 1e3 * started);
  if (!getrusage(RUSAGE_SELF, &usage)) printf("peak-MiB %.4g\n", (double)usage.ru_maxrss / 1024);
  printf("isa %s\n", sg_plan_isa(plan));
}

/* Differences to full evaluation and to the peer, on the first worker's sequence. */
static sg_status print_differences(const options *o, const sg_plan *plan, worker *w,
                                   const walk_job *job, sg_err *err) {
  double full = NAN;
  comparison peer = { .worst = NAN };
  sg_delta_plan *dp = NULL;
  sg_status status = make_plan(o, plan, true, &dp, err);
  if (!status) status = compare_full(&w->walk, dp, o->sis, &full, err);
  sg_delta_plan_free(dp);
  if (!status && o->prefix && (job->whole || !o->sis))
    status = compare_peer(&w->walk, o->prefix, o->sis, &peer, err);
  if (status) return status;
  print_number("difference-full", full);
  print_number("difference-peer", peer.worst);
  printf("compared %" PRId64 "\n", peer.n);
  if (o->sis && peer.n) printf("steps-alike %" PRId64 "\n", peer.alike);
  return SG_OK;
}

static sg_status bench(const options *o, const sg_plan *plan, const sg_delta_plan *dp, worker *w,
                       double start, sg_err *err) {
  walk_job job = { 0 };
  double seconds = 0;
  int repeats = 0;
  sg_status status = make_workers(o, dp, sg_plan_length(plan), w, &job, err);
  double started = walk_now() - start;
  if (!status) status = choose(w, o, &job, err);
  if (!status) status = repeat(w, o, &seconds, &repeats, err);
  if (status) return status;
  printf("task %s\nthreads %d\n", o->sis ? "sis" : "ism", o->threads);
  print_times(w, &job, seconds, repeats);
  print_costs(w, plan, started);
  return print_differences(o, plan, w, &job, err);
}

static bool parse(int argc, char **argv, options *o) {
  *o = (options){ .seconds = 2, .threads = 1 };
  for (int c; (c = getopt(argc, argv, "s:t:p:f")) != -1;) {
    if (c == 's') o->seconds = strtod(optarg, NULL);
    else if (c == 't') o->threads = (int)strtol(optarg, NULL, 10);
    else if (c == 'p') o->prefix = optarg;
    else if (c == 'f') o->full = true;
    else return false;
  }
  if (argc - optind != 2 || o->threads < 1 || !(o->seconds > 0)) return false;
  o->sis = argv[optind][0] == 's';
  o->model = argv[optind + 1];
  return true;
}

int main(int argc, char **argv) {
  options o;
  sg_err err = { 0 };
  sg_model *model = NULL;
  sg_plan *plan = NULL;
  sg_delta_plan *dp = NULL;
  sg_model_opts mopts = sg_model_opts_default();
  sg_plan_opts popts = sg_plan_opts_default();
  double start = walk_now();
  if (!parse(argc, argv, &o)) {
    fprintf(stderr, "usage: delta [-s SECONDS] [-t THREADS] [-f] [-p PREFIX] ism|sis MODEL\n");
    return 2;
  }
  worker *w = calloc((size_t)o.threads, sizeof *w);
  sg_status status = w ? SG_OK : sg_fail(&err, SG_ENOMEM, "out of memory");
  if (!status) status = sg_model_load(o.model, sg_ops(), &mopts, &model, &err);
  if (!status) status = sg_plan_new(model, sg_ops(), &popts, &plan, &err);
  if (!status && sg_plan_inputs(plan) != 1)
    status = sg_fail(&err, SG_EUNSUPPORTED, "a network with one input is wanted");
  if (!status) status = make_plan(&o, plan, o.full, &dp, &err);
  if (!status) status = bench(&o, plan, dp, w, start, &err);
  for (int t = 0; w && t < o.threads; t++) {
    walk_release(&w[t].walk);
    free(w[t].codes);
  }
  free(w);
  sg_delta_plan_free(dp);
  sg_plan_free(plan);
  sg_model_free(model);
  return status ? fail(&err, o.model) : EXIT_SUCCESS;
}
