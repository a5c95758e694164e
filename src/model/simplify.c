/* model/simplify.c: rewrite a plan's nodes without changing what they compute.
 *
 * Contents
 *   1. identities are bypassed; a product with a matrix is a dense layer, a pool of full length a
 *              global one
 *   2. y = (W x + b) * s + t per channel becomes (sW) x + (sb + t)
 *   3. flatten + product: the columns of W take the memory order, and flatten no longer moves
 *              anything
 *   4. zeros padded before a convolution become its own padding
 *   5. relu as the last step of the layer before it
 *
 * New weights are computed in double and rounded once.
 */
#include <math.h>
#include <string.h>

#include "model/fold.h"
#include "model/rewrite.h"

/* ---- 1. Identities ----------------------------------------------------------------- */

static bool is_float(sg_dtype t) { return t == SG_F32 || t == SG_DOUBLE; }

static bool is_identity(const sg_node *n)
{
  if (sg_node_is(n, "Identity") || sg_node_is(n, "Dropout"))
    return n->n_out == 1 || n->out[1].value == SG_NONE;
  return sg_node_is(n, "Cast") && is_float(n->in[0].dtype) && is_float(n->out[0].dtype);
}

static void bypass_identities(sg_plan *p)
{
  for (int i = p->n_node - 1; i >= 0; i--) {
    const sg_node *n = p->node[i];
    if (!is_identity(n) || n->in[0].tensor) continue;
    sg_rewrite_redirect(p, n->out[0].value, n->in[0].value);
    sg_rewrite_remove(p, i);
  }
}

/* [N][K] by a constant matrix: as Gemm it takes an addend and a relu, and windows of changes. */
static void product_to_dense(sg_plan *p, const sg_registry *ops, int i)
{
  const sg_node *n = p->node[i];
  if (!sg_node_is(n, "MatMul") || n->in[0].tensor || !sg_node_is_const(n, 1) ||
      !n->in[0].shape.batched || n->in[0].shape.nd != 2 || n->in[1].shape.nd != 2)
    return;
  sg_node *g = sg_rewrite_node(p, ops, "Gemm", n, 2);
  if (!g) return;
  g->in[0] = n->in[0];
  g->in[1] = n->in[1];
  if (!g->op->configure(g, NULL) && !g->op->infer(g, NULL)) p->node[i] = g;
}

/* A mean over all positions, written as a pool of full length: GlobalAveragePool keeps something of
 * a base (ops/k_linedelta.c). */
static void mean_of_all(sg_plan *p, const sg_registry *ops, int i)
{
  const sg_node *n = p->node[i];
  const int64_t *kernel, *pads, *dil;
  int64_t n_kernel, n_pads, n_dil;
  if (!sg_node_is(n, "AveragePool") || n->in[0].shape.nd != 3 || n->out[0].shape.d[2] != 1 ||
      sg_node_ints(n, "kernel_shape", &kernel, &n_kernel, NULL) || n_kernel != 1 ||
      sg_node_ints(n, "pads", &pads, &n_pads, NULL) ||
      sg_node_ints(n, "dilations", &dil, &n_dil, NULL))
    return;
  if (kernel[0] != n->in[0].shape.d[2] || (n_dil && dil[0] != 1) ||
      (n_pads && (pads[0] || pads[1])))
    return;
  sg_node *g = sg_rewrite_node(p, ops, "GlobalAveragePool", n, 1);
  if (!g) return;
  g->in[0] = n->in[0];
  if (!g->op->configure(g, NULL) && !g->op->infer(g, NULL)) p->node[i] = g;
}

/* ---- 2. Affine layers -------------------------------------------------------------- */

typedef struct affine { int64_t channels; double *scale, *shift; } affine;

/* v[c] of a constant that varies along axis 1 of `out` only; false when it does otherwise. */
static bool per_channel(const sg_tensor *t, const sg_shape *out, double *v)
{
  int axis = t->shape.nd - (out->nd - 1);                 /* axis 1 of `out` in t, from the right */
  int64_t n = sg_shape_count(&t->shape), c = out->d[1];
  if (t->shape.nd > out->nd || n < 1) return false;
  if (n != 1 && (axis < 0 || t->shape.d[axis] != n || n != c)) return false;
  for (int64_t i = 0; i < c; i++) v[i] = sg_tensor_f64(t, n == 1 ? 0 : i);
  return true;
}

