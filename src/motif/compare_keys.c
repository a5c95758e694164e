/* motif/compare_keys.c: medians, extremes and quantised scores, by keys.
 *
 *   1. Cells that are looked at exactly
 *   2. Median and extremes
 *   3. Quantised scores
 *
 * A key is a score in single precision, cut to 16 bits: four times less to compute and to move than
 * the score itself. It is right to within one, because its rounding is a hundredth of a step, and
 * so it decides nearly everything: the median lies among the few cells that share its key, and a
 * score is quantised by its key unless that lies at a border between two values. The few cells that
 * are left are computed in double precision by the arithmetic of whole rows. The result is that of
 * whole rows, bit for bit.
 */
#include <math.h>
#include <string.h>

#include "motif/comparing.h"

/* ---- 1. Cells that are looked at exactly ---- */

/* Three ranges of keys, both ends included. */
typedef struct ranges { uint16_t from[3], width[3]; } ranges;

SG_CLONES static void mark_ranges(const uint16_t *key, int64_t n, const ranges *r, uint8_t *mark)
{
  const uint16_t f0 = r->from[0], f1 = r->from[1], f2 = r->from[2];
  const uint16_t w0 = r->width[0], w1 = r->width[1], w2 = r->width[2];
  for (int64_t i = 0; i < n; i++)
    mark[i] = ((uint16_t)(key[i] - f0) <= w0) | ((uint16_t)(key[i] - f1) <= w1) |
              ((uint16_t)(key[i] - f2) <= w2);
}

/* Indices of marked cells, which are few: 32 are passed over at a time. `mark` has room for
 * SG_MARKS_AFTER more. */
static int gather(uint8_t *mark, int64_t n, int *pick)
{
  int found = 0;
  memset(mark + n, 0, SG_MARKS_AFTER);
  for (int64_t i = 0; i < n; i += 32) {
    uint64_t four[4];
    memcpy(four, mark + i, sizeof four);
    if (!(four[0] | four[1] | four[2] | four[3])) continue;
    for (int64_t k = 0; k < 4; k++)
      for (int64_t j = i + 8 * k; four[k] && j < i + 8 * k + 8; j++) {
        pick[found] = (int)j;
        found += mark[j];
      }
  }
  return found;
}

/* ---- 2. Median and extremes ---- */

SG_CLONES static void ends(const uint16_t *key, int64_t n, uint16_t *ret_min, uint16_t *ret_max)
{
  uint16_t min = UINT16_MAX, max = 0;
  for (int64_t i = 0; i < n; i++) {
    min = key[i] < min ? key[i] : min;
    max = key[i] > max ? key[i] : max;
  }
  *ret_min = min;
  *ret_max = max;
}

/* Keys from..to - 1 hold rank k, among few others; so many keys are below `from`. */
typedef struct bracket { int from, to; int64_t before; } bracket;

/* How many keys are below each of three. Counted in 16 bits, piece by piece, which is how many fit
 * a register. */
SG_CLONES static void count_below(const uint16_t *key, int64_t n, const int at[3], int64_t below[3])
{
  enum { PIECE = 32768 };
  const uint16_t a = (uint16_t)at[0], b = (uint16_t)at[1], c = (uint16_t)at[2];
  below[0] = below[1] = below[2] = 0;
  for (int64_t i = 0; i < n; i += PIECE) {
    uint16_t x = 0, y = 0, z = 0;
    int m = n - i < PIECE ? (int)(n - i) : PIECE;
    for (int j = 0; j < m; j++) {
      x = (uint16_t)(x + (key[i + j] < a));
      y = (uint16_t)(y + (key[i + j] < b));
      z = (uint16_t)(z + (key[i + j] < c));
    }
    below[0] += x;
    below[1] += y;
    below[2] += z;
  }
}

/* Three places to count at: around where a straight line between what is known has rank k. */
static void choose(const bracket *b, int64_t after, int64_t k, int at[3])
{
  double width = b->to - b->from, inside = (double)(after - b->before);
  double middle = b->from + width * ((double)(k - b->before) + 0.5) / inside;
  double step = width * (sqrt(inside) + 8) / inside;
  if (step > width / 4) step = width / 4;
  for (int i = 0; i < 3; i++) {
    double x = middle + (i - 1) * step;
    at[i] = (int)(x < b->from + 1 ? b->from + 1 : x > b->to - 1 ? b->to - 1 : x);
  }
}

/* The same from a sample, which knows nothing of the range. */
static void choose_first(const uint16_t *key, int64_t n, int64_t k, int at[3])
{
  enum { SAMPLE = 64, AWAY = 8 };
  uint16_t sample[SAMPLE];
  for (int i = 0; i < SAMPLE; i++) {
    uint16_t one = key[n * i / SAMPLE];
    int j = i;
    for (; j > 0 && sample[j - 1] > one; j--) sample[j] = sample[j - 1];
    sample[j] = one;
  }
  for (int i = 0; i < 3; i++) {
    int64_t rank = k * SAMPLE / n + (i - 1) * AWAY;
    at[i] = sample[rank < 0 ? 0 : rank >= SAMPLE ? SAMPLE - 1 : rank];
  }
}

