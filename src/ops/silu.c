/* ops/silu.c: y = x sigmoid(x). ONNX writes it as two nodes; this is Keras' own layer. */
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return x / (1 + SG_MATH(exp)(-x));
}

static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  real s = 1 / (1 + SG_MATH(exp)(-x));
  return s * (1 + x * (1 - s));
}

SG_UNARY_CALLS(value, slope)

const sg_op SG_REAL(sg_op_silu) = {
  .name = "seqgloss::Silu", .summary = "x / (1 + exp(-x))",
  SG_UNARY_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
