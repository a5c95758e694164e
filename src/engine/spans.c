/* engine/spans.c: what the edit of a position reaches, value by value, and how each layer is
 * brought up to date.
 *
 * The spans of every value are tabulated for the edit of each single position: what an edit of
 * several positions reaches is the hull, since reach is monotonous. A value has several spans where
 * branches look at the sequence from different places (a reverse-complement branch).
 *
 * Contents
 *   1. tables of spans
 *   2. one node: which spans its outputs get
 *   3. modes and costs
 *   4. parts and batches
 */
#include <stdlib.h>
#include <string.h>

#include "engine/delta.h"

/* ---- 1. Tables ----------------------------------------------------------------------- */

void sg_delta_span(const sg_spans *spans, int s, int64_t pos, int64_t len, int64_t *lo,
                   int64_t *hi)
{
  *lo = spans->full;
  *hi = 0;
  for (int64_t p = pos; p < pos + len; p++) {
    if (spans->lo[s][p] >= spans->hi[s][p]) continue;
    if (spans->lo[s][p] < *lo) *lo = spans->lo[s][p];
    if (spans->hi[s][p] > *hi) *hi = spans->hi[s][p];
  }
}

typedef struct table { int64_t *lo, *hi; double sum; } table;

static bool table_new(const sg_delta_plan *dp, table *t)
{
  size_t L = (size_t) dp->plan->length + 1;
  t->lo = sg_arena_calloc(dp->mem, L, sizeof *t->lo);
  t->hi = sg_arena_calloc(dp->mem, L, sizeof *t->hi);
  return t->lo && t->hi;
}

static double table_sum(const sg_delta_plan *dp, const int64_t *lo, const int64_t *hi)
{
  double sum = 0;
  for (int64_t p = 0; p < dp->plan->length; p++)
    sum += hi[p] > lo[p] ? (double) (hi[p] - lo[p]) : 0;
  return sum;
}

/* to = hull of to and from, position by position. */
static void widen(const sg_delta_plan *dp, const table *from, int64_t *lo, int64_t *hi)
{
  for (int64_t p = 0; p < dp->plan->length; p++) {
    if (from->lo[p] >= from->hi[p]) continue;
    bool empty = lo[p] >= hi[p];
    if (empty || from->lo[p] < lo[p]) lo[p] = from->lo[p];
    if (empty || from->hi[p] > hi[p]) hi[p] = from->hi[p];
  }
}

static double hull_sum(const sg_delta_plan *dp, const table *a, const int64_t *lo,
                       const int64_t *hi)
{
  double sum = 0;
  for (int64_t p = 0; p < dp->plan->length; p++) {
    int64_t l = lo[p], h = hi[p];
    if (a->lo[p] < a->hi[p] && (l >= h || a->lo[p] < l)) l = a->lo[p];
    if (a->lo[p] < a->hi[p] && (lo[p] >= hi[p] || a->hi[p] > h)) h = a->hi[p];
    sum += h > l ? (double) (h - l) : 0;
  }
  return sum;
}

/* Adds a span: joined with one that it overlaps or touches nearly everywhere, else separate as long
 * as there is room, else joined with the one that grows least. */
static void add_span(const sg_delta_plan *dp, sg_spans *z, const table *t)
{
  double sum = table_sum(dp, t->lo, t->hi), least = 0;
  int best = -1;
  for (int s = 0; s < z->n; s++) {
    double own = table_sum(dp, z->lo[s], z->hi[s]);
    double growth = hull_sum(dp, t, z->lo[s], z->hi[s]) - own - sum;
    if (best < 0 || growth < least) {
      best = s;
      least = growth;
    }
  }
  if (best >= 0 && (least <= 2. * (double) dp->plan->length || z->n == SG_SPANS)) {
    widen(dp, t, z->lo[best], z->hi[best]);
    return;
  }
  z->lo[z->n] = t->lo;
  z->hi[z->n++] = t->hi;
}

/* ---- 2. One node --------------------------------------------------------------------- */

static const sg_spread_value *input_of(const sg_delta_plan *dp, const sg_node *n, int k)
{
  if (!sg_node_has(n, k) || n->in[k].tensor) return NULL;
  return &dp->value[n->in[k].value];
}

