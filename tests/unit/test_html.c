/* tests/unit/test_html.c: pages of HTML: nothing from data becomes markup; tables; plots.
 *
 * 1. Pages written and read   2. Hostile text   3. Tables   4. Plots   5. Errors
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "seqgloss/html.h"

/* ---- 1. Pages ---- */

static char path[] = "test_html.out.html";

static sg_html *begin(const char *title)
{
  sg_err err;
  sg_html *html = NULL;
  ck_assert_msg(!sg_html_open(path, title, &html, &err), "%s", err.text);
  return html;
}

/* The text of the file; removed. */
static char *slurp(void)
{
  FILE *f = fopen(path, "rb");
  ck_assert(f);
  ck_assert(!fseek(f, 0, SEEK_END));
  long n = ftell(f);
  char *text = malloc((size_t)n + 1);
  ck_assert(text && n > 0);
  rewind(f);
  ck_assert_uint_eq(fread(text, 1, (size_t)n, f), (size_t)n);
  fclose(f);
  text[n] = 0;
  remove(path);
  return text;
}

static char *finish(sg_html *html)
{
  sg_err err;
  ck_assert_msg(!sg_html_close(html, &err), "%s", err.text);
  return slurp();
}

static int occurrences(const char *text, const char *word)
{
  int n = 0;
  for (; (text = strstr(text, word)); text += strlen(word)) n++;
  return n;
}

START_TEST(page)
{
  sg_html *html = begin("A <title>");
  sg_html_heading(html, 2, "part", "One & two");
  sg_html_para(html, "lead", "%d of %s", 3, "four");
  sg_html_markup(html, "<hr>");
  char *text = finish(html);
  ck_assert(!strncmp(text, "<!DOCTYPE html>\n", 16));
  ck_assert(strstr(text, "<title>A &lt;title&gt;</title>"));
  ck_assert(strstr(text, "<h2 id=\"part\">One &amp; two</h2>"));
  ck_assert(strstr(text, "<p class=\"lead\">3 of four</p>"));
  ck_assert(strstr(text, "<hr>"));
  ck_assert(strstr(text, "script-src 'sha256-"));
  ck_assert(!strcmp(text + strlen(text) - 8, "</html>\n"));
  /* Self-contained: nothing is fetched. */
  ck_assert(!strstr(text, "http://") && !strstr(text, "https://") && !strstr(text, "src=\""));
  free(text);
}
END_TEST

/* ---- 2. Hostile text ---- */

static const char *const hostile[] = {
  "<script>alert(1)</script>", "</script><script>alert(1)</script>", "\"onload=\"alert(1)",
  "' onload='alert(1)", "]]>", "<!--", "-->", "&lt;", "a&b", "<img src=x onerror=alert(1)>",
  "\x01\x02\x7f", "\xff\xfe", "\xc3", "\xed\xa0\x80", "\xe2\x82\xac", "tab\there", "", "\\u003c"
};
enum { HOSTILE = sizeof hostile / sizeof hostile[0] };

static void everywhere(sg_html *html, const char *text)
{
  sg_html_column columns[2] = { { text, text, SG_HTML_WORDS }, { "n", NULL, SG_HTML_NUMBER } };
  const char *cells[2] = { text, "1" };
  double y[2] = { 1, 2 };
  sg_html_mark mark = { 0.5, text };
  sg_html_bars bars = { text, text, text, 0, 1, 2, y, NAN, &mark, 1 };
  sg_html_text(html, text);
  sg_html_textf(html, "%s", text);
  sg_html_heading(html, 2, text, text);
  sg_html_para(html, NULL, "%s", text);
  sg_html_table_begin(html, "t", text, columns, 2, false);
  sg_html_table_link(html, text);
  sg_html_table_row(html, cells);
  sg_html_table_row(html, cells);
  sg_html_table_end(html);
  sg_html_legend(html, columns, 2);
  sg_html_table_begin(html, "u", text, columns, 2, true);
  for (int i = 0; i < 12; i++) sg_html_table_row(html, cells);
  sg_html_table_end(html);
  sg_html_plot(html, &bars);
}

