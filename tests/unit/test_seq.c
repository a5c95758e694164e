/* tests/unit/test_seq.c: alphabets, reverse complement, one-hot arrays, shuffles. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "seqgloss/seq.h"
#include "seqio/mt19937.h"

START_TEST(letters_become_codes)
{
  sg_alphabet a;
  uint8_t c[16];
  char text[17] = {0};
  ck_assert(!sg_alphabet_init(&a, NULL, SG_N_DEFAULT, NULL));
  ck_assert_int_eq(sg_encode(&a, "ACGTacgtUuNnRyXx", 14, c), -1);
  const uint8_t want[] = {0, 1, 2, 3, 0, 1, 2, 3, 3, 3, 12, 12, 12, 12};
  ck_assert(!memcmp(c, want, 14));
  ck_assert_int_eq(sg_encode(&a, "ACE*", 4, c), 2);
  ck_assert_int_eq(c[3], SG_CODE_INVALID);
  sg_encode(&a, "acgUNr", 6, c);
  sg_decode(&a, c, 6, text);
  ck_assert_str_eq(text, "ACGTNN");
  ck_assert(!sg_alphabet_init(&a, "ATCGN", SG_N_QUARTER, NULL));
  sg_encode(&a, "ACGTNR", 6, c);
  const uint8_t five[] = {0, 2, 3, 1, 4, 4};
  ck_assert(!memcmp(c, five, 6));
}
END_TEST

START_TEST(alphabets_are_checked)
{
  sg_alphabet a;
  sg_err e;
  const char *bad[] = {"ACG", "ACGG", "ACGX", "AC-GT", "ACGTBDEFHIJKLM", ""};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_int_eq(sg_alphabet_init(&a, bad[i], SG_N_ZERO, &e), SG_EINVAL);
  ck_assert(!sg_alphabet_init(&a, "acgu", SG_N_ZERO, &e));
  ck_assert_str_eq(a.letters, "ACGT");
}
END_TEST

START_TEST(strands_are_complements)
{
  sg_alphabet a;
  uint8_t c[6];
  char t[] = "ACGTNRYSWKMBDHVacgx", back[32];
  sg_alphabet_init(&a, "GTCA", SG_N_ZERO, NULL);
  sg_encode(&a, "AACGNT", 6, c);
  sg_revcomp_codes(&a, c, 6);
  sg_decode(&a, c, 6, back);
  ck_assert(!memcmp(back, "ANCGTT", 6));
  memcpy(back, t, sizeof t);
  sg_revcomp_text(back, (int64_t) strlen(back));
  ck_assert_str_eq(back, "xcgtBDHVKMWSRYNACGT");
  sg_revcomp_text(back, (int64_t) strlen(back));
  ck_assert_str_eq(back, t);
  sg_revcomp_text(back, 0);
}
END_TEST

START_TEST(one_hot_in_any_layout)
{
  sg_alphabet a;
  const uint8_t c[] = {0, 3, SG_CODE_N_ZERO, SG_CODE_N_QUARTER, SG_CODE_PAD, 1};
  float x[24], y[24];
  sg_alphabet_init(&a, "ACGT", SG_N_ZERO, NULL);
  sg_onehot(&a, c, 2, 3, sg_onehot_ncl(&a, 3), x);
  sg_onehot(&a, c, 2, 3, sg_onehot_nlc(&a, 3), y);
  const float want[24] = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, .25f, 0, 0, .25f, 0, 1, .25f, 0, 0,
                          .25f, 0, 0};
  for (int i = 0; i < 2; i++)
    for (int b = 0; b < 4; b++)
      for (int l = 0; l < 3; l++) {
        ck_assert(x[(i * 4 + b) * 3 + l] == want[(i * 4 + b) * 3 + l]);
        ck_assert(y[(i * 3 + l) * 4 + b] == want[(i * 4 + b) * 3 + l]);
      }
}
END_TEST

/* First outputs of numpy's RandomState(5489) and RandomState(0): random.randint over the full 32
 * bits. */
START_TEST(mersenne_twister)
{
  sg_mt19937 mt;
  sg_mt19937_seed(&mt, 5489);
  ck_assert_uint_eq(sg_mt19937_u32(&mt), 3499211612u);
  for (int i = 1; i < 9999; i++) sg_mt19937_u32(&mt);
  ck_assert_uint_eq(sg_mt19937_u32(&mt), 4123659995u);
  ck_assert_uint_eq(sg_mt19937_upto(&mt, 0), 0);
}
END_TEST

