/* cli/report_page.c: the page of a report, from the summary to the table of motifs.
 *
 *   1. Summary in words
 *   2. Warnings, numbers, what was expected
 *   3. The table of motifs
 *   4. Predictions
 *   5. The page
 *
 * The words are careful: a motif "resembles" matrices of a family, which share a pattern, and is
 * nowhere said to be one of them.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "cli/report_words.h"

/* ---- 1. Summary ---- */

static void tell_subsets(const sg_report *r, sg_html *html)
{
  char size[SG_CELL];
  const char *side = r->below ? "at most" : "at least";
  sg_html_para(html, "lead", "The network %s gives %" PRId64 " of %" PRId64 " regions a value of "
               "%s tau = %.6g for its output %s.", r->model, r->n_f ? r->passing : r->n_region,
               r->n_f ? r->n_f : r->n_region, side, r->tau, r->target);
  if (!r->subsets->n) {
    sg_html_para(html, "lead", "No sufficient input subset was found in any of them.");
    return;
  }
  sg_html_para(html, "lead", "In %" PRId64 " of them it does so because of %" PRId64 " sufficient "
               "input subsets: small sets of bases (median %s) that alone keep the value there "
               "when every other base is hidden.", r->n_region, r->subsets->n,
               sg_cell(size, sg_count_size(r)));
}

/* "It resembles NAME (family Maf-related, E_run = 1e-05)." */
static void tell_hit(const sg_report *r, int motif, sg_html *html)
{
  const sg_hit *hit;
  int n;
  char e[SG_CELL];
  if (!sg_report_hits(r, motif, &hit, &n)) {
    sg_html_text(html, "It resembles no matrix of the data base.");
    return;
  }
  sg_html_textf(html, hit->e_run > SG_REPORT_CHANCE
                ? "Nearest is %s, as near as chance brings one (" : "It resembles %s (", hit->name);
  if (*hit->family) sg_html_textf(html, "family %s; ", hit->family);
  sg_html_textf(html, "E_run = %s).", sg_cell_p(e, hit->e_run));
}

static void tell_motif(const sg_report *r, int motif, sg_html *html)
{
  sg_motif_count c;
  sg_err err;
  char *pattern = sg_report_pattern(r, motif);
  const sg_motif *m = &r->kept->motif[motif];
  if (sg_count_motif(r, motif, &c, &err)) sg_html_error(html, &err);
  sg_html_markup(html, "<li><a href=\"#");
  sg_html_text(html, m->id);
  sg_html_markup(html, "\">");
  sg_html_text(html, m->id);
  sg_html_markup(html, "</a>, <span class=\"sequence\">");
  sg_html_text(html, pattern ? pattern : "");
  sg_html_markup(html, "</span>: ");
  sg_html_textf(html, "%.0f sites in %" PRId64 " regions (%.0f %%). ", m->nsites, c.regions,
                sg_percent((double)c.regions, (double)r->n_region));
  tell_hit(r, motif, html);
  sg_html_markup(html, "</li>\n");
  free(pattern);
}

static void put_summary(const sg_report *r, sg_html *html)
{
  enum { TOLD = 8 };
  int64_t explained = sg_count_explained(r);
  tell_subsets(r, html);
  if (r->kept->n) {
    sg_html_para(html, NULL, "In %" PRId64 " of these %" PRId64 " regions the subsets form "
                 "%d motif%s:", explained, r->n_region, r->kept->n, r->kept->n == 1 ? "" : "s");
    sg_html_markup(html, "<ul>\n");
    for (int i = 0; i < r->kept->n && i < TOLD; i++) tell_motif(r, i, html);
    if (r->kept->n > TOLD) sg_html_markup(html, "<li>and more, in the table below</li>\n");
    sg_html_markup(html, "</ul>\n");
  }
  if (r->n_lost)
    sg_html_para(html, NULL, "%" PRId64 " region%s tau hold%s none of these motifs.", r->n_lost,
                 r->n_lost == 1 ? " that passes" : "s that pass", r->n_lost == 1 ? "s" : "");
}

