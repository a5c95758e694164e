/* cli/tsvread.c: our own tables read again, column by name. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/tsvread.h"

/* Cuts at tabs; returns the number of cells, SG_TSV_COLUMNS + 1 where there are more. */
static int cut(char *line, char *cell[SG_TSV_COLUMNS])
{
  int n = 0;
  while (line) {
    char *tab = strchr(line, '\t');
    if (n == SG_TSV_COLUMNS) return n + 1;
    cell[n++] = line;
    if (tab) *tab = 0;
    line = tab ? tab + 1 : NULL;
  }
  return n;
}

static sg_status bad(const sg_tsv *tsv, const char *what, sg_err *err)
{
  return sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": %s", sg_lines_name(tsv->lines),
                 sg_lines_number(tsv->lines), what);
}

static sg_status read_header(sg_tsv *tsv, sg_err *err)
{
  char *line = NULL, *cell[SG_TSV_COLUMNS];
  sg_status status;
  while (!(status = sg_lines_next(tsv->lines, &line, NULL, err)) && line)
    if (strncmp(line, "##", 2)) break;
  if (status) return status;
  if (!line || !*line) return bad(tsv, "no line of column names: not a table of seqgloss", err);
  tsv->header = strdup(line + (*line == '#'));
  if (!tsv->header) return sg_fail(err, SG_ENOMEM, "out of memory");
  tsv->n = cut(tsv->header, cell);
  if (tsv->n > SG_TSV_COLUMNS) return bad(tsv, "more columns than can be read", err);
  for (int i = 0; i < tsv->n; i++) tsv->name[i] = cell[i];
  return SG_OK;
}

sg_status sg_tsv_open(const char *path, sg_tsv *ret_tsv, sg_err *err)
{
  sg_status status;
  *ret_tsv = (sg_tsv){ 0 };
  status = sg_lines_open(path, &ret_tsv->lines, err);
  if (!status) status = read_header(ret_tsv, err);
  if (status) sg_tsv_close(ret_tsv);
  return status;
}

void sg_tsv_close(sg_tsv *tsv)
{
  sg_lines_close(tsv->lines);
  free(tsv->header);
  *tsv = (sg_tsv){ 0 };
}

static int find(const sg_tsv *tsv, const char *name)
{
  for (int i = 0; i < tsv->n; i++)
    if (!strcmp(tsv->name[i], name)) return i;
  return -1;
}

bool sg_tsv_has(const sg_tsv *tsv, const char *name) { return find(tsv, name) >= 0; }

sg_status sg_tsv_column(const sg_tsv *tsv, const char *name, int *ret_column, sg_err *err)
{
  *ret_column = find(tsv, name);
  if (*ret_column >= 0) return SG_OK;
  return sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": there is no column %s",
                 sg_lines_name(tsv->lines), sg_lines_number(tsv->lines), name);
}

sg_status sg_tsv_next(sg_tsv *tsv, bool *ret_any, sg_err *err)
{
  char *line = NULL;
  sg_status status;
  while (!(status = sg_lines_next(tsv->lines, &line, NULL, err)) && line && !*line) continue;
  *ret_any = line != NULL;
  if (status || !line) return status;
  if (cut(line, tsv->cell) != tsv->n)
    return bad(tsv, "not as many columns as the first line names", err);
  return SG_OK;
}
