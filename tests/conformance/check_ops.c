/* tests/conformance/check_ops.c: laws that every op of the registry obeys, on random and degenerate
 * input.
 *
 * usage: check_ops [OP]     one TAP line per op and law
 *
 * Contents
 *   1. comparing, reporting
 *   2. vjp against finite differences
 *   3. precision, preparation, batch independence
 *   4. windows: VALUE and DELTA
 *   5. reach and need are tight
 *   6. degenerate input
 *   7. tables, main
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sampled.h"
#include "seqgloss/model.h"

#define SAMPLES 60

/* ---- 1. Comparing ------------------------------------------------------------------ */

typedef struct verdict { bool failed; int seen; char why[512]; } verdict;

static void fail(verdict *v, const char *fmt, ...)
{
  va_list ap;
  if (v->failed) return;
  v->failed = true;
  va_start(ap, fmt);
  vsnprintf(v->why, sizeof v->why, fmt, ap);
  va_end(ap);
}

static bool both_nan(double a, double b) { return isnan(a) && isnan(b); }

/* |a - b| <= tol * max(1, max|b|), NaN only beside NaN, infinities equal. */
static bool close_to(const double *a, const double *b, int64_t n, double tol, int64_t *at)
{
  double top = 1;
  for (int64_t i = 0; i < n; i++)
    if (isfinite(b[i]) && fabs(b[i]) > top) top = fabs(b[i]);
  for (*at = 0; *at < n; ++*at) {
    double x = a[*at], y = b[*at];
    if (x == y || both_nan(x, y)) continue;
    if (!(fabs(x - y) <= tol * top)) return false;
  }
  return true;
}

/* ---- 2. Finite differences --------------------------------------------------------- */

static double weighted(sampled *s, const double *const *x, double *const *r)
{
  evaluation e = {.p = F64, .n = s->n, .x = x};
  double sum = 0;
  if (evaluate(s, &e)) return NAN;
  for (int o = 0; o < s->n_out; o++)
    for (int64_t i = 0; i < out_count(s, o, s->n); i++) sum += r[o][i] * e.y[o][i];
  return sum;
}

static void difference(sampled *s, verdict *v, int k, int64_t i, double *const *r, double g,
                       double scale)
{
  double *x = s->x[k], keep = x[i], h = 1e-5 * fmax(1, fabs(keep));
  const double *const *xs = (const double *const *) s->x;
  double mid = weighted(s, xs, r);
  x[i] = keep + h;
  double up = weighted(s, xs, r);
  x[i] = keep - h;
  double down = weighted(s, xs, r);
  x[i] = keep;
  double d = (up - down) / (2 * h), rise = (up - mid) / h, fall = (mid - down) / h;
  bool kink = !s->node[F64]->op->smooth && fabs(rise - fall) > 1e-3 * fmax(1, fabs(d));
  if (!kink && !(fabs(d - g) <= 2e-5 * fmax(1, scale) + 1e-4 * fabs(d)))
    fail(v, "input %d element %d: vjp %.9g, difference %.9g", k, (int) i, g, d);
}

static void law_vjp(sampled *s, verdict *v)
{
  double *r[MAX_ARGS], *gx[MAX_ARGS] = {0};
  if (!s->node[F64]->op->vjp) return;
  s->n = 2;
  for (int o = 0; o < s->n_out; o++) {
    r[o] = scratch(s, out_count(s, o, s->n), sizeof(double));
    for (int64_t i = 0; i < out_count(s, o, s->n); i++) r[o][i] = normal(s);
  }
  for (int k = 0; k < s->n_in; k++)
    if (is_activation(s, k) || is_float_const(s, k))
      gx[k] = scratch(s, in_count(s, k), sizeof(double));
  evaluation e = {.p = F64, .n = s->n, .x = (const double *const *) s->x};
  if (differentiate(s, &e, r, gx)) fail(v, "vjp failed");
  for (int k = 0; k < s->n_in && !v->failed; k++) {
    double scale = 0;
    for (int64_t i = 0; gx[k] && i < in_count(s, k); i++) scale = fmax(scale, fabs(gx[k][i]));
    for (int t = 0; gx[k] && t < 6 && !v->failed; t++) {
      int64_t i = (int64_t) sg_rng_below(&s->rng, (uint64_t) in_count(s, k));
      difference(s, v, k, i, r, gx[k][i], scale);
    }
  }
  v->seen++;
  s->n = MAX_ITEMS;
}

