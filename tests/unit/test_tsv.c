/* tests/unit/test_tsv.c: tables read again: facts, columns, rows, what is refused. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seqgloss/tsv.h"

static char path[] = "test_tsv.out.tsv";

static void write_file(const char *text, size_t n)
{
  FILE *f = fopen(path, "wb");
  ck_assert(f && fwrite(text, 1, n, f) == n);
  ck_assert(!fclose(f));
}

static sg_status open_text(const char *text, sg_tsv **tsv, sg_err *err)
{
  write_file(text, strlen(text));
  sg_status status = sg_tsv_open(path, tsv, err);
  remove(path);
  return status;
}

START_TEST(table)
{
  sg_err err;
  sg_tsv *tsv;
  const char *const *cells;
  int64_t whole;
  double real;
  int column;
  ck_assert(!open_text("## tau 0.99 (of 7)\n## empty\n##tau 2\n\n#region\tstart\tf\nr 1\t5\t0.5\n"
                       "# a comment\n\nr2\t.\tnan\r\nr3\tx\t2", &tsv, &err));
  ck_assert_str_eq(sg_tsv_fact(tsv, "tau"), "0.99 (of 7)");
  ck_assert_str_eq(sg_tsv_fact(tsv, "empty"), "");
  ck_assert(!sg_tsv_fact(tsv, "none"));
  ck_assert_int_eq(sg_tsv_columns(tsv), 3);
  ck_assert_str_eq(sg_tsv_title(tsv, 0), "region");
  ck_assert_int_eq(sg_tsv_column(tsv, "f"), 2);
  ck_assert_int_eq(sg_tsv_column(tsv, "g"), -1);
  ck_assert_int_eq(sg_tsv_need(tsv, "g", &column, &err), SG_EFORMAT);
  ck_assert(strstr(err.text, "test_tsv.out.tsv: no column g in its first line"));
  ck_assert(!sg_tsv_next(tsv, &cells, &err) && cells);
  ck_assert_str_eq(cells[0], "r 1");
  ck_assert(!sg_tsv_i64(tsv, 1, 0, 9, -1, &whole, &err) && whole == 5);
  ck_assert(!sg_tsv_f64(tsv, 2, 0, 1, &real, &err) && real == 0.5);
  ck_assert(!sg_tsv_next(tsv, &cells, &err) && cells);
  ck_assert(!sg_tsv_i64(tsv, 1, 0, 9, -1, &whole, &err) && whole == -1);
  ck_assert(!sg_tsv_f64(tsv, 1, 0, 1, &real, &err) && isnan(real));
  ck_assert(!sg_tsv_f64(tsv, 2, -INFINITY, INFINITY, &real, &err) && isnan(real));
  ck_assert(!sg_tsv_next(tsv, &cells, &err) && cells);
  ck_assert_int_eq(sg_tsv_i64(tsv, 1, 0, 9, -1, &whole, &err), SG_EFORMAT);
  ck_assert_msg(strstr(err.text, "test_tsv.out.tsv:10: start"), "%s", err.text);
  ck_assert_int_eq(sg_tsv_f64(tsv, 2, 0, 1, &real, &err), SG_EFORMAT);
  ck_assert(!sg_tsv_next(tsv, &cells, &err) && !cells);
  sg_tsv_close(tsv);
}
END_TEST

/* What a table may not be, and the words that say so. */
START_TEST(refused)
{
  static const struct { const char *text, *words; } bad[] = {
    { "", "no line that names the columns" },
    { "## tau 1\n", "no line that names the columns" },
    { "#a\tb\ta\n", ":1: two columns are called a" },
    { "#a\t\tb\n", ":1: column 2 has no name" },
    { "##seqgloss-shard 1/2 records 0-1 of 2 header 3 run 0\n#a\n", ":1: a piece of a table" },
  };
  sg_err err;
  sg_tsv *tsv;
  ck_assert_int_eq(open_text(bad[_i].text, &tsv, &err), SG_EFORMAT);
  ck_assert_msg(strstr(err.text, bad[_i].words), "%s", err.text);
  ck_assert(!tsv);
}
END_TEST

START_TEST(bad_rows)
{
  static const struct { const char *text, *words; } bad[] = {
    { "#a\tb\n1\t2\n3\n", ":3: 1 cells, but 2 columns" },
    { "#a\tb\n1\t2\n3\t4\t5\n", ":3: 3 cells, but 2 columns" },
  };
  sg_err err;
  sg_tsv *tsv;
  const char *const *cells;
  ck_assert(!open_text(bad[_i].text, &tsv, &err));
  ck_assert(!sg_tsv_next(tsv, &cells, &err) && cells);
  ck_assert_int_eq(sg_tsv_next(tsv, &cells, &err), SG_EFORMAT);
  ck_assert_msg(strstr(err.text, bad[_i].words), "%s", err.text);
  sg_tsv_close(tsv);
}
END_TEST

START_TEST(zero_byte_and_no_file)
{
  sg_err err;
  sg_tsv *tsv;
  write_file("#a\tb\0\n", 6);
  ck_assert_int_eq(sg_tsv_open(path, &tsv, &err), SG_EFORMAT);
  remove(path);
  ck_assert_int_eq(sg_tsv_open("no/such/file.tsv", &tsv, &err), SG_ENOTFOUND);
  sg_tsv_close(NULL);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("tsv");
  TCase *c = tcase_create("tsv");
  tcase_add_test(c, table);
  tcase_add_loop_test(c, refused, 0, 5);
  tcase_add_loop_test(c, bad_rows, 0, 2);
  tcase_add_test(c, zero_byte_and_no_file);
  suite_add_tcase(suite, c);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
