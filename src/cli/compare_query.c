/* cli/compare_query.c: queries of compare, from operands of three kinds, and the background.
 *
 *   1. What an operand is
 *   2. Reading
 *   3. Background
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/compare_job.h"
#include "cli/motifdb.h"
#include "seqgloss/subsets.h"

/* ---- 1. What an operand is ---- */

static bool ends_with(const char *text, const char *end)
{
  size_t n = strlen(text), m = strlen(end);
  return n >= m && !strcmp(text + n - m, end);
}

/* Tables of subsets and gapped strings; all else that is a file is one of motifs. */
static bool is_subsets(const char *path)
{
  static const char *const ends[] = { ".tsv", ".tsv.gz", ".tsv.bgz", ".fa", ".fa.gz", ".fasta",
                                      ".fasta.gz" };
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
    if (ends_with(path, ends[i])) return true;
  return false;
}

static bool is_file(const char *operand)
{
  return !strcmp(operand, "-") || strchr(operand, '/') || !access(operand, F_OK);
}

/* ---- 2. Reading ---- */

static sg_status grow_written(sg_compare_job *job, bool written, sg_err *err)
{
  size_t n = (size_t)job->queries->n;
  bool *more = realloc(job->written, n * sizeof *more);
  if (!more) return sg_fail(err, SG_ENOMEM, "out of memory");
  job->written = more;
  more[n - 1] = written;
  return SG_OK;
}

static sg_status add_text(sg_compare_job *job, const char *text, sg_err *err)
{
  sg_motif *motif;
  sg_status status = sg_motifs_add_text(job->queries, text, text, &motif, err);
  return status ? status : grow_written(job, true, err);
}

static sg_status add_string(sg_compare_job *job, const char *operand, sg_err *err)
{
  if (!*operand) return sg_fail(err, SG_EINVAL, "an empty query");
  if (strpbrk(operand, "Xx"))
    return sg_fail(err, SG_EINVAL, "%s: X is no letter for a base of DNA: write N, or -, where any "
                   "base may be", operand);
  if (operand[strspn(operand, "ACGTURYSWKMBDHVNacgturyswkmbdhvn.-")])
    return sg_fail(err, SG_ENOTFOUND, "%s: there is no such file, and as a string it is not made "
                   "of the letters of DNA (ACGT, IUPAC, N or - for any)", operand);
  return add_text(job, operand, err);
}

static sg_status add_motifs(sg_compare_job *job, const char *path, sg_err *err)
{
  sg_motifs *more = NULL;
  sg_status status = sg_motifs_read(path, &more, err);
  for (int i = 0; !status && i < more->n; i++) {
    const sg_motif *m = &more->motif[i];
    if (m->kind == SG_MOTIF_CWM)
      status = sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": motif %s is a matrix of contributions, "
                       "which has no probabilities to compare: give its matrix of frequencies",
                       path, m->line, m->id);
    if (!status) status = sg_motifs_append(job->queries, m, err);
    if (!status) status = grow_written(job, false, err);
  }
  if (!status && more->has_bg && !sg_opt_given(job->opts, "bg")) {
    for (int k = 0; k < 4 && job->queries->has_bg; k++)
      if (!status && fabs(job->queries->bg[k] - more->bg[k]) > 1e-6)
        status = sg_fail(err, SG_EINVAL, "%s: another background than the file before it: say "
                         "which by --bg", path);
    memcpy(job->queries->bg, more->bg, sizeof more->bg);
    job->queries->has_bg = true;
  }
  sg_motifs_free(more);
  return status;
}

static int by_text(const void *a, const void *b)
{
  const sg_subset_row *const *x = a, *const *y = b;
  int order = strcmp((*x)->text, (*y)->text);
  return order ? order : (*x > *y) - (*x < *y);
}

