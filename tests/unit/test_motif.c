/* tests/unit/test_motif.c: motif files, and what matrices say.
 *
 * 1. Files of a test   2. Formats as they are met   3. Malformed files   4. Round trips
 * 5. Shipped files   6. Matrices   7. Sets
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "scratch.h"
#include "seqgloss/motif.h"

/* ---- 1. Files of a test ---------------------------------------------------------------------- */

static char dir[SCRATCH_PATH], path[SCRATCH_PATH + 64];

static void make_dir(void)
{
  scratch_pattern("test", dir);
  ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void remove_dir(void)
{
  if (*path) unlink(path);
  rmdir(dir);
}

static const char *file_of(const char *name)
{
  if (*path) unlink(path);
  snprintf(path, sizeof path, "%s/%s", dir, name);
  return path;
}

static const char *write_file(const char *name, const char *text, size_t n)
{
  FILE *f = fopen(file_of(name), "wb");

  ck_assert_ptr_nonnull(f);
  ck_assert_uint_eq(fwrite(text, 1, n, f), n);
  ck_assert_int_eq(fclose(f), 0);
  return path;
}

static sg_motifs *read_text(const char *text)
{
  sg_motifs *motifs = NULL;
  sg_err err = { SG_OK, "" };

  ck_assert_msg(!sg_motifs_read(write_file("in.txt", text, strlen(text)), &motifs, &err), "%s",
                err.text);
  return motifs;
}

static sg_motifs *read_path(const char *name)
{
  sg_motifs *motifs = NULL;
  sg_err err = { SG_OK, "" };

  ck_assert_msg(!sg_motifs_read(name, &motifs, &err), "%s", err.text);
  return motifs;
}

static void write_motifs(const sg_motifs *motifs, sg_motif_format format, const char *name)
{
  sg_output *output;
  sg_err err = { SG_OK, "" };

  ck_assert_msg(!sg_output_open(file_of(name), 0, &output, &err), "%s", err.text);
  ck_assert_msg(!sg_motifs_write(motifs, format, output, &err), "%s", err.text);
  ck_assert_msg(!sg_output_commit(output, &err), "%s", err.text);
}

static char *slurp(const char *name)
{
  FILE *f = fopen(name, "rb");
  char *text = calloc(1, 1 << 22);

  ck_assert_ptr_nonnull(f);
  ck_assert_ptr_nonnull(text);
  ck_assert_uint_lt(fread(text, 1, (1 << 22) - 1, f), (1 << 22) - 1);
  fclose(f);
  return text;
}

static void same_numbers(const double *got, const double *want, int n)
{
  for (int i = 0; i < n; i++)
    ck_assert_msg(got[i] == want[i], "number %d: %.17g, not %.17g", i, got[i], want[i]);
}

static void is_motif(const sg_motif *m, const char *id, const char *name, sg_motif_kind kind,
                     int width, double nsites, int64_t line)
{
  ck_assert_str_eq(m->id, id);
  ck_assert_str_eq(m->name, name);
  ck_assert_int_eq(m->kind, kind);
  ck_assert_int_eq(m->width, width);
  ck_assert_double_eq(m->nsites, nsites);
  ck_assert_int_eq(m->line, line);
}

/* ---- 2. Formats as they are met -------------------------------------------------------------- */

START_TEST(jaspar_forms)
{
  static const double two[8] = { 1, 2, 3, 4, 5, 6, 7, 8.5 };
  static const struct { const char *text, *id, *name; int64_t line; } forms[] = {
    { ">MA0001.1\tAGL3\nA  [ 1 5 ]\nC  [ 2 6 ]\nG  [ 3 7 ]\nT  [ 4 8.5 ]\n", "MA0001.1", "AGL3",
        1 },
    { ">MA0089.1 MAFG::NRF1 (var.2)\r\nA [1 5]\r\nC [2 6]\r\nG [3 7]\r\nT [4 8.5]", "MA0089.1",
      "MAFG::NRF1 (var.2)", 1 },
    { "# made by hand\n\n> x/y(1),z.2\n1 5\n2 6\n\n3\t7\n4\t8.5\n\n", "x/y(1),z.2", "", 3 },
    { ">x\nT 4 8.5\nA| 1 5\nG| 3 7\nc 2 6\n", "x", "", 1 },
    { "A [1 5]\nC [2 6]\nG [3 7]\nT [4 8.5]\n", "in", "", 1 },
    { "\xef\xbb\xbf" "1 5\n2.0 6e0\n3 7\n4 85e-1\n", "in", "", 1 }
  };
  make_dir();
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    sg_motifs *m = read_text(forms[i].text);
    ck_assert_int_eq(m->format, SG_MOTIF_JASPAR);
    ck_assert_int_eq(m->n, 1);
    ck_assert(!m->has_bg && m->bg[3] == 0.25);
    is_motif(&m->motif[0], forms[i].id, forms[i].name, SG_MOTIF_COUNTS, 2, 26.5, forms[i].line);
    same_numbers(m->motif[0].m, two, 8);
    sg_motifs_free(m);
  }
  remove_dir();
}
END_TEST

