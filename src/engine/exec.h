/* engine/exec.h: the scratch of one thread, and the two sweeps over a plan's nodes. */
#ifndef SG_ENGINE_EXEC_H
#define SG_ENGINE_EXEC_H

#include "seqgloss/engine.h"
#include "model/model.h"
#include "model/plan.h"

/* Where a value lives. */
typedef struct sg_buffer {
  void *data;               /* real *; NULL: constant, or never computed */
  bool part;                /* holds `part` items only, used over and over (exec.c, "Two phases") */
} sg_buffer;

struct sg_exec {
  const sg_plan *plan;
  int batch, n;             /* capacity; items of the last forward (0: none) */
  int part;                 /* items at a time before node `split` */
  int split;
  unsigned flags;
  sg_arena *mem, *tmp;
  sg_buffer *value;         /* [n_value] */
  void **grad;              /* [n_value], made at the first backward; real * */
  bool *touched;            /* [n_value] something was added; else it counts as zero, whatever
                             * grad holds */
  sg_slab *in, *out, *gin, *gout;   /* for one call: the widest node's */
  const uint8_t *codes;     /* borrowed from the input of the last forward, when the plan reads
                             * codes */
  sg_symbols symbols;
  const bool *given;        /* [n_node] left out of the running forward; NULL: none */
};

/* One layer on the way back, over the items of the last forward: gout are the gradients of its
 * outputs, or whatever a method passes back in their place; what belongs to input k is to be added
 * to gin[k].data unless that is NULL. Good until the step returns, as is what it takes of
 * call->tmp. */
typedef struct sg_step {
  int index;                /* of the node in the plan */
  const sg_call *call;
  const sg_slab *gout, *gin;
} sg_step;
typedef sg_status (*sg_step_fn)(void *user, const sg_step *step, sg_err *err);

/* The columns of the codes of a network's alphabet. */
void sg_exec_symbols(const sg_plan *plan, sg_symbols *ret_symbols);
/* The code whose column this is, elements `step` apart; false: none has it. */
bool sg_symbol_of(const sg_symbols *symbols, const double *column, int64_t step, uint8_t *ret_code);

/* Where element (c, l) of the DNA input [C][L] stands in one item: c * base + l * pos. */
typedef struct sg_columns { int64_t C, L, base, pos; } sg_columns;

/* ... of the arrays that are given to the engine, and of its memory. The plan has a DNA input that
 * something depends on. */
void sg_exec_columns(const sg_plan *plan, sg_columns *ret_given, sg_columns *ret_held);

/* The way back by a rule of the caller's: as sg_exec_backward, with seeds in double whatever the
 * plan's precision, but layer by layer `fn` says what the inputs get (NULL: the gradient). What
 * arrives at value v is in exec->grad[v]. */
sg_status sg_exec_steps(sg_exec *exec, const double *const *seed, const bool *logit, sg_step_fn fn,
                        void *user, sg_err *err);

/* Evaluates n items from the middle: nodes with given[node] are left out, the caller has written
 * their outputs to exec->value (an exec with SG_EXEC_TRACE). Inputs are those of the last forward,
 * as far as other nodes read them. */
sg_status sg_exec_resume(sg_exec *exec, int n, const bool *given, sg_err *err);

/* The gradient of value v, to be read or added to: zeros when nothing was added since the way back
 * began. */
void *sg_exec_touch(sg_exec *exec, int v);

/* The gradient's own rule, for an sg_step_fn that is about some layers only. */
sg_status sg_vjp_step(const sg_step *step, sg_err *err);

/* The sweeps, one per precision. Status as the ops return it; err names the node. */
sg_status sg_sweep_inputs_f32(sg_exec *x, int n, const sg_input *inputs, sg_err *err);
sg_status sg_sweep_inputs_f64(sg_exec *x, int n, const sg_input *inputs, sg_err *err);
sg_status sg_sweep_forward_f32(sg_exec *x, sg_err *err);
sg_status sg_sweep_forward_f64(sg_exec *x, sg_err *err);
sg_status sg_sweep_steps_f32(sg_exec *x, sg_step_fn fn, void *user, sg_err *err);
sg_status sg_sweep_steps_f64(sg_exec *x, sg_step_fn fn, void *user, sg_err *err);
/* The call of node i over the items of the last forward; its slabs are good until the next one. */
sg_call sg_sweep_call_f32(sg_exec *x, int i);
sg_call sg_sweep_call_f64(sg_exec *x, int i);
/* Item i of `data` (a value's buffer or gradient) to or from the framework's order; add: += into
 * data. */
void sg_item_read_f32(const sg_plan_value *v, bool channels_last, const float *data, float *dst);
void sg_item_read_f64(const sg_plan_value *v, bool channels_last, const double *data, double *dst);
void sg_item_add_f32(const sg_plan_value *v, bool channels_last, float *data, const float *src);
void sg_item_add_f64(const sg_plan_value *v, bool channels_last, double *data, const double *src);
/* Item i of an input given as numbers into `data`. */
void sg_item_take_f32(const sg_plan_value *v, bool channels_last, const sg_input *in, int64_t i,
                      float *data);
void sg_item_take_f64(const sg_plan_value *v, bool channels_last, const sg_input *in, int64_t i,
                      double *data);

#endif
