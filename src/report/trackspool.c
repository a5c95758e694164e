/* report/trackspool.c: external merge sort.
 *
 * 1. Runs   2. Reading runs   3. Merging   4. The spool
 *
 * What is added is gathered in memory, sorted when the memory is full, and appended to a temporary
 * file as a run. In the end runs are merged, at most FAN at once: where there are more, groups of
 * FAN are merged into longer runs in a second file first, so that memory does not grow with the
 * number of runs. Runs hold what was added in order of time and groups are neighbours; so among
 * equal keys the lower run comes first, and the sort keeps the order of adding (it is stable).
 */
#include "report/trackspool.h"

#include <stdlib.h>
#include <string.h>

#include "report/disk.h"

enum {
  ARENA = 16 << 20,            /* bytes of a run in memory */
  ITEMS = 1 << 18,             /* stretches of a run in memory */
  FAN = 64,
  READ = 1 << 16               /* bytes of a run in memory while it is merged */
};

/* As it lies in memory and on disk, its values behind it. */
typedef struct head {
  uint64_t key;
  uint32_t from, n;
} head;

typedef struct item {
  uint64_t key;
  size_t at;                   /* of its head in the arena */
} item;

typedef struct run { uint64_t begin, end; } run;

/* A run that is being read. */
typedef struct reader {
  uint64_t next, end;          /* what was not read yet */
  size_t at, n;                /* the head at hand, bytes held */
  head head;
  bool have;
  union { unsigned char byte[READ]; float align; } held;
} reader;

struct sg_trackspool {
  const char *beside;
  sg_disk *disk;
  unsigned char *arena;
  item *items;
  size_t used, n_items;
  run *runs;
  size_t n_runs, cap_runs;
  reader *readers;             /* [FAN] */
  int heap[FAN], n_heap;       /* readers that have a stretch, the least first */
  bool handed;                 /* the stretch of heap[0] was handed out */
};

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "out of memory"); }

/* ---- 1. Runs --------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
  const item *x = a, *y = b;

  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return x->at < y->at ? -1 : x->at > y->at;
}

static size_t bytes_of(const head *h) { return sizeof *h + h->n * sizeof(float); }

static sg_status push_run(sg_trackspool *s, uint64_t begin, uint64_t end, sg_err *err)
{
  if (s->n_runs == s->cap_runs) {
    size_t cap = s->cap_runs ? 2 * s->cap_runs : 64;
    run *runs = realloc(s->runs, cap * sizeof *runs);
    if (!runs) return no_memory(err);
    s->runs = runs;
    s->cap_runs = cap;
  }
  s->runs[s->n_runs++] = (run){ begin, end };
  return SG_OK;
}

static sg_status write_run(sg_trackspool *s, sg_err *err)
{
  uint64_t begin = sg_disk_size(s->disk);
  sg_status status = SG_OK;

  if (!s->n_items) return SG_OK;
  qsort(s->items, s->n_items, sizeof *s->items, by_key);
  for (size_t i = 0; i < s->n_items && !status; i++) {
    const unsigned char *p = s->arena + s->items[i].at;
    head h;
    memcpy(&h, p, sizeof h);
    status = sg_disk_append(s->disk, p, bytes_of(&h), err);
  }
  s->used = s->n_items = 0;
  return status ? status : push_run(s, begin, sg_disk_size(s->disk), err);
}

/* ---- 2. Reading runs ------------------------------------------------------------------------- */

/* Makes `want` bytes available at r->at. */
static sg_status fill(sg_trackspool *s, reader *r, size_t want, sg_err *err)
{
  sg_status status;

  if (r->n - r->at >= want) return SG_OK;
  memmove(r->held.byte, r->held.byte + r->at, r->n - r->at);
  r->n -= r->at;
  r->at = 0;
  size_t room = READ - r->n;
  if (r->end - r->next < room) room = (size_t)(r->end - r->next);
  status = sg_disk_read(s->disk, r->next, r->held.byte + r->n, room, err);
  r->next += room;
  r->n += room;
  if (!status && r->n < want)
    status = sg_fail(err, SG_EINTERNAL, "the sort of a track broke: a run ends in a stretch");
  return status;
}

/* Brings the next stretch of the run to r->at. */
static sg_status advance(sg_trackspool *s, reader *r, sg_err *err)
{
  if (r->have) r->at += bytes_of(&r->head);
  r->have = r->at < r->n || r->next < r->end;
  if (!r->have) return SG_OK;
  sg_status status = fill(s, r, sizeof r->head, err);
  if (status) return status;
  memcpy(&r->head, r->held.byte + r->at, sizeof r->head);
  return fill(s, r, bytes_of(&r->head), err);
}

/* ---- 3. Merging ------------------------------------------------------------------------------ */

static bool before(const sg_trackspool *s, int a, int b)
{
  uint64_t x = s->readers[a].head.key, y = s->readers[b].head.key;

  return x != y ? x < y : a < b;
}

/* Lets heap[i] sink to its place. */
static void sink(sg_trackspool *s, int i)
{
  for (int child; (child = 2 * i + 1) < s->n_heap; i = child) {
    if (child + 1 < s->n_heap && before(s, s->heap[child + 1], s->heap[child])) child++;
    if (before(s, s->heap[i], s->heap[child])) return;
    int swap = s->heap[i];
    s->heap[i] = s->heap[child];
    s->heap[child] = swap;
  }
}