/* Closes in on rank k until few cells are left, or keys that are all equal. */
static bracket bracket_of(const uint16_t *key, int64_t n, int64_t k)
{
  enum { FEW = 160, FIRST = 1024 };
  bracket b = { 0, UINT16_MAX + 1, 0 };
  int64_t after = n, below[3];
  int at[3];
  for (int turn = 0; after - b.before > FEW && b.to - b.from > 1; turn++) {
    if (!turn && n > FIRST) choose_first(key, n, k, at);
    else choose(&b, after, k, at);
    if (turn > 8) at[1] = b.from + (b.to - b.from) / 2;
    count_below(key, n, at, below);
    for (int i = 0; i < 3; i++) {
      if (below[i] <= k && at[i] > b.from) b.from = at[i], b.before = below[i];
      if (below[i] > k && at[i] < b.to) b.to = at[i], after = below[i];
    }
  }
  return b;
}

/* Rounding moves no key by more than one, nor any rank's: what is at rank k exactly is in the
 * bracket or has a key next to it, and what is below that is below it. */
static double at_rank(const sg_row *row, const bracket *b, int64_t k, const int *pick, int picked,
                      const double *exact, double *work)
{
  int m = 0;
  int64_t below = b->before;
  for (int i = 0; i < picked; i++) {
    int key = row->key[pick[i]];
    if (key < b->from - 1 || key > b->to) continue;
    below -= key == b->from - 1;
    work[m++] = exact[i];
  }
  return sg_nth(work, m, k - below);
}

void sg_keys_fill(const sg_targets *targets, sg_rows *rows, sg_row *row)
{
  const sg_columns *c = &targets->columns;
  uint16_t min, max;
  int64_t low, high;
  sg_key_row(targets->opts.dist, c, &row->column, row->key);
  ends(row->key, c->N, &min, &max);
  ranges r = { { min, (uint16_t)(max - 1), 0 }, { 1, 1, 0 } };
  if (!max) r.from[1] = 0;
  bracket a = { 0 }, b = { 0 };
  sg_median_ranks(c->N, &low, &high);
  if (targets->opts.complete) {
    a = b = bracket_of(row->key, c->N, low);
    if (high != low) b = bracket_of(row->key, c->N, high);
    int from = a.from < b.from ? a.from : b.from, to = a.to > b.to ? a.to : b.to;
    if (from > 0) from--;
    if (to > UINT16_MAX) to = UINT16_MAX;
    r.from[2] = (uint16_t)from;
    r.width[2] = (uint16_t)(to - from);
  }
  mark_ranges(row->key, c->N, &r, rows->mark);
  int picked = gather(rows->mark, c->N, rows->pick);
  double *exact = rows->work, *work = rows->work + picked;
  row->min = INFINITY;
  row->max = -INFINITY;
  for (int i = 0; i < picked; i++) {
    exact[i] = sg_score_one(targets->opts.dist, c, &row->column, rows->pick[i]);
    row->min = exact[i] < row->min ? exact[i] : row->min;
    row->max = exact[i] > row->max ? exact[i] : row->max;
  }
  if (!targets->opts.complete) return;
  row->median = at_rank(row, &a, low, rows->pick, picked, exact, work);
  if (high != low)
    row->median = (row->median + at_rank(row, &b, high, rows->pick, picked, exact, work)) / 2;
  row->min -= row->median;
  row->max -= row->median;
}

/* ---- 3. Quantised scores ---- */

/* cell = whole part of z = a + b key; marks those where z is within `edge` of a whole number. */
SG_CLONES static void cells_of(const uint16_t *key, int64_t n, const float ab[3], uint8_t *cell,
                               uint8_t *mark)
{
  const float a = ab[0], b = ab[1], edge = ab[2], far = 1 - ab[2];
  for (int64_t i = 0; i < n; i++) {
    float z = a + b * (float)key[i];
    int whole = (int)z;
    float part = z - (float)whole;
    cell[i] = (uint8_t)whole;
    mark[i] = (part < edge) | (part > far);
  }
}

void sg_keys_quantise(const sg_targets *targets, sg_rows *rows, sg_row *row, double off,
                      double scale)
{
  const sg_columns *c = &targets->columns;
  double from, per;
  sg_key_scale(targets->opts.dist, &from, &per);
  /* the score is from + (key + 1/2) / per, half a step and a bit more to either side */
  float ab[3] = { (float)((from + 0.5 / per - row->median - off) * scale + 0.5),
                  (float)(scale / per), (float)(0.6 * scale / per + 1e-4) };
  cells_of(row->key, c->N, ab, row->cell, rows->mark);
  int picked = gather(rows->mark, c->N, rows->pick);
  for (int i = 0; i < picked; i++) {
    int j = rows->pick[i];
    double score = sg_score_one(targets->opts.dist, c, &row->column, j);
    row->cell[j] = (uint8_t)(int)((score - row->median - off) * scale + 0.5);
  }
}
