/* tests/unit/test_ism.c: in-silico mutagenesis against sequences edited as text and evaluated one
 * by one, against stored numbers of other programs, and its laws: centring, unknown bases, strands,
 * targets.
 *
 * The text is that of the strand of the results; a network that reads the other strand gets its
 * reverse complement. Nothing of methods/ism.c is used to make the expected numbers.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "golden/golden.h"
#include "seqgloss/ism.h"
#include "seqgloss/seq.h"

enum { FLANK = 4, MOST_ARRAYS = 12 };
static const double TOLERANCE = 2e-5;

typedef struct net {
  sg_model *model;
  sg_plan *plan;
  sg_exec *exec;
  sg_alphabet alphabet;
  int64_t L, units;              /* of output 0 */
} net;

/* False: this build cannot read the format, or the file is not there. */
static bool load(net *t, const char *dir, const char *name, bool float64)
{
  char *path = golden_path(dir, name);
  sg_plan_opts o = sg_plan_opts_default();
  sg_model_opts m = sg_model_opts_default();
  sg_io_info info;
  sg_err err = { 0 };
  memset(t, 0, sizeof *t);
  bool there = golden_exists(path);
  sg_status s = there ? sg_model_load(path, sg_ops(), &m, &t->model, &err) : SG_ENOTFOUND;
  free(path);
  if (!there || s == SG_EUNSUPPORTED) return false;
  ck_assert_msg(!s, "%s", err.text);
  o.float64 = float64;
  s = sg_plan_new(t->model, sg_ops(), &o, &t->plan, &err);
  ck_assert_msg(!s, "%s", err.text);
  ck_assert(!sg_exec_new(t->plan, 1, 0, &t->exec, &err));
  ck_assert(!sg_plan_output_info(t->plan, 0, &info));
  t->units = info.units;
  t->L = sg_plan_length(t->plan);
  ck_assert(!sg_alphabet_init(&t->alphabet, sg_model_alphabet(t->model),
                              sg_model_n_base(t->model), &err));
  return true;
}

static void unload(net *t)
{
  sg_exec_free(t->exec);
  sg_plan_free(t->plan);
  sg_model_free(t->model);
}

/* f(text[L]) of output 0, units [t->units]; '*' is hidden: 0.25 of each base. */
static void f_of(net *t, const char *text, bool reverse, double *value)
{
  uint8_t *codes = malloc((size_t)t->L);
  float *out = malloc((size_t)t->units * sizeof *out);
  sg_input in = { .codes = codes };
  sg_err err = { 0 };
  for (int64_t i = 0; i < t->L; i++) {
    char c = text[reverse ? t->L - 1 - i : i];
    const char *at = strchr("ACGT", c);
    if (at && reverse) c = "TGCA"[at - "ACGT"];
    codes[i] = c == '*' ? SG_CODE_N_QUARTER : t->alphabet.code[(unsigned char)c];
  }
  ck_assert_msg(!sg_exec_forward(t->exec, 1, &in, &err), "%s", err.text);
  ck_assert(!sg_exec_output(t->exec, 0, false, out, &err));
  for (int64_t u = 0; u < t->units; u++) value[u] = (double)out[u];
  free(codes);
  free(out);
}

/* ---- A run of the library -------------------------------------------------------------------- */

typedef struct run {
  sg_delta_plan *plan;
  sg_delta *delta;
  sg_ism *ism;
  sg_ism_array info[MOST_ARRAYS];
  float *array[MOST_ARRAYS];
  int n;
} run;

static void run_free(run *r)
{
  for (int a = 0; a < r->n; a++) free(r->array[a]);
  sg_ism_free(r->ism);
  sg_delta_free(r->delta);
  sg_delta_plan_free(r->plan);
}

