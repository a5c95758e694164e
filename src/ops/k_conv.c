/* ops/k_conv.c: the arithmetic of Conv.
 *
 * Contents
 *   1. weights in the order of the products
 *   2. the sequence as codes: look-up
 *   3. products over rows read in place
 *   4. windows and edges
 *   5. DELTA
 *   6. vjp
 *
 * Activations lie N H W C, so the input under one row of the filter is one stretch of memory, and a
 * convolution is a product whose rows overlap: nothing is gathered. Only where the filter hangs
 * over an edge a zero-padded copy is made. Every output is the same sum in the same order, wherever
 * it stands and whatever is computed with it.
 */
#include <string.h>

#include "kernels/kernels.h"
#include "model/fold.h"
#include "ops/k_conv.h"
#include "seqgloss/codes.h"

typedef SG_REAL(sg_kernels) kernels_t;

/* ---- 1. Weights ------------------------------------------------------------------------------ */

typedef SG_REAL(sg_conv_weights) weights;

enum { FEW_FILTERS = 4, NARROW_MIN = 32 };  /* for sg_narrow; and outputs from which it pays */
enum { TAP_CHANNELS = 16 };     /* from which on the vjp goes tap by tap */

/* W[F][Cg][rows][columns], as ONNX has it, as [rows][columns][Cg][Fg] of group g. */
static void order_group(const sg_conv *v, const real *W, int64_t g, real *order)
{
  int64_t taps = v->k[0] * v->k[1];
  for (int64_t f = 0; f < v->Fg; f++)
    for (int64_t c = 0; c < v->Cg; c++)
      for (int64_t t = 0; t < taps; t++)
        order[(t * v->Cg + c) * v->Fg + f] = W[((g * v->Fg + f) * v->Cg + c) * taps + t];
}

static sg_status pack_groups(const sg_conv *v, const kernels_t *kern, const real *W, bool backward,
                             sg_arena *mem, weights *w)
{
  int64_t K = sg_conv_terms(v), N = v->Fg;
  w->step = kern->pack_bytes(K, N) / sizeof(real);
  w->step_t = kern->pack_bytes(N, K) / sizeof(real);
  w->packed = sg_arena_alloc(mem, (size_t) v->groups * w->step, sizeof(real));
  bool taps = v->Cg >= TAP_CHANNELS;
  w->step_tap = kern->pack_bytes(N, v->Cg) / sizeof(real);
  size_t back = taps ? (size_t) (v->k[0] * v->k[1]) * w->step_tap : w->step_t;
  real *packed = backward ? sg_arena_alloc(mem, (size_t) v->groups * back, sizeof(real)) : NULL;
  if (taps) w->packed_taps = packed;
  else w->packed_t = packed;
  if (backward) w->filters = sg_arena_alloc(mem, (size_t) (v->groups * N * K), sizeof(real));
  sg_arena_mark mark = sg_arena_here(mem);
  real *order = sg_arena_alloc(mem, (size_t) (K * N), sizeof(real));
  if (!w->packed || (backward && (!packed || !w->filters)) || !order) return SG_ENOMEM;
  for (int64_t g = 0; g < v->groups; g++) {
    order_group(v, W, g, order);
    kern->pack(K, N, order, N, 1, w->packed + (size_t) g * w->step);
    if (!backward) continue;
    if (!taps) kern->pack(N, K, order, 1, N, packed + (size_t) g * back);
    for (int64_t t = 0; taps && t < K / v->Cg; t++)
      kern->pack(N, v->Cg, order + t * v->Cg * N, 1, N,
                 packed + (size_t) g * back + (size_t) t * w->step_tap);
    for (int64_t e = 0; e < N * K; e++) w->filters[g * N * K + e] = order[e % K * N + e / K];
  }
  sg_arena_reset(mem, mark);
  return SG_OK;
}

static bool is_depthwise(const sg_conv *v)
{
  return v->groups > 1 && v->Cg == 1 && v->Fg == 1 && v->nd == 1;
}

static sg_status order_depthwise(const sg_conv *v, const real *W, sg_arena *mem, weights *w)
{
  w->depthwise = sg_arena_alloc(mem, (size_t) (v->k[1] * v->C), sizeof(real));
  if (!w->depthwise) return SG_ENOMEM;
  for (int64_t c = 0; c < v->C; c++)
    for (int64_t t = 0; t < v->k[1]; t++) w->depthwise[t * v->C + c] = W[c * v->k[1] + t];
  return SG_OK;
}