static void pairs(const char *s, int64_t n, int count[26][26])
{
  memset(count, 0, 26 * 26 * sizeof(int));
  for (int64_t i = 0; i + 1 < n; i++) count[s[i] - 'A'][s[i + 1] - 'A']++;
}

static sg_shuffler *shuffler(sg_shuffle_kind kind, uint64_t seed)
{
  sg_shuffle_opts o = sg_shuffle_opts_default();
  sg_shuffler *z;
  o.kind = kind;
  o.seed = seed;
  memcpy(o.symbol, "ACGT", 4);
  ck_assert(!sg_shuffler_new(&o, &z, NULL));
  return z;
}

START_TEST(pairs_and_ends_stay)
{
  char s[300], d[5 * 300];
  sg_rng r;
  int a[26][26], b[26][26];
  sg_rng_seed(&r, 3);
  for (int kind = 0; kind < 2; kind++) {
    sg_shuffler *z = shuffler((sg_shuffle_kind) kind, 9);
    for (int t = 0; t < 200; t++) {
      int64_t n = 1 + (int64_t) sg_rng_below(&r, 299);
      for (int64_t i = 0; i < n; i++) s[i] = "ACGTN"[sg_rng_below(&r, t % 3 ? 4 : 5) * (t % 7 > 0)];
      ck_assert(!sg_shuffle(z, (uint8_t *) s, n, 5, 5, (uint8_t *) d, NULL, NULL));
      pairs(s, n, a);
      for (int j = 0; j < 5; j++) {
        pairs(d + j * n, n, b);
        ck_assert(!memcmp(a, b, sizeof a));
        ck_assert(d[j * n] == s[0] && d[j * n + n - 1] == s[n - 1]);
        for (int64_t i = 0; i < n; i++) ck_assert((s[i] == 'N') == (d[j * n + i] == 'N'));
      }
    }
    sg_shuffler_free(z);
  }
}
END_TEST

/* tangermeme 1.6: dinucleotide_shuffle(x, n=5, random_state=11), numpy 2 RandomState underneath. */
START_TEST(legacy_shuffles_are_tangermemes)
{
  const char *s = "CCTGTCCGCTGAAACTGAGCGGGGTACTGC";
  const char *want = "CGACCCGAGGCTGCTGGTGGTCTAAACTGC"
                     "CTGCTAAACCCTGAGGCGTGGACGTCTGGC"
                     "CCTGACTCCGTAGCGAAACTGTGCTGGGGC"
                     "CGGTCCTAGGGAAACGCTGCCTGACTGTGC"
                     "CCTCGAGCTAACGTGTGGCTGGAACCTGGC";
  char d[5 * 30];
  sg_shuffler *z = shuffler(SG_SHUFFLE_LEGACY, 11);
  ck_assert(!sg_shuffle(z, (const uint8_t *) s, 30, 0, 5, (uint8_t *) d, NULL, NULL));
  ck_assert(!memcmp(d, want, sizeof d));
  sg_shuffler_free(z);
  z = shuffler(SG_SHUFFLE_LEGACY, 4);                /* item 7 of a run with seed 4 is seeded with
                                                      * 11 */
  ck_assert(!sg_shuffle(z, (const uint8_t *) s, 30, 7, 5, (uint8_t *) d, NULL, NULL));
  ck_assert(!memcmp(d, want, sizeof d));
  sg_shuffler_free(z);
}
END_TEST

/* All sequences with the pairs and ends of s, by trying every string of its letters. */
static int all_shuffles(const char *s, int n, char found[][16])
{
  int a[26][26], b[26][26], m = 0;
  char t[16];
  pairs(s, n, a);
  for (int k = 0; k < 1 << (2 * (n - 2)); k++) {
    t[0] = s[0];
    t[n - 1] = s[n - 1];
    for (int i = 1; i + 1 < n; i++) t[i] = "ACGT"[k >> (2 * (i - 1)) & 3];
    pairs(t, n, b);
    if (!memcmp(a, b, sizeof a)) memcpy(found[m++], t, (size_t) n);
  }
  return m;
}

