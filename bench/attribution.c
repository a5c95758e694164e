/* bench/attribution.c: time of explaining one sequence, through the library alone.
 *
 * usage: attribution METHOD MODEL SECONDS [OUTPUT [RULE]]
 *
 * Prints "seconds-per-sequence bytes method instruction-set residual". Unit 0 of output OUTPUT, one
 * thread; deeplift: 20 references (random sequences; RULE 0 genomics, 1 rescale, 2 revealcancel),
 * intgrad: the zero baseline and 50 steps. The time is the least of the rounds.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "seqgloss/attribute.h"

enum { REFERENCES = 20, SEQUENCES = 8 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
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
  j->L = sg_plan_length(j->plan);
  size_t n = (size_t)j->L * (SEQUENCES + REFERENCES);
  j->codes = malloc(n);
  j->scores = malloc(8 * (size_t)j->L * sizeof *j->scores);
  if (!j->codes || !j->scores) return sg_fail(err, SG_ENOMEM, "out of memory");
  uint32_t state = 12345;
  for (size_t i = 0; i < n; i++) {
    state = state * 1664525u + 1013904223u;
    j->codes[i] = (uint8_t)(state >> 30);
  }
  return SG_OK;
}

int main(int argc, char **argv) {
  if (argc < 4 || argc > 6) {
    fprintf(stderr, "usage: attribution METHOD MODEL SECONDS [OUTPUT [RULE]]\n");
    return 2;
  }
  job j = { 0 };
  sg_err err = { 0 };
  double least = INFINITY, residual = 0;
  int output = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 0;
  int rule = argc > 5 ? (int)strtol(argv[5], NULL, 10) : 1, i = 0;
  if (prepare(&j, argv[1], argv[2], output, rule, &err)) return fail(&err, argv[2]);
  bool deeplift = !strcmp(argv[1], "deeplift");
  uint8_t *zero = malloc((size_t)j.L + 1);
  if (!zero) return EXIT_FAILURE;
  memset(zero, SG_CODE_N_ZERO, (size_t)j.L);
  for (double end = now() + strtod(argv[3], NULL); now() < end || i < 3; i++) {
    sg_input in = { .codes = j.codes + (i % SEQUENCES) * j.L };
    sg_explain_item item = { .inputs = &in, .n_references = deeplift ? REFERENCES : 1,
                             .reference_codes = deeplift ? j.codes + SEQUENCES * j.L : zero };
    sg_explain_score score = { .hypothetical = j.scores, .contribution = j.scores + 4 * j.L };
    double start = now();
    if (sg_explain_run(j.session, &item, &score, &err)) return fail(&err, argv[1]);
    least = fmin(least, now() - start);
    if (!(score.residual <= residual)) residual = score.residual;
  }
  printf("%.6g %zu %s %s %.2g\n", least, sg_explain_bytes(j.session), argv[1], sg_plan_isa(j.plan),
         residual);
  sg_explain_free(j.session);
  sg_explain_plan_free(j.explain);
  sg_plan_free(j.plan);
  sg_model_free(j.model);
  free(zero);
  free(j.codes);
  free(j.scores);
  return EXIT_SUCCESS;
}
