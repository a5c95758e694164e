/* methods/k_families.c: multipliers of one layer from those behind it, a rule for each family of
 * layers. Compiled for float and for double.
 *
 * Shrikumar, Greenside, Kundaje 2017, ICML, arXiv:1704.02685 (DeepLIFT, Rescale); Lundberg, Lee
 * 2017, NeurIPS, arXiv:1705.07874 (the average over references, and Shapley values for layers of
 * few inputs). Every rule is additive: over all inputs the multipliers times the differences sum to
 * what they sum to over the outputs, sum of m D_out = sum of m_in D_in.
 *
 *   LINEAR       the transpose applied: the vector-Jacobian product
 *   ELEMENTWISE  Rescale: D_out / D_in; where |D_in| < epsilon the derivative at the reference
 *   SELECT       with c = max(y, y_ref): m (c - y_ref) belongs to the element that wins for x, m (y
 *                - c) to the one that wins for the reference; divided by D_in. (min for minima)
 *   PRODUCT      Shapley values of the inputs: for a b half the sum of both orders. Products of
 *                matrices: half the sum of the gradients at both ends, which is the same.
 *   GATE         Shapley values of the inputs, the condition being one of them; of layers that say
 *                where a line has its greatest element, k_choice.c
 *   COUPLED      the mean gradient on the straight way from the reference's inputs to the
 *                sequence's (Aumann-Shapley), by 16 Gauss-Legendre nodes; what the quadrature
 *                leaves of additivity is spread in proportion to D_in, which changes the
 *                multipliers least
 *
 * Contents
 *   1. one item of a call
 *   2. elementwise
 *   3. selections
 *   4. products of matrices
 *   5. Shapley values
 *   6. coupled
 *   7. families
 */
#include <string.h>

#include "base/real.h"
#include "kernels/kernels.h"
#include "methods/deeplift.h"
#include "methods/quadrature.h"

/* ---- 1. One item ---- */

static sg_slab item_of(const sg_slab *s, int64_t item)
{
  sg_slab one = *s;
  if (!s->shape.batched) return one;
  if (one.data) one.data = (real *) one.data + item * sg_slab_pitch(s);
  one.shape.d[0] = 1;
  return one;
}

static sg_slab *items_of(const sg_call *c, const sg_slab *s, int n, int64_t item)
{
  sg_slab *to = sg_arena_calloc(c->tmp, (size_t) n + 1, sizeof *to);
  for (int k = 0; to && k < n; k++) to[k] = item_of(&s[k], item);
  return to;
}

sg_status SG_REAL(sg_call_item)(const sg_call *call, int64_t item, sg_call *ret_call)
{
  *ret_call = *call;
  ret_call->n = 1;
  ret_call->in = items_of(call, call->in, call->node->n_in, item);
  ret_call->out = items_of(call, call->out, call->node->n_out, item);
  return ret_call->in && ret_call->out ? SG_OK : SG_ENOMEM;
}

/* A layer between the sequence and one reference: x, r: its calls; m: multipliers of its outputs,
 * gin: where those of its inputs are added. */
typedef struct contrast {
  const sg_node *node;
  sg_call x, r;
  const sg_slab *m, *gin;
  double epsilon;
  bool at_sequence;
} contrast;

static bool wanted(const contrast *t, int k) { return t->gin[k].data != NULL; }

static int64_t size_in(const contrast *t, int k) { return sg_shape_item(&t->node->in[k].shape); }

static int64_t size_out(const contrast *t, int o) { return sg_shape_item(&t->node->out[o].shape); }

static real *zeros(const contrast *t, int64_t n)
{
  return sg_arena_calloc(t->r.tmp, (size_t) n + 1, sizeof(real));
}

/* Slabs like gin over zeroed memory: what a rule collects before it divides. NULL: no memory. */
static sg_slab *collectors(const contrast *t)
{
  int n = t->node->n_in;
  sg_slab *to = sg_arena_calloc(t->r.tmp, (size_t) n + 1, sizeof *to);
  for (int k = 0; to && k < n; k++) {
    to[k] = t->gin[k];
    if (!wanted(t, k)) continue;
    to[k].data = zeros(t, size_in(t, k));
    if (!to[k].data) return NULL;
  }
  return to;
}

/* What was collected for input k, over its differences; where those are 0, the plain gradient (half
 * the sum of those given). */
