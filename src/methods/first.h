/* methods/first.h: first layers that are linear, on a straight way between two sequences.
 *
 * On the way r + t (x - r) a first layer y = A x + b has the values y(r) + t (y(x) - y(r)), and its
 * transpose of a sum of gradients is the sum of its transposes. So it is evaluated at both ends
 * only, and transposed once, on the weighted sum: for a network of one convolution that is most of
 * the work of integrated gradients.
 */
#ifndef SG_METHODS_FIRST_H
#define SG_METHODS_FIRST_H

#include "methods/method.h"

/* The layers that read the DNA, when all of them are linear in nothing else. */
typedef struct sg_first {
  bool *given;              /* [n_node] is one of them */
  int *node, n;             /* which */
  int64_t *at, size;        /* [n] where the outputs of each begin in an array of all; its length */
} sg_first;

/* *ret_first = NULL: some reader of the DNA is not linear, or has several outputs, or the network
 * has other inputs. */
sg_status sg_first_find(const sg_explain_plan *p, sg_first **ret_first, sg_err *err);

/* Outputs of the first layers for item 0 of the last forward: to[size] real. */
void sg_first_save_f32(const sg_first *f, const sg_exec *exec, void *to);
void sg_first_save_f64(const sg_first *f, const sg_exec *exec, void *to);
/* Item i of exec gets from + t (x - from). */
void sg_first_mix_f32(const sg_first *f, sg_exec *exec, int i, double t, const void *x,
                      const void *from);
void sg_first_mix_f64(const sg_first *f, sg_exec *exec, int i, double t, const void *x,
                      const void *from);

/* An sg_step_fn that ends at the first layers: user->sum[size] += weight[item] * what arrives. */
typedef struct sg_first_sum { const sg_first *first; const double *weight; void *sum; }
  sg_first_sum;
sg_status sg_first_step_f32(void *user, const sg_step *step, sg_err *err);
sg_status sg_first_step_f64(void *user, const sg_step *step, sg_err *err);
/* dst[C][L] += the transpose of the first layers, applied to sum[size]. */
sg_status sg_first_pull_f32(const sg_explain_plan *p, const sg_first *f, sg_exec *one,
                            const void *sum, double *dst, sg_err *err);
sg_status sg_first_pull_f64(const sg_explain_plan *p, const sg_first *f, sg_exec *one,
                            const void *sum, double *dst, sg_err *err);

#endif
