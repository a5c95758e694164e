/* methods/vargrad.c: VarGrad: the variance of the gradients at noisy copies of the sequence.
 *
 * Adebayo, Gilmer, Goodfellow, Kim 2018, arXiv:1810.03307. The variance over the samples, mean
 * square minus squared mean, never below 0.
 */
#include "methods/gradients.h"

static sg_status run(sg_explain *s, const sg_strand *strand, sg_err *err)
{
  int64_t cells = s->plan->C * s->plan->L;
  double *mean, *square;
  sg_status status = sg_explain_noisy(s, strand, &mean, &square, err);
  for (int t = 0; !status && t < s->plan->opts.n_targets; t++)
    for (int64_t i = 0; i < cells; i++) {
      double m = mean[t * cells + i], v = square[t * cells + i] - m * m;
      s->score[t].hypothetical[i] = s->score[t].contribution[i] = v < 0 ? 0 : v;
    }
  return status;
}

const sg_method sg_method_vargrad = {
  .info = {
    .name = "vargrad", .summary = "the variance of the gradient over noisy copies",
    .about = "Writes the variance of the gradients of the prediction over copies of the one-hot "
             "sequence with Gaussian noise in every element.",
    .uses = SG_EXPLAIN_CORRECT | SG_EXPLAIN_NOISE
  },
  .run = run
};
