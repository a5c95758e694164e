/* engine/exec.c: buffers of one thread, and the public calls.
 *
 * Contents
 *   1. buffers and the two phases
 *   2. making and freeing
 *   3. forward and outputs
 *   4. backward
 *
 * Two phases. The convolutional part of a network has large activations and small weights, the
 * dense part the reverse. Nodes before the first dense product therefore run a few items at a time,
 * so that activations stay in cache (their buffers hold `part` items and are used again for the
 * next ones); the nodes from there on run on the whole batch, so that large weights are read once.
 * Values that cross the boundary are kept for the whole batch.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/exec.h"

#define PART_BYTES ((int64_t) 768 << 10)    /* activations of one part: what a second-level cache
                                             * holds */
#define BATCH_BYTES ((int64_t) 16 << 20)
#define MAX_BATCH 64

/* ---- 1. Buffers -------------------------------------------------------------------- */

static size_t element(const sg_plan *p) { return p->f64 ? sizeof(double) : sizeof(float); }

/* First node that multiplies by a matrix of weights. */
static int find_split(const sg_plan *p)
{
  int i = 0;
  while (i < p->n_node && strcmp(p->node[i]->op->name, "Gemm") &&
         strcmp(p->node[i]->op->name, "MatMul"))
    i++;
  return i;
}

static bool is_part(const sg_exec *x, int v)
{
  const sg_plan_value *pv = &x->plan->value[v];
  return !(x->flags & SG_EXEC_TRACE) && pv->producer >= 0 && pv->last_use < x->split;
}

/* Memory shared by values that do not live at the same time. */
typedef struct slot { int64_t size; int free_at; char *data; } slot;

typedef struct slots { slot *s; int n; int *of; } slots;

/* The free slot that fits best (the smallest large enough, else the largest), or a new one. */
static int take_slot(slots *z, int64_t size, int from)
{
  int best = -1;
  for (int i = 0; i < z->n; i++) {
    if (z->s[i].free_at >= from) continue;
    if (best < 0) best = i;
    bool fits = z->s[i].size >= size, had = z->s[best].size >= size;
    if (fits != had ? fits : fits ? z->s[i].size < z->s[best].size : z->s[i].size > z->s[best].size)
      best = i;
  }
  if (best < 0) {
    best = z->n++;
    z->s[best] = (slot){0};
  }
  if (z->s[best].size < size) z->s[best].size = size;
  return best;
}

/* Assigns values to slots in the order of their producers. Part and whole-batch values never share
 * one: their lives are counted in different loops. */
