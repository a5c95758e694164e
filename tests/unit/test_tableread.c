/* tests/unit/test_tableread.c: tables of arrays read back: what other programs may have written,
 * promises that a file does not keep, and every way of being cut off.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#ifdef HAVE_HDF5
#include <hdf5.h>
#endif

#include "report/zipwrite.h"
#include "scratch.h"
#include "seqgloss/report.h"

/* An array of an archive. */
typedef struct member { const char *name, *descr, *shape; const void *data; size_t bytes; } member;

static const float scores[] = { 1, 2, 3, 4, 5, 6 };
static const int64_t begins[] = { 7, INT64_C(-3000000000) }, ends[] = { 9, INT64_C(5000000000) };
static const unsigned char big[] = { 0, 0, 0, 7, 0xff, 0xff, 0xff, 0xfe };

static const member plain[] = {
  { "arr_0", "<f4", "(2, 3)", scores, sizeof scores },
  { "coords/region", "|S3", "(2,)", "one\0two", 6 },
  { "coords/chrom", "|S2", "(2,)", "c1c2", 4 },
  { "coords/start", "<i8", "(2,)", begins, sizeof begins },
  { "coords/end", "<i8", "(2,)", ends, sizeof ends },
  { "coords/strand", "|S1", "(2,)", "+-", 2 }
};
enum { MEMBERS = sizeof plain / sizeof *plain };

/* A new name in TMPDIR with that ending. */
static void scratch_path(char *path, size_t size, const char *name)
{
  char base[SCRATCH_PATH];
  int fd = scratch_open("tableread", base);
  ck_assert(fd >= 0);
  close(fd);
  remove(base);
  snprintf(path, size, "%s.%s", base, name);
}

static void put(sg_zipwrite *zip, const member *m)
{
  unsigned char text[512] = "\x93NUMPY\x01";
  char name[64];
  sg_err err;
  int n = snprintf((char *)text + 10, 256, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }"
                   "\n", m->descr, m->shape);
  text[8] = (unsigned char)n;
  memcpy(text + 10 + n, m->data, m->bytes);
  size_t all = 10 + (size_t)n + m->bytes;
  snprintf(name, sizeof name, "%s.npy", m->name);
  ck_assert_int_eq(sg_zipwrite_file(zip, name, all, (uint32_t)crc32(0, text, (uInt)all), &err), 0);
  ck_assert_int_eq(sg_zipwrite_data(zip, text, all, &err), 0);
}

static void write_npz(const char *path, const member *m, int n)
{
  sg_output *out;
  sg_err err;
  ck_assert_int_eq(sg_output_open(path, 0, &out, &err), SG_OK);
  sg_zipwrite *zip = sg_zipwrite_new(out);
  for (int i = 0; i < n; i++) put(zip, &m[i]);
  ck_assert_int_eq(sg_zipwrite_end(zip, &err), SG_OK);
  sg_zipwrite_free(zip);
  ck_assert_int_eq(sg_output_commit(out, &err), SG_OK);
}

/* Reads all rows; *ret_start is the sum of what they say of `start`. */
static sg_status read_all(const char *path, int64_t *ret_rows, int64_t *ret_start, char *strands,
                          sg_err *err)
{
  sg_table_reader *r = NULL;
  bool more = true;
  sg_row row;
  sg_status status = sg_table_reader_open(path, &r, err);
  *ret_rows = *ret_start = 0;
  while (!status && !(status = sg_table_reader_next(r, &row, &more, err)) && more) {
    *ret_start += row.start;
    if (*ret_rows < 8) strands[*ret_rows] = row.strand;
    ++*ret_rows;
  }
  sg_table_reader_close(r);
  return status;
}

/* The plain table with member `at` in place of its own: status, and a word of the message. */
static void expect(const char *path, int at, member with, sg_status want, const char *word)
{
  member m[MEMBERS];
  int64_t rows, start;
  char strands[8];
  sg_err err = { 0 };
  memcpy(m, plain, sizeof m);
  m[at] = with;
  write_npz(path, m, MEMBERS);
  ck_assert_int_eq(read_all(path, &rows, &start, strands, &err), want);
  if (want) ck_assert_msg(strstr(err.text, word) != NULL, "no word of %s: %s", word, err.text);
}

