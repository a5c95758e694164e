/* cli/report_read.c: the files of a run, read for its report.
 *
 *   1. Which files
 *   2. Subsets, and what their table says of itself
 *   3. Predictions
 *   4. Members of clusters
 *   5. Regions without a motif
 *   6. Comparisons
 *   7. The control
 *   8. Everything
 */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/motifdb.h"
#include "cli/report.h"
#include "seqgloss/tsv.h"

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "out of memory"); }

/* ---- 1. Which files ---- */

/* The value of the option, else DIR/name where there is such a file. */
static sg_status find_file(const sg_report *r, const char *option, const char *name, bool need,
                           char **ret_path, sg_err *err)
{
  const char *given = sg_opt_text(r->opts, option);
  struct stat info;
  *ret_path = NULL;
  if (given) {
    *ret_path = strdup(given);
    return *ret_path ? SG_OK : no_memory(err);
  }
  if (!r->files.dir)
    return need ? sg_fail(err, SG_EINVAL, "name the folder of a run, or this file by --%s", option)
                : SG_OK;
  size_t size = strlen(r->files.dir) + strlen(name) + 2;
  char *path = malloc(size);
  if (!path) return no_memory(err);
  snprintf(path, size, "%s/%s", r->files.dir, name);
  if (!stat(path, &info)) *ret_path = path;
  else free(path);
  if (*ret_path || !need) return SG_OK;
  return sg_fail(err, SG_ENOTFOUND, "%s/%s is not there: a folder of seqgloss run, or of sis, "
                 "cluster and compare, is wanted", r->files.dir, name);
}

static sg_status find_files(sg_report *r, sg_err *err)
{
  sg_run_files *f = &r->files;
  const struct { const char *option, *name; bool need; char **path; } all[] = {
    { "subsets", "sis.tsv", true, &f->subsets },
    { "clusters", "clusters.tsv", true, &f->clusters },
    { "kept", "motifs.meme", true, &f->kept },
    { "genomic", "motifs.genomic.meme", false, &f->genomic },
    { "matches", "tomtom.tsv", false, &f->matches },
    { "predictions", "predictions.tsv", false, &f->predictions },
    { "unexplained", "regions.unexplained.bed", false, &f->lost },
    { "control", "control.tsv", false, &f->control },
  };
  sg_status status = SG_OK;
  f->dir = r->opts->n_operand ? r->opts->operand[0] : NULL;
  for (size_t i = 0; i < sizeof all / sizeof all[0] && !status; i++)
    status = find_file(r, all[i].option, all[i].name, all[i].need, all[i].path, err);
  return status;
}

/* ---- 2. Subsets ---- */

/* "tau", with several targets "tau.TARGET". */
static const char *fact_of(const sg_tsv *tsv, const char *key, const char *target)
{
  char longer[256];
  const char *value = sg_tsv_fact(tsv, key);
  if (value) return value;
  snprintf(longer, sizeof longer, "%s.%s", key, target);
  return sg_tsv_fact(tsv, longer);
}

/* The number that a text begins with; NAN: none. */
static double leading(const char *text)
{
  char part[64];
  double value;
  if (!text) return NAN;
  snprintf(part, sizeof part, "%.*s", (int)strcspn(text, " "), text);
  return sg_parse_f64("number", part, -INFINITY, INFINITY, &value, NULL) ? NAN : value;
}

static sg_status add_said(sg_report *r, const char *key, const char *value, sg_err *err)
{
  sg_said *more = realloc(r->said, (size_t)(r->n_said + 1) * sizeof *more);
  if (!more) return no_memory(err);
  r->said = more;
  more[r->n_said] = (sg_said){ strdup(key), strdup(value) };
  r->n_said++;
  return more[r->n_said - 1].key && more[r->n_said - 1].value ? SG_OK : no_memory(err);
}