/* text[FLANK + L + FLANK] on the strand of the results. */
static void run_text(net *t, const char *text, bool reverse, const sg_delta_opts *delta,
                     const sg_ism_opts *opts, run *r)
{
  int64_t whole = t->L + 2 * FLANK;
  uint8_t *codes = malloc((size_t)whole);
  sg_err err = { 0 };
  sg_input in[4] = { { 0 } };
  memset(r, 0, sizeof *r);
  ck_assert_int_eq(sg_encode(&t->alphabet, text, whole, codes), -1);
  if (reverse) sg_revcomp_codes(&t->alphabet, codes, whole);
  in[0].codes = codes + FLANK;
  sg_ism_item item = { codes, codes + FLANK + t->L, FLANK, reverse };
  ck_assert_msg(!sg_delta_plan_new(t->plan, delta, &r->plan, &err), "%s", err.text);
  ck_assert(!sg_delta_new(r->plan, &r->delta, &err));
  ck_assert_msg(!sg_ism_new(opts, t->L, sg_delta_units(r->plan), &r->ism, &err), "%s", err.text);
  while (sg_ism_array_info(r->ism, r->n, &r->info[r->n])) {
    size_t n = (size_t)(sg_ism_targets(r->ism) * r->info[r->n].units);
    r->array[r->n] = malloc(n * sizeof(float));
    for (size_t i = 0; i < n; i++) r->array[r->n][i] = 12345;
    r->n++;
  }
  ck_assert(!sg_delta_base(r->delta, in, &err));
  ck_assert_msg(!sg_ism_run(r->ism, r->delta, &item, r->array, &err), "%s", err.text);
  free(codes);
}

static const float *array_of(const run *r, const char *name, int64_t target)
{
  for (int a = 0; a < r->n; a++)
    if (!strcmp(r->info[a].name, name)) return r->array[a] + target * r->info[a].units;
  ck_abort_msg("no array %s", name);
  return NULL;
}

/* A random text with unknown bases at the ends, in the middle and beside each other. */
static char *random_text(int64_t L, uint64_t seed)
{
  sg_rng rng;
  char *text = malloc((size_t)(L + 2 * FLANK) + 1);
  sg_rng_seed(&rng, seed);
  for (int64_t i = 0; i < L + 2 * FLANK; i++) text[i] = "ACGT"[sg_rng_below(&rng, 4)];
  text[L + 2 * FLANK] = 0;
  text[FLANK] = text[FLANK + L / 2] = text[FLANK + L / 2 + 1] = text[FLANK + L - 1] = 'N';
  text[FLANK + L] = 'N';
  return text;
}

/* ---- 1. Against edited texts ----------------------------------------------------------------- */

/* One comparison: f(edited) - f(text) of every unit against element `at` of an array. */
typedef struct judge {
  net *t;
  const run *r;
  const char *text;              /* [FLANK + L + FLANK] */
  bool reverse;
  double *f0, *f1, scale, worst;
  char *edited;                  /* [L] */
  int64_t n;
} judge;

static void compare(judge *j, const char *name, int64_t at)
{
  f_of(j->t, j->edited, j->reverse, j->f1);
  for (int64_t u = 0; u < j->t->units; u++) {
    double off = fabs((double)array_of(j->r, name, u)[at] - (j->f1[u] - j->f0[u])) / j->scale;
    ck_assert_msg(off <= TOLERANCE, "%s[%lld] of unit %lld: %g against %g", name, (long long)at,
                  (long long)u, (double)array_of(j->r, name, u)[at], j->f1[u] - j->f0[u]);
  }
  j->n++;
}

static void back(judge *j) { memcpy(j->edited, j->text + FLANK, (size_t)j->t->L); }

static void judge_singles(judge *j)
{
  int64_t L = j->t->L;
  for (int64_t p = 0; p < L; p++) {
    for (int k = 0; k < 4; k++) {
      back(j);
      j->edited[p] = "ACGT"[k];
      compare(j, "substitutions", k * L + p);
      memmove(j->edited + p + 1, j->text + FLANK + p, (size_t)(L - p - 1));
      compare(j, "insertions", k * L + p);
    }
    for (int d = 1; d <= 3; d++) {
      back(j);
      memcpy(j->edited + p, j->text + FLANK + p + d, (size_t)(L - p));
      compare(j, "deletions", (d - 1) * L + p);
    }
    back(j);
    for (int64_t i = p; i < L; i++)
      j->edited[i] = i - p < 4 ? "TGAC"[i - p] : j->text[FLANK + i - 4];
    compare(j, "insert_TGAC", p);
  }
}

