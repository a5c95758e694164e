/* report/html.c: pages of HTML: begin, text, end.
 *
 *   1. Writing, and the first error
 *   2. Text from data
 *   3. Head and foot
 *
 * The policy in the head names the script of the page by its digest (CSP level 2). A browser then
 * runs that script only: should some text ever get into a page without being escaped, it would be
 * ugly, but it would not run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/page.h"
#include "report/utf8.h"

/* ---- 1. Writing ---- */

void sg_html_error(sg_html *html, const sg_err *err)
{
  if (!html->err.code) html->err = *err;
}

static void put(sg_html *html, const char *text, size_t n)
{
  sg_err err;
  if (html->err.code || !n) return;
  if (sg_output_write(html->out, text, n, &err)) sg_html_error(html, &err);
}

void sg_html_markup(sg_html *html, const char *markup) { put(html, markup, strlen(markup)); }

sg_output *sg_html_output(sg_html *html) { return html->err.code ? NULL : html->out; }

/* Prints to `text`, or to memory of its own where that is too small; NULL: no memory. */
static char *print(char *text, size_t size, const char *fmt, va_list args, va_list again)
{
  int n = vsnprintf(text, size, fmt, args);
  if (n >= 0 && (size_t)n < size) return text;
  char *more = n < 0 ? NULL : malloc((size_t)n + 1);
  if (more) vsnprintf(more, (size_t)n + 1, fmt, again);
  return more;
}

typedef void writer(sg_html *html, const char *text);

static void write_printed(sg_html *html, writer *write, const char *fmt, va_list args)
{
  char small[512];
  va_list again;
  va_copy(again, args);
  char *text = print(small, sizeof small, fmt, args, again);
  va_end(again);
  if (text) write(html, text);
  else if (!html->err.code) sg_fail(&html->err, SG_ENOMEM, "out of memory");
  if (text != small) free(text);
}

void sg_html_put(sg_html *html, const char *fmt, ...)
{
  va_list args;
  va_start(args, fmt);
  write_printed(html, sg_html_markup, fmt, args);
  va_end(args);
}

/* ---- 2. Text from data ---- */

/* What stands for one byte in a page; NULL: itself. Control characters are not allowed in HTML. */
static const char *escape(unsigned char c)
{
  switch (c) {
  case '&': return "&amp;";
  case '<': return "&lt;";
  case '>': return "&gt;";
  case '"': return "&quot;";
  case '\'': return "&#39;";
  default: return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f ? "\xef\xbf\xbd" : NULL;
  }
}

void sg_html_text(sg_html *html, const char *text)
{
  const char *begin = text;
  while (*text) {
    size_t n = sg_utf8_length((const unsigned char *)text);
    const char *instead = n ? escape((unsigned char)*text) : "\xef\xbf\xbd";
    if (instead) {
      put(html, begin, (size_t)(text - begin));
      sg_html_markup(html, instead);
      begin = text + 1;
      n = 1;
    }
    text += n;
  }
  put(html, begin, (size_t)(text - begin));
}

void sg_html_textf(sg_html *html, const char *fmt, ...)
{
  va_list args;
  va_start(args, fmt);
  write_printed(html, sg_html_text, fmt, args);
  va_end(args);
}

void sg_html_heading(sg_html *html, int level, const char *id, const char *title)
{
  int h = level < 1 ? 1 : level > 4 ? 4 : level;
  sg_html_put(html, "<h%d", h);
  if (id) {
    sg_html_markup(html, " id=\"");
    sg_html_text(html, id);
    sg_html_markup(html, "\"");
  }
  sg_html_markup(html, ">");
  sg_html_text(html, title);
  sg_html_put(html, "</h%d>\n", h);
}

void sg_html_para(sg_html *html, const char *klass, const char *fmt, ...)
{
  va_list args;
  if (klass) sg_html_put(html, "<p class=\"%s\">", klass);
  else sg_html_markup(html, "<p>");
  va_start(args, fmt);
  write_printed(html, sg_html_text, fmt, args);
  va_end(args);
  sg_html_markup(html, "</p>\n");
}

/* ---- 3. Head and foot ---- */

static int nibble(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/* The 32 bytes of a SHA-256 in base 64 (RFC 4648), 44 characters with the padding. */
static void base64(const char hex[65], char text[45])
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned char byte[33] = { 0 };
  for (int i = 0; i < 32; i++)
    byte[i] = (unsigned char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
  for (int i = 0, o = 0; i < 33; i += 3) {
    unsigned v = (unsigned)byte[i] << 16 | (unsigned)byte[i + 1] << 8 | byte[i + 2];
    for (int k = 18; k >= 0; k -= 6) text[o++] = digits[v >> k & 63];
  }
  text[43] = '=';
  text[44] = 0;
}

/* One text of the pieces; NULL: no memory. */
static char *join(const char *const *pieces)
{
  size_t n = 0, at = 0;
  for (int i = 0; pieces[i]; i++) n += strlen(pieces[i]);
  char *all = malloc(n + 1);
  for (int i = 0; all && pieces[i]; i++) {
    memcpy(all + at, pieces[i], strlen(pieces[i]));
    at += strlen(pieces[i]);
  }
  if (all) all[at] = 0;
  return all;
}

static void put_policy(sg_html *html)
{
  char hex[65], digest[45];
  char *script = join(sg_html_script);
  if (!script) {
    if (!html->err.code) sg_fail(&html->err, SG_ENOMEM, "out of memory");
    return;
  }
  sg_digest(script, strlen(script), hex);
  base64(hex, digest);
  free(script);
  sg_html_put(html, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
              "style-src 'unsafe-inline'; img-src data:; script-src 'sha256-%s'\">\n", digest);
}

static void put_head(sg_html *html, const char *title)
{
  sg_html_markup(html, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
  put_policy(html);
  sg_html_markup(html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n"
                 "<link rel=\"icon\" href=\"data:,\">\n<title>");
  sg_html_text(html, title);
  sg_html_markup(html, "</title>\n<style>\n");
  for (int i = 0; sg_html_style[i]; i++) sg_html_markup(html, sg_html_style[i]);
  sg_html_markup(html, "</style>\n</head>\n<body>\n<main>\n");
}

sg_status sg_html_open(const char *path, const char *title, sg_html **ret_html, sg_err *err)
{
  sg_html *html = calloc(1, sizeof *html);
  *ret_html = NULL;
  if (!html) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = sg_output_open(path, 0, &html->out, err);
  if (status) {
    free(html);
    return status;
  }
  put_head(html, title);
  *ret_html = html;
  return SG_OK;
}

void sg_html_free(sg_html *html)
{
  if (!html) return;
  sg_output_discard(html->out);
  free(html->data.at);
  free(html->link);
  free(html);
}

sg_status sg_html_close(sg_html *html, sg_err *err)
{
  sg_html_markup(html, "</main>\n<script>");
  for (int i = 0; sg_html_script[i]; i++) sg_html_markup(html, sg_html_script[i]);
  sg_html_markup(html, "</script>\n</body>\n</html>\n");
  sg_status status = html->err.code;
  if (status) {
    if (err) *err = html->err;
  } else {
    status = sg_output_commit(html->out, err);
    html->out = NULL;
  }
  sg_html_free(html);
  return status;
}
