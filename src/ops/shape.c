/* ops/shape.c: the lengths of a tensor's axes, or of a range of them, as integers. Known before the
 * data are: folded. */
#include "ops/k_fold.h"

/* v counted from the end when negative, kept within [0, n]. */
static int64_t clamp(int64_t v, int64_t n)
{
  if (v < 0) v = v < -n ? 0 : v + n;
  return v > n ? n : v;
}

static sg_status configure(sg_node *node, sg_err *err)
{
  (void) err;
  node->family = SG_GATE;
  return SG_OK;
}

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  int64_t start, end;
  sg_status s = sg_node_int(node, "start", 0, &start, err);
  if (!s) s = sg_node_int(node, "end", x->nd, &end, err);
  if (s) return s;
  start = clamp(start, x->nd);
  end = clamp(end, x->nd);
  out[0] = SG_REAL(sg_fold_ints)(node, end > start ? end - start : 0, x->d + start);
  return out[0] ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

const sg_op SG_REAL(sg_op_shape) = {
  .name = "Shape", .summary = "lengths of the axes (folded)",
  .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .since = 7,
  .configure = configure, .fold = fold,
};
