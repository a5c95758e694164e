/* tests/unit/test_compare.c: comparison of motifs: against a naive program written from the
 * definitions, against enumeration, and by its laws.
 */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "motif/comparing.h"
#include "naive_compare.h"
#include "seqgloss/compare.h"

/* ---- Motifs to compare ---- */

static void fill_random(sg_rng *rng, sg_motif *m, bool counts)
{
  m->kind = counts ? SG_MOTIF_COUNTS : SG_MOTIF_PROBS;
  m->nsites = counts ? 0 : (double)sg_rng_below(rng, 300);
  for (int i = 0; i < m->width; i++) {
    double sum = 0, top = 0;
    for (int k = 0; k < 4; k++) m->m[4 * i + k] = pow(sg_rng_unit(rng), 3);
    if (sg_rng_below(rng, 10) == 0)       /* an unknown base */
      for (int k = 0; k < 4; k++) m->m[4 * i + k] = 0.25;
    if (sg_rng_below(rng, 10) == 0)       /* a certain one */
      for (int k = 0; k < 4; k++) m->m[4 * i + k] = k == 2;
    for (int k = 0; k < 4; k++) sum += m->m[4 * i + k];
    for (int k = 0; k < 4; k++)
      m->m[4 * i + k] = counts ? floor(40 * m->m[4 * i + k] / sum) : m->m[4 * i + k] / sum;
    for (int k = 0; k < 4; k++) top += m->m[4 * i + k];
    if (counts && top > m->nsites) m->nsites = top;
  }
}

static sg_motifs *random_motifs(uint64_t seed, int n, int narrowest, int widest)
{
  sg_motifs *set;
  sg_rng rng;
  sg_rng_seed(&rng, seed);
  ck_assert_int_eq(sg_motifs_new(&set, NULL), SG_OK);
  for (int i = 0; i < n; i++) {
    char id[16];
    sg_motif *m;
    int width = narrowest + (int)sg_rng_below(&rng, (uint64_t)(widest - narrowest + 1));
    snprintf(id, sizeof id, "m%03d", (int)sg_rng_below(&rng, 1) + i);
    ck_assert_int_eq(sg_motifs_add(set, id, "", width, &m, NULL), SG_OK);
    fill_random(&rng, m, i % 3 == 0);
  }
  return set;
}

static sg_motifs *text_motifs(const char *const *texts, int n)
{
  sg_motifs *set;
  sg_motif *m;
  ck_assert_int_eq(sg_motifs_new(&set, NULL), SG_OK);
  for (int i = 0; i < n; i++)
    ck_assert_int_eq(sg_motifs_add_text(set, texts[i], texts[i], &m, NULL), SG_OK);
  return set;
}

/* All matches, by target. */
static sg_match *compare(const sg_motifs *db, const sg_motif *query, const sg_compare_opts *o)
{
  sg_targets *t;
  sg_comparer *c;
  const sg_match *found;
  sg_err err = { 0 };
  int n;
  sg_match *all = calloc((size_t)db->n, sizeof *all);
  ck_assert_msg(!sg_targets_new(db, o, &t, &err), "%s", err.text);
  ck_assert_msg(!sg_comparer_new(t, &c, &err), "%s", err.text);
  ck_assert_msg(!sg_compare(c, query, &found, &n, &err), "%s", err.text);
  ck_assert_int_eq(n, db->n);
  for (int i = 0; i < n; i++) {
    all[found[i].target] = found[i];
    if (i) ck_assert(found[i].p >= found[i - 1].p && found[i].qvalue >= found[i - 1].qvalue);
  }
  sg_comparer_free(c);
  sg_targets_free(t);
  return all;
}

static bool near(double a, double b, double tol)
{
  return fabs(a - b) <= tol * fabs(b);
}

/* ---- Against the definitions ---- */

static void check_naive(const sg_motifs *db, const sg_motif *q, const sg_compare_opts *o)
{
  int strands = o->rc ? 2 : 1;
  naive_match *naive = calloc((size_t)(db->n * strands), sizeof *naive);
  sg_match *m = compare(db, q, o);
  naive_compare(db, q, o, naive);
  for (int i = 0; i < db->n; i++) {
    naive_match *f = &naive[i * strands], *r = o->rc ? f + 1 : f, *best = f;
    if (r->p < f->p * (1 - 1e-12)) best = r;
    else if (r->p <= f->p * (1 + 1e-12) && r->overlap > f->overlap) best = r;
    ck_assert_msg(near(m[i].p, best->p, 1e-11), "%s %s: p %.17g, naive %.17g", q->id,
                  db->motif[i].id, m[i].p, best->p);
    ck_assert_msg(m[i].reverse == (best != f) && m[i].offset == best->offset &&
                  m[i].overlap == best->overlap, "%s %s: %c %d %d, naive %c %d %d", q->id,
                  db->motif[i].id, m[i].reverse ? '-' : '+', m[i].offset, m[i].overlap,
                  best != f ? '-' : '+', best->offset, best->overlap);
    ck_assert(m[i].evalue == m[i].p * db->n && m[i].log10_p == log10(m[i].p));
  }
  free(naive);
  free(m);
}

