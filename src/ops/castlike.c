/* ops/castlike.c: conversion to the number type of the second input, whose values do not matter. */
#include "ops/k_cast.h"

static sg_status configure(sg_node *node, sg_err *err)
{
  return SG_REAL(sg_cast_configure)(node, node->in[1].dtype, err);
}

static bool reach(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out)
{
  if (k == 0) return sg_reach_same(node, k, in, o, out);
  *out = (sg_interval){in->axis, 0, 0};                   /* nothing depends on input 1 */
  return true;
}

static bool need(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in)
{
  if (k == 0) return sg_need_same(node, o, out, k, in);
  *in = (sg_interval){out->axis, 0, 0};
  return true;
}

static void sample(sg_sample *s)
{
  static const int64_t whole[] = {3};
  SG_REAL(sg_sample_unary)(s);
  s->n_in = 2;
  s->in[1].shape = (sg_shape){.nd = 1, .d = {1}};
  if (sg_rng_below(s->rng, 2)) s->in[1].ints = whole;
}

const sg_op SG_REAL(sg_op_castlike) = {
  .name = "CastLike", .summary = "conversion to the number type of another tensor",
  .min_in = 2, .max_in = 2, .min_out = 1, .max_out = 1, .since = 7, .smooth = false,
  .configure = configure, .infer = SG_REAL(sg_cast_infer), .fold = SG_REAL(sg_cast_fold),
  .forward = SG_REAL(sg_cast_forward), .vjp = SG_REAL(sg_cast_vjp),
  .reach = reach, .need = need, .sample = sample,
};
