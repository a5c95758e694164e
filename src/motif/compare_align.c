/* motif/compare_align.c: the best offset of every target, by complete scores.
 *
 *   1. Sums at one offset
 *   2. A block of members at all offsets
 *   3. Groups
 *
 * At offset o column i of the query lies upon column o + i of the target. Columns that hang over
 * count as neutral, so that all offsets compete on one scale: what is summed is how much the cells
 * that lie upon each other are above neutral, |sum| <= 100 SG_OVERLAP_MAX, which fits 16 bits. All
 * members of a group are summed side by side. Offsets come by overlap, then from left to right, and
 * only a greater sum replaces an earlier one: that is the rule for ties.
 */
#include <stdlib.h>
#include <string.h>

#include "motif/comparing.h"

/* ---- 1. Sums at one offset ---- */

SG_CLONES static void add_cells(const uint8_t *const *cells, int n_cells, int n, int16_t *sum)
{
  for (int i = 0; i < n_cells; i++) {
    const uint8_t *cell = cells[i];
    for (int s = 0; s < n; s++) sum[s] = (int16_t)(sum[s] + cell[s]);
  }
}

static sg_status cells_room(sg_best *best, int n, sg_err *err)
{
  if (n <= best->cells_room) return SG_OK;
  const uint8_t **cells = realloc(best->cells, (size_t)n * sizeof *cells);
  if (!cells) return sg_fail(err, SG_ENOMEM, "out of memory");
  best->cells = cells;
  best->cells_room = n;
  return SG_OK;
}

sg_status sg_align_sums(const sg_group *group, const sg_rows *rows, int offset, int a, int overlap,
                        int start, sg_best *best, sg_err *err)
{
  sg_status status = cells_room(best, overlap, err);
  if (status) return status;
  for (int i = 0; i < overlap; i++)
    best->cells[i] = rows->at[a + i]->cell + group->first + (int64_t)(offset + a + i) * group->n;
  for (int s = 0; s < group->n; s++) best->sum[s] = (int16_t)start;
  add_cells(best->cells, overlap, group->n, best->sum);
  return SG_OK;
}

/* ---- 2. A block of members at all offsets ---- */

/* Calls try_offset(offset, first column of the query, overlap) for offsets in the order above. */
#define EACH_OFFSET(z, try_offset)                                               \
  do {                                                                           \
    int w_ = (z)->width, L_ = (z)->L, slack_ = L_ - w_;                          \
    for (int o_ = slack_; o_ <= 0; o_++) try_offset(o_, -o_, L_);                \
    for (int o_ = slack_ > 0 ? 0 : 1; o_ <= slack_; o_++) try_offset(o_, 0, w_); \
    for (int l_ = (slack_ < 0 ? L_ : w_) - 1; l_ >= (z)->least; l_--) {          \
      try_offset(l_ - w_, w_ - l_, l_);                                          \
      try_offset(L_ - l_, 0, l_);                                                \
    }                                                                            \
  } while (0)

#if defined(__GNUC__)

/* Defines an aligner of `lanes` members: their sums stay in a register, as do the greatest ones so
 * far and where those were. Registers as in compare_convolve.c. */
