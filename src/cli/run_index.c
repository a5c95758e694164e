/* cli/run_index.c: the page of several targets: what each came to, its motifs, its warnings.
 *
 * What it says of a target it reads from the files in the target's folder, as the report of the
 * target does.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "cli/report_words.h"
#include "cli/run.h"
#include "seqgloss/html.h"

static const sg_html_column target_columns[] = {
  { "target", NULL, SG_HTML_WORDS },
  { "tau", "threshold: the output that a region, and a subset of its bases alone, must reach",
    SG_HTML_NUMBER },
  { "f(nothing)", "output when every base is hidden; near tau, subsets say little",
    SG_HTML_NUMBER },
  { "passing", "regions whose prediction passes tau", SG_HTML_NUMBER },
  { "of", "regions predicted", SG_HTML_NUMBER },
  { "subsets", "sufficient input subsets of the passing regions", SG_HTML_NUMBER },
  { "motifs", "clusters of subsets", SG_HTML_NUMBER },
  { "unexplained", "passing regions without any of the motifs", SG_HTML_NUMBER },
  { "warnings", "how many; they stand below and in the target's report", SG_HTML_NUMBER }
};

static const sg_html_column motif_columns[] = {
  { "target", NULL, SG_HTML_WORDS },
  { "motif", NULL, SG_HTML_WORDS },
  { "pattern", "consensus, as in the target's motifs.tsv", SG_HTML_SEQUENCE },
  { "sites", "distinct places on the genome", SG_HTML_NUMBER },
  { "regions", "regions with a member", SG_HTML_NUMBER },
  { "percent", "of the target's regions with subsets", SG_HTML_NUMBER },
  { "resembles", "the nearest matrix of the data base", SG_HTML_WORDS },
  { "family", "of the nearest matrix, as JASPAR files it", SG_HTML_WORDS },
  { "E_run", "as near matrices to expect by chance among all motifs of the target; above 0.05 the "
    "match is no evidence", SG_HTML_NUMBER }
};
enum {
  TARGET_COLUMNS = sizeof target_columns / sizeof target_columns[0],
  MOTIF_COLUMNS = sizeof motif_columns / sizeof motif_columns[0]
};

/* ---- Text ------------------------------------------------------------------------------------ */

/* "hepg2.h5 (Keras 2.15.0 HDF5, sha256 05ee38a36281)" of "hepg2.h5 sha256:05ee... (Keras ...)":
 * the whole digest is in provenance.json, and shown when pointed at. */
static void put_model(const sg_run *run, sg_html *html)
{
  enum { SHORT = 12 };
  const char *line = run->model_line ? run->model_line : "the network";
  const char *digest = strstr(line, " sha256:");
  const char *format = digest ? strchr(digest, '(') : NULL;
  sg_html_textf(html, "%.*s", digest ? (int)(digest - line) : (int)strlen(line), line);
  if (!digest) return;
  digest += sizeof " sha256:" - 1;
  int n = (int)strcspn(digest, " ");
  sg_html_markup(html, " (");
  if (format) sg_html_textf(html, "%.*s, ", (int)strcspn(format + 1, ")"), format + 1);
  sg_html_markup(html, "<abbr title=\"");
  sg_html_textf(html, "%.*s", n, digest);
  sg_html_markup(html, "\">sha256 ");
  sg_html_textf(html, "%.*s", n < SHORT ? n : SHORT, digest);
  sg_html_markup(html, "</abbr>)");
}

