/* methods/assign.c: which rule of DeepLIFT stands at which layer.
 *
 * RevealCancel (Shrikumar, Greenside, Kundaje 2017, section 3.5.2) belongs to an elementwise layer
 * that reads a sum, whose positive and negative terms it tells apart. `genomics` is what the
 * authors recommend for sequences: RevealCancel behind dense layers, Rescale everywhere else. What
 * only hands elements on (batch norm, a bias, a reshape) is looked through; a dense layer that is
 * applied at every position counts as a convolution; an elementwise layer fed from both kinds uses
 * Rescale.
 *
 * Contents
 *   1. what the targets depend on
 *   2. refusals
 *   3. roots: the sums that feed a layer
 *   4. marking pairs
 *   5. parts of weights
 */
#include <string.h>

#include "methods/deeplift.h"

typedef struct assigner {
  sg_explain_plan *p;
  const sg_plan *plan;
  sg_deeplift *d;
  bool *active;             /* [n_node] lies between the DNA and a target */
  bool *output;             /* [n_value] is explained itself */
} assigner;

/* ---- 1. Dependencies ---- */

static bool is_activation(const sg_node *node, int k)
{
  return sg_node_has(node, k) && !node->in[k].tensor;
}

static sg_status find_active(assigner *a)
{
  const sg_plan *plan = a->plan;
  bool *from = sg_arena_calloc(a->p->mem, (size_t) plan->n_value + 1, sizeof *from);
  bool *to = a->output = sg_arena_calloc(a->p->mem, (size_t) plan->n_value + 1, sizeof *to);
  bool *leads = sg_arena_calloc(a->p->mem, (size_t) plan->n_value + 1, sizeof *leads);
  if (!from || !to || !leads) return SG_ENOMEM;
  from[a->p->dna_value] = true;
  for (int i = 0; i < plan->n_node; i++) {
    const sg_node *n = plan->node[i];
    for (int k = 0; k < n->n_in; k++) a->active[i] |= is_activation(n, k) && from[n->in[k].value];
    for (int o = 0; o < n->n_out; o++)
      if (n->out[o].value != SG_NONE) from[n->out[o].value] = a->active[i];
  }
  for (int t = 0; t < a->p->opts.n_targets; t++) {
    const sg_plan_output *o = &plan->output[a->p->opts.targets[t].output];
    int v = a->p->opts.targets[t].logit ? o->logit : o->value;
    to[v] = leads[v] = true;
  }
  for (int i = plan->n_node - 1; i >= 0; i--) {
    const sg_node *n = plan->node[i];
    bool used = false;
    for (int o = 0; o < n->n_out; o++) used |= n->out[o].value != SG_NONE && leads[n->out[o].value];
    a->active[i] &= used;
    for (int k = 0; used && k < n->n_in; k++)
      if (is_activation(n, k)) leads[n->in[k].value] = true;
  }
  return SG_OK;
}

/* ---- 2. Refusals ---- */

static sg_status refuse(const sg_node *n, const char *why, sg_err *err)
{
  return sg_fail(err, SG_EUNSUPPORTED, "layer '%s' (%s): DeepLIFT has no rule for %s; choose "
                 "another method, or a target before it", n->def->source ? n->def->source
                                                                         : n->def->name,
                 n->op->name, why);
}

static sg_status check_node(const sg_node *n, sg_err *err)
{
  bool broadcast = n->flags & SG_NODE_BROADCAST;
  switch (n->family) {
  case SG_LINEAR: case SG_SELECT: case SG_COUPLED:
    return n->op->vjp ? SG_OK : refuse(n, "a layer without a gradient", err);
  case SG_ELEMENTWISE:
    for (int k = 0; k < n->n_in; k++)
      if (is_activation(n, k) && !sg_shape_equal(&n->in[k].shape, &n->out[0].shape))
        return refuse(n, "a function whose output has another shape", err);
    return SG_OK;
  case SG_PRODUCT:
    if (!broadcast) return n->op->vjp ? SG_OK : refuse(n, "a product without a gradient", err);
    return sg_node_activations(n) > 4 ? refuse(n, "more than four factors", err) : SG_OK;
  case SG_GATE:
    if (!broadcast)
      return n->op->lines ? SG_OK : refuse(n, "what it makes of the sequence", err);
    return sg_node_activations(n) > 4 ? refuse(n, "more than four inputs", err) : SG_OK;
  }
  return SG_EINTERNAL;
}

/* ---- 3. Roots ---- */

static bool is_dense(const sg_node *n)
{
  if (n->family != SG_LINEAR || !(n->flags & SG_NODE_WEIGHTS) || n->n_out != 1) return false;
  for (int k = 0; k < n->n_in; k++)
    if (is_activation(n, k) && n->in[k].shape.nd != 2) return false;
  return true;
}

static bool is_sum(const sg_node *n)
{
  return n->family == SG_LINEAR && !(n->flags & SG_NODE_CARRY) && n->n_out == 1;
}

/* Whether every root of value v is a sum of the kind that the rule asks for. Values that are
 * explained themselves are none: their multipliers begin there, as single ones. */
static bool reads_sums(const assigner *a, int v)
{
  int i = a->plan->value[v].producer;
  if (i < 0 || !a->active[i] || a->output[v]) return false;
  const sg_node *n = a->plan->node[i];
  if (n->flags & SG_NODE_CARRY) {
    for (int k = 0; k < n->n_in; k++)
      if (is_activation(n, k) && !reads_sums(a, n->in[k].value)) return false;
    return true;
  }
  if (a->p->opts.rule == SG_DEEPLIFT_GENOMICS) return is_dense(n);
  return is_sum(n) || a->d->rule[i] == SG_ASSIGN_CANCEL;
}

