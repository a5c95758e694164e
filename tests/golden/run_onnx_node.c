/* golden/run_onnx_node.c: the node cases of the ONNX project (Debian: libonnx-testdata).
 *
 *     run_onnx_node [-v] [TEXT]      -v: a line per case; only cases whose name holds TEXT
 *
 * A case is a model of one node or a few, its inputs and its outputs. Ours are networks with a
 * batch, the cases are not, so each is tried in up to three ways until one is not refused:
 *   1. all inputs of floats carry axis 0 as the batch, the others are bound as constants
 *   2. the first input of floats does, all others are bound
 *   3. all inputs are bound: the graph folds to constants ("folded", counted by itself)
 * Every case must give the stored numbers or be refused with one clear line. A wrong number in any
 * of the three is a failure: nobody may get a silent wrong answer.
 *
 * Contents
 *   1. a case: model, inputs, outputs
 *   2. one way
 *   3. all ways
 *   4. folders
 */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden/golden.h"
#include "import/onnx.h"
#include "import/slurp.h"

#define DATA "/usr/share/libonnx-testdata/data"
#define MIN_PASSED 350

enum { MAX_IO = 16, MAX_DATA = 1 << 28, T_UINT16 = 4, T_FLOAT16 = 10, T_BFLOAT16 = 16 };

/* ---- 1. A case ------------------------------------------------------------------------------- */

typedef struct kase {
  sg_arena *mem;
  char model[512];
  int n_in, n_out;
  char *name[MAX_IO];                  /* of inputs that are not weights */
  const sg_tensor *in[MAX_IO], *out[MAX_IO];   /* NULL: not a tensor of numbers */
  int in_type[MAX_IO], out_type[MAX_IO];       /* ONNX element types as declared */
} kase;

/* `declared`: the model's element type. The files hold bfloat16 as uint16 of the same bits. */
static const sg_tensor *read_tensor(sg_arena *mem, const char *path, int declared)
{
  uint8_t *data;
  size_t n;
  const sg_tensor *t = NULL;
  SgOnnx__Tensor *pb = NULL;

  if (sg_slurp(path, MAX_DATA, &data, &n, NULL)) return NULL;
  if (!sg_onnx_wire_check(&sg_onnx__tensor__descriptor, data, n, NULL))
    pb = sg_onnx__tensor__unpack(NULL, n, data);
  if (pb && declared == T_BFLOAT16 && pb->type == T_UINT16) pb->type = T_BFLOAT16;
  if (pb && sg_onnx_tensor(pb, NULL, mem, &t, NULL)) t = NULL;
  if (pb) sg_onnx__tensor__free_unpacked(pb, NULL);
  free(data);
  return t && t->dtype != SG_TEXT ? t : NULL;
}

/* input_0.pb ... or output_0.pb ...: as many as there are. */
static int read_set(kase *c, const char *dir, const char *kind, const sg_tensor **t,
                    const int *types)
{
  char path[600];
  int n = 0;

  for (; n < MAX_IO; n++) {
    snprintf(path, sizeof(path), "%s/test_data_set_0/%s_%d.pb", dir, kind, n);
    if (!golden_exists(path)) break;
    t[n] = read_tensor(c->mem, path, types[n]);
  }
  return n;
}

static int element_type(const SgOnnx__Port *p)
{
  return p->type && p->type->tensor ? p->type->tensor->type : 0;
}

/* Names and types of the inputs without a weight, types of outputs; false:
 * the model cannot even be decoded. */
static bool read_names(kase *c)
{
  uint8_t *data;
  size_t n;
  SgOnnx__Model *m;

  if (sg_slurp(c->model, MAX_DATA, &data, &n, NULL)) return false;
  m = sg_onnx__model__unpack(NULL, n, data);
  free(data);
  for (size_t i = 0; m && m->graph && i < m->graph->n_input && c->n_in < MAX_IO; i++) {
    bool weight = false;
    for (size_t k = 0; k < m->graph->n_initializer; k++)
      if (strcmp(m->graph->initializer[k]->name, m->graph->input[i]->name) == 0) weight = true;
    if (weight) continue;
    c->in_type[c->n_in] = element_type(m->graph->input[i]);
    c->name[c->n_in++] = sg_arena_strdup(c->mem, m->graph->input[i]->name);
  }
  for (size_t i = 0; m && m->graph && i < m->graph->n_output && i < MAX_IO; i++)
    c->out_type[i] = element_type(m->graph->output[i]);
  if (m) sg_onnx__model__free_unpacked(m, NULL);
  return m != NULL;
}

static bool is_float(const sg_tensor *t) { return t->dtype == SG_F32 || t->dtype == SG_DOUBLE; }

static float *floats_of(const sg_tensor *t)
{
  int64_t n = sg_shape_count(&t->shape);
  float *x = malloc(((size_t)n + 1) * sizeof(*x));

  if (!x) abort();
  for (int64_t i = 0; i < n; i++) x[i] = (float)sg_tensor_f64(t, i);
  return x;
}

