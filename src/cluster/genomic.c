/* cluster/genomic.c: splitting and merging of clusters by the genome's bases, and the last
 * assignment, by bases and by what was kept of them.
 *
 * The placement of a window in a leaf is its best one (a maximum, not a sum, over 2 x 17
 * placements, whose number is paid for); its membership is shared out by Bayes' rule.
 *
 *   1. Leaves: matrices of windows
 *   2. EM of one and of two leaves, and what two gain over one
 *   3. Splitting
 *   4. Merging
 *   5. The last assignment
 *   6. All of it
 */
#include "cluster/genomic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_BITS 0.25
#define LEAST_SHARE 1e-3
enum { ROUNDS = 20, TRIES = 6, PASSES = 3 };

typedef struct leaf {
  double count[SG_FRAME][4], kept[SG_FRAME];
  double weight;
  int n_column, column[SG_FRAME];      /* informative ones */
  float odds[SG_FRAME][5];             /* ln p / (1/4) of those; unknown bases: 0 */
} leaf;

typedef struct work {
  sg_sites *s;
  double least;
  leaf *leaf;                          /* [SG_PARTS_MAX] */
  double *own;                         /* [SG_PARTS_MAX] mean score of its own windows */
  bool (*related)[SG_PARTS_MAX];       /* [SG_PARTS_MAX] windows may go from one to the other */
  bool (*apart)[SG_PARTS_MAX];         /* [SG_PARTS_MAX] they gain by being two */
  int64_t *sub;                        /* [n] windows under consideration */
  int *chosen;                         /* [n] */
  double *share;                       /* [n] of a window in the second of two leaves */
  bool *flip[2];                       /* [n] where it lies in each of the two */
  signed char *shift[2];
  sg_site *saved;                      /* [n] how they lay before */
} work;

static sg_status no_memory(sg_err *err)
{
  return sg_fail(err, SG_ENOMEM, "out of memory for clusters");
}

/* ---- 1. Leaves ---- */

/* Place in the window of column 0, when the window is shifted so. */
static int column_zero(int shift) { return SG_REACH - SG_FRAME / 2 + shift; }

static void clear_leaf(leaf *l)
{
  memset(l->count, 0, sizeof l->count);
  memset(l->kept, 0, sizeof l->kept);
  l->weight = 0;
}

static void add_window(leaf *l, const sg_site *s)
{
  const uint8_t *x = s->base[s->flip], *at = s->at[s->flip];
  int zero = column_zero(s->shift);
  l->weight += s->weight;
  for (int c = 0; c < SG_FRAME; c++)
    if (x[zero + c] < 4) l->count[c][x[zero + c]] += s->weight;
  for (int j = 0; j < s->kept; j++)
    if (at[j] >= zero && at[j] < zero + SG_FRAME) l->kept[at[j] - zero] += s->weight;
}

/* Which columns say something, and their log-odds. */
static void close_leaf(leaf *l)
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

static double bases_score(const leaf *l, const uint8_t *x)
{
  float sum = 0;
  for (int k = 0; k < l->n_column; k++) sum += l->odds[l->column[k]][x[l->column[k]]];
  return sum;
}

/* Tries the placements, the unmoved one first, so that it wins where nothing is known. */
static int placement(int k)
{
  return k & 1 ? (k + 1) / 2 : -(k / 2);
}

/* Best placement of a window; returns its score. */
static double place(const leaf *l, const sg_site *s, bool *ret_flip, int *ret_shift)
{
  double best = -INFINITY;
  *ret_flip = false;
  *ret_shift = 0;
  for (int o = 0; o < 2; o++)
    for (int k = 0; k <= 2 * SG_SHIFT; k++) {
      int shift = placement(k);
      double score = bases_score(l, s->base[o] + column_zero(shift));
      if (!(score > best)) continue;
      best = score;
      *ret_flip = o;
      *ret_shift = shift;
    }
  return best - log(2 * (2 * SG_SHIFT + 1));
}

static int64_t take_leaf(const sg_sites *s, int k, int64_t *sub)
{
  int64_t n = 0;
  for (int64_t i = 0; i < s->n; i++)
    if (s->site[i].leaf == k) sub[n++] = i;
  return n;
}

static void count_leaf(const sg_sites *s, int k, leaf *l)
{
  clear_leaf(l);
  for (int64_t i = 0; i < s->n; i++)
    if (s->site[i].leaf == k) add_window(l, &s->site[i]);
  close_leaf(l);
}

/* ---- 2. EM ---- */

