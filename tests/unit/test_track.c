/* tests/unit/test_track.c: tracks against plain arrays: any order, overlaps, both formats.
 *
 * 1. Chromosomes of numbers   2. Reading tracks   3. Small tracks   4. Refusals   5. Large tracks
 * 6. Full disks
 */
#ifdef HAVE_BIGWIG
#include <bigWig.h>
#endif
#include <check.h>
#include <dirent.h>
#include <htslib/hts_log.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rng.h"
#include "seqgloss/track.h"

/* ---- 1. Chromosomes of numbers --------------------------------------------------------------- */

enum { CHROMS = 3 };

/* Not in the order of their names; the middle one gets no window. */
static const sg_track_chrom genome[CHROMS] = {
  { "chr2", 3000000 }, { "chr10_alt", 77 }, { "chr1", 20000 }
};

/* What a track should hold, NaN where nothing is. */
typedef struct plain {
  float *value[CHROMS];
  double *sum[CHROMS];
  int *count[CHROMS];
} plain;

static void plain_new(plain *p)
{
  for (int c = 0; c < CHROMS; c++) {
    size_t n = (size_t)genome[c].length;
    p->value[c] = calloc(n, sizeof(float));
    p->sum[c] = calloc(n, sizeof(double));
    p->count[c] = calloc(n, sizeof(int));
    ck_assert(p->value[c] && p->sum[c] && p->count[c]);
  }
}

static void plain_free(plain *p)
{
  for (int c = 0; c < CHROMS; c++) {
    free(p->value[c]);
    free(p->sum[c]);
    free(p->count[c]);
  }
}

static void plain_add(plain *p, int c, int64_t start, int64_t n, const float *v, sg_overlap how)
{
  for (int64_t i = 0; i < n; i++) {
    double *sum = &p->sum[c][start + i];
    if (isnan(v[i])) continue;
    if (!p->count[c][start + i]++) *sum = v[i];
    else if (how == SG_OVERLAP_MEAN) *sum += v[i];
    else if (fabs((double)v[i]) > fabs(*sum)) *sum = v[i];
  }
}

static void plain_end(plain *p, sg_overlap how)
{
  for (int c = 0; c < CHROMS; c++)
    for (int64_t i = 0; i < genome[c].length; i++) {
      int k = p->count[c][i];
      double d = how == SG_OVERLAP_MEAN && k ? p->sum[c][i] / k : p->sum[c][i];
      p->value[c][i] = k ? (float)d : NAN;
    }
}

/* ---- 2. Reading tracks ----------------------------------------------------------------------- */

static char folder[256], path[512];

