/* seqgloss/compare.h: whose motif is it? Comparison of motifs with a database (Tomtom), exactly.
 *
 * A query of w columns is laid over a target of L columns at each of the w + L - 1 offsets, and
 * over its reverse complement. Columns are compared by one of five scores, scores are quantised to
 * 0..100, and the best sum is judged by its exact null distribution: columns drawn at random from
 * all columns of the database, each sum a convolution of histograms of 101 bins (Gupta,
 * Stamatoyannopoulos, Bailey, Noble 2007; complete scores: Tanaka, Bailey, Grant, Noble, Keich
 * 2011). The numbers are those of the MEME Suite's tomtom 5.4.1, but for the choice of lambda in
 * pi0, whose expectation is taken here (see sg_pi0) unless SG_PI0_TOMTOM asks for the same draws.
 *
 * Targets are prepared once and then constant: threads share them. Each thread has a comparer.
 */
#ifndef SEQGLOSS_COMPARE_H
#define SEQGLOSS_COMPARE_H

#include "seqgloss/motif.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How alike column x of the query and column y of a target are; the greater, the more. */
typedef enum sg_dist {
  SG_DIST_ED = 0,         /* minus the Euclidean distance */
  SG_DIST_PEARSON,        /* correlation about 1/4; 0 where a column is all 1/4 */
  SG_DIST_SANDELIN,       /* 2 - sum (x - y)^2 (Sandelin and Wasserman 2004) */
  SG_DIST_KULLBACK,       /* minus the mean of the two relative entropies, in log10 */
  SG_DIST_ALLR            /* average log-likelihood ratio (Wang and Stormo 2003) */
} sg_dist;

/* The fraction of true null hypotheses in q-values. */
typedef enum sg_pi0_how {
  SG_PI0_STOREY = 0,      /* estimated: sg_pi0 */
  SG_PI0_ONE,             /* 1 (Benjamini and Hochberg 1995) */
  SG_PI0_TOMTOM           /* estimated by the random numbers that tomtom draws for the query of this
                             number in its run: see sg_comparer_seek */
} sg_pi0_how;

typedef struct sg_compare_opts {
  size_t size;            /* sizeof(sg_compare_opts) of the caller */
  sg_dist dist;
  bool complete;          /* columns that hang over count as the median score of their column */
  bool rc;                /* targets are compared on both strands */
  int min_overlap;        /* columns that must lie upon each other, or all of the shorter one;
                             limits what is found, not the null distribution of complete scores */
  double pseudo;          /* pseudocount, spread as bg; > 0 for KULLBACK and ALLR */
  double bg[4];           /* background; made symmetric under the reverse complement */
  sg_pi0_how pi0;
  int nearest;            /* targets reported at most; 0: all */
} sg_compare_opts;

/* ED, complete, both strands, overlap 1, pseudocount 0.1, quarters, Storey's pi0, all. */
SG_API sg_compare_opts sg_compare_opts_default(void);

/* The database, ready to be compared with. */
typedef struct sg_targets sg_targets;

/* `db` may be freed after this. Memory: 48 to 72 bytes a column and strand. SG_EINVAL: no motifs,
 * an option out of range or a size that is not sizeof(sg_compare_opts). SG_EFORMAT: a matrix of
 * contributions, or of no probabilities nor counts; two motifs of one id. */
SG_API sg_status sg_targets_new(const sg_motifs *db, const sg_compare_opts *opts,
                                sg_targets **ret_targets, sg_err *err);
SG_API void sg_targets_free(sg_targets *targets);                       /* NULL is fine */
SG_API int sg_targets_n(const sg_targets *targets);

/* A target that was found. */
typedef struct sg_match {
  int target;             /* index in the database */
  bool reverse;           /* it is the target's reverse complement that lies under the query */
  int offset;             /* column of the target (as it lies) under the query's first one, < 0
                             where the query begins first */
  int overlap;            /* columns that lie upon each other */
  double p;               /* > 0; below 2.3e-308 it is 2.3e-308 */
  double log10_p;
  double evalue;          /* p times the number of targets */
  double qvalue;          /* over both strands of all targets, for this query */
} sg_match;

/* What one thread needs. It keeps rows of scores of columns it has met, so that queries made of few
 * kinds of columns (sites of one sequence each) cost little. */
typedef struct sg_comparer sg_comparer;

SG_API sg_status sg_comparer_new(const sg_targets *targets, sg_comparer **ret_comparer,
                                 sg_err *err);
SG_API void sg_comparer_free(sg_comparer *comparer);                    /* NULL is fine */

/* The next query is number `number`, from 0, of those that one run of tomtom has: SG_PI0_TOMTOM,
 * and nothing else, depends on it. Numbers go on by themselves. Costs 1/4 ms a query passed over,
 * a query 2 ms. */
SG_API void sg_comparer_seek(sg_comparer *comparer, int64_t number);

/* Compares one query: one match a target, of the strand with the smaller p (the greater overlap,
 * then the forward strand where equal), by p, greater overlap, strand, id: the order of the targets
 * does not matter. Among offsets of equal score the greater overlap counts, then the smaller
 * offset. *ret_match belongs to the comparer, until its next call.
 *
 * Time: O(w N + w^2 W) for N columns in the database and sums W wide; no memory but the comparer's.
 * SG_EINVAL: a matrix of contributions; query and target both above 327 columns; scores that do
 * not differ or are infinite (a pseudocount of 0). */
SG_API sg_status sg_compare(sg_comparer *comparer, const sg_motif *query,
                            const sg_match **ret_match, int *ret_n, sg_err *err);

/* p[width][4] with the pseudocount, as query and targets are compared; text[width + 1]: the most
 * probable base of each column (the first of equals), of the reverse complement with `reverse`. */
SG_API sg_status sg_compare_probs(const sg_motif *motif, const sg_compare_opts *opts, double *p,
                                  sg_err *err);
SG_API void sg_compare_consensus(const double *p, int width, bool reverse, char *text);

/* ---- False discovery rates ------------------------------------------------------------------ */

/* The fraction of true null hypotheses among n p-values in ascending order (Storey 2002): the
 * number above lambda over n (1 - lambda), for that of lambda = 0.005, 0.010 .. 0.5 with the least
 * mean squared error from the minimum under the bootstrap, whose expectation has a closed form
 * (Robinson, in the R package qvalue): no random numbers. Within 1/n to 1; 1 where
 * n <= 100. */
SG_API double sg_pi0(const double *p, int64_t n);
/* q[n] of ascending p[n]: pi0 p n / rank, not above 1, made monotone from the right. */
SG_API void sg_qvalues(const double *p, int64_t n, double pi0, double *q);

#ifdef __cplusplus
}
#endif
#endif
