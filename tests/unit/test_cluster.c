/* tests/unit/test_cluster.c: clustering of subsets.
 *
 *   1. Pieces and strings
 *   2. Scores against the definition, written out
 *   3. Laws: order, strands, alignment, sites
 *   4. The published procedure against a plain one
 *   5. Degenerate input, refusals
 *   6. Figures that are promised (doc/clustering.md)
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "cluster/mixture.h"
#include "cluster_sets.h"

static sg_motifs *jaspar;

static const char *source_path(const char *name, char path[512])
{
  const char *src = getenv("SEQGLOSS_SRC");
  snprintf(path, 512, "%s/%s", src ? src : ".", name);
  return path;
}

static sg_subsets *strings(const char *const *text, int64_t n)
{
  sg_subsets *s;
  ck_assert_int_eq(sg_subsets_new(&s, NULL), SG_OK);
  for (int64_t i = 0; i < n; i++) {
    sg_subset_row r = sg_subset_row_unknown();
    r.text = text[i];
    ck_assert_int_eq(sg_subsets_add(s, &r, NULL), SG_OK);
  }
  return s;
}

static sg_clusters *run(const sg_subsets *s, const sg_cluster_opts *o)
{
  sg_clusters *c = NULL;
  sg_err err = { 0 };
  ck_assert_msg(sg_cluster_run(s, o, &c, &err) == SG_OK, "%s", err.text);
  return c;
}

/* ---- 1. Pieces and strings ---- */

START_TEST(pieces)
{
  static const char *const text[] = { "ACGT-------------ACGTA", "ACGT------------ACGT", "ACG",
                                      "ACG-------------AC", "A--C-G--T" };
  sg_subsets *s = strings(text, 5);
  sg_segments g;
  ck_assert_int_eq(sg_segments_cut(s, 12, 4, &g, NULL), SG_OK);
  ck_assert_int_eq(g.n, 4);
  ck_assert(g.seg[0].length == 4 && g.seg[0].number == 1 && g.seg[0].of == 2);
  ck_assert(g.seg[1].begin == 17 && g.seg[1].length == 5 && g.seg[1].number == 2);
  ck_assert(g.seg[2].length == 20 && g.seg[2].of == 1);      /* a run of 12 is not cut */
  ck_assert(g.seg[3].row == 4 && g.seg[3].length == 9);
  ck_assert(g.short_ones == 3 && g.cut == 1 && g.long_ones == 0);
  sg_segments_release(&g);
  sg_subsets_free(s);
}
END_TEST

START_TEST(one_string_for_both_strands)
{
  static const char *const text[] = { "TGCT-A", "T-AGCA", "TGCT-A", "ACGT", "AAAA", "TTTT" };
  sg_subsets *s = strings(text, 6);
  sg_segments g;
  sg_gapped d;
  ck_assert_int_eq(sg_segments_cut(s, 12, 4, &g, NULL), SG_OK);
  ck_assert_int_eq(sg_gapped_make(s, &g, &d, NULL), SG_OK);
  ck_assert_int_eq(d.n, 3);
  ck_assert(g.seg[0].string == g.seg[1].string && g.seg[0].flip != g.seg[1].flip);
  ck_assert(d.weight[g.seg[0].string] == 3 && d.weight[g.seg[3].string] == 1);
  ck_assert(g.seg[4].string == g.seg[5].string && !g.seg[4].flip && g.seg[5].flip);
  ck_assert(d.total == 6 && d.longest == 6);
  int64_t at = d.first[g.seg[0].string];       /* T-AGCA, for '-' is before 'G' */
  ck_assert(d.at[0][at] == 0 && d.at[0][at + 1] == 2 && d.at[1][at + 4] == 5);
  ck_assert(d.base[0][at] == 3 && d.base[1][at] == 3 && d.base[1][at + 1] == 2);
  sg_gapped_release(&d);
  sg_segments_release(&g);
  sg_subsets_free(s);
}
END_TEST

/* ---- 2. Scores against the definition ---- */

/* The score of a string in a part by the formula of mixture.h: probabilities from counts, every
 * placement written out, doubles. */