/* A folder of its own for every test; `name` in it. */
static const char *begin_in(const char *name)
{
  const char *tmp = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/seqgloss-track-XXXXXX", tmp ? tmp : "/tmp");
  ck_assert(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

/* Files left in the folder. */
static int files_left(void)
{
  DIR *d = opendir(folder);
  int n = 0;
  ck_assert(d);
  for (struct dirent *e; (e = readdir(d));) n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
  closedir(d);
  return n;
}

static void end_folder(void)
{
  unlink(path);
  ck_assert_int_eq(files_left(), 0);
  ck_assert(!rmdir(folder));
}

static sg_track *open_track(const char *name, sg_overlap how)
{
  sg_track_opts o = sg_track_opts_default();
  sg_track *t;
  sg_err e = { 0 };
  o.path = begin_in(name);
  o.chroms = genome;
  o.n_chroms = CHROMS;
  o.overlap = how;
  ck_assert_msg(!sg_track_open(&o, &t, &e), "%s", e.text);
  return t;
}

static void add(sg_track *t, int c, int64_t start, int64_t n, const float *v)
{
  sg_err e;
  if (sg_track_add(t, genome[c].name, start, n, v, &e)) ck_abort_msg("%s", e.text);
}

static void close_track(sg_track *t)
{
  sg_err e = { 0 };
  ck_assert_msg(!sg_track_close(t, &e), "%s", e.text);
  ck_assert_int_eq(files_left(), 1);
}

static bool same(float a, float b) { return !memcmp(&a, &b, sizeof a) || (isnan(a) && isnan(b)); }

static int chrom_named(const char *name)
{
  for (int c = 0; c < CHROMS; c++)
    if (!strcmp(genome[c].name, name)) return c;
  ck_abort_msg("chromosome %s", name);
  return -1;
}

/* Text: every base once, in order, and nothing else. */
static int64_t check_bedgraph(const plain *p)
{
  int64_t wrong = 0, seen = 0, lines = 0, at = 0, expected = 0;
  sg_lines *in;
  char *line, name[64];
  int last = 0;
  ck_assert(!sg_lines_open(path, &in, NULL));
  while (!sg_lines_next(in, &line, NULL, NULL) && line) {
    int64_t start, end;
    double v;
    char number[64];
    int c = -1;
    if (sscanf(line, "%63s\t%" SCNd64 "\t%" SCNd64 "\t%63s", name, &start, &end, number) == 4)
      c = chrom_named(name);
    if (c < last || (c == last && start < at) || start >= end || end > genome[c].length ||
        sg_parse_f64("value", number, -HUGE_VAL, HUGE_VAL, &v, NULL))
      ck_abort_msg("line %" PRId64 ": %s", lines + 1, line);
    for (int64_t i = start; i < end; i++) wrong += !same((float)v, p->value[c][i]);
    seen += end - start;
    at = end;
    last = c;
    lines++;
  }
  sg_lines_close(in);
  for (int c = 0; c < CHROMS; c++)
    for (int64_t i = 0; i < genome[c].length; i++) expected += !isnan(p->value[c][i]);
  ck_assert_int_eq(seen, expected);
  ck_assert_int_eq(wrong, 0);
  return lines;
}

#ifdef HAVE_BIGWIG

typedef struct total { double covered, min, max, sum, squares; } total;

static void check_bases(bigWigFile_t *f, int c, const plain *p, total *t)
{
  uint32_t length = (uint32_t)genome[c].length;
  bwOverlappingIntervals_t *o = bwGetValues(f, genome[c].name, 0, length, 1);
  ck_assert(o && o->l == length);
  for (uint32_t i = 0; i < length; i++) {
    float v = p->value[c][i];
    if (!same(o->value[i], v))
      ck_abort_msg("%s:%u: %g for %g", genome[c].name, i, o->value[i], v);
    if (isnan(v)) continue;
    t->min = t->covered == 0 || v < t->min ? v : t->min;
    t->max = t->covered == 0 || v > t->max ? v : t->max;
    t->covered++;
    t->sum += v;
    t->squares += (double)v * v;
  }
  bwDestroyOverlappingIntervals(o);
}

static bool near(double a, double b, double scale) { return fabs(a - b) <= 1e-6 * fmax(1, scale); }

/* Zoomed statistics of some bins against the bases themselves. */
static void check_zooms(bigWigFile_t *f, int c, const plain *p, int64_t bin)
{
  for (int64_t from = 0; from + bin <= genome[c].length; from += bin < 512 ? 19 * bin : bin) {
    double all = 0, most = -HUGE_VAL, n = 0;
    uint32_t a = (uint32_t)from, b = (uint32_t)(from + bin);
    for (int64_t i = from; i < from + bin; i++) {
      float v = p->value[c][i];
      if (isnan(v)) continue;
      all += v;
      most = fmax(most, v);
      n++;
    }
    double *m = bwStats(f, genome[c].name, a, b, 1, max);
    double *s = bwStats(f, genome[c].name, a, b, 1, mean);
    double *k = bwStats(f, genome[c].name, a, b, 1, coverage);
    if (!m || !s || !k || (n == 0 && !isnan(*m)))
      ck_abort_msg("%s: bases from %u on", genome[c].name, a);
    if (n > 0 && !(*m == most && near(*s * n, all, most * n) && fabs(*k * (double)bin - n) < 0.5))
      ck_abort_msg("%s:%u-%u: max %g for %g, mean %g for %g, covered %g for %g", genome[c].name, a,
                   b, *m, most, *s, all / n, *k * (double)bin, n);
    free(m);
    free(s);
    free(k);
  }
}

static void check_bigwig(const plain *p)
{
  total t = { 0 };
  bigWigFile_t *f = bwOpen(path, NULL, "r");
  ck_assert(f && f->cl->nKeys == CHROMS);
  for (int c = 0; c < CHROMS; c++) {
    ck_assert_str_eq(f->cl->chrom[c], genome[c].name);
    ck_assert(f->cl->len[c] == genome[c].length);
    check_bases(f, c, p, &t);
  }
  ck_assert(f->hdr->nBasesCovered == t.covered);
  ck_assert(f->hdr->minVal == t.min && f->hdr->maxVal == t.max);
  ck_assert(near(f->hdr->sumData, t.sum, t.squares) && near(f->hdr->sumSquared, t.squares,
                                                             t.squares));
  for (int64_t bin = 64; f->hdr->nLevels && bin <= 65536; bin *= 32) check_zooms(f, 0, p, bin);
  bwClose(f);
}

#endif

/* ---- 3. Small tracks ------------------------------------------------------------------------- */

static const char *const names[] = { "x.bedgraph", "x.bdg.gz",
#ifdef HAVE_BIGWIG
  "x.bw",
#endif
};

enum { FORMATS = sizeof names / sizeof names[0] };

static void check_file(const plain *p)
{
#ifdef HAVE_BIGWIG
  if (strstr(path, ".bw")) {
    check_bigwig(p);
    return;
  }
#endif
  check_bedgraph(p);
}

/* Ends of chromosomes, single bases, borders of tiles (8192), NaN, neighbours that are equal but
 * for the sign of zero, numbers of all sizes. */
static void add_edges(sg_track *t, plain *p, sg_overlap how)
{
  static const float few[] = { 1, 1, NAN, -0.0f, 0, 1e-42f, 3.4028235e38f, -1.5f, 0.1f };
  static const struct { int c; int64_t start, n; } windows[] = {
    { 2, 19991, 9 }, { 0, 0, 9 }, { 0, 2999999, 1 }, { 0, 8190, 5 }, { 2, 0, 1 }, { 0, 16384, 1 },
    { 0, 8191, 1 }, { 0, 8191, 1 }, { 0, 24575, 2 }, { 2, 8192, 0 }, { 0, 2, 1 }, { 2, 19999, 1 }
  };
  for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
    add(t, windows[i].c, windows[i].start, windows[i].n, few);
    plain_add(p, windows[i].c, windows[i].start, windows[i].n, few, how);
  }
  plain_end(p, how);
}

START_TEST(edges_are_kept)
{
  for (int how = SG_OVERLAP_MEAN; how <= SG_OVERLAP_MAX; how++) {
    plain p;
    plain_new(&p);
    sg_track *t = open_track(names[_i], (sg_overlap)how);
    add_edges(t, &p, (sg_overlap)how);
    close_track(t);
    check_file(&p);
    end_folder();
    plain_free(&p);
  }
}
END_TEST

static char *content(size_t *ret_n)
{
  FILE *f = fopen(path, "rb");
  struct stat st;
  ck_assert(f && !fstat(fileno(f), &st));
  char *bytes = malloc((size_t)st.st_size + 1);
  ck_assert(bytes && fread(bytes, 1, (size_t)st.st_size, f) == (size_t)st.st_size);
  bytes[st.st_size] = 0;
  *ret_n = (size_t)st.st_size;
  fclose(f);
  return bytes;
}

START_TEST(text_is_as_documented)
{
  const float v[] = { 0.5f, 0.5f, -0.1f, NAN, 1e-7f };
  size_t n;
  sg_track *t = open_track("x.bedgraph", SG_OVERLAP_MEAN);
  add(t, 2, 10, 5, v);
  add(t, 0, 5, 2, v);
  close_track(t);
  char *text = content(&n);
  ck_assert_str_eq(text, "chr2\t5\t7\t0.5\nchr1\t10\t12\t0.5\nchr1\t12\t13\t-0.1\n"
                         "chr1\t14\t15\t1e-07\n");
  free(text);
  end_folder();
}
END_TEST

START_TEST(a_mean_takes_windows_in_order)
{
  /* In doubles (1e30 - 1e30) + 1 is 1, (1 + 1e30) - 1e30 is 0. */
  const float big = 1e30f, minus = -1e30f, one = 1, three = -3, other = 3;
  size_t n;
  sg_track *t = open_track("x.bedgraph", SG_OVERLAP_MEAN);
  add(t, 0, 0, 1, &big);
  add(t, 0, 0, 1, &minus);
  add(t, 0, 0, 1, &one);
  add(t, 0, 1, 1, &one);
  add(t, 0, 1, 1, &big);
  add(t, 0, 1, 1, &minus);
  close_track(t);
  char *text = content(&n);
  ck_assert_str_eq(text, "chr2\t0\t1\t0.33333334\nchr2\t1\t2\t0\n");
  free(text);
  end_folder();
  t = open_track("x.bedgraph", SG_OVERLAP_MAX);
  add(t, 0, 0, 1, &one);
  add(t, 0, 0, 1, &three);
  add(t, 0, 0, 1, &other);
  close_track(t);
  text = content(&n);
  ck_assert_str_eq(text, "chr2\t0\t1\t-3\n");
  free(text);
  end_folder();
}
END_TEST

START_TEST(an_empty_track_is_a_file)
{
  const float nan = NAN;
  plain p;
  plain_new(&p);
  plain_end(&p, SG_OVERLAP_MEAN);
  for (int with = 0; with < 2; with++) {
    sg_track *t = open_track(names[_i], SG_OVERLAP_MEAN);
    if (with) add(t, 0, 5, 1, &nan);
    close_track(t);
    if (!strstr(path, ".bw")) ck_assert_int_eq(check_bedgraph(&p), 0);
#ifdef HAVE_BIGWIG
    if (strstr(path, ".bw")) {
      bigWigFile_t *f = bwOpen(path, NULL, "r");
      ck_assert(f && f->cl->nKeys == CHROMS && f->hdr->nBasesCovered == 0);
      bwOverlappingIntervals_t *o = bwGetOverlappingIntervals(f, "chr2", 0, 3000000);
      ck_assert(!o || o->l == 0);
      if (o) bwDestroyOverlappingIntervals(o);
      bwClose(f);
    }
#endif
    end_folder();
  }
  plain_free(&p);
}
END_TEST

/* Runs of 1, 2, 3 ... equal numbers without a gap, then one of two million. */
START_TEST(equal_neighbours_are_one)
{
  enum { N = 2800000, RUNS = 800000 };
  plain p;
  plain_new(&p);
  float *v = malloc(N * sizeof *v);
  ck_assert(v);
  for (int i = 0; i < N; i++) v[i] = i < RUNS ? (float)(i / (1 + i / 100000) % 911) : -7;
  sg_track *t = open_track(names[_i], SG_OVERLAP_MEAN);
  add(t, 0, 100, N, v);
  plain_add(&p, 0, 100, N, v, SG_OVERLAP_MEAN);
  plain_end(&p, SG_OVERLAP_MEAN);
  close_track(t);
  check_file(&p);
  end_folder();
  free(v);
  plain_free(&p);
}
END_TEST

START_TEST(provenance_lies_beside)
{
  const sg_fact fact = { "model", "a \"b\"" };
  sg_track_opts o = sg_track_opts_default();
  sg_track *t;
  char beside[600];
  size_t n;
  o.path = begin_in("x.bdg");
  o.chroms = genome;
  o.n_chroms = CHROMS;
  o.facts = &fact;
  o.n_facts = 1;
  ck_assert(!sg_track_open(&o, &t, NULL));
  ck_assert(!sg_track_close(t, NULL));
  ck_assert_int_eq(files_left(), 2);
  unlink(path);
  snprintf(beside, sizeof beside, "%s.provenance.json", path);
  snprintf(path, sizeof path, "%s/x.bdg.provenance.json", folder);
  char *text = content(&n);
  ck_assert_str_eq(text, "{\n  \"model\": \"a \\\"b\\\"\"\n}\n");
  free(text);
  ck_assert_str_eq(path, beside);
  end_folder();
}
END_TEST

/* ---- 4. Refusals ----------------------------------------------------------------------------- */

START_TEST(names_tell_formats)
{
  static const char *const yes[] = { "a.bedgraph", "a.bedGraph.gz", "b/a.bdg", "a.bdg.gz", "a.bw",
                                     "a.bigWig", "a.bigwig", "a.bedGraph", "a.bedgraph.gz" };
  static const char *const no[] = { "a.tsv", ".bw", "bw", "a.bw.gz", "-", "", "a.bed", "a.npz" };
  sg_err e;
  for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) ck_assert(sg_track_is(yes[i]));
  for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) ck_assert(!sg_track_is(no[i]));
  ck_assert(!sg_track_is(NULL));
  ck_assert_int_eq(sg_track_check("a.tsv", &e), SG_EINVAL);
  ck_assert_int_eq(sg_track_check("/nowhere/at/all/a.bdg", &e), SG_ENOTFOUND);
