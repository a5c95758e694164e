/* ops/k_pool.c: pooling over one or two spatial axes, row by row (a row: all channels of a
 * position). */
#include "ops/k_pool.h"

#include <string.h>

sg_status SG_REAL(sg_pool_configure)(sg_node *node, sg_err *err)
{
  sg_pool_conf *c = sg_arena_calloc(node->mem, 1, sizeof *c);
  int64_t count, order;
  if (!c) return sg_fail(err, SG_ENOMEM, "out of memory");
  node->conf = c;
  if (node->n_out > 1 && node->out[1].value != SG_NONE)
    return sg_node_refuse(node, err, "the indices of the maxima are not computed");
  if (!sg_attr_find(&node->def->attrs, "kernel_shape"))
    return sg_node_refuse(node, err, "kernel_shape is missing");
  sg_status s = sg_window_configure(node, NULL, &c->w, err);
  if (!s) s = sg_node_int(node, "count_include_pad", 0, &count, err);
  if (!s) s = sg_node_int(node, "storage_order", 0, &order, err);
  if (s) return s;
  c->count_pad = count != 0;
  return SG_OK;
}

sg_status SG_REAL(sg_pool_infer)(sg_node *node, sg_err *err)
{
  sg_pool_conf *c = node->conf;
  sg_status s = sg_window_infer(node, &c->w, err);
  if (s) return s;
  node->out[0].shape = node->in[0].shape;
  node->out[0].dtype = node->in[0].dtype;
  for (int j = 0; j < c->w.ns; j++) node->out[0].shape.d[j + 2] = c->w.out[j];
  return SG_OK;
}

bool SG_REAL(sg_pool_reach)(const sg_node *node, int k, const sg_interval *in, int o,
                            sg_interval *out)
{
  const sg_pool_conf *c = node->conf;
  (void) k, (void) o;
  return sg_window_reach(&c->w, in, out);
}

bool SG_REAL(sg_pool_need)(const sg_node *node, int o, const sg_interval *out, int k,
                           sg_interval *in)
{
  const sg_pool_conf *c = node->conf;
  (void) k, (void) o;
  return sg_window_need(&c->w, out, in);
}

/* Along axis j, output o: the number of taps that the divisor counts. Taps in the padding count
 * when asked for; those that ceil_mode puts behind the padding never do. */
static int64_t counted(const sg_window *w, int j, int64_t o, bool count_pad)
{
  int64_t n = 0, first = o * w->stride[j] - w->lo[j];
  for (int64_t t = 0; t < w->k[j]; t++) {
    int64_t p = first + t * w->dilation[j];
    n += count_pad ? p < w->in[j] + w->hi[j] : p >= 0 && p < w->in[j];
  }
  return n;
}

static void find_taps(const sg_pool_conf *f, const sg_rows *in, const int64_t *o, sg_taps *taps)
{
  const sg_window *w = &f->w;
  int64_t kw = w->ns > 1 ? w->k[1] : 1, p[SG_SPATIAL];
  taps->n = 0;
  taps->divisor = 1;
  for (int j = 0; j < w->ns; j++) taps->divisor *= counted(w, j, o[j], f->count_pad);
  for (int64_t t = 0; t < w->k[0] * kw; t++) {
    bool inside = true;
    for (int j = 0; j < w->ns; j++) {
      int64_t tap = w->ns == 1 ? t : j ? t % kw : t / kw;
      p[j] = o[j] * w->stride[j] - w->lo[j] + tap * w->dilation[j];
      inside = inside && p[j] >= 0 && p[j] < w->in[j];
    }
    if (inside) taps->rows[taps->n++] = sg_row_index(in, p);
  }
}

sg_status SG_REAL(sg_pool_walk)(const sg_call *c, sg_pool_fn fn, void *user)
{
  const sg_pool_conf *f = c->node->conf;
  int64_t most = f->w.k[0] * (f->w.ns > 1 ? f->w.k[1] : 1), o[SG_SPATIAL];
  int64_t taken = f->w.in[0] * (f->w.ns > 1 ? f->w.in[1] : 1);
  sg_taps taps = {0};
  taps.rows = sg_arena_alloc(c->tmp, (size_t) (most < taken ? most : taken) + 1, sizeof *taps.rows);
  if (!taps.rows) return SG_ENOMEM;
  for (int64_t i = 0; i < c->n; i++) {
    sg_rows in = sg_rows_of(&c->in[0], i), out = sg_rows_of(&c->out[0], i);
    int64_t w = out.ns > 1 ? out.d[1] : 1;
    for (int64_t r = 0; r < out.d[0] * w; r++) {
      o[0] = r / w + (out.axis == 0 ? out.start : 0);
      o[1] = r % w + (out.axis == 1 ? out.start : 0);
      find_taps(f, &in, o, &taps);
      fn(user, c, i, r, &taps);
    }
  }
  return SG_OK;
}

sg_status SG_REAL(sg_pick_vjp)(const sg_call *c, sg_status (*pick)(const sg_call *c, int32_t *at),
                               const sg_slab *gout, const sg_slab *gin)
{
  int64_t n = sg_shape_item(&c->out[0].shape), item = sg_slab_pitch(&c->in[0]);
  const real *g = gout[0].data;
  real *gx = gin[0].data;
  if (!gx) return SG_OK;
  int32_t *at = sg_arena_alloc(c->tmp, (size_t) (c->n * n) + 1, sizeof *at);
  sg_status s = at ? pick(c, at) : SG_ENOMEM;
  for (int64_t i = 0; !s && i < c->n; i++, gx += item, g += n, at += n)
    for (int64_t e = 0; e < n; e++) if (at[e] >= 0) gx[at[e]] += g[e];
  return s;
}

void SG_REAL(sg_pool_sample)(sg_sample *s)
{
  int ns = 1 + (int) sg_rng_below(s->rng, 2);
  int64_t k[2], stride[2], dilation[2], pads[4];
  sg_shape *a = &s->in[0].shape;
  *a = (sg_shape){.nd = ns + 2, .batched = true};
  a->d[1] = 1 + (int64_t) sg_rng_below(s->rng, 5);
  for (int j = 0; j < ns; j++) {
    k[j] = 1 + (int64_t) sg_rng_below(s->rng, 4);
    stride[j] = 1 + (int64_t) sg_rng_below(s->rng, 3);
    dilation[j] = 1 + (int64_t) sg_rng_below(s->rng, 2);
    pads[j] = (int64_t) sg_rng_below(s->rng, (uint64_t) (k[j] + 1) / 2);
    pads[j + ns] = (int64_t) sg_rng_below(s->rng, (uint64_t) (k[j] + 1) / 2);
    a->d[j + 2] = (k[j] - 1) * dilation[j] + 1 + (int64_t) sg_rng_below(s->rng, 9);
  }
  sg_attr_set_ints(s->attrs, "kernel_shape", k, ns);
  sg_attr_set_ints(s->attrs, "strides", stride, ns);
  sg_attr_set_ints(s->attrs, "dilations", dilation, ns);
  switch (sg_rng_below(s->rng, 4)) {
  case 0: sg_attr_set_string(s->attrs, "auto_pad", "SAME_UPPER"); break;
  case 1: sg_attr_set_string(s->attrs, "auto_pad", "SAME_LOWER"); break;
  default:
    sg_attr_set_ints(s->attrs, "pads", pads, 2 * ns);
    sg_attr_set_int(s->attrs, "ceil_mode", (int64_t) sg_rng_below(s->rng, 2));
  }
}
