/* import/keras_deconv.c: Conv1DTranspose, Conv2DTranspose.
 *
 * y[t s + j] += K[j] x[t]. Keras' lengths: "valid" L s + max(k - s, 0), where positions that
 * nothing reaches hold the bias; "same" L s, dropping max(k - s, 0) / 2 on the left and the rest on
 * the right. In ONNX' terms, length s (L - 1) + output_padding + k - pads: output_padding is max(s
 * - k, 0) and pads are what is dropped, independent of L. Kernels are (k..., out, in).
 */
#include <string.h>

#include "import/keras.h"

static sg_status check(const sg_kx *x, const sg_kconv *c, sg_err *err)
{
  if (sg_kj_get(x->cfg, "output_padding"))
    return sg_kx_refuse(x, err, "output_padding is not read; export to ONNX");
  if (c->dilation[0] != 1 || (c->nd == 2 && c->dilation[1] != 1))
    return sg_kx_refuse(x, err, "dilation of a transposed convolution; export to ONNX");
  if (strcmp(c->padding, "valid") != 0 && strcmp(c->padding, "same") != 0)
    return sg_kx_refuse(x, err, "padding '%s' of a transposed convolution", c->padding);
  if (x->k->theano) return sg_kx_refuse(x, err, "a transposed convolution written by Theano");
  return SG_OK;
}

/* The node's attributes, and t's new lengths. */
static sg_status node_attrs(sg_node_def *node, const sg_kconv *c, sg_kt *t, sg_err *err)
{
  int64_t pads[4] = {0}, extra[2] = {0};
  bool same = strcmp(c->padding, "same") == 0;
  for (int i = 0; i < c->nd; i++) {
    int64_t k = c->kernel[i], s = c->stride[i], over = k > s ? k - s : 0;
    int64_t *d = &t->d[(t->cf ? 2 : 1) + i];
    extra[i] = s > k ? s - k : 0;
    if (same) pads[i] = over / 2;
    if (same) pads[c->nd + i] = over - over / 2;
    if (*d != SG_KDIM_ANY) *d = *d * s + (same ? 0 : over);
  }
  sg_status st = sg_kx_attr_ints(node, "kernel_shape", c->kernel, c->nd, err);
  if (!st) st = sg_kx_attr_ints(node, "strides", c->stride, c->nd, err);
  if (!st) st = sg_kx_attr_ints(node, "pads", pads, 2 * c->nd, err);
  return st ? st : sg_kx_attr_ints(node, "output_padding", extra, c->nd, err);
}

/* (k..., out, in) to W[in][out][k...]. */
static sg_status kernel(sg_kx *x, const sg_kconv *c, int64_t in, int64_t out, int *ret, sg_err *err)
{
  int nd = c->nd + 2;
  int64_t want[4];
  sg_kpack p = {.tag = "kernel", .from = x->layer->weight[0], .nd = nd, .d = {in, out}};
  for (int i = 0; i < c->nd; i++) want[i] = p.d[2 + i] = c->kernel[i];
  want[nd - 2] = out;
  want[nd - 1] = in;
  p.perm[0] = nd - 1;
  p.perm[1] = nd - 2;
  for (int i = 0; i < c->nd; i++) p.perm[2 + i] = i;
  sg_status st = sg_kx_shape(x, 0, nd, want, err);
  return st ? st : sg_kx_pack(x, &p, ret, err);
}

sg_status sg_keras_transposed(sg_kx *x, sg_err *err)
{
  sg_kconv c;
  sg_node_def *node;
  int nd = strstr(x->type, "2D") ? 2 : 1;
  int w[3];
  bool biased = sg_kj_bool(x->cfg, "use_bias", true);
  int64_t out;
  sg_kt *t = &x->out;
  *t = x->in[0];
  sg_status st = sg_kconv_read(x, nd, &c, err);
  if (!st) st = check(x, &c, err);
  if (!st) st = sg_kx_rank(x, t, nd + 2, nd + 2, err);
  if (!st) st = sg_kx_layout(x, t, sg_kx_channels_first(x), err);
  if (!st) st = sg_kx_need(x, biased ? 2 : 1, err);
  if (!st && sg_kj_ints(sg_kj_get(x->cfg, "filters"), &out, 1) != 1)
    st = sg_kx_bad(x, err, "malformed filters");
  int channel = t->cf ? 1 : t->nd - 1;
  if (!st) st = kernel(x, &c, t->d[channel], out, &w[1], err);
  if (!st && biased) st = sg_kx_shape(x, 1, 1, &out, err);
  if (!st && biased) st = sg_kx_vector(x, "bias", x->layer->weight[1], out, &w[2], err);
  if (st) return st;
  w[0] = t->value;
  st = sg_kx_op(x, "ConvTranspose", biased ? 3 : 2, w, &node, &t->value, err);
  if (!st) st = node_attrs(node, &c, t, err);
  t->d[channel] = out;
  return st ? st : sg_kx_activation(x, sg_kj_get(x->cfg, "activation"), t, err);
}
