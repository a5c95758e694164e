/* golden/run_golden.c: every model file of the golden folders, against the numbers that the
 * packages which wrote it give.
 *
 *     run_golden [TEXT]      only files whose path holds TEXT
 *
 * Folders: tests/golden (what ships) and SEQGLOSS_SHARED/data/golden (all), each with onnx/ and
 * keras/, and the list CASES.tsv in them. One line of TAP per file:
 *   must          loads; outputs agree to 1e-5, gradients to 1e-4
 *   may_refuse    the same, or refused with one clear line
 *   must_refuse   refused with one clear line, by name where it is about a name
 *
 * Contents
 *   1. which numbers belong to a case
 *   2. one file: outputs, logits, gradients
 *   3. the lists
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden/golden.h"

#define TOL_OUTPUT 1e-5
#define TOL_GRAD 1e-4

enum { MAX_IO = 32 };

/* ---- 1. Which numbers ------------------------------------------------------------------------ */

/* The kinds of tensors that a file is compared with. Mixed-precision networks are run in float32;
 * float16 arithmetic is compared with the same weights in float64, loosely. */
typedef struct kinds {
  char input[16], output[16], logit[16], r[16], grad[16];
  double tol;
} kinds;

static kinds kinds_of(const golden_text *text, const char *path, const char *tag)
{
  kinds k = { .tol = TOL_OUTPUT };
  bool mixed = golden_find(text, "output32", NULL, 0) != NULL;
  bool half = strstr(path, "float16_model") != NULL;

  snprintf(k.input, sizeof(k.input), "input%s", tag);
  snprintf(k.output, sizeof(k.output), "output%s%s", mixed ? "32" : half ? "64" : "", tag);
  snprintf(k.logit, sizeof(k.logit), "logit%s%s", mixed ? "32" : "", tag);
  snprintf(k.r, sizeof(k.r), "R%s", tag);
  snprintf(k.grad, sizeof(k.grad), "grad%s%s", mixed ? "32" : "", tag);
  if (half) k.tol = 5e-3;
  return k;
}

/* Length that the first input's text has where the model leaves an axis open; 0: nowhere. */
static int64_t open_length(const char *path, const sg_model_opts *mo, const golden_text *text,
                           const kinds *k)
{
  sg_model *m = NULL;
  sg_io_info info;
  int64_t length = 0;

  if (sg_model_load(path, sg_ops(), mo, &m, NULL)) return 0;
  for (int i = 0; i < sg_model_inputs(m); i++) {
    if (sg_model_input(m, i, &info)) continue;
    const golden_tensor *t = golden_find(text, k->input, info.name, i);
    for (int a = 0; t && a < info.nd && a + 1 < t->nd; a++)
      if (info.dims[a] < 0) length = t->dims[a + 1];
  }
  sg_model_free(m);
  return length;
}

/* ---- 2. One file ----------------------------------------------------------------------------- */

/* The inputs of the text for net; false when one does not fit. */
static bool gather(golden_net *net, const golden_text *text, const kinds *k, float **x, char *msg)
{
  for (int i = 0; i < sg_plan_inputs(net->plan); i++) {
    sg_io_info info;
    sg_plan_input(net->plan, i, &info);
    const golden_tensor *t = golden_find(text, k->input, info.name, i);
    if (!t || t->n != info.units * net->n) {
      snprintf(msg, 1200, "input '%.100s' takes %lld numbers an item, the text has %lld", info.name,
               (long long)info.units, t ? (long long)(t->n / net->n) : -1LL);
      return false;
    }
    x[i] = golden_floats(t);
  }
  return true;
}

/* One output or logit against the text. */
static bool compare(golden_net *net, const golden_tensor *want, int o, bool logit, double tol,
                    double *worst, char *msg)
{
  int64_t count;
  float *y = golden_output(net, o, logit, &count);
  double e = y && count == want->n ? golden_error(y, want->v, count) : -1;

  free(y);
  if (e > *worst) *worst = e;
  if (e >= 0 && e <= tol) return true;
  if (!y) snprintf(msg, 1200, "%s: %s", want->name, net->err.text);
  else if (e == -1) snprintf(msg, 1200, "%s: %lld numbers, not %lld", want->name, (long long)count,
                             (long long)want->n);
  else snprintf(msg, 1200, "%s: differs by %.3g", want->name, e);
  return false;
}

