/* engine/k_delta.c: the loops of a session: the base, its commits, and parts of edits.
 *
 * Contents
 *   1. buffers
 *   2. slabs of the base
 *   3. the base
 *   4. windows of a part
 *   5. nodes of a part
 *   6. commits
 *   7. heads
 *   8. edits
 *
 * Compiled for float and for double (base/real.h).
 */
#include <string.h>

#include "base/real.h"
#include "engine/delta.h"
#include "engine/exec.h"
#include "kernels/kernels.h"

typedef SG_REAL(sg_kernels) kernels_t;

/* ---- 1. Buffers ------------------------------------------------------------------------ */

static int64_t item_size(const sg_side *z, int v)
{
  return sg_shape_item(&z->dp->plan->value[v].shape);
}

static bool is_dna(const sg_side *z, int v)
{
  const sg_plan *p = z->dp->plan;
  return v == p->input_value[p->dna];
}

static bool computed(const sg_plan *p, int v)
{
  const sg_plan_value *pv = &p->value[v];
  return !pv->tensor && pv->shape.batched && (pv->producer >= 0 || pv->input >= 0);
}

static void *reals(sg_arena *mem, int64_t n)
{
  return sg_arena_calloc(mem, (size_t) n + 16, sizeof(real));
}

static sg_status make_node_buffers(sg_side *z, sg_arena *mem)
{
  const sg_plan *p = z->dp->plan;
  for (int i = 0; i < p->n_node; i++) {
    const sg_spread_node *d = &z->dp->node[i];
    if (d->keeps_pre && !(z->pre[i] = reals(mem, item_size(z, p->node[i]->out[0].value))))
      return SG_ENOMEM;
    if (d->state && !(z->state[i] = sg_arena_calloc(mem, 1, d->state))) return SG_ENOMEM;
    if (!d->state || d->pair < 0) continue;
    z->memo[i] = reals(mem, p->length * p->node[i]->in[0].shape.d[1]);
    z->memo_code[i] = sg_arena_calloc(mem, (size_t) p->length + 1, 1);
    if (!z->memo[i] || !z->memo_code[i]) return SG_ENOMEM;
  }
  return SG_OK;
}

static sg_status make_kept(sg_side *z, sg_arena *mem)
{
  const sg_plan *p = z->dp->plan;
  for (int v = 0; v < p->n_value; v++) {
    const sg_spread_value *d = &z->dp->value[v];
    if (d->change == SG_CHANGED && d->kept &&
        !(z->whole[v] = reals(mem, item_size(z, v) * z->dp->batch)))
      return SG_ENOMEM;
  }
  return SG_OK;
}

static bool make_tables(sg_side *z, sg_arena *mem)
{
  const sg_plan *p = z->dp->plan;
  size_t values = (size_t) p->n_value + 1, nodes = (size_t) p->n_node + 1, in = 1, out = 1;
  for (int i = 0; i < p->n_node; i++) {
    if ((size_t) p->node[i]->n_in > in) in = (size_t) p->node[i]->n_in;
    if ((size_t) p->node[i]->n_out > out) out = (size_t) p->node[i]->n_out;
  }
  z->codes = sg_arena_calloc(mem, (size_t) p->length + 1, 1);
  z->base = sg_arena_calloc(mem, values, sizeof *z->base);
  z->pre = sg_arena_calloc(mem, nodes, sizeof *z->pre);
  z->state = sg_arena_calloc(mem, nodes, sizeof *z->state);
  z->memo = sg_arena_calloc(mem, nodes, sizeof *z->memo);
  z->memo_code = sg_arena_calloc(mem, nodes, sizeof *z->memo_code);
  z->window = sg_arena_calloc(mem, values, sizeof *z->window);
  z->whole = sg_arena_calloc(mem, values, sizeof *z->whole);
  z->in = sg_arena_calloc(mem, 2 * in, sizeof *z->in);
  z->out = sg_arena_calloc(mem, 2 * out, sizeof *z->out);
  return z->codes && z->base && z->pre && z->state && z->memo && z->memo_code && z->window &&
         z->whole && z->in && z->out;
}

sg_status SG_REAL(sg_side_new)(sg_side *side, sg_arena *mem)
{
  const sg_plan *p = side->dp->plan;
  if (!make_tables(side, mem)) return SG_ENOMEM;
  for (int v = 0; v < p->n_value; v++)
    if (computed(p, v) && !(side->base[v] = reals(mem, item_size(side, v)))) return SG_ENOMEM;
  sg_status s = make_node_buffers(side, mem);
  return s ? s : make_kept(side, mem);
}

