/* ops/convtranspose.c: ConvTranspose: 1-D and 2-D transposed convolution.
 *
 *   y[n][f][i * stride + t * dilation - pad] += sum over c of W[c][f][t] * x[n][c][i],  plus b[f]
 *
 * Contents
 *   1. attributes
 *   2. shapes, intervals
 *   3. forward
 *   4. vjp
 *   5. samples, table
 *
 * It is the adjoint of a convolution whose input is our output, so its intervals are those of that
 * sliding window with reach and need exchanged. Forward is one product, z[i][t][f] = W x[i], whose
 * rows are then added into place, taps ascending.
 */
#include <string.h>

#include "kernels/kernels.h"
#include "ops/k_window.h"

/* Spatial axes: [0] rows, [1] columns; a 1-D one has a single row. */
typedef struct conf {
  sg_window w;                  /* of the adjoint: w.in are our output lengths, w.out our input's */
  int nd;
  int64_t C, F, groups, Cg, Fg;
  int64_t k[2], stride[2], dil[2], pad[2];
  int64_t end[2], extra[2];     /* pads after; output_padding */
  int64_t shape[2];             /* output_shape, or 0 */
  enum { GIVEN, VALID, SAME_UPPER, SAME_LOWER } padding;
} conf;

/* ---- 1. Attributes ------------------------------------------------------------------ */

static sg_status read_padding(sg_node *node, conf *f, sg_err *err)
{
  static const char *const names[] = {"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"};
  const char *name;
  sg_status s = sg_node_string(node, "auto_pad", "NOTSET", &name, err);
  if (s) return s;
  for (int i = 0; i < 4; i++)
    if (strcmp(name, names[i]) == 0) {
      f->padding = i;
      return SG_OK;
    }
  return sg_node_refuse(node, err, "auto_pad '%.40s' is not known", name);
}

/* A list of one number per spatial axis, or of two for pads (starts, then ends); all >= least. */
static sg_status read_axes(sg_node *node, const char *name, int64_t least, int64_t *first,
                           int64_t *second, sg_err *err)
{
  const conf *f = node->conf;
  const int64_t *v;
  int64_t n, want = second ? 2 * f->nd : f->nd;
  sg_status s = sg_node_ints(node, name, &v, &n, err);
  if (s || !n) return s;
  if (strcmp(name, "output_shape") == 0 && n == want + 2) {      /* with N and C in front */
    v += 2;
    n -= 2;
  }
  if (n != want)
    return sg_node_refuse(node, err, "attribute '%s' has %d numbers in place of %d", name, (int) n,
                          (int) want);
  for (int64_t i = 0; i < n; i++) {
    if (v[i] < least || v[i] > INT32_MAX)
      return sg_node_refuse(node, err, "attribute '%s' is out of range", name);
    (i < f->nd ? first : second)[i % f->nd + 2 - f->nd] = v[i];
  }
  return SG_OK;
}

static sg_status read_attributes(sg_node *node, sg_err *err)
{
  conf *f = node->conf;
  int64_t kernel[2] = {f->k[0], f->k[1]};
  sg_status s = read_padding(node, f, err);
  if (!s) s = read_axes(node, "strides", 1, f->stride, NULL, err);
  if (!s) s = read_axes(node, "dilations", 1, f->dil, NULL, err);
  if (!s) s = read_axes(node, "kernel_shape", 1, kernel, NULL, err);
  if (!s) s = read_axes(node, "output_padding", 0, f->extra, NULL, err);
  if (!s) s = read_axes(node, "output_shape", 1, f->shape, NULL, err);
  if (!s) s = read_axes(node, "pads", 0, f->pad, f->end, err);
  if (!s) s = sg_node_int(node, "group", 1, &f->groups, err);
  if (s) return s;
  if (kernel[0] != f->k[0] || kernel[1] != f->k[1])
    return sg_node_refuse(node, err, "kernel_shape differs from the shape of the weights");
  if (f->groups < 1 || f->C % f->groups)
    return sg_node_refuse(node, err, "%d channels do not make %d groups", (int) f->C,
                          (int) f->groups);
  return SG_OK;
}

