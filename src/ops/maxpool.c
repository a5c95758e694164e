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

typedef struct gradients { const real *g; real *gx; } gradients;

enum { LANES = 64 };            /* channels whose winners are looked for side by side */

/* tap[ch] = the first that is y[ch], for n channels from v on. Masks in place of branches: the
 * inner loop vectorises. Where y is NaN the first NaN it is. */
static void winners(const real *v, const real *y, const sg_taps *taps, int64_t C, int n,
                    int *restrict tap)
{
  for (int ch = 0; ch < n; ch++) tap[ch] = 0;
  for (int t = (int) taps->n - 1; t >= 0; t--) {
    const real *e = v + taps->rows[t] * C;
    for (int ch = 0; ch < n; ch++) {
      int mask = -(e[ch] == y[ch]);
      tap[ch] = (tap[ch] & ~mask) | (t & mask);
    }
  }
  for (int ch = 0; ch < n; ch++)
    for (int t = 0; y[ch] != y[ch] && t < taps->n; t++) {
      const real e = v[taps->rows[t] * C + ch];
      if (e == e) continue;
      tap[ch] = t;
      break;
    }
}

static void vjp_row(void *user, const sg_call *c, int64_t item, int64_t row, const sg_taps *taps)
{
  const gradients *u = user;
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  int64_t C = x->shape.d[1], from = item * sg_slab_pitch(x);
  const real *v = (const real *) x->data + from;
  const real *g = u->g + item * sg_slab_pitch(y) + row * C;
  const real *top = (const real *) y->data + item * sg_slab_pitch(y) + row * C;
  for (int64_t ch = 0; taps->n && ch < C; ch += LANES) {
    int tap[LANES], n = C - ch < LANES ? (int) (C - ch) : LANES;
    winners(v + ch, top + ch, taps, C, n, tap);
    for (int k = 0; k < n; k++) u->gx[from + taps->rows[tap[k]] * C + ch + k] += g[ch + k];
  }
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  gradients u = {gout[0].data, gin[0].data};
  return u.gx ? SG_REAL(sg_pool_walk)(c, vjp_row, &u) : SG_OK;
}

const sg_op SG_REAL(sg_op_maxpool) = {
  .name = "MaxPool",
  .summary = "greatest of each window over one or two spatial axes",
  SG_POOL_ENTRIES,
  .configure = configure,
  .forward = forward,
  .collect = &collect,
  .vjp = vjp,
  .sample = SG_REAL(sg_pool_sample),
};