/* What span s of input k reaches of output o; SG_EUNSUPPORTED where the op has no interval form. */
static sg_status reach_table(const sg_delta_plan *dp, const sg_node *n, int k, int s, int o,
                             int *axis, table *t)
{
  const sg_spans *in = &input_of(dp, n, k)->spans;
  if (!table_new(dp, t)) return SG_ENOMEM;
  for (int64_t p = 0; p < dp->plan->length; p++) {
    sg_interval i = { in->axis, in->lo[s][p], in->hi[s][p] }, r;
    if (i.lo >= i.hi) continue;
    if (!n->op->reach(n, k, &i, o, &r) || r.axis < 1 || (*axis && r.axis != *axis))
      return SG_EUNSUPPORTED;
    *axis = r.axis;
    t->lo[p] = r.lo;
    t->hi[p] = r.hi;
  }
  return SG_OK;
}

/* Spans of output o; SG_EUNSUPPORTED where it changes as a whole. */
static sg_status output_spans(const sg_delta_plan *dp, const sg_node *n, int o, sg_spans *z)
{
  table t;
  *z = (sg_spans){ 0 };
  if (!n->op->reach || !n->op->need) return SG_EUNSUPPORTED;
  for (int k = 0; k < n->n_in; k++) {
    const sg_spread_value *v = input_of(dp, n, k);
    if (!v || v->change == SG_UNCHANGED) continue;
    if (v->change == SG_CHANGED) return SG_EUNSUPPORTED;
    for (int s = 0; s < v->spans.n; s++) {
      sg_status status = reach_table(dp, n, k, s, o, &z->axis, &t);
      if (status) return status;
      add_span(dp, z, &t);
    }
  }
  return z->axis > 0 ? SG_OK : SG_EUNSUPPORTED;
}

static void set_spanned(const sg_delta_plan *dp, int value, const sg_spans *z)
{
  const sg_shape *shape = &dp->plan->value[value].shape;
  sg_spread_value *v = &dp->value[value];
  int order[SG_MAX_RANK], at = 1;
  v->change = SG_SPANNED;
  v->spans = *z;
  v->spans.full = shape->d[z->axis];
  v->outer = v->inner = 1;
  sg_memory_order(shape, order);
  while (order[at] != z->axis) v->outer *= shape->d[order[at++]];
  while (++at < shape->nd) v->inner *= shape->d[order[at]];
}

/* ---- 3. Modes ------------------------------------------------------------------------ */

static double mean_width(const sg_delta_plan *dp, const sg_spans *z)
{
  double sum = 0;
  for (int s = 0; s < z->n; s++) sum += table_sum(dp, z->lo[s], z->hi[s]);
  return sum / (double) (dp->plan->length ? dp->plan->length : 1);
}

/* The one input that changes, 0, in one span; -1. */
static bool single_input(const sg_delta_plan *dp, const sg_node *n)
{
  const sg_spread_value *v = input_of(dp, n, 0);
  for (int k = 1; k < n->n_in; k++)
    if (input_of(dp, n, k)) return false;
  return v && v->change == SG_SPANNED && v->spans.n == 1;
}

static bool reads_codes(const sg_delta_plan *dp, const sg_node *n)
{
  const sg_plan *p = dp->plan;
  return p->codes && sg_node_has(n, 0) && n->in[0].value == p->input_value[p->dna];
}

/* Whether updating from what changed is less work than computing windows anew. With a product a tap
 * every sum is loaded and stored once a tap, which costs as much as about eight channels more (as
 * measured on 15); never less than a quarter. */
static sg_delta_mode window_mode(const sg_delta_plan *dp, const sg_node *n)
{
  const sg_spread_value *in = input_of(dp, n, 0), *out = &dp->value[n->out[0].value];
  if (!n->op->update || !(n->flags & SG_NODE_UPDATE) || !single_input(dp, n) ||
      out->spans.n != 1 || in->spans.axis != 2)
    return SG_DELTA_WINDOW;
  if (reads_codes(dp, n)) return SG_DELTA_LOOKUP;
  double stride = (double) in->spans.full / (double) out->spans.full;
  double few = mean_width(dp, &in->spans) / (stride < 1 ? 1 : stride);
  double more = in->inner < 32 ? 8 / (double) in->inner : 0.25;
  return (1 + more) * few < mean_width(dp, &out->spans) ? SG_DELTA_DIFFERENCE : SG_DELTA_WINDOW;
}

static bool can_collect(const sg_delta_plan *dp, const sg_node *n)
{
  return n->op->collect && n->n_out == 1 && single_input(dp, n) &&
         n->op->collect->can(n, input_of(dp, n, 0)->spans.axis);
}

