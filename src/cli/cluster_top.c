/* cli/cluster_top.c: the regions that are worth a look: those with a subset whose output is the
 * furthest past tau.
 *
 * As BED6, for seqgloss ism -b: the windows themselves, so that the network sees what it saw. Of
 * windows that came as FASTA also their sequences, for seqgloss ism: no genome need be there. Of
 * windows that overlap only the first is taken, or ten of them would show one site.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cluster_job.h"

/* How far the output is past tau, whichever side passes; unknown: 0. */
static double beyond(const sg_subset_row *r)
{
  double d = fabs(r->f_all - r->tau);
  return isnan(d) ? 0 : d;
}

/* The furthest first; of equal ones by place and name. */
static int by_output(const void *a, const void *b)
{
  const sg_subset_row *x = *(const sg_subset_row *const *)a, *y = *(const sg_subset_row *const *)b;
  double f = beyond(x), g = beyond(y);
  if (f != g) return f > g ? -1 : 1;
  int d = strcmp(x->chrom, y->chrom);
  if (!d) d = (x->start > y->start) - (x->start < y->start);
  if (!d) d = (x->end > y->end) - (x->end < y->end);
  if (!d) d = strcmp(x->region, y->region);
  return d ? d : x->strand - y->strand;
}

/* A window that a BED file can say: one that lies on a chromosome with both ends. */
static bool has_place(const sg_subset_row *r)
{
  return r->chrom[0] && r->start >= 0 && r->end > r->start;
}

static bool overlaps(const sg_subset_row *r, const sg_subset_row *const *taken, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    if (r->start < taken[i]->end && taken[i]->start < r->end && !strcmp(r->chrom, taken[i]->chrom))
      return true;
  return false;
}

typedef sg_status put_region(const sg_cluster_job *job, const sg_subset_row *row, sg_output *out,
                             sg_err *err);

static sg_status put(const sg_cluster_job *job, const sg_subset_row *r, sg_output *out,
                     sg_err *err)
{
  double f = r->f_all;
  int score = f >= 0 && f <= 1 ? (int)lrint(1000 * f) : 0;
  int64_t offset = sg_cluster_offset(job, r->region, r->chrom), start = r->start + offset;
  return sg_output_printf(out, err, "%s\t%" PRId64 "\t%" PRId64 "\t%s\t%d\t%c\n", r->chrom,
                          start < 0 ? 0 : start, r->end + offset, r->region[0] ? r->region : ".",
                          score, r->strand);
}

static sg_status write_top(const sg_cluster_job *job, put_region *one, sg_output *out, sg_err *err)
{
  const sg_subsets *s = job->subsets;
  int64_t most = sg_opt_int(job->opts, "top"), n = 0, taken = 0;
  const sg_subset_row **all = malloc(((size_t)s->n + 1) * sizeof *all);
  sg_status status = SG_OK;
  if (!all) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 0; i < s->n; i++)
    if (has_place(&s->row[i])) all[n++] = &s->row[i];
  if (n) qsort(all, (size_t)n, sizeof *all, by_output);
  for (int64_t i = 0; i < n && taken < most && !status; i++) {
    const sg_subset_row *r = all[i];
    if (overlaps(r, all, taken)) continue;
    all[taken++] = r;          /* taken <= i: nothing that is still to come is lost */
    status = one(job, r, out, err);
  }
  free(all);
  return status;
}

sg_status sg_cluster_top_write(const sg_cluster_job *job, sg_output *out, sg_err *err)
{
  return write_top(job, put, out, err);
}

sg_status sg_cluster_top_fasta(const sg_cluster_job *job, sg_output *out, sg_err *err)
{
  return write_top(job, sg_cluster_window_record, out, err);
}
