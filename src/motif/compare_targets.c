/* motif/compare_targets.c: a database, ready to be compared with.
 *
 *   1. Probabilities as they are compared
 *   2. Order of ids
 *   3. Groups of one width
 *   4. Columns, and what depends on them alone
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "motif/comparing.h"

/* ---- 1. Probabilities as they are compared ---- */

sg_compare_opts sg_compare_opts_default(void)
{
  return (sg_compare_opts){ .size = sizeof(sg_compare_opts), .dist = SG_DIST_ED, .complete = true,
                            .rc = true, .min_overlap = 1, .pseudo = 0.1,
                            .bg = { 0.25, 0.25, 0.25, 0.25 }, .pi0 = SG_PI0_STOREY };
}

/* Tomtom adds 5e-7 to each, so that none is 0. */
void sg_compare_bg(const double bg[4], double used[4])
{
  double sum = 0;
  for (int k = 0; k < 4; k++) used[k] = (bg[k] + bg[3 - k]) / 2 + 5e-7;
  for (int k = 0; k < 4; k++) sum += used[k];
  for (int k = 0; k < 4; k++) used[k] /= sum;
}

static sg_status check_matrix(const sg_motif *motif, sg_err *err)
{
  for (int i = 0; i < motif->width; i++) {
    const double *m = motif->m + 4 * i;
    double sum = 0;
    for (int k = 0; k < 4; k++) sum += m[k] >= 0 ? m[k] : NAN;
    if (!(sum < INFINITY) || (motif->kind == SG_MOTIF_PROBS && !(fabs(sum - 1) < 0.05)))
      return sg_fail(err, SG_EINVAL, "motif %s: column %d is none of %s", motif->id, i + 1,
                     motif->kind == SG_MOTIF_PROBS ? "probabilities" : "counts");
  }
  return SG_OK;
}

/* Probabilities as they stand in the file, times whole sites: their sum may be off 1 by rounding,
 * and tomtom leaves it so. */
static void mix(const sg_motif *motif, double n, double pseudo, const double bg[4], double *p)
{
  for (int i = 0; i < 4 * motif->width; i++)
    p[i] = (n * motif->m[i] + pseudo * bg[i % 4]) / (n + pseudo);
}

static bool takes_logs(sg_dist dist) { return dist == SG_DIST_KULLBACK || dist == SG_DIST_ALLR; }

/* A pseudocount may be lost in rounding: what has a logarithm must still be above 0. */
static sg_status check_probs(const sg_motif *motif, sg_dist dist, const double *p, sg_err *err)
{
  for (int i = 0; i < 4 * motif->width; i++)
    if (!(p[i] >= 0 && p[i] <= 2) || (takes_logs(dist) && !(p[i] > 0)))
      return sg_fail(err, SG_EINVAL, "motif %s: a probability in column %d comes out as %g: a "
                     "greater pseudocount helps", motif->id, i / 4 + 1, p[i]);
  return SG_OK;
}

sg_status sg_compare_matrix(const sg_motif *motif, const sg_compare_opts *opts, double *p,
                            double *ret_n, sg_err *err)
{
  double n = motif->kind == SG_MOTIF_PROBS ? floor(motif->nsites) : motif->nsites;
  sg_status status = SG_OK;
  if (!(n > 0)) n = 20;
  if (ret_n) *ret_n = n;
  if (motif->kind != SG_MOTIF_CWM) status = check_matrix(motif, err);
  if (status) return status;
  if (n > SG_MOTIF_SITES_MAX)
    return sg_fail(err, SG_EINVAL, "motif %s: more than %g sites", motif->id, SG_MOTIF_SITES_MAX);
  if (motif->kind == SG_MOTIF_PROBS) mix(motif, n, opts->pseudo, opts->bg, p);
  else status = sg_motif_probs(motif, opts->pseudo, opts->bg, p, err);
  return status ? status : check_probs(motif, opts->dist, p, err);
}

static sg_status other_version(sg_err *err)
{
  return sg_fail(err, SG_EINVAL, "sg_compare_opts of another version of the library");
}

sg_status sg_compare_probs(const sg_motif *motif, const sg_compare_opts *opts, double *p,
                           sg_err *err)
{
  if (opts->size != sizeof *opts) return other_version(err);
  sg_compare_opts used = *opts;
  sg_compare_bg(opts->bg, used.bg);
  return sg_compare_matrix(motif, &used, p, NULL, err);
}

