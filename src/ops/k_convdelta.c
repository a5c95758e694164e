/* ops/k_convdelta.c: a convolution brought up to date from what changed under it.
 *
 *   y'[o] = y[o] + sum over taps t of W_t (x'[p] - x[p]),  p = o * stride + t * dil - pad,
 *
 * over the p that changed: an edit of w positions costs w * taps products in place of the
 * (w + taps - 1) * taps of its windows. A sum has a fixed order (y, then the taps), and positions
 * that did not change add nothing, so that the width of a window leaves no trace.
 *
 * Contents
 *   1. rows of windows
 *   2. the sequence as codes: differences of table rows
 *   3. differences of activations: one product a tap
 *   4. the greatest output that one changed base leaves, without the outputs
 */
#include <string.h>

#include "kernels/kernels.h"
#include "ops/k_conv.h"

typedef SG_REAL(sg_kernels) kernels_t;
typedef SG_REAL(sg_conv_weights) weights;

/* ---- 1. Rows --------------------------------------------------------------------------------- */

typedef struct job {
  const sg_call *c, *base;
  const sg_conv *v;
  const kernels_t *kern;
  weights w;
  const real *y0;               /* [out][F] of the base */
  real *y;                      /* [n][ow][F] */
  int64_t iw, ow;               /* positions of an input and of an output window */
} job;

static int64_t in_start(const job *j, int64_t i) { return sg_slab_start(&j->c->in[0], i); }
static int64_t out_start(const job *j, int64_t i) { return sg_slab_start(&j->c->out[0], i); }

/* Input position, counted from the window's first, under tap 0 of the first output. */
static int64_t first_tap(const job *j, int64_t i)
{
  return out_start(j, i) * j->v->stride[1] - j->v->pad[1] - in_start(j, i);
}

/* Items from i on whose windows stand alike. */
static int64_t alike(const job *j, int64_t i)
{
  int64_t n = 1;
  while (i + n < j->c->n && first_tap(j, i + n) == first_tap(j, i)) n++;
  return n;
}

static void take_base(const job *j)
{
  int64_t row = j->ow * j->v->F;
  for (int64_t i = 0; i < j->c->n; i++)
    memcpy(j->y + i * row, j->y0 + out_start(j, i) * j->v->F, (size_t) row * sizeof(real));
}

/* ---- 2. Codes -------------------------------------------------------------------------------- */

static const real *response(const job *j, int64_t tap, uint8_t code)
{
  return j->w.rows + (tap * (j->v->C + 2) + sg_conv_symbol(j->v, code)) * j->v->F;
}

/* The outputs that read window position q of item i, `first` .. `first` + n - 1 of its window:
 * where the taps step evenly. The first output has the last tap, `tap`. */
typedef struct touch { int64_t first, n, tap; } touch;

static touch touched(const job *j, int64_t i, int64_t q)
{
  const sg_conv *v = j->v;
  int64_t d = q - first_tap(j, i), s = v->stride[1];      /* distance from tap 0 of output 0 */
  int64_t reach = (v->k[1] - 1) * v->dil[1];
  int64_t lo = d > reach ? (d - reach + s - 1) / s : 0, hi = d < 0 ? -1 : d / s;
  while (lo <= hi && (d - lo * s) % v->dil[1]) lo++;
  if (hi > j->ow - 1) hi = j->ow - 1;
  return (touch){ lo, hi - lo + 1, lo <= hi ? (d - lo * s) / v->dil[1] : 0 };
}

/* Position q of item i changed from code a to b: adds to the outputs from `from`. */
static void change_codes(const job *j, int64_t i, int64_t q, uint8_t a, uint8_t b,
                         const real *from, bool relu)
{
  const sg_conv *v = j->v;
  int64_t F = v->F, step = v->stride[1] / v->dil[1];
  touch t = touched(j, i, q);
  real *y = j->y + i * j->ow * F;
  bool even = v->stride[1] % v->dil[1] == 0;
  for (int64_t n = even ? t.n : 1; t.n > 0; t.n -= n, t.first += n) {
    int64_t d = q - first_tap(j, i) - t.first * v->stride[1];
    if (d % v->dil[1]) continue;
    int64_t tap = d / v->dil[1];
    j->kern->change_rows(n, F, from + t.first * F, response(j, tap, b), response(j, tap, a),
                         -step * (v->C + 2) * F, relu, y + t.first * F);
  }
}

/* An item with one changed position takes the base along the way where that touches every output of
 * its window. */
static bool change_at_once(const job *j, int64_t i, int64_t q, uint8_t a, uint8_t b, bool relu)
{
  const sg_conv *v = j->v;
  touch t = touched(j, i, q);
  if (v->stride[1] % v->dil[1] || t.n < 1) return false;
  const real *from = j->y0 + out_start(j, i) * v->F;
  real *y = j->y + i * j->ow * v->F;
  int64_t after = t.first + t.n, rest = j->ow - after;
  change_codes(j, i, q, a, b, from, relu);
  size_t row = (size_t) v->F * sizeof(real);
  memcpy(y, from, (size_t) t.first * row);
  memcpy(y + after * v->F, from + after * v->F, (size_t) rest * row);
  if (relu) {
    j->kern->relu(t.first * v->F, y, y);
    j->kern->relu(rest * v->F, y + after * v->F, y + after * v->F);
  }
  return true;
}