/* ---- 2. Warnings, numbers, what was expected ---- */

static void put_warning(void *user, const char *text)
{
  sg_html_para(user, "warning", "%s", text);
}

static void put_card(sg_html *html, const char *value, const char *name)
{
  sg_html_markup(html, "<div class=\"card\"><b>");
  sg_html_text(html, value);
  sg_html_markup(html, "</b><span>");
  sg_html_text(html, name);
  sg_html_markup(html, "</span></div>\n");
}

static void put_count(sg_html *html, int64_t value, const char *name)
{
  char text[SG_CELL];
  snprintf(text, sizeof text, "%" PRId64, value);
  put_card(html, text, name);
}

/* tau and f(nothing) stand side by side, always. */
static void put_cards(const sg_report *r, sg_html *html)
{
  char text[SG_CELL];
  sg_html_markup(html, "<div class=\"cards\">\n");
  if (r->n_f) put_count(html, r->n_f, "regions");
  if (r->n_f) put_count(html, r->passing, "pass tau");
  put_card(html, sg_cell(text, r->tau), "tau");
  put_card(html, isnan(r->empty) ? "unknown" : sg_cell(text, r->empty), "f(nothing)");
  put_count(html, r->subsets->n, "subsets");
  put_count(html, r->kept->n, "motifs");
  put_count(html, r->n_lost, "regions without one");
  sg_html_markup(html, "</div>\n");
}

static void put_expected(const sg_report *r, sg_html *html)
{
  sg_recovered found;
  sg_err err;
  const char *expect = sg_opt_text(r->opts, "expect");
  if (!expect) return;
  if (sg_recovered_maf(r, &found, &err)) {
    sg_html_error(html, &err);
    return;
  }
  if (found.full >= 0)
    sg_html_para(html, "good", "Expected and recovered: the full Maf recognition element, by %s.",
                 r->kept->motif[found.full].id);
  else
    sg_html_para(html, "warning", "Expected but not recovered: the full Maf recognition element.");
  if (found.half >= 0)
    sg_html_para(html, "good", "Recovered as well: its half site, by %s.",
                 r->kept->motif[found.half].id);
}

/* ---- 3. The table of motifs ---- */

static const sg_html_column motif_columns[] = {
  { "motif", NULL, SG_HTML_WORDS },
  { "pattern", "consensus of the genome's bases at the sites, - where they tell less than 0.25 "
    "bit: genome_consensus of summary.tsv; without a genome that of kept bases, - where few keep "
    "one: consensus of summary.tsv", SG_HTML_SEQUENCE },
  { "members", "subsets, or parts of them", SG_HTML_NUMBER },
  { "sites", "distinct places on the genome", SG_HTML_NUMBER },
  { "regions", "regions with a member", SG_HTML_NUMBER },
  { "percent", "of the regions with subsets", SG_HTML_NUMBER },
  { "resembles", "the nearest matrix of the data base", SG_HTML_WORDS },
  { "family", "of the nearest matrix, as JASPAR files it", SG_HTML_WORDS },
  { "p", "chance of a matrix that near, were its columns drawn from those of the data base",
    SG_HTML_NUMBER },
  { "E", "p times the number of matrices: as near ones to expect by chance for one motif",
    SG_HTML_NUMBER },
  { "q", "false discovery rate among the matrices", SG_HTML_NUMBER },
  { "E_run", "E times the number of motifs of this run: as near ones to expect by chance in the "
    "whole run; above 0.05 the match is no evidence", SG_HTML_NUMBER },
  { "planted f", "median output for the subsets planted into shuffled sequence (--transplant)",
    SG_HTML_NUMBER },
  { "planted >= tau", "median fraction of the shuffled versions that pass tau", SG_HTML_NUMBER },
};
enum { MOTIF_COLUMNS = sizeof motif_columns / sizeof motif_columns[0] };

typedef char cells[MOTIF_COLUMNS][SG_CELL];

