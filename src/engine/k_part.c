/* engine/k_part.c: a part of edits: their windows, and node after node what they change.
 *
 * Contents
 *   1. slabs of the base
 *   2. windows of a part
 *   3. nodes of a part
 *   4. pairs: a look-up and the maximum that alone reads it
 *   5. node after node
 *
 * Compiled for float and for double (base/real.h).
 */
#include "engine/k_part.h"

#include <string.h>

#include "kernels/kernels.h"

typedef SG_REAL(sg_kernels) kernels_t;

/* ---- 1. Slabs of the base ---------------------------------------------------------------- */

static bool is_dna(const sg_side *z, int v)
{
  const sg_plan *p = z->dp->plan;
  return v == p->input_value[p->dna];
}

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

sg_call SG_REAL(sg_side_call)(sg_side *z, int i, sg_slab *in, sg_slab *out)
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

sg_status SG_REAL(sg_side_named)(const sg_node *n, sg_status s, sg_err *err)
{
  if (!s) return SG_OK;
  return sg_fail(err, s, "layer '%s' (%s): %s", n->def->name, n->op->name, sg_status_name(s));
}

void SG_REAL(sg_side_spell)(const sg_side *z, const uint8_t *codes, int64_t n,
                            const sg_shape *shape, real *data)
{
  const sg_dna *dna = &z->dp->plan->axes;
  int64_t st[SG_MAX_RANK], C = shape->d[dna->base_axis];
  sg_strides(shape, st);
  for (int64_t l = 0; l < n; l++)
    for (int64_t b = 0; b < C; b++)
      data[l * st[dna->pos_axis] + b * st[dna->base_axis]] =
        z->symbols->col[codes[l] % SG_MAX_SYMBOLS][b];
}
/* ---- 2. Windows of a part ---------------------------------------------------------------- */

static sg_status place_window(const sg_part *a, int v, int s, sg_delta_window *w)
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

static sg_status alloc_window(const sg_part *a, int v, sg_delta_window *w)
{
  const sg_spread_value *d = &a->z->dp->value[v];
  w->data = sg_arena_alloc(a->z->win, (size_t) (a->n * d->outer * w->width * d->inner) + 16,
                           sizeof(real));
  return w->data ? SG_OK : SG_ENOMEM;
}

static sg_slab window_slab(const sg_part *a, int v, const sg_delta_window *w)
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

void SG_REAL(sg_copy_rows)(const sg_spread_value *d, const real *src, int64_t at, int64_t have,
                           real *dst, int64_t start, int64_t want)
{
  int64_t lo = at > start ? at : start, hi = at + have < start + want ? at + have : start + want;
  if (lo >= hi) return;
  for (int64_t o = 0; o < d->outer; o++)
    memcpy(dst + (o * want + lo - start) * d->inner, src + (o * have + lo - at) * d->inner,
           (size_t) ((hi - lo) * d->inner) * sizeof(real));
}

/* Value v of every item at start[i] .. + width: the base, and the windows laid over it. */
static sg_status patch(const sg_part *a, int v, const int64_t *start, int64_t width, real *dst)
{
  const sg_spread_value *d = &a->z->dp->value[v];
  int64_t pitch = d->outer * width * d->inner;
  for (int64_t i = 0; i < a->n; i++) {
    SG_REAL(sg_copy_rows)(d, a->z->base[v], 0, d->spans.full, dst + i * pitch, start[i], width);
    for (int s = 0; d->change == SG_SPANNED && s < d->spans.n; s++) {
      const sg_delta_window *w = &a->z->window[v][s];
      int64_t own = d->outer * w->width * d->inner;
      SG_REAL(sg_copy_rows)(d, (const real *) w->data + i * own, w->start[i], w->width,
                            dst + i * pitch, start[i], width);
    }
  }
  return SG_OK;
}

