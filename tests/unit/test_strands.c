/* tests/unit/test_strands.c: attribution of the greater of both strands' predictions: against the
 * strands one by one, and by what the scores must sum to.
 */
#include "unit/explained.h"

#define REFS 5

/* Not the same for both strands. */
static void curved_net(net *t, uint64_t seed)
{
  int x = start(t, L);
  sg_rng_seed(&t->rng, seed);
  int y = unary(t, "GlobalMaxPool", unary(t, "Relu", conv(t, x, 5)));
  dense(t, unary(t, "Sigmoid", dense(t, unary(t, "Flatten", y), 5, 4)), 4, 2);
  finish(t);
}

static void turn(const uint8_t *x, int n, uint8_t *to)
{
  for (int j = 0; j < n; j++)
    for (int l = 0; l < L; l++) to[j * L + l] = (uint8_t) (3 - x[j * L + L - 1 - l]);
}

/* The other strand alone, its scores on this one. */
static scores run_other(const net *t, const char *method, setting z, const uint8_t *x)
{
  uint8_t other[L], refs[REFS * L];
  turn(x, 1, other);
  turn(z.refs, REFS, refs);
  z.refs = refs;
  z.reverse = true;
  z.o.rc = SG_EXPLAIN_RC_NONE;
  return run(t, method, z, other);
}

static setting greater(uint64_t seed, uint8_t *x, uint8_t *refs)
{
  setting z = usual();
  random_codes(seed, L, x);
  random_codes(seed + 100, REFS * L, refs);
  z.refs = refs;
  z.n_refs = REFS;
  z.o.rc = SG_EXPLAIN_RC_MAX;
  z.o.steps = 300;
  z.target.unit = (int64_t) (seed % 2);
  return z;
}

START_TEST(gradients_of_the_winner)
{
  static const char *const methods[] = {"gradient", "grad-x-input", "sensitivity"};
  net t;
  uint8_t x[L], refs[REFS * L];
  setting z = greater((uint64_t) _i + 1, x, refs), one = z;
  one.o.rc = SG_EXPLAIN_RC_NONE;
  curved_net(&t, (uint64_t) _i + 1);
  for (int m = 0; m < 3; m++) {
    scores a = run(&t, methods[m], one, x), b = run_other(&t, methods[m], z, x);
    scores r = run(&t, methods[m], z, x);
    ck_assert_double_gt(fabs(a.value - b.value), 1e-6);
    near(r.con, a.value > b.value ? a.con : b.con, CELLS, 1e-7);
    near(r.hyp, a.value > b.value ? a.hyp : b.hyp, CELLS, 1e-7);
    ck_assert_double_le(fabs(r.value - (a.value > b.value ? a.value : b.value)), 1e-9);
  }
  discard(&t);
}
END_TEST

/* Contributions sum to max f(x) - mean of max f(r); the same from either strand. */
START_TEST(differences_add_up)
{
  static const char *const methods[] = {"deeplift", "intgrad"};
  net t;
  uint8_t x[L], refs[REFS * L], other[L], turned[REFS * L];
  setting z = greater((uint64_t) _i + 1, x, refs), one = z;
  double want = 0;
  one.o.rc = SG_EXPLAIN_RC_NONE;
  curved_net(&t, (uint64_t) _i + 1);
  for (int j = 0; j < REFS; j++) {
    double a = run(&t, "gradient", one, refs + j * L).value;
    double b = run_other(&t, "gradient", z, refs + j * L).value;
    want += (a > b ? a : b) / REFS;
  }
  turn(x, 1, other);
  turn(refs, REFS, turned);
  for (int m = 0; m < 2; m++) {
    double tolerance = m ? 0.02 : 1e-5;
    scores r = run(&t, methods[m], z, x), mirror;
    ck_assert_double_le(fabs(r.reference - want), 1e-9);
    ck_assert_double_le(fabs(sum(r.con, CELLS) - (r.value - r.reference)), tolerance);
    ck_assert_double_le(r.residual, tolerance);
    setting back = z;
    back.refs = turned;
    back.reverse = true;
    mirror = run(&t, methods[m], back, other);
    near(mirror.con, r.con, CELLS, 1e-6);
    near(mirror.hyp, r.hyp, CELLS, 1e-6);
    ck_assert_double_le(fabs(mirror.value - r.value), 1e-9);
  }
  discard(&t);
}
END_TEST