static void divide(const contrast *t, int k, const real *collected, const real *a, const real *b)
{
  const real *x = t->x.in[k].data, *r = t->r.in[k].data;
  real *restrict g = t->gin[k].data;
  int64_t n = size_in(t, k);
  if (!a) a = b = collected;           /* nothing was collected where nothing differs */
  if (!b) b = a;
  for (int64_t i = 0; i < n; i++) {
    real d = x[i] - r[i], same = d == 0;   /* 0 or 1 in place of a branch: loops of it vectorise */
    g[i] += collected[i] / (d + same) * (1 - same) + (a[i] + b[i]) / 2 * same;
  }
}

/* Whether some element of input k does not differ. */
static bool has_equal(const contrast *t, int k)
{
  const real *x = t->x.in[k].data, *r = t->r.in[k].data;
  int64_t n = size_in(t, k), i = 0;
  while (i < n && x[i] != r[i]) i++;
  return i < n;
}

static bool any_equal(const contrast *t)
{
  for (int k = 0; k < t->node->n_in; k++) if (wanted(t, k) && has_equal(t, k)) return true;
  return false;
}

/* ---- 2. Elementwise ---- */

static int activation(const sg_node *node)
{
  for (int k = 0; k < node->n_in; k++)
    if (sg_node_has(node, k) && !node->in[k].tensor) return k;
  return 0;
}

static sg_status elementwise(const contrast *t)
{
  int k = activation(t->node);
  if (!wanted(t, k)) return SG_OK;
  const real *x = t->x.in[k].data, *r = t->r.in[k].data, *m = t->m[0].data;
  const real *y = t->x.out[0].data, *q = t->r.out[0].data;
  const SG_REAL(sg_kernels) *kern = t->r.kernels;
  real *restrict g = t->gin[k].data, eps = (real) t->epsilon;
  int64_t n = size_in(t, k);
  bool flat = kern->rescale(n, x, r, y, q, m, eps, g);
  if (!flat || !t->node->op->vjp) return SG_OK;
  sg_slab *at = collectors(t);
  if (!at) return SG_ENOMEM;
  sg_status s = t->node->op->vjp(t->at_sequence ? &t->x : &t->r, t->m, at);
  const real *slope = at[k].data;
  for (int64_t i = 0; !s && i < n; i++)
    if (SG_MATH(fabs)(x[i] - r[i]) < eps) g[i] += slope[i];
  return s;
}

/* ---- 3. Selections ---- */

/* m (c - y_ref) and m (y - c). */
static void share(const contrast *t, real *first, real *second)
{
  const real *y = t->x.out[0].data, *q = t->r.out[0].data, *m = t->m[0].data;
  bool least = t->node->flags & SG_NODE_LEAST;
  for (int64_t i = 0, n = size_out(t, 0); i < n; i++) {
    real c = (y[i] > q[i]) != least ? y[i] : q[i];
    first[i] = m[i] * (c - q[i]);
    second[i] = m[i] * (y[i] - c);
  }
}

static sg_status select_rule(const contrast *t)
{
  sg_slab first = t->m[0], second = t->m[0], *sum = collectors(t), *plain = NULL;
  first.data = zeros(t, size_out(t, 0));
  second.data = zeros(t, size_out(t, 0));
  if (!first.data || !second.data || !sum) return SG_ENOMEM;
  share(t, first.data, second.data);
  sg_status s = t->node->op->vjp(&t->x, &first, sum);
  if (!s) s = t->node->op->vjp(&t->r, &second, sum);
  if (!s && any_equal(t)) {
    plain = collectors(t);
    s = plain ? t->node->op->vjp(&t->x, t->m, plain) : SG_ENOMEM;
  }
  for (int k = 0; !s && k < t->node->n_in; k++)
    if (wanted(t, k)) divide(t, k, sum[k].data, plain ? plain[k].data : NULL, NULL);
  return s;
}

/* The same where the op says which elements are selected: at_x for the sequence, at_r for the
 * reference. Only those get anything. share[2][outputs]: scratch. */
static void select_picked(const contrast *t, const int32_t *at_x, const int32_t *at_r, real *share)
{
  const SG_REAL(sg_kernels) *kern = t->r.kernels;
  int64_t n = size_out(t, 0);
  real *g = t->gin[0].data, *first = share, *second = share + n;
  const SG_REAL(sg_maxima) maxima = {
    .at_x = at_x, .at_r = at_r, .x = t->x.in[0].data, .r = t->r.in[0].data,
    .y = t->x.out[0].data, .q = t->r.out[0].data, .m = t->m[0].data,
    .least = t->node->flags & SG_NODE_LEAST
  };
  kern->select_shares(n, &maxima, first, second);
  for (int64_t o = 0; o < n; o++) {
    g[at_x[o]] += first[o];
    g[at_r[o]] += second[o];
  }
}