/* ---- 2. Slabs of the base ---------------------------------------------------------------- */

/* Value v of the base, one item, whole. */
static sg_slab base_slab(const sg_side *z, int v)
{
  sg_slab s = { .data = z->base[v], .shape = z->dp->plan->value[v].shape };
  s.shape.d[0] = 1;
  if (is_dna(z, v) && z->dp->plan->codes) {
    s.data = NULL;
    s.codes = z->codes;
    s.symbols = z->symbols;
  }
  return s;
}

static sg_slab const_slab(const sg_side *z, int i, int k)
{
  const sg_plan *p = z->dp->plan;
  return (sg_slab){ .data = (void *) p->weight[i][k], .shape = p->node[i]->in[k].shape };
}

/* Node i on the base: inputs into in[], outputs into out[]. */
static sg_call base_call(sg_side *z, int i, sg_slab *in, sg_slab *out)
{
  const sg_plan *p = z->dp->plan;
  const sg_node *n = p->node[i];
  for (int k = 0; k < n->n_in; k++) {
    in[k] = (sg_slab){ 0 };
    if (!sg_node_has(n, k)) continue;
    in[k] = n->in[k].tensor ? const_slab(z, i, k) : base_slab(z, n->in[k].value);
  }
  for (int k = 0; k < n->n_out; k++)
    out[k] = n->out[k].value == SG_NONE ? (sg_slab){ 0 } : base_slab(z, n->out[k].value);
  return (sg_call){ .node = n, .kernels = p->kernels, .prep = p->prep[i], .n = 1, .tmp = z->tmp,
                    .in = in, .out = out };
}

static sg_status name_layer(const sg_node *n, sg_status s, sg_err *err)
{
  if (!s) return SG_OK;
  return sg_fail(err, s, "layer '%s' (%s): %s", n->def->name, n->op->name, sg_status_name(s));
}

/* ---- 3. The base ------------------------------------------------------------------------- */

/* Positions from .. from + n of the codes as columns, for networks that do not read codes. `st` are
 * strides of the shape whose data this is. */
static void spell(const sg_side *z, const uint8_t *codes, int64_t n, const sg_shape *shape,
                  real *data)
{
  const sg_dna *dna = &z->dp->plan->model->dna;
  int64_t st[SG_MAX_RANK], C = shape->d[dna->base_axis];
  sg_strides(shape, st);
  for (int64_t l = 0; l < n; l++)
    for (int64_t b = 0; b < C; b++)
      data[l * st[dna->pos_axis] + b * st[dna->base_axis]] =
        z->symbols->col[codes[l] % SG_MAX_SYMBOLS][b];
}

/* What a commit of pos .. pos + len came near is not known any more. */
static void forget(const sg_side *z, int i, int64_t pos, int64_t len)
{
  const sg_spans *s = &z->dp->value[z->dp->plan->node[i]->in[0].value].spans;
  int64_t lo, hi;
  if (!z->memo_code[i]) return;
  sg_delta_span(s, 0, pos, len, &lo, &hi);
  for (int64_t p = 0; p < z->dp->plan->length; p++)
    if ((p >= pos && p < pos + len) || (s->lo[0][p] < hi && s->hi[0][p] > lo))
      z->memo_code[i][p] = 255;
}

static sg_status run_base(sg_side *z, int i)
{
  const sg_plan *p = z->dp->plan;
  const sg_spread_node *d = &z->dp->node[i];
  sg_call c = base_call(z, i, z->in, z->out);
  if (d->state) {
    const sg_spread_value *in = &z->dp->value[c.node->in[0].value];
    forget(z, i, 0, p->length);
    return c.node->op->collect->base(&c, 0, in->spans.full, z->state[i]);
  }
  if (!d->keeps_pre) return c.node->op->forward(&c);
  real *y = z->out[0].data;
  c.node = &d->bare;
  z->out[0].data = z->pre[i];
  sg_status s = c.node->op->forward(&c);
  if (!s) ((const kernels_t *) p->kernels)->relu(item_size(z, c.node->out[0].value), z->pre[i], y);
  return s;
}

/* Inputs beside the DNA, from the framework's order. */
static void take_other(sg_side *z, double *const *other)
{
  const sg_plan *p = z->dp->plan;
  for (int k = 0; k < p->n_input; k++) {
    int v = p->input_value[k];
    if (k == p->dna || !other[k] || !z->base[v]) continue;
    sg_input in = { .data64 = other[k] };
    SG_REAL(sg_item_take)(&p->value[v], p->graph->input[k].channels_last, &in, 0, z->base[v]);
  }
}

