/* cluster/mixsplit.c: a part becomes two where a column says which of two kinds a string is.
 *
 * Candidates are indicators "column c holds letter x" (hidden is a letter), ranked by what they
 * tell about the other columns: the sum of the mutual informations, all of which come from one
 * table of pairs of letters. The best TRIES are carried out: the strings with and without it become
 * two parts, which EM refines, and the first that gains more than its columns cost is taken.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/mixture.h"

enum { CELLS = SG_FRAME * 5, TRIES = 8, ROUNDS = 10 };

typedef struct work {
  int64_t *sub;                /* [n] strings of the part */
  int64_t m;
  sg_fit fit[2];
  int *chosen;
  double pairs[CELLS][CELLS];  /* weight of strings with both letters */
} work;

/* row[SG_FRAME]: the letter of string i in each column of part k. */
static void spread(const sg_mixture *m, int k, int64_t i, unsigned char *row)
{
  const sg_gapped *g = m->g;
  int o = m->fit[k].strand[i];
  memset(row, 4, SG_FRAME);
  for (int64_t j = g->first[i]; j < g->first[i + 1]; j++) {
    int c = g->at[o][j] + m->fit[k].shift[i];
    if (c >= 0 && c < SG_FRAME) row[c] = g->base[o][j];
  }
}

static void count_pairs(const sg_mixture *m, int k, work *w)
{
  memset(w->pairs, 0, sizeof w->pairs);
  for (int64_t x = 0; x < w->m; x++) {
    unsigned char row[SG_FRAME];
    spread(m, k, w->sub[x], row);
    for (int a = 0; a < SG_FRAME; a++)
      for (int b = 0; b < SG_FRAME; b++)
        w->pairs[a * 5 + row[a]][b * 5 + row[b]] += m->g->weight[w->sub[x]];
  }
}

/* Sum over the columns other than its own of the mutual information with indicator `cell`. */
static double informs(const work *w, int cell, double n)
{
  double with = w->pairs[cell][cell], without = n - with, sum = 0;
  for (int c = 0; c < SG_FRAME; c++) {
    if (c == cell / 5) continue;
    for (int b = 0; b < 5; b++) {
      int other = c * 5 + b;
      double both = w->pairs[cell][other], all = w->pairs[other][other];
      double p1 = (both + 0.1) / (with + 0.5), p0 = (all - both + 0.1) / (without + 0.5);
      double p = (all + 0.2) / (n + 1);
      sum += both * log(p1 / p) + (all - both) * log(p0 / p);
    }
  }
  return sum;
}

/* The TRIES best cells, the best first; returns their number. */
static int candidates(const sg_mixture *m, const work *w, double n, int cell[TRIES])
{
  double value[TRIES];
  int found = 0;
  for (int i = 0; i < CELLS; i++) {
    double with = w->pairs[i][i];
    if (with < m->least || n - with < m->least) continue;
    double v = informs(w, i, n);
    int at = found < TRIES ? found : TRIES - 1;
    if (found == TRIES && v <= value[at]) continue;
    for (; at > 0 && value[at - 1] < v; at--) {
      value[at] = value[at - 1];
      cell[at] = cell[at - 1];
    }
    value[at] = v;
    cell[at] = i;
    if (found < TRIES) found++;
  }
  return found;
}

/* Two children of part k by that cell, refined; what they gain. */
static double divide(const sg_mixture *m, int k, int cell, work *w, sg_part *child[2])
{
  double before = 0;
  for (int64_t x = 0; x < w->m; x++) {
    unsigned char row[SG_FRAME];
    int64_t i = w->sub[x];
    spread(m, k, i, row);
    w->chosen[x] = row[cell / 5] == cell % 5;
    w->fit[0].shift[x] = m->fit[k].shift[i];
    w->fit[0].strand[x] = m->fit[k].strand[i];
    before += m->g->weight[i] * m->fit[k].score[i];
  }
  for (int h = 0; h < 2; h++)
    sg_part_count(m, child[h], w->sub, w->m, w->chosen, h, &w->fit[0]);
  double after = sg_parts_em(m, child, w->sub, w->m, ROUNDS, w->fit, w->chosen);
  if (child[0]->weight < m->least || child[1]->weight < m->least) return -INFINITY;
  double columns = child[0]->width + child[1]->width - m->part[k]->width;
  return after - before - sg_mixture_penalty(m, columns);
}

/* Replaces part k by two, when that gains and there is room for one more. */
static sg_status split_one(sg_mixture *m, int k, work *w, bool *ret_changed, sg_err *err)
{
  double n = m->part[k]->weight;
  int cell[TRIES], found;
  if (n < 2 * m->least || m->k == SG_PARTS_MAX) return SG_OK;
  sg_part *child[2] = { sg_part_new(m), sg_part_new(m) };
  sg_status status = child[0] && child[1] ? SG_OK
                                          : sg_fail(err, SG_ENOMEM, "out of memory for clusters");
  w->m = sg_mixture_members(m, k, w->sub);
  count_pairs(m, k, w);
  found = candidates(m, w, n, cell);
  for (int t = 0; t < found && !status; t++) {
    if (!(divide(m, k, cell[t], w, child) > 0)) continue;
    *ret_changed = true;
    sg_part_free(m->part[k]);
    m->part[k] = child[0];
    m->stale[k] = true;
    child[0] = NULL;
    status = sg_mixture_add(m, child[1], err);
    child[1] = NULL;
    break;
  }
  sg_part_free(child[0]);
  sg_part_free(child[1]);
  return status;
}

sg_status sg_mixture_split(sg_mixture *mixture, bool *ret_changed, sg_err *err)
{
  int64_t n = mixture->g->n;
  int k = mixture->k;
  work *w = calloc(1, sizeof *w);
  sg_status status = w ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory for clusters");
  if (status) return status;
  w->sub = malloc(((size_t)n + 1) * sizeof *w->sub);
  w->chosen = malloc(((size_t)n + 1) * sizeof *w->chosen);
  if (!w->sub || !w->chosen) status = sg_fail(err, SG_ENOMEM, "out of memory for clusters");
  for (int h = 0; h < 2 && !status; h++) status = sg_fit_init(&w->fit[h], n, err);
  for (int i = 0; i < k && !status; i++) status = split_one(mixture, i, w, ret_changed, err);
  if (!status) sg_mixture_em(mixture, 10);
  for (int h = 0; h < 2; h++) sg_fit_release(&w->fit[h]);
  free(w->chosen);
  free(w->sub);
  free(w);
  return status;
}
