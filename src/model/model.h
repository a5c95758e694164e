/* model/model.h: a loaded network: its graph, and what the sidecar and options say about its
 * input. */
#ifndef SG_MODEL_MODEL_H
#define SG_MODEL_MODEL_H

#include "seqgloss/model.h"
#include "model/graph.h"

/* Where the sequence enters: axes of the input's logical (ONNX) shape. */
typedef struct sg_dna { int input, base_axis, pos_axis; } sg_dna;

struct sg_model {
  sg_graph *graph;             /* owned */
  char *format;                /* owned, in graph->mem */
  char digest[65];
  char alphabet[17];
  sg_n_base n_base;
  sg_dna dna;                  /* input -1: no input can take DNA */
  int64_t length;              /* 0: open */
  char ***target; int *n_target;   /* [n_output][n_target[o]], in graph->mem; NULL: unnamed */
};

/* Finds the DNA input and its axes from opts and shapes; fills model->dna and length.
 * SG_EUNSUPPORTED/SG_EINVAL with what to say. A model without one is no error here. */
sg_status sg_model_find_dna(sg_model *m, const char *dna_input, const char *layout, sg_err *err);

/* Puts the numbers of every matrix and kernel in random order (sg_model_opts.permute). */
void sg_model_permute(sg_model *model, uint64_t seed);

#endif
