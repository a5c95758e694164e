/* tests/golden/run_attribution.c: attributions against numbers of others.
 *
 * Contents
 *   1. one method on one network
 *   2. the attribution networks: torch, captum, tangermeme, and an independent Rescale
 *   3. tal_gata: DeepLIFT by its authors' package
 *   4. tal1: gradients by its authors
 *   5. completeness of every method that promises it
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden/golden.h"
#include "seqgloss/attribute.h"

/* ---- 1. One method ---- */

typedef struct lab {
  sg_model *model;
  sg_plan *plan[2];                /* float, double */
  int64_t L;
  sg_explain_target target;
  sg_err err;
} lab;

static bool lab_open(lab *b, const char *path, const char *weights)
{
  sg_model_opts o = sg_model_opts_default();
  *b = (lab) { .target = { .output = 0 } };
  o.weights = weights;
  if (sg_model_load(path, sg_ops(), &o, &b->model, &b->err)) return false;
  for (int k = 0; k < 2; k++) {
    sg_plan_opts po = sg_plan_opts_default();
    po.backward = po.no_fuse = true;
    po.float64 = k == 1;
    po.no_simplify = k == 1;      /* batch norm folded in float, as it is in double */
    if (sg_plan_new(b->model, sg_ops(), &po, &b->plan[k], &b->err)) return false;
  }
  b->L = sg_plan_length(b->plan[0]);
  sg_io_info info;
  b->target.logit = !sg_plan_output_info(b->plan[0], 0, &info) && info.has_logit;
  return true;
}

static void lab_close(lab *b)
{
  sg_plan_free(b->plan[0]);
  sg_plan_free(b->plan[1]);
  sg_model_free(b->model);
}

/* One-hot columns [4][L] as codes. */
static void encode(const double *v, int64_t L, uint8_t *codes)
{
  for (int64_t l = 0; l < L; l++) {
    codes[l] = SG_CODE_N_ZERO;
    for (uint8_t b = 0; b < 4; b++) if (v[b * L + l] > 0.5) codes[l] = b;
  }
}

typedef struct result { float *hyp, *con; double residual, value; } result;

static void result_free(result *r)
{
  free(r->hyp);
  free(r->con);
}

/* x[L], refs[n][L] codes. False: b->err. */
static bool explain(lab *b, bool f64, const char *method, const sg_explain_opts *opts,
                    const uint8_t *x, const uint8_t *refs, int n, result *r)
{
  sg_explain_plan *plan = NULL;
  sg_explain *s = NULL;
  sg_explain_opts o = *opts;
  sg_input in = { .codes = x };
  sg_explain_item item = { .inputs = &in, .n_references = n, .reference_codes = refs };
  o.targets = &b->target;
  o.n_targets = 1;
  *r = (result) { .hyp = calloc(4, (size_t) b->L * sizeof(float)),
                  .con = calloc(4, (size_t) b->L * sizeof(float)) };
  sg_explain_score score = { .hypothetical = r->hyp, .contribution = r->con };
  bool good = !sg_explain_plan_new(b->plan[f64], method, &o, &plan, &b->err) &&
              !sg_explain_new(plan, &s, &b->err) && !sg_explain_run(s, &item, &score, &b->err);
  r->residual = score.residual;
  r->value = score.value;
  sg_explain_free(s);
  sg_explain_plan_free(plan);
  if (!good) r->hyp[0] = r->con[0] = NAN;
  return good;
}

/* ---- 2. The attribution networks ---- */

typedef struct net {
  const char *dir, *name;
  lab b;
  uint8_t *x, *refs;               /* [3][L], [3][3][L] */
  golden_text inputs, predictions, gradient, ig, deeplift;
} net;

static double worst(double a, double b) { return b <= a ? a : b; }

/* Largest error of one array over the three sequences; key: "name:i". */
static double compare(const golden_text *t, const char *key, int i, const float *got)
{
  char name[16];
  snprintf(name, sizeof name, "%d", i);
  const golden_tensor *want = golden_find(t, key, name, i);
  char full[160];
  snprintf(full, sizeof full, "%s:%d", key, i);
  if (!want || strcmp(want->name, full)) return NAN;
  return golden_error(got, want->v, want->n);
}