/* Whether every one of n outputs is some element. */
static bool all_picked(const int32_t *at, int64_t n)
{
  int32_t any = 0;
  for (int64_t o = 0; o < n; o++) any |= at[o];
  return any >= 0;
}

/* All items of such an op. *ret_done = false, nothing added: windows of padding alone, which the
 * general rule is for. */
static sg_status select_all(const sg_pairs *u, const sg_call *x, const sg_call *call,
                            const sg_slab *gout, const sg_slab *gin, bool *ret_done)
{
  int64_t n = sg_shape_item(&call->node->out[0].shape);
  int32_t *at_x = sg_arena_alloc(call->tmp, (size_t) n + 1, sizeof *at_x);
  int32_t *at_r = sg_arena_alloc(call->tmp, (size_t) (n * call->n) + 1, sizeof *at_r);
  real *share = sg_arena_alloc(call->tmp, (size_t) (2 * n) + 1, sizeof *share);
  sg_status s = at_x && at_r && share ? call->node->op->pick(x, at_x) : SG_ENOMEM;
  if (!s) s = call->node->op->pick(call, at_r);
  *ret_done = !s && all_picked(at_x, n) && all_picked(at_r, n * call->n);
  for (int64_t j = 0; *ret_done && !s && j < call->n; j++) {
    contrast t = {.node = call->node, .x = *x, .epsilon = u->epsilon};
    sg_slab m = item_of(&gout[0], j), g = item_of(&gin[0], j);
    t.m = &m;
    t.gin = &g;
    s = SG_REAL(sg_call_item)(call, j, &t.r);
    if (!s) select_picked(&t, at_x, at_r + j * n, share);
  }
  return s;
}

/* ---- 4. Products of matrices ---- */

/* Half the sum of the gradients at both ends. */
static sg_status both_ends(const contrast *t, sg_slab **ret_x, sg_slab **ret_r)
{
  *ret_x = collectors(t);
  *ret_r = collectors(t);
  if (!*ret_x || !*ret_r) return SG_ENOMEM;
  sg_status s = t->node->op->vjp(&t->x, t->m, *ret_x);
  return s ? s : t->node->op->vjp(&t->r, t->m, *ret_r);
}

static sg_status bilinear(const contrast *t)
{
  sg_slab *a, *b;
  sg_status s = both_ends(t, &a, &b);
  for (int k = 0; !s && k < t->node->n_in; k++) {
    real *g = t->gin[k].data;
    for (int64_t i = 0, n = g ? size_in(t, k) : 0; i < n; i++)
      g[i] += (((const real *) a[k].data)[i] + ((const real *) b[k].data)[i]) / 2;
  }
  return s;
}

/* ---- 5. Shapley values ----
 *
 * A layer that computes each output element from the elements of up to four inputs. With v(S) its
 * value where the inputs in S are the sequence's and the others the reference's, input k gets
 *     sum over S without k of |S|! (K - |S| - 1)! / K! (v(S with k) - v(S)),
 * which sums to v(all) - v(none) over k. Elements of an input that is broadcast collect from all
 * the outputs they reach. */

enum { MOST_PLAYERS = 4 };

typedef struct game {
  int player[MOST_PLAYERS], n;         /* the inputs that are activations */
  real *v[1 << MOST_PLAYERS];
} game;

static sg_status play(const contrast *t, game *z)
{
  int64_t n = size_out(t, 0);
  sg_slab *in = sg_arena_alloc(t->r.tmp, (size_t) t->node->n_in + 1, sizeof *in);
  sg_slab out = t->r.out[0];
  sg_call c = t->r;
  sg_status s = in ? SG_OK : SG_ENOMEM;
  c.in = in;
  c.out = &out;
  for (int set = 0; !s && set < 1 << z->n; set++) {
    memcpy(in, t->r.in, (size_t) t->node->n_in * sizeof *in);
    for (int k = 0; k < z->n; k++) if (set >> k & 1) in[z->player[k]] = t->x.in[z->player[k]];
    out.data = z->v[set] = zeros(t, n);
    s = out.data ? t->node->op->forward(&c) : SG_ENOMEM;
  }
  return s;
}

