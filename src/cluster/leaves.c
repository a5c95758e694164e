/* cluster/leaves.c: leaves: counts, placements, EM of one and of two, and what a column costs. */
#include "cluster/leaves.h"

#include <math.h>
#include <string.h>

#define LEAST_BITS 0.25
#define LEAST_SHARE 1e-3

/* ---- 1. Counts ---- */

static void clear_leaf(sg_leaf *l)
{
  memset(l->count, 0, sizeof l->count);
  memset(l->kept, 0, sizeof l->kept);
  l->weight = 0;
}

static void add_window(sg_leaf *l, const sg_site *s)
{
  const uint8_t *x = s->base[s->flip], *at = s->at[s->flip];
  int zero = sg_leaf_zero(s->shift);
  l->weight += s->weight;
  for (int c = 0; c < SG_FRAME; c++)
    if (x[zero + c] < 4) l->count[c][x[zero + c]] += s->weight;
  for (int j = 0; j < s->kept; j++)
    if (at[j] >= zero && at[j] < zero + SG_FRAME) l->kept[at[j] - zero] += s->weight;
}

/* Which columns say something, and their log-odds. */
static void close_leaf(sg_leaf *l)
{
  l->n_column = 0;
  for (int c = 0; c < SG_FRAME; c++) {
    double p[4], sum = 0, bits = 2;
    for (int b = 0; b < 4; b++) sum += p[b] = l->count[c][b] + 0.5;
    for (int b = 0; b < 4; b++) {
      p[b] /= sum;
      bits += p[b] * log2(p[b]);
    }
    if (!(bits > fmax(LEAST_BITS, 8 / fmax(l->weight, 1)))) continue;
    l->column[l->n_column++] = c;
    for (int b = 0; b < 4; b++) l->odds[c][b] = (float)log(4 * p[b]);
    l->odds[c][4] = 0;
  }
}

double sg_leaf_place(const sg_leaf *l, const sg_site *s, bool *ret_flip, int *ret_shift)
{
  double best = -INFINITY;
  *ret_flip = false;
  *ret_shift = 0;
  for (int o = 0; o < 2; o++)
    for (int k = 0; k <= 2 * SG_SHIFT; k++) {
      int shift = sg_leaf_shift(k);
      double score = sg_leaf_bases(l, s->base[o] + sg_leaf_zero(shift));
      if (!(score > best)) continue;
      best = score;
      *ret_flip = o;
      *ret_shift = shift;
    }
  return best - log(2 * (2 * SG_SHIFT + 1));
}

int64_t sg_leaf_take(const sg_sites *s, int k, int64_t *sub)
{
  int64_t n = 0;
  for (int64_t i = 0; i < s->n; i++)
    if (s->site[i].leaf == k) sub[n++] = i;
  return n;
}

void sg_leaf_count(const sg_sites *s, int k, sg_leaf *l)
{
  clear_leaf(l);
  for (int64_t i = 0; i < s->n; i++)
    if (s->site[i].leaf == k) add_window(l, &s->site[i]);
  close_leaf(l);
}

void sg_leaf_drop(sg_sites *s, int k)
{
  for (int64_t i = 0; i < s->n; i++)
    if (s->site[i].leaf > k) s->site[i].leaf--;
  s->leaves--;
}

/* ---- 2. EM ---- */

/* Counts of the m windows sub[] in leaf k, each by the share that it has of it and where it lies
 * best there. */
static void gather(sg_leaves *w, int64_t m, sg_leaf *l, int k, int parts)
{
  clear_leaf(l);
  for (int64_t x = 0; x < m; x++) {
    sg_site s = w->s->site[w->sub[x]];
    double share = parts == 1 ? 1 : k ? w->share[x] : 1 - w->share[x];
    if (share < LEAST_SHARE) continue;
    s.weight *= share;
    s.flip = w->flip[k][x];
    s.shift = w->shift[k][x];
    add_window(l, &s);
  }
  close_leaf(l);
}

/* Places the windows in each leaf and shares them out; returns the log-likelihood. */
static double share_out(sg_leaves *w, int64_t m, const sg_leaf *l, int parts)
{
  double all = l[0].weight + (parts > 1 ? l[1].weight : 0), sum = 0;
  for (int64_t x = 0; x < m; x++) {
    const sg_site *s = &w->s->site[w->sub[x]];
    double score[2] = { 0, -INFINITY };
    for (int k = 0; k < parts; k++) {
      bool flip;
      int shift;
      score[k] = sg_leaf_place(&l[k], s, &flip, &shift) + log(l[k].weight / all);
      w->flip[k][x] = flip;
      w->shift[k][x] = (signed char)shift;
    }
    double high = fmax(score[0], score[1]), low = fmin(score[0], score[1]);
    w->share[x] = parts == 1 ? 0 : 1 / (1 + exp(score[0] - score[1]));
    sum += s->weight * (high + log1p(exp(low - high)));
  }
  return sum;
}

/* Members are shared, for motifs that contain each other share many of them, and a likelihood that
 * gives each to one alone would say that they are one. */
double sg_leaf_fit(sg_leaves *w, int64_t m, sg_leaf *l, int parts)
{
  double sum = -INFINITY, before;
  for (int64_t x = 0; x < m; x++) {
    const sg_site *s = &w->s->site[w->sub[x]];
    w->share[x] = w->chosen[x];
    for (int k = 0; k < 2; k++) {
      w->flip[k][x] = s->flip;
      w->shift[k][x] = (signed char)s->shift;
    }
  }
  for (int r = 0; r < SG_LEAF_ROUNDS; r++) {
    for (int k = 0; k < parts; k++) {
      gather(w, m, &l[k], k, parts);
      if (l[k].weight < w->least) return -INFINITY;
    }
    before = sum;
    sum = share_out(w, m, l, parts);
    if (fabs(sum - before) <= 1e-6 * fabs(sum)) break;
  }
  for (int64_t x = 0; x < m; x++) {
    sg_site *s = &w->s->site[w->sub[x]];
    int k = w->chosen[x] = w->share[x] > 0.5;
    s->flip = w->flip[k][x];
    s->shift = w->shift[k][x];
  }
  return sum;
}

void sg_leaf_save(sg_leaves *w, int64_t m)
{
  for (int64_t x = 0; x < m; x++) w->saved[x] = w->s->site[w->sub[x]];
}

void sg_leaf_restore(sg_leaves *w, int64_t m)
{
  for (int64_t x = 0; x < m; x++) w->s->site[w->sub[x]] = w->saved[x];
}

/* BIC: three numbers for each informative column more, one for the share. Kept positions and bases
 * depend on each other, which shows when there are many: from 2,500 sites on the penalty grows with
 * their number, as that of the mixture does. */
double sg_leaf_penalty(const sg_leaves *w, int columns, double n)
{
  return 0.5 * w->s->lambda_genome * (3 * columns + 1) * log(fmax(n, 2)) * fmax(1, n / 2500);
}