static double plain_score(const sg_mixture *m, const sg_part *p, int64_t i)
{
  const sg_gapped *g = m->g;
  double theta[SG_FRAME][5], base = 0, best = -INFINITY;
  for (int c = 0; c < SG_FRAME; c++) {
    double sum = p->weight + 1.25;
    for (int b = 0; b < 4; b++) theta[c][b] = (p->count[c][b] + m->bg[b] * 0.26) / sum;
    theta[c][4] = (p->count[c][4] + 0.99) / sum;
    base += log(theta[c][4]);
  }
  for (int o = 0; o < 2; o++)
    for (int d = p->lo - g->length[i] + 3; d <= p->hi - 3; d++) {
      double score = base;
      for (int64_t j = g->first[i]; j < g->first[i + 1]; j++) {
        int c = d + g->at[o][j];
        bool in = c >= 0 && c < SG_FRAME;
        score += in ? log(theta[c][g->base[o][j]] / theta[c][4]) : log(0.01 / 4);
      }
      best = fmax(best, score);
    }
  return best - log(2.0 * (p->hi - p->lo + g->length[i] - 5));
}

START_TEST(scores_by_definition)
{
  cluster_set s;
  sg_segments g;
  sg_gapped d;
  sg_mixture m;
  sg_fit fit;
  sg_rng rng;
  set_of_jaspar(jaspar, 0.2, 10, (uint64_t)_i, &s);
  ck_assert_int_eq(sg_segments_cut(s.subsets, 12, 4, &g, NULL), SG_OK);
  ck_assert_int_eq(sg_gapped_make(s.subsets, &g, &d, NULL), SG_OK);
  ck_assert_int_eq(sg_mixture_init(&m, &d, 1, 2, NULL), SG_OK);
  ck_assert_int_eq(sg_fit_init(&fit, d.n, NULL), SG_OK);
  sg_rng_seed(&rng, (uint64_t)_i);
  for (int t = 0; t < 20; t++) {               /* parts of 1 to 10 strings, laid anywhere */
    sg_part *p = sg_part_new(&m);
    int64_t sub[10];
    int n = 1 + t % 10;
    for (int k = 0; k < n; k++) {
      sub[k] = (int64_t)sg_rng_below(&rng, (uint64_t)d.n);
      fit.shift[k] = (short)((int)sg_rng_below(&rng, 40) - 8);
      fit.strand[k] = sg_rng_below(&rng, 2) != 0;
    }
    sg_part_count(&m, p, sub, n, NULL, 0, &fit);
    sg_part_score(&m, p, NULL, d.n, &fit);
    for (int64_t i = 0; i < d.n; i++) {
      double want = plain_score(&m, p, i);
      ck_assert_msg(fabs(fit.score[i] - want) <= 1e-4 * fmax(1, fabs(want)), "%g %g",
                    fit.score[i], want);
    }
    sg_part_free(p);
  }
  sg_fit_release(&fit);
  sg_mixture_release(&m);
  sg_gapped_release(&d);
  sg_segments_release(&g);
  set_release(&s);
}
END_TEST

/* A mixture of `parts`: all strings, of two kinds, in the first one as they are written, nothing in
 * the others. *ret_changed: sg_mixture_split has made two of the first. */
static sg_status split_first(int parts, int *ret_k, bool *ret_changed)
{
  const char *text[100];
  sg_segments g;
  sg_gapped d;
  sg_mixture m;
  for (int i = 0; i < 100; i++) text[i] = i % 2 ? "AAATGACTCA" : "CCCTGACTCC";
  sg_subsets *s = strings(text, 100);
  ck_assert_int_eq(sg_segments_cut(s, 12, 4, &g, NULL), SG_OK);
  ck_assert_int_eq(sg_gapped_make(s, &g, &d, NULL), SG_OK);
  ck_assert_int_eq(sg_mixture_init(&m, &d, 1, 8, NULL), SG_OK);
  for (int k = 0; k < parts; k++) {
    sg_part *p = sg_part_new(&m);
    ck_assert_int_eq(sg_mixture_add(&m, p, NULL), SG_OK);
    for (int64_t i = 0; i < d.n; i++) m.fit[k].shift[i] = m.fit[k].strand[i] = 0;
    sg_part_count(&m, p, NULL, k ? 0 : d.n, NULL, 0, &m.fit[k]);
    sg_part_score(&m, p, NULL, d.n, &m.fit[k]);
  }
  for (int64_t i = 0; i < d.n; i++) m.part_of[i] = 0;
  *ret_changed = false;
  sg_status status = sg_mixture_split(&m, ret_changed, NULL);
  *ret_k = m.k;
  sg_mixture_release(&m);
  sg_gapped_release(&d);
  sg_segments_release(&g);
  sg_subsets_free(s);
  return status;
}

