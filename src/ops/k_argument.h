/* ops/k_argument.h: ArgMax and ArgMin: attributes axis, keepdims, select_last_index. No
 * gradient. */
#ifndef SG_OPS_K_ARGUMENT_H
#define SG_OPS_K_ARGUMENT_H

#include "ops/k_lines.h"

/* p[0] of the conf: of equal values the last one counts. */
sg_status SG_REAL(sg_argument_configure)(sg_node *node, sg_err *err);
/* Indices are integers. */
sg_status SG_REAL(sg_argument_infer)(sg_node *node, sg_err *err);
void SG_REAL(sg_argument_sample)(sg_sample *s);

#define SG_ARGUMENT_ENTRIES \
  .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .since = 7, \
  .infer = SG_REAL(sg_argument_infer), .forward = forward, .lines = SG_REAL(sg_lines_along), \
  .reach = SG_REAL(sg_lines_reach), .need = SG_REAL(sg_lines_need), \
  .sample = SG_REAL(sg_argument_sample)

#endif
