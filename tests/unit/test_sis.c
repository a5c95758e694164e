/* tests/unit/test_sis.c: sufficient input subsets of networks whose walks can be done by hand.
 *
 * The toy adds one weight for every A, by position: z = bias + sum of w[p] over the positions that
 * hold an A. With whole numbers for weights nothing is rounded, and masking p with zeros takes w[p]
 * away: positions go in rising order of their weights.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/plan.h"
#include "seqgloss/sis.h"

#define L 8

static const float W[L] = {4, -1, 2, 2, 0, 0, 8, 1};
/* How many units, which last layer, sign of the weights, bias of unit 0. */
typedef struct toy { int units; const char *last; float sign, bias; } toy;

typedef struct net {
  sg_model *m;
  sg_plan *plan;
  sg_sis_plan *sp;
  sg_sis *sis;
} net;

static int constant(sg_model *m, int nd, const int64_t *d, const float *v)
{
  sg_tensor *t = sg_tensor_new(m->graph->mem, SG_F32, nd, d);
  for (int64_t i = 0; i < sg_shape_count(&t->shape); i++) sg_tensor_set(t, i, v[i]);
  return sg_graph_add_const(m->graph, "c", t);
}

/* flatten, dense, last layer; units but the first are 0 */
static sg_model *build(const toy *k)
{
  const int64_t in[3] = {SG_DIM_BATCH, 4, L}, shape[2] = {4 * L, k->units}, n[1] = {k->units};
  float w[4 * L * 3] = {0}, b[3] = {k->bias};
  sg_model *m = calloc(1, sizeof *m);
  sg_node_def *d;
  ck_assert_int_eq(sg_graph_new(&m->graph, NULL), SG_OK);
  memcpy(m->alphabet, "ACGT", 5);
  for (int p = 0; p < L; p++) w[p * k->units] = k->sign * W[p];
  int x = sg_graph_add_input(m->graph, "x", 3, in);
  x = sg_graph_add_op(m->graph, "Flatten", "flat", 1, (int[]){x}, &d);
  x = sg_graph_add_op(m->graph, "Gemm", "dense", 3,
                      (int[]){x, constant(m, 2, shape, w), constant(m, 1, n, b)}, &d);
  if (k->last) x = sg_graph_add_op(m->graph, k->last, "last", 1, &x, &d);
  sg_graph_add_output(m->graph, "y", x, false);
  ck_assert_int_eq(sg_model_find_dna(m, NULL, NULL, NULL), SG_OK);
  return m;
}

static void make(net *t, const toy *k, const sg_sis_opts *o)
{
  sg_plan_opts po = sg_plan_opts_default();
  sg_err err = {0};
  t->m = build(k);
  ck_assert_msg(!sg_plan_new(t->m, sg_ops(), &po, &t->plan, &err), "%s", err.text);
  ck_assert_msg(!sg_sis_plan_new(t->plan, o, &t->sp, &err), "%s", err.text);
  ck_assert_msg(!sg_sis_new(t->sp, &t->sis, &err), "%s", err.text);
}

static void drop(net *t)
{
  sg_sis_free(t->sis);
  sg_sis_plan_free(t->sp);
  sg_plan_free(t->plan);
  sg_model_free(t->m);
}

static sg_sis_opts zero_mask(void)
{
  sg_sis_opts o = sg_sis_opts_default();
  o.mask = SG_SIS_ZERO;
  o.check_minimal = true;
  return o;
}

static double sigmoid(double z) { return 1 / (1 + exp(-z)); }

static void start(net *t, const char *text)
{
  uint8_t codes[L];
  sg_err err = {0};
  for (int i = 0; i < L; i++) {
    const char *at = strchr("ACGT", text[i]);
    codes[i] = at ? (uint8_t) (at - "ACGT") : SG_CODE_N_ZERO;
  }
  ck_assert_msg(!sg_sis_start(t->sis, codes, &err), "%s", err.text);
}

static void order_is(net *t, int64_t n, const int64_t *order)
{
  sg_sis_walk w;
  ck_assert_int_eq(sg_sis_walk_all(t->sis, 0, &w, NULL), SG_OK);
  ck_assert_int_eq(w.n, n);
  for (int64_t i = 0; i < n; i++) ck_assert_int_eq(w.order[i], order[i]);
}

