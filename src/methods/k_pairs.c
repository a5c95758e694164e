/* methods/k_pairs.c: positive and negative parts of differences, and a multiplier for each.
 * Compiled for float and for double.
 *
 * Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685, sections 3.5.2 and appendix. Forward, the
 * difference D of a value that RevealCancel looks at comes in two parts, D = p + n:
 *
 *   a sum y = W x      p = W+ D+ + W- D-, D+ and D- the parts by sign of the input's difference, W+
 *                      and W- those of the weights; n the rest
 *   one element only   the parts are handed on; a negative factor swaps them
 *   y = f(x)           p' = 1/2 [f(r + p) - f(r)] + 1/2 [f(r + p + n) - f(r + n)], n' the mirror
 *                      image
 *
 * and backward a multiplier for each part, M for p and N for n:
 *
 *   y = f(x)           M' = M p'/p, N' = N n'/n; where a part is below epsilon, or no more than
 *                      what rounding leaves of a difference, the derivative at the reference
 *   a sum              where D > 0: W+^T M + W-^T N; where D < 0: W-^T M + W+^T N; where D = 0 half
 *                      the sum of both
 *
 * Contents
 *   1. differences and calls
 *   2. parts, forward
 *   3. multipliers, backward
 */
#include <float.h>
#include <string.h>

#include "base/real.h"
#include "methods/deeplift.h"

/* ---- 1. Differences and calls ---- */

static int64_t item(const sg_pairs *u, int v)
{
  return sg_shape_item(&u->many->plan->value[v].shape);
}

static bool is_activation(const sg_node *node, int k)
{
  return sg_node_has(node, k) && !node->in[k].tensor;
}

/* The first activation: the one that weights multiply. */
static int lead(const sg_node *node)
{
  int k = 0;
  while (!is_activation(node, k)) k++;
  return k;
}

typedef enum which { ALL, ABOVE, BELOW } which;

/* D of value v for all items, or its part by sign. */
static void difference(const sg_pairs *u, int v, which part, real *to)
{
  const real *x = u->one->value[v].data, *r = u->many->value[v].data;
  int64_t n = item(u, v);
  for (int64_t j = 0; j < u->many->n; j++)
    for (int64_t i = 0; i < n; i++) {
      real d = x[i] - r[j * n + i];
      to[j * n + i] = part == ALL || (part == ABOVE ? d > 0 : d < 0) ? d : 0;
    }
}

static real *room(const sg_pairs *u, int64_t n)
{
  return sg_arena_calloc(u->many->tmp, (size_t) (n * u->many->n) + 1, sizeof(real));
}

/* A call of a layer on inputs that are given, outputs in fresh memory; NULL slabs: out of
 * memory. */
typedef struct own { sg_call call; sg_slab *in, *out; } own;

static sg_status own_call(const sg_pairs *u, const sg_call *c, own *z)
{
  const sg_node *n = c->node;
  z->call = *c;
  z->in = sg_arena_alloc(c->tmp, (size_t) n->n_in + 1, sizeof *z->in);
  z->out = sg_arena_alloc(c->tmp, (size_t) n->n_out + 1, sizeof *z->out);
  if (!z->in || !z->out) return SG_ENOMEM;
  memcpy(z->in, c->in, (size_t) n->n_in * sizeof *z->in);
  memcpy(z->out, c->out, (size_t) n->n_out * sizeof *z->out);
  for (int k = 0; k < n->n_in; k++) {
    if (!is_activation(n, k)) continue;
    z->in[k].codes = NULL;
    if (!(z->in[k].data = room(u, item(u, n->in[k].value)))) return SG_ENOMEM;
  }
  for (int o = 0; o < n->n_out; o++)
    if (n->out[o].value != SG_NONE && !(z->out[o].data = room(u, item(u, n->out[o].value))))
      return SG_ENOMEM;
  z->call.in = z->in;
  z->call.out = z->out;
  z->call.flags |= SG_CALL_DELTA;
  return SG_OK;
}

/* The layer with one part of its weights. */
static void use_weights(own *z, const void *const *part)
{
  for (int k = 0; k < z->call.node->n_in; k++)
    if (part[k]) z->in[k].data = (void *) part[k];
  z->call.prep = NULL;
}

