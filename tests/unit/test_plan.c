/* tests/unit/test_plan.c: plans and the evaluator on small networks built by hand: what simplify,
 * codes, batches and parts may not change.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "model/model.h"
#include "model/plan.h"
#include "seqgloss/engine.h"

#define L 30
#define N 9

typedef struct net { sg_model *m; sg_rng rng; int at; } net;

static int weight(net *t, int nd, const int64_t *d)
{
  sg_tensor *w = sg_tensor_new(t->m->graph->mem, SG_F32, nd, d);
  for (int64_t i = 0; i < sg_shape_count(&w->shape); i++)
    sg_tensor_set(w, i, 0.5 * sg_rng_normal(&t->rng));
  return sg_graph_add_const(t->m->graph, "w", w);
}
#define WEIGHT(t, ...)                                                                             \
  weight(t, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__})

/* Appends a node that reads the last value and the constants a, b (or -1). */
static sg_node_def *add(net *t, const char *op, int n_in, int a, int b)
{
  sg_node_def *d;
  int in[3] = {t->at, a, b};
  char name[40];
  snprintf(name, sizeof name, "%s_%d", op, t->m->graph->n_node);
  t->at = sg_graph_add_op(t->m->graph, op, name, n_in, in, &d);
  ck_assert_int_ge(t->at, 0);
  return d;
}

static void start(net *t, int64_t batch, int64_t length)
{
  const int64_t d[3] = {batch, 4, length};
  memset(t, 0, sizeof *t);
  sg_rng_seed(&t->rng, 7);
  t->m = calloc(1, sizeof *t->m);
  ck_assert_int_eq(sg_graph_new(&t->m->graph, NULL), SG_OK);
  memcpy(t->m->alphabet, "ACGT", 5);
  t->at = sg_graph_add_input(t->m->graph, "x", 3, d);
}

static void finish(net *t)
{
  sg_graph_add_output(t->m->graph, "y", t->at, false);
  ck_assert_int_eq(sg_model_find_dna(t->m, NULL, NULL, NULL), SG_OK);
}

/* conv, batch norm, relu, max pool, flatten, dense, batch norm, relu, dense, sigmoid */
static void classic(net *t)
{
  const int64_t k5[] = {5}, p3[] = {3}, pads[] = {2, 2};
  start(t, SG_DIM_BATCH, L);
  sg_attrs *a = &add(t, "Conv", 3, WEIGHT(t, 6, 4, 5), WEIGHT(t, 6))->attrs;
  sg_attr_set_ints(a, "kernel_shape", k5, 1);
  sg_attr_set_ints(a, "pads", pads, 2);
  sg_node_def *bn = sg_graph_add_node(t->m->graph, "BatchNormalization", "bn", 5, 1);
  bn->in[0] = t->at;
  for (int k = 1; k < 5; k++) bn->in[k] = WEIGHT(t, 6);
  sg_tensor *var = (sg_tensor *) t->m->graph->value[bn->in[4]].tensor;
  for (int c = 0; c < 6; c++) var->data.f[c] = 0.5f + (float) c;
  t->at = bn->out[0] = sg_graph_add_value(t->m->graph, "bn");
  add(t, "Relu", 1, -1, -1);
  a = &add(t, "MaxPool", 1, -1, -1)->attrs;
  sg_attr_set_ints(a, "kernel_shape", p3, 1);
  sg_attr_set_ints(a, "strides", p3, 1);
  add(t, "Flatten", 1, -1, -1);
  add(t, "Gemm", 3, WEIGHT(t, 60, 7), WEIGHT(t, 7));
  add(t, "Relu", 1, -1, -1);
  add(t, "Gemm", 3, WEIGHT(t, 7, 2), WEIGHT(t, 2));
  add(t, "Sigmoid", 1, -1, -1);
  finish(t);
}

