/* ops/gemm.c: Gemm: a dense layer, Y = alpha A B + beta C.
 *
 * A is the activation [N][K]; B a constant, [K][M] or with transB [M][K]; C a constant that
 * broadcasts to [M], or an activation [N][M] (or [N][1]). The items of a call are the rows of one
 * product, so that the weights are read once for all of them. alpha goes into the packed weights
 * and beta into the bias.
 */
#include <string.h>

#include "kernels/kernels.h"
#include "model/fold.h"
#include "model/op.h"

typedef SG_REAL(sg_kernels) kernels_t;

/* ---- 1. Attributes and shapes ---------------------------------------------------------------- */

typedef struct conf {
  double alpha, beta;
  bool trans_b;
  int64_t K, M;                 /* inputs and outputs of one item */
} conf;

static sg_status configure(sg_node *node, sg_err *err)
{
  conf *c = sg_arena_calloc(node->mem, 1, sizeof *c);
  int64_t trans_a, trans_b;
  if (!c) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status s = sg_node_int(node, "transA", 0, &trans_a, err);
  if (!s) s = sg_node_int(node, "transB", 0, &trans_b, err);
  if (!s) s = sg_node_float(node, "alpha", 1, &c->alpha, err);
  if (!s) s = sg_node_float(node, "beta", 1, &c->beta, err);
  if (s) return s;
  if (sg_node_is_const(node, 0) || !sg_node_is_const(node, 1))
    return sg_node_refuse(node, err, "only activation x weights is implemented, not weights x "
                          "activation or activation x activation");
  if (trans_a)
    return sg_node_refuse(node, err, "transA = 1 would mix the items of a batch");
  c->trans_b = trans_b != 0;
  node->conf = c;
  node->family = SG_LINEAR;
  node->flags |= SG_NODE_WEIGHTS;
  return SG_OK;
}

/* Whether input 2 can be added to [N][M]: a constant of at most M numbers, or one row per item. */
static bool addend_fits(const sg_node *node, int64_t M)
{
  const sg_shape *s = &node->in[2].shape;
  if (!s->batched) {
    if (s->nd > 2 || (s->nd == 2 && s->d[0] != 1)) return false;
    return s->nd == 0 || s->d[s->nd - 1] == 1 || s->d[s->nd - 1] == M;
  }
  return s->nd == 2 && (s->d[1] == 1 || s->d[1] == M);
}

static sg_status infer(sg_node *node, sg_err *err)
{
  conf *c = node->conf;
  const sg_shape *a = &node->in[0].shape, *b = &node->in[1].shape;
  if (a->nd != 2 || b->nd != 2)
    return sg_node_misfit(node, err, "operands of %d and %d axes in place of 2", a->nd, b->nd);
  c->K = b->d[c->trans_b];
  c->M = b->d[!c->trans_b];
  if (a->d[1] != c->K)
    return sg_node_misfit(node, err, "input has %d numbers, the weights are for %d",
                          (int) a->d[1], (int) c->K);
  if (c->K < 1 || c->M < 1) return sg_node_misfit(node, err, "the weights are empty");
  if (sg_node_has(node, 2) && !addend_fits(node, c->M))
    return sg_node_misfit(node, err, "the addend does not broadcast to %d outputs of an item",
                          (int) c->M);
  node->out[0].shape = (sg_shape){ .nd = 2, .batched = true, .d = { a->d[0], c->M } };
  node->out[0].dtype = node->in[0].dtype;
  return SG_OK;
}

static int64_t madds(const sg_node *node)
{
  const conf *c = node->conf;
  return c->K * c->M;
}

/* ---- 2. Weights ------------------------------------------------------------------------------ */

typedef struct weights {
  real *packed, *packed_t;      /* alpha B as [K][M]; its transpose, for vjp (may be NULL) */
  real *bias;                   /* [M] beta C, or NULL: none, or an activation */
} weights;

