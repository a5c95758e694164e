/* tests/unit/test_agree.c: agreement of methods: numbers worked out elsewhere, laws, what has no
 * value, and the picture.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "seqgloss/agree.h"

enum { MOST = 4, N = 60 };

static void region(sg_agree *a, const float *const *x, int64_t n, sg_agreement *pairs)
{
  sg_err err;
  ck_assert_int_eq(sg_agree_region(a, x, n, pairs, &err), SG_OK);
}

static sg_agree *fresh(int methods, int64_t top)
{
  sg_agree *a = NULL;
  sg_err err;
  ck_assert_int_eq(sg_agree_new(methods, top, &a, &err), SG_OK);
  return a;
}

static void two(const float *x, const float *y, int64_t n, int64_t top, sg_agreement *ret)
{
  sg_agreement pairs[4];
  sg_agree *a = fresh(2, top);
  region(a, (const float *const[]){x, y}, n, pairs);
  *ret = pairs[1];
  sg_agree_free(a);
}

static void equals(double got, double want)
{
  if (isnan(want)) ck_assert(isnan(got));
  else ck_assert_double_le(fabs(got - want), 1e-12);
}

/* SciPy, pearsonr and spearmanr; signs and top positions by hand. */
START_TEST(stored_numbers)
{
  static const float x[] = {1, -2, 3, 0.5f, 3, -7, 0, 4}, y[] = {2, -1, 1, 1, -3, -6, 5, 2};
  sg_agreement r;
  two(x, y, 8, 3, &r);
  equals(r.value[SG_AGREE_PEARSON], 0.5729289775122502);
  equals(r.value[SG_AGREE_SPEARMAN], 0.33333945532628745);
  equals(r.value[SG_AGREE_SIGN], 6.0 / 7);
  ck_assert_int_eq(r.n[SG_AGREE_SIGN], 7);
  /* {5, 7, 2} of 7 4 3 (3): the earlier of the equal ones; {5, 6, 4} of 6 5 3 */
  equals(r.value[SG_AGREE_TOP], 1.0 / 3);
}
END_TEST

static void fill(sg_rng *rng, float *x, int kind)
{
  for (int i = 0; i < N; i++) {
    double v = sg_rng_normal(rng);
    x[i] = kind == 1 ? (float) floor(2 * v) : kind == 2 && v < 0.5 ? 0 : (float) v;
  }
}

/* Kind 0: no ties; 1: many; 2: many zeros. */
START_TEST(laws)
{
  sg_rng rng;
  float x[MOST][N], bent[N], turned[N];
  sg_agreement p[MOST * MOST], q[MOST * MOST];
  sg_rng_seed(&rng, (uint64_t) _i + 1);
  for (int m = 0; m < MOST; m++) fill(&rng, x[m], _i);
  sg_agree *a = fresh(MOST, 10);
  region(a, (const float *const[]){x[0], x[1], x[2], x[3]}, N, p);
  for (int i = 0; i < MOST; i++)
    for (int k = 0; k < SG_AGREE_MEASURES; k++) {
      ck_assert_double_eq(p[i * MOST + i].value[k], 1);
      for (int j = 0; j < MOST; j++)
        ck_assert_double_eq(p[i * MOST + j].value[k], p[j * MOST + i].value[k]);
    }
  sg_agree_free(a);
  for (int i = 0; i < N; i++) {
    turned[i] = -x[0][i];
    bent[i] = 3 * x[0][i] * x[0][i] * x[0][i] + x[0][i];
  }
  a = fresh(MOST, 10);
  region(a, (const float *const[]){x[0], x[1], turned, bent}, N, q);
  const sg_agreement *same = &q[1], *other = &q[2 * MOST + 1], *curved = &q[3 * MOST + 1];
  ck_assert_double_eq(other->value[SG_AGREE_PEARSON], -same->value[SG_AGREE_PEARSON]);
  equals(other->value[SG_AGREE_SPEARMAN], -same->value[SG_AGREE_SPEARMAN]);
  equals(other->value[SG_AGREE_SIGN], 1 - same->value[SG_AGREE_SIGN]);
  ck_assert_double_eq(other->value[SG_AGREE_TOP], same->value[SG_AGREE_TOP]);
  for (int k = SG_AGREE_SPEARMAN; k < SG_AGREE_MEASURES; k++)
    ck_assert_double_eq(curved->value[k], same->value[k]);
  ck_assert(curved->value[SG_AGREE_PEARSON] != same->value[SG_AGREE_PEARSON]);
  equals(q[2].value[SG_AGREE_PEARSON], -1);
  equals(q[2].value[SG_AGREE_SIGN], 0);
  sg_agree_free(a);
}
END_TEST

