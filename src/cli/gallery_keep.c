/* cli/gallery_keep.c: the windows that --report and --logos show: options, choice, marks.
 *
 *   1. Options
 *   2. The windows kept
 *   3. Subsets marked
 *   4. All of it
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/console.h"
#include "cli/gallery.h"
#include "cli/scores.h"

/* ---- 1. Options ---- */

enum { TARGETS_MOST = 20 };

static const sg_opt_def gallery_defs[] = {
  { "report", 0, SG_OPT_OUTFILE, "FILE.html", NULL, 0, 0, SG_OPT_NEUTRAL,
    "also write a page with a few regions: letters as high as their scores, the methods one under "
    "another" },
  { "report-top", 0, SG_OPT_INT, "N", "10", 1, 1000, SG_OPT_NEUTRAL,
    "regions that --report and --logos show: those whose prediction is farthest from that of the "
    "references; without references, of the highest prediction" },
  { "sis", 0, SG_OPT_INFILE, "FILE.tsv", NULL, 0, 0, SG_OPT_NEUTRAL,
    "with --report or --logos: mark the positions of the subsets that seqgloss sis found" },
  { "logos", 0, SG_OPT_OUTFILE, "DIR", NULL, 0, 0, SG_OPT_NEUTRAL,
    "also write a picture (SVG) of each of these regions into this folder; made where it is not "
    "there" },
  { 0 }
};
const sg_opt_group sg_group_gallery = { "Pictures", gallery_defs };

static bool wanted(const sg_opts *opts)
{
  return sg_opt_given(opts, "report") || sg_opt_given(opts, "logos");
}

sg_status sg_gallery_check(const sg_opts *opts, sg_err *err)
{
  static const char *const needy[] = { "sis", "report-top" };
  for (size_t i = 0; i < sizeof needy / sizeof *needy; i++)
    if (sg_opt_given(opts, needy[i]) && !wanted(opts))
      return sg_fail(err, SG_EINVAL, "--%s is about what --report FILE.html and --logos DIR show; "
                     "neither is given", needy[i]);
  if (wanted(opts) && sg_opt_given(opts, "shard"))
    return sg_fail(err, SG_EINVAL, "--report and --logos choose among all regions, of which a "
                   "--shard sees a part");
  return SG_OK;
}

/* ---- 2. The windows kept ---- */

static int names_of(const sg_gallery *g) { return g->o.n_methods * g->o.n_targets; }

static void release_shot(sg_shot *s)
{
  free(s->name);
  free(s->chrom);
  free(s->onehot);
  free(s->score);
  free(s->told);
  free(s->mark);
  *s = (sg_shot){ 0 };
}

/* |f(x) - f(r)| of the first method with references, else f(x); the greatest over the targets. What
 * is no number comes last. */
static double rank_of(const sg_gallery *g, const sg_gallery_score *scores)
{
  double rank = -HUGE_VAL;
  int m = 0;
  while (m < g->o.n_methods && isnan(scores[m * g->o.n_targets].reference)) m++;
  for (int t = 0; t < g->o.n_targets; t++) {
    const sg_gallery_score *s = &scores[(m < g->o.n_methods ? m : 0) * g->o.n_targets + t];
    double one = m < g->o.n_methods ? fabs(s->value - s->reference) : s->value;
    if (one > rank) rank = one;
  }
  return rank;
}

static sg_status fill(const sg_gallery *g, const sg_region *region, int64_t length,
                      const float *onehot, const sg_gallery_score *scores, sg_shot *s, sg_err *err)
{
  size_t n = (size_t)names_of(g), L = (size_t)length;
  s->start = region->start;
  s->end = region->end;
  s->strand = region->strand;
  s->reversed = region->strand == '-' && !sg_scores_reverse(g->o.opts, region);
  s->length = (int)length;
  s->name = strdup(region->name);
  s->chrom = strdup(region->chrom);
  s->onehot = malloc(4 * L * sizeof *s->onehot + 1);
  s->score = malloc(n * L * sizeof *s->score + 1);
  s->told = malloc(n * sizeof *s->told + 1);
  if (!s->name || !s->chrom || !s->onehot || !s->score || !s->told)
    return sg_fail(err, SG_ENOMEM, "out of memory");
  memcpy(s->onehot, onehot, 4 * L * sizeof *s->onehot);
  for (size_t k = 0; k < n; k++) {
    const float *c = scores[k].contribution;
    for (size_t i = 0; i < L; i++)
      s->score[k * L + i] = c[i] + c[L + i] + c[2 * L + i] + c[3 * L + i];
    s->told[k][0] = scores[k].value;
    s->told[k][1] = scores[k].reference;
    s->told[k][2] = scores[k].residual;
  }
  return SG_OK;
}

