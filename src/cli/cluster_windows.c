/* cli/cluster_windows.c: the FASTA of the windows that were explained, in place of a genome.
 *
 *   1. The windows, in memory
 *   2. Places
 *   3. Bases around sites
 *   4. Windows as FASTA
 *
 * Where a window says its place (NAME::CHR:BEG-END) members lie on that chromosome. Where it says
 * none it is a chromosome of its own, called as its record. Records longer than the network's
 * window were cropped by sis, and are cropped here by the same reader with the length that the
 * table of subsets tells; what stands beside the crop in the record is known at the sites, too.
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

static uint8_t known(uint8_t code, bool minus)
{
  return code > 3 ? UNKNOWN : minus ? (uint8_t)(3 - code) : code;
}

/* Turns codes[n] round. */
static void turn(uint8_t *codes, int64_t n)
{
  for (int64_t i = 0, k = n - 1; i <= k; i++, k--) {
    uint8_t left = known(codes[i], true);
    codes[i] = known(codes[k], true);
    codes[k] = left;
  }
}

/* Bases of the forward strand, those beside window i of the batch included: a network reads a
 * window of the reverse strand turned round. */
static uint8_t *forward(const sg_region_batch *batch, int i)
{
  int64_t n = batch->length, all = n + 2 * AROUND;
  const uint8_t *beside = batch->flanks + (int64_t)i * 2 * AROUND;
  uint8_t *to = malloc((size_t)all);
  if (!to) return NULL;
  memcpy(to, beside, AROUND);
  memcpy(to + AROUND, batch->codes + i * n, (size_t)n);
  memcpy(to + AROUND + n, beside + AROUND, AROUND);
  if (batch->region[i].strand == '-') turn(to, all);
  else for (int64_t k = 0; k < all; k++) to[k] = known(to[k], false);
  return to;
}

static sg_status add(sg_cluster_job *job, int64_t *room, const sg_region_batch *batch, int i,
                     sg_err *err)
{
  const sg_region *region = &batch->region[i];
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
                 placed ? region->start : -1, region->offset, batch->length, forward(batch, i) };
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

/* Of the windows that the network saw; 0: each as long as its record. A table that does not say it
 * may show it: places of windows of one length. */
static int64_t window_length(const sg_subsets *s)
{
  int64_t length = s->window;
  for (int64_t i = 0; i < s->n && !s->window; i++) {
    if (s->row[i].end < 0) continue;
    int64_t n = s->row[i].end - s->row[i].start;
    if (length && n != length) return 0;
    length = n;
  }
  return length;
}

static sg_status read_windows(sg_cluster_job *job, const char *path, sg_err *err)
{
  sg_source_opts o = sg_source_opts_default();
  sg_source *source = NULL;
  sg_region_batch *batch = NULL;
  int64_t room = 0;
  o.windows = path;
  o.length = window_length(job->subsets);
  o.flank = AROUND;
  o.edge = SG_EDGE_PAD;        /* whichever sis left out is not asked for */
  sg_status status = sg_source_open(&o, &source, err);
  if (!status) status = sg_region_batch_new(BATCH, &batch, err);
  while (!status && !(status = sg_source_fill(source, batch, err)) && batch->n)
    for (int i = 0; i < batch->n && !status; i++)
      status = add(job, &room, batch, i, err);
  sg_region_batch_free(batch);
  sg_source_close(source);
  return status ? status : sort_windows(job, path, err);
}

static const window *find(const sg_cluster_job *job, const char *name, const char *chrom,
                          int64_t start)
{
  window key = { .name = (char *)name, .chrom = (char *)chrom, .start = start };
  if (!job->n_window) return NULL;
  return bsearch(&key, job->window, (size_t)job->n_window, sizeof key, compare);
}

/* The window that a subset lies in. */
static const window *find_row(const sg_cluster_job *job, const sg_subset_row *row)
{
  const window *w = find(job, row->region, row->chrom, row->start);
  return w ? w : find(job, row->region, "", -1);
}

const window *sg_cluster_window_find(const sg_cluster_job *job, const char *name)
{
  return find(job, name, "", -1);
}