/* Which numbers are counts and which are probabilities. */
START_TEST(jaspar_kinds)
{
  static const struct { const char *text; sg_motif_kind kind; double nsites; } forms[] = {
    { ">x\n1 0\n0 0\n0 1\n0 0\n", SG_MOTIF_COUNTS, 1 },
    { ">x\n.25 0\n.25 0\n.25 1\n.25 0\n", SG_MOTIF_PROBS, 0 },
    { ">x\n.33 0\n.33 0\n.33 1\n0 0\n", SG_MOTIF_PROBS, 0 },
    { ">x\n.25 0\n.25 0\n.25 2\n.25 0\n", SG_MOTIF_COUNTS, 2 }
  };
  make_dir();
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    sg_motifs *m = read_text(forms[i].text);
    ck_assert_int_eq(m->motif[0].kind, forms[i].kind);
    ck_assert_double_eq(m->motif[0].nsites, forms[i].nsites);
    sg_motifs_free(m);
  }
  remove_dir();
}
END_TEST

#define MATRIX " 0.5 0.5 0 0\n0.1\t0.2 0.3 0.4 \n"

START_TEST(meme_forms)
{
  static const double two[8] = { 0.5, 0.5, 0, 0, 0.1, 0.2, 0.3, 0.4 };
  static const char *const keys[] = {
    "alength= 4 w= 2 nsites= 17 E= 3.2e-10",
    "alength=4 w =2 nsites = 17 E=3.2e-010",
    " nsites=17 E= 3.2e-10",
    "w=2 n= 99 bayes= 1 nsites= 17 P= 0 E= 3.2E-10"
  };
  char text[1000];
  make_dir();
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    snprintf(text, sizeof text, "MEME version 4.4\n\nALPHABET= ACGT\n\nstrands: + -\n\nBackground "
             "letter frequencies (from x):\nA 0.3 C 0.2\nG 0.2 T 0.3\n\nMOTIF MA1.1 A::b\n\n"
             "letter-probability matrix: %s\n" MATRIX "\nURL http://x\n", keys[i]);
    sg_motifs *m = read_text(text);
    ck_assert_int_eq(m->format, SG_MOTIF_MEME);
    ck_assert_int_eq(m->n, 1);
    ck_assert(m->has_bg && m->bg[0] == 0.3 && m->bg[1] == 0.2 && m->bg[3] == 0.3);
    is_motif(&m->motif[0], "MA1.1", "A::b", SG_MOTIF_PROBS, 2, 17, 11);
    ck_assert_double_eq(m->motif[0].evalue, 3.2e-10);
    same_numbers(m->motif[0].m, two, 8);
    sg_motifs_free(m);
  }
  remove_dir();
}
END_TEST

/* No header but the first line; bundles; both matrices, as in MEME's own report; contributions. */
START_TEST(meme_variants)
{
  sg_motifs *m;
  make_dir();
  m = read_text("MEME version 4\nMOTIF a\nletter-probability matrix:\n" MATRIX
                "MEME version 5\nALPHABET= ACGT\nBackground letter frequencies\nA .4 C .1 G .1 T "
                    ".4\n"
                "MOTIF b\nletter-probability matrix: w= 2\n" MATRIX
                "MEME version 5\nBackground letter frequencies\nA .1 C .4 G .4 T .1\nMOTIF c\n"
                "letter-probability matrix: w= 2\n" MATRIX);
  ck_assert_int_eq(m->n, 3);
  ck_assert_double_eq(m->bg[0], 0.4);
  is_motif(&m->motif[1], "b", "", SG_MOTIF_PROBS, 2, 0, 10);
  sg_motifs_free(m);
  m = read_text("MEME version 5\nALPHABET \"DNA\" DNA-LIKE\nA \"Adenine\" CC0000 ~ T \"Thymine\" "
      "008000\n"
                "END ALPHABET\nMOTIF AC MEME-1 width = 2 sites = 9\n 0 1 2 9 \nlog-odds matrix: "
                    "alength= 4 "
                "w= 2 n= 9 bayes= 1 E= 1\n 0 -100 3 4\n1 1 1 -7\n\nletter-probability matrix: w= 2 "
                "nsites= 9\n" MATRIX "\nMOTIF cwm\nletter-probability matrix: w= 1\n0.1 -0.2 3 0\n"
                "MOTIF odds\nlog-odds matrix: w= 1\n1 2 3 4\n");
  ck_assert_int_eq(m->n, 3);
  is_motif(&m->motif[0], "AC", "MEME-1", SG_MOTIF_PROBS, 2, 9, 5);
  is_motif(&m->motif[1], "cwm", "", SG_MOTIF_CWM, 1, 0, 15);
  ck_assert_double_eq(m->motif[1].m[1], -0.2);
  is_motif(&m->motif[2], "odds", "", SG_MOTIF_CWM, 1, 0, 18);
  sg_motifs_free(m);
  remove_dir();
}
END_TEST

START_TEST(transfac_forms)
{
  static const double two[8] = { 1, 2, 3, 4, 5, 6, 7, 8.5 };
  sg_motifs *m;
  make_dir();
  m = read_text("VV  TRANSFAC MATRIX TABLE, Release 9\nXX\n//\nAC  M00001\nXX\nID  V$MYOD_01\n"
      "XX\nNA  MyoD\n"
                "BF  T00526; MyoD; Species: mouse, Mus musculus.\nP0      A      C      G      T\n"
                "01      1      2      3      4      S\n02      5      6      7      8.5    N\nXX\n"
                "BA  5 functional elements\nXX\n//\n"
                "AC MA0001.3\nXX\nID AGL3\nXX\nDE MA0001.3 AGL3 ; From JASPAR\nPO\tT\tG\tC\tA\n"
                    "01\t4\t3\t2\t1\n"
                "02\t8.5\t7\t6\t5\nXX\nCC class:MADS box factors\n"
                "ID AHR_HUMAN.H11MO.0.B\nP0 A C G T\n1 1 2 3 4\n2 5 6 7 8.5\n");
  ck_assert_int_eq(m->format, SG_MOTIF_TRANSFAC);
  ck_assert_int_eq(m->n, 3);
  is_motif(&m->motif[0], "M00001", "MyoD", SG_MOTIF_COUNTS, 2, 26.5, 10);
  is_motif(&m->motif[1], "MA0001.3", "AGL3", SG_MOTIF_COUNTS, 2, 26.5, 22);
  is_motif(&m->motif[2], "AHR_HUMAN.H11MO.0.B", "", SG_MOTIF_COUNTS, 2, 26.5, 28);
  for (int i = 0; i < 3; i++) same_numbers(m->motif[i].m, two, 8);
  sg_motifs_free(m);
  remove_dir();
}
END_TEST

