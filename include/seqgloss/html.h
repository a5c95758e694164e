/* seqgloss/html.h: one self-contained page of HTML: text, tables, plots.
 *
 * The page needs no server, no network and no other file: style and script stand in it, and its
 * content security policy lets no other script run. It is made for light and dark screens, for
 * telephones and for paper. Tables sort and filter by a script of a few lines; without it they are
 * still read.
 *
 * What comes from data goes through functions that escape it; sg_html_markup alone does not, and is
 * for texts of the program. Text that is no UTF-8 is repaired.
 *
 * Functions that write return nothing: the first error is kept, everything after it does nothing,
 * and sg_html_close returns it. A page is written by one thread. Bytes depend on the calls only.
 */
#ifndef SEQGLOSS_HTML_H
#define SEQGLOSS_HTML_H

#include "seqgloss/io.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sg_html sg_html;

/* Begins a page in the file `path` (seqgloss/io.h: it gets its name when it is complete). Errors:
 * those of sg_output_open. */
SG_API sg_status sg_html_open(const char *path, const char *title, sg_html **ret_html,
                              sg_err *err);
/* Completes the page and frees `html` in every case; returns the first error of all calls. */
SG_API sg_status sg_html_close(sg_html *html, sg_err *err);
/* Gives up: nothing is left of the file. NULL is fine. */
SG_API void sg_html_free(sg_html *html);

/* ---- Text ------------------------------------------------------------------------------------ */

/* Markup as it is: texts of the program, never of a file. */
SG_API void sg_html_markup(sg_html *html, const char *markup);
/* Text, escaped; good between tags and in attributes within double quotes. */
SG_API void sg_html_text(sg_html *html, const char *text);
SG_API void sg_html_textf(sg_html *html, const char *fmt, ...) SG_PRINTF(2, 3);
/* <h2 id="id">title</h2>, at level 1 to 4; id NULL: none. */
SG_API void sg_html_heading(sg_html *html, int level, const char *id, const char *title);
/* <p class="klass">text</p>; klass NULL: none. Those that the style knows: lead, note, warning,
 * good. */
SG_API void sg_html_para(sg_html *html, const char *klass, const char *fmt, ...) SG_PRINTF(3, 4);
/* What other writers put fragments to, logos for example; NULL after an error. */
SG_API sg_output *sg_html_output(sg_html *html);
/* Tells the page of an error of such a writer. */
SG_API void sg_html_error(sg_html *html, const sg_err *err);

/* ---- Tables ---------------------------------------------------------------------------------- */

typedef enum sg_html_kind {
  SG_HTML_WORDS = 0,
  SG_HTML_NUMBER,             /* to the right; sorts as a number, what is none comes last */
  SG_HTML_SEQUENCE            /* fixed width */
} sg_html_kind;

typedef struct sg_html_column {
  const char *title;
  const char *hint;           /* shown when pointed at; NULL: none */
  sg_html_kind kind;
} sg_html_column;

/* Begins a table. `caption` may be NULL. `id` is a word of the program, unique in the page. A paged
 * table takes many rows: they stand in the page as data (about as many bytes as their text) and the
 * script shows a part at a time; without the script the first ten are there. */
SG_API void sg_html_table_begin(sg_html *html, const char *id, const char *caption,
                                const sg_html_column *columns, int n, bool paged);
/* One row: cells[n], texts; NULL: an empty cell. */
SG_API void sg_html_table_row(sg_html *html, const char *const *cells);
/* The first cell of the next row leads to `href`, escaped here; not in a paged table. */
SG_API void sg_html_table_link(sg_html *html, const char *href);
SG_API void sg_html_table_end(sg_html *html);
/* What the columns are, for those who cannot point at them: titles with their hints, as a list;
 * columns without a hint are left out. */
SG_API void sg_html_legend(sg_html *html, const sg_html_column *columns, int n);

/* ---- Plots ----------------------------------------------------------------------------------- */

/* A value to be pointed out on the horizontal axis. */
typedef struct sg_html_mark { double x; const char *label; } sg_html_mark;

/* Bars of equal width over [x0, x1]. */
typedef struct sg_html_bars {
  const char *title;          /* what it shows, for those who cannot see it, too */
  const char *x_label, *y_label;
  double x0, x1;              /* x0 < x1, finite */
  int n;                      /* bars, 1 to 1000 */
  const double *y;            /* [n] >= 0, finite */
  double from;                /* bars that begin at or right of it stand out; NAN: none */
  const sg_html_mark *marks;
  int n_marks;
} sg_html_bars;

/* An SVG figure. An error (SG_EINVAL) when a number is outside of what is said above. */
SG_API void sg_html_plot(sg_html *html, const sg_html_bars *bars);

#ifdef __cplusplus
}
#endif
#endif
