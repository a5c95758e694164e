/* tests/conformance/sampled.h: one random node, in both precisions, and its evaluation. */
#ifndef SAMPLED_H
#define SAMPLED_H

#include "model/fold.h"
#include "model/op.h"

#define MAX_ARGS 8
#define MAX_ITEMS 7

enum { F32 = 0, F64 = 1 };

/* A window of one argument: the axis, the common width, where each item begins. axis 0: whole. */
typedef struct window { int axis; int64_t width, start[MAX_ITEMS]; } window;

typedef struct sampled {
  sg_arena *mem, *tmp;
  sg_rng rng;
  sg_sample spec;
  sg_node_def def;
  sg_node *node[2];              /* [F32], [F64] */
  const void *kernels[2];
  int n;                         /* items in x */
  int n_in, n_out;
  double *x[MAX_ARGS];           /* activations [n][item] in memory order; constants row-major;
                                  * float values */
} sampled;

/* Draws a node of `op`; false with `why` when its sample is invalid (that is a failure of the op).
 * The pair of registries' ops has the same index. Free with sampled_free, also after a failure. */
bool sampled_init(sampled *s, const sg_op *f32, const sg_op *f64, uint64_t seed, char why[256]);
void sampled_free(sampled *s);

bool is_activation(const sampled *s, int k);
bool is_float_const(const sampled *s, int k);
int64_t in_count(const sampled *s, int k);           /* numbers in x[k] */
int64_t out_count(const sampled *s, int o, int n);   /* numbers in output o for n items */
/* Shape of argument k or output o for n items, of the window where there is one. */
sg_shape arg_shape(const sampled *s, int k, int n, const window *w);
sg_shape out_shape(const sampled *s, int o, int n, const window *w);

/* A call on data given as double, run in precision p. x[k]: like sampled.x, or the window's data.
 * win, out_win: NULL or one for each argument / output. y[o] is allocated in s->tmp, [n][window] in
 * memory order. */
typedef struct evaluation {
  int p, n;
  unsigned flags;
  bool prepared;
  const double *const *x;
  const window *win, *out_win;
  double *y[MAX_ARGS];
} evaluation;

sg_status evaluate(sampled *s, evaluation *e);
/* gx[k] += vjp for every non-NULL gx[k] (double arrays like x), gy[o] given; whole tensors. */
sg_status differentiate(sampled *s, evaluation *e, double *const *gy, double *const *gx);

/* Cuts a window out of whole data of shape `full` (n items). */
double *cut(sampled *s, const sg_shape *full, const double *x, int n, const window *w);
void *scratch(sampled *s, int64_t count, size_t size);
double normal(sampled *s);

#endif
