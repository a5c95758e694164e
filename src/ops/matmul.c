/* ops/matmul.c: MatMul: numpy's product of stacks of matrices.
 *
 *   Y[..., t, s] = sum over k of A[..., t, k] B[..., k, s]
 *
 * Contents
 *   1. attributes and shapes
 *   2. reach and need
 *   3. weights
 *   4. matrices out of slabs
 *   5. forward and vjp
 *   6. samples, table
 *
 * A vector is a matrix of one row (A) or column (B) whose axis is dropped from the result.
 * Activation by constant, either way round, is LINEAR, two activations are a PRODUCT. A dense layer
 * (A is [N][K], B a constant matrix) is one product for all items; everything else goes matrix by
 * matrix.
 */
#include <string.h>

#include "kernels/kernels.h"
#include "model/fold.h"
#include "model/op.h"

typedef SG_REAL(sg_kernels) kernels_t;

/* ---- 1. Attributes and shapes ---------------------------------------------------------------- */

typedef struct conf {
  bool dense;                   /* A [N][K] x constant */
  int64_t T, K, S;
  int rank;                     /* axes of the longer operand, at least 2 */
  int row[2], col[2];           /* axes of rows and columns of A and B; -1: dropped */
  int out_row, out_col;         /* axes of Y */
} conf;

static sg_status configure(sg_node *node, sg_err *err)
{
  node->conf = sg_arena_calloc(node->mem, 1, sizeof(conf));
  if (!node->conf) return sg_fail(err, SG_ENOMEM, "out of memory");
  node->family = sg_node_activations(node) == 2 ? SG_PRODUCT : SG_LINEAR;
  if (node->family == SG_LINEAR) node->flags |= SG_NODE_WEIGHTS;
  return SG_OK;
}

/* Length of an operand's axis; 1 for what is dropped. */
static int64_t length(const sg_shape *s, int axis)
{
  return axis < 0 ? 1 : s->d[axis];
}

/* Which axes are rows and columns. */
static void find_axes(conf *c, const sg_shape *a, const sg_shape *b)
{
  c->rank = a->nd > b->nd ? a->nd : b->nd;
  if (c->rank < 2) c->rank = 2;
  c->row[0] = a->nd - 2;        /* -1 for a vector */
  c->col[0] = a->nd - 1;
  c->row[1] = b->nd > 1 ? b->nd - 2 : 0;
  c->col[1] = b->nd > 1 ? b->nd - 1 : -1;
  c->out_row = c->row[0] < 0 ? -1 : c->rank - 2;
  c->out_col = c->col[1] < 0 ? -1 : c->rank - 1 - (c->row[0] < 0);
  c->T = length(a, c->row[0]);
  c->K = length(a, c->col[0]);
  c->S = length(b, c->col[1]);
}

/* Whether the slices of a constant along axis 0 are all equal. */
static bool same_slices(const sg_tensor *t)
{
  int64_t n = sg_shape_count(&t->shape), item = n / (t->shape.d[0] ? t->shape.d[0] : 1);
  for (int64_t i = item; i < n; i++)
    if (sg_tensor_f64(t, i) != sg_tensor_f64(t, i - item)) return false;
  return true;
}

/* The batch must be the first axis of the result, no matrix may hold several items, and a constant
 * may not differ from item to item. */
static bool batch_fits(const sg_node *node)
{
  const conf *c = node->conf;
  if (c->dense) return true;
  for (int k = 0; k < 2; k++) {
    const sg_shape *s = &node->in[k].shape;
    if (s->batched && (s->nd < 3 || s->nd != c->rank)) return false;
    if (!s->batched && s->nd > 2 && s->nd == c->rank &&
        (!node->in[k].tensor || !same_slices(node->in[k].tensor)))
      return false;
  }
  return true;
}