/* phi[out] = m times player p's share. */
static void worth(const contrast *t, const game *z, int p, real *phi)
{
  static const double weight[MOST_PLAYERS + 1][MOST_PLAYERS] = {
    { 0 }, { 1 }, { 1.0 / 2, 1.0 / 2 }, { 1.0 / 3, 1.0 / 6, 1.0 / 3 },
    { 1.0 / 4, 1.0 / 12, 1.0 / 12, 1.0 / 4 } };
  const real *m = t->m[0].data;
  for (int64_t i = 0, n = size_out(t, 0); i < n; i++) {
    double sum = 0;
    for (int set = 0; set < 1 << z->n; set++) {
      if (set >> p & 1) continue;
      int size = (set & 1) + (set >> 1 & 1) + (set >> 2 & 1) + (set >> 3 & 1);
      sum += weight[z->n][size] * ((double) z->v[set | 1 << p][i] - (double) z->v[set][i]);
    }
    phi[i] = (real) sum * m[i];
  }
}

/* to[element of the input] += the sum over the output elements that it is broadcast to. */
static void gather(const sg_shape *out, const sg_shape *in, const real *phi, real *to)
{
  int64_t so[SG_MAX_RANK], si[SG_MAX_RANK], at[SG_MAX_RANK] = {0}, o = 0, i = 0;
  sg_strides(out, so);
  sg_strides(in, si);
  for (int64_t left = sg_shape_item(out); left > 0; left--) {
    to[i] += phi[o];
    for (int a = out->nd - 1; a > 0; a--) {
      int b = a - (out->nd - in->nd);
      int64_t step = b > 0 && in->d[b] > 1 ? si[b] : 0;
      o += so[a];
      i += step;
      if (++at[a] < out->d[a]) break;
      o -= so[a] * out->d[a];
      i -= step * out->d[a];
      at[a] = 0;
    }
  }
}

static sg_status shapley(const contrast *t)
{
  game z = {.n = 0};
  sg_slab *a = NULL, *b = NULL;
  for (int k = 0; k < t->node->n_in; k++)
    if (sg_node_has(t->node, k) && !t->node->in[k].tensor) {
      if (z.n == MOST_PLAYERS) return SG_EUNSUPPORTED;
      z.player[z.n++] = k;
    }
  sg_status s = play(t, &z);
  real *phi = zeros(t, size_out(t, 0));
  if (!s && !phi) s = SG_ENOMEM;
  if (!s && t->node->op->vjp && any_equal(t)) s = both_ends(t, &a, &b);
  for (int p = 0; !s && p < z.n; p++) {
    int k = z.player[p];
    real *sum = zeros(t, size_in(t, k));
    if (!sum) return SG_ENOMEM;
    if (!wanted(t, k)) continue;
    worth(t, &z, p, phi);
    gather(&t->node->out[0].shape, &t->node->in[k].shape, phi, sum);
    divide(t, k, sum, a ? a[k].data : NULL, b ? b[k].data : NULL);
  }
  return s;
}

/* ---- 6. Coupled ---- */

enum { NODES = 16 };

/* Inputs at r + at (x - r). */
static void mix(const contrast *t, real at, sg_slab *in)
{
  for (int k = 0; k < t->node->n_in; k++) {
    if (!sg_node_has(t->node, k) || t->node->in[k].tensor) continue;
    const real *x = t->x.in[k].data, *r = t->r.in[k].data;
    real *to = in[k].data;
    for (int64_t i = 0, n = size_in(t, k); i < n; i++) to[i] = r[i] + at * (x[i] - r[i]);
  }
}

/* A call with inputs and outputs of its own. */
static sg_status own_call(const contrast *t, sg_call *c, sg_slab **ret_in)
{
  const sg_node *node = t->node;
  sg_slab *in = items_of(&t->r, t->r.in, node->n_in, 0);
  sg_slab *out = items_of(&t->r, t->r.out, node->n_out, 0);
  if (!in || !out) return SG_ENOMEM;
  for (int k = 0; k < node->n_in; k++)
    if (sg_node_has(node, k) && !node->in[k].tensor && !(in[k].data = zeros(t, size_in(t, k))))
      return SG_ENOMEM;
  for (int o = 0; o < node->n_out; o++)
    if (node->out[o].value != SG_NONE && !(out[o].data = zeros(t, size_out(t, o))))
      return SG_ENOMEM;
  *c = t->r;
  c->in = *ret_in = in;
  c->out = out;
  return SG_OK;
}

/* sum of a (x - r) over a tensor. */
static double over(const real *a, const real *x, const real *r, int64_t n)
{
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += (double) a[i] * ((double) x[i] - (double) r[i]);
  return sum;
}

