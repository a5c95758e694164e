/* cli/cluster_rest.c: regions that no cluster explains.
 *
 * Of a table of predictions those that pass tau, whether they gave a subset or not; without one
 * those that the table of subsets names. Each stands once.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cluster_job.h"

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

enum { PLACE = 5, FIELDS = 4096 };

/* Cuts a line at tabs; returns the number of fields. */
static int cut(char *line, char *field[FIELDS])
{
  int n = 0;
  for (char *at = line; at && n < FIELDS; n++) {
    field[n] = at;
    if ((at = strchr(at, '\t'))) *at++ = 0;
  }
  return n;
}

/* The column of the target among n; without that name the only one there is. */
static sg_status find_column(char *const *field, int n, const char *target, int *ret_column,
                             sg_err *err)
{
  *ret_column = PLACE;
  for (int i = PLACE; i < n; i++) {
    if (strcmp(field[i], target)) continue;
    *ret_column = i;
    return SG_OK;
  }
  if (n == PLACE + 1) return SG_OK;
  return sg_fail(err, SG_EFORMAT, "no column '%s': is this a table of seqgloss predict?", target);
}

static sg_status take_row(sg_cluster_job *job, int64_t *room, char *const *field, int column,
                          double tau, bool below, sg_err *err)
{
  int64_t start, end;
  double value;
  sg_err why = { SG_OK, "" };
  if (!strcmp(field[2], ".")) return SG_OK;
  if (sg_parse_i64("start", field[2], INT64_MIN / 2, INT64_MAX / 2, &start, &why)
      || sg_parse_i64("end", field[3], 0, INT64_MAX / 2, &end, &why)
      || sg_parse_f64("prediction", field[column], -1e300, 1e300, &value, &why))
    return sg_fail(err, SG_EFORMAT, "%s", why.text);
  if (below ? value > tau : value < tau) return SG_OK;
  return add(job, room, field[0], field[1], start, end, field[4][0], err);
}

static sg_status read_lines(sg_cluster_job *job, sg_lines *lines, int64_t *room, sg_err *err)
{
  const sg_subset_row *row = job->subsets->row;
  bool below = row->f_all < row->tau;
  int n = 0, column = 0;
  char *line, **field = malloc(FIELDS * sizeof *field);
  sg_status status = field ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  while (!status && !(status = sg_lines_next(lines, &line, NULL, err)) && line) {
    if (!*line || !strncmp(line, "##", 2)) continue;
    int fields = cut(line + (*line == '#'), field);
    if (*line == '#') {
      n = fields;
      status = find_column(field, n, row->target, &column, err);
    } else if (!n || fields != n)
      status = sg_fail(err, SG_EFORMAT, "%d columns where the header has %d", fields, n);
    else status = take_row(job, room, field, column, row->tau, below, err);
  }
  free(field);
  return status;
}

static sg_status read_predictions(sg_cluster_job *job, const char *path, sg_err *err)
{
  sg_lines *lines = NULL;
  int64_t room = 0;
  if (!job->subsets->n || !(job->subsets->row->tau == job->subsets->row->tau))
    return sg_fail(err, SG_EINVAL, "--predictions needs a table of subsets with a column tau");
  sg_status status = sg_lines_open(path, &lines, err);
  if (status) return status;
  status = read_lines(job, lines, &room, err);
  if (status && err && strncmp(err->text, path, strlen(path)))
    sg_fail_prefix(err, "%s:%" PRId64 ": ", path, sg_lines_number(lines));
  sg_lines_close(lines);
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