/* Few filters on one axis without stride: vectors along the positions. */
static bool is_narrow(const sg_conv *v)
{
  return v->nd == 1 && v->groups == 1 && v->F <= FEW_FILTERS && v->stride[1] == 1;
}

static sg_status order_narrow(const sg_conv *v, const real *W, sg_arena *mem, weights *w)
{
  int64_t K = sg_conv_terms(v), taps = v->k[1];
  w->narrow = sg_arena_alloc(mem, (size_t) (v->F * K), sizeof(real));
  if (!w->narrow) return SG_ENOMEM;
  for (int64_t i = 0; i < v->F * v->C; i++)
    for (int64_t t = 0; t < taps; t++)
      w->narrow[i / v->C * K + t * v->C + i % v->C] = W[i * taps + t];
  return SG_OK;
}

/* A column of the symbol table that we count on: 1 for a base, 1/4 everywhere for N as a
 * quarter. */
static float symbol_column(const sg_conv *v, int code, int64_t c)
{
  if (code < v->C) return code == c ? 1.f : 0.f;
  return code == SG_CODE_N_QUARTER ? .25f : 0.f;
}

bool SG_REAL(sg_conv_symbols_fit)(const sg_conv *v, const sg_symbols *s)
{
  if (s->channels != v->C || v->C > SG_CODE_N_ZERO) return false;
  for (int i = 0; i < s->n; i++)
    for (int64_t c = 0; c < v->C; c++)
      if (s->col[i][c] != symbol_column(v, i, c)) return false;
  return true;
}

/* Responses of each filter to each base, to a quarter of all, and to nothing. */
static void fill_responses(const sg_conv *v, const real *W, real *rows)
{
  int64_t taps = v->k[1], symbols = v->C + 2;
  for (int64_t f = 0; f < v->F; f++) {
    for (int64_t t = 0; t < taps; t++) {
      real sum = 0;
      for (int64_t c = 0; c < v->C; c++) {
        real x = W[(f * v->C + c) * taps + t];
        rows[(t * symbols + c) * v->F + f] = x;
        sum += x;
      }
      rows[(t * symbols + v->C) * v->F + f] = sum * (real) .25;
      rows[(t * symbols + v->C + 1) * v->F + f] = 0;
    }
  }
}

/* The row of nothing is no symbol of the table's: it has its own. */
static sg_status make_table(const sg_conv *v, const kernels_t *kern, const real *W, sg_arena *mem,
                            weights *w)
{
  int64_t F = v->F, symbols = v->C + 1;
  SG_REAL(sg_lookup_def) d = { .taps = v->k[1], .dilation = v->dil[1], .F = F,
                               .n_symbols = (int) symbols };
  if (v->C > SG_CODE_N_ZERO) return SG_OK;
  for (int c = 0; c < SG_LOOKUP_CODES; c++) d.symbol[c] = (int8_t) (c < v->C ? c : -1);
  d.symbol[SG_CODE_N_QUARTER] = (int8_t) v->C;
  w->table = sg_arena_alloc(mem, kern->lookup_bytes(&d), 1);
  w->rows = sg_arena_alloc(mem, (size_t) (d.taps * (symbols + 1) * F), sizeof(real));
  sg_arena_mark mark = sg_arena_here(mem);
  real *rows = sg_arena_alloc(mem, (size_t) (d.taps * symbols * F), sizeof(real));
  if (!w->table || !w->rows || !rows) return SG_ENOMEM;
  fill_responses(v, W, w->rows);
  for (int64_t t = 0; t < d.taps; t++)
    memcpy(rows + t * symbols * F, w->rows + t * (symbols + 1) * F,
           (size_t) (symbols * F) * sizeof(real));
  d.rows = rows;
  kern->lookup_prepare(&d, w->table);
  sg_arena_reset(mem, mark);
  return SG_OK;
}

static sg_status make_weights(const sg_node *node, const kernels_t *kern, const real *W,
                              bool backward, sg_arena *mem, weights *w)
{
  const sg_conv *v = node->conf;
  *w = (weights){0};
  sg_status s = pack_groups(v, kern, W, backward, mem, w);
  if (!s && is_depthwise(v)) s = order_depthwise(v, W, mem, w);
  if (!s && is_narrow(v)) s = order_narrow(v, W, mem, w);
  if (!s && (node->flags & SG_NODE_CODES)) s = make_table(v, kern, W, mem, w);
  return s;
}