START_TEST(test_naive)
{
  sg_compare_opts o = sg_compare_opts_default();
  sg_motifs *db = random_motifs(7, 30, 1, 12), *queries = random_motifs(8, 4, 3, 9);
  o.dist = (sg_dist)(_i % 5);
  o.complete = _i / 5 % 2 == 0;
  o.rc = _i / 10 == 0;
  for (int i = 0; i < queries->n; i++) {
    o.min_overlap = 1 + 3 * i;
    if (i == 2) o.bg[0] = 0.3, o.bg[1] = 0.15, o.bg[2] = 0.25, o.bg[3] = 0.3;
    check_naive(db, &queries->motif[i], &o);
  }
  sg_motifs_free(db);
  sg_motifs_free(queries);
}
END_TEST

/* Widths of 1; a query wider than every target; an unknown base alone; targets all alike. */
START_TEST(test_naive_degenerate)
{
  static const char *const targets[] = { "A", "ACGT", "NNNN", "GGGG", "CACGTG", "T", "WSN" };
  static const char *const queries[] = { "A", "N", "NNN", "ACGTACGTACGT", "TGANTCA", "CACGTG" };
  sg_motifs *db = text_motifs(targets, 7), *q = text_motifs(queries, 6);
  sg_compare_opts o = sg_compare_opts_default();
  o.dist = (sg_dist)(_i % 5);
  o.complete = _i / 5 == 0;
  for (int i = 0; i < q->n; i++) {
    if (o.dist == SG_DIST_PEARSON && i > 0 && i < 3) continue;   /* see test_errors */
    if (!o.complete || (i != 1 && i != 2)) check_naive(db, &q->motif[i], &o);
  }
  sg_motifs_free(db);
  sg_motifs_free(q);
}
END_TEST

/* ---- Against enumeration ---- */

typedef struct draw { double x[3], y[4]; } draw;

/* Three columns, a target of two: P that the best of all offsets reaches what was seen is counted
 * over all ways to draw the columns of each window, from the cells themselves. With all windows
 * independent it is a product over windows. */
START_TEST(test_enumeration)
{
  static const char *const targets[] = { "AC", "GATTA", "TGCNW" };
  static const int least[] = { 1, 5, 8 };
  sg_motifs *db = text_motifs(targets, 3), *q;
  sg_compare_opts o = sg_compare_opts_default();
  const char *text = "GNA";
  double cells[3][64], flat[64], min = INFINITY, max = -INFINITY;
  int N = 0, cell[3][64];
  o.min_overlap = least[_i];
  q = text_motifs(&text, 1);
  for (int t = 0; t < 3; t++)
    for (int r = 0; r < 2; r++) {
      int L = db->motif[t].width;
      double p[64], x[12];
      sg_compare_probs(&db->motif[t], &o, p, NULL);
      sg_compare_probs(&q->motif[0], &o, x, NULL);
      if (r) sg_motif_revcomp(p, L);
      for (int j = 0; j < L; j++, N++)
        for (int i = 0; i < 3; i++) {
          double sum = 0;
          for (int k = 0; k < 4; k++) sum += pow(x[4 * i + k] - p[4 * j + k], 2);
          cells[i][N] = -sqrt(sum);
        }
    }
  for (int i = 0; i < 3; i++) {
    memcpy(flat, cells[i], sizeof flat);
    for (int a = 0; a < N; a++)
      for (int b = a + 1; b < N; b++)
        if (flat[b] < flat[a]) {
          double swap = flat[a];
          flat[a] = flat[b];
          flat[b] = swap;
        }
    for (int j = 0; j < N; j++) {
      cells[i][j] -= flat[N / 2 - 1];
      min = fmin(min, cells[i][j]);
      max = fmax(max, cells[i][j]);
    }
  }
  double off = floor(min), scale = floor(100 / (max - off));
  int neutral = (int)(-off * scale);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < N; j++) cell[i][j] = (int)floor((cells[i][j] - off) * scale + 0.5);
  sg_match *m = compare(db, &q->motif[0], &o);
  for (int t = 0, first = 0; t < 3; first += 2 * db->motif[t++].width) {
    int L = db->motif[t].width, best = -1, mo = least[_i] < L ? least[_i] : L;
    if (mo > 3) mo = 3;
    for (int r = 0; r < 2; r++)
      for (int s = -2; s < L; s++) {
        int k = 0, overlap = 0;
        for (int i = 0; i < 3; i++) {
          bool on = s + i >= 0 && s + i < L;
          overlap += on;
          k += on ? cell[i][first + r * L + s + i] : neutral;
        }
        if (overlap >= mo && k > best) best = k;
      }
    double none = 1;
    for (int s = -2; s < L; s++) {
      int64_t reach = 0;
      for (int a = 0; a < N; a++)
        for (int b = 0; b < N; b++)
          for (int c = 0; c < N; c++) {
            int drawn[3] = { a, b, c }, k = 0;
            for (int i = 0; i < 3; i++)
              k += s + i >= 0 && s + i < L ? cell[i][drawn[i]] : neutral;
            reach += k >= best;
          }
      none *= pow(1 - (double)reach / ((double)N * N * N), 2);
    }
    ck_assert_msg(near(m[t].p, 1 - none, 1e-10), "%s: %.15g, counted %.15g", targets[t], m[t].p,
                  1 - none);
  }
  free(m);
  sg_motifs_free(db);
  sg_motifs_free(q);
}
END_TEST

