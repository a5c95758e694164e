/* ops/k_elementwise.c: walks broadcast shapes and windows row by row.
 *
 * Contents
 *   1. aligning input windows with the output's
 *   2. walks: merged axes with one stride per operand
 *   3. forward and vjp
 *   4. configure, infer
 *   5. reach, need
 *   6. samples
 */
#include <string.h>

#include "ops/k_elementwise.h"

/* ---- 1. Windows ------------------------------------------------------------------------------ */

/* An operand of a walk: element (item i, index) at data + i*pitch + shift*(out start - own start)
 * + strides. */
typedef struct operand {
  const real *data;
  real *grad;
  int64_t pitch;
  int64_t st[SG_MAX_RANK];      /* by axis of the output; 0: broadcast */
  int64_t shift;                /* elements per position of the window axis; 0: nothing to shift */
  const int64_t *start;         /* own window starts, NULL: 0 */
} operand;

/* Does window `s` hold what window `out` asks for, in every item? */
static bool covers(const sg_slab *s, const sg_slab *out, int64_t n)
{
  int64_t have = s->shape.d[s->axis], want = out->shape.d[out->axis];
  if (s->start == out->start) return have >= want;
  for (int64_t i = 0; i < n; i++) {
    int64_t at = sg_slab_start(out, i) - sg_slab_start(s, i);
    if (at < 0 || at + want > have) return false;
  }
  return true;
}

/* A copy of window `s` cut to the positions of `out`, zero where s has none. The items' memory is
 * blocks of positions: outer axes, positions, inner axes. */
static sg_status recut(const sg_call *c, const sg_slab *s, const sg_slab *out, sg_slab *ret)
{
  int order[SG_MAX_RANK], at = 0;
  int64_t outer = 1, inner = 1;
  sg_memory_order(&s->shape, order);
  while (order[at] != s->axis) at++;
  for (int j = 1; j < at; j++) outer *= s->shape.d[order[j]];
  for (int j = at + 1; j < s->shape.nd; j++) inner *= s->shape.d[order[j]];
  int64_t have = s->shape.d[s->axis], want = out->shape.d[out->axis];
  real *to = sg_arena_calloc(c->tmp, (size_t) (c->n * outer * want * inner), sizeof *to);
  if (!to) return SG_ENOMEM;
  *ret = *s;
  ret->data = to;
  ret->start = out->start;
  ret->shape.d[s->axis] = want;
  for (int64_t i = 0; i < c->n; i++) {
    int64_t off = sg_slab_start(out, i) - sg_slab_start(s, i);
    int64_t lo = off < 0 ? -off : 0, hi = want < have - off ? want : have - off;
    if (hi <= lo) continue;
    const real *from = (const real *) s->data + i * sg_slab_pitch(s);
    for (int64_t b = 0; b < outer; b++)
      memcpy(to + ((i * outer + b) * want + lo) * inner, from + (b * have + lo + off) * inner,
             (size_t) ((hi - lo) * inner) * sizeof *to);
  }
  return SG_OK;
}

/* Input `in` as an operand of a walk over `out`. */
static sg_status make_operand(const sg_call *c, const sg_slab *in, const sg_slab *out, operand *op)
{
  sg_slab s = *in;
  sg_slab to = *out;
  int64_t st[SG_MAX_RANK];
  int lag = out->shape.nd - s.shape.nd;
  if (!to.start) to.axis = s.axis + lag;
  bool widened = s.start && s.full == 1 && out->start && out->full != 1;
  if (s.start && s.shape.batched && !widened && !covers(&s, &to, c->n)) {
    sg_status status = recut(c, in, &to, &s);
    if (status) return status;
  }
  sg_strides(&s.shape, st);
  *op = (operand){.data = s.data, .pitch = sg_slab_pitch(&s), .start = s.start};
  for (int a = 0; a < out->shape.nd; a++) {
    bool one = a < lag || s.shape.d[a - lag] == 1;
    bool window = s.start && a - lag == s.axis && s.full != 1;
    op->st[a] = one && !window ? 0 : st[a - lag];
  }
  if (out->shape.batched) op->st[0] = 0;
  if ((out->start || s.start) && out->axis > 0) op->shift = op->st[out->axis];
  return SG_OK;
}

