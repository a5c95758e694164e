/* motif/compare_null.c: exact p-values of complete scores.
 *
 *   1. Survival functions from the top
 *   2. Bounds: what has to be known, and how deep
 *   3. Probabilities of maxima
 *   4. Windows that begin or end with the query
 *   5. Windows inside of the query
 *   6. p of every target
 *
 * Null hypothesis: the column under query column i is drawn from all columns of the database, so
 * its cell has the distribution of row i. At an offset the query columns a .. a + l - 1, a window,
 * lie upon the target, the other w - l count as neutral; its score is the convolution of l
 * histograms, moved by (w - l) neutral. The offsets (and both strands) count as independent:
 *
 *   P(best >= k) = 1 - product over offsets (1 - S_window(k))^strands,   S(k) = P(score >= k)
 *
 * Products of that form are built without a difference of large numbers: u, the probability that
 * one of some offsets reaches k, becomes u + S (1 - u) with one offset more. All terms are
 * positive, so the deepest tails have full relative precision, and no logarithm is needed.
 *
 * A target of width L sees the windows of length l < min(w, L) that begin or end with the query,
 * and all windows of length L (or L - w + 1 times the whole query where it is shorter).
 *
 * Scores are counted downwards from the greatest possible one, because only the upper tail matters:
 * no score below the smallest best score of all targets of that width is ever asked for. A window
 * of depth d needs its parts to depth d only, so most convolutions are a fraction of their full
 * length. A chain of windows begins with a cumulative histogram in place of a histogram; what comes
 * out are survival functions at once, without sums over them.
 */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "motif/comparing.h"

/* ---- 1. Survival functions from the top ---- */

sg_status sg_tails_room(sg_best *best, int depth, sg_err *err)
{
  size_t need = SG_CONVOLVE_BEFORE + (size_t)depth + 1 + 2 * SG_CONVOLVE_AFTER;
  if (need <= best->tail_room) return SG_OK;
  need += need / 2;
  for (int i = 0; i < 2; i++) {
    double *tail = realloc(best->tail[i], need * sizeof *tail);
    if (!tail) return sg_fail(err, SG_ENOMEM, "out of memory");
    memset(tail, 0, need * sizeof *tail);
    best->tail[i] = tail;
  }
  best->tail_room = need;
  return SG_OK;
}

void sg_tail_start(const sg_row *row, int depth, double *tail)
{
  double sum = 0;
  for (int d = 0; d <= depth + SG_CONVOLVE_AFTER; d++) {
    if (d <= row->reach) sum += row->hist[d];
    tail[d] = sum;
  }
}

/* ---- 2. Bounds: what has to be known, and how deep ---- */

typedef struct null {
  const sg_targets *t;
  sg_row *const *row;          /* of the query's columns */
  int width, neutral;
  int most;                    /* the longest window */
  int high, range;             /* greatest best score; scores high - j, 0 <= j < range, are asked */
  int *low;                    /* [most + 2] smallest best score of targets of width >= l; or more,
                                  where there are none */
  int *least;                  /* [groups] smallest best score of its members */
  int *depth;                  /* [most + 2] of a chain: -1 where a length is not needed */
  double *any;                 /* [range] P(one of the partial offsets so far reaches high - j) */
  double *of;                  /* [groups][range] the same of all offsets of a group */
  double *tail[2];             /* after the zeros before them */
} null;

static int smallest(const sg_best *best, const sg_group *g)
{
  int low = INT_MAX;
  for (int s = 0; s < g->n; s++)
    if (best->score[g->slot + s] < low) low = best->score[g->slot + s];
  return low;
}

static sg_status bounds_room(sg_best *best, size_t need, sg_err *err)
{
  if (need <= best->bound_room) return SG_OK;
  int *low = realloc(best->low, need * sizeof *low);
  if (low) best->low = low;
  int *depth = realloc(best->depth, need * sizeof *depth);
  if (depth) best->depth = depth;
  int *first = realloc(best->first, need * sizeof *first);
  if (first) best->first = first;
  if (!low || !depth || !first) return sg_fail(err, SG_ENOMEM, "out of memory");
  best->bound_room = need;
  return SG_OK;
}

