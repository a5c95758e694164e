/* ops/k_pool.h: what max and average pooling share: walking output rows and the taps of each. */
#ifndef SG_OPS_K_POOL_H
#define SG_OPS_K_POOL_H

#include "ops/k_window.h"

typedef struct sg_pool_conf {
  sg_window w;
  bool count_pad;               /* average: padding counts in the divisor */
} sg_pool_conf;

/* Taps of one output row: rows[n] index the input rows inside the tensor, -1 where the slab's
 * window lacks one (it reads as zero); `divisor` is what an average divides by. */
typedef struct sg_taps { int64_t n, divisor, *rows; } sg_taps;

/* Calls fn(user, c, item, output row, taps) for every output row of the call. */
typedef void (*sg_pool_fn)(void *user, const sg_call *c, int64_t item, int64_t row,
                           const sg_taps *taps);
sg_status SG_REAL(sg_pool_walk)(const sg_call *c, sg_pool_fn fn, void *user);

sg_status SG_REAL(sg_pool_configure)(sg_node *node, sg_err *err);
sg_status SG_REAL(sg_pool_infer)(sg_node *node, sg_err *err);
bool SG_REAL(sg_pool_reach)(const sg_node *node, int k, const sg_interval *in, int o,
                            sg_interval *out);
bool SG_REAL(sg_pool_need)(const sg_node *node, int o, const sg_interval *out, int k,
                           sg_interval *in);
void SG_REAL(sg_pool_sample)(sg_sample *s);

/* The vjp of an op that picks elements (model/op.h): each output's gradient to its element. */
sg_status SG_REAL(sg_pick_vjp)(const sg_call *c, sg_status (*pick)(const sg_call *c, int32_t *at),
                               const sg_slab *gout, const sg_slab *gin);

#define SG_POOL_ENTRIES \
  .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 2, .since = 7, \
  .infer = SG_REAL(sg_pool_infer), .reach = SG_REAL(sg_pool_reach), \
  .need = SG_REAL(sg_pool_need)

#endif
