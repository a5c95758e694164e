/* methods/intgrad.c: integrated gradients: the mean gradient on the straight way from a baseline.
 *
 * Sundararajan, Taly, Yan 2017, ICML, arXiv:1703.01365. With the mean gradient
 *     m = integral over t in [0, 1] of grad f(b + t (x - b))
 * contributions (x - b) m sum to f(x) - f(b), up to the error of the quadrature. Hypothetical
 * scores: sum over c of (e_base[c] - b[c]) m[c]. Several baselines are averaged (expected
 * gradients, Erion et al. 2021). `steps` forward and backward evaluations a baseline, the forward
 * ones shared by all targets.
 *
 * The sum is tested before the gradient is corrected: what the correction takes away is no error
 * of the quadrature.
 */
#include <math.h>
#include <string.h>

#include "methods/first.h"
#include "methods/quadrature.h"

typedef struct nodes {
  double *at, *w;           /* [steps] */
  sg_first *first;          /* first layers that need both ends only; NULL: they are not linear */
} nodes;

/* Scratch of a session for that: outputs of the first layers at both ends, and for every target the
 * sum of what arrives at them. sum NULL: the way is walked with whole evaluations. */
typedef struct ends { void *x, *from, *sum; } ends;

#define MOST_SUMS ((int64_t) 64 << 20)   /* bytes of sums beyond which it does not pay */

static sg_status plan(sg_explain_plan *p, sg_err *err)
{
  nodes *q = p->own = sg_arena_calloc(p->mem, 1, sizeof *q);
  if (q) q->at = sg_arena_calloc(p->mem, (size_t) p->opts.steps, sizeof *q->at);
  if (q) q->w = sg_arena_calloc(p->mem, (size_t) p->opts.steps, sizeof *q->w);
  if (!q || !q->at || !q->w) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_quadrature_fill(p->opts.quadrature, p->opts.steps, q->at, q->w);
  return sg_first_find(p, &q->first, err);
}

