/* cli/logo_files.c: what our own files say about a place: scores and subsets.
 *
 * A table has a line a position: the window's place (chrom start end), the position in it, the base
 * and its score, or the four scores of A C G T. A track has intervals with a value. Subsets are
 * lists of positions on the chromosome.
 *
 * Files name chromosomes as their input did: chr20 and 20 are the same here.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/logo_job.h"
#include "cli/tsvread.h"
#include "seqgloss/io.h"

static const int64_t most = INT64_C(1) << 40;

static bool same_chrom(const char *a, const char *b)
{
  if (!strncmp(a, "chr", 3)) a += 3;
  if (!strncmp(b, "chr", 3)) b += 3;
  return !strcmp(a, b);
}

/* Puts file and line before the message. */
static sg_status in_line(const sg_lines *lines, sg_err *err)
{
  sg_fail_prefix(err, "%s:%" PRId64 ": ", sg_lines_name(lines), sg_lines_number(lines));
  if (err) err->code = SG_EFORMAT;
  return SG_EFORMAT;
}

static int base_of(char letter)
{
  static const char letters[] = "ACGT";
  const char *found = letter ? strchr(letters, letter) : NULL;
  return found ? (int)(found - letters) : -1;
}

/* ---- Scores as a table ----------------------------------------------------------------------- */

/* Columns of the table of a method: one score at the present base, or four. */
typedef struct score_columns { int chrom, start, position, base, score, four[4]; bool all; }
  score_columns;

static sg_status find_columns(const sg_tsv *tsv, score_columns *c, sg_err *err)
{
  static const char *const bases[] = { "A", "C", "G", "T" };
  sg_status status = sg_tsv_column(tsv, "chrom", &c->chrom, err);
  c->all = !sg_tsv_has(tsv, "score") && sg_tsv_has(tsv, "A");
  if (!status) status = sg_tsv_column(tsv, "start", &c->start, err);
  if (!status) status = sg_tsv_column(tsv, "position", &c->position, err);
  if (!status) status = sg_tsv_column(tsv, "base", &c->base, err);
  if (!status && !c->all) status = sg_tsv_column(tsv, "score", &c->score, err);
  for (int a = 0; a < 4 && !status && c->all; a++)
    status = sg_tsv_column(tsv, bases[a], &c->four[a], err);
  return status;
}

/* The genome says which letter stands there: a table of the other strand, or of another genome, is
 * told by that. */
static sg_status check_base(char in_table, char in_genome, sg_err *err)
{
  if (in_table == in_genome || base_of(in_table) < 0 || base_of(in_genome) < 0) return SG_OK;
  return sg_fail(err, SG_EFORMAT, "the base is %c, in the genome %c: scores of another genome, or "
                 "made with --strand-native", in_table, in_genome);
}

static sg_status take_row(const sg_tsv *tsv, const score_columns *c, const sg_logo_place *place,
                          double *h, bool *ret_taken, sg_err *err)
{
  int64_t start, position, i;
  char letter = tsv->cell[c->base][0];
  int present = base_of(letter);
  sg_status status;
  if (!same_chrom(tsv->cell[c->chrom], place->chrom)) return SG_OK;
  status = sg_parse_i64("start", tsv->cell[c->start], -most, most, &start, err);
  if (!status) status = sg_parse_i64("position", tsv->cell[c->position], 0, most, &position, err);
  if (status) return status;
  i = start + position - place->start;
  if (i < 0 || i >= place->end - place->start) return SG_OK;
  if ((status = check_base(letter, place->text[i], err))) return status;
  *ret_taken = true;
  for (int a = 0; a < 4 && c->all && !status; a++)
    status = sg_parse_f64("a score", tsv->cell[c->four[a]], -1e15, 1e15, &h[i * 4 + a], err);
  if (!c->all && present >= 0)
    status = sg_parse_f64("a score", tsv->cell[c->score], -1e15, 1e15, &h[i * 4 + present], err);
  return status;
}

static sg_status read_table(const char *path, const sg_logo_place *place, double *h,
                            bool *ret_taken, sg_err *err)
{
  sg_tsv tsv;
  score_columns columns = { 0 };
  bool any = true;
  sg_status status = sg_tsv_open(path, &tsv, err);
  if (status) return status;
  status = find_columns(&tsv, &columns, err);
  while (!status && !(status = sg_tsv_next(&tsv, &any, err)) && any) {
    if (take_row(&tsv, &columns, place, h, ret_taken, err)) status = in_line(tsv.lines, err);
  }
  sg_tsv_close(&tsv);
  return status;
}

/* ---- Scores as a track ----------------------------------------------------------------------- */

