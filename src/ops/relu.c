/* ops/relu.c: y = max(x, 0); the slope at 0 is 0. NaN stays NaN. */
#include "kernels/kernels.h"
#include "ops/k_elementwise.h"

static real value(real x, const real *p)
{
  (void) p;
  return x < 0 ? 0 : x;
}

static real slope(real x, real y, const real *p)
{
  (void) y, (void) p;
  return x > 0 ? 1 : 0;
}

static void value_row(const sg_row *r) { sg_row_map(r, value); }
static void slope_row(const sg_row *r) { sg_row_map_vjp(r, slope); }

/* Elements of all items where input and output are whole, or windows that are the same; else 0. */
static int64_t in_step(const sg_call *c)
{
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  bool same = x->start == y->start && sg_shape_equal(&x->shape, &y->shape);
  return same && y->shape.batched ? c->n * sg_shape_item(&y->shape) : 0;
}

static sg_status forward(const sg_call *c)
{
  const SG_REAL(sg_kernels) *kern = c->kernels;
  int64_t n = in_step(c);
  if (!n) return SG_REAL(sg_rows_forward)(c, c->in, 1, c->out, NULL, value_row);
  kern->relu(n, c->in[0].data, c->out[0].data);
  return SG_OK;
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  const SG_REAL(sg_kernels) *kern = c->kernels;
  int64_t n = in_step(c);
  if (!n) return SG_REAL(sg_rows_vjp)(c, c->in, 1, gout, gin, NULL, slope_row);
  if (gin[0].data) kern->relu_back(n, c->in[0].data, gout[0].data, gin[0].data);
  return SG_OK;
}

const sg_op SG_REAL(sg_op_relu) = {
  .name = "Relu", .summary = "max(x, 0)",
  SG_UNARY_ENTRIES,
  .smooth = false, .configure = SG_REAL(sg_configure_elementwise),
      .sample = SG_REAL(sg_sample_unary),
};
