/* motif/compare_align.c: the best offset of every target, by complete scores.
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

SG_CLONES static void add_cells(const uint8_t *const *cells, int n_cells, int n, int16_t *sum)
{
  for (int i = 0; i < n_cells; i++) {
    const uint8_t *cell = cells[i];
    for (int s = 0; s < n; s++) sum[s] = (int16_t)(sum[s] + cell[s]);
  }
}

SG_CLONES static void keep_best(const int16_t *sum, int n, int16_t offset, int16_t *top,
                                int16_t *at)
{
  for (int s = 0; s < n; s++) {
    at[s] = sum[s] > top[s] ? offset : at[s];
    top[s] = sum[s] > top[s] ? sum[s] : top[s];
  }
}

sg_status sg_align_sums(const sg_group *group, const sg_rows *rows, int offset, int a, int overlap,
                        int start, sg_best *best, sg_err *err)
{
  if (overlap > best->cells_room) {
    const uint8_t **cells = realloc(best->cells, (size_t)overlap * sizeof *cells);
    if (!cells) return sg_fail(err, SG_ENOMEM, "out of memory");
    best->cells = cells;
    best->cells_room = overlap;
  }
  for (int i = 0; i < overlap; i++)
    best->cells[i] = rows->at[a + i]->cell + group->first + (int64_t)(offset + a + i) * group->n;
  for (int s = 0; s < group->n; s++) best->sum[s] = (int16_t)start;
  add_cells(best->cells, overlap, group->n, best->sum);
  return SG_OK;
}

static sg_status try_offset(const sg_group *g, const sg_rows *rows, int offset, int overlap,
                            sg_best *best, sg_err *err)
{
  int a = offset < 0 ? -offset : 0;
  sg_status status = sg_align_sums(g, rows, offset, a, overlap, -overlap * rows->neutral, best,
                                   err);
  if (!status) keep_best(best->sum, g->n, (int16_t)offset, best->top, best->at);
  return status;
}

static sg_status align_group(const sg_group *g, const sg_rows *rows, int width, int least,
                             sg_best *best, sg_err *err)
{
  int L = g->width, most = width < L ? width : L, slack = L - width;
  sg_status status = SG_OK;
  if (most > SG_OVERLAP_MAX)
    return sg_fail(err, SG_EINVAL, "query and target are both wider than %d columns",
                   SG_OVERLAP_MAX);
  if (least > most) least = most;
  for (int s = 0; s < g->n; s++) best->top[s] = INT16_MIN;
  for (int o = slack < 0 ? slack : 0; o <= (slack > 0 ? slack : 0) && !status; o++)
    status = try_offset(g, rows, o, most, best, err);
  for (int overlap = most - 1; overlap >= least && !status; overlap--) {
    status = try_offset(g, rows, overlap - width, overlap, best, err);
    if (!status) status = try_offset(g, rows, L - overlap, overlap, best, err);
  }
  for (int s = 0; s < g->n && !status; s++) {
    int o = best->at[s], a = o < 0 ? -o : 0, end = width < L - o ? width : L - o;
    best->score[g->slot + s] = best->top[s] + width * rows->neutral;
    best->offset[g->slot + s] = o;
    best->overlap[g->slot + s] = end - a;
  }
  return status;
}

sg_status sg_align(const sg_targets *targets, const sg_rows *rows, int width, sg_best *best,
                   sg_err *err)
{
  sg_status status = SG_OK;
  for (int g = 0; g < targets->n_group && !status; g++)
    status = align_group(&targets->group[g], rows, width, targets->opts.min_overlap, best, err);
  return status;
}