/* ---- Aligners ---- */

/* Every width of registers against sums one by one, in the order of the rule for ties: many scores
 * are equal here. */
START_TEST(test_align)
{
  enum { WIDEST = 12, MEMBERS = 37, ROOM = WIDEST * MEMBERS + SG_CELLS_AFTER };
  static uint8_t cells[WIDEST][ROOM];
  const uint8_t *row[WIDEST];
  int16_t top[MEMBERS + SG_CELLS_AFTER], at[MEMBERS + SG_CELLS_AFTER];
  sg_rng rng;
  sg_rng_seed(&rng, 23 + (uint64_t)_i);
  for (int i = 0; i < WIDEST; i++) {
    row[i] = cells[i];
    for (int j = 0; j < ROOM; j++) cells[i][j] = (uint8_t)(40 + sg_rng_below(&rng, 3));
  }
  for (int lanes = 8; lanes <= 32; lanes *= 2) {
    sg_aligner *align = sg_align_by(lanes);
    int w = 1 + (int)sg_rng_below(&rng, WIDEST), L = 1 + (int)sg_rng_below(&rng, WIDEST);
    int most = w < L ? w : L, least = 1 + (int)sg_rng_below(&rng, (uint64_t)most);
    sg_lying z = { row, MEMBERS, w, L, least, 41 };
    if (!align) continue;
    for (int s = 0; s < MEMBERS; s += lanes) align(&z, s, top + s, at + s);
    for (int s = 0; s < MEMBERS; s++) {
      int best = -1000, overlap = 0, offset = 0;
      for (int o = 1 - w; o < L; o++) {
        int sum = 0, n = 0;
        for (int i = 0; i < w; i++)
          if (o + i >= 0 && o + i < L) sum += cells[i][(o + i) * MEMBERS + s] - 41, n++;
        if (n < least || sum < best || (sum == best && n <= overlap)) continue;
        best = sum;
        overlap = n;
        offset = o;
      }
      ck_assert_msg(top[s] == best && at[s] == offset, "%d lanes, %d on %d: %d at %d, not %d at %d",
                    lanes, w, L, top[s], at[s], best, offset);
    }
  }
}
END_TEST

/* ---- Convolution ---- */

/* Equal bits for every width of registers: sums in the order of the histogram. */
START_TEST(test_convolve)
{
  enum { ROOM = SG_CONVOLVE_BEFORE + 1000 + 2 * SG_CONVOLVE_AFTER };
  static double in[ROOM], out[ROOM], h[SG_BINS];
  sg_rng rng;
  sg_rng_seed(&rng, 17);
  for (int i = SG_CONVOLVE_BEFORE; i < ROOM; i++) in[i] = pow(sg_rng_unit(&rng), 20);
  for (int i = 0; i < SG_BINS; i++) h[i] = sg_rng_unit(&rng);
  for (int lanes = 2; lanes <= 8; lanes *= 2) {
    sg_convolution *convolve = sg_convolve_by(lanes);
    if (!convolve) continue;
    for (int depth = 0; depth <= 1000; depth = 2 * depth + 7)
      for (int reach = 0; reach < SG_BINS; reach += 25) {
        convolve(in + SG_CONVOLVE_BEFORE, h, reach, depth, out + SG_CONVOLVE_BEFORE);
        for (int d = 0; d <= depth; d++) {
          double sum = 0;
          for (int e = 0; e <= reach && e <= d; e++) sum += h[e] * in[SG_CONVOLVE_BEFORE + d - e];
          ck_assert_msg(out[SG_CONVOLVE_BEFORE + d] == sum, "%d lanes, depth %d", lanes, d);
        }
      }
  }
}
END_TEST

/* ---- Laws ---- */

/* The query's reverse complement finds the same, mirrored; but for ties of the score at equal
 * overlap, where the smaller offset counts on whichever strand it is. */