/* The second input of a difference counts negatively. */
static bool negated(const sg_node *n, int k) { return k == 1 && !strcmp(n->op->name, "Sub"); }

/* ---- 2. Parts ---- */

/* Differences by sign into the inputs of a sum, so that all terms have the sign of `part`. */
static void fill_signed(const sg_pairs *u, own *z, which part, bool first_only)
{
  const sg_node *n = z->call.node;
  which other = part == ABOVE ? BELOW : ABOVE;
  for (int k = 0; k < n->n_in; k++) {
    if (!is_activation(n, k)) continue;
    int v = n->in[k].value;
    if (first_only && k != lead(n)) memset(z->in[k].data, 0, (size_t) (item(u, v) * u->many->n) *
                                                    sizeof(real));
    else difference(u, v, negated(n, k) ? other : part, z->in[k].data);
  }
}

static sg_status split_parts(const sg_pairs *u, int i, const sg_call *c)
{
  const sg_node *n = c->node;
  int v = n->out[0].value;
  real *p = u->part[v];
  bool weights = n->flags & SG_NODE_WEIGHTS;
  own z;
  sg_status s = own_call(u, c, &z);
  if (s) return s;
  fill_signed(u, &z, ABOVE, false);
  if (weights) use_weights(&z, u->plan->plus[i]);
  s = n->op->forward(&z.call);
  if (!s) memcpy(p, z.out[0].data, (size_t) (item(u, v) * c->n) * sizeof *p);
  if (s || !weights) return s;
  fill_signed(u, &z, BELOW, true);
  use_weights(&z, u->plan->minus[i]);
  s = n->op->forward(&z.call);
  for (int64_t e = 0; !s && e < item(u, v) * c->n; e++) p[e] += ((const real *) z.out[0].data)[e];
  return s;
}

/* The factor of every output element: what ones become. */
static sg_status factors(const sg_pairs *u, const sg_call *c, own *z)
{
  sg_status s = own_call(u, c, z);
  for (int k = 0; !s && k < c->node->n_in; k++)
    if (is_activation(c->node, k))
      for (int64_t e = 0, n = item(u, c->node->in[k].value) * c->n; e < n; e++)
        ((real *) z->in[k].data)[e] = 1;
  return s ? s : c->node->op->forward(&z->call);
}

static sg_status carry_parts(const sg_pairs *u, const sg_call *c)
{
  const sg_node *n = c->node;
  own one, p, q;
  sg_status s = factors(u, c, &one);
  if (!s) s = own_call(u, c, &p);
  if (!s) s = own_call(u, c, &q);
  for (int k = 0; !s && k < n->n_in; k++) {
    if (!is_activation(n, k)) continue;
    int v = n->in[k].value;
    real *a = p.in[k].data, *b = q.in[k].data;
    memcpy(a, u->part[v], (size_t) (item(u, v) * c->n) * sizeof *a);
    difference(u, v, ALL, b);
    for (int64_t e = 0; e < item(u, v) * c->n; e++) b[e] -= a[e];
  }
  if (!s) s = n->op->forward(&p.call);
  if (!s) s = n->op->forward(&q.call);
  for (int o = 0; !s && o < n->n_out; o++) {
    int v = n->out[o].value;
    if (v == SG_NONE || !u->plan->paired[v]) continue;
    for (int64_t e = 0; e < item(u, v) * c->n; e++)
      ((real *) u->part[v])[e] = ((const real *) (((const real *) one.out[o].data)[e] >= 0
                                                  ? p.out[o].data : q.out[o].data))[e];
  }
  return s;
}