/* Facts under the keys that sis writes, and what they say of network, command and tau. */
static sg_status take_facts(sg_report *r, const sg_tsv *tsv, sg_err *err)
{
  static const char *const keys[] = { "seqgloss", "command", "model", "tau", "f_nothing" };
  sg_status status = SG_OK;
  for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !status; i++) {
    const char *value = fact_of(tsv, keys[i], r->target);
    if (value) status = add_said(r, keys[i], value, err);
  }
  const char *command = sg_tsv_fact(tsv, "command"), *model = sg_tsv_fact(tsv, "model");
  r->below = command && strstr(command, " --below");
  r->tau = leading(fact_of(tsv, "tau", r->target));
  r->empty = leading(fact_of(tsv, "f_nothing", r->target));
  r->model = model ? strndup(model, strcspn(model, " ")) : strdup("(unknown)");
  return !status && !r->model ? no_memory(err) : status;
}

/* Subsets of other targets are left out. */
static sg_status choose_target(sg_report *r, sg_err *err)
{
  sg_subsets *s = r->subsets;
  const char *want = sg_opt_text(r->opts, "target");
  int64_t n = 0;
  for (int64_t i = 0; i < s->n && !want; i++)
    if (strcmp(s->row[i].target, s->row[0].target))
      return sg_fail(err, SG_EINVAL, "%s: subsets of several targets (%s, %s): choose one by "
                     "--target", r->files.subsets, s->row[0].target, s->row[i].target);
  for (int64_t i = 0; i < s->n; i++)
    if (!want || !strcmp(s->row[i].target, want)) s->row[n++] = s->row[i];
  s->n = n;
  r->target = strdup(want ? want : n ? s->row[0].target : "(unknown)");
  return r->target ? SG_OK : no_memory(err);
}

static bool same_region(const sg_subset_row *a, const sg_subset_row *b)
{
  return a->start == b->start && a->end == b->end && !strcmp(a->region, b->region)
         && !strcmp(a->chrom, b->chrom);
}

static sg_status read_subsets(sg_report *r, sg_err *err)
{
  sg_tsv *tsv = NULL;
  sg_status status = sg_subsets_read(r->files.subsets, &r->subsets, err);
  if (!status) status = choose_target(r, err);
  if (!status) status = sg_tsv_open(r->files.subsets, &tsv, err);
  if (!status) status = take_facts(r, tsv, err);
  sg_tsv_close(tsv);
  if (status) return status;
  const sg_subset_row *row = r->subsets->row;
  if (r->subsets->n && isnan(r->tau)) r->tau = row->tau;
  if (r->subsets->n && isnan(r->empty)) r->empty = row->f_empty;
  r->region_of = calloc((size_t)r->subsets->n + 1, sizeof *r->region_of);
  if (!r->region_of) return no_memory(err);
  for (int64_t i = 0; i < r->subsets->n; i++) {
    r->n_region += !i || !same_region(&row[i], &row[i - 1]);
    r->region_of[i] = r->n_region - 1;
  }
  return SG_OK;
}

/* ---- 3. Predictions ---- */