/* Number 0 .. MOTIF_COLUMNS - 1 of a motif, texts in `text`. */
static void motif_cells(const sg_report *r, int motif, const sg_motif_count *c, cells text,
                        const char *cell[MOTIF_COLUMNS])
{
  const sg_hit *hit = NULL;
  int n = 0;
  bool any = sg_report_hits(r, motif, &hit, &n);
  for (int i = 0; i < MOTIF_COLUMNS; i++) cell[i] = text[i];
  cell[0] = r->kept->motif[motif].id;
  snprintf(text[2], SG_CELL, "%" PRId64, c->members);
  snprintf(text[3], SG_CELL, "%.0f", r->kept->motif[motif].nsites);
  snprintf(text[4], SG_CELL, "%" PRId64, c->regions);
  snprintf(text[5], SG_CELL, "%.1f", sg_percent((double)c->regions, (double)r->n_region));
  cell[6] = any ? hit->name : "none";
  cell[7] = any ? hit->family : "";
  sg_cell_p(text[8], any ? hit->p : NAN);
  sg_cell_p(text[9], any ? hit->e : NAN);
  sg_cell_p(text[10], any ? hit->q : NAN);
  sg_cell_p(text[11], any ? hit->e_run : NAN);
  sg_cell(text[12], c->plant_median);
  sg_cell(text[13], c->plant_fraction);
}

typedef void take_row(void *user, const char *const *cell);

/* Every motif's row, without the last columns where nothing was planted. */
static sg_status each_motif(const sg_report *r, take_row *take, void *user, sg_err *err)
{
  cells text;
  const char *cell[MOTIF_COLUMNS];
  for (int i = 0; i < r->kept->n; i++) {
    sg_motif_count c;
    sg_status status = sg_count_motif(r, i, &c, err);
    if (status) return status;
    char *pattern = sg_report_pattern(r, i);
    if (!pattern) return sg_fail(err, SG_ENOMEM, "out of memory");
    motif_cells(r, i, &c, text, cell);
    cell[1] = pattern;
    take(user, cell);
    free(pattern);
  }
  return SG_OK;
}

static int shown_columns(const sg_report *r)
{
  return r->subsets->has_plant ? MOTIF_COLUMNS : MOTIF_COLUMNS - 2;
}

static void put_html_row(void *user, const char *const *cell) { sg_html_table_row(user, cell); }

static void put_motif_table(const sg_report *r, sg_html *html)
{
  sg_err err;
  if (!r->kept->n) return;
  sg_html_heading(html, 2, "motifs", "Motifs");
  sg_html_table_begin(html, "motif-table", "In order of size.", motif_columns, shown_columns(r),
                      false);
  if (each_motif(r, put_html_row, html, &err)) sg_html_error(html, &err);
  sg_html_table_end(html);
  sg_html_legend(html, motif_columns, shown_columns(r));
}

typedef struct text_table { sg_output *out; int columns; sg_status status; sg_err err; } text_table;

static void put_text_row(void *user, const char *const *cell)
{
  text_table *t = user;
  for (int i = 0; i < t->columns && !t->status; i++) {
    const char *text = cell[i] && *cell[i] ? cell[i] : ".";
    t->status = sg_output_printf(t->out, &t->err, "%s%s", i ? "\t" : "", text);
  }
  if (!t->status) t->status = sg_output_puts(t->out, "\n", &t->err);
}

sg_status sg_report_table(const sg_report *report, const char *path, sg_err *err)
{
  text_table t = { .columns = shown_columns(report) };
  const char *title[MOTIF_COLUMNS];
  sg_status status = sg_output_open(path, 0, &t.out, err);
  if (status) return status;
  for (int i = 0; i < MOTIF_COLUMNS; i++) title[i] = motif_columns[i].title;
  for (int i = 0; i < t.columns && !t.status; i++)
    if (motif_columns[i].hint)
      t.status = sg_output_printf(t.out, &t.err, "## %s %s\n", title[i], motif_columns[i].hint);
  if (!t.status) t.status = sg_output_puts(t.out, "#", &t.err);
  put_text_row(&t, title);
  status = each_motif(report, put_text_row, &t, err);
  if (!status && t.status) {
    status = t.status;
    if (err) *err = t.err;
  }
  if (!status) return sg_output_commit(t.out, err);
  sg_output_discard(t.out);
  return status;
}

