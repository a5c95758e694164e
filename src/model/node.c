/* model/node.c: what op files share: refusals, attributes with defaults, shapes by broadcasting,
 * trivial intervals.
 *
 * Contents
 *   1. lookup and refusals
 *   2. attributes
 *   3. shapes
 *   4. intervals
 */
#include <stdio.h>
#include <string.h>

#include "model/op.h"

/* ---- 1. Lookup and refusals -------------------------------------------------------- */

const sg_op *sg_op_find(const sg_op *const *ops, const char *op_type)
{
  for (; *ops; ops++)
    if (strcmp((*ops)->name, op_type) == 0) return *ops;
  return NULL;
}

static sg_status refuse(const sg_node *node, sg_status code, sg_err *err, const char *fmt,
                        va_list ap)
{
  char text[SG_ERR_TEXT];
  const sg_node_def *d = node->def;
  vsnprintf(text, sizeof text, fmt, ap);
  if (d->source) return sg_fail(err, code, "%s: %s", d->source, text);
  return sg_fail(err, code, "layer '%s' (%s): %s", d->name, d->op_type, text);
}

sg_status sg_node_refuse(const sg_node *node, sg_err *err, const char *fmt, ...)
{
  va_list ap;
  va_start(ap, fmt);
  sg_status s = refuse(node, SG_EUNSUPPORTED, err, fmt, ap);
  va_end(ap);
  return s;
}

sg_status sg_node_misfit(const sg_node *node, sg_err *err, const char *fmt, ...)
{
  va_list ap;
  va_start(ap, fmt);
  sg_status s = refuse(node, SG_ESHAPE, err, fmt, ap);
  va_end(ap);
  return s;
}

int sg_node_activations(const sg_node *node)
{
  int n = 0;
  for (int k = 0; k < node->n_in; k++) n += sg_node_has(node, k) && !node->in[k].tensor;
  return n;
}

/* ---- 2. Attributes ----------------------------------------------------------------- */

/* The attribute if it is there; a wrong kind is refused. */
static sg_status find(const sg_node *node, const char *name, sg_attr_kind kind,
                      const sg_attr **ret, sg_err *err)
{
  *ret = sg_attr_find(&node->def->attrs, name);
  if (*ret && (*ret)->kind != kind)
    return sg_node_refuse(node, err, "attribute '%s' is of an unexpected kind", name);
  return SG_OK;
}

sg_status sg_node_int(const sg_node *node, const char *name, int64_t def, int64_t *ret,
                      sg_err *err)
{
  const sg_attr *a;
  sg_status s = find(node, name, SG_ATTR_INT, &a, err);
  if (!s) *ret = a ? a->v.i : def;
  return s;
}

sg_status sg_node_float(const sg_node *node, const char *name, double def, double *ret,
                        sg_err *err)
{
  const sg_attr *a;
  sg_status s = find(node, name, SG_ATTR_FLOAT, &a, err);
  if (!s) *ret = a ? a->v.f : def;
  return s;
}

sg_status sg_node_string(const sg_node *node, const char *name, const char *def,
                         const char **ret, sg_err *err)
{
  const sg_attr *a;
  sg_status s = find(node, name, SG_ATTR_STRING, &a, err);
  if (!s) *ret = a ? a->v.s : def;
  return s;
}

sg_status sg_node_ints(const sg_node *node, const char *name, const int64_t **ret,
                       int64_t *ret_n, sg_err *err)
{
  const sg_attr *a;
  sg_status s = find(node, name, SG_ATTR_INTS, &a, err);
  *ret = !s && a ? a->v.ints : NULL;
  *ret_n = !s && a ? a->n : 0;
  return s;
}

sg_status sg_node_floats(const sg_node *node, const char *name, const double **ret,
                         int64_t *ret_n, sg_err *err)
{
  const sg_attr *a;
  sg_status s = find(node, name, SG_ATTR_FLOATS, &a, err);
  *ret = !s && a ? a->v.floats : NULL;
  *ret_n = !s && a ? a->n : 0;
  return s;
}