/* Tags and scripts are those of harmless text, whatever the text. */
START_TEST(nothing_becomes_markup)
{
  sg_html *html = begin("harmless");
  everywhere(html, "harmless");
  char *plain = finish(html);
  html = begin(hostile[_i]);
  everywhere(html, hostile[_i]);
  char *text = finish(html);
  ck_assert_int_eq(occurrences(text, "<"), occurrences(plain, "<"));
  ck_assert_int_eq(occurrences(text, ">"), occurrences(plain, ">"));
  ck_assert_int_eq(occurrences(text, "<script"), occurrences(plain, "<script"));
  ck_assert_int_eq(occurrences(text, "</script"), occurrences(plain, "</script"));
  ck_assert(!strstr(text, "<!--") && !strstr(text, "<img"));
  for (const char *p = text; *p; p++)
    ck_assert((unsigned char)*p >= 0x20 || *p == '\n' || *p == '\t');
  free(text);
  free(plain);
}
END_TEST

START_TEST(utf8_is_kept)
{
  sg_html *html = begin("x");
  sg_html_para(html, NULL, "%s", "\xe2\x82\xac \xff \xed\xa0\x80 end");
  char *text = finish(html);
  ck_assert(strstr(text, "\xe2\x82\xac \xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd end"));
  free(text);
}
END_TEST

START_TEST(long_text)
{
  char *many = malloc(5001);
  ck_assert(many);
  memset(many, '<', 5000);
  many[5000] = 0;
  sg_html *html = begin("x");
  sg_html_textf(html, "%s", many);
  char *text = finish(html);
  ck_assert_int_ge(occurrences(text, "&lt;"), 5000);
  free(many);
  free(text);
}
END_TEST

/* ---- 3. Tables ---- */

/* All rows of a paged table are in its data, ten in the table itself. */
START_TEST(paged)
{
  static const sg_html_column columns[] = {
    { "name", NULL, SG_HTML_WORDS }, { "p", "p value", SG_HTML_NUMBER },
    { "bases", NULL, SG_HTML_SEQUENCE }
  };
  int n = (int[]){ 0, 1, 10, 11, 5000 }[_i];
  char name[32];
  sg_html *html = begin("x");
  sg_html_table_begin(html, "members", "all of them", columns, 3, true);
  for (int i = 0; i < n; i++) {
    snprintf(name, sizeof name, "row%d", i);
    sg_html_table_row(html, (const char *const []){ name, NULL, "AC-GT" });
  }
  sg_html_table_end(html);
  char *text = finish(html), *data = strstr(text, "id=\"members-rows\">[");
  ck_assert(data);
  ck_assert_int_eq(occurrences(text, "<tr>"), 1 + (n < 10 ? n : 10));
  ck_assert_int_eq(occurrences(data, "\"AC-GT\"]"), n);
  ck_assert_int_eq(occurrences(data, "\"\",\"AC-GT\""), n);
  ck_assert_int_eq(occurrences(data, "],\n["), n ? n - 1 : 0);
  ck_assert(strstr(text, "<th scope=\"col\" class=\"number\" title=\"p value\">p</th>"));
  free(text);
}
END_TEST

/* A link is the next row's alone; a legend has the columns with a hint. */
START_TEST(links_and_legends)
{
  static const sg_html_column columns[] = {
    { "name", NULL, SG_HTML_WORDS }, { "p", "p < 1", SG_HTML_NUMBER }
  };
  const char *const cells[] = { "a", "1" };
  sg_html *html = begin("x");
  sg_html_table_begin(html, "t", NULL, columns, 2, false);
  sg_html_table_link(html, "no/where.html");
  sg_html_table_link(html, "a&b/\"page\".html#c");
  sg_html_table_row(html, cells);
  sg_html_table_row(html, cells);
  sg_html_table_end(html);
  sg_html_legend(html, columns, 2);
  char *text = finish(html);
  ck_assert_int_eq(occurrences(text, "<a href="), 1);
  ck_assert(strstr(text, "<tr><td class=\"words\"><a href=\"a&amp;b/&quot;page&quot;.html#c\">a</a>"
                         "</td><td class=\"number\">1</td></tr>"));
  ck_assert(strstr(text, "<tr><td class=\"words\">a</td>"));
  ck_assert(strstr(text, "<dt>p</dt><dd>p &lt; 1</dd>") && !strstr(text, "<dt>name</dt>"));
  free(text);
}
END_TEST

