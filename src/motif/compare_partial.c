/* motif/compare_partial.c: the best offset by incomplete scores, and its p-value.
 *
 * Columns that hang over say nothing; each offset has a p-value of its own, P(sum over its window
 * >= what was seen), and the smallest of n offsets (of both strands) is what counts: p = n p_min
 * where that is below 1/1000, else 1 - (1 - p_min)^n. Equal p-values go to the greater overlap,
 * then to the smaller offset. They are rounded to 44 bits before, lest rounding decide between a
 * window and its mirror image.
 *
 * Windows come as chains, each from one column on; the offsets whose window a link is are judged as
 * it passes, so that there are two survival functions at a time.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "motif/comparing.h"

typedef struct partial {
  const sg_targets *t;
  const sg_rows *rows;
  int width;
  sg_best *best;
  double *tail[2];
  int depth;                   /* of tail[0]: deeper it is 1 */
  int top;                     /* greatest sum of the window */
} partial;

static double rounded(double p)
{
  int exponent;
  double m = frexp(p, &exponent);
  return ldexp(nearbyint(m * 0x1p44), exponent - 44);
}

static int least_overlap(const partial *z, int L)
{
  int most = z->width < L ? z->width : L;
  return z->t->opts.min_overlap < most ? z->t->opts.min_overlap : most;
}

/* Judges one offset of a group. The window has `overlap` columns from `a` on. */
static sg_status judge(const partial *z, const sg_group *g, int offset, int a, int overlap,
                       sg_err *err)
{
  sg_best *best = z->best;
  if (overlap < least_overlap(z, g->width)) return SG_OK;
  sg_status status = sg_align_sums(g, z->rows, offset, a, overlap, 0, best, err);
  for (int s = 0; s < g->n && !status; s++) {
    int at = g->slot + s, d = z->top - best->sum[s];
    double p = d > z->depth ? 1 : rounded(z->tail[0][d]);
    if (p > best->p[at]) continue;
    if (p == best->p[at] && (overlap < best->overlap[at] ||
                             (overlap == best->overlap[at] && offset > best->offset[at])))
      continue;
    best->p[at] = p;
    best->overlap[at] = overlap;
    best->offset[at] = offset;
  }
  return status;
}

/* All offsets of all groups whose window has `length` columns from `a` on. */
static sg_status judge_all(const partial *z, int a, int length, sg_err *err)
{
  int w = z->width;
  sg_status status = SG_OK;
  for (int i = 0; i < z->t->n_group && !status; i++) {
    const sg_group *g = &z->t->group[i];
    int L = g->width, reach = w - a < L ? w - a : L;
    if (reach == length) status = judge(z, g, -a, a, length, err);
    if (a || status) continue;
    if (length < w && L > length) status = judge(z, g, L - length, 0, length, err);
    for (int o = 1; length == w && o <= L - w && !status; o++)
      status = judge(z, g, o, 0, length, err);
  }
  return status;
}

static void extend(partial *z, const sg_row *row)
{
  double *swap = z->tail[1];
  sg_convolve(z->tail[0], row->hist, row->reach, z->depth, swap);
  z->tail[1] = z->tail[0];
  z->tail[0] = swap;
}

/* The next link looks deeper by its own reach, where this tail is 1. */
static void level(const partial *z)
{
  double *end = z->tail[0] + z->depth;
  for (int d = 1; d < SG_BINS + SG_CONVOLVE_AFTER; d++) end[d] = *end;
}

static sg_status chain(partial *z, int a, sg_err *err)
{
  sg_status status = SG_OK;
  int most = z->width - a < z->t->widest ? z->width - a : z->t->widest;
  z->top = z->depth = 0;
  for (int l = 1; l <= most && !status; l++) {
    const sg_row *row = z->rows->at[a + l - 1];
    z->top += row->top;
    z->depth += row->reach;
    if (l == 1) sg_tail_start(row, z->depth, z->tail[0]);
    else extend(z, row);
    level(z);
    status = judge_all(z, a, l, err);
  }
  return status;
}

static void finish(const partial *z)
{
  for (int i = 0; i < z->t->n_group; i++) {
    const sg_group *g = &z->t->group[i];
    int least = least_overlap(z, g->width);
    double n = (double)(z->width + g->width - 1 - 2 * (least - 1)) * (z->t->opts.rc ? 2 : 1);
    for (int s = g->slot; s < g->slot + g->n; s++) {
      double one = z->best->p[s], p = one * n;
      if (!(p < 1e-3)) p = one < 1 ? -expm1(n * log1p(-one)) : 1;
      z->best->p[s] = p < DBL_MIN ? DBL_MIN : p < 1 ? p : 1;
    }
  }
}

sg_status sg_partial(const sg_targets *targets, const sg_rows *rows, int width, sg_best *best,
                     sg_err *err)
{
  partial z = { .t = targets, .rows = rows, .width = width, .best = best };
  int widest = width < targets->widest ? width : targets->widest;
  if (widest > SG_OVERLAP_MAX)
    return sg_fail(err, SG_EINVAL, "query and target are both wider than %d columns",
                   SG_OVERLAP_MAX);
  sg_status status = sg_tails_room(best, (widest + 1) * SG_BINS, err);
  if (status) return status;
  for (int i = 0; i < 2; i++) z.tail[i] = best->tail[i] + SG_CONVOLVE_BEFORE;
  for (int s = 0; s < targets->n_slot; s++) {
    best->p[s] = 2;
    best->overlap[s] = best->offset[s] = 0;
  }
  for (int a = 0; a < width && !status; a++) status = chain(&z, a, err);
  if (!status) finish(&z);
  return status;
}