#define ALIGN(name, attribute, lanes)                                                           \
  typedef uint8_t name##_cells __attribute__((vector_size(lanes), aligned(1), may_alias));      \
  typedef int16_t name##_sums __attribute__((vector_size(2 * (lanes)), aligned(2), may_alias)); \
  attribute static void name(const sg_lying *z, int64_t first, int16_t *ret_top,                \
                             int16_t *ret_at)                                                   \
  {                                                                                             \
    name##_sums top = { 0 }, at = { 0 };                                                        \
    top += (int16_t)INT16_MIN;                                                                  \
    EACH_OFFSET(z, TRY_##lanes);                                                                \
    *(name##_sums *)ret_top = top;                                                              \
    *(name##_sums *)ret_at = at;                                                                \
  }

#define TRY(name, o, a, overlap)                                                               \
  do {                                                                                         \
    name##_sums sum = { 0 }, more;                                                             \
    int64_t from = first + (int64_t)((o) + (a)) * z->n;                                        \
    sum += (int16_t)(-(overlap) * z->neutral);                                                 \
    for (int i = (a); i < (a) + (overlap); i++, from += z->n)                                  \
      sum += __builtin_convertvector(*(const name##_cells *)(z->cell[i] + from), name##_sums); \
    more = sum > top;                                                                          \
    top = (sum & more) | (top & ~more);                                                        \
    at = (((name##_sums){ 0 } + (int16_t)(o)) & more) | (at & ~more);                          \
  } while (0)
#define TRY_8(o, a, overlap) TRY(by_8, o, a, overlap)
#define TRY_16(o, a, overlap) TRY(by_16, o, a, overlap)
#define TRY_32(o, a, overlap) TRY(by_32, o, a, overlap)

ALIGN(by_8, , 8)

#if defined(__x86_64__)
ALIGN(by_16, __attribute__((target("avx2"))), 16)
ALIGN(by_32, __attribute__((target("avx512bw"))), 32)

sg_aligner *sg_align_by(int lanes)
{
  if (lanes == 32) return __builtin_cpu_supports("avx512bw") ? by_32 : NULL;
  if (lanes == 16) return __builtin_cpu_supports("avx2") ? by_16 : NULL;
  return by_8;
}
#else
sg_aligner *sg_align_by(int lanes) { return lanes == 8 ? by_8 : NULL; }
#endif

#else
static void plain(const sg_lying *z, int64_t first, int16_t *ret_top, int16_t *ret_at)
{
  for (int s = 0; s < 8; s++) {
    int top = INT16_MIN, at = 0;
#define TRY(o, a, overlap)                                      \
  do {                                                          \
    int sum = -(overlap) * z->neutral;                          \
    for (int i = (a); i < (a) + (overlap); i++)                 \
      sum += z->cell[i][first + s + (int64_t)((o) + i) * z->n]; \
    at = sum > top ? (o) : at;                                  \
    top = sum > top ? sum : top;                                \
  } while (0)
    EACH_OFFSET(z, TRY);
    ret_top[s] = (int16_t)top;
    ret_at[s] = (int16_t)at;
  }
}

sg_aligner *sg_align_by(int lanes) { return lanes == 8 ? plain : NULL; }
#endif

/* ---- 3. Groups ---- */

typedef struct aligner { int lanes; sg_aligner *align; } aligner;

static aligner widest(void)
{
  aligner a = { 32, sg_align_by(32) };
  for (; !a.align; a.lanes /= 2) a.align = sg_align_by(a.lanes / 2);
  return a;
}

static sg_status align_group(const sg_group *g, const sg_rows *rows, int width, int least,
                             sg_best *best, sg_err *err)
{
  int L = g->width, most = width < L ? width : L;
  sg_lying z = { best->cells, g->n, width, L, least < most ? least : most, rows->neutral };
  aligner a = widest();
  if (most > SG_OVERLAP_MAX)
    return sg_fail(err, SG_EINVAL, "query and target are both wider than %d columns",
                   SG_OVERLAP_MAX);
  for (int s = 0; s < g->n; s += a.lanes)
    a.align(&z, g->first + s, best->top + s, best->at + s);
  for (int s = 0; s < g->n; s++) {
    int o = best->at[s], begin = o < 0 ? -o : 0, end = width < L - o ? width : L - o;
    best->score[g->slot + s] = best->top[s] + width * rows->neutral;
    best->offset[g->slot + s] = o;
    best->overlap[g->slot + s] = end - begin;
  }
  return SG_OK;
}

sg_status sg_align(const sg_targets *targets, const sg_rows *rows, int width, sg_best *best,
                   sg_err *err)
{
  sg_status status = cells_room(best, width, err);
  for (int i = 0; i < width && !status; i++) best->cells[i] = rows->at[i]->cell;
  for (int g = 0; g < targets->n_group && !status; g++)
    status = align_group(&targets->group[g], rows, width, targets->opts.min_overlap, best, err);
  return status;
}