START_TEST(test_mirror)
{
  sg_motifs *db = random_motifs(11, 60, 4, 15), *q = random_motifs(12, 3, 5, 13);
  sg_compare_opts o = sg_compare_opts_default();
  o.dist = (sg_dist)(_i % 5);
  o.complete = _i < 5;
  for (int i = 0; i < q->n; i++) {
    int w = q->motif[i].width, ties = 0;
    sg_match *m = compare(db, &q->motif[i], &o);
    sg_motif_revcomp(q->motif[i].m, w);
    sg_match *r = compare(db, &q->motif[i], &o);
    for (int t = 0; t < db->n; t++) {
      int L = db->motif[t].width;
      ck_assert_msg(near(r[t].p, m[t].p, 1e-12), "%s: %.17g %.17g", db->motif[t].id, r[t].p,
                    m[t].p);
      ck_assert_int_eq(r[t].overlap, m[t].overlap);
      ck_assert(near(r[t].qvalue, m[t].qvalue, 1e-12));
      ties += r[t].reverse == m[t].reverse || r[t].offset != L - w - m[t].offset;
    }
    ck_assert_int_le(ties, 3);
    free(m);
    free(r);
  }
  sg_motifs_free(db);
  sg_motifs_free(q);
}
END_TEST

static sg_motifs *turned_round(const sg_motifs *db)
{
  sg_motifs *set;
  ck_assert_int_eq(sg_motifs_new(&set, NULL), SG_OK);
  for (int i = db->n - 1; i >= 0; i--)
    ck_assert_int_eq(sg_motifs_append(set, &db->motif[i], NULL), SG_OK);
  return set;
}

START_TEST(test_order)
{
  sg_motifs *db = random_motifs(21, 120, 4, 15), *round = turned_round(db);
  sg_motifs *q = random_motifs(22, 1, 8, 8);
  sg_compare_opts o = sg_compare_opts_default();
  o.complete = _i == 0;
  sg_match *a = compare(db, q->motif, &o), *b = compare(round, q->motif, &o);
  for (int i = 0; i < db->n; i++) {
    sg_match *x = &a[i], *y = &b[db->n - 1 - i];
    ck_assert(x->p == y->p && x->qvalue == y->qvalue && x->offset == y->offset);
    ck_assert(x->reverse == y->reverse && x->overlap == y->overlap);
  }
  free(a);
  free(b);
  sg_motifs_free(db);
  sg_motifs_free(round);
  sg_motifs_free(q);
}
END_TEST

/* Sums of columns as far off 1 as is let through, either way. */
static void stretch(sg_motifs *set, double by)
{
  for (int i = 0; i < set->n; i++)
    for (int k = 0; k < 4 * set->motif[i].width; k++)
      if (set->motif[i].kind == SG_MOTIF_PROBS) set->motif[i].m[k] *= 1 + by;
}

/* Keys against whole rows: equal cells, also of columns that are all alike or certain, and of sums
 * beside 1 (_i of 12 and more). */
START_TEST(test_keys)
{
  static const char *const flat[] = { "NNNNAAAA", "AAAAAAAA", "TTTTNNNN", "RYRYRYRY" };
  sg_motifs *db = _i % 2 ? text_motifs(flat, 4) : random_motifs(61 + (uint64_t)_i, 700, 4, 20);
  sg_motifs *q = random_motifs(62, 12, 1, 30);
  for (int i = 0; i < db->n && _i >= 12; i++) db->motif[i].nsites = 1e6;
  for (int i = 0; i < q->n && _i >= 12; i++) q->motif[i].nsites = 1e6;
  if (_i >= 12) stretch(db, 0.0499);
  if (_i >= 12) stretch(q, _i < 24 ? 0.0499 : -0.0499);
  sg_compare_opts o = sg_compare_opts_default();
  sg_targets *t;
  double p[4 * 30], n = 20;
  o.dist = (sg_dist)(_i / 2 % 3);
  o.complete = _i % 12 < 6;
  o.rc = _i % 4 < 2;
  ck_assert_int_eq(sg_targets_new(db, &o, &t, NULL), SG_OK);
  for (int i = 0; i < q->n; i++) {
    sg_rows keys = { 0 }, plain = { .plain = true };
    int w = q->motif[i].width;
    ck_assert_int_eq(sg_compare_probs(&q->motif[i], &o, p, NULL), SG_OK);
    ck_assert_int_eq(sg_rows_find(&keys, t, p, &n, w, NULL), SG_OK);
    ck_assert_int_eq(sg_rows_find(&plain, t, p, &n, w, NULL), SG_OK);
    ck_assert(keys.neutral == plain.neutral);
    for (int c = 0; c < w; c++) {
      const sg_row *a = keys.at[c], *b = plain.at[c];
      ck_assert(a->key && !b->key && a->median == b->median && a->scale == b->scale);
      ck_assert(a->min.least <= b->min.least && a->min.most >= b->min.most);
      ck_assert(a->max.least <= b->max.least && a->max.most >= b->max.most);
      ck_assert(!memcmp(a->cell, b->cell, (size_t)t->columns.N));
      sg_keys_extremes(t, &keys, keys.at[c]);
      ck_assert(a->min.most == b->min.most && a->max.most == b->max.most);
    }
    sg_rows_release(&keys);
    sg_rows_release(&plain);
  }
  sg_targets_free(t);
  sg_motifs_free(db);
  sg_motifs_free(q);
}
END_TEST

