/* ops/k_squeeze.c: the axes of Squeeze and Unsqueeze. */
#include "ops/k_squeeze.h"

sg_status SG_REAL(sg_listed_axes)(const sg_node *node, int nd, bool marked[SG_MAX_RANK], int *ret_n,
                                  sg_err *err)
{
  const int64_t *axes;
  int64_t n;
  sg_shape shape = {.nd = nd};
  sg_status s = sg_node_ints_or_input(node, "axes", 1, &axes, &n, err);
  if (s) return s;
  if (nd > SG_MAX_RANK || n > SG_MAX_RANK)
    return sg_node_misfit(node, err, "more than %d axes", SG_MAX_RANK);
  for (int64_t i = 0; i < n; i++) {
    int a = sg_axis(&shape, axes[i]);
    if (a < 0 || marked[a])
      return sg_node_misfit(node, err, "axis %lld is out of range or named twice",
                            (long long) axes[i]);
    if (a == 0 && node->in[0].shape.batched)
      return sg_node_refuse(node, err, "moves the batch axis");
    marked[a] = true;
  }
  *ret_n = (int) n;
  return SG_OK;
}

void SG_REAL(sg_sample_axes)(sg_sample *s, int64_t n, const int64_t *axes)
{
  if (sg_rng_below(s->rng, 2)) {
    s->opset = 11;
    sg_attr_set_ints(s->attrs, "axes", axes, n);
    return;
  }
  s->n_in = 2;
  SG_REAL(sg_sample_ints)(s, 1, n, axes);
}