enum { MOST_OUTPUTS = 8 };

/* Spans of all outputs; SG_EUNSUPPORTED where one of them changes as a whole. */
static sg_status node_spans(const sg_delta_plan *dp, const sg_node *n, sg_spans *z)
{
  sg_status s = n->n_out <= MOST_OUTPUTS ? SG_OK : SG_EUNSUPPORTED;
  for (int o = 0; o < n->n_out && !s; o++) s = output_spans(dp, n, o, &z[o]);
  return s;
}

/* Changes of the node's outputs, and the mode they call for. */
static sg_status spread_node(sg_delta_plan *dp, const sg_node *n, sg_delta_mode *ret)
{
  bool changed = false, spanned = false;
  sg_spans z[MOST_OUTPUTS];
  *ret = SG_DELTA_IDLE;
  for (int k = 0; k < n->n_in; k++) {
    const sg_spread_value *v = input_of(dp, n, k);
    changed |= v && v->change == SG_CHANGED;
    spanned |= v && v->change == SG_SPANNED;
  }
  if (!changed && !spanned) return SG_OK;
  bool collect = !changed && can_collect(dp, n);
  sg_status s = changed || collect ? SG_EUNSUPPORTED : node_spans(dp, n, z);
  if (s && s != SG_EUNSUPPORTED) return s;
  for (int o = 0; o < n->n_out; o++) {
    if (n->out[o].value == SG_NONE) continue;
    if (!s) set_spanned(dp, n->out[o].value, &z[o]);
    else dp->value[n->out[o].value].change = SG_CHANGED;
  }
  if (!s) *ret = window_mode(dp, n);
  else if (collect) *ret = n->op->collect->rows ? SG_DELTA_ROWS : SG_DELTA_STATE;
  else *ret = spanned ? SG_DELTA_FALLBACK : SG_DELTA_WHOLE;
  return SG_OK;
}

/* Multiply-adds of one substitution, and the widths that `info` shows. */
static void count_node(const sg_delta_plan *dp, const sg_node *n, sg_spread_node *d)
{
  const sg_spread_value *in = input_of(dp, n, 0), *out = &dp->value[n->out[0].value];
  double all = n->op->madds ? (double) n->op->madds(n) : 0;
  d->full_madds = all;
  d->madds = d->mode == SG_DELTA_IDLE ? 0 : all;
  if (out->change == SG_SPANNED) {
    d->full = (double) out->spans.full;
    d->width = mean_width(dp, &out->spans);
    double share = d->width / d->full;
    if (d->mode != SG_DELTA_WINDOW) share = mean_width(dp, &in->spans) / (double) in->spans.full;
    d->madds = all * (share > 1 ? 1 : share);
  }
  if (d->mode == SG_DELTA_ROWS)
    d->madds = all * mean_width(dp, &in->spans) / (double) in->spans.full;
}

static void mark_needed(sg_delta_plan *dp, bool *need)
{
  const sg_plan *p = dp->plan;
  for (int h = 0; h < dp->n_head; h++) need[dp->head[h].value] = true;
  for (int i = p->n_node - 1; i >= 0; i--) {
    const sg_node *n = p->node[i];
    for (int o = 0; o < n->n_out; o++)
      if (n->out[o].value != SG_NONE && need[n->out[o].value]) dp->node[i].needed = true;
    for (int k = 0; k < n->n_in && dp->node[i].needed; k++)
      if (sg_node_has(n, k)) need[n->in[k].value] = true;
  }
}

static sg_status spread_all(sg_delta_plan *dp)
{
  const sg_plan *p = dp->plan;
  table t;
  sg_spans z = { .n = 1, .axis = p->axes.pos_axis };
  if (!table_new(dp, &t)) return SG_ENOMEM;
  for (int64_t i = 0; i < p->length; i++) {
    t.lo[i] = i;
    t.hi[i] = i + 1;
  }
  z.lo[0] = t.lo;
  z.hi[0] = t.hi;
  set_spanned(dp, p->input_value[p->dna], &z);
  for (int i = 0; i < p->n_node; i++) {
    const sg_node *n = p->node[i];
    sg_spread_node *d = &dp->node[i];
    if (!d->needed) continue;
    sg_status s = spread_node(dp, n, &d->mode);
    if (s) return s;
    d->bare = *n;
    d->bare.flags &= ~(unsigned) SG_NODE_RELU;
    d->keeps_pre = (n->flags & SG_NODE_RELU) &&
                   (d->mode == SG_DELTA_LOOKUP || d->mode == SG_DELTA_DIFFERENCE);
    if (d->mode == SG_DELTA_STATE || d->mode == SG_DELTA_ROWS)
      d->state = n->op->collect->bytes(n) + 1;
    count_node(dp, n, d);
    dp->madds += d->full_madds;
  }
  return SG_OK;
}