sg_status SG_REAL(sg_conv_prepare)(const sg_node *node, const void *kernels, bool backward,
                                   sg_arena *mem, const void **prep, sg_err *err)
{
  weights *w = sg_arena_alloc(mem, 1, sizeof *w);
  const real *W = sg_tensor_real(node->in[1].tensor, SG_IS_F64, mem);
  if (!w || !W || make_weights(node, kernels, W, backward, mem, w))
    return sg_fail(err, SG_ENOMEM, "out of memory");
  *prep = w;
  return SG_OK;
}

sg_status SG_REAL(sg_conv_get_weights)(const sg_call *c, bool backward, weights *w)
{
  if (c->prep) {
    *w = *(const weights *) c->prep;
    return SG_OK;
  }
  return make_weights(c->node, c->kernels, c->in[1].data, backward, c->tmp, w);
}

/* ---- One call -------------------------------------------------------------------------------- */

/* A call with its windows resolved. Position 0 of an input or output is the first of its window. */
typedef struct job {
  const sg_call *c;
  const sg_conv *v;
  const kernels_t *kern;
  weights w;
  const real *x;                /* [n][iw0][iw1][C] */
  real *y;                      /* [n][ow0][ow1][F] */
  const real *bias;
  bool relu, delta;
  int64_t n, iw[2], ow[2];
} job;

static void extents(const sg_slab *s, const int64_t full[2], int nd, int64_t w[2])
{
  w[0] = full[0];
  w[1] = full[1];
  if (s->start) w[s->axis - nd] = s->shape.d[s->axis];
}

static sg_status start_job(const sg_call *c, job *j)
{
  const sg_conv *v = c->node->conf;
  *j = (job){ .c = c, .v = v, .kern = c->kernels, .x = c->in[0].data, .y = c->out[0].data,
              .n = c->n, .delta = c->flags & SG_CALL_DELTA };
  if (!j->delta && sg_node_has(c->node, 2)) j->bias = c->in[2].data;
  j->relu = !j->delta && (c->node->flags & SG_NODE_RELU);
  extents(&c->in[0], v->in, v->nd, j->iw);
  extents(&c->out[0], v->out, v->nd, j->ow);
  return SG_REAL(sg_conv_get_weights)(c, false, &j->w);
}

/* Input position that tap 0 of item i's first output reads, per axis. */
static void first_tap(const job *j, int64_t i, int64_t first[2])
{
  const sg_slab *in = &j->c->in[0], *out = &j->c->out[0];
  int nd = j->v->nd;
  for (int a = 0; a < 2; a++) {
    int64_t os = out->start && out->axis - nd == a ? out->start[i] : 0;
    int64_t is = in->start && in->axis - nd == a ? in->start[i] : 0;
    first[a] = os * j->v->stride[a] - j->v->pad[a] - is;
  }
}

/* Whether all items' windows stand alike. */
static bool aligned(const job *j)
{
  int64_t a[2], b[2];
  first_tap(j, 0, a);
  for (int64_t i = 1; i < j->n && (j->c->in[0].start || j->c->out[0].start); i++) {
    first_tap(j, i, b);
    if (a[0] != b[0] || a[1] != b[1]) return false;
  }
  return true;
}

/* ---- 2. Look-up ------------------------------------------------------------------------------ */

static sg_status run_codes(const job *j)
{
  const sg_conv *v = j->v;
  SG_REAL(sg_lookup) l = { .table = j->w.table, .width = j->iw[1], .P = j->ow[1],
                           .stride = v->stride[1], .bias = j->bias, .ldy = v->F,
                           .y_pitch = j->ow[1] * v->F, .relu = j->relu };
  int64_t step = aligned(j) ? j->n : 1, first[2];
  l.tmp = sg_arena_alloc(j->c->tmp, j->kern->lookup_scratch(l.table, l.P, l.stride), 1);
  if (!l.tmp) return SG_ENOMEM;
  for (int64_t i = 0; i < j->n; i += step) {
    first_tap(j, i, first);
    l.first = -first[1];
    l.items = step;
    l.codes = j->c->in[0].codes + i * j->iw[1];
    l.y = j->y + i * l.y_pitch;
    j->kern->lookup(&l);
  }
  return SG_OK;
}

/* Codes spelled out as columns, for symbols that the table was not made for. */
static real *spell(const sg_conv *v, const sg_slab *in, int64_t n, sg_arena *tmp)
{
  int64_t m = n * in->shape.d[2];
  real *x = sg_arena_alloc(tmp, (size_t) (m * v->C), sizeof *x);
  for (int64_t i = 0; x && i < m; i++)
    for (int64_t c = 0; c < v->C; c++)
      x[i * v->C + c] = in->symbols->col[in->codes[i] % SG_MAX_SYMBOLS][c];
  return x;
}