/* d[n items] = the part of f's difference that belongs to p, for all items. */
static sg_status cancel(const sg_pairs *u, int i, const sg_call *c, const real *p, real *d)
{
  const sg_node *n = c->node;
  int k = lead(n);
  const real *r = c->in[k].data, *y = u->one->value[n->out[0].value].data, *q = c->out[0].data;
  const real *x = u->one->value[n->in[k].value].data;
  int64_t size = item(u, n->in[k].value);
  own a, b;
  (void) i;
  sg_status s = own_call(u, c, &a);
  if (!s) s = own_call(u, c, &b);
  if (s) return s;
  for (int64_t e = 0; e < size * c->n; e++) {
    real rest = x[e % size] - r[e] - p[e];
    ((real *) a.in[k].data)[e] = r[e] + p[e];
    ((real *) b.in[k].data)[e] = r[e] + rest;
  }
  a.call.flags = b.call.flags = 0;
  s = n->op->forward(&a.call);
  if (!s) s = n->op->forward(&b.call);
  const real *fp = a.out[0].data, *fn = b.out[0].data;
  for (int64_t e = 0; !s && e < size * c->n; e++)
    d[e] = ((fp[e] - q[e]) + (y[e % size] - fn[e])) / 2;
  return s;
}

static sg_status node_parts(const sg_pairs *u, int i, const sg_call *c)
{
  const sg_node *n = c->node;
  switch (u->plan->rule[i]) {
  case SG_ASSIGN_SPLIT: return split_parts(u, i, c);
  case SG_ASSIGN_CARRY: return carry_parts(u, c);
  case SG_ASSIGN_CANCEL:
    return cancel(u, i, c, u->part[n->in[lead(n)].value], u->part[n->out[0].value]);
  case SG_ASSIGN_FAMILY: break;
  }
  for (int o = 0; o < n->n_out; o++) {
    int v = n->out[o].value;
    if (v != SG_NONE && u->plan->paired[v]) difference(u, v, ABOVE, u->part[v]);
  }
  return SG_OK;
}

sg_status SG_REAL(sg_pairs_parts)(sg_pairs *u, sg_err *err)
{
  const sg_plan *p = u->many->plan;
  for (int i = 0; i < p->n_node; i++) {
    const sg_node *n = p->node[i];
    bool paired = false;
    for (int o = 0; o < n->n_out; o++)
      paired |= n->out[o].value != SG_NONE && u->plan->paired[n->out[o].value];
    if (!paired) continue;
    sg_call c = SG_REAL(sg_sweep_call)(u->many, i);
    sg_arena_mark mark = sg_arena_here(c.tmp);
    sg_status s = node_parts(u, i, &c);
    sg_arena_reset(c.tmp, mark);
    if (s) return sg_fail(err, s, "layer '%s' (%s): %s", n->def->name, n->op->name,
                          sg_status_name(s));
  }
  return SG_OK;
}

/* ---- 3. Multipliers ---- */

/* Slabs over zeroed memory for the activations that are wanted. */
static sg_slab *collectors(const sg_pairs *u, const sg_step *step)
{
  const sg_node *n = step->call->node;
  sg_slab *to = sg_arena_calloc(step->call->tmp, (size_t) n->n_in + 1, sizeof *to);
  for (int k = 0; to && k < n->n_in; k++) {
    to[k] = step->gin[k];
    if (to[k].data && !(to[k].data = room(u, item(u, n->in[k].value)))) return NULL;
  }
  return to;
}

/* The multipliers of parts n behind the layer: M where the value has no parts. */
static sg_slab *minus_out(const sg_pairs *u, const sg_step *step)
{
  const sg_node *n = step->call->node;
  sg_slab *to = sg_arena_calloc(step->call->tmp, (size_t) n->n_out + 1, sizeof *to);
  for (int o = 0; to && o < n->n_out; o++) {
    int v = n->out[o].value;
    to[o] = step->gout[o];
    if (v != SG_NONE && u->plan->paired[v]) to[o].data = u->minus[v];
  }
  return to;
}

/* One input's multipliers: those of both parts where it has them. */
static void add_single(const sg_pairs *u, const sg_step *step, int k, const real *m)
{
  int v = step->call->node->in[k].value;
  real *a = step->gin[k].data, *b = u->plan->paired[v] ? u->minus[v] : NULL;
  for (int64_t e = 0, n = item(u, v) * step->call->n; e < n; e++) {
    a[e] += m[e];
    if (b) b[e] += m[e];
  }
}

