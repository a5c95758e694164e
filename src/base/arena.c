/* base/arena.c: blocks of doubling size; a request that does not fit opens the next block. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define ALIGN 64
#define FIRST_BLOCK ((size_t) 16 << 10)
#define MAX_BLOCKS 48

typedef struct block { char *data; size_t size, used; } block;

/* blocks 0..n-1 exist; `at` is being filled */
struct sg_arena { block b[MAX_BLOCKS]; size_t n, at; };

sg_arena *sg_arena_new(void) { return calloc(1, sizeof(sg_arena)); }

void sg_arena_free(sg_arena *arena)
{
  if (!arena) return;
  for (size_t i = 0; i < arena->n; i++) free(arena->b[i].data);
  free(arena);
}

/* A block of at least `need` bytes after the current one. Existing later blocks that are too small
 * are skipped. */
static block *next_block(sg_arena *a, size_t need)
{
  while (a->at + 1 < a->n) {
    block *b = &a->b[++a->at];
    b->used = 0;
    if (b->size >= need) return b;
  }
  if (a->n == MAX_BLOCKS) return NULL;
  size_t size = a->n ? a->b[a->n - 1].size * 2 : FIRST_BLOCK;
  if (size > (size_t) 64 << 20) size = (size_t) 64 << 20;
  if (size < need) size = (need + 4095) & ~(size_t) 4095;
  block *b = &a->b[a->n];
  b->data = aligned_alloc(ALIGN, size);
  if (!b->data) return NULL;
  b->size = size;
  b->used = 0;
  a->at = a->n++;
  return b;
}

void *sg_arena_alloc(sg_arena *arena, size_t count, size_t size)
{
  if (!arena || (size && count > (SIZE_MAX / 2 - ALIGN) / size)) return NULL;
  size_t need = (count * size + ALIGN - 1) & ~(size_t) (ALIGN - 1);
  if (need == 0) need = ALIGN;
  block *b = arena->n ? &arena->b[arena->at] : NULL;
  if (!b || b->size - b->used < need) b = next_block(arena, need);
  if (!b) return NULL;
  void *p = b->data + b->used;
  b->used += need;
  return p;
}

void *sg_arena_calloc(sg_arena *arena, size_t count, size_t size)
{
  void *p = sg_arena_alloc(arena, count, size);
  if (p) memset(p, 0, count * size);
  return p;
}

char *sg_arena_strdup(sg_arena *arena, const char *text)
{
  size_t n = strlen(text) + 1;
  char *p = sg_arena_alloc(arena, n, 1);
  if (p) memcpy(p, text, n);
  return p;
}

sg_arena_mark sg_arena_here(const sg_arena *arena)
{
  sg_arena_mark m = {arena->at, arena->n ? arena->b[arena->at].used : 0};
  return m;
}

void sg_arena_reset(sg_arena *arena, sg_arena_mark mark)
{
  if (!arena->n) return;
  arena->at = mark.block;
  arena->b[arena->at].used = mark.used;
}

size_t sg_arena_bytes(const sg_arena *arena)
{
  size_t sum = 0;
  for (size_t i = 0; i < arena->n; i++) sum += arena->b[i].size;
  return sum;
}
