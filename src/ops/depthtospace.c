/* ops/depthtospace.c: DepthToSpace: spreads channels over blocks of positions. */
#include "ops/k_blocks.h"

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_blocks_conf *f = node->conf;
  sg_shape *y = &node->out[0].shape;
  *y = node->in[0].shape;
  node->out[0].dtype = node->in[0].dtype;
  if (y->d[1] % (f->b * f->b))
    return sg_node_misfit(node, err, "%d channels do not fill blocks of %d x %d", (int) y->d[1],
                          (int) f->b, (int) f->b);
  y->d[1] /= f->b * f->b;
  y->d[2] *= f->b;
  y->d[3] *= f->b;
  return sg_shape_check(y, err);
}

static sg_status forward(const sg_call *c) { return SG_REAL(sg_blocks_forward)(c, true); }

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  return SG_REAL(sg_blocks_vjp)(c, gout, gin, true);
}

static bool reach(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out)
{
  (void) k, (void) o;
  return SG_REAL(sg_blocks_widen)(node, in, out);
}

static bool need(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in)
{
  (void) k, (void) o;
  return SG_REAL(sg_blocks_narrow)(node, out, in);
}

static void sample(sg_sample *s)
{
  int64_t b = 1 + (int64_t) sg_rng_below(s->rng, 3);
  sg_shape *x = &s->in[0].shape;
  *x = (sg_shape){.nd = 4, .batched = true};
  for (int a = 1; a < 4; a++) x->d[a] = 1 + (int64_t) sg_rng_below(s->rng, 4);
  x->d[1] *= b * b;
  sg_attr_set_int(s->attrs, "blocksize", b);
  if (sg_rng_below(s->rng, 2)) sg_attr_set_string(s->attrs, "mode", "CRD");
}

const sg_op SG_REAL(sg_op_depthtospace) = {
  .name = "DepthToSpace",
  .summary = "spreads channels over blocks of positions",
  .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .since = 7, .smooth = true,
  .configure = SG_REAL(sg_blocks_configure),
  .infer = infer,
  .forward = forward,
  .vjp = vjp,
  .reach = reach,
  .need = need,
  .sample = sample,
};
