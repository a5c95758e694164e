/* conformance/check_layout.c: one network in many wrappings.
 *
 * A graph of ordinary layers grows over values that show N C L in whatever order of axes: each
 * layer reads its inputs in a layout drawn for it, by transpositions, squeezes and reshapes, as
 * exporters wrap them. Held to: the rewritten plan (model/layout.c) gives the numbers and the
 * gradient of the graph as it stands; its edits obey the laws of edits; and nothing is left of the
 * wrappings, so that no layer falls back.
 *
 * Contents
 *   1. layouts
 *   2. layers
 *   3. heads
 *   4. laws
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden/editlab.h"
#include "golden/golden.h"
#include "model/model.h"
#include "model/op.h"
#include "model/plan.h"
#include "seqgloss/engine.h"

/* ---- 1. Layouts ----------------------------------------------------------------------- */

enum { MOST = 12 };

/* Axes behind the batch: C channels, L positions, 1. */
typedef struct sprout { int value; int64_t C, L; const char *axes; } sprout;

typedef struct plot {
  sg_rng rng;
  struct sg_model model;
  sg_graph *g;
  sprout v[MOST];
  int n;
} plot;

static int64_t draw(plot *p, int64_t lo, int64_t hi)
{
  return lo + (int64_t) sg_rng_below(&p->rng, (uint64_t) (hi - lo + 1));
}

/* In double, so that weights that folded are as exact as the others. */
static int floats(plot *p, int nd, const int64_t *dims, double scale)
{
  sg_tensor *t = sg_tensor_new(p->g->mem, SG_DOUBLE, nd, dims);
  for (int64_t i = 0; i < sg_shape_count(&t->shape); i++)
    sg_tensor_set(t, i, scale * sg_rng_normal(&p->rng));
  return sg_graph_add_const(p->g, "w", t);
}

static int ints(plot *p, const int64_t *v, int64_t n) { return sg_graph_add_ints(p->g, "i", v, n); }

/* Layer of one input, or of an input and a constant. */
static int layer(plot *p, const char *op, int x, int k, sg_node_def **ret)
{
  int in[2] = { x, k };
  sg_node_def *d;
  return sg_graph_add_op(p->g, op, op, k < 0 ? 1 : 2, in, ret ? ret : &d);
}

/* ONNX axis of a letter of a layout. */
static int64_t place(const char *axes, char letter)
{
  return 1 + (int64_t) (strchr(axes, letter) - axes);
}

static int64_t extent(const sprout *v, char axis)
{
  return axis == 'C' ? v->C : axis == 'L' ? v->L : 1;
}

static bool turned(const char *axes) { return strchr(axes, 'L') < strchr(axes, 'C'); }

/* By one transposition of all axes, where there are equally many. */
static sprout permute(plot *p, sprout v, const char *to)
{
  int64_t perm[5] = { 0 };
  bool used[5] = { false };
  sg_node_def *d;
  for (size_t i = 0; to[i]; i++)
    for (size_t j = 0; v.axes[j]; j++)
      if (!used[j] && v.axes[j] == to[i]) {
        used[j] = true;
        perm[i + 1] = (int64_t) j + 1;
        break;
      }
  v.value = layer(p, "Transpose", v.value, -1, &d);
  sg_attr_set_ints(&d->attrs, "perm", perm, (int64_t) strlen(to) + 1);
  v.axes = to;
  return v;
}

/* To `to` by leaving out or putting in axes of length 1. */
static sprout respace(plot *p, sprout v, const char *to)
{
  int64_t list[5] = { 0 }, n = 0;
  bool squeeze = strlen(to) == 2, reshape = draw(p, 0, 1) || (strlen(to) > 2) == (v.axes[2] != 0);
  if (!strcmp(v.axes, to)) return v;
  if (reshape) {
    for (n = 1; to[n - 1]; n++) list[n] = extent(&v, to[n - 1]);
    v.value = layer(p, "Reshape", v.value, ints(p, list, n), NULL);
  } else {
    const char *from = squeeze ? v.axes : to;
    for (size_t i = 0; from[i]; i++)
      if (from[i] == '1') list[n++] = (int64_t) i + 1;
    v.value = layer(p, squeeze ? "Squeeze" : "Unsqueeze", v.value, ints(p, list, n), NULL);
  }
  v.axes = to;
  return v;
}

