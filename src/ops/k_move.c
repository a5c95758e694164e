/* ops/k_move.c: moving elements by maps of axes.
 *
 * Contents
 *   1. conf
 *   2. tables: where each position of an output axis reads
 *   3. walking the output row by row
 *   4. forward, vjp, fold
 *   5. reach, need
 */
#include <string.h>

#include "kernels/kernels.h"
#include "ops/k_move.h"

/* ---- 1. conf --------------------------------------------------------------------------------- */

void *SG_REAL(sg_move_conf)(sg_node *node, size_t size, sg_err *err)
{
  node->family = SG_LINEAR;
  node->flags |= SG_NODE_CARRY;
  node->conf = sg_arena_calloc(node->mem, 1, size);
  if (!node->conf) sg_fail(err, SG_ENOMEM, "out of memory");
  return node->conf;
}

sg_status SG_REAL(sg_move_configure)(sg_node *node, sg_err *err)
{
  return SG_REAL(sg_move_conf)(node, sizeof(sg_moves), err) ? SG_OK : SG_ENOMEM;
}

sg_status SG_REAL(sg_move_begin)(sg_node *node, int n, int nd, sg_err *err)
{
  sg_moves *v = node->conf;
  v->n = n;
  v->move = sg_arena_calloc(node->mem, (size_t) n + 1, sizeof *v->move);
  if (!v->move) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int m = 0; m < n; m++)
    for (int a = 0; a < SG_MAX_RANK; a++)
      v->move[m].ax[a] = (sg_move_axis){.src = a < nd ? a : SG_NONE, .step = 1};
  return SG_OK;
}

/* ---- 2. Tables ------------------------------------------------------------------------------- */

enum { ZERO = -1, OUTSIDE = -2 };

/* One move of one call. */
typedef struct run {
  const sg_move *move;
  const sg_slab *in, *out;
  sg_shape shape;               /* of the output as it is walked */
  int nd;                       /* axes of an item, slowest first: */
  int axis[SG_MAX_RANK];        /* which output axis */
  int64_t lo[SG_MAX_RANK], hi[SG_MAX_RANK];     /* positions to be written */
  int64_t step[SG_MAX_RANK];    /* elements of the output per position */
  int64_t *off[SG_MAX_RANK];    /* element of the input's item per position, ZERO or OUTSIDE */
  int64_t base;                 /* element where dropped axes are fixed, or ZERO */
  bool straight;                /* the last axis is a contiguous run in the input */
  bool solid;                   /* so are the last two, whole rows in input and output */
} run;

static int64_t source(const sg_move_axis *ax, int64_t j)
{
  return ax->table ? ax->table[j] : ax->first + ax->step * j;
}

/* Element offset of position q of axis `src` in item i, or ZERO where its window has none. */
static int64_t place(const sg_slab *in, int src, int64_t stride, int64_t q, int64_t i)
{
  if (in->start && src == in->axis) q -= in->start[i];
  return q < 0 || q >= in->shape.d[src] ? ZERO : q * stride;
}

static void fill_table(run *r, int at, int64_t i)
{
  const sg_move_axis *ax = &r->move->ax[r->axis[at]];
  const sg_slab *in = r->in;
  int64_t st[SG_MAX_RANK], start = 0, full = 0, *off = r->off[at];
  sg_strides(&in->shape, st);
  if (r->out->start && r->axis[at] == r->out->axis) start = r->out->start[i];
  if (ax->src >= 0) full = in->start && ax->src == in->axis ? in->full : in->shape.d[ax->src];
  for (int64_t j = 0; j < r->shape.d[r->axis[at]]; j++) {
    int64_t q = ax->src < 0 ? 0 : source(ax, start + j);
    if (ax->src < 0) off[j] = 0;
    else if (q < 0 || q >= full) off[j] = OUTSIDE;
    else off[j] = place(in, ax->src, st[ax->src], q, i);
  }
  r->lo[at] = 0;
  r->hi[at] = r->shape.d[r->axis[at]];
  while (r->move->skip && r->lo[at] < r->hi[at] && off[r->lo[at]] == OUTSIDE) r->lo[at]++;
  while (r->move->skip && r->lo[at] < r->hi[at] && off[r->hi[at] - 1] == OUTSIDE) r->hi[at]--;
}

