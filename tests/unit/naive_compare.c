/* tests/unit/naive_compare.c: see naive_compare.h. All pmfs in full, all logarithms, all sorts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "naive_compare.h"

typedef struct naive {
  const sg_compare_opts *o;
  double bg[4];
  int w, N, n_strand;
  double *query;               /* [w][4] */
  double *columns;             /* [N][4] */
  double *sites;               /* [N] */
  double nq;
  int *first;                  /* [targets][strands] */
  double *s;                   /* [w][N] */
  int *cell;                   /* [w][N] */
  int off_scale;               /* -off scale */
} naive;

static void *need(size_t n, size_t size)
{
  void *p = calloc(n + 1, size);
  if (!p) exit(99);
  return p;
}

static double sites_of(const sg_motif *m)
{
  return (int)m->nsites > 0 ? (m->kind == SG_MOTIF_PROBS ? (int)m->nsites : m->nsites) : 20;
}

static void column_of(const naive *z, const sg_motif *m, int i, double *p)
{
  double sum = 0, n = m->kind == SG_MOTIF_COUNTS ? 1 : sites_of(m);
  for (int k = 0; k < 4; k++) sum += m->m[4 * i + k];
  if (m->kind == SG_MOTIF_PROBS) sum = n;
  for (int k = 0; k < 4; k++)
    p[k] = (n * m->m[4 * i + k] + z->o->pseudo * z->bg[k]) / (sum + z->o->pseudo);
}

static double column_score(const naive *z, const double *x, const double *y, double nt)
{
  double sum = 0, xx = 0, yy = 0, down = 0;
  switch (z->o->dist) {
  case SG_DIST_ED:
    for (int k = 0; k < 4; k++) sum += pow(x[k] - y[k], 2);
    return -sqrt(sum);
  case SG_DIST_PEARSON:
    for (int k = 0; k < 4; k++) {
      sum += (x[k] - 0.25) * (y[k] - 0.25);
      xx += pow(x[k] - 0.25, 2);
      yy += pow(y[k] - 0.25, 2);
    }
    return xx > 1e-18 && yy > 1e-18 ? sum / sqrt(xx * yy) : 0;
  case SG_DIST_SANDELIN:
    for (int k = 0; k < 4; k++) sum += pow(x[k] - y[k], 2);
    return 2 - sum;
  case SG_DIST_KULLBACK:
    for (int k = 0; k < 4; k++) sum += x[k] * log10(x[k] / y[k]) + y[k] * log10(y[k] / x[k]);
    return -sum / 2;
  default:
    for (int k = 0; k < 4; k++) {
      sum += nt * y[k] * log(x[k] / z->bg[k]) + z->nq * x[k] * log(y[k] / z->bg[k]);
      down += z->nq * x[k] + nt * y[k];
    }
    return sum / down;
  }
}

