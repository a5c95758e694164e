/* report/track.c: one number per base along chromosomes, from windows in any order.
 *
 * 1. Names   2. Opening   3. Adding   4. Combining   5. Closing
 *
 * A chromosome is cut into tiles of SG_STRETCH_MAX bases, and windows at the borders of tiles. The
 * pieces are sorted by chromosome and tile on disk, those of one tile in the order they were added.
 * So one tile after the other is put together in memory: each piece finds its place, however many
 * windows lie over each other.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/trackspool.h"
#include "report/trackwriter.h"
#include "report/writer.h"

enum { TILE = SG_STRETCH_MAX };

/* The number of a tile has 32 bits. */
static const int64_t longest = (int64_t)TILE << 32;

/* One tile being put together. */
typedef struct tile {
  uint64_t key;                /* chromosome << 32 | number of the tile */
  bool have;
  double sum[TILE];            /* MEAN: of what came; else the number that stands */
  uint32_t count[TILE];
  float value[TILE];
} tile;

struct sg_track {
  sg_track_opts opts;
  const sg_trackwriter *writer;
  void *state;                 /* the writer's */
  int *order;                  /* [n_chroms]: numbers of chromosomes by name */
  int last;                    /* chromosome of the last window */
  sg_trackspool *spool;
  tile *tile;
};

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "out of memory"); }

/* ---- 1. Names -------------------------------------------------------------------------------- */

bool sg_track_same(float a, float b) { return !memcmp(&a, &b, sizeof a); }

static const sg_trackwriter *writer_of(const char *path)
{
  static const struct { const char *end; const sg_trackwriter *writer; } ends[] = {
    { ".bedgraph", &sg_trackwriter_bedgraph }, { ".bedgraph.gz", &sg_trackwriter_bedgraph },
    { ".bedGraph", &sg_trackwriter_bedgraph }, { ".bedGraph.gz", &sg_trackwriter_bedgraph },
    { ".bdg", &sg_trackwriter_bedgraph }, { ".bdg.gz", &sg_trackwriter_bedgraph },
    { ".bw", &sg_trackwriter_bigwig }, { ".bigwig", &sg_trackwriter_bigwig },
    { ".bigWig", &sg_trackwriter_bigwig }
  };
  size_t n = path ? strlen(path) : 0;

  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    size_t m = strlen(ends[i].end);
    if (n > m && !strcmp(path + n - m, ends[i].end)) return ends[i].writer;
  }
  return NULL;
}

bool sg_track_is(const char *path) { return writer_of(path) != NULL; }

sg_status sg_track_check(const char *path, sg_err *err)
{
  const sg_trackwriter *writer = writer_of(path);

  if (!writer)
    return sg_fail(err, SG_EINVAL, "%s: the ending names no track; use .bedgraph, .bedgraph.gz or "
                   ".bw", path ? path : "-");
  if (writer->missing)
    return sg_fail(err, SG_EUNSUPPORTED, "%s: this build cannot write bigWig; build it with %s, or "
                   "write .bedgraph.gz", path, writer->missing);
  return sg_output_check(path, err);
}

/* ---- 2. Opening ------------------------------------------------------------------------------ */

sg_track_opts sg_track_opts_default(void)
{
  return (sg_track_opts){ .size = sizeof(sg_track_opts) };
}

static sg_status check_chrom(const sg_track_chrom *c, sg_err *err)
{
  bool blank = !c->name || !*c->name;

  for (const char *p = blank ? "" : c->name; *p; p++) blank |= (unsigned char)*p <= ' ';
  if (blank)
    return sg_fail(err, SG_EINVAL, "'%.200s' is no name of a chromosome: it is empty or has blanks",
                   c->name ? c->name : "");
  if (c->length >= 0 && c->length <= longest) return SG_OK;
  return sg_fail(err, SG_ESHAPE, "chromosome %.200s has %" PRId64 " bases; a track takes 0 to %"
                 PRId64, c->name, c->length, longest);
}

/* Merges two sorted lists. (qsort would need the names in a global: it hands on no context.) */
static void merge(const sg_track_chrom *chroms, const int *a, int n, const int *b, int m, int *to)
{
  while (n > 0 || m > 0) {
    bool left = n > 0 && (m == 0 || strcmp(chroms[*a].name, chroms[*b].name) <= 0);
    *to++ = left ? *a++ : *b++;
    if (left) n--;
    else m--;
  }
}

