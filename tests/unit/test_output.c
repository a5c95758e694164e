/* tests/unit/test_output.c: outputs that are sealed before they are named; pieces put together. */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#include "seqgloss/io.h"
#include "seqgloss/region.h"
#include "scratch.h"

static char dir[SCRATCH_PATH];

static const char *in_dir(const char *name)
{
  static char path[8][SCRATCH_PATH + 300];
  static int next;
  char *at = path[next++ % 8];
  snprintf(at, sizeof path[0], "%s/%s", dir, name);
  return at;
}

/* Files in the folder; removes them where asked. */
static int files(bool clear)
{
  DIR *d = opendir(dir);
  int n = 0;
  ck_assert(d != NULL);
  for (struct dirent *e; (e = readdir(d)) != NULL;) {
    if (*e->d_name == '.') continue;
    n++;
    if (clear) remove(in_dir(e->d_name));
  }
  closedir(d);
  return n;
}

static void begin(void)
{
  scratch_pattern("output", dir);
  ck_assert(mkdtemp(dir) != NULL);
}

static void end(void)
{
  files(true);
  ck_assert(!rmdir(dir));
}

static char *read_all(const char *path, size_t *n)
{
  FILE *f = fopen(path, "rb");
  char *text = malloc(1 << 20);
  ck_assert(f && text);
  *n = fread(text, 1, 1 << 20, f);
  fclose(f);
  return text;
}

static void write_all(const char *path, const char *text, size_t n)
{
  FILE *f = fopen(path, "wb");
  ck_assert(f && fwrite(text, 1, n, f) == n && !fclose(f));
}

START_TEST(sealed)
{
  sg_err err;
  sg_output *a, *b;
  ck_assert(!sg_output_open(in_dir("a.tsv"), 0, &a, &err));
  ck_assert(!sg_output_open(in_dir("b.tsv.gz"), 0, &b, &err));
  ck_assert(!sg_output_puts(a, "text\n", &err) && !sg_output_puts(b, "text\n", &err));
  ck_assert(!sg_output_seal(a, &err) && !sg_output_seal(b, &err));
  ck_assert(access(in_dir("a.tsv"), F_OK) && access(in_dir("b.tsv.gz"), F_OK));
  ck_assert(!sg_output_commit(a, &err));
  ck_assert(!access(in_dir("a.tsv"), F_OK));
  sg_output_discard(b);
  ck_assert_int_eq(files(false), 1);
}
END_TEST

/* A disk that is full: sealing says so, and again when asked again; nothing is left. */
START_TEST(full)
{
  sg_err err;
  sg_output *o;
  struct rlimit limit = { 100, 100 };
  char text[1000];
  memset(text, 'x', sizeof text);
  signal(SIGXFSZ, SIG_IGN);
  ck_assert(!sg_output_open(in_dir("x"), 0, &o, &err));
  ck_assert(!setrlimit(RLIMIT_FSIZE, &limit));
  ck_assert(!sg_output_write(o, text, sizeof text, &err));
  ck_assert_int_eq(sg_output_seal(o, &err), SG_EIO);
  ck_assert(strstr(err.text, "cannot be written") != NULL);
  ck_assert_int_eq(sg_output_commit(o, &err), SG_EIO);
  ck_assert(strstr(err.text, "cannot be written") != NULL);
  ck_assert_int_eq(files(false), 0);
}
END_TEST

enum { PIECES = 3 };

static void make_pieces(const char *paths[PIECES], const int rows[PIECES], char *whole)
{
  char line[512], text[2048];
  snprintf(whole, 100, "## made so\n#region\tn\n");
  for (int i = 0; i < PIECES; i++) {
    sg_shard s = { .shard = i + 1, .shards = PIECES, .begin = i, .end = i + 1,
                   .total = PIECES, .header = 2, .run = "abc" };
    ck_assert(sg_shard_line(&s, line, sizeof line) > 0);
    int n = snprintf(text, sizeof text, "%s## made so\n#region\tn\n", line);
    for (int k = 0; k < rows[i]; k++) {
      n += snprintf(text + n, sizeof text - (size_t)n, "r%d\t%d\n", i, k);
      snprintf(whole + strlen(whole), 100, "r%d\t%d\n", i, k);
    }
    n += snprintf(text + n, sizeof text - (size_t)n, "%s", SG_SHARD_END);
    write_all(paths[i], text, (size_t)n);
  }
}

/* Pieces with many rows and with none: the whole. Each of them cut off anywhere, or longer:
 * refused, and nothing is written. */
START_TEST(merged)
{
  static const int rows[][PIECES] = { { 3, 0, 2 }, { 0, 0, 0 }, { 1, 4, 0 } };
  const char *paths[PIECES] = { in_dir("1"), in_dir("2"), in_dir("3") };
  char *out = strdup(in_dir("out")), whole[2048];
  sg_err err;
  size_t n, m;
  make_pieces(paths, rows[_i], whole);
  ck_assert_msg(!sg_merge(paths, PIECES, out, &err), "%s", err.text);
  char *text = read_all(out, &n);
  ck_assert(n == strlen(whole) && !memcmp(text, whole, n));
  free(text);
  remove(out);
  for (int i = 0; i < PIECES; i++) {
    text = read_all(paths[i], &m);
    /* The last newline alone may be missing: nothing is lost with it. */
    for (n = 0; n < m - 1; n++) {
      write_all(paths[i], text, n);
      ck_assert_msg(sg_merge(paths, PIECES, out, &err) != SG_OK, "piece %d of %zu bytes", i, n);
      ck_assert(access(out, F_OK));
    }
    memcpy(text + m, "r9\t9\n", 5);
    write_all(paths[i], text, m + 5);
    ck_assert_int_eq(sg_merge(paths, PIECES, out, &err), SG_EFORMAT);
    ck_assert(strstr(err.text, "follows") != NULL);
    write_all(paths[i], text, m);
    free(text);
  }
  ck_assert(!sg_merge(paths, PIECES, out, &err));
  free(out);
}
END_TEST

int main(void)
{
  Suite *suite = suite_create("output");
  TCase *c = tcase_create("output");
  tcase_add_checked_fixture(c, begin, end);
  tcase_add_test(c, sealed);
  tcase_add_test(c, full);
  tcase_add_loop_test(c, merged, 0, 3);
  suite_add_tcase(suite, c);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