typedef struct check {
  const char *method, *key;        /* key: what contribution is compared with */
  const char *hypothetical;        /* and the hypothetical scores; NULL: nothing */
  bool correct;
  const char *references;          /* NULL, "zero", "quarter", "stored" */
  sg_quadrature quadrature;
  int samples;
  int text;                        /* 0 gradient, 1 ig, 2 deeplift */
  double tolerance;                /* float; double: 1e-6, for the scores are floats, and the
                                    * exporter to ONNX folded batch norm in float */
} check;

static const check checks[] = {
  { "gradient", "gradient", "gradient", false, NULL, 0, 0, 0, 2e-5 },
  { "gradient", "gradient_corrected", "gradient_corrected", true, NULL, 0, 0, 0, 2e-5 },
  { "grad-x-input", "gradient_x_input", "gradient", false, NULL, 0, 0, 0, 2e-5 },
  { "sensitivity", "sensitivity", "sensitivity", false, NULL, 0, 0, 0, 2e-5 },
  { "smoothgrad", "noisetunnel_smoothgrad", NULL, false, NULL, 0, 5, 0, 2e-5 },
  { "vargrad", "noisetunnel_vargrad", NULL, false, NULL, 0, 5, 0, 2e-5 },
  { "intgrad", "ig_zero_gausslegendre", NULL, false, "zero", SG_QUAD_GAUSS, 0, 1, 2e-5 },
  { "intgrad", "ig_zero_riemann_middle", NULL, false, "zero", SG_QUAD_MIDPOINT, 0, 1, 2e-5 },
  { "intgrad", "ig_quarter_gausslegendre", NULL, false, "quarter", SG_QUAD_GAUSS, 0, 1, 2e-5 },
  { "intgrad", "ig_quarter_riemann_middle", NULL, false, "quarter", SG_QUAD_MIDPOINT, 0, 1, 2e-5 },
  { "deeplift", "captum_contribution", "tangermeme_hypothetical", false, "stored", 0, 0, 2, 1e-4 },
};

static const uint8_t *references(const net *n, const check *c, int i, int *ret_n)
{
  static uint8_t zero[1024], quarter[1024];
  memset(zero, SG_CODE_N_ZERO, sizeof zero);
  memset(quarter, SG_CODE_N_QUARTER, sizeof quarter);
  *ret_n = 1;
  if (!c->references) *ret_n = 0;
  else if (!strcmp(c->references, "zero")) return zero;
  else if (!strcmp(c->references, "quarter")) return quarter;
  else *ret_n = 3;
  return n->refs + i * 3 * n->b.L;
}

static void run_check(net *n, const check *c, const char *file)
{
  const golden_text *t = c->text == 0 ? &n->gradient : c->text == 1 ? &n->ig : &n->deeplift;
  sg_explain_opts o = sg_explain_opts_default();
  double e[2] = { 0, 0 };
  char what[200];
  o.correct_gradient = c->correct;
  o.quadrature = c->quadrature;
  o.rule = SG_DEEPLIFT_RESCALE;
  if (c->samples) {
    o.samples = c->samples;
    o.sigma = 0;
  }
  /* captum 0.9 has no rule for GELU, so its numbers are not DeepLIFT's there: the contributions are
   * the sum over what tangermeme gives. */
  bool gelu = c->text == 2 && !strcmp(n->name, "elugelu");
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < 3; i++) {
      int refs;
      const uint8_t *r = references(n, c, i, &refs);
      result got;
      if (c->samples && i) continue;
      if (!explain(&n->b, k == 1, c->method, &o, n->x + i * n->b.L, r, refs, &got)) e[k] = NAN;
      if (!gelu) e[k] = worst(e[k], compare(t, c->key, i, got.con));
      if (c->hypothetical) e[k] = worst(e[k], compare(t, c->hypothetical, i, got.hyp));
      result_free(&got);
    }
  snprintf(what, sizeof what, "%s/%s: %s = %s%s%s", n->name, file, c->method, c->key,
           c->hypothetical ? ", hypothetical = " : "", c->hypothetical ? c->hypothetical : "");
  golden_ok(e[0] <= c->tolerance && e[1] <= 1e-6, what, " error %.2g, in double %.2g %s", e[0],
            e[1], n->b.err.text);
}