/* What the quadrature leaves of additivity, in proportion to the differences. */
static void even_out(const contrast *t, const sg_slab *sum)
{
  double left = 0, square = 0;
  for (int o = 0; o < t->node->n_out; o++)
    if (t->node->out[o].value != SG_NONE)
      left += over(t->m[o].data, t->x.out[o].data, t->r.out[o].data, size_out(t, o));
  for (int k = 0; k < t->node->n_in; k++) {
    const real *x = t->x.in[k].data, *r = t->r.in[k].data;
    if (!wanted(t, k)) continue;
    left -= over(sum[k].data, x, r, size_in(t, k));
    for (int64_t i = 0, n = size_in(t, k); i < n; i++)
      square += ((double) x[i] - (double) r[i]) * ((double) x[i] - (double) r[i]);
  }
  for (int k = 0; square > 0 && k < t->node->n_in; k++) {
    const real *x = t->x.in[k].data, *r = t->r.in[k].data;
    real *g = sum[k].data;
    if (!wanted(t, k)) continue;
    for (int64_t i = 0, n = size_in(t, k); i < n; i++)
      g[i] += (real) (left / square * ((double) x[i] - (double) r[i]));
  }
}

static sg_status path(const contrast *t)
{
  double at[NODES], w[NODES];
  sg_slab *in, *sum = collectors(t), *ms;
  sg_call c;
  sg_status s = own_call(t, &c, &in);
  ms = items_of(&t->r, t->m, t->node->n_out, 0);
  if (s || !sum || !ms) return SG_ENOMEM;
  for (int o = 0; o < t->node->n_out; o++)
    if (ms[o].data && !(ms[o].data = zeros(t, size_out(t, o)))) return SG_ENOMEM;
  sg_quadrature_fill(SG_QUAD_GAUSS, NODES, at, w);
  for (int q = 0; !s && q < NODES; q++) {
    mix(t, (real) at[q], in);
    for (int o = 0; o < t->node->n_out; o++)
      for (int64_t i = 0, n = ms[o].data ? size_out(t, o) : 0; i < n; i++)
        ((real *) ms[o].data)[i] = (real) w[q] * ((const real *) t->m[o].data)[i];
    s = t->node->op->forward(&c);
    if (!s) s = t->node->op->vjp(&c, ms, sum);
  }
  if (s) return s;
  even_out(t, sum);
  for (int k = 0; k < t->node->n_in; k++) {
    real *g = t->gin[k].data;
    for (int64_t i = 0, n = g ? size_in(t, k) : 0; i < n; i++)
      g[i] += ((const real *) sum[k].data)[i];
  }
  return SG_OK;
}

/* ---- 7. Families ---- */

static sg_status one_item(const contrast *t)
{
  bool broadcast = t->node->flags & SG_NODE_BROADCAST;
  switch (t->node->family) {
  case SG_LINEAR: return t->node->op->vjp(&t->r, t->m, t->gin);
  case SG_ELEMENTWISE: return elementwise(t);
  case SG_SELECT: return select_rule(t);
  case SG_PRODUCT: return broadcast ? shapley(t) : bilinear(t);
  case SG_COUPLED: return path(t);
  case SG_GATE:
    return broadcast ? shapley(t) : SG_REAL(sg_choice_rule)(&t->x, &t->r, &t->m[0], &t->gin[0]);
  }
  return SG_EINTERNAL;
}

sg_status SG_REAL(sg_family_step)(const sg_pairs *u, const sg_call *call, int index,
                                  const sg_slab *gout, const sg_slab *gin)
{
  const sg_node *node = call->node;
  if (node->family == SG_LINEAR) return node->op->vjp(call, gout, gin);
  sg_call x = SG_REAL(sg_sweep_call)(u->one, index);
  sg_status s = SG_OK;
  x.tmp = call->tmp;
  if (node->family == SG_SELECT && node->op->pick && gin[0].data) {
    bool done;
    s = select_all(u, &x, call, gout, gin, &done);
    if (s || done) return s;
  }
  for (int64_t j = 0; !s && j < call->n; j++) {
    sg_arena_mark mark = sg_arena_here(call->tmp);
    contrast t = {.node = node, .x = x, .epsilon = u->epsilon,
                  .at_sequence = u->at_sequence};
    t.m = items_of(call, gout, node->n_out, j);
    t.gin = items_of(call, gin, node->n_in, j);
    s = t.m && t.gin ? SG_REAL(sg_call_item)(call, j, &t.r) : SG_ENOMEM;
    if (!s) s = one_item(&t);
    sg_arena_reset(call->tmp, mark);
  }
  return s;
}
