/* model/turn.c: which layers over views of N C L have a like over the N C L itself (layout.c).
 *
 * A rule is given a layer and how each of its activations shows an N C L; it makes the layer's like
 * over those and says which axis of the new output each axis of the old one is. That shapes come
 * out the same is checked by the caller, so that a rule has to know only what moves.
 *
 * Contents
 *   1. copies of nodes, constants
 *   2. element by element
 *   3. convolutions and pools
 *   4. channels: batch norm, dense layers, concatenation
 *   5. reductions
 *   6. cutting and padding
 *   7. sg_turn_node
 */
#include "model/layout.h"

/* ---- 1. Copies --------------------------------------------------------------------- */

static bool activation(const sg_node *n, int k) { return sg_node_has(n, k) && !n->in[k].tensor; }

/* A copy of t->n over the roots of its activations: same definition, same constants. */
static bool copy_node(sg_turn *t)
{
  sg_node *m = sg_arena_calloc(t->p->mem, 1, sizeof *m);
  sg_arg *in = sg_arena_calloc(t->p->mem, (size_t) t->n->n_in + 1, sizeof *in);
  sg_arg *out = sg_arena_calloc(t->p->mem, (size_t) t->n->n_out + 1, sizeof *out);
  if (!m || !in || !out) return false;
  memcpy(in, t->n->in, (size_t) t->n->n_in * sizeof *in);
  memcpy(out, t->n->out, (size_t) t->n->n_out * sizeof *out);
  *m = *t->n;
  m->in = in;
  m->out = out;
  m->conf = NULL;
  m->flags = 0;
  for (int k = 0; k < m->n_in; k++) {
    if (!activation(m, k)) continue;
    in[k].value = t->in[k].root;
    in[k].shape = t->in[k].shape;
  }
  t->made = m;
  return true;
}

/* A new node of t->n's kind, or of another, that reads the root of its first activation, k. */
static sg_attrs *fresh_node(sg_turn *t, const char *op, int k)
{
  sg_node *m = sg_rewrite_node(t->p, t->ops, op, t->n, 1);
  if (!m) return NULL;
  m->in[0] = t->n->in[k];
  m->in[0].value = t->in[k].root;
  m->in[0].shape = t->in[k].shape;
  t->made = m;
  return &((sg_node_def *) m->def)->attrs;
}

/* Whether own axis a of input k is the channels; any axis of length 1 is, when there is but one. */
static bool is_channels(const sg_turn *t, int k, int a)
{
  const sg_sight *s = &t->in[k];
  return s->own[1] == a || (s->shape.d[1] == 1 && t->n->in[k].shape.d[a] == 1);
}

/* The old output's axes are those of activation k. */
static void same_axes(sg_turn *t, int k)
{
  for (int a = 1; a < SG_MAX_RANK; a++) t->axis[a] = -1;
  for (int r = 1; r < 3; r++)
    if (t->in[k].own[r] > 0) t->axis[t->in[k].own[r]] = r;
}

/* Constant c, which broadcasts against an output of `nd` axes, against N C L instead: [C or 1][L or
 * 1]. NULL when it has other axes. */
static const sg_tensor *turned_const(sg_turn *t, const sg_tensor *c, int nd, const int *own)
{
  int64_t d[2] = { 1, 1 }, st[2] = { 0, 0 }, step = 1, known = 1;
  for (int a = c->shape.nd - 1; a >= 0; a--) {
    int at = a + nd - c->shape.nd;
    for (int r = 1; r < 3; r++)
      if (at > 0 && at == own[r]) {
        d[r - 1] = c->shape.d[a];
        st[r - 1] = step;
        known *= c->shape.d[a];
      }
    step *= c->shape.d[a];
  }
  if (c->shape.nd > nd || known != sg_shape_count(&c->shape) || known < 1) return NULL;
  sg_tensor *to = sg_tensor_new(t->p->mem, c->dtype, 2, d);
  for (int64_t i = 0; to && i < d[0] * d[1]; i++)
    sg_tensor_set(to, i, sg_tensor_f64(c, i / d[1] * st[0] + i % d[1] * st[1]));
  return to;
}

