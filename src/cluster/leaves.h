/* cluster/leaves.h: leaves of the split and merged clusters: matrices of the genome's windows.
 *
 * The placement of a window in a leaf is its best one (a maximum, not a sum, over 2 x 17
 * placements, whose number is paid for); its membership is shared out by Bayes' rule.
 *
 *   leaves.c       counts, placements, EM of one and of two leaves
 *   leafsplit.c    splitting
 *   leafmerge.c    merging, and which leaves are related
 *   leafsettle.c   the last assignment, by bases and by what was kept of them
 *   genomic.c      all of it
 */
#ifndef SG_CLUSTER_LEAVES_H
#define SG_CLUSTER_LEAVES_H

#include "cluster/genomic.h"

enum { SG_LEAF_ROUNDS = 20 };          /* of EM, and of the last assignment, at most */

typedef struct sg_leaf {
  double count[SG_FRAME][4], kept[SG_FRAME];
  double weight;
  int n_column, column[SG_FRAME];      /* informative ones */
  float odds[SG_FRAME][5];             /* ln p / (1/4) of those; unknown bases: 0 */
} sg_leaf;

/* What splitting and merging work on: windows, their leaves, and room for EM. */
typedef struct sg_leaves {
  sg_sites *s;
  double least;
  sg_leaf *leaf;                       /* [SG_PARTS_MAX] */
  double *own;                         /* [SG_PARTS_MAX] mean score of its own windows */
  bool (*related)[SG_PARTS_MAX];       /* [SG_PARTS_MAX] windows may go from one to the other */
  bool (*apart)[SG_PARTS_MAX];         /* [SG_PARTS_MAX] they gain by being two */
  int64_t *sub;                        /* [n] windows under consideration */
  int *chosen;                         /* [n] */
  double *share;                       /* [n] of a window in the second of two leaves */
  bool *flip[2];                       /* [n] where it lies in each of the two */
  signed char *shift[2];
  sg_site *saved;                      /* [n] how they lay before */
} sg_leaves;

/* Place in the window of column 0, when the window is shifted so. */
static inline int sg_leaf_zero(int shift) { return SG_REACH - SG_FRAME / 2 + shift; }

/* Tries the placements, the unmoved one first, so that it wins where nothing is known. */
static inline int sg_leaf_shift(int k)
{
  return k & 1 ? (k + 1) / 2 : -(k / 2);
}

/* Score of letters x[SG_FRAME]: log-odds of the informative columns. */
static inline double sg_leaf_bases(const sg_leaf *l, const uint8_t *x)
{
  float sum = 0;
  for (int k = 0; k < l->n_column; k++) sum += l->odds[l->column[k]][x[l->column[k]]];
  return sum;
}

/* Best placement of a window; returns its score. */
double sg_leaf_place(const sg_leaf *l, const sg_site *s, bool *ret_flip, int *ret_shift);
/* sub[]: the windows of leaf k; returns their number. */
int64_t sg_leaf_take(const sg_sites *s, int k, int64_t *sub);
/* Counts and log-odds of leaf k. */
void sg_leaf_count(const sg_sites *s, int k, sg_leaf *l);
/* Leaf k, which has no windows any more, goes; those behind it move up. */
void sg_leaf_drop(sg_sites *s, int k);

/* EM over the m windows sub[] in `parts` (1, 2) leaves l[], chosen[] telling where each lies at
 * first; returns the log-likelihood, or -INFINITY when a leaf comes out too light. In the end each
 * window lies in the leaf that has most of it. */
double sg_leaf_fit(sg_leaves *w, int64_t m, sg_leaf *l, int parts);
/* How the windows sub[m] lie, kept and brought back. */
void sg_leaf_save(sg_leaves *w, int64_t m);
void sg_leaf_restore(sg_leaves *w, int64_t m);
/* What `columns` informative columns more must gain, among n windows. */
double sg_leaf_penalty(const sg_leaves *w, int columns, double n);

/* Splits leaf k by the candidate that gains most, if one gains; *ret_changed says so. */
void sg_leaf_split(sg_leaves *w, int k, bool *ret_changed);
/* Merges until no pair is left that gains nothing by being two. */
void sg_leaf_merge(sg_leaves *w, bool *ret_changed);
/* Counts all leaves, and finds which could explain each other's windows. */
void sg_leaf_relate(sg_leaves *w);
/* Every window to the leaf that explains its bases and what was kept of them best. */
sg_status sg_leaf_settle(sg_leaves *w, sg_err *err);

#endif