/* The sequence's codes at start[i] .. + width, edited. */
static uint8_t *patch_codes(const sg_part *a, const int64_t *start, int64_t width)
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
sg_status SG_REAL(sg_part_sequence)(const sg_part *a)
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
    SG_REAL(sg_side_spell)(a->z, codes + i * w->width, w->width, &s.shape,
                           (real *) w->data + i * pitch);
  return SG_OK;
}

/* ---- 3. Nodes of a part ------------------------------------------------------------------ */

/* Input k of node n as windows of what outputs start_o .. + width_o of output o need. */
static sg_status need_slab(const sg_part *a, const sg_node *n, int o, const sg_delta_window *out,
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
static sg_status whole_slab(const sg_part *a, int v, sg_slab *ret)
{
  const sg_spread_value *d = &a->z->dp->value[v];
  int64_t item = sg_side_item(a->z, v);
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
static sg_status whole_output(const sg_part *a, int v)
{
  const sg_spread_value *d = &a->z->dp->value[v];
  if (d->kept) return SG_OK;
  a->z->whole[v] = sg_arena_alloc(a->z->win, (size_t) (a->n * sg_side_item(a->z, v)) + 16,
                                  sizeof(real));
  return a->z->whole[v] ? SG_OK : SG_ENOMEM;
}

static sg_call part_call(const sg_part *a, int i)
{
  const sg_plan *p = a->z->dp->plan;
  return (sg_call){ .node = p->node[i], .kernels = p->kernels, .prep = p->prep[i], .n = a->n,
                    .tmp = a->z->tmp, .in = a->z->in, .out = a->z->out };
}

/* Node i on the base, behind the slabs of the part's call in z->in and z->out. */
static sg_call base_call(sg_side *z, int i)
{
  const sg_node *n = z->dp->plan->node[i];
  return SG_REAL(sg_side_call)(z, i, z->in + n->n_in, z->out + n->n_out);
}

/* An input of the node that no edit reaches and that has no windows: read whole, once an item. */
static bool has_axis(const sg_spread_value *d) { return d->change == SG_SPANNED; }

/* Output o, span s of node i from windows. */
static sg_status run_window(const sg_part *a, int i, int o, int s)
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

void SG_REAL(sg_part_count)(const sg_part *a, int i, double share)
{
  a->z->madds += (double) a->n * a->z->dp->node[i].full_madds * (share > 1 ? 1 : share);
}

sg_status SG_REAL(sg_part_windows)(const sg_part *a, int i)
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
      SG_REAL(sg_part_count)(a, i, (double) w->width / (double) z->full);
    }
  }
  return SG_OK;
}

/* Counts node i by the share of its input `from` that the windows hold. */
static void count_window(const sg_part *a, int i, int from)
{
  const sg_side *z = a->z;
  double width = (double) z->window[from][0].width;
  SG_REAL(sg_part_count)(a, i, width / (double) z->dp->value[from].spans.full);
}

/* A node with one changing input, from what changed. */
static sg_status run_update(const sg_part *a, int i)
{
  sg_side *z = a->z;
  const sg_node *n = z->dp->plan->node[i];
  int v = n->out[0].value, from = n->in[0].value;
  sg_delta_window *w = &z->window[v][0];
  sg_call c = part_call(a, i), base = base_call(z, i);
  *w = (sg_delta_window){ 0 };
  if (place_window(a, v, 0, w) || alloc_window(a, v, w)) return SG_ENOMEM;
  for (int k = 0; k < n->n_in; k++) z->in[k] = z->in[n->n_in + k];
  z->in[0] = window_slab(a, from, &z->window[from][0]);
  z->out[0] = window_slab(a, v, w);
  if (z->dp->node[i].keeps_pre) z->out[n->n_out].data = z->pre[i];
  count_window(a, i, from);
  return n->op->update(&c, &base);
}

