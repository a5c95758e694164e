/* cli/report_read.c: the files of a run, read for its report.
 *
 *   1. Which files
 *   2. Subsets, and what their table says of itself
 *   3. Predictions
 *   4. Regions without a motif
 *   5. Everything
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
#include "seqgloss/region.h"
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
    { "scores", "ism.tsv", false, &f->scores },
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

/* The region of that name and place (a start below 0 is 0 in BED). Of a window without a place
 * (-1), which has one in its record alone, the name is enough: windows of one name are refused. */
static sg_lost *find_lost(const sg_report *r, const char *name, int64_t start)
{
  sg_lost key = { .name = (char *)name, .start = start < 0 ? 0 : start };
  sg_lost *lost = r->n_lost ? bsearch(&key, r->lost, (size_t)r->n_lost, sizeof key, by_name)
                            : NULL;
  if (lost || start >= 0) return lost;
  int64_t lo = 0, hi = r->n_lost;
  while (lo < hi) {
    int64_t mid = lo + (hi - lo) / 2;
    if (strcmp(r->lost[mid].name, name) < 0) lo = mid + 1;
    else hi = mid;
  }
  return lo < r->n_lost && !strcmp(r->lost[lo].name, name) ? &r->lost[lo] : NULL;
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
  sg_lost *lost = find_lost(r, name, start);
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

/* ---- 4. Regions without a motif ---- */

static sg_status add_lost(sg_report *r, int64_t *room, const sg_bed_row *row, sg_err *err)
{
  if (r->n_lost == *room) {
    int64_t bigger = 2 * *room + 256;
    sg_lost *more = realloc(r->lost, (size_t)bigger * sizeof *more);
    if (!more) return no_memory(err);
    r->lost = more;
    *room = bigger;
  }
  sg_lost *lost = &r->lost[r->n_lost++];
  *lost = (sg_lost){ strdup(row->chrom), strdup(row->name ? row->name : "."), row->start, row->end,
                     NAN };
  return lost->chrom && lost->name ? SG_OK : no_memory(err);
}

static sg_status read_lost(sg_report *r, sg_err *err)
{
  sg_lines *in = NULL;
  sg_bed_row row;
  char *line;
  int64_t room = 0;
  bool any;
  if (!r->files.lost) return SG_OK;
  sg_status status = sg_lines_open(r->files.lost, &in, err);
  while (!status && !(status = sg_lines_next(in, &line, NULL, err)) && line) {
    status = sg_bed_parse(line, &row, &any, err);
    if (status)
      sg_fail_prefix(err, "%s:%" PRId64 ": ", sg_lines_name(in), sg_lines_number(in));
    else if (any) status = add_lost(r, &room, &row, err);
  }
  sg_lines_close(in);
  if (r->n_lost) qsort(r->lost, (size_t)r->n_lost, sizeof *r->lost, by_name);
  return status;
}

/* ---- 5. Everything ---- */

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
  const char *summits = sg_opt_text(opts, "summits");
  if (!status && summits) status = sg_summits_read(summits, &r->summits, err);
  if (!status) status = read_subsets(r, err);
  if (!status) status = read_motifs(r->files.kept, &r->kept, err);
  if (!status && r->files.genomic) status = read_motifs(r->files.genomic, &r->genomic, err);
  if (!status) status = sg_report_read_members(r, err);
  if (!status) status = read_lost(r, err);
  if (!status) status = read_predictions(r, err);
  if (!status) status = sg_report_read_matches(r, err);
  if (!status && r->files.matches)
    status = sg_motifdb_read(sg_opt_text(opts, "motifs"), &r->db, err);
  if (!status) status = sg_report_read_control(r, err);
  if (!status) status = sg_report_read_tracks(r, err);
  return status;
}

void sg_report_release(sg_report *report)
{
  sg_report *r = report;
  char *const paths[] = { r->files.predictions, r->files.subsets, r->files.clusters, r->files.kept,
                          r->files.genomic, r->files.matches, r->files.lost, r->files.control,
                          r->files.scores, r->model, r->target };
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) free(paths[i]);
  for (int i = 0; i < r->n_said; i++) {
    free(r->said[i].key);
    free(r->said[i].value);
  }
  sg_summits_release(&r->summits);
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
  sg_report_release_tracks(r);
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
