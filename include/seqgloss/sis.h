/* seqgloss/sis.h: sufficient input subsets: the few bases that alone make a network say so.
 *
 * Carter, Mueller, Jain, Gifford 2019 (AISTATS, "What made you do this?"). For a sequence with
 * f(x) >= tau, backward selection masks one position after the other, each time the one whose
 * masking leaves the decision value largest, until nothing is left; going back from the position
 * masked last, positions are added until the value recorded there is >= tau: a subset that is
 * sufficient for the decision. Its positions are masked and the search is repeated on the rest: a
 * collection of disjoint subsets.
 *
 *     plan (network, L) -> sis plan (targets, mask, scale; shared) -> session (one thread's)
 *
 * Masked: 0.25 in each of the columns A, C, G, T, zeros, or a column of one's own. A position that
 * is not A, C, G or T (N, or outside of any sequence) starts masked, stays so, and is never a
 * member; f_all is the output at the sequence with those masked.
 *
 * Scale. Values are compared as the decision value, in double:
 *   - final sigmoid: its argument z, against logit(tau);
 *   - final softmax: z_t - log sum exp of the other z, against logit(tau), which says the same as
 *     p_t >= tau;
 *   - any other head, and with SG_SIS_OUTPUT every head: the output itself. A probability near 1
 *     has few digits in single precision: the published code meets ties there, and so does this.
 * Both strands: the maximum of two logits is the logit of the maximum, but the mean of two logits
 * is not the logit of the mean, and a softmax does not split in that way. Under SG_RC_MEAN, and for
 * softmax under SG_RC_MAX, the output itself is compared, for that is the function that is
 * explained.
 *
 * Ties go to the lowest position. A subset is 1-minimal (no single member can go), not the smallest
 * there is.
 */
#ifndef SEQGLOSS_SIS_H
#define SEQGLOSS_SIS_H

#include "seqgloss/delta.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sg_sis_select { SG_SIS_LOGIT = 0, SG_SIS_OUTPUT } sg_sis_select;
typedef enum sg_sis_mask { SG_SIS_QUARTER = 0, SG_SIS_ZERO, SG_SIS_COLUMN } sg_sis_mask;
/* What is compared, see above. */
typedef enum sg_sis_scale {
  SG_SIS_SCALE_OUTPUT = 0, SG_SIS_SCALE_SIGMOID, SG_SIS_SCALE_SOFTMAX
} sg_sis_scale;

typedef struct sg_sis_opts {
  size_t size;                /* sizeof(sg_sis_opts) of the caller */
  const char *alphabet;       /* order of the network's columns (sg_model_alphabet) [ACGT] */
  int output;                 /* of the plan */
  const int64_t *units;       /* [n_units] targets, units of that output; NULL: unit 0 */
  int n_units;
  sg_sis_select select;       /* default: logits where there are any */
  bool below;                 /* explain f(x) <= tau: everything above with -f */
  sg_rc rc;                   /* default SG_RC_NONE */
  sg_sis_mask mask;           /* default SG_SIS_QUARTER */
  double column[4];           /* SG_SIS_COLUMN: what a masked position holds for A, C, G, T; under
                                 rc it must be its own complement (A = T, C = G) */
  int64_t max_subsets;        /* of one sequence and target; 0: all there are */
  bool check_minimal;         /* count members that could be dropped */
  bool verify;                /* compare every edit with a full evaluation (sg_sis_count().worst) */
} sg_sis_opts;

SG_API sg_sis_opts sg_sis_opts_default(void);

/* ---- Plans ----------------------------------------------------------------------------------- */

typedef struct sg_sis_plan sg_sis_plan;

/* Const afterwards and shared by threads; `plan` must outlive it. Errors: SG_EINVAL (no such output
 * or unit; a column that is no column), SG_EUNSUPPORTED (inputs beside the sequence; rc of a
 * profile; the logits of a softmax over one of several axes), SG_ENOMEM. */
SG_API sg_status sg_sis_plan_new(const sg_plan *plan, const sg_sis_opts *opts,
                                 sg_sis_plan **ret_plan, sg_err *err);
SG_API void sg_sis_plan_free(sg_sis_plan *plan);                        /* NULL is fine */
SG_API int sg_sis_targets(const sg_sis_plan *plan);
SG_API sg_sis_scale sg_sis_plan_scale(const sg_sis_plan *plan);
/* True when the output is a probability: ends in a sigmoid or softmax. */
SG_API bool sg_sis_probability(const sg_sis_plan *plan);
/* tau, on the scale of the output, as a decision value. A decision value passes when it is >= that
 * (under `below` both are negated). SG_EINVAL: not finite; for probabilities not between 0 and 1,
 * both excluded, where every sequence or none would pass. */
