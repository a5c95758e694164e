/* cli/report_motif.c: the page of a report: a section for each motif.
 *
 *   1. Logos
 *   2. What it resembles
 *   3. Where it lies
 *   4. Its members
 *   5. Sections, and logos as files
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/report.h"
#include "cli/report_words.h"
#include "seqgloss/logo.h"

static const double even[4] = { 0.25, 0.25, 0.25, 0.25 };

/* ---- 1. Logos ---- */

/* Heights in bits of a motif, or of its other strand. Freed by free(); NULL: err says why. */
static double *heights(const sg_motif *motif, bool reverse, sg_err *err)
{
  double *h = malloc(4 * (size_t)motif->width * sizeof *h);
  if (!h) {
    sg_fail(err, SG_ENOMEM, "out of memory");
    return NULL;
  }
  if (sg_motif_heights(motif, SG_HEIGHTS_BITS, false, even, h, err)) {
    free(h);
    return NULL;
  }
  if (reverse) sg_motif_revcomp(h, motif->width);
  return h;
}

/* One or two motifs, aligned: `other` under `motif`, turned and moved as `hit` says; NULL: none. */
static sg_status draw(const sg_motif *motif, const char *title, const sg_motif *other,
                      const sg_hit *hit, bool file, char **ret_svg, sg_err *err)
{
  char under[256];
  double *a = heights(motif, false, err);
  double *b = a && other ? heights(other, hit->reverse, err) : NULL;
  sg_logo_panel panel[2] = { { .h = a, .width = motif->width, .hi = 2, .title = title,
                               .axis = "bits" } };
  sg_logo logo = sg_logo_default();
  *ret_svg = NULL;
  sg_status status = !a || (other && !b) ? SG_EINTERNAL : SG_OK;
  if (other && !status) {
    snprintf(under, sizeof under, "%.80s %.120s%s", hit->id, hit->name,
             hit->reverse ? " (other strand)" : "");
    panel[0].offset = hit->offset > 0 ? (int)hit->offset : 0;
    panel[1] = (sg_logo_panel){ .h = b, .width = other->width, .hi = 2, .title = under,
                                .axis = "bits",
                                .offset = hit->offset < 0 ? (int)-hit->offset : 0 };
  }
  logo.panel = panel;
  logo.n_panel = other ? 2 : 1;
  logo.label = title;
  logo.defs = logo.page = file;
  if (!status) status = sg_logo_svg(&logo, ret_svg, err);
  else if (err) status = err->code;
  free(a);
  free(b);
  return status;
}

static void put_logo(sg_html *html, const sg_motif *motif, const char *title,
                     const sg_motif *other, const sg_hit *hit, const char *caption)
{
  sg_err err;
  char *svg = NULL;
  if (draw(motif, title, other, hit, false, &svg, &err)) sg_html_error(html, &err);
  sg_html_markup(html, "<figure>");
  if (svg) sg_html_markup(html, svg);
  sg_html_markup(html, "<figcaption>");
  sg_html_text(html, caption);
  sg_html_markup(html, "</figcaption></figure>\n");
  free(svg);
}

static const sg_motif *motif_of(const sg_motifs *motifs, const char *id)
{
  int i = sg_report_find(motifs, id);
  return i < 0 ? NULL : &motifs->motif[i];
}

static void put_logos(const sg_report *r, int motif, sg_html *html)
{
  enum { SHOWN = 2 };          /* matrices of the data base below the motif */
  const sg_motif *kept = &r->kept->motif[motif];
  const sg_motif *genomic = motif_of(r->genomic, kept->id);
  const sg_hit *hit;
  int n = 0;
  bool drawn = false;
  sg_report_hits(r, motif, &hit, &n);
  sg_html_markup(html, "<div class=\"logos\">\n");
  if (genomic)
    put_logo(html, genomic, "bases of the genome", NULL, NULL, "All bases under the members, "
             "hidden ones included.");
  for (int i = 0; i < n && i < SHOWN; i++) {
    const sg_motif *other = motif_of(r->db, hit[i].id);
    char e[SG_CELL], caption[2 * SG_CELL];
    snprintf(caption, sizeof caption, "Kept bases above %.80s: E_run = %s.", hit[i].name,
             sg_cell_p(e, hit[i].e_run));
    if (other) put_logo(html, kept, "kept bases", other, &hit[i], caption);
    drawn = drawn || other;
  }
  if (!drawn)                  /* no match, or matrices of another data base than -d */
    put_logo(html, kept, "kept bases", NULL, NULL, "Bases that the subsets keep; what is hidden "
             "counts as background.");
  sg_html_markup(html, "</div>\n");
}