sg_status SG_REAL(sg_side_base)(sg_side *side, double *const *other, sg_err *err)
{
  const sg_plan *p = side->dp->plan;
  int dna = p->input_value[p->dna];
  take_other(side, other);
  if (!p->codes && side->base[dna])
    spell(side, side->codes, p->length, &p->value[dna].shape, side->base[dna]);
  for (int i = 0; i < p->n_node; i++) {
    if (!side->dp->node[i].needed) continue;
    sg_arena_mark mark = sg_arena_here(side->tmp);
    sg_status s = run_base(side, i);
    sg_arena_reset(side->tmp, mark);
    if (s) return name_layer(p->node[i], s, err);
  }
  return SG_OK;
}

/* ---- 4. Windows of a part ---------------------------------------------------------------- */

/* A part: n edits of one length, in order of place. */
typedef struct part {
  sg_side *z;
  int64_t n, first;             /* first: its place in the batch */
  const sg_edit *edit;
  bool bare;                    /* nodes whose value before relu is kept leave relu out */
} part;

/* Starts and the common width of span s of value v. */
static sg_status place_window(const part *a, int v, int s, sg_delta_window *w)
{
  const sg_spans *z = &a->z->dp->value[v].spans;
  int64_t lo, hi;
  w->start = sg_arena_alloc(a->z->win, (size_t) a->n + 1, sizeof *w->start);
  if (!w->start) return SG_ENOMEM;
  w->width = 1;
  for (int64_t i = 0; i < a->n; i++) {
    sg_delta_span(z, s, a->edit[i].pos, a->edit[i].len, &lo, &hi);
    w->start[i] = lo < hi ? lo : 0;
    if (hi - lo > w->width) w->width = hi - lo;
  }
  for (int64_t i = 0; i < a->n; i++)
    if (w->start[i] > z->full - w->width) w->start[i] = z->full - w->width;
  return SG_OK;
}

static sg_status alloc_window(const part *a, int v, sg_delta_window *w)
{
  const sg_spread_value *d = &a->z->dp->value[v];
  w->data = sg_arena_alloc(a->z->win, (size_t) (a->n * d->outer * w->width * d->inner) + 16,
                           sizeof(real));
  return w->data ? SG_OK : SG_ENOMEM;
}

static sg_slab window_slab(const part *a, int v, const sg_delta_window *w)
{
  const sg_spread_value *d = &a->z->dp->value[v];
  sg_slab s = { .data = w->data, .shape = a->z->dp->plan->value[v].shape,
                .axis = d->spans.axis, .full = d->spans.full, .start = w->start };
  s.shape.d[0] = a->n;
  s.shape.d[s.axis] = w->width;
  if (w->codes) {
    s.data = NULL;
    s.codes = w->codes;
    s.symbols = a->z->symbols;
  }
  return s;
}

/* Copies positions of item i: rows from .. from + n of `src` (a stretch `have` long that begins at
 * `at`) into `dst` (`want` long, beginning at `start`). */
static void copy_rows(const sg_spread_value *d, const real *src, int64_t at, int64_t have,
                      real *dst, int64_t start, int64_t want)
{
  int64_t lo = at > start ? at : start, hi = at + have < start + want ? at + have : start + want;
  if (lo >= hi) return;
  for (int64_t o = 0; o < d->outer; o++)
    memcpy(dst + (o * want + lo - start) * d->inner, src + (o * have + lo - at) * d->inner,
           (size_t) ((hi - lo) * d->inner) * sizeof(real));
}

/* Value v of every item at start[i] .. + width: the base, and the windows laid over it. */
static sg_status patch(const part *a, int v, const int64_t *start, int64_t width, real *dst)
{
  const sg_spread_value *d = &a->z->dp->value[v];
  int64_t pitch = d->outer * width * d->inner;
  for (int64_t i = 0; i < a->n; i++) {
    copy_rows(d, a->z->base[v], 0, d->spans.full, dst + i * pitch, start[i], width);
    for (int s = 0; d->change == SG_SPANNED && s < d->spans.n; s++) {
      const sg_delta_window *w = &a->z->window[v][s];
      int64_t own = d->outer * w->width * d->inner;
      copy_rows(d, (const real *) w->data + i * own, w->start[i], w->width, dst + i * pitch,
                start[i], width);
    }
  }
  return SG_OK;
}

