/* ops/k_elementwise.h: ops that compute each output element from the elements at the same place
 * of up to three inputs.
 *
 * Contents
 *   1. rows: what the loops of an op see
 *   2. calls: walking broadcast shapes and windows row by row
 *   3. unary ops: two scalar functions make an op
 *   4. binary ops: a function and its two partial derivatives
 *   5. configure, infer, reach, need shared by them
 *   6. samples
 *
 * An op file gives scalar functions; the loops below are inline, so that the compiler sees the
 * function in the loop and vectorises it. Broadcasting, memory order, windows and the sum over
 * items are the walker's business (k_elementwise.c).
 */
#ifndef SG_OPS_K_ELEMENTWISE_H
#define SG_OPS_K_ELEMENTWISE_H

#include "model/op.h"

/* ---- 1. Rows --------------------------------------------------------------------------------- */

#define SG_ROW_INPUTS 3
#define SG_PARAMS 4

/* n elements that lie in step: input k at x[k][i * s[k]] (s = 0: the same element for all), output
 * at y[i]. In vjp: g the output's gradient, gx[k] (same step as x[k]; NULL: not wanted) to be added
 * to, y the value forward gave. */
typedef struct sg_row {
  int64_t n;
  const real *x[SG_ROW_INPUTS];
  int64_t s[SG_ROW_INPUTS];
  real *y;
  const real *g;
  real *gx[SG_ROW_INPUTS];
  const real *p;                /* SG_PARAMS numbers of the node, or NULL */
} sg_row;

typedef void (*sg_row_fn)(const sg_row *row);

/* ---- 2. Calls -------------------------------------------------------------------------------- */

/* Calls `fn` for rows that cover out, with the n_in slabs `in` broadcast to it. Windows of inputs
 * and output may differ: what an input window lacks reads as zero. */
sg_status SG_REAL(sg_rows_forward)(const sg_call *c, const sg_slab *in, int n_in,
                                   const sg_slab *out, const real *p, sg_row_fn fn);
/* The same for whole tensors with gradients: gin[k].data may be NULL. */
sg_status SG_REAL(sg_rows_vjp)(const sg_call *c, const sg_slab *in, int n_in, const sg_slab *gout,
                               const sg_slab *gin, const real *p, sg_row_fn fn);
/* The vjp of steps: nothing to add. */
sg_status SG_REAL(sg_vjp_zero)(const sg_call *c, const sg_slab *gout, const sg_slab *gin);
/* A scalar zero: what a constant input of a sum is in a DELTA call. */
sg_slab SG_REAL(sg_slab_zero)(void);
/* In a DELTA call constant inputs of a linear node count as zero: slab k, or zero. */
static inline sg_slab sg_term(const sg_call *c, int k)
{
  bool drop = (c->flags & SG_CALL_DELTA) && sg_node_is_const(c->node, k);
  return drop ? SG_REAL(sg_slab_zero)() : c->in[k];
}

/* ---- 3. Unary ops ---------------------------------------------------------------------------- */

/* y = f(x; p). */
static inline void sg_row_map(const sg_row *r, real (*f)(real x, const real *p))
{
  const real *x = r->x[0];
  real *y = r->y, p[SG_PARAMS] = {0};
  for (int j = 0; r->p && j < SG_PARAMS; j++) p[j] = r->p[j];
  if (r->s[0] == 1)
    for (int64_t i = 0; i < r->n; i++) y[i] = f(x[i], p);
  else
    for (int64_t i = 0; i < r->n; i++) y[i] = f(x[i * r->s[0]], p);
}

/* gx += g f'(x), f' given x and y. */
static inline void sg_row_map_vjp(const sg_row *r, real (*df)(real x, real y, const real *p))
{
  const real *x = r->x[0], *y = r->y, *g = r->g;
  real *restrict gx = r->gx[0], p[SG_PARAMS] = {0};
  int64_t s = r->s[0], n = gx ? r->n : 0;
  for (int j = 0; r->p && j < SG_PARAMS; j++) p[j] = r->p[j];
  if (s == 1)
    for (int64_t i = 0; i < n; i++) gx[i] += g[i] * df(x[i], y[i], p);
  else
    for (int64_t i = 0; i < n; i++) gx[i * s] += g[i] * df(x[i * s], y[i], p);
}

/* forward and vjp of an op from its static functions `value` and `slope`; conf is the numbers p. */
#define SG_UNARY_CALLS(value, slope) \
  static void value_row(const sg_row *r) { sg_row_map(r, value); } \
  static void slope_row(const sg_row *r) { sg_row_map_vjp(r, slope); } \
  static sg_status forward(const sg_call *c) \
  { \
    return SG_REAL(sg_rows_forward)(c, c->in, 1, c->out, c->node->conf, value_row); \
  } \
  static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin) \
  { \
    return SG_REAL(sg_rows_vjp)(c, c->in, 1, gout, gin, c->node->conf, slope_row); \
  }

/* The entries all unary ops share. */
#define SG_UNARY_ENTRIES \
  .min_in = 1, .max_in = 1, .min_out = 1, .max_out = 1, .since = 7, \
  .infer = sg_infer_same, .forward = forward, .vjp = vjp, \
  .reach = sg_reach_same, .need = sg_need_same

/* ---- 4. Binary ops --------------------------------------------------------------------------- */

