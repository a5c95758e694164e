/* ops/k_norm.h: normalisation of lines to mean 0 and variance 1, then scale and shift.
 *
 * Layer, group and instance normalisation differ only in which elements form a line and which
 * number of scale and bias belongs to an element; both are strides over the item's axes, of which
 * group normalisation splits one.
 */
#ifndef SG_OPS_K_NORM_H
#define SG_OPS_K_NORM_H

#include "model/op.h"

#define SG_NORM_AXES (SG_MAX_RANK + 1)

/* node->conf. Axes of one item: those that tell lines apart (along = false) and those within a
 * line. x: strides in memory, s: strides in scale and bias. */
typedef struct sg_norm_conf {
  int n;
  bool along[SG_NORM_AXES];
  int64_t d[SG_NORM_AXES], x[SG_NORM_AXES], s[SG_NORM_AXES];
  int first;                    /* layer norm: first normalised axis of the input */
  int64_t groups;               /* group norm */
  double epsilon;
} sg_norm_conf;

/* Allocates conf and reads epsilon. */
sg_status SG_REAL(sg_norm_configure)(sg_node *node, sg_norm_conf **ret, sg_err *err);
void sg_norm_axis(sg_norm_conf *c, bool along, int64_t d, int64_t x, int64_t s);
/* Whole tensors; inputs x, scale, bias (nullable). */
sg_status SG_REAL(sg_norm_forward)(const sg_call *c);
sg_status SG_REAL(sg_norm_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin);

#define SG_NORM_ENTRIES \
  .min_out = 1, .smooth = true, .forward = SG_REAL(sg_norm_forward), \
  .vjp = SG_REAL(sg_norm_vjp)

#endif