/* The sequence's codes at start[i] .. + width, edited. */
static uint8_t *patch_codes(const part *a, const int64_t *start, int64_t width)
{
  uint8_t *codes = sg_arena_alloc(a->z->win, (size_t) (a->n * width) + 1, 1);
  for (int64_t i = 0; codes && i < a->n; i++) {
    const sg_edit *e = &a->edit[i];
    uint8_t *to = codes + i * width;
    memcpy(to, a->z->codes + start[i], (size_t) width);
    int64_t lo = e->pos > start[i] ? e->pos : start[i];
    int64_t hi = e->pos + e->len < start[i] + width ? e->pos + e->len : start[i] + width;
    if (lo < hi) memcpy(to + lo - start[i], e->symbols + lo - e->pos, (size_t) (hi - lo));
  }
  return codes;
}

/* Windows of the sequence itself. */
static sg_status set_sequence(const part *a)
{
  const sg_plan *p = a->z->dp->plan;
  int v = p->input_value[p->dna];
  sg_delta_window *w = &a->z->window[v][0];
  *w = (sg_delta_window){ 0 };
  if (place_window(a, v, 0, w)) return SG_ENOMEM;
  uint8_t *codes = patch_codes(a, w->start, w->width);
  if (!codes) return SG_ENOMEM;
  if (p->codes) {
    w->codes = codes;
    return SG_OK;
  }
  if (alloc_window(a, v, w)) return SG_ENOMEM;
  sg_slab s = window_slab(a, v, w);
  int64_t pitch = sg_shape_item(&s.shape);
  for (int64_t i = 0; i < a->n; i++)
    spell(a->z, codes + i * w->width, w->width, &s.shape, (real *) w->data + i * pitch);
  return SG_OK;
}

/* ---- 5. Nodes of a part ------------------------------------------------------------------ */

/* Input k of node n as windows of what outputs start_o .. + width_o of output o need. */
static sg_status need_slab(const part *a, const sg_node *n, int o, const sg_delta_window *out,
                           int k, sg_slab *ret)
{
  const sg_plan *p = a->z->dp->plan;
  int v = n->in[k].value;
  const sg_spread_value *d = &a->z->dp->value[v];
  int out_axis = a->z->dp->value[n->out[o].value].spans.axis;
  sg_delta_window w = { .width = 1 };
  w.start = sg_arena_alloc(a->z->win, (size_t) a->n + 1, sizeof *w.start);
  if (!w.start) return SG_ENOMEM;
  for (int64_t i = 0; i < a->n; i++) {
    sg_interval want = { out_axis, out->start[i], out->start[i] + out->width }, r;
    if (!n->op->need(n, o, &want, k, &r) || r.axis != d->spans.axis) return SG_EUNSUPPORTED;
    w.start[i] = r.lo < r.hi ? r.lo : 0;
    if (r.hi - r.lo > w.width) w.width = r.hi - r.lo;
  }
  for (int64_t i = 0; i < a->n; i++)
    if (w.start[i] > d->spans.full - w.width) w.start[i] = d->spans.full - w.width;
  const sg_delta_window *own = &a->z->window[v][0];
  if (d->spans.n == 1 && own->width == w.width &&
      !memcmp(own->start, w.start, (size_t) a->n * sizeof *w.start)) {
    *ret = window_slab(a, v, own);
    return SG_OK;
  }
  if (is_dna(a->z, v) && p->codes) {
    if (!(w.codes = patch_codes(a, w.start, w.width))) return SG_ENOMEM;
  } else if (alloc_window(a, v, &w) || patch(a, v, w.start, w.width, w.data)) return SG_ENOMEM;
  *ret = window_slab(a, v, &w);
  return SG_OK;
}

/* Value v of all items, whole: what changed as a whole, or the base patched or repeated. */
static sg_status whole_slab(const part *a, int v, sg_slab *ret)
{
  const sg_spread_value *d = &a->z->dp->value[v];
  int64_t item = item_size(a->z, v);
  *ret = (sg_slab){ .shape = a->z->dp->plan->value[v].shape };
  ret->shape.d[0] = a->n;
  if (d->change == SG_CHANGED) {
    ret->data = (real *) a->z->whole[v] + (d->kept ? a->first * item : 0);
    return SG_OK;
  }
  real *data = sg_arena_alloc(a->z->win, (size_t) (a->n * item) + 16, sizeof(real));
  int64_t *zero = sg_arena_calloc(a->z->win, (size_t) a->n + 1, sizeof *zero);
  if (!data || !zero) return SG_ENOMEM;
  ret->data = data;
  if (is_dna(a->z, v) && a->z->dp->plan->codes) {
    ret->data = NULL;
    ret->symbols = a->z->symbols;
    return (ret->codes = patch_codes(a, zero, d->spans.full)) ? SG_OK : SG_ENOMEM;
  }
  if (d->change == SG_SPANNED) return patch(a, v, zero, d->spans.full, data);
  for (int64_t i = 0; i < a->n; i++)
    memcpy(data + i * item, a->z->base[v], (size_t) item * sizeof(real));
  return SG_OK;
}

