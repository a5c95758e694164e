/* model/layout.c: a sequence is N C L, whatever the exporter made of it.
 *
 * Networks whose arrays are N L C, and those that write 1-D layers as 2-D ones, come wrapped: a
 * Conv1D of TensorFlow is exported as Unsqueeze, Transpose, a 2-D Conv of height 1, Squeeze,
 * Transpose; Keras 1 networks slide a kernel of full height over 1 x 4 x L. Left so, the sequence
 * cannot be read as codes, every layer moves its elements once more, and constants between the
 * wrappings do not fold into the weights.
 *
 * A value that shows another's elements with axes permuted, or with axes of length 1 more or less,
 * is a view of it. Nodes that only make views are left out. A layer that reads views of N C L takes
 * the N C L itself where it has a like over it (turn.c), and its old output becomes a view of the
 * new one. What remains reads views as before: there they are made, by the nodes that were left out
 * or by a transposition and a reshape. The order of the sequence's own axes is settled in the same
 * way: the input becomes N C L, and what the network declared is a view of it.
 *
 * Contents
 *   1. views
 *   2. making a view
 *   3. nodes
 *   4. the input
 *   5. sg_plan_turn
 */
#include "model/layout.h"

typedef struct job {
  sg_plan *p;
  const sg_registry *ops;
  sg_view *view;                /* [n_view] by value; later values are views of nothing */
  const sg_node **maker;        /* [n_view] the node that made it, left out; or NULL */
  bool *made;                   /* [n_view] a node of `list` makes it */
  int n_view;
  sg_node **list;               /* the new nodes */
  int n, cap;
} job;

/* ---- 1. Views ---------------------------------------------------------------------- */

static bool is_view(const job *j, int v) { return v < j->n_view && j->view[v].root != SG_NONE; }

/* Value v as a view; of itself when it is none. */
static sg_view view_of(const job *j, int v)
{
  if (is_view(j, v)) return j->view[v];
  sg_view w = { .root = v };
  const sg_shape *s = &j->p->value[v].shape;
  for (int a = 0; a < s->nd; a++) w.axis[a] = a == 0 || s->d[a] > 1 ? a : -1;
  return w;
}

/* Axes longer than 1 in the order that counts for a reshape; returns how many. */
static int long_axes(const sg_shape *s, bool memory, int *axis)
{
  int order[SG_MAX_RANK], n = 0;
  sg_memory_order(s, order);
  for (int i = 1; i < s->nd; i++) {
    int a = memory ? order[i] : i;
    if (s->d[a] > 1) axis[n++] = a;
  }
  return n;
}

/* A reshape that neither splits nor merges: which input axis each output axis is. */
static bool reshape_axes(const sg_node *n, int *from)
{
  const sg_shape *x = &n->in[0].shape, *y = &n->out[0].shape;
  int64_t last;
  int a[SG_MAX_RANK], b[SG_MAX_RANK];
  if (sg_node_int(n, "channels_last", 0, &last, NULL)) return false;
  int nx = long_axes(x, last != 0, a), ny = long_axes(y, last != 0, b);
  for (int i = 0; i < y->nd; i++) from[i] = i == 0 ? 0 : -1;
  for (int i = 0; i < ny; i++) {
    if (nx != ny || x->d[a[i]] != y->d[b[i]]) return false;
    from[b[i]] = a[i];
  }
  return nx == ny;
}

static bool transpose_axes(const sg_node *n, int *from)
{
  const int64_t *perm;
  int64_t n_perm;
  const sg_shape *y = &n->out[0].shape;
  if (sg_node_ints(n, "perm", &perm, &n_perm, NULL) || n_perm != y->nd || perm[0] != 0)
    return false;
  for (int a = 0; a < y->nd; a++) from[a] = a == 0 || y->d[a] > 1 ? (int) perm[a] : -1;
  return true;
}

/* Whether node n makes a view of its input 0, and which. */
static bool makes_view(const job *j, const sg_node *n, sg_view *w)
{
  static const char *const reshapes[] = { "Reshape", "Flatten", "Squeeze", "Unsqueeze" };
  int from[SG_MAX_RANK];
  bool reshapes_it = false;
  if (n->n_in < 1 || n->n_out != 1 || n->in[0].tensor || !n->in[0].shape.batched ||
      n->in[0].shape.nd < 2)
    return false;
  for (size_t i = 0; i < sizeof reshapes / sizeof *reshapes; i++)
    reshapes_it |= sg_node_is(n, reshapes[i]);
  if (sg_node_is(n, "Transpose") ? !transpose_axes(n, from)
                                 : !reshapes_it || !reshape_axes(n, from))
    return false;
  sg_view x = view_of(j, n->in[0].value);
  w->root = x.root;
  for (int a = 0; a < n->out[0].shape.nd; a++) w->axis[a] = from[a] < 0 ? -1 : x.axis[from[a]];
  return true;
}

