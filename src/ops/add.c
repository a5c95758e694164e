/* ops/add.c: y = a + b, broadcast. */
#include <string.h>

#include "kernels/kernels.h"
#include "ops/k_elementwise.h"
#include "ops/k_fold.h"

static real value(real a, real b)
{
  return a + b;
}

static real slope_a(real a, real b, real y)
{
  (void) a, (void) b, (void) y;
  return 1;
}

static real slope_b(real a, real b, real y)
{
  (void) a, (void) b, (void) y;
  return 1;
}

static void value_row(const sg_row *r) { sg_row_pair(r, value); }
static void slope_row(const sg_row *r) { sg_row_pair_vjp(r, slope_a, slope_b); }

/* The slabs' elements lie as the output's do: same shape, same windows. */
static bool alike(const sg_call *c, const sg_slab *in)
{
  const sg_slab *out = c->out;
  size_t starts = (size_t) c->n * sizeof *out->start;
  for (int k = 0; k < 2; k++) {
    if (!in[k].data || !in[k].shape.batched || !sg_shape_equal(&in[k].shape, &out->shape) ||
        !in[k].start != !out->start)
      return false;
    if (out->start && in[k].start != out->start &&
        (in[k].axis != out->axis || memcmp(in[k].start, out->start, starts)))
      return false;
  }
  return out->shape.batched;
}

/* In a DELTA call a constant term adds nothing. */
static sg_status forward(const sg_call *c)
{
  const SG_REAL(sg_kernels) *kern = c->kernels;
  if (alike(c, c->in)) {
    kern->add(c->n * sg_shape_item(&c->out->shape), c->in[0].data, c->in[1].data, c->out->data);
    return SG_OK;
  }
  sg_slab in[2] = {sg_term(c, 0), sg_term(c, 1)};
  return SG_REAL(sg_rows_forward)(c, in, 2, c->out, NULL, value_row);
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  const SG_REAL(sg_kernels) *kern = c->kernels;
  int64_t n = c->n * sg_shape_item(&c->out->shape);
  if (!alike(c, c->in)) return SG_REAL(sg_rows_vjp)(c, c->in, 2, gout, gin, NULL, slope_row);
  for (int k = 0; k < 2; k++)
    if (gin[k].data) kern->add(n, gin[k].data, gout->data, gin[k].data);
  return SG_OK;
}

/* Sums and products wrap, without the undefined behaviour of signed overflow. */
static bool fold_fn(int64_t a, int64_t b, int64_t *ret)
{
  *ret = (int64_t) ((uint64_t) a + (uint64_t) b);
  return true;
}

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  return SG_REAL(sg_fold_pairs)(node, fold_fn, out, err);
}

const sg_op SG_REAL(sg_op_add) = {
  .name = "Add", .summary = "a + b",
  .min_in = 2, .max_in = 2, SG_BROADCAST_ENTRIES,
  .smooth = true, .configure = SG_REAL(sg_configure_linear),
      .infer = SG_REAL(sg_infer_broadcast_all),
  .fold = fold, .forward = forward, .vjp = vjp, .sample = SG_REAL(sg_sample_binary),
};