/* Room for output o as a whole. */
static sg_status whole_output(const part *a, int v)
{
  const sg_spread_value *d = &a->z->dp->value[v];
  if (d->kept) return SG_OK;
  a->z->whole[v] = sg_arena_alloc(a->z->win, (size_t) (a->n * item_size(a->z, v)) + 16,
                                  sizeof(real));
  return a->z->whole[v] ? SG_OK : SG_ENOMEM;
}

static sg_call part_call(const part *a, int i)
{
  const sg_plan *p = a->z->dp->plan;
  return (sg_call){ .node = p->node[i], .kernels = p->kernels, .prep = p->prep[i], .n = a->n,
                    .tmp = a->z->tmp, .in = a->z->in, .out = a->z->out };
}

/* An input of the node that no edit reaches and that has no windows: read whole, once an item. */
static bool has_axis(const sg_spread_value *d) { return d->change == SG_SPANNED; }

/* Output o, span s of node i from windows. */
static sg_status run_window(const part *a, int i, int o, int s)
{
  const sg_node *n = a->z->dp->plan->node[i];
  int v = n->out[o].value;
  sg_delta_window *w = &a->z->window[v][s];
  sg_call c = part_call(a, i);
  for (int k = 0; k < n->n_in; k++) {
    a->z->in[k] = (sg_slab){ 0 };
    if (!sg_node_has(n, k)) continue;
    sg_status status = SG_OK;
    if (n->in[k].tensor) a->z->in[k] = const_slab(a->z, i, k);
    else if (has_axis(&a->z->dp->value[n->in[k].value]))
      status = need_slab(a, n, o, w, k, &a->z->in[k]);
    else status = whole_slab(a, n->in[k].value, &a->z->in[k]);
    if (status) return status;
  }
  for (int k = 0; k < n->n_out; k++) a->z->out[k] = (sg_slab){ 0 };
  a->z->out[o] = window_slab(a, v, w);
  if (a->bare && a->z->dp->node[i].keeps_pre) c.node = &a->z->dp->node[i].bare;
  return n->op->forward(&c);
}

static void add_madds(const part *a, int i, double share)
{
  a->z->madds += (double) a->n * a->z->dp->node[i].full_madds * (share > 1 ? 1 : share);
}

static sg_status run_windows(const part *a, int i)
{
  const sg_node *n = a->z->dp->plan->node[i];
  for (int o = 0; o < n->n_out; o++) {
    int v = n->out[o].value;
    if (v == SG_NONE) continue;
    const sg_spans *z = &a->z->dp->value[v].spans;
    for (int s = 0; s < z->n; s++) {
      sg_delta_window *w = &a->z->window[v][s];
      *w = (sg_delta_window){ 0 };
      sg_status status = place_window(a, v, s, w);
      if (!status) status = alloc_window(a, v, w);
      if (!status) status = run_window(a, i, o, s);
      if (status) return status;
      add_madds(a, i, (double) w->width / (double) z->full);
    }
  }
  return SG_OK;
}

/* A node with one changing input, from what changed. */
static sg_status run_update(const part *a, int i)
{
  sg_side *z = a->z;
  const sg_node *n = z->dp->plan->node[i];
  int v = n->out[0].value, from = n->in[0].value;
  sg_delta_window *w = &z->window[v][0];
  sg_call c = part_call(a, i), base = base_call(z, i, z->in + n->n_in, z->out + n->n_out);
  *w = (sg_delta_window){ 0 };
  if (place_window(a, v, 0, w) || alloc_window(a, v, w)) return SG_ENOMEM;
  for (int k = 0; k < n->n_in; k++) z->in[k] = z->in[n->n_in + k];
  z->in[0] = window_slab(a, from, &z->window[from][0]);
  z->out[0] = window_slab(a, v, w);
  if (z->dp->node[i].keeps_pre) z->out[n->n_out].data = z->pre[i];
  add_madds(a, i, (double) z->window[from][0].width / (double) z->dp->value[from].spans.full);
  return n->op->update(&c, &base);
}

