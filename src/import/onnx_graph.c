/* import/onnx_graph.c: nodes of an ONNX graph, in the order of the file.
 *
 * Contents
 *   1. names           what a name stands for, in this scope and those around it
 *   2. initialisers    decoded when the first node reads them: nobody pays for unused ones
 *   3. one node        constants and ordinary nodes
 *   4. inlining        functions of the model; branches of an If whose condition is a constant
 *   5. all nodes
 *
 * A file lists its nodes so that each comes after those whose outputs it reads. This is checked:
 * a name that nothing has defined yet is refused, which rules out cycles. Every name is defined
 * once.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/onnx.h"

#define MAX_DEPTH 32          /* functions and branches inside each other */
#define MAX_NODES 1000000     /* calls count with what they expand to */
#define UNDEFINED (-2)        /* in a table of names; SG_NONE: an argument that the call left out */

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "out of memory"); }

static const char *text(const char *s) { return s ? s : ""; }

/* "prefix" + "name" on the heap; NULL: memory is short. */
static char *joined(const char *prefix, const char *name)
{
  size_t n = strlen(prefix) + strlen(name) + 1;
  char *s = malloc(n);

  if (s) snprintf(s, n, "%s%s", prefix, name);
  return s;
}

/* ---- 1. Names -------------------------------------------------------------------------------- */

static int look_up(const sg_onnx_scope *s, const char *name)
{
  int id = UNDEFINED;

  for (; s && id == UNDEFINED; s = s->parent) id = sg_names_get(s->names, name, UNDEFINED);
  return id;
}

sg_status sg_onnx_define(const sg_onnx_scope *s, const char *name, int id, const char *who,
                         sg_err *err)
{
  if (sg_names_get(s->names, name, UNDEFINED) != UNDEFINED)
    return sg_fail(err, SG_EFORMAT, "%.200s writes '%.200s', which exists already", who, name);
  return sg_names_put(s->names, name, id) ? SG_OK : no_memory(err);
}

/* A new value under its full name; negative status when memory is short. */
static int new_value(sg_onnx *x, const sg_onnx_scope *s, const char *name, const sg_tensor *tensor)
{
  char *full = joined(s->prefix, name);
  int id = full ? sg_graph_add_const(x->g, full, tensor) : SG_ENOMEM;

  free(full);
  return id;
}

/* ---- 2. Initialisers ------------------------------------------------------------------------- */

static sg_status set_pending(sg_onnx *x, int id, const SgOnnx__Tensor *t, sg_err *err)
{
  if (id >= x->cap_pending) {
    int cap = x->cap_pending ? x->cap_pending : 64;
    const SgOnnx__Tensor **p;
    while (cap <= id && cap <= INT_MAX / 2) cap *= 2;
    p = cap > id ? realloc(x->pending, (size_t)cap * sizeof(*p)) : NULL;
    if (!p) return no_memory(err);
    for (int i = x->cap_pending; i < cap; i++) p[i] = NULL;
    x->pending = p;
    x->cap_pending = cap;
  }
  x->pending[id] = t;
  return SG_OK;
}

sg_status sg_onnx_add_initializers(sg_onnx *x, const sg_onnx_scope *s, SgOnnx__Tensor **t,
                                   size_t n, sg_err *err)
{
  for (size_t i = 0; i < n; i++) {
    const char *name = text(t[i]->name);
    sg_status st;
    int id;

    if (!*name) return sg_fail(err, SG_EFORMAT, "a weight tensor without a name");
    id = new_value(x, s, name, NULL);
    if (id < 0) return no_memory(err);
    st = sg_onnx_define(s, name, id, "a second weight tensor", err);
    if (!st) st = set_pending(x, id, t[i], err);
    if (st) return st;
  }
  return SG_OK;
}

