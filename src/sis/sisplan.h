/* sis/sisplan.h: what a plan and a session of sufficient input subsets hold. */
#ifndef SIS_SISPLAN_H
#define SIS_SISPLAN_H

#include "seqgloss/sis.h"

struct sg_sis_plan {
  sg_sis_opts opts;            /* its pointers are not kept */
  sg_delta_plan *delta;
  int64_t length;
  int n_target;
  int64_t *unit;               /* [n_target] in the framework's order */
  bool probability;
  sg_sis_scale scale;
  int64_t logits;              /* values that come before the outputs: none, one a target, or all of
                                * a softmax */
  int64_t units;               /* values of one sequence: logits + n_target */
  bool base[256];              /* codes of A, C, G, T */
  uint8_t mask;                /* code of a masked position */
};

struct sg_sis {
  const sg_sis_plan *plan;
  sg_delta *delta;
  uint8_t *all;                /* [L] sequence of sg_sis_start */
  uint8_t *rest;               /* [L] what later walks of a collection start from */
  uint8_t *alone;              /* [L] the subset, all else masked */
  bool started;
  double *f_empty, *f_all;     /* [targets] outputs */
  double *d_empty, *d_all;     /* [targets] decision values */
  double *value;               /* [L + 1][units] of candidates */
  double *one;                 /* [units] */
  sg_edit *edit;               /* [L] */
  int64_t *free_at;            /* [L] positions not masked yet, rising */
  int64_t *order;              /* [L] of the last walk */
  double *walk_value, *lead;   /* [L] */
  int64_t *member;             /* [L] positions of the subsets of a collection, one after another */
  sg_sis_subset *subset;       /* [L] */
};

/* Decision value of target t from the values of one sequence; negated under `below`. */
double sg_sis_decide(const sg_sis_plan *plan, const double *value, int t);
/* The output (not negated) that a decision value stands for. */
double sg_sis_output_of(const sg_sis_plan *plan, double decision);
/* Makes codes[L] the base. */
sg_status sg_sis_base(sg_sis *sis, const uint8_t *codes, sg_err *err);
/* Walks from the session's base. */
sg_status sg_sis_walk_from_base(sg_sis *sis, int target, sg_sis_walk *ret_walk, sg_err *err);

#endif
