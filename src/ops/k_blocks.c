/* ops/k_blocks.c: what DepthToSpace and SpaceToDepth share. */
#include "ops/k_blocks.h"

#include <string.h>

sg_status SG_REAL(sg_blocks_configure)(sg_node *node, sg_err *err)
{
  sg_blocks_conf *f = sg_arena_calloc(node->mem, 1, sizeof *f);
  const char *mode;
  if (!f) return sg_fail(err, SG_ENOMEM, "out of memory");
  node->conf = f;
  node->family = SG_LINEAR;
  node->flags |= SG_NODE_CARRY;
  sg_status s = sg_node_int(node, "blocksize", 0, &f->b, err);
  if (!s) s = sg_node_string(node, "mode", "DCR", &mode, err);
  if (s) return s;
  f->channels_first = strcmp(mode, "CRD") == 0;
  if (!f->channels_first && strcmp(mode, "DCR") != 0)
    return sg_node_refuse(node, err, "mode '%.40s' is unknown", mode);
  if (f->b < 1 || f->b > 4096)
    return sg_node_refuse(node, err, "attribute 'blocksize' is missing or out of range");
  if (node->in[0].shape.nd != 4) return sg_node_misfit(node, err,
                                                       "an input of four axes is needed");
  return SG_OK;
}

/* Offset of element (channel, row, column) in a slab's item, all of them positions of the whole
 * tensor; -1 outside the window. */
static int64_t place(const sg_slab *s, const int64_t *st, int64_t i, const int64_t at[4])
{
  int64_t off = 0;
  for (int a = 1; a < 4; a++) {
    int64_t p = a == s->axis ? at[a] - sg_slab_start(s, i) : at[a];
    if (p < 0 || p >= s->shape.d[a]) return -1;
    off += p * st[a];
  }
  return off;
}

/* The element of the other side that stands for `at` of the output. */
static void partner(const sg_blocks_conf *f, bool deep, int64_t channels, const int64_t at[4],
                    int64_t to[4])
{
  int64_t b = f->b;
  if (deep) {                                    /* output flat, input deep */
    int64_t inside = at[2] % b * b + at[3] % b;
    to[1] = f->channels_first ? at[1] * b * b + inside : inside * channels + at[1];
    to[2] = at[2] / b;
    to[3] = at[3] / b;
    return;
  }
  int64_t inside = f->channels_first ? at[1] % (b * b) : at[1] / channels;
  to[1] = f->channels_first ? at[1] / (b * b) : at[1] % channels;
  to[2] = at[2] * b + inside / b;
  to[3] = at[3] * b + inside % b;
}

/* One item: y = x moved, or with gradients gx += gy moved back. */
static void move_item(const sg_call *c, bool deep, int64_t i, const real *gy, real *gx)
{
  const sg_slab *x = &c->in[0], *y = &c->out[0];
  int64_t xs[SG_MAX_RANK], ys[SG_MAX_RANK], at[4] = {0}, to[4] = {0};
  int64_t channels = c->node->out[0].shape.d[1];
  if (!deep) channels = c->node->in[0].shape.d[1];
  int64_t from = i * sg_slab_pitch(x), item = i * sg_slab_pitch(y);
  sg_strides(&x->shape, xs);
  sg_strides(&y->shape, ys);
  const int64_t *d = y->shape.d;
  for (int64_t e = 0; e < d[1] * d[2] * d[3]; e++) {
    int64_t local[4] = {0, e % d[1], e / d[1] / d[3], e / d[1] % d[3]}, own = 0;
    for (int a = 1; a < 4; a++) {
      own += local[a] * ys[a];
      at[a] = local[a] + (a == y->axis ? sg_slab_start(y, i) : 0);
    }
    partner(c->node->conf, deep, channels, at, to);
    int64_t off = place(x, xs, i, to);
    if (gx) gx[from + off] += gy[item + own];
    else ((real *) y->data)[item + own] = off < 0 ? 0 : ((const real *) x->data)[from + off];
  }
}

sg_status SG_REAL(sg_blocks_forward)(const sg_call *c, bool deep)
{
  int64_t n = c->out[0].shape.batched ? c->n : c->out[0].shape.d[0];
  if (!c->out[0].shape.batched && n != 1) return SG_EUNSUPPORTED;
  for (int64_t i = 0; i < n; i++) move_item(c, deep, i, NULL, NULL);
  return SG_OK;
}

sg_status SG_REAL(sg_blocks_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin,
                                 bool deep)
{
  for (int64_t i = 0; gin[0].data && i < c->n; i++)
    move_item(c, deep, i, gout[0].data, gin[0].data);
  return SG_OK;
}

bool SG_REAL(sg_blocks_widen)(const sg_node *node, const sg_interval *from, sg_interval *to)
{
  const sg_blocks_conf *f = node->conf;
  *to = (sg_interval){from->axis, from->lo * f->b, from->hi * f->b};
  return from->axis >= 2;
}

bool SG_REAL(sg_blocks_narrow)(const sg_node *node, const sg_interval *from, sg_interval *to)
{
  const sg_blocks_conf *f = node->conf;
  *to = (sg_interval){from->axis, from->lo / f->b, (from->hi + f->b - 1) / f->b};
  return from->axis >= 2;
}