/* ---- 2. Walks -------------------------------------------------------------------------------- */

/* Axes slowest first. Axis 0 is the items unless windows are shifted (then `items` counts them and
 * each is walked by itself). */
typedef struct walk {
  int n_op, nd;
  int64_t items;
  int64_t d[SG_MAX_RANK + 1];
  int64_t st[SG_ROW_INPUTS][SG_MAX_RANK + 1];
} walk;

/* Appends an axis, merged with the one before it where every operand's strides allow that. */
static void add_axis(walk *w, int64_t d, const int64_t *st)
{
  if (d == 1) return;
  bool merge = w->nd > 0;
  for (int k = 0; merge && k < w->n_op; k++) merge = w->st[k][w->nd - 1] == st[k] * d;
  int at = merge ? w->nd - 1 : w->nd++;
  w->d[at] = merge ? w->d[at] * d : d;
  for (int k = 0; k < w->n_op; k++) w->st[k][at] = st[k];
}

static void make_walk(walk *w, const operand *op, int n_op, const sg_slab *out, int64_t n)
{
  int order[SG_MAX_RANK];
  int64_t st[SG_ROW_INPUTS];
  bool shifted = false;
  *w = (walk){.n_op = n_op, .items = 1};
  for (int k = 0; k < n_op; k++) {
    st[k] = op[k].pitch;
    shifted = shifted || (op[k].shift && op[k].start != out->start);
  }
  if (shifted) w->items = n;
  else if (out->shape.batched) add_axis(w, n, st);
  sg_memory_order(&out->shape, order);
  for (int j = out->shape.batched ? 1 : 0; j < out->shape.nd; j++) {
    for (int k = 0; k < n_op; k++) st[k] = op[k].st[order[j]];
    add_axis(w, out->shape.d[order[j]], st);
  }
  if (!w->nd) {
    w->nd = 1;
    w->d[0] = 1;
  }
}

/* Runs fn over all rows; `row` holds the operands' first elements. The last axis is the row. */
static void run_rows(const walk *w, sg_row row, sg_row_fn fn)
{
  int64_t at[SG_MAX_RANK + 1] = {0}, off[SG_ROW_INPUTS] = {0}, done = 0;
  int last = w->nd - 1;
  for (int a = 0; a < w->nd; a++)
    if (w->d[a] == 0) return;
  row.n = w->d[last];
  for (int k = 0; k < w->n_op; k++) row.s[k] = w->st[k][last];
  for (;;) {
    sg_row r = row;
    for (int k = 0; k < w->n_op; k++) {
      r.x[k] = row.x[k] + off[k];
      r.gx[k] = row.gx[k] ? row.gx[k] + off[k] : NULL;
    }
    r.y = row.y + done;
    r.g = row.g ? row.g + done : NULL;
    fn(&r);
    done += row.n;
    int a = last - 1;
    for (; a >= 0; a--) {
      for (int k = 0; k < w->n_op; k++) off[k] += w->st[k][a];
      if (++at[a] < w->d[a]) break;
      for (int k = 0; k < w->n_op; k++) off[k] -= w->d[a] * w->st[k][a];
      at[a] = 0;
    }
    if (a < 0) return;
  }
}

/* ---- 3. Calls -------------------------------------------------------------------------------- */