/* v in another layout. */
static sprout bring(plot *p, sprout v, const char *to)
{
  if (!strcmp(v.axes, to)) return v;
  if (strlen(to) == strlen(v.axes) && (turned(to) != turned(v.axes) || draw(p, 0, 1)))
    return permute(p, v, to);
  if (turned(to) != turned(v.axes)) {
    v = respace(p, v, turned(v.axes) ? "LC" : "CL");
    v = permute(p, v, turned(v.axes) ? "CL" : "LC");
  }
  return respace(p, v, to);
}

static const char *any_layout(plot *p)
{
  static const char *const all[] = { "CL", "LC", "C1L", "CL1", "1LC", "L1C", "1CL", "LC1" };
  return all[draw(p, 0, 7)];
}

static sprout pick(plot *p) { return p->v[draw(p, p->n / 2, p->n - 1)]; }

static void keep(plot *p, sprout v)
{
  if (v.value >= 0 && p->n < MOST && v.L > 1) p->v[p->n++] = v;
}

/* ---- 2. Layers ------------------------------------------------------------------------ */

/* Two-dimensional attributes of a layer that runs along L only. */
static void set_window(plot *p, sg_node_def *d, const sprout *v, int64_t k, int64_t stride)
{
  bool last = v->axes[strlen(v->axes) - 1] == 'L', two = strlen(v->axes) == 3;
  int64_t s[2] = { 1, 1 }, kernel[2] = { 1, 1 };
  s[two && last] = stride;
  kernel[two && last] = k;
  sg_attr_set_ints(&d->attrs, "strides", s, two ? 2 : 1);
  sg_attr_set_ints(&d->attrs, "kernel_shape", kernel, two ? 2 : 1);
  if (draw(p, 0, 1)) {
    int64_t pads[4] = { 0 };
    pads[two ? (last ? 1 : 0) : 0] = k / 2;
    pads[two ? (last ? 3 : 2) : 1] = k / 2;
    sg_attr_set_ints(&d->attrs, "pads", pads, two ? 4 : 2);
  }
}

/* Length behind a window, from what set_window set. */
static int64_t length_behind(const sg_node_def *d, int64_t L, int64_t k, int64_t stride)
{
  const sg_attr *pads = sg_attr_find(&d->attrs, "pads");
  return (L + (pads ? 2 * (k / 2) : 0) - k) / stride + 1;
}

static void grow_conv(plot *p)
{
  static const char *const flat[] = { "CL", "C1L", "CL1" };
  sprout v = bring(p, pick(p), flat[draw(p, 0, 2)]);
  int64_t groups = v.C % 2 == 0 && !draw(p, 0, 3) ? 2 : 1, F = groups * draw(p, 1, 5);
  int64_t k = draw(p, 1, v.L < 5 ? v.L : 5), stride = draw(p, 0, 3) ? 1 : 2;
  int64_t w[4] = { F, v.C / groups };
  for (size_t i = 1; v.axes[i]; i++) w[i + 1] = v.axes[i] == 'L' ? k : 1;
  sg_node_def *d;
  v.value = layer(p, "Conv", v.value, floats(p, (int) strlen(v.axes) + 1, w, 0.5), &d);
  set_window(p, d, &v, k, stride);
  sg_attr_set_int(&d->attrs, "group", groups);
  v.L = length_behind(d, v.L, k, stride);
  v.C = F;
  keep(p, v);
}

/* A kernel as high as there are channels, over an image of one. */
static void grow_full(plot *p)
{
  sprout v = bring(p, pick(p), draw(p, 0, 1) ? "1CL" : "1LC");
  bool last = v.axes[2] == 'L';
  int64_t k = draw(p, 1, v.L < 5 ? v.L : 5), F = draw(p, 1, 5);
  int64_t w[4] = { F, 1, last ? v.C : k, last ? k : v.C };
  v.value = layer(p, "Conv", v.value, floats(p, 4, w, 0.5), NULL);
  v = (sprout){ v.value, F, v.L - k + 1, last ? "C1L" : "CL1" };
  keep(p, v);
}

static void grow_pool(plot *p)
{
  static const char *const flat[] = { "CL", "C1L", "CL1" };
  sprout v = bring(p, pick(p), flat[draw(p, 0, 2)]);
  int64_t k = draw(p, 1, v.L < 3 ? v.L : 3), stride = draw(p, 1, 2);
  sg_node_def *d;
  v.value = layer(p, draw(p, 0, 1) ? "MaxPool" : "AveragePool", v.value, -1, &d);
  set_window(p, d, &v, k, stride);
  v.L = length_behind(d, v.L, k, stride);
  keep(p, v);
}