static sg_status open(sg_explain *s, sg_err *err)
{
  const nodes *q = s->plan->own;
  size_t size = s->plan->plan->f64 ? sizeof(double) : sizeof(float);
  ends *e = s->own = sg_arena_calloc(s->mem, 1, sizeof *e);
  if (!e) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (!q->first || q->first->size * s->plan->opts.n_targets > MOST_SUMS / (int64_t) size)
    return SG_OK;
  size_t n = (size_t) q->first->size + 1;
  e->x = sg_arena_alloc(s->mem, n, size);
  e->from = sg_arena_alloc(s->mem, n, size);
  e->sum = sg_arena_alloc(s->mem, n * (size_t) s->plan->opts.n_targets, size);
  return e->x && e->from && e->sum ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

/* Nodes k .. k + n by first layers at both ends. */
static sg_status walk_nodes(sg_explain *s, int k, int n, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  const nodes *q = p->own;
  const ends *e = s->own;
  bool d = p->plan->f64;
  size_t row = (size_t) q->first->size * (d ? sizeof(double) : sizeof(float));
  double value;
  for (int i = 0; i < n; i++) {
    if (d) sg_first_mix_f64(q->first, s->many, i, q->at[k + i], e->x, e->from);
    else sg_first_mix_f32(q->first, s->many, i, q->at[k + i], e->x, e->from);
  }
  sg_status status = sg_exec_resume(s->many, n, q->first->given, err);
  for (int t = 0; !status && t < p->opts.n_targets; t++) {
    sg_first_sum u = { q->first, q->w + k, (char *) e->sum + (size_t) t * row };
    status = sg_explain_seed(s, t, &value, err);
    if (!status)
      status = sg_explain_back(s, s->many, t, n, d ? sg_first_step_f64 : sg_first_step_f32, &u,
                               err);
  }
  return status;
}

/* The whole way so: m[targets][C][L] from the sums. The baseline was the last forward in `many`. */
static sg_status walk(sg_explain *s, double *m, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  const nodes *q = p->own;
  const ends *e = s->own;
  bool d = p->plan->f64;
  size_t row = (size_t) q->first->size * (d ? sizeof(double) : sizeof(float));
  int batch = sg_exec_batch(s->many);
  sg_status status = SG_OK;
  (d ? sg_first_save_f64 : sg_first_save_f32)(q->first, s->one, e->x);
  (d ? sg_first_save_f64 : sg_first_save_f32)(q->first, s->many, e->from);
  memset(e->sum, 0, row * (size_t) p->opts.n_targets);
  for (int k = 0; !status && k < p->opts.steps; k += batch)
    status = walk_nodes(s, k, p->opts.steps - k < batch ? p->opts.steps - k : batch, err);
  for (int t = 0; !status && t < p->opts.n_targets; t++)
    status = (d ? sg_first_pull_f64 : sg_first_pull_f32)(p, q->first, s->one,
                                                         (const char *) e->sum + (size_t) t * row,
                                                         m + t * p->C * p->L, err);
  return status;
}

/* Nodes k .. k + n of the way from `from` to x: forward once, back for every target, into
 * m[targets][C][L]. */
static sg_status add_nodes(sg_explain *s, const sg_strand *strand, const double *from, int k, int n,
                           double *points, double *m, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  const nodes *q = p->own;
  int64_t cells = p->C * p->L;
  double value;
  for (int i = 0; i < n; i++)
    for (int64_t c = 0; c < cells; c++)
      points[i * cells + c] = from[c] + q->at[k + i] * (strand->x[c] - from[c]);
  sg_status status = sg_explain_forward(s, s->many, n, points, strand->inputs, err);
  for (int t = 0; !status && t < p->opts.n_targets; t++) {
    status = sg_explain_seed(s, t, &value, err);
    if (!status) status = sg_explain_back(s, s->many, t, n, NULL, NULL, err);
    for (int i = 0; !status && i < n; i++)
      sg_explain_take(s, s->many, i, q->w[k + i], m + t * cells);
  }
  return status;
}

/* f at baseline j, for every target, into score.reference's mean, and f(x) less it into change. */
static sg_status add_reference(sg_explain *s, const sg_strand *strand, int j, double *change,
                               sg_err *err)
{
  const double *from = strand->references + j * s->plan->C * s->plan->L;
  double value, at;
  sg_status status = sg_explain_forward(s, s->many, 1, from, strand->inputs, err);
  for (int t = 0; !status && t < s->plan->opts.n_targets; t++) {
    status = sg_explain_seed(s, t, &value, err);
    if (!status) status = sg_explain_values(s, s->many, t, 1, &at, err);
    if (status) break;
    s->score[t].reference += at / strand->n_references;
    change[t] += sg_explain_weight(strand, t, j) * (s->score[t].value - at);
  }
  return status;
}

/* Baseline j. m, points: scratch; sum[targets], change[targets]: means of the uncorrected sums, and
 * of what they should be. */
static sg_status add_baseline(sg_explain *s, const sg_strand *strand, int j, double *points,
                              double *m, double *sum, double *change, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  int64_t cells = p->C * p->L;
  const double *from = strand->references + j * cells;
  int batch = sg_exec_batch(s->many);
  memset(m, 0, (size_t) (cells * p->opts.n_targets) * sizeof *m);
  bool linear = ((const ends *) s->own)->sum != NULL;
  sg_status status = add_reference(s, strand, j, change, err);
  if (!status && linear) status = walk(s, m, err);
  for (int k = 0; !status && !linear && k < p->opts.steps; k += batch) {
    int n = p->opts.steps - k < batch ? p->opts.steps - k : batch;
    status = add_nodes(s, strand, from, k, n, points, m, err);
  }
  for (int t = 0; !status && t < p->opts.n_targets; t++) {
    double *mt = m + t * cells, total = 0, weight = sg_explain_weight(strand, t, j);
    for (int64_t c = 0; c < cells; c++) total += (strand->x[c] - from[c]) * mt[c];
    sum[t] += weight * total;
    if (p->opts.correct_gradient) sg_explain_correct(p, mt);
    sg_explain_apply(p, strand->x, from, mt, weight, &s->score[t]);
  }
  return status;
}

static sg_status run(sg_explain *s, const sg_strand *strand, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  size_t cells = (size_t) (p->C * p->L), T = (size_t) p->opts.n_targets;
  double *points = sg_arena_alloc(s->tmp, (size_t) sg_exec_batch(s->many) * cells, sizeof *points);
  double *m = sg_arena_alloc(s->tmp, T * cells, sizeof *m);
  double *sum = sg_arena_calloc(s->tmp, T, sizeof *sum);
  double *change = sg_arena_calloc(s->tmp, T, sizeof *change);
  if (!points || !m || !sum || !change) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = sg_explain_forward(s, s->one, 1, strand->x, strand->inputs, err);
  for (size_t t = 0; !status && t < T; t++) {
    s->score[t].reference = 0;
    status = sg_explain_seed(s, (int) t, &s->score[t].value, err);
  }
  for (int j = 0; !status && j < strand->n_references; j++)
    status = add_baseline(s, strand, j, points, m, sum, change, err);
  for (size_t t = 0; !status && t < T; t++)
    s->score[t].residual = sg_explain_residual(sum[t], change[t], 0);
  return status;
}

const sg_method sg_method_intgrad = {
  .info = {
    .name = "intgrad", .summary = "integrated gradients",
    .about = "Averages the gradient on the straight way from a baseline to the sequence and "
             "multiplies it by their difference; the scores sum to the difference of the "
             "predictions, up to the error of the quadrature. Several baselines are averaged "
             "(expected gradients).",
    .uses = SG_EXPLAIN_CORRECT | SG_EXPLAIN_PATH | SG_EXPLAIN_REFERENCES | SG_EXPLAIN_COMPLETE
  },
  .plan = plan,
  .open = open,
  .run = run
};