static bool batchnorm_affine(const sg_node *n, affine *a)
{
  double eps;
  if (sg_node_float(n, "epsilon", 1e-5, &eps, NULL)) return false;
  for (int k = 1; k < 5; k++)
    if (!sg_node_is_const(n, k) || sg_shape_count(&n->in[k].shape) != a->channels) return false;
  for (int64_t c = 0; c < a->channels; c++) {
    double g = sg_tensor_f64(n->in[1].tensor, c), b = sg_tensor_f64(n->in[2].tensor, c);
    double m = sg_tensor_f64(n->in[3].tensor, c), v = sg_tensor_f64(n->in[4].tensor, c);
    a->scale[c] = g / sqrt(v + eps);
    a->shift[c] = b - m * a->scale[c];
  }
  return true;
}

/* y = x*s or x+t with a per-channel constant. `data` is the input that is not the constant. */
static bool arithmetic_affine(const sg_node *n, affine *a, int *data)
{
  bool mul = sg_node_is(n, "Mul"), add = sg_node_is(n, "Add");
  bool sub = sg_node_is(n, "Sub"), div = sg_node_is(n, "Div");
  if (!(mul || add || sub || div) || n->n_in != 2) return false;
  int k = sg_node_is_const(n, 1) ? 1 : 0;
  if (!sg_node_is_const(n, k) || ((sub || div) && k == 0)) return false;
  *data = 1 - k;
  if (!sg_shape_equal(&n->out[0].shape, &n->in[*data].shape)) return false;
  double *v = mul || div ? a->scale : a->shift;
  if (!per_channel(n->in[k].tensor, &n->out[0].shape, v)) return false;
  for (int64_t c = 0; c < a->channels; c++) {
    if (sub) v[c] = -v[c];
    if (div) v[c] = 1 / v[c];
    if (mul || div) a->shift[c] = 0;
    else a->scale[c] = 1;
    if (!isfinite(v[c])) return false;
  }
  return true;
}

static bool read_affine(const sg_plan *p, const sg_node *n, affine *a, int *data)
{
  *data = 0;
  if (n->n_out < 1 || n->out[0].shape.nd < 2 || n->n_in < 1) return false;
  a->channels = n->out[0].shape.d[1];
  a->scale = sg_arena_calloc(p->mem, (size_t) a->channels, sizeof *a->scale);
  a->shift = sg_arena_calloc(p->mem, (size_t) a->channels, sizeof *a->shift);
  if (!a->scale || !a->shift) return false;
  if (sg_node_is(n, "BatchNormalization")) return n->n_out == 1 && batchnorm_affine(n, a);
  return arithmetic_affine(n, a, data);
}

/* Layers that can take a scale and shift per output channel: their weight's output axis. -1:
 * none. */
static int output_axis(const sg_node *n)
{
  if (n->n_in < 2 || !sg_node_is_const(n, 1) || sg_node_activations(n) != 1) return -1;
  if (sg_node_has(n, 2) && (!n->in[2].tensor || n->in[2].shape.nd > 2)) return -1;
  if (sg_node_is(n, "Conv")) return 0;
  if (!sg_node_is(n, "Gemm")) return -1;
  double alpha, beta;
  int64_t trans;
  if (sg_node_float(n, "alpha", 1, &alpha, NULL) || sg_node_float(n, "beta", 1, &beta, NULL) ||
      sg_node_int(n, "transB", 0, &trans, NULL) || alpha != 1 || beta != 1)
    return -1;
  return trans ? 0 : 1;
}

