/* ops/k_conv.h: the geometry of a convolution, shared by what describes it (conv.c) and what
 * computes it (k_conv.c). */
#ifndef SG_OPS_CONV_H
#define SG_OPS_CONV_H

#include "model/op.h"

/* Spatial axes: [0] rows, [1] columns. A 1-D convolution has one row: in[0] = out[0] = k[0] = 1.
 * Output o under tap t reads input position o * stride + t * dil - pad. */
typedef struct sg_conv {
  int nd;                       /* spatial axes of the tensors, 1 or 2 */
  int64_t groups, C, F;         /* channels and filters of all groups together */
  int64_t Cg, Fg;               /* of one group */
  int64_t k[2], stride[2], dil[2], pad[2], in[2], out[2];
} sg_conv;

/* Terms of one output's sum, in the order (row tap, column tap, channel). */
static inline int64_t sg_conv_terms(const sg_conv *v)
{
  return v->k[0] * v->k[1] * v->Cg;
}

sg_status SG_REAL(sg_conv_prepare)(const sg_node *node, const void *kernels, bool backward,
                                   sg_arena *mem, const void **prep, sg_err *err);
sg_status SG_REAL(sg_conv_forward)(const sg_call *c);
sg_status SG_REAL(sg_conv_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin);

#endif
