/* seqio/batch.c: room for a batch of windows, reused from fill to fill. */
#include "seqio/batch.h"

#include <stdlib.h>
#include <string.h>

/* What is behind sg_region_batch.own. */
typedef struct store {
  sg_arena *strings;        /* names */
  sg_arena_mark empty;
  int64_t cap_codes, cap_flanks, cap_text;
} store;

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "no memory for a batch"); }

sg_status sg_region_batch_new(int cap, sg_region_batch **ret_batch, sg_err *err)
{
  sg_region_batch *b;
  store *own;

  *ret_batch = NULL;
  if (cap < 1) return sg_fail(err, SG_EINVAL, "a batch holds at least one region");
  b = calloc(1, sizeof *b);
  if (!b) return no_memory(err);
  b->cap = cap;
  b->own = own = calloc(1, sizeof *own);
  b->region = calloc((size_t)cap, sizeof *b->region);
  if (own) own->strings = sg_arena_new();
  if (!own || !own->strings || !b->region) {
    sg_region_batch_free(b);
    return no_memory(err);
  }
  own->empty = sg_arena_here(own->strings);
  *ret_batch = b;
  return SG_OK;
}

void sg_region_batch_free(sg_region_batch *b)
{
  store *own;

  if (!b) return;
  own = b->own;
  if (own) sg_arena_free(own->strings);
  free(own);
  free(b->region);
  free(b->codes);
  free(b->flanks);
  free(b->text);
  free(b);
}

/* Grows *p to `need` bytes, and at least by half. */
static bool grow(void *p, int64_t *cap, int64_t need)
{
  void **block = p, *bigger;
  int64_t size = need > *cap + *cap / 2 ? need : *cap + *cap / 2;

  if (need <= *cap && *block) return true;
  bigger = realloc(*block, (size_t)(size ? size : 1));
  if (!bigger) return false;
  *block = bigger;
  *cap = size;
  return true;
}

void sg_batch_clear(sg_region_batch *b)
{
  store *own = b->own;

  sg_arena_reset(own->strings, own->empty);
  b->n = 0;
  b->length = 0;
}

bool sg_batch_takes(const sg_region_batch *b, int64_t length)
{
  if (b->n == 0) return true;
  return b->n < b->cap && length == b->length && (b->n + 1) * length <= SG_BATCH_BYTES;
}

sg_status sg_batch_add(sg_region_batch *b, int64_t length, int64_t flank, bool text, sg_err *err)
{
  store *own = b->own;
  int64_t n = b->n + 1;

  if (length > (INT64_C(1) << 40) / n || flank > INT64_C(1) << 31) return no_memory(err);
  if (!grow(&b->codes, &own->cap_codes, n * length) ||
      (flank && !grow(&b->flanks, &own->cap_flanks, n * 2 * flank)) ||
      (text && !grow(&b->text, &own->cap_text, n * length)))
    return no_memory(err);
  b->length = length;
  b->flank = flank;
  b->n++;
  return SG_OK;
}

sg_status sg_batch_name(sg_region_batch *b, const char *text, const char **ret_copy, sg_err *err)
{
  store *own = b->own;

  *ret_copy = sg_arena_strdup(own->strings, text);
  return *ret_copy ? SG_OK : no_memory(err);
}