#ifdef HAVE_BIGWIG
  ck_assert(!sg_track_check("a.bw", &e));
#else
  ck_assert_int_eq(sg_track_check("a.bw", &e), SG_EUNSUPPORTED);
  ck_assert(strstr(e.text, "libbigwig-dev"));
#endif
}
END_TEST

static sg_status try_open(const sg_track_chrom *chroms, int n, sg_err *e)
{
  sg_track_opts o = sg_track_opts_default();
  sg_track *t;
  o.path = path;
  o.chroms = chroms;
  o.n_chroms = n;
  sg_status status = sg_track_open(&o, &t, e);
  ck_assert(status && !t && !strchr(e->text, '\n') && *e->text);
  return status;
}

START_TEST(chromosomes_are_checked)
{
  const sg_track_chrom twice[] = { { "a", 5 }, { "b", 5 }, { "a", 5 } }, blank = { "a b", 5 };
  const sg_track_chrom empty = { "", 5 }, minus = { "a", -1 };
  sg_err e;
  begin_in("x.bdg");
  ck_assert_int_eq(try_open(twice, 3, &e), SG_EINVAL);
  ck_assert_int_eq(try_open(twice, 0, &e), SG_EINVAL);
  ck_assert_int_eq(try_open(&blank, 1, &e), SG_EINVAL);
  ck_assert_int_eq(try_open(&empty, 1, &e), SG_EINVAL);
  ck_assert_int_eq(try_open(&minus, 1, &e), SG_ESHAPE);
  end_folder();
#ifdef HAVE_BIGWIG
  const sg_track_chrom large = { "a", INT64_C(1) << 32 };
  begin_in("x.bw");
  ck_assert_int_eq(try_open(&large, 1, &e), SG_ESHAPE);
  end_folder();
#endif
}
END_TEST