static sg_status configure(sg_node *node, sg_err *err)
{
  conf *f = sg_arena_calloc(node->mem, 1, sizeof *f);
  const sg_shape *w = &node->in[1].shape;
  if (!f) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (sg_node_is_const(node, 0))
    return sg_node_refuse(node, err, "a convolution of constants is not implemented");
  if (!sg_node_is_const(node, 1) || (sg_node_has(node, 2) && !sg_node_is_const(node, 2)))
    return sg_node_refuse(node, err, "weights that are computed from the input are not "
                          "implemented");
  if (w->nd < 3 || w->nd > 4)
    return sg_node_refuse(node, err, "%d-D convolution is not implemented (1-D and 2-D are)",
                          w->nd - 2);
  if (sg_shape_count(w) < 1) return sg_node_refuse(node, err, "the weights are empty");
  *f = (conf){.nd = w->nd - 2, .C = w->d[0], .Fg = w->d[1], .k = {1, w->d[w->nd - 1]},
              .stride = {1, 1}, .dil = {1, 1}};
  if (f->nd == 2) f->k[0] = w->d[2];
  node->conf = f;
  node->family = SG_LINEAR;
  node->flags |= SG_NODE_WEIGHTS;
  sg_status s = read_attributes(node, err);
  if (s) return s;
  f->Cg = f->C / f->groups;
  f->F = f->Fg * f->groups;
  return SG_OK;
}

/* ---- 2. Shapes, intervals ----------------------------------------------------------- */

/* Output length along one axis. Where it is given (output_shape, or "same": input * stride), the
 * padding follows from it, the odd one at the end unless "same lower". */
static int64_t output_size(conf *f, int a, int64_t in)
{
  bool same = f->padding == SAME_UPPER || f->padding == SAME_LOWER;
  int64_t natural = (in - 1) * f->stride[a] + (f->k[a] - 1) * f->dil[a] + 1 + f->extra[a];
  int64_t out = f->shape[a] ? f->shape[a] : same ? in * f->stride[a] : 0;
  if (f->padding == VALID) f->pad[a] = f->end[a] = 0;
  if (!out) return natural - f->pad[a] - f->end[a];
  int64_t total = natural > out ? natural - out : 0;
  f->pad[a] = f->padding == SAME_LOWER ? total - total / 2 : total / 2;
  return out;
}

static sg_status infer(sg_node *node, sg_err *err)
{
  conf *f = node->conf;
  const sg_shape *x = &node->in[0].shape;
  sg_shape *y = &node->out[0].shape;
  if (x->nd != f->nd + 2)
    return sg_node_misfit(node, err, "input of %d axes for weights of %d", x->nd, f->nd + 2);
  if (x->d[1] != f->C)
    return sg_node_misfit(node, err, "input has %d channels, the weights are for %d",
                          (int) x->d[1], (int) f->C);
  if (sg_node_has(node, 2) && sg_shape_count(&node->in[2].shape) != f->F)
    return sg_node_misfit(node, err, "bias of %d numbers for %d filters",
                          (int) sg_shape_count(&node->in[2].shape), (int) f->F);
  *y = *x;
  y->d[1] = f->F;
  f->w.ns = f->nd;
  for (int i = 0; i < f->nd; i++) {
    int a = i + 2 - f->nd;
    int64_t out = x->d[i + 2] > 0 ? output_size(f, a, x->d[i + 2]) : 0;
    if (out < 1) return sg_node_misfit(node, err, "the output would be empty");
    y->d[i + 2] = f->w.in[i] = out;
    f->w.out[i] = x->d[i + 2];
    f->w.k[i] = f->k[a];
    f->w.stride[i] = f->stride[a];
    f->w.dilation[i] = f->dil[a];
    f->w.lo[i] = f->pad[a];
  }
  node->out[0].dtype = node->in[0].dtype;
  return sg_shape_check(y, err);
}

static bool reach(const sg_node *node, int k, const sg_interval *in, int o, sg_interval *out)
{
  const conf *f = node->conf;
  (void) o;
  return k == 0 && sg_window_need(&f->w, in, out);
}

static bool need(const sg_node *node, int o, const sg_interval *out, int k, sg_interval *in)
{
  const conf *f = node->conf;
  (void) o;
  return k == 0 && sg_window_reach(&f->w, out, in);
}

/* ---- 3. Forward --------------------------------------------------------------------- */

static int64_t taps(const conf *f) { return f->k[0] * f->k[1]; }

/* Packs W[c][f][t] of each group as B[c][t*Fg + f]. */
static sg_status pack(const conf *f, const SG_REAL(sg_kernels) *k, const real *w, sg_arena *mem,
                      real **ret)
{
  int64_t N = taps(f) * f->Fg, group = f->Cg * N;
  size_t bytes = k->pack_bytes(f->Cg, N);
  real *turned = sg_arena_alloc(mem, (size_t) group, sizeof *turned);
  char *packed = sg_arena_alloc(mem, (size_t) f->groups, bytes);
  if (!turned || !packed) return SG_ENOMEM;
  for (int64_t g = 0; g < f->groups; g++) {
    for (int64_t i = 0; i < group; i++) {
      int64_t c = i / N, t = i % N / f->Fg, q = i % f->Fg;
      turned[i] = w[g * group + (c * f->Fg + q) * taps(f) + t];
    }
    k->pack(f->Cg, N, turned, N, 1, (real *) (void *) (packed + (size_t) g * bytes));
  }
  *ret = (real *) (void *) packed;
  return SG_OK;
}

