/* methods/deeplift.c: DeepLIFT, averaged over references (DeepSHAP).
 *
 * Shrikumar, Greenside, Kundaje 2017, arXiv:1704.02685; Lundberg, Lee 2017, arXiv:1705.07874. With
 * the multipliers m of the input for one reference r (methods/k_families.c, methods/k_pairs.c)
 *     contribution = (x - r) m,   hypothetical of base b = sum over c of (e_b[c] - r[c]) m[c],
 * both averaged over the references. For each reference the contributions sum to f(x) - f(r) up to
 * rounding; the worst is reported. One forward evaluation of the sequence, one of each reference,
 * shared by all targets, and a way back for each reference and target.
 */
#include <string.h>

#include "methods/deeplift.h"

static sg_status open(sg_explain *s, sg_err *err)
{
  const sg_plan *plan = s->plan->plan;
  const sg_deeplift *d = s->plan->own;
  size_t size = plan->f64 ? sizeof(double) : sizeof(float), items = (size_t) sg_exec_batch(s->many);
  sg_pairs *u = s->own = sg_arena_calloc(s->mem, 1, sizeof *u);
  if (u) u->part = sg_arena_calloc(s->mem, (size_t) plan->n_value + 1, sizeof *u->part);
  if (u) u->minus = sg_arena_calloc(s->mem, (size_t) plan->n_value + 1, sizeof *u->minus);
  if (!u || !u->part || !u->minus) return sg_fail(err, SG_ENOMEM, "out of memory");
  *u = (sg_pairs){ .plan = d, .one = s->one, .many = s->many, .epsilon = s->plan->opts.epsilon,
                   .at_sequence = s->plan->opts.derivative_at_sequence, .part = u->part,
                   .minus = u->minus };
  for (int v = 0; v < plan->n_value; v++) {
    if (!d->paired[v]) continue;
    size_t n = (size_t) sg_shape_item(&plan->value[v].shape) * items + 1;
    u->part[v] = sg_arena_calloc(s->mem, n, size);
    u->minus[v] = sg_arena_calloc(s->mem, n, size);
    if (!u->part[v] || !u->minus[v]) return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  return SG_OK;
}

static void clear_minus(const sg_explain *s, const sg_pairs *u, int n)
{
  const sg_plan *plan = s->plan->plan;
  size_t size = plan->f64 ? sizeof(double) : sizeof(float);
  for (int v = 0; v < plan->n_value; v++)
    if (u->minus[v])
      memset(u->minus[v], 0, (size_t) (sg_shape_item(&plan->value[v].shape) * n) * size);
}

/* n references from number `from` on, for one target. m[C][L], values[n]: scratch. */
static sg_status add_target(sg_explain *s, const sg_strand *strand, int from, int n, int t,
                            double *m, double *values, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  sg_strand_score *score = &s->score[t];
  int64_t cells = p->C * p->L;
  const double *refs = strand->references + from * cells;
  sg_status status = sg_explain_seed(s, t, &score->value, err);
  if (!status) status = sg_explain_values(s, s->many, t, n, values, err);
  clear_minus(s, s->own, n);
  if (!status)
    status = sg_explain_back(s, s->many, t, n,
                             p->plan->f64 ? sg_pairs_step_f64 : sg_pairs_step_f32, s->own, err);
  for (int j = 0; !status && j < n; j++) {
    memset(m, 0, (size_t) cells * sizeof *m);
    sg_explain_take(s, s->many, j, 1, m);
    double weight = sg_explain_weight(strand, t, from + j);
    double sum = sg_explain_apply(p, strand->x, refs + j * cells, m, weight, score);
    double residual = sg_explain_residual(sum, score->value, values[j]);
    if (!(residual <= score->residual)) score->residual = residual;
    score->reference += weight * values[j];
  }
  return status;
}

/* Forward of the sequence (from = -1) or of n references from number `from` on: both by look-up, or
 * both as columns, so that equal sequences have equal values. */
static sg_status evaluate(sg_explain *s, const sg_strand *strand, int from, int n, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  const sg_deeplift *d = p->own;
  sg_exec *exec = from < 0 ? s->one : s->many;
  if (p->plan->codes && strand->codes && strand->reference_codes && !d->splits_input)
    return sg_explain_look_up(s, exec, n, from < 0 ? strand->codes
                                                   : strand->reference_codes + from * p->L,
                              strand->inputs, err);
  return sg_explain_forward(s, exec, n, from < 0 ? strand->x
                                                 : strand->references + from * p->C * p->L,
                            strand->inputs, err);
}

static sg_status run(sg_explain *s, const sg_strand *strand, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  const sg_deeplift *d = p->own;
  int64_t cells = p->C * p->L;
  int batch = sg_exec_batch(s->many);
  double *m = sg_arena_alloc(s->tmp, (size_t) cells, sizeof *m);
  double *values = sg_arena_alloc(s->tmp, (size_t) batch, sizeof *values);
  if (!m || !values) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = evaluate(s, strand, -1, 1, err);
  for (int t = 0; t < p->opts.n_targets; t++) s->score[t].reference = s->score[t].residual = 0;
  for (int j = 0; !status && j < strand->n_references; j += batch) {
    int n = strand->n_references - j < batch ? strand->n_references - j : batch;
    status = evaluate(s, strand, j, n, err);
    if (!status && d->any)
      status = p->plan->f64 ? sg_pairs_parts_f64(s->own, err) : sg_pairs_parts_f32(s->own, err);
    for (int t = 0; !status && t < p->opts.n_targets; t++)
      status = add_target(s, strand, j, n, t, m, values, err);
  }
  return status;
}

const sg_method sg_method_deeplift = {
  .info = {
    .name = "deeplift", .summary = "DeepLIFT, averaged over references (DeepSHAP)",
    .about = "Compares the sequence with references, layer by layer, and shares the difference of "
             "the predictions out among the bases; averaged over the references (DeepSHAP). The "
             "scores sum to the mean difference of the predictions.",
    .uses = SG_EXPLAIN_RULE | SG_EXPLAIN_REFERENCES | SG_EXPLAIN_COMPLETE
  },
  .plan = sg_deeplift_assign,
  .open = open,
  .run = run
};
