/* methods/method.h: what a method of attribution is to the sessions that run it, and what they do
 * for it.
 *
 * A method is one file, src/methods/NAME.c, that ends in one table, sg_method_NAME; the registry is
 * made from the list METHOD_SOURCES in src/methods/Makefile.inc. It works on one strand of one
 * sequence, in columns: double x[C][L], one row a letter of the network's alphabet. The session
 * turns codes into columns, both strands into one result, and columns into A, C, G, T.
 */
#ifndef SG_METHODS_METHOD_H
#define SG_METHODS_METHOD_H

#include "base/arena.h"
#include "engine/exec.h"
#include "seqgloss/attribute.h"

/* A rule that forgets a family of layers does not compile. */
#pragma GCC diagnostic error "-Wswitch"

typedef struct sg_method sg_method;

struct sg_explain_plan {
  sg_arena *mem;
  const sg_plan *plan;
  const sg_method *method;
  sg_explain_opts opts;            /* targets: a copy in mem */
  int64_t C, L;
  int64_t units;                /* of the widest output */
  int dna_value;                /* value id of the DNA input */
  sg_columns given, held;       /* in arrays given to the engine; in its memory */
  sg_symbols symbols;           /* columns of the codes */
  uint8_t base[4], complement[256];
  void *own;                    /* what the method's `plan` made, in mem */
};

/* Scores of one target on one strand, all [C][L]. */
typedef struct sg_strand_score {
  double *hypothetical, *contribution;
  double value, reference, residual;
} sg_strand_score;

/* One strand of one sequence. */
typedef struct sg_strand {
  const double *x;              /* [C][L] */
  const uint8_t *codes;         /* [L] the same; NULL: some column is no code */
  int n_references;
  const double *references;     /* [n_references][C][L] */
  const uint8_t *reference_codes;   /* [n_references][L] the same; NULL: some are no codes */
  const double *weight;         /* [targets][n_references] of each in the sum; NULL: 1/n of all */
  const sg_input *inputs;       /* those beside the DNA */
} sg_strand;

struct sg_explain {
  const sg_explain_plan *plan;
  sg_arena *mem, *tmp;
  sg_exec *one, *many;          /* for the sequence itself; for what it is compared with */
  sg_input *input;              /* [inputs of the network] */
  void **side;                  /* [inputs] rows of inputs beside the DNA, one an item of `many` */
  void *dna;                    /* [items of `many`][C L] as the engine takes it */
  double *z;                    /* [widest output] */
  double *seed;                 /* [items of `many`][widest output] */
  const double **seeds;         /* [outputs] */
  bool *logit;                  /* [outputs] */
  sg_strand_score *score;       /* [targets] where the method writes; zeroed before */
  sg_rng rng;                   /* seeded for the item */
  void *own;                    /* what the method's `open` made, in mem */
};

struct sg_method {
  sg_explain_method info;
  bool alone;                   /* compares the sequence with nothing: s->many is not made */
  bool greater;                 /* SG_EXPLAIN_RC_MAX: sees both strands itself */
  /* (optional) What can be decided from the network: attr->own, refusals. */
  sg_status (*plan)(sg_explain_plan *attr, sg_err *err);
  /* (optional) Scratch of a session: s->own. */
  sg_status (*open)(sg_explain *s, sg_err *err);
  /* s->score of every target. */
  sg_status (*run)(sg_explain *s, const sg_strand *strand, sg_err *err);
  /* (optional) Frees what `plan` and `open` have outside of `mem`, also after half of it. */
  void (*release_plan)(sg_explain_plan *attr);
  void (*release)(sg_explain *s);
};

/* All methods, NULL-ended, in the order of the source list (generated). */
extern const sg_method *const sg_methods[];

/* ---- What sessions do for methods ---- */

/* Evaluates n items columns[n][C][L] in `exec`. */
sg_status sg_explain_forward(sg_explain *s, sg_exec *exec, int n, const double *columns,
                             const sg_input *inputs, sg_err *err);
/* The same from codes[n][L], by look-up; for networks that read codes (s->plan->plan->codes). The
 * value of the DNA input is not in memory then. */
sg_status sg_explain_look_up(sg_explain *s, sg_exec *exec, int n, const uint8_t *codes,
                             const sg_input *inputs, sg_err *err);
/* After a forward in s->one: the target as a row of coefficients s->seed[0 .. units), and its value
 * there. */
sg_status sg_explain_seed(sg_explain *s, int target, double *ret_value, sg_err *err);
/* After that: the target's values at the n items of the last forward in `exec`. */
sg_status sg_explain_values(sg_explain *s, const sg_exec *exec, int target, int n,
                            double *ret_values, sg_err *err);
/* After that: the way back from the target through `exec`, for its n items. */
sg_status sg_explain_back(sg_explain *s, sg_exec *exec, int target, int n, sg_step_fn fn,
                          void *user, sg_err *err);
/* After that: dst[C][L] += weight * what arrived at the DNA input of item i. */
void sg_explain_take(const sg_explain *s, const sg_exec *exec, int i, double weight, double *dst);
/* Subtracts from g[C][L] its mean over A, C, G, T at each position. */
void sg_explain_correct(const sg_explain_plan *p, double *g);
/* hypothetical[b][l] += weight * sum over c of (e_b[c] - ref[c][l]) m[c][l]; contribution[c][l] +=
 * weight * (x - ref) m. Returns the sum of (x - ref) m. */
double sg_explain_apply(const sg_explain_plan *p, const double *x, const double *ref,
                        const double *m, double weight, sg_strand_score *score);
/* Weight of reference j in the sums of a target. */
double sg_explain_weight(const sg_strand *strand, int target, int j);
/* |sum - (value - reference)| in units of max(1, |value - reference|). */
double sg_explain_residual(double sum, double value, double reference);

/* ---- The maximum of both strands (methods/strands.c) ---- */

/* What is to be put together of the two strands of a sequence. */
typedef struct sg_greater {
  double *value, *reference;    /* [targets] f, and its mean over the references */
  double *part[2];              /* [targets] share of a strand whose method has no references */
  double *weight[2];            /* [targets][n_references] as in sg_strand */
} sg_greater;

/* SG_EUNSUPPORTED: a target that is no single unit. */
sg_status sg_greater_check(const sg_explain_plan *p, sg_err *err);
/* Evaluates both strands and their references; in s->tmp. */
sg_status sg_greater_weigh(sg_explain *s, const sg_strand strand[2], sg_greater *ret, sg_err *err);

#endif
