/* import/keras_call.c: what every translator needs: messages, nodes, constants, axes.
 *
 * Contents
 *   1. messages
 *   2. nodes and attributes
 *   3. constants: made once a layer, shared by its calls
 *   4. checks of weights and ranks
 *   5. axes and layouts
 */
#include <stdio.h>
#include <string.h>

#include "import/keras.h"

/* ---- 1. Messages ----------------------------------------------------------------------------- */

static sg_status complain(const sg_kx *x, sg_err *err, sg_status code, const char *fmt, va_list ap)
{
  char buf[SG_ERR_TEXT];
  vsnprintf(buf, sizeof buf, fmt, ap);
  return sg_fail(err, code, "%s: %s", x->layer->source, buf);
}

sg_status sg_kx_refuse(const sg_kx *x, sg_err *err, const char *fmt, ...)
{
  va_list ap;
  va_start(ap, fmt);
  complain(x, err, SG_EUNSUPPORTED, fmt, ap);
  va_end(ap);
  return SG_EUNSUPPORTED;
}

sg_status sg_kx_misfit(const sg_kx *x, sg_err *err, const char *fmt, ...)
{
  va_list ap;
  va_start(ap, fmt);
  complain(x, err, SG_ESHAPE, fmt, ap);
  va_end(ap);
  return SG_ESHAPE;
}

sg_status sg_kx_bad(const sg_kx *x, sg_err *err, const char *fmt, ...)
{
  va_list ap;
  va_start(ap, fmt);
  complain(x, err, SG_EFORMAT, fmt, ap);
  va_end(ap);
  return SG_EFORMAT;
}

static const char *dims_text(int nd, const int64_t *d, char *buf, size_t size)
{
  size_t n = 0;
  buf[0] = 0;
  for (int i = 0; i < nd && n + 24 < size; i++) {
    n += (size_t) snprintf(buf + n, size - n, "%s", i ? " x " : "");
    if (d[i] == SG_KDIM_ANY) n += (size_t) snprintf(buf + n, size - n, "?");
    else n += (size_t) snprintf(buf + n, size - n, "%lld", (long long) d[i]);
  }
  return buf;
}

const char *sg_kt_text(const sg_kt *t, char *buf, size_t size)
{
  return dims_text(t->nd - 1, t->d + 1, buf, size);
}

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "out of memory"); }

/* ---- 2. Nodes -------------------------------------------------------------------------------- */

/* The layer's label for its first node, label/what (label/what_2 ...) for further ones. */
static const char *node_name(sg_kx *x, const char *what)
{
  if (x->n_op++ == 0) return x->label;
  const char *colon = strrchr(what, ':');
  if (colon) what = colon + 1;
  size_t size = strlen(x->label) + strlen(what) + 24;
  char *s = sg_arena_alloc(x->k->tmp, size, 1);
  if (s) snprintf(s, size, "%s/%s_%d", x->label, what, x->n_op);
  return s;
}

sg_status sg_kx_op(sg_kx *x, const char *op, int n_in, const int *in, sg_node_def **ret_node,
                   int *ret_value, sg_err *err)
{
  sg_node_def *node;
  const char *name = node_name(x, op);
  int v = name ? sg_graph_add_op(x->k->graph, op, name, n_in, in, &node) : SG_ENOMEM;
  if (v < 0) return no_memory(err);
  node->source = sg_arena_strdup(x->k->graph->mem, x->layer->source);
  if (!node->source) return no_memory(err);
  *ret_value = v;
  if (ret_node) *ret_node = node;
  return SG_OK;
}

sg_status sg_kx_unary(sg_kx *x, const char *op, sg_kt *t, sg_node_def **ret_node, sg_err *err)
{
  return sg_kx_op(x, op, 1, &t->value, ret_node, &t->value, err);
}

sg_status sg_kx_attr_int(sg_node_def *n, const char *name, int64_t v, sg_err *err)
{
  return sg_attr_set_int(&n->attrs, name, v) ? no_memory(err) : SG_OK;
}

sg_status sg_kx_attr_ints(sg_node_def *n, const char *name, const int64_t *v, int64_t count,
                          sg_err *err)
{
  return sg_attr_set_ints(&n->attrs, name, v, count) ? no_memory(err) : SG_OK;
}

