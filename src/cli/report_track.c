/* cli/report_track.c: scores of the positions of a few regions, read for the report.
 *
 * A table of seqgloss ism or attribute has a line a position; it may be of a few regions, or of all
 * of them and large. It is read once, region by region, and of those that have a subset the ones
 * whose output is the furthest past tau are kept.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "seqgloss/tsv.h"

typedef struct scores {
  sg_report *r;
  sg_tsv *tsv;
  int region, chrom, start, end, position, base, score, four[4];
  const sg_subset_row **row;   /* [n_row] the first subset of each region, sorted */
  int64_t n_row, room;         /* room: of `now` */
  sg_track now;                /* the region whose lines are being read; first NULL: not wanted */
  char *key;                   /* its name, chromosome, start and end; NULL: none yet */
} scores;

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "out of memory"); }

/* ---- Regions with subsets -------------------------------------------------------------------- */

static int compare(const sg_subset_row *a, const sg_subset_row *b)
{
  int d = strcmp(a->region, b->region);
  if (!d) d = strcmp(a->chrom, b->chrom);
  if (!d) d = (a->start > b->start) - (a->start < b->start);
  return d ? d : (a->end > b->end) - (a->end < b->end);
}

static int by_region(const void *a, const void *b)
{
  const sg_subset_row *x = *(const sg_subset_row *const *)a, *y = *(const sg_subset_row *const *)b;
  int d = compare(x, y);
  return d ? d : (x > y) - (x < y);
}

static sg_status sort_regions(scores *s, sg_err *err)
{
  const sg_report *r = s->r;
  s->row = malloc(((size_t)r->n_region + 1) * sizeof *s->row);
  if (!s->row) return no_memory(err);
  for (int64_t i = 0; i < r->subsets->n; i++)
    if (!i || r->region_of[i] != r->region_of[i - 1]) s->row[s->n_row++] = &r->subsets->row[i];
  if (s->n_row) qsort(s->row, (size_t)s->n_row, sizeof *s->row, by_region);
  return SG_OK;
}

static const sg_subset_row *find_region(const scores *s, const sg_subset_row *key)
{
  int64_t lo = 0, hi = s->n_row;
  while (lo < hi) {
    int64_t mid = lo + (hi - lo) / 2;
    if (compare(s->row[mid], key) < 0) lo = mid + 1;
    else hi = mid;
  }
  return lo < s->n_row && !compare(s->row[lo], key) ? s->row[lo] : NULL;
}

/* ---- The best of them ------------------------------------------------------------------------ */

static void release(sg_track *t)
{
  free(t->base);
  free(t->score);
  *t = (sg_track){ .first = NULL };
}

static double beyond(const sg_report *r, const sg_subset_row *row)
{
  double d = r->below ? r->tau - row->f_all : row->f_all - r->tau;
  return isnan(d) ? -INFINITY : d;
}

int64_t sg_report_offset(const sg_subset_row *row)
{
  if (row->first >= 0) return row->first - row->start;
  int64_t least = row->positions ? row->positions[0] : -1;
  for (int k = 1; row->positions && k < row->size; k++)
    if (row->positions[k] < least) least = row->positions[k];
  return least;
}

/* Kept bases must be those of the table: scores of another genome, or of the other strand, would
 * look like an explanation. */
static sg_status check_bases(const scores *s, const sg_track *t, sg_err *err)
{
  for (const sg_subset_row *row = t->first; row < s->r->subsets->row + s->r->subsets->n; row++) {
    if (compare(row, t->first)) break;
    int64_t left = sg_report_offset(row);
    for (int j = 0; j < row->length && left >= 0; j++) {
      int64_t i = left + j;
      if (row->text[j] == '-') continue;
      if (i < 0 || i >= t->length || t->base[i] != row->text[j])
        return sg_fail(err, SG_EFORMAT, "%s: region %s has not the bases of its subset: scores of "
                       "another genome, or made with --strand-native", s->r->files.scores,
                       row->region);
    }
  }
  return SG_OK;
}

/* A region may be there more than once: its first scores are drawn. */
static bool has_track(const sg_report *r, const sg_subset_row *first)
{
  for (int i = 0; i < r->n_track; i++) if (r->track[i].first == first) return true;
  return false;
}

