/* model/fold.c: constant folding through the ops' own forward, in double. */
#include <string.h>

#ifndef SG_F64
#define SG_F64                /* the kernel table of this file is the double one */
#endif
#include "kernels/kernels.h"
#include "model/fold.h"

const void *sg_tensor_real(const sg_tensor *t, bool f64, sg_arena *mem)
{
  if (t->dtype == (f64 ? SG_DOUBLE : SG_F32)) return t->data.p;
  int64_t n = sg_shape_count(&t->shape);
  float *f = f64 ? NULL : sg_arena_alloc(mem, (size_t) n, sizeof *f);
  double *d = f64 ? sg_arena_alloc(mem, (size_t) n, sizeof *d) : NULL;
  for (int64_t i = 0; f && i < n; i++) f[i] = (float) sg_tensor_f64(t, i);
  for (int64_t i = 0; d && i < n; i++) d[i] = sg_tensor_f64(t, i);
  return f64 ? (const void *) d : f;
}

/* Constants as slabs: not batched, whole. */
static sg_status input_slabs(const sg_node *node, sg_slab *in, sg_arena *tmp)
{
  for (int k = 0; k < node->n_in; k++) {
    if (!sg_node_has(node, k)) continue;
    in[k].shape = node->in[k].shape;
    in[k].data = (void *) sg_tensor_real(node->in[k].tensor, true, tmp);
    if (!in[k].data) return SG_ENOMEM;
  }
  return SG_OK;
}

static sg_status output_slabs(const sg_node *node, sg_slab *out, sg_arena *tmp)
{
  for (int k = 0; k < node->n_out; k++) {
    out[k].shape = node->out[k].shape;
    int64_t n = sg_shape_count(&out[k].shape);
    out[k].data = sg_arena_calloc(tmp, (size_t) n, sizeof(double));
    if (!out[k].data) return SG_ENOMEM;
  }
  return SG_OK;
}

static sg_status keep(sg_node *node, const sg_slab *out, const sg_tensor **ret)
{
  for (int k = 0; k < node->n_out; k++) {
    sg_dtype type = node->out[k].dtype ? node->out[k].dtype : SG_F32;
    const sg_shape *s = &node->out[k].shape;
    sg_tensor *t = sg_tensor_new(node->mem, type, s->nd, s->d);
    if (!t) return SG_ENOMEM;
    const double *from = out[k].data;
    for (int64_t i = 0; i < sg_shape_count(s); i++) sg_tensor_set(t, i, from[i]);
    ret[k] = t;
  }
  return SG_OK;
}

sg_status sg_fold_forward(sg_node *node, const sg_tensor **out, sg_err *err)
{
  const sg_kernels_f64 *kernels;
  sg_arena *tmp = sg_arena_new();
  sg_slab *in = NULL, *to = NULL;
  sg_status s = node->op->infer(node, err);
  if (s) goto done;
  for (int k = 0; k < node->n_out; k++)
    if ((s = sg_fold_check(node, &node->out[k].shape, err))) goto done;
  if ((s = sg_kernels_get_f64(NULL, &kernels, err))) goto done;
  in = tmp ? sg_arena_calloc(tmp, (size_t) node->n_in + 1, sizeof *in) : NULL;
  to = tmp ? sg_arena_calloc(tmp, (size_t) node->n_out + 1, sizeof *to) : NULL;
  s = in && to ? SG_OK : SG_ENOMEM;
  if (!s) s = input_slabs(node, in, tmp);
  if (!s) s = output_slabs(node, to, tmp);
  if (!s) {
    sg_call c = {.node = node, .kernels = kernels, .n = 1, .tmp = tmp, .in = in, .out = to};
    s = node->op->forward(&c);
  }
  if (!s) s = keep(node, to, out);
  if (s) sg_node_refuse(node, err, "its constant inputs cannot be evaluated");
done:
  sg_arena_free(tmp);
  return s;
}

sg_status sg_kernels_double(const void **ret, sg_err *err)
{
  const sg_kernels_f64 *k = NULL;
  sg_status s = sg_kernels_get_f64(NULL, &k, err);
  *ret = k;
  return s;
}