static sg_status take_interval(char *line, const sg_logo_place *place, double *h, bool *ret_taken,
                               sg_err *err)
{
  char *word[4], *rest = line;
  int64_t start, end;
  double value;
  for (int i = 0; i < 4; i++) {
    size_t n = strcspn(rest, "\t ");
    if (!n) return sg_fail(err, SG_EFORMAT, "not chromosome, start, end, value");
    word[i] = rest;
    rest += n;
    if (*rest) *rest++ = 0;
  }
  sg_status status = sg_parse_i64("start", word[1], 0, most, &start, err);
  if (!status) status = sg_parse_i64("end", word[2], 0, most, &end, err);
  if (!status) status = sg_parse_f64("value", word[3], -1e15, 1e15, &value, err);
  if (status || !same_chrom(word[0], place->chrom)) return status;
  if (start < place->start) start = place->start;
  if (end > place->end) end = place->end;
  for (int64_t i = start - place->start; i < end - place->start; i++) {
    int base = base_of(place->text[i]);
    if (base >= 0) h[i * 4 + base] = value;
    *ret_taken = true;
  }
  return SG_OK;
}

static sg_status read_track(const char *path, const sg_logo_place *place, double *h,
                            bool *ret_taken, sg_err *err)
{
  sg_lines *lines;
  char *line = NULL;
  sg_status status = sg_lines_open(path, &lines, err);
  if (status) return status;
  while (!(status = sg_lines_next(lines, &line, NULL, err)) && line) {
    if (!*line || *line == '#' || !strncmp(line, "track", 5) || !strncmp(line, "browser", 7))
      continue;
    if (take_interval(line, place, h, ret_taken, err)) {
      status = in_line(lines, err);
      break;
    }
  }
  sg_lines_close(lines);
  return status;
}

sg_status sg_logo_scores(const char *path, const sg_logo_place *place, double *h, sg_err *err)
{
  static const struct { const char *end; bool track; } ends[] = {
    { ".tsv", false }, { ".tsv.gz", false }, { ".txt", false }, { ".bedgraph", true },
    { ".bedgraph.gz", true }, { ".bg", true }
  };
  size_t n = strlen(path);
  bool taken = false;
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    size_t m = strlen(ends[i].end);
    if (n <= m || strcmp(path + n - m, ends[i].end)) continue;
    sg_status status = ends[i].track ? read_track(path, place, h, &taken, err)
                                     : read_table(path, place, h, &taken, err);
    if (!status && !taken)
      status = sg_fail(err, SG_ENOTFOUND, "%s: no score in %s:%" PRId64 "-%" PRId64, path,
                       place->chrom, place->start + 1, place->end);
    return status;
  }
  return sg_fail(err, SG_EINVAL, "%s: scores are read from .tsv and .bedgraph (also .gz)", path);
}

/* ---- Subsets --------------------------------------------------------------------------------- */

/* "297501,297502": positions on the chromosome. */
static sg_status take_positions(char *list, const sg_logo_place *place, unsigned char *mark,
                                bool *ret_taken, sg_err *err)
{
  while (list && *list) {
    char *comma = strchr(list, ',');
    int64_t position;
    if (comma) *comma = 0;
    sg_status status = sg_parse_i64("genomic_positions", list, -most, most, &position, err);
    if (status) return status;
    if (position >= place->start && position < place->end) {
      mark[position - place->start] = 1;
      *ret_taken = true;
    }
    list = comma ? comma + 1 : NULL;
  }
  return SG_OK;
}

/* Whether the row is a subset of that rank on the chromosome. */
static sg_status is_meant(const sg_tsv *tsv, int chrom, int rank_column, int64_t rank,
                          const sg_logo_place *place, bool *ret_meant, sg_err *err)
{
  int64_t row_rank = rank;
  sg_status status = SG_OK;
  if (rank)
    status = sg_parse_i64("rank", tsv->cell[rank_column], 0, INT64_MAX, &row_rank, err);
  *ret_meant = !status && row_rank == rank && same_chrom(tsv->cell[chrom], place->chrom);
  return status;
}

sg_status sg_logo_subsets(const char *path, int64_t rank, const sg_logo_place *place,
                          unsigned char *mark, sg_err *err)
{
  sg_tsv tsv;
  int chrom, positions, rank_column = -1;
  bool any = true, taken = false;
  sg_status status = sg_tsv_open(path, &tsv, err);
  if (status) return status;
  status = sg_tsv_column(&tsv, "chrom", &chrom, err);
  if (!status) status = sg_tsv_column(&tsv, "genomic_positions", &positions, err);
  if (!status && rank) status = sg_tsv_column(&tsv, "rank", &rank_column, err);
  while (!status && !(status = sg_tsv_next(&tsv, &any, err)) && any) {
    char *list = tsv.cell[positions];
    bool meant;
    if (is_meant(&tsv, chrom, rank_column, rank, place, &meant, err))
      status = in_line(tsv.lines, err);
    else if (meant && strcmp(list, ".") && take_positions(list, place, mark, &taken, err))
      status = in_line(tsv.lines, err);
  }
  sg_tsv_close(&tsv);
  if (!status && !taken)
    status = sg_fail(err, SG_ENOTFOUND, "%s: no subset in %s:%" PRId64 "-%" PRId64, path,
                     place->chrom, place->start + 1, place->end);
  return status;
}