/* Targets alike come by id, palindromes on the forward strand. Rows that are kept change
 * nothing. */
START_TEST(test_ties)
{
  static const char *const texts[] = { "CACGTG", "TGANTCA", "GATTACA", "CCCCCC" };
  sg_motifs *db = text_motifs(texts, 4), *q = random_motifs(31, 40, 1, 30);
  sg_compare_opts o = sg_compare_opts_default();
  sg_targets *t;
  sg_comparer *used, *fresh;
  const sg_match *m, *n;
  sg_motif *copy;
  int found, again;
  for (int i = 3; i > 0; i--) {
    char id[] = "Z0";
    id[1] = (char)('0' + i);
    ck_assert_int_eq(sg_motifs_add_text(db, id, "CACGTG", &copy, NULL), SG_OK);
  }
  ck_assert_int_eq(sg_targets_new(db, &o, &t, NULL), SG_OK);
  ck_assert_int_eq(sg_comparer_new(t, &used, NULL), SG_OK);
  ck_assert_int_eq(sg_compare(used, &db->motif[0], &m, &found, NULL), SG_OK);
  ck_assert(m[0].target == 0 && m[1].target == 6 && m[2].target == 5 && m[3].target == 4);
  for (int i = 0; i < 4; i++) ck_assert(!m[i].reverse && m[i].offset == 0 && m[i].p == m[0].p);
  for (int i = 0; i < q->n; i++) {
    ck_assert_int_eq(sg_comparer_new(t, &fresh, NULL), SG_OK);
    ck_assert_int_eq(sg_compare(used, &q->motif[i], &m, &found, NULL), SG_OK);
    ck_assert_int_eq(sg_compare(fresh, &q->motif[i], &n, &again, NULL), SG_OK);
    ck_assert(found == again);
    for (int j = 0; j < found; j++)
      ck_assert(m[j].target == n[j].target && m[j].p == n[j].p && m[j].offset == n[j].offset);
    sg_comparer_free(fresh);
  }
  sg_comparer_free(used);
  sg_targets_free(t);
  sg_motifs_free(db);
  sg_motifs_free(q);
}
END_TEST

START_TEST(test_nearest)
{
  sg_motifs *db = random_motifs(41, 200, 5, 15), *q = random_motifs(42, 1, 10, 10);
  sg_compare_opts o = sg_compare_opts_default();
  sg_targets *t, *few;
  sg_comparer *c, *d;
  const sg_match *m, *n;
  int found, nearest;
  ck_assert_int_eq(sg_targets_new(db, &o, &t, NULL), SG_OK);
  o.nearest = 7;
  ck_assert_int_eq(sg_targets_new(db, &o, &few, NULL), SG_OK);
  ck_assert_int_eq(sg_comparer_new(t, &c, NULL), SG_OK);
  ck_assert_int_eq(sg_comparer_new(few, &d, NULL), SG_OK);
  ck_assert_int_eq(sg_compare(c, q->motif, &m, &found, NULL), SG_OK);
  ck_assert_int_eq(sg_compare(d, q->motif, &n, &nearest, NULL), SG_OK);
  ck_assert(found == 200 && nearest == 7);
  for (int i = 0; i < nearest; i++) ck_assert(!memcmp(&m[i], &n[i], sizeof m[i]));
  sg_comparer_free(c);
  sg_comparer_free(d);
  sg_targets_free(t);
  sg_targets_free(few);
  sg_motifs_free(db);
  sg_motifs_free(q);
}
END_TEST

/* A hundred certain columns: p is far below what a double holds, and says so by its least value. */
START_TEST(test_deepest)
{
  sg_motifs *db = random_motifs(51, 300, 8, 12);
  sg_compare_opts o = sg_compare_opts_default();
  sg_motif *wide;
  sg_rng rng;
  sg_rng_seed(&rng, 5);
  ck_assert_int_eq(sg_motifs_add(db, "wide", "", 110, &wide, NULL), SG_OK);
  fill_random(&rng, wide, false);
  sg_match *m = compare(db, wide, &o);
  ck_assert(m[300].p == DBL_MIN && m[300].log10_p < -307 && m[300].overlap == 110);
  for (int i = 0; i < 300; i++) ck_assert(m[i].p > 0 && m[i].p <= 1);
  free(m);
  sg_motifs_free(db);
}
END_TEST