START_TEST(places)
{
  char path[SCRATCH_PATH + 16], strands[8];
  int64_t rows, start;
  sg_err err;
  scratch_path(path, sizeof path, "t.npz");
  write_npz(path, plain, MEMBERS);
  ck_assert_int_eq(read_all(path, &rows, &start, strands, &err), SG_OK);
  ck_assert_int_eq(rows, 2);
  ck_assert_int_eq(start, begins[0] + begins[1]);
  ck_assert_int_eq(strands[1], '-');
  /* four bytes, the other order, with a sign: 7 and -2 */
  member m[MEMBERS];
  memcpy(m, plain, sizeof m);
  m[3] = (member){ "coords/start", ">i4", "(2,)", big, sizeof big };
  write_npz(path, m, MEMBERS);
  ck_assert_int_eq(read_all(path, &rows, &start, strands, &err), SG_OK);
  ck_assert_int_eq(start, 5);
  remove(path);
}
END_TEST

START_TEST(refused)
{
  char path[SCRATCH_PATH + 16];
  scratch_path(path, sizeof path, "t.npz");
  const member floats = { "coords/start", "<f4", "(2,)", scores, 8 };
  const member column = { "coords/start", "<i8", "(2, 1)", begins, 16 };
  const member empty = { "coords/strand", "|u1", "(2, 0)", "", 0 };
  const member wide = { "coords/region", "<U1", "(2,)", begins, 8 };
  const member shorter = { "coords/strand", "|S1", "(1,)", "+", 1 };
  const member longer = { "arr_0", "<f4", "(2, 4000000000)", scores, 24 };
  expect(path, 3, floats, SG_EFORMAT, "whole number");
  expect(path, 3, column, SG_EFORMAT, "coords/start");
  expect(path, 5, empty, SG_EFORMAT, "coords/strand");
  expect(path, 1, wide, SG_EUNSUPPORTED, "astype('S')");
  expect(path, 5, shorter, SG_EFORMAT, "different length");
  expect(path, 0, longer, SG_EFORMAT, "truncated");
  remove(path);
}
END_TEST

/* No rows may be of any length: no memory is asked for. */
START_TEST(no_rows)
{
  static const member none = { "arr_0", "<f4", "(0, 4, 4294967296)", "", 0 };
  char path[SCRATCH_PATH + 16], strands[8];
  int64_t rows = -1, start;
  sg_err err;
  scratch_path(path, sizeof path, "t.npz");
  write_npz(path, &none, 1);
  ck_assert_int_eq(read_all(path, &rows, &start, strands, &err), SG_OK);
  ck_assert_int_eq(rows, 0);
  remove(path);
}
END_TEST

START_TEST(cut_off)
{
  char path[SCRATCH_PATH + 16], strands[8], bytes[4096];
  int64_t rows, start;
  sg_err err;
  scratch_path(path, sizeof path, "t.npz");
  write_npz(path, plain, MEMBERS);
  FILE *f = fopen(path, "rb");
  size_t n = fread(bytes, 1, sizeof bytes, f);
  fclose(f);
  ck_assert(n > 500 && n < sizeof bytes);
  for (size_t k = 0; k < n; k += k + 40 < n ? 11 : 1) {
    f = fopen(path, "wb");
    fwrite(bytes, 1, k, f);
    fclose(f);
    ck_assert_int_ne(read_all(path, &rows, &start, strands, &err), SG_OK);
  }
  remove(path);
}
END_TEST

#ifdef HAVE_HDF5
/* A row of 2^64 numbers that nobody wrote: their bytes, counted in 64 bits, are none. */
START_TEST(endless)
{
  static const hsize_t dims[] = { 2, 1u << 31, 1u << 31, 4 }, chunk[] = { 1, 1, 1, 4 };
  char path[SCRATCH_PATH + 16], strands[8];
  int64_t rows, start;
  sg_err err = { 0 };
  scratch_path(path, sizeof path, "t.h5");
  hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  hid_t space = H5Screate_simple(4, dims, NULL), how = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(how, 4, chunk);
  hid_t set = H5Dcreate2(file, "arr_0", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, how, H5P_DEFAULT);
  ck_assert(set >= 0);
  H5Dclose(set);
  H5Pclose(how);
  H5Sclose(space);
  H5Fclose(file);
  ck_assert_int_eq(read_all(path, &rows, &start, strands, &err), SG_EFORMAT);
  ck_assert_msg(strstr(err.text, "axes") != NULL, "%s", err.text);
  remove(path);
}
END_TEST
#endif

int main(void)
{
  Suite *s = suite_create("tableread");
  TCase *c = tcase_create("tableread");
  tcase_add_test(c, places);
  tcase_add_test(c, refused);
  tcase_add_test(c, no_rows);
  tcase_add_test(c, cut_off);
#ifdef HAVE_HDF5
  tcase_add_test(c, endless);
#endif
  suite_add_tcase(s, c);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
