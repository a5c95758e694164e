/* ops/k_lines.c: gather, compute, scatter, line by line.
 *
 * Contents
 *   1. axes: reading, shapes, intervals
 *   2. geometry of one call
 *   3. forward
 *   4. vjp
 *   5. samples
 */
#include "ops/k_lines.h"

#include <string.h>

/* ---- 1. Axes ----------------------------------------------------------------------- */

static sg_status mark_axes(sg_node *node, sg_line_conf *c, const int64_t *axes, int64_t n,
                           sg_err *err)
{
  const sg_shape *s = &node->in[0].shape;
  for (int64_t i = 0; i < n; i++) {
    int a = sg_axis(s, axes[i]);
    if (a < 0) return sg_node_misfit(node, err, "axis %d is out of range", (int) axes[i]);
    c->along[a] = true;
  }
  for (int a = 0; n == 0 && !c->noop && a < s->nd; a++) c->along[a] = true;
  if (s->batched && c->along[0])
    return sg_node_refuse(node, err, "it runs over the batch axis: sequences are independent here");
  return SG_OK;
}

sg_status SG_REAL(sg_reduce_configure)(sg_node *node, sg_err *err)
{
  sg_line_conf *c = sg_arena_calloc(node->mem, 1, sizeof *c);
  const int64_t *axes;
  int64_t n, keep, noop;
  if (!c) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status s = sg_node_ints_or_input(node, "axes", 1, &axes, &n, err);
  if (!s) s = sg_node_int(node, "keepdims", 1, &keep, err);
  if (!s) s = sg_node_int(node, "noop_with_empty_axes", 0, &noop, err);
  if (s) return s;
  c->keepdims = keep != 0;
  c->noop = noop && n == 0;
  node->conf = c;
  return mark_axes(node, c, axes, n, err);
}

sg_status SG_REAL(sg_axis_configure)(sg_node *node, sg_err *err)
{
  sg_line_conf *c = sg_arena_calloc(node->mem, 1, sizeof *c);
  int64_t axis;
  if (!c) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status s = sg_node_int(node, "axis", node->def->opset < 13 ? 1 : -1, &axis, err);
  if (s) return s;
  c->same = true;
  node->conf = c;
  if ((s = mark_axes(node, c, &axis, 1, err))) return s;
  bool on = false;
  for (int a = 0; node->def->opset < 13 && a < node->in[0].shape.nd; a++)
    on = c->along[a] = on || c->along[a];
  return SG_OK;
}

sg_status SG_REAL(sg_global_configure)(sg_node *node, sg_err *err)
{
  sg_line_conf *c = sg_arena_calloc(node->mem, 1, sizeof *c);
  if (!c) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (node->in[0].shape.nd < 3)
    return sg_node_misfit(node, err, "an input of %d axes has no positions",
                          node->in[0].shape.nd);
  c->keepdims = true;
  for (int a = 2; a < node->in[0].shape.nd; a++) c->along[a] = true;
  node->conf = c;
  return SG_OK;
}

sg_status SG_REAL(sg_line_axes)(sg_node *node, const int64_t *axes, int64_t n, sg_err *err)
{
  sg_line_conf *c = sg_arena_calloc(node->mem, 1, sizeof *c);
  if (!c) return sg_fail(err, SG_ENOMEM, "out of memory");
  c->same = true;
  node->conf = c;
  return mark_axes(node, c, axes, n, err);
}

sg_status SG_REAL(sg_line_axis)(sg_node *node, int64_t def, sg_line_conf **ret, sg_err *err)
{
  int64_t axis;
  sg_status s = sg_node_int(node, "axis", def, &axis, err);
  if (!s) s = SG_REAL(sg_line_axes)(node, &axis, 1, err);
  if (s) return s;
  *ret = node->conf;
  (*ret)->same = false;
  return SG_OK;
}

sg_status SG_REAL(sg_reduce_infer)(sg_node *node, sg_err *err)
{
  const sg_line_conf *c = node->conf;
  const sg_shape *s = &node->in[0].shape;
  sg_shape *o = &node->out[0].shape;
  *o = (sg_shape){.batched = s->batched};
  for (int a = 0; a < s->nd; a++)
    if (!c->along[a] || c->keepdims) o->d[o->nd++] = c->along[a] ? 1 : s->d[a];
  node->out[0].dtype = node->in[0].dtype;
  (void) err;
  return SG_OK;
}