START_TEST(test_errors)
{
  static const char *const texts[] = { "CACGTG", "NNNN" };
  sg_motifs *db = text_motifs(texts, 2), *twice = text_motifs(texts, 2);
  sg_compare_opts o = sg_compare_opts_default();
  sg_targets *t = NULL;
  sg_comparer *c;
  const sg_match *m;
  sg_err err;
  double p[4 * 6];
  int n;
  o.dist = SG_DIST_ALLR;
  o.pseudo = 0;
  ck_assert_int_eq(sg_targets_new(db, &o, &t, &err), SG_EINVAL);
  ck_assert(strstr(err.text, "pseudocount above 0"));
  o = sg_compare_opts_default();
  o.bg[0] = 0.5;
  ck_assert_int_eq(sg_targets_new(db, &o, &t, &err), SG_EINVAL);
  o = sg_compare_opts_default();
  o.size -= sizeof o.nearest;
  ck_assert_int_eq(sg_targets_new(db, &o, &t, &err), SG_EINVAL);
  ck_assert(strstr(err.text, "another version"));
  ck_assert_int_eq(sg_compare_probs(db->motif, &o, p, &err), SG_EINVAL);
  o = sg_compare_opts_default();
  ck_assert_int_eq(sg_compare_probs(db->motif, &o, p, &err), SG_OK);
  ck_assert_int_eq(sg_motifs_append(twice, db->motif, NULL), SG_OK);
  ck_assert_int_eq(sg_targets_new(twice, &o, &t, &err), SG_EFORMAT);
  ck_assert(strstr(err.text, "CACGTG is there twice"));
  db->motif[1].kind = SG_MOTIF_CWM;
  ck_assert_int_eq(sg_targets_new(db, &o, &t, &err), SG_EFORMAT);
  db->motif[1].kind = SG_MOTIF_PROBS;
  ck_assert_int_eq(sg_targets_new(db, &o, &t, &err), SG_OK);
  ck_assert_int_eq(sg_targets_n(t), 2);
  ck_assert_int_eq(sg_comparer_new(t, &c, NULL), SG_OK);
  db->motif[0].kind = SG_MOTIF_CWM;
  ck_assert_int_eq(sg_compare(c, &db->motif[0], &m, &n, &err), SG_EINVAL);
  ck_assert(strstr(err.text, "CACGTG"));
  sg_comparer_free(c);
  sg_targets_free(t);
  sg_motifs_free(db);
  sg_motifs_free(twice);
}
END_TEST

/* Numbers that overflow or vanish where they are mixed and logarithms taken are refused. */
static const struct hostile { double nsites, pseudo, p; const char *words; } hostile[] = {
  { 1.79e308, 0.1, 1.01, "sites" }, { INFINITY, 0.1, 1, "sites" }, { 2e15, 0.1, 1, "sites" },
  { 20, 1e-322, 1, "greater pseudocount" }, { 1e15, 1e-310, 1, "greater pseudocount" }
};
enum { HOSTILE = sizeof hostile / sizeof *hostile };

static void spoil(sg_motif *m, const struct hostile *h)
{
  m->nsites = h->nsites;
  for (int k = 0; k < 4; k++) m->m[k] = k == 1 ? h->p : 0;
}

START_TEST(test_hostile_target)
{
  static const char *const texts[] = { "CACGTG", "RYNAAT", "GATTACA" };
  sg_compare_opts o = sg_compare_opts_default();
  o.dist = (sg_dist)_i;
  for (int i = 0; i < HOSTILE; i++) {
    sg_motifs *db = text_motifs(texts, 3);
    bool fine = o.dist < SG_DIST_KULLBACK && hostile[i].pseudo < 0.1;
    sg_targets *t = NULL;
    sg_err err = { 0 };
    o.pseudo = hostile[i].pseudo;
    spoil(&db->motif[1], &hostile[i]);
    ck_assert_int_eq(sg_targets_new(db, &o, &t, &err), fine ? SG_OK : SG_EFORMAT);
    if (!fine) ck_assert_msg(strstr(err.text, hostile[i].words) != NULL, "%s", err.text);
    if (fine) sg_targets_free(t);
    sg_motifs_free(db);
  }
}
END_TEST