/* ---- 3. Products ----------------------------------------------------------------------------- */

/* Rows and columns of input in memory, all positions that are read included. */
typedef struct area {
  const real *x;                /* where tap 0 of output 0 of the first item reads */
  int64_t pitch, row;           /* reals between items, between rows */
  real *y;                      /* output 0 of the first item */
  int64_t n, out[2];            /* items; outputs of each */
} area;

/* Segments of the sum (kernels.h), starting with kernel row r; returns how many rows they cover. */
static int64_t segments(const job *j, const area *a, int64_t g, int64_t r, SG_REAL(sg_gemm) *m)
{
  const sg_conv *v = j->v;
  m->A = a->x + r * v->dil[0] * a->row + g * v->Cg;
  m->B = j->w.packed + (size_t) g * j->w.step + r * v->k[1] * v->Cg * 32;
  m->b_rows = sg_conv_terms(v);
  if (v->groups == 1 && v->dil[1] == 1) {
    m->segs = v->k[0];
    m->seg_len = v->k[1] * v->C;
    m->seg_stride = v->dil[0] * a->row;
    return v->k[0];
  }
  m->segs = v->k[1];
  m->seg_len = v->Cg;
  m->seg_stride = v->dil[1] * v->C;
  return 1;
}

enum { FEW_ROWS = 8 };          /* of a tile of the product, so few that it stands half empty */

/* Makes the items the rows of the product, and the rows its items. */
static void turn_items(SG_REAL(sg_gemm) *m)
{
  int64_t rows = m->M, lda = m->lda, ldc = m->ldc;
  m->M = m->items;
  m->lda = m->a_pitch;
  m->ldc = m->c_pitch;
  m->items = rows;
  m->a_pitch = lda;
  m->c_pitch = ldc;
}

/* One group, kernel rows from r on. The rows of the product are the outputs of a row (of a column,
 * when rows have one output); the other axis, or else the batch, makes the items. */
static int64_t product(const job *j, const area *a, int64_t g, int64_t r)
{
  const sg_conv *v = j->v;
  bool tall = a->out[1] == 1;
  int64_t lda[2] = { v->stride[0] * a->row, v->stride[1] * v->C };
  int64_t ldc[2] = { j->ow[1] * v->F, v->F }, y_item = j->ow[0] * j->ow[1] * v->F;
  int along = tall ? 0 : 1, across = 1 - along;
  bool batch = a->out[across] == 1;
  SG_REAL(sg_gemm) m = { .M = a->out[along], .N = v->Fg, .lda = lda[along], .ldc = ldc[along],
                         .acc = r > 0, .items = batch ? a->n : a->out[across],
                         .a_pitch = batch ? a->pitch : lda[across],
                         .c_pitch = batch ? y_item : ldc[across] };
  int64_t rows = segments(j, a, g, r, &m);
  if (r + rows == v->k[0]) {
    m.bias = j->bias ? j->bias + g * v->Fg : NULL;
    m.relu = j->relu;
  }
  m.C = a->y + g * v->Fg;
  if (batch && m.M < FEW_ROWS && m.M < m.items) turn_items(&m);
  for (int64_t i = 0; i < (batch ? 1 : a->n); i++, m.A += a->pitch, m.C += y_item)
    j->kern->gemm(&m);
  return rows;
}

static void depthwise(const job *j, const area *a)
{
  const sg_conv *v = j->v;
  SG_REAL(sg_depthwise) d = { .P = a->out[1], .channels = v->C, .taps = v->k[1],
                              .stride = v->stride[1], .dilation = v->dil[1], .ldx = v->C,
                              .w = j->w.depthwise, .bias = j->bias, .ldy = v->F,
                              .relu = j->relu };
  for (int64_t i = 0; i < a->n; i++) {
    d.x = a->x + i * a->pitch;
    d.y = a->y + i * j->ow[1] * v->F;
    j->kern->depthwise(&d);
  }
}

static sg_status narrow(const job *j, const area *a)
{
  const sg_conv *v = j->v;
  SG_REAL(sg_narrow) d = { .P = a->out[1], .channels = v->C, .taps = v->k[1],
                           .dilation = v->dil[1], .F = v->F, .w = j->w.narrow, .bias = j->bias,
                           .ldy = v->F, .relu = j->relu };
  d.tmp = sg_arena_alloc(j->c->tmp, j->kern->narrow_scratch(&d) + 1, 1);
  if (!d.tmp) return SG_ENOMEM;
  for (int64_t i = 0; i < a->n; i++) {
    d.x = a->x + i * a->pitch;
    d.y = a->y + i * j->ow[1] * v->F;
    j->kern->narrow(&d);
  }
  return SG_OK;
}