/* Walks all items: together, or one by one when windows are shifted against each other. */
static void run_items(const walk *w, const operand *op, const sg_slab *out, sg_row row,
                      sg_row_fn fn)
{
  int64_t item = sg_shape_item(&out->shape);
  for (int64_t i = 0; i < w->items; i++) {
    sg_row r = row;
    for (int k = 0; k < w->n_op; k++) {
      int64_t own = op[k].start ? op[k].start[i] : 0;
      int64_t skip = i * op[k].pitch;
      if (op[k].start != out->start) skip += (sg_slab_start(out, i) - own) * op[k].shift;
      r.x[k] = op[k].data + skip;
      r.gx[k] = op[k].grad ? op[k].grad + skip : NULL;
    }
    r.y = row.y + i * item;
    r.g = row.g ? row.g + i * item : NULL;
    run_rows(w, r, fn);
  }
}

sg_status SG_REAL(sg_rows_forward)(const sg_call *c, const sg_slab *in, int n_in,
                                   const sg_slab *out, const real *p, sg_row_fn fn)
{
  operand op[SG_ROW_INPUTS] = {0};
  walk w;
  for (int k = 0; k < n_in; k++) {
    sg_status s = make_operand(c, &in[k], out, &op[k]);
    if (s) return s;
  }
  make_walk(&w, op, n_in, out, c->n);
  run_items(&w, op, out, (sg_row){.y = out->data, .p = p}, fn);
  return SG_OK;
}

sg_status SG_REAL(sg_rows_vjp)(const sg_call *c, const sg_slab *in, int n_in, const sg_slab *gout,
                               const sg_slab *gin, const real *p, sg_row_fn fn)
{
  operand op[SG_ROW_INPUTS] = {0};
  walk w;
  for (int k = 0; k < n_in; k++) {
    sg_status s = make_operand(c, &in[k], gout, &op[k]);
    if (s) return s;
    op[k].grad = gin[k].data;
  }
  make_walk(&w, op, n_in, gout, c->n);
  run_items(&w, op, gout, (sg_row){.y = c->out[0].data, .g = gout->data, .p = p}, fn);
  return SG_OK;
}

sg_status SG_REAL(sg_vjp_zero)(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  (void) c, (void) gout, (void) gin;
  return SG_OK;
}

sg_slab SG_REAL(sg_slab_zero)(void)
{
  static const real zero = 0;
  return (sg_slab){.data = (void *) &zero};
}

/* ---- 4. configure, infer --------------------------------------------------------------------- */

static sg_status set_family(sg_node *node, sg_family family)
{
  node->family = family;
  return SG_OK;
}

sg_status SG_REAL(sg_configure_elementwise)(sg_node *node, sg_err *err)
{
  (void) err;
  return set_family(node, SG_ELEMENTWISE);
}

sg_status SG_REAL(sg_configure_linear)(sg_node *node, sg_err *err)
{
  (void) err;
  if (sg_node_activations(node) == 1) node->flags |= SG_NODE_CARRY;
  return set_family(node, SG_LINEAR);
}

sg_status SG_REAL(sg_configure_gate)(sg_node *node, sg_err *err)
{
  (void) err;
  return set_family(node, SG_GATE);
}

sg_status SG_REAL(sg_configure_product)(sg_node *node, sg_err *err)
{
  (void) err;
  if (sg_node_activations(node) == 1) node->flags |= SG_NODE_CARRY;
  return set_family(node, sg_node_activations(node) > 1 ? SG_PRODUCT : SG_LINEAR);
}

sg_status SG_REAL(sg_configure_params)(sg_node *node, int n, const char *const *names,
                                       const double *defaults, sg_err *err)
{
  real *p = sg_arena_calloc(node->mem, SG_PARAMS, sizeof *p);
  if (!p) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int j = 0; j < n; j++) {
    double v;
    sg_status s = sg_node_float(node, names[j], defaults[j], &v, err);
    if (s) return s;
    p[j] = (real) v;
  }
  node->conf = p;
  return set_family(node, SG_ELEMENTWISE);
}

sg_status SG_REAL(sg_infer_broadcast_all)(sg_node *node, sg_err *err)
{
  sg_status s = sg_infer_broadcast(node, node->n_in, err);
  if (s || node->family != SG_ELEMENTWISE) return s;
  for (int k = 0; k < node->n_in; k++)
    if (!node->in[k].tensor && !sg_shape_equal(&node->in[k].shape, &node->out[0].shape))
      node->family = SG_PRODUCT;
  return SG_OK;
}