void sg_compare_consensus(const double *p, int width, bool reverse, char *text)
{
  for (int i = 0; i < width; i++) {
    const double *column = p + 4 * (reverse ? width - 1 - i : i);
    int best = 0;
    for (int k = 1; k < 4; k++)
      if (column[reverse ? 3 - k : k] > column[reverse ? 3 - best : best]) best = k;
    text[i] = "ACGT"[best];
  }
  text[width] = '\0';
}

static sg_status check_opts(const sg_motifs *db, const sg_compare_opts *o, sg_err *err)
{
  double sum = 0;
  if (o->size != sizeof *o) return other_version(err);
  for (int k = 0; k < 4; k++) sum += o->bg[k] >= 0 ? o->bg[k] : NAN;
  if (!db || db->n < 1) return sg_fail(err, SG_EINVAL, "no motif to compare with");
  if ((int)o->dist < SG_DIST_ED || o->dist > SG_DIST_ALLR)
    return sg_fail(err, SG_EINVAL, "no such column score");
  if ((int)o->pi0 < SG_PI0_STOREY || o->pi0 > SG_PI0_TOMTOM)
    return sg_fail(err, SG_EINVAL, "no such way to estimate pi0");
  if (o->min_overlap < 1) return sg_fail(err, SG_EINVAL, "a smallest overlap below 1");
  if (!(o->pseudo >= 0 && o->pseudo <= 1e6))
    return sg_fail(err, SG_EINVAL, "the pseudocount is outside 0 to 1000000");
  if (takes_logs(o->dist) && !(o->pseudo > 0))
    return sg_fail(err, SG_EINVAL, "kullback and allr take logarithms: they need a pseudocount "
                   "above 0");
  if (!(fabs(sum - 1) < 0.01)) return sg_fail(err, SG_EINVAL, "the background does not sum to 1");
  if (o->nearest < 0) return sg_fail(err, SG_EINVAL, "a negative number of targets");
  return SG_OK;
}

/* ---- 2. Order of ids ---- */

typedef struct named { const char *id; int at; } named;

static int by_id(const void *a, const void *b)
{
  return strcmp(((const named *)a)->id, ((const named *)b)->id);
}