static void judge_pairs(judge *j, int64_t W)
{
  int64_t L = j->t->L;
  for (int64_t p = 0; p < L; p += 3)
    for (int64_t d = 1; d <= W; d++)
      for (int ab = 0; ab < 16; ab++) {
        int64_t at = (p * W + d - 1) * 16 + ab;
        if (p + d >= L) {
          ck_assert(isnan(array_of(j->r, "pairs", 0)[at]));
          ck_assert(isnan(array_of(j->r, "interactions", 0)[at]));
          continue;
        }
        back(j);
        j->edited[p] = "ACGT"[ab / 4];
        j->edited[p + d] = "ACGT"[ab % 4];
        compare(j, "pairs", at);
        for (int64_t u = 0; u < j->t->units; u++) {
          const float *one = array_of(j->r, "substitutions", u);
          double want = j->f1[u] - j->f0[u] - (double)one[ab / 4 * L + p]
                        - (double)one[ab % 4 * L + p + d];
          double off = fabs((double)array_of(j->r, "interactions", u)[at] - want) / j->scale;
          ck_assert_msg(off <= 2 * TOLERANCE, "interaction %lld", (long long)at);
        }
      }
}

/* Tiles of 7, 3 apart: the last one is moved so that it ends with the sequence. */
static void judge_tiles(judge *j)
{
  int64_t L = j->t->L, tiles = (L - 7 + 2) / 3 + 1;
  for (int64_t i = 0; i < tiles; i++) {
    int64_t from = 3 * i < L - 7 ? 3 * i : L - 7;
    back(j);
    memset(j->edited + from, '*', 7);
    compare(j, "occlusion", i);
  }
  for (int64_t u = 0; u < j->t->units; u++)
    for (int64_t p = 0; p < L; p++) {
      double sum = 0, n = 0;
      for (int64_t i = 0; i < tiles; i++) {
        int64_t from = 3 * i < L - 7 ? 3 * i : L - 7;
        if (from > p || from + 7 <= p) continue;
        sum += (double)array_of(j->r, "occlusion", u)[i];
        n++;
      }
      ck_assert(n >= 1);
      ck_assert(fabs(sum / n + (double)array_of(j->r, "occlusion_base", u)[p]) <= 1e-6);
    }
}

static void judge_net(const char *file, bool reverse)
{
  static const uint8_t tgac[] = { 3, 2, 0, 1 };
  static const float quarter[SG_ALPHABET_MAX] = { .25f, .25f, .25f, .25f };
  const sg_ism_insert insert = { "TGAC", tgac, 4 };
  net t;
  run r;
  char *data = golden_path(golden_source(), "data");
  bool loaded = load(&t, data, file, false);
  free(data);
  if (!loaded) return;
  char *text = random_text(t.L, 5);
  sg_ism_opts o = sg_ism_opts_default();
  sg_delta_opts d = sg_delta_opts_default();
  d.mask = quarter;
  o.center = SG_CENTER_NONE;
  o.unknown = t.alphabet.unknown;
  o.deletions = 3;
  o.insertions = true;
  o.inserts = &insert;
  o.n_inserts = 1;
  o.pairs = 2;
  o.mask_width = 7;
  o.mask_step = 3;
  run_text(&t, text, reverse, &d, &o, &r);
  judge j = { .t = &t, .r = &r, .text = text, .reverse = reverse, .scale = 1 };
  j.f0 = malloc((size_t)t.units * sizeof *j.f0);
  j.f1 = malloc((size_t)t.units * sizeof *j.f1);
  j.edited = malloc((size_t)t.L);
  back(&j);
  f_of(&t, j.edited, reverse, j.f0);
  for (int64_t u = 0; u < t.units; u++) j.scale = fmax(j.scale, fabs(j.f0[u]));
  judge_singles(&j);
  judge_pairs(&j, 2);
  judge_tiles(&j);
  ck_assert(j.n > 12 * t.L);
  free(j.f0);
  free(j.f1);
  free(j.edited);
  free(text);
  run_free(&r);
  unload(&t);
}

START_TEST(edited_mafk)
{
  judge_net("mafk.h5", false);
  judge_net("mafk.onnx", true);
}
END_TEST
START_TEST(edited_hepg2) { judge_net("hepg2.h5", true); }
END_TEST

/* ---- 2. Against stored numbers --------------------------------------------------------------- */

/* The stored x[3][4][L] as text. */
static char *stored_text(const golden_tensor *x, int64_t i, int64_t L)
{
  char *text = malloc((size_t)(L + 2 * FLANK) + 1);
  memset(text, 'N', (size_t)(L + 2 * FLANK));
  text[L + 2 * FLANK] = 0;
  for (int64_t p = 0; p < L; p++)
    for (int k = 0; k < 4; k++)
      if (x->v[(i * 4 + k) * L + p] > 0.5) text[FLANK + p] = "ACGT"[k];
  return text;
}

