/* cli/report_mqc.c: one row of numbers for MultiQC, as custom content.
 *
 * MultiQC takes any file NAME_mqc.json that says what to draw. Rows of several runs are put into
 * one table, since they have one id.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"

typedef struct column {
  const char *key, *title, *description, *format;
  const char *more;                          /* further members of the column, JSON */
} column;

/* Bars behind numbers that do not go by more and less would mislead. */
#define PLAIN "\"scale\": false"

static const column columns[] = {
  { "regions", "Regions", "Regions with a prediction", "{:,.0f}",
    "\"min\": 0, \"scale\": \"Blues\"" },
  { "passing", "Above tau", "Regions whose prediction passes the threshold", "{:,.0f}",
    "\"min\": 0, \"scale\": \"Blues\"" },
  { "tau", "tau", "Threshold", "{:.4g}", PLAIN },
  { "f_nothing", "f(nothing)", "Prediction when every base is hidden", "{:.3g}",
    PLAIN },
  { "subsets", "Subsets", "Sufficient input subsets", "{:,.0f}",
    "\"min\": 0, \"scale\": \"Blues\"" },
  { "size", "Size", "Median bases of a subset", "{:.1f}", "\"min\": 0, \"scale\": \"Purples\"" },
  { "motifs", "Motifs", "Clusters of subsets", "{:,.0f}", "\"min\": 0, \"scale\": \"Purples\"" },
  { "explained", "Explained", "Regions with a motif, in per cent of those with subsets",
    "{:.1f}", "\"min\": 0, \"max\": 100, \"suffix\": \"%\", \"scale\": \"Greens\"" },
  { "family", "Resembles", "Family of the nearest matrix of the largest motif", NULL,
    PLAIN },
  { "e_run", "E_run", "Expected number of matrices that near, over all motifs", "{:.2g}", PLAIN },
};

static void put_string(sg_output *out, const char *text, sg_status *status, sg_err *err)
{
  if (!*status) *status = sg_json_string(out, text, err);
}

static void put(sg_output *out, const char *text, sg_status *status, sg_err *err)
{
  if (!*status) *status = sg_output_puts(out, text, err);
}

static void put_headers(sg_output *out, sg_status *status, sg_err *err)
{
  put(out, "  \"headers\": {", status, err);
  for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
    const column *c = &columns[i];
    put(out, i ? ",\n    " : "\n    ", status, err);
    put_string(out, c->key, status, err);
    put(out, ": {\"title\": ", status, err);
    put_string(out, c->title, status, err);
    put(out, ", \"description\": ", status, err);
    put_string(out, c->description, status, err);
    if (c->format) {
      put(out, ", \"format\": ", status, err);
      put_string(out, c->format, status, err);
    }
    put(out, ", ", status, err);
    put(out, c->more, status, err);
    put(out, "}", status, err);
  }
  put(out, "\n  },\n", status, err);
}

static void put_number(sg_output *out, const char *key, double value, sg_status *status,
                       sg_err *err)
{
  char text[SG_NUMBER_TEXT];
  if (!isfinite(value)) return;              /* MultiQC leaves a missing cell empty */
  sg_format_f64(text, value);
  put(out, ",\n      ", status, err);
  put_string(out, key, status, err);
  put(out, ": ", status, err);
  put(out, text, status, err);
}

/* Sample: the network and its output, or what the user calls it. */
static void put_row(const sg_report *r, sg_output *out, sg_status *status, sg_err *err)
{
  const char *given = sg_opt_text(r->opts, "sample");
  char name[512];
  const sg_hit *hit = NULL;
  int n = 0;
  snprintf(name, sizeof name, "%.200s %.200s", r->model, r->target);
  sg_report_hits(r, 0, &hit, &n);
  put(out, "  \"data\": {\n    ", status, err);
  put_string(out, given ? given : name, status, err);
  put(out, ": {\n      \"family\": ", status, err);
  put_string(out, n ? hit->family : "", status, err);
  put_number(out, "regions", r->n_f ? (double)r->n_f : NAN, status, err);
  put_number(out, "passing", r->n_f ? (double)r->passing : NAN, status, err);
  put_number(out, "tau", r->tau, status, err);
  put_number(out, "f_nothing", r->empty, status, err);
  put_number(out, "subsets", (double)r->subsets->n, status, err);
  put_number(out, "size", sg_count_size(r), status, err);
  put_number(out, "motifs", (double)r->kept->n, status, err);
  put_number(out, "explained", r->n_region ? 100.0 * (double)sg_count_explained(r)
             / (double)r->n_region : NAN, status, err);
  put_number(out, "e_run", n ? hit->e_run : NAN, status, err);
  put(out, "\n    }\n  }\n}\n", status, err);
}

sg_status sg_report_mqc(const sg_report *report, const char *path, sg_err *err)
{
  sg_output *out = NULL;
  sg_status status = sg_output_open(path, 0, &out, err);
  if (status) return status;
  put(out, "{\n  \"id\": \"seqgloss\",\n  \"section_name\": \"Seqgloss\",\n  \"description\": "
      "\"Bases that alone make a sequence CNN say so, and the motifs they form.\",\n"
      "  \"plot_type\": \"table\",\n  \"pconfig\": {\"id\": \"seqgloss_table\", \"title\": "
      "\"Seqgloss: motifs of trained networks\"},\n", &status, err);
  put_headers(out, &status, err);
  put_row(report, out, &status, err);
  if (!status) return sg_output_commit(out, err);
  sg_output_discard(out);
  return status;
}