/* Where there is room for no more parts the run goes on with those there are. */
START_TEST(as_many_parts_as_there_may_be)
{
  bool changed;
  int k;
  ck_assert_int_eq(split_first(1, &k, &changed), SG_OK);
  ck_assert(changed && k == 2);
  ck_assert_int_eq(split_first(SG_PARTS_MAX, &k, &changed), SG_OK);
  ck_assert(!changed && k == 1);               /* EM drops the empty ones */
}
END_TEST

/* ---- 3. Laws ---- */

/* Rows in another order, half of them on the other strand: same partition, same matrices. */
START_TEST(order_and_strands)
{
  cluster_set s, t;
  sg_cluster_opts o = sg_cluster_opts_default();
  set_of_jaspar(jaspar, 0.2, 0, (uint64_t)_i, &s);
  int64_t n = s.subsets->n, *from = malloc((size_t)n * sizeof *from);
  int *a = malloc((size_t)n * sizeof *a), *b = malloc((size_t)n * sizeof *b);
  set_disturbed(&s, 5, &t, from);
  sg_clusters *x = run(s.subsets, &o), *y = run(t.subsets, &o);
  set_found(&s, x, a);
  set_found(&t, y, b);
  ck_assert(x->n == y->n && x->n > 8);
  for (int64_t i = 0; i < n; i++) ck_assert_int_eq(b[i], a[from[i]]);
  for (int k = 0; k < x->n; k++) {
    ck_assert_str_eq(x->cluster[k].consensus, y->cluster[k].consensus);
    ck_assert(!memcmp(x->cluster[k].kept, y->cluster[k].kept, sizeof x->cluster[k].kept));
    ck_assert(!k || x->cluster[k].n <= x->cluster[k - 1].n);
  }
  sg_clusters_free(x);
  sg_clusters_free(y);
  free(from);
  free(a);
  free(b);
  set_release(&t);
  set_release(&s);
}
END_TEST

/* Matrices are the sums of the members as they are said to lie. */
START_TEST(alignment_adds_up)
{
  cluster_set s;
  set_of_jaspar(jaspar, 0.2, 0, 3, &s);
  sg_clusters *c = run(s.subsets, NULL);
  int64_t members = c->noise;
  for (int k = 0; k < c->n; k++) {
    double sum[SG_CLUSTER_FRAME][4] = { { 0 } };
    const sg_cluster *u = &c->cluster[k];
    members += u->n;
    for (int64_t x = 0; x < u->n; x++) {
      const sg_member *m = &c->member[u->member[x]];
      ck_assert(m->cluster == k && m->lead > 0 && u->member[x] == c->order[members - c->noise
                - u->n + x]);
      for (int j = 0; j < m->length; j++) {
        char letter = s.subsets->row[m->row].text[m->begin + (m->minus ? m->length - 1 - j : j)];
        int b = letter == '-' ? -1 : (int)(strchr("ACGT", letter) - "ACGT"), at = m->column + j;
        if (b >= 0 && at >= 0 && at < SG_CLUSTER_FRAME) sum[at][m->minus ? 3 - b : b] += 1;
      }
    }
    for (int at = 0; at < SG_CLUSTER_FRAME; at++)
      for (int b = 0; b < 4; b++) ck_assert(fabs(sum[at][b] - u->kept[at][b]) < 1e-9);
    ck_assert(u->sites == u->n && (int)strlen(u->consensus) == u->width);
    ck_assert(!c->genome && !u->genome_consensus[0]);
  }
  ck_assert_int_eq(members, c->n_member);
  sg_clusters_free(c);
  set_release(&s);
}
END_TEST

