/* cluster/mixture.c: parts of the mixture: from counts to probabilities, and the scores of strings.
 */
#include "cluster/mixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STRAY 0.01             /* share of kept bases outside of a part's columns */
#define CORE 0.9               /* a column hidden less often than this belongs to the core */
#define COMMON 20              /* strings that noise begins with when it is learnt */
enum { OVERLAP = 3, ROOM = SG_FRAME + SG_SPAN_MAX };

static sg_status no_memory(sg_err *err)
{
  return sg_fail(err, SG_ENOMEM, "out of memory for clusters");
}

/* ---- 1. The mixture ---- */

/* What noise is made of: sums over strings of their weights, of kept letters and of all between the
 * first and the last one, which are kept by definition, and of each base. */
typedef struct tally { double weight, kept, span, base[4]; } tally;

/* Of all strings, or of those that are noise now. */
static tally tally_of(const sg_mixture *m, bool all)
{
  const sg_gapped *g = m->g;
  tally t = { 0 };
  for (int64_t i = 0; i < g->n; i++) {
    double w = g->weight[i];
    if (!all && m->part_of[i] >= 0) continue;
    t.weight += w;
    t.kept += w * (sg_gapped_kept(g, i) - 2);
    t.span += w * (g->length[i] - 2);
    for (int64_t j = g->first[i]; j < g->first[i + 1]; j++) t.base[g->base[0][j]] += w;
  }
  return t;
}

/* Frequencies on both strands. */
static void frequencies(const double base[4], double bg[4])
{
  double sum = 0;
  for (int b = 0; b < 4; b++) bg[b] = base[b] + base[3 - b] + 1;
  for (int b = 0; b < 4; b++) sum += bg[b];
  for (int b = 0; b < 4; b++) bg[b] /= sum;
}

/* The score of each string as noise:
 *   sum ln bg(s_j) + (kept - 2) ln rho + gaps ln(1 - rho) - ln SG_FRAME + ln share,
 * rho being the share of kept letters; the string could begin in any column. */
static void set_noise(sg_mixture *m, const double bg[4], double rho, double share)
{
  const sg_gapped *g = m->g;
  double log_bg[4];
  for (int b = 0; b < 4; b++) log_bg[b] = log(bg[b]);
  for (int64_t i = 0; i < g->n; i++) {
    int k = sg_gapped_kept(g, i);
    double s = (k - 2) * log(rho) + (g->length[i] - k) * log(1 - rho) - log(SG_FRAME);
    for (int64_t j = g->first[i]; j < g->first[i + 1]; j++) s += log_bg[g->base[0][j]];
    m->noise[i] = s + log(share);
  }
}

static void first_noise(sg_mixture *m)
{
  tally t = tally_of(m, true);
  double kept = t.kept + 2 * t.weight, span = t.span + 2 * t.weight;
  frequencies(t.base, m->bg);
  set_noise(m, m->bg, fmin(0.9, kept / fmax(span, 1)), SG_NOISE_PRIOR);
}

/* As many strings of the common kind are added as keep a few from being taken for a rule. */
double sg_mixture_learn_noise(sg_mixture *mixture)
{
  tally all = tally_of(mixture, true), t = tally_of(mixture, false);
  double more = COMMON / fmax(all.weight, 1), bg[4];
  double share = fmax(SG_NOISE_PRIOR, t.weight / fmax(all.weight, 1));
  for (int b = 0; b < 4; b++) t.base[b] += more * all.base[b];
  frequencies(t.base, bg);
  set_noise(mixture, bg, (t.kept + more * all.kept + 0.5) / (t.span + more * all.span + 1), share);
  return share;
}

sg_status sg_mixture_init(sg_mixture *mixture, const sg_gapped *gapped, double lambda,
                          double least, sg_err *err)
{
  *mixture = (sg_mixture){ .g = gapped, .lambda = lambda, .temper = 1, .least = least,
                           .pad = gapped->longest + SG_FRAME };
  mixture->noise = malloc(((size_t)gapped->n + 1) * sizeof *mixture->noise);
  mixture->part_of = malloc(((size_t)gapped->n + 1) * sizeof *mixture->part_of);
  if (!mixture->noise || !mixture->part_of) {
    sg_mixture_release(mixture);
    return no_memory(err);
  }
  for (int64_t i = 0; i < gapped->n; i++) mixture->part_of[i] = -1;
  first_noise(mixture);
  return SG_OK;
}

void sg_mixture_release(sg_mixture *mixture)
{
  for (int k = 0; k < mixture->k; k++) {
    sg_part_free(mixture->part[k]);
    sg_fit_release(&mixture->fit[k]);
  }
  free(mixture->noise);
  free(mixture->part_of);
  *mixture = (sg_mixture){ 0 };
}

double sg_mixture_penalty(const sg_mixture *mixture, double width)
{
  double n = fmax(mixture->g->total, 2);
  return 0.5 * mixture->lambda * 4 * width * log(n) * mixture->temper;
}

/* ---- 2. Parts ---- */

sg_part *sg_part_new(const sg_mixture *mixture)
{
  sg_part *p = calloc(1, sizeof *p);
  size_t row = (size_t)SG_FRAME + 2 * (size_t)mixture->pad;
  if (p && !(p->odds = malloc(4 * row * sizeof *p->odds))) {
    free(p);
    return NULL;
  }
  return p;
}

void sg_part_free(sg_part *part)
{
  if (!part) return;
  free(part->odds);
  free(part);
}

