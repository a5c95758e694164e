/* tests/unit/test_source.c: the chromosomes that a source of windows tells. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "seqgloss/region.h"

static char folder[256], fasta[300], bed[300];

static void write_file(const char *path, const char *text)
{
  FILE *f = fopen(path, "w");
  ck_assert(f && fputs(text, f) >= 0 && !fclose(f));
}

static void begin(const char *fasta_text, const char *bed_text)
{
  const char *tmp = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/seqgloss-source-XXXXXX", tmp ? tmp : "/tmp");
  ck_assert(mkdtemp(folder));
  snprintf(fasta, sizeof fasta, "%s/g.fa", folder);
  snprintf(bed, sizeof bed, "%s/r.bed", folder);
  write_file(fasta, fasta_text);
  write_file(bed, bed_text);
}

static void end(void)
{
  unlink(fasta);
  unlink(bed);
  ck_assert(!rmdir(folder));
}

static sg_source *open_source(const sg_source_opts *o)
{
  sg_source *s;
  sg_err e = { 0 };
  ck_assert_msg(!sg_source_open(o, &s, &e), "%s", e.text);
  return s;
}

static void check_chrom(const sg_source *s, int i, const char *name, int64_t length)
{
  const char *n;
  int64_t l;
  ck_assert(sg_source_chrom(s, i, &n, &l));
  ck_assert_str_eq(n, name);
  ck_assert_int_eq(l, length);
}

/* Every region's chromosome is listed, and the region lies on it. */
static void check_regions(sg_source *s, int expected)
{
  sg_region_batch *b;
  int seen = 0;
  ck_assert(!sg_region_batch_new(2, &b, NULL));
  while (!sg_source_fill(s, b, NULL) && b->n)
    for (int k = 0; k < b->n; k++, seen++) {
      bool found = false;
      for (int i = 0; i < sg_source_chroms(s); i++) {
        const char *name;
        int64_t length;
        ck_assert(sg_source_chrom(s, i, &name, &length));
        found |= !strcmp(name, b->region[k].chrom) && b->region[k].end <= length;
      }
      ck_assert_msg(found, "%s", b->region[k].chrom);
    }
  ck_assert_int_eq(seen, expected);
  sg_region_batch_free(b);
}

static const char genome[] = ">20 first\nACGTACGTAC\nACG\n>chrX\nACGTA\n>7\nAC\n>MT\nACGTACG\n";

START_TEST(chromosomes_have_the_regions_names)
{
  const char *name;
  int64_t length;
  sg_source_opts o = sg_source_opts_default();
  begin(genome, "X\t0\t2\nchr20\t3\t5\n20\t11\t13\nchr20\t0\t2\nchrX\t3\t5\n");
  o.genome = fasta;
  o.bed = bed;
  sg_source *s = open_source(&o);
  ck_assert_int_eq(sg_source_chroms(s), 6);
  check_chrom(s, 0, "chr20", 13);
  check_chrom(s, 1, "20", 13);
  check_chrom(s, 2, "X", 5);
  check_chrom(s, 3, "chrX", 5);
  check_chrom(s, 4, "7", 2);
  check_chrom(s, 5, "MT", 7);
  ck_assert(!sg_source_chrom(s, 6, &name, &length) && !name && !length);
  ck_assert(!sg_source_chrom(s, -1, &name, &length));
  check_regions(s, 5);
  sg_source_close(s);
  end();
}
END_TEST

START_TEST(intervals_name_chromosomes_too)
{
  const char *const texts[] = { "chr7:1-2", "20:2-3" };
  sg_source_opts o = sg_source_opts_default();
  begin(genome, "");
  o.genome = fasta;
  o.intervals = texts;
  o.n_intervals = 2;
  sg_source *s = open_source(&o);
  ck_assert_int_eq(sg_source_chroms(s), 4);
  check_chrom(s, 0, "20", 13);
  check_chrom(s, 1, "chrX", 5);
  check_chrom(s, 2, "chr7", 2);
  check_regions(s, 2);
  sg_source_close(s);
  end();
}
END_TEST

START_TEST(windows_have_no_chromosomes)
{
  const char *name;
  int64_t length;
  sg_source_opts o = sg_source_opts_default();
  begin(">chr1:10-14\nACGT\n>plain\nACGT\n", "");
  o.windows = fasta;
  sg_source *s = open_source(&o);
  ck_assert_int_eq(sg_source_chroms(s), 0);
  ck_assert(!sg_source_chrom(s, 0, &name, &length));
  sg_source_close(s);
  end();
}
END_TEST

