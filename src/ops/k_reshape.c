/* ops/k_reshape.c: the same elements under another shape.
 *
 * Contents
 *   1. configure, shape
 *   2. digits: an item's axes in the order that counts
 *   3. whole tensors: two odometers side by side
 *   4. windows: element by element
 *   5. forward, vjp, fold
 *   6. reach, need
 */
#include <string.h>

#include "kernels/kernels.h"
#include "ops/k_reshape.h"

/* ---- 1. configure, shape --------------------------------------------------------------------- */

sg_status SG_REAL(sg_reshape_configure)(sg_node *node, sg_err *err)
{
  int64_t last;
  sg_reshape *f = sg_arena_calloc(node->mem, 1, sizeof *f);
  if (!f) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status s = sg_node_int(node, "channels_last", 0, &last, err);
  if (s) return s;
  f->memory = last != 0;
  node->conf = f;
  node->family = SG_LINEAR;
  node->flags |= SG_NODE_CARRY;
  return SG_OK;
}

sg_status SG_REAL(sg_reshape_set)(sg_node *node, const sg_shape *y, sg_err *err)
{
  char a[96], b[96];
  const sg_shape *x = &node->in[0].shape;
  sg_status s = sg_shape_check(y, err);
  if (s) return s;
  sg_shape to = *y;
  to.batched = x->batched;
  if (x->batched && (to.nd < 1 || to.d[0] != x->d[0] || sg_shape_item(&to) != sg_shape_item(x)))
    return sg_node_refuse(node, err, "from %s to %lld x ...: the batch axis is merged or moved",
                          sg_shape_text(x, a, sizeof a), (long long) (to.nd ? to.d[0] : 1));
  if (!x->batched && sg_shape_count(&to) != sg_shape_count(x))
    return sg_node_misfit(node, err, "shape %s cannot become %s", sg_shape_text(x, a, sizeof a),
                          sg_shape_text(&to, b, sizeof b));
  node->out[0].shape = to;
  node->out[0].dtype = node->in[0].dtype;
  return SG_OK;
}

/* ---- 2. Digits ------------------------------------------------------------------------------- */

/* The index of an element is a number whose digits are the positions on the axes, most significant
 * first. d: full lengths; st: elements of memory per position in the slab at hand. */
typedef struct digits {
  int n;
  int axis[SG_MAX_RANK];
  int64_t d[SG_MAX_RANK], st[SG_MAX_RANK], place[SG_MAX_RANK];   /* place: value of a digit */
} digits;

static void set_digits(digits *g, const sg_shape *shape, bool memory)
{
  int order[SG_MAX_RANK];
  int64_t st[SG_MAX_RANK], place = 1;
  *g = (digits){0};
  sg_memory_order(shape, order);
  sg_strides(shape, st);
  for (int j = shape->batched ? 1 : 0; j < shape->nd; j++) {
    int a = memory ? order[j] : j;
    g->axis[g->n] = a;
    g->d[g->n] = shape->d[a];
    g->st[g->n++] = st[a];
  }
  for (int j = g->n - 1; j >= 0; j--) {
    g->place[j] = place;
    place *= g->d[j];
  }
}

/* Digits of a window count in full positions. */
static void slab_digits(digits *g, const sg_slab *s, bool memory)
{
  sg_shape full = s->shape;
  digits window;
  if (s->start) full.d[s->axis] = s->full;
  set_digits(g, &full, memory);
  set_digits(&window, &s->shape, memory);
  memcpy(g->st, window.st, sizeof g->st);
}

/* ---- 3. Whole tensors ------------------------------------------------------------------------ */

/* Where a walk through all elements of an item stands on one side. */
typedef struct odometer { const digits *g; int64_t at[SG_MAX_RANK], off; } odometer;

/* Elements until the last digit turns over. */
static int64_t run_length(const odometer *o)
{
  return o->g->n ? o->g->d[o->g->n - 1] - o->at[o->g->n - 1] : 1;
}