/* Probabilities of a column: counts with a prior of one string, nearly all of it hidden. */
static void column(const sg_mixture *m, const double count[5], double theta[5])
{
  double sum = 0;
  for (int b = 0; b < 4; b++) theta[b] = count[b] + m->bg[b] * (STRAY + 0.25);
  theta[4] = count[4] + (1 - STRAY);
  for (int b = 0; b < 5; b++) sum += theta[b];
  for (int b = 0; b < 5; b++) theta[b] /= sum;
}

/* odds, base, lo, hi, width of a part from its counts. */
static void derive(const sg_mixture *m, sg_part *p)
{
  size_t row = (size_t)SG_FRAME + 2 * (size_t)m->pad;
  for (size_t i = 0; i < 4 * row; i++) p->odds[i] = (float)log(STRAY / 4);
  p->lo = SG_FRAME;
  p->hi = p->width = 0;
  p->base = 0;
  for (int c = 0; c < SG_FRAME; c++) {
    double theta[5];
    column(m, p->count[c], theta);
    for (int b = 0; b < 4; b++)
      p->odds[(size_t)b * row + (size_t)(m->pad + c)] = (float)log(theta[b] / theta[4]);
    p->base += log(theta[4]);
    if (theta[4] >= CORE) continue;
    p->width++;
    p->hi = c + 1;
    if (c < p->lo) p->lo = c;
  }
  if (!p->width) p->lo = p->hi = SG_FRAME / 2;
  while (p->hi - p->lo < OVERLAP) {
    if (p->lo) p->lo--;
    else p->hi++;
  }
}

/* Moves the middle of what is kept to the middle of the frame. */
static void center(sg_part *p)
{
  double sum = 0, mean = 0, moved[SG_FRAME][5] = { { 0 } };
  for (int c = 0; c < SG_FRAME; c++) {
    double kept = p->weight - p->count[c][4];
    sum += kept;
    mean += kept * c;
  }
  if (!(sum > 0)) return;
  int by = SG_FRAME / 2 - (int)floor(mean / sum + 0.5);
  if (!by) return;
  for (int c = 0; c < SG_FRAME; c++) {
    int from = c - by;
    if (from >= 0 && from < SG_FRAME) memcpy(moved[c], p->count[from], sizeof moved[c]);
    else moved[c][4] = p->weight;
  }
  memcpy(p->count, moved, sizeof moved);
}

void sg_part_count(const sg_mixture *mixture, sg_part *part, const int64_t *sub, int64_t m,
                   const int *chosen, int which, const sg_fit *fit)
{
  const sg_gapped *g = mixture->g;
  memset(part->count, 0, sizeof part->count);
  part->weight = 0;
  for (int64_t x = 0; x < m; x++) {
    if (chosen && chosen[x] != which) continue;
    int64_t i = sub ? sub[x] : x;
    int o = fit->strand[x];
    double w = g->weight[i];
    part->weight += w;
    for (int64_t j = g->first[i]; j < g->first[i + 1]; j++) {
      int c = g->at[o][j] + fit->shift[x];
      if (c >= 0 && c < SG_FRAME) part->count[c][g->base[o][j]] += w;
    }
  }
  for (int c = 0; c < SG_FRAME; c++) {
    const double *n = part->count[c];
    part->count[c][4] = part->weight - (n[0] + n[1] + n[2] + n[3]);
  }
  center(part);
  derive(mixture, part);
}

/* ---- 3. Scores ---- */

/* Columns by which string i overlaps the core at least. */
static int overlap(const sg_gapped *g, int64_t i)
{
  return g->length[i] < OVERLAP ? g->length[i] : OVERLAP;
}

/* Best placement of string i on one strand. For each kept base one row of the table is added to the
 * totals of all placements at once. */
static void place(const sg_mixture *m, const sg_part *p, int64_t i, int o, float *total,
                  float *best, int *shift, int *strand)
{
  const sg_gapped *g = m->g;
  size_t row = (size_t)SG_FRAME + 2 * (size_t)m->pad;
  int from = p->lo - g->length[i] + overlap(g, i), n = p->hi - overlap(g, i) + 1 - from;
  memset(total, 0, (size_t)n * sizeof *total);
  for (int64_t j = g->first[i]; j < g->first[i + 1]; j++) {
    const float *odds = p->odds + g->base[o][j] * row + (m->pad + from + g->at[o][j]);
    for (int s = 0; s < n; s++) total[s] += odds[s];
  }
  for (int s = 0; s < n; s++) {
    if (!(total[s] > *best)) continue;
    *best = total[s];
    *shift = from + s;
    *strand = o;
  }
}

void sg_part_score(const sg_mixture *mixture, const sg_part *part, const int64_t *sub, int64_t m,
                   sg_fit *fit)
{
  float total[ROOM];
  for (int64_t x = 0; x < m; x++) {
    int64_t i = sub ? sub[x] : x;
    int span = part->hi - part->lo + mixture->g->length[i];
    int placements = 2 * (span - 2 * overlap(mixture->g, i) + 1);
    int shift = 0, strand = 0;
    float best = -1e30f;
    for (int o = 0; o < 2; o++)
      place(mixture, part, i, o, total, &best, &shift, &strand);
    fit->score[x] = (float)(best + part->base - log(placements));
    fit->shift[x] = (short)shift;
    fit->strand[x] = (unsigned char)strand;
  }
}

sg_status sg_fit_init(sg_fit *fit, int64_t m, sg_err *err)
{
  size_t n = (size_t)m + 1;
  *fit = (sg_fit){ malloc(n * sizeof *fit->score), malloc(n * sizeof *fit->shift), malloc(n) };
  if (fit->score && fit->shift && fit->strand) return SG_OK;
  sg_fit_release(fit);
  return no_memory(err);
}

void sg_fit_release(sg_fit *fit)
{
  free(fit->score);
  free(fit->shift);
  free(fit->strand);
  *fit = (sg_fit){ 0 };
}
