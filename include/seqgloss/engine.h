/* seqgloss/engine.h: evaluate a plan: outputs, and gradients by the reverse sweep.
 *
 * An sg_exec is the scratch of one thread for one plan: buffers for up to `batch` items. Nothing is
 * allocated after the first call. Equal inputs give equal bits, wherever they stand in a batch and
 * whatever the batch size is.
 */
#ifndef SEQGLOSS_ENGINE_H
#define SEQGLOSS_ENGINE_H

#include "seqgloss/model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sg_exec sg_exec;

enum {
  SG_EXEC_TRACE = 1         /* keep all activations (needed by sg_exec_backward and
                             * sg_exec_value) */
};

/* Scratch for up to `batch` items at a time; 0: chosen so that the activations of a batch take
 * about 16 MiB. Not shared by threads; free with sg_exec_free. The plan must outlive it. */
SG_API sg_status sg_exec_new(const sg_plan *plan, int batch, unsigned flags, sg_exec **ret_exec,
                             sg_err *err);
SG_API void sg_exec_free(sg_exec *exec);
SG_API int sg_exec_batch(const sg_exec *exec);

/* The inputs of one batch, in the order of the plan's inputs. For the DNA input either codes[n][L]
 * (indices into the alphabet given by `symbols`, see sg_exec_symbols) or data; for others data.
 * data[n][...] in the framework's own axis order. */
typedef struct sg_input {
  const uint8_t *codes;
  const float *data;
  const double *data64;     /* in place of data, for plans in double precision */
} sg_input;

/* A row of data for the DNA input as codes[L]: true where every column is one that a code stands
 * for (a base, nothing, a quarter of each base), so that the row and its codes are the same input.
 * False: *ret_at is the first position that has something else, and codes are N where that is. */
SG_API bool sg_plan_codes(const sg_plan *plan, const float *row, uint8_t *codes, int64_t *ret_at);
/* The same row as dst[4][L], A, C, G, T. */
SG_API void sg_plan_bases(const sg_plan *plan, const float *row, float *dst);

/* Evaluates n <= batch items. */
SG_API sg_status sg_exec_forward(sg_exec *exec, int n, const sg_input *inputs, sg_err *err);

/* Copies output `output` of the n items of the last forward to dst[n][units], framework order;
 * `logit`: the value before the final sigmoid or softmax (SG_EINVAL when there is none). */
SG_API sg_status sg_exec_output(const sg_exec *exec, int output, bool logit, float *dst,
                                sg_err *err);
SG_API sg_status sg_exec_output_f64(const sg_exec *exec, int output, bool logit, double *dst,
                                    sg_err *err);

/* Gradient of sum_o sum_i seed[o][i][u] * output[o][i][u] with respect to every input: call after
 * sg_exec_forward on an exec with SG_EXEC_TRACE. seed[o] is [n][units] in framework order or NULL
 * (zero); logit[o] (nullable array): seed the logit of output o instead. grad[k] is [n][...] in
 * framework order, or NULL when it is not wanted. */
SG_API sg_status sg_exec_backward(sg_exec *exec, const float *const *seed, const bool *logit,
                                  float *const *grad, sg_err *err);
SG_API sg_status sg_exec_backward_f64(sg_exec *exec, const double *const *seed, const bool *logit,
                                      double *const *grad, sg_err *err);

/* Bytes of scratch held. */
SG_API size_t sg_exec_bytes(const sg_exec *exec);

#ifdef __cplusplus
}
#endif
#endif