static void set_const(sg_node *n, int k, const sg_tensor *c)
{
  n->in[k].tensor = c;
  n->in[k].shape = c->shape;
}

/* ---- 2. Element by element --------------------------------------------------------- */

/* Functions of one number, whose other inputs are single numbers. */
static bool turn_function(sg_turn *t)
{
  const sg_node *n = t->n;
  if (n->op->reach != sg_reach_same || sg_node_activations(n) != 1 || !activation(n, 0) ||
      !sg_shape_equal(&n->in[0].shape, &n->out[0].shape))
    return false;
  for (int k = 1; k < n->n_in; k++)
    if (sg_node_has(n, k) && sg_shape_count(&n->in[k].shape) != 1) return false;
  same_axes(t, 0);
  return copy_node(t);
}

/* Sums, products ... of activations of one shape and of constants. */
static bool turn_arithmetic(sg_turn *t)
{
  const sg_node *n = t->n;
  const sg_shape *y = &n->out[0].shape;
  int first = -1;
  for (int k = 0; k < n->n_in; k++) {
    if (!activation(n, k)) continue;
    if (first < 0) first = k;
    const sg_sight *a = &t->in[first], *b = &t->in[k];
    if (!sg_shape_equal(&n->in[k].shape, y) || !sg_shape_equal(&a->shape, &b->shape) ||
        memcmp(a->own, b->own, sizeof a->own))
      return false;
  }
  if (first < 0 || !copy_node(t)) return false;
  for (int k = 0; k < n->n_in; k++) {
    if (!n->in[k].tensor) continue;
    const sg_tensor *c = turned_const(t, n->in[k].tensor, y->nd, t->in[first].own);
    if (!c) return false;
    set_const(t->made, k, c);
  }
  same_axes(t, first);
  return true;
}

/* ---- 3. Convolutions and pools ------------------------------------------------------- */

/* Attributes of two spatial axes cut down to spatial axis `keep`, 0 or 1: lists of 2 (strides,
 * dilations, kernel_shape ...) and of 4 (pads). */
static bool cut_attrs(sg_turn *t, int keep)
{
  sg_node_def *d = sg_arena_alloc(t->p->mem, 1, sizeof *d);
  if (!d) return false;
  *d = *t->n->def;
  d->attrs = (sg_attrs){ .mem = t->p->mem };
  for (const sg_attr *a = t->n->def->attrs.first; a; a = a->next) {
    sg_attr *copy = sg_arena_alloc(t->p->mem, 1, sizeof *copy);
    int64_t *v = sg_arena_alloc(t->p->mem, 2, sizeof *v);
    if (!copy || !v) return false;
    *copy = *a;
    if (a->kind == SG_ATTR_INTS && (a->n == 2 || a->n == 4)) {
      v[0] = a->v.ints[keep];
      v[1] = a->n == 4 ? a->v.ints[2 + keep] : 0;
      copy->n = a->n / 2;
      copy->v.ints = v;
    }
    copy->next = d->attrs.first;
    d->attrs.first = copy;
  }
  t->made->def = d;
  return true;
}

/* Nothing is padded along spatial axis `s`, whose length is 1 or the kernel's. */
static bool unpadded(const sg_node *n, int s, int64_t kernel)
{
  const int64_t *pads;
  int64_t n_pads;
  const char *how;
  if (sg_node_string(n, "auto_pad", "NOTSET", &how, NULL) ||
      sg_node_ints(n, "pads", &pads, &n_pads, NULL))
    return false;
  if (strcmp(how, "NOTSET")) return kernel == 1 || !strcmp(how, "VALID");
  return !pads || (n_pads == 4 && pads[s] == 0 && pads[s + 2] == 0);
}

/* Of an input N C H W that shows N C L with positions along spatial axis *keep, the other being of
 * length 1 (*full: being the channels, C of 1). */
static bool along_one(const sg_turn *t, int *keep, bool *full)
{
  const sg_shape *x = &t->n->in[0].shape;
  const int *own = t->in[0].own;
  if (x->nd != 4 || own[2] < 2) return false;
  *keep = own[2] - 2;
  *full = own[1] == 5 - own[2];
  return *full ? x->d[1] == 1 : is_channels(t, 0, 1);
}