static const sg_tensor *scaled_weight(sg_plan *p, const sg_tensor *w, int axis, const affine *a)
{
  sg_tensor *t = sg_tensor_new(p->mem, w->dtype, w->shape.nd, w->shape.d);
  if (!t || w->shape.d[axis] != a->channels) return NULL;
  int64_t inner = 1;
  for (int i = axis + 1; i < w->shape.nd; i++) inner *= w->shape.d[i];
  for (int64_t i = 0; i < sg_shape_count(&w->shape); i++)
    sg_tensor_set(t, i, sg_tensor_f64(w, i) * a->scale[i / inner % a->channels]);
  return t;
}

static const sg_tensor *shifted_bias(sg_plan *p, const sg_node *n, const affine *a)
{
  const sg_tensor *b = sg_node_has(n, 2) ? n->in[2].tensor : NULL;
  int64_t count = b ? sg_shape_count(&b->shape) : 0;
  sg_tensor *t = sg_tensor_new(p->mem, n->in[1].tensor->dtype, 1, &a->channels);
  if (!t || (b && count != 1 && count != a->channels)) return NULL;
  for (int64_t c = 0; c < a->channels; c++)
    sg_tensor_set(t, c, (b ? sg_tensor_f64(b, count == 1 ? 0 : c) : 0) * a->scale[c] + a->shift[c]);
  return t;
}

/* Puts new weights into node n; its input list is made long enough for a bias. */
static bool set_weights(sg_plan *p, sg_node *n, const sg_tensor *w, const sg_tensor *b)
{
  sg_arg *in = sg_arena_calloc(p->mem, 4, sizeof *in);
  if (!in) return false;
  memcpy(in, n->in, (size_t) (n->n_in < 3 ? n->n_in : 3) * sizeof *in);
  in[1].tensor = w;
  in[1].shape = w->shape;
  if (b) in[2] = (sg_arg){.value = in[1].value, .shape = b->shape, .dtype = b->dtype, .tensor = b};
  else if (n->n_in < 3) in[2].value = SG_NONE;
  n->in = in;
  if (b) n->n_in = 3;
  return true;
}

/* Folds node i into the layer that makes its input. Returns true when it did. */
static bool fold_affine(sg_plan *p, int i)
{
  affine a;
  int data;
  sg_node *n = p->node[i];
  if (!read_affine(p, n, &a, &data)) return false;
  int j = sg_rewrite_producer(p, n->in[data].value);
  int axis = j >= 0 ? output_axis(p->node[j]) : -1;
  if (axis < 0 || sg_plan_readers(p, n->in[data].value) != 1) return false;
  sg_node *to = p->node[j];
  const sg_tensor *w = scaled_weight(p, to->in[1].tensor, axis, &a);
  const sg_tensor *b = w ? shifted_bias(p, to, &a) : NULL;
  if (!b || !set_weights(p, to, w, b)) return false;
  to->out[0].value = n->out[0].value;
  sg_rewrite_remove(p, i);
  return true;
}

/* ---- 3. Flatten + product ---------------------------------------------------------- */

/* Flatten or Reshape of N x C x ... to N x K in ONNX order. */
static bool flattens(const sg_node *n)
{
  int64_t last;
  if (!sg_node_is(n, "Flatten") && !sg_node_is(n, "Reshape")) return false;
  if (n->in[0].shape.nd < 3 || n->out[0].shape.nd != 2) return false;
  return !sg_node_int(n, "channels_last", 0, &last, NULL) && !last &&
         !sg_is_row_major(&n->in[0].shape);
}

/* Where element i (row-major over the item's axes) lies in an item's memory. */
static int64_t memory_index(const sg_shape *s, int64_t i)
{
  int64_t st[SG_MAX_RANK], at = 0;
  sg_strides(s, st);
  for (int a = s->nd - 1; a >= 1; a--) {
    at += i % s->d[a] * st[a];
    i /= s->d[a];
  }
  return at;
}

/* W with its input rows in the memory order of `s`; `axis` is the input axis of W. */
static const sg_tensor *permuted(sg_plan *p, const sg_tensor *w, int axis, const sg_shape *s)
{
  sg_tensor *t = sg_tensor_new(p->mem, w->dtype, 2, w->shape.d);
  int64_t K = w->shape.d[axis], M = w->shape.d[1 - axis];
  if (!t || K != sg_shape_item(s)) return NULL;
  for (int64_t k = 0; k < K; k++) {
    int64_t to = memory_index(s, k);
    for (int64_t m = 0; m < M; m++)
      sg_tensor_set(t, axis ? m * K + to : to * M + m,
                    sg_tensor_f64(w, axis ? m * K + k : k * M + m));
  }
  return t;
}