/* Subsets as text: "6 / 0 / 3 2". */
static void subsets_are(net *t, double tau, const char *want)
{
  sg_sis_collection c;
  sg_err err = {0};
  char got[200] = "";
  int n = 0;
  ck_assert_msg(!sg_sis_collect(t->sis, 0, tau, &c, &err), "%s", err.text);
  for (int64_t i = 0; i < c.n; i++) {
    for (int64_t j = 0; j < c.subset[i].size; j++)
      n += snprintf(got + n, sizeof got - (size_t) n, "%s%d", n ? j ? " " : " / " : "",
                    (int) c.subset[i].positions[j]);
    ck_assert_int_eq(c.subset[i].extended, 0);
    ck_assert_int_eq(c.subset[i].droppable, 0);
    ck_assert(c.subset[i].margin >= 0);
  }
  ck_assert_str_eq(got, want);
}

static const toy dense = {1, NULL, 1, -2}, logistic = {1, "Sigmoid", 1, -2};
static const toy two = {2, "Softmax", 1, -2}, three = {3, "Softmax", 1, -2};

START_TEST(walk_by_hand)
{
  net t;
  sg_sis_opts o = zero_mask();
  sg_sis_walk w;
  const int64_t order[L] = {1, 4, 5, 7, 2, 3, 0, 6};           /* ties: 4 before 5, 2 before 3 */
  const double value[L] = {15, 15, 15, 14, 12, 10, 6, -2};
  const double lead[L] = {1, 0, 1, 1, 0, 2, 4, INFINITY};
  make(&t, &logistic, &o);
  ck_assert_int_eq(sg_sis_plan_scale(t.sp), SG_SIS_SCALE_SIGMOID);
  start(&t, "AAAAAAAA");
  ck_assert_int_eq(sg_sis_walk_all(t.sis, 0, &w, NULL), SG_OK);
  ck_assert_int_eq(w.n, L);
  for (int i = 0; i < L; i++) {
    ck_assert_int_eq(w.order[i], order[i]);
    ck_assert(w.value[i] == value[i]);
    ck_assert(w.lead[i] == lead[i]);
  }
  drop(&t);
}
END_TEST

START_TEST(collection_by_hand)
{
  net t;
  sg_sis_opts o = zero_mask();
  sg_sis_collection c;
  make(&t, &logistic, &o);
  start(&t, "AAAAAAAA");
  subsets_are(&t, sigmoid(0.5), "6 / 0 / 3 2");
  subsets_are(&t, sigmoid(5), "6 / 0 3 2");
  subsets_are(&t, sigmoid(7), "6 0");
  subsets_are(&t, sigmoid(13.5), "6 0 3 2");
  ck_assert_int_eq(sg_sis_collect(t.sis, 0, sigmoid(0.5), &c, NULL), SG_OK);
  ck_assert_int_eq(c.state, SG_SIS_FOUND);
  ck_assert(fabs(c.f_all - sigmoid(14)) < 1e-7 && fabs(c.f_empty - sigmoid(-2)) < 1e-7);
  ck_assert(fabs(c.subset[0].f - sigmoid(6)) < 1e-7);
  ck_assert(fabs(c.subset[0].f_rest - sigmoid(6)) < 1e-7);
  ck_assert(fabs(c.subset[2].f - sigmoid(2)) < 1e-7);
  ck_assert(fabs(c.subset[2].f_rest - sigmoid(-2)) < 1e-7);
  ck_assert(fabs(c.subset[0].margin - (sigmoid(6) - sigmoid(0.5))) < 1e-15);
  ck_assert(c.subset[0].least_lead == 1);
  drop(&t);
}
END_TEST

START_TEST(nothing_to_explain)
{
  net t;
  sg_sis_opts o = zero_mask();
  sg_sis_collection c;
  make(&t, &logistic, &o);
  start(&t, "AAAAAAAA");
  ck_assert_int_eq(sg_sis_collect(t.sis, 0, sigmoid(14.5), &c, NULL), SG_OK);
  ck_assert(c.state == SG_SIS_FAILS && c.n == 0);
  ck_assert_int_eq(sg_sis_collect(t.sis, 0, sigmoid(-3), &c, NULL), SG_OK);
  ck_assert(c.state == SG_SIS_EMPTY_PASSES && c.n == 0);
  start(&t, "NNNNNNNN");
  ck_assert_int_eq(sg_sis_collect(t.sis, 0, sigmoid(0), &c, NULL), SG_OK);
  ck_assert_int_eq(c.state, SG_SIS_FAILS);
  drop(&t);
}
END_TEST

