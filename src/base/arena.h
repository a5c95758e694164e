/* base/arena.h: memory that is taken piecewise and given back all at once.
 *
 * Two uses: what belongs to a plan (never reset, freed with it), and the scratch of one thread
 * (reset after each call, keeps its blocks, so that after the first sequence nothing is allocated
 * any more).
 */
#ifndef SG_BASE_ARENA_H
#define SG_BASE_ARENA_H

#include "seqgloss/base.h"

typedef struct sg_arena sg_arena;

/* A new, empty arena, or NULL when memory is short. */
sg_arena *sg_arena_new(void);
void sg_arena_free(sg_arena *arena);                        /* NULL is fine */
/* `size` bytes, zeroed, aligned to 64; NULL when memory is short. Size 0 gives a valid pointer. */
void *sg_arena_calloc(sg_arena *arena, size_t count, size_t size);
/* The same without zeroing. */
void *sg_arena_alloc(sg_arena *arena, size_t count, size_t size);
/* A copy of the text. */
char *sg_arena_strdup(sg_arena *arena, const char *text);
/* A mark to return to: everything taken since sg_arena_mark is given back by sg_arena_reset. */
typedef struct sg_arena_mark { size_t block, used; } sg_arena_mark;
sg_arena_mark sg_arena_here(const sg_arena *arena);
void sg_arena_reset(sg_arena *arena, sg_arena_mark mark);
/* Bytes held from the system. */
size_t sg_arena_bytes(const sg_arena *arena);

#endif