static int by_value(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static int by_name(const void *a, const void *b)
{
  const sg_lost *x = a, *y = b;
  int d = strcmp(x->name, y->name);
  return d ? d : (x->start > y->start) - (x->start < y->start);
}

/* The target's column, or the only one there is. */
static sg_status find_column(const sg_report *r, const sg_tsv *tsv, int *ret_column, sg_err *err)
{
  enum { PLACE = 5 };
  int column = sg_tsv_column(tsv, r->target);
  if (column < PLACE && sg_tsv_columns(tsv) == PLACE + 1) column = PLACE;
  *ret_column = column;
  return column >= PLACE ? SG_OK : sg_fail(err, SG_EFORMAT, "%s: no column %s: predictions of "
                                           "another target?", r->files.predictions, r->target);
}

/* A prediction is the shortest digits of a float: as that float it is what sis held against tau. */
static sg_status take_prediction(sg_report *r, int64_t *room, double f, const char *name,
                                 int64_t start, sg_err *err)
{
  if (!(fabs(f) <= FLT_MAX)) return SG_OK;
  f = (double)(float)f;
  if (r->n_f == *room) {
    int64_t bigger = 2 * *room + 1024;
    double *more = realloc(r->f, (size_t)bigger * sizeof *more);
    if (!more) return no_memory(err);
    r->f = more;
    *room = bigger;
  }
  r->f[r->n_f++] = f;
  r->passing += r->below ? f <= r->tau : f >= r->tau;
  sg_lost key = { .name = (char *)name, .start = start < 0 ? 0 : start };   /* as BED has it */
  sg_lost *lost = r->n_lost ? bsearch(&key, r->lost, (size_t)r->n_lost, sizeof key, by_name)
                            : NULL;
  if (lost) lost->f = f;
  return SG_OK;
}

static sg_status read_predictions(sg_report *r, sg_err *err)
{
  sg_tsv *tsv = NULL;
  const char *const *cells;
  int64_t room = 0, start;
  double f;
  int column = 0;
  if (!r->files.predictions) return SG_OK;
  sg_status status = sg_tsv_open(r->files.predictions, &tsv, err);
  if (!status) status = find_column(r, tsv, &column, err);
  while (!status && !(status = sg_tsv_next(tsv, &cells, err)) && cells) {
    status = sg_tsv_f64(tsv, column, -INFINITY, INFINITY, &f, err);
    if (!status) status = sg_tsv_i64(tsv, 2, INT64_MIN / 2, INT64_MAX / 2, -1, &start, err);
    if (!status) status = take_prediction(r, &room, f, cells[0], start, err);
  }
  sg_tsv_close(tsv);
  if (r->n_f) qsort(r->f, (size_t)r->n_f, sizeof *r->f, by_value);
  return status;
}

/* ---- 4. Members of clusters ---- */

/* Columns of clusters.tsv, in the order of `member_columns`. */
typedef struct members {
  sg_tsv *tsv;
  int region, chrom, start, end, strand, target, rank;      /* of the subset */
  int cluster, site, site_start, site_end, site_strand, aligned;
  int64_t *by_key;             /* rows of the subsets, sorted by their key */
  int64_t room;
} members;

static sg_status find_columns(members *m, sg_err *err)
{
  const struct { const char *name; int *column; } all[] = {
    { "region", &m->region }, { "chrom", &m->chrom }, { "start", &m->start },
    { "end", &m->end }, { "strand", &m->strand },
    { "target", &m->target }, { "rank", &m->rank }, { "cluster", &m->cluster },
    { "site", &m->site }, { "site_start", &m->site_start }, { "site_end", &m->site_end },
    { "site_strand", &m->site_strand }, { "aligned", &m->aligned }
  };
  sg_status status = SG_OK;
  for (size_t i = 0; i < sizeof all / sizeof all[0] && !status; i++)
    status = sg_tsv_need(m->tsv, all[i].name, all[i].column, err);
  return status;
}

/* A subset is known by its region, place and rank: the members of `a` that say so. */
static int compare_keys(const sg_subset_row *a, const sg_subset_row *b)
{
  int d = strcmp(a->region, b->region);
  if (!d) d = strcmp(a->chrom, b->chrom);
  if (!d) d = (a->start > b->start) - (a->start < b->start);
  if (!d) d = (a->end > b->end) - (a->end < b->end);
  if (!d) d = a->strand - b->strand;
  return d ? d : (a->rank > b->rank) - (a->rank < b->rank);
}

typedef struct keyed { int64_t row; const sg_subset_row *at; } keyed;

static int by_key(const void *a, const void *b)
{
  const keyed *x = a, *y = b;
  int d = compare_keys(x->at, y->at);
  return d ? d : (x->row > y->row) - (x->row < y->row);
}

static sg_status sort_keys(const sg_report *r, members *m, sg_err *err)
{
  int64_t n = r->subsets->n;
  keyed *all = malloc(((size_t)n + 1) * sizeof *all);
  m->by_key = malloc(((size_t)n + 1) * sizeof *m->by_key);
  if (!all || !m->by_key) {
    free(all);
    return no_memory(err);
  }
  for (int64_t i = 0; i < n; i++) all[i] = (keyed){ i, &r->subsets->row[i] };
  if (n) qsort(all, (size_t)n, sizeof *all, by_key);
  for (int64_t i = 0; i < n; i++) m->by_key[i] = all[i].row;
  free(all);
  return SG_OK;
}

static const char *or_empty(const char *text) { return strcmp(text, ".") ? text : ""; }

static int64_t find_row(const sg_report *r, const members *m, const sg_subset_row *key)
{
  int64_t lo = 0, hi = r->subsets->n;
  while (lo < hi) {
    int64_t mid = lo + (hi - lo) / 2, row = m->by_key[mid];
    int d = compare_keys(key, &r->subsets->row[row]);
    if (!d) return row;
    if (d < 0) hi = mid;
    else lo = mid + 1;
  }
  return -1;
}

int sg_report_find(const sg_motifs *motifs, const char *id)
{
  for (int i = 0; motifs && i < motifs->n; i++)
    if (!strcmp(motifs->motif[i].id, id)) return i;
  return -1;
}

static sg_status add_site(sg_report *r, members *m, const sg_site *site, sg_err *err)
{
  if (r->n_site == m->room) {
    int64_t room = 2 * m->room + 256;
    sg_site *more = realloc(r->site, (size_t)room * sizeof *more);
    if (!more) return no_memory(err);
    r->site = more;
    m->room = room;
  }
  r->site[r->n_site++] = *site;
  return SG_OK;
}

/* One row of clusters.tsv; a piece that is noise is counted. */
static sg_status take_member(sg_report *r, members *m, const char *const *cells, sg_err *err)
{
  sg_site s = { .strand = cells[m->site_strand][0] };
  sg_subset_row key = { .region = or_empty(cells[m->region]), .chrom = or_empty(cells[m->chrom]),
                        .strand = cells[m->strand][0] };
  const char *cluster = cells[m->cluster];
  if (!strcmp(cluster, "noise")) {
    r->noise++;
    return SG_OK;
  }
  s.motif = sg_report_find(r->kept, cluster);
  if (s.motif < 0)
    return sg_tsv_fail(m->tsv, err, "no motif %s in %s", cluster, r->files.kept);
  sg_status status = sg_tsv_i64(m->tsv, m->start, INT64_MIN / 2, INT64_MAX / 2, -1, &key.start,
                                err);
  if (!status) status = sg_tsv_i64(m->tsv, m->end, INT64_MIN / 2, INT64_MAX / 2, -1, &key.end,
                                   err);
  if (!status) status = sg_tsv_i64(m->tsv, m->rank, 1, INT64_MAX / 2, 0, &key.rank, err);
  if (!status) status = sg_tsv_i64(m->tsv, m->site, 1, INT64_MAX / 2, 0, &s.site, err);
  if (!status) status = sg_tsv_i64(m->tsv, m->site_start, 0, INT64_MAX / 2, -1, &s.start, err);
  if (!status) status = sg_tsv_i64(m->tsv, m->site_end, 0, INT64_MAX / 2, -1, &s.end, err);
  if (status) return status;
  s.site--;
  s.row = find_row(r, m, &key);
  if (s.row < 0)
    return sg_tsv_fail(m->tsv, err, "no such subset of region %s in %s: made from another table?",
                       cells[m->region], r->files.subsets);
  s.region = r->region_of[s.row];
  s.text = strdup(cells[m->aligned]);
  if (!s.text) return no_memory(err);
  status = add_site(r, m, &s, err);
  if (status) free(s.text);
  return status;
}

static int by_row(const void *a, const void *b)
{
  const sg_site *x = a, *y = b;
  if (x->row != y->row) return x->row < y->row ? -1 : 1;
  if (x->start != y->start) return x->start < y->start ? -1 : 1;
  return x->motif != y->motif ? x->motif - y->motif : strcmp(x->text, y->text);
}

static sg_status read_members(sg_report *r, sg_err *err)
{
  members m = { 0 };
  const char *const *cells;
  sg_status status = sg_tsv_open(r->files.clusters, &m.tsv, err);
  const char *command = status ? NULL : sg_tsv_fact(m.tsv, "command");
  r->published = command && strstr(command, " --method published");
  if (!status) status = find_columns(&m, err);
  if (!status) status = sort_keys(r, &m, err);
  while (!status && !(status = sg_tsv_next(m.tsv, &cells, err)) && cells)
    status = take_member(r, &m, cells, err);
  if (!status && r->n_site) qsort(r->site, (size_t)r->n_site, sizeof *r->site, by_row);
  free(m.by_key);
  sg_tsv_close(m.tsv);
  return status;
}

/* ---- 5. Regions without a motif ---- */

/* BED: chrom, start, end, name. */
static sg_status take_lost(sg_report *r, int64_t *room, char *line, const sg_lines *in, sg_err *err)
{
  char *cell[4] = { line };
  int n = 1;
  for (char *at = line; n < 4 && (at = strchr(at, '\t')); n++) {
    *at++ = 0;
    cell[n] = at;
  }
  if (n == 4) cell[3][strcspn(cell[3], "\t")] = 0;
  if (r->n_lost == *room) {
    int64_t bigger = 2 * *room + 256;
    sg_lost *more = realloc(r->lost, (size_t)bigger * sizeof *more);
    if (!more) return no_memory(err);
    r->lost = more;
    *room = bigger;
  }
  sg_lost lost = { .f = NAN };
  if (n < 4 || sg_parse_i64("start", cell[1], 0, INT64_MAX / 2, &lost.start, NULL)
      || sg_parse_i64("end", cell[2], 0, INT64_MAX / 2, &lost.end, NULL))
    return sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": chromosome, start, end and name are wanted",
                   sg_lines_name(in), sg_lines_number(in));
  lost.chrom = strdup(cell[0]);
  lost.name = strdup(cell[3]);
  r->lost[r->n_lost++] = lost;
  return lost.chrom && lost.name ? SG_OK : no_memory(err);
}