static void grow_function(plot *p)
{
  static const char *const names[] = { "Relu", "Tanh", "Sigmoid", "LeakyRelu", "Identity" };
  sprout v = bring(p, pick(p), any_layout(p));
  v.value = layer(p, names[draw(p, 0, 4)], v.value, -1, NULL);
  keep(p, v);
}

/* A number for each channel, or for each channel and position, or for all. */
static void grow_constant(plot *p)
{
  static const char *const names[] = { "Add", "Mul", "Sub", "Max" };
  sprout v = bring(p, pick(p), any_layout(p));
  int64_t d[4], skip = 0;
  int nd = (int) strlen(v.axes), kind = (int) draw(p, 0, 3);
  for (int i = 0; i < nd; i++)
    d[i] = (v.axes[i] == 'C' && kind < 3) || (v.axes[i] == 'L' && kind > 1) ? extent(&v, v.axes[i])
                                                                              : 1;
  while (draw(p, 0, 1) && skip < nd && d[skip] == 1) skip++;   /* leading ones may be left out */
  v.value = layer(p, names[draw(p, 0, 3)], v.value, floats(p, nd - (int) skip, d + skip, 0.5),
                  NULL);
  keep(p, v);
}

/* Two values of equal length: added, or side by side. */
static void grow_pair(plot *p)
{
  sprout a = pick(p), b = pick(p);
  const char *axes = any_layout(p);
  if (a.L != b.L || a.C + b.C > 24) return;
  a = bring(p, a, axes);
  b = bring(p, b, axes);
  if (a.C == b.C && draw(p, 0, 1)) {
    a.value = layer(p, draw(p, 0, 1) ? "Add" : "Mul", a.value, b.value, NULL);
  } else {
    sg_node_def *d;
    a.value = layer(p, "Concat", a.value, b.value, &d);
    int64_t back = draw(p, 0, 1) ? (int64_t) strlen(axes) + 1 : 0;
    sg_attr_set_int(&d->attrs, "axis", place(axes, 'C') - back);
    a.C += b.C;
  }
  keep(p, a);
}

static void grow_norm(plot *p)
{
  static const char *const flat[] = { "CL", "C1L", "CL1" };
  sprout v = bring(p, pick(p), flat[draw(p, 0, 2)]);
  int in[5] = { v.value }, y;
  for (int k = 1; k < 5; k++) {
    in[k] = floats(p, 1, &v.C, 0.4);
    sg_tensor *t = (sg_tensor *) p->g->value[in[k]].tensor;
    for (int64_t i = 0; k == 4 && i < v.C; i++) t->data.d[i] = 0.5 + fabs(t->data.d[i]);
  }
  sg_node_def *d;
  y = sg_graph_add_op(p->g, "BatchNormalization", "bn", 5, in, &d);
  v.value = y;
  keep(p, v);
}

/* A dense layer at every position. */
static void grow_product(plot *p)
{
  static const char *const last[] = { "LC", "1LC", "L1C" };
  sprout v = bring(p, pick(p), last[draw(p, 0, 2)]);
  int64_t w[2] = { v.C, draw(p, 1, 5) };
  v.value = layer(p, "MatMul", v.value, floats(p, 2, w, 0.5), NULL);
  v.C = w[1];
  keep(p, v);
}

static void grow_cut(plot *p)
{
  sprout v = bring(p, pick(p), any_layout(p));
  int64_t a = place(v.axes, 'L'), step = 1;
  int64_t from = draw(p, 0, v.L / 3), to = v.L - draw(p, 0, v.L / 3);
  if (draw(p, 0, 2)) {
    int in[5] = { v.value, ints(p, &from, 1), ints(p, &to, 1), ints(p, &a, 1), ints(p, &step, 1) };
    sg_node_def *d;
    v.value = sg_graph_add_op(p->g, "Slice", "cut", draw(p, 0, 1) ? 4 : 5, in, &d);
    v.L = to - from;
  } else {
    int64_t pads[8] = { 0 }, nd = (int64_t) strlen(v.axes) + 1;
    pads[a] = draw(p, 0, 2);
    pads[a + nd] = draw(p, 0, 2);
    v.value = layer(p, "Pad", v.value, ints(p, pads, 2 * nd), NULL);
    v.L += pads[a] + pads[a + nd];
  }
  keep(p, v);
}

/* ---- 3. Heads ------------------------------------------------------------------------- */