/* y = f(a, b). */
static inline void sg_row_pair(const sg_row *r, real (*f)(real a, real b))
{
  const real *a = r->x[0], *b = r->x[1];
  int64_t sa = r->s[0], sb = r->s[1];
  real *y = r->y;
  if (sa == 1 && sb == 1) {
    for (int64_t i = 0; i < r->n; i++) y[i] = f(a[i], b[i]);
  } else if (sa == 1 && sb == 0) {
    real one = r->n ? *b : 0;
    for (int64_t i = 0; i < r->n; i++) y[i] = f(a[i], one);
  } else {
    for (int64_t i = 0; i < r->n; i++) y[i] = f(a[i * sa], b[i * sb]);
  }
}

typedef real (*sg_partial)(real a, real b, real y);

/* ga += g da(a, b, y); gb likewise. */
static inline void sg_row_pair_vjp(const sg_row *r, sg_partial da, sg_partial db)
{
  const real *a = r->x[0], *b = r->x[1], *y = r->y, *g = r->g;
  int64_t sa = r->s[0], sb = r->s[1];
  real *ga = r->gx[0], *gb = r->gx[1];
  for (int64_t i = 0; ga && i < r->n; i++) ga[i * sa] += g[i] * da(a[i * sa], b[i * sb], y[i]);
  for (int64_t i = 0; gb && i < r->n; i++) gb[i * sb] += g[i] * db(a[i * sa], b[i * sb], y[i]);
}

/* Rows and calls of a binary op from its static functions. */
#define SG_BINARY_CALLS(value, slope_a, slope_b) \
  static void value_row(const sg_row *r) { sg_row_pair(r, value); } \
  static void slope_row(const sg_row *r) { sg_row_pair_vjp(r, slope_a, slope_b); } \
  static sg_status forward(const sg_call *c) \
  { \
    return SG_REAL(sg_rows_forward)(c, c->in, 2, c->out, NULL, value_row); \
  } \
  static sg_status vjp(const sg_call *c, const sg_slab *gout, const sg_slab *gin) \
  { \
    return SG_REAL(sg_rows_vjp)(c, c->in, 2, gout, gin, NULL, slope_row); \
  }

/* Forward of a comparison or a logical op: y is 0 or 1, and no gradient passes. */
#define SG_GATE_CALLS(value) \
  static void value_row(const sg_row *r) { sg_row_pair(r, value); } \
  static sg_status forward(const sg_call *c) \
  { \
    return SG_REAL(sg_rows_forward)(c, c->in, 2, c->out, NULL, value_row); \
  }

/* The entries that ops with broadcast inputs share. */
#define SG_BROADCAST_ENTRIES \
  .min_out = 1, .max_out = 1, .since = 7, \
  .reach = SG_REAL(sg_broadcast_reach), .need = SG_REAL(sg_broadcast_need)

/* ---- 5. Shared entries ----------------------------------------------------------------------- */

/* Family ELEMENTWISE, no attributes. */
sg_status SG_REAL(sg_configure_elementwise)(sg_node *node, sg_err *err);
/* Family LINEAR, no attributes. */
sg_status SG_REAL(sg_configure_linear)(sg_node *node, sg_err *err);
/* Family GATE, no attributes. */
sg_status SG_REAL(sg_configure_gate)(sg_node *node, sg_err *err);
/* LINEAR with at most one activation, else PRODUCT. */
sg_status SG_REAL(sg_configure_product)(sg_node *node, sg_err *err);
/* Family ELEMENTWISE; conf becomes the numbers of the float attributes `names` (n <= SG_PARAMS). */
sg_status SG_REAL(sg_configure_params)(sg_node *node, int n, const char *const *names,
                                       const double *defaults, sg_err *err);
/* Broadcast of all inputs. A node of family ELEMENTWISE whose only activation is widened becomes a
 * PRODUCT: element i of the output is no longer a function of element i of the input. */
sg_status SG_REAL(sg_infer_broadcast_all)(sg_node *node, sg_err *err);
/* The same with a boolean result. */
sg_status SG_REAL(sg_infer_gate)(sg_node *node, sg_err *err);
/* Positions stay in place; an input of length 1 along the axis reaches all of it. */
bool SG_REAL(sg_broadcast_reach)(const sg_node *node, int k, const sg_interval *in, int o,
                                 sg_interval *out);
bool SG_REAL(sg_broadcast_need)(const sg_node *node, int o, const sg_interval *out, int k,
                                sg_interval *in);

/* ---- 6. Samples ------------------------------------------------------------------------------ */

/* A batched shape of 2 to 4 axes, 1 to 6 long. */
sg_shape SG_REAL(sg_sample_shape)(sg_rng *rng);
/* A constant that broadcasts to `full`: leading axes left out, others of length 1 at random. */
sg_shape SG_REAL(sg_sample_constant)(sg_rng *rng, const sg_shape *full);
/* One batched input of any shape. */
void SG_REAL(sg_sample_unary)(sg_sample *s);
/* n inputs that broadcast to a common shape: activations, constants, axes of length 1. */
void SG_REAL(sg_sample_broadcast)(sg_sample *s, int n);
/* Two of them. */
void SG_REAL(sg_sample_binary)(sg_sample *s);
/* Input k becomes an int64 constant of n values. */
void SG_REAL(sg_sample_ints)(sg_sample *s, int k, int64_t n, const int64_t *values);

#endif
