/* engine/delta.h: what the delta plan knows, and what a session holds. */
#ifndef SG_ENGINE_DELTA_H
#define SG_ENGINE_DELTA_H

#include "seqgloss/delta.h"
#include "model/model.h"
#include "model/plan.h"

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
};

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
  double *item;               /* the widest output, for reading heads */
  bool based;
  sg_delta_counts counts;
};

#endif