START_TEST(homer_forms)
{
  static const double two[8] = { 0.5, 0.5, 0, 0, 0.1, 0.2, 0.3, 0.4 };
  sg_motifs *m;
  make_dir();
  m = read_text(">MN\tAP-1(bZIP)/ThioMac-PU.1-ChIP-Seq(GSE21512)/Homer\t6.049537\t-1.78e+03\t0\t"
                "9805.3,5781.0,3085.1,2715.0,0.00e+00\n" MATRIX
                ">MN\t1-MN,BestGuess:PB0058.1_Sfpi1_1/Jaspar(0.981) second name\t8.05\t-2354.0\t0\t"
                "T:17311.0(44.36%),B:2181.5(5.80%),P:1e-10317\tTpos:100.7\n" MATRIX
                ">MN\t \t3\n" MATRIX);
  ck_assert_int_eq(m->format, SG_MOTIF_HOMER);
  ck_assert_int_eq(m->n, 3);
  is_motif(&m->motif[0], "AP-1(bZIP)/ThioMac-PU.1-ChIP-Seq(GSE21512)/Homer", "", SG_MOTIF_PROBS,
      2, 0, 1);
  is_motif(&m->motif[1], "1-MN,BestGuess:PB0058.1_Sfpi1_1/Jaspar(0.981)", "second name",
           SG_MOTIF_PROBS, 2, 17311, 4);
  is_motif(&m->motif[2], "MN", "", SG_MOTIF_PROBS, 2, 0, 7);
  for (int i = 0; i < 3; i++) same_numbers(m->motif[i].m, two, 8);
  sg_motifs_free(m);
  remove_dir();
}
END_TEST

/* ---- 3. Malformed files ---------------------------------------------------------------------- */

#define MEME "MEME version 4\n"
#define BEFORE MEME "MOTIF m:1\nletter-probability matrix: "

