/* ops/k_variadic.h: ops of any number of broadcast inputs: sums and selections. */
#ifndef SG_OPS_K_VARIADIC_H
#define SG_OPS_K_VARIADIC_H

#include "ops/k_elementwise.h"

/* out = in[0], then out = fn(out, in[k]) for the others. Constants count as zero in DELTA calls. */
sg_status SG_REAL(sg_variadic_forward)(const sg_call *c, sg_row_fn fn);
/* gin[k] += scale * gout for every input. */
sg_status SG_REAL(sg_sum_vjp)(const sg_call *c, real scale, const sg_slab *gout,
                              const sg_slab *gin);
/* The gradient passes to the first input that equals the output, element by element. */
sg_status SG_REAL(sg_select_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin);
/* ELEMENTWISE with one activation, else SELECT. */
sg_status SG_REAL(sg_select_configure)(sg_node *node, sg_err *err);
/* Selections: a widened single activation is SELECT as well. */
sg_status SG_REAL(sg_select_infer)(sg_node *node, sg_err *err);
/* One to four inputs. */
void SG_REAL(sg_sample_variadic)(sg_sample *s);

#endif
