/* ops/k_collect.h: maxima and sums over positions, from windows of changes. */
#ifndef SG_OPS_K_COLLECT_H
#define SG_OPS_K_COLLECT_H

#include "model/op.h"

/* Input 0 is [N][C][L] (in memory L x C); positions lo .. hi of it count. */
typedef struct sg_collect_range { int64_t lo, hi; } sg_collect_range;

/* Maxima. State: for every q in lo .. hi the greatest of [lo, q), and of [q, hi). */
size_t SG_REAL(sg_collect_max_bytes)(const sg_node *node, sg_collect_range r);
sg_status SG_REAL(sg_collect_max_base)(const sg_call *base, sg_collect_range r, int64_t lo,
                                       int64_t hi, void *state);
sg_status SG_REAL(sg_collect_max)(const sg_call *c, const sg_call *base, sg_collect_range r,
                                  const void *state);
bool SG_REAL(sg_collect_max_sides)(const sg_node *node, sg_collect_range r, const void *state,
                                   int64_t lo, int64_t hi, const void **ret_before,
                                   const void **ret_behind);
/* Sums times `scale`. No state: differences are added to the base's output, in blocks of positions
 * that stand still whatever the windows are. An output that is no finite number is added up
 * anew. */
sg_status SG_REAL(sg_collect_sum)(const sg_call *c, const sg_call *base, double scale);

#endif
