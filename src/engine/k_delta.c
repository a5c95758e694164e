/* engine/k_delta.c: a session's base, its commits, and edits part by part.
 *
 * Contents
 *   1. buffers
 *   2. the base
 *   3. commits
 *   4. heads
 *   5. edits
 *
 * Compiled for float and for double (base/real.h).
 */
#include <string.h>

#include "engine/exec.h"
#include "engine/k_part.h"
#include "kernels/kernels.h"

typedef SG_REAL(sg_kernels) kernels_t;

/* ---- 1. Buffers ------------------------------------------------------------------------ */

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
    if (d->keeps_pre && !(z->pre[i] = reals(mem, sg_side_item(z, p->node[i]->out[0].value))))
      return SG_ENOMEM;
    if (d->state && !(z->state[i] = sg_arena_calloc(mem, 1, d->state))) return SG_ENOMEM;
    if (!d->state || d->pair < 0) continue;
    z->memo[i] = reals(mem, p->length * p->node[i]->in[0].shape.d[1]);
    z->memo_code[i] = sg_arena_calloc(mem, (size_t) p->length + 1, 1);
    const sg_node *look = p->node[d->pair];
    z->deltas[i] = sg_arena_calloc(mem, 1, look->op->update_max_bytes(look));
    if (!z->memo[i] || !z->memo_code[i] || !z->deltas[i]) return SG_ENOMEM;
  }
  return SG_OK;
}

static sg_status make_kept(sg_side *z, sg_arena *mem)
{
  const sg_plan *p = z->dp->plan;
  for (int v = 0; v < p->n_value; v++) {
    const sg_spread_value *d = &z->dp->value[v];
    if (d->change == SG_CHANGED && d->kept &&
        !(z->whole[v] = reals(mem, sg_side_item(z, v) * z->dp->batch)))
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
  z->deltas = sg_arena_calloc(mem, nodes, sizeof *z->deltas);
  z->window = sg_arena_calloc(mem, values, sizeof *z->window);
  z->whole = sg_arena_calloc(mem, values, sizeof *z->whole);
  z->in = sg_arena_calloc(mem, 2 * in, sizeof *z->in);
  z->out = sg_arena_calloc(mem, 2 * out, sizeof *z->out);
  return z->codes && z->base && z->pre && z->state && z->memo && z->memo_code && z->deltas &&
         z->window &&
         z->whole && z->in && z->out;
}

sg_status SG_REAL(sg_side_new)(sg_side *side, sg_arena *mem)
{
  const sg_plan *p = side->dp->plan;
  if (!make_tables(side, mem)) return SG_ENOMEM;
  for (int v = 0; v < p->n_value; v++)
    if (computed(p, v) && !(side->base[v] = reals(mem, sg_side_item(side, v)))) return SG_ENOMEM;
  sg_status s = make_node_buffers(side, mem);
  return s ? s : make_kept(side, mem);
}

/* ---- 2. The base ------------------------------------------------------------------------- */


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
  sg_call c = SG_REAL(sg_side_call)(z, i, z->in, z->out);
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
  const kernels_t *kern = p->kernels;
  if (!s) kern->relu(sg_side_item(z, c.node->out[0].value), z->pre[i], y);
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
    SG_REAL(sg_item_take)(&p->value[v], p->input_last[k], &in, 0, z->base[v]);
  }
}

sg_status SG_REAL(sg_side_base)(sg_side *side, double *const *other, sg_err *err)
{
  const sg_plan *p = side->dp->plan;
  int dna = p->input_value[p->dna];
  take_other(side, other);
  if (!p->codes && side->base[dna])
    SG_REAL(sg_side_spell)(side, side->codes, p->length, &p->value[dna].shape, side->base[dna]);
  for (int i = 0; i < p->n_node; i++) {
    if (!side->dp->node[i].needed) continue;
    sg_arena_mark mark = sg_arena_here(side->tmp);
    sg_status s = run_base(side, i);
    sg_arena_reset(side->tmp, mark);
    if (s) return SG_REAL(sg_side_named)(p->node[i], s, err);
  }
  return SG_OK;
}

/* ---- 3. Commits --------------------------------------------------------------------------- */

