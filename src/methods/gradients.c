/* methods/gradients.c: gradients of all targets, at a sequence and at noisy copies of it. */
#include <string.h>

#include "methods/gradients.h"

sg_status sg_explain_gradient(sg_explain *s, const sg_strand *strand, sg_gradient_score score,
                              sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  size_t cells = (size_t) (p->C * p->L);
  double *g = sg_arena_alloc(s->tmp, cells, sizeof *g);
  if (!g) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = p->plan->codes && strand->codes
                     ? sg_explain_look_up(s, s->one, 1, strand->codes, strand->inputs, err)
                     : sg_explain_forward(s, s->one, 1, strand->x, strand->inputs, err);
  for (int t = 0; !status && t < p->opts.n_targets; t++) {
    memset(g, 0, cells * sizeof *g);
    status = sg_explain_seed(s, t, &s->score[t].value, err);
    if (!status) status = sg_explain_back(s, s->one, t, 1, NULL, NULL, err);
    if (status) break;
    sg_explain_take(s, s->one, 0, 1, g);
    if (p->opts.correct_gradient) sg_explain_correct(p, g);
    score(p, strand->x, g, &s->score[t]);
  }
  return status;
}

/* One noisy gradient into the sums of its target. */
static void add_sample(const sg_explain *s, int i, double *g, double *mean, double *square)
{
  const sg_explain_plan *p = s->plan;
  size_t cells = (size_t) (p->C * p->L);
  double weight = 1.0 / p->opts.samples;
  memset(g, 0, cells * sizeof *g);
  sg_explain_take(s, s->many, i, 1, g);
  if (p->opts.correct_gradient) sg_explain_correct(p, g);
  for (size_t k = 0; k < cells; k++) {
    mean[k] += weight * g[k];
    square[k] += weight * g[k] * g[k];
  }
}

/* `n` copies with noise of every target into the sums. */
static sg_status add_samples(sg_explain *s, const sg_strand *strand, int n, double *copies,
                             double *g, double *mean, double *square, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  size_t cells = (size_t) (p->C * p->L);
  double value;
  for (size_t k = 0; k < (size_t) n * cells; k++)
    copies[k] = strand->x[k % cells] + p->opts.sigma * sg_rng_normal(&s->rng);
  sg_status status = sg_explain_forward(s, s->many, n, copies, strand->inputs, err);
  for (int t = 0; !status && t < p->opts.n_targets; t++) {
    status = sg_explain_seed(s, t, &value, err);
    if (!status) status = sg_explain_back(s, s->many, t, n, NULL, NULL, err);
    for (int i = 0; !status && i < n; i++)
      add_sample(s, i, g, mean + (size_t) t * cells, square + (size_t) t * cells);
  }
  return status;
}

sg_status sg_explain_noisy(sg_explain *s, const sg_strand *strand, double **ret_mean,
                           double **ret_square, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  size_t cells = (size_t) (p->C * p->L), all = cells * (size_t) p->opts.n_targets;
  int batch = sg_exec_batch(s->many);
  double *mean = *ret_mean = sg_arena_calloc(s->tmp, all, sizeof *mean);
  double *square = *ret_square = sg_arena_calloc(s->tmp, all, sizeof *square);
  double *copies = sg_arena_alloc(s->tmp, (size_t) batch * cells, sizeof *copies);
  double *g = sg_arena_alloc(s->tmp, cells, sizeof *g);
  if (!mean || !square || !copies || !g) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = sg_explain_forward(s, s->one, 1, strand->x, strand->inputs, err);
  for (int t = 0; !status && t < p->opts.n_targets; t++)
    status = sg_explain_seed(s, t, &s->score[t].value, err);
  for (int i = 0; !status && i < p->opts.samples; i += batch) {
    int n = p->opts.samples - i < batch ? p->opts.samples - i : batch;
    status = add_samples(s, strand, n, copies, g, mean, square, err);
  }
  return status;
}