static sg_status prepare(const sg_node *node, const void *kernels, bool backward, sg_arena *mem,
                         const void **prep, sg_err *err)
{
  real *packed = NULL;
  const real *w = NULL;
  sg_arena *own = sg_arena_new();
  const conf *f = node->conf;
  int64_t n = sg_shape_count(&node->in[1].shape);
  real *copy = own ? sg_arena_alloc(own, (size_t) n, sizeof *copy) : NULL;
  (void) backward;
  for (int64_t i = 0; copy && i < n; i++) copy[i] = (real) sg_tensor_f64(node->in[1].tensor, i);
  w = copy;
  sg_status s = w ? pack(f, kernels, w, mem, &packed) : SG_ENOMEM;
  sg_arena_free(own);
  *prep = packed;
  return s ? sg_fail(err, s, "out of memory") : SG_OK;
}

/* One item: where its window and that of the output begin, and how wide they are. */
typedef struct place { int64_t in_at[2], in_d[2], out_at[2], out_d[2]; } place;

static place place_of(const sg_call *c, const conf *f, int64_t item)
{
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  place p = {.in_d = {1, 1}, .out_d = {1, 1}};
  for (int i = 0; i < f->nd; i++) {
    int a = i + 2 - f->nd;
    p.in_d[a] = x->shape.d[i + 2];
    p.out_d[a] = y->shape.d[i + 2];
    p.in_at[a] = x->axis == i + 2 ? sg_slab_start(x, item) : 0;
    p.out_at[a] = y->axis == i + 2 ? sg_slab_start(y, item) : 0;
  }
  return p;
}

/* Row of the input window that reaches output position o (local, axis a) by tap t; -1: none. */
static int64_t source(const conf *f, const place *p, int a, int64_t o, int64_t t)
{
  int64_t n = o + p->out_at[a] + f->pad[a] - t * f->dil[a];
  if (n < 0 || n % f->stride[a]) return -1;
  int64_t i = n / f->stride[a] - p->in_at[a];
  return i >= 0 && i < p->in_d[a] ? i : -1;
}

/* Calls fn for every (output row, tap, input row) of an item, taps ascending within a row. */
typedef void (*tap_fn)(void *user, const conf *f, int64_t out, int64_t tap, int64_t in);

static void each_tap(const conf *f, const place *p, tap_fn fn, void *user)
{
  for (int64_t o = 0; o < p->out_d[0] * p->out_d[1]; o++)
    for (int64_t t = 0; t < taps(f); t++) {
      int64_t r = source(f, p, 0, o / p->out_d[1], t / f->k[1]);
      int64_t q = r < 0 ? -1 : source(f, p, 1, o % p->out_d[1], t % f->k[1]);
      if (q >= 0) fn(user, f, o, t, r * p->in_d[1] + q);
    }
}

typedef struct adding { const real *z; real *y; } adding;

static void add_row(void *user, const conf *f, int64_t out, int64_t tap, int64_t in)
{
  const adding *u = user;
  const real *z = u->z + (in * taps(f) + tap) * f->Fg;
  real *y = u->y + out * f->F;
  for (int64_t q = 0; q < f->Fg; q++) y[q] += z[q];
}

static void start_rows(const sg_call *c, const conf *f, int64_t rows, real *y)
{
  const real *b = sg_node_has(c->node, 2) && !(c->flags & SG_CALL_DELTA) ? c->in[2].data : NULL;
  for (int64_t i = 0; i < rows; i++)
    for (int64_t q = 0; q < f->F; q++) y[i * f->F + q] = b ? b[q] : 0;
}

static sg_status forward(const sg_call *c)
{
  const conf *f = c->node->conf;
  const SG_REAL(sg_kernels) *k = c->kernels;
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  int64_t N = taps(f) * f->Fg, rows = sg_shape_item(&x->shape) / f->C;
  size_t step = k->pack_bytes(f->Cg, N) / sizeof(real);
  const real *packed = c->prep;
  real *z = sg_arena_alloc(c->tmp, (size_t) (rows * N), sizeof *z), *made = NULL;
  if (!z || (!packed && pack(f, k, c->in[1].data, c->tmp, &made))) return SG_ENOMEM;
  if (!packed) packed = made;
  for (int64_t i = 0; i < c->n; i++) {
    place p = place_of(c, f, i);
    const real *from = (const real *) x->data + i * sg_slab_pitch(x);
    real *to = (real *) y->data + i * sg_slab_pitch(y);
    start_rows(c, f, p.out_d[0] * p.out_d[1], to);
    for (int64_t g = 0; g < f->groups; g++) {
      SG_REAL(sg_gemm) m = {.M = rows, .N = N, .segs = 1, .seg_len = f->Cg, .A = from + g * f->Cg,
                            .lda = f->C, .B = packed + (size_t) g * step, .C = z, .ldc = N};
      adding u = {z, to + g * f->Fg};
      k->gemm(&m);
      each_tap(f, &p, add_row, &u);
    }
  }
  return SG_OK;
}