/* Multipliers of an independent program, for each reference alone: hypothetical = m less m at the
 * reference's base. */
static void multipliers(net *n, const char *file)
{
  sg_explain_opts o = sg_explain_opts_default();
  double e = 0;
  char what[200];
  int64_t L = n->b.L;
  o.rule = SG_DEEPLIFT_RESCALE;
  for (int i = 0; i < 3; i++) {
    char name[16];
    snprintf(name, sizeof name, "%d", i);
    const golden_tensor *m = golden_find(&n->deeplift, "own_multipliers", name, i);
    if (!m) m = golden_find(&n->deeplift, "tangermeme_multipliers", name, i);
    for (int j = 0; m && j < 3; j++) {
      const uint8_t *ref = n->refs + (i * 3 + j) * L;
      double *want = malloc(4 * (size_t) L * sizeof *want);
      result got;
      for (int64_t c = 0; c < 4 * L; c++)
        want[c] = m->v[j * 4 * L + c] - m->v[(j * 4 + ref[c % L]) * L + c % L];
      if (!explain(&n->b, true, "deeplift", &o, n->x + i * L, ref, 1, &got)) e = NAN;
      e = worst(e, golden_error(got.hyp, want, 4 * L));
      free(want);
      result_free(&got);
    }
    if (!m) e = NAN;
  }
  snprintf(what, sizeof what, "%s/%s: deeplift multipliers of each reference", n->name, file);
  golden_ok(e <= 1e-6, what, " error %.2g in double", e);
}

/* sum of softmax(z) z, z = profile logits less their mean. */
static void profile(net *n, const char *file)
{
  sg_explain_opts o = sg_explain_opts_default();
  sg_explain_target kept = n->b.target;
  double e = 0;
  char what[200];
  sg_io_info info;
  n->b.target = (sg_explain_target) { .output = 0, .reduce = SG_REDUCE_PROFILE };
  n->b.target.logit = !sg_plan_output_info(n->b.plan[0], 0, &info) && info.has_logit;
  const golden_tensor *value = golden_find(&n->gradient, "profile_target", "", 0);
  for (int i = 0; i < 3; i++) {
    result got;
    if (!explain(&n->b, true, "gradient", &o, n->x + i * n->b.L, NULL, 0, &got)) e = NAN;
    e = worst(e, compare(&n->gradient, "profile_gradient", i, got.con));
    e = worst(e, value ? fabs(got.value - value->v[i]) : NAN);
    result_free(&got);
  }
  n->b.target = kept;
  snprintf(what, sizeof what, "%s/%s: profile target", n->name, file);
  golden_ok(e <= 2e-7, what, " error %.2g %s", e, n->b.err.text);
}

static bool read_text(const net *n, const char *file, golden_text *t)
{
  char path[700];
  snprintf(path, sizeof path, "%s/golden/attribution/%s/%s.txt", n->dir, n->name, file);
  return golden_read(path, t);
}

static bool read_net(net *n)
{
  bool ok = read_text(n, "inputs", &n->inputs);
  ok = read_text(n, "gradient", &n->gradient) && ok;
  ok = read_text(n, "ig", &n->ig) && ok;
  return read_text(n, "deeplift", &n->deeplift) && ok;
}

static void encode_net(net *n)
{
  int64_t L = n->b.L;
  const golden_tensor *x = golden_find(&n->inputs, "input", "x", 0);
  n->x = malloc((size_t) (3 * L));
  n->refs = malloc((size_t) (9 * L));
  for (int i = 0; i < 3; i++) {
    char name[16];
    snprintf(name, sizeof name, "%d", i);
    const golden_tensor *r = golden_find(&n->inputs, "references", name, i);
    encode(x->v + i * 4 * L, L, n->x + i * L);
    for (int j = 0; j < 3; j++) encode(r->v + j * 4 * L, L, n->refs + (i * 3 + j) * L);
  }
}

/* ---- 5. Completeness ---- */

