/* golden/run_delta.c: edits of a base against full evaluation, on every network that reads DNA:
 * those of the source's tests and data, and of the shared data where it is there.
 */
#define _XOPEN_SOURCE 700
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "golden/editlab.h"
#include "golden/golden.h"
#include "unit/scratch.h"

enum { OPEN_LENGTH = 160 };

/* Networks none of whose layers may fall back to whole evaluation. */
static bool must_not_fall_back(const char *path)
{
  static const char *const names[] = {
    "mafk", "hepg2", "deepbind", "real_chrombpnet", "real_zeng", "real_bpnet", "real_basset",
    "zengmini", "deepstarrmini", "bassetmini", "bpnetmini", "conv2d_n", "conv2d_1xlx4",
    "conv2d_4xlx1", "conv2d_l4x1", "flatten_dense", "func_two_outputs", "pool_adaptive"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strstr(path, names[i])) return true;
  return false;
}

/* Multiply-adds of all single masks: no more than twice what the plan foretells (windows of a part
 * share the widest), far fewer than full evaluation. */
static bool counted(const sg_delta_plan *dp, const sg_plan *plan, double foretold, char why[200])
{
  sg_delta *d = NULL;
  sg_input input[16] = {{0}};
  int64_t L = sg_plan_length(plan), units = sg_delta_units(dp);
  uint8_t *codes = calloc((size_t) L, 1), mask = SG_CODE_N_QUARTER;
  double *value = calloc((size_t) (L * units) + 1, sizeof *value);
  sg_edit *edit = calloc((size_t) L, sizeof *edit);
  sg_err err = {0};
  for (int64_t i = 0; i < L; i++) {
    codes[i] = (uint8_t) (i * 7 / 3 % 4);
    edit[i] = (sg_edit){i, 1, &mask};
  }
  input[0].codes = codes;
  bool good = !sg_delta_new(dp, &d, &err) && !sg_delta_base(d, input, &err) &&
              !sg_delta_eval(d, L, edit, value, &err);
  sg_delta_counts c = good ? sg_delta_count(d) : (sg_delta_counts){0};
  snprintf(why, 200, "%.3g multiply-adds for %.3g foretold, %.3g full %.99s", c.madds,
           foretold * (double) L, c.full_madds, err.text);
  good = good && c.madds > 0 && c.madds <= 2 * foretold * (double) L;
  sg_delta_free(d);
  free(codes);
  free(value);
  free(edit);
  return good;
}

static void check_counts(const char *name, const sg_model *model)
{
  sg_plan *plan = NULL;
  sg_delta_plan *dp = NULL;
  sg_delta_layer layer;
  char what[600], why[200] = "";
  double foretold = 0;
  const char *fallback = NULL;
  if (sg_model_inputs(model) > 1 || sg_plan_new(model, sg_ops(), NULL, &plan, NULL)) return;
  bool good = !sg_delta_plan_new(plan, NULL, &dp, NULL);
  for (int i = 0; good && sg_delta_plan_layer(dp, i, &layer); i++) {
    foretold += layer.madds;
    if (layer.mode == SG_DELTA_FALLBACK) fallback = layer.name;
  }
  good = good && !fallback && counted(dp, plan, foretold, why);
  snprintf(what, sizeof what, "%s: no layer falls back, costs are as foretold", name);
  golden_ok(good, what, "%s %s", fallback ? fallback : "", why);
  sg_delta_plan_free(dp);
  sg_plan_free(plan);
}

static void check_file(const char *path)
{
  sg_model *model = NULL;
  sg_model_opts mo = sg_model_opts_default();
  sg_err err;
  if (sg_model_load(path, sg_ops(), &mo, &model, &err)) return;
  bool dna = false, four = strlen(sg_model_alphabet(model)) == 4;
  for (int i = 0; i < sg_model_inputs(model); i++) {
    sg_io_info info;
    dna |= !sg_model_input(model, i, &info) && info.dna;
  }
  if (dna && four) {
    sg_plan_opts po = sg_plan_opts_default();
    if (!sg_model_length(model)) po.length = OPEN_LENGTH;
    const char *slash = strrchr(path, '/');
    while (slash > path && slash[-1] != '/') slash--;
    editlab_check(slash, model, &po, SG_RC_NONE);
    if (must_not_fall_back(path)) check_counts(slash, model);
    po.float64 = true;
    editlab_check(slash, model, &po, SG_RC_NONE);
    po.float64 = false;
    if (strstr(path, "mafk") || strstr(path, "zeng")) editlab_check(slash, model, &po, SG_RC_MAX);
  }
  sg_model_free(model);
}

/* Architecture and weights apart. */
static void check_pair(const char *name, const char *json, const char *weights)
{
  const char *top = golden_shared();
  char *a = top ? golden_path(top, json) : NULL, *w = top ? golden_path(top, weights) : NULL;
  sg_model *model = NULL;
  sg_model_opts mo = sg_model_opts_default();
  sg_plan_opts po = sg_plan_opts_default();
  sg_err err = {0};
  mo.weights = w;
  if (!a || !golden_exists(a)) golden_skip(name, "is not there");
  else if (sg_model_load(a, sg_ops(), &mo, &model, &err)) golden_ok(false, name, "%s", err.text);
  else {
    if (!sg_model_length(model)) po.length = OPEN_LENGTH;
    editlab_check(name, model, &po, SG_RC_NONE);
  }
  sg_model_free(model);
  free(a);
  free(w);
}

static bool ends_with(const char *path, const char *end)
{
  size_t n = strlen(path), m = strlen(end);
  return n > m && !strcmp(path + n - m, end);
}

