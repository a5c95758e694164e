/* ops/k_squeeze.h: the axes of Squeeze and Unsqueeze, an attribute before opset 13 and then an
 * input. */
#ifndef SG_OPS_K_SQUEEZE_H
#define SG_OPS_K_SQUEEZE_H

#include "ops/k_move.h"

/* marked[a] for each axis of a shape of `nd` axes that is listed; *ret_n how many (0: no list).
 * Axes out of range, twice, or the batch are refused. */
sg_status SG_REAL(sg_listed_axes)(const sg_node *node, int nd, bool marked[SG_MAX_RANK], int *ret_n,
                                  sg_err *err);
/* Gives `axes` to a sample as an attribute or as input 1. */
void SG_REAL(sg_sample_axes)(sg_sample *s, int64_t n, const int64_t *axes);

#endif