SG_API sg_status sg_sis_threshold(const sg_sis_plan *plan, double tau, double *ret_decision,
                                  sg_err *err);

/* ---- Sessions -------------------------------------------------------------------------------- */

typedef struct sg_sis sg_sis;

/* Scratch of one thread, O(L units) beside that of an sg_delta; the plan must outlive it. Evaluates
 * the fully masked sequence. */
SG_API sg_status sg_sis_new(const sg_sis_plan *plan, sg_sis **ret_sis, sg_err *err);
SG_API void sg_sis_free(sg_sis *sis);                                   /* NULL is fine */
/* Candidates of a step are shared by `threads` threads, see sg_delta_threads. */
SG_API sg_status sg_sis_threads(sg_sis *sis, int threads, sg_err *err);
/* Outputs [targets] of the fully masked sequence: f(nothing). */
SG_API const double *sg_sis_empty(const sg_sis *sis);
/* Outputs f[n][targets] and decision values d[n][targets] (each may be NULL) of whole sequences
 * codes[n][L] as they are (no position is masked for being N), by full evaluation. */
SG_API sg_status sg_sis_full(sg_sis *sis, int64_t n, const uint8_t *codes, double *f, double *d,
                             sg_err *err);
/* codes[L] with every position that is not A, C, G or T masked -> masked[L]. */
SG_API void sg_sis_hide(const sg_sis *sis, const uint8_t *codes, uint8_t *masked);
/* Makes codes[L], hidden as above, the sequence to explain. */
SG_API sg_status sg_sis_start(sg_sis *sis, const uint8_t *codes, sg_err *err);
/* Outputs [targets] of that sequence: f_all. */
SG_API const double *sg_sis_all(const sg_sis *sis);

/* One backward selection. Valid until the session's next walk or collection. */
typedef struct sg_sis_walk {
  int64_t n;                  /* positions that were there to mask */
  const int64_t *order;       /* [n] in the order of masking: the most important comes last */
  const double *value;        /* [n] decision value after masking order[0 .. i], exactly what a full
                                 evaluation gives */
  const double *lead;         /* [n] best decision value of step i minus the second best; 0: a tie,
                                 gone to the lowest position; INFINITY in the last step */
} sg_sis_walk;

/* Walks from the sequence of sg_sis_start to the fully masked one. O(n^2 / 2) edits. */
SG_API sg_status sg_sis_walk_all(sg_sis *sis, int target, sg_sis_walk *ret_walk, sg_err *err);

typedef enum sg_sis_state {
  SG_SIS_FOUND = 0,           /* n >= 1 subsets */
  SG_SIS_FAILS,               /* f_all does not pass tau (or is not a number): nothing to explain */
  SG_SIS_EMPTY_PASSES         /* the fully masked sequence passes tau: nothing to explain either */
} sg_sis_state;

/* One subset. */
typedef struct sg_sis_subset {
  int64_t size;
  const int64_t *positions;   /* [size] most important first: the position masked last is first */
  double f;                   /* output at the subset alone, all else masked, by full evaluation */
  double f_rest;              /* output of what remains when this subset, too, is masked */
  double margin;              /* by how much the subset passes, on the output's scale: f - tau
                                 (`below`: tau - f), from the decision value, which has more
                                 digits */
  double least_lead;          /* the smallest lead > 0 over all steps of the walk, on the scale of
                                 the decision value; INFINITY: none. An engine that rounds otherwise
                                 may walk otherwise where this is below its rounding. */
  int64_t extended;           /* positions added because the walk's subset failed its evaluation */
  int64_t droppable;          /* check_minimal: members without which the subset still passes */
} sg_sis_subset;

/* All subsets of a sequence. Valid until the session's next start, walk or collection. */
typedef struct sg_sis_collection {
  sg_sis_state state;
  double f_all, f_empty;
  int64_t n;
  const sg_sis_subset *subset;
} sg_sis_collection;

/* Collects the subsets of target `target` at threshold `tau` (output's scale) for the sequence of
 * sg_sis_start; may be called again for other targets and thresholds. Errors: SG_EINVAL (tau, no
 * start), SG_EINTERNAL (a sequence that passed does not pass when evaluated again). */
SG_API sg_status sg_sis_collect(sg_sis *sis, int target, double tau,
                                sg_sis_collection *ret_collection, sg_err *err);

/* What the session beneath did so far. */
SG_API sg_delta_counts sg_sis_count(const sg_sis *sis);

#ifdef __cplusplus
}
#endif
#endif
