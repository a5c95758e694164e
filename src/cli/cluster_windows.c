/* cli/cluster_windows.c: the FASTA of the windows that were explained, in place of a genome.
 *
 *   1. The windows, in memory
 *   2. Places
 *   3. Bases around sites
 *
 * Where a window says its place (NAME::CHR:BEG-END) members lie on that chromosome. Where it says
 * none it is a chromosome of its own, called as its record. Either way the bases are those of the
 * window, and unknown outside of it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cluster_job.h"
#include "cli/console.h"
#include "seqgloss/io.h"
#include "seqgloss/region.h"

enum { BATCH = 64, AROUND = 2 * SG_CLUSTER_FLANK, UNKNOWN = 4 };

typedef sg_cluster_window window;

/* ---- 1. The windows ---- */

/* By name, then by place. */
static int compare(const void *a, const void *b)
{
  const window *x = a, *y = b;
  int d = strcmp(x->name, y->name);
  if (!d) d = strcmp(x->chrom, y->chrom);
  return d ? d : (x->start > y->start) - (x->start < y->start);
}

void sg_cluster_windows_free(sg_cluster_job *job)
{
  for (int64_t i = 0; i < job->n_window; i++) {
    free(job->window[i].name);
    free(job->window[i].chrom);
    free(job->window[i].codes);
  }
  free(job->window);
}

/* Bases of the forward strand: a network reads a window of the reverse strand turned round. */
static uint8_t *forward(const sg_region *region, const uint8_t *codes, int64_t n)
{
  uint8_t *to = malloc((size_t)n + 1);
  for (int64_t i = 0; to && i < n; i++) {
    uint8_t code = region->strand == '-' ? codes[n - 1 - i] : codes[i];
    to[i] = code > 3 ? UNKNOWN : region->strand == '-' ? (uint8_t)(3 - code) : code;
  }
  return to;
}