sg_status sg_node_ints_or_input(const sg_node *node, const char *name, int k,
                                const int64_t **ret, int64_t *ret_n, sg_err *err)
{
  *ret = NULL;
  *ret_n = 0;
  if (sg_attr_find(&node->def->attrs, name)) return sg_node_ints(node, name, ret, ret_n, err);
  if (!sg_node_has(node, k)) return SG_OK;
  const sg_tensor *t = node->in[k].tensor;
  if (!t)
    return sg_node_refuse(node, err, "'%s' is computed from the data; only constants can be read",
                          name);
  if (t->dtype != SG_I64 && t->dtype != SG_BOOL)
    return sg_node_refuse(node, err, "'%s' is not an integer tensor", name);
  *ret = t->data.i;
  *ret_n = sg_shape_count(&t->shape);
  return SG_OK;
}

/* ---- 3. Shapes --------------------------------------------------------------------- */

sg_status sg_infer_same(sg_node *node, sg_err *err)
{
  (void) err;
  node->out[0].shape = node->in[0].shape;
  node->out[0].dtype = node->in[0].dtype;
  return SG_OK;
}

/* Widens `to` by `s`, aligned at the last axes. */
static bool widen(sg_shape *to, const sg_shape *s)
{
  for (int i = 1; i <= s->nd; i++) {
    int64_t *d = &to->d[to->nd - i], e = s->d[s->nd - i];
    if (*d == 1) *d = e;
    else if (e != 1 && e != *d) return false;
  }
  return true;
}

/* A constant that an exporter has spread over the batch, [N][...] with equal rows, becomes
 * [1][...]. */
static void squeeze_batch(sg_node *node, int k)
{
  sg_arg *a = &node->in[k];
  if (!a->tensor || a->shape.nd < 1 || a->shape.d[0] != node->batch || node->batch < 2) return;
  int64_t item = sg_shape_count(&a->shape) / a->shape.d[0];
  sg_shape one = a->shape;
  one.d[0] = 1;
  sg_tensor *t = sg_tensor_new(node->mem, a->tensor->dtype, one.nd, one.d);
  if (!t) return;
  size_t bytes = (size_t) item * sg_dtype_size(t->dtype);
  for (int64_t i = 1; i < a->shape.d[0]; i++)
    if (memcmp((const char *) a->tensor->data.p + (size_t) i * bytes, a->tensor->data.p, bytes))
      return;
  memcpy(t->data.p, a->tensor->data.p, bytes);
  a->tensor = t;
  a->shape = one;
}

sg_status sg_infer_broadcast(sg_node *node, int n, sg_err *err)
{
  sg_shape to = {0};
  char a[96], b[96];
  for (int k = 0; k < n; k++) {
    if (node->in[k].shape.nd > to.nd) to.nd = node->in[k].shape.nd;
    to.batched |= node->in[k].shape.batched;
  }
  for (int i = 0; i < to.nd; i++) to.d[i] = 1;
  for (int k = 0; k < n; k++) {
    if (to.batched && node->in[k].shape.nd == to.nd) squeeze_batch(node, k);
    const sg_shape *s = &node->in[k].shape;
    if (s->batched && s->nd < to.nd)
      return sg_node_misfit(node, err, "broadcasting would move the batch axis of %s",
                            sg_shape_text(s, a, sizeof a));
    if (to.batched && !s->batched && s->nd == to.nd && s->d[0] != 1)
      return sg_node_misfit(node, err, "a constant of shape %s differs from item to item",
                            sg_shape_text(s, a, sizeof a));
    if (!widen(&to, s))
      return sg_node_misfit(node, err, "shapes %s and %s do not fit together",
                            sg_shape_text(&node->in[0].shape, a, sizeof a),
                            sg_shape_text(s, b, sizeof b));
  }
  node->out[0].shape = to;
  node->out[0].dtype = node->in[0].dtype;
  node->flags |= SG_NODE_BROADCAST;
  return SG_OK;
}

sg_status sg_fold_check(const sg_node *node, const sg_shape *s, sg_err *err)
{
  sg_status status = sg_shape_check(s, err);
  if (status) return status;
  if (sg_shape_count(s) > (int64_t) 1 << 25)
    return sg_node_misfit(node, err, "computes a constant of more than 2^25 numbers");
  return SG_OK;
}

/* ---- 4. Intervals ------------------------------------------------------------------ */

bool sg_reach_same(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out)
{
  (void) node, (void) k, (void) o;
  *out = *in;
  return true;
}

bool sg_need_same(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in)
{
  (void) node, (void) k, (void) o;
  *in = *out;
  return true;
}

bool sg_reach_all(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out)
{
  (void) node, (void) k, (void) in, (void) o, (void) out;
  return false;
}

bool sg_need_all(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in)
{
  (void) node, (void) o, (void) out, (void) k, (void) in;
  return false;
}