START_TEST(every_shuffle_is_equally_likely)
{
  static const char *const cases[] = {"ACGTACAGCT", "AACCAACAAC", "GATTACATTA", "CATCAGCAT"};
  static char found[4096][16];
  for (int c = 0; c < 4; c++) {
    const char *s = cases[c];
    int n = (int) strlen(s), m = all_shuffles(s, n, found), draws = 400 * m;
    char *d = malloc((size_t) (draws * n));
    int *count = calloc((size_t) m, sizeof *count);
    double chi = 0;
    bool single;
    sg_shuffler *z = shuffler(SG_SHUFFLE_UNIFORM, 1);
    ck_assert(!sg_shuffle(z, (const uint8_t *) s, n, 0, draws, (uint8_t *) d, &single, NULL));
    for (int j = 0; j < draws; j++)
      for (int k = 0; k < m; k++) count[k] += !memcmp(d + j * n, found[k], (size_t) n);
    for (int k = 0; k < m; k++) chi += (count[k] - 400.0) * (count[k] - 400.0) / 400;
    ck_assert_int_gt(m, 1);
    ck_assert(!single);
    ck_assert(chi < m + 5 * sqrt(2.0 * m));          /* mean m - 1, variance 2 (m - 1) */
    ck_assert(chi > 0);
    sg_shuffler_free(z);
    free(d);
    free(count);
  }
}
END_TEST

START_TEST(single_shuffles_are_found)
{
  static char found[4096][16];
  sg_rng r;
  sg_shuffler *z = shuffler(SG_SHUFFLE_UNIFORM, 1);
  char s[16], d[16];
  bool single;
  int ones = 0;
  sg_rng_seed(&r, 8);
  for (int t = 0; t < 150; t++) {
    int n = 2 + (int) sg_rng_below(&r, 5), letters = 1 + (int) sg_rng_below(&r, 4);
    for (int i = 0; i < n; i++) s[i] = "ACGT"[sg_rng_below(&r, (uint64_t) letters)];
    ck_assert(!sg_shuffle(z, (uint8_t *) s, n, 0, 1, (uint8_t *) d, &single, NULL));
    ck_assert_int_eq(single, all_shuffles(s, n, found) == 1);
    ones += single;
  }
  ck_assert(ones > 10 && ones < 140);
  ck_assert(!sg_shuffle(z, (const uint8_t *) "NNN", 3, 0, 1, (uint8_t *) d, &single, NULL));
  ck_assert(single && !memcmp(d, "NNN", 3));
  ck_assert(!sg_shuffle(z, NULL, 0, 0, 3, NULL, &single, NULL));
  ck_assert_int_eq(sg_shuffle(z, NULL, -1, 0, 3, NULL, NULL, NULL), SG_EINVAL);
  sg_shuffler_free(z);
  sg_shuffler_free(NULL);
}
END_TEST

START_TEST(items_have_streams_of_their_own)
{
  const char *s = "ACGTTGCAACGGTACCATGACTGACTTGACATG";
  char a[2 * 33], b[2 * 33], c[2 * 33];
  sg_shuffler *z = shuffler(SG_SHUFFLE_UNIFORM, 1);
  sg_shuffle(z, (const uint8_t *) s, 33, 4, 2, (uint8_t *) a, NULL, NULL);
  sg_shuffle(z, (const uint8_t *) s, 33, 5, 2, (uint8_t *) b, NULL, NULL);
  sg_shuffle(z, (const uint8_t *) s, 33, 4, 1, (uint8_t *) c, NULL, NULL);
  ck_assert(memcmp(a, b, 33) && memcmp(a, a + 33, 33) && !memcmp(a, c, 33));
  sg_shuffler_free(z);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("seq");
  TCase *t = tcase_create("seq");
  tcase_add_test(t, letters_become_codes);
  tcase_add_test(t, alphabets_are_checked);
  tcase_add_test(t, strands_are_complements);
  tcase_add_test(t, one_hot_in_any_layout);
  tcase_add_test(t, mersenne_twister);
  tcase_add_test(t, pairs_and_ends_stay);
  tcase_add_test(t, legacy_shuffles_are_tangermemes);
  tcase_add_test(t, every_shuffle_is_equally_likely);
  tcase_add_test(t, single_shuffles_are_found);
  tcase_add_test(t, items_have_streams_of_their_own);
  suite_add_tcase(s, t);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed != 0;
}