static sg_status run_area(const job *j, const area *a)
{
  if (j->w.narrow && a->out[1] >= NARROW_MIN) return narrow(j, a);
  if (j->w.depthwise) {
    depthwise(j, a);
    return SG_OK;
  }
  for (int64_t g = 0; g < j->v->groups; g++)
    for (int64_t r = 0; r < j->v->k[0];) r += product(j, a, g, r);
  return SG_OK;
}

/* ---- 4. Windows and edges -------------------------------------------------------------------- */

enum {
  COPY_REALS = 128 * 1024,      /* a padded copy of several items stays in the second-level cache */
  CHEAP_COPY = 1024             /* multiply-adds per input element from which copying it is
                                 * nothing */
};

/* Outputs first .. first + count of each row. */
typedef struct range { int64_t first, count; } range;

static int64_t span(const sg_conv *v, int a, int64_t outputs)
{
  return (outputs - 1) * v->stride[a] + (v->k[a] - 1) * v->dil[a] + 1;
}

/* Copies what an item's outputs read into [h][w][C]; zero beyond its window. */
static void copy_padded(const job *j, int64_t item, const int64_t first[2], const int64_t size[2],
                        real *to)
{
  int64_t C = j->v->C, lo = first[1] < 0 ? -first[1] : 0, hi = j->iw[1] - first[1];
  const real *x = j->x + item * j->iw[0] * j->iw[1] * C;
  if (hi > size[1]) hi = size[1];
  for (int64_t h = 0; h < size[0]; h++, to += size[1] * C) {
    int64_t q = first[0] + h;
    bool empty = q < 0 || q >= j->iw[0] || hi <= lo;
    int64_t b = empty ? 0 : lo, e = empty ? 0 : hi;
    memset(to, 0, (size_t) (b * C) * sizeof *to);
    if (e > b)
      memcpy(to + b * C, x + (q * j->iw[1] + first[1] + b) * C,
             (size_t) ((e - b) * C) * sizeof *to);
    memset(to + e * C, 0, (size_t) ((size[1] - e) * C) * sizeof *to);
  }
}

/* Outputs of `r` from padded copies, several items at a time. */
static sg_status run_copied(const job *j, range r)
{
  const sg_conv *v = j->v;
  int64_t size[2] = { span(v, 0, j->ow[0]), span(v, 1, r.count) }, first[2];
  int64_t item = size[0] * size[1] * v->C, step = COPY_REALS / item;
  if (step < 1) step = 1;
  if (step > j->n) step = j->n;
  real *copy = sg_arena_alloc(j->c->tmp, (size_t) (step * item), sizeof *copy);
  if (!copy) return SG_ENOMEM;
  for (int64_t i = 0; i < j->n; i += step) {
    area a = { .x = copy, .pitch = item, .row = size[1] * v->C,
               .y = j->y + (i * j->ow[0] * j->ow[1] + r.first) * v->F,
               .n = j->n - i < step ? j->n - i : step, .out = { j->ow[0], r.count } };
    for (int64_t k = 0; k < a.n; k++) {
      first_tap(j, i + k, first);
      first[1] += r.first * v->stride[1];
      copy_padded(j, i + k, first, size, copy + k * item);
    }
    sg_status s = run_area(j, &a);
    if (s) return s;
  }
  return SG_OK;
}

/* Outputs of `r`, which read nothing beyond the window; all items alike. */
static sg_status run_direct(const job *j, range r)
{
  const sg_conv *v = j->v;
  int64_t first[2];
  first_tap(j, 0, first);
  first[1] += r.first * v->stride[1];
  area a = { .x = j->x + (first[0] * j->iw[1] + first[1]) * v->C,
             .pitch = j->iw[0] * j->iw[1] * v->C, .row = j->iw[1] * v->C, .y = j->y +
                 r.first * v->F,
             .n = j->n, .out = { j->ow[0], r.count } };
  return run_area(j, &a);
}