static void advance(odometer *o, int64_t by)
{
  for (int j = o->g->n - 1; j >= 0; j--) {
    o->at[j] += by;
    o->off += by * o->g->st[j];
    if (o->at[j] < o->g->d[j]) return;
    o->off -= o->at[j] * o->g->st[j];
    o->at[j] = 0;
    by = 1;
  }
}

/* One item: to[...] = from[...], or added to. */
static void walk_item(const digits *in, const digits *out, int64_t item, const real *from, real *to,
                      bool add)
{
  odometer x = {.g = in}, y = {.g = out};
  for (int64_t done = 0; done < item;) {
    int64_t n = run_length(&x), m = run_length(&y);
    int64_t sx = in->n ? in->st[in->n - 1] : 1, sy = out->n ? out->st[out->n - 1] : 1;
    if (m < n) n = m;
    if (add)
      for (int64_t i = 0; i < n; i++) to[y.off + i * sy] += from[x.off + i * sx];
    else
      for (int64_t i = 0; i < n; i++) to[y.off + i * sy] = from[x.off + i * sx];
    advance(&x, n);
    advance(&y, n);
    done += n;
  }
}

/* ---- 4. Windows ------------------------------------------------------------------------------ */

/* Memory offset in input item i of the element with index t, or -1 where the window lacks it. */
static int64_t find(const digits *g, const sg_slab *in, int64_t i, int64_t t)
{
  int64_t off = 0;
  for (int j = 0; j < g->n; j++) {
    int64_t q = t / g->place[j] % g->d[j];
    if (in->start && g->axis[j] == in->axis) {
      q -= in->start[i];
      if (q < 0 || q >= in->shape.d[in->axis]) return -1;
    }
    off += q * g->st[j];
  }
  return off;
}

static void window_item(const sg_call *c, const digits *in, const digits *out, int64_t i)
{
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  const real *from = (const real *) x->data + i * sg_slab_pitch(x);
  real *to = (real *) y->data + i * sg_slab_pitch(y);
  digits w;
  odometer o = {.g = &w};
  set_digits(&w, &y->shape, ((const sg_reshape *) c->node->conf)->memory);
  for (int64_t done = 0; done < sg_shape_item(&y->shape); done++) {
    int64_t t = 0;
    for (int j = 0; j < w.n; j++) {
      int64_t q = o.at[j];
      if (y->start && w.axis[j] == y->axis) q += y->start[i];
      t += q * out->place[j];
    }
    int64_t off = find(in, x, i, t);
    to[o.off] = off < 0 ? 0 : from[off];
    advance(&o, 1);
  }
}

/* ---- 5. forward, vjp, fold ------------------------------------------------------------------- */

/* Is the order that counts the order of memory on both sides? */
static bool plain(const sg_node *node, const sg_shape *in, const sg_shape *out)
{
  const sg_reshape *f = node->conf;
  return f->memory || (sg_is_row_major(in) && sg_is_row_major(out));
}

sg_status SG_REAL(sg_reshape_forward)(const sg_call *c)
{
  const sg_reshape *f = c->node->conf;
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  digits in, out;
  int64_t n = x->shape.batched ? c->n : 1, item = sg_shape_item(&y->shape);
  bool window = x->start || y->start;
  if (!window && plain(c->node, &x->shape, &y->shape)) {
    memcpy(y->data, x->data, (size_t) (n * item) * sizeof(real));
    return SG_OK;
  }
  slab_digits(&in, x, f->memory);
  slab_digits(&out, y, f->memory);
  for (int64_t i = 0; i < n; i++) {
    if (window) window_item(c, &in, &out, i);
    else
      walk_item(&in, &out, item, (const real *) x->data + i * item, (real *) y->data + i * item,
                false);
  }
  return SG_OK;
}

sg_status SG_REAL(sg_reshape_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  const sg_reshape *f = c->node->conf;
  digits in, out;
  if (!gin[0].data) return SG_OK;
  int64_t n = gin[0].shape.batched ? c->n : 1, item = sg_shape_item(&gin[0].shape);
  if (plain(c->node, &gin[0].shape, &gout->shape)) {
    const SG_REAL(sg_kernels) *kern = c->kernels;
    kern->add(n * item, gin[0].data, gout->data, gin[0].data);
    return SG_OK;
  }
  slab_digits(&in, &gin[0], f->memory);
  slab_digits(&out, gout, f->memory);
  for (int64_t i = 0; i < n; i++)
    walk_item(&out, &in, item, (const real *) gout->data + i * item, (real *) gin[0].data +
              i * item,
              true);
  return SG_OK;
}