static void add_head(plot *p, int value, int64_t units)
{
  int64_t w[2] = { units, draw(p, 1, 4) };
  char name[16];
  int y = layer(p, draw(p, 0, 1) ? "MatMul" : "Gemm", value, floats(p, 2, w, 0.3), NULL);
  if (draw(p, 0, 1)) y = layer(p, "Add", y, floats(p, 1, &w[1], 0.3), NULL);
  if (draw(p, 0, 1)) y = layer(p, "Relu", y, -1, NULL);
  snprintf(name, sizeof name, "y%d", p->g->n_output);
  sg_graph_add_output(p->g, name, y, false);
}

/* Over the positions of a layout, its axes of length 1 along with them or not. */
static void add_reduced(plot *p, sprout v)
{
  static const char *const names[] = { "ReduceMax", "ReduceMean", "ReduceSum" };
  int64_t axes[3], n = 0, keepdims = draw(p, 0, 1), flat[2] = { 0, v.C };
  sg_node_def *d;
  bool ones = draw(p, 0, 1);
  for (size_t i = 0; v.axes[i]; i++)
    if (v.axes[i] == 'L' || (v.axes[i] == '1' && ones)) axes[n++] = (int64_t) i + 1;
  bool input = draw(p, 0, 1);
  int y = layer(p, names[draw(p, 0, 2)], v.value, input ? ints(p, axes, n) : -1, &d);
  sg_attr_set_int(&d->attrs, "keepdims", keepdims);
  if (!input) {
    d->opset = 11;
    sg_attr_set_ints(&d->attrs, "axes", axes, n);
  }
  if (keepdims || (!ones && v.axes[2])) y = layer(p, "Reshape", y, ints(p, flat, 2), NULL);
  add_head(p, y, v.C);
}

static void add_heads(plot *p)
{
  for (int i = 0; i < 3; i++) {
    sprout v = bring(p, p->v[p->n - 1 - i % p->n], any_layout(p));
    if (draw(p, 0, 2)) add_reduced(p, v);
    else add_head(p, layer(p, "Flatten", v.value, -1, NULL), v.C * v.L);
  }
  if (!draw(p, 0, 3)) {
    sprout v = bring(p, p->v[p->n - 1], any_layout(p));
    int y = layer(p, "Sigmoid", v.value, -1, NULL);
    sg_graph_add_output(p->g, "profile", draw(p, 0, 1) ? y : v.value, false);
  }
}

/* ---- 4. Laws -------------------------------------------------------------------------- */

enum { ITEMS = 3 };

/* Outputs of the plan one after the other, and the gradient of a fixed sum of them. */
static bool run(const plot *p, bool simple, const double *x, double *y, double *grad, sg_err *err)
{
  sg_plan *plan = NULL;
  sg_exec *e = NULL;
  sg_plan_opts po = sg_plan_opts_default();
  const double *seed[8] = { NULL };
  bool logit[8] = { false };
  po.float64 = po.backward = true;
  po.no_simplify = !simple;
  bool good = !sg_plan_new(&p->model, sg_ops(), &po, &plan, err) &&
              !sg_exec_new(plan, ITEMS, SG_EXEC_TRACE, &e, err);
  sg_input in = { .data64 = x };
  good = good && !sg_exec_forward(e, ITEMS, &in, err);
  double *from = y, *seeds = NULL;
  for (int o = 0; good && o < sg_plan_outputs(plan); o++) {
    sg_io_info info;
    good = !sg_plan_output_info(plan, o, &info) && !sg_exec_output_f64(e, o, false, from, err);
    from += info.units * ITEMS;
  }
  seeds = calloc((size_t) (from - y) + 1, sizeof *seeds);
  for (int64_t i = 0; seeds && i < from - y; i++) seeds[i] = (double) (i % 5) - 1.75;
  double *at = seeds;
  for (int o = 0; good && o < sg_plan_outputs(plan); o++) {
    sg_io_info info;
    good = seeds && !sg_plan_output_info(plan, o, &info);
    seed[o] = at;
    at += info.units * ITEMS;
  }
  good = good && !sg_exec_backward_f64(e, seed, logit, &grad, err);
  free(seeds);
  sg_exec_free(e);
  sg_plan_free(plan);
  return good;
}

static double distance(int64_t n, const double *a, const double *b)
{
  double most = 0, scale = 1;
  for (int64_t i = 0; i < n; i++) {
    double d = fabs(a[i] - b[i]);
    if (!(d <= most)) most = d;
    if (fabs(b[i]) > scale) scale = fabs(b[i]);
  }
  return most / scale;
}

enum { ROOM = 1 << 16 };

