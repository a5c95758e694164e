/* conformance/check_attribution.c: laws of attribution on random graphs (plots.h), in double.
 *
 *   complete    DeepLIFT under every rule: contributions to f(x) - f(reference) lose nothing, for
 *               every output and for references that differ much, little, and not at all
 *   equal       the sequence as its own reference: no contribution, exactly
 *   rows        hypothetical scores at the bases that are there are the projected contributions
 *   mean        several references together are the mean of each alone
 *   again       a session gives the same bits the second time
 *
 * Graphs with a layer that has no rule are refused by name, and counted.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/plots.h"
#include "golden/golden.h"
#include "seqgloss/attribute.h"

enum { REFS = 4 };

typedef struct trial {
  plot p;
  sg_plan *plan;
  sg_explain_target target;
  uint8_t x[64], refs[REFS][64];
  float hyp[4 * 64], con[4 * 64];
  sg_explain_score score;
  sg_err err;
} trial;

/* References: shuffled at random, equal but for one base, the sequence itself, zeros. */
static void draw_sequences(trial *t, int seed)
{
  sg_rng rng;
  sg_rng_seed_item(&rng, 11, (uint64_t) seed);
  for (int64_t l = 0; l < t->p.L; l++) {
    t->x[l] = (uint8_t) sg_rng_below(&rng, 4);
    t->refs[0][l] = (uint8_t) sg_rng_below(&rng, 4);
    t->refs[1][l] = t->refs[2][l] = t->x[l];
    t->refs[3][l] = SG_CODE_N_ZERO;
  }
  t->refs[1][t->p.L / 2] = (uint8_t) ((t->x[t->p.L / 2] + 1) % 4);
}

static sg_status explain(trial *t, sg_deeplift_rule rule, int first, int n, bool twice)
{
  sg_explain_opts o = sg_explain_opts_default();
  sg_explain_plan *plan = NULL;
  sg_explain *s = NULL;
  sg_input in = {.codes = t->x};
  uint8_t refs[REFS * 64];
  o.rule = rule;
  o.targets = &t->target;
  o.n_targets = 1;
  for (int j = 0; j < n; j++) memcpy(refs + j * t->p.L, t->refs[first + j], (size_t) t->p.L);
  sg_explain_item item = {.inputs = &in, .n_references = n, .reference_codes = refs};
  t->score = (sg_explain_score){.hypothetical = t->hyp, .contribution = t->con};
  sg_status status = sg_explain_plan_new(t->plan, "deeplift", &o, &plan, &t->err);
  if (!status) status = sg_explain_new(plan, &s, &t->err);
  for (int k = 0; !status && k <= twice; k++) status = sg_explain_run(s, &item, &t->score, &t->err);
  sg_explain_free(s);
  sg_explain_plan_free(plan);
  return status;
}

static bool finite_scores(const trial *t)
{
  for (int64_t i = 0; i < 4 * t->p.L; i++)
    if (!isfinite(t->con[i]) || !isfinite(t->hyp[i]) || fabsf(t->con[i]) > 1e6f) return false;
  return isfinite(t->score.value) && isfinite(t->score.reference) &&
         fabs(t->score.value) < 1e6 && fabs(t->score.reference) < 1e6;
}

/* Greatest difference between hypothetical scores at the bases and summed contributions. */
static double rows_error(const trial *t)
{
  double e = 0, top = 1;
  for (int64_t l = 0; l < t->p.L; l++) {
    double sum = 0;
    for (int b = 0; b < 4; b++) {
      sum += (double) t->con[b * t->p.L + l];
      if (fabs((double) t->con[b * t->p.L + l]) > top) top = fabs((double) t->con[b * t->p.L + l]);
    }
    double d = fabs(sum - (double) t->hyp[t->x[l] * t->p.L + l]);
    if (!(d <= e)) e = d;
  }
  return e / top;
}

typedef struct tally { int complete, refused, unusable; } tally;

static void one_target(trial *t, const char *name, tally *n)
{
  static const char *const rules[] = {"genomics", "rescale", "revealcancel"};
  for (int rule = 0; rule < 3; rule++) {
    char what[160];
    double lost = 0, rows = 0, mean[4 * 64] = {0}, gap = 0;
    bool good = true, usable = true;
    snprintf(what, sizeof what, "%s, output %d, %s", name, t->target.output, rules[rule]);
    for (int j = 0; j < REFS && usable; j++) {
      sg_status s = explain(t, (sg_deeplift_rule) rule, j, 1, false);
      if (s == SG_EUNSUPPORTED && strstr(t->err.text, "no rule")) {
        n->refused++;
        return;
      }
      if (s || !finite_scores(t)) {
        usable = !s;
        good = good && !s;
        usable = false;
        break;
      }
      if (!(t->score.residual <= lost)) lost = t->score.residual;
      double r = rows_error(t);
      if (!(r <= rows)) rows = r;
      for (int64_t i = 0; i < 4 * t->p.L; i++) {
        mean[i] += (double) t->con[i] / REFS;
        if (j == 2 && t->con[i] != 0) good = false;
      }
    }
    if (!usable && good) {
      n->unusable++;
      continue;
    }
    good = good && !explain(t, (sg_deeplift_rule) rule, 0, REFS, false);
    for (int64_t i = 0; i < 4 * t->p.L; i++) {
      double d = fabs((double) t->con[i] - mean[i]) / fmax(1, fabs(mean[i]));
      if (!(d <= gap)) gap = d;
    }
    float once[4 * 64];
    memcpy(once, t->con, sizeof once);
    good = good && !explain(t, (sg_deeplift_rule) rule, 0, REFS, true) &&
           !memcmp(once, t->con, 4 * (size_t) t->p.L * sizeof *once);
    golden_ok(good && lost <= 1e-7 && rows <= 1e-5 && gap <= 1e-5, what,
              " lost %.2g, rows %.2g, mean %.2g %s", lost, rows, gap, good ? "" : t->err.text);
    n->complete++;
  }
}

static void one_graph(int seed, tally *n)
{
  trial t = {.plan = NULL};
  char name[64];
  plot_grow(&t.p, seed, true);
  draw_sequences(&t, seed);
  snprintf(name, sizeof name, "graph %d", seed);
  sg_plan_opts po = sg_plan_opts_default();
  po.backward = po.float64 = true;
  po.no_simplify = seed % 2;
  if (sg_plan_new(&t.p.model, sg_ops(), &po, &t.plan, &t.err)) {
    golden_ok(false, name, "%s", t.err.text);
    plot_free(&t.p);
    return;
  }
  for (int o = 0; o < sg_plan_outputs(t.plan); o++) {
    sg_io_info info;
    sg_plan_output_info(t.plan, o, &info);
    t.target = (sg_explain_target){.output = o, .logit = info.has_logit && o % 2,
                                   .unit = info.units / 2};
    one_target(&t, name, n);
  }
  sg_plan_free(t.plan);
  plot_free(&t.p);
}

int main(int argc, char **argv)
{
  int from = argc > 1 ? (int) strtol(argv[1], NULL, 10) : 0, many = argc > 1 ? 1 : 150;
  tally n = {0};
  for (int i = from; i < from + many; i++) one_graph(i, &n);
  if (argc < 2)
    golden_ok(n.complete > 3 * (n.refused + n.unusable), "most graphs have a rule for all layers",
              " %d explained, %d refused, %d overflow", n.complete, n.refused, n.unusable);
  return golden_end();
}