/* [F][1][h][w], full height h or w, as [F][C][taps]; otherwise the axis of length 1 is left
 * out. */
static const sg_tensor *turned_kernel(sg_turn *t, const sg_tensor *w, int keep, bool full)
{
  const int64_t *d = w->shape.d;
  int64_t to[3] = { d[0], full ? d[3 - keep] : d[1], d[2 + keep] };
  sg_tensor *k = sg_tensor_new(t->p->mem, w->dtype, 3, to);
  for (int64_t i = 0; k && i < sg_shape_count(&k->shape); i++) {
    int64_t f = i / (to[1] * to[2]), c = i / to[2] % to[1], j = i % to[2];
    bool swap = full && keep == 0;                        /* taps come before channels */
    sg_tensor_set(k, i, sg_tensor_f64(w, swap ? (f * to[2] + j) * to[1] + c : i));
  }
  return k;
}

/* Two-dimensional convolutions that run along one axis. */
static bool turn_conv(sg_turn *t)
{
  const sg_node *n = t->n;
  int keep;
  bool full;
  int64_t groups;
  if (!along_one(t, &keep, &full) || !sg_node_is_const(n, 1) || sg_node_activations(n) != 1 ||
      n->in[1].shape.nd != 4 || sg_node_int(n, "group", 1, &groups, NULL))
    return false;
  int64_t kernel = n->in[1].shape.d[3 - keep];
  if (kernel != (full ? t->in[0].shape.d[1] : 1) || !unpadded(n, 1 - keep, kernel)) return false;
  if (full && (!sg_node_is(n, "Conv") || groups != 1)) return false;
  const sg_tensor *w = turned_kernel(t, n->in[1].tensor, keep, full);
  if (!w || !copy_node(t) || !cut_attrs(t, keep)) return false;
  set_const(t->made, 1, w);
  if (full) {                                             /* kernel_shape may name the height */
    sg_attrs *attrs = &((sg_node_def *) t->made->def)->attrs;
    if (sg_attr_set_ints(attrs, "kernel_shape", &w->shape.d[2], 1)) return false;
  }
  t->axis[1] = 1;
  t->axis[2 + keep] = 2;
  t->axis[3 - keep] = -1;
  return true;
}

/* Pools of height 1. */
static bool turn_pool(sg_turn *t)
{
  const int64_t *kernel;
  int64_t n_kernel;
  int keep;
  bool full;
  if (!along_one(t, &keep, &full) || full ||
      sg_node_ints(t->n, "kernel_shape", &kernel, &n_kernel, NULL) || n_kernel != 2 ||
      kernel[1 - keep] != 1 || !unpadded(t->n, 1 - keep, 1) || !copy_node(t) ||
      !cut_attrs(t, keep))
    return false;
  t->axis[1] = 1;
  t->axis[2 + keep] = 2;
  t->axis[3 - keep] = -1;
  return true;
}

/* Global pools of N C 1 L and N C L 1. */
static bool turn_global(sg_turn *t)
{
  int keep;
  bool full;
  if (!along_one(t, &keep, &full) || full || !copy_node(t)) return false;
  t->axis[1] = 1;
  t->axis[2] = t->axis[3] = -1;
  return true;
}

/* ---- 4. Channels ------------------------------------------------------------------- */

static bool turn_batchnorm(sg_turn *t)
{
  if (sg_node_activations(t->n) != 1 || !activation(t->n, 0) || !is_channels(t, 0, 1) ||
      !copy_node(t))
    return false;
  same_axes(t, 0);
  return true;
}

