/* report/page.h: what the files that write HTML pages share. */
#ifndef SG_REPORT_PAGE_H
#define SG_REPORT_PAGE_H

#include "seqgloss/html.h"

/* Rows of a table as data, until it ends. */
typedef struct sg_html_data {
  char *at;
  size_t n, room;
} sg_html_data;

struct sg_html {
  sg_output *out;
  sg_err err;                  /* the first error; code SG_OK: none */
  const sg_html_column *columns;
  int n_columns;               /* of the table that is open; 0: none is */
  const char *table;           /* its id */
  bool paged;
  char *link;                  /* of the first cell of the next row; NULL: none */
  int64_t rows;
  sg_html_data data;
};

/* The script and the style of every page, in pieces, NULL-ended. */
extern const char *const sg_html_script[], *const sg_html_style[];

/* Prints markup: the arguments, too, must be texts of the program, or numbers. */
void sg_html_put(sg_html *html, const char *fmt, ...) SG_PRINTF(2, 3);

#endif
