/* model/attr.c: attribute lists. A handful of entries a node: a linked list is enough. */
#include <string.h>

#include "model/attr.h"

const sg_attr *sg_attr_find(const sg_attrs *a, const char *name)
{
  for (const sg_attr *p = a->first; p; p = p->next)
    if (strcmp(p->name, name) == 0) return p;
  return NULL;
}

/* The entry called `name`, made when it is not there; NULL when memory is short. */
static sg_attr *entry(sg_attrs *a, const char *name, sg_attr_kind kind)
{
  sg_attr *p = (sg_attr *) sg_attr_find(a, name);
  if (!p) {
    p = sg_arena_calloc(a->mem, 1, sizeof *p);
    char *copy = p ? sg_arena_strdup(a->mem, name) : NULL;
    if (!copy) return NULL;
    p->name = copy;
    p->next = a->first;
    a->first = p;
  }
  p->kind = kind;
  p->n = 0;
  return p;
}

sg_status sg_attr_set_int(sg_attrs *a, const char *name, int64_t value)
{
  sg_attr *p = entry(a, name, SG_ATTR_INT);
  if (!p) return SG_ENOMEM;
  p->v.i = value;
  return SG_OK;
}

sg_status sg_attr_set_float(sg_attrs *a, const char *name, double value)
{
  sg_attr *p = entry(a, name, SG_ATTR_FLOAT);
  if (!p) return SG_ENOMEM;
  p->v.f = value;
  return SG_OK;
}

sg_status sg_attr_set_string(sg_attrs *a, const char *name, const char *value)
{
  sg_attr *p = entry(a, name, SG_ATTR_STRING);
  char *copy = p ? sg_arena_strdup(a->mem, value) : NULL;
  if (!copy) return SG_ENOMEM;
  p->v.s = copy;
  return SG_OK;
}

/* Copies n elements of `size` bytes into the arena. */
static void *copy_array(sg_arena *mem, const void *from, int64_t n, size_t size)
{
  void *p = sg_arena_alloc(mem, (size_t) n, size);
  if (p && n) memcpy(p, from, (size_t) n * size);
  return p;
}

sg_status sg_attr_set_ints(sg_attrs *a, const char *name, const int64_t *values, int64_t n)
{
  int64_t *copy = copy_array(a->mem, values, n, sizeof *values);
  sg_attr *p = copy ? entry(a, name, SG_ATTR_INTS) : NULL;
  if (!p) return SG_ENOMEM;
  p->v.ints = copy;
  p->n = n;
  return SG_OK;
}

sg_status sg_attr_set_floats(sg_attrs *a, const char *name, const double *values, int64_t n)
{
  double *copy = copy_array(a->mem, values, n, sizeof *values);
  sg_attr *p = copy ? entry(a, name, SG_ATTR_FLOATS) : NULL;
  if (!p) return SG_ENOMEM;
  p->v.floats = copy;
  p->n = n;
  return SG_OK;
}

sg_status sg_attr_set_tensor(sg_attrs *a, const char *name, const sg_tensor *tensor)
{
  sg_attr *p = entry(a, name, SG_ATTR_TENSOR);
  if (!p) return SG_ENOMEM;
  p->v.tensor = tensor;
  return SG_OK;
}

sg_status sg_attr_set_other(sg_attrs *a, const char *name)
{
  return entry(a, name, SG_ATTR_OTHER) ? SG_OK : SG_ENOMEM;
}
