/* import/onnx_rewrite.c: two idioms of exporters, written as what they mean.
 *
 * Contents
 *   1. looking at nodes
 *   2. Tensordot: a dense layer over positions that merges batch and positions into rows
 *   3. layer normalisation by way of batch normalisation
 *
 * TensorFlow's exporter (tf2onnx) merges the batch axis with others, works on rows, and takes them
 * apart again. Items do not see each other in either idiom, but a graph whose batch axis is merged
 * cannot be evaluated item by item. Each idiom is recognised by its whole structure; what differs
 * in anything stays as it is, and is refused later if it merges the batch. Nodes that are left
 * without a reader are dropped when a plan is made.
 */
#include <string.h>

#include "import/onnx_rewrite.h"

#define MAX_CASTS 4

/* ---- 1. Nodes ---------------------------------------------------------------------- */

/* The node that writes `value`, or NULL; never for constants and inputs. */
static sg_node_def *writer(const sg_graph *g, int value)
{
  for (int i = 0; i < g->n_node; i++)
    for (int k = 0; k < g->node[i]->n_out; k++)
      if (value != SG_NONE && g->node[i]->out[k] == value) return g->node[i];
  return NULL;
}

/* The value behind a few casts. */
static int uncast(const sg_graph *g, int value)
{
  sg_node_def *n = writer(g, value);
  for (int depth = 0; n && depth < MAX_CASTS && !strcmp(n->op_type, "Cast"); depth++) {
    value = n->in[0];
    n = writer(g, value);
  }
  return value;
}

/* The node behind casts, when it is an `op`. */
static sg_node_def *written_by(const sg_graph *g, int value, const char *op)
{
  sg_node_def *n = writer(g, uncast(g, value));
  return n && n->n_in > 0 && !strcmp(n->op_type, op) ? n : NULL;
}

static const sg_tensor *constant(const sg_graph *g, int value)
{
  return value == SG_NONE ? NULL : g->value[value].tensor;
}

/* Is `value` the integers v[n]? */
static bool is_ints(const sg_graph *g, int value, const int64_t *v, int64_t n)
{
  const sg_tensor *t = constant(g, value);
  if (!t || t->dtype != SG_I64 || sg_shape_count(&t->shape) != n) return false;
  return memcmp(t->data.i, v, (size_t) n * sizeof *v) == 0;
}

/* A list of integers given as attribute `name` or as constant input k. */
static bool has_ints(const sg_graph *g, const sg_node_def *n, const char *name, int k,
                     const int64_t *v, int64_t count)
{
  const sg_attr *a = sg_attr_find(&n->attrs, name);
  if (!a) return k < n->n_in && is_ints(g, n->in[k], v, count);
  return a->kind == SG_ATTR_INTS && a->n == count &&
         memcmp(a->v.ints, v, (size_t) count * sizeof *v) == 0;
}

/* A constant, or one expanded to any shape, whose elements are all `want`. */
static bool is_filled(const sg_graph *g, int value, double want)
{
  sg_node_def *n = written_by(g, value, "Expand");
  const sg_tensor *t = constant(g, n ? n->in[0] : value);
  if (!t || t->dtype == SG_TEXT) return false;
  for (int64_t i = 0; i < sg_shape_count(&t->shape); i++)
    if (sg_tensor_f64(t, i) != want) return false;
  return true;
}

/* ---- 2. Tensordot ------------------------------------------------------------------ */

/* shape = Concat(Shape(x)[0 .. r-2], [M]). */
static bool restores_rows(const sg_graph *g, int shape, int64_t M)
{
  sg_node_def *cat = written_by(g, shape, "Concat");
  if (!cat || cat->n_in != 2 || !is_ints(g, uncast(g, cat->in[1]), &M, 1)) return false;
  sg_node_def *pick = written_by(g, cat->in[0], "Gather");
  const sg_tensor *at = pick && pick->n_in > 1 ? constant(g, pick->in[1]) : NULL;
  if (!at || at->dtype != SG_I64 || !written_by(g, pick->in[0], "Shape")) return false;
  for (int64_t i = 0; i < sg_shape_count(&at->shape); i++)
    if (at->data.i[i] != i) return false;
  return sg_shape_count(&at->shape) >= 2;
}

/* Reshape(x, [-1, K]), MatMul with W[K][M], Reshape back: MatMul of x's last axis. */
static void tensordot(sg_graph *g, sg_node_def *back)
{
  sg_node_def *mul = back->n_in > 1 ? writer(g, back->in[0]) : NULL;
  if (strcmp(back->op_type, "Reshape") || !mul || strcmp(mul->op_type, "MatMul") ||
      mul->n_in != 2)
    return;
  sg_node_def *rows = writer(g, mul->in[0]);
  const sg_tensor *w = constant(g, mul->in[1]);
  if (!rows || strcmp(rows->op_type, "Reshape") || rows->n_in < 2 || !w || w->shape.nd != 2)
    return;
  const int64_t flat[2] = {-1, w->shape.d[0]};
  if (!is_ints(g, rows->in[1], flat, 2) || !restores_rows(g, back->in[1], w->shape.d[1])) return;
  back->op_type = mul->op_type;
  back->in[0] = rows->in[0];
  back->in[1] = mul->in[1];
  back->attrs = mul->attrs;
}

