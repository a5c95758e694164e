/* base/tsv.c: tables that seqgloss wrote: facts, column names, rows.
 *
 *   1. Lines, cut into cells
 *   2. What stands before the rows
 *   3. Rows and numbers
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seqgloss/tsv.h"

typedef struct fact {
  char *key;
  const char *value;           /* in the same piece of memory */
} fact;

struct sg_tsv {
  sg_lines *lines;
  fact *facts;
  int n_facts;
  char *header;                /* the line, cut into names */
  const char **title;          /* [columns] */
  const char **cell;           /* [columns] of this row */
  int columns;
};

/* ---- 1. Cells ---- */

static int count_cells(const char *line)
{
  int n = 1;
  for (; *line; line++) n += *line == '\t';
  return n;
}

/* Ends each cell with a zero; cell[n] has n = count_cells entries. */
static void cut(char *line, const char **cell)
{
  for (int i = 0;; i++) {
    cell[i] = line;
    line = strchr(line, '\t');
    if (!line) return;
    *line++ = 0;
  }
}

sg_status sg_tsv_fail(const sg_tsv *tsv, sg_err *err, const char *fmt, ...)
{
  char text[SG_ERR_TEXT];
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": %s", sg_lines_name(tsv->lines),
                 sg_lines_number(tsv->lines), text);
}

static sg_status next_line(sg_tsv *tsv, char **ret_line, sg_err *err)
{
  size_t n;
  sg_status status = sg_lines_next(tsv->lines, ret_line, &n, err);
  if (!status && *ret_line && strlen(*ret_line) != n)
    status = sg_tsv_fail(tsv, err, "a zero byte: not a table");
  return status;
}

/* ---- 2. Before the rows ---- */

/* "## key value" -> facts. */
static sg_status take_fact(sg_tsv *tsv, const char *line, sg_err *err)
{
  if (!strncmp(line, "##seqgloss-shard", 16))
    return sg_tsv_fail(tsv, err, "a piece of a table: put the pieces together with seqgloss "
                       "merge");
  fact *more = realloc(tsv->facts, (size_t)(tsv->n_facts + 1) * sizeof *more);
  if (!more) return sg_fail(err, SG_ENOMEM, "out of memory");
  tsv->facts = more;
  line += 2;
  line += *line == ' ';
  char *key = strdup(line);
  if (!key) return sg_fail(err, SG_ENOMEM, "out of memory");
  size_t n = strcspn(key, " ");
  const char *value = key + n + (key[n] == ' ');
  key[n] = 0;
  tsv->facts[tsv->n_facts++] = (fact){ key, value };
  return SG_OK;
}

static sg_status take_header(sg_tsv *tsv, const char *line, sg_err *err)
{
  line += *line == '#';
  tsv->columns = count_cells(line);
  tsv->header = strdup(line);
  tsv->title = calloc((size_t)tsv->columns, sizeof *tsv->title);
  tsv->cell = calloc((size_t)tsv->columns, sizeof *tsv->cell);
  if (!tsv->header || !tsv->title || !tsv->cell) return sg_fail(err, SG_ENOMEM, "out of memory");
  cut(tsv->header, tsv->title);
  if (tsv->columns > 10000) return sg_tsv_fail(tsv, err, "%d columns: not a table", tsv->columns);
  for (int i = 0; i < tsv->columns; i++) {
    if (!*tsv->title[i]) return sg_tsv_fail(tsv, err, "column %d has no name", i + 1);
    if (sg_tsv_column(tsv, tsv->title[i]) != i)
      return sg_tsv_fail(tsv, err, "two columns are called %s", tsv->title[i]);
  }
  return SG_OK;
}