/* Positions of input axes that have no output axis. */
static void fill_base(run *r, int64_t i)
{
  int64_t st[SG_MAX_RANK];
  sg_strides(&r->in->shape, st);
  r->base = 0;
  for (int b = r->in->shape.batched ? 1 : 0; b < r->in->shape.nd; b++) {
    bool used = r->out->shape.batched && b == 0;
    for (int a = 0; a < r->shape.nd; a++) used = used || r->move->ax[a].src == b;
    if (used) continue;
    int64_t off = place(r->in, b, st[b], r->move->fixed[b], i);
    if (off == ZERO) r->base = ZERO;
    else if (r->base != ZERO) r->base += off;
  }
}

/* The last axis is straight: rows of the one before it follow each other without gaps. */
static bool is_solid(const run *r)
{
  int a = r->nd - 2;
  if (a < 0 || r->lo[a] >= r->hi[a] || r->lo[a + 1] != 0 || r->hi[a + 1] != r->step[a])
    return false;
  const int64_t *off = r->off[a];
  for (int64_t j = r->lo[a]; j < r->hi[a]; j++)
    if (off[j] < 0 || off[j] != off[r->lo[a]] + (j - r->lo[a]) * r->step[a]) return false;
  return true;
}

/* Tables of item i; only those that a window touches change from item to item. */
static void fill_tables(run *r, int64_t i)
{
  for (int at = 0; at < r->nd; at++) {
    int a = r->axis[at], src = r->move->ax[a].src;
    bool window = (r->out->start && a == r->out->axis) || (r->in->start && src == r->in->axis);
    if (i == 0 || window) fill_table(r, at, i);
  }
  fill_base(r, i);
  const int64_t *off = r->nd ? r->off[r->nd - 1] : NULL;
  int64_t lo = r->nd ? r->lo[r->nd - 1] : 0, hi = r->nd ? r->hi[r->nd - 1] : 0;
  r->straight = off != NULL && lo < hi && off[lo] >= 0;
  for (int64_t j = lo + 1; r->straight && j < hi; j++) r->straight = off[j] == off[lo] + j - lo;
  r->solid = r->straight && is_solid(r);
}

/* Axes, strides and room for the tables. */
static sg_status prepare_run(const sg_call *c, const sg_moves *v, int m, const sg_slab *in,
                             const sg_slab *out, run *r)
{
  int order[SG_MAX_RANK];
  int64_t st[SG_MAX_RANK];
  *r = (run){.move = &v->move[m], .in = in, .out = out, .shape = out->shape};
  if (v->whole) r->shape = v->walked;
  sg_memory_order(&r->shape, order);
  sg_strides(&r->shape, st);
  for (int j = r->shape.batched ? 1 : 0; j < r->shape.nd; j++) {
    int64_t d = r->shape.d[order[j]];
    r->axis[r->nd] = order[j];
    r->step[r->nd] = st[order[j]];
    r->off[r->nd] = sg_arena_alloc(c->tmp, (size_t) d, sizeof **r->off);
    if (!r->off[r->nd++]) return SG_ENOMEM;
  }
  return SG_OK;
}

/* ---- 3. Rows --------------------------------------------------------------------------------- */

/* What is done with a row: output elements from `to` on, input elements from `from` on by the last
 * axis' table; from < 0: ZERO or OUTSIDE for the whole row. */
typedef struct job job;
typedef void (*row_fn)(const job *b, const run *r, int64_t to, int64_t from);
struct job {
  row_fn fn;
  size_t size;                  /* bytes of an element */
  bool blocks;                  /* fn takes what is solid at once: a row is the last two axes */
  const char *from;             /* input; NULL: zeros */
  char *to;
  const void *fill;             /* one element */
  const real *g;                /* vjp: gout, gin (nullable), gradient of the fill value
                                 * (nullable) */
  real *gx, *gfill;
  const SG_REAL(sg_kernels) *kern;      /* of vjp */
};