static const struct { const char *text, *words; sg_status status; } bad[] = {
  { "", "the file is empty", SG_EFORMAT },
  { "\n\n# nothing\n", "the file is empty", SG_EFORMAT },
  { "chr1\t10\t20\n", ":1: 'chr1", SG_EFORMAT },
  { "<html>\n", "none of the formats", SG_EFORMAT },
  { MEME, "without any motif", SG_EFORMAT },
  { MEME "ALPHABET= ACDEFGHIKLMNPQRSTVWY\n", ":2: an alphabet other than ACGT", SG_EUNSUPPORTED },
  { MEME "ALPHABET= ACGU\n", "ACGT", SG_EUNSUPPORTED },
  { MEME "ALPHABET \"RNA\" RNA-LIKE\n", "no DNA", SG_EUNSUPPORTED },
  { MEME "ALPHABET \"DNA\" DNA-LIKE\nA\n", "no END", SG_EFORMAT },
  { MEME "Background letter frequencies\nA .2 C .3\n", "of G", SG_EFORMAT },
  { MEME "Background letter frequencies\nA .2 C .3 G .x T .2\n", ":3: a matrix: '.x'", SG_EFORMAT },
  { MEME "Background letter frequencies\nA -.2 C .3 G .6 T .3\n", "negative", SG_EFORMAT },
  { MEME "Background letter frequencies\nA .2 C .3 G .6 T .3\n", "sums to 1.4", SG_EFORMAT },
  { MEME "MOTIF\n", ":2: MOTIF without", SG_EFORMAT },
  { MEME "MOTIF a\nMOTIF b\n", ":3: motif a: it has no matrix", SG_EFORMAT },
  { MEME "MOTIF a\n", "motif a: it has no matrix", SG_EFORMAT },
  { MEME "letter-probability matrix: w= 1\n1 0 0 0\n", ":2: a matrix without a line MOTIF",
      SG_EFORMAT },
  { BEFORE "\n", "motif m:1: the matrix ends after 0", SG_EFORMAT },
  { BEFORE "w= 2\n1 0 0 0\nMOTIF b\n", ":5: motif m:1: the matrix ends after 1 columns, w= says "
      "more",
    SG_EFORMAT },
  { BEFORE "w= 1\n1 0 0 0\n1 0 0 0\n", ":5: motif m:1: more columns than w= 1", SG_EFORMAT },
  { BEFORE "w= 1\n1 0 0\n", ":4: motif m:1: 3 numbers", SG_EFORMAT },
  { BEFORE "w= 1\n1 0 0 0 0\n", "more than the 4 numbers", SG_EFORMAT },
  { BEFORE "w= 1\n1 0 0 1e999\n", "range of a double", SG_EFORMAT },
  { BEFORE "w= 1\n1 0 0 nan\n", "'nan' is not a number", SG_EFORMAT },
  { BEFORE "w= 1\n1 0 0 0x1\n", "'0x1' is not a number", SG_EFORMAT },
  { BEFORE "w= 2\n1 0 0 0\n.5 .5 .4 0\n", "column 2 sum to 1.4, not to 1", SG_EFORMAT },
  { BEFORE "w= x\n1 0 0 0\n", ":3: motif m:1: w: 'x' is not a whole number", SG_EFORMAT },
  { BEFORE "w= 1001\n", "not between 1 and 1000", SG_EFORMAT },
  { BEFORE "nsites= -3\n", "nsites", SG_EFORMAT },
  { BEFORE "nsites= 1.1e15\n", "nsites", SG_EFORMAT },
  { BEFORE "nsites= 1.79e308\n", "nsites", SG_EFORMAT },
  { BEFORE "alength= 20 w= 1\n", "other than 4 letters", SG_EUNSUPPORTED },
  { BEFORE "w 1\n", "'w 1' where KEY= VALUE", SG_EFORMAT },
  { BEFORE "w=\n", "no value after 'w='", SG_EFORMAT },
  { BEFORE "w= 1\n1 0 0 0\nletter-probability matrix: w= 1\n1 0 0 0\n", ":5: motif m:1: a second "
      "matrix",
    SG_EFORMAT },
  { ">\nA [1]\n", ":1: > without", SG_EFORMAT },
  { ">x y\nA [ 1 2 ]\nC [ 1 ]\nG [1 2]\nT [1 2]\n", ":3: motif x: 1 numbers in this row, 2",
      SG_EFORMAT },
  { ">x y\nA [ 1 2 ]\nC [ 1 2]\n>z\n", ":4: motif x: no row of A, C, G or T", SG_EFORMAT },
  { ">x y\nA [ 1 2 ]\nC [ 1 2]\n", "motif x: no row of", SG_EFORMAT },
  { ">x y\nA [ 1 2 ]\nA [ 1 2]\n", "a second row of A", SG_EFORMAT },
  { ">x y\nA [ ]\n", "no numbers in the row of A", SG_EFORMAT },
  { ">x y\nA [1]\nC [-1]\nG [1]\nT[1]\n", "negative numbers", SG_EFORMAT },
  { ">x y\nA [1O]\n", "'1O' is not a number", SG_EFORMAT },
  { ">x y\n1\n2\n3\n4\n5\n", ":6: a fifth row", SG_EFORMAT },
  { ">x y\n1\n2\n3\n4\nend\n", ":6: 'end' where > should", SG_EFORMAT },
  { ">x y\nA [1e308]\nC [1e308]\nG [1e308]\nT [1e308]\n", "too large", SG_EFORMAT },
  { ">x y\nA [9e14]\nC [1]\nG [1]\nT [2e14]\n", "more than 1e+15 sites", SG_EFORMAT },
  { "AC  x\nXX\n//\n", ":3: motif x: it has no matrix", SG_EFORMAT },
  { "P0 A C G T\n01 1 2 3 4\n", "a matrix without AC or ID", SG_EFORMAT },
  { "AC x\nP0 A C G U\n", ":2: motif x: P0 should name", SG_EFORMAT },
  { "AC x\nP0 A C A T\n", "P0 should name", SG_EFORMAT },
  { "AC x\nP0 A C G T N\n", "P0 should name", SG_EFORMAT },
  { "AC x\nP0 A C G T\nXX\n", "no column after P0", SG_EFORMAT },
  { "AC x\nP0 A C G T\n01 1 2 3\n", ":3: motif x: 3 numbers", SG_EFORMAT },
  { "AC x\nP0 A C G T\n01 1 2 3 N\n", "'N' is not a number", SG_EFORMAT },
  { "AC x\nP0 A C G T\n01 1 2 3 4 N 5\n", "more than a position", SG_EFORMAT },
  { "AC x\nP0 A C G T\n01 1 2 3 4\nP0 A C G T\n", ":4: a second matrix", SG_EFORMAT },
  { "AC x y\nP0 A C G T\n01 1 2 3 4\n", "cannot hold blanks", SG_EFORMAT },
  { "AC x\nhello\n", ":2: 'hello' begins with no key", SG_EFORMAT },
  { ">A\tx\t1\n>A\ty\t1\n", ":2: motif x: it has no matrix", SG_EFORMAT },
  { ">A\tx\t1\n1 0 0\n", ":2: motif x: 3 numbers", SG_EFORMAT },
  { ">A\tx\t1\n4 0 0 0\n", "column 1 sum to 4", SG_EFORMAT },
  { ">A\tx\t1\n1 0.5 -0.5 0\n", "negative numbers", SG_EFORMAT },
  { ">A\tx\t1\t0\t0\tT:abc(1%)\n1 0 0 0\n", "T: 'abc'", SG_EFORMAT },
  { ">A\tx\t1\t0\t0\tT:1.79e308(1%)\n1 0 0 0\n", "T: ", SG_EFORMAT },
  { ">x\x01y\nA [1]\n", "control character (byte 1)", SG_EFORMAT }
};

START_TEST(malformed)
{
  make_dir();
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    sg_motifs *m = NULL;
    sg_err err = { SG_OK, "" };
    sg_status status = sg_motifs_read(write_file("in.txt", bad[i].text, strlen(bad[i].text)), &m,
                                      &err);
    ck_assert_msg(status == bad[i].status && err.code == status, "%zu: status %d: %s", i, status,
                  err.text);
    ck_assert_ptr_null(m);
    ck_assert_msg(strstr(err.text, bad[i].words) != NULL, "%zu: '%s' lacks '%s'", i, err.text,
                  bad[i].words);
    ck_assert_msg(strstr(err.text, "in.txt") != NULL, "%zu: no file in '%s'", i, err.text);
    ck_assert_ptr_null(strchr(err.text, '\n'));
    ck_assert_int_ne(sg_motifs_read(path, &m, NULL), SG_OK);
  }
  remove_dir();
}
END_TEST