/* vjp adds: a second call on the same arrays doubles them; wanted subsets give the same numbers. */
static void law_vjp_adds(sampled *s, verdict *v)
{
  double *r[MAX_ARGS], *a[MAX_ARGS] = {0}, *b[MAX_ARGS] = {0};
  if (!s->node[F32]->op->vjp) return;
  for (int o = 0; o < s->n_out; o++) {
    r[o] = scratch(s, out_count(s, o, s->n), sizeof(double));
    for (int64_t i = 0; i < out_count(s, o, s->n); i++) r[o][i] = normal(s);
  }
  evaluation e = {.p = F32, .n = s->n, .x = (const double *const *) s->x, .prepared = true};
  for (int k = 0; k < s->n_in && !v->failed; k++) {
    if (!is_activation(s, k)) continue;
    int64_t n = in_count(s, k), at;
    a[k] = scratch(s, n, sizeof(double));
    if (differentiate(s, &e, r, a)) fail(v, "vjp failed");
    b[k] = scratch(s, n, sizeof(double));
    for (int64_t i = 0; i < n; i++) b[k][i] = a[k][i];
    if (differentiate(s, &e, r, b)) fail(v, "vjp failed");
    for (int64_t i = 0; i < n; i++) b[k][i] /= 2;
    if (!close_to(b[k], a[k], n, 1e-5, &at)) fail(v, "input %d: vjp does not add", k);
    a[k] = b[k] = NULL;
  }
  v->seen++;
}

/* vjp is linear: what arrives at few outputs (which layers may handle in a way of their own) and at
 * the others gives together what arrives at all gives. */
static void law_vjp_linear(sampled *s, verdict *v)
{
  double *part[3][MAX_ARGS], *g[3][MAX_ARGS] = {{0}};
  int64_t at;
  if (!s->node[F64]->op->vjp) return;
  for (int o = 0; o < s->n_out; o++) {
    int64_t n = out_count(s, o, s->n);
    for (int p = 0; p < 3; p++) part[p][o] = scratch(s, n, sizeof(double));
    for (int64_t i = 0; i < n; i++) {
      part[0][o][i] = normal(s);
      part[sg_rng_below(&s->rng, 24) ? 1 : 2][o][i] = part[0][o][i];
    }
  }
  evaluation e = {.p = F64, .n = s->n, .x = (const double *const *) s->x};
  for (int p = 0; p < 3; p++) {
    for (int k = 0; k < s->n_in; k++)
      if (is_activation(s, k)) g[p][k] = scratch(s, in_count(s, k), sizeof(double));
    if (differentiate(s, &e, part[p], g[p])) fail(v, "vjp failed");
  }
  for (int k = 0; k < s->n_in && !v->failed; k++) {
    for (int64_t i = 0; g[0][k] && i < in_count(s, k); i++) g[1][k][i] += g[2][k][i];
    if (g[0][k] && !close_to(g[1][k], g[0][k], in_count(s, k), 1e-9, &at))
      fail(v, "input %d element %d: %.9g in parts, %.9g at once", k, (int) at, g[1][k][at],
           g[0][k][at]);
  }
  v->seen++;
}

/* ---- 3. Precision, preparation, batches -------------------------------------------- */

static void law_precision(sampled *s, verdict *v)
{
  evaluation f = {.p = F32, .n = s->n, .x = (const double *const *) s->x};
  evaluation d = f, q = f;
  int64_t at;
  d.p = F64;
  q.prepared = true;
  if (evaluate(s, &f) || evaluate(s, &d) || evaluate(s, &q)) fail(v, "forward failed");
  for (int o = 0; o < s->n_out && !v->failed; o++) {
    int64_t n = out_count(s, o, s->n);
    if (!close_to(f.y[o], d.y[o], n, 1e-5, &at))
      fail(v, "output %d element %d: float %.9g, double %.9g", o, (int) at, f.y[o][at],
           d.y[o][at]);
    else if (!close_to(q.y[o], d.y[o], n, 1e-5, &at))
      fail(v, "output %d element %d: prepared %.9g, double %.9g", o, (int) at, q.y[o][at],
           d.y[o][at]);
  }
  v->seen++;
}