/* ---- 2. What it resembles ---- */

/* Members of the best one's family with p within ten times its own. */
static void tell_family(const sg_hit *hit, int n, sg_html *html)
{
  int told = 0;
  if (!*hit->family) return;
  sg_html_markup(html, "<p>");
  sg_html_textf(html, hit->e_run > SG_REPORT_CHANCE
                ? "No matrix is nearer than chance brings one; the nearest is of the family %s. "
                : "It resembles matrices of the family %s. ", hit->family);
  sg_html_text(html, "Within ten times the best p: ");
  for (int i = 0; i < n; i++) {
    if (hit[i].p > 10 * hit->p || strcmp(hit[i].family, hit->family)) continue;
    sg_html_textf(html, "%s%s (%s)", told++ ? ", " : "", hit[i].name, hit[i].id);
  }
  sg_html_markup(html, told > 1 ? ". They cannot be told apart by their matrices.</p>\n"
                                : ".</p>\n");
}

static void put_hits(const sg_report *r, int motif, sg_html *html)
{
  enum { SHOWN = 20 };
  static const sg_html_column columns[] = {
    { "matrix", NULL, SG_HTML_WORDS }, { "factor", NULL, SG_HTML_WORDS },
    { "family", NULL, SG_HTML_WORDS }, { "class", NULL, SG_HTML_WORDS },
    { "p", NULL, SG_HTML_NUMBER }, { "E", NULL, SG_HTML_NUMBER }, { "q", NULL, SG_HTML_NUMBER },
    { "E_run", "E times the number of motifs", SG_HTML_NUMBER },
    { "overlap", "columns that lie upon each other", SG_HTML_NUMBER }
  };
  const sg_hit *hit;
  char id[64];
  int n;
  if (!sg_report_hits(r, motif, &hit, &n)) {
    sg_html_para(html, NULL, "It resembles no matrix of the data base.");
    return;
  }
  tell_family(hit, n, html);
  snprintf(id, sizeof id, "hits-%d", motif + 1);
  sg_html_markup(html, "<details><summary>Nearest matrices</summary>\n");
  sg_html_table_begin(html, id, NULL, columns, 9, false);
  for (int i = 0; i < n && i < SHOWN; i++) {
    char text[5][SG_CELL];
    snprintf(text[4], SG_CELL, "%" PRId64, hit[i].overlap);
    const char *const cells[] = { hit[i].id, hit[i].name, hit[i].family, hit[i].kind,
                                  sg_cell_p(text[0], hit[i].p), sg_cell_p(text[1], hit[i].e),
                                  sg_cell_p(text[2], hit[i].q), sg_cell_p(text[3], hit[i].e_run),
                                  text[4] };
    sg_html_table_row(html, cells);
  }
  sg_html_table_end(html);
  sg_html_markup(html, "</details>\n");
}

/* ---- 3. Where it lies ---- */

/* How far from 0 the bars reach: half of the widest window; from summits, which may stand anywhere
 * in it, the greatest distance. */
static double reach_of(const sg_report *r, int motif)
{
  double half = 0, d;
  for (int64_t i = 0; i < r->n_site; i++) {
    const sg_subset_row *row = &r->subsets->row[r->site[i].row];
    double reach = 0.5 * (double)(row->end - row->start);
    if (r->site[i].motif != motif || row->start < 0) continue;
    if (r->summits.n) reach = sg_site_distance(r, &r->site[i], &d) ? ceil(fabs(d)) + 1 : 0;
    if (reach > half) half = reach;
  }
  return half;
}

static void put_left_out(int64_t n, sg_html *html)
{
  if (n)
    sg_html_para(html, "note", "%" PRId64 " members lie in windows without a summit and are left "
                 "out of their distances.", n);
}

/* Middles of sites from the middle of their windows, or from the nearest summit there. Windows of
 * narrowPeak regions are centred on the summit, so that the former is the latter. */
