/* cli/run_files.c: what a run writes itself: its provenance, and the page of several targets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "cli/run.h"
#include "seqgloss/html.h"
#include "seqgloss/tsv.h"

/* ---- Provenance ---- */

static sg_status member(sg_output *out, const char *key, const char *value, sg_err *err)
{
  sg_status status = sg_output_printf(out, err, "  \"%s\": ", key);
  if (!status) status = sg_json_string(out, value, err);
  return status ? status : sg_output_puts(out, ",\n", err);
}

/* The canonical commands of the steps, one a line of `told`. */
static sg_status steps(const sg_buffer *told, sg_output *out, sg_err *err)
{
  sg_status status = sg_output_puts(out, "  \"steps\": [", err);
  char *copy = strdup(told->n ? told->at : "");
  if (!copy) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (char *at = copy, *end; !status && (end = strchr(at, '\n')); at = end + 1) {
    *end = 0;
    status = sg_output_puts(out, at == copy ? "\n    " : ",\n    ", err);
    if (!status) status = sg_json_string(out, at, err);
  }
  free(copy);
  return status ? status : sg_output_puts(out, "\n  ]\n}\n", err);
}

sg_status sg_run_provenance(const sg_run *run, const char *dir, const sg_buffer *told, sg_err *err)
{
  char path[4096];
  sg_output *out = NULL;
  char *command = sg_opts_canonical(run->opts);
  if (!command || told->failed) {
    free(command);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  if (snprintf(path, sizeof path, "%s/provenance.json", dir) >= (int)sizeof path) {
    free(command);
    return sg_fail(err, SG_EINVAL, "-o: the name is too long");
  }
  sg_status status = sg_output_open(path, 0, &out, err);
  if (!status) status = sg_output_puts(out, "{\n", err);
  if (!status) status = member(out, "seqgloss", sg_version(), err);
  if (!status) status = member(out, "command", command, err);
  if (!status) status = member(out, "model", run->model_line ? run->model_line : "", err);
  if (!status) status = steps(told, out, err);
  free(command);
  if (!status) return sg_output_commit(out, err);
  sg_output_discard(out);
  return status;
}

/* ---- Several targets ---- */

/* A row of TARGET/motifs.tsv, with the target before it and a link to its page. */
static void put_row(sg_html *html, const sg_run_target *t, const char *const *cells, int n)
{
  sg_html_markup(html, "<tr><td class=\"words\"><a href=\"");
  sg_html_text(html, t->name);
  sg_html_markup(html, "/report.html\">");
  sg_html_text(html, t->spec);
  sg_html_markup(html, "</a></td>");
  for (int i = 0; i < n; i++) {
    sg_html_markup(html, "<td>");
    sg_html_text(html, strcmp(cells[i], ".") ? cells[i] : "");
    sg_html_markup(html, "</td>");
  }
  sg_html_markup(html, "</tr>\n");
}

static sg_status put_target(const sg_run *run, const sg_run_target *t, bool first, sg_html *html,
                            sg_err *err)
{
  char path[4096];
  sg_tsv *tsv = NULL;
  const char *const *cells;
  int rows = 0;
  (void)run;
  if (snprintf(path, sizeof path, "%s/motifs.tsv", t->dir) >= (int)sizeof path)
    return sg_fail(err, SG_EINVAL, "-o: the name is too long");
  sg_status status = sg_tsv_open(path, &tsv, err);
  if (!status && first) {
    sg_html_markup(html, "<thead><tr><th>target</th>");
    for (int i = 0; i < sg_tsv_columns(tsv); i++) {
      sg_html_markup(html, "<th>");
      sg_html_text(html, sg_tsv_title(tsv, i));
      sg_html_markup(html, "</th>");
    }
    sg_html_markup(html, "</tr></thead>\n<tbody>\n");
  }
  while (!status && !(status = sg_tsv_next(tsv, &cells, err)) && cells) {
    put_row(html, t, cells, sg_tsv_columns(tsv));
    rows++;
  }
  static const char *const none[] = { "no motif" };
  if (!status && !rows) put_row(html, t, none, 1);
  sg_tsv_close(tsv);
  return status;
}

sg_status sg_run_index(const sg_run *run, sg_err *err)
{
  char path[4096];
  sg_html *html = NULL;
  if (snprintf(path, sizeof path, "%s/report.html", run->steps.dir) >= (int)sizeof path)
    return sg_fail(err, SG_EINVAL, "-o: the name is too long");
  sg_status status = sg_html_open(path, "Seqgloss: targets of a run", &html, err);
  if (status) return status;
  sg_html_heading(html, 1, NULL, "Seqgloss: targets of a run");
  sg_html_para(html, "lead", "%d outputs of %s were explained, each with its own threshold, "
               "subsets and motifs. The name of a target leads to its report.", run->n_target,
               run->model_line ? run->model_line : "the network");
  sg_html_markup(html, "<div class=\"scroll\"><table>\n");
  for (int i = 0; i < run->n_target && !status; i++)
    status = put_target(run, &run->target[i], i == 0, html, err);
  sg_html_markup(html, "</tbody></table></div>\n");
  if (!status) return sg_html_close(html, err);
  sg_html_free(html);
  return status;
}