static void near(const float *got, const golden_text *want, const char *name, int64_t i, int64_t n,
                 double scale)
{
  char key[64];
  snprintf(key, sizeof key, "%s:%d", name, (int)i);
  const golden_tensor *t = golden_find(want, name, key + strlen(name) + 1, 0);
  ck_assert_msg(t && t->n == n, "no tensor %s", key);
  for (int64_t u = 0; u < n; u++) {
    double off = fabs((double)got[u] - t->v[u]);
    ck_assert_msg(off <= TOLERANCE * scale, "%s[%lld]: %.9g against %.9g", key, (long long)u,
                  (double)got[u], t->v[u]);
  }
}

static void read_text(const char *dir, const char *name, golden_text *text)
{
  char *path = golden_path(dir, name);
  ck_assert(golden_read(path, text));
  free(path);
}

/* The head whose numbers are stored: unit 0 of the logit, or the counts. */
static sg_head stored_head(const net *t, bool logit)
{
  int last = sg_plan_outputs(t->plan) - 1;
  sg_io_info info;
  ck_assert(!sg_plan_output_info(t->plan, last, &info));
  return (sg_head){ last, logit && info.has_logit, 0 };
}

static bool has_logit(const net *t)
{
  sg_io_info info;
  return !sg_plan_output_info(t->plan, sg_plan_outputs(t->plan) - 1, &info) && info.has_logit;
}

/* Effects within the tolerance times max(1, |f|); f itself is about 10 in some of the nets. */
static void stored_ism(net *t, const golden_tensor *x, const golden_text *want, int64_t i)
{
  sg_ism_opts o = sg_ism_opts_default();
  sg_delta_opts d = sg_delta_opts_default();
  sg_head head = stored_head(t, true);
  run none, mean, output;
  double f0, scale;
  char *text = stored_text(x, i, t->L);
  d.heads = &head;
  d.n_heads = 1;
  run_text(t, text, false, &d, &o, &mean);
  o.center = SG_CENTER_NONE;
  run_text(t, text, false, &d, &o, &none);
  ck_assert(!sg_delta_value(none.delta, &f0, NULL));
  scale = fmax(1, fabs(f0));
  near(none.array[0], want, "ism", i, 4 * t->L, scale);
  const golden_tensor *hypothetical = golden_find(want, "tangermeme_hypothetical", "", 0);
  ck_assert_ptr_nonnull(hypothetical);
  for (int64_t u = 0; u < 4 * t->L; u++)
    ck_assert(fabs((double)mean.array[0][u] - hypothetical->v[i * 4 * t->L + u])
              <= TOLERANCE * scale);
  if (has_logit(t)) {
    head.logit = false;
    run_text(t, text, false, &d, &o, &output);
    near(output.array[0], want, "ism_output", i, 4 * t->L, 1);
    run_free(&output);
  }
  run_free(&none);
  run_free(&mean);
  free(text);
}

/* Tiles of 5, every one. */
static void stored_occlusion(net *t, const golden_tensor *x, const golden_text *want, int64_t i,
                             const char *name, float mask)
{
  float column[SG_ALPHABET_MAX] = { mask, mask, mask, mask };
  sg_ism_opts o = sg_ism_opts_default();
  sg_delta_opts d = sg_delta_opts_default();
  sg_head head = stored_head(t, true);
  run r;
  double f0;
  char *text = stored_text(x, i, t->L);
  d.heads = &head;
  d.n_heads = 1;
  d.mask = column;
  o.no_substitutions = true;
  o.mask_width = 5;
  o.mask_step = 1;
  run_text(t, text, false, &d, &o, &r);
  ck_assert(!sg_delta_value(r.delta, &f0, NULL));
  near(array_of(&r, "occlusion_base", 0), want, name, i, t->L, fmax(1, fabs(f0)));
  run_free(&r);
  free(text);
}

static const char *const stored[] = {
  "zengmini", "deepstarrmini", "bassetmini", "bpnetmini", "smooth", "elugelu"
};

