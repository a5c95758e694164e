/* cli/agree_read.c: files of scores, window by window.
 *
 *   1. Provenance: which network and target
 *   2. Arrays
 *   3. Tables: the rows of a window, one a position, follow each other
 *   4. Files
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/agree.h"

enum { REGION = 0, CHROM, START, END, STRAND, POSITION, BASE, SCORE };

/* ---- 1. Provenance ---- */

/* Of "mafk.h5 sha256:0123 (Keras)" the digest, where there is one: files are renamed. */
static void keep_model(sg_agree_file *f, const char *text)
{
  const char *digest = strstr(text, "sha256:");
  snprintf(f->model, sizeof f->model, "%.*s", digest ? (int)strcspn(digest, " ") : 200,
           digest ? digest : text);
}

/* The text behind "key": in PATH.provenance.json, as it is escaped there: it is only compared. */
static bool json_text(const char *line, const char *key, char *to, size_t size)
{
  char quoted[32];
  snprintf(quoted, sizeof quoted, "\"%s\": \"", key);
  const char *p = strstr(line, quoted);
  if (!p) return false;
  p += strlen(quoted);
  size_t n = 0;
  while (p[n] && p[n] != '"') n += p[n] == '\\' && p[n + 1] ? 2 : 1;
  snprintf(to, size, "%.*s", (int)(n < size ? n : size - 1), p);
  return true;
}

/* There need not be one. */
static void read_provenance(sg_agree_file *f)
{
  char path[4096], line[8192], text[256];
  int wrote = snprintf(path, sizeof path, "%s.provenance.json", f->path);
  FILE *in = wrote > 0 && (size_t)wrote < sizeof path ? fopen(path, "r") : NULL;
  while (in && fgets(line, sizeof line, in)) {
    if (json_text(line, "model", text, sizeof text)) keep_model(f, text);
    json_text(line, "target", f->target, sizeof f->target);
  }
  if (in) fclose(in);
}

/* ---- Room for a window ---- */

static sg_status make_room(sg_agree_file *f, int64_t n, sg_err *err)
{
  if (n <= f->room) return SG_OK;
  float *bases = realloc(f->bases, 4 * (size_t)n * sizeof *bases);
  if (bases) f->bases = bases;
  float *positions = realloc(f->positions, (size_t)n * sizeof *positions);
  if (positions) f->positions = positions;
  if (!bases || !positions) return sg_fail(err, SG_ENOMEM, "out of memory");
  f->room = n;
  return SG_OK;
}