/* A copy of flatten node n that leaves memory as it is. */
static sg_node *plain_flatten(sg_plan *p, const sg_registry *ops, const sg_node *n, sg_err *err)
{
  sg_node_def *d = sg_arena_calloc(p->mem, 1, sizeof *d);
  sg_node *f = sg_arena_calloc(p->mem, 1, sizeof *f);
  if (!d || !f) return NULL;
  *d = (sg_node_def){.op_type = "Flatten", .name = n->def->name, .source = n->def->source,
                     .opset = SG_OPSET_OWN, .attrs = {NULL, p->mem}, .n_in = 1, .n_out = 1};
  if (sg_attr_set_int(&d->attrs, "axis", 1) || sg_attr_set_int(&d->attrs, "channels_last", 1))
    return NULL;
  *f = *n;
  f->def = d;
  f->n_in = 1;
  f->op = sg_op_find(p->f64 ? ops->f64 : ops->f32, "Flatten");
  if (!f->op || f->op->configure(f, err) || f->op->infer(f, err)) return NULL;
  return f;
}

static bool flatten_product(sg_plan *p, const sg_registry *ops, int i, sg_err *err)
{
  sg_node *n = p->node[i];
  int64_t trans = 0, trans_a = 0;
  bool gemm = sg_node_is(n, "Gemm");
  if ((!gemm && !sg_node_is(n, "MatMul")) || n->n_in < 2 || n->in[0].tensor ||
      !sg_node_is_const(n, 1) || n->in[1].shape.nd != 2)
    return false;
  if (gemm && (sg_node_int(n, "transB", 0, &trans, NULL) ||
               sg_node_int(n, "transA", 0, &trans_a, NULL) || trans_a))
    return false;
  int j = sg_rewrite_producer(p, n->in[0].value);
  if (j < 0 || !flattens(p->node[j]) || sg_plan_readers(p, n->in[0].value) != 1) return false;
  sg_node *f = plain_flatten(p, ops, p->node[j], err);
  const sg_tensor *w = f ? permuted(p, n->in[1].tensor, trans ? 1 : 0, &f->in[0].shape) : NULL;
  if (!w || !set_weights(p, n, w, NULL)) return false;
  p->node[j] = f;
  return true;
}

/* ---- 4. Padding -------------------------------------------------------------------- */

/* What node n adds to each axis of its input: before[], after[]. false when it is anything but
 * zeros added to spatial axes. */
static bool zero_pads(const sg_node *n, int64_t *before, int64_t *after)
{
  const char *mode;
  const int64_t *pads, *axes;
  int64_t n_pads, n_axes;
  double value;
  int nd = n->in[0].shape.nd;
  if (!sg_node_is(n, "Pad") || nd < 3 || sg_node_string(n, "mode", "constant", &mode, NULL) ||
      strcmp(mode, "constant") || sg_node_float(n, "value", 0, &value, NULL) ||
      sg_node_ints_or_input(n, "pads", 1, &pads, &n_pads, NULL) ||
      sg_node_ints_or_input(n, "axes", 3, &axes, &n_axes, NULL))
    return false;
  if (sg_node_has(n, 2) && !sg_node_is_const(n, 2)) return false;
  if (sg_node_has(n, 2)) value = sg_tensor_f64(n->in[2].tensor, 0);
  if (value != 0 || n_pads != 2 * (axes ? n_axes : nd)) return false;
  for (int64_t i = 0; i < n_pads / 2; i++) {
    int a = sg_axis(&n->in[0].shape, axes ? axes[i] : i);
    int64_t b = pads[i], e = pads[i + n_pads / 2];
    if (a < 0 || b < 0 || e < 0 || (a < 2 && (b || e))) return false;
    before[a] = b;
    after[a] = e;
  }
  return true;
}