/* Refused windows leave nothing of themselves in the track. */
START_TEST(windows_are_checked)
{
  const float v[] = { 1, 2, INFINITY };
  sg_err e;
  size_t n;
  sg_track *t = open_track("x.bdg", SG_OVERLAP_MEAN);
  ck_assert_int_eq(sg_track_add(t, "chr3", 0, 1, v, &e), SG_ENOTFOUND);
  ck_assert(strstr(e.text, "chr3"));
  ck_assert_int_eq(sg_track_add(t, "chr1", 19999, 2, v, &e), SG_ESHAPE);
  ck_assert(strstr(e.text, "20000"));
  ck_assert_int_eq(sg_track_add(t, "chr1", -1, 2, v, &e), SG_ESHAPE);
  ck_assert_int_eq(sg_track_add(t, "chr1", INT64_MAX, 2, v, &e), SG_ESHAPE);
  ck_assert_int_eq(sg_track_add(t, "chr1", 5, -2, v, &e), SG_EINVAL);
  ck_assert_int_eq(sg_track_add(t, "chr1", 5, 3, v, &e), SG_EINVAL);
  ck_assert(strstr(e.text, "base 8 of chr1"));
  close_track(t);
  char *text = content(&n);
  ck_assert_str_eq(text, "");
  free(text);
  end_folder();
}
END_TEST

