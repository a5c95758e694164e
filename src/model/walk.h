/* model/walk.h: from a graph to configured nodes with shapes: the first half of making a plan. */
#ifndef SG_MODEL_WALK_H
#define SG_MODEL_WALK_H

#include "model/model.h"
#include "model/plan.h"

/* What is known of one value while walking. */
typedef struct sg_known {
  bool set;                   /* false: nothing has computed it (yet) */
  sg_arg arg;                 /* shape, dtype, tensor */
} sg_known;

typedef struct sg_walk {
  const sg_model *model;
  const sg_registry *ops;
  bool f64;                   /* precision of the nodes that are kept */
  int64_t length, batch;      /* L, and what stands for N */
  sg_arena *mem;
  sg_known *known;            /* [graph->n_value] */
  bool *live;                 /* [graph->n_node] an output needs it */
  sg_node **node;             /* kept nodes, topological order */
  int n_node;
} sg_walk;

/* Binds input shapes, folds, configures, infers. Everything lives in w->mem; fill the first five
 * fields before. */
sg_status sg_walk_run(sg_walk *w, sg_err *err);
/* Fails with SG_EUNSUPPORTED when two walks that differ in `batch` gave different networks. */
sg_status sg_walk_compare(const sg_walk *a, const sg_walk *b, sg_err *err);

#endif
