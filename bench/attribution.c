/* bench/attribution.c: time of explaining one sequence, through the library alone.
 *
 * usage: attribution METHOD MODEL SECONDS [OUTPUT [RULE [PREFIX]]]
 *
 * Prints "seconds-per-sequence bytes method instruction-set residual peak-MiB difference": seconds
 * of processor time, the least of the rounds. Unit 0 of output OUTPUT, one thread; deeplift: 20
 * references (RULE 0 genomics, 1 rescale, 2 revealcancel), intgrad: the zero baseline and 50 steps;
 * shuffle: 20 dinucleotide shuffles. Sequences and references are random, or those of explainers.py
 * in PREFIX.seqs and PREFIX.refs; the difference is then the largest between the scores of the
 * first sequence and those in PREFIX.METHOD.scores, in units of their largest.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "seqgloss/attribute.h"
#include "seqgloss/seq.h"

enum { REFERENCES = 20, SEQUENCES = 8 };

/* Processor time: what else runs on the machine counts little. */
static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int fail(const sg_err *err, const char *what) {
  fprintf(stderr, "attribution: %s: %s\n", what, err->text);
  return EXIT_FAILURE;
}

typedef struct job {
  sg_model *model;
  sg_plan *plan;
  sg_explain_plan *explain;
  sg_explain *session;
  int64_t L;
  uint8_t *codes;              /* [SEQUENCES + REFERENCES][L] */
  float *scores;               /* [2][4][L] */
} job;

static sg_status prepare(job *j, const char *method, const char *path, int output, int rule,
                         sg_err *err) {
  sg_model_opts mopts = sg_model_opts_default();
  sg_plan_opts popts = sg_plan_opts_default();
  sg_explain_opts opts = sg_explain_opts_default();
  sg_explain_target target = { .output = output };
  sg_io_info info;
  popts.backward = true;
  sg_status status = sg_model_load(path, sg_ops(), &mopts, &j->model, err);
  if (!status) status = sg_plan_new(j->model, sg_ops(), &popts, &j->plan, err);
  if (status) return status;
  target.logit = !sg_plan_output_info(j->plan, output, &info) && info.has_logit;
  opts.targets = &target;
  opts.n_targets = 1;
  opts.rule = (sg_deeplift_rule)rule;
  status = sg_explain_plan_new(j->plan, method, &opts, &j->explain, err);
  if (!status) status = sg_explain_new(j->explain, &j->session, err);
  if (status) return status;
  return SG_OK;
}

/* n bytes of PREFIX ENDING. */
static sg_status read_file(const char *prefix, const char *ending, void *to, size_t n,
                           sg_err *err) {
  char path[4096];
  snprintf(path, sizeof path, "%s.%s", prefix, ending);
  FILE *f = fopen(path, "rb");
  size_t got = f ? fread(to, 1, n, f) : 0;
  if (f) fclose(f);
  return got == n ? SG_OK : sg_fail(err, SG_EIO, "%s: cannot be read, or is too short", path);
}

static sg_status fill_codes(job *j, const char *prefix, sg_err *err) {
  size_t L = (size_t)j->L, n = L * (SEQUENCES + REFERENCES);
  j->codes = malloc(n);
  j->scores = malloc(12 * L * sizeof *j->scores);
  if (!j->codes || !j->scores) return sg_fail(err, SG_ENOMEM, "out of memory");
  uint32_t state = 12345;
  for (size_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    j->codes[i] = (uint8_t)(state >> 30);
  }
  if (!prefix) return SG_OK;
  sg_status status = read_file(prefix, "seqs", j->codes, L * SEQUENCES, err);
  return status ? status : read_file(prefix, "refs", j->codes + L * SEQUENCES, L * REFERENCES, err);
}

/* Of the scores that were computed last, those of the first sequence. */
static sg_status compare(job *j, const char *method, const char *prefix, double *ret_off,
                         sg_err *err) {
  size_t n = 4 * (size_t)j->L;
  const float *ours = j->scores + (strcmp(method, "intgrad") ? 0 : n);
  float *theirs = j->scores + 2 * n;
  double most = 0, off = 0;
  char ending[64];
  snprintf(ending, sizeof ending, "%s.scores", method);
  sg_status status = read_file(prefix, ending, theirs, n * sizeof *theirs, err);
  for (size_t i = 0; !status && i < n; i++) {
    most = fmax(most, fabs((double)theirs[i]));
    off = fmax(off, fabs((double)theirs[i] - (double)ours[i]));
  }
  *ret_off = off / most;
  return status;
}