/* Ties among targets are decided by ids, so that their order in the file does not matter. */
static sg_status rank_ids(const sg_motifs *db, sg_targets *t, sg_err *err)
{
  sg_status status = SG_OK;
  named *order = malloc((size_t)db->n * sizeof *order);
  t->rank = malloc((size_t)db->n * sizeof *t->rank);
  if (!order || !t->rank) {
    free(order);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  for (int i = 0; i < db->n; i++) order[i] = (named){ db->motif[i].id, i };
  qsort(order, (size_t)db->n, sizeof *order, by_id);
  for (int i = 0; i < db->n; i++) t->rank[order[i].at] = i;
  for (int i = 1; i < db->n && !status; i++)
    if (!strcmp(order[i].id, order[i - 1].id))
      status = sg_fail(err, SG_EFORMAT, "%s%smotif %s is there twice: give each its own name",
                       db->path ? db->path : "", db->path ? ": " : "", order[i].id);
  free(order);
  return status;
}

/* ---- 3. Groups of one width ---- */

static int slots_of_width(const sg_motifs *db, int width, int strands)
{
  int n = 0;
  for (int i = 0; i < db->n; i++) n += db->motif[i].width == width;
  return n * strands;
}

static sg_status make_groups(const sg_motifs *db, sg_targets *t, sg_err *err)
{
  int strands = t->opts.rc ? 2 : 1, slot = 0;
  bool there[SG_MOTIF_WIDTH_MAX + 1] = { false };
  for (int i = 0; i < db->n; i++) there[db->motif[i].width] = true;
  for (int width = 1; width <= SG_MOTIF_WIDTH_MAX; width++) t->n_group += there[width];
  t->n_slot = db->n * strands;
  t->group = calloc((size_t)t->n_group, sizeof *t->group);
  t->target = calloc((size_t)t->n_slot, sizeof *t->target);
  t->reverse = calloc((size_t)t->n_slot, sizeof *t->reverse);
  if (!t->group || !t->target || !t->reverse) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_group *g = t->group;
  for (int width = 1; width <= SG_MOTIF_WIDTH_MAX; width++) {
    if (!there[width]) continue;
    *g = (sg_group){ .width = width, .n = slots_of_width(db, width, strands),
                     .first = t->columns.N, .slot = slot };
    for (int i = 0; i < db->n; i++)
      for (int s = 0; s < strands && db->motif[i].width == width; s++) {
        t->target[slot] = i;
        t->reverse[slot++] = s;
      }
    t->columns.N += (int64_t)width * g->n;
    t->widest = width;
    g++;
  }
  return SG_OK;
}

/* ---- 4. Columns, and what depends on them alone ---- */

static sg_status alloc_columns(sg_columns *c, sg_dist dist, sg_err *err)
{
  size_t N = (size_t)c->N;
  bool logs = takes_logs(dist), fine = true;
  for (int k = 0; k < 4; k++) {
    fine &= (c->y[k] = calloc(N, sizeof *c->y[k])) != NULL;
    if (logs) fine &= (c->log_y[k] = calloc(N, sizeof *c->log_y[k])) != NULL;
  }
  for (int k = 0; k < 4 && !logs; k++)
    fine &= (c->near[k] = calloc(N, sizeof *c->near[k])) != NULL;
  if (dist == SG_DIST_PEARSON) fine &= (c->norm = calloc(N, sizeof *c->norm)) != NULL;
  if (dist == SG_DIST_ALLR) fine &= (c->n = calloc(N, sizeof *c->n)) != NULL;
  return fine ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

/* Column `i` of the database. */
static void put_column(sg_columns *c, int64_t i, const double *p, bool complement, double n)
{
  double y[4];
  for (int k = 0; k < 4; k++) {
    y[k] = p[complement ? 3 - k : k];
    c->y[k][i] = y[k];
    if (c->log_y[k]) c->log_y[k][i] = log(y[k]);
  }
  double norm = sg_column_norm(y);
  for (int k = 0; k < 4 && c->near[0]; k++)
    c->near[k][i] = (float)(c->norm ? (y[k] - 0.25) * norm : y[k]);
  if (c->norm) c->norm[i] = norm;
  if (c->n) c->n[i] = n;
}

static sg_status put_group(const sg_motifs *db, sg_targets *t, const sg_group *g, double *p,
                           sg_err *err)
{
  double n;
  for (int s = 0; s < g->n; s++) {
    const sg_motif *motif = &db->motif[t->target[g->slot + s]];
    bool reverse = t->reverse[g->slot + s];
    sg_status status = sg_compare_matrix(motif, &t->opts, p, &n, err);
    if (status && motif->line > 0 && db->path)
      sg_fail_prefix(err, "%s:%lld: ", db->path, (long long)motif->line);
    if (status) return SG_EFORMAT;
    for (int i = 0; i < g->width; i++)
      put_column(&t->columns, g->first + (int64_t)i * g->n + s,
                 p + 4 * (reverse ? g->width - 1 - i : i), reverse, n);
  }
  return SG_OK;
}

sg_status sg_targets_new(const sg_motifs *db, const sg_compare_opts *opts,
                         sg_targets **ret_targets, sg_err *err)
{
  double *p = NULL;
  sg_status status = check_opts(db, opts, err);
  if (status) return status;
  sg_targets *t = calloc(1, sizeof *t);
  if (!t) return sg_fail(err, SG_ENOMEM, "out of memory");
  t->opts = *opts;
  t->n = db->n;
  sg_compare_bg(opts->bg, t->opts.bg);
  status = rank_ids(db, t, err);
  if (!status) status = make_groups(db, t, err);
  if (!status) status = alloc_columns(&t->columns, opts->dist, err);
  if (!status && !(p = malloc((size_t)t->widest * 4 * sizeof *p)))
    status = sg_fail(err, SG_ENOMEM, "out of memory");
  for (int g = 0; g < t->n_group && !status; g++)
    status = put_group(db, t, &t->group[g], p, err);
  free(p);
  if (status) sg_targets_free(t);
  else *ret_targets = t;
  return status;
}

void sg_targets_free(sg_targets *targets)
{
  if (!targets) return;
  for (int k = 0; k < 4; k++) {
    free(targets->columns.y[k]);
    free(targets->columns.log_y[k]);
    free(targets->columns.near[k]);
  }
  free(targets->columns.norm);
  free(targets->columns.n);
  free(targets->group);
  free(targets->target);
  free(targets->reverse);
  free(targets->rank);
  free(targets);
}

int sg_targets_n(const sg_targets *targets) { return targets->n; }
