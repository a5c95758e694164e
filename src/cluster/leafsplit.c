/* cluster/leafsplit.c: splitting a leaf in two, where its bases gain by it. */
#include "cluster/leaves.h"

#include <math.h>
#include <string.h>

enum { TRIES = 6 };

/* Letters x[SG_FRAME] of a window as it lies. */
static const uint8_t *letters(const sg_site *s)
{
  return s->base[s->flip] + sg_leaf_zero(s->shift);
}

/* Sum over the other columns of the mutual information with "column c holds base b". */
static double informs(const sg_leaves *w, int64_t m, int c, int b)
{
  double with[SG_FRAME][4] = { { 0 } }, without[SG_FRAME][4] = { { 0 } }, sum = 0, n[2] = { 0, 0 };
  for (int64_t x = 0; x < m; x++) {
    const sg_site *s = &w->s->site[w->sub[x]];
    const uint8_t *row = letters(s);
    bool has = row[c] == b;
    n[has] += s->weight;
    for (int k = 0; k < SG_FRAME; k++)
      if (row[k] < 4) (has ? with : without)[k][row[k]] += s->weight;
  }
  if (n[0] < w->least || n[1] < w->least) return -INFINITY;
  for (int k = 0; k < SG_FRAME; k++) {
    double in = 0.8, out = 0.8;
    if (k == c) continue;
    for (int a = 0; a < 4; a++) {
      in += with[k][a];
      out += without[k][a];
    }
    for (int a = 0; a < 4; a++) {
      double p = (with[k][a] + without[k][a] + 0.4) / (in + out);
      sum += with[k][a] * log((with[k][a] + 0.2) / in / p)
             + without[k][a] * log((without[k][a] + 0.2) / out / p);
    }
  }
  return sum;
}

/* A way to begin with two leaves: windows with that base in that column against the others; or,
 * with a half in place of the base, windows in which the informative columns before `column` (from
 * it on) tell less than half of what they could: sites of two halves may lack one of them. */
typedef struct candidate { double value; int column, base; } candidate;

enum { LEFT_HALF = 4, RIGHT_HALF = 5, TRIALS = TRIES + 2 };

/* The best indicators, the best first, then the two halves; returns their number. */
static int candidates(const sg_leaves *w, int64_t m, const sg_leaf *one, candidate best[TRIALS])
{
  int found = 0;
  for (int c = 0; c < SG_FRAME; c++)
    for (int b = 0; b < 4; b++) {
      double v = informs(w, m, c, b);
      int at = found < TRIES ? found : TRIES - 1;
      if (v == -INFINITY || (found == TRIES && v <= best[at].value)) continue;
      for (; at > 0 && best[at - 1].value < v; at--) best[at] = best[at - 1];
      best[at] = (candidate){ v, c, b };
      if (found < TRIES) found++;
    }
  if (one->n_column < 4) return found;
  int middle = one->column[one->n_column / 2];
  best[found++] = (candidate){ 0, middle, LEFT_HALF };
  best[found++] = (candidate){ 0, middle, RIGHT_HALF };
  return found;
}

/* Whether a window, as it lies in leaf l, belongs to the second leaf of a candidate. */
static bool second(const sg_leaf *l, const candidate *c, const uint8_t *row)
{
  double told = 0, most = 0;
  if (c->base < 4) return row[c->column] == c->base;
  for (int k = 0; k < l->n_column; k++) {
    int column = l->column[k];
    const float *odds = l->odds[column];
    if ((column < c->column) != (c->base == LEFT_HALF)) continue;
    told += odds[row[column]];
    most += fmaxf(fmaxf(odds[0], odds[1]), fmaxf(odds[2], odds[3]));
  }
  return told < most / 2;
}

/* Two leaves from leaf `one`, begun by a candidate; their log-likelihood. */
static double divide(sg_leaves *w, int64_t m, const sg_leaf *one, const candidate *c,
                     sg_leaf two[2])
{
  sg_leaf_restore(w, m);
  for (int64_t x = 0; x < m; x++)
    w->chosen[x] = second(one, c, letters(&w->s->site[w->sub[x]]));
  return sg_leaf_fit(w, m, two, 2);
}

void sg_leaf_split(sg_leaves *w, int k, bool *ret_changed)
{
  sg_leaf one, two[2];
  candidate try[TRIALS];
  double best = 0;
  int best_try = -1;
  if (w->s->leaves == SG_PARTS_MAX) return;
  int64_t m = sg_leaf_take(w->s, k, w->sub);
  memset(w->chosen, 0, (size_t)m * sizeof *w->chosen);
  double before = sg_leaf_fit(w, m, &one, 1);
  int found = before == -INFINITY ? 0 : candidates(w, m, &one, try);
  sg_leaf_save(w, m);
  for (int t = 0; t < found; t++) {
    double after = divide(w, m, &one, &try[t], two);
    if (after == -INFINITY) continue;               /* two[] need not be complete */
    int columns = two[0].n_column + two[1].n_column - one.n_column;
    double gain = after - before - sg_leaf_penalty(w, columns, one.weight);
    if (!(gain > best)) continue;
    best = gain;
    best_try = t;
  }
  if (best_try < 0) {
    sg_leaf_restore(w, m);
    return;
  }
  divide(w, m, &one, &try[best_try], two);
  int born = w->s->leaves++;
  for (int64_t x = 0; x < m; x++) w->s->site[w->sub[x]].leaf = w->chosen[x] ? born : k;
  *ret_changed = true;
}
