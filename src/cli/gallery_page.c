/* cli/gallery_page.c: the page of --report: regions with the scores of their bases.
 *
 *   1. Numbers of a region
 *   2. Long windows, as a whole
 *   3. One region
 *   4. The page
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/gallery.h"
#include "cli/report_words.h"
#include "seqgloss/logo.h"

/* ---- 1. Numbers ---- */

static const float *scores_of(const sg_gallery *g, const sg_shot *s, int method, int target)
{
  return s->score + ((int64_t)method * g->o.n_targets + target) * s->length;
}

/* Mean |score| where the mark is `in`; NAN: nowhere. */
static double magnitude(const float *score, const unsigned char *mark, int length, bool in)
{
  double sum = 0, n = 0;
  for (int i = 0; i < length; i++)
    if (!mark[i] == !in) {
      sum += fabs((double)score[i]);
      n++;
    }
  return n > 0 ? sum / n : NAN;
}

static const sg_html_column columns[] = {
  { "method", NULL, SG_HTML_WORDS },
  { "f(x)", "what is explained, at the sequence", SG_HTML_NUMBER },
  { "f(r)", "its mean at the references, or at the baseline", SG_HTML_NUMBER },
  { "f(x) - f(r)", "what the scores are to add up to", SG_HTML_NUMBER },
  { "sum", "of all scores", SG_HTML_NUMBER },
  { "residual", "what the sum misses, relative to f(x) - f(r) or to 1", SG_HTML_NUMBER },
  { "in subset", "mean magnitude of the scores at marked positions", SG_HTML_NUMBER },
  { "elsewhere", "mean magnitude of the other scores", SG_HTML_NUMBER },
  { "ratio", "of the two", SG_HTML_NUMBER }
};
enum { COLUMNS = sizeof columns / sizeof columns[0], PLAIN = COLUMNS - 3 };

static void put_row(const sg_gallery *g, const sg_shot *s, int method, int target, bool marked,
                    sg_html *html)
{
  char text[COLUMNS][SG_CELL];
  const char *cell[COLUMNS] = { g->o.methods[method] };
  const double *told = s->told[method * g->o.n_targets + target];
  const float *score = scores_of(g, s, method, target);
  const unsigned char *mark = sg_gallery_mark(s, target);
  double sum = 0;
  for (int i = 0; i < s->length; i++) sum += (double)score[i];
  double in = marked ? magnitude(score, mark, s->length, true) : NAN;
  double out = marked ? magnitude(score, mark, s->length, false) : NAN;
  const double number[COLUMNS] = { NAN, told[0], told[1], told[0] - told[1], sum, told[2], in, out,
                                   out > 0 ? in / out : NAN };
  for (int c = 1; c < COLUMNS; c++)
    cell[c] = c == 5 ? sg_cell_p(text[c], number[c]) : sg_cell(text[c], number[c]);
  sg_html_table_row(html, cell);
}

static void put_numbers(const sg_gallery *g, const sg_shot *s, int shot, int target, sg_html *html)
{
  char id[64];
  bool marked = s->mark && memchr(sg_gallery_mark(s, target), 1, (size_t)s->length);
  snprintf(id, sizeof id, "numbers-%d-%d", shot + 1, target + 1);
  sg_html_table_begin(html, id, NULL, columns, marked ? COLUMNS : PLAIN, false);
  for (int m = 0; m < g->o.n_methods; m++) put_row(g, s, m, target, marked, html);
  sg_html_table_end(html);
  if (s->mark && !marked) sg_html_para(html, "note", "No subset of the table lies here.");
}

/* ---- 2. Long windows ---- */

enum { WIDE = 700, HIGH = 48 };

/* Least and greatest score, 0 included, of bin b of WIDE. */
static void extremes(const float *score, int length, int b, double *lo, double *hi)
{
  int64_t from = (int64_t)b * length / WIDE, to = (int64_t)(b + 1) * length / WIDE;
  *lo = *hi = 0;
  for (int64_t i = from; i < to || i == from; i++) {
    double v = i < length && isfinite(score[i]) ? (double)score[i] : 0;
    if (v < *lo) *lo = v;
    if (v > *hi) *hi = v;
  }
}

/* One method over the whole window: a bar from the least to the greatest score of each bin, and the
 * stretch that is drawn in letters as a band. */
static void put_overview(const sg_gallery *g, const sg_shot *s, int method, int target,
                         sg_html *html)
{
  const float *score = scores_of(g, s, method, target);
  double least = 0, most = 0, lo, hi;
  int from, to;
  char text[160];
  sg_gallery_stretch(s, target, &from, &to);
  if (to - from == s->length) return;
  for (int b = 0; b < WIDE; b++) {
    extremes(score, s->length, b, &lo, &hi);
    least = fmin(least, lo);
    most = fmax(most, hi);
  }
  double scale = most > least ? HIGH / (most - least) : 0;
  sg_html_markup(html, "<figure><svg class=\"plot\" role=\"img\" viewBox=\"0 0 700 48\">");
  snprintf(text, sizeof text, "<rect x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"48\" "
           "style=\"fill:var(--soft)\"/>", (double)from * WIDE / s->length,
           (double)(to - from) * WIDE / s->length);
  sg_html_markup(html, text);
  sg_html_markup(html, "<title>");
  sg_html_textf(html, "%s over the whole window", g->o.methods[method]);
  sg_html_markup(html, "</title><path style=\"stroke:var(--accent)\" d=\"");
  for (int b = 0; b < WIDE; b++) {
    extremes(score, s->length, b, &lo, &hi);
    if (lo == 0 && hi == 0) continue;
    snprintf(text, sizeof text, "M%d.5 %.1fV%.1f", b, (most - hi) * scale, (most - lo) * scale);
    sg_html_markup(html, text);
  }
  snprintf(text, sizeof text, "\"/><path class=\"line\" d=\"M0 %.1fH700\"/></svg>", most * scale);
  sg_html_markup(html, text);
  sg_html_markup(html, "<figcaption>");
  sg_html_textf(html, "%s over all %d bases; below, bases %d to %d in letters",
                g->o.methods[method], s->length, from + 1, to);
  sg_html_markup(html, "</figcaption></figure>\n");
}