void SG_REAL(sg_lines_along)(const sg_node *node, bool *along)
{
  const sg_line_conf *c = node->conf;
  for (int a = 0; a < node->in[0].shape.nd; a++) along[a] = c->along[a];
}

/* Axis of the output that is axis `a` of the input; -1 when it lies within lines. */
static int output_axis(const sg_node *node, int a)
{
  const sg_line_conf *c = node->conf;
  int at = 0;
  if (c->along[a]) return -1;
  for (int i = 0; i < a; i++) at += !c->along[i] || c->keepdims || c->same;
  return at;
}

bool SG_REAL(sg_lines_reach)(const sg_node *node, int k, const sg_interval *in, int o,
                             sg_interval *out)
{
  (void) k, (void) o;
  *out = *in;
  out->axis = output_axis(node, in->axis);
  return out->axis > 0;
}

bool SG_REAL(sg_lines_need)(const sg_node *node, int o, const sg_interval *out, int k,
                            sg_interval *in)
{
  (void) k, (void) o;
  *in = *out;
  for (int a = 1; a < node->in[0].shape.nd; a++)
    if (output_axis(node, a) == out->axis) {
      in->axis = a;
      return true;
    }
  return false;
}

/* ---- 2. Geometry ------------------------------------------------------------------- */

typedef struct geometry {
  int nk;                       /* axes that tell lines apart, the batch aside */
  int64_t d[SG_MAX_RANK], in[SG_MAX_RANK], out[SG_MAX_RANK];   /* of the output window */
  int window;                   /* which of them the windows run along, or -1 */
  int64_t lines, len, out_len;
  int64_t *at_in, *at_out;      /* [len] offsets within a line */
} geometry;

/* Offsets of a line's elements, row-major over its axes. */
static void line_offsets(const sg_shape *s, const bool *along, const int64_t *st, int64_t len,
                         int64_t *at)
{
  for (int64_t i = 0; i < len; i++) {
    int64_t rest = i;
    at[i] = 0;
    for (int a = s->nd - 1; a >= 0; a--) {
      if (!along[a]) continue;
      at[i] += rest % s->d[a] * st[a];
      rest /= s->d[a];
    }
  }
}

static sg_status survey(const sg_call *c, geometry *g)
{
  const sg_line_conf *f = c->node->conf;
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  int64_t xs[SG_MAX_RANK], ys[SG_MAX_RANK];
  *g = (geometry){.window = -1, .lines = 1, .len = 1};
  sg_strides(&x->shape, xs);
  sg_strides(&y->shape, ys);
  for (int a = 0; a < x->shape.nd; a++) {
    if (f->along[a]) g->len *= x->shape.d[a];
    if (f->along[a] || (a == 0 && x->shape.batched)) continue;
    int o = output_axis(c->node, a);
    if (x->axis == a || (y->axis && y->axis == o)) g->window = g->nk;
    g->d[g->nk] = y->shape.d[o];
    g->in[g->nk] = xs[a];
    g->out[g->nk++] = ys[o];
    g->lines *= y->shape.d[o];
  }
  g->out_len = f->same ? g->len : 1;
  g->at_in = sg_arena_alloc(c->tmp, (size_t) g->len + 1, sizeof *g->at_in);
  g->at_out = sg_arena_calloc(c->tmp, (size_t) g->len + 1, sizeof *g->at_out);
  if (!g->at_in || !g->at_out) return SG_ENOMEM;
  line_offsets(&x->shape, f->along, xs, g->len, g->at_in);
  if (f->same) line_offsets(&y->shape, f->along, ys, g->len, g->at_out);
  return SG_OK;
}

/* Where line `line` of item i begins; false when it lies outside the input's window. */
static bool line_place(const sg_call *c, const geometry *g, int64_t i, int64_t line, int64_t *in,
                       int64_t *out)
{
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  *in = i * sg_slab_pitch(x);
  *out = i * sg_slab_pitch(y);
  for (int a = g->nk - 1; a >= 0; a--) {
    int64_t p = line % g->d[a], q = p;
    line /= g->d[a];
    if (a == g->window) {
      q = p + sg_slab_start(y, i) - sg_slab_start(x, i);
      int64_t width = x->axis ? x->shape.d[x->axis] : g->d[a] + q - p + 1;
      if (q < 0 || q >= width) return false;
    }
    *in += q * g->in[a];
    *out += p * g->out[a];
  }
  return true;
}