static sg_status read_lost(sg_report *r, sg_err *err)
{
  sg_lines *in = NULL;
  char *line;
  int64_t room = 0;
  if (!r->files.lost) return SG_OK;
  sg_status status = sg_lines_open(r->files.lost, &in, err);
  while (!status && !(status = sg_lines_next(in, &line, NULL, err)) && line)
    if (*line && *line != '#') status = take_lost(r, &room, line, in, err);
  sg_lines_close(in);
  if (r->n_lost) qsort(r->lost, (size_t)r->n_lost, sizeof *r->lost, by_name);
  return status;
}

/* ---- 6. Comparisons ---- */

typedef struct matches {
  sg_tsv *tsv;
  sg_motif_notes *notes;
  int query, target, offset, p, e, q, overlap, orientation;
} matches;

static sg_status find_match_columns(matches *m, sg_err *err)
{
  const struct { const char *name; int *column; } all[] = {
    { "Query_ID", &m->query }, { "Target_ID", &m->target }, { "Optimal_offset", &m->offset },
    { "p-value", &m->p }, { "E-value", &m->e }, { "q-value", &m->q }, { "Overlap", &m->overlap },
    { "Orientation", &m->orientation }
  };
  sg_status status = SG_OK;
  for (size_t i = 0; i < sizeof all / sizeof all[0] && !status; i++)
    status = sg_tsv_need(m->tsv, all[i].name, all[i].column, err);
  return status;
}

