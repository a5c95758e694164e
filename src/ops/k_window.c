/* ops/k_window.c: sliding windows: attributes, lengths, exact intervals. */
#include "ops/k_window.h"

#include <inttypes.h>
#include <string.h>

#define MAX_GEOMETRY ((int64_t) 1 << 30)

/* ---- attributes -------------------------------------------------------------------- */

/* n numbers of attribute `name` in [lo, 2^30] into to[0..n); the default where it is not given. */
static sg_status numbers(const sg_node *node, const char *name, int64_t n, int64_t lo,
                         int64_t def, int64_t *to, sg_err *err)
{
  const int64_t *v;
  int64_t count;
  sg_status s = sg_node_ints(node, name, &v, &count, err);
  if (s) return s;
  if (count && count != n)
    return sg_node_refuse(node, err, "attribute '%s' has %d numbers, %d are expected", name,
                          (int) count, (int) n);
  for (int64_t i = 0; i < n; i++) {
    to[i] = count ? v[i] : def;
    if (to[i] < lo || to[i] > MAX_GEOMETRY)
      return sg_node_refuse(node, err, "attribute '%s' holds %" PRId64, name, to[i]);
  }
  return SG_OK;
}

static sg_status read_auto_pad(const sg_node *node, sg_window *w, sg_err *err)
{
  static const char *const names[] = {"NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"};
  const char *text;
  sg_status s = sg_node_string(node, "auto_pad", "NOTSET", &text, err);
  for (int i = 0; !s && i < 4; i++)
    if (strcmp(text, names[i]) == 0) {
      w->auto_pad = (sg_auto_pad) i;
      return SG_OK;
    }
  return s ? s : sg_node_refuse(node, err, "auto_pad '%s' is unknown", text);
}

sg_status sg_window_configure(const sg_node *node, const int64_t *kernel, sg_window *w,
                              sg_err *err)
{
  int64_t pads[2 * SG_SPATIAL], ceil_mode;
  memset(w, 0, sizeof *w);
  w->ns = node->in[0].shape.nd - 2;
  if (w->ns < 1 || w->ns > SG_SPATIAL)
    return sg_node_refuse(node, err, "%d spatial axes (1 or 2 are supported)", w->ns);
  sg_status s = numbers(node, "kernel_shape", w->ns, 1, 0 + (kernel ? 1 : 0), w->k, err);
  for (int j = 0; !s && kernel && j < w->ns; j++) {
    if (sg_attr_find(&node->def->attrs, "kernel_shape") && w->k[j] != kernel[j])
      return sg_node_misfit(node, err, "kernel_shape and the weights differ");
    w->k[j] = kernel[j];
  }
  if (!s) s = numbers(node, "strides", w->ns, 1, 1, w->stride, err);
  if (!s) s = numbers(node, "dilations", w->ns, 1, 1, w->dilation, err);
  if (!s) s = numbers(node, "pads", 2 * w->ns, 0, 0, pads, err);
  if (!s) s = sg_node_int(node, "ceil_mode", 0, &ceil_mode, err);
  if (!s) s = read_auto_pad(node, w, err);
  if (s) return s;
  w->ceil_mode = ceil_mode != 0;
  for (int j = 0; j < w->ns; j++) {
    w->lo[j] = pads[j];
    w->hi[j] = pads[j + w->ns];
  }
  return SG_OK;
}

/* ---- lengths ----------------------------------------------------------------------- */

/* SAME: ceil(L / stride) outputs, the missing positions on both sides, an odd one at the end
 * (UPPER) or the beginning (LOWER). */
static void same_padding(sg_window *w, int j)
{
  int64_t L = w->in[j], s = w->stride[j], span = (w->k[j] - 1) * w->dilation[j] + 1;
  int64_t total = ((L + s - 1) / s - 1) * s + span - L;
  if (total < 0) total = 0;
  w->lo[j] = w->auto_pad == SG_PAD_SAME_UPPER ? total / 2 : total - total / 2;
  w->hi[j] = total - w->lo[j];
}

