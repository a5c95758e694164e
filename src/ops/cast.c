/* ops/cast.c: conversion to the number type that attribute `to` names. */
#include "ops/k_cast.h"

/* Data types as ONNX numbers them; 0: not known here. */
static sg_dtype dtype_of(int64_t to)
{
  switch (to) {
  case 1: case 10: case 16: return SG_F32;                        /* float, half, bfloat16 */
  case 11: return SG_DOUBLE;
  case 2: case 3: case 4: case 5: case 6: case 7: case 12: case 13: return SG_I64;
  case 8: return SG_TEXT;
  case 9: return SG_BOOL;
  default: return 0;
  }
}

static sg_status configure(sg_node *node, sg_err *err)
{
  int64_t to;
  sg_status s = sg_node_int(node, "to", 0, &to, err);
  if (s) return s;
  if (!dtype_of(to))
    return sg_node_refuse(node, err, "attribute 'to': type %lld is not known", (long long) to);
  return SG_REAL(sg_cast_configure)(node, dtype_of(to), err);
}

static void sample(sg_sample *s)
{
  static const int64_t types[] = {1, 10, 11, 16, 6, 7, 9};
  SG_REAL(sg_sample_unary)(s);
  sg_attr_set_int(s->attrs, "to", types[sg_rng_below(s->rng, 7)]);
}

const sg_op SG_REAL(sg_op_cast) = {
  .name = "Cast", .summary = "conversion of the number type",
  .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .since = 7, .smooth = false,
  .configure = configure, .infer = SG_REAL(sg_cast_infer), .fold = SG_REAL(sg_cast_fold),
  .forward = SG_REAL(sg_cast_forward), .vjp = SG_REAL(sg_cast_vjp),
  .reach = sg_reach_same, .need = sg_need_same, .sample = sample,
};