/* Item i alone and in a batch, and an equal item elsewhere: the same bits. */
static void law_batch(sampled *s, verdict *v)
{
  const double *one[MAX_ARGS];
  for (int k = 0; k < s->n_in; k++) {
    int64_t item = in_count(s, k) / s->n;
    if (is_activation(s, k)) memcpy(s->x[k] + 5 * item, s->x[k] + item, (size_t) item * 8);
  }
  evaluation all = {.p = F32, .n = s->n, .x = (const double *const *) s->x, .prepared = true};
  if (evaluate(s, &all)) fail(v, "forward failed");
  for (int i = 0; i < s->n && !v->failed; i++) {
    evaluation e = {.p = F32, .n = 1, .x = one, .prepared = true};
    for (int k = 0; k < s->n_in; k++)
      one[k] = s->x[k] + (is_activation(s, k) ? i * (in_count(s, k) / s->n) : 0);
    if (evaluate(s, &e)) fail(v, "forward failed");
    for (int o = 0; o < s->n_out && !v->failed; o++) {
      int64_t n = out_count(s, o, 1);
      if (memcmp(e.y[o], all.y[o] + i * n, (size_t) n * 8))
        fail(v, "output %d: item %d differs from its value in a batch of %d", o, i, s->n);
      if (memcmp(all.y[o] + n, all.y[o] + 5 * n, (size_t) n * 8))
        fail(v, "output %d: equal items, different bits", o);
    }
  }
  v->seen++;
}

/* ---- 4. Windows -------------------------------------------------------------------- */

static int64_t between(sampled *s, int64_t lo, int64_t hi)
{
  return lo + (int64_t) sg_rng_below(&s->rng, (uint64_t) (hi - lo + 1));
}

/* Input windows of a common width that cover, for every item, what output window w of output o
 * needs. false: no interval form. */
static bool need_windows(sampled *s, int o, const window *w, window *in)
{
  const sg_node *n = s->node[F32];
  for (int k = 0; k < s->n_in; k++) {
    in[k].axis = 0;
    if (!is_activation(s, k)) continue;
    sg_interval got[MAX_ITEMS];
    int64_t width = 1;
    for (int i = 0; i < s->n; i++) {
      sg_interval out = {w->axis, w->start[i], w->start[i] + w->width};
      if (!n->op->need(n, o, &out, k, &got[i])) return false;
      if (got[i].hi - got[i].lo > width) width = got[i].hi - got[i].lo;
    }
    int64_t full = s->spec.in[k].shape.d[got[0].axis];
    in[k].axis = got[0].axis;
    in[k].width = width;
    for (int i = 0; i < s->n; i++) {
      int64_t lo = got[i].hi > got[i].lo ? got[i].lo : 0;
      in[k].start[i] = lo + width > full ? full - width : lo;
    }
  }
  return true;
}

static void law_value_windows(sampled *s, verdict *v)
{
  evaluation all = {.p = F32, .n = s->n, .x = (const double *const *) s->x, .prepared = true};
  if (evaluate(s, &all)) fail(v, "forward failed");
  sg_shape full = out_shape(s, 0, s->n, NULL);
  for (int axis = 1; axis < full.nd && !v->failed && s->n_out == 1; axis++) {
    window out = {.axis = axis, .width = between(s, 1, full.d[axis])}, in[MAX_ARGS];
    const double *x[MAX_ARGS];
    for (int i = 0; i < s->n; i++) out.start[i] = between(s, 0, full.d[axis] - out.width);
    if (axis == 1 && full.nd > 2) continue;
    if (!need_windows(s, 0, &out, in)) continue;
    for (int k = 0; k < s->n_in; k++) {
      sg_shape whole = arg_shape(s, k, s->n, NULL);
      x[k] = in[k].axis ? cut(s, &whole, s->x[k], s->n, &in[k]) : s->x[k];
    }
    evaluation e = {.p = F32, .n = s->n, .x = x, .win = in, .out_win = &out, .prepared = true};
    if (evaluate(s, &e)) fail(v, "forward of a window failed");
    double *want = cut(s, &full, all.y[0], s->n, &out);
    int64_t n = sg_shape_count(&full) / full.d[axis] * out.width, at;
    if (!close_to(e.y[0], want, n, 0, &at))
      fail(v, "axis %d width %d element %d: window %.9g, slice %.9g", axis, (int) out.width,
           (int) at, e.y[0][at], want[at]);
    v->seen++;
  }
}

