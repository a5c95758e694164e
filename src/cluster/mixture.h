/* cluster/mixture.h: clusters of gapped strings as a mixture, whose parts are columns over A, C, G,
 * T and "hidden".
 *
 * A part has SG_FRAME columns; column c shows letter b with probability theta[c][b], and hides its
 * base with theta[c][4]. A string lies on a strand o, its first letter at a column d, wherever it
 * fits best:
 *
 *   score(s, k) = max over o, d of  sum over kept j of ln theta_k[d + j][s_j] / theta_k[d + j][4]
 *                 + sum over all columns of ln theta_k[c][4] - ln(number of placements)
 *
 * Only kept bases are looked at. One outside of the frame costs ln(STRAY / 4). What no part
 * explains is noise: letters at the frequencies of all kept bases, kept at the rate of all strings,
 * until the parts are settled; then of the strings that are noise.
 * Strings belong to one part each (hard EM: Celeux and Govaert 1992, Comput Stat Data Anal 14:315),
 * so that a run is a sequence of choices that can be repeated. How many parts there are is decided
 * by the Bayesian information criterion (Schwarz 1978, Ann Stat 6:461): a column costs
 * 1/2 lambda 4 ln N. Seeds from frequent words and a refinement by EM are MEME's plan (Bailey and
 * Elkan 1994, ISMB 2:28); hidden as a fifth letter is what gapped subsets need beyond it.
 */
#ifndef SG_CLUSTER_MIXTURE_H
#define SG_CLUSTER_MIXTURE_H

#include "cluster/gapped.h"

/* Share of noise by which strings are assigned, small so that parts get what may be theirs. */
#define SG_NOISE_PRIOR 0.05
enum { SG_FRAME = 30, SG_PARTS_MAX = 200, SG_LEAST_BITS = 6 };

/* One part. `count` says everything; the rest follows from it. */
typedef struct sg_part {
  double count[SG_FRAME][5];   /* weight of strings with that letter in that column; 4: hidden */
  double weight;               /* of its strings */
  int lo, hi, width;           /* columns lo .. hi - 1 hold all that are kept often; how many are */
  double base;                 /* sum over columns of ln theta[c][4] */
  float *odds;                 /* [4][pad + SG_FRAME + pad] ln theta[c][b] / theta[c][4] */
} sg_part;

/* Placement of strings in one part. */
typedef struct sg_fit {
  float *score;                /* [m] */
  short *shift;                /* [m] column of the first letter */
  unsigned char *strand;       /* [m] 0: as the string is written, 1: its reverse complement */
} sg_fit;

typedef struct sg_mixture {
  const sg_gapped *g;
  double bg[4];                /* of kept bases, strand-symmetric */
  double *noise;               /* [n] score as noise, its share included */
  double lambda;               /* weight of the penalty for columns */
  double temper;               /* it is multiplied by this too */
  double least;                /* lightest part allowed */
  int pad;
  int k;                       /* parts */
  sg_part *part[SG_PARTS_MAX];
  sg_fit fit[SG_PARTS_MAX];    /* of all strings */
  bool stale[SG_PARTS_MAX];    /* fit is not of the part as it is now */
  int *part_of;                /* [n] -1: noise */
  double gain;                 /* sum of the scores above noise, less the penalty */
} sg_mixture;

/* ---- mixture.c: parts and scores ---- */

/* Noise as a part like the others: letters, rate of kept ones and share (SG_NOISE_PRIOR at least)
 * are those of the strings that are noise now. Returns the share. */
double sg_mixture_learn_noise(sg_mixture *mixture);

sg_status sg_mixture_init(sg_mixture *mixture, const sg_gapped *gapped, double lambda,
                          double least, sg_err *err);
void sg_mixture_release(sg_mixture *mixture);

sg_part *sg_part_new(const sg_mixture *mixture);                 /* NULL: out of memory */
void sg_part_free(sg_part *part);
/* Counts of the m strings sub[] (NULL: 0..m-1) for which chosen[i] == which (chosen NULL: all), as
 * they lie in `fit`, the middle of what is kept in the middle of the frame; then what follows. */
void sg_part_count(const sg_mixture *mixture, sg_part *part, const int64_t *sub, int64_t m,
                   const int *chosen, int which, const sg_fit *fit);
/* Scores of the m strings sub[] (NULL: 0..m-1). */
void sg_part_score(const sg_mixture *mixture, const sg_part *part, const int64_t *sub, int64_t m,
                   sg_fit *fit);
sg_status sg_fit_init(sg_fit *fit, int64_t m, sg_err *err);
void sg_fit_release(sg_fit *fit);
/* What `width` columns cost, by BIC. */
double sg_mixture_penalty(const sg_mixture *mixture, double width);

/* ---- mixem.c ---- */

/* Parts added and removed; the mixture owns them. sg_mixture_add frees the part when it fails. */
sg_status sg_mixture_add(sg_mixture *mixture, sg_part *part, sg_err *err);
void sg_mixture_remove(sg_mixture *mixture, int k);
/* At most `rounds` rounds of hard EM over all strings, fewer when nothing moves any more; parts
 * below `least` go. */
void sg_mixture_em(sg_mixture *mixture, int rounds);
/* ln of a part's share of all strings. */
double sg_mixture_share(const sg_mixture *mixture, const sg_part *part);
/* The same strings over and over in two parts: hard EM of two parts over the m strings sub[] alone,
 * without noise; chosen[m] is 0 or 1. Returns the sum of the scores, shares of the two included. */
double sg_parts_em(const sg_mixture *mixture, sg_part *part[2], const int64_t *sub, int64_t m,
                   int rounds, sg_fit fit[2], int *chosen);
/* Removes parts whose columns tell less than SG_LEAST_BITS together (a composition, no pattern),
 * and those that a part for noise as large as what is noise without them would do as well. */
void sg_mixture_drop_vague(sg_mixture *mixture);
/* Strings of a part: fills sub[] (room for all strings); returns their number. */
int64_t sg_mixture_members(const sg_mixture *mixture, int k, int64_t *sub);

/* ---- mixseed.c, mixmerge.c, mixsplit.c ---- */

/* Parts from frequent gapped 4-mers among what is not explained yet. */
sg_status sg_mixture_seed(sg_mixture *mixture, sg_err *err);
/* Pairs of parts that are better one part. */
sg_status sg_mixture_merge(sg_mixture *mixture, bool *ret_changed, sg_err *err);
/* Parts that are better two. */
sg_status sg_mixture_split(sg_mixture *mixture, bool *ret_changed, sg_err *err);

#endif