/* Axes before the matrices: equal, or 1. */
static sg_status infer_outer(sg_node *node, sg_shape *y, sg_err *err)
{
  const conf *c = node->conf;
  for (int k = 0; k < 2; k++) {
    const sg_shape *s = &node->in[k].shape;
    for (int x = 0; x < s->nd - 2; x++) {
      int64_t *d = &y->d[x + c->rank - s->nd];
      if (*d == s->d[x] || s->d[x] == 1) continue;
      if (*d != 1) return sg_node_misfit(node, err, "operands do not broadcast: %d and %d",
                                         (int) *d, (int) s->d[x]);
      *d = s->d[x];
    }
  }
  return SG_OK;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  conf *c = node->conf;
  const sg_shape *a = &node->in[0].shape, *b = &node->in[1].shape;
  bool y_batched = a->batched || b->batched;
  if (a->nd < 1 || b->nd < 1) return sg_node_misfit(node, err, "an operand is a single number");
  find_axes(c, a, b);
  c->dense = a->batched && a->nd == 2 && !b->batched && b->nd <= 2;
  if (length(b, c->row[1]) != c->K || c->K < 1)
    return sg_node_misfit(node, err, "rows of %d numbers by columns of %d", (int) c->K,
                          (int) length(b, c->row[1]));
  if (y_batched && !batch_fits(node))
    return sg_node_refuse(node, err, "a product across the items of a batch is not implemented");
  sg_shape y = { .nd = c->rank - 2, .batched = y_batched };
  for (int x = 0; x < y.nd; x++) y.d[x] = 1;
  sg_status s = infer_outer(node, &y, err);
  if (s) return s;
  if (c->out_row >= 0) y.d[y.nd++] = c->T;
  if (c->out_col >= 0) y.d[y.nd++] = c->S;
  node->out[0].shape = y;
  node->out[0].dtype = node->in[0].dtype;
  return SG_OK;
}

/* ---- 2. Reach and need ----------------------------------------------------------------------- */

/* The axis of Y that axis `axis` of operand k becomes; -1: it is summed over, or repeated. */
static int becomes(const sg_node *node, int k, int axis)
{
  const conf *c = node->conf;
  const sg_shape *s = &node->in[k].shape;
  if (c->dense || axis < 0 || axis >= s->nd) return -1;
  if (axis == c->row[k]) return k == 0 ? c->out_row : -1;
  if (axis == c->col[k]) return k == 1 ? c->out_col : -1;
  int y = axis + c->rank - s->nd;
  return node->out[0].shape.d[y] == s->d[axis] ? y : -1;
}

static bool reach(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out)
{
  int axis = becomes(node, k, in->axis);
  (void) o;
  *out = (sg_interval){ axis, in->lo, in->hi };
  return axis >= 0;
}

static bool need(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in)
{
  (void) o;
  for (int axis = 0; axis < node->in[k].shape.nd; axis++) {
    if (becomes(node, k, axis) != out->axis) continue;
    *in = (sg_interval){ axis, out->lo, out->hi };
    return true;
  }
  return false;
}

static int64_t madds(const sg_node *node)
{
  const conf *c = node->conf;
  return sg_shape_item(&node->out[0].shape) * c->K;
}

/* ---- 3. Weights ------------------------------------------------------------------------------ */

typedef struct weights {
  real *packed, *packed_t;      /* B as [K][S], and transposed, when it is one constant matrix */
} weights;

static sg_status make_weights(const conf *c, const kernels_t *kern, const real *B, sg_arena *mem,
                              weights *w)
{
  w->packed = sg_arena_alloc(mem, kern->pack_bytes(c->K, c->S), 1);
  w->packed_t = sg_arena_alloc(mem, kern->pack_bytes(c->S, c->K), 1);
  if (!w->packed || !w->packed_t) return SG_ENOMEM;
  kern->pack(c->K, c->S, B, c->S, 1, w->packed);
  kern->pack(c->S, c->K, B, 1, c->S, w->packed_t);
  return SG_OK;
}

static sg_status prepare(const sg_node *node, const void *kernels, bool backward, sg_arena *mem,
                         const void **prep, sg_err *err)
{
  const conf *c = node->conf;
  const sg_tensor *b = node->in[1].tensor;
  (void) backward;
  if (!b || sg_shape_count(&b->shape) != c->K * c->S) return SG_OK;
  weights *w = sg_arena_alloc(mem, 1, sizeof *w);
  const real *B = sg_tensor_real(b, SG_IS_F64, mem);
  if (!w || !B || make_weights(c, kernels, B, mem, w))
    return sg_fail(err, SG_ENOMEM, "out of memory");
  *prep = w;
  return SG_OK;
}

/* ---- 4. Matrices out of slabs ---------------------------------------------------------------- */

/* A stretch of a slab's matrix: rows r0 .. r0 + R and columns c0 .. c0 + C of the whole tensor. */
typedef struct part { int64_t r0, R, c0, C; } part;