/* vjp of only the first or of all activations, with the weights of z. */
static sg_status pull(const own *z, const sg_slab *g, const sg_slab *to, bool first_only)
{
  const sg_node *n = z->call.node;
  sg_slab *gin = sg_arena_calloc(z->call.tmp, (size_t) n->n_in + 1, sizeof *gin);
  if (!gin) return SG_ENOMEM;
  for (int k = 0; k < n->n_in; k++) {
    gin[k] = to[k];
    if (!is_activation(n, k) || (first_only && k != lead(n))) gin[k].data = NULL;
  }
  return n->op->vjp(&z->call, g, gin);
}

static sg_status split_step(const sg_pairs *u, const sg_step *step)
{
  const sg_node *n = step->call->node;
  sg_slab *up = collectors(u, step), *down = collectors(u, step), *minus = minus_out(u, step);
  bool weights = n->flags & SG_NODE_WEIGHTS;
  own z;
  sg_status s = own_call(u, step->call, &z);
  if (s || !up || !down || !minus) return SG_ENOMEM;
  z.call.flags = 0;
  if (weights) use_weights(&z, u->plan->plus[step->index]);
  s = pull(&z, step->gout, up, false);
  if (!s) s = pull(&z, minus, down, false);
  if (weights) use_weights(&z, u->plan->minus[step->index]);
  if (!s && weights) s = pull(&z, minus, up, true);
  if (!s && weights) s = pull(&z, step->gout, down, true);
  for (int k = 0; !s && k < n->n_in; k++) {
    if (!step->gin[k].data || !is_activation(n, k)) continue;
    real *d = z.in[k].data, *a = up[k].data, *b = down[k].data;
    difference(u, n->in[k].value, ALL, d);
    for (int64_t e = 0; e < item(u, n->in[k].value) * step->call->n; e++) {
      real sign = negated(n, k) ? -d[e] : d[e];
      d[e] = sign > 0 ? a[e] : sign < 0 ? b[e] : (a[e] + b[e]) / 2;
    }
    add_single(u, step, k, d);
  }
  return s;
}

static sg_status carry_step(const sg_pairs *u, const sg_step *step)
{
  const sg_node *n = step->call->node;
  sg_slab *plus = collectors(u, step), *minus = collectors(u, step), *out = minus_out(u, step);
  own z, g, h;
  sg_status s = factors(u, step->call, &z);
  if (!s) s = own_call(u, step->call, &g);
  if (!s) s = own_call(u, step->call, &h);
  if (s || !plus || !minus || !out) return SG_ENOMEM;
  for (int o = 0; o < n->n_out; o++) {
    if (n->out[o].value == SG_NONE) continue;
    const real *f = z.out[o].data, *a = step->gout[o].data, *b = out[o].data;
    for (int64_t e = 0; e < item(u, n->out[o].value) * step->call->n; e++) {
      ((real *) g.out[o].data)[e] = f[e] >= 0 ? a[e] : b[e];
      ((real *) h.out[o].data)[e] = f[e] >= 0 ? b[e] : a[e];
    }
  }
  s = n->op->vjp(step->call, g.out, plus);
  if (!s) s = n->op->vjp(step->call, h.out, minus);
  for (int k = 0; !s && k < n->n_in; k++) {
    if (!step->gin[k].data) continue;
    int v = n->in[k].value;
    for (int64_t e = 0; e < item(u, v) * step->call->n; e++) {
      ((real *) step->gin[k].data)[e] += ((const real *) plus[k].data)[e];
      ((real *) u->minus[v])[e] += ((const real *) minus[k].data)[e];
    }
  }
  return s;
}

/* n is a difference of values that were rounded, and so is p: where nothing belongs to a part a few
 * units in the last place remain, whose quotient would be noise. */
static real rounding(real x, real r, real p)
{
  real ulp = SG_IS_F64 ? (real)DBL_EPSILON : (real)FLT_EPSILON;
  return 16 * ulp * (SG_MATH(fabs)(x) + SG_MATH(fabs)(r) + SG_MATH(fabs)(p));
}

static real quotient(real part, real of, real eps, real slope)
{
  return SG_MATH(fabs)(of) < eps ? slope : part / of;
}