static uint8_t *codes(uint64_t seed)
{
  sg_rng r;
  uint8_t *s = malloc(N * L);
  sg_rng_seed(&r, seed);
  for (int i = 0; i < N * L; i++) s[i] = (uint8_t) sg_rng_below(&r, 4);
  s[3] = SG_CODE_N_ZERO;
  s[L + 7] = SG_CODE_N_QUARTER;
  s[2 * L] = s[2 * L + 1] = SG_CODE_PAD;
  memcpy(s + 8 * L, s, L);
  return s;
}

/* The same sequences as float columns, N x C x L. */
static float *columns(const uint8_t *s)
{
  float *x = calloc(N * 4 * L, sizeof *x);
  for (int i = 0; i < N; i++)
    for (int l = 0; l < L; l++)
      for (int b = 0; b < 4; b++) {
        uint8_t c = s[i * L + l];
        x[(i * 4 + b) * L + l] = c == SG_CODE_N_QUARTER ? 0.25f : c == b;
      }
  return x;
}

/* Outputs of all N items, evaluated `batch` at a time. */
static void run(net *t, const sg_plan_opts *o, int batch, const uint8_t *s, const float *x,
                bool logit, float *y)
{
  sg_err err = {0};
  sg_plan *p = NULL;
  sg_exec *e = NULL;
  ck_assert_msg(!sg_plan_new(t->m, sg_ops(), o, &p, &err), "%s", err.text);
  ck_assert_msg(!sg_exec_new(p, batch, 0, &e, &err), "%s", err.text);
  for (int i = 0; i < N; i += batch) {
    int n = i + batch <= N ? batch : N - i;
    sg_input in = {.codes = s ? s + i * L : NULL, .data = x ? x + i * 4 * L : NULL};
    ck_assert_msg(!sg_exec_forward(e, n, &in, &err), "%s", err.text);
    ck_assert_msg(!sg_exec_output(e, 0, logit, y + i * 2, &err), "%s", err.text);
  }
  sg_exec_free(e);
  sg_plan_free(p);
}

static void near(const float *a, const float *b, double tol)
{
  for (int i = 0; i < N * 2; i++) ck_assert(fabs(a[i] - b[i]) <= tol);
}

START_TEST(all_ways_agree)
{
  net t;
  float want[N * 2], y[N * 2];
  classic(&t);
  uint8_t *s = codes(1);
  float *x = columns(s);
  sg_plan_opts o = sg_plan_opts_default();
  o.float64 = o.no_simplify = true;
  run(&t, &o, N, NULL, x, false, want);
  ck_assert(want[0] != want[2]);
  for (int way = 0; way < 8; way++) {
    o = sg_plan_opts_default();
    o.no_simplify = way & 1;
    o.no_fuse = way & 2;
    run(&t, &o, N, way & 4 ? s : NULL, way & 4 ? NULL : x, false, y);
    near(y, want, 1e-5);
  }
  free(s);
  free(x);
  sg_model_free(t.m);
}
END_TEST

START_TEST(batches_do_not_change_bits)
{
  net t;
  float want[N * 2], y[N * 2];
  classic(&t);
  uint8_t *s = codes(2);
  run(&t, NULL, N, s, NULL, false, want);
  ck_assert_int_eq(memcmp(want, want + 16, 2 * sizeof *want), 0);
  for (int batch = 1; batch < N; batch++) {
    run(&t, NULL, batch, s, NULL, false, y);
    ck_assert_int_eq(memcmp(y, want, sizeof y), 0);
  }
  free(s);
  sg_model_free(t.m);
}
END_TEST

/* Activations of a megabyte run one item at a time, with two outputs on either side of the dense
 * layer. */
