/* ops/k_blocks.h: DepthToSpace and SpaceToDepth: b x b neighbours in space are b*b channels.
 *
 * Both are one bijection between N C H W ("flat") and N C*b*b H/b W/b ("deep"), walked in one
 * direction or the other.
 */
#ifndef SG_OPS_K_BLOCKS_H
#define SG_OPS_K_BLOCKS_H

#include "model/op.h"

typedef struct sg_blocks_conf {
  int64_t b;
  bool channels_first;          /* mode CRD: the channel varies slowest among the deep channels */
} sg_blocks_conf;

/* Attribute blocksize, and for DepthToSpace mode. */
sg_status SG_REAL(sg_blocks_configure)(sg_node *node, sg_err *err);

/* Input 0 is deep (DepthToSpace) or flat; y = x moved. */
sg_status SG_REAL(sg_blocks_forward)(const sg_call *c, bool deep);
sg_status SG_REAL(sg_blocks_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin,
                                 bool deep);
/* Positions of the flat side from those of the deep side, and back. */
bool SG_REAL(sg_blocks_widen)(const sg_node *node, const sg_interval *from, sg_interval *to);
bool SG_REAL(sg_blocks_narrow)(const sg_node *node, const sg_interval *from, sg_interval *to);

#endif