/* Every distinct string once, in the order of its first row. */
static sg_status add_subsets(sg_compare_job *job, const char *path, sg_err *err)
{
  sg_subsets *s = NULL;
  sg_status status = sg_subsets_read(path, &s, err);
  if (status) return status;
  size_t n = (size_t)s->n;
  const sg_subset_row **order = calloc(n + 1, sizeof *order);
  bool *first = calloc(n + 1, sizeof *first);
  if (!order || !first) status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (!n) status = sg_fail(err, SG_EFORMAT, "%s: there is no subset in it", path);
  for (size_t i = 0; i < n && !status; i++) order[i] = &s->row[i];
  if (!status) qsort(order, n, sizeof *order, by_text);
  for (size_t i = 0; i < n && !status; i++)
    first[order[i] - s->row] = !i || strcmp(order[i]->text, order[i - 1]->text) != 0;
  for (size_t i = 0; i < n && !status; i++) {
    if (!first[i]) continue;
    if (s->row[i].length > SG_MOTIF_WIDTH_MAX)
      status = sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": a subset %d bases wide; %d are possible",
                       path, s->row[i].line, s->row[i].length, SG_MOTIF_WIDTH_MAX);
    else status = add_text(job, s->row[i].text, err);
  }
  free(order);
  free(first);
  sg_subsets_free(s);
  return status;
}

/* ---- 3. Background ---- */

/* Four numbers, or lines of a letter and a number, as fasta-get-markov writes them. */
static sg_status read_bg(const char *path, double bg[4], sg_err *err)
{
  sg_lines *lines;
  char *line;
  int n = 0;
  sg_status status = sg_lines_open(path, &lines, err);
  if (status) return status;
  while (!(status = sg_lines_next(lines, &line, NULL, err)) && line) {
    const char *blank = " \t,";
    for (char *at = line + strspn(line, blank); *at && *at != '#' && !status;) {
      size_t length = strcspn(at, blank);
      char *end = at + length + (at[length] ? 1 : 0);
      at[length] = '\0';
      if (length == 1 && strchr("ACGT", *at)) {
        if (n > 3 || *at != "ACGT"[n])
          status = sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": %c out of place: A, C, G, T in this "
                           "order", path, sg_lines_number(lines), *at);
      } else if (n > 3) {
        status = sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": more than four frequencies", path,
                         sg_lines_number(lines));
      } else if ((status = sg_parse_f64("a frequency", at, 0, 1, &bg[n++], err))) {
        sg_fail_prefix(err, "%s:%" PRId64 ": ", path, sg_lines_number(lines));
      }
      at = end + strspn(end, blank);
    }
    if (status) break;
  }
  sg_lines_close(lines);
  if (status) return status;
  if (n != 4) return sg_fail(err, SG_EFORMAT, "%s: %d frequencies; a background has four, of A, C, "
                             "G and T", path, n);
  if (!(fabs(bg[0] + bg[1] + bg[2] + bg[3] - 1) < 0.01))
    return sg_fail(err, SG_EFORMAT, "%s: the frequencies do not sum to 1", path);
  return SG_OK;
}

/* Letters for any base show the background, not quarters, so that they say nothing. */
static void fill_unknown(sg_compare_job *job)
{
  double bg[4];
  for (int k = 0; k < 4; k++) bg[k] = (job->bg[k] + job->bg[3 - k]) / 2;
  for (int i = 0; i < job->queries->n; i++) {
    double *m = job->queries->motif[i].m;
    for (int c = 0; job->written[i] && c < job->queries->motif[i].width; c++, m += 4)
      if (m[0] == m[1] && m[1] == m[2] && m[2] == m[3]) memcpy(m, bg, sizeof bg);
  }
}

sg_status sg_compare_queries(sg_compare_job *job, sg_err *err)
{
  const sg_opts *opts = job->opts;
  sg_status status = sg_motifs_new(&job->queries, err);
  for (int i = 0; i < opts->n_operand && !status; i++) {
    const char *operand = opts->operand[i];
    if (!is_file(operand)) status = add_string(job, operand, err);
    else if (is_subsets(operand)) status = add_subsets(job, operand, err);
    else status = add_motifs(job, operand, err);
  }
  if (status) return status;
  memcpy(job->bg, job->queries->bg, sizeof job->bg);
  if (sg_opt_given(opts, "bg")) status = read_bg(sg_opt_text(opts, "bg"), job->bg, err);
  if (!status) fill_unknown(job);
  return status;
}