sg_status SG_REAL(sg_infer_gate)(sg_node *node, sg_err *err)
{
  sg_status s = sg_infer_broadcast(node, node->n_in, err);
  node->out[0].dtype = SG_BOOL;
  return s;
}

/* ---- 5. reach, need -------------------------------------------------------------------------- */

bool SG_REAL(sg_broadcast_reach)(const sg_node *node, int k, const sg_interval *in, int o,
                                 sg_interval *out)
{
  const sg_shape *x = &node->in[k].shape, *y = &node->out[o].shape;
  *out = *in;
  out->axis = in->axis + y->nd - x->nd;
  if (x->d[in->axis] == y->d[out->axis] || in->lo >= in->hi) return true;
  out->lo = 0;
  out->hi = y->d[out->axis];
  return true;
}

bool SG_REAL(sg_broadcast_need)(const sg_node *node, int o, const sg_interval *out, int k,
                                sg_interval *in)
{
  const sg_shape *x = &node->in[k].shape, *y = &node->out[o].shape;
  *in = *out;
  in->axis = out->axis - (y->nd - x->nd);
  if (in->axis < 0) return false;
  if (x->d[in->axis] == y->d[out->axis] || out->lo >= out->hi) return true;
  in->lo = 0;
  in->hi = 1;
  return true;
}

/* ---- 6. Samples ------------------------------------------------------------------------------ */

sg_shape SG_REAL(sg_sample_shape)(sg_rng *rng)
{
  sg_shape s = {.nd = 2 + (int) sg_rng_below(rng, 3), .batched = true};
  s.d[0] = 1;
  for (int a = 1; a < s.nd; a++) s.d[a] = 1 + (int64_t) sg_rng_below(rng, 6);
  return s;
}

void SG_REAL(sg_sample_unary)(sg_sample *s)
{
  s->in[0].shape = SG_REAL(sg_sample_shape)(s->rng);
}

sg_shape SG_REAL(sg_sample_constant)(sg_rng *rng, const sg_shape *full)
{
  sg_shape s = {.nd = (int) sg_rng_below(rng, (uint64_t) full->nd + 1)};
  for (int a = 0; a < s.nd; a++) {
    int to = full->nd - s.nd + a;
    s.d[a] = to == 0 || sg_rng_below(rng, 3) == 0 ? 1 : full->d[to];
  }
  return s;
}

void SG_REAL(sg_sample_broadcast)(sg_sample *s, int n)
{
  sg_shape full = SG_REAL(sg_sample_shape)(s->rng);
  int data = (int) sg_rng_below(s->rng, (uint64_t) n);      /* this one stays an activation */
  s->n_in = n;
  for (int k = 0; k < n; k++) {
    sg_shape *x = &s->in[k].shape;
    *x = full;
    if (k != data && sg_rng_below(s->rng, 2)) {
      *x = SG_REAL(sg_sample_constant)(s->rng, &full);
    } else if (sg_rng_below(s->rng, 3) == 0) {
      int a = 1 + (int) sg_rng_below(s->rng, (uint64_t) full.nd - 1);
      x->d[a] = 1;
    }
  }
}

void SG_REAL(sg_sample_binary)(sg_sample *s)
{
  SG_REAL(sg_sample_broadcast)(s, 2);
}

void SG_REAL(sg_sample_ints)(sg_sample *s, int k, int64_t n, const int64_t *values)
{
  int64_t *copy = sg_arena_alloc(s->mem, (size_t) n + 1, sizeof *copy);
  if (!copy) return;
  for (int64_t i = 0; i < n; i++) copy[i] = values[i];
  s->in[k].ints = copy;
  s->in[k].shape = (sg_shape){.nd = 1, .d = {n}};
}
