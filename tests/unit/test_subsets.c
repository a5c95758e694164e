/* tests/unit/test_subsets.c: tables of subsets: what is read, and what is refused with which words.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scratch.h"
#include "seqgloss/subsets.h"

#define HEADER "#region\tchrom\tstart\tend\tstrand\ttarget\trank\tsize\tf_all\tf_subset\tf_rest\t" \
  "f_empty\ttau\tmargin\tleast_lead\tpositions\tgenomic_positions\tsubset"

static sg_status read_text(const char *text, sg_subsets **s, sg_err *err)
{
  char path[SCRATCH_PATH];
  int fd = scratch_open("subsets", path);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, text, strlen(text)), (long)strlen(text));
  close(fd);
  sg_status status = sg_subsets_read(path, s, err);
  unlink(path);
  return status;
}

START_TEST(test_table)
{
  sg_subsets *s;
  sg_err err;
  ck_assert_int_eq(read_text("## seqgloss\n## window 20\n"
    HEADER "\tplant_median\tplant_frac_ge_tau\n"
    "r1\tchr1\t100\t120\t-\tMAFK\t2\t4\t0.9\t0.8\t0.1\t0.2\t0.5\t0.3\t.\t5,3,4,7\t105,103,104,107\t"
    "ACG-T\t0.7\t0.95\r\n"
    "r2\t.\t.\t.\t.\tMAFK\t1\t2\t0.9\t0.8\t0.1\t0.2\t0.5\t0.3\t1e-05\t9,0\t.\tA--------C\t0.6\t1\n",
    &s, &err), SG_OK);
  ck_assert_int_eq(s->n, 2);
  ck_assert(s->has_regions && s->has_plant && s->window == 20);
  const sg_subset_row *r = s->row;
  ck_assert_str_eq(r->region, "r1");
  ck_assert_str_eq(r->chrom, "chr1");
  ck_assert_str_eq(r->target, "MAFK");
  ck_assert_str_eq(r->text, "ACG-T");
  ck_assert(r->start == 100 && r->end == 120 && r->strand == '-' && r->rank == 2 && r->size == 4);
  ck_assert(r->length == 5 && r->first == 103 && r->line == 4 && sg_subset_left(r) == 3);
  ck_assert(r->positions[0] == 5 && r->genomic[3] == 107);
  ck_assert(r->f_all == 0.9 && r->f_subset == 0.8 && r->f_rest == 0.1 && r->f_empty == 0.2);
  ck_assert(r->tau == 0.5 && r->margin == 0.3 && isnan(r->least_lead));
  ck_assert(r->plant_median == 0.7 && r->plant_frac == 0.95);
  r = s->row + 1;
  ck_assert_str_eq(r->chrom, "");
  ck_assert(r->start == -1 && r->end == -1 && r->strand == '.' && r->first == -1 && !r->genomic);
  ck_assert_int_eq(sg_subset_left(r), 0);
  ck_assert(r->positions[0] == 9 && r->least_lead == 1e-5 && r->line == 5);
  sg_subsets_free(s);
}
END_TEST

START_TEST(test_columns_by_name)
{
  sg_subsets *s;
  ck_assert_int_eq(read_text("region\tnote\tsubset\na\tx\tNNACgu-N\n\n#b\tx\tA\n", &s, NULL),
                   SG_OK);
  ck_assert_int_eq(s->n, 1);
  ck_assert_str_eq(s->row[0].text, "ACGT");
  ck_assert(isnan(s->row[0].tau) && !s->row[0].positions && !s->has_plant);
  ck_assert(s->window == 0 && sg_subset_left(s->row) == -1);
  sg_subsets_free(s);
  ck_assert_int_eq(read_text("#region\tsubset\n", &s, NULL), SG_OK);   /* nothing was found */
  ck_assert_int_eq(s->n, 0);
  sg_subsets_free(s);
}
END_TEST

START_TEST(test_strings_and_fasta)
{
  sg_subsets *s;
  ck_assert_int_eq(read_text("# mine\nTGCTGANTCA\tMAFK\n\n  a-.c  x\n", &s, NULL), SG_OK);
  ck_assert(s->n == 2 && !s->has_regions);
  ck_assert_str_eq(s->row[0].text, "TGCTGA-TCA");
  ck_assert_str_eq(s->row[1].text, "A--C");
  ck_assert_int_eq(s->row[1].size, 2);
  sg_subsets_free(s);
  ck_assert_int_eq(read_text(">r/1 chr2:10-15 f_subset=0.7\nAC\n-GT\n>s\nTT\n>t chr2:1-9\nA\n", &s,
                             NULL), SG_OK);
  ck_assert_int_eq(s->n, 3);
  ck_assert_str_eq(s->row[0].region, "r/1");
  ck_assert_str_eq(s->row[0].chrom, "chr2");
  ck_assert(s->row[0].first == 10 && s->row[0].genomic[3] == 14);
  ck_assert(!s->row[1].genomic && !s->row[1].chrom[0]);
  ck_assert(!s->row[2].genomic && s->row[2].start == -1);   /* the place has another length */
  sg_subsets_free(s);
}
END_TEST

