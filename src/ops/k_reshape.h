/* ops/k_reshape.h: the same elements, in the same order, under another shape: Reshape and Flatten.
 *
 * The order is ONNX's: row-major over the logical axes, although activations of three and more axes
 * lie channels last in memory (model/tensor.h). With attribute channels_last = 1 it is the order of
 * memory on both sides, which is what Keras means; nothing moves then.
 */
#ifndef SG_OPS_K_RESHAPE_H
#define SG_OPS_K_RESHAPE_H

#include "ops/k_elementwise.h"

/* conf; configure reads channels_last. */
typedef struct sg_reshape { bool memory; } sg_reshape;

sg_status SG_REAL(sg_reshape_configure)(sg_node *node, sg_err *err);
/* Sets out[0] to `y` (dims of all axes, the batch included) after checking that the batch stays. */
sg_status SG_REAL(sg_reshape_set)(sg_node *node, const sg_shape *y, sg_err *err);
sg_status SG_REAL(sg_reshape_fold)(sg_node *node, const sg_tensor **out, sg_err *err);
sg_status SG_REAL(sg_reshape_forward)(const sg_call *c);
sg_status SG_REAL(sg_reshape_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin);
bool SG_REAL(sg_reshape_reach)(const sg_node *node, int k, const sg_interval *in, int o,
                               sg_interval *out);
bool SG_REAL(sg_reshape_need)(const sg_node *node, int o, const sg_interval *out, int k,
                              sg_interval *in);

#define SG_RESHAPE_ENTRIES \
  .since = 7, .smooth = true, .configure = SG_REAL(sg_reshape_configure), \
  .fold = SG_REAL(sg_reshape_fold), .forward = SG_REAL(sg_reshape_forward), \
  .vjp = SG_REAL(sg_reshape_vjp), .reach = SG_REAL(sg_reshape_reach), \
  .need = SG_REAL(sg_reshape_need)

#endif