sg_status SG_REAL(sg_reshape_fold)(sg_node *node, const sg_tensor **out, sg_err *err)
{
  const sg_tensor *x = node->in[0].tensor;
  sg_status s = node->op->infer(node, err);
  if (s) return s;
  if (!x || x->dtype == SG_TEXT) return SG_EUNSUPPORTED;
  sg_tensor *t = sg_arena_calloc(node->mem, 1, sizeof *t);
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  *t = *x;                                               /* shares the numbers */
  t->shape = node->out[0].shape;
  out[0] = t;
  return SG_OK;
}

/* ---- 6. reach, need -------------------------------------------------------------------------- */

/* Digit a of g takes the values [lo, hi); which values can digit b of h take (h another way to
 * write the same numbers)? Answered for digits of which one is made of the other, or is its leading
 * part:
 *
 *   same place, same length                 [lo, hi)
 *   b = (higher, a, lower)                  a counts `r` units of b, and b holds a `times` times
 *   a = (b, lower)                          b counts `r` units of a
 */
static bool hull(const digits *g, int a, const digits *h, int b, sg_interval *v)
{
  int64_t da = g->d[a], db = h->d[b], pa = g->place[a], pb = h->place[b];
  int64_t lo = v->lo, hi = v->hi;
  if (pa == pb && da == db) return true;
  if (pa % pb == 0 && pb * db % (pa * da) == 0) {
    int64_t r = pa / pb, times = pb * db / (pa * da);
    v->lo = lo * r;
    v->hi = ((times - 1) * da + hi) * r;
    return true;
  }
  if (pb % pa == 0 && pb * db == pa * da) {
    int64_t r = pb / pa;
    v->lo = lo / r;
    v->hi = (hi - 1) / r + 1;
    return true;
  }
  return false;
}

/* An interval of `from` seen in `to`. An axis of the same place and length is preferred, then one
 * of several positions; one of length 1 is everything there is. */
static bool translate(const sg_shape *from, const sg_shape *to, bool memory, const sg_interval *in,
                      sg_interval *out)
{
  digits g, h;
  int a = 0;
  bool empty = in->lo >= in->hi;
  set_digits(&g, from, memory);
  set_digits(&h, to, memory);
  while (a < g.n && g.axis[a] != in->axis) a++;
  if (a == g.n) return false;
  for (int pass = 0; pass < 3; pass++)
    for (int b = 0; b < h.n; b++) {
      bool same = g.place[a] == h.place[b] && g.d[a] == h.d[b];
      *out = *in;
      if (pass != (same ? 0 : h.d[b] > 1 ? 1 : 2) || !hull(&g, a, &h, b, out)) continue;
      out->axis = h.axis[b];
      if (empty) out->lo = out->hi = 0;
      return true;
    }
  return false;
}

/* The same when it holds both ways: the axis found leads back to the axis asked for, so that reach
 * and need speak of the same pair. */
static bool both_ways(const sg_node *node, const sg_shape *from, const sg_shape *to,
                      const sg_interval *in, sg_interval *out)
{
  const sg_reshape *f = node->conf;
  sg_interval back;
  return translate(from, to, f->memory, in, out) && translate(to, from, f->memory, out, &back) &&
         back.axis == in->axis;
}

bool SG_REAL(sg_reshape_reach)(const sg_node *node, int k, const sg_interval *in, int o,
                               sg_interval *out)
{
  return k == 0 && both_ways(node, &node->in[0].shape, &node->out[o].shape, in, out);
}

bool SG_REAL(sg_reshape_need)(const sg_node *node, int o, const sg_interval *out, int k,
                              sg_interval *in)
{
  return k == 0 && both_ways(node, &node->out[o].shape, &node->in[0].shape, out, in);
}
