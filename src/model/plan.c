/* model/plan.c: a graph made executable: walk, simplify, decide how the sequence is read, prepare
 * weights.
 *
 * Contents
 *   1. the walk, for two batch sizes
 *   2. values and outputs
 *   3. the sequence as codes
 *   4. weights and kernels
 *   5. sg_plan_new, sg_plan_free
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernels.h"
#include "model/fold.h"
#include "model/walk.h"

#define BATCH_A 97        /* two primes that stand for N: shapes that depend on N differ between
                           * them */
#define BATCH_B 101

/* ---- 1. The walk ------------------------------------------------------------------- */

/* A batch size that the file fixes (all inputs agree), or 0. */
static sg_status fixed_batch(const sg_graph *g, int64_t *ret, sg_err *err)
{
  *ret = 0;
  for (int i = 0; i < g->n_input; i++) {
    int64_t d = g->input[i].nd > 0 ? g->input[i].dims[0] : SG_DIM_BATCH;
    if (d < 1) continue;
    if (*ret && *ret != d)
      return sg_fail(err, SG_EUNSUPPORTED, "the inputs have fixed and different batch sizes, %"
                     PRId64 " and %" PRId64 "; export with an open batch axis", *ret, d);
    *ret = d;
  }
  return SG_OK;
}

/* Runs a second walk with another N in memory of its own and compares. */
static sg_status check_batch(const sg_walk *first, sg_err *err)
{
  sg_walk w = {.model = first->model, .ops = first->ops, .f64 = first->f64,
               .length = first->length, .batch = BATCH_B, .mem = sg_arena_new()};
  sg_status s = w.mem ? sg_walk_run(&w, err) : sg_fail(err, SG_ENOMEM, "out of memory");
  if (!s) s = sg_walk_compare(first, &w, err);
  sg_arena_free(w.mem);
  return s;
}

static sg_status walk(sg_walk *w, sg_err *err)
{
  int64_t fixed;
  sg_status s = fixed_batch(w->model->graph, &fixed, err);
  if (s) return s;
  w->batch = fixed ? fixed : BATCH_A;
  s = sg_walk_run(w, err);
  return s || fixed ? s : check_batch(w, err);
}

/* ---- 2. Values and outputs --------------------------------------------------------- */

static sg_status take_values(sg_plan *p, const sg_walk *w, sg_err *err)
{
  const sg_graph *g = p->graph;
  p->n_value = g->n_value;
  p->value = sg_arena_calloc(p->mem, (size_t) g->n_value + 1, sizeof *p->value);
  p->input_value = sg_arena_calloc(p->mem, (size_t) g->n_input + 1, sizeof *p->input_value);
  p->output = sg_arena_calloc(p->mem, (size_t) g->n_output + 1, sizeof *p->output);
  p->input_last = sg_arena_calloc(p->mem, (size_t) g->n_input + 1, sizeof *p->input_last);
  if (!p->value || !p->input_value || !p->output || !p->input_last)
    return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int v = 0; v < g->n_value; v++) {
    const sg_arg *a = &w->known[v].arg;
    p->value[v] = (sg_plan_value){.name = g->value[v].name, .shape = a->shape, .dtype = a->dtype,
                                  .tensor = a->tensor, .producer = -1, .input = -1};
  }
  p->n_input = g->n_input;
  for (int i = 0; i < g->n_input; i++) {
    p->input_value[i] = g->input[i].value;
    p->input_last[i] = g->input[i].channels_last;
    p->value[g->input[i].value].input = i;
  }
  p->axes = p->model->dna;
  p->n_output = g->n_output;
  for (int o = 0; o < g->n_output; o++)
    p->output[o] = (sg_plan_output){.value = g->output[o].value, .logit = -1,
                                    .name = g->output[o].name,
                                    .channels_last = g->output[o].channels_last};
  p->node = w->node;
  p->n_node = w->n_node;
  return SG_OK;
}

int sg_plan_readers(const sg_plan *p, int value)
{
  int n = 0;
  for (int i = 0; i < p->n_node; i++)
    for (int k = 0; k < p->node[i]->n_in; k++)
      n += p->node[i]->in[k].value == value && !p->node[i]->in[k].tensor;
  for (int o = 0; o < p->n_output; o++)
    n += (p->output[o].value == value) + (p->output[o].logit == value);
  return n;
}

/* Producer and last use of every value. */
static void link_values(sg_plan *p)
{
  for (int v = 0; v < p->n_value; v++) p->value[v].producer = p->value[v].last_use = -1;
  for (int i = 0; i < p->n_node; i++) {
    const sg_node *n = p->node[i];
    for (int k = 0; k < n->n_in; k++)
      if (sg_node_has(n, k) && !n->in[k].tensor) p->value[n->in[k].value].last_use = i;
    for (int k = 0; k < n->n_out; k++)
      if (n->out[k].value != SG_NONE) p->value[n->out[k].value].producer = i;
  }
  for (int o = 0; o < p->n_output; o++) {
    p->value[p->output[o].value].last_use = p->n_node;
    if (p->output[o].logit >= 0) p->value[p->output[o].logit].last_use = p->n_node;
  }
}

/* The value before a final sigmoid or softmax. */
static void find_logits(sg_plan *p)
{
  for (int o = 0; o < p->n_output; o++) {
    int i = p->value[p->output[o].value].producer;
    const char *op = i >= 0 ? p->node[i]->op->name : "";
    if (!strcmp(op, "Sigmoid") || !strcmp(op, "Softmax") || !strcmp(op, "LogSoftmax"))
      p->output[o].logit = p->node[i]->in[0].value;
  }
}

/* ---- 3. The sequence as codes ------------------------------------------------------ */