static sg_status add(sg_cluster_job *job, int64_t *room, const sg_region *region,
                     const uint8_t *codes, int64_t n, sg_err *err)
{
  bool placed = region->start >= 0 && region->chrom && region->chrom[0];
  if (job->n_window == *room) {
    int64_t bigger = 2 * *room + 256;
    window *more = realloc(job->window, (size_t)bigger * sizeof *more);
    if (!more) return sg_fail(err, SG_ENOMEM, "out of memory");
    job->window = more;
    *room = bigger;
  }
  window *w = &job->window[job->n_window++];
  *w = (window){ strdup(region->name), strdup(placed ? region->chrom : ""),
                 placed ? region->start : -1, n, forward(region, codes, n) };
  return w->name && w->chrom && w->codes ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

/* Sorted; of those without a place each name may be there once. */
static sg_status sort_windows(sg_cluster_job *job, const char *path, sg_err *err)
{
  window *w = job->window;
  if (job->n_window) qsort(w, (size_t)job->n_window, sizeof *w, compare);
  for (int64_t i = 1; i < job->n_window; i++)
    if (w[i].start < 0 && !compare(&w[i], &w[i - 1]))
      return sg_fail(err, SG_EFORMAT, "%s: two windows are called %s: of which is a subset?",
                     path, w[i].name);
  return SG_OK;
}

static sg_status read_windows(sg_cluster_job *job, const char *path, sg_err *err)
{
  sg_source_opts o = sg_source_opts_default();
  sg_source *source = NULL;
  sg_region_batch *batch = NULL;
  int64_t room = 0;
  o.windows = path;
  sg_status status = sg_source_open(&o, &source, err);
  if (!status) status = sg_region_batch_new(BATCH, &batch, err);
  while (!status && !(status = sg_source_fill(source, batch, err)) && batch->n)
    for (int i = 0; i < batch->n && !status; i++)
      status = add(job, &room, &batch->region[i], batch->codes + i * batch->length, batch->length,
                   err);
  sg_region_batch_free(batch);
  sg_source_close(source);
  return status ? status : sort_windows(job, path, err);
}

static const window *find(const sg_cluster_job *job, const char *name, const char *chrom,
                          int64_t start)
{
  window key = { (char *)name, (char *)chrom, start, 0, NULL };
  if (!job->n_window) return NULL;
  return bsearch(&key, job->window, (size_t)job->n_window, sizeof key, compare);
}

const sg_cluster_window *sg_cluster_window_of(const sg_cluster_job *job, const sg_subset_row *row)
{
  const window *w = find(job, row->region, row->chrom, row->start);
  return w ? w : find(job, row->region, "", -1);
}

int64_t sg_cluster_window_length(const sg_cluster_job *job, const char *name)
{
  const window *w = find(job, name, "", -1);
  return w ? w->length : -1;
}

/* ---- 2. Places ---- */

static bool lacks_place(const sg_subset_row *row)
{
  return !row->chrom[0] && row->first < 0 && row->positions && row->region[0];
}

bool sg_cluster_own_place(const sg_subset_row *row)
{
  return row->chrom == row->region;
}

static void place(sg_subset_row *row, int64_t length)
{
  int64_t first = row->positions[0];
  for (int i = 1; i < row->size; i++)
    if (row->positions[i] < first) first = row->positions[i];
  if (first + row->length > length) return;
  row->chrom = row->region;
  row->start = 0;
  row->end = length;
  row->first = first;
}

/* Whether the first record says where it lies, as no chromosome does: its first word ends in
 * :BEG-END, with the strand behind it or not. */
static bool says_place(const char *path)
{
  sg_lines *in = NULL;
  char *line = NULL;
  bool found = false;
  if (!sg_lines_open(path, &in, NULL) && !sg_lines_next(in, &line, NULL, NULL) && line) {
    line[strcspn(line, " \t(")] = 0;
    const char *colon = strrchr(line, ':'), *p = colon ? colon + 1 : "";
    size_t begin = strspn(p, "0123456789");
    size_t end = p[begin] == '-' ? strspn(p + begin + 1, "0123456789") : 0;
    found = *line == '>' && begin && end && !p[begin + 1 + end];
  }
  sg_lines_close(in);
  return found;
}

bool sg_cluster_placed(const sg_cluster_job *job)
{
  for (int64_t i = 0; i < job->subsets->n; i++)
    if (job->subsets->row[i].chrom[0]) return true;
  return false;
}

sg_status sg_cluster_windows_place(sg_cluster_job *job, sg_err *err)
{
  const char *path = sg_opt_text(job->opts, "genome");
  sg_subsets *s = job->subsets;
  int64_t lost = 0;
  for (int64_t i = 0; i < s->n; i++) lost += lacks_place(&s->row[i]);
  if (!path || !s->n || (!lost && !says_place(path))) return SG_OK;
  if (lost && sg_cluster_placed(job)) return SG_OK;      /* of a genome, some without a place */
  sg_status status = read_windows(job, path, err);
  for (int64_t i = 0; i < s->n && lost && !status; i++)
    if (lacks_place(&s->row[i]))
      place(&s->row[i], sg_cluster_window_length(job, s->row[i].region));
  if (!status && !sg_cluster_placed(job))
    status = sg_fail(err, SG_EINVAL, "%s: its subsets are of windows of no genome, and %s has no "
                     "record %s: give the FASTA of the windows, -f WINDOWS.fa", s->path, path,
                     s->row[0].region);
  return status;
}

/* ---- 3. Bases ---- */

sg_status sg_cluster_windows_fetch(void *user, const sg_cluster_place *places, int64_t n,
                                   uint8_t *codes, sg_err *err)
{
  const sg_cluster_job *job = user;
  memset(codes, UNKNOWN, (size_t)n * AROUND);
  for (int64_t i = 0; i < n; i++) {
    const sg_subset_row *row = &job->subsets->row[places[i].row];
    const window *w = sg_cluster_window_of(job, row);
    if (!w)
      return sg_fail(err, SG_ENOTFOUND, "%s:%" PRId64 ": %s has no window %s at %s:%" PRId64 ": "
                     "are these the windows that were explained?", job->subsets->path, row->line,
                     sg_opt_text(job->opts, "genome"), row->region, row->chrom, row->start + 1);
    for (int64_t k = 0; k < AROUND; k++) {
      int64_t at = places[i].center - SG_CLUSTER_FLANK + k - row->start;
      if (at >= 0 && at < w->length) codes[i * AROUND + k] = w->codes[at];
    }
  }
  return SG_OK;
}
