/* tests/unit/test_gallery.c: which part of a long window is drawn, whatever its scores are, and the
 * names of the pictures' files.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/gallery.h"

enum { LONG = 150000, DRAWN = 300 };

/* No table of subsets. */
const unsigned char *sg_gallery_mark(const sg_shot *shot, int target)
{
  (void)shot;
  (void)target;
  return NULL;
}

static sg_shot shot_of(float *score, float *onehot, double (*told)[3])
{
  return (sg_shot){ .name = "long", .chrom = "c", .start = 1000, .end = 1000 + LONG, .strand = '+',
                    .length = LONG, .score = score, .onehot = onehot, .told = told };
}

/* The stretch with the greatest sum, also where other scores are no numbers. */
START_TEST(stretch)
{
  static float score[LONG], onehot[4 * LONG];
  double told[1][3] = { { 1, NAN, NAN } };
  int from, to;
  sg_shot s = shot_of(score, onehot, told);
  for (int i = 0; i < LONG; i++) {
    score[i] = 0.001f;
    onehot[(i % 4) * LONG + i] = 1;
  }
  for (int i = 0; i < DRAWN; i++) score[120000 + i] = i % 2 ? 3.0f : -3.0f;
  score[5] = NAN;
  score[70000] = -INFINITY;
  score[120010] = NAN;
  sg_gallery_stretch(&s, 0, &from, &to);
  ck_assert_int_eq(from, 120000);
  ck_assert_int_eq(to, 120000 + DRAWN);
  for (int i = 0; i < LONG; i++) score[i] = NAN;
  sg_gallery_stretch(&s, 0, &from, &to);
  ck_assert_int_eq(from, 0);
  ck_assert_int_eq(to, DRAWN);
}
END_TEST

/* However long the window is, its picture is of that stretch. */
START_TEST(picture)
{
  static float score[LONG], onehot[4 * LONG];
  static const char *const words[] = { "m", "t" };
  double told[1][3] = { { 1, NAN, NAN } };
  char *svg = NULL;
  sg_err err;
  sg_shot s = shot_of(score, onehot, told);
  sg_gallery g = { .o = { .methods = words, .targets = words + 1 } };
  int letters = 0;
  g.o.n_methods = g.o.n_targets = 1;
  for (int i = 0; i < LONG; i++) {
    onehot[LONG + i] = 1;
    score[i] = i < 140000 ? 0 : i % 2 ? NAN : 1;
  }
  ck_assert_int_eq(sg_gallery_draw(&g, &s, 0, true, &svg, &err), SG_OK);
  for (const char *p = svg; (p = strstr(p, "<use ")); p++) letters++;
  ck_assert_int_eq(letters, DRAWN + DRAWN / 2);
  ck_assert(strstr(svg, ">141") != NULL);         /* numbers of the chromosome, from 141001 on */
  free(svg);
}
END_TEST

START_TEST(names)
{
  static const char *const apart[] = { "a:0", "a:1", "b_0" }, *const same[] = { "x", "a:0", "a_0" };
  sg_err err = { 0 };
  sg_gallery g = { .o = { .targets = apart, .n_targets = 3 } };
  ck_assert_int_eq(sg_gallery_check_names(&g, &err), SG_OK);
  g.o.targets = same;
  ck_assert_int_eq(sg_gallery_check_names(&g, &err), SG_EINVAL);
  ck_assert(strstr(err.text, "a:0 and a_0") != NULL);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("gallery");
  TCase *c = tcase_create("gallery");
  tcase_add_test(c, stretch);
  tcase_add_test(c, picture);
  tcase_add_test(c, names);
  suite_add_tcase(s, c);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
