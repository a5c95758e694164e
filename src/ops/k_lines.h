/* ops/k_lines.h: ops that work along lines: all elements that differ only in a set of axes.
 *
 * A reduction gives one number a line, softmax a line for a line. The walker gathers each line into
 * contiguous scratch, in the row-major order of its axes, and scatters what comes back, so that an
 * op file holds only the formula.
 */
#ifndef SG_OPS_K_LINES_H
#define SG_OPS_K_LINES_H

#include "model/op.h"

/* node->conf of these ops. */
typedef struct sg_line_conf {
  bool along[SG_MAX_RANK];      /* axes of input 0 that lie within a line */
  bool keepdims;                /* reductions: axes of length 1 stay */
  bool same;                    /* the output has the input's shape */
  bool noop;                    /* no axes: the output is the input */
  double p[4];                  /* parameters of the formula */
} sg_line_conf;

/* One line: v[n] in; the result to y[m], m = 1 for reductions, n otherwise. p: the conf's. */
typedef void (*sg_line_value)(const real *v, int64_t n, const double *p, real *y);
/* gv[n] += the gradient, given y[m] and its gradient g[m]. */
typedef void (*sg_line_grad)(const real *v, int64_t n, const double *p, const real *y,
                             const real *g, real *gv);
/* Reductions of one axis over contiguous rows may be accumulated instead: acc[c] over rows v[c],
 * then y[c] from acc and the count. Must give the bits of sg_line_value. */
typedef struct sg_line_rows {
  void (*add)(double *acc, const real *v, int64_t n, bool first);
  double (*end)(double acc, int64_t count);
} sg_line_rows;

/* Reads attribute or input 1 `axes`, keepdims, noop_with_empty_axes. */
sg_status SG_REAL(sg_reduce_configure)(sg_node *node, sg_err *err);
sg_status SG_REAL(sg_reduce_infer)(sg_node *node, sg_err *err);
/* Softmax and its kind: attribute `axis`; before opset 13 everything from that axis on is one
 * line. */
sg_status SG_REAL(sg_axis_configure)(sg_node *node, sg_err *err);
/* Lines along the given axes of an op that keeps the shape. */
sg_status SG_REAL(sg_line_axes)(sg_node *node, const int64_t *axes, int64_t n, sg_err *err);
/* Lines along attribute `axis`, default `def`; the caller says whether the shape is kept. */
sg_status SG_REAL(sg_line_axis)(sg_node *node, int64_t def, sg_line_conf **ret, sg_err *err);

/* Global pooling: all axes from the third on are one line and stay as axes of length 1. */
sg_status SG_REAL(sg_global_configure)(sg_node *node, sg_err *err);

sg_status SG_REAL(sg_lines_forward)(const sg_call *c, sg_line_value value,
                                    const sg_line_rows *rows);
sg_status SG_REAL(sg_lines_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin,
                                sg_line_grad grad);
/* That of reductions to an extreme, whose equal ones share the gradient: what `grad` does line by
 * line, side by side where the lines lie so. */
sg_status SG_REAL(sg_lines_share_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin,
                                      sg_line_grad grad);
bool SG_REAL(sg_lines_reach)(const sg_node *node, int k, const sg_interval *in, int o,
                             sg_interval *out);
bool SG_REAL(sg_lines_need)(const sg_node *node, int o, const sg_interval *out, int k,
                            sg_interval *in);
/* The axes within a line, for sg_op.lines. */
void SG_REAL(sg_lines_along)(const sg_node *node, bool *along);
/* Collects (model/op.h) of reductions of [N][C][L] over L: the greatest, the sum, the mean. */
extern const sg_collect SG_REAL(sg_lines_max), SG_REAL(sg_lines_sum), SG_REAL(sg_lines_mean);
/* A batched activation with some axes to reduce; a softmax. */
void SG_REAL(sg_reduce_sample)(sg_sample *s);
void SG_REAL(sg_axis_sample)(sg_sample *s);
void SG_REAL(sg_global_sample)(sg_sample *s);

/* forward and vjp of an op from its static functions `value` and `grad`. */
#define SG_LINE_CALLS(value, grad, rows) \
  static sg_status forward(const sg_call *c) { return SG_REAL(sg_lines_forward)(c, value, rows); } \
  static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin) \
  { \
    return SG_REAL(sg_lines_vjp)(c, gout, gin, grad); \
  }
#define SG_LINE_ENTRIES \
  .min_in = 1, .min_out = 1, .max_out = 1, .since = 7, .forward = forward, .vjp = vjp, \
  .reach = SG_REAL(sg_lines_reach), .need = SG_REAL(sg_lines_need)
#define SG_REDUCE_ENTRIES \
  SG_LINE_ENTRIES, .max_in = 2, .infer = SG_REAL(sg_reduce_infer), \
  .sample = SG_REAL(sg_reduce_sample)
#define SG_AXIS_ENTRIES \
  SG_LINE_ENTRIES, .max_in = 1, .infer = sg_infer_same, .sample = SG_REAL(sg_axis_sample)
#define SG_GLOBAL_ENTRIES \
  SG_LINE_ENTRIES, .max_in = 1, .infer = SG_REAL(sg_reduce_infer), \
  .sample = SG_REAL(sg_global_sample)

#endif
