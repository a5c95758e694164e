/* motif/compare_rows.c: scores of query columns against the database, quantised.
 *
 *   1. Medians
 *   2. One row of scores
 *   3. Quantisation over all rows of a query
 *   4. Rows that are kept
 *
 * Columns of sites (one base each) and of short strings are few: what was computed for one query
 * serves the next. Rows are kept until there are KEPT of them, or as many as a query is wide.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "motif/comparing.h"

enum { KEPT = 16 };

/* ---- 1. Medians ---- */

enum { BUCKETS = 4096 };

/* The element of rank k (from 0) of v[n], which is reordered: Hoare's selection. */
double sg_nth(double *v, int64_t n, int64_t k)
{
  int64_t lo = 0, hi = n - 1;
  while (lo < hi) {
    double pivot = v[lo + (hi - lo) / 2];
    int64_t i = lo, j = hi;
    while (i <= j) {
      while (v[i] < pivot) i++;
      while (v[j] > pivot) j--;
      if (i > j) break;
      double swap = v[i];
      v[i++] = v[j];
      v[j--] = swap;
    }
    if (k <= j) hi = j;
    else if (k >= i) lo = i;
    else return v[k];
  }
  return v[k];
}

/* The same of row[n], all within [min, max]: scores are counted in buckets, and the choice is among
 * those of one bucket only. The place in the buckets is monotone in the score, which is all that is
 * needed. */
static double ranked(const double *row, int64_t n, double min, double max, int64_t k, double *work)
{
  int64_t count[BUCKETS] = { 0 }, before = 0, found = 0;
  double scale = (BUCKETS - 1) / (max - min);
  int bucket = 0;
  if (!(max > min) || !isfinite(scale)) return min;
  for (int64_t i = 0; i < n; i++) count[(int)((row[i] - min) * scale)]++;
  while (before + count[bucket] <= k) before += count[bucket++];
  for (int64_t i = 0; i < n; i++) {
    work[found] = row[i];
    found += (int)((row[i] - min) * scale) == bucket;
  }
  return sg_nth(work, found, k - before);
}

/* The lower median as Tomtom takes it: of the two in the middle of an even number the lower one. */
void sg_median_ranks(int64_t N, int64_t *ret_low, int64_t *ret_high)
{
  *ret_low = N > 1 ? N / 2 - 1 : 0;
  *ret_high = (N + 1) / 2 - 1;
}

static double lower_median(const double *row, int64_t n, double min, double max, double *work)
{
  int64_t a, b;
  sg_median_ranks(n, &a, &b);
  double low = ranked(row, n, min, max, a, work);
  return a == b ? low : (low + ranked(row, n, min, max, b, work)) / 2;
}

/* ---- 2. One row of scores ---- */

SG_CLONES static void extremes(const double *v, int64_t n, double *ret_min, double *ret_max)
{
  enum { LANES = 8 };
  double min[LANES], max[LANES];
  for (int l = 0; l < LANES; l++) min[l] = max[l] = v[0];
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (int l = 0; l < LANES; l++) {
      min[l] = v[i + l] < min[l] ? v[i + l] : min[l];
      max[l] = v[i + l] > max[l] ? v[i + l] : max[l];
    }
  for (; i < n; i++) {
    min[0] = v[i] < min[0] ? v[i] : min[0];
    max[0] = v[i] > max[0] ? v[i] : max[0];
  }
  for (int l = 1; l < LANES; l++) {
    min[0] = min[l] < min[0] ? min[l] : min[0];
    max[0] = max[l] > max[0] ? max[l] : max[0];
  }
  *ret_min = min[0];
  *ret_max = max[0];
}

static sg_status fill(const sg_targets *t, sg_rows *rows, sg_row *row, sg_err *err)
{
  const sg_columns *c = &t->columns;
  row->filled = false;
  row->scale = row->median = 0;
  if (row->key) {
    sg_keys_fill(t, rows, row);
  } else {
    double min, max;
    sg_score_row(t->opts.dist, c, t->opts.bg, &row->column, row->score);
    extremes(row->score, c->N, &min, &max);
    if (!isfinite(min) || !isfinite(max))             /* no buckets for the median */
      return sg_fail(err, SG_EINVAL, "scores are not finite: a greater pseudocount helps");
    if (t->opts.complete) row->median = lower_median(row->score, c->N, min, max, rows->work);
    row->min.least = row->min.most = min - row->median;
    row->max.least = row->max.most = max - row->median;
  }
  row->filled = true;
  return SG_OK;
}

