/* seqgloss/model.h: trained networks: load, inspect, plan.
 *
 * A model is loaded once and is const afterwards; it may be shared by threads. A plan is a model
 * made executable for one input length and one precision; it too is const after sg_plan_new and
 * shared by threads. What changes while computing lives in an sg_exec (seqgloss/engine.h), one per
 * thread.
 */
#ifndef SEQGLOSS_MODEL_H
#define SEQGLOSS_MODEL_H

#include "seqgloss/base.h"
#include "seqgloss/codes.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sg_model sg_model;
typedef struct sg_plan sg_plan;
typedef struct sg_registry sg_registry;

/* All knobs of loading. Start from sg_model_opts_default(). Strings are borrowed for the call. What
 * the sidecar file MODEL.seqgloss.json says stands behind what is given here. */
typedef struct sg_model_opts {
  size_t size;              /* sizeof(sg_model_opts) of the caller */
  const char *weights;      /* HDF5 weights that belong to a .json architecture; NULL: none */
  const char *sidecar;      /* sidecar file; NULL: MODEL.seqgloss.json where it exists; "": none */
  const char *alphabet;     /* order of the input's columns, e.g. "ACGT" (default), "ATCG",
                             * "ACGTN" */
  sg_n_base n_base;         /* default: the sidecar's, else zero */
  const char *dna_input;    /* name of the input that takes the sequence; NULL: the only one that
                             * can be */
  const char *layout;       /* axes of the DNA input, e.g. "NCL", "NLC", "N1CL"; NULL: from the
                             * shape */
  int64_t length;           /* length for networks that leave it open; 0: not given */
  const char *const *bind;  /* NULL-ended "NAME" list of inputs bound to constants given by
                             * bind_data; NULL: none */
  const float *const *bind_data;
  const int64_t *bind_count;/* numbers in each of bind_data: as many as the input's shape has */
  const sg_log *log;        /* notices while loading; NULL: none */
  uint64_t permute;         /* not 0: a control. The numbers of every weight matrix and kernel are
                             * put in random order within it; this is the seed */
} sg_model_opts;

SG_API sg_model_opts sg_model_opts_default(void);

/* The built-in layers. */
SG_API const sg_registry *sg_ops(void);

/* Reads a network: .h5/.hdf5/.hd5 (Keras), .keras, .json + opts->weights, .onnx; told apart by
 * content. On success *ret_model is the caller's, to be freed with sg_model_free. Errors:
 * SG_ENOTFOUND, SG_EIO, SG_EFORMAT, SG_EUNSUPPORTED (names the layer), SG_ESHAPE, SG_ENOMEM. */
SG_API sg_status sg_model_load(const char *path, const sg_registry *ops, const sg_model_opts *opts,
                               sg_model **ret_model, sg_err *err);
SG_API void sg_model_free(sg_model *model);

/* Facts about a model. Strings live as long as the model. */
/* "Keras 2.15.0 HDF5", "ONNX opset 13 (pytorch 2.13.0)" */
SG_API const char *sg_model_format(const sg_model *model);
/* SHA-256 of the model file (and of its weights file), hexadecimal */
SG_API const char *sg_model_digest(const sg_model *model);
SG_API const char *sg_model_alphabet(const sg_model *model);  /* e.g. "ACGT" */
SG_API sg_n_base sg_model_n_base(const sg_model *model);      /* never SG_N_DEFAULT */
/* fixed input length, or 0 when it is open */
SG_API int64_t sg_model_length(const sg_model *model);

/* Last layer of an output. */
typedef enum sg_final {
  SG_FINAL_NONE = 0, SG_FINAL_SIGMOID, SG_FINAL_SOFTMAX, SG_FINAL_LOGSOFTMAX
} sg_final;

typedef struct sg_io_info {
  const char *name;
  int nd;                   /* axes of one item: without the batch */
  int64_t dims[8];          /* in the framework's own order; -1: open length (model), known
                             * (plan) */
  int64_t units;            /* product of dims (plan only; 0 in a model with open length) */
  bool dna;                 /* inputs: takes the sequence */
  bool has_logit;           /* outputs: ends in a sigmoid or softmax (plan only) */
  sg_final final;           /* outputs: which of them (plan only) */
} sg_io_info;

SG_API int sg_model_inputs(const sg_model *model);
SG_API sg_status sg_model_input(const sg_model *model, int i, sg_io_info *ret_info);
/* Name of unit `unit` of output `output` as the sidecar's "targets" gives it, or NULL. */
SG_API const char *sg_model_target_name(const sg_model *model, int output, int64_t unit);

typedef struct sg_plan_opts {
  size_t size;
  int64_t length;           /* L; 0: the model's fixed length (SG_EINVAL when it is open) */
  bool float64;             /* evaluate in double precision (slow; for checks) */
  bool no_simplify;         /* keep the network as the file has it */
  bool backward;            /* prepare for gradients */
  bool no_fuse;             /* keep every layer's own value readable: no relu fused into the layer
                             * before it */
  const char *isa;          /* "avx512", "avx2", "baseline"; NULL: the best that the CPU has */
} sg_plan_opts;

SG_API sg_plan_opts sg_plan_opts_default(void);
/* Makes `model` executable. The model must outlive the plan. Errors name the layer. */
SG_API sg_status sg_plan_new(const sg_model *model, const sg_registry *ops,
                             const sg_plan_opts *opts, sg_plan **ret_plan, sg_err *err);
SG_API void sg_plan_free(sg_plan *plan);

SG_API int64_t sg_plan_length(const sg_plan *plan);
SG_API int sg_plan_inputs(const sg_plan *plan);
SG_API sg_status sg_plan_input(const sg_plan *plan, int i, sg_io_info *ret_info);
SG_API int sg_plan_outputs(const sg_plan *plan);
SG_API sg_status sg_plan_output_info(const sg_plan *plan, int i, sg_io_info *ret_info);
SG_API const char *sg_plan_isa(const sg_plan *plan);

/* One executable layer, for `info`. */
typedef struct sg_layer_info {
  const char *name, *op, *family;
  int nd_in, nd_out;        /* axes without the batch, ONNX order */
  int64_t in[8], out[8];
  int64_t params;           /* trained numbers that only this layer reads (a shared weight counts at
                             * its first layer) */
  int64_t madds;            /* multiply-adds for one sequence */
  int64_t receptive;        /* input positions that one output position depends on; -1: all */
} sg_layer_info;

SG_API int sg_plan_layers(const sg_plan *plan);
SG_API sg_status sg_plan_layer(const sg_plan *plan, int i, sg_layer_info *ret_info);

/* One row of `list ops`. Returns false past the end. */
SG_API bool sg_ops_row(const sg_registry *ops, int i, const char **ret_name,
                       const char **ret_summary);

#ifdef __cplusplus
}
#endif
#endif
