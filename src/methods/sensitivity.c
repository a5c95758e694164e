/* methods/sensitivity.c: sensitivity analysis: the squared gradient. The scores sum to the squared
 * length of the gradient.
 *
 * Baehrens et al. 2010, JMLR 11:1803.
 */
#include <string.h>

#include "methods/gradients.h"

static void score(const sg_explain_plan *p, const double *x, const double *g, sg_strand_score *to)
{
  int64_t n = p->C * p->L;
  (void) x;
  for (int64_t i = 0; i < n; i++) to->hypothetical[i] = g[i] * g[i];
  memcpy(to->contribution, to->hypothetical, (size_t) n * sizeof *g);
}

static sg_status run(sg_explain *s, const sg_strand *strand, sg_err *err)
{
  return sg_explain_gradient(s, strand, score, err);
}

const sg_method sg_method_sensitivity = {
  .info = {
    .name = "sensitivity", .summary = "the squared gradient of the prediction",
    .about = "Writes the square of the derivative of the prediction with respect to every element "
             "of the one-hot sequence: where a prediction is sensitive, whatever the sign.",
    .uses = SG_EXPLAIN_CORRECT
  },
  .run = run
};