START_TEST(parts_do_not_change_bits)
{
  enum { LONG = 6000 };
  net t;
  sg_plan *p;
  sg_exec *e, *one;
  sg_err err = {0};
  start(&t, SG_DIM_BATCH, LONG);
  add(&t, "Conv", 2, WEIGHT(&t, 48, 4, 3), -1);
  add(&t, "Relu", 1, -1, -1);
  int trunk = t.at;
  add(&t, "Conv", 2, WEIGHT(&t, 1, 48, 5), -1);
  sg_graph_add_output(t.m->graph, "profile", t.at, false);
  t.at = trunk;
  add(&t, "GlobalMaxPool", 1, -1, -1);
  add(&t, "Flatten", 1, -1, -1);
  add(&t, "Gemm", 2, WEIGHT(&t, 48, 2), -1);
  finish(&t);
  uint8_t *s = malloc(5 * LONG);
  for (int i = 0; i < 5 * LONG; i++) s[i] = (uint8_t) sg_rng_below(&t.rng, 4);
  float *y[2] = {calloc(5, LONG * sizeof(float)), calloc(5, 2 * sizeof(float))}, *z = calloc(5,
      LONG * 4);
  ck_assert_msg(!sg_plan_new(t.m, sg_ops(), NULL, &p, &err), "%s", err.text);
  ck_assert(!sg_exec_new(p, 5, 0, &e, &err) && !sg_exec_new(p, 1, SG_EXEC_TRACE, &one, &err));
  sg_input in = {.codes = s};
  ck_assert(!sg_exec_forward(e, 5, &in, &err));
  for (int o = 0; o < 2; o++) ck_assert(!sg_exec_output(e, o, false, y[o], &err));
  for (int i = 0; i < 5; i++) {
    sg_io_info info;
    in.codes = s + i * LONG;
    ck_assert(!sg_exec_forward(one, 1, &in, &err));
    for (int o = 0; o < 2; o++) {
      ck_assert(!sg_plan_output_info(p, o, &info) && !sg_exec_output(one, o, false, z, &err));
      ck_assert(!memcmp(z, y[o] + i * info.units, (size_t) info.units * sizeof *z));
    }
  }
  sg_exec_free(e);
  sg_exec_free(one);
  sg_plan_free(p);
  sg_model_free(t.m);
  free(s);
  free(y[0]);
  free(y[1]);
  free(z);
}
END_TEST

START_TEST(logits_come_before_the_sigmoid)
{
  net t;
  float p[N * 2], z[N * 2];
  classic(&t);
  uint8_t *s = codes(3);
  run(&t, NULL, 4, s, NULL, false, p);
  run(&t, NULL, 4, s, NULL, true, z);
  for (int i = 0; i < N * 2; i++) ck_assert(fabs(1 / (1 + exp(-z[i])) - p[i]) < 1e-6);
  free(s);
  sg_model_free(t.m);
}
END_TEST

/* Gradient of the logits in double against central differences, with and without simplification. */
START_TEST(gradients_are_derivatives)
{
  net t;
  sg_err err = {0};
  classic(&t);
  uint8_t *s = codes(4);
  float *x = columns(s);
  double *xd = calloc(N * 4 * L, sizeof *xd), *g = calloc(N * 4 * L, sizeof *g);
  for (int i = 0; i < N * 4 * L; i++) xd[i] = x[i] + 0.01 * (i % 7);
  sg_plan_opts o = sg_plan_opts_default();
  o.float64 = o.backward = true;
  for (int simple = 0; simple < 2; simple++) {
    sg_plan *p;
    sg_exec *e;
    double seed[N * 2], y[N * 2];
    bool logit = true;
    o.no_simplify = !simple;
    ck_assert_msg(!sg_plan_new(t.m, sg_ops(), &o, &p, &err), "%s", err.text);
    ck_assert_msg(!sg_exec_new(p, N, SG_EXEC_TRACE, &e, &err), "%s", err.text);
    for (int i = 0; i < N * 2; i++) seed[i] = i % 3 - 0.5;
    sg_input in = {.data64 = xd};
    ck_assert_msg(!sg_exec_forward(e, N, &in, &err), "%s", err.text);
    ck_assert_msg(!sg_exec_backward_f64(e, (const double *[]){seed}, &logit, (double *[]){g}, &err),
                  "%s", err.text);
    for (int i = 5; i < N * 4 * L; i += 97) {
      double keep = xd[i], f[2];
      for (int d = 0; d < 2; d++) {
        xd[i] = keep + (d ? 1e-6 : -1e-6);
        ck_assert(!sg_exec_forward(e, N, &in, NULL));
        ck_assert(!sg_exec_output_f64(e, 0, true, y, NULL));
        f[d] = 0;
        for (int j = 0; j < N * 2; j++) f[d] += seed[j] * y[j];
      }
      xd[i] = keep;
      ck_assert(fabs((f[1] - f[0]) / 2e-6 - g[i]) <= 1e-5 * fmax(1, fabs(g[i])));
    }
    sg_exec_free(e);
    sg_plan_free(p);
  }
  free(s);
  free(x);
  free(xd);
  free(g);
  sg_model_free(t.m);
}
END_TEST