/* Records longer or shorter than the window: where it begins in the record. */
START_TEST(windows_tell_their_offset)
{
  sg_region_batch *b;
  sg_source_opts o = sg_source_opts_default();
  begin(">a\nAACGTTAC\n>c::chr1:10-17(-)\nAACGTTA\n>short\nAC\n", "");
  o.windows = fasta;
  o.length = 4;
  o.flank = 3;
  o.edge = SG_EDGE_PAD;
  sg_source *s = open_source(&o);
  ck_assert(!sg_region_batch_new(8, &b, NULL) && !sg_source_fill(s, b, NULL));
  ck_assert_int_eq(b->n, 3);
  ck_assert(b->region[0].offset == 2 && b->region[0].start == -1);
  ck_assert(b->region[1].offset == 1 && b->region[1].start == 11 && b->region[1].end == 15);
  ck_assert_int_eq(b->region[2].offset, -1);
  static const uint8_t first[4] = { 1, 2, 3, 3 }, left[2] = { 0, 0 }, right[2] = { 0, 1 };
  ck_assert(!memcmp(b->codes, first, 4) && !memcmp(b->flanks + 1, left, 2));
  ck_assert(!memcmp(b->flanks + 3, right, 2));
  sg_region_batch_free(b);
  sg_source_close(s);
  o = sg_source_opts_default();
  o.genome = fasta;
  o.intervals = (const char *const[]){ "a:3-5" };
  o.n_intervals = 1;
  s = open_source(&o);
  ck_assert(!sg_region_batch_new(8, &b, NULL) && !sg_source_fill(s, b, NULL) && b->n == 1);
  ck_assert(b->region[0].offset == 0 && b->region[0].start == 2);
  sg_region_batch_free(b);
  sg_source_close(s);
  end();
}
END_TEST

START_TEST(names_that_say_a_place)
{
  static const char *const do_say[] = { "chr1:10-14", "n::20:0-101(-)", "X:5-9/rc", "a:b:1-2(.)" };
  static const char *const do_not[] = { "chr20", "chr1:10", ":1-2", "w1:a-b", "HLA-A*01:01:01:01",
                                        "chr1:20-10", "chr1:1-2x", "", "chr1:-5-9",
                                        "chr1:1,000-2" };
  for (size_t i = 0; i < sizeof do_say / sizeof *do_say; i++)
    ck_assert_msg(sg_name_says_place(do_say[i]), "%s", do_say[i]);
  for (size_t i = 0; i < sizeof do_not / sizeof *do_not; i++)
    ck_assert_msg(!sg_name_says_place(do_not[i]), "%s", do_not[i]);
}
END_TEST

/* Rows of arrays: numbered windows without a sequence or a place, shared out as regions are. */
START_TEST(rows_are_numbered)
{
  sg_source_opts o = sg_source_opts_default();
  sg_region_batch *b;
  sg_source *s = NULL;
  sg_err e = { 0 };
  int64_t from, to, at = 3;
  o.rows = 10;
  ck_assert_int_eq(sg_source_open(&o, &s, &e), SG_EINVAL);     /* no length */
  o.length = 6;
  o.flank = 2;
  o.n_base = SG_N_DROP;
  o.shard = 2;
  o.shards = 3;
  s = open_source(&o);
  ck_assert_int_eq(sg_source_total(s), 10);
  ck_assert_int_eq(sg_source_longest(s), 6);
  ck_assert_int_eq(sg_source_chroms(s), 0);
  sg_source_range(s, &from, &to);
  ck_assert(from == 3 && to == 6);
  ck_assert(!sg_region_batch_new(2, &b, NULL));
  while (!sg_source_fill(s, b, NULL) && b->n)
    for (int k = 0; k < b->n; k++, at++) {
      const sg_region *r = &b->region[k];
      char name[32];
      snprintf(name, sizeof name, "%d", (int)at);
      ck_assert_str_eq(r->name, name);
      ck_assert_str_eq(r->chrom, ".");
      ck_assert(r->index == at && r->start == -1 && r->end == -1 && r->strand == '.');
      ck_assert(b->length == 6 && !r->unknown);
      for (int i = 0; i < 6; i++) ck_assert_int_ge(b->codes[k * 6 + i], SG_CODE_N_ZERO);
    }
  ck_assert_int_eq(at, 6);
  ck_assert(sg_source_count(s).given == 3 && !sg_source_count(s).many_n);
  sg_region_batch_free(b);
  sg_source_close(s);
  o.windows = "x.fa";
  ck_assert_int_eq(sg_source_open(&o, &s, &e), SG_EINVAL);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("source");
  TCase *t = tcase_create("source");
  tcase_add_test(t, chromosomes_have_the_regions_names);
  tcase_add_test(t, intervals_name_chromosomes_too);
  tcase_add_test(t, windows_have_no_chromosomes);
  tcase_add_test(t, windows_tell_their_offset);
  tcase_add_test(t, names_that_say_a_place);
  tcase_add_test(t, rows_are_numbered);
  suite_add_tcase(s, t);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed != 0;
}