/* One matrix of a slab: item and outer position fixed. */
typedef struct matrix {
  real *at;                     /* NULL: outside the window */
  int64_t rs, cs;               /* strides */
  int64_t row0, rows, col0, cols;   /* what the window holds of it */
} matrix;

/* The matrix of slab s at item `item` and outer index idx[] (of the whole result, aligned at the
 * last outer axis); row, col: its axes. */
static matrix find_matrix(const sg_slab *s, int row, int col, int64_t item, const int64_t *idx,
                          int rank)
{
  int64_t st[SG_MAX_RANK];
  matrix m = { .at = s->data, .rows = 1, .cols = 1 };
  sg_strides(&s->shape, st);
  for (int x = 0; x < s->shape.nd; x++) {
    int64_t d = s->shape.d[x], from = s->start && x == s->axis ? s->start[item] : 0;
    if (x == row) m.rs = st[x], m.row0 = from, m.rows = d;
    else if (x == col) m.cs = st[x], m.col0 = from, m.cols = d;
    else if (x == 0 && s->shape.batched) m.at += item * st[0];
    else {
      int64_t i = (s->start && x == s->axis) || d > 1 ? idx[x + rank - s->shape.nd] - from : 0;
      if (i < 0 || i >= d) m.at = NULL;
      if (m.at) m.at += i * st[x];
    }
  }
  return m;
}

static bool inside(const matrix *m, int64_t r, int64_t c)
{
  return m->at && r >= 0 && r < m->rows && c >= 0 && c < m->cols;
}

static void gather(const matrix *m, const part *p, real *to)
{
  for (int64_t r = p->r0 - m->row0; r < p->r0 - m->row0 + p->R; r++)
    for (int64_t c = p->c0 - m->col0; c < p->c0 - m->col0 + p->C; c++)
      *to++ = inside(m, r, c) ? m->at[r * m->rs + c * m->cs] : 0;
}

static void scatter(const matrix *m, const part *p, bool add, const real *from)
{
  for (int64_t r = p->r0 - m->row0; r < p->r0 - m->row0 + p->R; r++)
    for (int64_t c = p->c0 - m->col0; c < p->c0 - m->col0 + p->C; c++, from++)
      if (inside(m, r, c)) m->at[r * m->rs + c * m->cs] = (add ? m->at[r * m->rs + c * m->cs] : 0) +
                                                         *from;
}

/* ---- 5. Forward and vjp ---------------------------------------------------------------------- */

/* All matrices of a call, one after the other, dense in scratch. */
typedef struct walk {
  const sg_call *c;
  const conf *f;
  part y;                       /* rows and columns of this item's result */
  real *A, *B, *Y;              /* [R][K], [K][C], [R][C] */
  real *packed;                 /* B for the kernel */
  weights w;                    /* constant B, packed before; NULL: pack each */
  sg_slab ga, gb;               /* vjp: gradients, data may be NULL */
  const sg_slab *gy;
} walk;

static part result_part(const sg_call *c, int64_t item)
{
  const conf *f = c->node->conf;
  const sg_slab *o = &c->out[0];
  part p = { 0, f->T, 0, f->S };
  if (o->start && o->axis == f->out_row) p.r0 = o->start[item], p.R = o->shape.d[o->axis];
  if (o->start && o->axis == f->out_col) p.c0 = o->start[item], p.C = o->shape.d[o->axis];
  return p;
}

static void forward_matrix(walk *w, int64_t item, const int64_t *idx)
{
  const conf *f = w->f;
  const sg_call *c = w->c;
  const kernels_t *kern = c->kernels;
  part a = { w->y.r0, w->y.R, 0, f->K }, b = { 0, f->K, w->y.c0, w->y.C };
  matrix ma = find_matrix(&c->in[0], f->row[0], f->col[0], item, idx, f->rank);
  matrix my = find_matrix(&c->out[0], f->out_row, f->out_col, item, idx, c->out[0].shape.nd);
  bool ready = w->w.packed && b.C == f->S;
  gather(&ma, &a, w->A);
  if (!ready) {
    matrix mb = find_matrix(&c->in[1], f->row[1], f->col[1], item, idx, f->rank);
    gather(&mb, &b, w->B);
    kern->pack(b.R, b.C, w->B, b.C, 1, w->packed);
  }
  SG_REAL(sg_gemm) m = { .M = a.R, .N = b.C, .segs = 1, .seg_len = f->K, .A = w->A, .lda = f->K,
                         .B = ready ? w->w.packed : w->packed, .C = w->Y, .ldc = b.C };
  kern->gemm(&m);
  scatter(&my, &w->y, false, w->Y);
}

