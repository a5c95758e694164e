/* cli/report_draw.c: the page of a report: a few regions letter by letter.
 *
 * A picture has the sequence with the bases of the region's subsets marked and the sites of motifs
 * above it, and the scores below. A wide window is cut to the stretch that holds most kept bases.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "cli/report_words.h"
#include "seqgloss/logo.h"

enum { WIDEST = 120, SPANS = 8, LABEL = 80 };

/* What is drawn of a region. */
typedef struct picture {
  const sg_report *r;
  const sg_track *track;
  int64_t row, n_row;          /* its subsets, from row on */
  int64_t site, n_site;        /* members that are pieces of them, from site on */
  int64_t from;                /* first position of the window that is drawn */
  int width, kept, kept_all;   /* columns; kept bases among them, and in the window */
  unsigned char mark[WIDEST];
  double sequence[WIDEST * 4], score[WIDEST * 4];
  sg_logo_span span[SPANS];
  char label[SPANS][LABEL];
  int n_span;
} picture;

/* ---- What stands where ----------------------------------------------------------------------- */

/* Marks kept[L]: bases of the region's subsets. */
static int mark_kept(const picture *p, unsigned char *kept)
{
  int n = 0;
  for (int64_t k = p->row; k < p->row + p->n_row; k++) {
    const sg_subset_row *row = &p->r->subsets->row[k];
    int64_t left = sg_subset_left(row);
    for (int j = 0; j < row->length && left >= 0; j++) {
      if (row->text[j] == '-' || left + j >= p->track->length || kept[left + j]) continue;
      kept[left + j] = 1;
      n++;
    }
  }
  return n;
}

/* The stretch of `width` positions with most kept bases; of equal ones the middle one. */
static int64_t choose_stretch(const unsigned char *kept, int64_t length, int64_t width)
{
  int64_t n = 0, best = -1, first = 0, last = 0;
  for (int64_t i = 0; i < length; i++) {
    n += kept[i];
    if (i >= width) n -= kept[i - width];
    if (i + 1 < width || n < best) continue;
    if (n > best) first = i + 1 - width;
    last = i + 1 - width;
    best = n;
  }
  return first + (last - first) / 2;
}

static void take_letters(picture *p)
{
  static const char letters[] = "ACGT";
  for (int i = 0; i < p->width; i++) {
    char base = p->track->base[p->from + i];
    const char *at = base ? strchr(letters, base) : NULL;
    if (!at) continue;
    p->sequence[i * 4 + (at - letters)] = 1;
    p->score[i * 4 + (at - letters)] = p->track->score[p->from + i];
  }
}