/* The optional column, else what the notes say, else "". */
static char *told(const matches *m, const char *const *cells, const char *column, const char *note)
{
  int c = sg_tsv_column(m->tsv, column);
  return strdup(c >= 0 && strcmp(cells[c], ".") ? cells[c] : note ? note : "");
}

static sg_status take_hit(sg_report *r, const matches *m, const char *const *cells, sg_err *err)
{
  sg_hit h = { .motif = sg_report_find(r->kept, cells[m->query]),
               .reverse = cells[m->orientation][0] == '-' };
  if (h.motif < 0)
    return sg_tsv_fail(m->tsv, err, "no motif %s in %s", cells[m->query], r->files.kept);
  sg_status status = sg_tsv_i64(m->tsv, m->offset, -5000, 5000, 0, &h.offset, err);
  if (!status) status = sg_tsv_i64(m->tsv, m->overlap, 0, 5000, 0, &h.overlap, err);
  if (!status) status = sg_tsv_f64(m->tsv, m->p, 0, 1, &h.p, err);
  if (!status) status = sg_tsv_f64(m->tsv, m->e, 0, 1e300, &h.e, err);
  if (!status) status = sg_tsv_f64(m->tsv, m->q, 0, 1, &h.q, err);
  if (status) return status;
  const sg_motif_note *note = m->notes ? sg_motif_notes_find(m->notes, cells[m->target]) : NULL;
  sg_hit *more = realloc(r->hit, (size_t)(r->n_hit + 1) * sizeof *more);
  if (!more) return no_memory(err);
  r->hit = more;
  h.e_run = h.e * r->kept->n;
  h.id = strdup(cells[m->target]);
  h.name = told(m, cells, "Target_name", note ? note->name : cells[m->target]);
  h.family = told(m, cells, "Family", note ? note->family : NULL);
  h.kind = told(m, cells, "Class", note ? note->tf_class : NULL);
  r->hit[r->n_hit++] = h;
  return h.id && h.name && h.family && h.kind ? SG_OK : no_memory(err);
}

