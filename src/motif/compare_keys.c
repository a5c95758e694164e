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

/* Marks keys of from..from + width. */
SG_CLONES static void mark_range(const uint16_t *key, int n, uint16_t from, uint16_t width,
                                 uint8_t *mark)
{
  for (int i = 0; i < n; i++) mark[i] = (uint16_t)(key[i] - from) <= width;
}

/* Cells are marked a block at a time, while the marks are near. */
enum { BLOCK = 2048, WORD = 8 };

/* Indices of the bytes of a word that are 1, added to `first`. Returns the end of `pick`. */
static int *gather_word(const uint8_t *mark, int first, int *pick)
{
#if defined(__GNUC__) && defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  uint64_t word;
  memcpy(&word, mark, sizeof word);
  for (; word; word &= word - 1) *pick++ = first + __builtin_ctzll(word) / 8;
#else
  for (int j = 0; j < WORD; j++)
    if (mark[j]) *pick++ = first + j;
#endif
  return pick;
}

/* The same of mark[n], of which few are 1; zeros come after the last. */
static int *gather(const uint8_t *mark, int n, int first, int *pick)
{
  for (int i = 0; i < n; i += 4 * WORD) {
    uint64_t four[4];
    memcpy(four, mark + i, sizeof four);
    if (!(four[0] | four[1] | four[2] | four[3])) continue;
    for (int k = 0; k < 4; k++)
      pick = gather_word(mark + i + WORD * k, first + i + WORD * k, pick);
  }
  return pick;
}

/* Cells whose key is `from` to `to`. Returns how many. */
static int pick_range(const uint16_t *key, int64_t n, int from, int to, int *pick)
{
  uint8_t mark[BLOCK] = { 0 };
  int *end = pick;
  for (int64_t i = 0; i < n; i += BLOCK) {
    int m = n - i < BLOCK ? (int)(n - i) : BLOCK;
    if (m < BLOCK) memset(mark, 0, sizeof mark);
    mark_range(key + i, m, (uint16_t)from, (uint16_t)(to - from), mark);
    end = gather(mark, m, (int)i, end);
  }
  return (int)(end - pick);
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
  enum { FEW = 64, FIRST = 1024 };
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
static double at_rank(const sg_targets *t, const sg_rows *rows, const sg_row *row, int64_t k)
{
  const sg_columns *c = &t->columns;
  bracket b = bracket_of(row->key, c->N, k);
  int from = b.from ? b.from - 1 : 0, to = b.to < UINT16_MAX ? b.to : UINT16_MAX;
  int picked = pick_range(row->key, c->N, from, to, rows->pick);
  for (int i = 0; i < picked; i++) b.before -= row->key[rows->pick[i]] < b.from;
  sg_score_some(t->opts.dist, c, &row->column, rows->pick, picked, rows->work);
  return sg_nth(rows->work, picked, k - b.before);
}

void sg_keys_fill(const sg_targets *targets, sg_rows *rows, sg_row *row)
{
  const sg_columns *c = &targets->columns;
  int64_t low, high;
  double from, per;
  sg_key_row(targets->opts.dist, c, &row->column, row->key);
  sg_median_ranks(c->N, &low, &high);
  if (targets->opts.complete) {
    row->median = at_rank(targets, rows, row, low);
    if (high != low) row->median = (row->median + at_rank(targets, rows, row, high)) / 2;
  }
  ends(row->key, c->N, &row->min_key, &row->max_key);
  sg_key_scale(targets->opts.dist, &from, &per);
  from -= row->median;
  row->min = (sg_bounds){ from + (row->min_key - 1) / per, from + (row->min_key + 2) / per };
  row->max = (sg_bounds){ from + (row->max_key - 1) / per, from + (row->max_key + 2) / per };
}

void sg_keys_extremes(const sg_targets *targets, sg_rows *rows, sg_row *row)
{
  const sg_columns *c = &targets->columns;
  double min = INFINITY, max = -INFINITY, *score = rows->work;
  int n = pick_range(row->key, c->N, row->min_key, row->min_key + 1, rows->pick);
  n += pick_range(row->key, c->N, row->max_key ? row->max_key - 1 : 0, row->max_key,
                  rows->pick + n);
  sg_score_some(targets->opts.dist, c, &row->column, rows->pick, n, score);
  for (int i = 0; i < n; i++) {
    min = score[i] < min ? score[i] : min;
    max = score[i] > max ? score[i] : max;
  }
  row->min.least = row->min.most = min - row->median;
  row->max.least = row->max.most = max - row->median;
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

/* Returns how many cells the keys do not decide. */
static int quantise(const uint16_t *key, int64_t n, const float ab[3], uint8_t *cell, int *pick)
{
  uint8_t mark[BLOCK] = { 0 };
  int *end = pick;
  for (int64_t i = 0; i < n; i += BLOCK) {
    int m = n - i < BLOCK ? (int)(n - i) : BLOCK;
    if (m < BLOCK) memset(mark, 0, sizeof mark);
    cells_of(key + i, m, ab, cell + i, mark);
    end = gather(mark, m, (int)i, end);
  }
  return (int)(end - pick);
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
  int picked = quantise(row->key, c->N, ab, row->cell, rows->pick);
  sg_score_some(targets->opts.dist, c, &row->column, rows->pick, picked, rows->work);
  for (int i = 0; i < picked; i++)
    row->cell[rows->pick[i]] =
      (uint8_t)(int)((rows->work[i] - row->median - off) * scale + 0.5);
}