START_TEST(hostile)
{
  static char text[200000];
  sg_motifs *m = NULL;
  sg_err err = { SG_OK, "" };
  char *at = text + snprintf(text, sizeof text, ">wide\nA ");
  make_dir();
  for (int i = 0; i < 1001; i++) at += snprintf(at, 8, " 1");
  ck_assert_int_eq(sg_motifs_read(write_file("w", text, strlen(text)), &m, &err), SG_EFORMAT);
  ck_assert_msg(strstr(err.text, ":2: motif wide: more than 1000 columns") != NULL, "%s", err.text);
  at = text + snprintf(text, sizeof text, ">A\ttall\t1\n");
  for (int i = 0; i < 1001; i++) at += snprintf(at, 12, "1 0 0 0\n");
  ck_assert_int_eq(sg_motifs_read(write_file("t", text, strlen(text)), &m, &err), SG_EFORMAT);
  ck_assert_msg(strstr(err.text, ":1002: motif tall: more than 1000") != NULL, "%s", err.text);
  memset(text, 'x', sizeof text);
  text[0] = '>';
  ck_assert_int_eq(sg_motifs_read(write_file("l", text, sizeof text), &m, &err), SG_EFORMAT);
  ck_assert_uint_lt(strlen(err.text), SG_ERR_TEXT);
  ck_assert_int_eq(sg_motifs_read(write_file("z", ">a\0b\n", 5), &m, &err), SG_EFORMAT);
  ck_assert_ptr_nonnull(strstr(err.text, "byte 0"));
  ck_assert_int_eq(sg_motifs_read(write_file("g", "\x1f\x8b\x08\x00x", 5), &m, &err), SG_EFORMAT);
  ck_assert_int_eq(sg_motifs_read("/nonexistent/x", &m, &err), SG_ENOTFOUND);
  remove_dir();
}
END_TEST

/* ---- 4. Round trips -------------------------------------------------------------------------- */

/* Random numbers of every size, zeros among them. */
static void fill(sg_rng *rng, sg_motif *m, sg_motif_kind kind)
{
  m->kind = kind;
  for (int i = 0; i < m->width; i++) {
    double *c = m->m + i * 4, sum = 0;
    for (int a = 0; a < 4; a++) {
      c[a] = sg_rng_below(rng, 5) ? sg_rng_unit(rng) * pow(10, (double)sg_rng_below(rng, 6)) : 0;
      if (kind == SG_MOTIF_COUNTS) c[a] *= 100;
      if (kind == SG_MOTIF_CWM && sg_rng_below(rng, 2)) c[a] = -c[a];
      sum += c[a];
    }
    if (kind == SG_MOTIF_PROBS && sum == 0) sum = c[1] = 1;
    for (int a = 0; kind == SG_MOTIF_PROBS && a < 4; a++) c[a] /= sum;
  }
  m->nsites = kind == SG_MOTIF_COUNTS ? 0 : (double)sg_rng_below(rng, 3) * 37;
  if (kind == SG_MOTIF_COUNTS) m->m[0] = 2.5;            /* no mistaking it for probabilities */
  for (int i = 0; i < m->width && kind == SG_MOTIF_COUNTS; i++)
    m->nsites = fmax(m->nsites, m->m[i * 4] + m->m[i * 4 + 1] + m->m[i * 4 + 2] + m->m[i * 4 + 3]);
}

static sg_motifs *random_set(sg_rng *rng, sg_motif_kind kind)
{
  static const char *const names[] = { "", "MAFG::NRF1", "x(var.2)", "a,b/c" };
  sg_motifs *set;
  sg_motif *m;
  ck_assert_int_eq(sg_motifs_new(&set, NULL), SG_OK);
  for (int i = 0; i < 7; i++) {
    char id[64];
    snprintf(id, sizeof id, "M%d:%d::(x)./,", i, (int)sg_rng_below(rng, 1000));
    ck_assert_int_eq(sg_motifs_add(set, id, names[sg_rng_below(rng, 4)],
                                   1 + (int)sg_rng_below(rng, 30), &m, NULL), SG_OK);
    fill(rng, m, kind);
    if (kind == SG_MOTIF_CWM) m->nsites = 12;
  }
  return set;
}

static void same_sets(const sg_motifs *got, const sg_motifs *want)
{
  ck_assert_int_eq(got->n, want->n);
  for (int i = 0; i < got->n; i++) {
    is_motif(&got->motif[i], want->motif[i].id, want->motif[i].name, want->motif[i].kind,
             want->motif[i].width, want->motif[i].nsites, got->motif[i].line);
    same_numbers(got->motif[i].m, want->motif[i].m, want->motif[i].width * 4);
  }
}

START_TEST(round_trips)
{
  static const struct { sg_motif_format format; sg_motif_kind kind; const char *name; } ways[] = {
    { SG_MOTIF_JASPAR, SG_MOTIF_COUNTS, "x.jaspar" }, { SG_MOTIF_TRANSFAC, SG_MOTIF_COUNTS, "x" },
    { SG_MOTIF_MEME, SG_MOTIF_PROBS, "x.meme.gz" }, { SG_MOTIF_HOMER, SG_MOTIF_PROBS, "x.gz" },
    { SG_MOTIF_MEME, SG_MOTIF_CWM, "x.meme" }
  };
  sg_rng rng;
  sg_rng_seed(&rng, 11);
  make_dir();
  for (int round = 0; round < 30; round++)
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) {
      sg_motifs *set = random_set(&rng, ways[w].kind), *got;
      write_motifs(set, ways[w].format, ways[w].name);
      got = read_path(path);
      ck_assert_int_eq(got->format, ways[w].format);
      same_sets(got, set);
      sg_motifs_free(got);
      sg_motifs_free(set);
    }
  remove_dir();
}
END_TEST