/* A copy of convolution n's definition with these numbers added to its pads. */
static const sg_node_def *padded_def(sg_plan *p, const sg_node *n, const int64_t *before,
                                     const int64_t *after)
{
  sg_node_def *d = sg_arena_alloc(p->mem, 1, sizeof *d);
  const char *how;
  const int64_t *old;
  int64_t n_old, pads[2 * SG_MAX_RANK] = {0};
  int nd = n->in[0].shape.nd - 2;
  if (!d || sg_node_string(n, "auto_pad", "NOTSET", &how, NULL) ||
      sg_node_ints(n, "pads", &old, &n_old, NULL))
    return NULL;
  bool explicit = strcmp(how, "NOTSET") == 0;
  if (!explicit && strcmp(how, "VALID")) return NULL;
  for (int i = 0; i < 2 * nd; i++)
    pads[i] = (explicit && n_old == 2 * nd ? old[i] : 0) + (i < nd ? before : after)[2 + i % nd];
  *d = *n->def;
  d->attrs = (sg_attrs){.mem = p->mem};
  for (const sg_attr *a = n->def->attrs.first; a; a = a->next) {
    if (strcmp(a->name, "pads") == 0 || strcmp(a->name, "auto_pad") == 0) continue;
    sg_attr *copy = sg_arena_alloc(p->mem, 1, sizeof *copy);
    if (!copy) return NULL;
    *copy = *a;
    copy->next = d->attrs.first;
    d->attrs.first = copy;
  }
  return sg_attr_set_ints(&d->attrs, "pads", pads, 2 * nd) ? NULL : d;
}

/* Convolution i takes over what the node before it pads. */
static void fold_pad(sg_plan *p, int i)
{
  sg_node *n = p->node[i];
  int64_t before[SG_MAX_RANK] = {0}, after[SG_MAX_RANK] = {0};
  int j = sg_node_is(n, "Conv") ? sg_rewrite_producer(p, n->in[0].value) : -1;
  if (j < 0 || sg_plan_readers(p, n->in[0].value) != 1 || !zero_pads(p->node[j], before, after))
    return;
  const sg_node_def *d = padded_def(p, n, before, after);
  if (!d) return;
  n->def = d;
  n->in[0] = p->node[j]->in[0];
  sg_rewrite_remove(p, j);
}

sg_status sg_plan_simplify(sg_plan *p, const sg_registry *ops, sg_err *err)
{
  bypass_identities(p);
  sg_status turned = sg_plan_turn(p, ops, err);
  if (turned) return turned;
  for (int i = 0; i < p->n_node; i++) product_to_dense(p, ops, i);
  for (int i = 0; i < p->n_node; i++) mean_of_all(p, ops, i);
  for (int i = 0; i < p->n_node; i++)
    if (fold_affine(p, i)) i--;
  for (int i = 0; i < p->n_node; i++) flatten_product(p, ops, i, NULL);
  for (int i = p->n_node - 1; i >= 0; i--) fold_pad(p, i);
  for (int i = 0; i < p->n_node; i++) {
    sg_node *n = p->node[i];
    if (!sg_node_is(n, "Conv") && !sg_node_is(n, "Gemm") && !sg_node_is(n, "MatMul")) continue;
    sg_status s = n->op->configure(n, err);
    if (!s) s = n->op->infer(n, err);
    if (s) return s;
  }
  return SG_OK;
}

/* ---- 5. Relu ----------------------------------------------------------------------- */

void sg_plan_fuse_relu(sg_plan *p)
{
  for (int i = 0; i < p->n_node; i++) {
    const sg_node *n = p->node[i];
    if (!sg_node_is(n, "Relu")) continue;
    int j = sg_rewrite_producer(p, n->in[0].value);
    if (j < 0 || !p->node[j]->op->fuses_relu || (p->node[j]->flags & SG_NODE_RELU) ||
        sg_plan_readers(p, n->in[0].value) != 1)
      continue;
    p->node[j]->flags |= SG_NODE_RELU;
    p->node[j]->out[0].value = n->out[0].value;
    sg_rewrite_remove(p, i--);
  }
}