static void update_codes(const job *j)
{
  int64_t F = j->v->F;
  bool relu = j->c->node->flags & SG_NODE_RELU;
  for (int64_t i = 0; i < j->c->n; i++) {
    const uint8_t *now = j->c->in[0].codes + i * j->iw;
    const uint8_t *was = j->base->in[0].codes + in_start(j, i);
    int64_t changed = 0, at = 0;
    for (int64_t q = 0; q < j->iw; q++)
      if (now[q] != was[q]) {
        changed++;
        at = q;
      }
    if (changed == 1 && change_at_once(j, i, at, was[at], now[at], relu)) continue;
    real *y = j->y + i * j->ow * F;
    memcpy(y, j->y0 + out_start(j, i) * F, (size_t) (j->ow * F) * sizeof *y);
    for (int64_t q = 0; q < j->iw; q++)
      if (now[q] != was[q]) change_codes(j, i, q, was[q], now[q], y, false);
    if (relu) j->kern->relu(j->ow * F, y, y);
  }
}

/* ---- 3. Activations -------------------------------------------------------------------------- */

/* x' - x of item i, [iw][C]. Codes that the table was not made for are spelled out. */
static void difference(const job *j, int64_t i, real *d)
{
  const sg_slab *in = &j->c->in[0], *was = &j->base->in[0];
  int64_t C = j->v->C, at = in_start(j, i), n = j->iw * C;
  if (in->codes) {
    for (int64_t k = 0; k < n; k++)
      d[k] = in->symbols->col[in->codes[i * j->iw + k / C] % SG_MAX_SYMBOLS][k % C] -
             in->symbols->col[was->codes[at + k / C] % SG_MAX_SYMBOLS][k % C];
    return;
  }
  const real *a = (const real *) in->data + i * n, *b = (const real *) was->data + at * C;
  for (int64_t k = 0; k < n; k++) d[k] = a[k] - b[k];
}

enum { FEW_ROWS = 8 };          /* of a product's tile, so few that it stands half empty */

/* Tap t of group g of the items i .. i + n, which stand alike: rows q0, q0 + stride ... of the
 * windows. */
static void add_tap(const job *j, const real *d, int64_t i, int64_t n, int64_t t, int64_t g)
{
  const sg_conv *v = j->v;
  int64_t s = v->stride[1], q = first_tap(j, i) + t * v->dil[1], o = 0, F = v->F;
  if (q < 0) {
    o = (-q + s - 1) / s;
    q += o * s;
  }
  int64_t rows = q < j->iw ? (j->iw - 1 - q) / s + 1 : 0;
  if (rows > j->ow - o) rows = j->ow - o;
  if (rows < 1) return;
  const real *B = j->w.packed + (size_t) g * j->w.step + t * v->Cg * 32;
  SG_REAL(sg_gemm) m = { .items = n, .M = rows, .N = v->Fg, .segs = 1, .seg_len = v->Cg,
                         .A = d + (i * j->iw + q) * v->C + g * v->Cg, .lda = s * v->C,
                         .a_pitch = j->iw * v->C, .B = B, .b_rows = sg_conv_terms(v),
                         .C = j->y + (i * j->ow + o) * F + g * v->Fg, .ldc = F,
                         .c_pitch = j->ow * F, .acc = true };
  if (rows < FEW_ROWS && rows < n) {
    m.M = n;
    m.items = rows;
    m.lda = j->iw * v->C;
    m.a_pitch = s * v->C;
    m.ldc = j->ow * F;
    m.c_pitch = F;
  }
  j->kern->gemm(&m);
}

static sg_status update_values(const job *j)
{
  int64_t item = j->iw * j->v->C;
  real *d = sg_arena_alloc(j->c->tmp, (size_t) (j->c->n * item), sizeof *d);
  if (!d) return SG_ENOMEM;
  for (int64_t i = 0; i < j->c->n; i++) difference(j, i, d + i * item);
  take_base(j);
  for (int64_t i = 0, n; i < j->c->n; i += n) {
    n = alike(j, i);
    for (int64_t g = 0; g < j->v->groups; g++)
      for (int64_t t = 0; t < j->v->k[1]; t++) add_tap(j, d, i, n, t, g);
  }
  if (j->c->node->flags & SG_NODE_RELU) j->kern->relu(j->c->n * j->ow * j->v->F, j->y, j->y);
  return SG_OK;
}

static sg_status start_job(const sg_call *c, const sg_call *base, job *j)
{
  const sg_slab *in = &c->in[0], *out = &c->out[0];
  *j = (job){ .c = c, .base = base, .v = c->node->conf, .kern = c->kernels,
              .y0 = base->out[0].data, .y = out->data, .iw = in->shape.d[2],
              .ow = out->shape.d[2] };
  return SG_REAL(sg_conv_get_weights)(c, false, &j->w);
}