static sg_status table_room(sg_best *best, size_t need, sg_err *err)
{
  if (need <= best->table_room) return SG_OK;
  need += need / 2;
  double *table = realloc(best->table, need * sizeof *table);
  if (!table) return sg_fail(err, SG_ENOMEM, "out of memory");
  best->table = table;
  best->table_room = need;
  return SG_OK;
}

static sg_status set_bounds(null *z, sg_best *best, sg_err *err)
{
  const sg_targets *t = z->t;
  size_t groups = (size_t)t->n_group;
  int low = INT_MAX;
  z->most = z->width < t->widest ? z->width : t->widest;
  sg_status status = bounds_room(best, (size_t)z->most + 2 + groups, err);
  if (status) return status;
  z->low = best->low;
  z->depth = best->depth;
  z->least = best->first;
  z->high = INT_MIN;
  for (int s = 0; s < t->n_slot; s++)
    if (best->score[s] > z->high) z->high = best->score[s];
  for (int l = z->most + 1; l >= 0; l--) z->low[l] = INT_MAX;
  for (int g = 0; g < t->n_group; g++) {
    int l = t->group[g].width < z->most ? t->group[g].width : z->most;
    z->least[g] = smallest(best, &t->group[g]);
    if (z->least[g] < z->low[l]) z->low[l] = z->least[g];
  }
  for (int l = z->most; l >= 0; l--) {
    if (z->low[l] < low) low = z->low[l];
    z->low[l] = low;
  }
  z->range = z->high - low + 1;
  status = table_room(best, (groups + 1) * (size_t)z->range, err);
  if (!status) status = sg_tails_room(best, z->width * (SG_BINS - 1), err);
  z->any = best->table;
  z->of = best->table ? best->table + z->range : NULL;
  for (int i = 0; i < 2 && !status; i++) z->tail[i] = best->tail[i] + SG_CONVOLVE_BEFORE;
  return status;
}

/* The greatest score of a window. */
static int top_of(const null *z, int a, int length)
{
  int top = (z->width - length) * z->neutral;
  for (int i = a; i < a + length; i++) top += z->row[i]->top;
  return top;
}

/* ---- 3. Probabilities of maxima ---- */

SG_CLONES static void one_more(const double *tail, int n, double *any)
{
  for (int j = 0; j < n; j++) any[j] += tail[j] * (1 - any[j]);
}

SG_CLONES static void both_strands(double *any, int n)
{
  for (int j = 0; j < n; j++) any[j] += any[j] * (1 - any[j]);
}

/* Adds an offset whose window has this survival function and greatest score, for scores down to
 * `low`. */
static void add_offset(const null *z, const double *tail, int top, int low, double *any)
{
  int j = z->high > top ? z->high - top : 0;
  if (z->high - low >= j) one_more(tail + (top - z->high + j), z->high - low + 1 - j, any + j);
}

static double *table_of(const null *z, int g) { return z->of + (size_t)g * (size_t)z->range; }

/* ---- 4. Windows that begin or end with the query ---- */

/* Depths of the chain of windows that begin with the query's first column, or with `last` end with
 * its last one: as deep as any later link needs. */
static void edge_depths(const null *z, bool last)
{
  int deepest = -1;
  for (int l = z->most; l >= 1; l--) {
    int depth = top_of(z, last ? z->width - l : 0, l) - z->low[l];
    if (depth > deepest) deepest = depth;
    z->depth[l] = deepest;
  }
}

/* The next link of a chain: one column more. */
static void extend(null *z, const sg_row *row, int depth)
{
  double *swap = z->tail[0];
  sg_convolve(z->tail[0], row->hist, row->reach, depth, z->tail[1]);
  z->tail[0] = z->tail[1];
  z->tail[1] = swap;
}

static void join(const null *z, int g, const double *any)
{
  one_more(any, z->high - z->least[g] + 1, table_of(z, g));
}