static bool check_outputs(golden_net *net, const golden_text *text, const kinds *k, double *worst,
                          char *msg)
{
  bool good = true;

  for (int o = 0; good && o < sg_plan_outputs(net->plan); o++) {
    sg_io_info info;
    sg_plan_output_info(net->plan, o, &info);
    const golden_tensor *y = golden_find(text, k->output, info.name, o);
    const golden_tensor *z = golden_find(text, k->logit, info.name, MAX_IO);
    if (!y) {
      snprintf(msg, 1200, "the text has no output '%.100s'", info.name);
      return false;
    }
    good = compare(net, y, o, false, k->tol, worst, msg);
    if (good && z && info.has_logit) good = compare(net, z, o, true, k->tol, worst, msg);
  }
  return good;
}

/* Gradients of sum over outputs of sum(R * output). */
static bool check_gradients(golden_net *net, const golden_text *text, const kinds *k, double *worst,
                            char *msg)
{
  int ni = sg_plan_inputs(net->plan), no = sg_plan_outputs(net->plan);
  float *seed[MAX_IO] = { NULL }, *grad[MAX_IO] = { NULL };
  const golden_tensor *want[MAX_IO] = { NULL };
  sg_io_info info;
  bool good = true;

  for (int o = 0; o < no; o++) {
    sg_plan_output_info(net->plan, o, &info);
    const golden_tensor *r = golden_find(text, k->r, info.name, o);
    if (r) seed[o] = golden_floats(r);
  }
  for (int i = 0; i < ni; i++) {
    sg_plan_input(net->plan, i, &info);
    want[i] = golden_find(text, k->grad, info.name, i);
    if (want[i]) grad[i] = calloc((size_t)want[i]->n + 1, sizeof(float));
  }
  if (sg_exec_backward(net->exec, (const float *const *)seed, NULL, grad, &net->err)) {
    snprintf(msg, 1200, "backward: %s", net->err.text);
    good = false;
  }
  for (int i = 0; good && i < ni; i++) {
    double e = want[i] ? golden_error(grad[i], want[i]->v, want[i]->n) : 0;
    if (e > *worst) *worst = e;
    good = e <= (k->tol > TOL_OUTPUT ? k->tol : TOL_GRAD);
    if (!good) snprintf(msg, 1200, "%s: differs by %.3g", want[i]->name, e);
  }
  for (int i = 0; i < MAX_IO; i++) {
    free(seed[i]);
    free(grad[i]);
  }
  return good;
}

typedef enum verdict { PASS, REFUSED, FAIL } verdict;

/* Evaluates the samples of one tag ("" or "2"). */
static verdict check_tag(const char *path, const sg_model_opts *mo, const golden_text *text,
                         const char *tag, char *msg)
{
  kinds k = kinds_of(text, path, tag);
  const golden_tensor *first = golden_find(text, k.input, NULL, 0);
  golden_net net;
  float *x[MAX_IO] = { NULL };
  double e_out = 0, e_grad = 0;
  verdict v = FAIL;

  snprintf(msg, 1200, "broken text");
  if (!first || first->nd < 1) return FAIL;
  if (!golden_load(&net, path, mo, open_length(path, mo, text, &k), (int)first->dims[0])) {
    snprintf(msg, 1200, "%s", net.err.text);
    v = net.refused && golden_clear(&net.err) ? REFUSED : FAIL;
  } else if (sg_plan_inputs(net.plan) > MAX_IO || sg_plan_outputs(net.plan) > MAX_IO) {
    snprintf(msg, 1200, "too many inputs or outputs for this test");
  } else if (gather(&net, text, &k, x, msg)) {
    if (!golden_forward(&net, (const float *const *)x)) snprintf(msg, 1200, "%s", net.err.text);
    else if (check_outputs(&net, text, &k, &e_out, msg) &&
             (!golden_find(text, k.grad, NULL, 0) ||
              check_gradients(&net, text, &k, &e_grad, msg))) {
      snprintf(msg, 1200, "# output %.1e gradient %.1e", e_out, e_grad);
      v = PASS;
    }
  }
  for (int i = 0; i < MAX_IO; i++) free(x[i]);
  golden_unload(&net);
  return v;
}

/* A build that was configured without a library says so for every file of its format. */
static bool lacks_library(const char *msg)
{
#if defined(HAVE_PROTOBUF_C) && defined(HAVE_HDF5) && defined(HAVE_JANSSON) && defined(HAVE_LIBZIP)
  (void)msg;
  return false;
#else
  return strstr(msg, "this build cannot read") != NULL;
#endif
}

/* Refusals that are about a name have to say it. */
static bool names_it(const char *path, const char *msg)
{
  static const char *const need[][2] = { { "refuse_custom_op", "SecretSauce" },
                                         { "refuse_unknown_op", "Frobnicate" },
                                         { "custom_layer", "ScaleShift" } };

  for (size_t i = 0; i < sizeof(need) / sizeof(need[0]); i++)
    if (strstr(path, need[i][0]) && !strstr(msg, need[i][1])) return false;
  return true;
}

