/* cli/tsvread.h: our own tables read again, column by name. */
#ifndef SG_CLI_TSVREAD_H
#define SG_CLI_TSVREAD_H

#include "seqgloss/io.h"

enum { SG_TSV_COLUMNS = 256 };

/* ## lines are passed over; the first line, with or without a # before it, names the columns. */
typedef struct sg_tsv {
  sg_lines *lines;
  char *header;                        /* what name[] points into */
  const char *name[SG_TSV_COLUMNS];
  char *cell[SG_TSV_COLUMNS];          /* of the current row */
  int n;
} sg_tsv;

/* Errors name file and line. SG_EFORMAT: no header, or more columns than there is room for. */
sg_status sg_tsv_open(const char *path, sg_tsv *ret_tsv, sg_err *err);
void sg_tsv_close(sg_tsv *tsv);
/* Index of a column; SG_EFORMAT, when it is not there, in *err. */
sg_status sg_tsv_column(const sg_tsv *tsv, const char *name, int *ret_column, sg_err *err);
/* Whether there is such a column. */
bool sg_tsv_has(const sg_tsv *tsv, const char *name);
/* The next row to tsv->cell; *ret_any false: the end. */
sg_status sg_tsv_next(sg_tsv *tsv, bool *ret_any, sg_err *err);

#endif
