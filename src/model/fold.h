/* model/fold.h: evaluate a node whose inputs are all constants. */
#ifndef SG_MODEL_FOLD_H
#define SG_MODEL_FOLD_H

#include "model/op.h"

/* Computes node's outputs from its constant inputs by op->forward of the double-precision registry;
 * out[k] is made in node->mem with the dtype that infer gave. node->op must come from the f64
 * registry and have been through configure. */
sg_status sg_fold_forward(sg_node *node, const sg_tensor **out, sg_err *err);

/* The tensor's values as double (f64) or float in `mem`: the tensor's own data when it already has
 * that type. NULL when memory is short. */
const void *sg_tensor_real(const sg_tensor *t, bool f64, sg_arena *mem);

/* The double-precision kernel table (const sg_kernels_f64 *). */
sg_status sg_kernels_double(const void **ret, sg_err *err);

#endif
