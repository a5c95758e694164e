/* ops/k_fit.c: cuts windows to what an op asks for. */
#include "ops/k_fit.h"

#include <string.h>

/* Memory of one item around one logical axis: [outer][len][inner]. */
typedef struct around { int64_t outer, len, inner; } around;

static around around_axis(const sg_shape *s, int axis)
{
  int order[SG_MAX_RANK], j = s->batched ? 1 : 0;
  around a = {1, s->d[axis], 1};
  sg_memory_order(s, order);
  for (; order[j] != axis; j++) a.outer *= s->d[order[j]];
  for (j++; j < s->nd; j++) a.inner *= s->d[order[j]];
  return a;
}

/* Does `s` hold exactly the wanted positions, in every item? */
static bool fits(const sg_slab *s, const int64_t *start, int64_t width, int64_t n)
{
  if (s->shape.d[s->axis] != width) return false;
  for (int64_t i = 0; s->start != start && i < n; i++)
    if (sg_slab_start(s, i) != (start ? start[i] : 0)) return false;
  return true;
}

/* to[want] = the part of from[have] that begins `off` positions into it, zero outside. */
static void cut(around a, int64_t want, int64_t off, const real *from, real *to)
{
  int64_t lo = off < 0 ? -off : 0, hi = want < a.len - off ? want : a.len - off;
  if (hi <= lo) return;
  for (int64_t b = 0; b < a.outer; b++)
    memcpy(to + (b * want + lo) * a.inner, from + (b * a.len + lo + off) * a.inner,
           (size_t) ((hi - lo) * a.inner) * sizeof *to);
}

sg_status SG_REAL(sg_fit)(const sg_call *c, const sg_slab *s, int axis, const int64_t *start,
                          int64_t width, sg_slab *ret)
{
  *ret = *s;
  if (!s->shape.batched || axis <= 0) return SG_OK;
  ret->axis = axis;
  if (fits(ret, start, width, c->n)) return SG_OK;
  around a = around_axis(&s->shape, axis);
  int64_t item = a.outer * width * a.inner;
  ret->data = sg_arena_calloc(c->tmp, (size_t) (c->n * item), sizeof(real));
  if (!ret->data) return SG_ENOMEM;
  ret->start = start;
  ret->shape.d[axis] = width;
  for (int64_t i = 0; i < c->n; i++)
    cut(a, width, (start ? start[i] : 0) - sg_slab_start(s, i),
        (const real *) s->data + i * sg_slab_pitch(s), (real *) ret->data + i * item);
  return SG_OK;
}
