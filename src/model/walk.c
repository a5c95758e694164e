/* model/walk.c: bind shapes, fold constants, configure and infer, node by node.
 *
 * Contents
 *   1. which nodes an output needs
 *   2. input shapes
 *   3. one node: look up, configure, fold or infer
 *   4. the walk, and the comparison of two
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/fold.h"
#include "model/walk.h"

/* ---- 1. Liveness ------------------------------------------------------------------- */

static sg_status mark_live(sg_walk *w, sg_err *err)
{
  const sg_graph *g = w->model->graph;
  bool *need = sg_arena_calloc(w->mem, (size_t) g->n_value + 1, sizeof *need);
  w->live = sg_arena_calloc(w->mem, (size_t) g->n_node + 1, sizeof *w->live);
  if (!need || !w->live) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int o = 0; o < g->n_output; o++) need[g->output[o].value] = true;
  for (int i = g->n_node - 1; i >= 0; i--) {
    const sg_node_def *d = g->node[i];
    for (int k = 0; k < d->n_out; k++)
      if (d->out[k] != SG_NONE && need[d->out[k]]) w->live[i] = true;
    for (int k = 0; w->live[i] && k < d->n_in; k++)
      if (d->in[k] != SG_NONE) need[d->in[k]] = true;
  }
  return SG_OK;
}

/* ---- 2. Inputs --------------------------------------------------------------------- */

static sg_status bind_input(sg_walk *w, int i, sg_err *err)
{
  const sg_graph *g = w->model->graph;
  const sg_graph_input *in = &g->input[i];
  sg_known *v = &w->known[in->value];
  sg_shape *s = &v->arg.shape;
  if (in->nd < 1)
    return sg_fail(err, SG_EUNSUPPORTED, "input '%s' has no batch axis", g->value[in->value].name);
  v->set = true;
  v->arg.value = in->value;
  v->arg.dtype = in->dtype;
  s->nd = in->nd;
  s->batched = true;
  s->d[0] = w->batch;
  for (int a = 1; a < in->nd; a++) {
    s->d[a] = in->dims[a];
    if (w->model->dna.input == i && w->model->dna.pos_axis == a && w->length > 0)
      s->d[a] = in->dims[a] > 0 && in->dims[a] != w->length ? -1 : w->length;
    else if (in->dims[a] == SG_DIM_ANY) s->d[a] = w->length;
    if (s->d[a] < 1)
      return sg_fail(err, SG_ESHAPE,
                     "input '%s': the network was built for length %" PRId64
                     ", not %" PRId64 " (an open length is given by --length)",
                     g->value[in->value].name, in->dims[a], w->length);
  }
  return sg_shape_check(s, err);
}

static sg_status bind_values(sg_walk *w, sg_err *err)
{
  const sg_graph *g = w->model->graph;
  w->known = sg_arena_calloc(w->mem, (size_t) g->n_value + 1, sizeof *w->known);
  w->node = sg_arena_calloc(w->mem, (size_t) g->n_node + 1, sizeof *w->node);
  if (!w->known || !w->node) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int v = 0; v < g->n_value; v++) {
    const sg_tensor *t = g->value[v].tensor;
    if (t) w->known[v] = (sg_known){true, {v, t->shape, t->dtype, t}};
  }
  for (int i = 0; i < g->n_input; i++) {
    sg_status s = bind_input(w, i, err);
    if (s) return s;
  }
  return SG_OK;
}

/* ---- 3. One node ------------------------------------------------------------------- */

/* A node of precision `ops`, its inputs as far as they are known. NULL: memory is short. */
static sg_node *make_node(sg_walk *w, const sg_node_def *d, const sg_op *op)
{
  sg_node *n = sg_arena_calloc(w->mem, 1, sizeof *n);
  if (!n) return NULL;
  *n = (sg_node){.op = op, .def = d, .mem = w->mem, .batch = w->batch, .n_in = d->n_in,
                 .n_out = d->n_out};
  n->in = sg_arena_calloc(w->mem, (size_t) d->n_in + 1, sizeof *n->in);
  n->out = sg_arena_calloc(w->mem, (size_t) d->n_out + 1, sizeof *n->out);
  if (!n->in || !n->out) return NULL;
  for (int k = 0; k < d->n_in; k++) {
    n->in[k].value = SG_NONE;
    if (d->in[k] != SG_NONE) n->in[k] = w->known[d->in[k]].arg;
  }
  for (int k = 0; k < d->n_out; k++) n->out[k].value = d->out[k];
  return n;
}

static sg_status check_node(sg_walk *w, const sg_node *n, sg_err *err)
{
  const sg_node_def *d = n->def;
  const sg_op *op = n->op;
  for (int k = 0; k < d->n_in; k++)
    if (d->in[k] != SG_NONE && !w->known[d->in[k]].set)
      return sg_fail(err, SG_EFORMAT, "layer '%s' (%s) reads '%s', which nothing has computed",
                     d->name, d->op_type, w->model->graph->value[d->in[k]].name);
  if (d->n_in < op->min_in || (op->max_in >= 0 && d->n_in > op->max_in))
    return sg_node_refuse(n, err, "%d inputs", d->n_in);
  if (d->n_out < op->min_out || (op->max_out >= 0 && d->n_out > op->max_out))
    return sg_node_refuse(n, err, "%d outputs", d->n_out);
  for (int k = 0; k < op->min_in; k++)
    if (d->in[k] == SG_NONE) return sg_node_refuse(n, err, "input %d is left out", k);
  if (d->opset < op->since)
    return sg_node_refuse(n, err, "the form of opset %d; export with opset %d or later", d->opset,
                          op->since > 7 ? op->since : 7);
  return SG_OK;
}

