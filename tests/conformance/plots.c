/* tests/conformance/plots.c: random graphs over a sequence, drawn from the registry.
 *
 * Contents
 *   1. a growing graph
 *   2. layers
 *   3. outputs
 *   4. graphs
 */
#include <stdio.h>
#include <string.h>

#include "conformance/plots.h"

/* ---- 1. A growing graph -------------------------------------------------------------- */

static int64_t draw(plot *p, int64_t lo, int64_t hi)
{
  return lo + (int64_t) sg_rng_below(&p->rng, (uint64_t) (hi - lo + 1));
}

static int floats(plot *p, int nd, const int64_t *dims, double scale)
{
  sg_tensor *t = sg_tensor_new(p->g->mem, SG_F32, nd, dims);
  for (int64_t i = 0; i < sg_shape_count(&t->shape); i++)
    sg_tensor_set(t, i, (float) (scale * sg_rng_normal(&p->rng)));
  return sg_graph_add_const(p->g, "w", t);
}

static int ints(plot *p, int n, const int64_t *v)
{
  return sg_graph_add_ints(p->g, "i", v, n);
}

static sg_node_def *layer(plot *p, const char *op, int n_in, const int *in, int *ret_value)
{
  sg_node_def *d = NULL;
  *ret_value = sg_graph_add_op(p->g, op, op, n_in, in, &d);
  return d;
}

/* Shape of a value when it is the only output; false: the graph cannot be planned so. */
static bool shape_of(plot *p, int value, sg_io_info *info)
{
  sg_plan_opts po = sg_plan_opts_default();
  sg_plan *plan = NULL;
  int n = p->g->n_output;
  sg_graph_add_output(p->g, "try", value, false);
  sg_graph_output kept = p->g->output[0];
  p->g->output[0] = p->g->output[n];
  p->g->n_output = 1;
  bool good = !sg_plan_new(&p->model, sg_ops(), &po, &plan, NULL) &&
              !sg_plan_output_info(plan, 0, info);
  p->g->output[0] = kept;
  p->g->n_output = n;
  sg_plan_free(plan);
  return good;
}

/* Keeps a value of two axes beside the batch. */
static void keep(plot *p, int value)
{
  sg_io_info info;
  if (value < 0 || p->n == MOST_VALUES || !shape_of(p, value, &info)) return;
  if (info.nd == 2 && info.dims[1] > 1 && info.units < 4096)
    p->v[p->n++] = (sprout){value, info.dims[0], info.dims[1]};
}

static sprout pick(plot *p) { return p->v[draw(p, draw(p, 0, 1) ? p->n / 2 : 0, p->n - 1)]; }

/* ---- 2. Layers ------------------------------------------------------------------------ */

static void grow_conv(plot *p)
{
  sprout v = pick(p);
  int64_t groups = v.channels % 2 == 0 && !draw(p, 0, 4) ? 2 : 1;
  int64_t F = groups * (draw(p, 0, 2) ? draw(p, 1, 9) : draw(p, 16, 40));
  int64_t w[3] = {F, v.channels / groups, draw(p, 1, 6)};
  int64_t stride = draw(p, 0, 3) ? 1 : draw(p, 2, 3);
  int64_t dil = draw(p, 0, 2) ? 1 : draw(p, 2, 5), pads[2] = {draw(p, 0, 4), draw(p, 0, 4)};
  int in[3] = {v.value, floats(p, 3, w, 0.5), floats(p, 1, &F, 0.3)}, y;
  sg_node_def *d = layer(p, "Conv", 3, in, &y);
  sg_attr_set_ints(&d->attrs, "strides", &stride, 1);
  sg_attr_set_ints(&d->attrs, "dilations", &dil, 1);
  sg_attr_set_ints(&d->attrs, "pads", pads, 2);
  sg_attr_set_int(&d->attrs, "group", groups);
  keep(p, y);
  if (draw(p, 0, 1)) {
    layer(p, "Relu", 1, &y, &y);
    keep(p, y);
  }
}

static void grow_pool(plot *p)
{
  static const char *const kinds[] = {"MaxPool", "AveragePool"};
  int64_t k = draw(p, 2, 4), stride = draw(p, 1, 4), pads[2] = {draw(p, 0, 1), draw(p, 0, 1)};
  int x = pick(p).value, y;
  sg_node_def *d = layer(p, kinds[draw(p, 0, 1)], 1, &x, &y);
  sg_attr_set_ints(&d->attrs, "kernel_shape", &k, 1);
  sg_attr_set_ints(&d->attrs, "strides", &stride, 1);
  sg_attr_set_ints(&d->attrs, "pads", pads, 2);
  keep(p, y);
}

/* Two values of one shape, cut to it where need be. */
static int cut(plot *p, sprout v, int64_t from, int64_t length)
{
  int64_t lo = from, hi = from + length, axis = 2;
  int in[4] = {v.value, ints(p, 1, &lo), ints(p, 1, &hi), ints(p, 1, &axis)}, y;
  layer(p, "Slice", 4, in, &y);
  return y;
}

static void grow_pair(plot *p)
{
  static const char *const kinds[] = {"Add", "Mul", "Max", "Sub", "Concat"};
  sprout a = pick(p), b = pick(p);
  int64_t length = a.length < b.length ? a.length : b.length;
  const char *kind = kinds[draw(p, 0, 4)];
  int in[2] = {cut(p, a, (a.length - length) / 2, length),
               cut(p, b, (b.length - length) / 2, length)};
  int y;
  sg_node_def *d = layer(p, kind, 2, in, &y);
  if (!strcmp(kind, "Concat")) sg_attr_set_int(&d->attrs, "axis", 1);
  keep(p, y);
}

