/* methods/deeplift.h: differences from a reference on the way back: which rule stands at which
 * layer, and the pairs of multipliers that RevealCancel carries.
 *
 * Between a sequence x and a reference r every value of the network has a difference D = v(x) -
 * v(r). The way back gives every value multipliers m, so that the sum of m D over a cut through the
 * network is f(x) - f(r). Where RevealCancel is used a value also has its difference in two parts,
 * D = p + n, and a multiplier for each; elsewhere the two are equal and one is kept.
 */
#ifndef SG_METHODS_DEEPLIFT_H
#define SG_METHODS_DEEPLIFT_H

#include "methods/method.h"

typedef enum sg_assign {
  SG_ASSIGN_FAMILY = 0,     /* the rule of its family, with single multipliers */
  SG_ASSIGN_SPLIT,          /* a sum whose positive and negative parts are told apart */
  SG_ASSIGN_CARRY,          /* hands the parts on, element by element */
  SG_ASSIGN_CANCEL          /* an elementwise layer under RevealCancel */
} sg_assign;

/* Decided once per plan. */
typedef struct sg_deeplift {
  sg_assign *rule;          /* [n_node] */
  bool *paired;             /* [n_value] has parts and two multipliers */
  bool any;                 /* some value is */
  bool splits_input;        /* a SPLIT node reads the DNA: its columns are needed */
  const void ***plus, ***minus;   /* [n_node][n_in] of SPLIT nodes: max(W, 0), min(W, 0) as real;
                                   * NULL where input k is no weight */
} sg_deeplift;

sg_status sg_deeplift_assign(sg_explain_plan *p, sg_err *err);

/* One comparison: the trace of the sequence (one item) and those of n references. */
typedef struct sg_pairs {
  const sg_deeplift *plan;
  sg_exec *one, *many;
  double epsilon;
  bool at_sequence;         /* Rescale's derivative */
  void **part;              /* [n_value] p of paired values, [items][item] real; n = D - p */
  void **minus;             /* [n_value] multipliers of n; those of p are many->grad */
} sg_pairs;

/* part of every paired value: after the forwards of both traces. */
sg_status sg_pairs_parts_f32(sg_pairs *u, sg_err *err);
sg_status sg_pairs_parts_f64(sg_pairs *u, sg_err *err);

/* An sg_step_fn; user: sg_pairs. */
sg_status sg_pairs_step_f32(void *user, const sg_step *step, sg_err *err);
sg_status sg_pairs_step_f64(void *user, const sg_step *step, sg_err *err);

/* The rules by family for one node, all items: gout, gin hold single multipliers. */
sg_status sg_family_step_f32(const sg_pairs *u, const sg_call *call, int index,
                             const sg_slab *gout, const sg_slab *gin);
sg_status sg_family_step_f64(const sg_pairs *u, const sg_call *call, int index,
                             const sg_slab *gout, const sg_slab *gin);

/* The rule of a GATE with lines (sg_op.lines), for one item: adds to gin->data. */
sg_status sg_choice_rule_f32(const sg_call *x, const sg_call *r, const sg_slab *m,
                             const sg_slab *gin);
sg_status sg_choice_rule_f64(const sg_call *x, const sg_call *r, const sg_slab *m,
                             const sg_slab *gin);

/* One item of a call: slabs of its own in call->tmp. */
sg_status sg_call_item_f32(const sg_call *call, int64_t item, sg_call *ret_call);
sg_status sg_call_item_f64(const sg_call *call, int64_t item, sg_call *ret_call);

#endif
