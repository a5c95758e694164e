/* seqgloss/attribute.h: attribution by gradients and by differences from references: which bases
 * made the network say so.
 *
 *     sg_plan (with .backward)  ->  sg_explain_plan  ->  sg_explain (one a thread)  ->  scores
 *
 * A method gives for every target two arrays [4][L] (A, C, G, T):
 *   contribution[b][i]   the published attribution of the input element (b, i)
 *   hypothetical[b][i]   what base b would contribute at i, whatever stands there
 * The score of a base that is there is the sum of contribution over b ("projected").
 *
 * Everything a run depends on is in its options and its item: equal calls give equal bits, on any
 * thread. Nothing is allocated per sequence once the first one is through.
 */
#ifndef SEQGLOSS_ATTRIBUTE_H
#define SEQGLOSS_ATTRIBUTE_H

#include "seqgloss/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What is explained ---- */

typedef enum sg_reduce {
  SG_REDUCE_UNIT = 0,       /* unit `unit` */
  SG_REDUCE_CENTERED,       /* unit `unit` minus the mean of all units: a logit among those of a
                             * softmax, which shifts that all classes share do not change */
  SG_REDUCE_SUM,            /* the sum of all units */
  SG_REDUCE_MEAN,           /* their mean */
  SG_REDUCE_PROFILE         /* sum of softmax(z) z over positions, z = logits minus their mean, the
                             * softmax held constant at the sequence explained (Avsec et al. 2021);
                             * summed over the channels of the profile */
} sg_reduce;

/* One number: a linear function of one output (of its logits). */
typedef struct sg_explain_target {
  int output;
  bool logit;               /* of the value before the final sigmoid or softmax */
  sg_reduce reduce;
  int64_t unit;             /* UNIT, CENTERED */
} sg_explain_target;

/* ---- Options ---- */

typedef enum sg_quadrature {
  SG_QUAD_GAUSS = 0,        /* Gauss-Legendre */
  SG_QUAD_MIDPOINT,         /* (k + 1/2)/n */
  SG_QUAD_TRAPEZOID,        /* k/(n - 1), the ends with half a weight; total weight 1 */
  SG_QUAD_RIGHT             /* (k + 1)/n */
} sg_quadrature;

typedef enum sg_deeplift_rule {
  SG_DEEPLIFT_GENOMICS = 0, /* RevealCancel behind dense layers, Rescale elsewhere */
  SG_DEEPLIFT_RESCALE,
  SG_DEEPLIFT_REVEALCANCEL  /* behind every layer that sums */
} sg_deeplift_rule;

/* Both strands. MEAN: f is the mean of the outputs for a sequence and its reverse complement, its
 * attribution the mean of both. MAX: f is the greater of the two (targets that are a single unit
 * without positions only). A gradient is that of the strand which wins at the sequence, of both by
 * half where they are equal. Methods with references have DeepLIFT's rule for a maximum: with c =
 * max(f(x), f(r)), the strand that wins for x gets c - f(r), the one that wins for the reference
 * f(x) - c, in proportion to its own attribution; the sum is f(x) - f(r). */
typedef enum sg_explain_rc {
  SG_EXPLAIN_RC_NONE = 0, SG_EXPLAIN_RC_MEAN, SG_EXPLAIN_RC_MAX
} sg_explain_rc;

/* Start from sg_explain_opts_default(). Each method reads what `uses` says (sg_explain_method). */
typedef struct sg_explain_opts {
  size_t size;                      /* sizeof(sg_explain_opts) of the caller */
  const sg_explain_target *targets;    /* copied */
  int n_targets;
  sg_explain_rc rc;
  bool correct_gradient;            /* subtract the mean over A, C, G, T from the gradient at each
                                     * position (Majdandzic, Rajesh, Koo 2023, Genome Biol
                                     * 24:109) */
  int samples;                      /* smoothgrad, vargrad: noisy copies; default 50 */
  double sigma;                     /* their standard deviation, of a range of 1; default 0.1 */
  uint64_t seed;                    /* of the noise; default 1 */
  int steps;                        /* intgrad: nodes of the quadrature; default 50 */
  sg_quadrature quadrature;         /* default gauss */
  sg_deeplift_rule rule;            /* default genomics */
  double epsilon;                   /* deeplift: where inputs differ by less than this an
                                     * elementwise layer has its derivative for the quotient of
                                     * the differences; default 1e-7 */
  bool derivative_at_sequence;      /* that of Rescale, at the sequence; default: at the
                                     * reference */
} sg_explain_opts;

