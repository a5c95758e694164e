/* cli/report_summit.c: summits of --summits, and the one nearest to a site in its window.
 *
 * A line of the file is a point: the summit of narrowPeak's column 10, else the middle of the
 * interval, rounded down, which is where a window of it would be centred. Distances are between the
 * middle of the site's columns and that of the summit's base, so that they agree with those from
 * the middle of windows centred on the summit.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "seqgloss/region.h"

static sg_status no_memory(sg_err *err)
{
  return sg_fail(err, SG_ENOMEM, "out of memory for the summits");
}

/* chr20 and 20 are one chromosome, as for the regions themselves. */
static const char *bare(const char *chrom)
{
  return strncmp(chrom, "chr", 3) || !chrom[3] ? chrom : chrom + 3;
}

static int find_chrom(const sg_summits *s, const char *chrom)
{
  for (int i = s->n_chrom - 1; i >= 0; i--)         /* files are sorted: most often the last one */
    if (!strcmp(s->chrom[i], bare(chrom))) return i;
  return -1;
}

static sg_status add_chrom(sg_summits *s, const char *chrom, int *ret_chrom, sg_err *err)
{
  *ret_chrom = find_chrom(s, chrom);
  if (*ret_chrom >= 0) return SG_OK;
  char **more = realloc(s->chrom, ((size_t)s->n_chrom + 1) * sizeof *more);
  if (!more) return no_memory(err);
  s->chrom = more;
  if (!(more[s->n_chrom] = strdup(bare(chrom)))) return no_memory(err);
  *ret_chrom = s->n_chrom++;
  return SG_OK;
}

static sg_status add(sg_summits *s, int64_t *room, const sg_bed_row *row, sg_err *err)
{
  int chrom;
  sg_status status = add_chrom(s, row->chrom, &chrom, err);
  if (status) return status;
  if (s->n == *room) {
    int64_t bigger = 2 * *room + 1024;
    sg_summit *more = realloc(s->at, (size_t)bigger * sizeof *more);
    if (!more) return no_memory(err);
    s->at = more;
    *room = bigger;
  }
  int64_t base = row->summit >= 0 ? row->start + row->summit : (row->start + row->end) / 2;
  s->at[s->n++] = (sg_summit){ chrom, base };
  return SG_OK;
}

static int by_place(const void *a, const void *b)
{
  const sg_summit *x = a, *y = b;
  if (x->chrom != y->chrom) return x->chrom < y->chrom ? -1 : 1;
  return (x->base > y->base) - (x->base < y->base);
}

sg_status sg_summits_read(const char *path, sg_summits *ret_summits, sg_err *err)
{
  sg_summits *s = ret_summits;
  sg_lines *in = NULL;
  sg_bed_row row;
  char *line;
  int64_t room = 0;
  bool any;
  *s = (sg_summits){ .n = 0 };
  sg_status status = sg_lines_open(path, &in, err);
  while (!status && !(status = sg_lines_next(in, &line, NULL, err)) && line) {
    status = sg_bed_parse(line, &row, &any, err);
    if (status)
      sg_fail_prefix(err, "%s:%" PRId64 ": ", sg_lines_name(in), sg_lines_number(in));
    else if (any) status = add(s, &room, &row, err);
  }
  sg_lines_close(in);
  if (!status && !s->n)
    status = sg_fail(err, SG_EFORMAT, "%s: no summits: BED of points, or narrowPeak, is wanted",
                     path);
  if (s->n) qsort(s->at, (size_t)s->n, sizeof *s->at, by_place);
  return status;
}

void sg_summits_release(sg_summits *summits)
{
  for (int i = 0; i < summits->n_chrom; i++) free(summits->chrom[i]);
  free(summits->chrom);
  free(summits->at);
  *summits = (sg_summits){ .n = 0 };
}

bool sg_summits_nearest(const sg_summits *s, const char *chrom, int64_t start, int64_t end,
                        double middle, double *ret_distance)
{
  sg_summit key = { find_chrom(s, chrom), start };
  int64_t lo = 0, hi = s->n;
  bool found = false;
  while (lo < hi) {
    int64_t mid = lo + (hi - lo) / 2;
    if (by_place(&s->at[mid], &key) < 0) lo = mid + 1;
    else hi = mid;
  }
  for (; lo < s->n && s->at[lo].chrom == key.chrom && s->at[lo].base < end; lo++) {
    double d = middle - ((double)s->at[lo].base + 0.5);
    if (found && (d < 0 ? -d : d) >= (*ret_distance < 0 ? -*ret_distance : *ret_distance)) continue;
    *ret_distance = d;
    found = true;
  }
  return found;
}

void sg_summits_count(const sg_report *report, int64_t *ret_without, int64_t *ret_windows)
{
  const sg_subsets *s = report->subsets;
  double unused;
  *ret_without = *ret_windows = 0;
  for (int64_t i = 0; i < s->n; i++) {
    const sg_subset_row *row = &s->row[i];
    if (i && report->region_of[i] == report->region_of[i - 1]) continue;
    ++*ret_windows;
    *ret_without += row->end < 0 || !sg_summits_nearest(&report->summits, row->chrom, row->start,
                                                        row->end, 0, &unused);
  }
}