/* ---- 4. Predictions ---- */

enum { BARS = 50 };

static void put_histogram(const sg_report *r, sg_html *html)
{
  double y[BARS] = { 0 }, lo = r->f[0], hi = r->f[r->n_f - 1];
  char tau[SG_CELL], empty[SG_CELL], number[SG_CELL];
  if (lo >= 0 && hi <= 1) {
    lo = 0;
    hi = 1;
  }
  if (!(hi > lo)) hi = lo + fmax(1, 0.01 * fabs(lo));
  for (int64_t i = 0; i < r->n_f; i++) {
    double bar = (r->f[i] - lo) / (hi - lo) * BARS;
    y[bar > 0 ? bar < BARS ? (int)bar : BARS - 1 : 0]++;
  }
  snprintf(tau, sizeof tau, "tau = %s", sg_cell(number, r->tau));
  snprintf(empty, sizeof empty, "f(nothing) = %s", sg_cell(number, r->empty));
  sg_html_mark marks[] = { { r->tau, tau }, { r->empty, empty } };
  sg_html_bars bars = { "Predictions of all regions", "prediction", "regions", lo, hi, BARS, y,
                        r->below ? NAN : r->tau - (hi - lo) / BARS, marks, 2 };
  sg_html_plot(html, &bars);
}

static const char *said(const sg_report *r, const char *key)
{
  for (int i = 0; i < r->n_said; i++)
    if (!strcmp(r->said[i].key, key)) return r->said[i].value;
  return NULL;
}

static void put_predictions(const sg_report *r, sg_html *html)
{
  char empty[SG_CELL], passing[SG_CELL] = "";
  const char *tau = said(r, "tau");
  if (isnan(r->empty)) snprintf(empty, sizeof empty, "unknown");
  else snprintf(empty, sizeof empty, "%.4g", r->empty);
  if (r->n_f)
    snprintf(passing, sizeof passing, " %" PRId64 " of %" PRId64 " regions (%.1f %%) pass.",
             r->passing, r->n_f, sg_percent((double)r->passing, (double)r->n_f));
  sg_html_heading(html, 2, "predictions", "Predictions");
  if (r->n_f) put_histogram(r, html);
  sg_html_para(html, NULL, "tau = %s; f(nothing), the value when every base is hidden, is %s.%s",
               tau ? tau : "unknown", empty, r->n_f ? passing
               : " The table of predictions is not there.");
}

/* ---- 5. The page ---- */

static void put_links(const sg_report *r, sg_html *html)
{
  sg_html_markup(html, "<nav><a href=\"#motifs\">Motifs</a>");
  if (r->n_track) sg_html_markup(html, "<a href=\"#tracks\">Regions</a>");
  sg_html_markup(html, "<a href=\"#predictions\">Predictions</a><a href=\"#pairs\">"
                 "Together</a><a href=\"#unexplained\">Unexplained</a>");
  if (r->control)
    sg_html_markup(html, "<a href=\"#control\">Control</a>");
  sg_html_markup(html, "<a href=\"#methods\">Methods</a></nav>\n");
}

sg_status sg_report_page(const sg_report *report, const char *path, sg_err *err)
{
  char title[512];
  sg_html *html = NULL;
  sg_err inner;
  snprintf(title, sizeof title, "Seqgloss: %.200s, %.200s", report->model, report->target);
  sg_status status = sg_html_open(path, title, &html, err);
  if (status) return status;
  sg_html_markup(html, "<header>\n");
  sg_html_heading(html, 1, NULL, title);
  put_links(report, html);
  sg_html_markup(html, "</header>\n");
  put_summary(report, html);
  put_expected(report, html);
  if (sg_report_guard(report, put_warning, html, &inner)) sg_html_error(html, &inner);
  put_cards(report, html);
  put_motif_table(report, html);
  sg_report_motifs(report, html);
  sg_report_tracks(report, html);
  put_predictions(report, html);
  sg_report_rest(report, html);
  return sg_html_close(html, err);
}
