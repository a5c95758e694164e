/* golden/editlab.c: random edits and commits on one network, against full evaluation.
 *
 * Contents
 *   1. random bases and edits
 *   2. distances, commits
 *   3. laws
 */
#include "golden/editlab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "golden/golden.h"
#include "seqgloss/seq.h"

/* ---- 1. Bases and edits ------------------------------------------------------------ */

/* Commits are fewer where full evaluation is dear: a large network is not another algorithm. */
enum { EDITS = 24, COMMITS = 30, FEW_COMMITS = 10 };
static const double DEAR = 1e6;

typedef struct lab {
  sg_rng rng;
  int64_t L, units;
  sg_plan *plan;
  sg_input input[16];
  float *other[16];
  uint8_t *codes, *symbols;      /* [L]; [EDITS][L] */
  sg_edit edit[EDITS];
  double *got, *want;            /* [EDITS][units] */
  sg_delta_plan *dp[2];
  sg_delta *d[3];                /* fast, full, fast on three threads */
} lab;

static uint8_t draw_symbol(lab *x)
{
  uint64_t r = sg_rng_below(&x->rng, 12);
  return r < 10 ? (uint8_t) (r % 4) : r == 10 ? SG_CODE_N_QUARTER : SG_CODE_N_ZERO;
}

/* A substitution, a mask, a tile, a shift of everything behind, an edit of nothing. */
static void draw_edit(lab *x, int i)
{
  sg_edit *e = &x->edit[i];
  uint8_t *s = x->symbols + i * x->L;
  int64_t kind = (int64_t) sg_rng_below(&x->rng, 8), L = x->L;
  e->pos = (int64_t) sg_rng_below(&x->rng, (uint64_t) L);
  if (kind == 7) e->pos = sg_rng_below(&x->rng, 2) ? 0 : L - 1;
  e->len = kind < 4 || kind == 7 ? 1 : kind == 4 ? 5 : kind == 5 ? L - e->pos : 0;
  if (e->len > L - e->pos) e->len = L - e->pos;
  e->symbols = s;
  for (int64_t k = 0; k < e->len; k++) s[k] = draw_symbol(x);
  if (kind == 5)
    for (int64_t k = 0; k + 2 < e->len; k++) s[k] = x->codes[e->pos + k + 2];
}

static bool start(lab *x, const sg_model *model, const sg_plan_opts *po, sg_rc rc, sg_err *err)
{
  if (sg_plan_new(model, sg_ops(), po, &x->plan, err)) {
    err->code = SG_EUNSUPPORTED;      /* others test what is refused */
    return false;
  }
  x->L = sg_plan_length(x->plan);
  x->codes = calloc((size_t) x->L + 1, 1);
  x->symbols = calloc((size_t) (x->L * EDITS) + 1, 1);
  for (int64_t i = 0; i < x->L; i++) x->codes[i] = (uint8_t) sg_rng_below(&x->rng, 4);
  for (int k = 0; k < sg_plan_inputs(x->plan); k++) {
    sg_io_info info;
    sg_plan_input(x->plan, k, &info);
    if (info.dna) x->input[k].codes = x->codes;
    else {
      x->other[k] = calloc((size_t) info.units + 1, sizeof(float));
      for (int64_t i = 0; i < info.units; i++)
        x->other[k][i] = (float) sg_rng_below(&x->rng, 1000) / 1000;
      x->input[k].data = x->other[k];
    }
  }
  sg_delta_opts o = sg_delta_opts_default();
  /* Logits where there are: a saturated sigmoid would hide everything. */
  sg_head head[16] = {{0}};
  sg_io_info out;
  o.n_heads = sg_plan_outputs(x->plan);
  for (int i = 0; i < o.n_heads && i < 16; i++)
    head[i] = (sg_head){i, !sg_plan_output_info(x->plan, i, &out) && out.has_logit, -1};
  if (o.n_heads <= 16) o.heads = head;
  o.rc = rc;
  for (int f = 0; f < 2; f++) {
    o.full = f == 1;
    if (sg_delta_plan_new(x->plan, &o, &x->dp[f], err) || sg_delta_new(x->dp[f], &x->d[f], err) ||
        sg_delta_base(x->d[f], x->input, err))
      return false;
  }
  if (sg_delta_new(x->dp[0], &x->d[2], err) || sg_delta_threads(x->d[2], 3, err) ||
      sg_delta_base(x->d[2], x->input, err))
    return false;
  x->units = sg_delta_units(x->dp[0]);
  x->got = calloc((size_t) (EDITS * x->units) + 1, sizeof *x->got);
  x->want = calloc((size_t) (EDITS * x->units) + 1, sizeof *x->want);
  return true;
}

static void stop(lab *x)
{
  for (int f = 0; f < 3; f++) sg_delta_free(x->d[f]);
  for (int f = 0; f < 2; f++) sg_delta_plan_free(x->dp[f]);
  for (int k = 0; k < 16; k++) free(x->other[k]);
  sg_plan_free(x->plan);
  free(x->codes);
  free(x->symbols);
  free(x->got);
  free(x->want);
}

/* ---- 2. One network ---------------------------------------------------------------- */

static double distance(const double *a, const double *b, int64_t n)
{
  double scale = 1, worst = 0;
  for (int64_t i = 0; i < n; i++)
    if (isfinite(b[i])) scale = fmax(scale, fabs(b[i]));
  for (int64_t i = 0; i < n; i++) {
    if (isnan(a[i]) && isnan(b[i])) continue;
    double off = a[i] == b[i] ? 0 : fabs(a[i] - b[i]) / scale;
    if (!(off <= worst)) worst = off;
  }
  return worst;
}

