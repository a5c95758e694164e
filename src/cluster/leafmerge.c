/* cluster/leafmerge.c: merging leaves that gain nothing by being two. */
#include "cluster/leaves.h"

#include <math.h>
#include <string.h>

/* Mean score of leaf b's windows in the matrix of leaf a. */
static double cross(const sg_sites *s, const sg_leaf *a, int b)
{
  double sum = 0, n = 0;
  for (int64_t i = 0; i < s->n; i++) {
    bool flip;
    int shift;
    if (s->site[i].leaf != b) continue;
    sum += s->site[i].weight * sg_leaf_place(a, &s->site[i], &flip, &shift);
    n += s->site[i].weight;
  }
  return n > 0 ? sum / n : -INFINITY;
}

/* Which leaves could explain each other's windows: those that score at least half as well. */
static void relate_pair(sg_leaves *w, int a, int b)
{
  bool near = a == b || cross(w->s, &w->leaf[a], b) > 0.5 * w->own[b] ||
              cross(w->s, &w->leaf[b], a) > 0.5 * w->own[a];
  w->related[a][b] = w->related[b][a] = near;
}

static void measure(sg_leaves *w, int k)
{
  sg_leaf_count(w->s, k, &w->leaf[k]);
  w->own[k] = cross(w->s, &w->leaf[k], k);
}

void sg_leaf_relate(sg_leaves *w)
{
  for (int k = 0; k < w->s->leaves; k++) measure(w, k);
  for (int a = 0; a < w->s->leaves; a++)
    for (int b = 0; b <= a; b++) relate_pair(w, a, b);
}

/* What two leaves gain over one for the windows of both; they lie in the one afterwards. */
static double keeping_apart(sg_leaves *w, int a, int b, int64_t *ret_m)
{
  sg_leaf one, two[2];
  int64_t m = sg_leaf_take(w->s, a, w->sub), all = m + sg_leaf_take(w->s, b, w->sub + m);
  sg_leaf_save(w, all);
  *ret_m = all;
  for (int64_t x = 0; x < all; x++) w->chosen[x] = x >= m;
  double apart = sg_leaf_fit(w, all, two, 2);
  sg_leaf_restore(w, all);
  for (int64_t x = m; x < all; x++) {             /* b's windows as they lie in a */
    sg_site *s = &w->s->site[w->sub[x]];
    bool flip;
    int shift;
    sg_leaf_place(&w->leaf[a], s, &flip, &shift);
    s->flip = flip;
    s->shift = shift;
  }
  memset(w->chosen, 0, (size_t)all * sizeof *w->chosen);
  double together = sg_leaf_fit(w, all, &one, 1);
  if (together == -INFINITY) return INFINITY;
  if (apart == -INFINITY) return -INFINITY;       /* one of two[] was too light to be completed */
  int columns = two[0].n_column + two[1].n_column - one.n_column;
  return apart - together - sg_leaf_penalty(w, columns, one.weight);
}

static void drop_column(bool *row, int k, int n)
{
  memmove(row + k, row + k + 1, (size_t)(n - k - 1) * sizeof *row);
}

/* Leaf b, whose windows are those of leaf a now, goes; what was found of a holds no longer. */
static void absorb(sg_leaves *w, int a, int b)
{
  int n = w->s->leaves;
  size_t after = (size_t)(n - b - 1);
  sg_leaf_drop(w->s, b);
  memmove(w->leaf + b, w->leaf + b + 1, after * sizeof *w->leaf);
  memmove(w->own + b, w->own + b + 1, after * sizeof *w->own);
  memmove(w->related + b, w->related + b + 1, after * sizeof *w->related);
  memmove(w->apart + b, w->apart + b + 1, after * sizeof *w->apart);
  for (int k = 0; k < n - 1; k++) {
    drop_column(w->related[k], b, n);
    drop_column(w->apart[k], b, n);
  }
  measure(w, a);
  for (int k = 0; k < n - 1; k++) {
    relate_pair(w, a, k);
    w->apart[a][k] = w->apart[k][a] = false;
  }
}

/* Merges the first pair that gains nothing by being two; true when there was one. Whether a pair
 * does depends on the windows of both alone: it is asked again once one of them has changed. */
static bool merge(sg_leaves *w)
{
  for (int a = 0; a < w->s->leaves; a++)
    for (int b = a + 1; b < w->s->leaves; b++) {
      int64_t m;
      if (!w->related[a][b] || w->apart[a][b]) continue;
      if (keeping_apart(w, a, b, &m) > 0) {
        sg_leaf_restore(w, m);
        w->apart[a][b] = true;
        continue;
      }
      for (int64_t x = 0; x < m; x++) w->s->site[w->sub[x]].leaf = a;
      absorb(w, a, b);
      return true;
    }
  return false;
}

void sg_leaf_merge(sg_leaves *w, bool *ret_changed)
{
  sg_leaf_relate(w);
  memset(w->apart, 0, SG_PARTS_MAX * sizeof *w->apart);
  while (merge(w)) *ret_changed = true;
}