static sg_status make_weights(const sg_node *node, const kernels_t *kern, const real *B,
                              const real *C, bool backward, sg_arena *mem, weights *w)
{
  const conf *c = node->conf;
  int64_t K = c->K, M = c->M, sk = c->trans_b ? 1 : M, sm = c->trans_b ? K : 1;
  bool bias = C && sg_node_has(node, 2) && !node->in[2].shape.batched;
  *w = (weights){ .packed = sg_arena_alloc(mem, kern->pack_bytes(K, M), 1) };
  if (backward) w->packed_t = sg_arena_alloc(mem, kern->pack_bytes(M, K), 1);
  if (bias) w->bias = sg_arena_alloc(mem, (size_t) M, sizeof(real));
  sg_arena_mark mark = sg_arena_here(mem);
  real *scaled = sg_arena_alloc(mem, (size_t) (K * M), sizeof(real));
  if (!w->packed || (backward && !w->packed_t) || (bias && !w->bias) || !scaled) return SG_ENOMEM;
  for (int64_t i = 0; i < K * M; i++) scaled[i] = (real) c->alpha * B[i];
  kern->pack(K, M, scaled, sk, sm, w->packed);
  if (backward) kern->pack(M, K, scaled, sm, sk, w->packed_t);
  int64_t step = bias && sg_shape_count(&node->in[2].shape) > 1;
  for (int64_t m = 0; bias && m < M; m++) w->bias[m] = (real) c->beta * C[m * step];
  sg_arena_reset(mem, mark);
  return SG_OK;
}

static sg_status prepare(const sg_node *node, const void *kernels, bool backward, sg_arena *mem,
                         const void **prep, sg_err *err)
{
  weights *w = sg_arena_alloc(mem, 1, sizeof *w);
  const real *B = sg_tensor_real(node->in[1].tensor, SG_IS_F64, mem), *C = NULL;
  if (sg_node_is_const(node, 2)) C = sg_tensor_real(node->in[2].tensor, SG_IS_F64, mem);
  if (!w || !B || (sg_node_is_const(node, 2) && !C) ||
      make_weights(node, kernels, B, C, backward, mem, w))
    return sg_fail(err, SG_ENOMEM, "out of memory");
  *prep = w;
  return SG_OK;
}

static sg_status get_weights(const sg_call *c, bool backward, weights *w)
{
  const weights *prep = c->prep;
  if (prep && (prep->packed_t || !backward)) {
    *w = *prep;
    return SG_OK;
  }
  return make_weights(c->node, c->kernels, c->in[1].data, sg_node_has(c->node, 2) ? c->in[2].data
                      : NULL, backward, c->tmp, w);
}

/* ---- 3. Forward and vjp ---------------------------------------------------------------------- */

/* y = beta C, when C is an activation. */
static void start_with(const sg_call *c, const real *C, real *y)
{
  const conf *f = c->node->conf;
  int64_t width = c->in[2].shape.d[1];
  for (int64_t i = 0; i < c->n; i++)
    for (int64_t m = 0; m < f->M; m++)
      y[i * f->M + m] = (real) f->beta * C[i * width + (width > 1 ? m : 0)];
}

static sg_status forward(const sg_call *c)
{
  const conf *f = c->node->conf;
  const kernels_t *kern = c->kernels;
  bool delta = c->flags & SG_CALL_DELTA;
  weights w;
  sg_status s = get_weights(c, false, &w);
  if (s) return s;
  SG_REAL(sg_gemm) m = { .M = c->n, .N = f->M, .segs = 1, .seg_len = f->K, .A = c->in[0].data,
                         .lda = f->K, .B = w.packed, .bias = delta ? NULL : w.bias,
                         .C = c->out[0].data, .ldc = f->M,
                         .relu = !delta && (c->node->flags & SG_NODE_RELU) };
  if (sg_node_has(c->node, 2) && c->node->in[2].shape.batched) {
    start_with(c, c->in[2].data, m.C);
    m.acc = true;
  }
  kern->gemm(&m);
  return SG_OK;
}