START_TEST(simplified_plans_are_shorter)
{
  net t;
  sg_plan *full, *small;
  sg_plan_opts o = sg_plan_opts_default();
  sg_layer_info info;
  classic(&t);
  ck_assert(!sg_plan_new(t.m, sg_ops(), NULL, &small, NULL));
  o.no_simplify = true;
  ck_assert(!sg_plan_new(t.m, sg_ops(), &o, &full, NULL));
  ck_assert_int_eq(sg_plan_layers(full), 9);
  ck_assert_int_eq(sg_plan_layers(small), 6);
  ck_assert(!sg_plan_layer(full, 0, &info));
  ck_assert_int_eq(info.params, 6 * 4 * 5 + 6);
  ck_assert_int_eq(info.receptive, 5);
  ck_assert_int_eq(info.madds, 30 * 6 * 4 * 5);
  ck_assert(!sg_plan_layer(full, 3, &info));
  ck_assert_int_eq(info.receptive, 7);
  ck_assert_int_eq(sg_plan_layer(full, 9, &info), SG_EINVAL);
  sg_plan_free(full);
  sg_plan_free(small);
  sg_model_free(t.m);
}
END_TEST

/* As TensorFlow is exported: N x L x 4, a convolution in two dimensions, its bias behind a squeeze,
 * a mean pool of full length, a product and its addend. */
static void wrapped(net *t)
{
  const int64_t d[3] = {SG_DIM_BATCH, L, 4}, turn[] = {0, 3, 1, 2}, one[] = {1}, two[] = {2};
  const int64_t pads[] = {0, 2, 0, 2}, whole[] = {L};
  start(t, SG_DIM_BATCH, L);
  sg_graph *g = t->m->graph;
  memcpy(g->input[0].dims, d, sizeof d);
  add(t, "Unsqueeze", 2, sg_graph_add_ints(g, "one", one, 1), -1);
  sg_attr_set_ints(&add(t, "Transpose", 1, -1, -1)->attrs, "perm", turn, 4);
  sg_attr_set_ints(&add(t, "Conv", 2, WEIGHT(t, 6, 4, 1, 5), -1)->attrs, "pads", pads, 4);
  add(t, "Squeeze", 2, sg_graph_add_ints(g, "two", two, 1), -1);
  add(t, "Add", 2, WEIGHT(t, 6, 1), -1);
  add(t, "Relu", 1, -1, -1);
  sg_attr_set_ints(&add(t, "AveragePool", 1, -1, -1)->attrs, "kernel_shape", whole, 1);
  add(t, "Flatten", 1, -1, -1);
  add(t, "MatMul", 2, WEIGHT(t, 6, 2), -1);
  add(t, "Add", 2, WEIGHT(t, 2), -1);
  add(t, "Sigmoid", 1, -1, -1);
  finish(t);
}

