/* ops/maxpool.c: MaxPool: the greatest of each window.
 *
 * Padding never wins. Of equal elements the first does, in forward and in vjp. A NaN in a window
 * shows.
 */
#include "kernels/kernels.h"
#include "ops/k_collect.h"
#include "ops/k_pool.h"

static bool beats(real a, real b) { return a > b || a != a; }

static sg_status configure(sg_node *node, sg_err *err)
{
  node->family = SG_SELECT;
  return SG_REAL(sg_pool_configure)(node, err);
}

static void forward_row(void *user, const sg_call *c, int64_t item, int64_t row,
                        const sg_taps *taps)
{
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  int64_t C = x->shape.d[1];
  const real *from = (const real *) x->data + item * sg_slab_pitch(x);
  real *to = (real *) y->data + item * sg_slab_pitch(y) + row * C;
  (void) user;
  for (int64_t ch = 0; ch < C; ch++) to[ch] = (real) -INFINITY;
  for (int64_t t = 0; t < taps->n; t++) {
    const real *v = from + taps->rows[t] * C;
    if (taps->rows[t] < 0) continue;
    for (int64_t ch = 0; ch < C; ch++) to[ch] = beats(v[ch], to[ch]) ? v[ch] : to[ch];
  }
}

/* One spatial axis, whole tensors, no padding: the kernel's loop. */
static bool plain(const sg_call *c)
{
  const sg_window *w = &((const sg_pool_conf *) c->node->conf)->w;
  int64_t last = (w->out[0] - 1) * w->stride[0] + (w->k[0] - 1) * w->dilation[0];
  return w->ns == 1 && !c->in[0].axis && !c->out[0].axis && w->lo[0] == 0 && last < w->in[0];
}

/* Item i of windows along the one spatial axis, where no output reads beyond its window: the first
 * input row that it reads; -1 elsewhere. */
static int64_t window_row(const sg_call *c, int64_t i)
{
  const sg_window *w = &((const sg_pool_conf *) c->node->conf)->w;
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  if (w->ns != 1) return -1;
  int64_t first = sg_slab_start(y, i) * w->stride[0] - w->lo[0] - sg_slab_start(x, i);
  int64_t last = first + (y->shape.d[2] - 1) * w->stride[0] + (w->k[0] - 1) * w->dilation[0];
  return first >= 0 && last < x->shape.d[2] ? first : -1;
}

/* One item of a call of windows by the general walk. */
static sg_status walk_item(const sg_call *c, int64_t i)
{
  sg_slab x = c->in[0], y = c->out[0];
  sg_call one = *c;
  x.data = (real *) x.data + i * sg_slab_pitch(&x);
  y.data = (real *) y.data + i * sg_slab_pitch(&y);
  if (x.start) x.start += i;
  if (y.start) y.start += i;
  one.n = x.shape.d[0] = y.shape.d[0] = 1;
  one.in = &x;
  one.out = &y;
  return SG_REAL(sg_pool_walk)(&one, forward_row, NULL);
}

static sg_status forward(const sg_call *c)
{
  const SG_REAL(sg_kernels) *k = c->kernels;
  const sg_window *w = &((const sg_pool_conf *) c->node->conf)->w;
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  bool whole = plain(c);
  if (!whole && w->ns != 1) return SG_REAL(sg_pool_walk)(c, forward_row, NULL);
  for (int64_t i = 0; i < c->n; i++) {
    int64_t row = whole ? 0 : window_row(c, i);
    if (row < 0) {
      sg_status s = walk_item(c, i);
      if (s) return s;
      continue;
    }
    k->max_rows(y->shape.d[2], x->shape.d[1], w->k[0], w->stride[0], w->dilation[0],
                (const real *) x->data + i * sg_slab_pitch(x) + row * x->shape.d[1],
                (real *) y->data + i * sg_slab_pitch(y));
  }
  return SG_OK;
}

/* ---- Windows of changes under a pool with one output ---- */