/* A strand whose prediction is no number: then the greater of both is none either, whichever strand
 * it is. */
START_TEST(no_number)
{
  net t;
  uint8_t x[L], refs[REFS * L];
  int lost[2] = {0, 0};
  int in = start(&t, L);
  sg_rng_seed(&t.rng, 7);
  int y = unary(&t, "Flatten", unary(&t, "GlobalAveragePool", conv(&t, in, 5)));
  unary(&t, "Sqrt", dense(&t, y, 5, 2));
  finish(&t);
  for (uint64_t seed = 1; seed <= 40; seed++) {
    setting z = greater(seed, x, refs), one = z;
    one.o.rc = SG_EXPLAIN_RC_NONE;
    double a = run(&t, "gradient", one, x).value, b = run_other(&t, "gradient", z, x).value;
    double both = run(&t, "gradient", z, x).value;
    if (isnan(a) != isnan(b)) lost[isnan(a)]++;
    if (isnan(a) || isnan(b)) ck_assert(isnan(both));
    else ck_assert_double_le(fabs(both - (a > b ? a : b)), 1e-9);
  }
  ck_assert(lost[0] > 0 && lost[1] > 0);
  discard(&t);
}
END_TEST

/* A palindrome: both strands are equal, and each counts half. */
START_TEST(palindrome)
{
  net t;
  uint8_t x[L], refs[REFS * L];
  setting z = greater(3, x, refs), mean;
  for (int l = 0; l < L / 2; l++) x[L - 1 - l] = (uint8_t) (3 - x[l]);
  mean = z;
  mean.o.rc = SG_EXPLAIN_RC_MEAN;
  curved_net(&t, 3);
  near(run(&t, "gradient", z, x).con, run(&t, "gradient", mean, x).con, CELLS, 1e-7);
  scores r = run(&t, "deeplift", z, x);
  ck_assert_double_le(fabs(sum(r.con, CELLS) - (r.value - r.reference)), 1e-5);
  for (int j = 0; j < REFS; j++) memcpy(refs + j * L, x, L);
  r = run(&t, "deeplift", z, x);
  for (int i = 0; i < CELLS; i++) ck_assert_double_eq((double) r.con[i], 0);
  discard(&t);
}
END_TEST

/* Mutagenesis sees the maximum of every changed sequence. */
START_TEST(mutagenesis)
{
  net t;
  uint8_t x[L], y[L], refs[REFS * L];
  setting z = greater((uint64_t) _i + 1, x, refs);
  curved_net(&t, (uint64_t) _i + 1);
  scores r = run(&t, "ism", z, x);
  ck_assert_double_le(fabs(r.value - run(&t, "gradient", z, x).value), 1e-9);
  memcpy(y, x, L);
  for (int l = 0; l < L; l++) {
    double f[4], mean = 0;
    for (int b = 0; b < 4; b++) {
      y[l] = (uint8_t) b;
      f[b] = run(&t, "gradient", z, y).value;
      mean += f[b] / 4;
    }
    y[l] = x[l];
    for (int b = 0; b < 4; b++)
      ck_assert_double_le(fabs((double) r.hyp[b * L + l] - (f[b] - mean)), 1e-6);
  }
  discard(&t);
}
END_TEST

START_TEST(refused)
{
  net t;
  uint8_t x[L], refs[REFS * L];
  setting z = greater(1, x, refs);
  scores r;
  sg_err err = {0};
  curved_net(&t, 1);
  z.target.reduce = SG_REDUCE_SUM;
  ck_assert_int_eq(try(&t, "gradient", z, x, &r, &err), SG_EUNSUPPORTED);
  ck_assert(strstr(err.text, "single units"));
  ck_assert_int_eq(try(&t, "ism", z, x, &r, &err), SG_EUNSUPPORTED);
  discard(&t);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("strands");
  TCase *c = tcase_create("strands");
  tcase_set_timeout(c, 30);
  tcase_add_loop_test(c, gradients_of_the_winner, 0, 4);
  tcase_add_test(c, no_number);
  tcase_add_loop_test(c, differences_add_up, 0, 6);
  tcase_add_test(c, palindrome);
  tcase_add_loop_test(c, mutagenesis, 0, 3);
  tcase_add_test(c, refused);
  suite_add_tcase(s, c);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
