/* model/tensor.c: shapes, strides under the law of memory order, constants. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/tensor.h"

#define MAX_ELEMENTS ((int64_t) 1 << 28)

/* ---- 1. Shapes --------------------------------------------------------------------- */

static int64_t product(const sg_shape *s, int from)
{
  int64_t n = 1;
  for (int i = from; i < s->nd; i++) n *= s->d[i];
  return n;
}

int64_t sg_shape_count(const sg_shape *s) { return product(s, 0); }
int64_t sg_shape_item(const sg_shape *s) { return product(s, s->batched ? 1 : 0); }

sg_status sg_shape_check(const sg_shape *s, sg_err *err)
{
  if (s->nd < 0 || s->nd > SG_MAX_RANK)
    return sg_fail(err, SG_ESHAPE, "a tensor of %d axes (at most %d are possible)", s->nd,
                   SG_MAX_RANK);
  int64_t n = 1;
  for (int i = 0; i < s->nd; i++) {
    if (s->d[i] < 0) return sg_fail(err, SG_ESHAPE, "a tensor axis of length %" PRId64, s->d[i]);
    if (i == 0 && s->batched) continue;
    if (s->d[i] && n > MAX_ELEMENTS / s->d[i])
      return sg_fail(err, SG_ESHAPE, "a tensor of more than 2^28 elements");
    n *= s->d[i];
  }
  return SG_OK;
}

bool sg_shape_equal(const sg_shape *a, const sg_shape *b)
{
  if (a->nd != b->nd || a->batched != b->batched) return false;
  for (int i = 0; i < a->nd; i++)
    if (a->d[i] != b->d[i]) return false;
  return true;
}

char *sg_shape_text(const sg_shape *s, char *buf, size_t size)
{
  size_t at = 0;
  if (size) buf[0] = '\0';
  if (s->nd == 0) snprintf(buf, size, "scalar");
  for (int i = 0; i < s->nd && at < size; i++) {
    int n = s->batched && i == 0 ? snprintf(buf + at, size - at, "N")
                                 : snprintf(buf + at, size - at, "%s%" PRId64, i ? " x " : "",
                                            s->d[i]);
    at += n > 0 ? (size_t) n : 0;
  }
  return buf;
}

int sg_axis(const sg_shape *s, int64_t axis)
{
  if (axis < -s->nd || axis >= s->nd) return -1;
  return (int) (axis < 0 ? axis + s->nd : axis);
}

/* ---- 2. Strides -------------------------------------------------------------------- */

void sg_memory_order(const sg_shape *s, int order[SG_MAX_RANK])
{
  bool last = s->batched && s->nd >= 3;
  for (int i = 0; i < s->nd; i++) order[i] = !last || i == 0 ? i : i + 1;
  if (last) order[s->nd - 1] = 1;
}

void sg_strides(const sg_shape *s, int64_t st[SG_MAX_RANK])
{
  int order[SG_MAX_RANK];
  int64_t step = 1;
  sg_memory_order(s, order);
  for (int i = s->nd - 1; i >= 0; i--) {
    st[order[i]] = step;
    step *= s->d[order[i]];
  }
}

/* Axes of length 1 may stand anywhere: only the order of the others counts. */
bool sg_is_row_major(const sg_shape *s)
{
  int order[SG_MAX_RANK], last = -1;
  sg_memory_order(s, order);
  for (int i = 0; i < s->nd; i++) {
    if (s->d[order[i]] == 1 && order[i] != 0) continue;
    if (order[i] < last) return false;
    last = order[i];
  }
  return true;
}

/* ---- 3. Constants ------------------------------------------------------------------ */

size_t sg_dtype_size(sg_dtype dtype)
{
  switch (dtype) {
  case SG_F32: return sizeof(float);
  case SG_DOUBLE: return sizeof(double);
  case SG_I64:
  case SG_BOOL: return sizeof(int64_t);
  case SG_TEXT: return 0;
  }
  return 0;
}

const char *sg_dtype_name(sg_dtype dtype)
{
  switch (dtype) {
  case SG_F32: return "float32";
  case SG_DOUBLE: return "float64";
  case SG_I64: return "integer";
  case SG_BOOL: return "boolean";
  case SG_TEXT: return "string";
  }
  return "unknown";
}

sg_tensor *sg_tensor_new(sg_arena *mem, sg_dtype dtype, int nd, const int64_t *dims)
{
  sg_tensor *t = sg_arena_calloc(mem, 1, sizeof *t);
  if (!t || nd < 0 || nd > SG_MAX_RANK) return NULL;
  t->dtype = dtype;
  t->shape.nd = nd;
  for (int i = 0; i < nd; i++) t->shape.d[i] = dims[i];
  if (sg_shape_check(&t->shape, NULL)) return NULL;
  t->data.p = sg_arena_calloc(mem, (size_t) sg_shape_count(&t->shape), sg_dtype_size(dtype));
  return t->data.p ? t : NULL;
}

double sg_tensor_f64(const sg_tensor *t, int64_t i)
{
  switch (t->dtype) {
  case SG_F32: return t->data.f[i];
  case SG_DOUBLE: return t->data.d[i];
  case SG_I64:
  case SG_BOOL: return (double) t->data.i[i];
  case SG_TEXT: return 0;
  }
  return 0;
}

/* A float outside the range of int64 saturates; NaN gives 0: the conversion would be undefined in
 * C. */
int64_t sg_tensor_i64(const sg_tensor *t, int64_t i)
{
  if (t->dtype == SG_I64 || t->dtype == SG_BOOL) return t->data.i[i];
  double v = sg_tensor_f64(t, i);
  if (v != v) return 0;
  if (v >= 0x1p63) return INT64_MAX;
  return v < -0x1p63 ? INT64_MIN : (int64_t) v;
}

void sg_tensor_set(sg_tensor *t, int64_t i, double value)
{
  switch (t->dtype) {
  case SG_F32: t->data.f[i] = (float) value; break;
  case SG_DOUBLE: t->data.d[i] = value; break;
  case SG_I64:
  case SG_BOOL: t->data.i[i] = value == value ? (int64_t) value : 0; break;
  case SG_TEXT: break;
  }
}