static sg_status read_head(sg_tsv *tsv, sg_err *err)
{
  char *line = NULL;
  for (;;) {
    sg_status status = next_line(tsv, &line, err);
    if (status) return status;
    if (!line)
      return sg_fail(err, SG_EFORMAT, "%s: no line that names the columns: empty, or not a table",
                     sg_lines_name(tsv->lines));
    if (!*line) continue;
    if (strncmp(line, "##", 2)) return take_header(tsv, line, err);
    status = take_fact(tsv, line, err);
    if (status) return status;
  }
}

sg_status sg_tsv_open(const char *path, sg_tsv **ret_tsv, sg_err *err)
{
  sg_tsv *tsv = calloc(1, sizeof *tsv);
  *ret_tsv = NULL;
  if (!tsv) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = sg_lines_open(path, &tsv->lines, err);
  if (!status) status = read_head(tsv, err);
  if (status) sg_tsv_close(tsv);
  else *ret_tsv = tsv;
  return status;
}

void sg_tsv_close(sg_tsv *tsv)
{
  if (!tsv) return;
  sg_lines_close(tsv->lines);
  for (int i = 0; i < tsv->n_facts; i++) free(tsv->facts[i].key);
  free(tsv->facts);
  free(tsv->header);
  free(tsv->title);
  free(tsv->cell);
  free(tsv);
}

const char *sg_tsv_fact(const sg_tsv *tsv, const char *key)
{
  for (int i = 0; i < tsv->n_facts; i++)
    if (!strcmp(tsv->facts[i].key, key)) return tsv->facts[i].value;
  return NULL;
}

int sg_tsv_columns(const sg_tsv *tsv) { return tsv->columns; }

const char *sg_tsv_title(const sg_tsv *tsv, int column) { return tsv->title[column]; }

int sg_tsv_column(const sg_tsv *tsv, const char *name)
{
  for (int i = 0; i < tsv->columns; i++)
    if (!strcmp(tsv->title[i], name)) return i;
  return -1;
}

sg_status sg_tsv_need(const sg_tsv *tsv, const char *name, int *ret_column, sg_err *err)
{
  *ret_column = sg_tsv_column(tsv, name);
  return *ret_column >= 0 ? SG_OK
         : sg_fail(err, SG_EFORMAT, "%s: no column %s in its first line",
                   sg_lines_name(tsv->lines), name);
}

/* ---- 3. Rows ---- */

sg_status sg_tsv_next(sg_tsv *tsv, const char *const **ret_cells, sg_err *err)
{
  char *line = NULL;
  *ret_cells = NULL;
  do {
    sg_status status = next_line(tsv, &line, err);
    if (status || !line) return status;
  } while (!*line || *line == '#');
  int n = count_cells(line);
  if (n != tsv->columns)
    return sg_tsv_fail(tsv, err, "%d cells, but %d columns have names: cut off?", n,
                       tsv->columns);
  cut(line, tsv->cell);
  *ret_cells = tsv->cell;
  return SG_OK;
}

/* The number's error, with its place before it. */
static sg_status place(const sg_tsv *tsv, const sg_err *inner, sg_err *err)
{
  return sg_tsv_fail(tsv, err, "%s", inner->text);
}

sg_status sg_tsv_i64(const sg_tsv *tsv, int column, int64_t lo, int64_t hi, int64_t missing,
                     int64_t *ret_value, sg_err *err)
{
  sg_err inner;
  const char *text = tsv->cell[column];
  *ret_value = missing;
  if (!strcmp(text, ".")) return SG_OK;
  return sg_parse_i64(tsv->title[column], text, lo, hi, ret_value, &inner)
         ? place(tsv, &inner, err) : SG_OK;
}

sg_status sg_tsv_f64(const sg_tsv *tsv, int column, double lo, double hi, double *ret_value,
                     sg_err *err)
{
  sg_err inner;
  const char *text = tsv->cell[column];
  *ret_value = NAN;
  if (!strcmp(text, ".")) return SG_OK;
  return sg_parse_f64(tsv->title[column], text, lo, hi, ret_value, &inner)
         ? place(tsv, &inner, err) : SG_OK;
}
