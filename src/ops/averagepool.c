/* ops/averagepool.c: AveragePool: the mean of each window.
 *
 * count_include_pad: padding counts in the divisor, but what ceil_mode lets stand out behind the
 * padding does not (PyTorch's rule).
 */
#include "ops/k_pool.h"

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_LINEAR;
  return SG_REAL(sg_pool_configure)(node, err);
}

static void forward_row(void *user, const sg_call *c, int64_t item, int64_t row,
                        const sg_taps *taps)
{
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  int64_t C = x->shape.d[1];
  const real *from = (const real *) x->data + item * sg_slab_pitch(x);
  real *to = (real *) y->data + item * sg_slab_pitch(y) + row * C;
  (void) user;
  for (int64_t ch = 0; ch < C; ch++) to[ch] = 0;
  for (int64_t t = 0; t < taps->n; t++) {
    const real *v = from + taps->rows[t] * C;
    if (taps->rows[t] < 0) continue;
    for (int64_t ch = 0; ch < C; ch++) to[ch] += v[ch];
  }
  for (int64_t ch = 0; taps->divisor && ch < C; ch++) to[ch] /= (real) taps->divisor;
}

static sg_status forward(const sg_call *c) { return SG_REAL(sg_pool_walk)(c, forward_row, NULL); }

typedef struct gradients { const real *g; real *gx; } gradients;

static void vjp_row(void *user, const sg_call *c, int64_t item, int64_t row, const sg_taps *taps)
{
  const gradients *u = user;
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  int64_t C = x->shape.d[1];
  const real *g = u->g + item * sg_slab_pitch(y) + row * C;
  for (int64_t t = 0; taps->divisor && t < taps->n; t++) {
    real *to = u->gx + item * sg_slab_pitch(x) + taps->rows[t] * C;
    for (int64_t ch = 0; ch < C; ch++) to[ch] += g[ch] / (real) taps->divisor;
  }
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  gradients u = {gout[0].data, gin[0].data};
  return u.gx ? SG_REAL(sg_pool_walk)(c, vjp_row, &u) : SG_OK;
}

static void sample(sg_sample *s)
{
  SG_REAL(sg_pool_sample)(s);
  sg_attr_set_int(s->attrs, "count_include_pad", (int64_t) sg_rng_below(s->rng, 2));
}

const sg_op SG_REAL(sg_op_averagepool) = {
  .name = "AveragePool",
  .summary = "mean of each window over one or two spatial axes",
  .smooth = true,
  SG_POOL_ENTRIES,
  .configure = configure,
  .forward = forward,
  .vjp = vjp,
  .sample = sample,
};