/* The comparer serves the next query. */
START_TEST(test_hostile_query)
{
  static const char *const texts[] = { "CACGTG", "RYNAAT", "GATTACA" };
  sg_motifs *db = text_motifs(texts, 3), *q = text_motifs(texts, 1);
  sg_compare_opts o = sg_compare_opts_default();
  sg_targets *t;
  sg_comparer *c;
  const sg_match *m;
  sg_err err = { 0 };
  int n;
  o.dist = (sg_dist)_i;
  ck_assert_int_eq(sg_targets_new(db, &o, &t, &err), SG_OK);
  ck_assert_int_eq(sg_comparer_new(t, &c, &err), SG_OK);
  for (int i = 0; i < HOSTILE; i++) {
    if (hostile[i].pseudo < 0.1) continue;
    spoil(q->motif, &hostile[i]);
    ck_assert_int_eq(sg_compare(c, q->motif, &m, &n, &err), SG_EINVAL);
    ck_assert_msg(strstr(err.text, hostile[i].words) != NULL, "%s", err.text);
    ck_assert_int_eq(sg_compare(c, db->motif, &m, &n, &err), SG_OK);
    ck_assert_int_eq(m[0].target, 0);
  }
  sg_comparer_free(c);
  sg_targets_free(t);
  sg_motifs_free(db);
  sg_motifs_free(q);
}
END_TEST

/* What mixing lets through no score may overrun: rows say so, and are not kept. */
START_TEST(test_infinite_row)
{
  static const char *const texts[] = { "CACGTG", "RYNAAT", "GATTACA" };
  static const double p[4] = { 1, 0, 0, 0 };
  sg_motifs *db = text_motifs(texts, 3);
  sg_compare_opts o = sg_compare_opts_default();
  sg_rows rows = { 0 };
  sg_targets *t;
  sg_err err = { 0 };
  double n = 20;
  o.dist = (sg_dist)_i;
  ck_assert_int_eq(sg_targets_new(db, &o, &t, &err), SG_OK);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(sg_rows_find(&rows, t, p, &n, 1, &err), SG_EINVAL);
    ck_assert(strstr(err.text, "not finite"));
  }
  sg_rows_release(&rows);
  sg_targets_free(t);
  sg_motifs_free(db);
}
END_TEST

/* Columns that are alike but for rounding, which correlate by 1 and by next to it. */
START_TEST(test_rounded_alike)
{
  static const char *const texts[] = { "G" };
  sg_motifs *db = text_motifs(texts, 1), *q = text_motifs(texts, 1);
  sg_compare_opts o = sg_compare_opts_default();
  sg_targets *t;
  sg_comparer *c;
  const sg_match *m;
  sg_err err = { 0 };
  int n;
  o.dist = SG_DIST_PEARSON;
  o.complete = o.rc = false;
  for (int sites = 1; sites < 200; sites++) {
    db->motif[0].nsites = sites;
    q->motif[0].nsites = 3 * sites;
    ck_assert_int_eq(sg_targets_new(db, &o, &t, &err), SG_OK);
    ck_assert_int_eq(sg_comparer_new(t, &c, &err), SG_OK);
    sg_status status = sg_compare(c, q->motif, &m, &n, &err);
    if (status) ck_assert_msg(strstr(err.text, "are alike") != NULL, "%s", err.text);
    else ck_assert(m[0].p > 0 && m[0].p <= 1);
    sg_comparer_free(c);
    sg_targets_free(t);
  }
  sg_motifs_free(db);
  sg_motifs_free(q);
}
END_TEST

/* ---- False discovery rates ---- */

START_TEST(test_qvalues)
{
  static const double p[] = { 0.001, 0.01, 0.02, 0.04, 0.5 };
  static const double want[] = { 0.005, 0.025, 1.0 / 30, 0.05, 0.5 };
  double q[5], uniform[1000], mixed[1000];
  sg_qvalues(p, 5, 1, q);
  for (int i = 0; i < 5; i++) ck_assert(near(q[i], want[i], 1e-12));
  sg_qvalues(p, 5, 0.5, q);
  ck_assert(near(q[4], 0.25, 1e-12));
  for (int i = 0; i < 1000; i++) uniform[i] = (i + 0.5) / 1000;
  ck_assert(near(sg_pi0(uniform, 1000), 1, 0.01));
  ck_assert(sg_pi0(uniform, 100) == 1);
  /* 600 uniform ones among 400 that are tiny */
  for (int i = 0; i < 1000; i++) mixed[i] = i < 400 ? 1e-6 * i : (i - 400 + 0.5) / 600;
  ck_assert(near(sg_pi0(mixed, 1000), 0.6, 0.01));
  /* none above 1/2 */
  for (int i = 0; i < 1000; i++) mixed[i] = i * 4e-4;
  ck_assert(sg_pi0(mixed, 1000) == 1e-3);
}
END_TEST

/* The first words that the authors of MT19937 print for their seed (mt19937int.out, 1998), and a
 * seek against walking there. */
