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

double sg_column_length(const double x[4])
{
  double d[4];
  for (int k = 0; k < 4; k++) d[k] = x[k] - 0.25;
  return sqrt((d[0] * d[0] + d[3] * d[3]) + (d[1] * d[1] + d[2] * d[2]));
}

static void pearson(const sg_columns *c, const double *bg, const sg_column *x, double *row)
{
  double u[4], length;
  (void)bg;
  length = sg_column_length(x->x);
  for (int k = 0; k < 4; k++) u[k] = length > 0 ? (x->x[k] - 0.25) / length : 0;
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