static int ascending(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void prepare(naive *z, const sg_motifs *db, const sg_motif *query)
{
  int at = 0;
  double sum = 0;
  for (int k = 0; k < 4; k++) sum += (z->bg[k] = (z->o->bg[k] + z->o->bg[3 - k]) / 2 + 5e-7);
  for (int k = 0; k < 4; k++) z->bg[k] /= sum;
  z->n_strand = z->o->rc ? 2 : 1;
  z->w = query->width;
  z->nq = sites_of(query);
  for (int t = 0; t < db->n; t++) z->N += db->motif[t].width * z->n_strand;
  z->query = need((size_t)z->w * 4, sizeof(double));
  z->columns = need((size_t)z->N * 4, sizeof(double));
  z->sites = need((size_t)z->N, sizeof(double));
  z->first = need((size_t)db->n * 2, sizeof(int));
  z->s = need((size_t)z->w * (size_t)z->N, sizeof(double));
  z->cell = need((size_t)z->w * (size_t)z->N, sizeof(int));
  for (int i = 0; i < z->w; i++) column_of(z, query, i, z->query + 4 * i);
  for (int t = 0; t < db->n; t++)
    for (int r = 0; r < z->n_strand; r++) {
      z->first[2 * t + r] = at;
      for (int i = 0; i < db->motif[t].width; i++, at++) {
        double p[4];
        column_of(z, &db->motif[t], r ? db->motif[t].width - 1 - i : i, p);
        for (int k = 0; k < 4; k++) z->columns[4 * at + k] = p[r ? 3 - k : k];
        z->sites[at] = sites_of(&db->motif[t]);
      }
    }
}

static void quantise(naive *z)
{
  double *sorted = need((size_t)z->N, sizeof(double)), min = INFINITY, max = -INFINITY;
  int N = z->N, lo = N / 2 - 1 > 0 ? N / 2 - 1 : 0, hi = (N + 1) / 2 - 1;
  for (int i = 0; i < z->w; i++) {
    double *s = z->s + (size_t)i * (size_t)N;
    for (int j = 0; j < N; j++)
      s[j] = column_score(z, z->query + 4 * i, z->columns + 4 * j, z->sites[j]);
    memcpy(sorted, s, (size_t)N * sizeof *s);
    qsort(sorted, (size_t)N, sizeof *sorted, ascending);
    double median = z->o->complete ? (sorted[lo] + sorted[hi]) / 2 : 0;
    for (int j = 0; j < N; j++) {
      s[j] -= median;
      min = s[j] < min ? s[j] : min;
      max = s[j] > max ? s[j] : max;
    }
  }
  double off = floor(min), scale = floor(100 / (max - off));
  for (int i = 0; i < z->w * N; i++) z->cell[i] = (int)floor((z->s[i] - off) * scale + 0.5);
  z->off_scale = (int)(-off * scale);
  free(sorted);
}

/* P(sum of the cells of columns a .. a + n - 1 >= k). */
static double tail_of(const naive *z, int a, int n, int k)
{
  double *pmf = need((size_t)n * 100 + 1, sizeof(double)), sum = 0;
  int size = 1;
  pmf[0] = 1;
  for (int i = a; i < a + n; i++, size += 100) {
    double hist[101] = { 0 }, *next = need((size_t)n * 100 + 1, sizeof(double));
    for (int j = 0; j < z->N; j++) hist[z->cell[i * z->N + j]] += 1.0 / z->N;
    for (int x = 0; x < size; x++)
      for (int h = 0; h <= 100; h++) next[x + h] += pmf[x] * hist[h];
    free(pmf);
    pmf = next;
  }
  for (int x = size - 1; x >= 0 && x >= k; x--) sum += pmf[x];
  free(pmf);
  return k <= 0 || sum > 1 ? 1 : sum;
}

typedef struct place { int offset, a, overlap, score; } place;

static place place_of(const naive *z, int first, int L, int offset)
{
  place p = { offset, offset < 0 ? -offset : 0, 0, 0 };
  int end = z->w < L - offset ? z->w : L - offset;
  p.overlap = end - p.a;
  for (int i = p.a; i < end; i++) p.score += z->cell[i * z->N + first + offset + i];
  return p;
}

static naive_match one_strand(const naive *z, int first, int L)
{
  int w = z->w, least = z->o->min_overlap, n = 0;
  naive_match m = { .p = 2, .score = -1 };
  double none = 0;
  if (least > w) least = w;
  if (least > L) least = L;
  for (int o = 1 - w; o < L; o++) {
    place at = place_of(z, first, L, o);
    if (at.overlap < least) continue;
    int score = at.score + (z->o->complete ? (w - at.overlap) * z->off_scale : 0);
    double p = z->o->complete ? 0 : tail_of(z, at.a, at.overlap, score);
    bool better = z->o->complete ? score > m.score : p < m.p * (1 - 1e-12);
    bool equal = z->o->complete ? score == m.score : !better && p <= m.p * (1 + 1e-12);
    n++;
    if (better || (equal && at.overlap > m.overlap))
      m = (naive_match){ p, o, at.overlap, score };
  }
  n *= z->n_strand;
  if (!z->o->complete) {
    m.p = m.p * n < 1e-3 ? m.p * n : m.p < 1 ? -expm1(n * log1p(-m.p)) : 1;
    return m;
  }
  for (int o = 1 - w; o < L; o++) {
    place at = place_of(z, first, L, o);
    double s = tail_of(z, at.a, at.overlap, m.score - (w - at.overlap) * z->off_scale);
    none += s < 1 ? z->n_strand * log1p(-s) : -INFINITY;
  }
  m.p = -expm1(none);
  return m;
}

void naive_compare(const sg_motifs *db, const sg_motif *query, const sg_compare_opts *opts,
                   naive_match *match)
{
  naive z = { .o = opts };
  prepare(&z, db, query);
  quantise(&z);
  for (int t = 0; t < db->n; t++)
    for (int r = 0; r < z.n_strand; r++)
      match[t * z.n_strand + r] = one_strand(&z, z.first[2 * t + r], db->motif[t].width);
  free(z.query);
  free(z.columns);
  free(z.sites);
  free(z.first);
  free(z.s);
  free(z.cell);
}
