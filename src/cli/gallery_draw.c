/* cli/gallery_draw.c: the picture of one window: its letters, and below them a panel for each
 * method, over the same columns.
 *
 * A long window is drawn in part: the stretch of LETTERS columns whose scores of the first method
 * have the greatest sum of magnitudes.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/gallery.h"
#include "cli/report_words.h"
#include "seqgloss/logo.h"

enum { LETTERS = 300 };

/* How high a score is drawn; what is no finite number, not at all. */
static double height(float score) { return isfinite(score) ? fabs((double)score) : 0; }

void sg_gallery_stretch(const sg_shot *s, int target, int *ret_from, int *ret_to)
{
  const float *score = s->score + (int64_t)target * s->length;
  double sum = 0, best = -1;
  *ret_from = 0;
  *ret_to = s->length;
  for (int i = 0; s->length > LETTERS && i < s->length; i++) {
    sum += height(score[i]);
    if (i >= LETTERS) sum -= height(score[i - LETTERS]);
    /* of equal stretches the first: sums that run on differ by rounding */
    if (i < LETTERS - 1 || !(sum > best * (1 + 1e-9))) continue;
    best = sum;
    *ret_to = i + 1;
    *ret_from = i + 1 - LETTERS;
  }
}

/* ---- Panels ---- */

/* Letters of one height, or as high as `score`; what is no finite number is drawn as 0. */
static void heights(const sg_shot *s, const float *score, int from, int to, double *h)
{
  for (int i = from; i < to; i++)
    for (int a = 0; a < 4; a++) {
      double v = score ? (double)score[i] : 1;
      bool there = s->onehot[(int64_t)a * s->length + i] == 1;
      h[4 * (i - from) + a] = there && isfinite(v) ? v : 0;
    }
}

static void title_of(const sg_gallery *g, const sg_shot *s, int method, int target, char *text,
                     size_t size)
{
  char number[2][SG_CELL];
  const double *told = s->told[method * g->o.n_targets + target];
  snprintf(text, size, "%.60s", g->o.methods[method]);
  size_t n = strlen(text);
  if (!isnan(told[1]))
    snprintf(text + n, size - n, ": f(x) = %s, f(r) = %s", sg_cell(number[0], told[0]),
             sg_cell(number[1], told[1]));
  else snprintf(text + n, size - n, ": f(x) = %s", sg_cell(number[0], told[0]));
}

typedef struct picture {
  sg_logo logo;
  sg_logo_panel *panel;        /* [methods + 1] */
  double *h;                   /* [methods + 1][width][4] */
  char (*title)[256];          /* [methods + 1] */
} picture;

static void place_numbers(const sg_shot *s, int from, picture *p)
{
  bool known = s->end != -1;
  p->logo.numbers = true;
  p->logo.first = known ? s->reversed ? s->end - from : s->start + from + 1 : from + 1;
  p->logo.step = known && s->reversed ? -1 : 1;
  p->logo.place = known ? s->chrom : NULL;
}

static void fill_panels(const sg_gallery *g, const sg_shot *s, int target, picture *p)
{
  int from, to;
  sg_gallery_stretch(s, target, &from, &to);
  size_t width = (size_t)(to - from);
  const unsigned char *mark = sg_gallery_mark(s, target);
  p->logo = sg_logo_default();
  p->logo.column = fmin(14, fmax(8, 1000.0 / (double)width));
  place_numbers(s, from, p);
  for (int k = 0; k <= g->o.n_methods; k++) {
    const float *score = k ? s->score + ((int64_t)(k - 1) * g->o.n_targets + target) * s->length
                           : NULL;
    double *h = p->h + (size_t)k * width * 4;
    heights(s, score, from, to, h);
    p->panel[k] = (sg_logo_panel){ .h = h, .width = (int)width, .mark = mark ? mark + from : NULL };
    if (k) title_of(g, s, k - 1, target, p->title[k], sizeof p->title[k]);
    else snprintf(p->title[k], sizeof p->title[k], "%.100s, %.100s", s->name, g->o.targets[target]);
    p->panel[k].title = p->title[k];
    p->panel[k].axis = k ? "score" : NULL;
    if (k) continue;
    p->panel[k].hi = 1;
    p->panel[k].height = p->logo.column * 1.2;
  }
  p->logo.panel = p->panel;
  p->logo.n_panel = g->o.n_methods + 1;
  p->logo.label = p->title[0];
}

