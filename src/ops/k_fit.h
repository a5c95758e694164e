/* ops/k_fit.h: windows cut or widened to what an op asks for. */
#ifndef SG_OPS_K_FIT_H
#define SG_OPS_K_FIT_H

#include "model/op.h"

/* Cuts or widens `s` to positions start[i] .. start[i] + width along `axis` (start NULL: from 0).
 * Positions that `s` does not hold read as zero. *ret shares the memory of `s` where nothing has to
 * move, otherwise it is a copy in c->tmp. */
sg_status SG_REAL(sg_fit)(const sg_call *c, const sg_slab *s, int axis, const int64_t *start,
                          int64_t width, sg_slab *ret);

#endif