/* Look-ups that only a maximum over all positions reads. */
static void find_pairs(sg_delta_plan *dp)
{
  const sg_plan *p = dp->plan;
  const void *before, *behind;
  for (int j = 0; j < p->n_node; j++) dp->node[j].pair = -1;
  for (int j = 0; j < p->n_node; j++) {
    const sg_node *n = p->node[j];
    if (dp->node[j].mode != SG_DELTA_STATE || !n->op->collect->sides) continue;
    if (!n->op->collect->sides(n, NULL, 0, 0, &before, &behind)) continue;
    int i = p->value[n->in[0].value].producer;
    if (i < 0 || dp->node[i].mode != SG_DELTA_LOOKUP || !(p->node[i]->flags & SG_NODE_UPDATE_MAX))
      continue;
    if (sg_plan_readers(p, n->in[0].value) != 1 || dp->has_mask) continue;
    dp->node[i].pair = j;
    dp->node[j].pair = i;
  }
}

/* ---- 4. Parts and batches --------------------------------------------------------------
 *
 * Windows are many and their weights few, dense layers the reverse: the nodes before `split` run on
 * a part of the batch whose windows stay in cache, the others on the whole batch. */

enum { PART_BYTES = 384 << 10, BATCH_BYTES = 4 << 20, MOST_PART = 64, MOST_BATCH = 512 };

static void find_split(sg_delta_plan *dp)
{
  const sg_plan *p = dp->plan;
  dp->split = p->n_node;
  while (dp->split > 0) {
    const sg_spread_node *d = &dp->node[dp->split - 1];
    if (d->needed && d->mode != SG_DELTA_WHOLE && d->mode != SG_DELTA_IDLE) break;
    dp->split--;
  }
  for (int i = dp->split; i < p->n_node; i++) {
    const sg_node *n = p->node[i];
    for (int k = 0; k < n->n_in && dp->node[i].needed; k++)
      if (input_of(dp, n, k)) dp->value[n->in[k].value].kept = true;
    for (int o = 0; o < n->n_out && dp->node[i].needed; o++)
      if (n->out[o].value != SG_NONE) dp->value[n->out[o].value].kept = true;
  }
  for (int h = 0; h < dp->n_head; h++) dp->value[dp->head[h].value].kept = true;
}

static void choose_sizes(sg_delta_plan *dp)
{
  const sg_plan *p = dp->plan;
  double windows = 1, whole = 1;
  for (int v = 0; v < p->n_value; v++) {
    const sg_spread_value *d = &dp->value[v];
    if (d->change == SG_SPANNED)
      windows += mean_width(dp, &d->spans) * (double) (d->outer * d->inner) * 4;
    if (d->change == SG_CHANGED && d->kept)
      whole += (double) sg_shape_item(&p->value[v].shape) * 4;
  }
  double part = PART_BYTES / windows, batch = BATCH_BYTES / (whole + (double) dp->units * 8);
  dp->part = part < 1 ? 1 : part > MOST_PART ? MOST_PART : (int) part;
  dp->batch = batch < 1 ? 1 : batch > MOST_BATCH ? MOST_BATCH : (int) batch;
  if (dp->batch < dp->part) dp->part = dp->batch;
}

sg_status sg_delta_spread(sg_delta_plan *dp, sg_err *err)
{
  const sg_plan *p = dp->plan;
  dp->value = sg_arena_calloc(dp->mem, (size_t) p->n_value + 1, sizeof *dp->value);
  dp->node = sg_arena_calloc(dp->mem, (size_t) p->n_node + 1, sizeof *dp->node);
  bool *need = calloc((size_t) p->n_value + 1, sizeof *need);
  sg_status s = dp->value && dp->node && need ? SG_OK : SG_ENOMEM;
  if (!s) mark_needed(dp, need);
  if (!s) s = spread_all(dp);
  free(need);
  if (s) return sg_fail(err, s, "out of memory");
  find_pairs(dp);
  find_split(dp);
  choose_sizes(dp);
  return SG_OK;
}
