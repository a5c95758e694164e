/* ops/identity.c: y = x. */
#include "ops/k_elementwise.h"
#include "ops/k_fold.h"

static real value(real x, const real *p)
{
  (void) p;
  return x;
}

static real slope(real x, real y, const real *p)
{
  (void) x, (void) y, (void) p;
  return 1;
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_identity) = {
  .name = "Identity", .summary = "x",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_linear), .sample = SG_REAL(sg_sample_unary),
  .fold = SG_REAL(sg_fold_same),
};