static sg_status run_collect(const part *a, int i)
{
  sg_side *z = a->z;
  const sg_node *n = z->dp->plan->node[i];
  int v = n->out[0].value, from = n->in[0].value;
  sg_call c = part_call(a, i), base = base_call(z, i, z->in + n->n_in, z->out + n->n_out);
  if (whole_output(a, v)) return SG_ENOMEM;
  for (int k = 0; k < n->n_in; k++) z->in[k] = z->in[n->n_in + k];
  z->in[0] = window_slab(a, from, &z->window[from][0]);
  sg_status s = whole_slab(a, v, &z->out[0]);
  if (s) return s;
  add_madds(a, i, (double) z->window[from][0].width / (double) z->dp->value[from].spans.full);
  return n->op->collect->eval(&c, &base, z->state[i]);
}

static sg_status run_whole(const part *a, int i)
{
  const sg_node *n = a->z->dp->plan->node[i];
  sg_call c = part_call(a, i);
  sg_status s = SG_OK;
  for (int k = 0; k < n->n_in && !s; k++) {
    a->z->in[k] = (sg_slab){ 0 };
    if (!sg_node_has(n, k)) continue;
    if (n->in[k].tensor) a->z->in[k] = const_slab(a->z, i, k);
    else s = whole_slab(a, n->in[k].value, &a->z->in[k]);
  }
  for (int k = 0; k < n->n_out && !s; k++) {
    a->z->out[k] = (sg_slab){ 0 };
    if (n->out[k].value == SG_NONE) continue;
    s = whole_output(a, n->out[k].value);
    if (!s) s = whole_slab(a, n->out[k].value, &a->z->out[k]);
  }
  if (s) return s;
  add_madds(a, i, 1);
  return n->op->forward(&c);
}

/* Pairs: a look-up and the maximum over all positions that alone reads it, under edits of single
 * positions. The windows need not be written, only their greatest; and that stays as it is until a
 * commit comes near, so that it is kept for the next time the same edit is asked for (a backward
 * selection asks for it L times). */

/* Whether the next edit is of the same position too: the memo holds one of them. */
static bool followed(const part *a, int64_t k)
{
  return k + 1 < a->n && a->edit[k + 1].pos == a->edit[k].pos;
}

/* maxima[k]: where those of edit k are; want[k]: where they have yet to be put, or NULL. Returns
 * how many. */
static int64_t find_maxima(const part *a, int i, real *spare, void **maxima, void **want)
{
  const sg_side *z = a->z;
  const sg_spans *s = &z->dp->value[z->dp->plan->node[i]->in[0].value].spans;
  int64_t C = z->dp->plan->node[i]->in[0].shape.d[1], n = 0;
  for (int64_t k = 0; k < a->n; k++) {
    const sg_edit *e = &a->edit[k];
    real *memo = (real *) z->memo[i] + e->pos * C;
    bool known = z->memo_code[i][e->pos] == *e->symbols, shared = followed(a, k);
    bool nothing = s->lo[0][e->pos] >= s->hi[0][e->pos];
    maxima[k] = shared ? spare + k * C : memo;
    want[k] = known || nothing ? NULL : maxima[k];
    n += want[k] != NULL;
    if (known && shared) memcpy(maxima[k], memo, (size_t) C * sizeof *memo);
    if (want[k] == memo) z->memo_code[i][e->pos] = *e->symbols;
  }
  return n;
}

/* Fills what is wanted, from the look-up that is the other half of pair i. */
static sg_status fill_maxima(const part *a, int i, void *const *want)
{
  sg_side *z = a->z;
  int look = z->dp->node[i].pair;
  const sg_node *n = z->dp->plan->node[look];
  int v = n->out[0].value, from = n->in[0].value;
  sg_delta_window w = { 0 };
  if (place_window(a, v, 0, &w)) return SG_ENOMEM;
  sg_call c = part_call(a, look), base = base_call(z, look, z->in + n->n_in, z->out + n->n_out);
  for (int k = 0; k < n->n_in; k++) z->in[k] = z->in[n->n_in + k];
  z->in[0] = window_slab(a, from, &z->window[from][0]);
  z->out[0] = window_slab(a, v, &w);
  if (z->dp->node[look].keeps_pre) z->out[n->n_out].data = z->pre[look];
  return n->op->update_max(&c, &base, want);
}