/* Decodes the initialiser behind value id, if it is one that has not been. */
static sg_status decode(sg_onnx *x, int id, sg_err *err)
{
  const SgOnnx__Tensor *t = id >= 0 && id < x->cap_pending ? x->pending[id] : NULL;
  sg_status st;

  if (!t) return SG_OK;
  x->pending[id] = NULL;
  st = sg_onnx_tensor(t, x->dir, x->g->mem, &x->g->value[id].tensor, err);
  if (st) sg_fail_prefix(err, "weight tensor '%.200s': ", x->g->value[id].name);
  return st;
}

sg_status sg_onnx_resolve(sg_onnx *x, const sg_onnx_scope *s, const char *name, const char *who,
                          int *ret_id, sg_err *err)
{
  *ret_id = look_up(s, name);
  if (*ret_id == UNDEFINED) {
    *ret_id = SG_NONE;
    return sg_fail(err, SG_EFORMAT, "%.200s reads '%.200s', which nothing before it defines "
                   "(a weight that is missing, a cycle, or nodes out of order)", who, name);
  }
  return decode(x, *ret_id, err);
}

/* ---- 3. One node ----------------------------------------------------------------------------- */

static bool standard(const char *domain)
{
  return !*domain || strcmp(domain, "ai.onnx") == 0;
}

/* Version of a domain's operator set in this scope; 0: not stated. Branches use that around
 * them. */
static int opset_of(const sg_onnx_scope *s, const char *domain)
{
  for (; s; s = s->parent) {
    for (size_t i = 0; i < s->n_opset; i++) {
      const char *d = text(s->opset[i]->domain);
      if (strcmp(d, domain) == 0 || (standard(d) && standard(domain)))
        return s->opset[i]->version > INT_MAX ? INT_MAX : (int)s->opset[i]->version;
    }
  }
  return 0;
}

/* Reads the inputs of `node` into in[], which holds n_input; what is left out is SG_NONE. */
static sg_status read_inputs(sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Node *node,
                             const char *who, int *in, sg_err *err)
{
  sg_status st = SG_OK;

  for (size_t i = 0; !st && i < node->n_input; i++) {
    const char *name = text(node->input[i]);
    in[i] = SG_NONE;
    if (*name) st = sg_onnx_resolve(x, s, name, who, &in[i], err);
  }
  return st;
}

static sg_status write_output(sg_onnx *x, const sg_onnx_scope *s, const char *name, const char *who,
                              const sg_tensor *tensor, int *ret, sg_err *err)
{
  *ret = SG_NONE;
  if (!*name) return SG_OK;
  *ret = new_value(x, s, name, tensor);
  return *ret < 0 ? no_memory(err) : sg_onnx_define(s, name, *ret, who, err);
}

static sg_status add_constant(sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Node *node,
                              const char *who, sg_err *err)
{
  const sg_tensor *t = NULL;
  sg_status st;
  int id;

  if (node->n_output != 1) return sg_fail(err, SG_EFORMAT, "%.200s needs one output", who);
  st = sg_onnx_constant(x, s, node, &t, err);
  if (st) {
    sg_fail_prefix(err, "%.200s: ", who);
    return st;
  }
  return write_output(x, s, text(node->output[0]), who, t, &id, err);
}

/* The node as it stands; what its op is, is for the plan to find out. */
static sg_status add_plain(sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Node *node,
                           const char *who, sg_err *err)
{
  const char *domain = text(node->domain), *sep = "::";
  char *in_domain, *type = NULL, *name = joined(s->prefix, who);
  int opset = opset_of(s, domain);
  sg_node_def *def = NULL;
  sg_status st = SG_OK;

  if (standard(domain)) domain = sep = "";
  in_domain = joined(domain, sep);
  if (in_domain) type = joined(in_domain, node->op_type);
  if (type && name)
    def = sg_graph_add_node(x->g, type, name, (int)node->n_input, (int)node->n_output);
  if (!def) {
    st = no_memory(err);
    goto done;
  }
  if (!*domain && (opset < SG_ONNX_OPSET_MIN || opset > SG_ONNX_OPSET_MAX)) {
    st = sg_fail(err, SG_EUNSUPPORTED, "node '%.200s' (%.100s): opset %d is not supported", who,
                 node->op_type, opset);
    goto done;
  }
  def->opset = opset;
  st = sg_onnx_attrs(x, s, node, &def->attrs, err);
  if (st) sg_fail_prefix(err, "node '%.200s' (%.100s): ", who, node->op_type);
  if (!st) st = read_inputs(x, s, node, who, def->in, err);
  for (size_t i = 0; !st && i < node->n_output; i++)
    st = write_output(x, s, text(node->output[i]), who, NULL, &def->out[i], err);
done:
  free(in_domain);
  free(type);
  free(name);
  return st;
}

