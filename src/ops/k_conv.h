/* ops/k_conv.h: the geometry of a convolution, shared by what describes it (conv.c) and what
 * computes it (k_conv.c). */
#ifndef SG_OPS_CONV_H
#define SG_OPS_CONV_H

#include "model/op.h"
#include "seqgloss/codes.h"

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

/* What prepare makes. One block per group: K = terms of a sum, N = filters of a group. */
typedef struct SG_REAL(sg_conv_weights) {
  real *packed, *packed_t;      /* W as [K][N]; its transpose as [N][K], for vjp (may be NULL) */
  size_t step, step_t;          /* reals between groups */
  real *packed_taps;            /* its transpose one tap at a time, [groups][taps][Fg][Cg], in place
                                 * of packed_t where there are channels enough to fill vectors */
  size_t step_tap;              /* reals between taps */
  real *filters;                /* W as [groups][N][K], a filter in one piece, for vjp (may be
                                 * NULL) */
  real *depthwise;              /* [taps][C] when each group has one channel and one filter */
  real *narrow;                 /* [F][terms] when there are few filters */
  void *table;                  /* look-up table, or NULL */
  real *rows;                   /* [taps][C + 2][F] responses to the bases, to a quarter of all, and
                                 * to nothing; NULL without a table */
} SG_REAL(sg_conv_weights);

/* Those of prepare, or made for this call. */
sg_status SG_REAL(sg_conv_get_weights)(const sg_call *c, bool backward,
                                       SG_REAL(sg_conv_weights) *w);
/* Whether the look-up table was made for these symbols. */
bool SG_REAL(sg_conv_symbols_fit)(const sg_conv *v, const sg_symbols *s);
/* Row of `rows` that stands for a code. */
static inline int64_t sg_conv_symbol(const sg_conv *v, uint8_t code)
{
  return code < v->C ? code : code == SG_CODE_N_QUARTER ? v->C : v->C + 1;
}

sg_status SG_REAL(sg_conv_prepare)(const sg_node *node, const void *kernels, bool backward,
                                   sg_arena *mem, const void **prep, sg_err *err);
sg_status SG_REAL(sg_conv_forward)(const sg_call *c);
/* One spatial axis only (k_convdelta.c). */
sg_status SG_REAL(sg_conv_update)(const sg_call *c, const sg_call *base);
sg_status SG_REAL(sg_conv_update_max)(const sg_call *c, const sg_call *base, void *memo,
                                      void *const *y);
size_t SG_REAL(sg_conv_update_max_bytes)(const sg_node *node);
sg_status SG_REAL(sg_conv_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin);

#endif