START_TEST(no_value)
{
  static const float x[] = {1, 2, -3, 4}, flat[] = {5, 5, 5, 5}, zero[] = {0, 0, 0, 0};
  sg_agreement r;
  two(x, flat, 4, 2, &r);
  equals(r.value[SG_AGREE_PEARSON], NAN);
  equals(r.value[SG_AGREE_SPEARMAN], NAN);
  equals(r.value[SG_AGREE_SIGN], 0.75);
  equals(r.value[SG_AGREE_TOP], 0);       /* {3, 2}, {0, 1} */
  two(x, zero, 4, 2, &r);
  equals(r.value[SG_AGREE_SIGN], NAN);
  equals(r.value[SG_AGREE_TOP], 0);
  two(zero, zero, 4, 2, &r);
  equals(r.value[SG_AGREE_TOP], NAN);
  two(x, x, 1, 2, &r);
  equals(r.value[SG_AGREE_PEARSON], NAN);
  equals(r.value[SG_AGREE_TOP], 1);
  two(x, x, 0, 2, &r);
  for (int k = 0; k < SG_AGREE_MEASURES; k++) equals(r.value[k], NAN);
}
END_TEST

/* Great and small scores neither overflow nor vanish. */
START_TEST(scales)
{
  static const float x[] = {1, 2, -3, 4, 0.5f}, y[] = {2, 1, -1, 1, 1};
  static const float scale[] = {1e-40f, 1e-30f, 1e30f, 8e37f};
  sg_agreement want, got;
  two(x, y, 5, 2, &want);
  for (int s = 0; s < 4; s++) {
    float z[5];
    for (int i = 0; i < 5; i++) z[i] = x[i] * scale[s];
    two(z, y, 5, 2, &got);
    for (int k = 0; k < SG_AGREE_MEASURES; k++)
      ck_assert_double_le(fabs(got.value[k] - want.value[k]), s ? 1e-6 : 1e-4);
  }
}
END_TEST

/* Positions where one method has no number are left out; of the total, regions without a value. */
START_TEST(holes_and_totals)
{
  static const float x[] = {1, NAN, 2, -3, 4}, y[] = {2, 9, 1, INFINITY, 1};
  static const float x3[] = {1, 2, 4}, y3[] = {2, 1, 1}, flat[] = {1, 1, 1};
  sg_agreement p[4], q[4], total[4];
  sg_agree *a = fresh(2, 1), *b = fresh(2, 1);
  sg_agree_total(a, total);
  equals(total[1].value[0], NAN);
  region(a, (const float *const[]){x, y}, 5, p);
  region(b, (const float *const[]){x3, y3}, 3, q);
  for (int k = 0; k < SG_AGREE_MEASURES; k++)
    ck_assert_double_eq(p[1].value[k], q[1].value[k]);
  ck_assert_int_eq(p[1].n[SG_AGREE_PEARSON], 3);
  region(a, (const float *const[]){x3, flat}, 3, q);
  region(a, (const float *const[]){x3, x3}, 3, q);
  sg_agree_total(a, total);
  equals(total[1].value[SG_AGREE_PEARSON], (p[1].value[SG_AGREE_PEARSON] + 1) / 2);
  ck_assert_int_eq(total[1].n[SG_AGREE_PEARSON], 2);
  ck_assert_int_eq(total[1].n[SG_AGREE_SIGN], 3);
  sg_agree_free(a);
  sg_agree_free(b);
}
END_TEST

START_TEST(picture)
{
  static const char *const names[] = {"a<b", "m&m"};
  sg_agreement p[4] = {{{0}, {0}}};
  char *text = NULL;
  sg_err err;
  for (int i = 0; i < 4; i++) p[i].value[SG_AGREE_PEARSON] = i == 0 || i == 3 ? 1 : -0.25;
  p[3].value[SG_AGREE_PEARSON] = NAN;
  ck_assert_int_eq(sg_agree_svg(names, 2, SG_AGREE_PEARSON, p, &text, &err), SG_OK);
  ck_assert(strstr(text, "a&lt;b") && strstr(text, "m&amp;m") && !strstr(text, "a<b"));
  ck_assert(strstr(text, ">-0.25<") && strstr(text, ">NA<") && strstr(text, "</svg>"));
  free(text);
}
END_TEST

START_TEST(refused)
{
  sg_agree *a;
  sg_err err;
  ck_assert_int_eq(sg_agree_new(0, 5, &a, &err), SG_EINVAL);
  ck_assert_int_eq(sg_agree_new(2, 0, &a, &err), SG_EINVAL);
  ck_assert_ptr_null(sg_agree_name(SG_AGREE_MEASURES));
  sg_agree_free(NULL);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("agree");
  TCase *c = tcase_create("agree");
  tcase_add_test(c, stored_numbers);
  tcase_add_loop_test(c, laws, 0, 3);
  tcase_add_test(c, no_value);
  tcase_add_test(c, scales);
  tcase_add_test(c, holes_and_totals);
  tcase_add_test(c, picture);
  tcase_add_test(c, refused);
  suite_add_tcase(s, c);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
