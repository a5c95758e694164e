/* methods/smoothgrad.c: SmoothGrad: the mean of the gradients at noisy copies of the sequence.
 *
 * Smilkov, Thorat, Kim, Viegas, Wattenberg 2017, arXiv:1706.03825. `samples` forward and backward
 * evaluations; the noise is Gaussian, independent in every element of the one-hot sequence.
 */
#include <string.h>

#include "methods/gradients.h"

static sg_status run(sg_explain *s, const sg_strand *strand, sg_err *err)
{
  size_t cells = (size_t) (s->plan->C * s->plan->L);
  double *mean, *square;
  sg_status status = sg_explain_noisy(s, strand, &mean, &square, err);
  for (int t = 0; !status && t < s->plan->opts.n_targets; t++) {
    memcpy(s->score[t].hypothetical, mean + (size_t) t * cells, cells * sizeof *mean);
    memcpy(s->score[t].contribution, mean + (size_t) t * cells, cells * sizeof *mean);
  }
  return status;
}

const sg_method sg_method_smoothgrad = {
  .info = {
    .name = "smoothgrad", .summary = "the mean gradient at noisy copies of the sequence",
    .about = "Writes the mean of the gradients of the prediction at copies of the one-hot "
             "sequence with Gaussian noise in every element.",
    .uses = SG_EXPLAIN_CORRECT | SG_EXPLAIN_NOISE | SG_EXPLAIN_SLOPE
  },
  .run = run
};