static void put_link(sg_html *html, const sg_run_target *t, const char *motif)
{
  char href[4096];
  snprintf(href, sizeof href, "%.2000s/report.html%s%.200s", t->name, *motif ? "#" : "", motif);
  sg_html_table_link(html, href);
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static void count_warning(void *user, const char *text)
{
  (void)text;
  ++*(int *)user;
}

static const char *whole(char text[SG_CELL], int64_t n)
{
  snprintf(text, SG_CELL, "%" PRId64, n);
  return text;
}

static sg_status put_target(const sg_run_target *t, const sg_report *r, sg_html *html,
                            sg_err *err)
{
  char text[TARGET_COLUMNS][SG_CELL];
  int warnings = 0;
  sg_status status = sg_report_guard(r, count_warning, &warnings, err);
  if (status) return status;
  const char *const cells[TARGET_COLUMNS] = {
    t->spec, sg_cell(text[1], r->tau), sg_cell(text[2], r->empty), whole(text[3], r->passing),
    whole(text[4], r->n_f), whole(text[5], r->subsets->n), whole(text[6], r->kept->n),
    whole(text[7], r->n_lost), whole(text[8], warnings)
  };
  put_link(html, t, "");
  sg_html_table_row(html, cells);
  return SG_OK;
}

static sg_status put_motif(const sg_run_target *t, const sg_report *r, int motif, sg_html *html,
                           sg_err *err)
{
  char text[MOTIF_COLUMNS][SG_CELL];
  const sg_hit *hit;
  sg_motif_count c;
  int n;
  bool any = sg_report_hits(r, motif, &hit, &n);
  sg_status status = sg_count_motif(r, motif, &c, err);
  if (status) return status;
  char *pattern = sg_report_pattern(r, motif);
  if (!pattern) return sg_fail(err, SG_ENOMEM, "out of memory");
  snprintf(text[3], SG_CELL, "%.0f", r->kept->motif[motif].nsites);
  snprintf(text[5], SG_CELL, "%.1f", sg_percent((double)c.regions, (double)r->n_region));
  const char *const cells[MOTIF_COLUMNS] = {
    t->spec, r->kept->motif[motif].id, pattern, text[3], whole(text[4], c.regions), text[5],
    any ? hit->name : "none", any ? hit->family : "", sg_cell_p(text[8], any ? hit->e_run : NAN)
  };
  put_link(html, t, r->kept->motif[motif].id);
  sg_html_table_row(html, cells);
  free(pattern);
  return SG_OK;
}

static sg_status put_motifs(const sg_run_target *t, const sg_report *r, sg_html *html,
                            sg_err *err)
{
  static const char *const none[MOTIF_COLUMNS] = { NULL, "no motif" };
  const char *cells[MOTIF_COLUMNS];
  sg_status status = SG_OK;
  for (int i = 0; i < r->kept->n && !status; i++) status = put_motif(t, r, i, html, err);
  if (r->kept->n) return status;
  memcpy(cells, none, sizeof cells);
  cells[0] = t->spec;
  put_link(html, t, "");
  sg_html_table_row(html, cells);
  return SG_OK;
}

/* ---- Warnings -------------------------------------------------------------------------------- */

typedef struct warned { sg_html *html; const char *target; bool *any; } warned;

static void put_warning(void *user, const char *text)
{
  const warned *w = user;
  if (!*w->any) sg_html_heading(w->html, 2, "warnings", "Warnings");
  *w->any = true;
  sg_html_para(w->html, "warning", "%s: %s", w->target, text);
}

static sg_status put_warnings(const sg_run *run, const sg_report *reports, sg_html *html,
                              sg_err *err)
{
  bool any = false;
  sg_status status = SG_OK;
  for (int i = 0; i < run->n_target && !status; i++) {
    warned w = { html, run->target[i].spec, &any };
    status = sg_report_guard(&reports[i], put_warning, &w, err);
  }
  return status;
}

/* ---- The page -------------------------------------------------------------------------------- */

typedef sg_status part(const sg_run_target *t, const sg_report *r, sg_html *html, sg_err *err);

static sg_status each_target(const sg_run *run, const sg_report *reports, part *put, sg_html *html,
                             sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < run->n_target && !status; i++)
    status = put(&run->target[i], &reports[i], html, err);
  return status;
}

static sg_status put_page(const sg_run *run, const sg_report *reports, sg_html *html, sg_err *err)
{
  sg_html_heading(html, 1, NULL, "Seqgloss: targets of a run");
  sg_html_markup(html, "<p class=\"lead\">");
  sg_html_textf(html, "%d outputs of ", run->n_target);
  put_model(run, html);
  sg_html_markup(html, " were explained, each with its own threshold, subsets and motifs. The name "
                 "of a target leads to its report.</p>\n");
  sg_html_table_begin(html, "target-table", NULL, target_columns, TARGET_COLUMNS, false);
  sg_status status = each_target(run, reports, put_target, html, err);
  sg_html_table_end(html);
  sg_html_legend(html, target_columns, TARGET_COLUMNS);
  sg_html_heading(html, 2, "motifs", "Motifs");
  sg_html_table_begin(html, "motif-table", NULL, motif_columns, MOTIF_COLUMNS, false);
  if (!status) status = each_target(run, reports, put_motifs, html, err);
  sg_html_table_end(html);
  sg_html_legend(html, motif_columns, MOTIF_COLUMNS);
  return status ? status : put_warnings(run, reports, html, err);
}

sg_status sg_run_index(const sg_run *run, sg_err *err)
{
  char path[4096];
  sg_html *html = NULL;
  sg_status status = SG_OK;
  if (snprintf(path, sizeof path, "%s/report.html", run->steps.dir) >= (int)sizeof path)
    return sg_fail(err, SG_EINVAL, "-o: the name is too long");
  sg_report *reports = calloc((size_t)run->n_target, sizeof *reports);
  if (!reports) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < run->n_target && !status; i++) {
    status = sg_run_read(run, run->target[i].dir, &reports[i], err);
    sg_motifs_free(reports[i].db);         /* large, and not needed here */
    reports[i].db = NULL;
  }
  if (!status) status = sg_html_open(path, "Seqgloss: targets of a run", &html, err);
  if (!status) status = put_page(run, reports, html, err);
  for (int i = 0; i < run->n_target; i++) sg_report_release(&reports[i]);
  free(reports);
  if (!status) return sg_html_close(html, err);
  sg_html_free(html);
  return status;
}