/* ---- 3. Forward -------------------------------------------------------------------- */

/* One reduced axis whose lines lie side by side: rows of the innermost kept axis are
 * accumulated. */
static bool by_rows(const sg_call *c, const geometry *g)
{
  return g->window < 0 && g->nk == 1 && g->in[0] == 1 && g->out[0] == 1 && g->len > 1 &&
         c->in[0].shape.batched;
}

static sg_status forward_rows(const sg_call *c, const geometry *g, const sg_line_rows *rows)
{
  double *acc = sg_arena_alloc(c->tmp, (size_t) g->lines, sizeof *acc);
  if (!acc) return SG_ENOMEM;
  for (int64_t i = 0; i < c->n; i++) {
    const real *x = (const real *) c->in[0].data + i * sg_slab_pitch(&c->in[0]);
    real *y = (real *) c->out[0].data + i * sg_slab_pitch(&c->out[0]);
    for (int64_t r = 0; r < g->len; r++) rows->add(acc, x + g->at_in[r], g->lines, r == 0);
    for (int64_t l = 0; l < g->lines; l++) y[l] = (real) rows->end(acc[l], g->len);
  }
  return SG_OK;
}

static void copy_all(const sg_call *c)
{
  size_t n = (size_t) sg_shape_count(&c->out[0].shape);
  memcpy(c->out[0].data, c->in[0].data, n * sizeof(real));
}

sg_status SG_REAL(sg_lines_forward)(const sg_call *c, sg_line_value value,
                                    const sg_line_rows *rows)
{
  const sg_line_conf *f = c->node->conf;
  geometry g;
  sg_status s = survey(c, &g);
  if (s) return s;
  if (f->noop && !c->in[0].axis) {
    copy_all(c);
    return SG_OK;
  }
  if (rows && !f->noop && by_rows(c, &g)) return forward_rows(c, &g, rows);
  real *v = sg_arena_alloc(c->tmp, (size_t) g.len + 1, sizeof *v);
  real *r = sg_arena_alloc(c->tmp, (size_t) g.out_len + 1, sizeof *r);
  if (!v || !r) return SG_ENOMEM;
  for (int64_t i = 0; i < c->n; i++)
    for (int64_t l = 0; l < g.lines; l++) {
      int64_t in, out;
      bool inside = line_place(c, &g, i, l, &in, &out);
      for (int64_t j = 0; j < g.len; j++)
        v[j] = inside ? ((const real *) c->in[0].data)[in + g.at_in[j]] : 0;
      if (f->noop) r[0] = v[0];
      else value(v, g.len, f->p, r);
      for (int64_t j = 0; j < g.out_len; j++) ((real *) c->out[0].data)[out + g.at_out[j]] = r[j];
    }
  return SG_OK;
}

/* ---- 4. Vjp ------------------------------------------------------------------------ */

sg_status SG_REAL(sg_lines_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin,
                                sg_line_grad grad)
{
  const sg_line_conf *f = c->node->conf;
  geometry g;
  if (!gin[0].data) return SG_OK;
  sg_status s = survey(c, &g);
  if (s) return s;
  real *v = sg_arena_alloc(c->tmp, (size_t) g.len + 1, sizeof *v);
  real *gv = sg_arena_alloc(c->tmp, (size_t) g.len + 1, sizeof *gv);
  real *y = sg_arena_alloc(c->tmp, (size_t) g.out_len + 1, sizeof *y);
  real *gy = sg_arena_alloc(c->tmp, (size_t) g.out_len + 1, sizeof *gy);
  if (!v || !gv || !y || !gy) return SG_ENOMEM;
  for (int64_t i = 0; i < c->n; i++)
    for (int64_t l = 0; l < g.lines; l++) {
      int64_t in, out;
      line_place(c, &g, i, l, &in, &out);
      for (int64_t j = 0; j < g.len; j++) {
        v[j] = ((const real *) c->in[0].data)[in + g.at_in[j]];
        gv[j] = 0;
      }
      for (int64_t j = 0; j < g.out_len; j++) {
        y[j] = ((const real *) c->out[0].data)[out + g.at_out[j]];
        gy[j] = ((const real *) gout[0].data)[out + g.at_out[j]];
      }
      if (f->noop) gv[0] = gy[0];
      else grad(v, g.len, f->p, y, gy, gv);
      for (int64_t j = 0; j < g.len; j++) ((real *) gin[0].data)[in + g.at_in[j]] += gv[j];
    }
  return SG_OK;
}