/* ---- 2. Making a view -------------------------------------------------------------- */

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "out of memory"); }

static sg_status emit(job *j, const sg_node *n, sg_err *err)
{
  if (j->n == j->cap) {
    int cap = 2 * j->cap + 16;
    sg_node **list = sg_arena_alloc(j->p->mem, (size_t) cap, sizeof *list);
    if (!list) return no_memory(err);
    if (j->n) memcpy(list, j->list, (size_t) j->n * sizeof *list);
    j->list = list;
    j->cap = cap;
  }
  j->list[j->n++] = (sg_node *) n;
  return SG_OK;
}

/* A node of one input and attribute `name` that makes value `to` of value `from`. */
static sg_status make_one(job *j, const char *op, int from, int to, const char *name,
                          const int64_t *v, int n, sg_err *err)
{
  const sg_shape *x = &j->p->value[from].shape;
  sg_arg out = { .value = to };
  sg_node_def def = { .name = j->p->value[to].name };
  sg_node like = { .def = &def, .batch = x->d[0], .n_out = 1, .out = &out };
  sg_node *node = sg_rewrite_node(j->p, j->ops, op, &like, 1);
  if (!node || sg_attr_set_ints(&((sg_node_def *) node->def)->attrs, name, v, n))
    return no_memory(err);
  node->in[0] = (sg_arg){ .value = from, .shape = *x, .dtype = j->p->value[from].dtype };
  sg_status status = node->op->configure(node, err);
  if (!status) status = node->op->infer(node, err);
  return status ? status : emit(j, node, err);
}

/* Value v from its root by a transposition and a reshape, as far as they are needed. */
static sg_status make_anew(job *j, int v, sg_err *err)
{
  sg_plan *p = j->p;
  const sg_view *w = &j->view[v];
  sg_shape root = p->value[w->root].shape, own = p->value[v].shape, turned = root;
  int64_t perm[SG_MAX_RANK] = { 0 }, to[SG_MAX_RANK] = { 0 };
  int n = 1, from = w->root;
  bool moved = false;
  for (int a = 1; a < own.nd; a++)
    if (w->axis[a] > 0) perm[n++] = w->axis[a];
  for (int a = 1; a < root.nd; a++)
    if (root.d[a] == 1) perm[n++] = a;
  for (int a = 1, last = 0; a < own.nd; a++) {
    if (w->axis[a] <= 0) continue;
    moved |= w->axis[a] < last;
    last = w->axis[a];
  }
  if (n != root.nd)
    return sg_fail(err, SG_EINTERNAL, "%s does not show all axes of %s", p->value[v].name,
                   p->value[w->root].name);
  if (moved) {
    for (int a = 0; a < n; a++) turned.d[a] = root.d[perm[a]];
    bool whole = sg_shape_equal(&turned, &own);
    int t = whole ? v : sg_rewrite_value(p, p->value[v].name, &turned, p->value[v].dtype);
    if (t == SG_NONE) return no_memory(err);
    sg_status status = make_one(j, "Transpose", from, t, "perm", perm, n, err);
    if (status || whole) return status;
    from = t;
  }
  for (int a = 1; a < own.nd; a++) to[a] = own.d[a];
  return make_one(j, "Reshape", from, v, "shape", to, own.nd, err);
}

/* Sees to it that a node makes value v. */
static sg_status make(job *j, int v, sg_err *err)
{
  if (!is_view(j, v) || j->made[v]) return SG_OK;
  j->made[v] = true;
  const sg_node *m = j->maker[v];
  int from = m ? m->in[0].value : SG_NONE;
  return m && (!is_view(j, from) || j->made[from]) ? emit(j, m, err) : make_anew(j, v, err);
}

/* ---- 3. Nodes ---------------------------------------------------------------------- */

enum { MOST_INPUTS = 8 };        /* of a layer that is tried */

static bool activation(const sg_node *n, int k) { return sg_node_has(n, k) && !n->in[k].tensor; }

/* A view with the axes of its root is the root. */
static void read_roots(job *j, sg_node *n)
{
  for (int k = 0; k < n->n_in; k++) {
    if (!activation(n, k) || !is_view(j, n->in[k].value)) continue;
    const sg_view *w = &j->view[n->in[k].value];
    const sg_shape *root = &j->p->value[w->root].shape;
    bool same = sg_shape_equal(root, &n->in[k].shape);
    for (int a = 1; a < root->nd && same; a++) same = w->axis[a] < 0 || w->axis[a] == a;
    if (same) n->in[k].value = w->root;
  }
}