/* Members lie by the rows of their subsets. */
static int64_t first_site(const sg_report *r, int64_t row)
{
  int64_t lo = 0, hi = r->n_site;
  while (lo < hi) {
    int64_t mid = lo + (hi - lo) / 2;
    if (r->site[mid].row < row) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/* Sites of motifs that members of the region's subsets lie at; several members may share one. Of a
 * window without a place they count from its beginning. */
static void take_spans(picture *p)
{
  const sg_report *r = p->r;
  const sg_subset_row *row = &r->subsets->row[p->row];
  int64_t left = (row->end < 0 ? 0 : row->start) + p->from;
  for (int64_t i = p->site; i < p->site + p->n_site && p->n_span < SPANS; i++) {
    const sg_site *s = &r->site[i];
    if (s->start < 0) continue;
    int64_t from = s->start - left, to = s->end - left;
    if (from < 0) from = 0;
    if (to > p->width) to = p->width;
    if (from >= to) continue;
    char *label = p->label[p->n_span];
    snprintf(label, LABEL, "%.60s (%c)", r->kept->motif[s->motif].id, s->strand);
    bool there = false;
    for (int k = 0; k < p->n_span; k++)
      there = there || (p->span[k].from == from && p->span[k].to == to
                        && !strcmp(p->label[k], label));
    if (!there) p->span[p->n_span++] = (sg_logo_span){ (int)from, (int)to, label };
  }
}

static sg_status lay_out(picture *p, sg_err *err)
{
  int64_t length = p->track->length;
  unsigned char *kept = calloc((size_t)length + 1, 1);
  if (!kept) return sg_fail(err, SG_ENOMEM, "out of memory");
  p->kept_all = mark_kept(p, kept);
  p->width = (int)(length < WIDEST ? length : WIDEST);
  p->from = choose_stretch(kept, length, p->width);
  memcpy(p->mark, kept + p->from, (size_t)p->width);
  free(kept);
  for (int i = 0; i < p->width; i++) p->kept += p->mark[i];
  take_letters(p);
  take_spans(p);
  return SG_OK;
}

/* ---- The picture ----------------------------------------------------------------------------- */

/* What made the scores: "in-silico mutagenesis (logit)", else the command's name. */
static void title_of(const sg_report *r, char title[SG_CELL])
{
  static const char begin[] = "seqgloss ";
  const char *command = r->scored_by;
  bool logit = command && strstr(command, " --logits");
  if (command && !strncmp(command, begin, sizeof begin - 1)) command += sizeof begin - 1;
  int n = command ? (int)strcspn(command, " ") : 0;
  if (n == 3 && !strncmp(command, "ism", 3)) snprintf(title, SG_CELL, "in-silico mutagenesis");
  else snprintf(title, SG_CELL, "scores%s%.*s", n ? " of " : "", n < 60 ? n : 60,
                command ? command : "");
  if (logit) strncat(title, " (logit)", SG_CELL - strlen(title) - 1);
}

static sg_status draw(const picture *p, sg_html *html, sg_err *err)
{
  char title[SG_CELL], label[2 * SG_CELL], *svg = NULL;
  const double room = 990;     /* pixels of a page that columns may take */
  const sg_subset_row *row = &p->r->subsets->row[p->row];
  title_of(p->r, title);
  snprintf(label, sizeof label, "region %.100s: sequence, kept bases, scores", row->region);
  sg_logo logo = sg_logo_default();
  logo.column = room / p->width < 10 ? room / p->width : 10;
  sg_logo_panel panel[2] = {
    { .h = p->sequence, .width = p->width, .hi = 1, .height = 1.3 * logo.column, .mark = p->mark,
      .span = p->span, .n_span = p->n_span },
    { .h = p->score, .width = p->width, .height = 70, .mark = p->mark, .title = title,
      .axis = "effect" }
  };
  logo.panel = panel;
  logo.n_panel = 2;
  logo.first = row->start >= 0 ? row->start + p->from + 1 : p->from + 1;
  logo.place = row->start >= 0 ? row->chrom : NULL;
  logo.label = label;
  logo.defs = false;
  sg_status status = sg_logo_svg(&logo, &svg, err);
  if (!status) sg_html_markup(html, svg);
  free(svg);
  return status;
}

/* ---- The words ------------------------------------------------------------------------------- */

static void put_motif(const sg_report *r, int motif, bool first, sg_html *html)
{
  const char *id = r->kept->motif[motif].id;
  sg_html_markup(html, first ? "; <a href=\"#" : ", <a href=\"#");
  sg_html_text(html, id);
  sg_html_markup(html, "\">");
  sg_html_text(html, id);
  sg_html_markup(html, "</a>");
}

/* The clusters that pieces of its subsets belong to, each once, in order of size. */
static void put_motifs(const picture *p, sg_html *html)
{
  const sg_report *r = p->r;
  bool any = false;
  for (int m = 0; m < r->kept->n; m++) {
    bool here = false;
    for (int64_t i = p->site; i < p->site + p->n_site && !here; i++)
      here = r->site[i].motif == m;
    if (here) put_motif(r, m, !any, html);
    any = any || here;
  }
  if (!any) sg_html_text(html, "; in no cluster");
}

static void put_caption(const picture *p, sg_html *html)
{
  char place[SG_CELL];
  const sg_subset_row *row = &p->r->subsets->row[p->row];
  sg_html_markup(html, "<figcaption><b>");
  sg_html_text(html, row->region);
  sg_html_markup(html, "</b>");
  sg_cell_place(place, row->chrom, row->start, row->end);
  sg_html_textf(html, "%s%s", *place ? " " : "", place);
  if (row->strand != '.') sg_html_textf(html, " (%c)", row->strand);
  sg_html_textf(html, ", f = %.6g, %" PRId64 " subset%s of %d bases", row->f_all,
                p->n_row, p->n_row == 1 ? "" : "s", p->kept_all);
  put_motifs(p, html);
  if (p->width < p->track->length)
    sg_html_textf(html, ". Bases %" PRId64 " to %" PRId64 " of the window of %" PRId64 ", with %d "
                  "of the %d", p->from + 1, p->from + p->width, p->track->length, p->kept,
                  p->kept_all);
  sg_html_markup(html, "</figcaption>\n");
}

static sg_status put_track(const sg_report *r, const sg_track *t, sg_html *html, sg_err *err)
{
  picture *p = calloc(1, sizeof *p);
  if (!p) return sg_fail(err, SG_ENOMEM, "out of memory");
  p->r = r;
  p->track = t;
  p->row = t->first - r->subsets->row;
  while (p->row + p->n_row < r->subsets->n
         && r->region_of[p->row + p->n_row] == r->region_of[p->row]) p->n_row++;
  p->site = first_site(r, p->row);
  p->n_site = first_site(r, p->row + p->n_row) - p->site;
  sg_status status = lay_out(p, err);
  if (!status) {
    sg_html_markup(html, "<figure class=\"track\">");
    put_caption(p, html);
    status = draw(p, html, err);
    sg_html_markup(html, "</figure>\n");
  }
  free(p);
  return status;
}

/* Letters are defined once a page, before the motifs; without motifs here. */
static sg_status put_definitions(const sg_report *r, sg_html *html, sg_err *err)
{
  char *defs = NULL;
  sg_status status = r->kept->n ? SG_OK : sg_logo_defs(sg_logo_default().prefix, &defs, err);
  if (defs) sg_html_markup(html, defs);
  free(defs);
  return status;
}

void sg_report_tracks(const sg_report *report, sg_html *html)
{
  const sg_report *r = report;
  sg_err err;
  if (!r->n_track) return;
  sg_html_heading(html, 2, "tracks", "Regions letter by letter");
  sg_html_para(html, NULL, "The regions with subsets whose output is the furthest past tau. Bases "
               "of their subsets are marked; lines above are sites of motifs, with the strand; "
               "letters below are the effect of the base that is there, upwards where it supports "
               "the output. Positions count from 1, left to right on the forward strand.");
  sg_status status = put_definitions(r, html, &err);
  for (int i = 0; i < r->n_track && !status; i++) status = put_track(r, &r->track[i], html, &err);
  if (status) sg_html_error(html, &err);
}