/* ---- 3. One region ---- */

/* Letters of up to FITS bases are still letters when the picture is as wide as the page. */
static void put_picture(const sg_gallery *g, const sg_shot *s, int target, sg_html *html)
{
  enum { FITS = 210 };
  char *svg = NULL;
  int from, to;
  sg_err err;
  for (int m = 0; m < g->o.n_methods; m++) put_overview(g, s, m, target, html);
  if (sg_gallery_draw(g, s, target, false, &svg, &err)) {
    sg_html_error(html, &err);
    return;
  }
  sg_gallery_stretch(s, target, &from, &to);
  sg_html_markup(html, to - from <= FITS ? "<figure class=\"wide fits\">"
                                         : "<figure class=\"wide\">");
  sg_html_markup(html, svg);
  sg_html_markup(html, "</figure>\n");
  free(svg);
}

static void put_region(const sg_gallery *g, int shot, sg_html *html)
{
  char id[32], place[SG_CELL];
  const sg_shot *s = &g->shot[shot];
  snprintf(id, sizeof id, "region-%d", shot + 1);
  sg_html_heading(html, 2, id, s->name);
  sg_cell_place(place, s->chrom, (long long)s->start, (long long)s->end);
  const char *shown = s->strand != '-' ? ""
                      : s->reversed ? ", read on the reverse strand and shown so"
                      : ", read on the reverse strand, shown on the forward one";
  sg_html_para(html, "note", "%s%s%d bases%s", place, *place ? ", " : "", s->length, shown);
  for (int t = 0; t < g->o.n_targets; t++) {
    if (g->o.n_targets > 1) sg_html_heading(html, 3, NULL, g->o.targets[t]);
    put_picture(g, s, t, html);
    put_numbers(g, s, shot, t, html);
  }
}

/* ---- 4. The page ---- */

static void put_lead(const sg_gallery *g, sg_html *html)
{
  bool references = false;
  for (int k = 0; g->n && k < g->o.n_methods; k++)
    references |= !isnan(g->shot[0].told[k * g->o.n_targets][1]);
  sg_html_para(html, "lead", "%d of %" PRId64 " regions: those %s%s.", g->n, g->seen, references
               ? "whose prediction is farthest from that of the references"
               : "of the highest prediction", g->o.n_targets > 1 ? ", of whichever target" : "");
  sg_html_markup(html, "<p>");
  sg_html_text(html, "What is explained: ");
  for (int t = 0; t < g->o.n_targets; t++)
    sg_html_textf(html, "%s%s%s", t ? ", " : "", g->o.targets[t],
                  g->o.logits[t] ? " (logit)" : "");
  sg_html_text(html, ". A logit is the value before a final sigmoid or softmax. A letter is as "
               "high as the score of its base; what hangs below the axis lowers the prediction. "
               "Each method has a scale of its own.");
  if (g->subsets)
    sg_html_text(html, " Bands mark the bases of sufficient input subsets, which keep the "
                 "prediction when every other base is hidden.");
  sg_html_markup(html, "</p>\n");
  sg_html_para(html, "note", "In the tables:");
  sg_html_legend(html, columns, g->subsets ? COLUMNS : PLAIN);
}

static void put_links(const sg_gallery *g, sg_html *html)
{
  char at[64];
  sg_html_markup(html, "<nav>");
  for (int s = 0; s < g->n; s++) {
    snprintf(at, sizeof at, "<a href=\"#region-%d\">", s + 1);
    sg_html_markup(html, at);
    sg_html_text(html, g->shot[s].name);
    sg_html_markup(html, "</a>");
  }
  sg_html_markup(html, "</nav>\n");
}

static void put_provenance(const sg_gallery *g, sg_html *html)
{
  const sg_facts *facts = g->o.facts;
  if (!facts || !facts->n) return;
  sg_html_heading(html, 2, "provenance", "Provenance");
  sg_html_markup(html, "<dl class=\"facts\">\n");
  for (int i = 0; i < facts->n; i++) {
    sg_html_markup(html, "<dt>");
    sg_html_text(html, facts->fact[i].key);
    sg_html_markup(html, "</dt><dd>");
    sg_html_text(html, facts->fact[i].value);
    sg_html_markup(html, "</dd>\n");
  }
  sg_html_markup(html, "</dl>\n");
}

static void put_defs(sg_html *html)
{
  char *defs = NULL;
  sg_err err;
  if (sg_logo_defs(sg_logo_default().prefix, &defs, &err)) sg_html_error(html, &err);
  if (defs) sg_html_markup(html, defs);
  free(defs);
}

sg_status sg_gallery_page(const sg_gallery *g, const char *path, sg_err *err)
{
  char title[512];
  sg_html *html = NULL;
  snprintf(title, sizeof title, "Seqgloss: attribution by %.200s", g->o.model);
  sg_status status = sg_html_open(path, title, &html, err);
  if (status) return status;
  sg_html_markup(html, "<header>\n");
  sg_html_heading(html, 1, NULL, title);
  put_links(g, html);
  sg_html_markup(html, "</header>\n");
  put_lead(g, html);
  put_defs(html);
  for (int s = 0; s < g->n; s++) put_region(g, s, html);
  put_provenance(g, html);
  return sg_html_close(html, err);
}
