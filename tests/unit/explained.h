/* tests/unit/explained.h: networks built by hand and explained, for the tests of attribution. */
#ifndef TESTS_UNIT_EXPLAINED_H
#define TESTS_UNIT_EXPLAINED_H

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "model/model.h"
#include "seqgloss/attribute.h"

#define L 16
#define CELLS (4 * L)

typedef struct net { sg_model *m; sg_rng rng; int at; } net;

static inline int constant(net *t, int nd, const int64_t *d, const double *v)
{
  sg_tensor *w = sg_tensor_new(t->m->graph->mem, SG_F32, nd, d);
  for (int64_t i = 0; i < sg_shape_count(&w->shape); i++)
    sg_tensor_set(w, i, v ? v[i] : 0.5 * sg_rng_normal(&t->rng));
  return sg_graph_add_const(t->m->graph, "w", w);
}
#define DIMS(...) sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), (int64_t[]){__VA_ARGS__}
#define WEIGHT(t, ...) constant(t, DIMS(__VA_ARGS__), NULL)

static inline int apply(net *t, const char *op, int n_in, const int *in)
{
  char name[40];
  snprintf(name, sizeof name, "%s_%d", op, t->m->graph->n_node);
  t->at = sg_graph_add_op(t->m->graph, op, name, n_in, in, NULL);
  ck_assert_int_ge(t->at, 0);
  return t->at;
}

static inline int unary(net *t, const char *op, int x) { return apply(t, op, 1, (int[]){x}); }
static inline int pair(net *t, const char *op, int a, int b)
{
  return apply(t, op, 2, (int[]){a, b});
}

static inline int start(net *t, int64_t length)
{
  const int64_t d[3] = {SG_DIM_BATCH, 4, length};
  memset(t, 0, sizeof *t);
  sg_rng_seed(&t->rng, 3);
  t->m = calloc(1, sizeof *t->m);
  ck_assert_int_eq(sg_graph_new(&t->m->graph, NULL), SG_OK);
  memcpy(t->m->alphabet, "ACGT", 5);
  return t->at = sg_graph_add_input(t->m->graph, "x", 3, d);
}

static inline void finish(net *t)
{
  sg_graph_add_output(t->m->graph, "y", t->at, false);
  ck_assert_int_eq(sg_model_find_dna(t->m, NULL, NULL, NULL), SG_OK);
}

static inline void discard(net *t)
{
  sg_graph_free(t->m->graph);
  free(t->m);
}

/* conv of `filters`, 5 wide, then pooled by `pool` where that is named. */
static inline int conv(net *t, int x, int64_t filters)
{
  return apply(t, "Conv", 3, (int[]){x, WEIGHT(t, filters, 4, 5), WEIGHT(t, filters)});
}

static inline int dense(net *t, int x, int64_t in, int64_t out)
{
  return apply(t, "Gemm", 3, (int[]){x, WEIGHT(t, in, out), WEIGHT(t, out)});
}

/* Where the extreme of a line stands, as a number. */
static inline void argument(net *t, const char *op, int a, int64_t axis, int64_t keep,
                            bool last)
{
  sg_node_def *d = NULL;
  t->at = sg_graph_add_op(t->m->graph, op, op, 1, &a, &d);
  sg_attr_set_int(&d->attrs, "axis", axis);
  sg_attr_set_int(&d->attrs, "keepdims", keep);
  if (last) sg_attr_set_int(&d->attrs, "select_last_index", 1);
  sg_node_def *c = NULL;
  t->at = sg_graph_add_op(t->m->graph, "Cast", "number", 1, &t->at, &c);
  sg_attr_set_int(&c->attrs, "to", 1);
}

typedef struct scores { float hyp[CELLS], con[CELLS]; double value, reference, residual; } scores;

typedef struct setting {
  sg_explain_opts o;
  sg_explain_target target;
  bool no_simplify, reverse;
  int64_t length;
  const uint8_t *refs;
  int n_refs;
  const float *arrays;
  const float *data;            /* the sequence as [4][L], in place of codes */
  const sg_registry *ops;       /* NULL: sg_ops() */
} setting;

static inline setting usual(void)
{
  return (setting){.o = sg_explain_opts_default(), .length = L};
}

static inline sg_status try(const net *t, const char *method, setting z, const uint8_t *x,
                            scores *r, sg_err *err)
{
  sg_plan_opts po = sg_plan_opts_default();
  sg_plan *plan = NULL;
  sg_explain_plan *ep = NULL;
  sg_explain *s = NULL;
  sg_input in = {.codes = z.data ? NULL : x, .data = z.data};
  sg_explain_item item = {.inputs = &in, .n_references = z.n_refs, .reference_codes = z.refs,
                          .references = z.arrays, .reverse = z.reverse};
  sg_explain_score score = {.hypothetical = r->hyp, .contribution = r->con};
  po.backward = po.float64 = true;
  po.no_simplify = z.no_simplify;
  po.length = z.length;
  z.o.targets = &z.target;
  z.o.n_targets = 1;
  sg_status status = sg_plan_new(t->m, z.ops ? z.ops : sg_ops(), &po, &plan, err);
  if (!status) status = sg_explain_plan_new(plan, method, &z.o, &ep, err);
  if (!status) status = sg_explain_new(ep, &s, err);
  if (!status) status = sg_explain_run(s, &item, &score, err);
  r->value = score.value;
  r->reference = score.reference;
  r->residual = score.residual;
  sg_explain_free(s);
  sg_explain_plan_free(ep);
  sg_plan_free(plan);
  return status;
}

static inline scores run(const net *t, const char *method, setting z, const uint8_t *x)
{
  scores r = {.value = 0};
  sg_err err = {0};
  ck_assert_msg(!try(t, method, z, x, &r, &err), "%s: %s", method, err.text);
  return r;
}

static inline void random_codes(uint64_t seed, int64_t n, uint8_t *codes)
{
  sg_rng rng;
  sg_rng_seed(&rng, seed);
  for (int64_t i = 0; i < n; i++) codes[i] = (uint8_t) sg_rng_below(&rng, 4);
}

static inline void near(const float *a, const float *b, int n, double tolerance)
{
  for (int i = 0; i < n; i++)
    if (!(fabs((double) a[i] - (double) b[i]) <= tolerance))
      ck_abort_msg("element %d: %.9g and %.9g", i, (double) a[i], (double) b[i]);
}

static inline double sum(const float *a, int n)
{
  double s = 0;
  for (int i = 0; i < n; i++) s += (double) a[i];
  return s;
}

#endif