static sg_status layout(sg_exec *x, sg_err *err)
{
  const sg_plan *p = x->plan;
  slots z[2] = {0};
  int64_t item = (int64_t) element(p);
  bool trace = (x->flags & SG_EXEC_TRACE) != 0;
  for (int k = 0; k < 2; k++) {
    z[k].s = sg_arena_calloc(x->mem, (size_t) p->n_value + 1, sizeof *z[k].s);
    z[k].of = sg_arena_calloc(x->mem, (size_t) p->n_value + 1, sizeof *z[k].of);
    if (!z[k].s || !z[k].of) return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  for (int i = -1; i < p->n_node; i++)
    for (int v = 0; v < p->n_value; v++) {
      const sg_plan_value *pv = &p->value[v];
      if (pv->producer != i || pv->tensor || !pv->shape.batched) continue;
      if (i < 0 && (pv->input < 0 || pv->last_use < 0)) continue;
      bool part = x->value[v].part = is_part(x, v);
      int64_t size = sg_shape_item(&pv->shape) * item * (part ? x->part : x->batch);
      int s = take_slot(&z[part], size, trace ? -2 : i);
      z[part].of[v] = s + 1;
      z[part].s[s].free_at = trace || (!part && i < x->split) ? p->n_node : pv->last_use;
      if (pv->last_use < 0) z[part].s[s].free_at = i;
    }
  for (int k = 0; k < 2; k++)
    for (int s = 0; s < z[k].n; s++) {
      z[k].s[s].data = sg_arena_calloc(x->mem, (size_t) z[k].s[s].size + 64, 1);
      if (!z[k].s[s].data) return sg_fail(err, SG_ENOMEM, "out of memory for activations");
    }
  for (int v = 0; v < p->n_value; v++) {
    int k = x->value[v].part;
    if (z[k].of[v]) x->value[v].data = z[k].s[z[k].of[v] - 1].data;
  }
  return SG_OK;
}

/* Bytes of one item's activations in the nodes from..to; the largest pair of neighbours is what a
 * cache has to hold. */
static int64_t item_bytes(const sg_plan *p, int from, int to, bool sum)
{
  int64_t total = 0, most = 0;
  for (int v = 0; v < p->n_value; v++) {
    const sg_plan_value *pv = &p->value[v];
    if (pv->tensor || !pv->shape.batched || pv->producer < from || pv->producer >= to) continue;
    int64_t b = sg_shape_item(&pv->shape) * (int64_t) element(p);
    total += b;
    if (b > most) most = b;
  }
  return sum ? total : most * 2;
}

static int clamp(int64_t v, int64_t lo, int64_t hi)
{
  return (int) (v < lo ? lo : v > hi ? hi : v);
}

static void choose_sizes(sg_exec *x, int batch)
{
  const sg_plan *p = x->plan;
  bool trace = (x->flags & SG_EXEC_TRACE) != 0;
  x->split = find_split(p);
  int64_t all = item_bytes(p, -1, p->n_node, true) + 1;
  int64_t live = trace ? all * 2 : item_bytes(p, x->split, p->n_node, true) + 1;
  x->batch = batch > 0 ? batch : clamp(BATCH_BYTES / live, 1, MAX_BATCH);
  x->part = clamp(PART_BYTES / (item_bytes(p, -1, x->split, false) + 1), 1, x->batch);
  if (trace) x->part = x->batch;
}

/* ---- 2. Making and freeing --------------------------------------------------------- */

void sg_exec_symbols(const sg_plan *plan, sg_symbols *s)
{
  const sg_model *m = plan->model;
  *s = (sg_symbols){0};
  s->n = SG_MAX_SYMBOLS;
  s->channels = (int) strlen(m->alphabet);
  for (int i = 0; i < s->channels; i++) {
    s->col[i][i] = 1;
    if (strchr("ACGT", m->alphabet[i])) s->col[SG_CODE_N_QUARTER][i] = 0.25f;
  }
}

static sg_status call_slabs(sg_exec *x)
{
  size_t in = 1, out = 1;
  for (int i = 0; i < x->plan->n_node; i++) {
    const sg_node *n = x->plan->node[i];
    if ((size_t) n->n_in > in) in = (size_t) n->n_in;
    if ((size_t) n->n_out > out) out = (size_t) n->n_out;
  }
  x->in = sg_arena_calloc(x->mem, in, sizeof *x->in);
  x->gin = sg_arena_calloc(x->mem, in, sizeof *x->gin);
  x->out = sg_arena_calloc(x->mem, out, sizeof *x->out);
  x->gout = sg_arena_calloc(x->mem, out, sizeof *x->gout);
  return x->in && x->gin && x->out && x->gout ? SG_OK : SG_ENOMEM;
}

sg_status sg_exec_new(const sg_plan *plan, int batch, unsigned flags, sg_exec **ret_exec,
                      sg_err *err)
{
  *ret_exec = NULL;
  if (batch < 0 || batch > 1 << 20)
    return sg_fail(err, SG_EINVAL, "a batch of %d sequences is out of range", batch);
  sg_exec *x = calloc(1, sizeof *x);
  if (!x) return sg_fail(err, SG_ENOMEM, "out of memory");
  x->plan = plan;
  x->flags = flags;
  x->mem = sg_arena_new();
  x->tmp = sg_arena_new();
  choose_sizes(x, batch);
  sg_exec_symbols(plan, &x->symbols);
  x->value = x->mem ? sg_arena_calloc(x->mem, (size_t) plan->n_value + 1, sizeof *x->value) : NULL;
  sg_status s = x->value && x->tmp ? call_slabs(x) : SG_ENOMEM;
  if (s) sg_fail(err, s, "out of memory");
  else s = layout(x, err);
  if (s) sg_exec_free(x);
  else *ret_exec = x;
  return s;
}

void sg_exec_free(sg_exec *exec)
{
  if (!exec) return;
  sg_arena_free(exec->mem);
  sg_arena_free(exec->tmp);
  free(exec);
}

int sg_exec_batch(const sg_exec *exec) { return exec->batch; }

size_t sg_exec_bytes(const sg_exec *exec)
{
  return sg_arena_bytes(exec->mem) + sg_arena_bytes(exec->tmp);
}

/* ---- 3. Forward and outputs -------------------------------------------------------- */

sg_status sg_exec_forward(sg_exec *exec, int n, const sg_input *inputs, sg_err *err)
{
  exec->n = 0;
  if (n < 1 || n > exec->batch)
    return sg_fail(err, SG_EINVAL, "%d items in a batch of at most %d", n, exec->batch);
  bool d = exec->plan->f64;
  sg_status s = d ? sg_sweep_inputs_f64(exec, n, inputs, err)
                  : sg_sweep_inputs_f32(exec, n, inputs, err);
  if (s) return s;
  exec->n = n;
  s = d ? sg_sweep_forward_f64(exec, err) : sg_sweep_forward_f32(exec, err);
  if (s) exec->n = 0;
  return s;
}

/* The value that output `output` (or its logit) is read from; -1 with an error when there is
 * none. */
static int output_value(const sg_exec *x, int output, bool logit, sg_err *err)
{
  if (output < 0 || output >= x->plan->n_output || x->n < 1) {
    sg_fail(err, SG_EINVAL, "no output %d, or nothing was evaluated yet", output);
    return -1;
  }
  const sg_plan_output *o = &x->plan->output[output];
  if (logit && o->logit < 0)
    sg_fail(err, SG_EINVAL, "output '%s' does not end in a sigmoid or softmax: it has no logits",
            o->name);
  return logit ? o->logit : o->value;
}

/* Reads all items, as float or as double; exactly one of f, d is given. */
static sg_status read_output(const sg_exec *x, int output, bool logit, float *f, double *d,
                             sg_err *err)
{
  int id = output_value(x, output, logit, err);
  if (id < 0) return SG_EINVAL;
  const sg_plan_value *v = &x->plan->value[id];
  const sg_buffer *b = &x->value[id];
  bool last = x->plan->output[output].channels_last;
  int64_t n = sg_shape_item(&v->shape);
  for (int64_t i = 0; i < x->n; i++) {
    if (v->tensor)
      for (int64_t j = 0; j < n; j++) {
        if (f) f[i * n + j] = (float) sg_tensor_f64(v->tensor, j);
        else d[i * n + j] = sg_tensor_f64(v->tensor, j);
      }
    else if (f) sg_item_read_f32(v, last, (const float *) b->data + i * n, f + i * n);
    else sg_item_read_f64(v, last, (const double *) b->data + i * n, d + i * n);
  }
  return SG_OK;
}

/* Copies between precisions go through one scratch array. */
sg_status sg_exec_output(const sg_exec *exec, int output, bool logit, float *dst, sg_err *err)
{
  if (!exec->plan->f64) return read_output(exec, output, logit, dst, NULL, err);
  int id = output_value(exec, output, logit, err);
  if (id < 0) return SG_EINVAL;
  int64_t n = exec->n * sg_shape_item(&exec->plan->value[id].shape);
  double *tmp = malloc((size_t) n * sizeof *tmp + 1);
  if (!tmp) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status s = read_output(exec, output, logit, NULL, tmp, err);
  for (int64_t i = 0; !s && i < n; i++) dst[i] = (float) tmp[i];
  free(tmp);
  return s;
}

sg_status sg_exec_output_f64(const sg_exec *exec, int output, bool logit, double *dst, sg_err *err)
{
  if (exec->plan->f64) return read_output(exec, output, logit, NULL, dst, err);
  int id = output_value(exec, output, logit, err);
  if (id < 0) return SG_EINVAL;
  int64_t n = exec->n * sg_shape_item(&exec->plan->value[id].shape);
  float *tmp = malloc((size_t) n * sizeof *tmp + 1);
  if (!tmp) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status s = read_output(exec, output, logit, tmp, NULL, err);
  for (int64_t i = 0; !s && i < n; i++) dst[i] = tmp[i];
  free(tmp);
  return s;
}

/* ---- 4. Backward ------------------------------------------------------------------- */

/* Gradients for every activation; each is zeroed when something is about to be added. */
static sg_status start_grads(sg_exec *x)
{
  const sg_plan *p = x->plan;
  bool first = !x->grad;
  if (first) {
    x->grad = sg_arena_calloc(x->mem, (size_t) p->n_value + 1, sizeof *x->grad);
    x->touched = sg_arena_calloc(x->mem, (size_t) p->n_value + 1, sizeof *x->touched);
    if (!x->grad || !x->touched) return SG_ENOMEM;
  }
  for (int v = 0; v < p->n_value; v++) {
    const sg_plan_value *pv = &p->value[v];
    x->touched[v] = false;
    if (pv->tensor || !pv->shape.batched || (pv->producer < 0 && pv->input < 0)) continue;
    size_t item = (size_t) sg_shape_item(&pv->shape) * element(p);
    if (first && !(x->grad[v] = sg_arena_calloc(x->mem, (size_t) x->batch + 1, item)))
      return SG_ENOMEM;
  }
  return SG_OK;
}

void *sg_exec_touch(sg_exec *x, int v)
{
  const sg_shape *shape = &x->plan->value[v].shape;
  if (!x->touched[v] && x->grad[v])
    memset(x->grad[v], 0, (size_t) (sg_shape_item(shape) * x->n) * element(x->plan));
  x->touched[v] = true;
  return x->grad[v];
}

/* Adds seeds of one output; exactly one of f, d is given. */
static sg_status add_seed(sg_exec *x, int o, bool logit, const float *f, const double *d,
                          sg_err *err)
{
  int id = output_value(x, o, logit, err);
  if (id < 0) return SG_EINVAL;
  const sg_plan_value *v = &x->plan->value[id];
  bool last = x->plan->output[o].channels_last;
  int64_t n = sg_shape_item(&v->shape);
  if (v->tensor) return SG_OK;
  sg_exec_touch(x, id);
  for (int64_t i = 0; i < x->n; i++) {
    if (f) sg_item_add_f32(v, last, (float *) x->grad[id] + i * n, f + i * n);
    else sg_item_add_f64(v, last, (double *) x->grad[id] + i * n, d + i * n);
  }
  return SG_OK;
}

static sg_status start_backward(sg_exec *x, bool f64, sg_err *err)
{
  if (!(x->flags & SG_EXEC_TRACE) || !x->plan->backward || x->n < 1)
    return sg_fail(err, SG_EINVAL, "gradients need a plan made with .backward, an exec with "
                   "SG_EXEC_TRACE, and a forward before");
  if (x->plan->f64 != f64)
    return sg_fail(err, SG_EINVAL, "the plan is in the other precision");
  sg_status s = start_grads(x);
  return s ? sg_fail(err, s, "out of memory for gradients") : SG_OK;
}

sg_status sg_exec_backward(sg_exec *exec, const float *const *seed, const bool *logit,
                           float *const *grad, sg_err *err)
{
  const sg_plan *p = exec->plan;
  sg_status s = start_backward(exec, false, err);
  for (int o = 0; !s && o < p->n_output; o++)
    if (seed[o]) s = add_seed(exec, o, logit && logit[o], seed[o], NULL, err);
  if (!s) s = sg_sweep_steps_f32(exec, NULL, NULL, err);
  for (int k = 0; !s && k < p->n_input; k++) {
    const sg_plan_value *v = &p->value[p->input_value[k]];
    int64_t n = sg_shape_item(&v->shape);
    const float *g = sg_exec_touch(exec, p->input_value[k]);
    for (int64_t i = 0; grad[k] && i < exec->n; i++)
      sg_item_read_f32(v, p->input_last[k], g + i * n, grad[k] + i * n);
  }
  return s;
}

sg_status sg_exec_backward_f64(sg_exec *exec, const double *const *seed, const bool *logit,
                               double *const *grad, sg_err *err)
{
  const sg_plan *p = exec->plan;
  sg_status s = start_backward(exec, true, err);
  for (int o = 0; !s && o < p->n_output; o++)
    if (seed[o]) s = add_seed(exec, o, logit && logit[o], NULL, seed[o], err);
  if (!s) s = sg_sweep_steps_f64(exec, NULL, NULL, err);
  for (int k = 0; !s && k < p->n_input; k++) {
    const sg_plan_value *v = &p->value[p->input_value[k]];
    int64_t n = sg_shape_item(&v->shape);
    const double *g = sg_exec_touch(exec, p->input_value[k]);
    for (int64_t i = 0; grad[k] && i < exec->n; i++)
      sg_item_read_f64(v, p->input_last[k], g + i * n, grad[k] + i * n);
  }
  return s;
}

/* Seeds of one output in double, for a plan in single precision. */
static sg_status narrow_seed(sg_exec *x, int o, bool logit, const double *seed, sg_err *err)
{
  int id = output_value(x, o, logit, err);
  if (id < 0) return SG_EINVAL;
  int64_t n = x->n * sg_shape_item(&x->plan->value[id].shape);
  sg_arena_mark mark = sg_arena_here(x->tmp);
  float *f = sg_arena_alloc(x->tmp, (size_t) n + 1, sizeof *f);
  if (!f) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 0; i < n; i++) f[i] = (float) seed[i];
  sg_status s = add_seed(x, o, logit, f, NULL, err);
  sg_arena_reset(x->tmp, mark);
  return s;
}