/* gA += gY B^T, gB += A^T gY, for what is wanted. */
static void vjp_matrix(walk *w, int64_t item, const int64_t *idx)
{
  const conf *f = w->f;
  const sg_call *c = w->c;
  part a = { 0, f->T, 0, f->K }, b = { 0, f->K, 0, f->S };
  matrix my = find_matrix(w->gy, f->out_row, f->out_col, item, idx, c->out[0].shape.nd);
  matrix ma = find_matrix(&c->in[0], f->row[0], f->col[0], item, idx, f->rank);
  matrix mb = find_matrix(&c->in[1], f->row[1], f->col[1], item, idx, f->rank);
  gather(&my, &w->y, w->Y);
  for (int64_t t = 0; w->ga.data && t < f->T; t++) {
    matrix mg = find_matrix(&w->ga, f->row[0], f->col[0], item, idx, f->rank);
    part p = { t, 1, 0, f->K };
    gather(&mb, &b, w->B);
    for (int64_t k = 0; k < f->K; k++) {
      w->A[k] = 0;
      for (int64_t s = 0; s < f->S; s++) w->A[k] += w->Y[t * f->S + s] * w->B[k * f->S + s];
    }
    scatter(&mg, &p, true, w->A);
  }
  if (!w->gb.data) return;
  matrix mg = find_matrix(&w->gb, f->row[1], f->col[1], item, idx, f->rank);
  gather(&ma, &a, w->A);
  memset(w->B, 0, (size_t) (f->K * f->S) * sizeof *w->B);
  for (int64_t t = 0; t < f->T; t++)
    for (int64_t k = 0; k < f->K; k++)
      for (int64_t s = 0; s < f->S; s++)
        w->B[k * f->S + s] += w->A[t * f->K + k] * w->Y[t * f->S + s];
  scatter(&mg, &b, true, w->B);
}

/* Calls `visit` for every matrix of the result. idx counts the outer axes in whole-tensor
 * positions, the batch left out. */
static void each_matrix(walk *w, void (*visit)(walk *, int64_t, const int64_t *))
{
  const sg_slab *o = &w->c->out[0];
  int outer = w->f->rank - 2, first = o->shape.batched;
  for (int64_t item = 0; item < w->c->n; item++) {
    int64_t idx[SG_MAX_RANK] = {0}, count = 1;
    for (int x = first; x < outer; x++) count *= o->shape.d[x];
    w->y = result_part(w->c, item);
    for (int64_t i = 0; i < count; i++) {
      int64_t rest = i;
      for (int x = outer - 1; x >= first; x--) {
        idx[x] = rest % o->shape.d[x] + (o->start && o->axis == x ? o->start[item] : 0);
        rest /= o->shape.d[x];
      }
      visit(w, item, idx);
    }
  }
}

static sg_status start_walk(const sg_call *c, walk *w)
{
  const conf *f = c->node->conf;
  const kernels_t *kern = c->kernels;
  w->c = c;
  w->f = f;
  if (c->prep) w->w = *(const weights *) c->prep;
  w->A = sg_arena_alloc(c->tmp, (size_t) (f->T * f->K), sizeof *w->A);
  w->B = sg_arena_alloc(c->tmp, (size_t) (f->K * f->S), sizeof *w->B);
  w->Y = sg_arena_alloc(c->tmp, (size_t) (f->T * f->S), sizeof *w->Y);
  w->packed = sg_arena_alloc(c->tmp, kern->pack_bytes(f->K, f->S), 1);
  return w->A && w->B && w->Y && w->packed ? SG_OK : SG_ENOMEM;
}

static sg_status get_weights(const sg_call *c, weights *w)
{
  if (!c->prep) return make_weights(c->node->conf, c->kernels, c->in[1].data, c->tmp, w);
  *w = *(const weights *) c->prep;
  return SG_OK;
}

static sg_status forward(const sg_call *c)
{
  const conf *f = c->node->conf;
  const kernels_t *kern = c->kernels;
  walk w = {0};
  if (!f->dense) {
    sg_status s = start_walk(c, &w);
    if (!s) each_matrix(&w, forward_matrix);
    return s;
  }
  sg_status s = get_weights(c, &w.w);
  if (s) return s;
  SG_REAL(sg_gemm) m = { .M = c->n, .N = f->S, .segs = 1, .seg_len = f->K, .A = c->in[0].data,
                         .lda = f->K, .B = w.w.packed, .C = c->out[0].data, .ldc = f->S };
  kern->gemm(&m);
  return SG_OK;
}

