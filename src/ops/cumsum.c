/* ops/cumsum.c: CumSum: running sums along an axis, from either end, with or without the
 * element. */
#include "ops/k_elementwise.h"
#include "ops/k_lines.h"

enum { EXCLUSIVE, REVERSE };

static void value(const real *v, int64_t n, const double *p, real *y)
{
  double s = 0;
  for (int64_t j = 0; j < n; j++) {
    int64_t i = p[REVERSE] != 0 ? n - 1 - j : j;
    if (p[EXCLUSIVE] != 0) y[i] = (real) s;
    s += (double) v[i];
    if (p[EXCLUSIVE] == 0) y[i] = (real) s;
  }
}

/* The transpose of a running sum is the running sum from the other end. */
static void grad(const real *v, int64_t n, const double *p, const real *y, const real *g, real *gv)
{
  double s = 0;
  (void) v, (void) y;
  for (int64_t j = 0; j < n; j++) {
    int64_t i = p[REVERSE] != 0 ? j : n - 1 - j;
    if (p[EXCLUSIVE] != 0) gv[i] += (real) s;
    s += (double) g[i];
    if (p[EXCLUSIVE] == 0) gv[i] += (real) s;
  }
}

SG_LINE_CALLS(value, grad, NULL)

static sg_status configure(sg_node *node, sg_err *err)
{
  const int64_t *axis;
  int64_t n, exclusive, reverse;
  sg_status s = sg_node_ints_or_input(node, "axis", 1, &axis, &n, err);
  if (!s) s = sg_node_int(node, "exclusive", 0, &exclusive, err);
  if (!s) s = sg_node_int(node, "reverse", 0, &reverse, err);
  if (s) return s;
  if (n != 1) return sg_node_misfit(node, err, "one axis is needed");
  if ((s = SG_REAL(sg_line_axes)(node, axis, 1, err))) return s;
  sg_line_conf *f = node->conf;
  f->p[EXCLUSIVE] = (double) (exclusive != 0);
  f->p[REVERSE] = (double) (reverse != 0);
  node->family = SG_LINEAR;
  return SG_OK;
}

static void sample(sg_sample *s)
{
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
  int64_t axis = 1 + (int64_t) sg_rng_below(s->rng, (uint64_t) s->in[0].shape.nd - 1);
  s->in[0].shape.d[axis]++;                 /* of one number, an exclusive sum is always 0 */
  s->n_in = 2;
  SG_REAL(sg_sample_ints)(s, 1, 1, &axis);
  if (sg_rng_below(s->rng, 2)) sg_attr_set_int(s->attrs, "exclusive", 1);
  if (sg_rng_below(s->rng, 2)) sg_attr_set_int(s->attrs, "reverse", 1);
}

const sg_op SG_REAL(sg_op_cumsum) = {
  .name = "CumSum",
  .summary = "running sums along an axis",
  SG_LINE_ENTRIES,
  .max_in = 2,
  .smooth = true,
  .infer = sg_infer_same,
  .configure = configure,
  .sample = sample,
};