/* A matrix over the channels of every position, N L C by C x M, is a convolution of one tap. */
static bool turn_product(sg_turn *t)
{
  const sg_node *n = t->n;
  int nd = n->in[0].shape.nd;
  if (!activation(n, 0) || !sg_node_is_const(n, 1) || n->in[1].shape.nd != 2 ||
      !is_channels(t, 0, nd - 1) || t->in[0].own[2] < 1)
    return false;
  const sg_tensor *b = n->in[1].tensor;
  int64_t C = b->shape.d[0], M = b->shape.d[1], d[3] = { M, C, 1 };
  sg_tensor *w = sg_tensor_new(t->p->mem, b->dtype, 3, d);
  sg_node *m = w ? sg_rewrite_node(t->p, t->ops, "Conv", n, 2) : NULL;
  if (!m) return false;
  for (int64_t i = 0; i < C * M; i++)
    sg_tensor_set(w, i, sg_tensor_f64(b, i % C * M + i / C));
  m->in[0] = (sg_arg){ .value = t->in[0].root, .shape = t->in[0].shape,
                       .dtype = n->in[0].dtype };
  m->in[1] = n->in[1];
  set_const(m, 1, w);
  t->made = m;
  same_axes(t, 0);
  t->axis[nd - 1] = 1;
  return true;
}

/* The root's axis along which inputs are put side by side on own axis a; 0: none. */
static int concat_axis(const sg_turn *t, int a)
{
  bool channels = a > 0, positions = a > 0;
  for (int k = 0; k < t->n->n_in; k++) {
    channels &= t->in[k].own[2] == t->in[0].own[2] && is_channels(t, k, a);
    positions &= t->in[k].own[2] == a && t->in[k].own[1] == t->in[0].own[1];
  }
  return channels ? 1 : positions ? 2 : 0;
}

static bool turn_concat(sg_turn *t)
{
  const sg_node *n = t->n;
  int64_t axis;
  if (n->n_in < 1 || sg_node_activations(n) != n->n_in || sg_node_int(n, "axis", 1, &axis, NULL))
    return false;
  int a = sg_axis(&n->in[0].shape, axis), r = concat_axis(t, a);
  if (!r || !copy_node(t)) return false;
  sg_node_def *d = sg_arena_alloc(t->p->mem, 1, sizeof *d);
  if (!d) return false;
  *d = *n->def;
  d->attrs = (sg_attrs){ .mem = t->p->mem };
  t->made->def = d;
  same_axes(t, 0);
  t->axis[a] = r;
  return !sg_attr_set_int(&d->attrs, "axis", r);
}

/* ---- 5. Reductions ------------------------------------------------------------------- */

/* Over axes of the view: those of the root that they are. Axes of length 1 have nothing to reduce;
 * whether they stay decides only where the others stand. */
static bool turn_reduction(sg_turn *t)
{
  const sg_node *n = t->n;
  const int64_t *axes;
  int64_t n_axes, keep, roots[2], n_roots = 0;
  bool along[SG_MAX_RANK] = { false };
  if (!activation(n, 0) || sg_node_ints_or_input(n, "axes", 1, &axes, &n_axes, NULL) || !n_axes ||
      sg_node_int(n, "keepdims", 1, &keep, NULL))
    return false;
  for (int64_t i = 0; i < n_axes; i++) {
    int a = sg_axis(&n->in[0].shape, axes[i]);
    if (a < 1) return false;
    along[a] = true;
  }
  const int *own = t->in[0].own;
  for (int r = 1; r < 3; r++)
    if (own[r] > 0 && along[own[r]]) roots[n_roots++] = r;
  if (!n_roots) return false;
  sg_attrs *attrs = fresh_node(t, n->op->name, 0);
  if (!attrs || sg_attr_set_ints(attrs, "axes", roots, n_roots)) return false;
  if (n->out[0].shape.nd == 2 && n_roots == 1) {          /* N C of N C L */
    t->axis[1] = 1;
    return !sg_attr_set_int(attrs, "keepdims", 0);
  }
  for (int a = 1, at = 1; a < n->in[0].shape.nd; a++) {
    if (along[a] && !keep) continue;
    t->axis[at] = -1;
    for (int r = 1; r < 3; r++)
      if (!along[a] && own[r] == a) t->axis[at] = r;
    at++;
  }
  return true;
}

/* ---- 6. Cutting and padding ---------------------------------------------------------- */

/* Which axis of the root own axis a is; 0: it has length 1. */
static int root_axis(const sg_sight *s, int a)
{
  return a < 1 ? 0 : a == s->own[1] ? 1 : a == s->own[2] ? 2 : 0;
}