static sg_status run_pair(const part *a, int i)
{
  sg_side *z = a->z;
  const sg_node *n = z->dp->plan->node[i];
  const kernels_t *kern = z->dp->plan->kernels;
  const sg_spans *s = &z->dp->value[n->in[0].value].spans;
  int64_t C = n->in[0].shape.d[1];
  real *spare = sg_arena_alloc(z->win, (size_t) (a->n * C) + 16, sizeof *spare);
  void **maxima = sg_arena_alloc(z->win, (size_t) a->n + 1, sizeof *maxima);
  void **want = sg_arena_alloc(z->win, (size_t) a->n + 1, sizeof *want);
  sg_slab out;
  if (!spare || !maxima || !want || whole_output(a, n->out[0].value)) return SG_ENOMEM;
  int64_t left = find_maxima(a, i, spare, maxima, want);
  const sg_spread_node *look = &z->dp->node[z->dp->node[i].pair];
  z->madds += (double) left * look->full_madds / (double) z->dp->plan->length;
  sg_status status = left ? fill_maxima(a, i, want) : SG_OK;
  if (!status) status = whole_slab(a, n->out[0].value, &out);
  for (int64_t k = 0; k < a->n && !status; k++) {
    const void *before, *behind;
    int64_t lo = s->lo[0][a->edit[k].pos], hi = s->hi[0][a->edit[k].pos];
    if (lo >= hi) lo = hi = 0;
    n->op->collect->sides(n, z->state[i], lo, hi, &before, &behind);
    kern->max_span(lo < hi, C, before, maxima[k], behind, (real *) out.data + k * C);
  }
  return status;
}

/* A long edit has nothing of the look-up's differences: its windows are looked up anew. */
enum { LONG_EDIT = 4 };

static bool is_pair(const part *a, int i)
{
  return a->z->dp->node[i].pair >= 0 && a->edit[0].len == 1;
}

static sg_status run_part_node(const part *a, int i)
{
  if (is_pair(a, i)) return a->z->dp->node[i].mode == SG_DELTA_LOOKUP ? SG_OK : run_pair(a, i);
  switch (a->z->dp->node[i].mode) {
    case SG_DELTA_IDLE: return SG_OK;
    case SG_DELTA_LOOKUP:
      return a->edit[0].len > LONG_EDIT ? run_windows(a, i) : run_update(a, i);
    case SG_DELTA_DIFFERENCE: return run_update(a, i);
    case SG_DELTA_WINDOW: return run_windows(a, i);
    case SG_DELTA_STATE:
    case SG_DELTA_ROWS: return run_collect(a, i);
    case SG_DELTA_WHOLE:
    case SG_DELTA_FALLBACK: return run_whole(a, i);
  }
  return SG_EINTERNAL;
}

static sg_status run_nodes(const part *a, int from, int to, sg_err *err)
{
  for (int i = from; i < to; i++) {
    if (!a->z->dp->node[i].needed) continue;
    sg_arena_mark mark = sg_arena_here(a->z->tmp);
    sg_status s = run_part_node(a, i);
    sg_arena_reset(a->z->tmp, mark);
    if (s) return name_layer(a->z->dp->plan->node[i], s, err);
  }
  return SG_OK;
}

/* ---- 6. Commits --------------------------------------------------------------------------- */

/* The windows of value v into `to`, an item of the base. */
static void keep_windows(const part *a, int v, real *to)
{
  const sg_spread_value *d = &a->z->dp->value[v];
  for (int k = 0; k < d->spans.n; k++) {
    const sg_delta_window *w = &a->z->window[v][k];
    copy_rows(d, w->data, w->start[0], w->width, to, 0, d->spans.full);
  }
}

/* Windows of node i, computed anew, into the base: it then has the bits of a full evaluation. */
static sg_status commit_windows(const part *a, int i)
{
  sg_side *z = a->z;
  const sg_node *n = z->dp->plan->node[i];
  const kernels_t *kern = z->dp->plan->kernels;
  sg_status s = run_windows(a, i);
  for (int o = 0; o < n->n_out && !s; o++) {
    int v = n->out[o].value;
    if (v == SG_NONE) continue;
    if (z->dp->node[i].keeps_pre) {
      const sg_spread_value *d = &z->dp->value[v];
      const sg_delta_window *w = &z->window[v][0];
      keep_windows(a, v, z->pre[i]);
      kern->relu(d->outer * w->width * d->inner, w->data, w->data);
    }
    keep_windows(a, v, z->base[v]);
  }
  return s;
}

static sg_status commit_node(const part *a, int i)
{
  sg_side *z = a->z;
  const sg_spread_node *d = &z->dp->node[i];
  if (d->mode == SG_DELTA_IDLE) return SG_OK;
  if (d->mode == SG_DELTA_LOOKUP || d->mode == SG_DELTA_DIFFERENCE || d->mode == SG_DELTA_WINDOW)
    return commit_windows(a, i);
  sg_call c = base_call(z, i, z->in, z->out);
  add_madds(a, i, 1);
  if (!d->state) return c.node->op->forward(&c);
  const sg_delta_window *w = &z->window[c.node->in[0].value][0];
  forget(z, i, a->edit[0].pos, a->edit[0].len);
  return c.node->op->collect->base(&c, w->start[0], w->start[0] + w->width, z->state[i]);
}