START_TEST(test_twister)
{
  static const uint32_t first[] = { 3510405877u, 4290933890u, 2191955339u, 564929546u, 152112058u };
  sg_twister a = { .at = 0 }, b = { .at = 0 };
  sg_twister_seek(&a, 0);
  for (int i = 0; i < 5; i++) ck_assert_uint_eq(sg_twister_next(&a), first[i]);
  for (int64_t i = 5, to = 6; i < 10000; i++) {
    uint32_t word = sg_twister_next(&a);
    if (i != to) continue;
    sg_twister_seek(&b, i);
    ck_assert_uint_eq(sg_twister_next(&b), word);
    to += 1 + to / 7;
  }
  sg_twister_seek(&b, 1);                         /* backwards */
  ck_assert_uint_eq(sg_twister_next(&b), first[1]);
}
END_TEST

/* Nearly the closed form, the same for the same number; and the degenerate ones. */
START_TEST(test_pi0_drawn)
{
  enum { N = 2000, NUMBERS = 5 };
  double p[N], drawn[NUMBERS];
  sg_twister t = { .at = 0 };
  for (int i = 0; i < N; i++) p[i] = i < 500 ? i * 1e-5 : (i - 499) / 1501.0;
  for (int k = 0; k < NUMBERS; k++) {
    drawn[k] = sg_pi0_drawn(&t, k, p, N);
    ck_assert(fabs(drawn[k] - sg_pi0(p, N)) < 0.03);
  }
  for (int k = NUMBERS - 1; k >= 0; k -= 2) ck_assert(sg_pi0_drawn(&t, k, p, N) == drawn[k]);
  ck_assert(sg_pi0_drawn(&t, 0, p, 100) == 1);
  for (int i = 0; i < N; i++) p[i] = 1e-3;        /* no estimate at all */
  ck_assert(sg_pi0_drawn(&t, 0, p, N) == 1);
  for (int i = 0; i < N; i++) p[i] = 1;
  ck_assert(sg_pi0_drawn(&t, 0, p, N) == 1);
}
END_TEST

/* The closed form against the bootstrap it is the mean of. */
START_TEST(test_pi0_bootstrap)
{
  enum { N = 300, DRAWS = 4000 };
  double p[N], least = 2, pi0[100];
  static double error[100];
  sg_rng rng;
  sg_rng_seed(&rng, 3);
  for (int i = 0; i < N; i++) p[i] = i < 60 ? i * 1e-3 : (i - 59) / 242.0;
  for (int l = 0; l < 100; l++) {
    int above = 0;
    for (int i = 0; i < N; i++) above += p[i] > 0.005 * (l + 1);
    pi0[l] = above / (N * (1 - 0.005 * (l + 1)));
    least = fmin(least, pi0[l]);
    error[l] = 0;
  }
  for (int d = 0; d < DRAWS; d++) {
    int above[100] = { 0 };
    for (int i = 0; i < N; i++) {
      double x = p[sg_rng_below(&rng, N)];
      for (int l = 0; l < 100; l++) above[l] += x > 0.005 * (l + 1);
    }
    for (int l = 0; l < 100; l++)
      error[l] += pow(above[l] / (N * (1 - 0.005 * (l + 1))) - least, 2) / DRAWS;
  }
  double best = 1, ours = 1;
  for (int l = 0; l < 100; l++) best = fmin(best, error[l]);
  for (int l = 0; l < 100; l++)
    if (pi0[l] == sg_pi0(p, N)) ours = fmin(ours, error[l]);
  ck_assert_msg(ours <= best * 1.1, "error %.3g, least %.3g", ours, best);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("compare");
  TCase *t = tcase_create("compare");
  tcase_set_timeout(t, 120);
  tcase_add_loop_test(t, test_naive, 0, 20);
  tcase_add_loop_test(t, test_naive_degenerate, 0, 10);
  tcase_add_loop_test(t, test_enumeration, 0, 3);
  tcase_add_loop_test(t, test_align, 0, 40);
  tcase_add_test(t, test_convolve);
  tcase_add_loop_test(t, test_mirror, 0, 10);
  tcase_add_loop_test(t, test_order, 0, 2);
  tcase_add_loop_test(t, test_keys, 0, 36);
  tcase_add_test(t, test_ties);
  tcase_add_test(t, test_nearest);
  tcase_add_test(t, test_deepest);
  tcase_add_test(t, test_errors);
  tcase_add_loop_test(t, test_hostile_target, SG_DIST_ED, SG_DIST_ALLR + 1);
  tcase_add_loop_test(t, test_hostile_query, SG_DIST_ED, SG_DIST_ALLR + 1);
  tcase_add_test(t, test_rounded_alike);
  tcase_add_loop_test(t, test_infinite_row, SG_DIST_KULLBACK, SG_DIST_ALLR + 1);
  tcase_add_test(t, test_qvalues);
  tcase_add_test(t, test_twister);
  tcase_add_test(t, test_pi0_drawn);
  tcase_add_test(t, test_pi0_bootstrap);
  suite_add_tcase(s, t);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? 1 : 0;
}
