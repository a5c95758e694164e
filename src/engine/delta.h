/* engine/delta.h: what the delta plan knows, and what a session holds.
 *
 * Contents
 *   1. the plan: spans, modes
 *   2. the session: one side per strand
 *   3. the loops, one per precision
 */
#ifndef SG_ENGINE_DELTA_H
#define SG_ENGINE_DELTA_H

#include "seqgloss/delta.h"
#include "model/model.h"
#include "model/plan.h"

/* ---- 1. The plan ----------------------------------------------------------------------- */

enum { SG_SPANS = 4 };        /* separate stretches that an edit may reach of one value */

/* What the edit of one position reaches of a value: span s of position p is lo[s][p] .. hi[s][p]
 * along `axis`; empty where lo >= hi. Spans may overlap. */
typedef struct sg_spans {
  int n, axis;
  int64_t full;               /* positions along the axis */
  int64_t *lo[SG_SPANS], *hi[SG_SPANS];
} sg_spans;

typedef enum sg_change {
  SG_UNCHANGED = 0,           /* the sequence does not reach it */
  SG_SPANNED,                 /* changes in spans */
  SG_CHANGED                  /* changes as a whole */
} sg_change;

typedef struct sg_spread_value {
  sg_change change;
  sg_spans spans;             /* SG_SPANNED */
  int64_t outer, inner;       /* an item's memory is [outer][positions][inner] */
  bool kept;                  /* SG_CHANGED: read after the first part of a batch (see below) */
} sg_spread_value;

typedef struct sg_spread_node {
  sg_delta_mode mode;
  bool needed;                /* some head depends on it */
  bool keeps_pre;             /* the base's value before a fused relu is kept */
  sg_node bare;               /* the node without its relu */
  size_t state;               /* bytes of a collect's state */
  int pair;                   /* a look-up whose only reader takes maxima over all positions, and
                               * that reader: each other's number, else -1 (k_part.c, "Pairs") */
  double width, full, madds, full_madds;
} sg_spread_node;

/* One head: units of a value, in the framework's order. */
typedef struct sg_delta_head {
  int value;
  int64_t units;
  int64_t *at;                /* [units] element within an item's memory */
} sg_delta_head;

struct sg_delta_plan {
  sg_arena *mem;
  const sg_plan *plan;
  sg_rc rc;
  bool full, verify;
  bool has_mask;
  float mask[SG_MAX_SYMBOLS];
  uint8_t complement[256];    /* of the network's codes */
  sg_delta_head *head; int n_head;
  int64_t units;
  double madds;               /* of one full evaluation of what the heads need */
  sg_spread_value *value;      /* [n_value] */
  sg_spread_node *node;        /* [n_node] */
  int split;                  /* nodes from here on see no spans: they run on the whole batch */
  int part, batch;            /* edits of a part (whose windows stay in cache) and of a batch */
};

/* Fills value and node; worked out in spans.c. */
sg_status sg_delta_spread(sg_delta_plan *dp, sg_err *err);
/* Hull of what an edit of positions pos .. pos + len reaches by span s; lo >= hi: nothing. */
void sg_delta_span(const sg_spans *spans, int s, int64_t pos, int64_t len, int64_t *lo,
                   int64_t *hi);

/* ---- 2. The session ---------------------------------------------------------------------- */

/* A window of each item of a part: span s of a value. */
typedef struct sg_delta_window {
  int64_t width;
  int64_t *start;             /* [n] */
  void *data;                 /* real [n][outer][width][inner] */
  uint8_t *codes;             /* [n][width], where the sequence is read as codes */
} sg_delta_window;