/* Begins to read the n <= FAN runs from `first` on. */
static sg_status open_runs(sg_trackspool *s, size_t first, size_t n, sg_err *err)
{
  sg_status status = SG_OK;

  s->handed = false;
  s->n_heap = 0;
  for (size_t i = 0; i < n && !status; i++) {
    reader *r = &s->readers[i];
    r->next = s->runs[first + i].begin;
    r->end = s->runs[first + i].end;
    r->at = r->n = 0;
    r->have = false;
    status = advance(s, r, err);
    if (r->have) s->heap[s->n_heap++] = (int)i;
  }
  for (int i = s->n_heap / 2; i-- > 0;) sink(s, i);
  return status;
}

sg_status sg_trackspool_next(sg_trackspool *s, sg_stretch *ret, bool *ret_more, sg_err *err)
{
  sg_status status = SG_OK;

  *ret_more = false;
  if (s->handed) {
    reader *top = &s->readers[s->heap[0]];
    status = advance(s, top, err);
    if (!top->have) s->heap[0] = s->heap[--s->n_heap];
    sink(s, 0);
    s->handed = false;
  }
  if (status || !s->n_heap) return status;
  const reader *r = &s->readers[s->heap[0]];
  *ret = (sg_stretch){ .key = r->head.key, .from = r->head.from, .n = r->head.n };
  /* Heads are 16 bytes and values 4: what follows a head stays aligned for floats. */
  ret->values = (const float *)(const void *)(r->held.byte + r->at + sizeof r->head);
  *ret_more = s->handed = true;
  return SG_OK;
}

/* Merges runs [first, first + n) into one at the end of `to`. */
static sg_status merge_group(sg_trackspool *s, size_t first, size_t n, sg_disk *to, sg_err *err)
{
  bool more = true;
  sg_stretch t;
  sg_status status = open_runs(s, first, n, err);

  while (!status && !(status = sg_trackspool_next(s, &t, &more, err)) && more) {
    head h = { t.key, t.from, t.n };
    status = sg_disk_append(to, &h, sizeof h, err);
    if (!status) status = sg_disk_append(to, t.values, t.n * sizeof(float), err);
  }
  return status;
}

/* Leaves one run where there were FAN. */
static sg_status merge_pass(sg_trackspool *s, sg_err *err)
{
  sg_disk *to;
  size_t made = 0;
  sg_status status = sg_disk_temp(s->beside, &to, err);

  for (size_t first = 0; first < s->n_runs && !status; first += FAN) {
    size_t n = s->n_runs - first < FAN ? s->n_runs - first : FAN;
    uint64_t begin = sg_disk_size(to);
    status = merge_group(s, first, n, to, err);
    s->runs[made++] = (run){ begin, sg_disk_size(to) };
  }
  if (status) {
    sg_disk_free(to);
    return status;
  }
  sg_disk_free(s->disk);
  s->disk = to;
  s->n_runs = made;
  return SG_OK;
}

/* ---- 4. The spool ---------------------------------------------------------------------------- */

sg_status sg_trackspool_new(const char *beside, sg_trackspool **ret_spool, sg_err *err)
{
  sg_trackspool *s = calloc(1, sizeof *s);
  sg_status status = SG_OK;

  *ret_spool = s;
  if (!s) return no_memory(err);
  s->beside = beside;
  s->arena = malloc(ARENA);
  s->items = malloc(ITEMS * sizeof *s->items);
  if (!s->arena || !s->items) status = no_memory(err);
  if (!status) status = sg_disk_temp(beside, &s->disk, err);
  if (!status) return SG_OK;
  sg_trackspool_free(s);
  *ret_spool = NULL;
  return status;
}

void sg_trackspool_free(sg_trackspool *s)
{
  if (!s) return;
  sg_disk_free(s->disk);
  free(s->arena);
  free(s->items);
  free(s->runs);
  free(s->readers);
  free(s);
}

sg_status sg_trackspool_add(sg_trackspool *s, const sg_stretch *t, sg_err *err)
{
  head h = { t->key, t->from, t->n };
  size_t n = bytes_of(&h);
  sg_status status;

  if ((s->n_items == ITEMS || s->used + n > ARENA) && (status = write_run(s, err)) != SG_OK)
    return status;
  s->items[s->n_items++] = (item){ t->key, s->used };
  memcpy(s->arena + s->used, &h, sizeof h);
  memcpy(s->arena + s->used + sizeof h, t->values, t->n * sizeof(float));
  s->used += n;
  return SG_OK;
}

sg_status sg_trackspool_sort(sg_trackspool *s, sg_err *err)
{
  sg_status status = write_run(s, err);

  free(s->arena);
  free(s->items);
  s->arena = NULL;
  s->items = NULL;
  s->readers = malloc(FAN * sizeof *s->readers);
  if (!status && !s->readers) status = no_memory(err);
  while (!status && s->n_runs > FAN) status = merge_pass(s, err);
  return status ? status : open_runs(s, 0, s->n_runs, err);
}