static int by_motif(const void *a, const void *b)
{
  const sg_hit *x = a, *y = b;
  if (x->motif != y->motif) return x->motif - y->motif;
  if (x->p != y->p) return x->p < y->p ? -1 : 1;
  return strcmp(x->id, y->id);
}

static sg_status read_matches(sg_report *r, sg_err *err)
{
  matches m = { 0 };
  const char *const *cells;
  if (!r->files.matches) return SG_OK;
  sg_status status = sg_tsv_open(r->files.matches, &m.tsv, err);
  if (!status) status = find_match_columns(&m, err);
  if (!status && sg_motifdb_notes(&m.notes, NULL)) m.notes = NULL;   /* columns may do */
  while (!status && !(status = sg_tsv_next(m.tsv, &cells, err)) && cells)
    status = take_hit(r, &m, cells, err);
  if (r->n_hit) qsort(r->hit, (size_t)r->n_hit, sizeof *r->hit, by_motif);
  sg_motif_notes_free(m.notes);
  sg_tsv_close(m.tsv);
  return status;
}

bool sg_report_hits(const sg_report *report, int motif, const sg_hit **ret_first, int *ret_n)
{
  int first = 0, n = 0;
  while (first < report->n_hit && report->hit[first].motif < motif) first++;
  while (first + n < report->n_hit && report->hit[first + n].motif == motif) n++;
  *ret_first = report->hit + first;
  *ret_n = n;
  return n > 0;
}

/* ---- 7. The control ---- */

static sg_status take_control(sg_report *r, const char *const *cells, sg_err *err)
{
  sg_control *more = realloc(r->control, (size_t)(r->n_control + 1) * sizeof *more);
  if (!more) return no_memory(err);
  r->control = more;
  sg_control *c = &more[r->n_control++];
  *c = (sg_control){ { NULL } };
  for (int i = 0; i < SG_CONTROL_CELLS; i++)
    if (!(c->cell[i] = strdup(strcmp(cells[i], ".") ? cells[i] : ""))) return no_memory(err);
  return SG_OK;
}