sg_status sg_gallery_draw(const sg_gallery *g, const sg_shot *s, int target, bool file,
                          char **ret_svg, sg_err *err)
{
  size_t panels = (size_t)g->o.n_methods + 1;
  int width = s->length < LETTERS ? s->length : LETTERS;
  picture p = { .panel = calloc(panels, sizeof *p.panel), .title = calloc(panels, sizeof *p.title),
                .h = malloc(panels * 4 * (size_t)width * sizeof *p.h + 1) };
  sg_status status = SG_OK;
  *ret_svg = NULL;
  if (!p.panel || !p.title || !p.h) status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status) {
    fill_panels(g, s, target, &p);
    p.logo.page = p.logo.defs = file;
    status = sg_logo_svg(&p.logo, ret_svg, err);
  }
  free(p.panel);
  free(p.title);
  free(p.h);
  return status;
}

/* ---- Files ---- */

/* What stands for a target in the name of a file. */
static void target_part(const sg_gallery *g, int target, char part[128])
{
  snprintf(part, 128, ".%.100s", g->o.targets[target]);
  for (char *p = part; *p; p++)
    if (!isalnum((unsigned char)*p) && !strchr(".-+", *p)) *p = '_';
}

sg_status sg_gallery_check_names(const sg_gallery *g, sg_err *err)
{
  char a[128], b[128];
  for (int i = 0; i < g->o.n_targets; i++)
    for (int j = 0; j < i; j++) {
      target_part(g, i, a);
      target_part(g, j, b);
      if (!strcmp(a, b))
        return sg_fail(err, SG_EINVAL, "--logos: targets %s and %s would have files of one name; "
                       "explain one at a time", g->o.targets[j], g->o.targets[i]);
    }
  return SG_OK;
}

/* region_N.svg, or region_N.TARGET.svg where there are several. */
static sg_status file_name(const sg_gallery *g, const char *dir, int shot, int target, char *name,
                           size_t size, sg_err *err)
{
  char part[128] = "";
  if (g->o.n_targets > 1) target_part(g, target, part);
  if (snprintf(name, size, "%s/region_%d%s.svg", dir, shot + 1, part) < (int)size) return SG_OK;
  return sg_fail(err, SG_EINVAL, "--logos %s: the name is too long", dir);
}

static sg_status write_picture(const sg_gallery *g, const char *dir, int shot, int target,
                               sg_err *err)
{
  char name[4096];
  char *svg = NULL;
  sg_output *out = NULL;
  sg_status status = file_name(g, dir, shot, target, name, sizeof name, err);
  if (!status) status = sg_gallery_draw(g, &g->shot[shot], target, true, &svg, err);
  if (!status) status = sg_output_open(name, 0, &out, err);
  if (!status) status = sg_output_puts(out, svg, err);
  free(svg);
  if (!status) return sg_output_commit(out, err);
  sg_output_discard(out);
  return status;
}

/* region_12.svg where ten regions are shown: of an earlier run. */
static bool left_over(const sg_gallery *g, const char *name)
{
  static const char begin[] = "region_";
  int64_t number;
  char digits[16];
  sg_err unused;
  size_t n = strspn(name + (strncmp(name, begin, 7) ? 0 : 7), "0123456789");
  if (strncmp(name, begin, 7) || !n || n >= sizeof digits || strcmp(name + 7 + n, ".svg"))
    return false;
  snprintf(digits, sizeof digits, "%.*s", (int)n, name + 7);
  if (sg_parse_i64("number", digits, 0, INT64_MAX, &number, &unused)) return false;
  return g->o.n_targets > 1 || number > g->n;
}

sg_status sg_gallery_logos(const sg_gallery *g, const char *dir, sg_err *err)
{
  sg_status status = SG_OK;
  for (int s = 0; s < g->n; s++)
    for (int t = 0; t < g->o.n_targets && !status; t++) status = write_picture(g, dir, s, t, err);
  if (status) return status;
  DIR *folder = opendir(dir);
  if (!folder) return sg_fail(err, SG_EIO, "--logos %s: %s", dir, strerror(errno));
  for (const struct dirent *entry; !status && (entry = readdir(folder)); )
    if (left_over(g, entry->d_name) && unlinkat(dirfd(folder), entry->d_name, 0))
      status = sg_fail(err, SG_EIO, "%s/%s: %s", dir, entry->d_name, strerror(errno));
  closedir(folder);
  return status;
}
