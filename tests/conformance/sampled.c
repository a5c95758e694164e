/* tests/conformance/sampled.c: random nodes, their data, calls in both precisions. */
#include "sampled.h"

#include <stdio.h>
#include <string.h>

#include "kernels/kernels.h"

#define STAND_IN 97

void *scratch(sampled *s, int64_t count, size_t size)
{
  return sg_arena_calloc(s->tmp, (size_t) count + 1, size);
}

double normal(sampled *s) { return (float) sg_rng_normal(&s->rng); }

bool is_activation(const sampled *s, int k)
{
  return sg_node_has(s->node[F64], k) && s->spec.in[k].shape.batched;
}

bool is_float_const(const sampled *s, int k)
{
  return sg_node_is_const(s->node[F64], k) && !s->spec.in[k].ints && !s->spec.in[k].boolean;
}

sg_shape arg_shape(const sampled *s, int k, int n, const window *w)
{
  sg_shape a = s->spec.in[k].shape;
  if (a.batched) a.d[0] = n;
  if (w && w->axis && a.batched) a.d[w->axis] = w->width;
  return a;
}

sg_shape out_shape(const sampled *s, int o, int n, const window *w)
{
  sg_shape a = s->node[F64]->out[o].shape;
  if (a.batched) a.d[0] = n;
  if (w && w->axis) a.d[w->axis] = w->width;
  return a;
}

int64_t in_count(const sampled *s, int k)
{
  sg_shape a = arg_shape(s, k, s->n, NULL);
  return sg_shape_count(&a);
}

int64_t out_count(const sampled *s, int o, int n)
{
  sg_shape a = out_shape(s, o, n, NULL);
  return sg_shape_count(&a);
}

/* ---- drawing ----------------------------------------------------------------------- */

static double draw(sampled *s, const sg_sample_in *in, int64_t i)
{
  if (in->ints) return (double) in->ints[i];
  if (in->boolean) return (double) sg_rng_below(&s->rng, 2);
  if (in->lo == 0 && in->hi == 0) return normal(s);
  return (float) (in->lo + (in->hi - in->lo) * sg_rng_unit(&s->rng));
}

static bool make_inputs(sampled *s)
{
  for (int k = 0; k < s->n_in; k++) {
    sg_sample_in *in = &s->spec.in[k];
    if (in->absent) continue;
    if (in->shape.batched) in->shape.d[0] = STAND_IN;
    int64_t n = in_count(s, k);
    if (!(s->x[k] = sg_arena_calloc(s->mem, (size_t) n + 1, sizeof(double)))) return false;
    for (int64_t i = 0; i < n; i++) s->x[k][i] = draw(s, in, i);
  }
  return true;
}

static sg_node *make_node(sampled *s, const sg_op *op)
{
  sg_node *n = sg_arena_calloc(s->mem, 1, sizeof *n);
  *n = (sg_node){.op = op, .def = &s->def, .mem = s->mem, .batch = STAND_IN, .n_in = s->n_in,
                 .n_out = s->n_out};
  n->in = sg_arena_calloc(s->mem, MAX_ARGS, sizeof *n->in);
  n->out = sg_arena_calloc(s->mem, MAX_ARGS, sizeof *n->out);
  for (int k = 0; k < s->n_in; k++) {
    const sg_sample_in *in = &s->spec.in[k];
    n->in[k].value = in->absent ? SG_NONE : k;
    if (in->absent) continue;
    n->in[k].shape = in->shape;
    n->in[k].dtype = in->ints ? SG_I64 : in->boolean ? SG_BOOL : SG_F32;
    if (in->shape.batched) continue;
    sg_tensor *t = sg_tensor_new(s->mem, n->in[k].dtype, in->shape.nd, in->shape.d);
    for (int64_t i = 0; i < in_count(s, k); i++) {
      if (in->ints) t->data.i[i] = in->ints[i];           /* "to the end" does not fit a double */
      else sg_tensor_set(t, i, s->x[k][i]);
    }
    n->in[k].tensor = t;
  }
  for (int k = 0; k < s->n_out; k++) n->out[k].value = MAX_ARGS + k;
  return n;
}

bool sampled_init(sampled *s, const sg_op *f32, const sg_op *f64, uint64_t seed, char why[256])
{
  sg_err err = {0};
  const sg_kernels_f32 *k32 = NULL;
  memset(s, 0, sizeof *s);
  s->mem = sg_arena_new();
  s->tmp = sg_arena_new();
  s->n = MAX_ITEMS;
  sg_rng_seed_item(&s->rng, 20, seed);
  s->def = (sg_node_def){.op_type = f64->name, .name = "sample", .attrs = {NULL, s->mem}};
  s->spec = (sg_sample){.rng = &s->rng, .mem = s->mem, .attrs = &s->def.attrs,
                        .opset = SG_OPSET_OWN, .n_in = 1, .n_out = 1};
  f64->sample(&s->spec);
  s->def.opset = s->spec.opset;
  s->n_in = s->def.n_in = s->spec.n_in;
  s->n_out = s->def.n_out = s->spec.n_out;
  if (s->n_in > MAX_ARGS || s->n_out > MAX_ARGS || !make_inputs(s)) return false;
  s->node[F32] = make_node(s, f32);
  s->node[F64] = make_node(s, f64);
  for (int p = 0; p < 2; p++) {
    sg_node *n = s->node[p];
    if (n->op->configure(n, &err) || n->op->infer(n, &err)) {
      snprintf(why, 256, "seed %d: %.200s", (int) seed, err.text);
      return false;
    }
    n->flags &= ~(unsigned) SG_NODE_CODES;
  }
  s->kernels[F32] = sg_kernels_get_f32(NULL, &k32, &err) ? NULL : k32;
  if (!k32 || sg_kernels_double(&s->kernels[F64], &err)) {
    snprintf(why, 256, "%.200s", err.text);
    return false;
  }
  return true;
}

