/* import/names.c: a table from names to numbers: open addressing, linear probing, at most half
 * full. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "import/names.h"

typedef struct entry { char *name; uint64_t hash; int id; } entry;

struct sg_names {
  entry *slot;      /* [size]; name NULL: free */
  size_t size;      /* a power of two */
  size_t used;
};

/* FNV-1a (Fowler, Noll and Vo), with a final mix, so that the low bits depend on all of the
 * name. */
static uint64_t hash_name(const char *s)
{
  uint64_t h = 0xcbf29ce484222325u;

  for (; *s; s++) h = (h ^ (uint8_t)*s) * 0x100000001b3u;
  h ^= h >> 32;
  return h * 0x9e3779b97f4a7c15u;
}

/* The slot that holds the name, or the free one where it belongs. */
static entry *probe(entry *slot, size_t size, const char *name, uint64_t hash)
{
  size_t i = (size_t)(hash >> 20) & (size - 1);

  while (slot[i].name && (slot[i].hash != hash || strcmp(slot[i].name, name) != 0)) i = (i +
      1) & (size - 1);
  return &slot[i];
}

sg_names *sg_names_new(void)
{
  sg_names *t = calloc(1, sizeof(*t));

  if (!t) return NULL;
  t->size = 64;
  t->slot = calloc(t->size, sizeof(*t->slot));
  if (!t->slot) {
    free(t);
    return NULL;
  }
  return t;
}

void sg_names_free(sg_names *t)
{
  if (!t) return;
  for (size_t i = 0; i < t->size; i++) free(t->slot[i].name);
  free(t->slot);
  free(t);
}

int sg_names_get(const sg_names *t, const char *name, int missing)
{
  const entry *e = probe(t->slot, t->size, name, hash_name(name));

  return e->name ? e->id : missing;
}

static bool grow(sg_names *t)
{
  size_t size = t->size * 2;
  entry *slot = calloc(size, sizeof(*slot));

  if (!slot) return false;
  for (size_t i = 0; i < t->size; i++) {
    if (t->slot[i].name) *probe(slot, size, t->slot[i].name, t->slot[i].hash) = t->slot[i];
  }
  free(t->slot);
  t->slot = slot;
  t->size = size;
  return true;
}

bool sg_names_put(sg_names *t, const char *name, int id)
{
  uint64_t hash = hash_name(name);
  entry *e;

  if (2 * (t->used + 1) > t->size && !grow(t)) return false;
  e = probe(t->slot, t->size, name, hash);
  if (!e->name) {
    e->name = strdup(name);
    if (!e->name) return false;
    e->hash = hash;
    t->used++;
  }
  e->id = id;
  return true;
}
