/* ops/mod.c: remainder of a / b. With fmod its sign is a's (truncated division, as C has it), else
 * b's (rounded down, as Python has it). */
#include "ops/k_elementwise.h"
#include "ops/k_fold.h"

static real truncated(real a, real b)
{
  return SG_MATH(fmod)(a, b);
}

static real floored(real a, real b)
{
  real m = SG_MATH(fmod)(a, b);
  return m != 0 && (m < 0) != (b < 0) ? m + b : m;
}

static real slope_a(real a, real b, real y)
{
  (void) a, (void) b, (void) y;
  return 1;
}

/* y = a - q b with a whole number q. */
static real slope_b(real a, real b, real y)
{
  return -SG_MATH(rint)((a - y) / b);
}

static void truncated_row(const sg_row *r) { sg_row_pair(r, truncated); }
static void floored_row(const sg_row *r) { sg_row_pair(r, floored); }
static void slope_row(const sg_row *r) { sg_row_pair_vjp(r, slope_a, slope_b); }

/* conf: fmod. */
static sg_status configure(sg_node *node, sg_err *err)
{
  int64_t *fm = sg_arena_calloc(node->mem, 1, sizeof *fm);
  if (!fm) return sg_fail(err, SG_ENOMEM, "out of memory");
  node->conf = fm;
  node->family = sg_node_activations(node) > 1 ? SG_PRODUCT : SG_ELEMENTWISE;
  return sg_node_int(node, "fmod", 0, fm, err);
}

static sg_status forward(const sg_call *c)
{
  bool fm = *(const int64_t *) c->node->conf != 0;
  return SG_REAL(sg_rows_forward)(c, c->in, 2, c->out, NULL, fm ? truncated_row : floored_row);
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  return SG_REAL(sg_rows_vjp)(c, c->in, 2, gout, gin, NULL, slope_row);
}

static bool fold_truncated(int64_t a, int64_t b, int64_t *ret)
{
  if (b == 0) return false;
  *ret = b == -1 ? 0 : a % b;
  return true;
}

static bool fold_floored(int64_t a, int64_t b, int64_t *ret)
{
  if (!fold_truncated(a, b, ret)) return false;
  if (*ret != 0 && (*ret < 0) != (b < 0)) *ret += b;
  return true;
}

static sg_status fold(sg_node *node, const sg_tensor **out, sg_err *err)
{
  bool fm = *(const int64_t *) node->conf != 0;
  return SG_REAL(sg_fold_pairs)(node, fm ? fold_truncated : fold_floored, out, err);
}

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_binary)(s);
  s->in[0].lo = -3;
  s->in[0].hi = 3;
  s->in[1].lo = 0.5;
  s->in[1].hi = 3;
  sg_attr_set_int(s->attrs, "fmod", (int64_t) sg_rng_below(s->rng, 2));
}

const sg_op SG_REAL(sg_op_mod) = {
  .name = "Mod", .summary = "remainder of a division",
  .min_in = 2, .max_in = 2, SG_BROADCAST_ENTRIES,
  .configure = configure, .infer = SG_REAL(sg_infer_broadcast_all), .fold = fold,
  .forward = forward, .vjp = vjp, .sample = sample,
};
