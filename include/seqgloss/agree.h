/* seqgloss/agree.h: how far attributions by several methods say the same of a region.
 *
 *     sg_agree_new  ->  sg_agree_region (each region)  ->  sg_agree_total
 *
 * All measures are symmetric in the two methods, and a method agrees with itself by 1. Positions
 * where the score of any method is no finite number are left out of their region. A measure that
 * has no value is NaN: correlations where one of the two is constant, signs where at no position
 * both are other than 0, top positions where both have none.
 */
#ifndef SEQGLOSS_AGREE_H
#define SEQGLOSS_AGREE_H

#include "seqgloss/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SG_AGREE_PEARSON = 0,     /* correlation of the scores */
  SG_AGREE_SPEARMAN,        /* that of their ranks; equal scores share the mean of theirs */
  SG_AGREE_SIGN,            /* of the positions where neither is 0, the share of equal signs */
  SG_AGREE_TOP,             /* of the k positions of greatest |score|, the share that both have:
                             * the smaller of equal positions first, never one with score 0; in
                             * units of the larger set */
  SG_AGREE_MEASURES
};

/* "pearson", ...; NULL past the end. */
SG_API const char *sg_agree_name(int measure);

/* Two methods: in one region, or the means over the regions where a measure has a value. */
typedef struct sg_agreement {
  double value[SG_AGREE_MEASURES];
  int64_t n[SG_AGREE_MEASURES];   /* positions that were compared; total: regions with a value */
} sg_agreement;

typedef struct sg_agree sg_agree;

/* For `methods` of them and the `top` positions. SG_EINVAL: none of either; SG_ENOMEM. */
SG_API sg_status sg_agree_new(int methods, int64_t top, sg_agree **ret_agree, sg_err *err);
SG_API void sg_agree_free(sg_agree *agree);                             /* NULL is fine */

/* One region: scores[methods][n] -> pairs[methods][methods], and into the total.
 * O(methods n log n + methods^2 n). SG_ENOMEM. */
SG_API sg_status sg_agree_region(sg_agree *agree, const float *const *scores, int64_t n,
                                 sg_agreement *pairs, sg_err *err);
/* Means over all regions so far -> pairs[methods][methods]. */
SG_API void sg_agree_total(const sg_agree *agree, sg_agreement *pairs);

/* A picture of value[n][n] for measure `measure`: SVG text, freed by the caller. Names are data and
 * are escaped. SG_ENOMEM. */
SG_API sg_status sg_agree_svg(const char *const *names, int n, int measure,
                              const sg_agreement *pairs, char **ret_text, sg_err *err);

#ifdef __cplusplus
}
#endif
#endif