sg_status sg_window_infer(const sg_node *node, sg_window *w, sg_err *err)
{
  for (int j = 0; j < w->ns; j++) {
    int64_t s = w->stride[j], span = (w->k[j] - 1) * w->dilation[j] + 1;
    w->in[j] = node->in[0].shape.d[j + 2];
    if (w->auto_pad == SG_PAD_VALID) w->lo[j] = w->hi[j] = 0;
    else if (w->auto_pad != SG_PAD_GIVEN) same_padding(w, j);
    int64_t room = w->in[j] + w->lo[j] + w->hi[j] - span;
    if (room < 0)
      return sg_node_misfit(node, err, "a window of %" PRId64 " does not fit into %" PRId64
                            " positions", span, w->in[j]);
    w->out[j] = room / s + 1;
    /* A last, partial window counts when it begins inside the input or the padding before it. */
    if (w->ceil_mode && room % s && w->out[j] * s < w->in[j] + w->lo[j]) w->out[j]++;
  }
  return SG_OK;
}

/* ---- intervals --------------------------------------------------------------------- */

/* Does output o of axis j read a position in [lo, hi)? */
static bool hits(const sg_window *w, int j, int64_t o, int64_t lo, int64_t hi)
{
  int64_t first = o * w->stride[j] - w->lo[j], d = w->dilation[j];
  int64_t t = first >= lo ? 0 : (lo - first + d - 1) / d;       /* first tap at or after lo */
  return t < w->k[j] && first + t * d < hi;
}

bool sg_window_reach(const sg_window *w, const sg_interval *in, sg_interval *out)
{
  int j = in->axis - 2;
  if (j < 0 || j >= w->ns) return false;
  int64_t span = (w->k[j] - 1) * w->dilation[j], s = w->stride[j];
  int64_t a = in->lo + w->lo[j] - span, b = in->hi - 1 + w->lo[j];
  *out = (sg_interval){in->axis, a > 0 ? (a + s - 1) / s : 0, b / s + 1};
  if (out->hi > w->out[j]) out->hi = w->out[j];
  if (in->hi <= in->lo) out->hi = out->lo;
  while (out->lo < out->hi && !hits(w, j, out->lo, in->lo, in->hi)) out->lo++;
  while (out->lo < out->hi && !hits(w, j, out->hi - 1, in->lo, in->hi)) out->hi--;
  return true;
}

/* Smallest and greatest input position that output o reads inside the tensor; false: none. */
static bool ends(const sg_window *w, int j, int64_t o, int64_t *lo, int64_t *hi)
{
  int64_t first = o * w->stride[j] - w->lo[j], d = w->dilation[j];
  int64_t a = first >= 0 ? 0 : (-first + d - 1) / d;
  int64_t room = w->in[j] - 1 - first;
  int64_t b = room < 0 ? -1 : room / d;
  if (b > w->k[j] - 1) b = w->k[j] - 1;
  *lo = first + a * d;
  *hi = first + b * d;
  return a <= b;
}

bool sg_window_need(const sg_window *w, const sg_interval *out, sg_interval *in)
{
  int j = out->axis - 2;
  int64_t lo, hi;
  if (j < 0 || j >= w->ns) return false;
  *in = (sg_interval){out->axis, 0, 0};
  for (int64_t o = out->lo; o < out->hi; o++) {
    if (!ends(w, j, o, &lo, &hi)) continue;
    if (in->hi == 0 || lo < in->lo) in->lo = lo;
    if (hi + 1 > in->hi) in->hi = hi + 1;
  }
  return true;
}

/* ---- rows -------------------------------------------------------------------------- */

sg_rows sg_rows_of(const sg_slab *s, int64_t item)
{
  sg_rows r = {.ns = s->shape.nd - 2, .axis = s->axis - 2, .start = sg_slab_start(s, item)};
  for (int j = 0; j < r.ns; j++) r.d[j] = s->shape.d[j + 2];
  return r;
}
