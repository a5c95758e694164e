/* motif/compare_score.c: the five scores of a query column against all columns of a database.
 *
 * x is the query's column, y the target's, b the background:
 *
 *   ed        - sqrt(sum (x - y)^2)
 *   pearson   sum (x - 1/4)(y - 1/4) / (|x - 1/4| |y - 1/4|)
 *   sandelin  2 - sum (x - y)^2
 *   kullback  - 1/2 sum (x log10(x/y) + y log10(y/x)) = - 1/2 sum (x - y)(log10 x - log10 y)
 *   allr      (nT sum y ln(x/b) + nQ sum x ln(y/b)) / (nQ + nT), n the sites of the motifs
 *
 * Sums go over A and T, then C and G, so that a column and its complement give equal bits.
 *
 * One loop over the database each, which compilers turn into vector code: what depends on the
 * database alone (logarithms, lengths) is computed once, with the targets.
 */
#include <math.h>

#include "motif/comparing.h"

/* ---- Rows in double precision ---- */

SG_CLONES static void squares(const sg_columns *c, const double *x, double *row)
{
  const double *a = c->y[0], *b = c->y[1], *g = c->y[2], *t = c->y[3];
  for (int64_t i = 0; i < c->N; i++) {
    double d0 = x[0] - a[i], d1 = x[1] - b[i], d2 = x[2] - g[i], d3 = x[3] - t[i];
    row[i] = (d0 * d0 + d3 * d3) + (d1 * d1 + d2 * d2);
  }
}

SG_CLONES static void negative_roots(int64_t n, double *row)
{
  for (int64_t i = 0; i < n; i++) row[i] = -sqrt(row[i]);
}

static void ed(const sg_columns *c, const double *bg, const sg_column *x, double *row)
{
  (void)bg;
  squares(c, x->x, row);
  negative_roots(c->N, row);
}

SG_CLONES static void two_less(int64_t n, double *row)
{
  for (int64_t i = 0; i < n; i++) row[i] = 2 - row[i];
}

static void sandelin(const sg_columns *c, const double *bg, const sg_column *x, double *row)
{
  (void)bg;
  squares(c, x->x, row);
  two_less(c->N, row);
}

SG_CLONES static void products(const sg_columns *c, const double *u, double *row)
{
  const double *a = c->y[0], *b = c->y[1], *g = c->y[2], *t = c->y[3], *norm = c->norm;
  for (int64_t i = 0; i < c->N; i++)
    row[i] = ((u[0] * (a[i] - 0.25) + u[3] * (t[i] - 0.25)) +
              (u[1] * (b[i] - 0.25) + u[2] * (g[i] - 0.25))) * norm[i];
}

double sg_column_norm(const double x[4])
{
  double d[4];
  for (int k = 0; k < 4; k++) d[k] = x[k] - 0.25;
  double length = sqrt((d[0] * d[0] + d[3] * d[3]) + (d[1] * d[1] + d[2] * d[2]));
  return length > 1e-9 ? 1 / length : 0;
}

/* x - 1/4 of length 1, or 0. */
static void unit(const double x[4], double u[4])
{
  double norm = sg_column_norm(x);
  for (int k = 0; k < 4; k++) u[k] = (x[k] - 0.25) * norm;
}

static void pearson(const sg_columns *c, const double *bg, const sg_column *x, double *row)
{
  double u[4];
  (void)bg;
  unit(x->x, u);
  products(c, u, row);
}

SG_CLONES static void divergences(const sg_columns *c, const double *x, const double *log_x,
                                  double *row)
{
  const double half = -0.5 / 2.302585092994045684;   /* ln to log10 */
  for (int64_t i = 0; i < c->N; i++) {
    double at = (x[0] - c->y[0][i]) * (log_x[0] - c->log_y[0][i]) +
                (x[3] - c->y[3][i]) * (log_x[3] - c->log_y[3][i]);
    double cg = (x[1] - c->y[1][i]) * (log_x[1] - c->log_y[1][i]) +
                (x[2] - c->y[2][i]) * (log_x[2] - c->log_y[2][i]);
    row[i] = half * (at + cg);
  }
}

static void kullback(const sg_columns *c, const double *bg, const sg_column *x, double *row)
{
  double log_x[4];
  (void)bg;
  for (int k = 0; k < 4; k++) log_x[k] = log(x->x[k]);
  divergences(c, x->x, log_x, row);
}

SG_CLONES static void ratios(const sg_columns *c, const double *b, const double *q,
                             const sg_column *x, double *row)
{
  const double *u = x->x;
  for (int64_t i = 0; i < c->N; i++) {
    double from_y = (c->y[0][i] * q[0] + c->y[3][i] * q[3]) +
                    (c->y[1][i] * q[1] + c->y[2][i] * q[2]);
    double from_x = (u[0] * (c->log_y[0][i] - b[0]) + u[3] * (c->log_y[3][i] - b[3])) +
                    (u[1] * (c->log_y[1][i] - b[1]) + u[2] * (c->log_y[2][i] - b[2]));
    row[i] = (c->n[i] * from_y + x->n * from_x) / (x->n + c->n[i]);
  }
}

static void allr(const sg_columns *c, const double *bg, const sg_column *x, double *row)
{
  double log_bg[4], ratio[4];
  for (int k = 0; k < 4; k++) {
    log_bg[k] = log(bg[k]);
    ratio[k] = log(x->x[k]) - log_bg[k];
  }
  ratios(c, log_bg, ratio, x, row);
}

