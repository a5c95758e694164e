/* ops/argmax.c: ArgMax: where the maximum along an axis stands. */
#include "ops/k_argument.h"

static void value(const real *v, int64_t n, const double *p, real *y)
{
  int64_t best = 0;
  for (int64_t i = 1; i < n; i++)
    if (v[i] > v[best] || (p[0] != 0 && v[i] == v[best]) || (v[i] != v[i] && v[best] == v[best]))
      best = i;
  y[0] = (real) best;
}

static sg_status forward(const sg_call *c) { return SG_REAL(sg_lines_forward)(c, value, NULL); }

const sg_op SG_REAL(sg_op_argmax) = {
  .name = "ArgMax",
  .summary = "index of the maximum along an axis",
  SG_ARGUMENT_ENTRIES,
  .configure = SG_REAL(sg_argument_configure),
};