static void check_values(plot *p, const char *name, int64_t L)
{
  double *buffer = calloc(4 * ROOM + 2 * (size_t) (ITEMS * 4 * L), sizeof *buffer);
  double *y = buffer + ROOM, *g = y + 2 * ROOM;
  sg_err err = { 0 };
  for (int64_t i = 0; i < ITEMS * 4 * L; i++) buffer[i] = 0.3 * sg_rng_normal(&p->rng);
  bool good = run(p, false, buffer, y, g, &err) &&
              run(p, true, buffer, y + ROOM, g + ITEMS * 4 * L, &err);
  double dy = distance(ROOM, y + ROOM, y), dg = distance(ITEMS * 4 * L, g + ITEMS * 4 * L, g);
  golden_ok(good && dy <= 1e-10 && dg <= 1e-9, name, "values %.1e gradient %.1e %.120s", dy, dg,
            err.text);
  free(buffer);
}

/* What is left of the wrappings: at the end, for an output that is a profile, or where nothing but
 * numbers of no position are. */
static void check_layers(plot *p, const char *name, bool profile)
{
  static const char *const wraps[] = { "Transpose", "Squeeze", "Unsqueeze", "Reshape" };
  sg_plan *plan = NULL;
  sg_delta_plan *dp = NULL;
  sg_delta_layer l;
  char what[200] = "";
  sg_err err = { 0 };
  bool good = !sg_plan_new(&p->model, sg_ops(), NULL, &plan, &err) &&
              !sg_delta_plan_new(plan, NULL, &dp, &err);
  for (int i = 0; good && sg_delta_plan_layer(dp, i, &l); i++) {
    bool wrap = false;
    for (int w = 0; w < 4; w++) wrap |= !strcmp(l.op, wraps[w]);
    if ((wrap && !profile && l.mode != SG_DELTA_WHOLE && l.mode != SG_DELTA_IDLE) ||
        l.mode == SG_DELTA_FALLBACK)
      snprintf(what, sizeof what, "%.80s (%.40s) is %s", l.name, l.op, sg_delta_mode_name(l.mode));
  }
  sg_io_info info;
  if (good && profile && !sg_plan_output_info(plan, 3, &info)) {
    const sg_node_def *last = p->g->node[p->g->n_node - 1];
    bool sigmoid = last->out[0] == p->g->output[3].value && !strcmp(last->op_type, "Sigmoid");
    if (sigmoid && !info.has_logit) snprintf(what, sizeof what, "the profile has lost its logits");
  }
  golden_ok(good && !what[0], name, "%s%.90s", what, err.text);
  sg_delta_plan_free(dp);
  sg_plan_free(plan);
}

static void one_graph(int seed)
{
  static void (*const grow[])(plot *) = {
    grow_conv, grow_conv, grow_full, grow_pool, grow_function, grow_function, grow_constant,
    grow_pair, grow_norm, grow_product, grow_cut };
  plot p = { 0 };
  char name[64], text[100];
  sg_rng_seed_item(&p.rng, 11, (uint64_t) seed);
  sg_graph_new(&p.g, NULL);
  int64_t L = draw(&p, 10, 40), dims[5] = { SG_DIM_BATCH };
  sprout x = { 0, 4, L, any_layout(&p) };
  for (size_t i = 0; x.axes[i]; i++) dims[i + 1] = extent(&x, x.axes[i]);
  x.value = sg_graph_add_input(p.g, "x", (int) strlen(x.axes) + 1, dims);
  p.model = (struct sg_model){ .graph = p.g, .alphabet = "ACGT", .n_base = SG_N_ZERO, .length = L,
                               .dna = { 0, (int) place(x.axes, 'C'), (int) place(x.axes, 'L') } };
  p.v[p.n++] = x;
  grow[draw(&p, 0, 2)](&p);
  for (int64_t i = draw(&p, 1, 9); i > 0; i--) grow[draw(&p, 0, 10)](&p);
  add_heads(&p);
  sg_plan_opts po = sg_plan_opts_default();
  snprintf(name, sizeof name, "graph %d: x[N]%s, %d values", seed, x.axes, p.n);
  check_values(&p, name, L);
  snprintf(text, sizeof text, "%s, layers", name);
  check_layers(&p, text, p.g->n_output > 3);
  editlab_check(name, &p.model, &po, SG_RC_NONE);
  po.float64 = true;
  editlab_check(name, &p.model, &po, SG_RC_NONE);
  sg_graph_free(p.g);
}

int main(int argc, char **argv)
{
  int from = argc > 1 ? (int) strtol(argv[1], NULL, 10) : 0, n = argc > 1 ? 1 : 150;
  for (int i = from; i < from + n; i++) one_graph(i);
  return golden_end();
}