static bool turn_slice(sg_turn *t)
{
  static const char *const names[] = { "starts", "ends", "axes", "steps" };
  const sg_node *n = t->n;
  const int64_t *from[4];
  int64_t count[4], to[4][2], kept = 0;
  for (int l = 0; l < 4; l++)
    if (sg_node_ints_or_input(n, names[l], l + 1, &from[l], &count[l], NULL)) return false;
  for (int64_t i = 0; i < count[0]; i++) {
    int r = root_axis(&t->in[0], sg_axis(&n->in[0].shape, from[2] ? from[2][i] : i));
    if (!r) continue;
    if (kept == 2) return false;
    to[0][kept] = from[0][i];
    to[1][kept] = from[1][i];
    to[2][kept] = r;
    to[3][kept++] = from[3] ? from[3][i] : 1;
  }
  sg_attrs *attrs = kept ? fresh_node(t, "Slice", 0) : NULL;
  for (int l = 0; l < 4 && attrs; l++)
    if (sg_attr_set_ints(attrs, names[l], to[l], kept)) return false;
  same_axes(t, 0);
  return attrs != NULL;
}

static bool turn_pad(sg_turn *t)
{
  const sg_node *n = t->n;
  const int64_t *pads, *axes;
  int64_t n_pads, n_axes, to[6] = { 0 };
  const char *mode;
  double value;
  if (sg_node_ints_or_input(n, "pads", 1, &pads, &n_pads, NULL) ||
      sg_node_ints_or_input(n, "axes", 3, &axes, &n_axes, NULL) ||
      sg_node_string(n, "mode", "constant", &mode, NULL) ||
      sg_node_float(n, "value", 0, &value, NULL) ||
      (sg_node_has(n, 2) && (!n->in[2].tensor || sg_shape_count(&n->in[2].shape) != 1)))
    return false;
  if (sg_node_has(n, 2)) value = sg_tensor_f64(n->in[2].tensor, 0);
  for (int64_t i = 0; i < n_pads / 2; i++) {
    int r = root_axis(&t->in[0], sg_axis(&n->in[0].shape, axes ? axes[i] : i));
    int64_t before = pads[i], after = pads[i + n_pads / 2];
    if (!r && (before || after)) return false;
    to[r] = before;
    to[r + 3] = after;
  }
  sg_attrs *attrs = fresh_node(t, "Pad", 0);
  same_axes(t, 0);
  return attrs && !sg_attr_set_ints(attrs, "pads", to, 6) &&
         !sg_attr_set_string(attrs, "mode", mode) && !sg_attr_set_float(attrs, "value", value);
}

/* ---- 7. The table -------------------------------------------------------------------- */

typedef struct rule { const char *op; bool (*turn)(sg_turn *t); } rule;

static const rule rules[] = {
  { "Add", turn_arithmetic }, { "Sub", turn_arithmetic }, { "Mul", turn_arithmetic },
  { "Div", turn_arithmetic }, { "Max", turn_arithmetic }, { "Min", turn_arithmetic },
  { "Pow", turn_arithmetic }, { "PRelu", turn_arithmetic }, { "Sum", turn_arithmetic },
  { "Conv", turn_conv }, { "ConvTranspose", turn_conv },
  { "MaxPool", turn_pool }, { "AveragePool", turn_pool },
  { "GlobalMaxPool", turn_global }, { "GlobalAveragePool", turn_global },
  { "BatchNormalization", turn_batchnorm }, { "MatMul", turn_product },
  { "Concat", turn_concat },
  { "ReduceMax", turn_reduction }, { "ReduceMean", turn_reduction },
  { "ReduceSum", turn_reduction }, { "ReduceMin", turn_reduction },
  { "ReduceL1", turn_reduction }, { "ReduceL2", turn_reduction },
  { "ReduceLogSumExp", turn_reduction },
  { "Slice", turn_slice }, { "Pad", turn_pad },
};

bool sg_turn_node(sg_turn *t)
{
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (sg_node_is(t->n, rules[i].op)) return rules[i].turn(t);
  return turn_function(t);
}