START_TEST(overlaps_are_told)
{
  const float v[] = { 1, 2, NAN };
  sg_err e;
  sg_track *t = open_track(names[_i], SG_OVERLAP_ERROR);
  add(t, 2, 9000, 3, v);
  add(t, 2, 9002, 1, v);                         /* on the NaN */
  add(t, 2, 9001, 1, v);
  ck_assert_int_eq(sg_track_close(t, &e), SG_EINVAL);
  ck_assert(strstr(e.text, "base 9002 of chr1") && !strchr(e.text, '\n'));
  end_folder();
}
END_TEST

START_TEST(what_is_given_up_leaves_nothing)
{
  const float v = 1;
  sg_track *t = open_track(names[_i], SG_OVERLAP_MEAN);
  add(t, 0, 5, 1, &v);
  sg_track_free(t);
  sg_track_free(NULL);
  end_folder();
}
END_TEST

/* ---- 5. Large tracks ------------------------------------------------------------------------- */

/* Window i of `n`: some 200 bases, the same whenever it is asked for. */
static int64_t make_window(uint64_t seed, int i, int *ret_c, int64_t *ret_start, float v[400])
{
  sg_rng r;
  sg_rng_seed_item(&r, seed, (uint64_t)i);
  int64_t n = 1 + (int64_t)sg_rng_below(&r, 400);
  *ret_c = sg_rng_below(&r, 50) ? 0 : 2;
  *ret_start = (int64_t)sg_rng_below(&r, (uint64_t)(genome[*ret_c].length - n + 1));
  for (int64_t k = 0; k < n; k++) {
    uint64_t x = sg_rng_below(&r, 1000);
    v[k] = x < 50 ? NAN : x < 300 ? 0 : (float)x / 500 - 1.2f;
  }
  return n;
}

