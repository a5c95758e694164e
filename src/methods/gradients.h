/* methods/gradients.h: what methods made of gradients share. */
#ifndef SG_METHODS_GRADIENTS_H
#define SG_METHODS_GRADIENTS_H

#include "methods/method.h"

/* Scores of a target from the gradient g[C][L] at x[C][L]. */
typedef void (*sg_gradient_score)(const sg_explain_plan *p, const double *x, const double *g,
                                  sg_strand_score *to);

/* The gradient of every target at the sequence, corrected if that is asked for. */
sg_status sg_explain_gradient(sg_explain *s, const sg_strand *strand, sg_gradient_score score,
                              sg_err *err);

/* Mean and mean square of the gradients at `samples` noisy copies of the sequence: [targets][C][L]
 * each, in s->tmp. */
sg_status sg_explain_noisy(sg_explain *s, const sg_strand *strand, double **ret_mean,
                           double **ret_square, sg_err *err);

#endif