/* Random edits on both sessions; the distance, or NaN where one fails. */
static double try_edits(lab *x, sg_err *err)
{
  for (int i = 0; i < EDITS; i++) draw_edit(x, i);
  if (sg_delta_eval(x->d[0], EDITS, x->edit, x->got, err) ||
      sg_delta_eval(x->d[1], EDITS, x->edit, x->want, err))
    return NAN;
  return distance(x->got, x->want, EDITS * x->units);
}

/* Commits one edit on both: the bases must be equal, bit for bit. */
static bool commit_both(lab *x, sg_err *err)
{
  draw_edit(x, 0);
  if (sg_delta_commit(x->d[0], &x->edit[0], err) || sg_delta_commit(x->d[1], &x->edit[0], err) ||
      sg_delta_commit(x->d[2], &x->edit[0], err))
    return false;
  memcpy(x->codes, sg_delta_codes(x->d[0]), (size_t) x->L);
  sg_delta_value(x->d[0], x->got, err);
  sg_delta_value(x->d[1], x->want, err);
  for (int64_t u = 0; u < x->units; u++)
    if (x->got[u] != x->want[u] && !(isnan(x->got[u]) && isnan(x->want[u]))) {
      snprintf(err->text, sizeof err->text, "unit %d of the base is %.9g, not %.9g", (int) u,
               x->got[u], x->want[u]);
      return false;
    }
  return true;
}

/* Edits outside the sequence, and symbols that are no codes, are refused by name. */
static bool refuses(lab *x, sg_err *err)
{
  uint8_t bad = SG_CODE_INVALID, a = 0;
  const sg_edit wrong[] = {{0, 1, &bad}, {-1, 1, &a}, {x->L, 1, &a}, {0, -1, &a}};
  for (int i = 0; i < 4; i++)
    if (sg_delta_eval(x->d[0], 1, &wrong[i], x->want, err) != SG_EINVAL ||
        sg_delta_commit(x->d[0], &wrong[i], err) != SG_EINVAL) {
      snprintf(err->text, sizeof err->text, "wrong edit %d is taken", i);
      return false;
    }
  err->text[0] = '\0';
  return true;
}

/* ---- 3. Laws ----------------------------------------------------------------------- */

/* An edit gives the same bits alone and in company. */
static bool company(lab *x, sg_err *err)
{
  for (int i = 0; i < EDITS; i++) {
    if (sg_delta_eval(x->d[0], 1, &x->edit[i], x->want, err)) return false;
    for (int64_t u = 0; u < x->units; u++)
      if (x->want[u] != x->got[i * x->units + u] && !isnan(x->want[u])) {
        snprintf(err->text, sizeof err->text, "edit %d of %d at %d: %.9g alone, %.9g in company",
                 i, (int) x->edit[i].len, (int) x->edit[i].pos, x->want[u],
                 x->got[i * x->units + u]);
        return false;
      }
  }
  return true;
}

/* Edits that a team of threads takes up: enough of them to be worth it. */
static int64_t team_size(const lab *x)
{
  sg_delta_layer layer;
  double madds = 1;
  for (int i = 0; sg_delta_plan_layer(x->dp[0], i, &layer); i++) madds += layer.madds;
  double n = 2e6 / madds + 2 * EDITS;
  return n < 20000 ? (int64_t) n : 20000;
}

/* Edits shared by three threads, whose sessions follow bases and commits late, give the same bits.
 * x->got are the values of x->edit. */
static bool teamwork(lab *x, sg_err *err)
{
  int64_t n = team_size(x), bad = -1;
  sg_edit *edit = calloc((size_t) n, sizeof *edit);
  double *value = calloc((size_t) (n * x->units) + 1, sizeof *value);
  for (int64_t i = 0; edit && i < n; i++) edit[i] = x->edit[i % EDITS];
  bool good = edit && value && !sg_delta_eval(x->d[2], n, edit, value, err);
  for (int64_t i = 0; good && i < n * x->units; i++) {
    double want = x->got[i % (EDITS * x->units)];
    if (value[i] != want && !isnan(want)) bad = i / x->units;
  }
  if (bad >= 0)
    snprintf(err->text, sizeof err->text, "edit %d of %d differs on threads", (int) bad, (int) n);
  free(edit);
  free(value);
  return good && bad < 0;
}

void editlab_check(const char *name, const sg_model *model, const sg_plan_opts *po, sg_rc rc)
{
  lab x = { 0 };
  sg_err err = { 0 };
  char what[600];
  double worst = 0, tol = po->float64 ? 1e-9 : 2e-5;
  snprintf(what, sizeof what, "%s%s%s", name, po->float64 ? ", double" : "",
           rc == SG_RC_MAX ? ", --rc max" : "");
  sg_rng_seed(&x.rng, 11);
  bool good = start(&x, model, po, rc, &err);
  if (!good && err.code == SG_EUNSUPPORTED) {
    golden_skip(what, err.text);
    stop(&x);
    return;
  }
  if (good) worst = try_edits(&x, &err);
  if (good) good = company(&x, &err) && refuses(&x, &err) && teamwork(&x, &err);
  int commits = good && sg_delta_count(x.d[0]).full_madds > DEAR ? FEW_COMMITS : COMMITS;
  for (int i = 0; good && i < commits; i++) {
    good = commit_both(&x, &err);
    double off = good && i % 5 == 0 ? try_edits(&x, &err) : 0;
    if (good && i == 5) good = teamwork(&x, &err);
    if (!(off <= worst)) worst = off;
  }
  golden_ok(good && worst <= tol, what, "worst %.2g %s", worst, err.text);
  stop(&x);
}