/* Members of a set with a genome: the bases at their places are those they hold. */
START_TEST(places_spell_members)
{
  cluster_set s;
  set_of_nested(1, 11, &s);
  sg_cluster_opts o = sg_cluster_opts_default();
  o.fetch = set_fetch;
  o.user = &s;
  sg_clusters *c = run(s.subsets, &o);
  ck_assert(c->genome);
  for (int64_t i = 0; i < c->n_member; i++) {
    const sg_member *m = &c->member[i];
    const sg_subset_row *r = &s.subsets->row[m->row];
    int64_t start;
    int step;
    ck_assert(sg_member_place(s.subsets, m, &start, &step));
    for (int j = 0; j < m->length; j++) {
      char letter = r->text[m->begin + (m->minus ? m->length - 1 - j : j)];
      int base = s.genome[start + step * (m->column + j)];
      if (letter != '-') ck_assert_int_eq("ACGT"[base], letter);
    }
  }
  for (int k = 0; k < c->n; k++)
    for (int at = 0; at < SG_CLUSTER_FRAME; at++) {
      const double *g = c->cluster[k].genome[at];
      ck_assert(fabs(g[0] + g[1] + g[2] + g[3] - (double)c->cluster[k].sites) < 1e-6);
    }
  sg_clusters_free(c);
  set_release(&s);
}
END_TEST

/* Every subset twice, as two overlapping regions give it: twice the members, the same sites. */
START_TEST(overlapping_regions_count_once)
{
  cluster_set s;
  sg_subsets *twice;
  set_of_nested(1, 12, &s);
  ck_assert_int_eq(sg_subsets_new(&twice, NULL), SG_OK);
  for (int64_t i = 0; i < 2 * s.subsets->n; i++) {
    sg_subset_row r = s.subsets->row[i / 2];
    r.start -= i & 1;
    ck_assert_int_eq(sg_subsets_add(twice, &r, NULL), SG_OK);
  }
  sg_cluster_opts o = sg_cluster_opts_default();
  o.fetch = set_fetch;
  o.user = &s;
  sg_clusters *c = run(twice, &o);
  sg_motifs *motifs;
  ck_assert_int_eq(sg_clusters_motifs(c, true, &motifs, NULL), SG_OK);
  for (int k = 0; k < c->n; k++) {
    ck_assert_int_eq(2 * c->cluster[k].sites, c->cluster[k].n);
    ck_assert(motifs->motif[k].nsites == (double)c->cluster[k].sites);
  }
  sg_motifs_free(motifs);
  sg_clusters_free(c);
  sg_subsets_free(twice);
  set_release(&s);
}
END_TEST

/* With a genome, each site in one to three regions, so that weights are fractions: the same digits
 * in any order of the rows. */
START_TEST(order_with_a_genome)
{
  cluster_set s;
  sg_rng rng;
  sg_subsets *set[2];
  sg_clusters *c[2];
  set_of_nested(1, 13, &s);
  sg_cluster_opts o = sg_cluster_opts_default();
  o.fetch = set_fetch;
  o.user = &s;
  int64_t n = 0, *row = malloc((size_t)(3 * s.subsets->n) * sizeof *row);
  for (int64_t i = 0; i < s.subsets->n; i++)
    for (int k = 0; k <= i % 3; k++) row[n++] = 3 * i + k;
  sg_rng_seed(&rng, 1);
  for (int t = 0; t < 2; t++) {
    ck_assert_int_eq(sg_subsets_new(&set[t], NULL), SG_OK);
    for (int64_t i = 0; i < n; i++) {
      sg_subset_row r = s.subsets->row[row[i] / 3];
      r.start -= row[i] % 3;
      r.rank = row[i] + 1;
      ck_assert_int_eq(sg_subsets_add(set[t], &r, NULL), SG_OK);
    }
    c[t] = run(set[t], &o);
    for (int64_t i = n - 1; i > 0; i--) {
      int64_t j = (int64_t)sg_rng_below(&rng, (uint64_t)i + 1), other = row[i];
      row[i] = row[j];
      row[j] = other;
    }
  }
  ck_assert(c[0]->n == c[1]->n && c[0]->n >= 4);
  for (int k = 0; k < c[0]->n; k++) {
    const sg_cluster *x = &c[0]->cluster[k], *y = &c[1]->cluster[k];
    ck_assert(!memcmp(x->kept, y->kept, sizeof x->kept));
    ck_assert(!memcmp(x->genome, y->genome, sizeof x->genome));
    ck_assert(x->n == y->n && x->sites == y->sites);
    for (int64_t i = 0; i < x->n; i++) {
      const sg_member *p = &c[0]->member[x->member[i]], *q = &c[1]->member[y->member[i]];
      ck_assert(set[0]->row[p->row].rank == set[1]->row[q->row].rank);
      ck_assert(p->column == q->column && p->minus == q->minus && p->site == q->site);
    }
  }
  for (int t = 0; t < 2; t++) {
    sg_clusters_free(c[t]);
    sg_subsets_free(set[t]);
  }
  free(row);
  set_release(&s);
}
END_TEST

