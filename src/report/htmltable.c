/* report/htmltable.c: tables of HTML pages, whole or as data that a script shows in parts.
 *
 * A paged table is a <table> with its first rows and, after it, one
 *
 *     <script type="application/json" id="ID-rows">[["cell", ...], ...]</script>
 *
 * which no browser executes. In such an element only "</script" and "<!--" mean anything: every <
 * is written as \u003c, so that neither can come about; U+2028 and U+2029 are fine in JSON.
 */
#include <stdlib.h>
#include <string.h>

#include "report/page.h"

enum { STATIC_ROWS = 10 };     /* of a paged table, for readers without the script */

static void keep(sg_html *html, const char *text, size_t n)
{
  sg_html_data *d = &html->data;
  if (html->err.code) return;
  if (d->room - d->n < n) {
    size_t room = 2 * (d->n + n) + 4096;
    char *more = realloc(d->at, room);
    if (!more) {
      sg_fail(&html->err, SG_ENOMEM, "out of memory");
      return;
    }
    d->at = more;
    d->room = room;
  }
  memcpy(d->at + d->n, text, n);
  d->n += n;
}

/* A JSON string. Bytes above ASCII go through: a browser repairs what is no UTF-8. */
static void keep_string(sg_html *html, const char *text)
{
  static const char hex[] = "0123456789abcdef";
  keep(html, "\"", 1);
  for (const char *p = text; *p; p++) {
    unsigned char c = (unsigned char)*p;
    char code[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
    if (c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0x7f)
      keep(html, code, sizeof code);
    else keep(html, p, 1);
  }
  keep(html, "\"", 1);
}

static const char *kind_word(sg_html_kind kind)
{
  static const char *const words[] = { "words", "number", "sequence" };
  return words[kind];
}

static void put_columns(sg_html *html)
{
  sg_html_markup(html, "<thead><tr>");
  for (int i = 0; i < html->n_columns; i++) {
    const sg_html_column *c = &html->columns[i];
    sg_html_put(html, "<th scope=\"col\" class=\"%s\"", kind_word(c->kind));
    if (c->hint) {
      sg_html_markup(html, " title=\"");
      sg_html_text(html, c->hint);
      sg_html_markup(html, "\"");
    }
    sg_html_markup(html, ">");
    sg_html_text(html, c->title);
    sg_html_markup(html, "</th>");
  }
  sg_html_markup(html, "</tr></thead>\n<tbody>\n");
}

void sg_html_table_begin(sg_html *html, const char *id, const char *caption,
                         const sg_html_column *columns, int n, bool paged)
{
  html->columns = columns;
  html->n_columns = n;
  html->table = id;
  html->paged = paged;
  html->rows = 0;
  html->data.n = 0;
  sg_html_put(html, "<div class=\"scroll\"><table id=\"%s\" class=\"grid\">\n", id);
  if (caption) {
    sg_html_markup(html, "<caption>");
    sg_html_text(html, caption);
    sg_html_markup(html, "</caption>\n");
  }
  put_columns(html);
}

void sg_html_table_link(sg_html *html, const char *href)
{
  free(html->link);
  html->link = strdup(href);
  if (!html->link && !html->err.code) sg_fail(&html->err, SG_ENOMEM, "out of memory");
}

static void put_cell(sg_html *html, int column, const char *text)
{
  const char *link = column ? NULL : html->link;
  sg_html_put(html, "<td class=\"%s\">", kind_word(html->columns[column].kind));
  if (link) {
    sg_html_markup(html, "<a href=\"");
    sg_html_text(html, link);
    sg_html_markup(html, "\">");
  }
  sg_html_text(html, text);
  sg_html_markup(html, link ? "</a></td>" : "</td>");
}

void sg_html_table_row(sg_html *html, const char *const *cells)
{
  bool seen = !html->paged || html->rows < STATIC_ROWS;
  if (html->paged) keep(html, html->rows ? ",\n[" : "[", html->rows ? 3 : 1);
  if (seen) sg_html_markup(html, "<tr>");
  for (int i = 0; i < html->n_columns; i++) {
    const char *text = cells[i] ? cells[i] : "";
    if (html->paged && i) keep(html, ",", 1);
    if (html->paged) keep_string(html, text);
    if (seen) put_cell(html, i, text);
  }
  free(html->link);
  html->link = NULL;
  if (html->paged) keep(html, "]", 1);
  if (seen) sg_html_markup(html, "</tr>\n");
  html->rows++;
}

void sg_html_table_end(sg_html *html)
{
  sg_html_markup(html, "</tbody></table></div>\n");
  if (html->paged) {
    keep(html, "", 1);
    sg_html_put(html, "<script type=\"application/json\" id=\"%s-rows\">[", html->table);
    if (!html->err.code) sg_html_markup(html, html->data.at);
    sg_html_markup(html, "]</script>\n");
  }
  html->n_columns = 0;
}

void sg_html_legend(sg_html *html, const sg_html_column *columns, int n)
{
  sg_html_markup(html, "<dl class=\"legend\">\n");
  for (int i = 0; i < n; i++) {
    if (!columns[i].hint) continue;
    sg_html_markup(html, "<div><dt>");
    sg_html_text(html, columns[i].title);
    sg_html_markup(html, "</dt><dd>");
    sg_html_text(html, columns[i].hint);
    sg_html_markup(html, "</dd></div>\n");
  }
  sg_html_markup(html, "</dl>\n");
}