sg_status SG_REAL(sg_side_commit)(sg_side *side, int64_t pos, int64_t len, sg_err *err)
{
  const sg_plan *p = side->dp->plan;
  sg_edit e = { pos, len, side->codes + pos };
  part a = { .z = side, .n = 1, .edit = &e, .bare = true };
  sg_arena_mark all = sg_arena_here(side->win);
  sg_status s = set_sequence(&a);
  int dna = p->input_value[p->dna];
  if (!s && !p->codes) {
    const sg_delta_window *w = &side->window[dna][0];
    copy_rows(&side->dp->value[dna], w->data, w->start[0], w->width, side->base[dna], 0,
              p->length);
  }
  for (int i = 0; !s && i < p->n_node; i++) {
    if (!side->dp->node[i].needed) continue;
    sg_arena_mark mark = sg_arena_here(side->tmp);
    s = name_layer(p->node[i], commit_node(&a, i), err);
    sg_arena_reset(side->tmp, mark);
  }
  sg_arena_reset(side->win, all);
  return s;
}

/* ---- 7. Heads ----------------------------------------------------------------------------- */

void SG_REAL(sg_side_value)(const sg_side *side, double *value)
{
  for (int h = 0; h < side->dp->n_head; h++) {
    const sg_delta_head *head = &side->dp->head[h];
    const real *data = side->base[head->value];
    for (int64_t u = 0; u < head->units; u++) *value++ = (double) data[head->at[u]];
  }
}

/* Unit at element `at` of a spanned value: from a window that holds it, else from the base. */
static real spanned_unit(const sg_side *z, int v, int64_t i, int64_t at)
{
  const sg_spread_value *d = &z->dp->value[v];
  int64_t p = at / d->inner % d->spans.full, o = at / d->inner / d->spans.full;
  for (int s = 0; s < d->spans.n; s++) {
    const sg_delta_window *w = &z->window[v][s];
    if (p < w->start[i] || p >= w->start[i] + w->width) continue;
    return ((const real *) w->data)[((i * d->outer + o) * w->width + p - w->start[i]) * d->inner +
                                    at % d->inner];
  }
  return ((const real *) z->base[v])[at];
}

/* One head of n items, from `first` of the batch on. */
static void read_head(const sg_side *z, const sg_delta_head *h, int64_t first, int64_t n,
                      double *value)
{
  sg_change change = z->dp->value[h->value].change;
  const real *data = change == SG_CHANGED ? z->whole[h->value] : z->base[h->value];
  int64_t pitch = change == SG_CHANGED ? item_size(z, h->value) : 0;
  for (int64_t i = first; i < first + n; i++)
    for (int64_t u = 0; u < h->units; u++)
      value[i * z->dp->units + u] =
        (double) (change == SG_SPANNED ? spanned_unit(z, h->value, i - first, h->at[u])
                                       : data[i * pitch + h->at[u]]);
}

/* Heads whose values are spanned are read after each part, the others after the batch. */
static void read_heads(const sg_side *z, bool spanned, int64_t first, int64_t n, double *value)
{
  for (int h = 0; h < z->dp->n_head; h++) {
    const sg_delta_head *head = &z->dp->head[h];
    if ((z->dp->value[head->value].change == SG_SPANNED) == spanned)
      read_head(z, head, first, n, value);
    value += head->units;
  }
}

/* ---- 8. Edits ------------------------------------------------------------------------------ */

sg_status SG_REAL(sg_side_eval)(sg_side *side, int n, const sg_edit *edits, double *value,
                                sg_err *err)
{
  const sg_delta_plan *dp = side->dp;
  sg_status s = SG_OK;
  for (int i = 0; i < n && !s; i += dp->part) {
    part a = { .z = side, .first = i, .n = n - i < dp->part ? n - i : dp->part,
               .edit = edits + i };
    sg_arena_mark mark = sg_arena_here(side->win);
    s = set_sequence(&a);
    if (s) sg_fail(err, s, "out of memory");
    else s = run_nodes(&a, 0, dp->split, err);
    if (!s) read_heads(side, true, i, a.n, value);
    sg_arena_reset(side->win, mark);
  }
  part all = { .z = side, .n = n, .edit = edits };
  sg_arena_mark mark = sg_arena_here(side->win);
  if (!s) s = run_nodes(&all, dp->split, dp->plan->n_node, err);
  if (!s) read_heads(side, false, 0, n, value);
  sg_arena_reset(side->win, mark);
  return s;
}