/* The base on one strand, and the scratch of its edits. */
typedef struct sg_side {
  const sg_delta_plan *dp;
  const sg_symbols *symbols;
  uint8_t *codes;             /* [L] */
  void **base;                /* [n_value] real, one item; constants that heads read too */
  void **pre;                 /* [n_node] real, or NULL */
  void **state;               /* [n_node] or NULL */
  sg_delta_window (*window)[SG_SPANS];   /* [n_value] of the current part */
  void **whole;               /* [n_value] real [n of the part or batch][item] */
  sg_arena *win, *tmp;
  sg_slab *in, *out;          /* for one call */
  void **memo;                /* [n_node] of a pair's maxima: real [L][channels] of the edit of one
                               * position to the symbol memo_code[L] (255: not known) */
  uint8_t **memo_code;
  void **deltas;              /* [n_node] what update_max of a pair keeps */
  double madds;
} sg_side;

typedef struct sg_delta_team sg_delta_team;

struct sg_delta {
  const sg_delta_plan *dp;
  sg_arena *mem;
  sg_exec *exec;              /* for full evaluations */
  sg_input *input;            /* [n_input], for exec */
  double **other;             /* [n_input][batch][units] inputs beside the DNA; NULL for the DNA */
  int batch;                  /* sequences that exec takes at once */
  uint8_t *codes;             /* [L] the base */
  uint8_t *work;              /* [batch][L] */
  double *value;              /* [units] of the base */
  double *scratch;            /* [batch][units] */
  sg_side side[2];            /* forward and reverse strand */
  int64_t *order;             /* edits by length and place */
  sg_edit *sorted;
  double *out;                /* [edits of a batch][units] */
  sg_edit *turned;            /* [edits of a batch] on the reverse strand */
  uint8_t *text;              /* their symbols */
  size_t cap_order, cap_text;
  bool based;
  sg_delta_counts counts;
  sg_delta_team *team;        /* NULL: one thread does it all */
};

/* Edits sorted[n] of one call, all of one length and no more than a batch, on every strand; values
 * go to value[order[i]]. */
sg_status sg_delta_batch(sg_delta *delta, int64_t n, const sg_edit *sorted, const int64_t *order,
                         double *value, sg_err *err);

/* Sessions that follow another one and take shares of its edits (team.c). */
void sg_delta_team_free(sg_delta_team *team);
/* The followed session has a new base; the symbols of pos .. pos + len were committed. */
void sg_delta_team_base(sg_delta_team *team);
void sg_delta_team_commit(sg_delta_team *team, int64_t pos, int64_t len);
/* Whether n edits are worth a team. */
bool sg_delta_team_worth(const sg_delta_team *team, int64_t n);
/* delta->sorted[n] and delta->order[n] -> value, as sg_delta_batch gives it. */
sg_status sg_delta_team_eval(sg_delta *delta, int64_t n, double *value, sg_err *err);
double sg_delta_team_madds(const sg_delta_team *team);
size_t sg_delta_team_bytes(const sg_delta_team *team);

/* ---- 3. The loops ------------------------------------------------------------------------ */

/* Allocates the base's buffers. */
sg_status sg_side_new_f32(sg_side *side, sg_arena *mem);
sg_status sg_side_new_f64(sg_side *side, sg_arena *mem);
/* side->codes and `other` inputs are set: everything of the base anew. */
sg_status sg_side_base_f32(sg_side *side, double *const *other, sg_err *err);
sg_status sg_side_base_f64(sg_side *side, double *const *other, sg_err *err);
/* side->codes has changed at pos .. pos + len: the base's windows anew. */
sg_status sg_side_commit_f32(sg_side *side, int64_t pos, int64_t len, sg_err *err);
sg_status sg_side_commit_f64(sg_side *side, int64_t pos, int64_t len, sg_err *err);
/* Heads of the base, and of n <= dp->batch edits of one length in order of place. */
void sg_side_value_f32(const sg_side *side, double *value);
void sg_side_value_f64(const sg_side *side, double *value);
sg_status sg_side_eval_f32(sg_side *side, int n, const sg_edit *edits, double *value,
                           sg_err *err);
sg_status sg_side_eval_f64(sg_side *side, int n, const sg_edit *edits, double *value,
                           sg_err *err);

#endif