START_TEST(matrices)
{
  cluster_set s;
  sg_motifs *motifs;
  sg_err err;
  set_of_jaspar(jaspar, 0.1, 60, 4, &s);
  sg_clusters *c = run(s.subsets, NULL);
  ck_assert_int_eq(sg_clusters_motifs(c, true, &motifs, &err), SG_EINVAL);
  ck_assert_int_eq(sg_clusters_motifs(c, false, &motifs, NULL), SG_OK);
  ck_assert_int_eq(motifs->n, c->n);
  for (int k = 0; k < c->n; k++) {
    const sg_motif *m = &motifs->motif[k];
    const sg_cluster *u = &c->cluster[k];
    ck_assert_int_eq(m->width, u->width);
    for (int i = 0; i < m->width; i++) {
      const double *kept = u->kept[u->left + i], *p = m->m + 4 * i;
      double support = kept[0] + kept[1] + kept[2] + kept[3], n = (double)u->sites;
      ck_assert(fabs(p[0] + p[1] + p[2] + p[3] - 1) < 1e-12);
      for (int b = 0; b < 4; b++)
        ck_assert(fabs(p[b] - (kept[b] + (n - support) / 4) / n) < 1e-12);
      if (i == 0 || i == m->width - 1) ck_assert(support >= 0.25 * n);
    }
  }
  sg_motifs_free(motifs);
  sg_clusters_free(c);
  set_release(&s);
}
END_TEST

/* ---- 4. The published procedure ---- */

/* Levenshtein distance by the whole table. */
static int plain_distance(const char *a, const char *b)
{
  int n = (int)strlen(a), m = (int)strlen(b), d[64][64];
  for (int i = 0; i <= n; i++)
    for (int j = 0; j <= m; j++) {
      if (!i || !j) { d[i][j] = i + j; continue; }
      int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      if (d[i - 1][j] + 1 < best) best = d[i - 1][j] + 1;
      if (d[i][j - 1] + 1 < best) best = d[i][j - 1] + 1;
      d[i][j] = best;
    }
  return d[n][m];
}

/* DBSCAN row by row, without the shortcuts: core rows, a queue in order. */
static void plain_dbscan(const sg_subsets *s, int eps, int least, int *label)
{
  int64_t n = s->n, *queue = malloc((size_t)n * sizeof *queue);
  bool *near = malloc((size_t)(n * n)), *core = malloc((size_t)n);
  int k = 0;
  for (int64_t i = 0; i < n; i++) {
    int count = 0;
    for (int64_t j = 0; j < n; j++)
      count += near[i * n + j] = plain_distance(s->row[i].text, s->row[j].text) <= eps;
    core[i] = count >= least;
    label[i] = -1;
  }
  for (int64_t i = 0; i < n; i++) {
    int64_t head = 0, tail = 0;
    if (!core[i] || label[i] >= 0) continue;
    label[i] = k;
    for (queue[tail++] = i; head < tail; head++)
      for (int64_t j = 0; j < n && core[queue[head]]; j++)
        if (near[queue[head] * n + j] && label[j] < 0) {
          label[j] = k;
          queue[tail++] = j;
        }
    k++;
  }
  free(queue);
  free(near);
  free(core);
}