/* Every rule on every network: what is lost of f(x) - f(reference), in double. */
static void completeness(net *n, const char *file)
{
  static const char *const rules[] = { "genomics", "rescale", "revealcancel" };
  for (int rule = 0; rule < 3; rule++) {
    sg_explain_opts o = sg_explain_opts_default();
    double e[2] = { 0, 0 };
    char what[200];
    o.rule = (sg_deeplift_rule) rule;
    for (int k = 0; k < 2; k++)
      for (int i = 0; i < 3; i++) {
        result got;
        if (!explain(&n->b, k == 1, "deeplift", &o, n->x + i * n->b.L,
                     n->refs + i * 3 * n->b.L, 3, &got)) e[k] = NAN;
        e[k] = worst(e[k], got.residual);
        result_free(&got);
      }
    snprintf(what, sizeof what, "%s/%s: deeplift --rule %s is complete", n->name, file,
             rules[rule]);
    golden_ok(e[0] <= 2e-4 && e[1] <= 1e-9, what, " lost %.2g, in double %.2g %s", e[0], e[1],
              n->b.err.text);
  }
}

static void one_net(const char *dir, const char *name, const char *file)
{
  char path[700];
  net n = { .dir = dir, .name = name };
  snprintf(path, sizeof path, "%s/golden/attribution/%s/%s", dir, name, file);
  if (!read_net(&n) || !lab_open(&n.b, path, NULL)) {
    golden_ok(false, name, " %s", n.b.err.text);
    return;
  }
  if (!strcmp(name, "bpnetmini")) n.b.target = (sg_explain_target) { .output = 1 };
  encode_net(&n);
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) run_check(&n, &checks[i], file);
  multipliers(&n, file);
  completeness(&n, file);
  if (!strcmp(name, "bpnetmini")) profile(&n, file);
  free(n.x);
  free(n.refs);
  lab_close(&n.b);
  golden_release(&n.inputs);
  golden_release(&n.gradient);
  golden_release(&n.ig);
  golden_release(&n.deeplift);
}

/* ---- 3. tal_gata ---- */

static void letters(const char *text, int64_t L, uint8_t *codes)
{
  for (int64_t l = 0; l < L; l++) {
    const char *at = strchr("ACGT", toupper((unsigned char) text[l]));
    codes[l] = at && *at ? (uint8_t) (at - "ACGT") : SG_CODE_N_ZERO;
  }
}

typedef struct gata {
  uint8_t x[200], refs[10][200];
  double want[200];
} gata;

/* The sequence called `id` of a FASTA file. */
static bool find_sequence(const char *path, const char *id, char *line, int size)
{
  FILE *in = fopen(path, "r");
  bool found = false;
  while (in && !found && fgets(line, size, in))
    found = line[0] == '>' && !strncmp(line + 1, id, strlen(id)) &&
            isspace((unsigned char) line[1 + strlen(id)]) && fgets(line, size, in);
  if (in) fclose(in);
  return found;
}

/* Rows of the three files belong together in their order; all 236 scores. */
static int read_gata(const char *dir, gata *g, int most)
{
  static char row[1 << 14], ref[1 << 14], seq[4096];
  char path[600], fasta[600];
  int n = 0;
  snprintf(fasta, sizeof fasta, "%s/expected/talgata_test800.fa", dir);
  snprintf(path, sizeof path, "%s/expected/talgata_task0_deeplift_scores.tsv", dir);
  FILE *scores = fopen(path, "r");
  snprintf(path, sizeof path, "%s/expected/talgata_task0_refs_10dinuc.tsv", dir);
  FILE *refs = fopen(path, "r");
  while (scores && refs && n < most && fgets(row, sizeof row, scores)) {
    if (row[0] == '#') continue;
    char *p = strchr(row, '\t');
    if (!p || !fgets(ref, sizeof ref, refs)) break;
    *p++ = '\0';
    if (!find_sequence(fasta, row, seq, sizeof seq)) break;
    letters(seq, 200, g[n].x);
    for (int i = 0; i < 200; i++) g[n].want[i] = strtod(p, &p);
    char *q = strtok_r(ref, "\t\n", &p);
    for (int j = 0; j < 12 && q; j++, q = strtok_r(NULL, "\t\n", &p))
      if (j >= 2 && strlen(q) == 200) letters(q, 200, g[n].refs[j - 2]);
    n++;
  }
  if (scores) fclose(scores);
  if (refs) fclose(refs);
  return n;
}