sg_status sg_exec_steps(sg_exec *exec, const double *const *seed, const bool *logit, sg_step_fn fn,
                        void *user, sg_err *err)
{
  const sg_plan *p = exec->plan;
  sg_status s = start_backward(exec, p->f64, err);
  for (int o = 0; !s && o < p->n_output; o++) {
    if (!seed[o]) continue;
    s = p->f64 ? add_seed(exec, o, logit && logit[o], NULL, seed[o], err)
               : narrow_seed(exec, o, logit && logit[o], seed[o], err);
  }
  if (s) return s;
  return p->f64 ? sg_sweep_steps_f64(exec, fn, user, err) : sg_sweep_steps_f32(exec, fn, user, err);
}

/* The vector-Jacobian product of every layer. */
sg_status sg_vjp_step(const sg_step *step, sg_err *err)
{
  const sg_node *nd = step->call->node;
  if (!nd->op->vjp)
    return sg_fail(err, SG_EUNSUPPORTED, "layer '%s' (%s) has no gradient", nd->def->name,
                   nd->op->name);
  sg_status s = nd->op->vjp(step->call, step->gout, step->gin);
  return s ? sg_fail(err, s, "layer '%s' (%s): %s", nd->def->name, nd->op->name,
                     sg_status_name(s)) : SG_OK;
}

sg_status sg_exec_resume(sg_exec *exec, int n, const bool *given, sg_err *err)
{
  bool d = exec->plan->f64;
  if (n < 1 || n > exec->batch || !(exec->flags & SG_EXEC_TRACE))
    return sg_fail(err, SG_EINVAL, "%d items in a batch of at most %d", n, exec->batch);
  exec->n = n;
  exec->given = given;
  sg_status s = d ? sg_sweep_forward_f64(exec, err) : sg_sweep_forward_f32(exec, err);
  exec->given = NULL;
  if (s) exec->n = 0;
  return s;
}