static void set_const(sg_walk *w, int value, const sg_tensor *t)
{
  if (value != SG_NONE) w->known[value] = (sg_known){true, {value, t->shape, t->dtype, t}};
}

/* Tries to turn node `n` (f64 precision) into constants; SG_EUNSUPPORTED: it has to be computed at
 * run time. */
static sg_status fold_node(sg_walk *w, sg_node *n, bool all_const, sg_err *err)
{
  const sg_tensor **out = sg_arena_calloc(w->mem, (size_t) n->n_out + 1, sizeof *out);
  if (!out) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status s = n->op->fold ? n->op->fold(n, out, err) : SG_EUNSUPPORTED;
  if (s == SG_EUNSUPPORTED && all_const && n->op->forward) s = sg_fold_forward(n, out, err);
  for (int k = 0; !s && k < n->n_out; k++)
    if (out[k]) set_const(w, n->def->out[k], out[k]);
  return s;
}

/* infer, and what every inferred shape has to fulfil. */
static sg_status infer_node(sg_walk *w, sg_node *n, sg_err *err)
{
  char text[96];
  sg_status s = n->op->infer(n, err);
  for (int k = 0; !s && k < n->n_out; k++) {
    sg_shape *o = &n->out[k].shape;
    s = sg_shape_check(o, err);
    if (!s && (!o->batched || o->nd < 1 || o->d[0] != w->batch))
      s = sg_node_misfit(n, err, "its result (%s) loses the batch axis",
                         sg_shape_text(o, text, sizeof text));
    for (int a = 1; !s && a < o->nd; a++)
      if (o->d[a] < 1)
        s = sg_node_misfit(n, err, "its result (%s) is empty: the input is too short",
                           sg_shape_text(o, text, sizeof text));
    if (!s && n->def->out[k] != SG_NONE)
      w->known[n->def->out[k]] =
        (sg_known){true, {n->def->out[k], *o, n->out[k].dtype, NULL}};
  }
  return s;
}

/* Unknown layers are named before anything else is said of the network. */
static sg_status check_ops(const sg_walk *w, sg_err *err)
{
  const sg_graph *g = w->model->graph;
  for (int i = 0; i < g->n_node; i++) {
    const sg_node_def *d = g->node[i];
    if (!w->live[i] || sg_op_find(w->ops->f32, d->op_type)) continue;
    return sg_fail(err, SG_EUNSUPPORTED, "%s%s%s (%s) is not supported", d->source ? "" : "layer '",
                   d->source ? d->source : d->name, d->source ? "" : "'", d->op_type);
  }
  return SG_OK;
}

static sg_status visit(sg_walk *w, const sg_node_def *d, sg_err *err)
{
  const sg_op *op = sg_op_find(w->f64 ? w->ops->f64 : w->ops->f32, d->op_type);
  sg_node probe = {.op = op, .def = d};
  sg_status s = check_node(w, &probe, err);
  if (s) return s;
  bool all_const = true;
  for (int k = 0; k < d->n_in; k++)
    all_const = all_const && (d->in[k] == SG_NONE || w->known[d->in[k]].arg.tensor);
  if (all_const || !op->forward) op = sg_op_find(w->ops->f64, d->op_type);
  sg_node *n = make_node(w, d, op);
  if (!n) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (op->configure && (s = op->configure(n, err))) return s;
  if (all_const || !op->forward) {
    s = fold_node(w, n, all_const, err);
    return s == SG_EUNSUPPORTED && err && !err->text[0]
             ? sg_node_refuse(n, err, "cannot be evaluated before the data are known")
             : s;
  }
  if ((s = infer_node(w, n, err))) return s;
  w->node[w->n_node++] = n;
  return SG_OK;
}

/* ---- 4. The walk ------------------------------------------------------------------- */

sg_status sg_walk_run(sg_walk *w, sg_err *err)
{
  const sg_graph *g = w->model->graph;
  sg_err local = {0};
  sg_status s = mark_live(w, &local);
  if (!s) s = check_ops(w, &local);
  if (!s) s = bind_values(w, &local);
  for (int i = 0; !s && i < g->n_node; i++)
    if (w->live[i]) s = visit(w, g->node[i], &local);
  for (int o = 0; !s && o < g->n_output; o++)
    if (!w->known[g->output[o].value].set)
      s = sg_fail(&local, SG_EFORMAT, "output '%s' is computed by nothing", g->output[o].name);
  if (s && !local.text[0]) sg_fail(&local, s, "%s", sg_status_name(s));
  if (s && err) *err = local;
  return s;
}

/* Shapes but for the batch axis. */
static bool same_item(const sg_shape *a, const sg_shape *b)
{
  if (a->nd != b->nd || a->batched != b->batched) return false;
  for (int i = a->batched ? 1 : 0; i < a->nd; i++)
    if (a->d[i] != b->d[i]) return false;
  return true;
}

sg_status sg_walk_compare(const sg_walk *a, const sg_walk *b, sg_err *err)
{
  bool same = a->n_node == b->n_node;
  const sg_node *n = NULL;
  for (int i = 0; same && i < a->n_node; i++) {
    n = a->node[i];
    const sg_node *m = b->node[i];
    same = n->def == m->def;
    for (int k = 0; same && k < n->n_out; k++)
      same = same_item(&n->out[k].shape, &m->out[k].shape);
    for (int k = 0; same && k < n->n_in; k++)
      same = sg_node_has(n, k) ? same_item(&n->in[k].shape, &m->in[k].shape) : true;
  }
  if (same) return SG_OK;
  if (n) return sg_node_refuse(n, err, "its shape depends on the number of sequences");
  return sg_fail(err, SG_EUNSUPPORTED, "the network's layers depend on the number of sequences");
}