/* The first format has more of them than are held in memory at once. */
START_TEST(many_windows_equal_an_array)
{
  const int windows = _i < 2 ? 100000 : 20000;
  sg_overlap how = _i % 2 ? SG_OVERLAP_MAX : SG_OVERLAP_MEAN;
  plain p;
  float v[400];
  plain_new(&p);
  sg_track *t = open_track(names[_i / 2], how);
  for (int i = 0, c; i < windows; i++) {
    int64_t start, n = make_window(7, i, &c, &start, v);
    add(t, c, start, n, v);
    plain_add(&p, c, start, n, v, how);
  }
  plain_end(&p, how);
  close_track(t);
  check_file(&p);
  end_folder();
  plain_free(&p);
}
END_TEST

/* Windows that touch but do not overlap, in the order i * step mod count. */
static char *shuffled(const char *name, uint64_t step, size_t *ret_n)
{
  enum { N = 10000, LENGTH = 100 };
  float v[LENGTH];
  sg_track *t = open_track(name, SG_OVERLAP_ERROR);
  for (uint64_t i = 0; i < N; i++) {
    uint64_t w = i * step % N;
    for (int k = 0; k < LENGTH; k++) v[k] = (float)((w * LENGTH + (uint64_t)k) * 2654435761u % 997);
    if (w % 7) add(t, 0, (int64_t)w * LENGTH, LENGTH, v);
  }
  close_track(t);
  char *bytes = content(ret_n);
  end_folder();
  return bytes;
}

START_TEST(order_does_not_matter)
{
  size_t n, m;
  char *a = shuffled(names[_i], 1, &n), *b = shuffled(names[_i], 7919, &m);
  ck_assert(n == m && n > 1000 && !memcmp(a, b, n));
  free(a);
  free(b);
}
END_TEST

static long peak_kib(void)
{
  struct rusage r;
  ck_assert(!getrusage(RUSAGE_SELF, &r));
  return r.ru_maxrss;
}

/* A run holds 2^18 single bases, so that 70 of them come here: more than are merged at once. */
START_TEST(memory_is_bounded)
{
  long before = peak_kib();
  sg_track *t = open_track(names[FORMATS - 1], SG_OVERLAP_MEAN);
  for (uint32_t i = 0; i < 18400000; i++) {
    float v = (float)(i % 1000);
    int64_t at = (int64_t)(i * UINT64_C(2654435761) % 3000000);
    if (sg_track_add(t, "chr2", at, 1, &v, NULL)) ck_abort_msg("base %" PRId64, at);
  }
  close_track(t);
  if (!getenv("SEQGLOSS_SANITIZED") || strcmp(getenv("SEQGLOSS_SANITIZED"), "yes"))
    ck_assert_msg(peak_kib() - before < 40 * 1024, "%ld KiB", peak_kib() - before);
  end_folder();
}
END_TEST

#ifdef HAVE_BIGWIG

/* More chromosomes than a node of their tree holds, and more blocks than one of the index. */
START_TEST(trees_have_several_levels)
{
  enum { N = 70000 };
  sg_track_chrom *c = malloc(N * sizeof *c);
  char *text = malloc(N * 16);
  sg_track_opts o = sg_track_opts_default();
  sg_track *t;
  sg_err e = { 0 };
  ck_assert(c && text);
  for (int i = 0; i < N; i++) {
    snprintf(text + 16 * i, 16, "c%d", (i * 7919) % N);
    c[i] = (sg_track_chrom){ text + 16 * i, 40 };
  }
  o.path = begin_in("x.bw");
  o.chroms = c;
  o.n_chroms = N;
  ck_assert_msg(!sg_track_open(&o, &t, &e), "%s", e.text);
  for (int i = 0; i < N; i++) {
    float v[2] = { (float)i, -1 };
    ck_assert(!sg_track_add(t, c[i].name, i % 39, 2, v, NULL));
  }
  close_track(t);
  bigWigFile_t *f = bwOpen(path, NULL, "r");
  ck_assert(f && f->cl->nKeys == N);
  for (int i = 0; i < N; i += 97) {
    bwOverlappingIntervals_t *found = bwGetOverlappingIntervals(f, c[i].name, 0, 40);
    ck_assert(found && found->l == 2 && found->start[0] == (uint32_t)i % 39);
    ck_assert(found->value[0] == (float)i && found->value[1] == -1);
    bwDestroyOverlappingIntervals(found);
  }
  bwClose(f);
  end_folder();
  free(c);
  free(text);
}
END_TEST