SG_API sg_explain_opts sg_explain_opts_default(void);

/* ---- Methods ---- */

enum {
  SG_EXPLAIN_CORRECT = 1,      /* correct_gradient */
  SG_EXPLAIN_NOISE = 2,        /* samples, sigma, seed */
  SG_EXPLAIN_PATH = 4,         /* steps, quadrature */
  SG_EXPLAIN_RULE = 8,         /* rule, epsilon, derivative_at_sequence */
  SG_EXPLAIN_REFERENCES = 16,  /* measures against the item's references: they are needed */
  SG_EXPLAIN_COMPLETE = 32, /* contributions sum to f(x) - f(reference), but for the residual */
  SG_EXPLAIN_SLOPE = 64,    /* contributions are the gradient itself, or its mean: once corrected
                             * they sum to 0 over the bases of a position */
  SG_EXPLAIN_EDITS = 128    /* evaluates edited sequences; hypothetical scores are differences of f,
                             * less their mean over the bases */
};

typedef struct sg_explain_method {
  const char *name, *summary, *about;
  unsigned uses;            /* the bits above */
} sg_explain_method;

/* Method i of those built in; false past the end. */
SG_API bool sg_explain_method_row(int i, sg_explain_method *ret_method);

/* ---- Plans and sessions ---- */

typedef struct sg_explain_plan sg_explain_plan;
typedef struct sg_explain sg_explain;

/* What `method` has to know of `plan` (made with .backward; it must outlive this).
 * Constant afterwards, shared by threads. Errors: SG_ENOTFOUND (no such method), SG_EINVAL (an
 * option or target out of range, a network without DNA input), SG_EUNSUPPORTED (a layer the method
 * has no rule for; names it), SG_ENOMEM. */
SG_API sg_status sg_explain_plan_new(const sg_plan *plan, const char *method,
                                     const sg_explain_opts *opts, sg_explain_plan **ret_plan,
                                     sg_err *err);
SG_API void sg_explain_plan_free(sg_explain_plan *plan);                        /* NULL is fine */

/* The scratch of one thread. The plan must outlive it. */
SG_API sg_status sg_explain_new(const sg_explain_plan *plan, sg_explain **ret_attr, sg_err *err);
SG_API void sg_explain_free(sg_explain *attr);                                  /* NULL is fine */
SG_API size_t sg_explain_bytes(const sg_explain *attr);

/* One sequence. */
typedef struct sg_explain_item {
  const sg_input *inputs;   /* as for sg_exec_forward with one item; the DNA as codes[L], or as data
                             * in single precision: where its columns are those of codes
                             * (sg_plan_codes) the scores are the same bits */
  bool reverse;             /* the results lie on the other strand of the codes */
  uint64_t index;           /* its number in the run: with `seed` the source of noise */
  int n_references;         /* references: one of the two arrays, on the strand of the codes */
  const uint8_t *reference_codes;   /* [n_references][L] */
  const float *references;          /* [n_references][C][L], C the columns of the network's
                                     * alphabet, in their order */
} sg_explain_item;

/* What a target gets. The arrays are the caller's; either may be NULL. */
typedef struct sg_explain_score {
  float *hypothetical, *contribution;   /* [4][L] */
  double value;             /* f(x) */
  double reference;         /* mean of f over the references (NaN: the method has none) */
  double residual;          /* the greatest |sum of contributions - (f(x) - f(reference))| of one
                             * reference, in units of max(1, |f(x) - f(reference)|); for integrated
                             * gradients that of the mean over the references. NaN: the method
                             * promises no sum */
} sg_explain_score;

/* Explains one sequence: scores[targets]. Errors: SG_EINVAL (no references where they are needed;
 * data that are no codes, for a method that changes bases: SG_EXPLAIN_EDITS), SG_ENOMEM, and
 * what evaluation gives. Cost: see the methods. */
SG_API sg_status sg_explain_run(sg_explain *attr, const sg_explain_item *item,
                                sg_explain_score *scores, sg_err *err);

#ifdef __cplusplus
}
#endif
#endif