static bool by_rows(const job *j)
{
  const sg_slab *in = &j->c->in[0];
  return in->codes && j->w.rows && SG_REAL(sg_conv_symbols_fit)(j->v, in->symbols);
}

sg_status SG_REAL(sg_conv_update)(const sg_call *c, const sg_call *base)
{
  job j;
  sg_status s = start_job(c, base, &j);
  if (s) return s;
  if (!by_rows(&j)) return update_values(&j);
  update_codes(&j);
  return SG_OK;
}

/* ---- 4. The greatest change ------------------------------------------------------------------ */

/* What one symbol changed for another adds, tap by tap, made when first asked for: a session asks
 * for the same few pairs again and again. */
typedef struct deltas {
  bool known, finite;           /* whether the responses are finite, once known */
  int64_t symbols;
  uint8_t *made;                /* [symbols][symbols] before, after */
  real *rows;                   /* [symbols][symbols][taps][F] */
} deltas;

static size_t up(size_t bytes) { return (bytes + 63) / 64 * 64; }

size_t SG_REAL(sg_conv_update_max_bytes)(const sg_node *node)
{
  const sg_conv *v = node->conf;
  size_t pairs = (size_t) ((v->C + 2) * (v->C + 2));
  return up(sizeof(deltas)) + up(pairs) + pairs * (size_t) (v->k[1] * v->F) * sizeof(real) + 64;
}

/* The memo as `deltas`: its tables follow behind. */
static deltas *open_memo(const job *j, void *memo)
{
  deltas *d = memo;
  if (d->known) return d;
  d->known = true;
  d->symbols = j->v->C + 2;
  d->finite = j->kern->all_finite(j->v->k[1] * d->symbols * j->v->F, j->w.rows);
  d->made = (uint8_t *) memo + up(sizeof *d);
  d->rows = (real *) (d->made + up((size_t) (d->symbols * d->symbols)));
  return d;
}

/* [taps][F] */
static const real *delta_of(const job *j, deltas *d, uint8_t was, uint8_t now)
{
  int64_t F = j->v->F, taps = j->v->k[1];
  int64_t at = sg_conv_symbol(j->v, was) * d->symbols + sg_conv_symbol(j->v, now);
  real *rows = d->rows + at * taps * F;
  if (!d->made[at])
    j->kern->differences(taps, F, response(j, 0, now), response(j, 0, was), d->symbols * F, rows);
  d->made[at] = 1;
  return rows;
}

/* Channels at a time, so few that differences and base stay in the first-level cache while all
 * items go by. */
enum { SLICE = 64 };

/* Item i, of one position: channels f .. f + n. All numbers are finite. */
static sg_status greatest(const job *j, deltas *made, int64_t i, int64_t f, int64_t n, real *y)
{
  int64_t F = j->v->F, step = j->v->stride[1] / j->v->dil[1] * F;
  touch t = touched(j, i, 0);
  const real *delta = delta_of(j, made, j->base->in[0].codes[in_start(j, i)],
                               j->c->in[0].codes[i]);
  if (t.n < 1) return SG_EINTERNAL;
  j->kern->change_max(t.n, n, j->y0 + (out_start(j, i) + t.first) * F + f, F,
                      delta + t.tap * F + f, -step, j->c->node->flags & SG_NODE_RELU, y + f);
  return SG_OK;
}

/* The same with an eye on NaN. */
static sg_status greatest_of_any(const job *j, int64_t i, real *y)
{
  int64_t F = j->v->F, step = j->v->stride[1] / j->v->dil[1] * (j->v->C + 2) * F;
  bool relu = j->c->node->flags & SG_NODE_RELU;
  touch t = touched(j, i, 0);
  real *all = sg_arena_alloc(j->c->tmp, (size_t) (t.n * F) + 1, sizeof *all);
  if (t.n < 1) return SG_EINTERNAL;
  if (!all) return SG_ENOMEM;
  j->kern->change_rows(t.n, F, j->y0 + (out_start(j, i) + t.first) * F,
                       response(j, t.tap, j->c->in[0].codes[i]),
                       response(j, t.tap, j->base->in[0].codes[in_start(j, i)]), -step, relu, all);
  j->kern->max_rows(1, F, t.n, 1, 1, all, y);
  return SG_OK;
}

/* c->out has places but no data. */
sg_status SG_REAL(sg_conv_update_max)(const sg_call *c, const sg_call *base, void *memo,
                                      void *const *y)
{
  job j;
  sg_status s = start_job(c, base, &j);
  if (s) return s;
  if (!by_rows(&j)) return SG_EUNSUPPORTED;
  int64_t F = j.v->F;
  deltas *made = open_memo(&j, memo);
  if (!made->finite || !j.kern->all_finite(base->out[0].shape.d[2] * F, j.y0)) {
    for (int64_t i = 0; i < c->n && !s; i++) if (y[i]) s = greatest_of_any(&j, i, y[i]);
    return s;
  }
  for (int64_t f = 0; f < F; f += SLICE)
    for (int64_t i = 0; i < c->n && !s; i++)
      if (y[i]) s = greatest(&j, made, i, f, F - f < SLICE ? F - f : SLICE, y[i]);
  return s;
}
