/* ops/k_argument.c: what ArgMax and ArgMin share. */
#include "ops/k_argument.h"

sg_status SG_REAL(sg_argument_configure)(sg_node *node, sg_err *err)
{
  int64_t keep, last;
  sg_line_conf *f;
  sg_status s = SG_REAL(sg_line_axis)(node, 0, &f, err);
  if (!s) s = sg_node_int(node, "keepdims", 1, &keep, err);
  if (!s) s = sg_node_int(node, "select_last_index", 0, &last, err);
  if (s) return s;
  node->family = SG_GATE;
  f->keepdims = keep != 0;
  f->p[0] = (double) (last != 0);
  if (last) node->flags |= SG_NODE_LAST;
  return SG_OK;
}

sg_status SG_REAL(sg_argument_infer)(sg_node *node, sg_err *err)
{
  sg_status s = SG_REAL(sg_reduce_infer)(node, err);
  if (sg_shape_count(&node->in[0].shape) < 1)
    return sg_node_misfit(node, err, "an empty tensor has no extreme");
  node->out[0].dtype = SG_I64;
  return s;
}

void SG_REAL(sg_argument_sample)(sg_sample *s)
{
  SG_REAL(sg_axis_sample)(s);
  s->opset = 13;
  sg_attr_set_int(s->attrs, "axis", -1);
  if (sg_rng_below(s->rng, 2)) sg_attr_set_int(s->attrs, "keepdims", 0);
  if (sg_rng_below(s->rng, 2)) sg_attr_set_int(s->attrs, "select_last_index", 1);
}