/* From counts to probabilities and back: rounding only; contributions without negative numbers stay
 * such, and go nowhere else. */
START_TEST(conversions)
{
  sg_motifs *set, *got;
  sg_rng rng;
  sg_err err;
  sg_output *output;
  sg_rng_seed(&rng, 5);
  make_dir();
  set = random_set(&rng, SG_MOTIF_COUNTS);
  memset(set->motif[0].m, 0, sizeof(double[4]));          /* a column without counts */
  for (int f = SG_MOTIF_MEME; f <= SG_MOTIF_HOMER; f += SG_MOTIF_HOMER - SG_MOTIF_MEME) {
    write_motifs(set, (sg_motif_format)f, "x");
    got = read_path(path);
    same_numbers(got->motif[0].m, (double[4]){ 0.25, 0.25, 0.25, 0.25 }, 4);
    for (int i = 0; i < set->n; i++) {
      ck_assert_int_eq(got->motif[i].kind, SG_MOTIF_PROBS);
      ck_assert_double_eq(got->motif[i].nsites, f == SG_MOTIF_MEME ? round(set->motif[i].nsites)
                                                                   : set->motif[i].nsites);
      for (int c = i == 0; c < set->motif[i].width; c++) {
        const double *n = set->motif[i].m + c * 4, *p = got->motif[i].m + c * 4;
        double sum = n[0] + n[1] + n[2] + n[3];
        for (int a = 0; a < 4 && sum > 0; a++)
          ck_assert_msg(fabs(p[a] - n[a] / sum) <= 1e-15, "%g %g", p[a], n[a] / sum);
      }
    }
    sg_motifs_free(got);
  }
  sg_motifs_free(set);
  set = random_set(&rng, SG_MOTIF_PROBS);
  set->motif[0].nsites = 0;
  set->motif[1].nsites = 8;
  write_motifs(set, SG_MOTIF_JASPAR, "x");
  got = read_path(path);
  ck_assert_double_eq_tol(got->motif[0].m[0], 100 * set->motif[0].m[0], 1e-12);
  ck_assert_double_eq_tol(got->motif[1].m[0], 8 * set->motif[1].m[0], 1e-12);
  sg_motifs_free(got);
  set->motif[0].kind = SG_MOTIF_CWM;
  write_motifs(set, SG_MOTIF_MEME, "x");
  got = read_path(path);
  ck_assert_int_eq(got->motif[0].kind, SG_MOTIF_CWM);
  same_numbers(got->motif[0].m, set->motif[0].m, 4 * set->motif[0].width);
  sg_motifs_free(got);
  for (int f = SG_MOTIF_JASPAR; f <= SG_MOTIF_HOMER; f++) {
    ck_assert_int_eq(sg_output_open(file_of("y"), 0, &output, &err), SG_OK);
    ck_assert_int_eq(sg_motifs_write(set, (sg_motif_format)f, output, &err), SG_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(err.text, set->motif[0].id));
    sg_output_discard(output);
  }
  sg_motifs_free(set);
  remove_dir();
}
END_TEST

START_TEST(endings)
{
  static const struct { const char *name; int format; } names[] = {
    { "a.meme", SG_MOTIF_MEME }, { "a.meme.gz", SG_MOTIF_MEME }, { "d.meme/a.pfm",
        SG_MOTIF_JASPAR },
    { "a.jaspar", SG_MOTIF_JASPAR }, { "a.transfac", SG_MOTIF_TRANSFAC }, { "a.b.homer",
        SG_MOTIF_HOMER },
    { "a.motif", SG_MOTIF_HOMER }, { "a.txt", -1 }, { "meme", -1 }, { ".meme", -1 }, { "", -1 }
  };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    sg_motif_format f;
    sg_err err;
    sg_status status = sg_motif_format_of(names[i].name, &f, &err);
    if (names[i].format < 0) ck_assert_int_eq(status, SG_EINVAL);
    else ck_assert_msg(!status && (int)f == names[i].format, "%s", names[i].name);
  }
}
END_TEST

/* ---- 5. Shipped files ------------------------------------------------------------ */

/* What we write is what JASPAR's own layout is, byte by byte. */
START_TEST(shipped)
{
  static const char *const taxa[] = { "vertebrates", "plants", "insects", "fungi", "nematodes",
                                      "urochordates" };
  static const int count[] = { 1019, 927, 296, 193, 103, 94 };
  const char *src = getenv("SEQGLOSS_SRC");
  make_dir();
  for (int i = 0; i < 6; i++) {
    char name[1000];
    char *want, *got;
    snprintf(name, sizeof name, "%s/motifs/JASPAR2026_CORE_%s.jaspar", src ? src : ".", taxa[i]);
    sg_motifs *m = read_path(name);
    ck_assert_int_eq(m->n, count[i]);
    write_motifs(m, SG_MOTIF_JASPAR, "x.jaspar");
    want = slurp(name);
    got = slurp(path);
    ck_assert_msg(!strcmp(want, got), "%s", taxa[i]);
    free(want);
    free(got);
    sg_motifs_free(m);
  }
  remove_dir();
}
END_TEST

/* ---- 6. Matrices ----------------------------------------------------------------------------- */