/* A change d of input k at positions of window `in`: f(x + d) - f(x) is forward of d alone. */
static void delta_windows(sampled *s, verdict *v, int k, const window *in)
{
  const sg_node *n = s->node[F64];
  window out = {0}, wins[MAX_ARGS] = {{0}};
  const double *x[MAX_ARGS], *moved[MAX_ARGS];
  sg_interval got[MAX_ITEMS];
  out.width = 1;
  for (int i = 0; i < s->n; i++) {
    sg_interval span = {in->axis, in->start[i], in->start[i] + in->width};
    if (!n->op->reach(n, k, &span, 0, &got[i])) return;
    if (got[i].hi - got[i].lo > out.width) out.width = got[i].hi - got[i].lo;
  }
  out.axis = got[0].axis;
  sg_shape whole = arg_shape(s, k, s->n, NULL), full = out_shape(s, 0, s->n, NULL);
  for (int i = 0; i < s->n; i++) {
    int64_t lo = got[i].hi > got[i].lo ? got[i].lo : 0;
    out.start[i] = lo + out.width > full.d[out.axis] ? full.d[out.axis] - out.width : lo;
  }
  double *d = scratch(s, in_count(s, k), sizeof *d), *xd = scratch(s, in_count(s, k), sizeof *xd);
  int64_t st[SG_MAX_RANK];
  sg_strides(&whole, st);
  for (int64_t i = 0; i < in_count(s, k); i++) {
    int64_t p = i / st[in->axis] % whole.d[in->axis], item = i / st[0];
    bool inside = p >= in->start[item] && p < in->start[item] + in->width;
    d[i] = inside ? normal(s) : 0;
    xd[i] = s->x[k][i] + d[i];
  }
  for (int j = 0; j < s->n_in; j++) {
    x[j] = moved[j] = s->x[j];
    if (!is_activation(s, j)) continue;
    wins[j] = (window){.axis = in->axis, .width = 1};
    if (in->axis >= s->spec.in[j].shape.nd) return;
    x[j] = scratch(s, in_count(s, j), sizeof(double));
  }
  moved[k] = xd;
  wins[k] = *in;
  x[k] = cut(s, &whole, d, s->n, in);
  evaluation a = {.p = F64, .n = s->n, .x = (const double *const *) s->x}, b = a;
  b.x = moved;
  evaluation e = {.p = F64, .n = s->n, .x = x, .win = wins, .out_win = &out,
                  .flags = SG_CALL_DELTA, .prepared = true};
  if (evaluate(s, &a) || evaluate(s, &b) || evaluate(s, &e)) fail(v, "forward failed");
  for (int64_t i = 0; i < sg_shape_count(&full); i++) b.y[0][i] -= a.y[0][i];
  double *want = cut(s, &full, b.y[0], s->n, &out);
  int64_t m = sg_shape_count(&full) / full.d[out.axis] * out.width, at;
  if (!close_to(e.y[0], want, m, 1e-9, &at))
    fail(v, "input %d axis %d element %d: delta %.9g, difference %.9g", k, in->axis, (int) at,
         e.y[0][at], want[at]);
  v->seen++;
}

static void law_delta_windows(sampled *s, verdict *v)
{
  if (s->node[F64]->family != SG_LINEAR || s->n_out != 1) return;
  for (int k = 0; k < s->n_in; k++) {
    const sg_shape *a = &s->spec.in[k].shape;
    if (!is_activation(s, k)) continue;
    for (int axis = a->nd > 2 ? 2 : 1; axis < a->nd && !v->failed; axis++) {
      window in = {.axis = axis, .width = between(s, 1, a->d[axis] < 4 ? a->d[axis] : 4)};
      for (int i = 0; i < s->n; i++) in.start[i] = between(s, 0, a->d[axis] - in.width);
      delta_windows(s, v, k, &in);
    }
  }
}

/* What differences become, when activations are f of the sample's and weights g of them. Of several
 * activations only the first has weights: `first` leaves the others out. */
static bool flagged(sampled *s, double (*f)(double), double (*g)(double), bool first, evaluation *e)
{
  double *x[MAX_ARGS] = {0};
  int lead = 0;
  while (!is_activation(s, lead)) lead++;
  for (int j = 0; j < s->n_in; j++) {
    x[j] = s->x[j];
    bool act = is_activation(s, j);
    if (s->spec.in[j].absent || (!act && !is_float_const(s, j))) continue;
    x[j] = scratch(s, in_count(s, j), sizeof(double));
    for (int64_t i = 0; i < in_count(s, j); i++)
      x[j][i] = act && j != lead && first ? 0 : (act ? f : g)(s->x[j][i]);
  }
  *e = (evaluation) {.p = F64, .n = s->n, .x = (const double *const *) x, .flags = SG_CALL_DELTA};
  return !evaluate(s, e);
}