static sg_status vjp_dense(const sg_call *c, const real *gy, real *ga, real *gb)
{
  const conf *f = c->node->conf;
  const kernels_t *kern = c->kernels;
  const real *a = c->in[0].data;
  weights w;
  sg_status s = get_weights(c, &w);
  if (s) return s;
  SG_REAL(sg_gemm) m = { .M = c->n, .N = f->K, .segs = 1, .seg_len = f->S, .A = gy, .lda = f->S,
                         .B = w.packed_t, .C = ga, .ldc = f->K, .acc = true };
  if (ga) kern->gemm(&m);
  for (int64_t i = 0; gb && i < c->n; i++)
    for (int64_t k = 0; k < f->K; k++)
      for (int64_t t = 0; t < f->S; t++) gb[k * f->S + t] += a[i * f->K + k] * gy[i * f->S + t];
  return SG_OK;
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  const conf *f = c->node->conf;
  walk w = { .ga = gin[0], .gb = gin[1], .gy = &gout[0] };
  if (f->dense) return vjp_dense(c, gout[0].data, gin[0].data, gin[1].data);
  sg_status s = start_walk(c, &w);
  if (!s) each_matrix(&w, vjp_matrix);
  return s;
}

/* ---- 6. Samples, table ----------------------------------------------------------------------- */

static int64_t draw(sg_sample *s, int64_t lo, int64_t hi)
{
  return lo + (int64_t) sg_rng_below(s->rng, (uint64_t) (hi - lo + 1));
}

static void sample(sg_sample *s)
{
  int64_t T = draw(s, 1, 5), K = draw(s, 1, 6), S = draw(s, 1, draw(s, 0, 3) ? 5 : 40);
  int64_t H = draw(s, 1, 3);
  sg_shape *a = &s->in[0].shape, *b = &s->in[1].shape;
  s->n_in = 2;
  switch (draw(s, 0, 6)) {
    case 0:
      *a = (sg_shape){ .nd = 2, .batched = true, .d = { 0, K } };
      *b = (sg_shape){ .nd = 2, .d = { K, S } };
      break;
    case 1:
      *a = (sg_shape){ .nd = (int) draw(s, 2, 3), .batched = true, .d = { 0, K, K } };
      *b = (sg_shape){ .nd = 1, .d = { K } };
      break;
    case 2:
      *a = (sg_shape){ .nd = 3, .batched = true, .d = { 0, T, K } };
      *b = (sg_shape){ .nd = 2, .d = { K, S } };
      break;
    case 3:
      *a = (sg_shape){ .nd = 2, .d = { T, K } };
      *b = (sg_shape){ .nd = 3, .batched = true, .d = { 0, K, S } };
      break;
    case 4:
      *a = (sg_shape){ .nd = 3, .batched = true, .d = { 0, T, K } };
      *b = (sg_shape){ .nd = 3, .batched = true, .d = { 0, K, S } };
      break;
    case 5:
      *a = (sg_shape){ .nd = 4, .batched = true, .d = { 0, H, T, K } };
      *b = (sg_shape){ .nd = 4, .batched = true, .d = { 0, draw(s, 0, 1) ? H : 1, K, S } };
      break;
    default:
      *a = (sg_shape){ .nd = 4, .batched = true, .d = { 0, draw(s, 0, 1) ? H : 1, T, K } };
      *b = (sg_shape){ .nd = (int) draw(s, 3, 4), .d = { H, K, S } };
      if (b->nd == 4) *b = (sg_shape){ .nd = 4, .d = { 1, H, K, S } };
  }
}

const sg_op SG_REAL(sg_op_matmul) = {
  .name = "MatMul",
  .summary = "matrix product of activation and constant, or of two activations",
  .min_in = 2,
  .max_in = 2,
  .min_out = 1,
  .max_out = 1,
  .since = 1,
  .smooth = true,
  .configure = configure,
  .infer = infer,
  .prepare = prepare,
  .forward = forward,
  .vjp = vjp,
  .reach = reach,
  .need = need,
  .madds = madds,
  .sample = sample,
};