/* Counts of the m windows sub[] in leaf k, each by the share that it has of it and where it lies
 * best there. */
static void gather(work *w, int64_t m, leaf *l, int k, int parts)
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
static double share_out(work *w, int64_t m, const leaf *l, int parts)
{
  double all = l[0].weight + (parts > 1 ? l[1].weight : 0), sum = 0;
  for (int64_t x = 0; x < m; x++) {
    const sg_site *s = &w->s->site[w->sub[x]];
    double score[2] = { 0, -INFINITY };
    for (int k = 0; k < parts; k++) {
      bool flip;
      int shift;
      score[k] = place(&l[k], s, &flip, &shift) + log(l[k].weight / all);
      w->flip[k][x] = flip;
      w->shift[k][x] = (signed char)shift;
    }
    double high = fmax(score[0], score[1]), low = fmin(score[0], score[1]);
    w->share[x] = parts == 1 ? 0 : 1 / (1 + exp(score[0] - score[1]));
    sum += s->weight * (high + log1p(exp(low - high)));
  }
  return sum;
}

/* EM over the m windows sub[] in `parts` leaves l[], chosen[] telling where each lies at first;
 * returns the log-likelihood, or -INFINITY when a leaf comes out too light. Members are shared, for
 * motifs that contain each other share many of them, and a likelihood that gives each to one alone
 * would say that they are one. In the end each window lies in the leaf that has most of it. */