sg_status sg_kx_attr_float(sg_node_def *n, const char *name, double v, sg_err *err)
{
  return sg_attr_set_float(&n->attrs, name, v) ? no_memory(err) : SG_OK;
}

sg_status sg_kx_attr_text(sg_node_def *n, const char *name, const char *v, sg_err *err)
{
  return sg_attr_set_string(&n->attrs, name, v) ? no_memory(err) : SG_OK;
}

/* ---- 3. Constants ---------------------------------------------------------------------------- */

/* "label/tag", unique with a number where the layer makes several. */
static sg_status add_const(sg_kx *x, const char *tag, const sg_tensor *t, int *ret, sg_err *err)
{
  size_t size = strlen(x->label) + strlen(tag) + 24;
  char *name = sg_arena_alloc(x->k->tmp, size, 1);
  if (!name || !t) return no_memory(err);
  snprintf(name, size, "%s/%s_%d", x->label, tag, x->k->graph->n_value);
  int v = sg_graph_add_const(x->k->graph, name, t);
  if (v < 0) return no_memory(err);
  *ret = v;
  return SG_OK;
}

sg_status sg_kx_ints(sg_kx *x, const int64_t *v, int64_t n, int *ret_value, sg_err *err)
{
  sg_tensor *t = sg_tensor_new(x->k->graph->mem, SG_I64, 1, &n);
  if (t && n > 0) memcpy(t->data.i, v, (size_t) n * sizeof *v);
  return add_const(x, "ints", t, ret_value, err);
}

sg_status sg_kx_scalar(sg_kx *x, double v, int *ret_value, sg_err *err)
{
  sg_tensor *t = sg_tensor_new(x->k->graph->mem, SG_F32, 0, NULL);
  if (t) sg_tensor_set(t, 0, v);
  return add_const(x, "number", t, ret_value, err);
}

sg_status sg_kx_floats(sg_kx *x, const double *v, int64_t n, int *ret_value, sg_err *err)
{
  sg_tensor *t = sg_tensor_new(x->k->graph->mem, SG_F32, 1, &n);
  for (int64_t i = 0; t && i < n; i++) sg_tensor_set(t, i, v[i]);
  return add_const(x, "numbers", t, ret_value, err);
}

/* Copies `from` with its axes permuted and some reversed: element (i0, i1, ...) of the result is
 * from(..., i_j or its mirror image on axis perm[j], ...). */
static void permute(const sg_kpack *p, sg_tensor *to)
{
  const sg_shape *s = &p->from->shape;
  int64_t at[SG_MAX_RANK] = {0}, stride[SG_MAX_RANK];
  for (int64_t a = s->nd - 1, st = 1; a >= 0; st *= s->d[a--]) stride[a] = st;
  int64_t count = sg_shape_count(s);
  for (int64_t i = 0; i < count; i++) {
    int64_t src = 0;
    for (int j = 0; j < s->nd; j++) {
      int a = p->perm[j];
      src += stride[a] * (p->flip >> j & 1 ? s->d[a] - 1 - at[j] : at[j]);
    }
    if (to->dtype == SG_DOUBLE) to->data.d[i] = p->from->data.d[src];
    else to->data.f[i] = p->from->data.f[src];
    for (int j = s->nd - 1; j >= 0 && ++at[j] == s->d[p->perm[j]]; j--) at[j] = 0;
  }
}

/* The constant of that tag, if a call has made it already. */
static bool recall(const sg_kx *x, const char *tag, int *ret)
{
  for (int i = 0; i < x->layer->n_made; i++)
    if (strcmp(x->layer->made[i].tag, tag) == 0) {
      *ret = x->layer->made[i].value;
      return true;
    }
  return false;
}

static void remember(sg_kx *x, const char *tag, int value)
{
  int n = x->layer->n_made;
  if (n == SG_KERAS_WEIGHTS) return;
  x->layer->made[n].tag = tag;
  x->layer->made[n].value = value;
  x->layer->n_made++;
}

sg_status sg_kx_pack(sg_kx *x, const sg_kpack *p, int *ret_value, sg_err *err)
{
  if (recall(x, p->tag, ret_value)) return SG_OK;
  sg_tensor *t = sg_tensor_new(x->k->graph->mem, p->from->dtype, p->nd, p->d);
  if (!t) return no_memory(err);
  if (sg_shape_count(&t->shape) != sg_shape_count(&p->from->shape))
    return sg_kx_misfit(x, err, "%s does not fit the configuration", p->tag);
  permute(p, t);
  sg_status st = add_const(x, p->tag, t, ret_value, err);
  if (!st) remember(x, p->tag, *ret_value);
  return st;
}