static sg_collect_range read_range(const sg_node *node)
{
  const sg_window *w = &((const sg_pool_conf *) node->conf)->w;
  sg_collect_range r = {0, w->k[0] - w->lo[0]};
  if (r.hi > w->in[0]) r.hi = w->in[0];
  return r;
}

static bool can_collect(const sg_node *node, int axis)
{
  const sg_window *w = &((const sg_pool_conf *) node->conf)->w;
  return w->ns == 1 && axis == 2 && w->out[0] == 1 && w->dilation[0] == 1 &&
         read_range(node).hi > 0;
}

static size_t collect_bytes(const sg_node *node)
{
  return SG_REAL(sg_collect_max_bytes)(node, read_range(node));
}

static sg_status collect_base(const sg_call *base, int64_t lo, int64_t hi, void *state)
{
  return SG_REAL(sg_collect_max_base)(base, read_range(base->node), lo, hi, state);
}

static sg_status collect_eval(const sg_call *c, const sg_call *base, const void *state)
{
  return SG_REAL(sg_collect_max)(c, base, read_range(c->node), state);
}

static bool collect_sides(const sg_node *node, const void *state, int64_t lo, int64_t hi,
                          const void **ret_before, const void **ret_behind)
{
  return SG_REAL(sg_collect_max_sides)(node, read_range(node), state, lo, hi, ret_before,
                                       ret_behind);
}

static const sg_collect collect = {
  .can = can_collect, .bytes = collect_bytes, .base = collect_base, .eval = collect_eval,
  .sides = collect_sides
};

/* ---- Which element it was ---- */

enum { MOST_TAPS = 1 << 24 };   /* that the kernel can count */

/* The first element of each window that is the output, or where that is NaN the first NaN. */
static void pick_row(void *user, const sg_call *c, int64_t item, int64_t row, const sg_taps *taps)
{
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  int64_t C = x->shape.d[1], to = item * sg_slab_pitch(y) + row * C;
  const real *v = (const real *) x->data + item * sg_slab_pitch(x);
  const real *top = (const real *) y->data + to;
  int32_t *at = (int32_t *) user + to;
  for (int64_t ch = 0; ch < C; ch++) {
    int64_t t = 0;
    at[ch] = -1;
    if (!taps->n) continue;
    while (t < taps->n - 1) {
      real e = v[taps->rows[t] * C + ch];
      if (e == top[ch] || (e != e && top[ch] != top[ch])) break;
      t++;
    }
    at[ch] = (int32_t) (taps->rows[t] * C + ch);
  }
}

static sg_status pick(const sg_call *c, int32_t *at)
{
  const SG_REAL(sg_kernels) *kern = c->kernels;
  const sg_window *w = &((const sg_pool_conf *) c->node->conf)->w;
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  int64_t C = x->shape.d[1], rows = y->shape.d[2];
  if (!plain(c) || w->k[0] >= MOST_TAPS) return SG_REAL(sg_pool_walk)(c, pick_row, at);
  for (int64_t i = 0; i < c->n; i++) {
    const real *v = (const real *) x->data + i * sg_slab_pitch(x);
    const real *top = (const real *) y->data + i * sg_slab_pitch(y);
    for (int64_t r = 0; r < rows; r++, top += C, at += C) {
      int64_t from = r * w->stride[0], step = w->dilation[0] * C;
      kern->first_equal(w->k[0], C, step, v + from * C, top, at);
      for (int64_t ch = 0; ch < C; ch++) at[ch] = (int32_t) (from * C + at[ch] * step + ch);
    }
  }
  return SG_OK;
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  return SG_REAL(sg_pick_vjp)(c, pick, gout, gin);
}

const sg_op SG_REAL(sg_op_maxpool) = {
  .name = "MaxPool",
  .summary = "greatest of each window over one or two spatial axes",
  SG_POOL_ENTRIES,
  .configure = configure,
  .forward = forward,
  .collect = &collect,
  .vjp = vjp,
  .pick = pick,
  .sample = SG_REAL(sg_pool_sample),
};