START_TEST(unknown_bases_stay_masked)
{
  net t;
  sg_sis_opts o = zero_mask();
  const int64_t order[5] = {4, 7, 2, 3, 0};
  make(&t, &logistic, &o);
  start(&t, "ANAAANNA");
  order_is(&t, 5, order);
  ck_assert(fabs(sg_sis_all(t.sis)[0] - sigmoid(7)) < 1e-7);
  subsets_are(&t, sigmoid(0.5), "0 / 3 2");
  start(&t, "AAAAAAAA");                       /* nothing is left of the sequence before */
  subsets_are(&t, sigmoid(0.5), "6 / 0 / 3 2");
  drop(&t);
}
END_TEST

START_TEST(other_masks)
{
  net t;
  sg_sis_opts o = sg_sis_opts_default();
  const int64_t rising[L] = {0, 1, 2, 3, 4, 5, 6, 7};
  sg_sis_walk w;
  make(&t, &logistic, &o);                     /* a quarter of each weight is left */
  ck_assert(fabs(sg_sis_empty(t.sis)[0] - sigmoid(2)) < 1e-7);
  start(&t, "AAAAAAAA");
  ck_assert_int_eq(sg_sis_walk_all(t.sis, 0, &w, NULL), SG_OK);
  ck_assert(w.value[0] == 14.75 && w.value[L - 1] == 2);
  drop(&t);
  o.mask = SG_SIS_COLUMN;
  o.column[0] = 1;
  make(&t, &logistic, &o);                     /* a masked position looks like an A */
  start(&t, "AAAAAAAA");
  order_is(&t, L, rising);
  drop(&t);
}
END_TEST

START_TEST(other_heads)
{
  net t;
  sg_sis_opts o = zero_mask();
  make(&t, &dense, &o);
  ck_assert_int_eq(sg_sis_plan_scale(t.sp), SG_SIS_SCALE_OUTPUT);
  start(&t, "AAAAAAAA");
  subsets_are(&t, 0.5, "6 / 0 / 3 2");
  drop(&t);
  make(&t, &two, &o);                          /* z0 - z1 is the z of the sigmoid */
  ck_assert_int_eq(sg_sis_plan_scale(t.sp), SG_SIS_SCALE_SOFTMAX);
  start(&t, "AAAAAAAA");
  subsets_are(&t, sigmoid(0.5), "6 / 0 / 3 2");
  drop(&t);
  make(&t, &three, &o);                        /* two others: log 2 less */
  start(&t, "AAAAAAAA");
  subsets_are(&t, sigmoid(0.5 - log(2)), "6 / 0 / 3 2");
  subsets_are(&t, sigmoid(6.01 - log(2)), "6 0");
  subsets_are(&t, sigmoid(5.99 - log(2)), "6 / 0 3 2");
  drop(&t);
}
END_TEST

/* Probabilities of 1 - 1e-6 and above are few in single precision; here z is 14 at most. */
START_TEST(the_output_itself)
{
  net t;
  sg_sis_opts o = zero_mask();
  sg_sis_walk w;
  o.select = SG_SIS_OUTPUT;
  make(&t, &logistic, &o);
  ck_assert_int_eq(sg_sis_plan_scale(t.sp), SG_SIS_SCALE_OUTPUT);
  start(&t, "AAAAAAAA");
  subsets_are(&t, 0.6, "6 / 0 / 3 2");
  ck_assert_int_eq(sg_sis_walk_all(t.sis, 0, &w, NULL), SG_OK);
  for (int i = 0; i < L; i++) ck_assert(w.value[i] == (double) (float) w.value[i]);
  drop(&t);
}
END_TEST

START_TEST(below)
{
  net t;
  sg_sis_opts o = zero_mask();
  toy minus = {1, "Sigmoid", -1, 2};
  sg_sis_collection c;
  o.below = true;
  make(&t, &minus, &o);
  start(&t, "AAAAAAAA");
  subsets_are(&t, sigmoid(-0.5), "6 / 0 / 3 2");
  ck_assert_int_eq(sg_sis_collect(t.sis, 0, sigmoid(2.5), &c, NULL), SG_OK);
  ck_assert_int_eq(c.state, SG_SIS_EMPTY_PASSES);
  ck_assert_int_eq(sg_sis_collect(t.sis, 0, sigmoid(-14.5), &c, NULL), SG_OK);
  ck_assert_int_eq(c.state, SG_SIS_FAILS);
  drop(&t);
}
END_TEST