/* ---- 3. Layer normalisation -------------------------------------------------------- */

/* ReduceProd of full[from:to]; the bounds that are constants. */
static bool product_of(const sg_graph *g, int value, int *full, int64_t *from, int64_t *to)
{
  sg_node_def *up = written_by(g, value, "Unsqueeze");
  sg_node_def *prod = written_by(g, up ? up->in[0] : value, "ReduceProd");
  sg_node_def *cut = prod ? written_by(g, prod->in[0], "Slice") : NULL;
  const sg_tensor *a = cut && cut->n_in > 2 ? constant(g, cut->in[1]) : NULL;
  const sg_tensor *b = a ? constant(g, cut->in[2]) : NULL;
  if (!b || sg_shape_count(&a->shape) != 1 || sg_shape_count(&b->shape) != 1) return false;
  *full = uncast(g, cut->in[0]);
  *from = sg_tensor_i64(a, 0);
  *to = sg_tensor_i64(b, 0);
  return true;
}

/* shape = [1, prod(full[0:k]), prod(full[k:]), 1]; returns k, or 0. */
static int64_t split_axis(const sg_graph *g, int shape, int *full)
{
  const int64_t one = 1;
  int other;
  int64_t from, k, mid, end;
  sg_node_def *cat = written_by(g, shape, "Concat");
  if (!cat || cat->n_in != 4 || !is_ints(g, cat->in[0], &one, 1) ||
      !is_ints(g, cat->in[3], &one, 1))
    return 0;
  if (!product_of(g, cat->in[1], full, &from, &k) || !product_of(g, cat->in[2], &other, &mid, &end))
    return 0;
  return from == 0 && k > 0 && mid == k && end > k && other == *full ? k : 0;
}

/* mean over axes 0, 2, 3 of x. */
static bool is_mean(const sg_graph *g, int value, int x)
{
  static const int64_t axes[3] = {0, 2, 3};
  sg_node_def *n = written_by(g, value, "Squeeze");
  n = written_by(g, n ? n->in[0] : value, "ReduceMean");
  return n && n->in[0] == x && has_ints(g, n, "axes", 1, axes, 3);
}

/* Mean of (x - mean(x))^2 over the same axes. */
static bool is_variance(const sg_graph *g, int value, int x)
{
  static const int64_t axes[3] = {0, 2, 3};
  sg_node_def *div = written_by(g, value, "Div");
  sg_node_def *sum = div && div->n_in == 2 ? written_by(g, div->in[0], "ReduceSumSquare") : NULL;
  sg_node_def *sub = sum ? written_by(g, sum->in[0], "Sub") : NULL;
  if (!sub || sub->n_in != 2) return false;
  sg_node_def *count = written_by(g, div->in[1], "ReduceProd");
  return count && sub->in[0] == x && is_mean(g, sub->in[1], x) &&
         has_ints(g, sum, "axes", 1, axes, 3);
}

static sg_status layer_norm(sg_graph *g, sg_node_def *back)
{
  const int64_t one = 1;
  int full;
  sg_node_def *bn = back->n_in > 1 ? writer(g, back->in[0]) : NULL;
  if (strcmp(back->op_type, "Reshape") || !bn || bn->n_in != 5 ||
      strcmp(bn->op_type, "BatchNormalization"))
    return SG_OK;
  sg_node_def *rows = writer(g, bn->in[0]);
  if (!rows || strcmp(rows->op_type, "Reshape") || rows->n_in < 2) return SG_OK;
  int64_t axis = split_axis(g, rows->in[1], &full);
  if (!axis || uncast(g, back->in[1]) != full || !is_filled(g, bn->in[1], 1) ||
      !is_filled(g, bn->in[2], 0) || !is_mean(g, bn->in[3], bn->in[0]) ||
      !is_variance(g, bn->in[4], bn->in[0]))
    return SG_OK;
  sg_tensor *ones = sg_tensor_new(g->mem, SG_F32, 1, &one);
  int scale = ones ? sg_graph_add_const(g, "one", ones) : SG_ENOMEM;
  if (scale < 0) return SG_ENOMEM;
  ones->data.f[0] = 1;
  back->op_type = "LayerNormalization";
  back->opset = SG_OPSET_OWN;
  back->attrs = bn->attrs;
  back->in[0] = rows->in[0];
  back->in[1] = scale;
  return sg_attr_set_int(&back->attrs, "axis", axis);
}

sg_status sg_onnx_rewrite(sg_graph *g, sg_err *err)
{
  for (int i = 0; i < g->n_node; i++) {
    tensordot(g, g->node[i]);
    if (layer_norm(g, g->node[i])) return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  return SG_OK;
}