START_TEST(wrappings_are_left_out)
{
  static const char *const left[] = {"Conv", "GlobalAveragePool", "Flatten", "Gemm", "Sigmoid"};
  net t;
  sg_plan *p;
  sg_io_info info;
  float want[N * 2], y[N * 2];
  sg_plan_opts o = sg_plan_opts_default();
  wrapped(&t);
  uint8_t *s = codes(5);
  ck_assert(!sg_plan_new(t.m, sg_ops(), NULL, &p, NULL));
  ck_assert_int_eq(sg_plan_layers(p), 5);
  for (int i = 0; i < 5; i++) {
    sg_layer_info layer;
    ck_assert(!sg_plan_layer(p, i, &layer));
    ck_assert_str_eq(layer.op, left[i]);
  }
  ck_assert(p->codes);
  ck_assert(!sg_plan_input(p, 0, &info));
  ck_assert(info.nd == 2 && info.dims[0] == L && info.dims[1] == 4);
  sg_plan_free(p);
  o.no_simplify = o.float64 = true;
  run(&t, &o, N, s, NULL, false, want);
  run(&t, NULL, N, s, NULL, false, y);
  ck_assert(want[0] != want[2]);
  near(y, want, 1e-6);
  free(s);
  sg_model_free(t.m);
}
END_TEST

/* What a plan refuses, and the words that its message has to hold. */
static void refused(net *t, const sg_plan_opts *o, sg_status status, const char *words)
{
  sg_plan *p = NULL;
  sg_err err = {0};
  ck_assert_int_eq(sg_plan_new(t->m, sg_ops(), o, &p, &err), status);
  ck_assert_ptr_null(p);
  ck_assert_msg(strstr(err.text, words) != NULL, "'%s' does not say '%s'", err.text, words);
  sg_model_free(t->m);
}

START_TEST(refusals_name_the_layer)
{
  net t;
  const int64_t flat[] = {97, 40}, whole[] = {-1};
  sg_plan_opts o = sg_plan_opts_default();
  start(&t, SG_DIM_BATCH, L);
  add(&t, "LSTM", 1, -1, -1);
  finish(&t);
  refused(&t, NULL, SG_EUNSUPPORTED, "'LSTM_0' (LSTM)");
  start(&t, SG_DIM_BATCH, L);
  add(&t, "Conv", 2, WEIGHT(&t, 6, 5, 3), -1);
  finish(&t);
  refused(&t, NULL, SG_ESHAPE, "Conv_0");
  start(&t, SG_DIM_BATCH, 10);
  add(&t, "Reshape", 2, sg_graph_add_ints(t.m->graph, "s", flat, 2), -1);
  finish(&t);
  refused(&t, NULL, SG_EUNSUPPORTED, "Reshape_0");  /* right for N = 97 alone */
  start(&t, SG_DIM_BATCH, 10);
  add(&t, "Reshape", 2, sg_graph_add_ints(t.m->graph, "s", whole, 1), -1);
  finish(&t);
  refused(&t, NULL, SG_EUNSUPPORTED, "Reshape_0");
  start(&t, SG_DIM_BATCH, SG_DIM_ANY);
  add(&t, "Relu", 1, -1, -1);
  finish(&t);
  refused(&t, NULL, SG_EINVAL, "--length");
  start(&t, SG_DIM_BATCH, 12);
  add(&t, "Relu", 1, -1, -1);
  finish(&t);
  o.length = 13;
  refused(&t, &o, SG_ESHAPE, "12");
}
END_TEST

/* Shape arithmetic as exporters write it: view(x.size(0), -1). */
START_TEST(shapes_are_folded)
{
  net t;
  sg_plan *p;
  sg_err err = {0};
  const int64_t zero = 0, minus = -1;
  start(&t, SG_DIM_BATCH, L);
  int x = t.at;
  add(&t, "Shape", 1, -1, -1);
  add(&t, "Gather", 2, sg_graph_add_ints(t.m->graph, "i", &zero, 1), -1);
  int both[2] = {t.at, sg_graph_add_ints(t.m->graph, "m", &minus, 1)};
  sg_node_def *d;
  int shape = sg_graph_add_op(t.m->graph, "Concat", "cat", 2, both, &d);
  sg_attr_set_int(&d->attrs, "axis", 0);
  t.at = x;
  add(&t, "Reshape", 2, shape, -1);
  finish(&t);
  ck_assert_msg(!sg_plan_new(t.m, sg_ops(), NULL, &p, &err), "%s", err.text);
  ck_assert_int_eq(sg_plan_layers(p), 1);
  sg_io_info info;
  ck_assert(!sg_plan_output_info(p, 0, &info));
  ck_assert(info.nd == 1 && info.units == 4 * L && !info.has_logit);
  sg_plan_free(p);
  sg_model_free(t.m);
}
END_TEST