void sg_score_row(sg_dist dist, const sg_columns *columns, const double bg[4], const sg_column *x,
                  double *row)
{
  static void (*const scores[])(const sg_columns *, const double *, const sg_column *, double *) = {
    [SG_DIST_ED] = ed, [SG_DIST_PEARSON] = pearson, [SG_DIST_SANDELIN] = sandelin,
    [SG_DIST_KULLBACK] = kullback, [SG_DIST_ALLR] = allr
  };
  scores[dist](columns, bg, x, row);
}

/* ---- Some cells, and rows of keys ---- */

SG_CLONES static void some_squares(const sg_columns *c, const double *x, const int *pick, int n,
                                   double *score)
{
  const double *a = c->y[0], *b = c->y[1], *g = c->y[2], *t = c->y[3];
  for (int i = 0; i < n; i++) {
    int at = pick[i];
    double d0 = x[0] - a[at], d1 = x[1] - b[at], d2 = x[2] - g[at], d3 = x[3] - t[at];
    score[i] = (d0 * d0 + d3 * d3) + (d1 * d1 + d2 * d2);
  }
}

SG_CLONES static void some_products(const sg_columns *c, const double *u, const int *pick, int n,
                                    double *score)
{
  const double *a = c->y[0], *b = c->y[1], *g = c->y[2], *t = c->y[3], *norm = c->norm;
  for (int i = 0; i < n; i++) {
    int at = pick[i];
    score[i] = ((u[0] * (a[at] - 0.25) + u[3] * (t[at] - 0.25)) +
                (u[1] * (b[at] - 0.25) + u[2] * (g[at] - 0.25))) * norm[at];
  }
}

void sg_score_some(sg_dist dist, const sg_columns *columns, const sg_column *x, const int *pick,
                   int n, double *score)
{
  double u[4];
  if (dist == SG_DIST_PEARSON) {
    unit(x->x, u);
    some_products(columns, u, pick, n, score);
    return;
  }
  some_squares(columns, x->x, pick, n, score);
  if (dist == SG_DIST_ED) negative_roots(n, score);
  else two_less(n, score);
}

/* Columns sum to 1 but for rounding, off by 0.05 at most: a margin for that. */
bool sg_key_scale(sg_dist dist, double *ret_from, double *ret_per)
{
  static const struct { bool there; double from, to; } range[] = {
    [SG_DIST_ED] = { true, -1.6, 0.01 }, [SG_DIST_PEARSON] = { true, -1.01, 1.01 },
    [SG_DIST_SANDELIN] = { true, -0.25, 2.01 }, [SG_DIST_KULLBACK] = { false, 0, 1 },
    [SG_DIST_ALLR] = { false, 0, 1 }
  };
  *ret_from = range[dist].from;
  *ret_per = SG_KEYS / (range[dist].to - range[dist].from);
  return range[dist].there;
}

SG_CLONES static void root_keys(const sg_columns *c, const float *x, float from, float per,
                                uint16_t *key)
{
  const float *a = c->near[0], *b = c->near[1], *g = c->near[2], *t = c->near[3];
  for (int64_t i = 0; i < c->N; i++) {
    float d0 = x[0] - a[i], d1 = x[1] - b[i], d2 = x[2] - g[i], d3 = x[3] - t[i];
    float root = sqrtf((d0 * d0 + d3 * d3) + (d1 * d1 + d2 * d2));
    key[i] = (uint16_t)(int)((-from - root) * per);
  }
}

SG_CLONES static void square_keys(const sg_columns *c, const float *x, float from, float per,
                                  uint16_t *key)
{
  const float *a = c->near[0], *b = c->near[1], *g = c->near[2], *t = c->near[3];
  for (int64_t i = 0; i < c->N; i++) {
    float d0 = x[0] - a[i], d1 = x[1] - b[i], d2 = x[2] - g[i], d3 = x[3] - t[i];
    float square = (d0 * d0 + d3 * d3) + (d1 * d1 + d2 * d2);
    key[i] = (uint16_t)(int)((2 - from - square) * per);
  }
}

SG_CLONES static void product_keys(const sg_columns *c, const float *u, float from, float per,
                                   uint16_t *key)
{
  const float *a = c->near[0], *b = c->near[1], *g = c->near[2], *t = c->near[3];
  for (int64_t i = 0; i < c->N; i++) {
    float product = (u[0] * a[i] + u[3] * t[i]) + (u[1] * b[i] + u[2] * g[i]);
    key[i] = (uint16_t)(int)((product - from) * per);
  }
}

void sg_key_row(sg_dist dist, const sg_columns *columns, const sg_column *x, uint16_t *key)
{
  double from, per, u[4];
  float v[4];
  sg_key_scale(dist, &from, &per);
  unit(x->x, u);
  for (int k = 0; k < 4; k++) v[k] = (float)(dist == SG_DIST_PEARSON ? u[k] : x->x[k]);
  if (dist == SG_DIST_ED) root_keys(columns, v, (float)from, (float)per, key);
  else if (dist == SG_DIST_SANDELIN) square_keys(columns, v, (float)from, (float)per, key);
  else product_keys(columns, v, (float)from, (float)per, key);
}