/* Outputs that need no padding. */
static range inner(const job *j)
{
  const sg_conv *v = j->v;
  int64_t first[2], lo, hi;
  first_tap(j, 0, first);
  if (!aligned(j) || first[0] < 0 || first[0] + span(v, 0, j->ow[0]) > j->iw[0])
    return (range){ 0, 0 };
  lo = first[1] < 0 ? (-first[1] + v->stride[1] - 1) / v->stride[1] : 0;
  hi = j->iw[1] - first[1] - span(v, 1, 1);
  hi = hi < 0 ? 0 : hi / v->stride[1] + 1;
  if (hi > j->ow[1]) hi = j->ow[1];
  return hi > lo ? (range){ lo, hi - lo } : (range){ 0, 0 };
}

/* Padding by a copy of everything costs little where an element is used often; else most outputs
 * are computed in place and only the edges from copies. */
static sg_status run_rows(const job *j)
{
  const sg_conv *v = j->v;
  range in = inner(j), all = { 0, j->ow[1] };
  if (in.count == all.count) return run_direct(j, all);
  if (v->k[0] * v->k[1] * v->Fg >= CHEAP_COPY || 2 * in.count < all.count)
    return run_copied(j, all);
  range left = { 0, in.first }, right = { in.first + in.count, all.count - in.first - in.count };
  sg_status s = run_direct(j, in);
  if (!s && left.count) s = run_copied(j, left);
  return s || !right.count ? s : run_copied(j, right);
}

/* ---- 5. DELTA -------------------------------------------------------------------------------- */

/* Adds what one tap makes of the inputs under output row `oh`: only outputs whose tap stands in the
 * window. */
static void delta_tap(const job *j, int64_t i, const int64_t first[2], int64_t oh,
                      const int64_t tap[2])
{
  const sg_conv *v = j->v;
  int64_t h = first[0] + oh * v->stride[0] + tap[0] * v->dil[0];
  int64_t q = first[1] + tap[1] * v->dil[1];
  int64_t lo = q < 0 ? (-q + v->stride[1] - 1) / v->stride[1] : 0;
  int64_t hi = j->iw[1] - 1 - q < 0 ? 0 : (j->iw[1] - 1 - q) / v->stride[1] + 1;
  if (hi > j->ow[1]) hi = j->ow[1];
  if (h < 0 || h >= j->iw[0] || hi <= lo) return;
  SG_REAL(sg_gemm) m = { .M = hi - lo, .N = v->Fg, .segs = 1, .seg_len = v->Cg,
                         .lda = v->stride[1] * v->C, .b_rows = sg_conv_terms(v), .ldc = v->F,
                         .acc = true };
  for (int64_t g = 0; g < v->groups; g++) {
    m.A = j->x + ((i * j->iw[0] + h) * j->iw[1] + q + lo * v->stride[1]) * v->C + g * v->Cg;
    m.B = j->w.packed + (size_t) g * j->w.step + (tap[0] * v->k[1] + tap[1]) * v->Cg * 32;
    m.C = j->y + ((i * j->ow[0] + oh) * j->ow[1] + lo) * v->F + g * v->Fg;
    j->kern->gemm(&m);
  }
}

/* Differences are zero outside the window: each tap multiplies the inputs that changed, no more. */
static void run_delta(const job *j)
{
  const sg_conv *v = j->v;
  int64_t first[2], tap[2];
  memset(j->y, 0, (size_t) (j->n * j->ow[0] * j->ow[1] * v->F) * sizeof *j->y);
  for (int64_t i = 0; i < j->n; i++) {
    first_tap(j, i, first);
    for (int64_t oh = 0; oh < j->ow[0]; oh++)
      for (tap[0] = 0; tap[0] < v->k[0]; tap[0]++)
        for (tap[1] = 0; tap[1] < v->k[1]; tap[1]++) delta_tap(j, i, first, oh, tap);
  }
}

sg_status SG_REAL(sg_conv_forward)(const sg_call *c)
{
  const sg_slab *in = &c->in[0];
  job j;
  sg_status s = start_job(c, &j);
  if (s) return s;
  if (in->codes && j.w.table && SG_REAL(sg_conv_symbols_fit)(j.v, in->symbols))
    return run_codes(&j);
  if (in->codes && !(j.x = spell(j.v, in, c->n, c->tmp))) return SG_ENOMEM;
  if (!j.delta) return run_rows(&j);
  run_delta(&j);
  return SG_OK;
}

/* ---- 6. vjp ----------------------------------------------------------------------------------
 *
 * y = sum over taps of W_t x_t, so x's gradient is the sum over taps of W_t^T g, each added where
 * the tap stands: one product a tap (few channels: one for all taps, whose pieces are added then,
 * col2im). Where nearly all of g is zero, as behind a pool over many positions, filter by filter
 * instead. W's gradient is the sum of outer products of g and the input under each tap; b's the sum
 * of g. */

