/* ops/erf.c: y = erf x, the error function. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return SG_MATH(erf)(x);
}

/* 2 / sqrt(pi) exp(-x^2) */
static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  return (real) 1.12837916709551257390 * SG_MATH(exp)(-x * x);
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_erf) = {
  .name = "Erf", .summary = "error function",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
