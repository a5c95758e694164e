/* engine/sweep.c: inputs in, nodes forward, nodes backward. Compiled for float and for double.
 *
 * Contents
 *   1. between the framework's order and memory
 *   2. inputs
 *   3. slabs of a call
 *   4. forward
 *   5. backward
 */
#include <string.h>

#include "base/real.h"
#include "engine/exec.h"

/* ---- 1. Orders --------------------------------------------------------------------- */

/* Calls for every element of one item, counting i in the framework's order: at = its place in
 * memory. Channels-last frameworks have the memory order (model/tensor.h), as have items of rank
 * 1. */
typedef struct cursor { int nd; int64_t d[SG_MAX_RANK], st[SG_MAX_RANK], i[SG_MAX_RANK], at;
                        } cursor;

static bool same_order(const sg_shape *s, bool channels_last)
{
  return channels_last || sg_is_row_major(s);
}

static void cursor_start(cursor *c, const sg_shape *s)
{
  int64_t st[SG_MAX_RANK];
  sg_strides(s, st);
  memset(c, 0, sizeof *c);
  c->nd = s->nd - 1;
  for (int a = 0; a < c->nd; a++) {
    c->d[a] = s->d[a + 1];
    c->st[a] = st[a + 1];
  }
}

static void cursor_next(cursor *c)
{
  for (int a = c->nd - 1; a >= 0; a--) {
    c->at += c->st[a];
    if (++c->i[a] < c->d[a]) return;
    c->at -= c->d[a] * c->st[a];
    c->i[a] = 0;
  }
}

void SG_REAL(sg_item_read)(const sg_plan_value *v, bool channels_last, const real *data, real *dst)
{
  int64_t n = sg_shape_item(&v->shape);
  cursor c;
  if (same_order(&v->shape, channels_last)) {
    memcpy(dst, data, (size_t) n * sizeof *dst);
    return;
  }
  cursor_start(&c, &v->shape);
  for (int64_t i = 0; i < n; i++, cursor_next(&c)) dst[i] = data[c.at];
}

void SG_REAL(sg_item_add)(const sg_plan_value *v, bool channels_last, real *data, const real *src)
{
  int64_t n = sg_shape_item(&v->shape);
  cursor c;
  if (same_order(&v->shape, channels_last)) {
    for (int64_t i = 0; i < n; i++) data[i] += src[i];
    return;
  }
  cursor_start(&c, &v->shape);
  for (int64_t i = 0; i < n; i++, cursor_next(&c)) data[c.at] += src[i];
}

/* ---- 2. Inputs --------------------------------------------------------------------- */

/* Codes spelled out as columns. */
static void spell(const sg_exec *x, const sg_shape *s, const uint8_t *codes, real *data)
{
  const sg_dna *dna = &x->plan->axes;
  int64_t st[SG_MAX_RANK], L = s->d[dna->pos_axis], C = s->d[dna->base_axis];
  sg_strides(s, st);
  for (int64_t l = 0; l < L; l++)
    for (int64_t b = 0; b < C; b++)
      data[l * st[dna->pos_axis] + b * st[dna->base_axis]] =
        x->symbols.col[codes[l] % SG_MAX_SYMBOLS][b];
}

void SG_REAL(sg_item_take)(const sg_plan_value *v, bool last, const sg_input *in, int64_t i,
                           real *data)
{
  int64_t n = sg_shape_item(&v->shape);
  cursor c;
  cursor_start(&c, &v->shape);
  for (int64_t j = 0; j < n; j++) {
    real e = in->data64 ? (real) in->data64[i * n + j] : (real) in->data[i * n + j];
    if (same_order(&v->shape, last)) data[j] = e;
    else {
      data[c.at] = e;
      cursor_next(&c);
    }
  }
}

sg_status SG_REAL(sg_sweep_inputs)(sg_exec *x, int n, const sg_input *inputs, sg_err *err)
{
  const sg_plan *p = x->plan;
  x->codes = NULL;
  for (int k = 0; k < p->n_input; k++) {
    const sg_plan_value *v = &p->value[p->input_value[k]];
    const sg_input *in = &inputs[k];
    real *data = x->value[p->input_value[k]].data;
    bool codes = k == p->dna && in->codes;
    if (v->last_use < 0) continue;
    if (!codes && !in->data && !in->data64)
      return sg_fail(err, SG_EINVAL, "input '%s' of the network is not given", v->name);
    if (codes && p->codes) {
      x->codes = in->codes;
      continue;
    }
    for (int64_t i = 0; i < n; i++) {
      real *to = data + i * sg_shape_item(&v->shape);
      if (codes) spell(x, &v->shape, in->codes + i * p->length, to);
      else SG_REAL(sg_item_take)(v, p->input_last[k], in, i, to);
    }
  }
  return SG_OK;
}