static sg_status read_control(sg_report *r, sg_err *err)
{
  sg_tsv *tsv = NULL;
  const char *const *cells;
  if (!r->files.control) return SG_OK;
  sg_status status = sg_tsv_open(r->files.control, &tsv, err);
  if (!status && sg_tsv_columns(tsv) != SG_CONTROL_CELLS)
    status = sg_fail(err, SG_EFORMAT, "%s: %d columns, not %d", r->files.control,
                     sg_tsv_columns(tsv), SG_CONTROL_CELLS);
  while (!status && !(status = sg_tsv_next(tsv, &cells, err)) && cells)
    status = take_control(r, cells, err);
  sg_tsv_close(tsv);
  return status;
}

/* ---- 8. Everything ---- */

/* A file of motifs of a run that found none has none. */
static sg_status read_motifs(const char *path, sg_motifs **ret_motifs, sg_err *err)
{
  sg_lines *in = NULL;
  char *line;
  bool any = false;
  sg_status status = sg_lines_open(path, &in, err);
  while (!status && !any && !(status = sg_lines_next(in, &line, NULL, err)) && line)
    any = strncmp(line, "MOTIF", 5) == 0 || *line == '>';
  sg_lines_close(in);
  if (status) return status;
  return any ? sg_motifs_read(path, ret_motifs, err) : sg_motifs_new(ret_motifs, err);
}

sg_status sg_report_read(const sg_opts *opts, sg_report *report, sg_err *err)
{
  sg_report *r = report;
  *r = (sg_report){ .opts = opts, .tau = NAN, .empty = NAN };
  sg_status status = find_files(r, err);
  if (!status) status = read_subsets(r, err);
  if (!status) status = read_motifs(r->files.kept, &r->kept, err);
  if (!status && r->files.genomic) status = read_motifs(r->files.genomic, &r->genomic, err);
  if (!status) status = read_members(r, err);
  if (!status) status = read_lost(r, err);
  if (!status) status = read_predictions(r, err);
  if (!status) status = read_matches(r, err);
  if (!status && r->files.matches)
    status = sg_motifdb_read(sg_opt_text(opts, "motifs"), &r->db, err);
  if (!status) status = read_control(r, err);
  return status;
}

void sg_report_release(sg_report *report)
{
  sg_report *r = report;
  char *const paths[] = { r->files.predictions, r->files.subsets, r->files.clusters, r->files.kept,
                          r->files.genomic, r->files.matches, r->files.lost, r->files.control,
                          r->model, r->target };
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) free(paths[i]);
  for (int i = 0; i < r->n_said; i++) {
    free(r->said[i].key);
    free(r->said[i].value);
  }
  for (int64_t i = 0; i < r->n_site; i++) free(r->site[i].text);
  for (int64_t i = 0; i < r->n_lost; i++) {
    free(r->lost[i].chrom);
    free(r->lost[i].name);
  }
  for (int i = 0; i < r->n_hit; i++) {
    free(r->hit[i].id);
    free(r->hit[i].name);
    free(r->hit[i].family);
    free(r->hit[i].kind);
  }
  for (int i = 0; i < r->n_control; i++)
    for (int k = 0; k < SG_CONTROL_CELLS; k++) free(r->control[i].cell[k]);
  free(r->said);
  free(r->site);
  free(r->lost);
  free(r->hit);
  free(r->control);
  free(r->f);
  free(r->region_of);
  sg_subsets_free(r->subsets);
  sg_motifs_free(r->kept);
  sg_motifs_free(r->genomic);
  sg_motifs_free(r->db);
}

char *sg_report_pattern(const sg_report *report, int motif)
{
  static const double even[4] = { 0.25, 0.25, 0.25, 0.25 };
  const sg_motif *m = &report->kept->motif[motif];
  int genomic = sg_report_find(report->genomic, m->id);
  if (genomic >= 0) m = &report->genomic->motif[genomic];
  double *p = malloc(4 * (size_t)m->width * sizeof *p);
  char *text = malloc((size_t)m->width + 1);
  if (!p || !text || sg_motif_probs(m, 0.01, even, p, NULL)) {
    free(p);
    free(text);
    return NULL;
  }
  sg_motif_consensus(p, m->width, text);
  free(p);
  return text;
}
