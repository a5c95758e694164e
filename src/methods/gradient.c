/* methods/gradient.c: the gradient (saliency map): how f moves with each input element.
 *
 * Simonyan, Vedaldi, Zisserman 2013, arXiv:1312.6034. One forward and one backward evaluation.
 */
#include <string.h>

#include "methods/gradients.h"

static void score(const sg_explain_plan *p, const double *x, const double *g, sg_strand_score *to)
{
  size_t bytes = (size_t) (p->C * p->L) * sizeof *g;
  (void) x;
  memcpy(to->hypothetical, g, bytes);
  memcpy(to->contribution, g, bytes);
}

static sg_status run(sg_explain *s, const sg_strand *strand, sg_err *err)
{
  return sg_explain_gradient(s, strand, score, err);
}

const sg_method sg_method_gradient = {
  .info = {
    .name = "gradient", .summary = "the gradient of the prediction",
    .about = "Writes the derivative of the prediction with respect to every element of the "
             "one-hot sequence (saliency maps). --correct-gradient takes the part out that no "
             "sequence can follow.",
    .uses = SG_EXPLAIN_CORRECT | SG_EXPLAIN_SLOPE
  },
  .run = run
};