static int visit(const char *path, const struct stat *st, int kind, struct FTW *where)
{
  (void) st, (void) where;
  if (kind == FTW_F && (ends_with(path, ".onnx") || ends_with(path, ".h5") ||
                        ends_with(path, ".keras")) && !strstr(path, "weights"))
    check_file(path);
  return 0;
}

static void walk(const char *top, const char *folder)
{
  char *path = top ? golden_path(top, folder) : NULL;
  if (path && golden_exists(path)) nftw(path, visit, 16, FTW_PHYS);
  else golden_skip(folder, "is not there");
  free(path);
}

/* Every substitution of a sequence of one letter is a NaN where full evaluation has one, and only
 * there. Returns how many are, or -1. */
static int count_nan(const sg_delta_plan *const dp[2], int64_t L, uint8_t letter, sg_err *err)
{
  sg_delta *d[2] = {NULL, NULL};
  uint8_t *codes = calloc((size_t) L, 1), symbols[4] = {0, 1, 2, 3};
  sg_edit *edit = calloc((size_t) (4 * L), sizeof *edit);
  double *value = calloc((size_t) (8 * L), sizeof *value);
  sg_input input = {.codes = codes};
  int found = 0;
  memset(codes, letter, (size_t) L);
  for (int64_t i = 0; i < 4 * L; i++) edit[i] = (sg_edit){i / 4, 1, &symbols[i % 4]};
  for (int f = 0; f < 2 && found >= 0; f++)
    if (sg_delta_new(dp[f], &d[f], err) || sg_delta_base(d[f], &input, err) ||
        sg_delta_eval(d[f], 4 * L, edit, value + f * 4 * L, err))
      found = -1;
  for (int64_t i = 0; i < 4 * L && found >= 0; i++) {
    if (isnan(value[i]) != isnan(value[4 * L + i])) found = -1;
    else found += isnan(value[i]) != 0;
  }
  for (int f = 0; f < 2; f++) sg_delta_free(d[f]);
  free(codes);
  free(edit);
  free(value);
  return found;
}

/* A weight of the demo network's first layer becomes NaN, as training that diverged leaves it:
 * edits must not lose it under their maxima. Bytes of ones are a NaN wherever they fall. */
static void check_poisoned(void)
{
  char *path = golden_path(golden_source(), "data/mafk.onnx"), to[SCRATCH_PATH];
  unsigned char bytes[1 << 17];
  FILE *in = fopen(path, "rb");
  size_t n = in ? fread(bytes, 1, sizeof bytes, in) : 0;
  int fd = scratch_open("nan", to), most = 0;
  FILE *out = fd < 0 ? NULL : fdopen(fd, "wb");
  sg_model *model = NULL;
  sg_plan *plan = NULL;
  sg_delta_plan *dp[2] = {NULL, NULL};
  sg_delta_opts o = sg_delta_opts_default();
  sg_err err = {0};
  if (n) memset(bytes + n / 2, 0xff, 8);
  bool good = n && out && fwrite(bytes, 1, n, out) == n;
  if (in) fclose(in);
  if (out) good = !fclose(out) && good;
  good = good && !sg_model_load(to, sg_ops(), NULL, &model, &err) &&
         !sg_plan_new(model, sg_ops(), NULL, &plan, &err);
  for (int f = 0; f < 2 && good; f++) {
    o.full = f == 1;
    good = !sg_delta_plan_new(plan, &o, &dp[f], &err);
  }
  for (int letter = 0; letter < 4 && good; letter++) {
    int found = count_nan((const sg_delta_plan *const *) dp, sg_plan_length(plan),
                          (uint8_t) letter, &err);
    good = found >= 0;
    if (found > most && found < 4 * sg_plan_length(plan)) most = found;
  }
  golden_ok(good && most > 0, "NaN among the weights of mafk.onnx: edits keep it", "%s", err.text);
  for (int f = 0; f < 2; f++) sg_delta_plan_free(dp[f]);
  sg_plan_free(plan);
  sg_model_free(model);
  unlink(to);
  free(path);
}

int main(void)
{
  static const char *const own[] = { "data", "tests/golden/keras", "tests/golden/onnx" };
  static const char *const shared[] = { "data/golden/attribution", "data/golden/keras",
                                        "data/golden/onnx", "data/models/deepbind" };
  static const char *const pairs[4][3] = {
    {"tal_gata, Keras 2", "data/models/tal_gata/keras2_conv1d.json",
     "data/models/tal_gata/keras2_conv1d.weights.h5"},
    {"tal_gata, TensorFlow order", "data/models/tal_gata/keras1_tf.json",
     "data/models/tal_gata/keras1_tf.weights.h5"},
    {"tal_gata, Theano order", "data/models/tal_gata/keras1_theano.json",
     "data/models/tal_gata/keras1_theano.weights.h5"},
    {"dragonn", "data/models/dragonn/in_vivo_ctcf_balanced_arch.arch.json",
     "data/models/dragonn/in_vivo_ctcf_balanced_model.weights.hd5"}};
  const char *one = getenv("SEQGLOSS_MODEL");      /* for a look at a single one */
  if (one) check_file(one);
  for (int i = 0; i < 3 && !one; i++) walk(golden_source(), own[i]);
  for (int i = 0; i < 4 && !one; i++) walk(golden_shared(), shared[i]);
  for (int i = 0; i < 4 && !one; i++) check_pair(pairs[i][0], pairs[i][1], pairs[i][2]);
  if (!one) check_poisoned();
  return golden_end();
}
