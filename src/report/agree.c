/* report/agree.c: correlations, signs and top positions of attributions, two by two.
 *
 * Contents
 *   1. The session
 *   2. Ranks and top positions of one method
 *   3. Two methods
 *   4. Regions and the total
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "seqgloss/agree.h"

/* A score and where it stands, for sorting. */
typedef struct cell { double key; int64_t at; } cell;

struct sg_agree {
  int methods;
  int64_t top, room;           /* positions that there is room for */
  double *score, *rank;        /* [methods][room] of the positions that count */
  bool *chosen;                /* [methods][room] is a top position */
  int64_t *chosen_n;           /* [methods] */
  cell *cell;                  /* [room] */
  double *sum;                 /* [methods][methods][measures] */
  int64_t *n;                  /* likewise: regions in that sum */
};

/* ---- 1. The session ---- */

const char *sg_agree_name(int measure)
{
  static const char *const names[] = { "pearson", "spearman", "sign", "top" };
  return measure >= 0 && measure < SG_AGREE_MEASURES ? names[measure] : NULL;
}

sg_status sg_agree_new(int methods, int64_t top, sg_agree **ret_agree, sg_err *err)
{
  *ret_agree = NULL;
  if (methods < 1 || top < 1)
    return sg_fail(err, SG_EINVAL, "agreement needs a method and a top position at least");
  sg_agree *a = calloc(1, sizeof *a);
  size_t cells = (size_t)methods * (size_t)methods * SG_AGREE_MEASURES;
  if (a) a->sum = calloc(cells, sizeof *a->sum);
  if (a) a->n = calloc(cells, sizeof *a->n);
  if (a) a->chosen_n = calloc((size_t)methods, sizeof *a->chosen_n);
  if (!a || !a->sum || !a->n || !a->chosen_n) {
    sg_agree_free(a);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  a->methods = methods;
  a->top = top;
  *ret_agree = a;
  return SG_OK;
}

void sg_agree_free(sg_agree *agree)
{
  if (!agree) return;
  free(agree->score);
  free(agree->rank);
  free(agree->chosen);
  free(agree->chosen_n);
  free(agree->cell);
  free(agree->sum);
  free(agree->n);
  free(agree);
}

static sg_status make_room(sg_agree *a, int64_t n, sg_err *err)
{
  size_t m = (size_t)a->methods, room = (size_t)n;
  if (n <= a->room) return SG_OK;
  free(a->score);
  free(a->rank);
  free(a->chosen);
  free(a->cell);
  a->room = 0;
  a->score = calloc(m * room, sizeof *a->score);
  a->rank = calloc(m * room, sizeof *a->rank);
  a->chosen = calloc(m * room, sizeof *a->chosen);
  a->cell = calloc(room, sizeof *a->cell);
  if (!a->score || !a->rank || !a->chosen || !a->cell)
    return sg_fail(err, SG_ENOMEM, "out of memory");
  a->room = n;
  return SG_OK;
}

/* ---- 2. One method ---- */

/* Ascending; equal scores by position, so that the order is the same everywhere. */
static int by_key(const void *x, const void *y)
{
  const cell *a = x, *b = y;
  if (a->key != b->key) return a->key < b->key ? -1 : 1;
  return a->at < b->at ? -1 : a->at > b->at;
}

/* Ranks from 1; runs of equal scores share their mean. */
static void rank(sg_agree *a, const double *score, int64_t n, double *to)
{
  for (int64_t i = 0; i < n; i++) a->cell[i] = (cell){ score[i], i };
  qsort(a->cell, (size_t)n, sizeof *a->cell, by_key);
  for (int64_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && a->cell[end].key == a->cell[i].key; end++);
    for (int64_t k = i; k < end; k++) to[a->cell[k].at] = 0.5 * (double)(i + 1 + end);
  }
}

static void choose_top(sg_agree *a, int method, int64_t n)
{
  const double *score = a->score + method * a->room;
  bool *chosen = a->chosen + method * a->room;
  int64_t count = 0;
  for (int64_t i = 0; i < n; i++) {
    a->cell[i] = (cell){ -fabs(score[i]), i };
    chosen[i] = false;
  }
  qsort(a->cell, (size_t)n, sizeof *a->cell, by_key);
  for (; count < n && count < a->top && a->cell[count].key < 0; count++)
    chosen[a->cell[count].at] = true;
  a->chosen_n[method] = count;
}

/* ---- 3. Two methods ---- */