/* The windows of value v into `to`, an item of the base. */
static void keep_windows(const sg_part *a, int v, real *to)
{
  const sg_spread_value *d = &a->z->dp->value[v];
  for (int k = 0; k < d->spans.n; k++) {
    const sg_delta_window *w = &a->z->window[v][k];
    SG_REAL(sg_copy_rows)(d, w->data, w->start[0], w->width, to, 0, d->spans.full);
  }
}

/* Windows of node i, computed anew, into the base: it then has the bits of a full evaluation. */
static sg_status commit_windows(const sg_part *a, int i)
{
  sg_side *z = a->z;
  const sg_node *n = z->dp->plan->node[i];
  const kernels_t *kern = z->dp->plan->kernels;
  sg_status s = SG_REAL(sg_part_windows)(a, i);
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

static sg_status commit_node(const sg_part *a, int i)
{
  sg_side *z = a->z;
  const sg_spread_node *d = &z->dp->node[i];
  if (d->mode == SG_DELTA_IDLE) return SG_OK;
  if (d->mode == SG_DELTA_LOOKUP || d->mode == SG_DELTA_DIFFERENCE || d->mode == SG_DELTA_WINDOW)
    return commit_windows(a, i);
  sg_call c = SG_REAL(sg_side_call)(z, i, z->in, z->out);
  SG_REAL(sg_part_count)(a, i, 1);
  if (!d->state) return c.node->op->forward(&c);
  const sg_delta_window *w = &z->window[c.node->in[0].value][0];
  forget(z, i, a->edit[0].pos, a->edit[0].len);
  return c.node->op->collect->base(&c, w->start[0], w->start[0] + w->width, z->state[i]);
}

sg_status SG_REAL(sg_side_commit)(sg_side *side, int64_t pos, int64_t len, sg_err *err)
{
  const sg_plan *p = side->dp->plan;
  sg_edit e = { pos, len, side->codes + pos };
  sg_part a = { .z = side, .n = 1, .edit = &e, .bare = true };
  sg_arena_mark all = sg_arena_here(side->win);
  sg_status s = SG_REAL(sg_part_sequence)(&a);
  int dna = p->input_value[p->dna];
  if (!s && !p->codes) {
    const sg_delta_window *w = &side->window[dna][0];
    SG_REAL(sg_copy_rows)(&side->dp->value[dna], w->data, w->start[0], w->width, side->base[dna],
                          0, p->length);
  }
  for (int i = 0; !s && i < p->n_node; i++) {
    if (!side->dp->node[i].needed) continue;
    sg_arena_mark mark = sg_arena_here(side->tmp);
    s = SG_REAL(sg_side_named)(p->node[i], commit_node(&a, i), err);
    sg_arena_reset(side->tmp, mark);
  }
  sg_arena_reset(side->win, all);
  return s;
}

/* ---- 4. Heads ----------------------------------------------------------------------------- */

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
  int64_t pitch = change == SG_CHANGED ? sg_side_item(z, h->value) : 0;
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

/* ---- 5. Edits ------------------------------------------------------------------------------ */

sg_status SG_REAL(sg_side_eval)(sg_side *side, int n, const sg_edit *edits, double *value,
                                sg_err *err)
{
  const sg_delta_plan *dp = side->dp;
  sg_status s = SG_OK;
  for (int i = 0; i < n && !s; i += dp->part) {
    sg_part a = { .z = side, .first = i, .n = n - i < dp->part ? n - i : dp->part,
               .edit = edits + i };
    sg_arena_mark mark = sg_arena_here(side->win);
    s = SG_REAL(sg_part_sequence)(&a);
    if (s) sg_fail(err, s, "out of memory");
    else s = SG_REAL(sg_part_nodes)(&a, 0, dp->split, err);
    if (!s) read_heads(side, true, i, a.n, value);
    sg_arena_reset(side->win, mark);
  }
  sg_part all = { .z = side, .n = n, .edit = edits };
  sg_arena_mark mark = sg_arena_here(side->win);
  if (!s) s = SG_REAL(sg_part_nodes)(&all, dp->split, dp->plan->n_node, err);
  if (!s) read_heads(side, false, 0, n, value);
  sg_arena_reset(side->win, mark);
  return s;
}
