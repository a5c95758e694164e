/* methods/gradxinput.c: gradient times input: the gradient at the bases that are there.
 *
 * Shrikumar, Greenside, Shcherbina, Kundaje 2016, arXiv:1605.01713. The hypothetical scores are the
 * gradient.
 */
#include <string.h>

#include "methods/gradients.h"

static void score(const sg_explain_plan *p, const double *x, const double *g, sg_strand_score *to)
{
  int64_t n = p->C * p->L;
  memcpy(to->hypothetical, g, (size_t) n * sizeof *g);
  for (int64_t i = 0; i < n; i++) to->contribution[i] = g[i] * x[i];
}

static sg_status run(sg_explain *s, const sg_strand *strand, sg_err *err)
{
  return sg_explain_gradient(s, strand, score, err);
}

const sg_method sg_method_gradxinput = {
  .info = {
    .name = "grad-x-input", .summary = "gradient times input",
    .about = "Writes the gradient of the prediction at the bases that are there; its hypothetical "
             "scores are the gradient at all four. --correct-gradient takes the part out that no "
             "sequence can follow.",
    .uses = SG_EXPLAIN_CORRECT
  },
  .run = run
};
