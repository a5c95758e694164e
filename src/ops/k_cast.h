/* ops/k_cast.h: conversions between number types, for Cast and CastLike. Activations are computed
 * in one floating type, so a conversion between floating types changes nothing; to integers it
 * truncates, to booleans it asks x != 0. */
#ifndef SG_OPS_K_CAST_H
#define SG_OPS_K_CAST_H

#include "ops/k_elementwise.h"

/* Sets family, conf and out[0].dtype for a conversion to `to`. */
sg_status SG_REAL(sg_cast_configure)(sg_node *node, sg_dtype to, sg_err *err);
sg_status SG_REAL(sg_cast_infer)(sg_node *node, sg_err *err);
sg_status SG_REAL(sg_cast_fold)(sg_node *node, const sg_tensor **out, sg_err *err);
sg_status SG_REAL(sg_cast_forward)(const sg_call *c);
sg_status SG_REAL(sg_cast_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin);

#endif