/* ---- 2. One way ------------------------------------------------------------------------------ */

typedef enum verdict { PASSED, FOLDED, LOOSE, REFUSED, FAILED } verdict;

/* Half-precision results are computed in float32 here: the stored ones may be off by a rounding. */
static double tolerance(int type)
{
  return type == T_BFLOAT16 ? 0x1p-7 : type == T_FLOAT16 ? 0x1p-10 : 1e-5;
}

/* The suite's own measure, ten to a hundred times wider: |got - want| <= 1e-7 + 1e-3 |want|. A few
 * models hold pi with seven digits and cannot do better. Counted by itself. */
static bool loosely(const float *got, const double *want, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    if (!(fabs(got[i] - want[i]) <= 1e-7 + 1e-3 * fabs(want[i]))) return false;
  return true;
}

/* Output o of n items against the file: shape and numbers. A constant output comes n times. */
static verdict same_output(golden_net *net, const kase *c, int o, char *msg)
{
  const sg_tensor *want = c->out[o];
  int64_t count, expect = want ? sg_shape_count(&want->shape) : 0;
  double *w = calloc((size_t)expect + 1, sizeof(*w)), e;
  sg_io_info info;
  float *y;
  verdict v = FAILED;

  sg_plan_output_info(net->plan, o, &info);
  y = golden_output(net, o, false, &count);
  for (int64_t i = 0; want && i < expect; i++) w[i] = sg_tensor_f64(want, i);
  bool batched = want && y && info.nd + 1 == want->shape.nd && count == expect;
  bool constant = want && y && info.nd == want->shape.nd && info.units == expect;
  for (int a = 0; a < info.nd; a++) {
    if (batched) batched = info.dims[a] == want->shape.d[a + 1];
    if (constant) constant = info.dims[a] == want->shape.d[a];
  }
  if (!y) snprintf(msg, 1200, "%s", net->err.text);
  else if (!want) snprintf(msg, 1200, "output %d is no tensor of numbers", o);
  else if (!batched && !constant)
    snprintf(msg, 1200, "output %d: %lld numbers of %d axes, not %lld of %d", o, (long long)count,
             info.nd, (long long)expect, want->shape.nd);
  else {
    double tol = tolerance(c->out_type[o]);
    e = golden_error(y, w, expect);
    v = e <= tol ? PASSED : loosely(y, w, expect) ? LOOSE : FAILED;
    if (v != PASSED) snprintf(msg, 1200, "output %d differs by %.3g", o, e);
  }
  free(y);
  free(w);
  return v;
}

static verdict evaluate(golden_net *net, const kase *c, float *const *data, char *msg)
{
  const float *x[MAX_IO] = { NULL };

  for (int k = 0; k < sg_plan_inputs(net->plan); k++) {
    sg_io_info info;
    sg_plan_input(net->plan, k, &info);
    for (int i = 0; i < c->n_in; i++)
      if (strcmp(c->name[i], info.name) == 0 && c->in[i] &&
          sg_shape_count(&c->in[i]->shape) == info.units * net->n)
        x[k] = data[i];
    if (!x[k]) {
      snprintf(msg, 1200, "input '%.100s' does not fit", info.name);
      return FAILED;
    }
  }
  if (!golden_forward(net, x)) {
    snprintf(msg, 1200, "%s", net->err.text);
    return FAILED;
  }
  if (sg_plan_outputs(net->plan) < c->n_out) {
    snprintf(msg, 1200, "%d outputs, not %d", sg_plan_outputs(net->plan), c->n_out);
    return FAILED;
  }
  verdict worst = PASSED;
  for (int o = 0; o < c->n_out; o++) {
    verdict v = same_output(net, c, o, msg);
    if (v > worst) worst = v;
  }
  return worst;
}

/* Inputs i with free[i] carry a batch, the others are bound. */
static verdict try_way(const kase *c, const bool *open, float *const *data, char *msg)
{
  const char *bind[MAX_IO + 1] = { NULL };
  const float *bind_data[MAX_IO + 1] = { NULL };
  int64_t bind_count[MAX_IO + 1] = { 0 };
  sg_model_opts mo = sg_model_opts_default();
  int n = -1, bound = 0;
  golden_net net;
  verdict v;

  for (int i = 0; i < c->n_in; i++) {
    if (open[i]) {
      int64_t items = c->in[i]->shape.d[0];
      n = n < 0 || n == items ? (int)items : 0;
      continue;
    }
    if (!c->in[i]) continue;
    bind[bound] = c->name[i];
    bind_count[bound] = sg_shape_count(&c->in[i]->shape);
    bind_data[bound++] = data[i];
  }
  mo.bind = bind;
  mo.bind_data = bind_data;
  mo.bind_count = bind_count;
  mo.sidecar = "";
  if (n == 0) {
    snprintf(msg, 1200, "no items, or inputs of different batch sizes");
    return REFUSED;
  }
  if (golden_load(&net, c->model, &mo, 0, n < 0 ? 1 : n)) v = evaluate(&net, c, data, msg);
  else {
    snprintf(msg, 1200, "%s", net.err.text);
    v = net.refused && golden_clear(&net.err) ? REFUSED : FAILED;
  }
  golden_unload(&net);
  return v;
}

