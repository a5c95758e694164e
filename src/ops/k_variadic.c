/* ops/k_variadic.c: ops of any number of broadcast inputs. */
#include <string.h>

#include "ops/k_variadic.h"

static real keep(real x, const real *p)
{
  (void) p;
  return x;
}

static void copy_row(const sg_row *r) { sg_row_map(r, keep); }

sg_status SG_REAL(sg_variadic_forward)(const sg_call *c, sg_row_fn fn)
{
  sg_slab first = sg_term(c, 0);
  sg_status s = SG_REAL(sg_rows_forward)(c, &first, 1, c->out, NULL, copy_row);
  for (int k = 1; !s && k < c->node->n_in; k++) {
    sg_slab in[2] = {c->out[0], sg_term(c, k)};
    s = SG_REAL(sg_rows_forward)(c, in, 2, c->out, NULL, fn);
  }
  return s;
}

static void sum_row(const sg_row *r)
{
  real *gx = r->gx[0];
  for (int64_t i = 0; gx && i < r->n; i++) gx[i * r->s[0]] += r->p[0] * r->g[i];
}

sg_status SG_REAL(sg_sum_vjp)(const sg_call *c, real scale, const sg_slab *gout, const sg_slab *gin)
{
  sg_status s = SG_OK;
  const real p[SG_PARAMS] = {scale};
  for (int k = 0; !s && k < c->node->n_in; k++)
    if (gin[k].data) s = SG_REAL(sg_rows_vjp)(c, c->in + k, 1, gout, gin + k, p, sum_row);
  return s;
}

/* Operand 1 is what is left of gout: an input that takes an element leaves 0 for those after it. */
static void select_row(const sg_row *r)
{
  const real *x = r->x[0], *y = r->y;
  real *gx = r->gx[0], *left = r->gx[1];
  for (int64_t i = 0; i < r->n; i++) {
    real v = x[i * r->s[0]];
    if (v != y[i] && v == v) continue;
    if (gx) gx[i * r->s[0]] += left[i];
    left[i] = 0;
  }
}

sg_status SG_REAL(sg_select_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  int64_t count = sg_shape_item(&gout->shape) * (gout->shape.batched ? c->n : 1);
  real *left = sg_arena_alloc(c->tmp, (size_t) count, sizeof *left);
  sg_status s = left ? SG_OK : SG_ENOMEM;
  if (!s) memcpy(left, gout->data, (size_t) count * sizeof *left);
  for (int k = 0; !s && k < c->node->n_in; k++) {
    sg_slab in[2] = {c->in[k], *gout}, g[2] = {gin[k], *gout};
    in[1].data = g[1].data = left;
    s = SG_REAL(sg_rows_vjp)(c, in, 2, gout, g, NULL, select_row);
  }
  return s;
}

sg_status SG_REAL(sg_select_configure)(sg_node *node, sg_err *err)
{
  (void) err;
  node->family = sg_node_activations(node) > 1 ? SG_SELECT : SG_ELEMENTWISE;
  return SG_OK;
}

sg_status SG_REAL(sg_select_infer)(sg_node *node, sg_err *err)
{
  sg_status s = SG_REAL(sg_infer_broadcast_all)(node, err);
  if (node->family == SG_PRODUCT) node->family = SG_SELECT;
  return s;
}

void SG_REAL(sg_sample_variadic)(sg_sample *s)
{
  SG_REAL(sg_sample_broadcast)(s, 1 + (int) sg_rng_below(s->rng, 4));
}