static double as_it_is(double v) { return v; }
static double one(double v) { return v - v + 1; }
static double square(double v) { return v * v; }
static double above(double v) { return v > 0 ? v : 0; }
static double below(double v) { return v < 0 ? v : 0; }

/* CARRY: each output is a x of one input, so y(x)^2 = y(1) y(x^2). WEIGHTS: what constants add up
 * to, their parts by sign do. Attribution relies on both. */
static void law_flags(sampled *s, verdict *v)
{
  evaluation a, b, c;
  unsigned flags = s->node[F64]->flags;
  if (s->node[F64]->family != SG_LINEAR) return;
  if (flags & SG_NODE_CARRY) {
    if (!flagged(s, as_it_is, as_it_is, false, &a) || !flagged(s, one, as_it_is, false, &b) ||
        !flagged(s, square, as_it_is, false, &c)) fail(v, "forward failed");
  } else if (flags & SG_NODE_WEIGHTS) {
    if (!flagged(s, as_it_is, as_it_is, false, &a) || !flagged(s, as_it_is, above, false, &b) ||
        !flagged(s, as_it_is, below, true, &c)) fail(v, "forward failed");
  } else {
    return;
  }
  for (int64_t i = 0; !v->failed && s->n_out == 1 && i < out_count(s, 0, s->n); i++) {
    double got = flags & SG_NODE_CARRY ? b.y[0][i] * c.y[0][i] : b.y[0][i] + c.y[0][i];
    double want = flags & SG_NODE_CARRY ? a.y[0][i] * a.y[0][i] : a.y[0][i];
    if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
      fail(v, "element %d: %.9g, not %.9g", (int) i, got, want);
  }
  v->seen++;
}

/* ---- 5. Reach and need ------------------------------------------------------------- */

/* hull[p]: positions of output o (along axis `oa`) that change when position p of input k (along
 * `ia`) does, over several draws. */
static void observe(sampled *s, int k, int ia, int o, int oa, sg_interval *hull)
{
  sg_shape in = arg_shape(s, k, s->n, NULL), out = out_shape(s, o, s->n, NULL);
  int64_t is[SG_MAX_RANK], os[SG_MAX_RANK], P = in.d[ia], n = in_count(s, k);
  double *keep = s->x[k], *x = scratch(s, n, sizeof *x);
  sg_strides(&in, is);
  sg_strides(&out, os);
  for (int64_t p = 0; p < P; p++) hull[p] = (sg_interval){oa, 0, 0};
  evaluation base = {.p = F64, .n = s->n, .x = (const double *const *) s->x};
  evaluate(s, &base);
  for (int64_t p = 0; p < P; p++)
    for (int draw = 0; draw < 6; draw++) {
      evaluation e = {.p = F64, .n = s->n, .x = (const double *const *) s->x};
      const sg_sample_in *spec = &s->spec.in[k];
      double sign = draw % 2 ? -1 : 1;
      for (int64_t i = 0; i < n; i++) {
        bool here = i / is[ia] % P == p;
        double u = sg_rng_unit(&s->rng);
        x[i] = !here          ? keep[i]
               : spec->boolean ? 1 - keep[i]
               : spec->hi != spec->lo ? spec->lo + u * (spec->hi - spec->lo)
                                      : keep[i] + sign * (draw < 4 ? 30 : 0.3) * u;
      }
      s->x[k] = x;
      evaluate(s, &e);
      s->x[k] = keep;
      for (int64_t i = 0; i < out_count(s, o, s->n); i++) {
        int64_t q = i / os[oa] % out.d[oa];
        if (e.y[o][i] == base.y[o][i] || both_nan(e.y[o][i], base.y[o][i])) continue;
        if (hull[p].hi == hull[p].lo) hull[p].lo = q, hull[p].hi = q + 1;
        if (q < hull[p].lo) hull[p].lo = q;
        if (q >= hull[p].hi) hull[p].hi = q + 1;
      }
    }
}