static sg_motifs *one(sg_motif_kind kind, int width, const double *m)
{
  sg_motifs *set;
  sg_motif *motif;
  ck_assert_int_eq(sg_motifs_new(&set, NULL), SG_OK);
  ck_assert_int_eq(sg_motifs_add(set, "x", NULL, width, &motif, NULL), SG_OK);
  memcpy(motif->m, m, (size_t)width * sizeof(double[4]));
  motif->kind = kind;
  return set;
}

/* Worked out by hand. */
START_TEST(golden)
{
  static const double even[4] = { 0.25, 0.25, 0.25, 0.25 }, at[4] = { 0.3, 0.2, 0.2, 0.3 };
  static const double n[12] = { 10, 10, 0, 0, 0, 0, 20, 0, 5, 5, 5, 5 };
  double p[12], ic[3];
  sg_motifs *set = one(SG_MOTIF_COUNTS, 3, n);
  sg_motif *m = &set->motif[0];

  ck_assert_int_eq(sg_motif_probs(m, 0, even, p, NULL), SG_OK);
  same_numbers(p, (double[12]){ 0.5, 0.5, 0, 0, 0, 0, 1, 0, 0.25, 0.25, 0.25, 0.25 }, 12);
  sg_motif_bits(p, 3, even, ic);
  same_numbers(ic, (double[3]){ 1, 2, 0 }, 3);
  sg_motif_bits(p, 3, at, ic);
  ck_assert_double_eq_tol(ic[1], log2(5), 1e-15);
  ck_assert_double_eq_tol(ic[0], 0.5 * log2(0.5 / 0.3) + 0.5 * log2(0.5 / 0.2), 1e-15);
  ck_assert_int_eq(sg_motif_probs(m, 0.1, at, p, NULL), SG_OK);
  ck_assert_double_eq_tol(p[0], 10.03 / 20.1, 1e-15);
  ck_assert_double_eq_tol(p[2], 0.02 / 20.1, 1e-15);
  ck_assert_int_eq(sg_motif_heights(m, SG_HEIGHTS_BITS, false, even, p, NULL), SG_OK);
  same_numbers(p, (double[12]){ 0.5, 0.5, 0, 0, 0, 0, 2, 0 }, 12);
  ck_assert_int_eq(sg_motif_heights(m, SG_HEIGHTS_BITS, true, even, p, NULL), SG_OK);
  ck_assert_double_eq_tol(p[6], 2 - 0.10820212806667225, 1e-14);   /* 3 / (40 ln 2) */
  ck_assert_double_eq(p[8], 0);
  ck_assert_int_eq(sg_motif_heights(m, SG_HEIGHTS_AS_IS, true, even, p, NULL), SG_OK);
  same_numbers(p, n, 12);
  m->kind = SG_MOTIF_PROBS;
  memcpy(m->m, (double[4]){ 0.5, 0.5, 0, 0 }, sizeof(double[4]));
  memcpy(m->m + 4, (double[4]){ 0, 0, 1, 0 }, sizeof(double[4]));
  memcpy(m->m + 8, even, sizeof even);
  ck_assert_int_eq(sg_motif_probs(m, 1, even, p, NULL), SG_OK);
  ck_assert_double_eq_tol(p[0], 10.25 / 21, 1e-15);       /* 20 sites where none are said */
  m->nsites = 4;
  ck_assert_int_eq(sg_motif_probs(m, 1, even, p, NULL), SG_OK);
  ck_assert_double_eq_tol(p[0], 2.25 / 5, 1e-15);
  sg_motifs_free(set);
}
END_TEST

START_TEST(degenerate)
{
  static const double even[4] = { 0.25, 0.25, 0.25, 0.25 }, zeros[4] = { 0 };
  double p[4];
  sg_err err;
  sg_motifs *set = one(SG_MOTIF_COUNTS, 1, zeros);
  ck_assert_int_eq(sg_motif_probs(&set->motif[0], 0, even, p, &err), SG_EINVAL);
  ck_assert_int_eq(sg_motif_probs(&set->motif[0], -1, even, p, &err), SG_EINVAL);
  ck_assert_int_eq(sg_motif_probs(&set->motif[0], NAN, even, p, &err), SG_EINVAL);
  ck_assert_int_eq(sg_motif_probs(&set->motif[0], 0.5, even, p, &err), SG_OK);
  same_numbers(p, even, 4);
  ck_assert_int_eq(sg_motif_heights(&set->motif[0], SG_HEIGHTS_BITS, true, even, p, &err), SG_OK);
  same_numbers(p, zeros, 4);
  ck_assert_int_eq(sg_motif_heights(&set->motif[0], SG_HEIGHTS_PROBS, true, even, p, &err), SG_OK);
  same_numbers(p, even, 4);
  set->motif[0].kind = SG_MOTIF_CWM;
  ck_assert_int_eq(sg_motif_probs(&set->motif[0], 1, even, p, &err), SG_EINVAL);
  ck_assert_int_eq(sg_motif_heights(&set->motif[0], SG_HEIGHTS_BITS, true, even, p, &err),
      SG_EINVAL);
  ck_assert_int_eq(sg_motif_heights(&set->motif[0], SG_HEIGHTS_AS_IS, true, even, p, &err), SG_OK);
  sg_motifs_free(set);
}
END_TEST

START_TEST(strands)
{
  sg_rng rng;
  sg_rng_seed(&rng, 3);
  for (int round = 0; round < 50; round++) {
    double m[40], r[40];
    int w = 1 + (int)sg_rng_below(&rng, 10);
    for (int i = 0; i < 4 * w; i++) m[i] = r[i] = sg_rng_unit(&rng);
    sg_motif_revcomp(r, w);
    for (int i = 0; i < w; i++)
      for (int a = 0; a < 4; a++) ck_assert_double_eq(r[i * 4 + a], m[(w - 1 - i) * 4 + 3 - a]);
    sg_motif_revcomp(r, w);
    same_numbers(r, m, 4 * w);
  }
}
END_TEST