/* gB += alpha A^T g, in B's own order. */
static void vjp_weights(const sg_call *c, const real *gy, real *gb)
{
  const conf *f = c->node->conf;
  const real *a = c->in[0].data;
  int64_t sk = f->trans_b ? 1 : f->M, sm = f->trans_b ? f->K : 1;
  for (int64_t i = 0; i < c->n; i++)
    for (int64_t k = 0; k < f->K; k++)
      for (int64_t m = 0; m < f->M; m++)
        gb[k * sk + m * sm] += (real) f->alpha * a[i * f->K + k] * gy[i * f->M + m];
}

/* gC += beta g, summed over what C is broadcast along. */
static void vjp_addend(const sg_call *c, const real *gy, real *gc)
{
  const conf *f = c->node->conf;
  const sg_shape *s = &c->in[2].shape;
  int64_t width = s->nd ? s->d[s->nd - 1] : 1;
  for (int64_t i = 0; i < c->n; i++)
    for (int64_t m = 0; m < f->M; m++)
      gc[(s->batched ? i * width : 0) + (width > 1 ? m : 0)] += (real) f->beta * gy[i * f->M + m];
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  const conf *f = c->node->conf;
  const kernels_t *kern = c->kernels;
  const real *gy = gout[0].data;
  weights w;
  if (gin[0].data) {
    sg_status s = get_weights(c, true, &w);
    if (s) return s;
    SG_REAL(sg_gemm) m = { .M = c->n, .N = f->K, .segs = 1, .seg_len = f->M, .A = gy, .lda = f->M,
                           .B = w.packed_t, .C = gin[0].data, .ldc = f->K, .acc = true };
    kern->gemm(&m);
  }
  if (gin[1].data) vjp_weights(c, gy, gin[1].data);
  if (c->node->n_in > 2 && gin[2].data) vjp_addend(c, gy, gin[2].data);
  return SG_OK;
}

/* ---- 4. Windows of changes ---------------------------------------------------------------------
 *
 * Behind a flatten an edit changes some of the K inputs: y' = y + (x' - x) B over those rows of B.
 * Kept of the base: its output before relu. Terms are added up in blocks whose ends stand still
 * (multiples of SG_KC), so that wider windows, whose further differences are zeros, change no
 * bit. */

static bool can_collect(const sg_node *node, int axis)
{
  return axis == 1 && (!sg_node_has(node, 2) || sg_node_is_const(node, 2));
}

static size_t collect_bytes(const sg_node *node)
{
  return (size_t) ((const conf *) node->conf)->M * sizeof(real);
}

static sg_status collect_base(const sg_call *base, int64_t lo, int64_t hi, void *state)
{
  const conf *f = base->node->conf;
  const kernels_t *kern = base->kernels;
  sg_node plain = *base->node;
  sg_slab out = base->out[0];
  sg_call c = *base;
  (void) lo, (void) hi;
  plain.flags &= ~(unsigned) SG_NODE_RELU;
  out.data = state;
  c.node = &plain;
  c.out = &out;
  sg_status s = forward(&c);
  if (s) return s;
  if (base->node->flags & SG_NODE_RELU) kern->relu(f->M, state, base->out[0].data);
  else memcpy(base->out[0].data, state, (size_t) f->M * sizeof(real));
  return SG_OK;
}

/* Rows k0 .. k1 of B for the n items from i on, whose windows begin at the same place. */
static void add_rows(const sg_call *c, const weights *w, const real *d, int64_t i, int64_t n)
{
  const conf *f = c->node->conf;
  const kernels_t *kern = c->kernels;
  int64_t width = c->in[0].shape.d[1], at = sg_slab_start(&c->in[0], i);
  for (int64_t k = at, end; k < at + width; k = end) {
    end = (k / SG_KC + 1) * SG_KC;
    if (end > at + width) end = at + width;
    SG_REAL(sg_gemm) m = { .M = n, .N = f->M, .segs = 1, .seg_len = end - k,
                           .A = d + i * width + k - at, .lda = width, .B = w->packed + 32 * k,
                           .b_rows = f->K, .C = (real *) c->out[0].data + i * f->M, .ldc = f->M,
                           .acc = true };
    m.relu = end == at + width && (c->node->flags & SG_NODE_RELU);
    kern->gemm(&m);
  }
}