static bool empty(const sg_interval *i) { return i->hi <= i->lo; }

static bool within(const sg_interval *i, int64_t p) { return p >= i->lo && p < i->hi; }

/* What `need` says of output positions lo..hi, against the observed influence of every input
 * position: its first and last output are known to depend on it, those between need not. */
static void check_need(sampled *s, verdict *v, int k, int ia, int o, const sg_interval *hull)
{
  const sg_node *n = s->node[F64];
  int64_t P = s->spec.in[k].shape.d[ia], Q = n->out[o].shape.d[hull[0].axis];
  sg_interval out = {hull[0].axis, between(s, 0, Q - 1), 0}, in, seen = {ia, P, 0};
  out.hi = between(s, out.lo + 1, Q);
  if (!n->op->need(n, o, &out, k, &in)) {
    fail(v, "reach has an interval form and need has none");
    return;
  }
  for (int64_t p = 0; p < P; p++)
    if (!empty(&hull[p]) && (within(&out, hull[p].lo) || within(&out, hull[p].hi - 1))) {
      if (p < seen.lo) seen.lo = p;
      seen.hi = p + 1;
    }
  if (in.axis != ia || (!empty(&seen) && (empty(&in) || in.lo > seen.lo || in.hi < seen.hi)) ||
      (!empty(&in) && (in.lo < 0 || in.hi > P)))
    fail(v, "need of output %d..%d of %d is %d..%d, observed %d..%d", (int) out.lo, (int) out.hi,
         (int) Q, (int) in.lo, (int) in.hi, (int) seen.lo, (int) seen.hi);
}

static void law_reach(sampled *s, verdict *v)
{
  const sg_node *n = s->node[F64];
  s->n = 2;
  for (int k = 0; k < s->n_in && !v->failed; k++) {
    const sg_shape *a = &s->spec.in[k].shape;
    if (!is_activation(s, k)) continue;
    for (int axis = a->nd > 2 ? 2 : 1; axis < a->nd && !v->failed; axis++) {
      sg_interval *hull = scratch(s, a->d[axis], sizeof *hull), one = {axis, 0, 1}, out;
      if (!n->op->reach(n, k, &one, 0, &out)) continue;
      observe(s, k, axis, 0, out.axis, hull);
      for (int64_t p = 0; p < a->d[axis] && !v->failed; p++) {
        one = (sg_interval){axis, p, p + 1};
        if (!n->op->reach(n, k, &one, 0, &out)) fail(v, "reach changed its mind");
        bool none = empty(&hull[p]);
        bool exact = n->family == SG_LINEAR || n->family == SG_SELECT;
        bool covers = none || (!empty(&out) && out.lo <= hull[p].lo && out.hi >= hull[p].hi);
        bool tight = none ? empty(&out) : out.lo == hull[p].lo && out.hi == hull[p].hi;
        if (!covers || (exact && !tight))
          fail(v, "reach of input %d axis %d position %d of %d is %d..%d, observed %d..%d", k, axis,
               (int) p, (int) a->d[axis], (int) out.lo, (int) out.hi, (int) hull[p].lo,
               (int) hull[p].hi);
      }
      if (!v->failed) check_need(s, v, k, axis, 0, hull);
      v->seen++;
    }
  }
  s->n = MAX_ITEMS;
}

/* ---- 6. Degenerate input ----------------------------------------------------------- */

static void law_degenerate(sampled *s, verdict *v)
{
  evaluation e = {.p = F32, .n = s->n, .x = (const double *const *) s->x};
  double fill[] = {0, 1, -1, INFINITY};
  int64_t at;
  for (int t = 0; t < 4; t++) {
    evaluation d;
    for (int k = 0; k < s->n_in; k++)
      for (int64_t i = 0; is_activation(s, k) && i < in_count(s, k); i++) s->x[k][i] = fill[t];
    d = e;
    d.p = F64;
    if (evaluate(s, &e) || evaluate(s, &d)) fail(v, "forward failed");
    for (int o = 0; o < s->n_out && t < 3; o++)
      if (!close_to(e.y[o], d.y[o], out_count(s, o, s->n), 1e-5, &at))
        fail(v, "all %g: float %.9g, double %.9g", fill[t], e.y[o][at], d.y[o][at]);
  }
  v->seen++;
}

