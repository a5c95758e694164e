/* ops/k_reduce.h: the formulas that a reduction over axes and a global pool share.
 *
 * Each is a value, its gradient and its rows (k_lines.h), ready for SG_LINE_CALLS.
 */
#ifndef SG_OPS_K_REDUCE_H
#define SG_OPS_K_REDUCE_H

#include "ops/k_lines.h"

/* The sum of a line, in double; its mean. */
void SG_REAL(sg_sum_value)(const real *v, int64_t n, const double *p, real *y);
void SG_REAL(sg_sum_grad)(const real *v, int64_t n, const double *p, const real *y, const real *g,
                          real *gv);
void SG_REAL(sg_mean_value)(const real *v, int64_t n, const double *p, real *y);
void SG_REAL(sg_mean_grad)(const real *v, int64_t n, const double *p, const real *y, const real *g,
                           real *gv);

/* The greatest and the least of a line. A NaN wins, wherever it stands. */
void SG_REAL(sg_greatest_value)(const real *v, int64_t n, const double *p, real *y);
void SG_REAL(sg_least_value)(const real *v, int64_t n, const double *p, real *y);
/* Equal ones share the gradient, as in TensorFlow's reduce_max and PyTorch's amax. (A pool hands
 * all of it to the first: sg_pick_vjp.) */
void SG_REAL(sg_extreme_grad)(const real *v, int64_t n, const double *p, const real *y,
                              const real *g, real *gv);

extern const sg_line_rows SG_REAL(sg_sum_rows), SG_REAL(sg_mean_rows), SG_REAL(sg_greatest_rows),
  SG_REAL(sg_least_rows);

#endif
