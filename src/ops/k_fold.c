/* ops/k_fold.c: exact folding of integer and boolean constants. */
#include "ops/k_fold.h"

bool SG_REAL(sg_fold_exact)(const sg_node *node)
{
  for (int k = 0; k < node->n_in; k++) {
    if (!sg_node_is_const(node, k)) return false;
    sg_dtype t = node->in[k].tensor->dtype;
    if (t != SG_I64 && t != SG_BOOL) return false;
  }
  return node->n_in > 0;
}

sg_tensor *SG_REAL(sg_fold_ints)(sg_node *node, int64_t n, const int64_t *values)
{
  sg_tensor *t = sg_tensor_new(node->mem, SG_I64, 1, &n);
  for (int64_t i = 0; t && i < n; i++) t->data.i[i] = values[i];
  return t;
}

sg_status SG_REAL(sg_fold_same)(sg_node *node, const sg_tensor **out, sg_err *err)
{
  (void) err;
  if (!sg_node_is_const(node, 0)) return SG_EUNSUPPORTED;
  out[0] = node->in[0].tensor;
  return SG_OK;
}

/* Element of `x` (row-major, broadcast to `full`) that stands at row-major index i of `full`. */
static int64_t broadcast_index(const sg_shape *x, const sg_shape *full, int64_t i)
{
  int64_t at = 0, step = 1;
  for (int a = full->nd - 1; a >= 0; a--) {
    int own = a - (full->nd - x->nd);
    if (own >= 0) {
      if (x->d[own] != 1) at += i % full->d[a] * step;
      step *= x->d[own];
    }
    i /= full->d[a];
  }
  return at;
}

sg_status SG_REAL(sg_fold_pairs)(sg_node *node, sg_fold_fn fn, const sg_tensor **out, sg_err *err)
{
  if (!SG_REAL(sg_fold_exact)(node)) return SG_EUNSUPPORTED;
  sg_status s = node->op->infer(node, err);
  const sg_shape *full = &node->out[0].shape;
  if (!s) s = sg_fold_check(node, full, err);
  if (s) return s;
  sg_tensor *t = sg_tensor_new(node->mem, node->out[0].dtype, full->nd, full->d);
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 0; i < sg_shape_count(full); i++)
    for (int k = 0; k < node->n_in; k++) {
      const sg_tensor *x = node->in[k].tensor;
      int64_t v = x->data.i[broadcast_index(&x->shape, full, i)];
      if (k == 0) t->data.i[i] = v;
      else if (!fn(t->data.i[i], v, &t->data.i[i]))
        return sg_node_misfit(node, err, "constant integers are divided by zero");
    }
  out[0] = t;
  return SG_OK;
}

sg_status SG_REAL(sg_fold_map)(sg_node *node, int64_t (*f)(int64_t a), const sg_tensor **out,
                               sg_err *err)
{
  if (!SG_REAL(sg_fold_exact)(node)) return SG_EUNSUPPORTED;
  const sg_tensor *x = node->in[0].tensor;
  sg_tensor *t = sg_tensor_new(node->mem, x->dtype, x->shape.nd, x->shape.d);
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 0; i < sg_shape_count(&x->shape); i++) t->data.i[i] = f(x->data.i[i]);
  out[0] = t;
  return SG_OK;
}