sg_status sg_gallery_add(sg_gallery *g, const sg_region *region, int64_t length,
                         const float *onehot, const sg_gallery_score *scores, sg_err *err)
{
  double rank = rank_of(g, scores);
  int at = g->n;
  sg_shot s = { .rank = rank };
  g->seen++;
  while (at > 0 && g->shot[at - 1].rank < rank) at--;
  if (at == g->most) return SG_OK;
  if (length > INT_MAX)
    return sg_fail(err, SG_EUNSUPPORTED, "--report: windows of more than %d bases are not drawn",
                   INT_MAX);
  sg_status status = fill(g, region, length, onehot, scores, &s, err);
  if (status) {
    release_shot(&s);
    return status;
  }
  if (g->n == g->most) release_shot(&g->shot[--g->n]);
  memmove(&g->shot[at + 1], &g->shot[at], (size_t)(g->n - at) * sizeof *g->shot);
  g->shot[at] = s;
  g->n++;
  return SG_OK;
}

/* ---- 3. Subsets marked ---- */

/* chr20 and 20 are the same, as everywhere. */
static bool same_chrom(const char *a, const char *b)
{
  if (!strncmp(a, "chr", 3)) a += 3;
  if (!strncmp(b, "chr", 3)) b += 3;
  return *a && strcmp(a, ".") && !strcmp(a, b);
}

/* Where base k of a subset that may lie in the window stands there; -1: nowhere. */
static int64_t column_of(const sg_shot *s, const sg_subset_row *row, int k)
{
  int64_t i = -1;
  if (row->genomic) i = s->reversed ? s->end - 1 - row->genomic[k] : row->genomic[k] - s->start;
  else if (row->positions) i = row->positions[k];
  return i >= 0 && i < s->length ? i : -1;
}

/* The letter that the subset has there must be the window's: else it is of another genome. */
static sg_status check_letter(const sg_gallery *g, const sg_shot *s, const sg_subset_row *row,
                              int k, int64_t i, sg_err *err)
{
  static const char letters[] = "ACGT";
  if (!row->genomic || row->first < 0) return SG_OK;
  const char *found = strchr(letters, row->text[row->genomic[k] - row->first]);
  if (!found || !*found) return SG_OK;
  int base = (int)(found - letters);
  if (s->onehot[(int64_t)(s->reversed ? 3 - base : base) * s->length + i] == 1) return SG_OK;
  return sg_fail(err, SG_EFORMAT, "%s:%lld: the base of the subset at position %lld is not that of "
                 "region %s: a table of another genome?", g->subsets->path, (long long)row->line,
                 (long long)row->genomic[k], s->name);
}

/* Whether some of its bases may stand in the window: said quickly, for there are many of both.
 * Windows without a place on a chromosome are known by their names. */
static bool may_lie(const sg_shot *s, const sg_subset_row *row)
{
  if (!row->genomic || s->end == -1) return !row->genomic && !strcmp(row->region, s->name);
  bool apart = row->first >= 0 && (row->first >= s->end || row->first + row->length <= s->start);
  return !apart && same_chrom(row->chrom, s->chrom);
}

static sg_status mark_row(const sg_gallery *g, sg_shot *s, const sg_subset_row *row, bool *ret_any,
                          sg_err *err)
{
  if (!may_lie(s, row)) return SG_OK;
  for (int k = 0; k < row->size; k++) {
    int64_t i = column_of(s, row, k);
    sg_status status = i < 0 ? SG_OK : check_letter(g, s, row, k, i, err);
    if (status) return status;
    for (int t = 0; t < g->o.n_targets && i >= 0; t++) {
      bool meant = g->o.n_targets == 1 || !*row->target || !strcmp(row->target, g->o.targets[t]);
      if (meant) s->mark[(int64_t)t * s->length + i] = 1;
      *ret_any |= meant;
    }
  }
  return SG_OK;
}

static sg_status mark_all(sg_gallery *g, sg_err *err)
{
  bool any = false;
  sg_status status = SG_OK;
  for (int k = 0; k < g->n && !status; k++) {
    sg_shot *s = &g->shot[k];
    s->mark = calloc((size_t)g->o.n_targets * (size_t)s->length + 1, 1);
    if (!s->mark) return sg_fail(err, SG_ENOMEM, "out of memory");
    for (int64_t r = 0; r < g->subsets->n && !status; r++)
      status = mark_row(g, s, &g->subsets->row[r], &any, err);
  }
  if (!status && g->n && !any)
    sg_say(SG_LOG_WARN, "--sis %s: none of its subsets lies in a region that is shown",
           g->subsets->path);
  return status;
}