/* ---- 4. Inlining ----------------------------------------------------------------------------- */

/* Names in the scope `from` that become names of the caller: formal[i] is what node->output[i]
 * is. */
static sg_status hand_back(sg_onnx *x, const sg_onnx_scope *from, const sg_onnx_scope *to,
                           const SgOnnx__Node *node, const char *const *formal, size_t n,
                           const char *who, sg_err *err)
{
  for (size_t i = 0; i < node->n_output; i++) {
    const char *name = text(node->output[i]);
    sg_status st;
    int id;

    if (!*name) continue;
    if (i >= n)
      return sg_fail(err, SG_EFORMAT, "%.200s has %zu outputs, not %zu", who, n, node->n_output);
    st = sg_onnx_resolve(x, from, text(formal[i]), who, &id, err);
    if (!st) st = sg_onnx_define(to, name, id, who, err);
    if (st) return st;
  }
  return SG_OK;
}

static const SgOnnx__Function *find_function(const sg_onnx *x, const SgOnnx__Node *node)
{
  for (size_t i = 0; i < x->model->n_function; i++) {
    const SgOnnx__Function *f = x->model->function[i];
    if (strcmp(text(f->name), text(node->op_type)) == 0 &&
        strcmp(text(f->domain), text(node->domain)) == 0)
      return f;
  }
  return NULL;
}

/* A call of a function: its nodes, with the arguments in place of its inputs. */
static sg_status add_call(sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Node *node,
                          const SgOnnx__Function *f, const char *who, sg_err *err)
{
  int *in = malloc((node->n_input + 1) * sizeof(*in));
  char *within = joined(who, "/"), *prefix = within ? joined(s->prefix, within) : NULL;
  sg_onnx_scope inner = { .names = sg_names_new(), .prefix = prefix, .opset = f->opset,
                          .n_opset = f->n_opset, .call = node, .function = f, .caller = s };
  sg_status st = SG_OK;

  if (!in || !prefix || !inner.names) st = no_memory(err);
  else if (node->n_input > f->n_input)
    st = sg_fail(err, SG_EFORMAT, "%.200s: more arguments than its function takes", who);
  if (!st) st = read_inputs(x, s, node, who, in, err);
  for (size_t i = 0; !st && i < f->n_input; i++)
    st = sg_onnx_define(&inner, text(f->input[i]), i < node->n_input ? in[i] : SG_NONE, who, err);
  if (!st) st = sg_onnx_add_nodes(x, &inner, f->node, f->n_node, err);
  if (!st)
    st = hand_back(x, &inner, s, node, (const char *const *)f->output, f->n_output, who, err);
  free(in);
  free(within);
  free(prefix);
  sg_names_free(inner.names);
  return st;
}

/* Tensors that a decoded branch still owes to nobody: forgotten before its memory goes. */
static void drop_pending(sg_onnx *x, int from)
{
  for (int i = from; i < x->cap_pending; i++) x->pending[i] = NULL;
}

static sg_status add_graph(sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Node *node,
                           const SgOnnx__Graph *g, const char *who, sg_err *err)
{
  char *within = joined(who, "/"), *prefix = within ? joined(s->prefix, within) : NULL;
  sg_onnx_scope inner = { .parent = s, .names = sg_names_new(), .prefix = prefix };
  const char **formal = malloc((g->n_output + 1) * sizeof(*formal));
  int first = x->g->n_value;
  sg_status st = SG_OK;

  if (!inner.names || !prefix || !formal) st = no_memory(err);
  if (!st) st = sg_onnx_add_initializers(x, &inner, g->initializer, g->n_initializer, err);
  if (!st) st = sg_onnx_add_nodes(x, &inner, g->node, g->n_node, err);
  for (size_t i = 0; !st && i < g->n_output; i++) formal[i] = text(g->output[i]->name);
  if (!st) st = hand_back(x, &inner, s, node, formal, g->n_output, who, err);
  drop_pending(x, first);
  sg_names_free(inner.names);
  free(formal);
  free(within);
  free(prefix);
  return st;
}