int *sg_track_order(const sg_track_chrom *chroms, int n)
{
  int *order = malloc((size_t)n * sizeof *order), *other = malloc((size_t)n * sizeof *other);

  for (int i = 0; order && other && i < n; i++) order[i] = i;
  for (int64_t width = 1; order && other && width < n; width *= 2) {
    for (int64_t i = 0; i < n; i += 2 * width) {
      int64_t middle = i + width < n ? i + width : n, end = i + 2 * width < n ? i + 2 * width : n;
      merge(chroms, order + i, (int)(middle - i), order + middle, (int)(end - middle), other + i);
    }
    int *swap = order;
    order = other;
    other = swap;
  }
  if (!other) {
    free(order);
    order = NULL;
  }
  free(other);
  return order;
}

static sg_status check_chroms(sg_track *t, sg_err *err)
{
  const sg_track_chrom *c = t->opts.chroms;
  int n = t->opts.n_chroms;
  sg_status status = SG_OK;

  if (n < 1) return sg_fail(err, SG_EINVAL, "a track needs the chromosomes and their lengths");
  for (int i = 0; i < n && !status; i++) status = check_chrom(&c[i], err);
  if (status) return status;
  t->order = sg_track_order(c, n);
  if (!t->order) return no_memory(err);
  for (int i = 1; i < n; i++)
    if (!strcmp(c[t->order[i - 1]].name, c[t->order[i]].name))
      return sg_fail(err, SG_EINVAL, "two chromosomes have the name %.200s", c[t->order[i]].name);
  return t->writer->check(&t->opts, err);
}

sg_status sg_track_open(const sg_track_opts *opts, sg_track **ret_track, sg_err *err)
{
  *ret_track = NULL;
  if (opts->size != sizeof *opts) return sg_fail(err, SG_EINVAL, "options of another version");
  sg_status status = sg_track_check(opts->path, err);
  if (status) return status;
  sg_track *t = calloc(1, sizeof *t);
  if (!t) return no_memory(err);
  t->opts = *opts;
  t->writer = writer_of(opts->path);
  t->tile = calloc(1, sizeof *t->tile);
  status = t->tile ? check_chroms(t, err) : no_memory(err);
  if (!status) status = t->writer->begin(&t->opts, &t->state, err);
  if (!status) status = sg_trackspool_new(opts->path, &t->spool, err);
  if (status) sg_track_free(t);
  else *ret_track = t;
  return status;
}

void sg_track_free(sg_track *t)
{
  if (!t) return;
  t->writer->drop(t->state);
  sg_trackspool_free(t->spool);
  free(t->order);
  free(t->tile);
  free(t);
}

/* ---- 3. Adding ------------------------------------------------------------------------------- */

/* -1: not there. */
static int find_chrom(sg_track *t, const char *name)
{
  const sg_track_chrom *c = t->opts.chroms;
  int lo = 0, hi = t->opts.n_chroms - 1;

  if (!strcmp(c[t->last].name, name)) return t->last;
  while (lo <= hi) {
    int mid = lo + (hi - lo) / 2, order = strcmp(c[t->order[mid]].name, name);
    if (!order) return t->last = t->order[mid];
    if (order < 0) lo = mid + 1;
    else hi = mid - 1;
  }
  return -1;
}

static sg_status check_window(const sg_track *t, int chrom, int64_t start, int64_t n,
                              const float *values, sg_err *err)
{
  const sg_track_chrom *c = &t->opts.chroms[chrom];

  if (n < 0) return sg_fail(err, SG_EINVAL, "a window of %" PRId64 " bases", n);
  if (start < 0 || start > c->length || n > c->length - start)
    return sg_fail(err, SG_ESHAPE, "%s: a window of %" PRId64 " bases from %" PRId64 " on does not "
                   "lie within %s (%" PRId64 " bases); leave out what is padded", t->opts.path, n,
                   start, c->name, c->length);
  for (int64_t i = 0; i < n; i++)
    if (isinf(values[i]))
      return sg_fail(err, SG_EINVAL, "%s: the number at base %" PRId64 " of %s is infinite, which "
                     "a track cannot show; NaN would leave it out", t->opts.path, start + i + 1,
                     c->name);
  return SG_OK;
}