static sg_status collect_eval(const sg_call *c, const sg_call *base, const void *state)
{
  const conf *f = c->node->conf;
  const sg_slab *in = &c->in[0];
  int64_t width = in->shape.d[1];
  weights w;
  sg_status s = get_weights(c, false, &w);
  real *d = sg_arena_alloc(c->tmp, (size_t) (c->n * width), sizeof *d);
  if (s || !d) return s ? s : SG_ENOMEM;
  for (int64_t i = 0; i < c->n; i++) {
    const real *x = (const real *) in->data + i * width;
    const real *b = (const real *) base->in[0].data + sg_slab_start(in, i);
    for (int64_t k = 0; k < width; k++) d[i * width + k] = x[k] - b[k];
    memcpy((real *) c->out[0].data + i * f->M, state, (size_t) f->M * sizeof(real));
  }
  for (int64_t i = 0, n; i < c->n; i += n) {
    for (n = 1; i + n < c->n && sg_slab_start(in, i + n) == sg_slab_start(in, i);) n++;
    add_rows(c, &w, d, i, n);
  }
  return SG_OK;
}

static const sg_collect collect = {
  .rows = true, .can = can_collect, .bytes = collect_bytes, .base = collect_base,
  .eval = collect_eval,
};

/* ---- 5. Samples, table ----------------------------------------------------------------------- */

static int64_t draw(sg_sample *s, int64_t lo, int64_t hi)
{
  return lo + (int64_t) sg_rng_below(s->rng, (uint64_t) (hi - lo + 1));
}

static sg_shape sample_addend(sg_sample *s, int64_t M)
{
  switch (draw(s, 0, 4)) {
    case 0: return (sg_shape){ .nd = 0 };
    case 1: return (sg_shape){ .nd = 1, .d = { M } };
    case 2: return (sg_shape){ .nd = 2, .d = { 1, draw(s, 0, 1) ? M : 1 } };
    case 3: return (sg_shape){ .nd = 2, .batched = true, .d = { 0, draw(s, 0, 1) ? M : 1 } };
    default: return (sg_shape){ .nd = 1, .d = { 1 } };
  }
}

static void sample(sg_sample *s)
{
  int64_t K = draw(s, 1, 9), M = draw(s, 1, draw(s, 0, 3) ? 7 : 40), trans_b = draw(s, 0, 1);
  s->n_in = (int) draw(s, 2, 3);
  s->in[0].shape = (sg_shape){ .nd = 2, .batched = true, .d = { 0, K } };
  s->in[1].shape = (sg_shape){ .nd = 2, .d = { trans_b ? M : K, trans_b ? K : M } };
  s->in[2].shape = sample_addend(s, M);
  sg_attr_set_int(s->attrs, "transB", trans_b);
  if (draw(s, 0, 1)) sg_attr_set_float(s->attrs, "alpha", 0.5 * (double) draw(s, -3, 3));
  if (draw(s, 0, 1)) sg_attr_set_float(s->attrs, "beta", 0.5 * (double) draw(s, -3, 3));
}

const sg_op SG_REAL(sg_op_gemm) = {
  .name = "Gemm",
  .summary = "dense layer: alpha A B + beta C",
  .min_in = 2,
  .max_in = 3,
  .min_out = 1,
  .max_out = 1,
  .since = 7,
  .smooth = true,
  .fuses_relu = true,
  .configure = configure,
  .infer = infer,
  .prepare = prepare,
  .forward = forward,
  .vjp = vjp,
  .collect = &collect,
  .reach = sg_reach_all,
  .need = sg_need_all,
  .madds = madds,
  .sample = sample,
};
