/* ops/clip.c: y = min(max(x, lo), hi). The bounds are attributes before opset 11, then scalar
 * constants; a bound left out does not bound. The gradient of a bound is the sum over what it
 * holds back. */
#include <math.h>

#include "ops/k_elementwise.h"

static sg_status configure(sg_node *node, sg_err *err)
{
  static const char *const names[] = {"min", "max"};
  static const double defaults[] = {-INFINITY, INFINITY};
  sg_status s = SG_REAL(sg_configure_params)(node, 2, names, defaults, err);
  for (int k = 1; !s && k < 3 && k < node->n_in; k++) {
    if (!sg_node_has(node, k)) continue;
    if (!node->in[k].tensor)
      s = sg_node_refuse(node, err, "input '%s' is computed from the data", names[k - 1]);
    else if (sg_shape_count(&node->in[k].shape) != 1)
      s = sg_node_misfit(node, err, "input '%s' is not a scalar", names[k - 1]);
  }
  return s;
}

static real bounded(real x, real lo, real hi)
{
  real t = x < lo ? lo : x;
  return t > hi ? hi : t;
}

static void value_row(const sg_row *r)
{
  const real *x = r->x[0];
  real lo = *r->x[1], hi = *r->x[2];
  for (int64_t i = 0; i < r->n; i++) r->y[i] = bounded(x[i * r->s[0]], lo, hi);
}

static void slope_row(const sg_row *r)
{
  const real *x = r->x[0];
  real lo = *r->x[1], hi = *r->x[2];
  for (int64_t i = 0; i < r->n; i++) {
    real v = x[i * r->s[0]];
    int k = (v < lo ? lo : v) > hi ? 2 : v < lo ? 1 : 0;  /* who decides the output */
    if (r->gx[k]) r->gx[k][k == 0 ? i * r->s[0] : 0] += r->g[i];
  }
}

/* x and both bounds as scalars, from inputs or from conf. */
static void operands(const sg_call *c, sg_slab in[3])
{
  in[0] = c->in[0];
  for (int k = 1; k < 3; k++) {
    if (sg_node_has(c->node, k)) in[k] = (sg_slab){.data = c->in[k].data};
    else in[k] = (sg_slab){.data = (real *) c->node->conf + k - 1};
  }
}

static sg_status forward(const sg_call *c)
{
  sg_slab in[3];
  operands(c, in);
  return SG_REAL(sg_rows_forward)(c, in, 3, c->out, NULL, value_row);
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  sg_slab in[3], g[3] = {{0}};
  operands(c, in);
  for (int k = 0; k < 3; k++)
    if (sg_node_has(c->node, k)) g[k] = gin[k];
  return SG_REAL(sg_rows_vjp)(c, in, 3, gout, g, NULL, slope_row);
}

static void sample(sg_sample *s)
{
  SG_REAL(sg_sample_unary)(s);
  if (sg_rng_below(s->rng, 3) == 0) {
    s->opset = 7 + (int) sg_rng_below(s->rng, 4);
    sg_attr_set_float(s->attrs, "min", -sg_rng_unit(s->rng));
    if (sg_rng_below(s->rng, 2)) sg_attr_set_float(s->attrs, "max", sg_rng_unit(s->rng));
    return;
  }
  s->n_in = 1 + (int) sg_rng_below(s->rng, 3);
  for (int k = 1; k < s->n_in; k++) {
    s->in[k].lo = k == 1 ? -1 : 0;
    s->in[k].hi = k == 1 ? 0 : 1;
  }
  if (s->n_in == 3) s->in[1].absent = sg_rng_below(s->rng, 2);
}

const sg_op SG_REAL(sg_op_clip) = {
  .name = "Clip", .summary = "min(max(x, lo), hi)",
  .min_in = 1, .max_in = 3, .min_out = 1, .max_out = 1, .since = 7, .smooth = false,
  .configure = configure, .infer = sg_infer_same, .forward = forward, .vjp = vjp,
  .reach = sg_reach_same, .need = sg_need_same, .sample = sample,
};