static bool find_sight(const job *j, int v, sg_sight *s)
{
  sg_view w = view_of(j, v);
  const sg_shape *own = &j->p->value[v].shape;
  s->root = w.root;
  s->shape = j->p->value[w.root].shape;
  s->own[0] = 0;
  s->own[1] = s->own[2] = -1;
  if (s->shape.nd != 3 || !s->shape.batched) return false;
  for (int a = 1; a < own->nd; a++)
    if (w.axis[a] > 0) s->own[w.axis[a]] = a;
  return true;
}

/* The output of t->made, shown along t->axis, is that of t->n. *same: without any change. */
static bool fits(const sg_turn *t, bool *same)
{
  const sg_shape *old = &t->n->out[0].shape, *new = &t->made->out[0].shape;
  *same = old->nd == new->nd;
  for (int a = 1; a < old->nd; a++) {
    if (old->d[a] != (t->axis[a] < 0 ? 1 : new->d[t->axis[a]])) return false;
    *same &= old->d[a] == 1 || t->axis[a] == a;
  }
  return sg_shape_item(old) == sg_shape_item(new);
}

/* What t made, in the place of its like. */
static bool replace(job *j, sg_turn *t, bool same)
{
  sg_arg *out = &t->made->out[0];
  const sg_node *n = t->n;
  int old = n->out[0].value;
  out->value = same ? old : sg_rewrite_value(j->p, j->p->value[old].name, &out->shape, out->dtype);
  if (out->value == SG_NONE || emit(j, t->made, NULL)) return false;
  if (same) return true;
  j->view[old].root = out->value;
  for (int a = 0; a < n->out[0].shape.nd; a++)
    j->view[old].axis[a] = n->out[0].shape.d[a] > 1 || a == 0 ? t->axis[a] : -1;
  return true;
}

/* A sigmoid that is an output stays as it is: what it reads are that output's logits. */
static bool has_logits(const sg_plan *p, const sg_node *n)
{
  bool output = false;
  for (int o = 0; o < p->n_output; o++) output |= p->output[o].value == n->out[0].value;
  return output && sg_node_is(n, "Sigmoid");
}

/* Node n over roots, if one of its inputs is a view and it has a like. */
static bool turn(job *j, const sg_node *n)
{
  sg_sight in[MOST_INPUTS] = { { 0 } };
  bool any = false;
  if (n->n_in > MOST_INPUTS || n->n_out < 1 || n->out[0].value >= j->n_view ||
      has_logits(j->p, n))
    return false;
  for (int k = 1; k < n->n_out; k++)
    if (n->out[k].value != SG_NONE) return false;
  for (int k = 0; k < n->n_in; k++) {
    if (!activation(n, k)) continue;
    if (n->in[k].shape.nd < 3 || !find_sight(j, n->in[k].value, &in[k])) return false;
    any |= is_view(j, n->in[k].value);
  }
  sg_turn t = { .p = j->p, .ops = j->ops, .n = n, .in = in };
  if (!any || !sg_turn_node(&t)) return false;
  bool same;
  return !t.made->op->configure(t.made, NULL) && !t.made->op->infer(t.made, NULL) &&
         fits(&t, &same) && replace(j, &t, same);
}

/* A flatten of a view reads the root, when the view has the order of the root or of its memory:
 * turned round (N L C of N C L) and flattened row by row nothing has to move, and an edit's changes
 * stay side by side. NULL: it does not. */
static const sg_node *flatten_root(job *j, const sg_node *n)
{
  int own[SG_MAX_RANK], root[2][SG_MAX_RANK], n_root = 0;
  int64_t last;
  bool good[2] = { true, true };
  if ((!sg_node_is(n, "Flatten") && !sg_node_is(n, "Reshape")) || !activation(n, 0) ||
      !is_view(j, n->in[0].value) || n->out[0].shape.nd != 2 ||
      sg_node_int(n, "channels_last", 0, &last, NULL))
    return NULL;
  sg_view w = view_of(j, n->in[0].value);
  const sg_shape *x = &j->p->value[w.root].shape;
  int n_own = long_axes(&n->in[0].shape, last != 0, own);
  for (int memory = 0; memory < 2; memory++) {
    n_root = long_axes(x, memory, root[memory]);
    for (int i = 0; i < n_own; i++)
      good[memory] &= n_root == n_own && w.axis[own[i]] == root[memory][i];
  }
  sg_node *f = good[0] || good[1] ? sg_rewrite_node(j->p, j->ops, "Flatten", n, 1) : NULL;
  if (!f) return NULL;
  f->in[0] = (sg_arg){ .value = w.root, .shape = *x, .dtype = n->in[0].dtype };
  sg_attrs *attrs = &((sg_node_def *) f->def)->attrs;
  if (sg_attr_set_int(attrs, "axis", 1) || sg_attr_set_int(attrs, "channels_last", good[1]) ||
      f->op->configure(f, NULL) || f->op->infer(f, NULL))
    return NULL;
  return f;
}

