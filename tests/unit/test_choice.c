/* tests/unit/test_choice.c: differences behind layers that say where the extreme of a line stands;
 * layers without a rule. */
#include "model/op.h"
#include "unit/explained.h"

/* A line of two whose elements are known at both ends: who gets the jump of ArgMax from 0 to 1, or
 * back. x is the base A, the reference C. */
START_TEST(jumps)
{
  static const struct { double x[2], r[2], want[2]; bool last; } cases[] = {
    { { 0, 3 }, { 1, 0.5 }, { 0.5, 0.5 }, false },   /* either alone is enough */
    { { 2, 3 }, { 4, 1 }, { 0.5, 0.5 }, false },     /* neither is */
    { { 0, 3 }, { 1, 0 }, { 0, 1 }, false },         /* 0 alone ends in a tie, which it wins */
    { { 1, 3 }, { 1, 0 }, { 0, 1 }, false },         /* 0 does not differ */
    { { 0, 2 }, { 5, 2 }, { 1, 0 }, false },         /* 1 does not: 0 gave way */
    { { 1, 3 }, { 5, 4 }, { 1, 0 }, false },         /* 1 fell, but less */
    { { 2, 3 }, { 1, 0 }, { 0, 1 }, false },         /* 0 rose, but less */
    { { 0, 2 }, { 3, 1 }, { 1, 0 }, false },         /* 2 is not enough, that 0 fell below 1 is */
    { { 1, 1 }, { 1, 0 }, { 0, 1 }, true },      /* a tie at x, of which the last wins */
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    double w[8] = {cases[k].x[0], cases[k].x[1], cases[k].r[0], cases[k].r[1]};
    net t;
    const uint8_t x[1] = {0}, ref[1] = {1};
    setting z = usual();
    int y = unary(&t, "Flatten", start(&t, 1));
    y = pair(&t, "Gemm", y, constant(&t, DIMS(4, 2), w));
    argument(&t, "ArgMax", y, 1, 1, cases[k].last);
    finish(&t);
    z.length = 1;
    z.refs = ref;
    z.n_refs = 1;
    z.o.rule = SG_DEEPLIFT_RESCALE;
    scores d = run(&t, "deeplift", z, x);
    ck_assert_msg(d.value == 1 && d.reference == 0, "case %zu", k);
    ck_assert_double_le(d.residual, 1e-12);
    /* D of the elements are (x - r) W: contributions of A are m W_A, those of C -m W_C. */
    double m[2];
    for (int i = 0; i < 2; i++) {
      double D = cases[k].x[i] - cases[k].r[i];
      m[i] = D != 0 ? cases[k].want[i] / D : 0;
    }
    double a = m[0] * cases[k].x[0] + m[1] * cases[k].x[1];
    double c = -m[0] * cases[k].r[0] - m[1] * cases[k].r[1];
    ck_assert_msg(fabs(a - (double) d.con[0]) < 1e-6 && fabs(c - (double) d.con[1]) < 1e-6,
                  "case %zu: %g, not %g; %g, not %g", k, (double) d.con[0], a, (double) d.con[1],
                  c);
    discard(&t);
  }
}
END_TEST

/* A layer without a rule is named before anything is computed. The registry has none such: this is
 * one whose Hardmax does not tell its lines. */
START_TEST(no_rule)
{
  const sg_op *ops[512] = {NULL};
  const sg_registry registry = {.f32 = sg_ops()->f32, .f64 = ops};
  sg_op mute = {0};
  net t;
  uint8_t x[L];
  setting z = usual();
  scores r;
  sg_err err = {0};
  for (int i = 0; i < 511 && sg_ops()->f64[i]; i++) {
    ops[i] = sg_ops()->f64[i];
    if (strcmp(ops[i]->name, "Hardmax")) continue;
    mute = *ops[i];
    mute.lines = NULL;
    ops[i] = &mute;
  }
  int y = conv(&t, start(&t, L), 3);
  y = unary(&t, "Hardmax", unary(&t, "Flatten", unary(&t, "GlobalMaxPool", y)));
  dense(&t, y, 3, 1);
  finish(&t);
  random_codes(1, L, x);
  z.refs = x;
  z.n_refs = 1;
  ck_assert_int_eq(try(&t, "deeplift", z, x, &r, &err), SG_OK);
  z.ops = &registry;
  ck_assert_int_eq(try(&t, "deeplift", z, x, &r, &err), SG_EUNSUPPORTED);
  ck_assert_msg(strstr(err.text, "Hardmax") && strstr(err.text, "no rule"), "%s", err.text);
  discard(&t);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("choice");
  TCase *c = tcase_create("choice");
  tcase_add_test(c, jumps);
  tcase_add_test(c, no_rule);
  suite_add_tcase(s, c);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