static sg_status run_collect(const sg_part *a, int i)
{
  sg_side *z = a->z;
  const sg_node *n = z->dp->plan->node[i];
  int v = n->out[0].value, from = n->in[0].value;
  sg_call c = part_call(a, i), base = base_call(z, i);
  if (whole_output(a, v)) return SG_ENOMEM;
  for (int k = 0; k < n->n_in; k++) z->in[k] = z->in[n->n_in + k];
  z->in[0] = window_slab(a, from, &z->window[from][0]);
  sg_status s = whole_slab(a, v, &z->out[0]);
  if (s) return s;
  count_window(a, i, from);
  return n->op->collect->eval(&c, &base, z->state[i]);
}

static sg_status run_whole(const sg_part *a, int i)
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
  SG_REAL(sg_part_count)(a, i, 1);
  return n->op->forward(&c);
}

/* ---- 4. Pairs ----------------------------------------------------------------------------
 *
 * A look-up and the maximum over all positions that alone reads it, under edits of single
 * positions. The windows need not be written, only their greatest; and that stays as it is until a
 * commit comes near, so that it is kept for the next time the same edit is asked for (a backward
 * selection asks for it L times). */

/* Whether the next edit is of the same position too: the memo holds one of them. */
static bool followed(const sg_part *a, int64_t k)
{
  return k + 1 < a->n && a->edit[k + 1].pos == a->edit[k].pos;
}

/* maxima[k]: where those of edit k are; want[k]: where they have yet to be put, or NULL. Returns
 * how many. */
static int64_t find_maxima(const sg_part *a, int i, real *spare, void **maxima, void **want)
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
static sg_status fill_maxima(const sg_part *a, int i, void *const *want)
{
  sg_side *z = a->z;
  int look = z->dp->node[i].pair;
  const sg_node *n = z->dp->plan->node[look];
  int v = n->out[0].value, from = n->in[0].value;
  sg_delta_window w = { 0 };
  if (place_window(a, v, 0, &w)) return SG_ENOMEM;
  sg_call c = part_call(a, look), base = base_call(z, look);
  for (int k = 0; k < n->n_in; k++) z->in[k] = z->in[n->n_in + k];
  z->in[0] = window_slab(a, from, &z->window[from][0]);
  z->out[0] = window_slab(a, v, &w);
  if (z->dp->node[look].keeps_pre) z->out[n->n_out].data = z->pre[look];
  return n->op->update_max(&c, &base, z->deltas[i], want);
}

static sg_status run_pair(const sg_part *a, int i)
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

/* ---- 5. Node after node ------------------------------------------------------------------ */

/* A long edit has nothing of the look-up's differences: its windows are looked up anew. */
enum { LONG_EDIT = 4 };

static bool is_pair(const sg_part *a, int i)
{
  return a->z->dp->node[i].pair >= 0 && a->edit[0].len == 1;
}

static sg_status run_part_node(const sg_part *a, int i)
{
  if (is_pair(a, i)) return a->z->dp->node[i].mode == SG_DELTA_LOOKUP ? SG_OK : run_pair(a, i);
  switch (a->z->dp->node[i].mode) {
    case SG_DELTA_IDLE: return SG_OK;
    case SG_DELTA_LOOKUP:
      return a->edit[0].len > LONG_EDIT ? SG_REAL(sg_part_windows)(a, i) : run_update(a, i);
    case SG_DELTA_DIFFERENCE: return run_update(a, i);
    case SG_DELTA_WINDOW: return SG_REAL(sg_part_windows)(a, i);
    case SG_DELTA_STATE:
    case SG_DELTA_ROWS: return run_collect(a, i);
    case SG_DELTA_WHOLE:
    case SG_DELTA_FALLBACK: return run_whole(a, i);
  }
  return SG_EINTERNAL;
}

sg_status SG_REAL(sg_part_nodes)(const sg_part *a, int from, int to, sg_err *err)
{
  for (int i = from; i < to; i++) {
    if (!a->z->dp->node[i].needed) continue;
    sg_arena_mark mark = sg_arena_here(a->z->tmp);
    sg_status s = run_part_node(a, i);
    sg_arena_reset(a->z->tmp, mark);
    if (s) return SG_REAL(sg_side_named)(a->z->dp->plan->node[i], s, err);
  }
  return SG_OK;
}