START_TEST(letters)
{
  static const struct { double p[4]; const char *text; } columns[] = {
    { { 1, 0, 0, 0 }, "A" }, { { 0.51, 0.25, 0.24, 0 }, "A" }, { { 0.5, 0.5, 0, 0 }, "M" },
    { { 0.5, 0.2, 0.2, 0.1 }, "N" }, { { 0.1, 0.55, 0.05, 0.3 }, "Y" }, { { 0.4, 0, 0.4, 0.2 },
        "R" },
    { { 0.25, 0.25, 0.25, 0.25 }, "N" }, { { 0, 0, 0.3, 0.7 }, "T" }, { { 0, 0, 0, 0 }, "N" },
    { { 0, 0.38, 0.38, 0.24 }, "S" }, { { 0, 0, 0.4, 0.6 }, "K" }, { { 0.45, 0, 0, 0.55 }, "W" }
  };
  char text[2];
  for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
    sg_motif_consensus(columns[i].p, 1, text);
    ck_assert_msg(!strcmp(text, columns[i].text), "%zu: %s, not %s", i, text, columns[i].text);
  }
}
END_TEST

/* ---- 7. Sets --------------------------------------------------------------------------------- */

START_TEST(text_motifs)
{
  sg_motifs *set;
  sg_motif *m;
  sg_err err;
  char text[SG_MOTIF_WIDTH_MAX + 2];
  ck_assert_int_eq(sg_motifs_new(&set, &err), SG_OK);
  ck_assert_int_eq(sg_motifs_add_text(set, "mare", "TGctNRwvU-", &m, &err), SG_OK);
  is_motif(m, "mare", "", SG_MOTIF_PROBS, 10, 0, 0);
  sg_motif_consensus(m->m, 10, text);
  ck_assert_str_eq(text, "TGCTNRWNTN");                   /* V has three bases: N by Cavener */
  same_numbers(m->m + 28, (double[4]){ 1.0 / 3, 1.0 / 3, 1.0 / 3, 0 }, 4);
  ck_assert_int_eq(sg_motifs_add_text(set, "x", "ACZ", &m, &err), SG_EINVAL);
  ck_assert_ptr_nonnull(strstr(err.text, "'Z'"));
  ck_assert_int_eq(sg_motifs_add_text(set, "x", "", &m, &err), SG_EINVAL);
  memset(text, 'A', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  ck_assert_int_eq(sg_motifs_add_text(set, "x", text, &m, &err), SG_EINVAL);
  ck_assert_int_eq(set->n, 1);
  sg_motifs_free(set);
}
END_TEST

START_TEST(sets)
{
  sg_motifs *set, *copy;
  sg_motif *m;
  sg_err err;
  ck_assert_int_eq(sg_motifs_new(&set, &err), SG_OK);
  ck_assert_int_eq(sg_motifs_new(&copy, &err), SG_OK);
  ck_assert_int_eq(sg_motifs_add(set, "", "x", 3, &m, &err), SG_EINVAL);
  ck_assert_int_eq(sg_motifs_add(set, "a b", "x", 3, &m, &err), SG_EINVAL);
  ck_assert_int_eq(sg_motifs_add(set, "a\tb", "x", 3, &m, &err), SG_EINVAL);
  ck_assert_int_eq(sg_motifs_add(set, "a", "x\ny", 3, &m, &err), SG_EINVAL);
  ck_assert_int_eq(sg_motifs_add(set, "a", "x", 0, &m, &err), SG_EINVAL);
  ck_assert_int_eq(sg_motifs_add(set, "a", "x", SG_MOTIF_WIDTH_MAX + 1, &m, &err), SG_EINVAL);
  for (int i = 0; i < 1000; i++) {
    char id[16];
    snprintf(id, sizeof id, "m%d", i);
    ck_assert_int_eq(sg_motifs_add(set, id, NULL, 1 + i % 7, &m, &err), SG_OK);
    m->m[0] = i;
    m->nsites = 2 * i;
  }
  for (int i = 0; i < 1000; i++) ck_assert_int_eq(sg_motifs_append(copy, &set->motif[i], &err),
      SG_OK);
  same_sets(copy, set);
  sg_motifs_free(set);
  sg_motifs_free(copy);
  sg_motifs_free(NULL);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("motif");
  TCase *files = tcase_create("files"), *matrices = tcase_create("matrices");
  tcase_add_test(files, jaspar_forms);
  tcase_add_test(files, jaspar_kinds);
  tcase_add_test(files, meme_forms);
  tcase_add_test(files, meme_variants);
  tcase_add_test(files, transfac_forms);
  tcase_add_test(files, homer_forms);
  tcase_add_test(files, malformed);
  tcase_add_test(files, hostile);
  tcase_add_test(files, round_trips);
  tcase_add_test(files, conversions);
  tcase_add_test(files, endings);
  tcase_add_test(files, shipped);
  tcase_add_test(matrices, golden);
  tcase_add_test(matrices, degenerate);
  tcase_add_test(matrices, strands);
  tcase_add_test(matrices, letters);
  tcase_add_test(matrices, text_motifs);
  tcase_add_test(matrices, sets);
  suite_add_tcase(s, files);
  suite_add_tcase(s, matrices);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? 1 : 0;
}