static void stored_net(const char *dir, bool float64)
{
  net t;
  golden_text inputs, ism, perturbation;
  if (!load(&t, dir, "model.onnx", float64) && !load(&t, dir, "model.h5", float64)) return;
  read_text(dir, "inputs.txt", &inputs);
  read_text(dir, "ism.txt", &ism);
  read_text(dir, "perturbation.txt", &perturbation);
  const golden_tensor *x = golden_find(&inputs, "input", "x", 0);
  ck_assert(x && x->nd == 3 && x->dims[2] == t.L);
  for (int64_t i = 0; i < x->dims[0]; i++) {
    stored_ism(&t, x, &ism, i);
    stored_occlusion(&t, x, &perturbation, i, "occlusion5_zero", 0);
    stored_occlusion(&t, x, &perturbation, i, "occlusion5_quarter", 0.25f);
  }
  golden_release(&inputs);
  golden_release(&ism);
  golden_release(&perturbation);
  unload(&t);
}

START_TEST(stored_numbers)
{
  char name[96];
  const char *shared = golden_shared();
  if (!shared) {
    fprintf(stderr, "# stored numbers: skipped, SEQGLOSS_SHARED is not there\n");
    return;
  }
  snprintf(name, sizeof name, "data/golden/attribution/%s", stored[_i / 2]);
  char *dir = golden_path(shared, name);
  if (golden_exists(dir)) stored_net(dir, _i % 2);
  else fprintf(stderr, "# stored numbers: skipped, no %s\n", name);
  free(dir);
}
END_TEST

/* ---- 3. Laws --------------------------------------------------------------------------------- */

static bool load_demo(net *t, const char *stem)
{
  char h5[32], onnx[32], *data = golden_path(golden_source(), "data");
  snprintf(h5, sizeof h5, "%s.h5", stem);
  snprintf(onnx, sizeof onnx, "%s.onnx", stem);
  bool good = load(t, data, onnx, false) || load(t, data, h5, false);
  free(data);
  return good;
}

START_TEST(centring)
{
  net t;
  run mean, none, ref;
  if (!load_demo(&t, "mafk")) return;
  char *text = random_text(t.L, 11);
  sg_ism_opts o = sg_ism_opts_default();
  run_text(&t, text, false, NULL, &o, &mean);
  o.center = SG_CENTER_NONE;
  run_text(&t, text, false, NULL, &o, &none);
  o.center = SG_CENTER_REF;
  run_text(&t, text, false, NULL, &o, &ref);
  ck_assert(!memcmp(none.array[0], ref.array[0], (size_t)(4 * t.L) * sizeof(float)));
  for (int64_t p = 0; p < t.L; p++) {
    double sum = 0, all = 0, size = 0;
    const char *at = strchr("ACGT", text[FLANK + p]);
    for (int k = 0; k < 4; k++) {
      sum += (double)mean.array[0][k * t.L + p];
      all += (double)none.array[0][k * t.L + p];
      size += fabs((double)none.array[0][k * t.L + p]);
    }
    ck_assert(fabs(sum) <= 1e-6 * size + 1e-12);
    for (int k = 0; k < 4; k++)
      ck_assert(fabs((double)none.array[0][k * t.L + p] - all / 4
                     - (double)mean.array[0][k * t.L + p]) <= 1e-6 * size + 1e-12);
    if (at) ck_assert(none.array[0][(at - "ACGT") * t.L + p] == 0);
  }
  run_free(&mean);
  run_free(&none);
  run_free(&ref);
  free(text);
  unload(&t);
}
END_TEST

START_TEST(unknown_bases)
{
  static const uint8_t codes[] = { 0, SG_CODE_N_ZERO, 3, SG_CODE_PAD, SG_CODE_N_QUARTER, 2 };
  static const int plus[] = { 0, -1, 3, -1, -1, 2 }, minus[] = { 1, -1, -1, 0, -1, 3 };
  sg_ism_opts o = sg_ism_opts_default();
  for (int i = 0; i < 6; i++) {
    ck_assert_int_eq(sg_ism_present(&o, codes, 6, i, false), plus[i]);
    ck_assert_int_eq(sg_ism_present(&o, codes, 6, i, true), minus[i]);
  }
  memcpy(o.base, (uint8_t[]){ 0, 2, 3, 1 }, 4);          /* an alphabet ATCG */
  ck_assert_int_eq(sg_ism_present(&o, codes, 6, 5, false), 1);
  ck_assert_int_eq(sg_ism_present(&o, codes, 6, 5, true), 3);
}
END_TEST