/* The branch that a constant condition chooses; NULL: the condition is computed. */
static const SgOnnx__Attribute *chosen_branch(sg_onnx *x, const sg_onnx_scope *s,
                                              const SgOnnx__Node *node)
{
  const sg_tensor *t = NULL;
  int id = node->n_input == 1 ? look_up(s, text(node->input[0])) : SG_NONE;

  if (id >= 0 && decode(x, id, NULL) == SG_OK) t = x->g->value[id].tensor;
  if (!t || t->dtype != SG_BOOL || sg_shape_count(&t->shape) != 1) return NULL;
  return sg_onnx_attr(s, node, sg_tensor_i64(t, 0) ? "then_branch" : "else_branch");
}

static sg_status add_branch(sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Node *node,
                            const SgOnnx__Attribute *a, const char *who, sg_err *err)
{
  SgOnnx__Graph *g;
  sg_status st = sg_onnx_wire_check(&sg_onnx__graph__descriptor, a->g.data, a->g.len, err);

  if (st) return st;
  g = sg_onnx__graph__unpack(NULL, a->g.len, a->g.data);
  if (!g) return sg_fail(err, SG_EFORMAT, "%.200s: its branch is damaged", who);
  st = add_graph(x, s, node, g, who, err);
  sg_onnx__graph__free_unpacked(g, NULL);
  return st;
}

/* ---- 5. All nodes ---------------------------------------------------------------------------- */

static sg_status add_node(sg_onnx *x, const sg_onnx_scope *s, const SgOnnx__Node *node,
                          const char *who, sg_err *err)
{
  const SgOnnx__Function *f = find_function(x, node);
  bool std = standard(text(node->domain));
  const SgOnnx__Attribute *branch = NULL;
  sg_status st;

  if (f) branch = NULL;
  else if (std && strcmp(node->op_type, "Constant") == 0) return add_constant(x, s, node, who, err);
  else if (std && strcmp(node->op_type, "If") == 0) branch = chosen_branch(x, s, node);
  if (!f && (!branch || !branch->has_g)) return add_plain(x, s, node, who, err);
  if (x->depth >= MAX_DEPTH)
    return sg_fail(err, SG_EUNSUPPORTED, "%.200s: functions or branches more than %d deep", who,
                   MAX_DEPTH);
  x->depth++;
  st = f ? add_call(x, s, node, f, who, err) : add_branch(x, s, node, branch, who, err);
  x->depth--;
  return st;
}

/* What a node is called in messages: its name, or its type and number. */
static const char *node_name(const SgOnnx__Node *node, size_t i, char *buf, size_t size)
{
  if (node->name && *node->name) return node->name;
  snprintf(buf, size, "%.100s_%zu", node->op_type, i);
  return buf;
}

sg_status sg_onnx_add_nodes(sg_onnx *x, const sg_onnx_scope *s, SgOnnx__Node **node, size_t n,
                            sg_err *err)
{
  char buf[160];

  for (size_t i = 0; i < n; i++) {
    sg_status st;

    if (!node[i]->op_type || !*node[i]->op_type)
      return sg_fail(err, SG_EFORMAT, "node %zu does not say what it computes", i);
    if (++x->nodes > MAX_NODES || node[i]->n_input > INT_MAX / 8 || node[i]->n_output > INT_MAX / 8)
      return sg_fail(err, SG_EUNSUPPORTED, "more than %d nodes", MAX_NODES);
    st = add_node(x, s, node[i], node_name(node[i], i, buf, sizeof(buf)), err);
    if (st) return st;
  }
  return SG_OK;
}
