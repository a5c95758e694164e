/* import/keras_pool.c: maximum and average pooling, over windows and over everything.
 *
 * "same" is SAME_UPPER; the mean is over the positions that exist (count_include_pad 0).
 */
#include <string.h>

#include "import/keras.h"

/* pool_size or pool_length; strides null: the pool size. */
static sg_status read_window(const sg_kx *x, int nd, sg_kconv *c, sg_err *err)
{
  *c = (sg_kconv){.nd = nd, .dilation = {1, 1}, .groups = 1};
  int n = sg_kj_ints(sg_kj_get(x->cfg, "pool_size|pool_length"), c->kernel, nd);
  int s = sg_kj_ints(sg_kj_get(x->cfg, "strides|stride"), c->stride, nd);
  if (n == 0) c->kernel[0] = 2;
  if (n <= 1 && nd == 2) c->kernel[1] = c->kernel[0];
  if (s == 0) memcpy(c->stride, c->kernel, sizeof c->stride);
  if (s == 1 && nd == 2) c->stride[1] = c->stride[0];
  if (n < 0 || s < 0) return sg_kx_bad(x, err, "malformed pool_size or strides");
  for (int i = 0; i < nd; i++)
    if (c->kernel[i] < 1 || c->stride[i] < 1)
      return sg_kx_bad(x, err, "malformed pool_size or strides");
  c->padding = sg_kj_text(x->cfg, "padding|border_mode", "valid");
  if (strcmp(c->padding, "valid") != 0 && strcmp(c->padding, "same") != 0)
    return sg_kx_refuse(x, err, "padding '%s' of a pooling", c->padding);
  if (strcmp(c->padding, "same") == 0 && x->k->theano)
    return sg_kx_refuse(x, err, "pooling with padding 'same' written by Theano");
  return SG_OK;
}

sg_status sg_keras_pool(sg_kx *x, sg_err *err)
{
  sg_kconv c;
  sg_node_def *node;
  int nd = strstr(x->type, "2D") ? 2 : 1;
  sg_kt *t = &x->out;
  *t = x->in[0];
  sg_status st = read_window(x, nd, &c, err);
  if (!st) st = sg_kx_rank(x, t, nd + 2, nd + 2, err);
  if (!st) st = sg_kx_layout(x, t, sg_kx_channels_first(x), err);
  if (!st) st = sg_kx_unary(x, strncmp(x->type, "Max", 3) == 0 ? "MaxPool" : "AveragePool", t,
                            &node,
                            err);
  if (!st) st = sg_kx_attr_ints(node, "kernel_shape", c.kernel, nd, err);
  if (!st) st = sg_kx_attr_ints(node, "strides", c.stride, nd, err);
  if (!st && strcmp(c.padding, "same") == 0)
    st = sg_kx_attr_text(node, "auto_pad", "SAME_UPPER", err);
  int64_t *d = &t->d[t->cf ? 2 : 1];
  for (int i = 0; !st && i < nd; i++) st = sg_kconv_length(x, &c, i, d[i], &d[i], err);
  return st;
}

/* Over all positions; without keepdims the channels remain as a vector. */
sg_status sg_keras_global(sg_kx *x, sg_err *err)
{
  sg_node_def *node;
  int nd = strstr(x->type, "2D") ? 2 : 1;
  bool keep = sg_kj_bool(x->cfg, "keepdims", false);
  const char *op = strstr(x->type, "Max") ? "GlobalMaxPool" : "GlobalAveragePool";
  sg_kt *t = &x->out;
  *t = x->in[0];
  sg_status st = sg_kx_rank(x, t, nd + 2, nd + 2, err);
  if (!st) st = sg_kx_layout(x, t, sg_kx_channels_first(x), err);
  if (!st) st = sg_kx_unary(x, op, t, NULL, err);
  if (st) return st;
  int64_t channels = t->d[t->cf ? 1 : t->nd - 1];
  for (int a = 1; a < t->nd; a++) t->d[a] = 1;
  t->d[t->cf ? 1 : t->nd - 1] = channels;
  if (keep) return SG_OK;
  st = sg_kx_unary(x, "Flatten", t, &node, err);
  t->nd = 2;
  t->d[1] = channels;
  return st ? st : sg_kx_attr_int(node, "axis", 1, err);
}
