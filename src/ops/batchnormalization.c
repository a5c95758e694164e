/* ops/batchnormalization.c: BatchNormalization with stored statistics: y = (x - mean) / sqrt(var +
 * epsilon) * scale + B per channel.
 *
 * Inputs x, scale, B, mean, var. The running statistics of training are refused.
 */
#include "kernels/kernels.h"
#include "ops/k_window.h"

typedef struct bn_conf { double epsilon; } bn_conf;

static sg_status configure(sg_node *node, sg_err *err)
{
  bn_conf *c = sg_arena_calloc(node->mem, 1, sizeof *c);
  int64_t training, spatial;
  if (!c) return sg_fail(err, SG_ENOMEM, "out of memory");
  node->conf = c;
  node->family = SG_LINEAR;
  node->flags |= SG_NODE_CARRY;
  sg_status s = sg_node_float(node, "epsilon", 1e-5, &c->epsilon, err);
  if (!s) s = sg_node_int(node, "training_mode", 0, &training, err);
  if (!s) s = sg_node_int(node, "spatial", 1, &spatial, err);
  if (s) return s;
  if (training || (node->n_out > 1 && node->out[1].value != SG_NONE))
    return sg_node_refuse(node, err, "training mode; export the network for inference");
  if (!spatial) return sg_node_refuse(node, err, "spatial = 0");
  for (int k = 1; k < 5; k++)
    if (!sg_node_is_const(node, k)) return sg_node_refuse(node, err, "input %d is computed", k);
  return SG_OK;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *s = &node->in[0].shape;
  if (s->nd < 2) return sg_node_misfit(node, err, "the input has no channels");
  for (int k = 1; k < 5; k++)
    if (sg_shape_count(&node->in[k].shape) != s->d[1])
      return sg_node_misfit(node, err, "input %d has %d numbers for %d channels", k,
                            (int) sg_shape_count(&node->in[k].shape), (int) s->d[1]);
  return sg_infer_same(node, err);
}

/* y = x * scale[c] + shift[c], computed in double and rounded once. */
static sg_status factors(const sg_call *c, real **scale, real **shift)
{
  const bn_conf *f = c->node->conf;
  int64_t C = c->node->in[0].shape.d[1];
  const real *g = c->in[1].data, *b = c->in[2].data, *m = c->in[3].data, *v = c->in[4].data;
  bool delta = c->flags & SG_CALL_DELTA;
  *scale = sg_arena_alloc(c->tmp, (size_t) C, sizeof **scale);
  *shift = sg_arena_alloc(c->tmp, (size_t) C, sizeof **shift);
  if (!*scale || !*shift) return SG_ENOMEM;
  for (int64_t i = 0; i < C; i++) {
    double s = (double) g[i] / sqrt((double) v[i] + f->epsilon);
    (*scale)[i] = (real) s;
    (*shift)[i] = delta ? 0 : (real) ((double) b[i] - (double) m[i] * s);
  }
  return SG_OK;
}

/* Rows of one item whose windows differ: row by row; what the input lacks is zero. */
static void shifted_rows(const sg_call *c, int64_t i, const real *scale, const real *shift)
{
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  sg_rows in = sg_rows_of(x, i), out = sg_rows_of(y, i);
  int64_t C = x->shape.d[1], w = out.ns > 1 ? out.d[1] : 1, p[SG_SPATIAL];
  for (int64_t r = 0; r < (out.ns ? out.d[0] * w : 1); r++) {
    p[0] = r / w + (out.axis == 0 ? out.start : 0);
    p[1] = r % w + (out.axis == 1 ? out.start : 0);
    int64_t at = sg_row_index(&in, p);
    const real *from = (const real *) x->data + i * sg_slab_pitch(x) + at * C;
    real *to = (real *) y->data + i * sg_slab_pitch(y) + r * C;
    for (int64_t ch = 0; ch < C; ch++) to[ch] = (at < 0 ? 0 : from[ch]) * scale[ch] + shift[ch];
  }
}

