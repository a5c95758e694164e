/* ops/argmin.c: ArgMin: where the minimum along an axis stands. */
#include "ops/k_argument.h"

static void value(const real *v, int64_t n, const double *p, real *y)
{
  int64_t best = 0;
  for (int64_t i = 1; i < n; i++)
    if (v[i] < v[best] || (p[0] != 0 && v[i] == v[best]) || (v[i] != v[i] && v[best] == v[best]))
      best = i;
  y[0] = (real) best;
}

static sg_status forward(const sg_call *c) { return SG_REAL(sg_lines_forward)(c, value, NULL); }

static sg_status configure(sg_node *node, sg_err *err)
{
  sg_status s = SG_REAL(sg_argument_configure)(node, err);
  node->flags |= SG_NODE_LEAST;
  return s;
}

const sg_op SG_REAL(sg_op_argmin) = {
  .name = "ArgMin",
  .summary = "index of the minimum along an axis",
  SG_ARGUMENT_ENTRIES,
  .configure = configure,
};