const unsigned char *sg_gallery_mark(const sg_shot *s, int target)
{
  return s->mark ? s->mark + (int64_t)target * s->length : NULL;
}

/* ---- 4. All of it ---- */

static sg_status read_subsets(sg_gallery *g, sg_err *err)
{
  const char *path = sg_opt_text(g->o.opts, "sis");
  if (!path) return SG_OK;
  sg_status status = sg_subsets_read(path, &g->subsets, err);
  if (status || g->subsets->has_regions) return status;
  return sg_fail(err, SG_EFORMAT, "--sis %s: does not say where its subsets lie; give the table of "
                 "seqgloss sis -o FILE.tsv", path);
}

static sg_status check_outputs(const sg_opts *opts, sg_err *err)
{
  const char *page = sg_opt_text(opts, "report"), *dir = sg_opt_text(opts, "logos");
  struct stat st;
  sg_status status = page ? sg_output_check(page, err) : SG_OK;
  if (status || !dir) return status;
  if (mkdir(dir, 0777) && errno != EEXIST)
    return sg_fail(err, SG_EIO, "--logos %s: %s", dir, strerror(errno));
  if (stat(dir, &st) || !S_ISDIR(st.st_mode))
    return sg_fail(err, SG_EINVAL, "--logos %s is a file; a folder is wanted", dir);
  if (access(dir, W_OK | X_OK))
    return sg_fail(err, SG_EIO, "--logos %s: no permission to write in this folder", dir);
  return SG_OK;
}

static void *copy(const void *from, size_t n, size_t size)
{
  void *to = malloc(n * size + 1);
  return to ? memcpy(to, from, n * size) : NULL;
}

/* The arrays of the options; whatever fails, all three are the gallery's to free. */
static sg_status own_arrays(sg_gallery *g, sg_err *err)
{
  size_t m = (size_t)g->o.n_methods, t = (size_t)g->o.n_targets;
  g->o.methods = copy(g->o.methods, m, sizeof *g->o.methods);
  g->o.targets = copy(g->o.targets, t, sizeof *g->o.targets);
  g->o.logits = copy(g->o.logits, t, sizeof *g->o.logits);
  g->shot = calloc((size_t)g->most + 1, sizeof *g->shot);
  if (g->o.methods && g->o.targets && g->o.logits && g->shot) return SG_OK;
  return sg_fail(err, SG_ENOMEM, "out of memory");
}

sg_status sg_gallery_open(const sg_gallery_opts *opts, sg_gallery **ret_gallery, sg_err *err)
{
  *ret_gallery = NULL;
  if (!wanted(opts->opts)) return SG_OK;
  if (opts->n_targets > TARGETS_MOST)
    return sg_fail(err, SG_EINVAL, "--report and --logos show %d targets at most, not %d: choose "
                   "by --target", TARGETS_MOST, opts->n_targets);
  sg_gallery *g = calloc(1, sizeof *g);
  if (!g) return sg_fail(err, SG_ENOMEM, "out of memory");
  g->o = *opts;
  g->most = (int)sg_opt_int(opts->opts, "report-top");
  sg_status status = own_arrays(g, err);
  if (!status && sg_opt_given(opts->opts, "logos")) status = sg_gallery_check_names(g, err);
  if (!status) status = check_outputs(opts->opts, err);
  if (!status) status = read_subsets(g, err);
  if (status) sg_gallery_free(g);
  else *ret_gallery = g;
  return status;
}

sg_status sg_gallery_write(sg_gallery *g, sg_err *err)
{
  const char *page = sg_opt_text(g->o.opts, "report"), *dir = sg_opt_text(g->o.opts, "logos");
  sg_status status = g->subsets ? mark_all(g, err) : SG_OK;
  if (!status && dir) status = sg_gallery_logos(g, dir, err);
  if (!status && page) status = sg_gallery_page(g, page, err);
  return status;
}

void sg_gallery_free(sg_gallery *g)
{
  if (!g) return;
  for (int i = 0; i < g->n; i++) release_shot(&g->shot[i]);
  free((void *)g->o.methods);
  free((void *)g->o.targets);
  free((void *)g->o.logits);
  free(g->shot);
  sg_subsets_free(g->subsets);
  free(g);
}