#endif

/* ---- 6. Full disks --------------------------------------------------------------------------- */

/* In a process of its own: no file may become longer than `limit`. 0: written; 1: one clear error,
 * and nothing on standard error; else a number that tells what was wrong. */
static int write_within(const char *name, rlim_t limit)
{
  struct rlimit r = { limit, limit };
  sg_track_opts o = sg_track_opts_default();
  sg_track *t = NULL;
  sg_err e = { 0 };
  int said[2];
  char c;
  float v[1000];
  if (pipe(said) || dup2(said[1], STDERR_FILENO) < 0) return 3;
  close(said[1]);
  signal(SIGXFSZ, SIG_IGN);
  hts_set_log_level(HTS_LOG_OFF);                /* as the command does: bgzip has its own say */
  if (setrlimit(RLIMIT_FSIZE, &r)) return 4;
  o.path = name;
  o.chroms = genome;
  o.n_chroms = CHROMS;
  sg_status status = sg_track_open(&o, &t, &e);
  for (int i = 0; i < 60 && !status; i++) {
    for (int k = 0; k < 1000; k++) v[k] = (float)((i * 1000 + k) * 2654435761u % 99991);
    status = sg_track_add(t, "chr2", i * 1000, 1000, v, &e);
    if (status) sg_track_free(t);
  }
  if (!status) status = sg_track_close(t, &e);
  close(STDERR_FILENO);
  if (read(said[0], &c, 1) > 0) return 5;
  if (!status) return 0;
  return status == SG_EIO && strstr(e.text, "File too large") && !strchr(e.text, '\n') &&
         !strncmp(e.text, name, strlen(name)) ? 1 : 6;
}

START_TEST(a_full_disk_is_one_error)
{
  int full = 0, fine = 0;
  begin_in(names[_i]);
  for (rlim_t limit = 0; limit < 4000000 && fine < 2; limit += 1 + limit / 9) {
    pid_t child = fork();
    int status;
    if (!child) _exit(write_within(path, limit));
    ck_assert(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    int code = WEXITSTATUS(status);
    ck_assert_msg(code < 2, "%s within %ld bytes: %d", names[_i], (long)limit, code);
    ck_assert_int_eq(files_left(), code ? 0 : 1);
    full += code;
    fine += !code;
    unlink(path);
  }
  ck_assert(full > 10 && fine == 2);
  end_folder();
}
END_TEST

int main(void)
{
  Suite *s = suite_create("track");
  TCase *t = tcase_create("track"), *large = tcase_create("large");
  SRunner *r;
  tcase_add_loop_test(t, edges_are_kept, 0, FORMATS);
  tcase_add_test(t, text_is_as_documented);
  tcase_add_test(t, a_mean_takes_windows_in_order);
  tcase_add_loop_test(t, an_empty_track_is_a_file, 0, FORMATS);
  tcase_add_test(t, provenance_lies_beside);
  tcase_add_test(t, names_tell_formats);
  tcase_add_test(t, chromosomes_are_checked);
  tcase_add_test(t, windows_are_checked);
  tcase_add_loop_test(t, overlaps_are_told, 0, FORMATS);
  tcase_add_loop_test(t, what_is_given_up_leaves_nothing, 0, FORMATS);
  tcase_add_loop_test(large, equal_neighbours_are_one, 0, FORMATS);
  tcase_add_loop_test(large, many_windows_equal_an_array, 0, 2 * FORMATS);
  tcase_add_loop_test(large, order_does_not_matter, 0, FORMATS);
#ifdef HAVE_BIGWIG
  tcase_add_test(t, trees_have_several_levels);
#endif
  tcase_add_loop_test(t, a_full_disk_is_one_error, 0, FORMATS);
  tcase_add_test(large, memory_is_bounded);
  suite_add_tcase(s, t);
  suite_add_tcase(s, large);
  r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? 1 : 0;
}