/* Codes are read where every reader of the sequence is a convolution over N x C x L. Elsewhere the
 * engine spells columns out. */
static void decide_codes(sg_plan *p)
{
  p->dna = p->axes.input;
  int v = p->dna >= 0 ? p->input_value[p->dna] : -1;
  bool codes = v >= 0 && p->axes.base_axis == 1 && p->axes.pos_axis == 2 &&
               p->value[v].shape.nd == 3 && !p->f64;
  for (int o = 0; o < p->n_output; o++)
    if (p->output[o].value == v || p->output[o].logit == v) codes = false;
  for (int i = 0; i < p->n_node && codes; i++)
    for (int k = 0; k < p->node[i]->n_in; k++)
      if (!p->node[i]->in[k].tensor && p->node[i]->in[k].value == v)
        codes = codes && k == 0 && (p->node[i]->flags & SG_NODE_CODES);
  for (int i = 0; i < p->n_node; i++)
    if (!codes || p->node[i]->n_in < 1 || p->node[i]->in[0].value != v)
      p->node[i]->flags &= ~(unsigned) SG_NODE_CODES;
  p->codes = codes;
}

/* ---- 4. Weights and kernels -------------------------------------------------------- */

static sg_status get_kernels(sg_plan *p, const char *isa, sg_err *err)
{
  p->isa = "double";
  if (p->f64) return sg_kernels_double(&p->kernels, err);
  const sg_kernels_f32 *k = NULL;
  sg_status s = sg_kernels_get_f32(isa, &k, err);
  p->kernels = k;
  if (!s) p->isa = k->isa;
  return s;
}

static sg_status take_weights(sg_plan *p, int i)
{
  const sg_node *n = p->node[i];
  p->weight[i] = sg_arena_calloc(p->mem, (size_t) n->n_in + 1, sizeof **p->weight);
  if (!p->weight[i]) return SG_ENOMEM;
  for (int k = 0; k < n->n_in; k++) {
    if (!sg_node_is_const(n, k) || n->in[k].tensor->dtype == SG_TEXT) continue;
    p->weight[i][k] = sg_tensor_real(n->in[k].tensor, p->f64, p->mem);
    if (!p->weight[i][k]) return SG_ENOMEM;
  }
  return SG_OK;
}

static sg_status prepare(sg_plan *p, sg_err *err)
{
  p->prep = sg_arena_calloc(p->mem, (size_t) p->n_node + 1, sizeof *p->prep);
  p->weight = sg_arena_calloc(p->mem, (size_t) p->n_node + 1, sizeof *p->weight);
  if (!p->prep || !p->weight) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < p->n_node; i++) {
    const sg_node *n = p->node[i];
    sg_status s = take_weights(p, i);
    if (s) return sg_fail(err, s, "out of memory");
    if (n->op->prepare)
      s = n->op->prepare(n, p->kernels, p->backward, p->mem, &p->prep[i], err);
    if (s) return s;
  }
  return SG_OK;
}

/* ---- 5. Plans ---------------------------------------------------------------------- */

sg_plan_opts sg_plan_opts_default(void)
{
  return (sg_plan_opts){.size = sizeof(sg_plan_opts)};
}

static sg_status choose_length(const sg_model *m, const sg_plan_opts *o, int64_t *ret, sg_err *err)
{
  *ret = o->length ? o->length : m->length;
  if (*ret < 0 || *ret > (int64_t) 1 << 31)
    return sg_fail(err, SG_EINVAL, "a length of %" PRId64 " is out of range", *ret);
  if (m->length && *ret != m->length)
    return sg_fail(err, SG_ESHAPE, "the network takes %" PRId64 " positions, not %" PRId64,
                   m->length, *ret);
  if (!*ret && m->dna.input >= 0)
    return sg_fail(err, SG_EINVAL, "the network takes sequences of any length: give --length");
  return SG_OK;
}

/* Everything after the walk. */
static sg_status finish(sg_plan *p, const sg_registry *ops, const sg_plan_opts *o, sg_err *err)
{
  sg_status s = SG_OK;
  if (!o->no_simplify) s = sg_plan_simplify(p, ops, err);
  if (s) return s;
  link_values(p);
  find_logits(p);
  if (!o->no_simplify && !o->no_fuse && !o->backward) sg_plan_fuse_relu(p);
  link_values(p);
  decide_codes(p);
  s = get_kernels(p, o->isa, err);
  return s ? s : prepare(p, err);
}

sg_status sg_plan_new(const sg_model *model, const sg_registry *ops, const sg_plan_opts *opts,
                      sg_plan **ret_plan, sg_err *err)
{
  sg_plan_opts o = opts ? *opts : sg_plan_opts_default();
  sg_plan *p = calloc(1, sizeof *p);
  sg_walk w = {.model = model, .ops = ops, .f64 = o.float64};
  sg_status s = SG_OK;
  *ret_plan = NULL;
  if (p) p->mem = w.mem = sg_arena_new();
  if (!p || !p->mem) {
    s = sg_fail(err, SG_ENOMEM, "out of memory");
    goto done;
  }
  p->graph = model->graph;
  p->model = model;
  p->f64 = o.float64;
  p->backward = o.backward;
  if ((s = choose_length(model, &o, &w.length, err))) goto done;
  p->length = w.length;
  if ((s = walk(&w, err)) || (s = take_values(p, &w, err))) goto done;
  s = finish(p, ops, &o, err);
done:
  if (s) sg_plan_free(p);
  else *ret_plan = p;
  return s;
}

void sg_plan_free(sg_plan *plan)
{
  if (!plan) return;
  sg_arena_free(plan->mem);
  free(plan);
}