/* What the network gets for codes is read as them again, and nothing else is. */
START_TEST(rows_as_codes)
{
  net t;
  classic(&t);
  sg_plan_opts po = sg_plan_opts_default();
  sg_plan *plan;
  ck_assert_int_eq(sg_plan_new(t.m, sg_ops(), &po, &plan, NULL), SG_OK);
  float row[4 * L] = {0}, bases[4 * L];
  uint8_t codes[L], back[L];
  int64_t at;
  for (int i = 0; i < L; i++) codes[i] = (uint8_t) (i % 4);
  codes[7] = SG_CODE_N_ZERO;
  codes[9] = SG_CODE_N_QUARTER;
  for (int c = 0; c < 4; c++)
    for (int i = 0; i < L; i++)
      row[c * L + i] = codes[i] == c ? 1.0f : codes[i] == SG_CODE_N_QUARTER ? 0.25f : 0.0f;
  ck_assert(sg_plan_codes(plan, row, back, &at));
  ck_assert(!memcmp(codes, back, L));
  sg_plan_bases(plan, row, bases);
  ck_assert(!memcmp(row, bases, sizeof row));
  row[L + 12] = 0.5f;
  row[20] = NAN;
  ck_assert(!sg_plan_codes(plan, row, back, &at));
  ck_assert_int_eq(at, 12);
  ck_assert(back[12] == SG_CODE_N_ZERO && back[20] == SG_CODE_N_ZERO && back[13] == codes[13]);
  sg_plan_free(plan);
  sg_graph_free(t.m->graph);
  free(t.m);
}
END_TEST

START_TEST(calls_are_checked)
{
  net t;
  sg_plan *p;
  sg_exec *e;
  float y[N * 2];
  sg_err err = {0};
  classic(&t);
  ck_assert(!sg_plan_new(t.m, sg_ops(), NULL, &p, &err));
  ck_assert_int_eq(sg_exec_new(p, -1, 0, &e, &err), SG_EINVAL);
  ck_assert(!sg_exec_new(p, 4, 0, &e, &err));
  ck_assert_int_eq(sg_exec_output(e, 0, false, y, &err), SG_EINVAL);
  sg_input in = {0};
  ck_assert_int_eq(sg_exec_forward(e, 1, &in, &err), SG_EINVAL);
  ck_assert_int_eq(sg_exec_forward(e, 5, &in, &err), SG_EINVAL);
  ck_assert_int_eq(sg_exec_backward(e, NULL, NULL, NULL, &err), SG_EINVAL);
  sg_exec_free(e);
  sg_exec_free(NULL);
  sg_plan_free(p);
  sg_plan_free(NULL);
  sg_model_free(t.m);
  sg_model_free(NULL);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("plan");
  TCase *t = tcase_create("plan");
  tcase_add_test(t, all_ways_agree);
  tcase_add_test(t, batches_do_not_change_bits);
  tcase_add_test(t, parts_do_not_change_bits);
  tcase_add_test(t, logits_come_before_the_sigmoid);
  tcase_add_test(t, gradients_are_derivatives);
  tcase_add_test(t, simplified_plans_are_shorter);
  tcase_add_test(t, wrappings_are_left_out);
  tcase_add_test(t, refusals_name_the_layer);
  tcase_add_test(t, shapes_are_folded);
  tcase_add_test(t, rows_as_codes);
  tcase_add_test(t, calls_are_checked);
  suite_add_tcase(s, t);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed != 0;
}