enum {
  VJP_ROWS = 32,                /* outputs whose products are held at a time */
  FEW = 8                       /* below one in so many that are not 0 a product is not worth it */
};

/* One item and one group. */
typedef struct back {
  const sg_conv *v;
  const kernels_t *kern;
  const weights *w;
  int64_t g;
  const real *gy;               /* [out][F], from the group's first filter on */
  real *gx;                     /* [in][C], from the group's first channel on */
} back;

/* Outputs of a row, on axis a, whose tap t stands inside the input. */
static range inside(const sg_conv *v, int a, int64_t t)
{
  int64_t at = t * v->dil[a] - v->pad[a], s = v->stride[a];
  int64_t lo = at < 0 ? (-at + s - 1) / s : 0;
  int64_t hi = at >= v->in[a] ? 0 : (v->in[a] - 1 - at) / s + 1;
  if (hi > v->out[a]) hi = v->out[a];
  return (range){ lo, hi > lo ? hi - lo : 0 };
}

/* The product of every tap, added in place: the rows of an axis are M, the other axis is items. */
static void back_taps(const back *b)
{
  const sg_conv *v = b->v;
  for (int64_t t = 0; t < v->k[0] * v->k[1]; t++) {
    int64_t tap[2] = { t / v->k[1], t % v->k[1] };
    range r[2] = { inside(v, 0, tap[0]), inside(v, 1, tap[1]) };
    int64_t at[2];
    if (!r[0].count || !r[1].count) continue;
    for (int a = 0; a < 2; a++)
      at[a] = r[a].first * v->stride[a] + tap[a] * v->dil[a] - v->pad[a];
    size_t block = (size_t) (b->g * v->k[0] * v->k[1] + t);
    SG_REAL(sg_gemm) m = { .M = r[1].count, .N = v->Cg, .segs = 1, .seg_len = v->Fg,
                           .lda = v->F, .ldc = v->stride[1] * v->C, .acc = true,
                           .items = r[0].count, .a_pitch = v->out[1] * v->F,
                           .c_pitch = v->stride[0] * v->in[1] * v->C,
                           .A = b->gy + (r[0].first * v->out[1] + r[1].first) * v->F,
                           .B = b->w->packed_taps + block * b->w->step_tap,
                           .C = b->gx + (at[0] * v->in[1] + at[1]) * v->C };
    b->kern->gemm(&m);
  }
}

/* Adds part[K], what one output gives, times `by`. */
static void scatter(const back *b, int64_t p, real by, const real *part)
{
  const sg_conv *v = b->v;
  int64_t h0 = p / v->out[1] * v->stride[0] - v->pad[0];
  int64_t w0 = p % v->out[1] * v->stride[1] - v->pad[1];
  bool row = v->dil[1] == 1 && v->groups == 1;      /* the taps of a row lie side by side */
  int64_t taps = row ? 1 : v->k[1], lo = 0, n = v->Cg;
  if (row) {
    int64_t hi = w0 + v->k[1] > v->in[1] ? v->in[1] - w0 : v->k[1];
    lo = w0 < 0 ? -w0 : 0;
    n = (hi - lo) * v->C;
    if (n <= 0) return;
  }
  for (int64_t r = 0; r < v->k[0]; r++, part += v->k[1] * v->Cg) {
    int64_t h = h0 + r * v->dil[0];
    if (h < 0 || h >= v->in[0]) continue;
    for (int64_t t = 0; t < taps; t++) {
      int64_t x = w0 + (row ? lo : t * v->dil[1]);
      if (x < 0 || x >= v->in[1]) continue;
      b->kern->add_scaled(n, by, part + (t + lo) * v->Cg, b->gx + (h * v->in[1] + x) * v->C);
    }
  }
}

/* The filters of the outputs at[n] that are not 0, one by one. */
static void back_few(const back *b, const int32_t *at, int64_t n)
{
  const sg_conv *v = b->v;
  const real *filters = b->w->filters + b->g * v->Fg * sg_conv_terms(v);
  for (int64_t i = 0; i < n; i++)
    scatter(b, at[i] / v->F, b->gy[at[i]], filters + at[i] % v->F * sg_conv_terms(v));
}

