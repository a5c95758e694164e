/* cluster/mixmerge.c: two parts become one where the columns saved are worth more than what is
 * lost in scores.
 *
 * For each part the CANDIDATES others that explain its strings at the least loss are looked at; the
 * best pair of all is merged, EM follows, and the search begins anew.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/mixture.h"

enum { CANDIDATES = 3 };

/* Room for a union of two parts. */
typedef struct work {
  int64_t *sub;                /* [n] strings of both, of a first */
  sg_fit fit;                  /* [n] */
  sg_part *both;
} work;

typedef struct pair { double gain; int a, b; } pair;

/* The union of a and b: laid out as they lie in a, then fitted once more. */
static void unite(const sg_mixture *m, int a, int64_t n, work *w)
{
  for (int64_t x = 0; x < n; x++) {
    w->fit.shift[x] = m->fit[a].shift[w->sub[x]];
    w->fit.strand[x] = m->fit[a].strand[w->sub[x]];
  }
  sg_part_count(m, w->both, w->sub, n, NULL, 0, &w->fit);
  sg_part_score(m, w->both, w->sub, n, &w->fit);
  sg_part_count(m, w->both, w->sub, n, NULL, 0, &w->fit);
  sg_part_score(m, w->both, w->sub, n, &w->fit);
}

/* What merging gains: L(a + b) - L(a) - L(b), and the columns saved. */
static double gain_of(const sg_mixture *m, int a, int b, work *w)
{
  int64_t n_a = sg_mixture_members(m, a, w->sub);
  int64_t n = n_a + sg_mixture_members(m, b, w->sub + n_a);
  const double *weight = m->g->weight;
  double w_a = m->part[a]->weight, w_b = m->part[b]->weight, apart = 0, together = 0;
  if (!(w_a > 0) || !(w_b > 0)) return -INFINITY;
  unite(m, a, n, w);
  for (int64_t x = 0; x < n; x++) {
    int64_t i = w->sub[x];
    apart += weight[i] * m->fit[x < n_a ? a : b].score[i];
    together += weight[i] * w->fit.score[x];
  }
  apart += w_a * log(w_a / (w_a + w_b)) + w_b * log(w_b / (w_a + w_b));
  double saved = m->part[a]->width + m->part[b]->width - w->both->width;
  return together - apart + sg_mixture_penalty(m, saved);
}

/* The parts that explain b's strings at the least loss. */
static int nearest(const sg_mixture *m, int b, const int64_t *sub, int64_t n, int to[CANDIDATES])
{
  double least[CANDIDATES];
  int found = 0;
  for (int a = 0; a < m->k; a++) {
    double loss = 0;
    if (a == b) continue;
    for (int64_t x = 0; x < n; x++)
      loss += m->g->weight[sub[x]] * (m->fit[b].score[sub[x]] - m->fit[a].score[sub[x]]);
    int at = found < CANDIDATES ? found : CANDIDATES - 1;
    if (found == CANDIDATES && loss >= least[at]) continue;
    for (; at > 0 && least[at - 1] > loss; at--) {
      least[at] = least[at - 1];
      to[at] = to[at - 1];
    }
    least[at] = loss;
    to[at] = a;
    if (found < CANDIDATES) found++;
  }
  return found;
}

static pair best_pair(const sg_mixture *m, work *w)
{
  pair best = { 0, -1, -1 };
  for (int b = 0; b < m->k; b++) {
    int to[CANDIDATES];
    int64_t n = sg_mixture_members(m, b, w->sub);
    int found = n ? nearest(m, b, w->sub, n, to) : 0;
    for (int c = 0; c < found; c++) {
      double gain = gain_of(m, to[c], b, w);
      if (gain > best.gain) best = (pair){ gain, to[c], b };
    }
  }
  return best;
}

/* b's strings go to a, whose counts are those of both. */
static void merge(sg_mixture *m, pair p, work *w)
{
  int64_t n_a = sg_mixture_members(m, p.a, w->sub);
  int64_t n = n_a + sg_mixture_members(m, p.b, w->sub + n_a);
  unite(m, p.a, n, w);
  sg_part_count(m, m->part[p.a], w->sub, n, NULL, 0, &w->fit);
  m->stale[p.a] = true;
  sg_mixture_remove(m, p.b);
  sg_mixture_em(m, 6);
}

sg_status sg_mixture_merge(sg_mixture *mixture, bool *ret_changed, sg_err *err)
{
  work w = { .sub = malloc(((size_t)mixture->g->n + 1) * sizeof *w.sub),
             .both = sg_part_new(mixture) };
  sg_status status = w.sub && w.both ? sg_fit_init(&w.fit, mixture->g->n, err)
                                     : sg_fail(err, SG_ENOMEM, "out of memory for clusters");
  while (!status && mixture->k > 1) {
    pair p = best_pair(mixture, &w);
    if (p.a < 0) break;
    merge(mixture, p, &w);
    *ret_changed = true;
  }
  sg_fit_release(&w.fit);
  sg_part_free(w.both);
  free(w.sub);
  return status;
}