/* Each text, the code it ends with and words of its message, with the line where there is one. */
static const struct bad { const char *text, *words; } bad[] = {
  { "", "empty" },
  { "\n\n", "empty" },
  { "##a\n", "empty" },
  { "##seqgloss-shard 1/2 records 0-1 of 2 header 1 run a\n", "seqgloss merge" },
  { "#region\tx\n", ":1: no column 'subset'" },
  { "#region\tsubset\tsubset\n", "twice" },
  { "#region\tsubset\na\tACX\n", ":2: subset: 'X' (letter 3)" },
  { "#region\tsubset\na\tAC\xc3\n", "byte 195" },
  { "#region\tsubset\na\tNN-\n", ":2: subset: no base" },
  { "#region\tsubset\na\tAC\tx\n", ":2: 3 columns where the header has 2" },
  { "#region\tsubset\na\n", "1 columns where the header has 2" },
  { "#region\tsubset\tsize\na\tAC\t3\n", "size: 3 for a subset of 2" },
  { "#region\tsubset\tsize\na\tAC\tq\n", "size" },
  { "#region\tsubset\tpositions\na\tA-C\t1,2\n", "positions: " },
  { "#region\tsubset\tpositions\na\tA-C\t1,1\n", "positions: " },
  { "#region\tsubset\tpositions\na\tA-C\t1\n", "1 numbers for a subset of 2" },
  { "#region\tsubset\tpositions\na\tAC\t1,\n", "number is missing" },
  { "#region\tsubset\tpositions\tstart\tend\na\tAC\t5,6\t0\t6\n", "outside of the window" },
  { "#region\tsubset\tpositions\tgenomic_positions\tstart\tend\na\tAC\t0,1\t1,2\t0\t9\n",
    "genomic_positions: 1 is not" },
  { "#region\tsubset\tstart\tend\na\tAC\t9\t5\n", "no window" },
  { "#region\tsubset\tstrand\na\tAC\t*\n", "strand" },
  { "#region\tsubset\ttau\na\tAC\t0.5x\n", "tau" },
  { "hello\nworld\n", ":1: subset: 'h'" },
  { "ACGT\nAC GT\nAC!T\n", ":3: subset: '!'" },
  { "## window 0\n" HEADER "\n", ":1: ## window" },
  { ">a\n>b\nAC\n", ":2: subset: no base" },
};

START_TEST(test_bad)
{
  sg_subsets *s;
  sg_err err = { 0 };
  char path[SCRATCH_PATH];
  ck_assert_int_eq(read_text(bad[_i].text, &s, &err), SG_EFORMAT);
  ck_assert_ptr_null(s);
  ck_assert_msg(strstr(err.text, bad[_i].words) != NULL, "'%s' has no '%s'", err.text,
                bad[_i].words);
  scratch_pattern("subsets", path);                /* all but the end of which is the file's */
  ck_assert_msg(!strncmp(err.text, path, strlen(path) - 6), "file: %s", err.text);
}
END_TEST

START_TEST(test_add)
{
  sg_subsets *s;
  const int64_t at[] = { 8, 5 };
  ck_assert_int_eq(sg_subsets_new(&s, NULL), SG_OK);
  for (int i = 0; i < 1000; i++) {                /* texts survive the growth of the set */
    char text[16];
    sg_subset_row r = sg_subset_row_unknown();
    snprintf(text, sizeof text, "a--%c", "ACGT"[i % 4]);
    r.text = text;
    r.genomic = at;
    ck_assert_int_eq(sg_subsets_add(s, &r, NULL), SG_OK);
  }
  for (int i = 0; i < 1000; i++) {
    ck_assert(s->row[i].text[3] == "ACGT"[i % 4] && s->row[i].first == 5);
    ck_assert(s->row[i].genomic[0] == 8 && s->row[i].length == 4);
  }
  ck_assert_int_eq(s->n, 1000);
  sg_subsets_free(s);
  sg_subsets_free(NULL);
}
END_TEST

START_TEST(test_missing)
{
  sg_subsets *s;
  sg_err err;
  ck_assert_int_eq(sg_subsets_read("/no/such/file.tsv", &s, &err), SG_ENOTFOUND);
  ck_assert(strstr(err.text, "/no/such/file.tsv") != NULL);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("subsets");
  TCase *tc = tcase_create("subsets");
  SRunner *runner = srunner_create(suite);
  tcase_add_test(tc, test_table);
  tcase_add_test(tc, test_columns_by_name);
  tcase_add_test(tc, test_strings_and_fasta);
  tcase_add_loop_test(tc, test_bad, 0, sizeof bad / sizeof *bad);
  tcase_add_test(tc, test_add);
  tcase_add_test(tc, test_missing);
  suite_add_tcase(suite, tc);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed != 0;
}
