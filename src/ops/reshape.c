/* ops/reshape.c: the same elements under the shape that input 1 gives: 0 keeps an axis, -1 is what
 * is left. */
#include "ops/k_reshape.h"

/* Entry i of the wanted shape with 0 replaced; -1 stays. -2: there is no such axis to keep. */
static int64_t entry(const sg_shape *x, int64_t want, int64_t i, bool allow_zero)
{
  if (want != 0 || allow_zero) return want;
  return i < x->nd ? x->d[i] : -2;
}

/* Replaces the -1 in y by what makes the number of elements right. */
static sg_status fill_open(sg_node *node, sg_shape *y, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  int64_t known = 1, open = -1, total = sg_shape_count(x);
  for (int a = 0; a < y->nd; a++) {
    if (y->d[a] < -1 || (y->d[a] == -1 && open >= 0))
      return sg_node_misfit(node, err, "the wanted shape has more than one open axis");
    if (y->d[a] == -1) open = a;
    else if (y->d[a] && known > ((int64_t) 1 << 40) / y->d[a])
      return sg_node_misfit(node, err, "the wanted shape has more than 2^40 elements");
    else known *= y->d[a];
  }
  if (open < 0) return SG_OK;
  if (known == 0 || total % known)
    return sg_node_misfit(node, err, "%lld elements cannot be arranged in rows of %lld",
                          (long long) total, (long long) known);
  y->d[open] = total / known;
  return SG_OK;
}

/* A network exported for one sequence says 1 where the batch stands: the rest then has to be an
 * item, or to have its open axis made from one. */
static void read_one_as_batch(const sg_node *node, sg_shape *y)
{
  const sg_shape *x = &node->in[0].shape;
  if (x->batched && y->nd > 0 && y->d[0] == 1) y->d[0] = x->d[0];
}

static sg_status infer(sg_node *node, sg_err *err)
{
  const sg_shape *x = &node->in[0].shape;
  const int64_t *want;
  int64_t n, allow;
  sg_shape y = {0};
  sg_status s = sg_node_ints_or_input(node, "shape", 1, &want, &n, err);
  if (!s) s = sg_node_int(node, "allowzero", 0, &allow, err);
  if (s) return s;
  if (n > SG_MAX_RANK) return sg_node_misfit(node, err, "more than %d axes", SG_MAX_RANK);
  y.nd = (int) n;
  for (int a = 0; a < y.nd; a++) y.d[a] = entry(x, want[a], a, allow != 0);
  read_one_as_batch(node, &y);
  if ((s = fill_open(node, &y, err))) return s;
  return SG_REAL(sg_reshape_set)(node, &y, err);
}

/* Splits or merges neighbouring axes at random. */
static void sample(sg_sample *s)
{
  int64_t want[SG_MAX_RANK] = {0}, n = 1;
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  sg_shape *x = &s->in[0].shape;
  want[0] = sg_rng_below(s->rng, 2) ? 0 : -1;
  for (int a = 1; a < x->nd; a++) {
    if (n > 1 && sg_rng_below(s->rng, 3) == 0) {
      want[n - 1] *= x->d[a];
    } else if (x->d[a] % 2 == 0 && n < SG_MAX_RANK - 4 && sg_rng_below(s->rng, 2)) {
      want[n++] = 2;
      want[n++] = x->d[a] / 2;
    } else {
      want[n++] = x->d[a];
    }
  }
  if (n == 1) want[n++] = x->d[1];
  if (want[0] == 0 && sg_rng_below(s->rng, 2)) want[n - 1] = -1;
  s->n_in = 2;
  SG_REAL(sg_sample_ints)(s, 1, n, want);
  if (sg_rng_below(s->rng, 2)) sg_attr_set_int(s->attrs, "channels_last", 1);
}

const sg_op SG_REAL(sg_op_reshape) = {
  .name = "Reshape", .summary = "the same elements under another shape",
  .min_in = 1, .max_in = 2, .min_out = 1, .max_out = 1, SG_RESHAPE_ENTRIES,
  .infer = infer, .sample = sample,
};
