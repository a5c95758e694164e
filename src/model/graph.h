/* model/graph.h: what an importer writes: named values, nodes in topological order, constants.
 * Syntax only.
 *
 * Nothing is interpreted here: sg_plan (model/plan.h) gives the nodes their ops, folds constants
 * and infers shapes for one length. A graph is built once by an importer and is const afterwards,
 * shared by all threads.
 */
#ifndef SG_MODEL_GRAPH_H
#define SG_MODEL_GRAPH_H

#include "model/attr.h"

#define SG_NONE (-1)        /* an optional input that is left out */
#define SG_DIM_BATCH (-1)   /* axis 0 of a graph input */
#define SG_DIM_ANY (-2)     /* a length that the file leaves open */
#define SG_OPSET_OWN 21     /* what importers other than ONNX write: conventions of ONNX opset 21 */

typedef struct sg_value {
  const char *name;
  const sg_tensor *tensor;  /* a constant; NULL otherwise */
} sg_value;

/* A graph input. dims as ONNX: dims[0] = SG_DIM_BATCH (or a fixed 1, read as batch). */
typedef struct sg_graph_input {
  int value;
  int nd;
  int64_t dims[SG_MAX_RANK];
  bool channels_last;       /* the framework's own arrays are N L C / N H W C: arrays given and read
                             * by users are in that order */
  sg_dtype dtype;           /* as declared in the file; evaluation is in float32 (or float64 on
                             * request) */
} sg_graph_input;

typedef struct sg_graph_output { int value; const char *name; bool channels_last; } sg_graph_output;

typedef struct sg_node_def {
  const char *op_type;      /* ONNX name ("Conv"), or "domain::Name" outside the standard domain;
                             * own ones "seqgloss::Name" */
  const char *name;         /* unique, for messages; made up when the file has none */
  const char *source;       /* what the user calls it: "layer 'conv1d_1' (Conv1D)"; NULL: same as
                             * name */
  int opset;                /* version of the operator set that defines its attributes */
  sg_attrs attrs;
  int n_in, n_out;
  int *in, *out;            /* value ids; SG_NONE for what is left out */
} sg_node_def;

typedef struct sg_graph {
  sg_arena *mem;            /* owns everything below, constants included */
  sg_value *value; int n_value;
  sg_node_def **node; int n_node;
  sg_graph_input *input; int n_input;
  sg_graph_output *output; int n_output;
  int cap_value, cap_node, cap_input, cap_output;
} sg_graph;

sg_status sg_graph_new(sg_graph **ret_graph, sg_err *err);
void sg_graph_free(sg_graph *g);
/* Builders. Those that return an id return >= 0, or a negative sg_status (SG_ENOMEM). Names are
 * copied. */
int sg_graph_add_value(sg_graph *g, const char *name);
/* tensor lives in g->mem */
int sg_graph_add_const(sg_graph *g, const char *name, const sg_tensor *tensor);
/* 1-D int64 constant */
int sg_graph_add_ints(sg_graph *g, const char *name, const int64_t *values, int64_t n);
int sg_graph_add_input(sg_graph *g, const char *name, int nd, const int64_t *dims);
sg_status sg_graph_add_output(sg_graph *g, const char *name, int value, bool channels_last);
/* A node with room for n_in inputs and n_out outputs, all SG_NONE; NULL when memory is short. Fill
 * .in, .out, .attrs (mem is set). */
sg_node_def *sg_graph_add_node(sg_graph *g, const char *op_type, const char *name, int n_in,
                               int n_out);
/* The usual case: one output. in[n_in]; returns the value id of the output, or a negative status.
 * *ret_node (nullable) for attributes. */
int sg_graph_add_op(sg_graph *g, const char *op_type, const char *name, int n_in, const int *in,
                    sg_node_def **ret_node);
/* Value id by name, or SG_NONE. Linear: importers keep their own table. */
int sg_graph_find_value(const sg_graph *g, const char *name);

#endif