static bool constant(const double *x, int64_t n)
{
  for (int64_t i = 1; i < n; i++) if (x[i] != x[0]) return false;
  return true;
}

static double mean(const double *x, int64_t n)
{
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += x[i];
  return sum / (double)n;
}

/* In two passes: differences from the means are exact enough whatever the level. */
static double correlation(const double *x, const double *y, int64_t n)
{
  double mx, my, xx = 0, yy = 0, xy = 0;
  if (constant(x, n) || constant(y, n)) return NAN;
  mx = mean(x, n);
  my = mean(y, n);
  for (int64_t i = 0; i < n; i++) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  double r = xy / sqrt(xx * yy);       /* 1 for equal scores: the root of a square is exact */
  return r > 1 ? 1 : r < -1 ? -1 : r;
}

static void signs(const double *x, const double *y, int64_t n, double *ret_share, int64_t *ret_n)
{
  int64_t same = 0;
  *ret_n = 0;
  for (int64_t i = 0; i < n; i++) {
    if (x[i] == 0 || y[i] == 0) continue;
    ++*ret_n;
    same += (x[i] > 0) == (y[i] > 0);
  }
  *ret_share = *ret_n ? (double)same / (double)*ret_n : NAN;
}

static void compare(const sg_agree *a, int i, int j, int64_t n, sg_agreement *to)
{
  const double *x = a->score + i * a->room, *y = a->score + j * a->room;
  const bool *p = a->chosen + i * a->room, *q = a->chosen + j * a->room;
  int64_t most = a->chosen_n[i] > a->chosen_n[j] ? a->chosen_n[i] : a->chosen_n[j], both = 0;
  for (int64_t l = 0; l < n; l++) both += p[l] && q[l];
  to->value[SG_AGREE_PEARSON] = correlation(x, y, n);
  to->value[SG_AGREE_SPEARMAN] = correlation(a->rank + i * a->room, a->rank + j * a->room, n);
  to->n[SG_AGREE_PEARSON] = to->n[SG_AGREE_SPEARMAN] = n;
  signs(x, y, n, &to->value[SG_AGREE_SIGN], &to->n[SG_AGREE_SIGN]);
  to->value[SG_AGREE_TOP] = most ? (double)both / (double)most : NAN;
  to->n[SG_AGREE_TOP] = most;
}

/* ---- 4. Regions ---- */

/* Positions where all scores are finite, side by side; their number. */
static int64_t gather(sg_agree *a, const float *const *scores, int64_t n)
{
  int64_t used = 0;
  for (int64_t l = 0; l < n; l++) {
    bool good = true;
    for (int m = 0; m < a->methods; m++) {
      good = good && isfinite(scores[m][l]);
      a->score[m * a->room + used] = (double)scores[m][l];
    }
    used += good;
  }
  return used;
}

static void add(sg_agree *a, int i, int j, const sg_agreement *pair)
{
  for (int k = 0; k < SG_AGREE_MEASURES; k++) {
    int64_t at = ((int64_t)i * a->methods + j) * SG_AGREE_MEASURES + k;
    if (isnan(pair->value[k])) continue;
    a->sum[at] += pair->value[k];
    a->n[at]++;
  }
}

sg_status sg_agree_region(sg_agree *agree, const float *const *scores, int64_t n,
                          sg_agreement *pairs, sg_err *err)
{
  sg_status status = make_room(agree, n < 1 ? 1 : n, err);
  int m = agree->methods;
  if (status) return status;
  int64_t used = gather(agree, scores, n);
  for (int i = 0; i < m; i++) {
    rank(agree, agree->score + i * agree->room, used, agree->rank + i * agree->room);
    choose_top(agree, i, used);
  }
  for (int i = 0; i < m; i++)
    for (int j = i; j < m; j++) {
      compare(agree, i, j, used, &pairs[i * m + j]);
      pairs[j * m + i] = pairs[i * m + j];
      add(agree, i, j, &pairs[i * m + j]);
      if (i != j) add(agree, j, i, &pairs[i * m + j]);
    }
  return SG_OK;
}

void sg_agree_total(const sg_agree *agree, sg_agreement *pairs)
{
  for (int p = 0; p < agree->methods * agree->methods; p++)
    for (int k = 0; k < SG_AGREE_MEASURES; k++) {
      int64_t n = pairs[p].n[k] = agree->n[p * SG_AGREE_MEASURES + k];
      pairs[p].value[k] = n ? agree->sum[p * SG_AGREE_MEASURES + k] / (double)n : NAN;
    }
}
