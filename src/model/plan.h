/* model/plan.h: a graph made executable for one input length.
 *
 * Building a plan: bind the input shapes; walk the nodes in order; fold those whose inputs are
 * constants (and the shape arithmetic that exporters emit); configure and infer the rest; drop what
 * no output needs; simplify (on request); prepare weights. The walk is done for two values of N,
 * and a graph whose structure depends on N is refused.
 */
#ifndef SG_MODEL_PLAN_H
#define SG_MODEL_PLAN_H

#include "seqgloss/model.h"
#include "model/model.h"
#include "model/op.h"

typedef struct sg_plan_value {
  const char *name;
  sg_shape shape;               /* batched: d[0] is meaningless after building */
  sg_dtype dtype;
  const sg_tensor *tensor;      /* constants that activations' nodes read */
  int producer;                 /* node index; -1: graph input or constant */
  int input;                    /* index of the graph input, or -1 */
  int last_use;                 /* index of the last node that reads it; n_node when it is an
                                 * output; -1 when nobody does */
} sg_plan_value;

typedef struct sg_plan_output {
  int value;
  int logit;                    /* value before the final sigmoid/softmax/log-softmax, or -1 */
  const char *name;
  bool channels_last;
} sg_plan_output;

struct sg_plan {
  sg_arena *mem;
  const sg_graph *graph;        /* borrowed: the model outlives its plans */
  bool f64;
  bool backward;
  const void *kernels;          /* const sg_kernels_f32 * or _f64 * */
  const char *isa;              /* what the kernels are for */
  const struct sg_model *model; /* borrowed */
  int64_t length;               /* L */
  sg_plan_value *value; int n_value, cap_value;
  sg_node **node; int n_node;   /* executable nodes, topological order */
  const void **prep;            /* [n_node] what prepare made, or NULL */
  const void ***weight;         /* [n_node][n_in] constant inputs as `real`, row-major; NULL for
                                 * activations */
  int *input_value; int n_input;/* value id of each graph input, -1 when it is not used */
  sg_plan_output *output; int n_output;
  bool *input_last;             /* [n_input] the framework's order of its arrays is channels last */
  sg_dna axes;                  /* of the DNA input, as the plan has it (model/layout.c) */
  int dna;                      /* index of the DNA input among the inputs, or -1 */
  bool codes;                   /* every reader of the DNA input takes codes */
};

/* Layers over other layouts of N C L take N C L itself; the DNA input too (model/layout.c). */
sg_status sg_plan_turn(sg_plan *p, const sg_registry *ops, sg_err *err);
/* Rewrites p's nodes without changing what they compute (model/simplify.c). */
sg_status sg_plan_simplify(sg_plan *p, const sg_registry *ops, sg_err *err);
/* Lets layers that can end in a relu do so (model/simplify.c). Values inside the fused pair are
 * lost. */
void sg_plan_fuse_relu(sg_plan *p);
/* The node that produces `value` and how many nodes and outputs read it. */
int sg_plan_readers(const sg_plan *p, int value);

#endif