static void put_positions(const sg_report *r, int motif, sg_html *html)
{
  enum { BARS = 41 };
  double y[BARS] = { 0 }, d, half = reach_of(r, motif);
  bool summits = r->summits.n > 0;
  int64_t n = 0, left_out = 0;
  for (int64_t i = 0; i < r->n_site && summits; i++)
    left_out += r->site[i].motif == motif && !sg_site_distance(r, &r->site[i], &d);
  put_left_out(left_out, html);
  if (half <= 0) return;
  for (int64_t i = 0; i < r->n_site; i++) {
    if (r->site[i].motif != motif || !sg_site_distance(r, &r->site[i], &d)) continue;
    double bar = floor((d + half) / (2 * half) * BARS);    /* may be no int at all */
    y[bar > 0 ? bar < BARS ? (int)bar : BARS - 1 : 0]++;
    n++;
  }
  if (!n) return;
  sg_html_mark mark = { 0, summits ? "summit" : "middle" };
  sg_html_bars bars = {
    summits ? "Position of the motif from the summits" : "Position of the motif in its windows",
    summits ? "bases from the nearest summit in the window"
            : "bases from the middle of the window (the summit, for narrowPeak)",
    "members", -half, half, BARS, y, NAN, &mark, 1
  };
  sg_html_plot(html, &bars);
}

/* ---- 4. Its members ---- */

static void put_member(const sg_report *r, const sg_site *s, sg_html *html)
{
  char place[SG_CELL], text[4][SG_CELL], strand[2] = { s->strand, 0 };
  const sg_subset_row *row = &r->subsets->row[s->row];
  double d = NAN;
  sg_site_distance(r, s, &d);
  snprintf(text[0], SG_CELL, "%d", row->size);
  if (isnan(d)) text[1][0] = 0;
  else snprintf(text[1], SG_CELL, "%.1f", d);
  const char *const cells[] = { row->region, sg_cell_place(place, row->chrom, s->start, s->end),
                                strand, s->text, text[0], text[1],
                                sg_cell(text[2], row->f_subset),
                                sg_cell(text[3], row->plant_frac) };
  sg_html_table_row(html, cells);
}

static void put_members(const sg_report *r, int motif, int64_t members, sg_html *html)
{
  bool summits = r->summits.n > 0;
  const sg_html_column columns[] = {
    { "region", NULL, SG_HTML_WORDS },
    { "place", "1-based, as genome browsers read it", SG_HTML_SEQUENCE },
    { "strand", NULL, SG_HTML_WORDS },
    { "bases", "as they lie in the motif; - is hidden", SG_HTML_SEQUENCE },
    { "size", "bases of the subset", SG_HTML_NUMBER },
    { summits ? "from summit" : "from middle",
      summits ? "the nearest one in the window, in bases" : "of the window, in bases",
      SG_HTML_NUMBER },
    { "f", "output for the subset alone", SG_HTML_NUMBER },
    { "planted", "fraction of shuffled versions that pass tau with the subset in them",
      SG_HTML_NUMBER }
  };
  char id[64];
  int shown = r->subsets->has_plant ? 8 : 7;
  int64_t most = 20000 / (r->kept->n ? r->kept->n : 1), n = 0;
  if (most < 200) most = 200;
  if (most > 5000) most = 5000;
  snprintf(id, sizeof id, "members-%d", motif + 1);
  sg_html_markup(html, "<details><summary>");
  sg_html_textf(html, "Members (%" PRId64 ")", members);
  sg_html_markup(html, "</summary>\n");
  if (members > most)
    sg_html_para(html, "note", "The first %" PRId64 " are shown; all of them are in clusters.tsv.",
                 most);
  sg_html_table_begin(html, id, NULL, columns, shown, true);
  for (int64_t i = 0; i < r->n_site && n < most; i++) {
    if (r->site[i].motif != motif) continue;
    put_member(r, &r->site[i], html);
    n++;
  }
  sg_html_table_end(html);
  sg_html_markup(html, "</details>\n");
}

/* ---- 5. Sections, and logos as files ---- */

