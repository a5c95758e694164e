/* ops/globalmaxpool.c: GlobalMaxPool: the greatest over all positions, which stay as axes of length
 * 1. */
#include "kernels/kernels.h"
#include "ops/k_pool.h"
#include "ops/k_reduce.h"

static sg_status forward(const sg_call *c)
{
  return SG_REAL(sg_lines_forward)(c, SG_REAL(sg_greatest_value), &SG_REAL(sg_greatest_rows));
}

/* Channels lie side by side, positions one after another. */
static sg_status pick(const sg_call *c, int32_t *at)
{
  const SG_REAL(sg_kernels) *kern = c->kernels;
  const sg_slab *x = &c->in[0];
  int64_t C = x->shape.d[1], item = sg_slab_pitch(x), P = item / C;
  for (int64_t i = 0; i < c->n; i++, at += C) {
    kern->first_equal(P, C, C, (const real *) x->data + i * item,
                      (const real *) c->out[0].data + i * C, at);
    for (int64_t ch = 0; ch < C; ch++) at[ch] = (int32_t) (at[ch] * C + ch);
  }
  return SG_OK;
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  return SG_REAL(sg_pick_vjp)(c, pick, gout, gin);
}

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_SELECT;
  return SG_REAL(sg_global_configure)(node, err);
}

const sg_op SG_REAL(sg_op_globalmaxpool) = {
  .name = "GlobalMaxPool",
  .summary = "greatest over all positions",
  SG_GLOBAL_ENTRIES,
  .collect = &SG_REAL(sg_lines_max),
  .configure = configure,
  .pick = pick,
};