/* ---- 4. Pairs ---- */

static void mark(const assigner *a, int v)
{
  int i = a->plan->value[v].producer;
  const sg_node *n = a->plan->node[i];
  if (a->d->paired[v]) return;
  a->d->paired[v] = a->d->any = true;
  if (n->flags & SG_NODE_CARRY) {
    a->d->rule[i] = SG_ASSIGN_CARRY;
    for (int k = 0; k < n->n_in; k++) if (is_activation(n, k)) mark(a, n->in[k].value);
  } else if (is_sum(n)) {
    a->d->rule[i] = SG_ASSIGN_SPLIT;
  }
}

static void mark_all(const assigner *a)
{
  if (a->p->opts.rule == SG_DEEPLIFT_RESCALE) return;
  for (int i = 0; i < a->plan->n_node; i++) {
    const sg_node *n = a->plan->node[i];
    if (!a->active[i] || n->family != SG_ELEMENTWISE || n->n_out != 1) continue;
    for (int k = 0; k < n->n_in; k++) {
      if (!is_activation(n, k) || !reads_sums(a, n->in[k].value)) continue;
      mark(a, n->in[k].value);
      a->d->rule[i] = SG_ASSIGN_CANCEL;
    }
  }
}

/* ---- 5. Parts of weights ---- */

static const void *part_of(const assigner *a, const void *w, int64_t n, bool positive)
{
  double *d = a->plan->f64 ? sg_arena_alloc(a->p->mem, (size_t) n + 1, sizeof *d) : NULL;
  float *f = a->plan->f64 ? NULL : sg_arena_alloc(a->p->mem, (size_t) n + 1, sizeof *f);
  for (int64_t i = 0; d && i < n; i++) {
    double v = ((const double *) w)[i];
    d[i] = (v > 0) == positive ? v : 0;
  }
  for (int64_t i = 0; f && i < n; i++) {
    float v = ((const float *) w)[i];
    f[i] = (v > 0) == positive ? v : 0;
  }
  return a->plan->f64 ? (const void *) d : (const void *) f;
}

/* A negative factor (of Gemm) turns the parts of its weights round. */
static bool turns(const sg_node *n)
{
  double alpha = 1;
  return !strcmp(n->op->name, "Gemm") && !sg_node_float(n, "alpha", 1, &alpha, NULL) && alpha < 0;
}

static sg_status split_weights(const assigner *a, int i)
{
  const sg_node *n = a->plan->node[i];
  sg_arena *mem = a->p->mem;
  const void **plus = a->d->plus[i] = sg_arena_calloc(mem, (size_t) n->n_in + 1, sizeof *plus);
  const void **minus = a->d->minus[i] = sg_arena_calloc(mem, (size_t) n->n_in + 1, sizeof *minus);
  if (!plus || !minus) return SG_ENOMEM;
  for (int k = 0; k < n->n_in; k++) {
    if (!sg_node_is_const(n, k) || !(n->flags & SG_NODE_WEIGHTS)) continue;
    if (n->in[k].tensor->dtype != SG_F32 && n->in[k].tensor->dtype != SG_DOUBLE) continue;
    int64_t count = sg_shape_count(&n->in[k].tensor->shape);
    plus[k] = part_of(a, a->plan->weight[i][k], count, !turns(n));
    minus[k] = part_of(a, a->plan->weight[i][k], count, turns(n));
    if (!plus[k] || !minus[k]) return SG_ENOMEM;
  }
  return SG_OK;
}

static sg_status allocate(assigner *a)
{
  sg_arena *mem = a->p->mem;
  size_t nodes = (size_t) a->plan->n_node + 1, values = (size_t) a->plan->n_value + 1;
  sg_deeplift *d = a->d = a->p->own = sg_arena_calloc(mem, 1, sizeof *d);
  if (!d) return SG_ENOMEM;
  d->rule = sg_arena_calloc(mem, nodes, sizeof *d->rule);
  d->paired = sg_arena_calloc(mem, values, sizeof *d->paired);
  d->plus = sg_arena_calloc(mem, nodes, sizeof *d->plus);
  d->minus = sg_arena_calloc(mem, nodes, sizeof *d->minus);
  a->active = sg_arena_calloc(mem, nodes, sizeof *a->active);
  return d->rule && d->paired && d->plus && d->minus && a->active ? find_active(a) : SG_ENOMEM;
}

sg_status sg_deeplift_assign(sg_explain_plan *p, sg_err *err)
{
  assigner a = { .p = p, .plan = p->plan };
  if (allocate(&a)) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < a.plan->n_node; i++) {
    sg_status s = a.active[i] ? check_node(a.plan->node[i], err) : SG_OK;
    if (s) return s;
  }
  mark_all(&a);
  for (int i = 0; i < a.plan->n_node; i++)
    if (a.d->rule[i] == SG_ASSIGN_SPLIT && split_weights(&a, i))
      return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < a.plan->n_node; i++)
    for (int k = 0; k < a.plan->node[i]->n_in; k++)
      a.d->splits_input |= a.d->rule[i] == SG_ASSIGN_SPLIT &&
                           a.plan->node[i]->in[k].value == p->dna_value;
  return SG_OK;
}