START_TEST(published_against_plain)
{
  cluster_set s;
  set_of_jaspar(jaspar, 0.2, 15, (uint64_t)_i + 20, &s);
  int64_t n = s.subsets->n;
  const char **text = malloc((size_t)n * sizeof *text);
  int *a = malloc((size_t)n * sizeof *a), *b = malloc((size_t)n * sizeof *b), clusters = 0;
  for (int64_t i = 0; i < n; i++) text[i] = s.subsets->row[i].text;
  for (int eps = 0; eps <= 4; eps++) {
    ck_assert_int_eq(sg_cluster_dbscan(text, n, eps, 2 + eps, a, NULL), SG_OK);
    plain_dbscan(s.subsets, eps, 2 + eps, b);
    for (int64_t i = 0; i < n; i++) {
      ck_assert_int_eq(a[i], b[i]);
      if (a[i] >= clusters) clusters = a[i] + 1;
    }
  }
  ck_assert_int_ge(clusters, 3);
  free(text);
  free(a);
  free(b);
  set_release(&s);
}
END_TEST

START_TEST(published_by_hand)
{
  /* at one edit rows 0 to 3 are a chain, 1 and 2 core; 4 and 5 are two where three are wanted */
  static const char *const text[] = { "ACGTACGT", "ACGTACG", "ACGTAC", "ACGTA", "TTTTGGGG",
                                      "TTTTGGGG", "CCCCCCCC" };
  int label[7];
  ck_assert_int_eq(sg_cluster_dbscan(text, 7, 1, 3, label, NULL), SG_OK);
  ck_assert(label[0] == 0 && label[1] == 0 && label[2] == 0 && label[3] == 0);
  ck_assert(label[4] == -1 && label[5] == -1 && label[6] == -1);
  ck_assert_int_eq(sg_cluster_dbscan(text, 7, 0, 2, label, NULL), SG_OK);
  ck_assert(label[0] == -1 && label[4] == 0 && label[5] == 0);
  ck_assert_int_eq(sg_cluster_dbscan(text, 0, 2, 46, label, NULL), SG_OK);
  ck_assert_int_eq(sg_cluster_dbscan(text, 7, -1, 2, label, NULL), SG_EINVAL);
}
END_TEST

START_TEST(published_too_many)
{
  enum { N = SG_CLUSTER_PUBLISHED_MAX + 1, L = 12 };
  char (*room)[L] = malloc((size_t)N * sizeof *room);
  const char **text = malloc((size_t)N * sizeof *text);
  int *label = malloc((size_t)N * sizeof *label);
  sg_err err;
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < L - 1; j++) room[i][j] = "ACGT"[i >> (2 * j) & 3];
    room[i][L - 1] = 0;
    text[i] = room[i];
  }
  ck_assert_int_eq(sg_cluster_dbscan(text, N, 2, 46, label, &err), SG_EUNSUPPORTED);
  ck_assert(strstr(err.text, "20001") != NULL);
  free(room);
  free(text);
  free(label);
}
END_TEST

/* ---- 5. Degenerate input, refusals ---- */

START_TEST(degenerate)
{
  enum { N = 40 };
  static const char *const same[] = { "ACGTACGT", "TTTT", "A", "ACG-------------TTA",
                                      "A--------A--CC" };
  char stretch[700];
  const char *text[N];
  sg_cluster_opts o = sg_cluster_opts_default();
  sg_subsets *none = strings(NULL, 0);
  for (int method = 0; method < 2; method++) {
    o.method = (sg_cluster_method)method;
    o.min_samples = 5;
    sg_clusters *c = run(none, &o);
    ck_assert(c->n == 0 && c->n_member == 0 && c->noise == 0);
    sg_clusters_free(c);
    for (int k = 0; k < 5; k++) {              /* forty times the same: one cluster, or too short */
      for (int i = 0; i < N; i++) text[i] = same[k];
      sg_subsets *s = strings(text, N);
      c = run(s, &o);
      ck_assert_int_le(c->n, 1);
      ck_assert_int_eq(c->n ? c->cluster[0].n : c->noise, c->n_member);
      sg_clusters_free(c);
      sg_subsets_free(s);
    }
  }
  sg_subsets_free(none);
  memset(stretch, 'A', sizeof stretch - 1);
  stretch[sizeof stretch - 1] = 0;
  text[0] = stretch;
  text[1] = stretch + 199;                     /* 500: the longest that is taken */
  sg_subsets *s = strings(text, 2);
  sg_clusters *c = run(s, NULL);
  ck_assert(c->long_ones == 1 && c->n_member == 1);
  sg_clusters_free(c);
  sg_subsets_free(s);
}
END_TEST