/* Lines side by side, one item: rows of values v[len][lines] at g->at_in, gx likewise. ties[lines],
 * share[lines]: scratch. */
static void share_rows(const geometry *g, const real *v, const real *y, const real *gy,
                       real *restrict ties, real *restrict share, real *restrict gx)
{
  for (int64_t l = 0; l < g->lines; l++) ties[l] = 0;
  for (int64_t r = 0; r < g->len; r++) {
    const real *row = v + g->at_in[r];
    for (int64_t l = 0; l < g->lines; l++) ties[l] += row[l] == y[l] ? (real) 1 : 0;
  }
  for (int64_t l = 0; l < g->lines; l++) share[l] = gy[l] / (ties[l] > 0 ? ties[l] : 1);
  for (int64_t r = 0; r < g->len; r++) {
    const real *row = v + g->at_in[r];
    real *to = gx + g->at_in[r];
    for (int64_t l = 0; l < g->lines; l++) to[l] += row[l] == y[l] ? share[l] : 0;
  }
}

sg_status SG_REAL(sg_lines_share_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin,
                                      sg_line_grad grad)
{
  const sg_line_conf *f = c->node->conf;
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  geometry g;
  if (!gin[0].data) return SG_OK;
  sg_status s = survey(c, &g);
  if (s || f->noop || !by_rows(c, &g)) return s ? s : SG_REAL(sg_lines_vjp)(c, gout, gin, grad);
  real *ties = sg_arena_alloc(c->tmp, (size_t) (2 * g.lines) + 1, sizeof *ties);
  if (!ties) return SG_ENOMEM;
  for (int64_t i = 0; i < c->n; i++) {
    int64_t in = i * sg_slab_pitch(x), out = i * sg_slab_pitch(y);
    share_rows(&g, (const real *) x->data + in, (const real *) y->data + out,
               (const real *) gout[0].data + out, ties, ties + g.lines, (real *) gin[0].data + in);
  }
  return SG_OK;
}

/* ---- 5. Samples -------------------------------------------------------------------- */

static void sample_shape(sg_sample *s)
{
  sg_shape *a = &s->in[0].shape;
  *a = (sg_shape){.nd = 2 + (int) sg_rng_below(s->rng, 3), .batched = true};
  for (int i = 1; i < a->nd; i++) a->d[i] = 1 + (int64_t) sg_rng_below(s->rng, 7);
}

void SG_REAL(sg_reduce_sample)(sg_sample *s)
{
  int64_t axes[SG_MAX_RANK], n = 0;
  sample_shape(s);
  int nd = s->in[0].shape.nd;
  for (int a = 1; a < nd; a++)
    if (sg_rng_below(s->rng, 2)) axes[n++] = sg_rng_below(s->rng, 2) ? a : a - nd;
  if (n == 0) axes[n++] = nd - 1;
  if (sg_rng_below(s->rng, 2)) sg_attr_set_int(s->attrs, "keepdims", 0);
  if (sg_rng_below(s->rng, 2)) {
    s->opset = 11;
    sg_attr_set_ints(s->attrs, "axes", axes, n);
    return;
  }
  int64_t *keep = sg_arena_alloc(s->mem, (size_t) n, sizeof *keep);
  memcpy(keep, axes, (size_t) n * sizeof *keep);
  s->n_in = 2;
  s->in[1] = (sg_sample_in){.shape = {.nd = 1, .d = {n}}, .ints = keep};
}

void SG_REAL(sg_axis_sample)(sg_sample *s)
{
  sample_shape(s);
  if (sg_rng_below(s->rng, 2)) s->opset = 11;
  if (sg_rng_below(s->rng, 2))
    sg_attr_set_int(s->attrs, "axis",
                    1 + (int64_t) sg_rng_below(s->rng, (uint64_t) s->in[0].shape.nd - 1));
}

void SG_REAL(sg_global_sample)(sg_sample *s)
{
  sample_shape(s);
  s->in[0].shape.nd = 3 + (int) sg_rng_below(s->rng, 2);
  for (int a = 2; a < s->in[0].shape.nd; a++)
    s->in[0].shape.d[a] = 1 + (int64_t) sg_rng_below(s->rng, 7);
}