/* With both strands combined a window and its reverse complement are one function. */
static void both_strands(sg_rc rc)
{
  static const uint8_t gat[] = { 2, 0, 3 };
  const sg_ism_insert insert = { "GAT", gat, 3 };
  net t;
  run plus, minus;
  if (!load_demo(&t, "mafk")) return;
  char *text = random_text(t.L, 21);
  sg_ism_opts o = sg_ism_opts_default();
  sg_delta_opts d = sg_delta_opts_default();
  d.rc = rc;
  o.deletions = 3;
  o.insertions = true;
  o.inserts = &insert;
  o.n_inserts = 1;
  o.pairs = 1;
  o.mask_width = 9;
  o.mask_step = 4;
  run_text(&t, text, false, &d, &o, &plus);
  run_text(&t, text, true, &d, &o, &minus);
  ck_assert_int_eq(plus.n, 8);
  for (int a = 0; a < plus.n; a++)
    for (int64_t i = 0; i < plus.info[a].units; i++)
      ck_assert_msg(fabsf(plus.array[a][i] - minus.array[a][i]) <= 2e-5f
                    || (isnan(plus.array[a][i]) && isnan(minus.array[a][i])), "%s[%lld]: %g, %g",
                    plus.info[a].name, (long long)i, (double)plus.array[a][i],
                    (double)minus.array[a][i]);
  run_free(&plus);
  run_free(&minus);
  free(text);
  unload(&t);
}

START_TEST(strands)
{
  both_strands(SG_RC_MAX);
  both_strands(SG_RC_MEAN);
}
END_TEST

/* All targets in one pass: single units, their sum and their mean. */
START_TEST(targets)
{
  static const sg_ism_target sums[] = {
    { .n = 6 }, { .n = 6, .mean = true }, { .first = 4, .n = 1 }
  };
  net t;
  run all, some;
  if (!load_demo(&t, "hepg2")) return;
  char *text = random_text(t.L, 31);
  sg_ism_opts o = sg_ism_opts_default();
  run_text(&t, text, false, NULL, &o, &all);
  ck_assert_int_eq(sg_ism_targets(all.ism), 6);
  o.targets = sums;
  o.n_targets = 3;
  run_text(&t, text, false, NULL, &o, &some);
  for (int64_t i = 0; i < 4 * t.L; i++) {
    double sum = 0;
    for (int u = 0; u < 6; u++) sum += (double)array_of(&all, "substitutions", u)[i];
    ck_assert(fabs(sum - (double)array_of(&some, "substitutions", 0)[i]) <= 1e-6);
    ck_assert(fabs(sum / 6 - (double)array_of(&some, "substitutions", 1)[i]) <= 1e-6);
    ck_assert(array_of(&all, "substitutions", 4)[i] == array_of(&some, "substitutions", 2)[i]);
  }
  run_free(&all);
  run_free(&some);
  free(text);
  unload(&t);
}
END_TEST

START_TEST(refused)
{
  static const sg_ism_target past = { .first = 3, .n = 3 };
  sg_ism *ism;
  sg_err err = { 0 };
  sg_ism_opts o = sg_ism_opts_default();
  o.mask_width = 11;
  ck_assert_int_eq(sg_ism_new(&o, 10, 1, &ism, &err), SG_ESHAPE);
  o.mask_width = 4;
  o.mask_step = 5;
  ck_assert_int_eq(sg_ism_new(&o, 10, 1, &ism, &err), SG_EINVAL);
  o.mask_step = 0;
  o.deletions = 11;
  ck_assert_int_eq(sg_ism_new(&o, 10, 1, &ism, &err), SG_ESHAPE);
  o.deletions = 0;
  o.targets = &past;
  o.n_targets = 1;
  ck_assert_int_eq(sg_ism_new(&o, 10, 5, &ism, &err), SG_EINVAL);
  ck_assert(strlen(err.text) > 10);
  ck_assert_ptr_null(ism);
  sg_ism_free(NULL);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("ism");
  TCase *c = tcase_create("edits");
  tcase_add_test(c, edited_mafk);
  tcase_add_test(c, edited_hepg2);
  tcase_add_loop_test(c, stored_numbers, 0, 2 * (int)(sizeof stored / sizeof stored[0]));
  suite_add_tcase(s, c);
  c = tcase_create("laws");
  tcase_add_test(c, centring);
  tcase_add_test(c, unknown_bases);
  tcase_add_test(c, strands);
  tcase_add_test(c, targets);
  tcase_add_test(c, refused);
  suite_add_tcase(s, c);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