sg_status sg_track_add(sg_track *t, const char *chrom, int64_t start, int64_t n,
                       const float *values, sg_err *err)
{
  int c = find_chrom(t, chrom);
  sg_status status;

  if (c < 0)
    return sg_fail(err, SG_ENOTFOUND, "%s: chromosome %.200s is not among those of the track",
                   t->opts.path, chrom);
  status = check_window(t, c, start, n, values, err);
  while (n > 0 && !status) {
    sg_stretch s = { .key = (uint64_t)c << 32 | (uint64_t)(start / TILE),
                     .from = (uint32_t)(start % TILE), .values = values };
    s.n = TILE - s.from < n ? TILE - s.from : (uint32_t)n;
    status = sg_trackspool_add(t->spool, &s, err);
    start += s.n;
    n -= s.n;
    values += s.n;
  }
  return status;
}

/* ---- 4. Combining ---------------------------------------------------------------------------- */

static int chrom_of(const tile *now) { return (int)(now->key >> 32); }

static int64_t start_of(const tile *now) { return (int64_t)(now->key & 0xffffffff) * TILE; }

/* Enters one piece. The first number of a base is taken as it is, so that a base of one window
 * keeps its bits. */
static sg_status enter(sg_track *t, const sg_stretch *s, sg_err *err)
{
  tile *now = t->tile;

  for (uint32_t i = 0; i < s->n; i++) {
    uint32_t at = s->from + i;
    float v = s->values[i];
    if (isnan(v)) continue;
    if (!now->count[at]) now->sum[at] = v;
    else if (t->opts.overlap == SG_OVERLAP_MEAN) now->sum[at] += v;
    else if (t->opts.overlap == SG_OVERLAP_MAX)
      now->sum[at] = fabs((double)v) > fabs(now->sum[at]) ? v : now->sum[at];
    else
      return sg_fail(err, SG_EINVAL, "%s: base %" PRId64 " of %s lies in two windows; take their "
                     "mean or maximum, or windows that do not overlap", t->opts.path,
                     start_of(now) + at + 1, t->opts.chroms[chrom_of(now)].name);
    now->count[at]++;
  }
  return SG_OK;
}

/* Hands the tile to the writer, stretch by stretch, and clears it. */
static sg_status write_tile(sg_track *t, sg_err *err)
{
  tile *now = t->tile;
  bool mean = t->opts.overlap == SG_OVERLAP_MEAN;
  sg_status status = SG_OK;

  for (int i = 0; i < TILE; i++)
    if (now->count[i])
      now->value[i] = (float)(mean ? now->sum[i] / now->count[i] : now->sum[i]);
  for (int i = 0, end; i < TILE && !status; i = end) {
    end = i + 1;
    if (!now->count[i]) continue;
    while (end < TILE && now->count[end]) end++;
    status = t->writer->put(t->state, chrom_of(now), start_of(now) + i, end - i, now->value + i,
                            err);
  }
  memset(now->count, 0, sizeof now->count);
  now->have = false;
  return status;
}

static sg_status combine(sg_track *t, sg_err *err)
{
  sg_stretch s;
  bool more = true;
  sg_status status = sg_trackspool_sort(t->spool, err);

  while (!status && !(status = sg_trackspool_next(t->spool, &s, &more, err)) && more) {
    if (t->tile->have && t->tile->key != s.key) status = write_tile(t, err);
    t->tile->key = s.key;
    t->tile->have = true;
    if (!status) status = enter(t, &s, err);
  }
  return status || !t->tile->have ? status : write_tile(t, err);
}

/* ---- 5. Closing ------------------------------------------------------------------------------ */

/* Provenance comes first: then the track's own name is the last thing to appear. */
static sg_status commit(sg_track *t, sg_output *output, sg_err *err)
{
  static const char end[] = ".provenance.json";
  sg_table_opts o = { .path = t->opts.path, .facts = t->opts.facts, .n_facts = t->opts.n_facts };
  size_t size = strlen(t->opts.path) + sizeof end;
  char *beside = malloc(size);
  sg_status status = beside ? sg_provenance_write(&o, err) : no_memory(err);

  if (status) {
    sg_output_discard(output);
  } else {
    snprintf(beside, size, "%s%s", t->opts.path, end);
    status = sg_output_commit(output, err);
    if (status && t->opts.n_facts) unlink(beside);
  }
  free(beside);
  return status;
}

sg_status sg_track_close(sg_track *t, sg_err *err)
{
  sg_output *output = NULL;
  sg_status status = combine(t, err);

  if (!status) status = t->writer->finish(t->state, &output, err);
  if (!status) status = commit(t, output, err);
  sg_track_free(t);
  return status;
}