/* Positions the other way round: what a reverse-complement branch reads. */
static void grow_reverse(plot *p)
{
  int64_t lo = -1, hi = INT64_MIN, axis = draw(p, 1, 2), step = -1;
  int in[5] = {pick(p).value, ints(p, 1, &lo), ints(p, 1, &hi), ints(p, 1, &axis),
               ints(p, 1, &step)}, y;
  layer(p, "Slice", 5, in, &y);
  keep(p, y);
}

/* Near their poles these make any rounding large: no tolerance would fit. */
static bool has_poles(const char *op)
{
  static const char *const names[] = {"Reciprocal", "Tan", "Log", "Atanh", "ReduceLogSum"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (!strcmp(op, names[i])) return true;
  return false;
}

/* Any layer of the registry with one activation and nothing else, as its sample sets it up. */
static void grow_any(plot *p)
{
  const sg_op *const *ops = sg_ops()->f64;
  int count = 0, y, x = pick(p).value;
  while (ops[count]) count++;
  const sg_op *op = ops[draw(p, 0, count - 1)];
  if (!op->sample || !op->forward || has_poles(op->name)) return;
  sg_node_def *d = layer(p, op->name, 1, &x, &y);
  sg_sample s = {.rng = &p->rng, .mem = p->g->mem, .attrs = &d->attrs, .opset = SG_OPSET_OWN,
                 .n_in = 1, .n_out = 1};
  op->sample(&s);
  if (s.n_in == 1 && s.n_out == 1 && s.opset == SG_OPSET_OWN) keep(p, y);
}

/* Where the extreme of a line stands: as a number that scales the values, or marked in them. */
static void grow_choice(plot *p)
{
  static const char *const kinds[] = {"ArgMax", "ArgMin", "Hardmax"};
  const char *kind = kinds[draw(p, 0, 2)];
  int x = pick(p).value, y, to = SG_F32;
  sg_node_def *d = layer(p, kind, 1, &x, &y);
  sg_attr_set_int(&d->attrs, "axis", draw(p, 1, 2));
  if (strcmp(kind, "Hardmax")) {
    sg_attr_set_int(&d->attrs, "select_last_index", draw(p, 0, 1));
    d = layer(p, "Cast", 1, &y, &y);
    sg_attr_set_int(&d->attrs, "to", to);
  }
  int in[2] = {x, y};
  layer(p, "Mul", 2, in, &y);
  keep(p, y);
}

/* ---- 3. Outputs ------------------------------------------------------------------------- */

static void add_head(plot *p, int value, int64_t units)
{
  int64_t w[2] = {units, draw(p, 1, 5)};
  int in[2] = {value, floats(p, 2, w, 0.3)}, y;
  char name[16];
  layer(p, "Gemm", 2, in, &y);
  if (draw(p, 0, 1)) layer(p, "Sigmoid", 1, &y, &y);
  snprintf(name, sizeof name, "y%d", p->g->n_output);
  sg_graph_add_output(p->g, name, y, false);
}

static void add_gathered(plot *p, const char *op, sprout v)
{
  int x = v.value, y;
  sg_node_def *d = layer(p, op, 1, &x, &y);
  int64_t axis = 2;
  if (!strncmp(op, "Reduce", 6)) {
    int in[2] = {x, ints(p, 1, &axis)};
    d = layer(p, op, 2, in, &y);
    sg_attr_set_int(&d->attrs, "keepdims", 0);
  } else layer(p, "Flatten", 1, &y, &y);
  add_head(p, y, strcmp(op, "Flatten") ? v.channels : v.channels * v.length);
}

static void add_outputs(plot *p)
{
  static const char *const kinds[] = {"GlobalMaxPool", "GlobalAveragePool", "ReduceMax",
                                      "ReduceMean", "ReduceSum", "Flatten", "ReduceLogSumExp"};
  for (int i = 0; i < 3; i++) add_gathered(p, kinds[draw(p, 0, 6)], p->v[p->n - 1 - i % p->n]);
  if (draw(p, 0, 1)) sg_graph_add_output(p->g, "profile", p->v[p->n - 1].value, false);
}

/* ---- 4. Graphs ---------------------------------------------------------------------------- */

void plot_grow(plot *p, int seed, bool jumps)
{
  static void (*const grow[])(plot *) = {grow_conv, grow_conv, grow_conv, grow_pool, grow_pair,
                                         grow_pair, grow_reverse, grow_any, grow_any, grow_any,
                                         grow_choice};
  *p = (plot) {0};
  sg_rng_seed_item(&p->rng, 5, (uint64_t) seed);
  sg_graph_new(&p->g, NULL);
  p->L = draw(p, 12, 60);
  int64_t dims[3] = {SG_DIM_BATCH, 4, p->L};
  int x = sg_graph_add_input(p->g, "x", 3, dims);
  p->model = (struct sg_model){.graph = p->g, .alphabet = "ACGT", .n_base = SG_N_ZERO,
                               .dna = {0, 1, 2}, .length = p->L};
  p->v[p->n++] = (sprout){x, 4, p->L};
  for (int64_t i = draw(p, 3, 14); i > 0; i--) grow[draw(p, 0, jumps ? 10 : 9)](p);
  add_outputs(p);
}

void plot_free(plot *p) { sg_graph_free(p->g); }
