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

#include "methods/method.h"
#include "methods/quadrature.h"

typedef struct nodes { double *at, *w; } nodes;

static sg_status plan(sg_explain_plan *p, sg_err *err)
{
  nodes *q = p->own = sg_arena_calloc(p->mem, 1, sizeof *q);
  if (q) q->at = sg_arena_calloc(p->mem, (size_t) p->opts.steps, sizeof *q->at);
  if (q) q->w = sg_arena_calloc(p->mem, (size_t) p->opts.steps, sizeof *q->w);
  if (!q || !q->at || !q->w) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_quadrature_fill(p->opts.quadrature, p->opts.steps, q->at, q->w);
  return SG_OK;
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

/* f at the baseline, for every target, into score.reference's mean. */
static sg_status add_reference(sg_explain *s, const sg_strand *strand, const double *from,
                               sg_err *err)
{
  double value, at;
  sg_status status = sg_explain_forward(s, s->many, 1, from, strand->inputs, err);
  for (int t = 0; !status && t < s->plan->opts.n_targets; t++) {
    status = sg_explain_seed(s, t, &value, err);
    if (!status) status = sg_explain_values(s, s->many, t, 1, &at, err);
    if (!status) s->score[t].reference += at / strand->n_references;
  }
  return status;
}

/* One baseline. m, points: scratch; sum[targets]: means of the uncorrected sums. */
static sg_status add_baseline(sg_explain *s, const sg_strand *strand, const double *from,
                              double *points, double *m, double *sum, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  int64_t cells = p->C * p->L;
  int batch = sg_exec_batch(s->many);
  double weight = 1.0 / strand->n_references;
  memset(m, 0, (size_t) (cells * p->opts.n_targets) * sizeof *m);
  sg_status status = add_reference(s, strand, from, err);
  for (int k = 0; !status && k < p->opts.steps; k += batch) {
    int n = p->opts.steps - k < batch ? p->opts.steps - k : batch;
    status = add_nodes(s, strand, from, k, n, points, m, err);
  }
  for (int t = 0; !status && t < p->opts.n_targets; t++) {
    double *mt = m + t * cells, total = 0;
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
  if (!points || !m || !sum) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = sg_explain_forward(s, s->one, 1, strand->x, strand->inputs, err);
  for (size_t t = 0; !status && t < T; t++) {
    s->score[t].reference = 0;
    status = sg_explain_seed(s, (int) t, &s->score[t].value, err);
  }
  for (int j = 0; !status && j < strand->n_references; j++)
    status = add_baseline(s, strand, strand->references + (size_t) j * cells, points, m, sum, err);
  for (size_t t = 0; !status && t < T; t++)
    s->score[t].residual = sg_explain_residual(sum[t], s->score[t].value, s->score[t].reference);
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
  .run = run
};