/* All rows; where they are solid, those of the last axis but one at once if the job can. */
static void walk_rows(const run *r, const job *b, int64_t to, int64_t from)
{
  int64_t at[SG_MAX_RANK] = {0};
  int last = r->nd - (r->solid && b->blocks ? 2 : 1);
  for (int a = 0; a < r->nd; a++) {
    at[a] = r->lo[a];
    if (r->lo[a] >= r->hi[a]) return;
  }
  for (;;) {
    int64_t y = to, x = r->base == ZERO ? ZERO : from + r->base;
    for (int a = 0; a < last; a++) {
      int64_t off = r->off[a][at[a]];
      y += at[a] * r->step[a];
      if (off == OUTSIDE || x == OUTSIDE) x = OUTSIDE;
      else x = off == ZERO || x == ZERO ? ZERO : x + off;
    }
    b->fn(b, r, y, x);
    int a = last - 1;
    for (; a >= 0; a--) {
      if (++at[a] < r->hi[a]) break;
      at[a] = r->lo[a];
    }
    if (a < 0) return;
  }
}

/* What position j of a row reads, given the row's start. */
static int64_t element(const run *r, int64_t from, int64_t j)
{
  int64_t off = r->off[r->nd - 1][j];
  if (off == OUTSIDE || from == OUTSIDE) return OUTSIDE;
  return off == ZERO || from == ZERO ? ZERO : from + off;
}

static const int64_t nothing = 0;      /* a zero of any type */

/* The last two axes, which are solid. */
static void copy_block(const job *b, const run *r, int64_t to, int64_t from)
{
  int a = r->nd - 2;
  int64_t n = (r->hi[a] - r->lo[a]) * r->step[a], lo = r->lo[a];
  if (from == OUTSIDE && r->move->skip) return;
  char *y = b->to + (size_t) (to + lo * r->step[a]) * b->size;
  if (from >= 0)
    memcpy(y, b->from + (size_t) (from + r->off[a][lo] + r->off[a + 1][0]) * b->size,
           (size_t) n * b->size);
  else
    for (int64_t j = 0; j < n; j++)
      memcpy(y + (size_t) j * b->size, from == OUTSIDE ? b->fill : &nothing, b->size);
}

static void copy_row(const job *b, const run *r, int64_t to, int64_t from)
{
  int64_t lo = r->lo[r->nd - 1], hi = r->hi[r->nd - 1];
  if (r->solid && b->blocks) {
    copy_block(b, r, to, from);
    return;
  }
  if (from >= 0 && r->straight && b->from) {
    memcpy(b->to + (size_t) (to + lo) * b->size,
           b->from + (size_t) (from + r->off[r->nd - 1][lo]) * b->size,
           (size_t) (hi - lo) * b->size);
    return;
  }
  for (int64_t j = lo; j < hi; j++) {
    int64_t x = element(r, from, j);
    if (x == OUTSIDE && r->move->skip) continue;
    const void *src = x == OUTSIDE ? b->fill : x == ZERO || !b->from ? (const void *) &nothing
                                             : b->from + (size_t) x * b->size;
    memcpy(b->to + (size_t) (to + j) * b->size, src, b->size);
  }
}

/* n elements that lie side by side on both ends; from: OUTSIDE, ZERO, or the first. */
static void add_stretch(const job *b, const real *g, int64_t n, int64_t from)
{
  if (from >= 0 && b->gx) b->kern->add(n, b->gx + from, g, b->gx + from);
  for (int64_t j = 0; from == OUTSIDE && b->gfill && j < n; j++) *b->gfill += g[j];
}

static void add_row(const job *b, const run *r, int64_t to, int64_t from)
{
  int a = r->nd - 1;
  int64_t lo = r->lo[a], hi = r->hi[a];
  if (r->solid && b->blocks) {
    lo = r->lo[--a];
    if (from >= 0) from += r->off[a][lo] + r->off[a + 1][0];
    add_stretch(b, b->g + to + lo * r->step[a], (r->hi[a] - lo) * r->step[a], from);
    return;
  }
  if (from >= 0 && r->straight) {
    add_stretch(b, b->g + to + lo, hi - lo, from + r->off[a][lo]);
    return;
  }
  for (int64_t j = lo; j < hi; j++) {
    int64_t x = element(r, from, j);
    if (x >= 0 && b->gx) b->gx[x] += b->g[to + j];
    if (x == OUTSIDE && b->gfill) *b->gfill += b->g[to + j];
  }
}

