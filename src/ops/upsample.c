/* ops/upsample.c: Upsample (opsets 7 to 9): repeats positions; mode "nearest" only. */
#include <string.h>

#include "ops/k_resize.h"

static sg_status configure(sg_node *node, sg_err *err)
{
  const char *mode;
  sg_status s = sg_node_string(node, "mode", "nearest", &mode, err);
  if (s) return s;
  if (strcmp(mode, "nearest") != 0)
    return sg_node_refuse(node, err, "mode '%.40s' is not supported", mode);
  return SG_REAL(sg_move_conf)(node, sizeof(sg_resize), err) ? SG_OK : SG_ENOMEM;
}

/* Scales are an attribute in opset 7, an input in 9. */
static sg_status infer(sg_node *node, sg_err *err)
{
  const double *scale;
  int64_t n;
  sg_status s = sg_node_floats(node, "scales", &scale, &n, err);
  if (s) return s;
  if (!scale) {
    if (!sg_node_has(node, 1)) return sg_node_refuse(node, err, "scales are missing");
    if ((s = SG_REAL(sg_resize_scales)(node, 1, &scale, err))) return s;
  } else if (n != node->in[0].shape.nd) {
    return sg_node_misfit(node, err, "%d scales for %d axes", (int) n, node->in[0].shape.nd);
  }
  return SG_REAL(sg_resize_axes)(node, scale, NULL, err);
}

static void sample(sg_sample *s)
{
  double scale[SG_MAX_RANK] = {1};
  sg_shape *x = &s->in[0].shape;
  *x = SG_REAL(sg_sample_shape)(s->rng);
  for (int a = 1; a < x->nd; a++) scale[a] = 1 + (double) sg_rng_below(s->rng, 3);
  s->opset = 7;
  sg_attr_set_floats(s->attrs, "scales", scale, x->nd);
}

const sg_op SG_REAL(sg_op_upsample) = {
  .name = "Upsample",
  .summary = "repeats positions",
  .min_in = 1, .max_in = 2, .min_out = 1, .max_out = 1, SG_MOVE_ENTRIES,
  .configure = configure,
  .infer = infer,
  .sample = sample,
};