/* ---- 3. Quantisation over all rows of a query ---- */

SG_CLONES static void quantise(const double *score, int64_t n, double median, double off,
                               double scale, uint8_t *cell)
{
  for (int64_t i = 0; i < n; i++)
    cell[i] = (uint8_t)(int)((score[i] - median - off) * scale + 0.5);
}

/* Counts cells two at a time, as a digit each of one number: half the increments, which one after
 * the other take longest. n is even and not above PIECE, so that 16 bits hold all counts. */
enum { PIECE = 32768, INDICES = SG_CELLS_AFTER / 2 };

SG_CLONES static void count_pairs(const uint8_t *cell, int n, uint32_t *count)
{
  uint16_t pair[SG_BINS * SG_BINS] = { 0 }, second[SG_BINS] = { 0 };
  for (int i = 0; i < n; i += 2 * INDICES) {
    uint16_t two[INDICES];
    int j = 0, m = n - i < 2 * INDICES ? (n - i) / 2 : INDICES;
    memcpy(two, cell + i, sizeof two);         /* which of them comes first does not matter */
    for (int k = 0; k < INDICES; k++)
      two[k] = (uint16_t)((two[k] & 0xff) * SG_BINS + (two[k] >> 8));
    for (; j + 4 <= m; j += 4) {
      uint64_t four;
      memcpy(&four, two + j, sizeof four);
      pair[four & 0xffff]++;
      pair[four >> 16 & 0xffff]++;
      pair[four >> 32 & 0xffff]++;
      pair[four >> 48]++;
    }
    for (; j < m; j++) pair[two[j]]++;
  }
  for (int a = 0; a < SG_BINS; a++) {
    uint16_t first = 0;
    for (int b = 0; b < SG_BINS; b++) first = (uint16_t)(first + pair[a * SG_BINS + b]);
    for (int b = 0; b < SG_BINS; b++)
      second[b] = (uint16_t)(second[b] + pair[a * SG_BINS + b]);
    count[a] += first;
  }
  for (int b = 0; b < SG_BINS; b++) count[b] += second[b];
}

static void histogram(const uint8_t *cell, int64_t n, sg_row *row)
{
  uint32_t count[SG_BINS] = { 0 };
  int64_t even = n & ~(int64_t)1;
  for (int64_t i = 0; i < even; i += PIECE)
    count_pairs(cell + i, even - i < PIECE ? (int)(even - i) : PIECE, count);
  if (even < n) count[cell[even]]++;
  int top = SG_BINS - 1, low = 0;
  while (top > 0 && !count[top]) top--;
  while (low < top && !count[low]) low++;
  row->top = top;
  row->reach = top - low;
  for (int e = 0; e <= row->reach; e++) row->hist[e] = count[top - e] / (double)n;
}

/* How scores become cells: whole steps from a whole number on. */
static void steps(double min, double max, double *ret_off, double *ret_scale)
{
  *ret_off = floor(min);
  *ret_scale = floor((SG_BINS - 1) / (max - *ret_off));
}

/* Extremes roughly known decide nearly always. false: they do not. */
static bool steps_of(const sg_rows *rows, int width, double *ret_off, double *ret_scale)
{
  sg_bounds min = rows->at[0]->min, max = rows->at[0]->max;
  double off, scale;
  for (int i = 1; i < width; i++) {
    const sg_row *row = rows->at[i];
    if (row->min.least < min.least) min.least = row->min.least;
    if (row->min.most < min.most) min.most = row->min.most;
    if (row->max.least > max.least) max.least = row->max.least;
    if (row->max.most > max.most) max.most = row->max.most;
  }
  steps(min.least, max.most, ret_off, ret_scale);
  steps(min.most, max.least, &off, &scale);
  return off == *ret_off && scale == *ret_scale && max.least > off;
}