/* All items. A scalar is a row of one. */
static void run_move(run *r, const job *b, int64_t n)
{
  int64_t one = 0;
  int64_t pitch_out = r->out->shape.batched ? sg_shape_item(&r->out->shape) : 0;
  int64_t pitch_in = sg_slab_pitch(r->in);
  bool scalar = r->nd == 0;
  if (scalar) {
    r->nd = 1;
    r->off[0] = &one;
    r->hi[0] = 1;
    r->step[0] = 1;
  }
  for (int64_t i = 0; i < (r->out->shape.batched ? n : 1); i++) {
    if (scalar) fill_base(r, i);
    else fill_tables(r, i);
    walk_rows(r, b, i * pitch_out, i * pitch_in);
  }
}

/* ---- 4. Entries ------------------------------------------------------------------------------ */

sg_status SG_REAL(sg_move_forward)(const sg_call *c)
{
  const sg_moves *v = c->node->conf;
  bool delta = c->flags & SG_CALL_DELTA;
  real fill = (real) v->fill;
  if (v->fill_input && c->in[v->fill_input].data) fill = *(const real *) c->in[v->fill_input].data;
  if (delta) fill = 0;
  for (int m = 0; m < v->n; m++) {
    run r;
    int k = v->by_output ? 0 : m, o = v->by_output ? m : 0;
    if (!c->out[o].data) continue;
    sg_status s = prepare_run(c, v, m, &c->in[k], &c->out[o], &r);
    if (s) return s;
    bool drop = delta && sg_node_is_const(c->node, k);
    job b = {.fn = copy_row, .size = sizeof(real), .from = drop ? NULL : c->in[k].data,
             .to = c->out[o].data, .fill = &fill, .blocks = !drop};
    run_move(&r, &b, c->n);
  }
  return SG_OK;
}

sg_status SG_REAL(sg_move_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin)
{
  const sg_moves *v = c->node->conf;
  for (int m = 0; m < v->n; m++) {
    run r;
    int k = v->by_output ? 0 : m, o = v->by_output ? m : 0;
    if (!gout[o].data) continue;
    sg_status s = prepare_run(c, v, m, &c->in[k], &gout[o], &r);
    if (s) return s;
    job b = {.fn = add_row, .g = gout[o].data, .gx = gin[k].data, .blocks = true,
             .kern = c->kernels,
             .gfill = v->fill_input ? gin[v->fill_input].data : NULL};
    run_move(&r, &b, c->n);
  }
  return SG_OK;
}

/* All moved inputs constant and of one type. */
static bool foldable(const sg_node *node, const sg_moves *v)
{
  int n = v->by_output ? 1 : v->n;
  for (int k = 0; k < n; k++)
    if (!sg_node_is_const(node, k) || node->in[k].tensor->dtype == SG_TEXT ||
        node->in[k].tensor->dtype != node->in[0].tensor->dtype)
      return false;
  return true;
}

static sg_status fold_move(sg_node *node, sg_call *c, int m, sg_tensor *to)
{
  run r;
  const sg_moves *v = node->conf;
  const sg_tensor *x = node->in[v->by_output ? 0 : m].tensor, *f = NULL;
  sg_slab in = {.data = x->data.p, .shape = x->shape}, out = {.data = to->data.p};
  out.shape = to->shape;
  sg_tensor *fill = sg_tensor_new(c->tmp, x->dtype, 0, NULL);
  if (!fill) return SG_ENOMEM;
  sg_tensor_set(fill, 0, v->fill);
  if (v->fill_input && sg_node_has(node, v->fill_input)) f = node->in[v->fill_input].tensor;
  if (f && f->dtype == x->dtype) fill->data = f->data;
  else if (f) sg_tensor_set(fill, 0, sg_tensor_f64(f, 0));
  job b = {.fn = copy_row, .size = sg_dtype_size(x->dtype), .from = in.data, .to = out.data,
           .fill = fill->data.p};
  sg_status s = prepare_run(c, v, m, &in, &out, &r);
  if (!s) run_move(&r, &b, 1);
  return s;
}