/* ---- 3. Slabs ---------------------------------------------------------------------- */

/* Items first .. first + n of value `id`. */
static sg_slab value_slab(const sg_exec *x, int id, int64_t first, int64_t n)
{
  const sg_plan_value *v = &x->plan->value[id];
  sg_slab s = {.shape = v->shape};
  s.shape.d[0] = n;
  if (x->codes && v->input >= 0 && v->input == x->plan->dna) {
    s.codes = x->codes + first * x->plan->length;
    s.symbols = &x->symbols;
    return s;
  }
  real *data = x->value[id].data;
  if (data && !x->value[id].part) data += first * sg_shape_item(&v->shape);
  s.data = data;
  return s;
}

static sg_call make_call(sg_exec *x, int i, int64_t first, int64_t n)
{
  const sg_plan *p = x->plan;
  const sg_node *nd = p->node[i];
  for (int k = 0; k < nd->n_in; k++) {
    x->in[k] = (sg_slab){0};
    if (!sg_node_has(nd, k)) continue;
    if (nd->in[k].tensor)
      x->in[k] = (sg_slab){.data = (void *) p->weight[i][k], .shape = nd->in[k].shape};
    else x->in[k] = value_slab(x, nd->in[k].value, first, n);
  }
  for (int k = 0; k < nd->n_out; k++)
    x->out[k] = nd->out[k].value == SG_NONE ? (sg_slab){0}
                                            : value_slab(x, nd->out[k].value, first, n);
  return (sg_call){.node = nd, .kernels = p->kernels, .prep = p->prep[i], .n = n, .tmp = x->tmp,
                   .in = x->in, .out = x->out};
}

/* ---- 4. Forward -------------------------------------------------------------------- */

static sg_status run_nodes(sg_exec *x, int from, int to, int64_t first, int64_t n, sg_err *err)
{
  for (int i = from; i < to; i++) {
    if (x->given && x->given[i]) continue;
    sg_call c = make_call(x, i, first, n);
    sg_arena_mark mark = sg_arena_here(x->tmp);
    sg_status s = c.node->op->forward(&c);
    sg_arena_reset(x->tmp, mark);
    if (s) return sg_fail(err, s, "layer '%s' (%s): %s", c.node->def->name, c.node->op->name,
                          sg_status_name(s));
  }
  return SG_OK;
}

sg_status SG_REAL(sg_sweep_forward)(sg_exec *x, sg_err *err)
{
  sg_status s = SG_OK;
  for (int64_t i = 0; !s && i < x->n; i += x->part)
    s = run_nodes(x, 0, x->split, i, i + x->part <= x->n ? x->part : x->n - i, err);
  return s ? s : run_nodes(x, x->split, x->plan->n_node, 0, x->n, err);
}

/* ---- 5. Backward ------------------------------------------------------------------- */

/* Gradient slabs of node i; false when nothing flows into it. */
static bool grad_slabs(sg_exec *x, const sg_node *nd)
{
  bool flows = false;
  for (int k = 0; k < nd->n_out; k++) {
    int id = nd->out[k].value;
    x->gout[k] = x->out[k];
    if (id == SG_NONE) continue;
    flows = flows || x->touched[id];
  }
  for (int k = 0; flows && k < nd->n_out; k++)
    if (nd->out[k].value != SG_NONE) x->gout[k].data = sg_exec_touch(x, nd->out[k].value);
  for (int k = 0; flows && k < nd->n_in; k++) {
    x->gin[k] = x->in[k];
    x->gin[k].codes = NULL;
    x->gin[k].data = NULL;
    if (!sg_node_has(nd, k) || nd->in[k].tensor) continue;
    x->gin[k].data = sg_exec_touch(x, nd->in[k].value);
  }
  return flows;
}

sg_status SG_REAL(sg_sweep_steps)(sg_exec *x, sg_step_fn fn, void *user, sg_err *err)
{
  sg_status s = SG_OK;
  for (int i = x->plan->n_node - 1; !s && i >= 0; i--) {
    sg_call c = make_call(x, i, 0, x->n);
    if (!grad_slabs(x, c.node)) continue;
    sg_arena_mark mark = sg_arena_here(x->tmp);
    sg_step step = {.index = i, .call = &c, .gout = x->gout, .gin = x->gin};
    s = fn ? fn(user, &step, err) : sg_vjp_step(&step, err);
    sg_arena_reset(x->tmp, mark);
  }
  return s;
}

sg_call SG_REAL(sg_sweep_call)(sg_exec *x, int i)
{
  return make_call(x, i, 0, x->n);
}