/* ---- 3. All ways ----------------------------------------------------------------------------- */

/* Which inputs carry the batch in way 1, 2 or 3. False: the way is the same as the one before. */
static bool choose(const kase *c, int way, bool *open)
{
  int floats = 0;

  for (int i = 0; i < c->n_in; i++) {
    bool can = c->in[i] && is_float(c->in[i]) && c->in[i]->shape.nd > 0;
    open[i] = can && (way == 1 || (way == 2 && floats == 0));
    floats += can;
  }
  return way == 1 ? floats > 0 : way == 2 ? floats > 1 : true;
}

static verdict check_case(const char *dir, char *msg)
{
  kase c = { .mem = sg_arena_new() };
  float *data[MAX_IO] = { NULL };
  bool open[MAX_IO] = { false };
  verdict v = REFUSED;
  int n;

  if (!c.mem) abort();
  snprintf(c.model, sizeof(c.model), "%s/model.onnx", dir);
  if (!read_names(&c)) snprintf(msg, 1200, "model.onnx cannot be decoded");
  n = read_set(&c, dir, "input", c.in, c.in_type);
  if (n < c.n_in) c.n_in = n;
  c.n_out = read_set(&c, dir, "output", c.out, c.out_type);
  for (int i = 0; i < c.n_in; i++) data[i] = c.in[i] ? floats_of(c.in[i]) : NULL;
  for (int way = 1; way <= 3 && v == REFUSED; way++) {
    char text[1200] = "";
    if (!choose(&c, way, open)) continue;
    v = try_way(&c, open, data, text);
    if (v == PASSED && way == 3) v = FOLDED;
    if (v == FAILED || !*msg || way < 3) snprintf(msg, 1200, "%s", text);
  }
  for (int i = 0; i < MAX_IO; i++) free(data[i]);
  sg_arena_free(c.mem);
  return v;
}

/* ---- 4. Folders ------------------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in a folder, sorted; the caller frees each and the list. */
static char **list_folder(const char *dir, int *ret_n)
{
  DIR *d = opendir(dir);
  char **list = NULL;
  int n = 0;

  for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
    if (e->d_name[0] == '.') continue;
    list = realloc(list, (size_t)(n + 1) * sizeof(*list));
    if (!list || !(list[n] = strdup(e->d_name))) abort();
    n++;
  }
  if (d) closedir(d);
  if (n) qsort(list, (size_t)n, sizeof(*list), by_name);
  *ret_n = n;
  return list;
}

static void check_folder(const char *top, const char *kind, int least, bool verbose,
                         const char *only)
{
  static const char *const label[] = { "passed", "folded", "loose", "refused", "FAILED" };
  char *dir = golden_path(top, kind);
  int n, passed, count[FAILED + 1] = { 0 };
  char **list = list_folder(dir, &n);

  for (int i = 0; i < n; i++) {
    char msg[1200] = "", *path = golden_path(dir, list[i]), *model = golden_path(path,
        "model.onnx");
    if (golden_exists(model) && (!only || strstr(path, only))) {
      verdict v = check_case(path, msg);
      count[v]++;
      if (v == FAILED) golden_ok(false, list[i], "%s", msg);
      else if (verbose || v == LOOSE)
        printf("# %s %s %s\n", label[v], list[i], v >= LOOSE ? msg : "");
    }
    free(model);
    free(path);
    free(list[i]);
  }
  free(list);
  passed = count[PASSED] + count[FOLDED] + count[LOOSE];
  printf("# %s: passed %d (batch %d, folded %d, to 1e-3 %d), refused %d, failed %d\n", kind, passed,
         count[PASSED], count[FOLDED], count[LOOSE], count[REFUSED], count[FAILED]);
  golden_ok(count[FAILED] == 0 && (only || passed >= least), kind,
            "%d passed, %d refused, %d failed", passed, count[REFUSED], count[FAILED]);
  free(dir);
}

int main(int argc, char **argv)
{
  bool verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
  const char *only = argc > 1 + verbose ? argv[1 + verbose] : NULL, *top = getenv("ONNX_TESTDATA");

  if (!top) top = DATA;
  if (!golden_exists(top)) {
    golden_skip("node cases of ONNX", "libonnx-testdata is not installed");
    return golden_end();
  }
  check_folder(top, "node", MIN_PASSED, verbose, only);
  check_folder(top, "simple", 0, verbose, only);
  check_folder(top, "pytorch-operator", 0, verbose, only);
  check_folder(top, "pytorch-converted", 0, verbose, only);
  return golden_end();
}
