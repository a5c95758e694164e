/* methods/quadrature.h: nodes and weights on [0, 1]. */
#ifndef SG_METHODS_QUADRATURE_H
#define SG_METHODS_QUADRATURE_H

#include "seqgloss/attribute.h"

/* n nodes at[n], weights w[n] that sum to 1. Gauss: exact for polynomials of degree 2n - 1.
 * O(n), Gauss O(n^2). TRAPEZOID: n >= 2. */
void sg_quadrature_fill(sg_quadrature kind, int n, double *at, double *w);

#endif