/* Sequence i; in `scores`. */
static sg_status explain(job *j, bool deeplift, const uint8_t *zero, int i,
                         sg_explain_score *score, sg_err *err) {
  sg_input in = { .codes = j->codes + i % SEQUENCES * j->L };
  sg_explain_item item = { .inputs = &in, .n_references = deeplift ? REFERENCES : 1,
                           .reference_codes = deeplift ? j->codes + SEQUENCES * j->L : zero };
  *score = (sg_explain_score){ .hypothetical = j->scores, .contribution = j->scores + 4 * j->L };
  return sg_explain_run(j->session, &item, score, err);
}

static sg_status time_shuffles(const job *j, double seconds, double *ret_least, sg_err *err) {
  sg_shuffler *shuffler = NULL;
  sg_shuffle_opts opts = sg_shuffle_opts_default();
  uint8_t *to = malloc((size_t)j->L * REFERENCES + 1);
  sg_status status = to ? sg_shuffler_new(&opts, &shuffler, err) : SG_ENOMEM;
  *ret_least = INFINITY;
  for (double end = now() + seconds; !status && now() < end;) {
    double start = now();
    status = sg_shuffle(shuffler, j->codes, j->L, 0, REFERENCES, to, NULL, err);
    *ret_least = fmin(*ret_least, now() - start);
  }
  sg_shuffler_free(shuffler);
  free(to);
  return status;
}

static sg_status time_method(job *j, const char *method, double seconds, double *ret_least,
                             double *ret_residual, sg_err *err) {
  bool deeplift = !strcmp(method, "deeplift");
  uint8_t *zero = malloc((size_t)j->L + 1);
  sg_explain_score score;
  sg_status status = zero ? SG_OK : SG_ENOMEM;
  if (zero) memset(zero, SG_CODE_N_ZERO, (size_t)j->L);
  *ret_least = INFINITY;
  *ret_residual = 0;
  int i = 0;
  for (double end = now() + seconds; !status && (now() < end || i < 3); i++) {
    double start = now();
    status = explain(j, deeplift, zero, i, &score, err);
    *ret_least = fmin(*ret_least, now() - start);
    if (!(score.residual <= *ret_residual)) *ret_residual = score.residual;
  }
  if (!status) status = explain(j, deeplift, zero, 0, &score, err);
  free(zero);
  return status;
}

int main(int argc, char **argv) {
  if (argc < 4 || argc > 7) {
    fprintf(stderr, "usage: attribution METHOD MODEL SECONDS [OUTPUT [RULE [PREFIX]]]\n");
    return 2;
  }
  job j = { 0 };
  sg_err err = { 0 };
  struct rusage usage;
  double least = INFINITY, residual = 0, off = NAN, seconds = strtod(argv[3], NULL);
  int output = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 0;
  int rule = argc > 5 ? (int)strtol(argv[5], NULL, 10) : 1;
  const char *prefix = argc > 6 ? argv[6] : NULL;
  bool shuffle = !strcmp(argv[1], "shuffle");
  sg_status status = prepare(&j, shuffle ? "gradient" : argv[1], argv[2], output, rule, &err);
  if (!status) j.L = sg_plan_length(j.plan);
  if (!status) status = fill_codes(&j, prefix, &err);
  if (!status) status = shuffle ? time_shuffles(&j, seconds, &least, &err)
                                : time_method(&j, argv[1], seconds, &least, &residual, &err);
  getrusage(RUSAGE_SELF, &usage);
  if (!status && prefix && !shuffle) status = compare(&j, argv[1], prefix, &off, &err);
  if (status) return fail(&err, argv[2]);
  printf("%.6g %zu %s %s %.2g %.1f %.2g\n", least, sg_explain_bytes(j.session), argv[1],
         sg_plan_isa(j.plan), residual, (double)usage.ru_maxrss / 1024, off);
  sg_explain_free(j.session);
  sg_explain_plan_free(j.explain);
  sg_plan_free(j.plan);
  sg_model_free(j.model);
  free(j.codes);
  free(j.scores);
  return EXIT_SUCCESS;
}
