/* tests/unit/test_mutagenesis.c: mutagenesis as a method of attribution: against whole evaluation
 * of every changed sequence, for every kind of target.
 */
#include "unit/explained.h"

/* Two outputs a sequence, neither linear. */
static void curved_net(net *t)
{
  int x = start(t, L), y = conv(t, x, 5);
  y = unary(t, "GlobalMaxPool", unary(t, "Relu", y));
  dense(t, unary(t, "Sigmoid", dense(t, unary(t, "Flatten", y), 5, 4)), 4, 2);
  finish(t);
}

/* f of every sequence with one base changed, evaluated whole, less the mean of the four. */
static void by_hand(const net *t, setting z, const uint8_t *x, double *want)
{
  uint8_t y[L];
  memcpy(y, x, L);
  for (int l = 0; l < L; l++) {
    double mean = 0;
    for (int b = 0; b < 4; b++) {
      y[l] = (uint8_t) b;
      want[b * L + l] = run(t, "grad-x-input", z, y).value;
      mean += want[b * L + l] / 4;
    }
    for (int b = 0; b < 4; b++) want[b * L + l] -= mean;
    y[l] = x[l];
  }
}

START_TEST(mutagenesis)
{
  static const sg_reduce kinds[] = {SG_REDUCE_UNIT, SG_REDUCE_CENTERED, SG_REDUCE_SUM,
                                    SG_REDUCE_MEAN};
  net t;
  uint8_t x[L];
  double want[CELLS];
  setting z = usual();
  curved_net(&t);
  random_codes(1, L, x);
  x[3] = SG_CODE_N_ZERO;
  z.target.unit = 1;
  for (int k = 0; k < 8; k++) {
    z.target.reduce = kinds[k / 2];
    z.o.rc = k % 2 ? SG_EXPLAIN_RC_MEAN : SG_EXPLAIN_RC_NONE;
    scores r = run(&t, "ism", z, x);
    by_hand(&t, z, x, want);
    ck_assert_double_le(fabs(r.value - run(&t, "gradient", z, x).value), 1e-12);
    ck_assert(isnan(r.residual) && isnan(r.reference));
    for (int i = 0; i < CELLS; i++) {
      ck_assert_double_le(fabs((double) r.hyp[i] - want[i]), 1e-6);
      ck_assert_double_eq((double) r.con[i], x[i % L] == i / L ? (double) r.hyp[i] : 0);
    }
    ck_assert_double_gt(fabs(sum(r.con, CELLS)), 1e-3);
  }
  discard(&t);
}
END_TEST

/* The weights of a profile are those at the sequence: sum of w (z(edit) - z). */
START_TEST(mutagenesis_of_a_profile)
{
  net t;
  uint8_t x[L], y[L];
  double want = 0, there = 0, w[2], z0[2], z1[2];
  setting z = usual();
  curved_net(&t);
  random_codes(4, L, x);
  memcpy(y, x, L);
  y[5] = (uint8_t) ((x[5] + 1) % 4);
  for (int u = 0; u < 2; u++) {
    z.target.unit = u;
    z0[u] = run(&t, "gradient", z, x).value;
    z1[u] = run(&t, "gradient", z, y).value;
  }
  w[0] = 1 / (1 + exp(z0[1] - z0[0])) - 0.5;
  w[1] = -w[0];
  z.target = (sg_explain_target){.reduce = SG_REDUCE_PROFILE};
  scores r = run(&t, "ism", z, x);
  want = w[0] * (z1[0] - z0[0]) + w[1] * (z1[1] - z0[1]);
  there = (double) r.hyp[y[5] * L + 5] - (double) r.hyp[x[5] * L + 5];
  ck_assert_double_le(fabs(there - want), 1e-6);
  ck_assert_double_gt(fabs(want), 1e-6);
  discard(&t);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("mutagenesis");
  TCase *c = tcase_create("mutagenesis");
  tcase_add_test(c, mutagenesis);
  tcase_add_test(c, mutagenesis_of_a_profile);
  suite_add_tcase(s, c);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
