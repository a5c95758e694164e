/* cli/cluster_rest.c: regions that no cluster explains.
 *
 * Of a table of predictions those that pass tau, whether they gave a subset or not; without one
 * those that the table of subsets names. Each stands once.
 */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cluster_job.h"
#include "seqgloss/tsv.h"

/* ---- 1. A list of regions ---- */

static sg_status add(sg_cluster_job *job, int64_t *room, const char *name, const char *chrom,
                     int64_t start, int64_t end, char strand, sg_err *err)
{
  if (job->n_looked == *room) {
    int64_t bigger = *room ? 2 * *room : 256;
    sg_looked *more = realloc(job->looked, (size_t)bigger * sizeof *more);
    if (!more) return sg_fail(err, SG_ENOMEM, "out of memory");
    job->looked = more;
    *room = bigger;
  }
  sg_looked *r = &job->looked[job->n_looked++];
  *r = (sg_looked){ strdup(name), strdup(chrom), start, end, strand };
  return r->name && r->chrom ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

static int by_place(const void *a, const void *b)
{
  const sg_looked *x = a, *y = b;
  int d = strcmp(x->chrom, y->chrom);
  if (!d) d = (x->start > y->start) - (x->start < y->start);
  if (!d) d = (x->end > y->end) - (x->end < y->end);
  if (!d) d = strcmp(x->name, y->name);
  return d ? d : x->strand - y->strand;
}

/* Sorted; equal ones once. */
static void tidy(sg_cluster_job *job)
{
  int64_t n = 0;
  if (job->n_looked) qsort(job->looked, (size_t)job->n_looked, sizeof *job->looked, by_place);
  for (int64_t i = 0; i < job->n_looked; i++) {
    sg_looked *r = &job->looked[i];
    if (n && !by_place(r, &job->looked[n - 1])) {
      free(r->name);
      free(r->chrom);
    } else job->looked[n++] = *r;
  }
  job->n_looked = n;
}

void sg_cluster_rest_free(sg_cluster_job *job)
{
  for (int64_t i = 0; i < job->n_looked; i++) {
    free(job->looked[i].name);
    free(job->looked[i].chrom);
  }
  free(job->looked);
  job->looked = NULL;
  job->n_looked = 0;
}

/* ---- 2. A table of predictions ---- */

enum { CHROM = 1, START, END, STRAND, PLACE };

/* The column of the target; without that name the only one there is. */
static sg_status find_column(const sg_tsv *tsv, const char *path, const char *target,
                             int *ret_column, sg_err *err)
{
  int column = sg_tsv_column(tsv, target);
  if (column < PLACE && sg_tsv_columns(tsv) == PLACE + 1) column = PLACE;
  *ret_column = column;
  return column >= PLACE ? SG_OK
         : sg_fail(err, SG_EFORMAT, "%s: no column '%s': is this a table of seqgloss predict?",
                   path, target);
}

/* Whether outputs that pass lie below tau: numbers are digits of floats, tau is a double. */
static bool passes_below(const sg_subsets *subsets)
{
  for (int64_t i = 0; i < subsets->n; i++) {
    double f = (double)(float)subsets->row[i].f_all;
    if (f != subsets->row[i].tau) return f < subsets->row[i].tau;
  }
  return false;
}

/* Regions of an unknown place, and those whose prediction is no number, are left out. */
static sg_status take_row(sg_cluster_job *job, int64_t *room, const sg_tsv *tsv,
                          const char *const *cells, int column, bool below, sg_err *err)
{
  int64_t start, end;
  double value, tau = job->subsets->row->tau;
  sg_status status = sg_tsv_i64(tsv, START, INT64_MIN / 2, INT64_MAX / 2, -1, &start, err);
  if (!status) status = sg_tsv_i64(tsv, END, 0, INT64_MAX / 2, -1, &end, err);
  if (!status) status = sg_tsv_f64(tsv, column, -INFINITY, INFINITY, &value, err);
  bool lost = !strcmp(cells[START], ".");
  const sg_cluster_window *w = lost ? sg_cluster_window_find(job, cells[0]) : NULL;
  if (status || (lost && !w) || !(fabs(value) <= FLT_MAX)) return status;
  value = (double)(float)value;
  if (below ? value > tau : value < tau) return SG_OK;
  if (lost) return add(job, room, cells[0], cells[0], 0, w->length, '.', err);
  return add(job, room, cells[0], cells[CHROM], start, end, cells[STRAND][0], err);
}

static sg_status read_predictions(sg_cluster_job *job, const char *path, sg_err *err)
{
  sg_tsv *tsv = NULL;
  const char *const *cells;
  int64_t room = 0;
  int column = 0;
  if (!job->subsets->n || isnan(job->subsets->row->tau))
    return sg_fail(err, SG_EINVAL, "--predictions needs a table of subsets with a column tau");
  bool below = passes_below(job->subsets);
  sg_status status = sg_tsv_open(path, &tsv, err);
  if (!status) status = find_column(tsv, path, job->subsets->row->target, &column, err);
  while (!status && !(status = sg_tsv_next(tsv, &cells, err)) && cells)
    status = take_row(job, &room, tsv, cells, column, below, err);
  sg_tsv_close(tsv);
  return status;
}

/* ---- 3. Either ---- */

sg_status sg_cluster_rest_read(sg_cluster_job *job, sg_err *err)
{
  const char *path = sg_opt_text(job->opts, "predictions");
  int64_t room = 0;
  sg_status status = path ? read_predictions(job, path, err) : SG_OK;
  for (int64_t i = 0; i < job->subsets->n && !path && !status; i++) {
    const sg_subset_row *r = &job->subsets->row[i];
    if (r->end < 0 || !r->chrom[0]) continue;
    status = add(job, &room, r->region, r->chrom, r->start, r->end, r->strand, err);
  }
  if (!status) tidy(job);
  return status;
}

/* ---- 4. Which are explained ---- */

/* First of the regions that is not before (chrom, start, end). */
static int64_t lower(const sg_cluster_job *job, const char *chrom, int64_t start, int64_t end)
{
  int64_t lo = 0, hi = job->n_looked;
  sg_looked key = { (char *)"", (char *)chrom, start, end, 0 };
  while (lo < hi) {
    int64_t mid = lo + (hi - lo) / 2;
    if (by_place(&job->looked[mid], &key) < 0) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

void sg_cluster_rest_mark(const sg_cluster_job *job, bool *explained)
{
  memset(explained, 0, (size_t)job->n_looked);
  for (int64_t i = 0; i < job->clusters->n_member; i++) {
    const sg_member *m = &job->clusters->member[i];
    const sg_subset_row *r = &job->subsets->row[m->row];
    if (m->cluster < 0 || r->end < 0) continue;
    for (int64_t k = lower(job, r->chrom, r->start, r->end);
         k < job->n_looked && !strcmp(job->looked[k].chrom, r->chrom)
         && job->looked[k].start == r->start && job->looked[k].end == r->end; k++)
      if (!strcmp(job->looked[k].name, r->region)) explained[k] = true;
  }
}