START_TEST(noise_is_no_cluster)
{
  cluster_set s;
  sg_motif *one[1] = { &jaspar->motif[0] };
  int few = 1;
  set_of_motifs(one, &few, 1, 0.997, (uint64_t)_i + 1, &s);    /* 1 site, 332 random strings */
  sg_clusters *c = run(s.subsets, NULL);
  ck_assert_int_eq(c->n, 0);
  ck_assert_int_eq(c->noise, c->n_member);
  sg_clusters_free(c);
  set_release(&s);
}
END_TEST

static sg_status fetch_other(void *user, const sg_cluster_place *place, int64_t n, uint8_t *codes,
                             sg_err *err)
{
  sg_status status = set_fetch(user, place, n, codes, err);
  for (int64_t i = 0; i < n * SET_AROUND; i++) codes[i] = (uint8_t)((codes[i] + 1) & 3);
  return status;
}

static sg_status fetch_fails(void *user, const sg_cluster_place *place, int64_t n, uint8_t *codes,
                             sg_err *err)
{
  (void)user, (void)place, (void)n, (void)codes;
  return sg_fail(err, SG_EIO, "no disk");
}

START_TEST(refusals)
{
  cluster_set s;
  sg_clusters *c;
  sg_err err;
  sg_cluster_opts o = sg_cluster_opts_default();
  set_of_nested(1, 1, &s);
  o.user = &s;
  o.fetch = fetch_other;
  ck_assert_int_eq(sg_cluster_run(s.subsets, &o, &c, &err), SG_ESHAPE);
  ck_assert_msg(strstr(err.text, "is this the genome") != NULL, "%s", err.text);
  ck_assert_ptr_null(c);
  o.fetch = fetch_fails;
  ck_assert_int_eq(sg_cluster_run(s.subsets, &o, &c, &err), SG_EIO);
  set_release(&s);
  set_of_jaspar(jaspar, 0, 10, 1, &s);
  o.fetch = set_fetch;
  ck_assert_int_eq(sg_cluster_run(s.subsets, &o, &c, &err), SG_EINVAL);
  ck_assert(strstr(err.text, "genomic_positions") != NULL);
  o = sg_cluster_opts_default();
  o.lambda = 0;
  ck_assert_int_eq(sg_cluster_run(s.subsets, &o, &c, &err), SG_EINVAL);
  o = sg_cluster_opts_default();
  o.size = 3;
  ck_assert_int_eq(sg_cluster_run(s.subsets, &o, &c, &err), SG_EINVAL);
  set_release(&s);
  sg_clusters_free(NULL);
}
END_TEST

/* ---- 6. Figures ---- */

static double ari_of(const cluster_set *s, const sg_cluster_opts *o, int *ret_n)
{
  sg_clusters *c = run(s->subsets, o);
  int *found = malloc((size_t)s->subsets->n * sizeof *found);
  set_found(s, c, found);
  double ari = set_ari(s->label, found, s->subsets->n);
  *ret_n = c->n;
  free(found);
  sg_clusters_free(c);
  return ari;
}

START_TEST(the_measures)
{
  static const int a[] = { 0, 0, 1, 1, 2, 2 }, b[] = { 5, 5, 3, 3, 0, 0 };
  static const int c[] = { 0, 0, 0, 1, 1, 1 };
  ck_assert(set_ari(a, b, 6) == 1);
  /* 2 pairs together in both, 3 and 6 in each, of 15: (2 - 18/15) / (4.5 - 18/15) */
  ck_assert(fabs(set_ari(a, c, 6) - 0.8 / 3.3) < 1e-12);
}
END_TEST