/* ---- 4. Plots ---- */

START_TEST(plots)
{
  sg_rng rng;
  sg_rng_seed(&rng, 7 + (uint64_t)_i);
  double y[1000];
  int n = (int[]){ 1, 2, 40, 1000 }[_i % 4];
  for (int i = 0; i < n; i++) y[i] = _i < 4 ? 0 : floor(1000 * sg_rng_unit(&rng));
  sg_html_mark marks[] = { { 0.25, "tau" }, { 2, "outside" }, { NAN, "nowhere" } };
  sg_html_bars bars = { "t", "x", "y", 0, 1, n, y, 0.5, marks, 3 };
  int nonzero = 0, high = 0;
  for (int i = 0; i < n; i++) {
    nonzero += y[i] > 0;
    high += y[i] > 0 && 2 * i >= n;
  }
  sg_html *html = begin("x");
  sg_html_plot(html, &bars);
  char *text = finish(html);
  ck_assert_int_eq(occurrences(text, "<rect "), nonzero);
  ck_assert_int_eq(occurrences(text, "\"bar high\""), high);
  ck_assert_int_eq(occurrences(text, "class=\"mark\""), 1);
  ck_assert(!strstr(text, "nan") && !strstr(text, "inf") && !strstr(text, "outside"));
  free(text);
}
END_TEST

/* ---- 5. Errors ---- */

/* The first error is returned, and there is no file. */
START_TEST(bad_plots)
{
  double y[1] = { 1 };
  sg_html_bars bars = { "t", "x", "y", 0, 1, 1, y, NAN, NULL, 0 };
  sg_err err;
  switch (_i) {
  case 0: bars.n = 0; break;
  case 1: bars.x1 = 0; break;
  case 2: bars.x0 = NAN; break;
  case 3: y[0] = NAN; break;
  case 4: y[0] = -1; break;
  default: bars.n = 1001; break;
  }
  sg_html *html = begin("x");
  sg_html_plot(html, &bars);
  ck_assert(!sg_html_output(html));
  sg_html_para(html, NULL, "after");
  ck_assert_int_eq(sg_html_close(html, &err), SG_EINVAL);
  ck_assert(access(path, F_OK));
}
END_TEST

START_TEST(told_error)
{
  sg_err err, first;
  sg_html *html = begin("x");
  sg_fail(&first, SG_EFORMAT, "logo 7");
  sg_html_error(html, &first);
  sg_fail(&first, SG_EIO, "later");
  sg_html_error(html, &first);
  ck_assert_int_eq(sg_html_close(html, &err), SG_EFORMAT);
  ck_assert_str_eq(err.text, "logo 7");
  ck_assert_int_ne(sg_html_open("no/such/folder/x.html", "x", &html, &err), SG_OK);
  sg_html_free(NULL);
  html = begin("x");
  sg_html_free(html);
  ck_assert(access(path, F_OK));
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("html");
  TCase *c = tcase_create("html");
  tcase_add_test(c, page);
  tcase_add_loop_test(c, nothing_becomes_markup, 0, HOSTILE);
  tcase_add_test(c, utf8_is_kept);
  tcase_add_test(c, long_text);
  tcase_add_loop_test(c, paged, 0, 5);
  tcase_add_test(c, links_and_legends);
  tcase_add_loop_test(c, plots, 0, 8);
  tcase_add_loop_test(c, bad_plots, 0, 6);
  tcase_add_test(c, told_error);
  suite_add_tcase(suite, c);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
