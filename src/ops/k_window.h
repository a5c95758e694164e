/* ops/k_window.h: geometry of sliding windows: pooling and convolution over one or two spatial
 * axes.
 *
 * Output position o, tap t reads input position o * stride - lo + t * dilation. Spatial axis j is
 * logical axis j + 2.
 */
#ifndef SG_OPS_K_WINDOW_H
#define SG_OPS_K_WINDOW_H

#include "model/op.h"

#define SG_SPATIAL 2

typedef enum sg_auto_pad { SG_PAD_GIVEN, SG_PAD_SAME_UPPER, SG_PAD_SAME_LOWER,
                           SG_PAD_VALID } sg_auto_pad;

typedef struct sg_window {
  int ns;                                   /* spatial axes, 1 or 2 */
  int64_t k[SG_SPATIAL], stride[SG_SPATIAL], dilation[SG_SPATIAL];
  int64_t lo[SG_SPATIAL], hi[SG_SPATIAL];   /* padding before and after; infer resolves auto_pad */
  int64_t in[SG_SPATIAL], out[SG_SPATIAL];  /* full lengths, by infer */
  bool ceil_mode;
  sg_auto_pad auto_pad;
} sg_window;

/* Reads kernel_shape, strides, dilations, pads, auto_pad, ceil_mode of a node whose input 0 has
 * rank ns + 2. `kernel`: the spatial extents of the weights, where there are some (kernel_shape
 * must agree), or NULL. Other ranks are refused. */
sg_status sg_window_configure(const sg_node *node, const int64_t *kernel, sg_window *w,
                              sg_err *err);
/* Resolves padding and lengths from the shape of input 0. */
sg_status sg_window_infer(const sg_node *node, sg_window *w, sg_err *err);
/* Intervals along a spatial axis; exact, holes of dilation and stride included. false: not a
 * spatial axis. */
bool sg_window_reach(const sg_window *w, const sg_interval *in, sg_interval *out);
bool sg_window_need(const sg_window *w, const sg_interval *out, sg_interval *in);

/* Where rows (all channels of one position) lie in two slabs of the same rank. */
typedef struct sg_rows {
  int ns;
  int64_t d[SG_SPATIAL];                    /* spatial lengths of the slab */
  int axis;                                 /* spatial axis of its window, -1: whole */
  int64_t start, full;
} sg_rows;

sg_rows sg_rows_of(const sg_slab *s, int64_t item);
/* Index of the row at absolute position p[ns] in the slab's item; -1 when its window does not hold
 * it. */
static inline int64_t sg_row_index(const sg_rows *r, const int64_t *p)
{
  int64_t at = 0;
  for (int j = 0; j < r->ns; j++) {
    int64_t q = j == r->axis ? p[j] - r->start : p[j];
    if (q < 0 || q >= r->d[j]) return -1;
    at = at * r->d[j] + q;
  }
  return at;
}

#endif