/* The region is complete: into the list of the best `most`, the first of the file before equals. */
static sg_status finish_region(scores *s, int most, sg_err *err)
{
  sg_report *r = s->r;
  sg_track t = s->now;
  s->now = (sg_track){ .first = NULL };
  s->room = 0;
  if (!t.first) return SG_OK;
  sg_status status = check_bases(s, &t, err);
  if (status) {
    release(&t);
    return status;
  }
  int at = r->n_track;
  while (at > 0 && beyond(r, t.first) > beyond(r, r->track[at - 1].first)) at--;
  if (at == most || has_track(r, t.first)) {
    release(&t);
    return SG_OK;
  }
  if (r->n_track == most) release(&r->track[--r->n_track]);
  memmove(r->track + at + 1, r->track + at, (size_t)(r->n_track - at) * sizeof t);
  r->track[at] = t;
  r->n_track++;
  return SG_OK;
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static sg_status find_columns(scores *s, sg_err *err)
{
  static const char *const bases[] = { "A", "C", "G", "T" };
  const struct { const char *name; int *column; } all[] = {
    { "region", &s->region }, { "chrom", &s->chrom }, { "start", &s->start }, { "end", &s->end },
    { "position", &s->position }, { "base", &s->base }
  };
  sg_status status = SG_OK;
  for (size_t i = 0; i < sizeof all / sizeof all[0] && !status; i++)
    status = sg_tsv_need(s->tsv, all[i].name, all[i].column, err);
  s->score = sg_tsv_column(s->tsv, "score");
  for (int a = 0; a < 4 && !status && s->score < 0; a++)
    status = sg_tsv_need(s->tsv, bases[a], &s->four[a], err);
  return status;
}

/* "region\tchrom\tstart\tend" of a line; NULL: no memory. */
static char *key_of(const scores *s, const char *const *cells)
{
  const char *part[] = { cells[s->region], cells[s->chrom], cells[s->start], cells[s->end] };
  size_t size = 4;
  for (int i = 0; i < 4; i++) size += strlen(part[i]);
  char *key = malloc(size);
  if (key) snprintf(key, size, "%s\t%s\t%s\t%s", part[0], part[1], part[2], part[3]);
  return key;
}

static const char *or_empty(const char *text) { return strcmp(text, ".") ? text : ""; }

static sg_status begin_region(scores *s, const char *const *cells, sg_err *err)
{
  sg_subset_row key = { .region = or_empty(cells[s->region]), .chrom = or_empty(cells[s->chrom]) };
  sg_status status = sg_tsv_i64(s->tsv, s->start, INT64_MIN / 2, INT64_MAX / 2, -1, &key.start,
                                err);
  if (!status)
    status = sg_tsv_i64(s->tsv, s->end, INT64_MIN / 2, INT64_MAX / 2, -1, &key.end, err);
  if (!status) s->now.first = find_region(s, &key);
  return status;
}

/* The score of the base that is there; 0 at an unknown one, and where it is no finite number. */
static sg_status score_of(const scores *s, const char *const *cells, double *ret, sg_err *err)
{
  static const char letters[] = "ACGT";
  const double most = 1e15;
  char base = cells[s->base][0];
  const char *at = base ? strchr(letters, base) : NULL;
  *ret = 0;
  if (!at) return SG_OK;
  int column = s->score < 0 ? s->four[at - letters] : s->score;
  sg_status status = sg_tsv_f64(s->tsv, column, -INFINITY, INFINITY, ret, err);
  if (!isfinite(*ret)) *ret = 0;
  if (!status && !(fabs(*ret) <= most))
    status = sg_tsv_fail(s->tsv, err, "a score of %g is too great to be drawn", *ret);
  return status;
}

static sg_status take_position(scores *s, const char *const *cells, int most, sg_err *err)
{
  sg_track *t = &s->now;
  int64_t position;
  double score;
  sg_status status = sg_tsv_i64(s->tsv, s->position, 0, INT64_MAX / 2, -1, &position, err);
  if (!status && !position && t->length) {     /* the same region once more */
    const sg_subset_row *again = t->first;
    status = finish_region(s, most, err);
    t->first = again;
  }
  if (!status && position != t->length)
    status = sg_tsv_fail(s->tsv, err, "position %" PRId64 " where %" PRId64 " is due", position,
                         t->length);
  if (!status) status = score_of(s, cells, &score, err);
  if (status) return status;
  if (t->length == s->room) {
    int64_t room = 2 * s->room + 256;
    char *base = realloc(t->base, (size_t)room);
    if (base) t->base = base;
    double *more = base ? realloc(t->score, (size_t)room * sizeof *more) : NULL;
    if (!more) return no_memory(err);
    t->score = more;
    s->room = room;
  }
  t->base[t->length] = cells[s->base][0];
  t->score[t->length++] = score;
  return SG_OK;
}

static sg_status take_line(scores *s, const char *const *cells, int most, sg_err *err)
{
  char *key = key_of(s, cells);
  sg_status status = SG_OK;
  if (!key) return no_memory(err);
  bool same = s->key && !strcmp(key, s->key);
  free(same ? key : s->key);
  if (!same) {
    s->key = key;
    status = finish_region(s, most, err);
    if (!status) status = begin_region(s, cells, err);
  }
  return status || !s->now.first ? status : take_position(s, cells, most, err);
}

/* ---- All of it ------------------------------------------------------------------------------- */

sg_status sg_report_read_tracks(sg_report *report, sg_err *err)
{
  sg_report *r = report;
  int most = (int)sg_opt_int(r->opts, "tracks");
  scores s = { .r = r };
  const char *const *cells;
  if (!r->files.scores || !most) return SG_OK;
  r->track = calloc((size_t)most + 1, sizeof *r->track);
  if (!r->track) return no_memory(err);
  sg_status status = sort_regions(&s, err);
  if (!status) status = sg_tsv_open(r->files.scores, &s.tsv, err);
  if (!status) status = find_columns(&s, err);
  const char *command = status ? NULL : sg_tsv_fact(s.tsv, "command");
  if (command && !(r->scored_by = strdup(command))) status = no_memory(err);
  while (!status && !(status = sg_tsv_next(s.tsv, &cells, err)) && cells)
    status = take_line(&s, cells, most, err);
  if (!status) status = finish_region(&s, most, err);
  release(&s.now);
  free(s.key);
  free(s.row);
  sg_tsv_close(s.tsv);
  return status;
}

void sg_report_release_tracks(sg_report *report)
{
  for (int i = 0; i < report->n_track; i++) release(&report->track[i]);
  free(report->track);
  free(report->scored_by);
}
