/* ops/locallyconnected.c: seqgloss::LocallyConnected: a 1-D convolution with weights of its own at
 * every output position (Keras' LocallyConnected1D).
 *
 *   y[p][f] = b[p][f] + sum over r of W[p][r][f] * x[p * stride + r / C][r % C],  r < taps * C
 *
 * Inputs: x (N C L), W[positions][taps*C][F], b[positions][F] (optional). Attributes: kernel_shape,
 * strides.
 */
#include "ops/k_window.h"

typedef struct conf { sg_window w; int64_t rows, F; } conf;

static sg_status configure(sg_node *node, sg_err *err)
{
  conf *f = sg_arena_calloc(node->mem, 1, sizeof *f);
  const sg_shape *w = &node->in[1].shape;
  if (!f) return sg_fail(err, SG_ENOMEM, "out of memory");
  node->conf = f;
  node->family = SG_LINEAR;
  node->flags |= SG_NODE_WEIGHTS;
  if (!sg_node_is_const(node, 1) || (sg_node_has(node, 2) && !sg_node_is_const(node, 2)))
    return sg_node_refuse(node, err, "weights that are computed from the input are not "
                          "implemented");
  if (w->nd != 3) return sg_node_misfit(node, err, "weights of %d axes in place of 3", w->nd);
  f->rows = w->d[1];
  f->F = w->d[2];
  return sg_window_configure(node, NULL, &f->w, err);
}

static sg_status infer(sg_node *node, sg_err *err)
{
  conf *f = node->conf;
  const sg_shape *x = &node->in[0].shape, *w = &node->in[1].shape, *b = &node->in[2].shape;
  sg_shape *y = &node->out[0].shape;
  sg_status s = sg_window_infer(node, &f->w, err);
  if (s) return s;
  if (f->w.ns != 1 || f->w.lo[0] || f->w.hi[0])
    return sg_node_refuse(node, err, "only 1-D layers without padding are implemented");
  if (f->rows != f->w.k[0] * x->d[1] || w->d[0] != f->w.out[0])
    return sg_node_misfit(node, err, "weights for %d positions of %d numbers, the input has %d "
                          "of %d", (int) w->d[0], (int) f->rows, (int) f->w.out[0],
                          (int) (f->w.k[0] * x->d[1]));
  if (sg_node_has(node, 2) && (b->nd != 2 || b->d[0] != w->d[0] || b->d[1] != f->F))
    return sg_node_misfit(node, err, "the bias does not fit the weights");
  *y = *x;
  y->d[1] = f->F;
  y->d[2] = f->w.out[0];
  node->out[0].dtype = node->in[0].dtype;
  return SG_OK;
}

static bool reach(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out)
{
  const conf *f = node->conf;
  (void) o;
  return k == 0 && sg_window_reach(&f->w, in, out);
}

static bool need(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in)
{
  const conf *f = node->conf;
  (void) o;
  return k == 0 && sg_window_need(&f->w, out, in);
}

/* Offset in item i's data of what row r of output position p (absolute) reads; -1 outside the
 * window. */
static int64_t source(const sg_call *c, const conf *f, int64_t i, int64_t p, int64_t r)
{
  const sg_slab *x = &c->in[0];
  int64_t C = x->shape.d[1], tap = r / C;
  int64_t q = p * f->w.stride[0] + tap * f->w.dilation[0] - sg_slab_start(x, i);
  return q >= 0 && q < x->shape.d[2] ? q * C + r % C : -1;
}

static sg_status forward(const sg_call *c)
{
  const conf *f = c->node->conf;
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  bool biased = sg_node_has(c->node, 2) && !(c->flags & SG_CALL_DELTA);
  for (int64_t i = 0; i < c->n; i++)
    for (int64_t o = 0; o < y->shape.d[2]; o++) {
      int64_t p = o + sg_slab_start(y, i);
      const real *from = (const real *) x->data + i * sg_slab_pitch(x);
      const real *w = (const real *) c->in[1].data + p * f->rows * f->F;
      real *to = (real *) y->data + i * sg_slab_pitch(y) + o * f->F;
      for (int64_t q = 0; q < f->F; q++)
        to[q] = biased ? ((const real *) c->in[2].data)[p * f->F + q] : 0;
      for (int64_t r = 0; r < f->rows; r++, w += f->F) {
        int64_t at = source(c, f, i, p, r);
        for (int64_t q = 0; at >= 0 && q < f->F; q++) to[q] += from[at] * w[q];
      }
    }
  return SG_OK;
}

/* One output position: gx, gw and gb (nullable) from its gradient g[F]. */
static void pull(const sg_call *c, const sg_slab *gin, int64_t i, int64_t p, const real *g)
{
  const conf *f = c->node->conf;
  const sg_slab *x = &c->in[0];
  int64_t item = i * sg_slab_pitch(x);
  const real *w = (const real *) c->in[1].data + p * f->rows * f->F;
  real *gx = gin[0].data, *gw = gin[1].data;
  real *gb = sg_node_has(c->node, 2) ? gin[2].data : NULL;
  for (int64_t q = 0; gb && q < f->F; q++) gb[p * f->F + q] += g[q];
  for (int64_t r = 0; r < f->rows; r++) {
    int64_t at = item + source(c, f, i, p, r);
    real sum = 0;
    for (int64_t q = 0; q < f->F; q++) sum += w[r * f->F + q] * g[q];
    if (gx) gx[at] += sum;
    for (int64_t q = 0; gw && q < f->F; q++)
      gw[(p * f->rows + r) * f->F + q] += ((const real *) x->data)[at] * g[q];
  }
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  const sg_slab *y = &c->out[0];
  for (int64_t i = 0; i < c->n; i++)
    for (int64_t p = 0; p < y->shape.d[2]; p++)
      pull(c, gin, i, p,
           (const real *) gout[0].data + i * sg_slab_pitch(y) + p * y->shape.d[1]);
  return SG_OK;
}

static int64_t madds(const sg_node *node) { return sg_shape_count(&node->in[1].shape); }

static void sample(sg_sample *s)
{
  int64_t k = 1 + (int64_t) sg_rng_below(s->rng, 4), stride = 1 + (int64_t) sg_rng_below(s->rng, 3);
  int64_t C = 1 + (int64_t) sg_rng_below(s->rng, 4), L = k + (int64_t) sg_rng_below(s->rng, 8);
  int64_t F = 1 + (int64_t) sg_rng_below(s->rng, 4), P = (L - k) / stride + 1;
  s->in[0].shape = (sg_shape){.nd = 3, .batched = true, .d = {0, C, L}};
  s->in[1].shape = (sg_shape){.nd = 3, .d = {P, k * C, F}};
  s->in[2].shape = (sg_shape){.nd = 2, .d = {P, F}};
  s->n_in = 2 + (int) sg_rng_below(s->rng, 2);
  sg_attr_set_ints(s->attrs, "kernel_shape", &k, 1);
  sg_attr_set_ints(s->attrs, "strides", &stride, 1);
}

const sg_op SG_REAL(sg_op_locallyconnected) = {
  .name = "seqgloss::LocallyConnected",
  .summary = "1-D convolution with weights of its own at every position",
  .min_in = 2, .max_in = 3, .min_out = 1, .max_out = 1, .since = 7, .smooth = true,
  .configure = configure,
  .infer = infer,
  .forward = forward,
  .vjp = vjp,
  .reach = reach,
  .need = need,
  .madds = madds,
  .sample = sample,
};