void sampled_free(sampled *s)
{
  sg_arena_free(s->mem);
  sg_arena_free(s->tmp);
}

/* ---- calls ------------------------------------------------------------------------- */

static void *to_real(sampled *s, int p, const double *x, int64_t n)
{
  void *out = scratch(s, n, p ? sizeof(double) : sizeof(float));
  for (int64_t i = 0; i < n; i++) {
    if (p) ((double *) out)[i] = x[i];
    else ((float *) out)[i] = (float) x[i];
  }
  return out;
}

static double *to_double(sampled *s, int p, const void *x, int64_t n)
{
  double *out = scratch(s, n, sizeof *out);
  for (int64_t i = 0; i < n; i++) out[i] = p ? ((const double *) x)[i] : ((const float *) x)[i];
  return out;
}

static void place(sg_slab *slab, const window *w, const sg_shape *whole)
{
  if (!w || !w->axis || !slab->shape.batched) return;
  slab->axis = w->axis;
  slab->full = whole->d[w->axis];
  slab->start = w->start;
}

static void make_slabs(sampled *s, const evaluation *e, sg_slab *in, sg_slab *out)
{
  for (int k = 0; k < s->n_in; k++) {
    const window *w = e->win ? &e->win[k] : NULL;
    in[k] = (sg_slab){0};
    if (!sg_node_has(s->node[e->p], k)) continue;
    in[k].shape = arg_shape(s, k, e->n, w);
    in[k].data = to_real(s, e->p, e->x[k], sg_shape_count(&in[k].shape));
    place(&in[k], w, &s->spec.in[k].shape);
  }
  for (int o = 0; o < s->n_out; o++) {
    const window *w = e->out_win ? &e->out_win[o] : NULL;
    out[o] = (sg_slab){.shape = out_shape(s, o, e->n, w)};
    int64_t n = sg_shape_count(&out[o].shape);
    double *junk = scratch(s, n, sizeof *junk);       /* forward has to write every element */
    for (int64_t i = 0; i < n; i++) junk[i] = 1e30;
    out[o].data = to_real(s, e->p, junk, n);
    place(&out[o], w, &s->node[e->p]->out[o].shape);
  }
}

static sg_call make_call(sampled *s, const evaluation *e, const sg_slab *in, const sg_slab *out)
{
  const sg_node *n = s->node[e->p];
  sg_call c = {.node = n, .kernels = s->kernels[e->p], .n = e->n, .flags = e->flags,
               .tmp = s->tmp, .in = in, .out = out};
  if (e->prepared && n->op->prepare)
    n->op->prepare(n, s->kernels[e->p], true, s->tmp, &c.prep, NULL);
  return c;
}

sg_status evaluate(sampled *s, evaluation *e)
{
  sg_slab in[MAX_ARGS], out[MAX_ARGS];
  make_slabs(s, e, in, out);
  sg_call c = make_call(s, e, in, out);
  sg_status status = c.node->op->forward(&c);
  for (int o = 0; o < s->n_out; o++)
    e->y[o] = to_double(s, e->p, out[o].data, sg_shape_count(&out[o].shape));
  return status;
}

sg_status differentiate(sampled *s, evaluation *e, double *const *gy, double *const *gx)
{
  sg_slab in[MAX_ARGS], out[MAX_ARGS], gin[MAX_ARGS], gout[MAX_ARGS];
  make_slabs(s, e, in, out);
  sg_call c = make_call(s, e, in, out);
  sg_status status = c.node->op->forward(&c);
  for (int o = 0; o < s->n_out; o++) {
    gout[o] = out[o];
    gout[o].data = to_real(s, e->p, gy[o], sg_shape_count(&out[o].shape));
  }
  for (int k = 0; k < s->n_in; k++) {
    gin[k] = in[k];
    gin[k].data = gx[k] ? to_real(s, e->p, gx[k], sg_shape_count(&in[k].shape)) : NULL;
  }
  if (!status) status = c.node->op->vjp(&c, gout, gin);
  for (int k = 0; k < s->n_in; k++)
    if (gx[k])
      memcpy(gx[k], to_double(s, e->p, gin[k].data, sg_shape_count(&in[k].shape)),
             (size_t) sg_shape_count(&in[k].shape) * sizeof(double));
  return status;
}

/* ---- windows ----------------------------------------------------------------------- */

double *cut(sampled *s, const sg_shape *full, const double *x, int n, const window *w)
{
  sg_shape part = *full;
  int64_t from[SG_MAX_RANK], to[SG_MAX_RANK], i[SG_MAX_RANK] = {0};
  part.d[0] = n;
  part.d[w->axis] = w->width;
  sg_strides(full, from);
  sg_strides(&part, to);
  int64_t count = sg_shape_count(&part);
  double *y = scratch(s, count, sizeof *y);
  for (int64_t e = 0; e < count; e++) {
    int64_t a = 0, b = 0;
    for (int d = 0; d < part.nd; d++) {
      a += (i[d] + (d == w->axis ? w->start[i[0]] : 0)) * from[d];
      b += i[d] * to[d];
    }
    y[b] = x[a];
    for (int d = part.nd - 1; d >= 0 && ++i[d] == part.d[d]; d--) i[d] = 0;
  }
  return y;
}