static void put_facts(const sg_report *r, const sg_motif_count *c, const sg_motif *m, sg_html *html)
{
  char plant[SG_CELL], fraction[SG_CELL], size[SG_CELL];
  sg_html_para(html, NULL, "%" PRId64 " members at %.0f distinct sites, in %" PRId64 " regions "
               "(%.0f %% of those with subsets); median size %s. The most frequent string is %s "
               "(%" PRId64 " times).", c->members, m->nsites, c->regions,
               sg_percent((double)c->regions, (double)r->n_region), sg_cell(size, c->size),
               c->common, c->common_n);
  if (!isnan(c->plant_fraction))
    sg_html_para(html, NULL, "Planted into shuffled sequence, its subsets give a median output of "
                 "%s and pass tau in a fraction of %s of the versions.",
                 sg_cell(plant, c->plant_median), sg_cell(fraction, c->plant_fraction));
}

static void put_section(const sg_report *r, int motif, sg_html *html)
{
  sg_motif_count c;
  sg_err err;
  const sg_motif *m = &r->kept->motif[motif];
  char title[256];
  char *pattern = sg_report_pattern(r, motif);
  if (sg_count_motif(r, motif, &c, &err)) {
    sg_html_error(html, &err);
    free(pattern);
    return;
  }
  snprintf(title, sizeof title, "%.80s: %.120s", m->id, pattern ? pattern : "");
  sg_html_heading(html, 3, m->id, title);
  put_facts(r, &c, m, html);
  put_logos(r, motif, html);
  put_hits(r, motif, html);
  put_positions(r, motif, html);
  put_members(r, motif, c.members, html);
  free(pattern);
}

void sg_report_motifs(const sg_report *report, sg_html *html)
{
  sg_err err;
  char *defs = NULL;
  if (!report->kept->n) return;
  if (sg_logo_defs(sg_logo_default().prefix, &defs, &err)) sg_html_error(html, &err);
  if (defs) sg_html_markup(html, defs);
  free(defs);
  for (int i = 0; i < report->kept->n; i++) put_section(report, i, html);
}

/* DIR/ID.svg, DIR/ID.genomic.svg */
static sg_status write_logo(const sg_motif *motif, const char *dir, const char *end,
                            const char *title, sg_err *err)
{
  char name[4096];
  char *svg = NULL;
  sg_output *out = NULL;
  if (strchr(motif->id, '/'))
    return sg_fail(err, SG_EINVAL, "motif %s: its name cannot be that of a file", motif->id);
  if (snprintf(name, sizeof name, "%s/%s%s.svg", dir, motif->id, end) >= (int)sizeof name)
    return sg_fail(err, SG_EINVAL, "%s: the name is too long", dir);
  sg_status status = draw(motif, title, NULL, NULL, true, &svg, err);
  if (!status) status = sg_output_open(name, 0, &out, err);
  if (!status) status = sg_output_puts(out, svg, err);
  free(svg);
  if (!status) return sg_output_commit(out, err);
  sg_output_discard(out);
  return status;
}

/* cluster_9.svg or cluster_9.genomic.svg where there are eight motifs: of an earlier run. */
static bool left_over(const sg_report *r, const char *name)
{
  static const char begin[] = "cluster_";
  char id[64];
  const size_t head = sizeof begin - 1;
  if (strncmp(name, begin, head)) return false;
  size_t n = head + strspn(name + head, "0123456789");
  bool genomic = !strcmp(name + n, ".genomic.svg");
  if (n == head || n >= sizeof id || (!genomic && strcmp(name + n, ".svg"))) return false;
  snprintf(id, sizeof id, "%.*s", (int)n, name);
  return sg_report_find(genomic ? r->genomic : r->kept, id) < 0;
}

static sg_status drop_left_over(const sg_report *r, const char *dir, sg_err *err)
{
  DIR *folder = opendir(dir);
  sg_status status = SG_OK;
  if (!folder) return sg_fail(err, SG_EIO, "%s: %s", dir, strerror(errno));
  for (const struct dirent *entry; !status && (entry = readdir(folder)); )
    if (left_over(r, entry->d_name) && unlinkat(dirfd(folder), entry->d_name, 0))
      status = sg_fail(err, SG_EIO, "%s/%s: %s", dir, entry->d_name, strerror(errno));
  closedir(folder);
  return status;
}

sg_status sg_report_logos(const sg_report *report, const char *dir, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < report->kept->n && !status; i++)
    status = write_logo(&report->kept->motif[i], dir, "", "kept bases", err);
  for (int i = 0; report->genomic && i < report->genomic->n && !status; i++)
    status = write_logo(&report->genomic->motif[i], dir, ".genomic", "bases of the genome", err);
  return status ? status : drop_left_over(report, dir, err);
}