static sg_status cancel_step(const sg_pairs *u, const sg_step *step)
{
  const sg_call *c = step->call;
  const sg_node *n = c->node;
  int k = lead(n);
  int v = n->in[k].value;
  int64_t size = item(u, v);
  const real *x = u->one->value[v].data, *r = c->in[k].data, *p = u->part[v];
  const real *y = u->one->value[n->out[0].value].data, *q = c->out[0].data;
  sg_slab *slope = collectors(u, step), *minus = minus_out(u, step), ones = step->gout[0];
  real *d = room(u, size), eps = (real) u->epsilon;
  ones.data = room(u, size);
  if (!step->gin[k].data) return SG_OK;
  if (!slope || !minus || !d || !ones.data) return SG_ENOMEM;
  for (int64_t e = 0; e < size * c->n; e++) ((real *) ones.data)[e] = 1;
  sg_status s = cancel(u, step->index, c, p, d);
  if (!s && n->op->vjp) s = n->op->vjp(c, &ones, slope);
  const real *f = slope[k].data, *M = step->gout[0].data, *N = minus[0].data;
  real *a = step->gin[k].data, *b = u->minus[v];
  for (int64_t e = 0; !s && e < size * c->n; e++) {
    real rest = x[e % size] - r[e] - p[e], drest = y[e % size] - q[e] - d[e];
    real least = rounding(x[e % size], r[e], p[e]);
    if (least < eps) least = eps;
    a[e] += M[e] * quotient(d[e], p[e], least, f[e]);
    b[e] += N[e] * quotient(drest, rest, least, f[e]);
  }
  return s;
}

/* A layer without parts of its own: where a value behind it has them, the multiplier of the part
 * that its whole difference is. */
static sg_status single_step(const sg_pairs *u, const sg_step *step)
{
  const sg_node *n = step->call->node;
  sg_slab *gin = collectors(u, step), *gout = minus_out(u, step);
  if (!gin || !gout) return SG_ENOMEM;
  for (int o = 0; o < n->n_out; o++) {
    int v = n->out[o].value;
    if (v == SG_NONE || !u->plan->paired[v]) continue;
    const real *a = step->gout[o].data, *b = u->minus[v];
    real *d = room(u, item(u, v));
    if (!d) return SG_ENOMEM;
    difference(u, v, ALL, d);
    for (int64_t e = 0; e < item(u, v) * step->call->n; e++)
      d[e] = d[e] > 0 ? a[e] : d[e] < 0 ? b[e] : (a[e] + b[e]) / 2;
    gout[o].data = d;
  }
  sg_status s = SG_REAL(sg_family_step)(u, step->call, step->index, gout, gin);
  for (int k = 0; !s && k < n->n_in; k++)
    if (step->gin[k].data) add_single(u, step, k, gin[k].data);
  return s;
}

static bool touches_pairs(const sg_pairs *u, const sg_node *n)
{
  for (int k = 0; k < n->n_in; k++)
    if (is_activation(n, k) && u->plan->paired[n->in[k].value]) return true;
  for (int o = 0; o < n->n_out; o++)
    if (n->out[o].value != SG_NONE && u->plan->paired[n->out[o].value]) return true;
  return false;
}

static sg_status by_rule(const sg_pairs *u, const sg_step *step)
{
  switch (u->plan->rule[step->index]) {
  case SG_ASSIGN_SPLIT: return split_step(u, step);
  case SG_ASSIGN_CARRY: return carry_step(u, step);
  case SG_ASSIGN_CANCEL: return cancel_step(u, step);
  case SG_ASSIGN_FAMILY: break;
  }
  if (touches_pairs(u, step->call->node)) return single_step(u, step);
  return SG_REAL(sg_family_step)(u, step->call, step->index, step->gout, step->gin);
}

sg_status SG_REAL(sg_pairs_step)(void *user, const sg_step *step, sg_err *err)
{
  const sg_node *n = step->call->node;
  sg_status s = by_rule(user, step);
  return s ? sg_fail(err, s, "layer '%s' (%s): %s", n->def->name, n->op->name, sg_status_name(s))
           : SG_OK;
}