static sg_status forward(const sg_call *c)
{
  const SG_REAL(sg_kernels) *k = c->kernels;
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  real *scale, *shift;
  sg_status s = factors(c, &scale, &shift);
  if (s) return s;
  int64_t C = c->node->in[0].shape.d[1], rows = sg_shape_count(&y->shape) / C;
  bool aligned = x->axis == y->axis && sg_shape_equal(&x->shape, &y->shape);
  for (int64_t i = 0; aligned && x->axis && i < c->n; i++)
    aligned = sg_slab_start(x, i) == sg_slab_start(y, i);
  if (aligned && x->shape.batched)
    k->affine(rows, C, x->data, scale, shift, false, y->data);
  else if (!x->shape.batched)
    return SG_EUNSUPPORTED;
  else
    for (int64_t i = 0; i < c->n; i++) shifted_rows(c, i, scale, shift);
  return SG_OK;
}

/* Sums over rows of g and g * (x - mean), per channel. */
static void channel_sums(const sg_call *c, const real *g, double *sum, double *dot)
{
  const real *x = c->in[0].data, *m = c->in[3].data;
  int64_t C = c->node->in[0].shape.d[1], n = sg_shape_count(&c->in[0].shape);
  for (int64_t i = 0; i < n; i++) {
    sum[i % C] += (double) g[i];
    dot[i % C] += (double) g[i] * ((double) x[i] - (double) m[i % C]);
  }
}

/* d/d scale, B, mean, var from the channel sums. */
static void vjp_weights(const sg_call *c, const double *sum, const double *dot,
                        const sg_slab *gin)
{
  const bn_conf *f = c->node->conf;
  const real *w = c->in[1].data, *v = c->in[4].data;
  for (int64_t i = 0; i < c->node->in[0].shape.d[1]; i++) {
    double r = 1 / sqrt((double) v[i] + f->epsilon), s = (double) w[i];
    double to[5] = {0, dot[i] * r, sum[i], -sum[i] * s * r, -0.5 * dot[i] * s * r * r * r};
    for (int k = 1; k < 5; k++)
      if (gin[k].data) ((real *) gin[k].data)[i] += (real) to[k];
  }
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  int64_t C = c->node->in[0].shape.d[1], n = sg_shape_count(&c->in[0].shape);
  const real *g = gout[0].data;
  real *gx = gin[0].data, *scale, *shift;
  double *sum = sg_arena_calloc(c->tmp, (size_t) C, sizeof *sum);
  double *dot = sg_arena_calloc(c->tmp, (size_t) C, sizeof *dot);
  sg_status s = factors(c, &scale, &shift);
  if (s || !sum || !dot) return SG_ENOMEM;
  for (int64_t i = 0; gx && i < n; i += C)
    for (int64_t ch = 0; ch < C; ch++) gx[i + ch] += g[i + ch] * scale[ch];
  if (gin[1].data || gin[2].data || gin[3].data || gin[4].data) {
    channel_sums(c, g, sum, dot);
    vjp_weights(c, sum, dot, gin);
  }
  return SG_OK;
}

/* Positions stay; windows over the channels have no use. */
static bool reach(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out)
{
  return in->axis > 1 && sg_reach_same(node, k, in, o, out);
}

static bool need(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in)
{
  return out->axis > 1 && sg_need_same(node, o, out, k, in);
}

static void sample(sg_sample *s)
{
  sg_shape *a = &s->in[0].shape;
  int64_t C = 1 + (int64_t) sg_rng_below(s->rng, 5);
  *a = (sg_shape){.nd = 2 + (int) sg_rng_below(s->rng, 3), .batched = true};
  for (int i = 1; i < a->nd; i++) a->d[i] = 1 + (int64_t) sg_rng_below(s->rng, 6);
  a->d[1] = C;
  s->n_in = 5;
  for (int k = 1; k < 5; k++) s->in[k].shape = (sg_shape){.nd = 1, .d = {C}};
  s->in[4].lo = 0.3;
  s->in[4].hi = 2;
  sg_attr_set_float(s->attrs, "epsilon", 1e-3);
}

const sg_op SG_REAL(sg_op_batchnormalization) = {
  .name = "BatchNormalization",
  .summary = "scale and shift per channel from stored statistics",
  .min_in = 5,
  .max_in = 5,
  .min_out = 1,
  .max_out = 5,
  .since = 7,
  .smooth = true,
  .configure = configure,
  .infer = infer,
  .forward = forward,
  .vjp = vjp,
  .reach = reach,
  .need = need,
  .sample = sample,
};