static sg_status take_node(job *j, sg_node *n, sg_err *err)
{
  sg_view w;
  sg_status status = SG_OK;
  read_roots(j, n);
  const sg_node *f = flatten_root(j, n);
  if (f) return emit(j, f, err);
  if (makes_view(j, n, &w) && n->out[0].value < j->n_view) {
    j->view[n->out[0].value] = w;
    j->maker[n->out[0].value] = n;
    return SG_OK;
  }
  if (turn(j, n)) return SG_OK;
  for (int k = 0; k < n->n_in && !status; k++)
    if (activation(n, k)) status = make(j, n->in[k].value, err);
  return status ? status : emit(j, n, err);
}

/* ---- 4. The input ------------------------------------------------------------------ */

/* The place of axis a in the framework's order. */
static int framework_place(const sg_graph_input *in, int a)
{
  if (!in->channels_last || in->nd < 3) return a;
  return a == 1 ? in->nd - 1 : a - 1;
}

/* The sequence as N C L; what the network declared becomes value *ret, a view of it. SG_NONE: it is
 * N C L, or has to stay. */
static sg_status turn_input(sg_plan *p, int *ret, sg_err *err)
{
  int k = p->axes.input, v = k >= 0 ? p->input_value[k] : SG_NONE;
  *ret = SG_NONE;
  if (v == SG_NONE) return SG_OK;
  sg_shape old = p->value[v].shape;
  int base = p->axes.base_axis, pos = p->axes.pos_axis;
  if (old.nd == 3 && base == 1) return SG_OK;
  if (sg_shape_item(&old) != old.d[base] * old.d[pos]) return SG_OK;
  for (int o = 0; o < p->n_output; o++)
    if (p->output[o].value == v) return SG_OK;
  int w = sg_rewrite_value(p, p->value[v].name, &old, p->value[v].dtype);
  if (w == SG_NONE) return no_memory(err);
  sg_rewrite_redirect(p, v, w);
  const sg_graph_input *in = &p->graph->input[k];
  p->value[v].shape = (sg_shape){ 3, true, { old.d[0], old.d[base], old.d[pos] } };
  p->input_last[k] = framework_place(in, pos) < framework_place(in, base);
  *ret = w;
  return SG_OK;
}

/* ---- 5. The plan ------------------------------------------------------------------- */

static bool start(job *j)
{
  size_t n = (size_t) j->p->n_value;
  j->n_view = j->p->n_value;
  j->view = sg_arena_calloc(j->p->mem, n + 1, sizeof *j->view);
  j->maker = sg_arena_calloc(j->p->mem, n + 1, sizeof *j->maker);
  j->made = sg_arena_calloc(j->p->mem, n + 1, sizeof *j->made);
  for (size_t v = 0; j->view && v < n; v++) j->view[v].root = SG_NONE;
  return j->view && j->maker && j->made;
}

sg_status sg_plan_turn(sg_plan *p, const sg_registry *ops, sg_err *err)
{
  job j = { .p = p, .ops = ops };
  int input = SG_NONE;
  sg_status s = turn_input(p, &input, err);
  if (!s && !start(&j)) s = no_memory(err);
  if (!s && input != SG_NONE) {
    sg_view *w = &j.view[input];
    for (int a = 1; a < SG_MAX_RANK; a++) w->axis[a] = -1;
    w->root = p->input_value[p->axes.input];
    if (p->value[w->root].shape.d[1] > 1) w->axis[p->axes.base_axis] = 1;
    if (p->value[w->root].shape.d[2] > 1) w->axis[p->axes.pos_axis] = 2;
    p->axes.base_axis = 1;
    p->axes.pos_axis = 2;
  }
  for (int i = 0; i < p->n_node && !s; i++) s = take_node(&j, p->node[i], err);
  for (int o = 0; o < p->n_output && !s; o++) s = make(&j, p->output[o].value, err);
  if (s) return s;
  if (j.n) p->node = j.list;
  p->n_node = j.n;
  return SG_OK;
}