static void check_file(const char *dir, const char *file, const char *weights,
                       const char *text_path,
                       const char *status)
{
  char msg[1200] = "";
  char *path = golden_path(dir, file);
  golden_text text = { NULL, 0 };
  sg_model_opts mo = sg_model_opts_default();
  bool refuse = strcmp(status, "must_refuse") == 0;
  verdict v = FAIL;

  mo.weights = weights;
  if (refuse) {
    golden_net net;
    v = golden_load(&net, path, &mo, 0, 1) ? PASS : golden_clear(&net.err) ? REFUSED : FAIL;
    snprintf(msg, sizeof(msg), "%s", net.err.text);
    golden_unload(&net);
    if (lacks_library(msg)) golden_skip(path, "this build lacks a library");
    else golden_ok(v == REFUSED && names_it(path, msg), path, "refused: %s", msg);
  } else if (!golden_read(text_path, &text)) {
    golden_ok(false, path, "%s cannot be read", text_path);
  } else {
    v = check_tag(path, &mo, &text, "", msg);
    if (v == PASS && golden_find(&text, "input2", NULL, 0))
      v = check_tag(path, &mo, &text, "2", msg);
    if (lacks_library(msg)) golden_skip(path, "this build lacks a library");
    else golden_ok(v == PASS || (v == REFUSED && strcmp(status, "may_refuse") == 0), path, "%s%s",
              v == REFUSED ? "refused: " : "", msg);
  }
  golden_release(&text);
  free(path);
}

/* ---- 3. The lists ---------------------------------------------------------------------------- */

/* Splits a line at tabs, in place; returns the number of fields. */
static int fields(char *line, char **f, int max)
{
  int n = 0;

  line[strcspn(line, "\r\n")] = 0;
  while (n < max && line) {
    f[n++] = line;
    line = strchr(line, '\t');
    if (line) *line++ = 0;
  }
  return n;
}

/* `case/name`, if it is there (or should be) and wanted. */
static void check_named(const char *dir, const char *kase, const char *name, const char *status,
                        bool all, const char *only)
{
  char file[300], weights[300], text[300], *w = NULL, *t, *path;
  size_t n = strlen(name);
  bool json = n > 5 && strcmp(name + n - 5, ".json") == 0;

  snprintf(file, sizeof(file), "%s/%s", kase, name);
  snprintf(text, sizeof(text), "%s/expected.txt", kase);
  path = golden_path(dir, file);
  t = golden_path(dir, text);
  if (json) {
    snprintf(weights, sizeof(weights), "%s/%.*s.weights.h5", kase, (int)n - 5, name);
    w = golden_path(dir, weights);
  }
  if ((all || golden_exists(path)) && (!only || strstr(path, only)))
    check_file(dir, file, w, t, status);
  free(path);
  free(t);
  free(w);
}

/* One row of CASES.tsv: onnx: case file what status; keras: case status files. */
static void check_row(const char *dir, char **f, int n, bool all, const char *only)
{
  bool keras = n >= 3 && (strncmp(f[1], "must", 4) == 0 || strncmp(f[1], "may", 3) == 0);

  if (!keras) {
    const char *name = n >= 4 ? strchr(f[1], '/') : NULL;
    if (name) check_named(dir, f[0], name + 1, f[3], all, only);
    return;
  }
  for (char *name = f[2], *next; name && *name; name = next) {
    next = strchr(name, ' ');
    if (next) *next++ = 0;
    if (!strstr(name, ".weights.h5")) check_named(dir, f[0], name, f[1], all, only);
  }
}

/* All rows of dir/CASES.tsv; with `all` unset only the files that are there. */
static void check_list(const char *top, const char *kind, bool all, const char *only)
{
  char *dir = golden_path(top, kind), *list = golden_path(dir, "CASES.tsv"), line[4096], *f[12];
  FILE *in = fopen(list, "r");

  if (!in) golden_ok(false, list, "cannot be read");
  for (bool head = true; in && fgets(line, sizeof(line), in); head = false)
    if (!head) check_row(dir, f, fields(line, f, 12), all, only);
  if (in) fclose(in);
  free(list);
  free(dir);
}

int main(int argc, char **argv)
{
  const char *only = argc > 1 ? argv[1] : NULL, *shared = golden_shared();
  char *own = golden_path(golden_source(), "tests/golden");

  check_list(own, "onnx", false, only);
  check_list(own, "keras", false, only);
  if (shared) {
    char *top = golden_path(shared, "data/golden");
    check_list(top, "onnx", true, only);
    check_list(top, "keras", true, only);
    free(top);
  } else {
    golden_skip("all golden cases", "SEQGLOSS_SHARED is not there");
  }
  free(own);
  return golden_end();
}