int64_t sg_cluster_offset(const sg_cluster_job *job, const char *region, const char *chrom)
{
  const window *w = strcmp(region, chrom) ? NULL : find(job, region, "", -1);
  return w ? w->offset : 0;
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

/* Whether the bases of a subset are those of window `w` from `first` on. */
static bool fits(const sg_subset_row *row, const window *w, int64_t first)
{
  static const char letters[] = "ACGTN";
  if (first + row->length > w->length) return false;
  for (int i = 0; i < row->length; i++)
    if (row->text[i] != '-' && row->text[i] != letters[w->codes[AROUND + first + i]]) return false;
  return true;
}

/* In its window `w`. */
static sg_status place(sg_subset_row *row, const window *w, const sg_subsets *s, sg_err *err)
{
  int64_t length = w ? w->length : 0, first = sg_subset_left(row);
  if (!w) return SG_OK;
  if (!fits(row, w, first))
    return sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": window %s has not the bases of its subset: %s",
                   s->path, row->line, row->region, s->window
                   ? "is this the FASTA that was explained?"
                   : "another FASTA, or windows longer than the network's and a table without the "
                     "line ## window (seqgloss sis --no-provenance)");
  row->chrom = row->region;
  row->start = 0;
  row->end = length;
  row->first = first;
  return SG_OK;
}

/* Whether the first record says where it lies, as no chromosome does. A source could tell only
 * after it read all of what may be a genome. */
static bool says_place(const char *path)
{
  sg_lines *in = NULL;
  char *line = NULL;
  bool found = false;
  if (!sg_lines_open(path, &in, NULL) && !sg_lines_next(in, &line, NULL, NULL) && line) {
    line[strcspn(line, " \t")] = 0;
    found = *line == '>' && sg_name_says_place(line + 1);
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
      status = place(&s->row[i], find(job, s->row[i].region, "", -1), s, err);
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
    const window *w = find_row(job, row);
    if (!w)
      return sg_fail(err, SG_ENOTFOUND, "%s:%" PRId64 ": %s has no window %s at %s:%" PRId64 ": "
                     "are these the windows that were explained?", job->subsets->path, row->line,
                     sg_opt_text(job->opts, "genome"), row->region, row->chrom, row->start + 1);
    for (int64_t k = 0; k < AROUND; k++) {
      int64_t at = places[i].center - SG_CLUSTER_FLANK + k - row->start + AROUND;
      if (at >= 0 && at < w->length + 2 * AROUND) codes[i * AROUND + k] = w->codes[at];
    }
  }
  return SG_OK;
}

/* ---- 4. Windows as FASTA ---- */

/* NAME::CHROM:BEG-END(STRAND), or NAME alone: what read_windows took apart. */
static sg_status put_title(const sg_subset_row *row, const window *w, sg_output *out, sg_err *err)
{
  sg_status status = sg_output_printf(out, err, ">%s", row->region);
  if (!status && w->start >= 0)
    status = sg_output_printf(out, err, "::%s:%" PRId64 "-%" PRId64, w->chrom, w->start,
                              w->start + w->length);
  if (!status && w->start >= 0 && row->strand != '.')
    status = sg_output_printf(out, err, "(%c)", row->strand);
  return status ? status : sg_output_puts(out, "\n", err);
}

sg_status sg_cluster_window_record(const sg_cluster_job *job, const sg_subset_row *row,
                                   sg_output *out, sg_err *err)
{
  static const char letters[] = "ACGTN", turned[] = "TGCAN";
  const window *w = find_row(job, row);
  if (!w) return SG_OK;
  bool minus = row->strand == '-';
  char *text = malloc((size_t)w->length + 1);
  if (!text) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 0; i < w->length; i++) {
    uint8_t code = w->codes[AROUND + (minus ? w->length - 1 - i : i)];
    text[i] = minus ? turned[code] : letters[code];
  }
  text[w->length] = '\n';
  sg_status status = put_title(row, w, out, err);
  if (!status) status = sg_output_write(out, text, (size_t)w->length + 1, err);
  free(text);
  return status;
}
