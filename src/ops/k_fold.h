/* ops/k_fold.h: exact folding of integer and boolean constants, where double would lose the large
 * numbers that exporters write for "to the end". Float constants are folded by forward. */
#ifndef SG_OPS_K_FOLD_H
#define SG_OPS_K_FOLD_H

#include "model/op.h"

/* True when every input is there, constant and of integers or booleans. */
bool SG_REAL(sg_fold_exact)(const sg_node *node);
/* A 1-D constant of n integers in node->mem; NULL when memory is short. */
sg_tensor *SG_REAL(sg_fold_ints)(sg_node *node, int64_t n, const int64_t *values);
/* out[0] = the input itself. */
sg_status SG_REAL(sg_fold_same)(sg_node *node, const sg_tensor **out, sg_err *err);

/* *ret = a op b; false: not defined (division by zero). Sums and products wrap. */
typedef bool (*sg_fold_fn)(int64_t a, int64_t b, int64_t *ret);

/* out[0] = in[0] op in[1] op ..., with broadcasting. Calls infer. SG_EUNSUPPORTED without a message
 * for other than integers. */
sg_status SG_REAL(sg_fold_pairs)(sg_node *node, sg_fold_fn fn, const sg_tensor **out, sg_err *err);
/* out[0] = f(in[0]), element by element. */
sg_status SG_REAL(sg_fold_map)(sg_node *node, int64_t (*f)(int64_t a), const sg_tensor **out,
                               sg_err *err);

#endif