static sg_status quantise_all(sg_rows *rows, const sg_targets *t, int width, sg_err *err)
{
  double off, scale;
  if (!steps_of(rows, width, &off, &scale)) {
    for (int i = 0; i < width; i++)
      if (rows->at[i]->key) sg_keys_extremes(t, rows, rows->at[i]);
    steps_of(rows, width, &off, &scale);
  }
  if (!(scale < 1e9))                             /* what rounding makes is no difference */
    return sg_fail(err, SG_EINVAL, "all columns of the query and the database are alike");
  if (!(scale >= 1))
    return sg_fail(err, SG_EINVAL, "scores range too far to be told apart: a greater pseudocount "
                   "helps");
  rows->neutral = (int)(-off * scale);
  for (int i = 0; i < width; i++) {
    sg_row *row = rows->at[i];
    if (row->scale > 0 && row->off == off && row->scale == scale) continue;
    if (row->key) sg_keys_quantise(t, rows, row, off, scale);
    else quantise(row->score, t->columns.N, row->median, off, scale, row->cell);
    histogram(row->cell, t->columns.N, row);
    row->off = off;
    row->scale = scale;
  }
  return SG_OK;
}

/* ---- 4. Rows that are kept ---- */

static bool same(const sg_column *a, const sg_column *b)
{
  return !memcmp(a->x, b->x, sizeof a->x) && a->n == b->n;
}

static sg_status add_row(sg_rows *rows, const sg_targets *t, sg_row **ret_row, sg_err *err)
{
  size_t N = (size_t)t->columns.N;
  sg_row *row = &rows->row[rows->n++];
  if (t->columns.near[0] && !rows->plain) row->key = malloc(N * sizeof *row->key);
  else row->score = malloc(N * sizeof *row->score);
  row->cell = calloc(N + SG_CELLS_AFTER, sizeof *row->cell);
  if ((!row->score && !row->key) || !row->cell) {
    rows->n--;
    free(row->score);
    free(row->key);
    free(row->cell);
    *row = (sg_row){ 0 };
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  *ret_row = row;
  return SG_OK;
}

/* A row for `column`: one that has it, else a new one, else the one that was not needed longest. */
static sg_status find(sg_rows *rows, const sg_targets *t, const sg_column *column, sg_row **ret_row,
                      sg_err *err)
{
  sg_row *row = NULL;
  for (int i = 0; i < rows->n; i++)
    if (rows->row[i].filled && same(&rows->row[i].column, column)) {
      rows->row[i].used = rows->query;
      *ret_row = &rows->row[i];
      return SG_OK;
    }
  if (rows->n < rows->room) {
    sg_status status = add_row(rows, t, &row, err);
    if (status) return status;
  } else {
    row = &rows->row[0];
    for (int i = 1; i < rows->n; i++)
      if (rows->row[i].used < row->used) row = &rows->row[i];
  }
  row->column = *column;
  row->used = rows->query;
  *ret_row = row;
  return fill(t, rows, row, err);
}

static sg_status make_room(sg_rows *rows, int64_t N, int width, sg_err *err)
{
  int room = width > KEPT ? width : KEPT;
  if (!rows->work) rows->work = malloc((size_t)(2 * N + 2) * sizeof *rows->work);
  if (!rows->pick) rows->pick = malloc((size_t)(2 * N + 1) * sizeof *rows->pick);
  if (!rows->work || !rows->pick) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (room > rows->room) {
    sg_row *row = realloc(rows->row, (size_t)room * sizeof *row);
    if (!row) return sg_fail(err, SG_ENOMEM, "out of memory");
    memset(row + rows->room, 0, (size_t)(room - rows->room) * sizeof *row);
    rows->row = row;
    rows->room = room;
  }
  if (width > rows->at_room) {
    sg_row **at = realloc(rows->at, (size_t)width * sizeof *at);
    if (!at) return sg_fail(err, SG_ENOMEM, "out of memory");
    rows->at = at;
    rows->at_room = width;
  }
  return SG_OK;
}

sg_status sg_rows_find(sg_rows *rows, const sg_targets *targets, const double *p, const double *n,
                       int width, sg_err *err)
{
  sg_status status = make_room(rows, targets->columns.N, width, err);
  rows->query++;
  for (int i = 0; i < width && !status; i++) {
    sg_column column = { .n = targets->opts.dist == SG_DIST_ALLR ? *n : 0 };
    memcpy(column.x, p + 4 * i, sizeof column.x);
    status = find(rows, targets, &column, &rows->at[i], err);
  }
  return status ? status : quantise_all(rows, targets, width, err);
}

void sg_rows_release(sg_rows *rows)
{
  for (int i = 0; i < rows->n; i++) {
    free(rows->row[i].score);
    free(rows->row[i].key);
    free(rows->row[i].cell);
  }
  free(rows->row);
  free(rows->work);
  free(rows->pick);
  free(rows->at);
  *rows = (sg_rows){ 0 };
}
