/* tests/unit/test_base.c: errors, arenas, random numbers. */
#include <check.h>
#include <stdlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "seqgloss/base.h"

START_TEST(errors_are_one_line)
{
  sg_err e;
  ck_assert_int_eq(sg_fail(&e, SG_EIO, "a\nb\x01 %s\n", "c"), SG_EIO);
  ck_assert_str_eq(e.text, "a?b? c");
  ck_assert_int_eq(e.code, SG_EIO);
  ck_assert_int_eq(sg_fail_prefix(&e, "%s: ", "file"), SG_EIO);
  ck_assert_str_eq(e.text, "file: a?b? c");
  ck_assert_int_eq(sg_fail(NULL, SG_ENOMEM, "x"), SG_ENOMEM);
}
END_TEST

START_TEST(long_errors_are_cut)
{
  sg_err e;
  char big[3 * SG_ERR_TEXT];
  memset(big, 'x', sizeof big - 1);
  big[sizeof big - 1] = '\0';
  sg_fail(&e, SG_EIO, "%s", big);
  ck_assert_uint_eq(strlen(e.text), SG_ERR_TEXT - 1);
  sg_fail_prefix(&e, "%s", "head: ");
  ck_assert_uint_eq(strlen(e.text), SG_ERR_TEXT - 1);
  ck_assert(strncmp(e.text, "head: x", 7) == 0);
  sg_fail_prefix(&e, "%s", big);
  ck_assert_uint_eq(strlen(e.text), SG_ERR_TEXT - 1);
}
END_TEST

START_TEST(statuses_have_names)
{
  for (int s = SG_EINTERNAL; s <= SG_OK; s++)
    ck_assert_str_ne(sg_status_name((sg_status) s), "unknown status");
  ck_assert_str_eq(sg_status_name((sg_status) 77), "unknown status");
}
END_TEST

START_TEST(arena_gives_aligned_zeroed_memory)
{
  sg_arena *a = sg_arena_new();
  for (size_t size = 0; size < 100000; size = size * 3 + 1) {
    char *p = sg_arena_calloc(a, size, 1);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq((uintptr_t) p % 64, 0);
    for (size_t i = 0; i < size; i++) ck_assert_int_eq(p[i], 0);
    memset(p, 0x5a, size);
  }
  ck_assert_ptr_null(sg_arena_calloc(a, SIZE_MAX / 2, 8));
  sg_arena_free(a);
  sg_arena_free(NULL);
}
END_TEST

START_TEST(arena_reuses_its_blocks)
{
  sg_arena *a = sg_arena_new();
  sg_arena_mark m = sg_arena_here(a);
  size_t held = 0;
  for (int round = 0; round < 5; round++) {
    for (int i = 0; i < 50; i++) memset(sg_arena_alloc(a, 10000, 1), round, 10000);
    if (round == 0) held = sg_arena_bytes(a);
    ck_assert_uint_eq(sg_arena_bytes(a), held);
    sg_arena_reset(a, m);
  }
  char *keep = sg_arena_strdup(a, "kept");
  m = sg_arena_here(a);
  memset(sg_arena_alloc(a, 1 << 20, 1), 1, 1 << 20);
  sg_arena_reset(a, m);
  ck_assert_str_eq(keep, "kept");
  sg_arena_free(a);
}
END_TEST

/* First outputs of xoshiro256** from the state that splitmix64(0) fills, computed from the
 * published definitions. */
START_TEST(rng_is_xoshiro)
{
  sg_rng r;
  sg_rng_seed(&r, 0);
  ck_assert_uint_eq(r.s[0], 0xe220a8397b1dcdafull);
  ck_assert_uint_eq(r.s[1], 0x6e789e6aa1b965f4ull);
  ck_assert_uint_eq(sg_rng_u64(&r), 0x99ec5f36cb75f2b4ull);
}
END_TEST

START_TEST(rng_is_uniform)
{
  sg_rng r;
  int count[7] = {0};
  double sum = 0, square = 0;
  sg_rng_seed_item(&r, 1, 2);
  for (int i = 0; i < 70000; i++) count[sg_rng_below(&r, 7)]++;
  for (int i = 0; i < 7; i++) ck_assert_int_le(abs(count[i] - 10000), 400);
  for (int i = 0; i < 100000; i++) {
    double z = sg_rng_normal(&r), u = sg_rng_unit(&r);
    ck_assert(u >= 0 && u < 1);
    sum += z;
    square += z * z;
  }
  ck_assert(sum * sum < 1e5 * 16);
  ck_assert(square > 98000 && square < 102000);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("base");
  TCase *t = tcase_create("base");
  tcase_add_test(t, errors_are_one_line);
  tcase_add_test(t, long_errors_are_cut);
  tcase_add_test(t, statuses_have_names);
  tcase_add_test(t, arena_gives_aligned_zeroed_memory);
  tcase_add_test(t, arena_reuses_its_blocks);
  tcase_add_test(t, rng_is_xoshiro);
  tcase_add_test(t, rng_is_uniform);
  suite_add_tcase(s, t);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed != 0;
}
