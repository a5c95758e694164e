/* ops/k_resize.c: what Resize and Upsample share. */
#include "ops/k_resize.h"

#include <math.h>

/* Output position j of n, as a position of the input's L. */
static double place(const sg_resize *f, int64_t j, int64_t n, int64_t L, double scale)
{
  double x = (double) j;
  switch (f->place) {
  case SG_PLACE_ASYMMETRIC: return x / scale;
  case SG_PLACE_HALF_PIXEL: return (x + 0.5) / scale - 0.5;
  case SG_PLACE_PYTORCH: return n > 1 ? (x + 0.5) / scale - 0.5 : 0;
  case SG_PLACE_ALIGN: return n > 1 ? x * (double) (L - 1) / (double) (n - 1) : 0;
  case SG_PLACE_TF_HALF: return (x + 0.5) / scale;
  }
  return 0;
}

static int64_t nearest(const sg_resize *f, double x, int64_t L)
{
  double v = 0;
  switch (f->round) {
  case SG_ROUND_FLOOR: v = floor(x); break;
  case SG_ROUND_CEIL: v = ceil(x); break;
  case SG_ROUND_PREFER_FLOOR: v = ceil(x - 0.5); break;
  case SG_ROUND_PREFER_CEIL: v = floor(x + 0.5); break;
  }
  return v < 0 ? 0 : v > (double) (L - 1) ? L - 1 : (int64_t) v;
}

static sg_status resize_axis(sg_node *node, int a, double scale, int64_t size, sg_err *err)
{
  const sg_resize *f = node->conf;
  int64_t L = node->in[0].shape.d[a];
  sg_shape *y = &node->out[0].shape;
  if (!(scale > 0) || scale > 1e6) return sg_node_refuse(node, err, "a scale out of range");
  y->d[a] = size;
  sg_status s = sg_shape_check(y, err);
  if (s) return s;
  if (size < 1 || L < 1) return sg_node_misfit(node, err, "an axis of length 0");
  int64_t *table = sg_arena_alloc(node->mem, (size_t) size, sizeof *table);
  if (!table) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t j = 0; j < size; j++) table[j] = nearest(f, place(f, j, size, L, scale), L);
  sg_move_of(node)->ax[a].table = table;
  return SG_OK;
}

sg_status SG_REAL(sg_resize_axes)(sg_node *node, const double *scale, const int64_t *sizes,
                                  sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  sg_status s = SG_REAL(sg_move_begin)(node, 1, x->nd, err);
  if (s) return s;
  node->out[0].shape = *x;
  node->out[0].dtype = node->in[0].dtype;
  for (int a = 0; !s && a < x->nd; a++) {
    int64_t L = x->d[a];
    double by = sizes ? (double) sizes[a] / (double) (L ? L : 1) : scale[a];
    double size = sizes ? (double) sizes[a] : floor((double) L * by);
    bool batch = a == 0 && x->batched;
    if (by == 1 || (batch && sizes && sizes[a] == 1)) continue;     /* 1: written for one item */
    if (batch) return sg_node_refuse(node, err, "resizes the batch axis");
    if (!(size >= 0 && size < 0x1p40)) return sg_node_refuse(node, err, "a size out of range");
    s = resize_axis(node, a, by, (int64_t) size, err);
  }
  return s;
}

sg_status SG_REAL(sg_resize_scales)(sg_node *node, int k, const double **ret, sg_err *err)
{
  const sg_tensor *t = node->in[k].tensor;
  int64_t n = node->in[0].shape.nd;
  if (!t) return sg_node_refuse(node, err, "scales that are computed from the input");
  if (sg_shape_count(&t->shape) != n)
    return sg_node_misfit(node, err, "%d scales for %d axes", (int) sg_shape_count(&t->shape),
                          (int) n);
  double *v = sg_arena_alloc(node->mem, (size_t) n + 1, sizeof *v);
  if (!v) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 0; i < n; i++) v[i] = sg_tensor_f64(t, i);
  *ret = v;
  return SG_OK;
}