sg_status sg_kx_vector(sg_kx *x, const char *tag, const sg_tensor *from, int64_t n, int *ret_value,
                       sg_err *err)
{
  sg_kpack p = {.tag = tag, .from = from, .nd = 1, .d = {n}};
  for (int i = 0; i < SG_MAX_RANK; i++) p.perm[i] = i;
  return sg_kx_pack(x, &p, ret_value, err);
}

sg_status sg_kx_filled(sg_kx *x, const char *tag, int64_t n, double v, int *ret_value, sg_err *err)
{
  if (recall(x, tag, ret_value)) return SG_OK;
  sg_tensor *t = sg_tensor_new(x->k->graph->mem, SG_F32, 1, &n);
  for (int64_t i = 0; t && i < n; i++) sg_tensor_set(t, i, v);
  sg_status st = add_const(x, tag, t, ret_value, err);
  if (!st) remember(x, tag, *ret_value);
  return st;
}

/* ---- 4. Checks ------------------------------------------------------------------------------- */

sg_status sg_kx_need(const sg_kx *x, int n, sg_err *err)
{
  if (x->layer->n_weight == n) return SG_OK;
  return sg_kx_misfit(x, err, "its configuration needs %d arrays of weights, the file has %d", n,
                      x->layer->n_weight);
}

sg_status sg_kx_shape(const sg_kx *x, int i, int nd, const int64_t *d, sg_err *err)
{
  const sg_shape *s = &x->layer->weight[i]->shape;
  bool same = s->nd == nd;
  for (int j = 0; same && j < nd; j++) same = d[j] == SG_KDIM_ANY || d[j] == s->d[j];
  if (same) return SG_OK;
  char want[160], got[160];
  return sg_kx_misfit(x, err, "weight %d is %s, its configuration and input ask for %s", i + 1,
                      dims_text(s->nd, s->d, got, sizeof got), dims_text(nd, d, want, sizeof want));
}

sg_status sg_kx_rank(const sg_kx *x, const sg_kt *t, int lo, int hi, sg_err *err)
{
  if (t->nd >= lo && t->nd <= hi) return SG_OK;
  char buf[160];
  return sg_kx_misfit(x, err, "cannot take an input of shape %s", sg_kt_text(t, buf, sizeof buf));
}

/* ---- 5. Axes --------------------------------------------------------------------------------- */

int sg_kt_axis(const sg_kt *t, int axis)
{
  if (t->cf || t->nd <= 2 || axis == 0) return axis;
  return axis == t->nd - 1 ? 1 : axis + 1;
}

int sg_kt_axis_of(const sg_kt *t, int64_t axis)
{
  if (axis < 0) axis += t->nd;
  return axis >= 0 && axis < t->nd ? (int) axis : -1;
}

sg_status sg_kx_transpose(sg_kx *x, sg_kt *t, const int *perm, sg_err *err)
{
  int64_t p[SG_MAX_RANK];
  sg_node_def *node;
  for (int i = 0; i < t->nd; i++) p[i] = perm[i];
  sg_status st = sg_kx_unary(x, "Transpose", t, &node, err);
  return st ? st : sg_kx_attr_ints(node, "perm", p, t->nd, err);
}

sg_status sg_kx_layout(sg_kx *x, sg_kt *t, bool cf, sg_err *err)
{
  if (t->cf == cf || t->nd <= 2) {
    t->cf = cf;
    return SG_OK;
  }
  sg_kt to = *t;
  int perm[SG_MAX_RANK];
  to.cf = cf;
  for (int a = 0; a < t->nd; a++) perm[sg_kt_axis(&to, a)] = sg_kt_axis(t, a);
  t->cf = cf;
  return sg_kx_transpose(x, t, perm, err);
}

bool sg_kx_channels_first(const sg_kx *x)
{
  const char *s = sg_kj_text(x->cfg, "data_format|dim_ordering", "");
  return strcmp(s, "channels_first") == 0 || strcmp(s, "th") == 0;
}