static void tal_gata(const char *dir)
{
  static const char *const names[] = { "keras1_tf", "keras1_theano", "keras2_conv1d" };
  static gata g[236];
  int rows = read_gata(dir, g, 236);
  for (int k = 0; k < 3; k++) {
    char json[600], weights[600], what[200];
    lab b;
    double e = 0, lost = 0;
    sg_explain_opts o = sg_explain_opts_default();
    snprintf(json, sizeof json, "%s/models/tal_gata/%s.json", dir, names[k]);
    snprintf(weights, sizeof weights, "%s/models/tal_gata/%s.weights.h5", dir, names[k]);
    bool ok = lab_open(&b, json, weights);
    for (int i = 0; ok && i < rows; i++) {
      result got;
      float sum[200];
      ok = explain(&b, false, "deeplift", &o, g[i].x, g[i].refs[0], 10, &got);
      for (int l = 0; l < 200; l++)
        sum[l] = got.con[l] + got.con[200 + l] + got.con[400 + l] + got.con[600 + l];
      e = worst(e, golden_error(sum, g[i].want, 200));
      lost = worst(lost, got.residual);
      result_free(&got);
    }
    snprintf(what, sizeof what, "tal_gata/%s: DeepLIFT of its authors' package", names[k]);
    golden_ok(ok && rows == 236 && e <= 1e-5, what, " %d sequences, error %.2g, lost %.2g %s", rows,
              e, lost, b.err.text);
    lab_close(&b);
  }
}

/* ---- 4. tal1 ---- */

static void tal1(const char *dir)
{
  static char line[1 << 17], seq[4096];
  char json[600], weights[600], path[600];
  lab b;
  int rows = 0;
  double e = 0;
  sg_explain_opts o = sg_explain_opts_default();
  snprintf(json, sizeof json, "%s/models/tal1/arch.json", dir);
  snprintf(weights, sizeof weights, "%s/models/tal1/weights.hdf5", dir);
  bool ok = lab_open(&b, json, weights);
  snprintf(path, sizeof path, "%s/models/tal1/example.fa", dir);
  FILE *fa = fopen(path, "r");
  snprintf(path, sizeof path, "%s/expected/tal1_logit_gradients.tsv", dir);
  FILE *in = fopen(path, "r");
  while (ok && fa && in && fgets(line, sizeof line, in)) {
    uint8_t codes[500];
    double want[2000];
    char *p = line;
    result got;
    if (line[0] == '#') continue;
    for (int i = 0; i < 2000; i++) want[i % 4 * 500 + i / 4] = strtod(p, &p);
    if (!fgets(seq, sizeof seq, fa) || !fgets(seq, sizeof seq, fa) || strlen(seq) < 500) break;
    letters(seq, 500, codes);
    ok = explain(&b, false, "gradient", &o, codes, NULL, 0, &got);
    e = worst(e, golden_error(got.con, want, 2000));
    result_free(&got);
    rows++;
  }
  golden_ok(ok && rows == 20 && e <= 1e-5, "tal1: gradients of the logit by its authors",
            " %d sequences, error %.2g %s", rows, e, b.err.text);
  if (fa) fclose(fa);
  if (in) fclose(in);
  lab_close(&b);
}

int main(void)
{
  static const char *const nets[] = { "zengmini", "deepstarrmini", "bassetmini", "bpnetmini",
                                      "smooth", "elugelu" };
  const char *shared = golden_shared();
  if (!shared) {
    golden_skip("attributions of others", "no shared data: set SEQGLOSS_SHARED");
    return golden_end();
  }
  char *dir = golden_path(shared, "data");
  for (int i = 0; i < 6; i++) {
    one_net(dir, nets[i], "model.onnx");
    one_net(dir, nets[i], "model.h5");
  }
  tal_gata(dir);
  tal1(dir);
  free(dir);
  return golden_end();
}