/* Targets narrower than the query: those of this width see the window as a whole one. */
static void close_groups(const null *z, int length, int top)
{
  for (int g = 0; g < z->t->n_group; g++) {
    if (z->t->group[g].width != length) continue;
    join(z, g, z->any);
    if (z->depth[length] >= 0)
      add_offset(z, z->tail[0], top, z->least[g], table_of(z, g));
  }
}

/* Targets as wide as the query or wider see all of it L - w + 1 times. Groups come by width. */
static void whole_query(const null *z)
{
  int times = 0, top = top_of(z, 0, z->width);
  memset(z->any, 0, (size_t)z->range * sizeof *z->any);
  for (int g = 0; g < z->t->n_group; g++) {
    int L = z->t->group[g].width;
    if (L < z->width) continue;
    for (; times < L - z->width + 1; times++)
      add_offset(z, z->tail[0], top, z->low[z->width], z->any);
    join(z, g, z->any);
  }
}

static void edge(null *z, bool last)
{
  int w = z->width;
  memset(z->any, 0, (size_t)z->range * sizeof *z->any);
  edge_depths(z, last);
  for (int l = 1; l <= z->most; l++) {
    const sg_row *row = z->row[last ? w - l : l - 1];
    int top = top_of(z, last ? w - l : 0, l);
    if (l == 1) sg_tail_start(row, z->depth[1], z->tail[0]);
    else if (z->depth[l] >= 0) extend(z, row, z->depth[l]);
    if (l == w) break;
    close_groups(z, l, top);
    if (z->depth[l] >= 0) add_offset(z, z->tail[0], top, z->low[l], z->any);
  }
  for (int g = 0; g < z->t->n_group; g++)
    if (z->t->group[g].width >= w) join(z, g, z->any);
  if (!last && z->most == w && z->depth[w] >= 0) whole_query(z);
}

/* ---- 5. Windows inside of the query ---- */

/* Windows that begin at column a, neither the first, and end before the last: one for each group of
 * their width. Returns the longest that is needed. */
static int inner_depths(const null *z, int a)
{
  int longest = 0, deepest = -1;
  for (int l = 0; l <= z->most; l++) z->depth[l] = -1;
  for (int g = 0; g < z->t->n_group; g++) {
    int L = z->t->group[g].width;
    if (a + L >= z->width) break;
    z->depth[L] = top_of(z, a, L) - z->least[g];
    if (z->depth[L] >= 0) longest = L;
  }
  for (int l = longest; l >= 1; l--) {
    if (z->depth[l] > deepest) deepest = z->depth[l];
    z->depth[l] = deepest;
  }
  return longest;
}

static void inner(null *z, int a)
{
  int longest = inner_depths(z, a), g = 0;
  for (int l = 1; l <= longest; l++) {
    if (l == 1) sg_tail_start(z->row[a], z->depth[1], z->tail[0]);
    else extend(z, z->row[a + l - 1], z->depth[l]);
    while (z->t->group[g].width < l) g++;
    if (z->t->group[g].width == l)
      add_offset(z, z->tail[0], top_of(z, a, l), z->least[g], table_of(z, g));
  }
}

/* ---- 6. p of every target ---- */

static void take_p(const null *z, const sg_group *g, const double *any, sg_best *best)
{
  for (int s = g->slot; s < g->slot + g->n; s++) {
    double p = any[z->high - best->score[s]];
    best->p[s] = p < DBL_MIN ? DBL_MIN : p < 1 ? p : 1;
  }
}

sg_status sg_null(const sg_targets *targets, const sg_rows *rows, int width, sg_best *best,
                  sg_err *err)
{
  null z = { .t = targets, .row = rows->at, .width = width, .neutral = rows->neutral };
  sg_status status = set_bounds(&z, best, err);
  if (status) return status;
  memset(z.of, 0, (size_t)targets->n_group * (size_t)z.range * sizeof *z.of);
  edge(&z, false);
  edge(&z, true);
  for (int a = 1; a + 1 < width; a++) inner(&z, a);
  for (int g = 0; g < targets->n_group; g++) {
    if (targets->opts.rc) both_strands(table_of(&z, g), z.high - z.least[g] + 1);
    take_p(&z, &targets->group[g], table_of(&z, g), best);
  }
  return SG_OK;
}
