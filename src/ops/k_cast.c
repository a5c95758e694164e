/* ops/k_cast.c: conversions between number types. */
#include "ops/k_cast.h"

/* conf: what happens to a value. */
typedef struct conf { sg_dtype to; enum { KEEP, TRUNCATE, TRUTH } kind; } conf;

static bool is_float(sg_dtype t) { return t == SG_F32 || t == SG_DOUBLE; }

sg_status SG_REAL(sg_cast_configure)(sg_node *node, sg_dtype to, sg_err *err)
{
  conf *f = sg_arena_calloc(node->mem, 1, sizeof *f);
  if (!f) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (to == SG_TEXT || node->in[0].dtype == SG_TEXT)
    return sg_node_refuse(node, err, "conversion from or to strings");
  f->to = to;
  f->kind = to == SG_BOOL ? TRUTH : to == SG_I64 && is_float(node->in[0].dtype) ? TRUNCATE : KEEP;
  if (to == SG_BOOL && node->in[0].dtype == SG_BOOL) f->kind = KEEP;
  node->conf = f;
  node->family = f->kind == KEEP ? SG_LINEAR : f->kind == TRUTH ? SG_GATE : SG_ELEMENTWISE;
  node->flags |= f->kind == KEEP ? SG_NODE_CARRY : f->kind == TRUTH ? SG_NODE_BROADCAST : 0;
  return SG_OK;
}

sg_status SG_REAL(sg_cast_infer)(sg_node *node, sg_err *err)
{
  sg_status s = sg_infer_same(node, err);
  node->out[0].dtype = ((const conf *) node->conf)->to;
  return s;
}

/* Any constant to any type, exactly. */
sg_status SG_REAL(sg_cast_fold)(sg_node *node, const sg_tensor **out, sg_err *err)
{
  const conf *f = node->conf;
  const sg_tensor *x = node->in[0].tensor;
  if (!x) return SG_EUNSUPPORTED;
  sg_tensor *t = sg_tensor_new(node->mem, f->to, x->shape.nd, x->shape.d);
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 0; i < sg_shape_count(&x->shape); i++) {
    if (f->kind == TRUTH) t->data.i[i] = sg_tensor_f64(x, i) != 0;
    else if (is_float(f->to)) sg_tensor_set(t, i, sg_tensor_f64(x, i));
    else t->data.i[i] = sg_tensor_i64(x, i);
  }
  out[0] = t;
  return SG_OK;
}

static real keep(real x, const real *p)
{
  (void) p;
  return x;
}

static real truncate_value(real x, const real *p)
{
  (void) p;
  return SG_MATH(trunc)(x);
}

static real truth(real x, const real *p)
{
  (void) p;
  return x != 0;
}

static real one(real x, real y, const real *p)
{
  (void) x, (void) y, (void) p;
  return 1;
}

static void keep_row(const sg_row *r) { sg_row_map(r, keep); }
static void truncate_row(const sg_row *r) { sg_row_map(r, truncate_value); }
static void truth_row(const sg_row *r) { sg_row_map(r, truth); }
static void slope_row(const sg_row *r) { sg_row_map_vjp(r, one); }

sg_status SG_REAL(sg_cast_forward)(const sg_call *c)
{
  static const sg_row_fn rows[] = {keep_row, truncate_row, truth_row};
  const conf *f = c->node->conf;
  return SG_REAL(sg_rows_forward)(c, c->in, 1, c->out, NULL, rows[f->kind]);
}

sg_status SG_REAL(sg_cast_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  const conf *f = c->node->conf;
  if (f->kind != KEEP) return SG_OK;
  return SG_REAL(sg_rows_vjp)(c, c->in, 1, gout, gin, NULL, slope_row);
}
