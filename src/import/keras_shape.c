/* import/keras_shape.c: layers that move elements: Flatten, Reshape, Permute, RepeatVector; and
 * those that do nothing when a network is applied.
 *
 * Keras flattens position by position, channels fastest. Activations that are laid out channels
 * last lie in memory in just that order, so Flatten and Reshape carry channels_last = 1: elements
 * stay where they are. A tensor in Keras' own axes is reshaped as ONNX does.
 */
#include <string.h>

#include "import/keras.h"

sg_status sg_keras_identity(sg_kx *x, sg_err *err)
{
  x->out = x->in[0];
  if (x->call->kwargs && sg_kj_bool(x->call->kwargs, "training", false))
    return sg_kx_refuse(x, err, "is called with training=True: save the model without it");
  return SG_OK;
}

/* Product of the item's axes, or SG_KDIM_ANY. */
static int64_t item(const sg_kt *t)
{
  int64_t n = 1;
  for (int a = 1; a < t->nd; a++) {
    if (t->d[a] < 1 || n > ((int64_t) 1 << 40) / t->d[a]) return SG_KDIM_ANY;
    n *= t->d[a];
  }
  return n;
}

sg_status sg_keras_flatten(sg_kx *x, sg_err *err)
{
  sg_node_def *node;
  sg_kt *t = &x->out;
  *t = x->in[0];
  sg_status st = SG_OK;
  int64_t n = item(t);
  if (t->nd == 2) return SG_OK;
  if (x->k->version >= 2 && sg_kx_channels_first(x)) {   /* brings the channels last first */
    st = sg_kx_layout(x, t, true, err);
    t->cf = false;
  }
  if (!st) st = sg_kx_unary(x, "Flatten", t, &node, err);
  if (!st) st = sg_kx_attr_int(node, "axis", 1, err);
  if (!st && !t->cf) st = sg_kx_attr_int(node, "channels_last", 1, err);
  t->nd = 2;
  t->d[1] = n;
  return st;
}

/* target_shape without the batch; at most one -1, computed where the input's size is known. */
static sg_status read_target(const sg_kx *x, const sg_kt *t, sg_kt *to, sg_err *err)
{
  int64_t d[SG_MAX_RANK], known = 1, n = item(t);
  int nd = sg_kj_ints(sg_kj_get(x->cfg, "target_shape|dims"), d, SG_MAX_RANK - 1), open = -1;
  if (nd < 1) return sg_kx_bad(x, err, "malformed target_shape");
  for (int i = 0; i < nd; i++) {
    if (d[i] == -1 && open < 0) open = i;
    else if (d[i] < 1 || known > ((int64_t) 1 << 40) / d[i])
      return sg_kx_bad(x, err, "malformed target_shape");
    else known *= d[i];
  }
  if (open >= 0 && n != SG_KDIM_ANY) {
    d[open] = n / known;
    known *= d[open];
  }
  if (n != SG_KDIM_ANY && known != n)
    return sg_kx_misfit(x, err, "cannot give %lld numbers a shape of %lld", (long long) n,
                        (long long) known);
  to->nd = nd + 1;
  for (int i = 0; i < nd; i++) to->d[i + 1] = d[i];
  return SG_OK;
}

sg_status sg_keras_reshape(sg_kx *x, sg_err *err)
{
  sg_node_def *node;
  sg_kt to = x->in[0];
  if (to.nd <= 2) to.cf = x->k->channels_first;
  sg_status st = read_target(x, &x->in[0], &to, err);
  int64_t dims[SG_MAX_RANK] = {0};   /* 0: the batch as it is */
  for (int a = 1; !st && a < to.nd; a++) dims[sg_kt_axis(&to, a)] = to.d[a];
  int in[2] = {to.value};
  if (!st) st = sg_kx_ints(x, dims, to.nd, &in[1], err);
  if (!st) st = sg_kx_op(x, "Reshape", 2, in, &node, &to.value, err);
  if (!st && !to.cf) st = sg_kx_attr_int(node, "channels_last", 1, err);
  x->out = to;
  return st;
}

/* dims counts from 1: axis i of the output is axis dims[i] of the input. */
sg_status sg_keras_permute(sg_kx *x, sg_err *err)
{
  int64_t d[SG_MAX_RANK];
  const sg_kt *t = &x->in[0];
  sg_kt to = *t;
  int perm[SG_MAX_RANK] = {0};
  unsigned seen = 0;
  int n = sg_kj_ints(sg_kj_get(x->cfg, "dims"), d, SG_MAX_RANK - 1);
  if (n != t->nd - 1) return sg_kx_misfit(x, err, "its dims do not fit an input of %d axes", t->nd);
  for (int i = 0; i < n; i++) {
    if (d[i] < 1 || d[i] > n || seen >> d[i] & 1) return sg_kx_bad(x, err, "malformed dims");
    seen |= 1u << d[i];
    to.d[i + 1] = t->d[d[i]];
    perm[sg_kt_axis(&to, i + 1)] = sg_kt_axis(t, (int) d[i]);
  }
  x->out = to;
  return sg_kx_transpose(x, &x->out, perm, err);
}

/* N C to N n C. */
sg_status sg_keras_repeat(sg_kx *x, sg_err *err)
{
  sg_kt *t = &x->out;
  *t = x->in[0];
  int64_t n, two = 2, repeats[3] = {1, 1, 1};
  if (sg_kj_ints(sg_kj_get(x->cfg, "n"), &n, 1) != 1 || n < 1)
    return sg_kx_bad(x, err, "malformed n");
  sg_status st = sg_kx_rank(x, t, 2, 2, err);
  int in[2] = {t->value};
  if (!st) st = sg_kx_ints(x, &two, 1, &in[1], err);
  if (!st) st = sg_kx_op(x, "Unsqueeze", 2, in, NULL, &t->value, err);
  repeats[2] = n;
  in[0] = t->value;
  if (!st) st = sg_kx_ints(x, repeats, 3, &in[1], err);
  if (!st) st = sg_kx_op(x, "Tile", 2, in, NULL, &t->value, err);
  t->d[2] = t->d[1];
  t->d[1] = n;
  t->nd = 3;
  t->cf = false;
  return st;
}