sg_status SG_REAL(sg_move_fold)(sg_node *node, const sg_tensor **out, sg_err *err)
{
  sg_status s = node->op->infer(node, err);
  const sg_moves *v = node->conf;
  if (s) return s;
  if (!foldable(node, v)) return SG_EUNSUPPORTED;
  sg_call c = {.node = node, .n = 1, .tmp = sg_arena_new()};
  if (!c.tmp) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_tensor *t = NULL;
  for (int m = 0; !s && m < v->n; m++) {
    int o = v->by_output ? m : 0;
    const sg_shape *y = &node->out[o].shape;
    if (o == m) {
      s = sg_fold_check(node, y, err);
      t = s ? NULL : sg_tensor_new(node->mem, node->in[0].tensor->dtype, y->nd, y->d);
      out[o] = t;
    }
    if (!s) s = t ? fold_move(node, &c, m, t) : sg_fail(err, SG_ENOMEM, "out of memory");
  }
  sg_arena_free(c.tmp);
  return s;
}

/* ---- 5. reach, need -------------------------------------------------------------------------- */

static int64_t floor_div(int64_t a, int64_t b)
{
  int64_t q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

/* The hull of the j in [0, d) that read [lo, hi). */
static void reached(const sg_move_axis *ax, int64_t d, int64_t lo, int64_t hi, sg_interval *ret)
{
  int64_t a = d, b = 0;
  if (ax->table) {
    for (int64_t j = 0; j < d; j++) {
      if (ax->table[j] < lo || ax->table[j] >= hi) continue;
      if (j < a) a = j;
      b = j + 1;
    }
  } else if (ax->step == 0) {
    if (ax->first >= lo && ax->first < hi) a = 0, b = d;
  } else {
    int64_t s = ax->step, p = s > 0 ? lo : hi - 1, q = s > 0 ? hi - 1 : lo;
    a = -floor_div(-(p - ax->first), s);                 /* first j at or past p */
    b = floor_div(q - ax->first, s) + 1;
    if (a < 0) a = 0;
    if (b > d) b = d;
  }
  ret->lo = a < b && lo < hi ? a : 0;
  ret->hi = a < b && lo < hi ? b : 0;
}

/* The hull of what [lo, hi) reads among the `full` positions there are. */
static void needed(const sg_move_axis *ax, int64_t full, int64_t lo, int64_t hi, sg_interval *ret)
{
  int64_t a = full, b = 0;
  if (ax->table) {
    for (int64_t j = lo; j < hi; j++) {
      int64_t q = ax->table[j];
      if (q < 0 || q >= full) continue;
      if (q < a) a = q;
      if (q + 1 > b) b = q + 1;
    }
  } else if (lo < hi) {
    int64_t p = source(ax, lo), q = source(ax, hi - 1);
    a = p < q ? p : q;
    b = (p < q ? q : p) + 1;
    if (a < 0) a = 0;
    if (b > full) b = full;
  }
  ret->lo = a < b ? a : 0;
  ret->hi = a < b ? b : 0;
}

bool SG_REAL(sg_move_reach)(const sg_node *node, int k, const sg_interval *in, int o,
                            sg_interval *out)
{
  const sg_moves *v = node->conf;
  int m = v->by_output ? o : k;
  if (v->whole || m >= v->n || (v->by_output && k)) return false;
  for (int a = 0; a < node->out[o].shape.nd; a++) {
    const sg_move_axis *ax = &v->move[m].ax[a];
    if (ax->src != in->axis) continue;
    out->axis = a;
    reached(ax, node->out[o].shape.d[a], in->lo, in->hi, out);
    return true;
  }
  return false;
}

bool SG_REAL(sg_move_need)(const sg_node *node, int o, const sg_interval *out, int k,
                           sg_interval *in)
{
  const sg_moves *v = node->conf;
  int m = v->by_output ? o : k;
  if (v->whole || m >= v->n || (v->by_output && k)) return false;
  const sg_move_axis *ax = &v->move[m].ax[out->axis];
  if (ax->src < 0) return false;
  in->axis = ax->src;
  needed(ax, node->in[k].shape.d[ax->src], out->lo, out->hi, in);
  return true;
}