static sg_status keep_place(sg_agree_file *f, const char *region, const char *chrom, sg_err *err)
{
  free(f->region);
  free(f->chrom);
  f->region = strdup(region);
  f->chrom = strdup(chrom);
  return f->region && f->chrom ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

/* ---- 2. Arrays ---- */

static int find_field(const sg_table_reader *table, const char *name)
{
  const sg_field *field;
  int n = sg_table_reader_fields(table, &field);
  for (int i = 0; i < n; i++) if (!strcmp(field[i].name, name)) return i;
  return -1;
}

/* Takes field i for what its axes say it is. `present`: its bases are 0 but where the sequence has
 * them, so that their sum is one number a position. */
static sg_status take_field(sg_agree_file *f, int i, bool present, sg_err *err)
{
  const sg_field *field;
  sg_table_reader_fields(f->table, &field);
  field += i;
  int nd = field->nd, which = nd == 1 || present;
  if (nd != 1 && (nd != 2 || field->dims[0] != 4))
    return sg_fail(err, SG_ESHAPE, "%s: %s needs the axes regions x 4 bases x positions, or regions"
                   " x positions", f->path, field->name);
  if (f->has && f->length != field->dims[nd - 1])
    return sg_fail(err, SG_ESHAPE, "%s: %s has %" PRId64 " positions, another array %" PRId64,
                   f->path, field->name, field->dims[nd - 1], f->length);
  f->field[which] = i;
  f->summed |= nd == 2 && present;
  f->length = field->dims[nd - 1];
  f->has |= which ? SG_AGREE_POSITIONS : SG_AGREE_BASES;
  return SG_OK;
}

static sg_status open_arrays(sg_agree_file *f, sg_err *err)
{
  static const char *const names[] = { "arr_0", "shap/seq", "projected_shap/seq" };
  const sg_field *field;
  sg_status status = sg_table_reader_open(f->path, &f->table, err);
  if (status) return status;
  for (int k = 0; k < 3 && !status; k++) {
    int i = find_field(f->table, names[k]);
    if (i >= 0) status = take_field(f, i, k == 2, err);
  }
  if (!status && !f->has && sg_table_reader_fields(f->table, &field) == 1)
    status = take_field(f, 0, false, err);
  if (!status && !f->has)
    status = sg_fail(err, SG_ENOTFOUND, "%s: no scores: neither arr_0 nor shap/seq", f->path);
  read_provenance(f);
  return status;
}

static sg_status next_arrays(sg_agree_file *f, bool *ret_more, sg_err *err)
{
  sg_row row;
  sg_status status = sg_table_reader_next(f->table, &row, ret_more, err);
  if (status || !*ret_more) return status;
  status = make_room(f, f->length, err);
  if (!status) status = keep_place(f, row.region, row.chrom, err);
  if (status) return status;
  f->start = row.start;
  f->end = row.end;
  f->strand = row.strand;
  if (f->field[0] >= 0 && f->length)
    memcpy(f->bases, row.values[f->field[0]], 4 * (size_t)f->length * sizeof *f->bases);
  for (int64_t l = 0; l < f->length && f->field[1] >= 0; l++) {
    const float *x = row.values[f->field[1]] + l;
    f->positions[l] = *x;
    for (int k = 1; f->summed && k < 4; k++) f->positions[l] += x[k * f->length];
  }
  return SG_OK;
}

/* ---- 3. Tables ---- */

static sg_status open_text(sg_agree_file *f, sg_err *err)
{
  static const char *const names[] = { "region", "chrom", "start", "end", "strand", "position",
                                       "base" };
  sg_status status = sg_tsv_open(f->path, &f->tsv, err);
  for (int i = 0; i < 7 && !status; i++)
    status = sg_tsv_need(f->tsv, names[i], &f->column[i], err);
  if (status) return status;
  int one = sg_tsv_column(f->tsv, "score"), four = sg_tsv_column(f->tsv, "A");
  for (int k = 0; k < 4 && four >= 0; k++)
    if (sg_tsv_column(f->tsv, (const char[]){ "ACGT"[k], 0 }) != four + k) four = -1;
  if (one < 0 && four < 0)
    return sg_fail(err, SG_EFORMAT, "%s: no column `score` and no columns A C G T", f->path);
  f->column[SCORE] = one >= 0 ? one : four;
  f->has = one >= 0 ? SG_AGREE_POSITIONS : SG_AGREE_BASES | SG_AGREE_POSITIONS;
  const char *model = sg_tsv_fact(f->tsv, "model"), *target = sg_tsv_fact(f->tsv, "target");
  if (model) keep_model(f, model);
  if (target) snprintf(f->target, sizeof f->target, "%s", target);
  return sg_tsv_next(f->tsv, &f->cells, err);
}

/* Text has "nan" and "inf" where a score is no number. */
static sg_status read_score(const sg_agree_file *f, int column, float *to, sg_err *err)
{
  double value;
  const char *text = f->cells[column];
  sg_status status = SG_OK;
  if (!strcmp(text, "nan") || !strcmp(text, "NaN")) value = NAN;
  else status = sg_tsv_f64(f->tsv, column, -INFINITY, INFINITY, &value, err);
  if (!status) *to = (float)value;
  return status;
}

/* The row at hand as position `at` of the window; bases lie [position][4] until it is whole. */
static sg_status read_position(sg_agree_file *f, int64_t at, sg_err *err)
{
  const char *base = f->cells[f->column[BASE]], *letter = strchr("ACGT", *base);
  int four = f->has & SG_AGREE_BASES ? 4 : 1;
  sg_status status = SG_OK;
  if (at >= f->room) status = make_room(f, at < 64 ? 128 : 2 * at, err);
  if (four == 1) return status ? status : read_score(f, f->column[SCORE], &f->positions[at], err);
  for (int k = 0; k < 4 && !status; k++)
    status = read_score(f, f->column[SCORE] + k, &f->bases[at * 4 + k], err);
  if (!status) f->positions[at] = *base && letter ? f->bases[at * 4 + (letter - "ACGT")] : 0;
  return status;
}

/* [length][4] to [4][length]. */
static sg_status turn_bases(sg_agree_file *f, sg_err *err)
{
  size_t n = 4 * (size_t)f->length;
  float *copy = malloc(n * sizeof *copy + 1);
  if (!copy) return sg_fail(err, SG_ENOMEM, "out of memory");
  memcpy(copy, f->bases, n * sizeof *copy);
  for (int64_t i = 0; i < f->length; i++)
    for (int k = 0; k < 4; k++) f->bases[k * f->length + i] = copy[i * 4 + k];
  free(copy);
  return SG_OK;
}

static sg_status begin_window(sg_agree_file *f, sg_err *err)
{
  const char *const *c = f->cells;
  sg_status status = keep_place(f, c[f->column[REGION]], c[f->column[CHROM]], err);
  if (!status)
    status = sg_tsv_i64(f->tsv, f->column[START], INT64_MIN, INT64_MAX, -1, &f->start, err);
  if (!status) status = sg_tsv_i64(f->tsv, f->column[END], INT64_MIN, INT64_MAX, -1, &f->end, err);
  f->strand = *c[f->column[STRAND]];
  return status;
}

/* The row at hand is of the window that was begun. */
static sg_status check_window(const sg_agree_file *f, sg_err *err)
{
  const char *const *c = f->cells;
  int64_t start, end;
  sg_status status = sg_tsv_i64(f->tsv, f->column[START], INT64_MIN, INT64_MAX, -1, &start, err);
  if (!status) status = sg_tsv_i64(f->tsv, f->column[END], INT64_MIN, INT64_MAX, -1, &end, err);
  if (status) return status;
  if (!strcmp(c[f->column[REGION]], f->region) && !strcmp(c[f->column[CHROM]], f->chrom)
      && start == f->start && end == f->end && *c[f->column[STRAND]] == f->strand) return SG_OK;
  return sg_tsv_fail(f->tsv, err, "position %s of another region where %s goes on; are rows "
                     "missing?", c[f->column[POSITION]], f->region);
}

/* Positions count from 0 in every window: where they begin again, the next one does. */
static sg_status next_text(sg_agree_file *f, bool *ret_more, sg_err *err)
{
  int64_t at;
  sg_status status = SG_OK;
  *ret_more = f->cells;
  if (!f->cells) return SG_OK;
  status = begin_window(f, err);
  for (f->length = 0; f->cells && !status; f->length++) {
    status = sg_tsv_i64(f->tsv, f->column[POSITION], 0, INT64_MAX, -1, &at, err);
    if (status || (f->length && !at)) break;
    if (at != f->length)
      return sg_tsv_fail(f->tsv, err, "position %" PRId64 " where %" PRId64 " was expected; are "
                         "rows missing?", at, f->length);
    status = check_window(f, err);
    if (!status) status = read_position(f, at, err);
    if (!status) status = sg_tsv_next(f->tsv, &f->cells, err);
  }
  return !status && f->has & SG_AGREE_BASES ? turn_bases(f, err) : status;
}

/* ---- 4. Files ---- */

sg_status sg_agree_file_open(const char *path, char *name, sg_agree_file *file, sg_err *err)
{
  sg_table_format format;
  *file = (sg_agree_file){ .path = path, .name = name, .field = { -1, -1 } };
  sg_status status = sg_table_format_of(path, &format, err);
  if (status) return status;
  if (format == SG_TABLE_JSON)
    return sg_fail(err, SG_EINVAL, "%s: scores are read from .npz, .h5 and .tsv", path);
  return format == SG_TABLE_TSV ? open_text(file, err) : open_arrays(file, err);
}

sg_status sg_agree_file_next(sg_agree_file *file, bool *ret_more, sg_err *err)
{
  return file->table ? next_arrays(file, ret_more, err) : next_text(file, ret_more, err);
}

void sg_agree_file_release(sg_agree_file *file)
{
  sg_table_reader_close(file->table);
  sg_tsv_close(file->tsv);
  free(file->region);
  free(file->chrom);
  free(file->bases);
  free(file->positions);
  free(file->name);
  *file = (sg_agree_file){ 0 };
}