static void back_columns(const back *b, real *part)
{
  const sg_conv *v = b->v;
  int64_t K = sg_conv_terms(v), out = v->out[0] * v->out[1];
  for (int64_t p = 0; p < out; p += VJP_ROWS) {
    SG_REAL(sg_gemm) m = { .M = out - p < VJP_ROWS ? out - p : VJP_ROWS, .N = K, .segs = 1,
                           .seg_len = v->Fg, .A = b->gy + p * v->F, .lda = v->F,
                           .B = b->w->packed_t + (size_t) b->g * b->w->step_t, .C = part,
                           .ldc = K };
    b->kern->gemm(&m);
    for (int64_t q = 0; q < m.M; q++) scatter(b, p + q, 1, part + q * K);
  }
}

static sg_status vjp_input(const sg_call *c, const weights *w, const real *gy, real *gx)
{
  const sg_conv *v = c->node->conf;
  const kernels_t *kern = c->kernels;
  int64_t out = v->out[0] * v->out[1] * v->F, in = v->in[0] * v->in[1] * v->C;
  int64_t most = v->groups == 1 && out <= INT32_MAX ? out / FEW : 0, n = 1;
  real *part = sg_arena_alloc(c->tmp, (size_t) (VJP_ROWS * sg_conv_terms(v)), sizeof *part);
  int32_t *at = sg_arena_alloc(c->tmp, (size_t) most + 1, sizeof *at);
  if (!part || !at) return SG_ENOMEM;
  for (int64_t i = 0; i < c->n; i++, gy += out, gx += in) {
    if (most) n = kern->nonzeros(out, gy, most, at);
    for (int64_t g = 0; g < v->groups; g++) {
      back b = { v, kern, w, g, gy + g * v->Fg, gx + g * v->Cg };
      if (n <= most) back_few(&b, at, n);
      else if (w->packed_taps) back_taps(&b);
      else back_columns(&b, part);
    }
  }
  return SG_OK;
}

/* Input element under tap (r, t) of output (oh, ow), relative to the item; false: none. */
static bool under(const sg_conv *v, int64_t oh, int64_t ow, int64_t r, int64_t t, int64_t *at)
{
  int64_t h = oh * v->stride[0] + r * v->dil[0] - v->pad[0];
  int64_t w = ow * v->stride[1] + t * v->dil[1] - v->pad[1];
  *at = (h * v->in[1] + w) * v->C;
  return h >= 0 && h < v->in[0] && w >= 0 && w < v->in[1];
}

/* Adds one output's outer products to gW[F][Cg][rows][columns]. */
static void vjp_tap(const sg_conv *v, const real *x, const real *gy, int64_t tap, real *gw)
{
  int64_t taps = v->k[0] * v->k[1];
  for (int64_t f = 0; f < v->F; f++) {
    const real *from = x + f / v->Fg * v->Cg;
    for (int64_t c = 0; c < v->Cg; c++) gw[(f * v->Cg + c) * taps + tap] += gy[f] * from[c];
  }
}

static void vjp_weights(const sg_call *c, const real *x, const real *gy, real *gw)
{
  const sg_conv *v = c->node->conf;
  int64_t out = v->out[0] * v->out[1], in = v->in[0] * v->in[1] * v->C, at;
  for (int64_t i = 0; i < c->n; i++, x += in) {
    for (int64_t p = 0; p < out; p++, gy += v->F) {
      int64_t tap = 0;
      for (int64_t r = 0; r < v->k[0]; r++)
        for (int64_t t = 0; t < v->k[1]; t++, tap++)
          if (under(v, p / v->out[1], p % v->out[1], r, t, &at)) vjp_tap(v, x + at, gy, tap, gw);
    }
  }
}

static void vjp_bias(const sg_conv *v, int64_t n, const real *gy, real *gb)
{
  for (int64_t i = 0; i < n * v->out[0] * v->out[1]; i++, gy += v->F)
    for (int64_t f = 0; f < v->F; f++) gb[f] += gy[f];
}

sg_status SG_REAL(sg_conv_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  const sg_conv *v = c->node->conf;
  const real *gy = gout[0].data, *x = c->in[0].data;
  weights w;
  if (gin[0].data) {
    sg_status s = SG_REAL(sg_conv_get_weights)(c, true, &w);
    if (!s && !w.filters)
      s = make_weights(c->node, c->kernels, c->in[1].data, true, c->tmp, &w);
    if (!s) s = vjp_input(c, &w, gy, gin[0].data);
    if (s) return s;
  }
  if (gin[1].data) {
    if (c->in[0].codes) x = spell(v, &c->in[0], c->n, c->tmp);
    if (!x) return SG_ENOMEM;
    vjp_weights(c, x, gy, gin[1].data);
  }
  if (c->node->n_in > 2 && gin[2].data) vjp_bias(v, c->n, gy, gin[2].data);
  return SG_OK;
}
