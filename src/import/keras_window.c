/* import/keras_window.c: ZeroPadding, Cropping and UpSampling in one and two dimensions. */
#include <limits.h>
#include <string.h>

#include "import/keras.h"

/* The amounts before and after each spatial axis, in the many forms of Keras: 2; [1, 2]; [[1, 2],
 * [3, 4]]; Keras 1's [top, bottom, left, right]. A pair for two axes is one number each. */
static sg_status amounts(const sg_kx *x, const char *keys, int nd, int64_t a[2][2], sg_err *err)
{
  const json_t *v = sg_kj_get(x->cfg, keys);
  int64_t f[4];
  if (json_is_array(json_array_get(v, 0))) {
    for (int i = 0; i < nd; i++)
      if (json_array_size(v) != (size_t) nd || sg_kj_ints(json_array_get(v, (size_t) i), a[i],
                                                          2) != 2)
        return sg_kx_bad(x, err, "malformed %s", keys);
  } else {
    int n = sg_kj_ints(v, f, 4);
    if (n < 1 || n == 3 || (nd == 1 && n == 4)) return sg_kx_bad(x, err, "malformed %s", keys);
    for (int i = 0; i < 2; i++)
      for (int j = 0; j < 2; j++)
        a[i][j] = n == 4 ? f[2 * i + j] : n == 1 ? f[0] : nd == 2 ? f[i] : f[j];
  }
  for (int i = 0; i < nd; i++)
    if (a[i][0] < 0 || a[i][1] < 0) return sg_kx_bad(x, err, "a negative %s", keys);
  return SG_OK;
}

/* The input laid out as the layer wants it; *first: its first spatial Keras axis. */
static sg_status begin(sg_kx *x, int nd, int *first, sg_err *err)
{
  bool cf = sg_kx_channels_first(x);
  x->out = x->in[0];
  *first = cf ? 2 : 1;
  sg_status st = sg_kx_rank(x, &x->out, nd + 2, nd + 2, err);
  return st ? st : sg_kx_layout(x, &x->out, cf, err);
}

sg_status sg_keras_pad(sg_kx *x, sg_err *err)
{
  int nd = strstr(x->type, "2D") ? 2 : 1, first;
  int64_t a[2][2], before[SG_MAX_RANK] = {0}, after[SG_MAX_RANK] = {0};
  sg_status st = begin(x, nd, &first, err);
  if (!st) st = amounts(x, "padding", nd, a, err);
  if (st) return st;
  for (int i = 0; i < nd; i++) {
    before[first + i] = a[i][0];
    after[first + i] = a[i][1];
  }
  return sg_kx_pad(x, &x->out, before, after, 0, err);
}

sg_status sg_keras_crop(sg_kx *x, sg_err *err)
{
  int nd = strstr(x->type, "2D") ? 2 : 1, first;
  int64_t a[2][2];
  sg_kslice s[SG_MAX_RANK];
  sg_status st = begin(x, nd, &first, err);
  if (!st) st = amounts(x, "cropping", nd, a, err);
  if (st) return st;
  for (int i = 0; i < SG_MAX_RANK; i++) s[i] = (sg_kslice){0, INT64_MAX, 1, false};
  for (int i = 0; i < nd; i++) {
    int64_t d = x->out.d[first + i];
    if (d != SG_KDIM_ANY && a[i][0] + a[i][1] >= d)
      return sg_kx_misfit(x, err, "crops all of %lld positions", (long long) d);
    s[first + i].start = a[i][0];
    if (a[i][1] > 0) s[first + i].stop = -a[i][1];
  }
  return sg_kx_slice(x, &x->out, x->out.nd, s, err);
}

/* Repeats every position: Resize to the nearest, rounding down. */
static sg_status resize(sg_kx *x, sg_kt *t, const int64_t *times, int first, int nd, sg_err *err)
{
  double scales[SG_MAX_RANK];
  sg_node_def *node;
  for (int i = 0; i < t->nd; i++) scales[i] = 1;
  for (int i = 0; i < nd; i++) {
    scales[sg_kt_axis(t, first + i)] = (double) times[i];
    if (t->d[first + i] != SG_KDIM_ANY) t->d[first + i] *= times[i];
  }
  int in[3] = {t->value, SG_NONE, SG_NONE};
  sg_status st = sg_kx_floats(x, scales, t->nd, &in[2], err);
  if (!st) st = sg_kx_op(x, "Resize", 3, in, &node, &t->value, err);
  if (!st) st = sg_kx_attr_text(node, "mode", "nearest", err);
  if (!st) st = sg_kx_attr_text(node, "coordinate_transformation_mode", "asymmetric", err);
  return st ? st : sg_kx_attr_text(node, "nearest_mode", "floor", err);
}

sg_status sg_keras_upsample(sg_kx *x, sg_err *err)
{
  int nd = strstr(x->type, "2D") ? 2 : 1, first;
  int64_t times[2] = {2, 2};
  const char *how = sg_kj_text(x->cfg, "interpolation", "nearest");
  sg_status st = begin(x, nd, &first, err);
  if (st) return st;
  if (strcmp(how, "nearest") != 0)
    return sg_kx_refuse(x, err, "interpolation '%s'; use nearest, or export to ONNX", how);
  int n = sg_kj_ints(sg_kj_get(x->cfg, "size|length"), times, nd);
  if (n == 1) times[1] = times[0];
  for (int i = 0; i < nd; i++)
    if (n < 0 || times[i] < 1 || times[i] > INT16_MAX) return sg_kx_bad(x, err, "malformed size");
  return resize(x, &x->out, times, first, nd, err);
}