START_TEST(shipped_set)
{
  cluster_set s;
  char path[512];
  int n;
  sg_cluster_opts o = sg_cluster_opts_default();
  ck_assert_int_eq(set_read(source_path("tests/golden/cluster/synthetic_13motifs.tsv", path), &s,
                            NULL), SG_OK);
  ck_assert_int_eq(s.subsets->n, 3000);
  double ari = ari_of(&s, &o, &n);
  ck_assert_msg(ari >= 0.85, "%.3f", ari);
  o.method = SG_CLUSTER_PUBLISHED;
  double published = ari_of(&s, &o, &n);
  ck_assert_msg(published < 0.3, "%.3f", published);
  set_release(&s);
}
END_TEST

static int by_value(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

START_TEST(ten_fresh_sets)
{
  double ari[10];
  for (int k = 0; k < 10; k++) {
    cluster_set s;
    int n;
    set_of_jaspar(jaspar, 0.1 * (k % 5), 0, (uint64_t)k + 1, &s);
    ari[k] = ari_of(&s, NULL, &n);
    set_release(&s);
  }
  qsort(ari, 10, sizeof *ari, by_value);
  ck_assert_msg(ari[0] >= 0.80, "least %.3f", ari[0]);
  ck_assert_msg(ari[4] + ari[5] >= 2 * 0.85, "median %.3f", (ari[4] + ari[5]) / 2);
}
END_TEST

START_TEST(many_strings)
{
  cluster_set s;
  int n;
  set_of_jaspar(jaspar, 0.2, 800, 5, &s);
  ck_assert_int_eq(s.subsets->n, 13000);
  double ari = ari_of(&s, NULL, &n);
  ck_assert_msg(n >= 12 && n <= 15, "%d clusters", n);
  ck_assert_msg(ari >= 0.85, "%.3f", ari);
  set_release(&s);
}
END_TEST

START_TEST(nested_motifs)
{
  cluster_set s;
  sg_cluster_opts o = sg_cluster_opts_default();
  set_of_nested(1, (uint64_t)_i + 1, &s);
  o.fetch = set_fetch;
  o.user = &s;
  sg_clusters *c = run(s.subsets, &o);
  int *found = malloc((size_t)s.subsets->n * sizeof *found);
  set_found(&s, c, found);
  double right = set_right(&s, found), oracle = set_nested_oracle(&s);
  ck_assert_msg(right >= 0.95 && right >= oracle - 0.03, "%.3f, oracle %.3f", right, oracle);
  free(found);
  sg_clusters_free(c);
  set_release(&s);
}
END_TEST

int main(void)
{
  char path[512];
  sg_err err;
  Suite *suite = suite_create("cluster");
  TCase *tc = tcase_create("cluster");
  SRunner *runner = srunner_create(suite);
  if (sg_motifs_read(source_path("motifs/JASPAR2026_CORE_vertebrates.jaspar", path), &jaspar,
                     &err)) {
    fprintf(stderr, "%s\n", err.text);
    return 99;
  }
  tcase_set_timeout(tc, 300);
  tcase_add_test(tc, pieces);
  tcase_add_test(tc, one_string_for_both_strands);
  tcase_add_loop_test(tc, scores_by_definition, 0, 3);
  tcase_add_test(tc, as_many_parts_as_there_may_be);
  tcase_add_loop_test(tc, order_and_strands, 0, 4);
  tcase_add_test(tc, alignment_adds_up);
  tcase_add_test(tc, places_spell_members);
  tcase_add_test(tc, overlapping_regions_count_once);
  tcase_add_test(tc, order_with_a_genome);
  tcase_add_test(tc, matrices);
  tcase_add_loop_test(tc, published_against_plain, 0, 3);
  tcase_add_test(tc, published_by_hand);
  tcase_add_test(tc, published_too_many);
  tcase_add_test(tc, degenerate);
  tcase_add_loop_test(tc, noise_is_no_cluster, 0, 5);
  tcase_add_test(tc, refusals);
  tcase_add_test(tc, the_measures);
  tcase_add_test(tc, shipped_set);
  tcase_add_test(tc, ten_fresh_sets);
  tcase_add_test(tc, many_strings);
  tcase_add_loop_test(tc, nested_motifs, 0, 5);
  suite_add_tcase(suite, tc);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  sg_motifs_free(jaspar);
  return failed != 0;
}
