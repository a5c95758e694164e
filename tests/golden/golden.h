/* golden/golden.h: what the tests against stored numbers share: TAP, text tensors, one evaluation.
 *
 * Text tensors (data of the golden folders): blocks of
 *     tensor <name> <dtype> <ndim> <d0> <d1> ...
 * and the values in C order, white space between them; '#' starts a comment line.
 */
#ifndef GOLDEN_GOLDEN_H
#define GOLDEN_GOLDEN_H

#include <stdbool.h>
#include <stdint.h>

#include "seqgloss/engine.h"

/* ---- TAP ---- */

/* One result line; `text` is formatted and follows the description. Returns `good`. */
bool golden_ok(bool good, const char *what, const char *fmt, ...) SG_PRINTF(3, 4);
void golden_skip(const char *what, const char *why);
/* The plan line; returns the exit status of the test. */
int golden_end(void);
/* Folder of shared data, or NULL (SEQGLOSS_SHARED, if it is there); of the source. */
const char *golden_shared(void);
const char *golden_source(void);
/* "dir/name" in a fresh string. */
char *golden_path(const char *dir, const char *name);
bool golden_exists(const char *path);

/* ---- tensors ---- */

typedef struct golden_tensor {
  char name[128];
  int nd;
  int64_t dims[8];
  int64_t n;             /* elements */
  double *v;             /* [n] */
} golden_tensor;

typedef struct golden_text { golden_tensor *t; int n; } golden_text;

/* Reads all blocks; false: the file is not there or not in the format. */
bool golden_read(const char *path, golden_text *text);
void golden_release(golden_text *text);
/* The tensor "kind:name", else the i-th whose name is "kind" or begins with "kind:"; NULL: none. */
const golden_tensor *golden_find(const golden_text *text, const char *kind, const char *name,
                                 int i);
/* max |got - want| / max(1, max |want|); NaN against a number is NaN, so that !(error <= tol)
 * fails. Equal infinities and NaN against NaN agree. */
double golden_error(const float *got, const double *want, int64_t n);

/* ---- one evaluation ---- */

typedef struct golden_net {
  sg_model *model;
  sg_plan *plan;
  sg_exec *exec;
  int n;                 /* items */
  bool refused;          /* load or plan said no: err says why */
  sg_err err;
} golden_net;

/* Loads and plans for `n` items of `length` (0: the model's own). False: refused or broken. */
bool golden_load(golden_net *net, const char *path, const sg_model_opts *opts, int64_t length,
                 int n);
void golden_unload(golden_net *net);
/* x[k]: input k as float, framework order. */
bool golden_forward(golden_net *net, const float *const *x);
/* Output (or its logit) in a fresh array; *ret_count elements for all items. NULL: net->err. */
float *golden_output(golden_net *net, int output, bool logit, int64_t *ret_count);
/* Elements of one item of input k, output o. */
int64_t golden_units_in(const golden_net *net, int k);
int64_t golden_units_out(const golden_net *net, int o);
float *golden_floats(const golden_tensor *t);
/* True when the text is one clear line. */
bool golden_clear(const sg_err *err);

#endif