/* A NaN is not lost: where a number changes the output, a NaN in its place shows. */
static void law_nan(sampled *s, verdict *v)
{
  const sg_node *n = s->node[F32];
  evaluation a = {.p = F32, .n = s->n, .x = (const double *const *) s->x}, b = a, c = a;
  if (n->family == SG_GATE || n->out[0].dtype == SG_BOOL || n->out[0].dtype == SG_I64) return;
  if (!is_activation(s, 0) || s->spec.in[0].boolean) return;
  int64_t i = between(s, 0, in_count(s, 0) - 1);
  double keep = s->x[0][i];
  evaluate(s, &a);
  s->x[0][i] = keep * 0.9 + 0.01;
  evaluate(s, &b);
  s->x[0][i] = NAN;
  evaluate(s, &c);
  bool changed = false, shown = false;
  for (int o = 0; o < s->n_out; o++)
    for (int64_t j = 0; j < out_count(s, o, s->n); j++) {
      changed = changed || a.y[o][j] != b.y[o][j];
      shown = shown || isnan(c.y[o][j]);
    }
  if (changed && !shown) fail(v, "a NaN in the input does not show in the output");
  v->seen++;
}

/* ---- 7. Tables, main --------------------------------------------------------------- */

static const struct law { const char *name; void (*check)(sampled *, verdict *); } laws[] = {
  {"vjp is the derivative", law_vjp},
  {"flags say what is so", law_flags},
  {"vjp adds", law_vjp_adds},
  {"vjp is linear", law_vjp_linear},
  {"float is near double, prepared or not", law_precision},
  {"items do not see each other", law_batch},
  {"windows are slices", law_value_windows},
  {"delta windows are differences", law_delta_windows},
  {"reach and need are tight", law_reach},
  {"degenerate input", law_degenerate},
  {"NaN propagates", law_nan}};

static void check_table(const sg_registry *r, int i, verdict *v)
{
  const sg_op *a = r->f32[i], *b = r->f64[i];
  if (strcmp(a->name, b->name)) fail(v, "registries differ");
  if (!a->summary) fail(v, "summary missing");
  if (a->forward && (!a->infer || !a->configure)) fail(v, "forward without configure and infer");
  if (!a->forward && !a->fold) fail(v, "neither forward nor fold");
  if (a->forward && (!a->reach || !a->need || !a->sample))
    fail(v, "forward without reach, need, sample");
  for (int j = 0; j < i; j++)
    if (!strcmp(r->f32[j]->name, a->name)) fail(v, "two ops of this name");
}

static int count, failures;

static void report(const char *op, const char *law, const verdict *v)
{
  printf("%sok %d - %s: %s%s\n", v->failed ? "not " : "", ++count, op, law,
         v->seen || v->failed ? "" : " # SKIP does not apply");
  if (v->failed) printf("# %s\n", v->why);
  failures += v->failed;
  fflush(stdout);
}

static void check_law(const sg_registry *r, int i, const struct law *law)
{
  verdict v = {0};
  for (int t = 0; t < SAMPLES && !v.failed; t++) {
    sampled s;
    char why[256] = "sample has too many arguments";
    if (!sampled_init(&s, r->f32[i], r->f64[i], (uint64_t) t, why)) fail(&v, "sample: %s", why);
    else law->check(&s, &v);
    size_t len = strlen(v.why);
    if (v.failed) snprintf(v.why + len, sizeof v.why - len, " (sample %d)", t);
    sampled_free(&s);
  }
  report(r->f32[i]->name, law->name, &v);
}

int main(int argc, char **argv)
{
  const sg_registry *r = sg_ops();
  int n = 0, chosen = 0;
  const int n_laws = (int) (sizeof laws / sizeof *laws);
  for (; r->f32[n]; n++)
    if (argc < 2 || !strcmp(argv[1], r->f32[n]->name)) chosen += 1 + (r->f32[n]->forward ? n_laws :
        0);
  printf("1..%d\n", chosen);
  for (int i = 0; i < n; i++) {
    verdict v = {.seen = 1};
    if (argc > 1 && strcmp(argv[1], r->f32[i]->name)) continue;
    check_table(r, i, &v);
    report(r->f32[i]->name, "table", &v);
    for (int l = 0; l < n_laws && r->f32[i]->forward; l++) {
      if (v.failed) report(r->f32[i]->name, laws[l].name, &v);
      else check_law(r, i, &laws[l]);
    }
  }
  return failures != 0;
}
