/* ops/k_collect.c: maxima and sums over positions, from windows of changes. */
#include "ops/k_collect.h"

#include <math.h>
#include <string.h>

#include "kernels/kernels.h"

/* ---- Maxima ------------------------------------------------------------------------ */

static int64_t channels(const sg_call *c) { return c->in[0].shape.d[1]; }

size_t SG_REAL(sg_collect_max_bytes)(const sg_node *node, sg_collect_range r)
{
  return (size_t) (2 * (r.hi - r.lo + 1) * node->in[0].shape.d[1]) * sizeof(real);
}

sg_status SG_REAL(sg_collect_max_base)(const sg_call *base, sg_collect_range r, int64_t lo,
                                       int64_t hi, void *state)
{
  const SG_REAL(sg_kernels) *k = base->kernels;
  int64_t C = channels(base), n = r.hi - r.lo;
  const real *x = (const real *) base->in[0].data + r.lo * C;
  real *before = state, *behind = before + (n + 1) * C;
  lo = lo > r.lo ? lo - r.lo : 0;
  hi = hi < r.hi ? hi - r.lo : n;
  for (int64_t c = 0; c < C; c++) {
    before[c] = (real) -INFINITY;
    behind[n * C + c] = (real) -INFINITY;
  }
  if (lo < n) k->running_max(n - lo, C, x + lo * C, false, before + lo * C);
  if (hi > 0) k->running_max(hi, C, x, true, behind);
  memcpy(base->out[0].data, before + n * C, (size_t) C * sizeof(real));
  return SG_OK;
}

sg_status SG_REAL(sg_collect_max)(const sg_call *c, const sg_call *base, sg_collect_range r,
                                  const void *state)
{
  const SG_REAL(sg_kernels) *k = c->kernels;
  const sg_slab *in = &c->in[0];
  int64_t C = channels(base), n = r.hi - r.lo, width = in->shape.d[2];
  const real *before = state, *behind = before + (n + 1) * C;
  for (int64_t i = 0; i < c->n; i++) {
    int64_t at = sg_slab_start(in, i), lo = at < r.lo ? r.lo : at, hi = at + width;
    if (hi > r.hi) hi = r.hi;
    real *y = (real *) c->out[0].data + i * C;
    if (lo >= hi) memcpy(y, before + n * C, (size_t) C * sizeof *y);
    else
      k->max_span(hi - lo, C, before + (lo - r.lo) * C,
                  (const real *) in->data + (i * width + lo - at) * C, behind + (hi - r.lo) * C, y);
  }
  return SG_OK;
}

bool SG_REAL(sg_collect_max_sides)(const sg_node *node, sg_collect_range r, const void *state,
                                   int64_t lo, int64_t hi, const void **ret_before,
                                   const void **ret_behind)
{
  int64_t C = node->in[0].shape.d[1], n = r.hi - r.lo;
  const real *before = state;
  if (r.lo != 0 || r.hi != node->in[0].shape.d[2]) return false;
  *ret_before = before + lo * C;
  *ret_behind = before + (n + 1 + hi) * C;
  return true;
}

/* ---- Sums -------------------------------------------------------------------------- */

enum { BLOCK = 64 };            /* positions that are added up in single precision */

/* Item i from nothing: the base's positions with the window in their place. */
static void add_up(const sg_call *c, const sg_call *base, double scale, int64_t i, real *y)
{
  const sg_slab *in = &c->in[0];
  int64_t C = channels(base), L = base->in[0].shape.d[2], width = in->shape.d[2];
  int64_t at = sg_slab_start(in, i);
  const real *x = (const real *) in->data + i * width * C, *b = base->in[0].data;
  for (int64_t ch = 0; ch < C; ch++) {
    double sum = 0;
    for (int64_t p = 0; p < L; p++)
      sum += (double) (p >= at && p < at + width ? x[(p - at) * C + ch] : b[p * C + ch]);
    y[ch] = (real) (sum * scale);
  }
}

static bool finite_row(int64_t n, const real *y)
{
  real sum = 0;
  for (int64_t i = 0; i < n; i++) sum += y[i] * 0;
  return sum == 0;
}

sg_status SG_REAL(sg_collect_sum)(const sg_call *c, const sg_call *base, double scale)
{
  const SG_REAL(sg_kernels) *k = c->kernels;
  const sg_slab *in = &c->in[0];
  int64_t C = channels(base), width = in->shape.d[2];
  double *sum = sg_arena_alloc(c->tmp, (size_t) C, sizeof *sum);
  real *part = sg_arena_alloc(c->tmp, (size_t) C, sizeof *part);
  const real *y0 = base->out[0].data;
  if (!sum || !part) return SG_ENOMEM;
  for (int64_t i = 0; i < c->n; i++) {
    int64_t at = sg_slab_start(in, i);
    const real *x = (const real *) in->data + i * width * C;
    const real *b = (const real *) base->in[0].data;
    real *y = (real *) c->out[0].data + i * C;
    for (int64_t ch = 0; ch < C; ch++) sum[ch] = 0;
    for (int64_t p = at, end; p < at + width; p = end) {
      end = (p / BLOCK + 1) * BLOCK;
      if (end > at + width) end = at + width;
      k->sum_change(end - p, C, x + (p - at) * C, b + p * C, part);
      for (int64_t ch = 0; ch < C; ch++) sum[ch] += (double) part[ch];
    }
    for (int64_t ch = 0; ch < C; ch++) y[ch] = (real) ((double) y0[ch] + sum[ch] * scale);
    if (!finite_row(C, y)) add_up(c, base, scale, i, y);
  }
  return SG_OK;
}
