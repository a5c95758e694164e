/* seqgloss/delta.h: a network's outputs at sequences that differ from a base in few places.
 *
 * In-silico mutagenesis, sufficient input subsets, occlusion, sampling and variant scoring all ask
 * for f at many small edits of one sequence. A session holds the activations of the base and
 * recomputes for each edit only what it can change; edits may also be made the new base.
 *
 *     plan (network, L)  ->  delta plan (what an edit reaches, how each layer is updated; shared)
 *                               ->  session (activations of one base; one thread's)
 *
 * Equal inputs give equal bits: what an edit gives depends on the base and the edit alone, never on
 * the edits beside it. The base's own activations are always those of a full evaluation, bit for
 * bit, however many edits were committed: nothing drifts. The value of an edit is that of a full
 * evaluation within 2e-5 max(1, max |f|) in single precision.
 */
#ifndef SEQGLOSS_DELTA_H
#define SEQGLOSS_DELTA_H

#include "seqgloss/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Both strands as one function: f(x) and f(reverse complement of x) combined per output unit. */
typedef enum sg_rc { SG_RC_MAX = 0, SG_RC_MEAN, SG_RC_NONE } sg_rc;

/* Positions pos .. pos + len - 1 of the base read symbols[0 .. len-1] (codes of seqgloss/codes.h
 * and the network's alphabet; borrowed for the call). len >= 0 (0: no change), inside the
 * sequence. A substitution or a masked position has len 1. A deletion of d bases at i, with a
 * buffer that holds the sequence and d bases more behind it, is { i, L - i, buffer + i + d }. */
typedef struct sg_edit {
  int64_t pos, len;
  const uint8_t *symbols;
} sg_edit;

/* Outputs that a session computes: all units of output `output` (or of its logit), or one. */
typedef struct sg_head {
  int output;
  bool logit;                 /* the value before the final sigmoid or softmax */
  int64_t unit;               /* in the framework's order; -1: all of them */
} sg_head;

/* How a layer is brought up to date after an edit. */
typedef enum sg_delta_mode {
  SG_DELTA_IDLE = 0,          /* the edit never reaches it */
  SG_DELTA_LOOKUP,            /* differences of rows of the look-up table */
  SG_DELTA_DIFFERENCE,        /* weights times what changed */
  SG_DELTA_WINDOW,            /* outputs that the edit reaches, computed anew */
  SG_DELTA_STATE,             /* a reduction over positions, from sums or maxima kept of the base */
  SG_DELTA_ROWS,              /* a dense layer behind a flatten: rows of weights of what changed */
  SG_DELTA_WHOLE,             /* has no positions any more: computed whole */
  SG_DELTA_FALLBACK           /* has positions but no interval form: computed whole */
} sg_delta_mode;

SG_API const char *sg_delta_mode_name(sg_delta_mode mode);

typedef struct sg_delta_opts {
  size_t size;                /* sizeof(sg_delta_opts) of the caller */
  const sg_head *heads;       /* NULL: every output, all units; borrowed for sg_delta_plan_new */
  int n_heads;
  sg_rc rc;                   /* default SG_RC_NONE; MAX and MEAN: heads without positions only */
  const float *mask;          /* [channels] column of the symbol SG_CODE_MASK; NULL: zeros */
  bool full;                  /* evaluate every edit from scratch: slow, for comparison */
  bool verify;                /* compare every value with a full evaluation (counts.worst) */
} sg_delta_opts;

SG_API sg_delta_opts sg_delta_opts_default(void);

typedef struct sg_delta_plan sg_delta_plan;

/* Works out how edits spread through `plan`, whose network must read DNA. Const afterwards and
 * shared by threads; the plan must outlive it. Errors: SG_EINVAL (a head that is not there),
 * SG_ENOMEM, SG_EUNSUPPORTED (rc of a profile). */
SG_API sg_status sg_delta_plan_new(const sg_plan *plan, const sg_delta_opts *opts,
                                   sg_delta_plan **ret_plan, sg_err *err);
SG_API void sg_delta_plan_free(sg_delta_plan *plan);                    /* NULL is fine */
/* Numbers that a session gives for one sequence: units of all heads, in their order. */
SG_API int64_t sg_delta_units(const sg_delta_plan *plan);

/* One layer of the plan, for `info --plan`. Costs are multiply-adds for one substitution, averaged
 * over the positions. Returns false past the last layer. */
typedef struct sg_delta_layer {
  const char *name, *op;
  sg_delta_mode mode;
  int64_t full;               /* positions of the layer's output (0: none) */
  double width;               /* positions that one substitution reaches, on average */
  double madds, full_madds;
} sg_delta_layer;

SG_API bool sg_delta_plan_layer(const sg_delta_plan *plan, int i, sg_delta_layer *ret_layer);

/* ---- Sessions -------------------------------------------------------------------------------- */

typedef struct sg_delta sg_delta;

/* Scratch of one thread; the delta plan must outlive it. Nothing is allocated after the first few
 * calls. */
SG_API sg_status sg_delta_new(const sg_delta_plan *plan, sg_delta **ret_delta, sg_err *err);
SG_API void sg_delta_free(sg_delta *delta);                             /* NULL is fine */
/* From now on the edits of one call are shared by `threads` threads (the calling one included), for
 * sequences that have the machine to themselves; calls too small to gain stay on the calling
 * thread. Values do not depend on it, bit for bit. Memory: `threads` sessions. 1: as before.
 * SG_EINVAL: threads < 1. */
SG_API sg_status sg_delta_threads(sg_delta *delta, int threads, sg_err *err);

/* Makes inputs[k] (one item each, in the order of the plan's inputs; the DNA as codes) the base.
 * Other inputs than the DNA are copied and stay. One full evaluation. */
SG_API sg_status sg_delta_base(sg_delta *delta, const sg_input *inputs, sg_err *err);
/* The base's codes [L] as they stand after commits. */
SG_API const uint8_t *sg_delta_codes(const sg_delta *delta);
/* f(base) -> value[units], as a full evaluation gives it. */
SG_API sg_status sg_delta_value(sg_delta *delta, double *value, sg_err *err);
/* f(base with edits[i] alone) -> value[n][units]. SG_EINVAL: outside the sequence, or a symbol that
 * is no code. */
SG_API sg_status sg_delta_eval(sg_delta *delta, int64_t n, const sg_edit *edits, double *value,
                               sg_err *err);
/* The base becomes the base with this edit. */
SG_API sg_status sg_delta_commit(sg_delta *delta, const sg_edit *edit, sg_err *err);
/* f of whole sequences codes[n][L], by full evaluation -> value[n][units]; the base stays. */
SG_API sg_status sg_delta_full(sg_delta *delta, int64_t n, const uint8_t *codes, double *value,
                               sg_err *err);

/* What was done since the session was made. */
typedef struct sg_delta_counts {
  int64_t bases, edits, commits, full;     /* calls of each kind, in sequences */
  double madds;               /* multiply-adds done for edits and commits */
  double full_madds;          /* what full evaluations of them would have done */
  double worst;               /* with verify: greatest |edit - full| / max(1, max |f|) */
} sg_delta_counts;

SG_API sg_delta_counts sg_delta_count(const sg_delta *delta);
SG_API size_t sg_delta_bytes(const sg_delta *delta);

#ifdef __cplusplus
}
#endif
#endif