/* T on the forward strand is A on the other, at L - 1 - p; ties still go to the lowest p. */
START_TEST(both_strands)
{
  net t;
  sg_sis_opts o = zero_mask();
  const int64_t order[L] = {6, 2, 3, 0, 4, 5, 7, 1};
  o.rc = SG_RC_MAX;
  make(&t, &logistic, &o);
  ck_assert_int_eq(sg_sis_plan_scale(t.sp), SG_SIS_SCALE_SIGMOID);
  start(&t, "TTTTTTTT");
  order_is(&t, L, order);
  subsets_are(&t, sigmoid(0.5), "1 / 7 / 5 4");
  drop(&t);
  make(&t, &two, &o);
  ck_assert_int_eq(sg_sis_plan_scale(t.sp), SG_SIS_SCALE_OUTPUT);
  drop(&t);
  o.rc = SG_RC_MEAN;
  make(&t, &logistic, &o);
  ck_assert_int_eq(sg_sis_plan_scale(t.sp), SG_SIS_SCALE_OUTPUT);
  start(&t, "TTTTTTTT");
  ck_assert(fabs(sg_sis_all(t.sis)[0] - (sigmoid(14) + sigmoid(-2)) / 2) < 1e-6);
  drop(&t);
}
END_TEST

START_TEST(several_targets)
{
  net t;
  sg_sis_opts o = zero_mask();
  sg_sis_collection c;
  const int64_t units[2] = {1, 0};
  o.units = units;
  o.n_units = 2;
  o.max_subsets = 2;
  make(&t, &two, &o);
  ck_assert_int_eq(sg_sis_targets(t.sp), 2);
  start(&t, "AAAAAAAA");
  ck_assert_int_eq(sg_sis_collect(t.sis, 0, sigmoid(-1), &c, NULL), SG_OK);
  ck_assert_int_eq(c.state, SG_SIS_FAILS);
  ck_assert_int_eq(sg_sis_collect(t.sis, 1, sigmoid(0.5), &c, NULL), SG_OK);
  ck_assert(c.n == 2 && c.subset[0].positions[0] == 6 && c.subset[1].positions[0] == 0);
  ck_assert_int_eq(sg_sis_collect(t.sis, 2, sigmoid(0.5), &c, NULL), SG_EINVAL);
  drop(&t);
}
END_TEST

START_TEST(refusals)
{
  const double no[] = {0, 1, -0.5, 1.5, NAN, INFINITY};
  net t;
  sg_sis_opts o = zero_mask();
  sg_sis_collection c;
  sg_sis_plan *p;
  sg_sis_walk w;
  sg_err err;
  double d;
  make(&t, &logistic, &o);
  ck_assert_int_eq(sg_sis_walk_all(t.sis, 0, &w, &err), SG_EINVAL);       /* no start */
  ck_assert_int_eq(sg_sis_collect(t.sis, 0, 0.5, &c, &err), SG_EINVAL);
  start(&t, "AAAAAAAA");
  for (int i = 0; i < 6; i++)
    ck_assert_int_eq(sg_sis_collect(t.sis, 0, no[i], &c, &err), SG_EINVAL);
  o.units = (const int64_t[]){1};
  o.n_units = 1;
  ck_assert_int_eq(sg_sis_plan_new(t.plan, &o, &p, &err), SG_EINVAL);
  o = zero_mask();
  o.output = 1;
  ck_assert_int_eq(sg_sis_plan_new(t.plan, &o, &p, &err), SG_EINVAL);
  o = zero_mask();
  o.mask = SG_SIS_COLUMN;
  o.rc = SG_RC_MAX;
  o.column[0] = 0.3, o.column[3] = 0.2, o.column[1] = o.column[2] = 0.25;
  ck_assert_int_eq(sg_sis_plan_new(t.plan, &o, &p, &err), SG_EINVAL);
  drop(&t);
  o = zero_mask();
  make(&t, &dense, &o);
  ck_assert_int_eq(sg_sis_threshold(t.sp, 17, &d, &err), SG_OK);
  ck_assert_int_eq(sg_sis_threshold(t.sp, NAN, &d, &err), SG_EINVAL);
  drop(&t);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("sis");
  TCase *c = tcase_create("toy");
  tcase_add_test(c, walk_by_hand);
  tcase_add_test(c, collection_by_hand);
  tcase_add_test(c, nothing_to_explain);
  tcase_add_test(c, unknown_bases_stay_masked);
  tcase_add_test(c, other_masks);
  tcase_add_test(c, other_heads);
  tcase_add_test(c, the_output_itself);
  tcase_add_test(c, below);
  tcase_add_test(c, both_strands);
  tcase_add_test(c, several_targets);
  tcase_add_test(c, refusals);
  suite_add_tcase(s, c);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int bad = srunner_ntests_failed(r);
  srunner_free(r);
  return bad != 0;
}