/* ---- 4. Vjp ------------------------------------------------------------------------- */

/* One group of one item; w and gw at the group's first channel. */
typedef struct pulling { const real *x, *gy, *w; real *gx, *gw; } pulling;

static void pull_row(void *user, const conf *f, int64_t out, int64_t tap, int64_t in)
{
  const pulling *u = user;
  const real *g = u->gy + out * f->F;
  for (int64_t c = 0; c < f->Cg; c++) {
    int64_t at = c * f->Fg * taps(f) + tap;
    real sum = 0;
    for (int64_t q = 0; q < f->Fg; q++) {
      sum += u->w[at + q * taps(f)] * g[q];
      if (u->gw) u->gw[at + q * taps(f)] += u->x[in * f->C + c] * g[q];
    }
    if (u->gx) u->gx[in * f->C + c] += sum;
  }
}

static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  const conf *f = c->node->conf;
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  real *gb = sg_node_has(c->node, 2) ? gin[2].data : NULL, *gx = gin[0].data, *gw = gin[1].data;
  int64_t group = f->Cg * f->Fg * taps(f);
  for (int64_t i = 0; i < c->n; i++) {
    place p = place_of(c, f, i);
    const real *g = (const real *) gout[0].data + i * sg_slab_pitch(y);
    for (int64_t r = 0; gb && r < p.out_d[0] * p.out_d[1]; r++)
      for (int64_t q = 0; q < f->F; q++) gb[q] += g[r * f->F + q];
    for (int64_t j = 0; (gx || gw) && j < f->groups; j++) {
      int64_t at = i * sg_slab_pitch(x) + j * f->Cg;
      pulling u = {(const real *) x->data + at, g + j * f->Fg,
                   (const real *) c->in[1].data + j * group, gx ? gx + at : NULL,
                   gw ? gw + j * group : NULL};
      each_tap(f, &p, pull_row, &u);
    }
  }
  return SG_OK;
}

/* ---- 5. Samples, table -------------------------------------------------------------- */

static int64_t madds(const sg_node *node)
{
  const conf *f = node->conf;
  return sg_shape_item(&node->in[0].shape) * taps(f) * f->Fg;
}

static int64_t between(sg_sample *s, int64_t lo, int64_t hi)
{
  return lo + (int64_t) sg_rng_below(s->rng, (uint64_t) (hi - lo + 1));
}

static void sample(sg_sample *s)
{
  static const char *const how[] = {"SAME_UPPER", "SAME_LOWER", "VALID"};
  int nd = (int) between(s, 1, 2);
  int64_t groups = between(s, 1, 2), Cg = between(s, 1, 3), Fg = between(s, 1, 3);
  int64_t stride[2], dil[2], extra[2], pad[4];
  sg_shape *x = &s->in[0].shape, *w = &s->in[1].shape;
  *x = (sg_shape){.nd = nd + 2, .batched = true, .d = {0, groups * Cg}};
  *w = (sg_shape){.nd = nd + 2, .d = {groups * Cg, Fg}};
  for (int i = 0; i < nd; i++) {
    w->d[2 + i] = between(s, 1, 4);
    stride[i] = between(s, 1, 3);
    dil[i] = between(s, 1, 2);
    extra[i] = between(s, 0, stride[i] - 1);
    x->d[2 + i] = between(s, 2, 7);
    int64_t most = ((w->d[2 + i] - 1) * dil[i] + 1) / 2;
    pad[i] = between(s, 0, most);
    pad[nd + i] = between(s, 0, most);
  }
  sg_attr_set_int(s->attrs, "group", groups);
  sg_attr_set_ints(s->attrs, "strides", stride, nd);
  sg_attr_set_ints(s->attrs, "dilations", dil, nd);
  sg_attr_set_ints(s->attrs, "output_padding", extra, nd);
  if (between(s, 0, 2)) sg_attr_set_ints(s->attrs, "pads", pad, 2 * nd);
  else sg_attr_set_string(s->attrs, "auto_pad", how[between(s, 0, 2)]);
  s->n_in = (int) between(s, 2, 3);
  s->in[2].shape = (sg_shape){.nd = 1, .d = {groups * Fg}};
}

const sg_op SG_REAL(sg_op_convtranspose) = {
  .name = "ConvTranspose",
  .summary = "1-D and 2-D transposed convolution",
  .min_in = 2, .max_in = 3, .min_out = 1, .max_out = 1, .since = 7, .smooth = true,
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