static double fit(work *w, int64_t m, leaf *l, int parts)
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
  for (int r = 0; r < ROUNDS; r++) {
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

static void save(work *w, int64_t m)
{
  for (int64_t x = 0; x < m; x++) w->saved[x] = w->s->site[w->sub[x]];
}

static void restore(work *w, int64_t m)
{
  for (int64_t x = 0; x < m; x++) w->s->site[w->sub[x]] = w->saved[x];
}

/* BIC: three numbers for each informative column more, one for the share. Kept positions and bases
 * depend on each other, which shows when there are many: from 2,500 sites on the penalty grows with
 * their number, as that of the mixture does. */
static double penalty(const work *w, int columns, double n)
{
  return 0.5 * w->s->lambda_genome * (3 * columns + 1) * log(fmax(n, 2)) * fmax(1, n / 2500);
}

/* ---- 3. Splitting ---- */

/* Letters x[SG_FRAME] of a window as it lies. */
static const uint8_t *letters(const sg_site *s) { return s->base[s->flip] + column_zero(s->shift); }

/* Sum over the other columns of the mutual information with "column c holds base b". */
static double informs(const work *w, int64_t m, int c, int b)
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
static int candidates(const work *w, int64_t m, const leaf *one, candidate best[TRIALS])
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
static bool second(const leaf *l, const candidate *c, const uint8_t *row)
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
static double divide(work *w, int64_t m, const leaf *one, const candidate *c, leaf two[2])
{
  restore(w, m);
  for (int64_t x = 0; x < m; x++)
    w->chosen[x] = second(one, c, letters(&w->s->site[w->sub[x]]));
  return fit(w, m, two, 2);
}

/* Splits leaf k by the candidate that gains most, if one gains; *ret_changed says so. */
static void split(work *w, int k, bool *ret_changed)
{
  leaf one, two[2];
  candidate try[TRIALS];
  double best = 0;
  int best_try = -1;
  if (w->s->leaves == SG_PARTS_MAX) return;
  int64_t m = take_leaf(w->s, k, w->sub);
  memset(w->chosen, 0, (size_t)m * sizeof *w->chosen);
  double before = fit(w, m, &one, 1);
  int found = before == -INFINITY ? 0 : candidates(w, m, &one, try);
  save(w, m);
  for (int t = 0; t < found; t++) {
    double after = divide(w, m, &one, &try[t], two);
    if (after == -INFINITY) continue;               /* two[] need not be complete */
    int columns = two[0].n_column + two[1].n_column - one.n_column;
    double gain = after - before - penalty(w, columns, one.weight);
    if (!(gain > best)) continue;
    best = gain;
    best_try = t;
  }
  if (best_try < 0) {
    restore(w, m);
    return;
  }
  divide(w, m, &one, &try[best_try], two);
  int born = w->s->leaves++;
  for (int64_t x = 0; x < m; x++) w->s->site[w->sub[x]].leaf = w->chosen[x] ? born : k;
  *ret_changed = true;
}

/* ---- 4. Merging ---- */

/* Mean score of leaf b's windows in the matrix of leaf a. */
static double cross(const sg_sites *s, const leaf *a, int b)
{
  double sum = 0, n = 0;
  for (int64_t i = 0; i < s->n; i++) {
    bool flip;
    int shift;
    if (s->site[i].leaf != b) continue;
    sum += s->site[i].weight * place(a, &s->site[i], &flip, &shift);
    n += s->site[i].weight;
  }
  return n > 0 ? sum / n : -INFINITY;
}

/* Which leaves could explain each other's windows: those that score at least half as well. */
static void relate_pair(work *w, int a, int b)
{
  bool near = a == b || cross(w->s, &w->leaf[a], b) > 0.5 * w->own[b] ||
              cross(w->s, &w->leaf[b], a) > 0.5 * w->own[a];
  w->related[a][b] = w->related[b][a] = near;
}

static void measure(work *w, int k)
{
  count_leaf(w->s, k, &w->leaf[k]);
  w->own[k] = cross(w->s, &w->leaf[k], k);
}

static void relate(work *w)
{
  for (int k = 0; k < w->s->leaves; k++) measure(w, k);
  for (int a = 0; a < w->s->leaves; a++)
    for (int b = 0; b <= a; b++) relate_pair(w, a, b);
}

static void drop_leaf(sg_sites *s, int k)
{
  for (int64_t i = 0; i < s->n; i++)
    if (s->site[i].leaf > k) s->site[i].leaf--;
  s->leaves--;
}

/* What two leaves gain over one for the windows of both; they lie in the one afterwards. */
static double keeping_apart(work *w, int a, int b, int64_t *ret_m)
{
  leaf one, two[2];
  int64_t m = take_leaf(w->s, a, w->sub), all = m + take_leaf(w->s, b, w->sub + m);
  save(w, all);
  *ret_m = all;
  for (int64_t x = 0; x < all; x++) w->chosen[x] = x >= m;
  double apart = fit(w, all, two, 2);
  restore(w, all);
  for (int64_t x = m; x < all; x++) {             /* b's windows as they lie in a */
    sg_site *s = &w->s->site[w->sub[x]];
    bool flip;
    int shift;
    place(&w->leaf[a], s, &flip, &shift);
    s->flip = flip;
    s->shift = shift;
  }
  memset(w->chosen, 0, (size_t)all * sizeof *w->chosen);
  double together = fit(w, all, &one, 1);
  if (together == -INFINITY) return INFINITY;
  if (apart == -INFINITY) return -INFINITY;       /* one of two[] was too light to be completed */
  int columns = two[0].n_column + two[1].n_column - one.n_column;
  return apart - together - penalty(w, columns, one.weight);
}

static void drop_column(bool *row, int k, int n)
{
  memmove(row + k, row + k + 1, (size_t)(n - k - 1) * sizeof *row);
}

/* Leaf b, whose windows are those of leaf a now, goes; what was found of a holds no longer. */
static void absorb(work *w, int a, int b)
{
  int n = w->s->leaves;
  size_t after = (size_t)(n - b - 1);
  drop_leaf(w->s, b);
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
static bool merge(work *w)
{
  for (int a = 0; a < w->s->leaves; a++)
    for (int b = a + 1; b < w->s->leaves; b++) {
      int64_t m;
      if (!w->related[a][b] || w->apart[a][b]) continue;
      if (keeping_apart(w, a, b, &m) > 0) {
        restore(w, m);
        w->apart[a][b] = true;
        continue;
      }
      for (int64_t x = 0; x < m; x++) w->s->site[w->sub[x]].leaf = a;
      absorb(w, a, b);
      return true;
    }
  return false;
}

/* Merges until no pair is left that gains nothing by being two. */
static void merge_all(work *w, bool *ret_changed)
{
  relate(w);
  memset(w->apart, 0, SG_PARTS_MAX * sizeof *w->apart);
  while (merge(w)) *ret_changed = true;
}

/* ---- 5. The last assignment ---- */

/* What leaf k says about a window: log-odds of its bases, and the probability of what was kept:
 * sum over columns of ln q or ln (1 - q), bases kept outside of the frame at a hundredth each. */
typedef struct rule { float kept[SG_WINDOW + 2 * SG_FRAME]; double none, share; } rule;

static void make_rule(const leaf *l, double all, rule *r)
{
  r->none = 0;
  r->share = log(l->weight / all);
  for (int c = 0; c < SG_WINDOW + 2 * SG_FRAME; c++) r->kept[c] = (float)log(0.01);
  for (int c = 0; c < SG_FRAME; c++) {
    double q = (l->kept[c] + 0.3) / (l->weight + 2);
    r->none += log(1 - q);
    r->kept[SG_WINDOW + c] = (float)(log(q) - log(1 - q));
  }
}

static double rule_score(const leaf *l, const rule *r, const sg_site *s, bool *ret_flip,
                         int *ret_shift)
{
  double best = -INFINITY;
  *ret_flip = false;
  *ret_shift = 0;
  for (int o = 0; o < 2; o++)
    for (int k = 0; k <= 2 * SG_SHIFT; k++) {
      int shift = placement(k), zero = column_zero(shift);
      double score = bases_score(l, s->base[o] + zero);
      for (int j = 0; j < s->kept; j++) score += r->kept[SG_WINDOW + s->at[o][j] - zero];
      if (!(score > best)) continue;
      best = score;
      *ret_flip = o;
      *ret_shift = shift;
    }
  return best + r->none + r->share;
}

/* One window to its best leaf among those related to its own; true when it moves. */
static bool settle_one(const work *w, const rule *r, sg_site *s)
{
  sg_site old = *s;
  double best = -INFINITY;
  for (int k = 0; k < w->s->leaves; k++) {
    bool flip;
    int shift;
    if (!w->related[k][old.leaf]) continue;
    double score = rule_score(&w->leaf[k], &r[k], &old, &flip, &shift);
    if (!(score > best)) continue;
    best = score;
    s->leaf = k;
    s->flip = flip;
    s->shift = shift;
  }
  return s->leaf != old.leaf || s->flip != old.flip || s->shift != old.shift;
}

static sg_status settle(work *w, sg_err *err)
{
  rule *r = malloc(SG_PARTS_MAX * sizeof *r);
  if (!r) return no_memory(err);
  relate(w);
  for (int t = 0; t < ROUNDS; t++) {
    double all = 0;
    bool moved = false;
    for (int k = 0; k < w->s->leaves; k++) {
      count_leaf(w->s, k, &w->leaf[k]);
      all += w->leaf[k].weight;
    }
    for (int k = 0; k < w->s->leaves; k++) make_rule(&w->leaf[k], all, &r[k]);
    for (int64_t i = 0; i < w->s->n; i++)
      if (settle_one(w, r, &w->s->site[i])) moved = true;
    if (!moved) break;
  }
  free(r);
  return SG_OK;
}

/* ---- 6. All of it ---- */

static void drop_empty(sg_sites *s)
{
  for (int k = s->leaves - 1; k >= 0; k--) {
    bool used = false;
    for (int64_t i = 0; i < s->n && !used; i++) used = s->site[i].leaf == k;
    if (!used) drop_leaf(s, k);
  }
}

static sg_status work_init(work *w, int64_t sites, sg_err *err)
{
  size_t n = (size_t)sites + 1;
  w->leaf = calloc(SG_PARTS_MAX, sizeof *w->leaf);
  w->own = calloc(SG_PARTS_MAX, sizeof *w->own);
  w->related = calloc(SG_PARTS_MAX, sizeof *w->related);
  w->apart = calloc(SG_PARTS_MAX, sizeof *w->apart);
  w->sub = malloc(n * sizeof *w->sub);
  w->chosen = malloc(n * sizeof *w->chosen);
  w->share = malloc(n * sizeof *w->share);
  w->saved = malloc(n * sizeof *w->saved);
  bool ok = w->leaf && w->own && w->related && w->apart && w->sub && w->chosen && w->share &&
            w->saved;
  for (int k = 0; k < 2; k++) {
    w->flip[k] = malloc(n * sizeof *w->flip[k]);
    w->shift[k] = malloc(n * sizeof *w->shift[k]);
    ok = ok && w->flip[k] && w->shift[k];
  }
  return ok ? SG_OK : no_memory(err);
}

static void work_release(work *w)
{
  free(w->leaf);
  free(w->own);
  free(w->related);
  free(w->apart);
  free(w->sub);
  free(w->chosen);
  free(w->share);
  free(w->saved);
  for (int k = 0; k < 2; k++) {
    free(w->flip[k]);
    free(w->shift[k]);
  }
}

sg_status sg_sites_refine(sg_sites *sites, double least, sg_err *err)
{
  work w = { .s = sites, .least = least };
  sg_status status = work_init(&w, sites->n, err);
  for (int pass = 0; pass < PASSES && !status; pass++) {
    bool changed = false;
    for (int k = 0; k < sites->leaves; k++) split(&w, k, &changed);
    merge_all(&w, &changed);
    if (!changed) break;
  }
  if (!status) status = settle(&w, err);
  if (!status) drop_empty(sites);
  work_release(&w);
  return status;
}
