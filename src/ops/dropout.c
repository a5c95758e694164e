/* ops/dropout.c: y = x, as always outside training. The optional second output, the mask, is 1
 * everywhere. Training mode is refused. */
#include "ops/k_elementwise.h"

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_LINEAR;
  node->flags |= SG_NODE_CARRY;
  if (!sg_node_has(node, 2)) return SG_OK;
  const sg_tensor *t = node->in[2].tensor;
  if (!t) return sg_node_refuse(node, err, "training_mode is computed from the data");
  if (sg_shape_count(&t->shape) < 1 || sg_tensor_i64(t, 0))
    return sg_node_refuse(node, err, "training_mode is on; export the network for inference");
  return SG_OK;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  if (node->n_out > 1) {
    node->out[1].shape = node->in[0].shape;
    node->out[1].dtype = SG_BOOL;
  }
  return sg_infer_same(node, err);
}

static void copy_row(const sg_row *r)
{
  const real *x = r->x[0];
  for (int64_t i = 0; i < r->n; i++) r->y[i] = x[i * r->s[0]];
}

static void mask_row(const sg_row *r)
{
  for (int64_t i = 0; i < r->n; i++) r->y[i] = 1;
}

static void slope_row(const sg_row *r)
{
  real *gx = r->gx[0];
  for (int64_t i = 0; gx && i < r->n; i++) gx[i * r->s[0]] += r->g[i];
}

static sg_status forward(const sg_call *c)
{
  sg_status s = SG_REAL(sg_rows_forward)(c, c->in, 1, c->out, NULL, copy_row);
  if (s || c->node->n_out < 2 || !c->out[1].data) return s;
  return SG_REAL(sg_rows_forward)(c, c->in, 1, &c->out[1], NULL, mask_row);
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  if (!gin[0].data) return SG_OK;
  return SG_REAL(sg_rows_vjp)(c, c->in, 1, gout, gin, NULL, slope_row);
}

static void sample(sg_sample *s)
{
  static const int64_t off[] = {0};
  SG_REAL(sg_sample_unary)(s);
  if (sg_rng_below(s->rng, 2)) return;
  s->n_in = 3;
  s->in[1].absent = true;
  s->in[2].ints = off;
}

const sg_op SG_REAL(sg_op_dropout) = {
  .name = "Dropout", .summary = "x (inference)",
  .min_in = 1, .max_in = 3, .min_out = 1, .max_out = 2, .since = 7, .smooth = true,
  .configure = configure, .infer = infer, .forward = forward, .vjp = vjp,
  .reach = sg_reach_same, .need = sg_need_same, .sample = sample,
};
