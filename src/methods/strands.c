/* methods/strands.c: the greater of the predictions for both strands, as a function to explain.
 *
 * f = max(a, b) with a and b those of the two strands. Of a gradient: that of the strand that
 * wins. Between a sequence x and a reference r, DeepLIFT's rule for a maximum
 * (methods/k_families.c): with c = max(f(x), f(r))
 *     the strand that wins for x         has the factor  (c - f(r)) / (its own f(x) - f(r)),
 *     the one that wins for r            adds            (f(x) - c) / (its own f(x) - f(r)),
 * by which its attribution is multiplied. Factors lie in [0, 1]: where f grows, f(r) is at least
 * the winner's own, and where it falls f(x) is. Attributions that add up to each strand's
 * difference so add up to that of f. Of equal strands each counts half.
 */
#include <math.h>

#include "methods/method.h"

sg_status sg_greater_check(const sg_explain_plan *p, sg_err *err)
{
  for (int t = 0; t < p->opts.n_targets; t++) {
    const sg_explain_target *target = &p->opts.targets[t];
    sg_io_info info;
    sg_status status = sg_plan_output_info(p->plan, target->output, &info);
    if (status) return sg_fail(err, status, "output %d", target->output);
    if (info.nd > 1)
      return sg_fail(err, SG_EUNSUPPORTED, "output '%s' is a profile: both strands cannot be "
                     "combined here", info.name);
    if (target->reduce != SG_REDUCE_UNIT)
      return sg_fail(err, SG_EUNSUPPORTED, "the greater of both strands is taken of single units: "
                     "explain those, or the mean of the strands");
  }
  return SG_OK;
}

/* Their maximum; no number where one of them is none. */
static double greater(double a, double b) { return a > b || isnan(a) ? a : b; }

/* How much of the maximum of a and b is a. */
static double wins(double a, double b) { return a > b ? 1 : a == b ? 0.5 : 0; }

/* Both factors of one reference: own[strand] at x, from[strand] at r. */
static void factors(const double own[2], const double from[2], double factor[2])
{
  double y = greater(own[0], own[1]), q = greater(from[0], from[1]);
  double c = y > q ? y : q;
  for (int k = 0; k < 2; k++) {
    double change = own[k] - from[k];
    double part = wins(own[k], own[1 - k]) * (c - q) + wins(from[k], from[1 - k]) * (y - c);
    factor[k] = change != 0 ? part / change : 0;
  }
}

/* Values of every target at x and at the references, of one strand: x[targets], refs[targets][n].
 */
static sg_status evaluate(sg_explain *s, const sg_strand *strand, double *x, double *refs,
                          sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  int batch = s->many ? sg_exec_batch(s->many) : 1, T = p->opts.n_targets;
  sg_status status = sg_explain_forward(s, s->one, 1, strand->x, strand->inputs, err);
  for (int t = 0; !status && t < T; t++) status = sg_explain_seed(s, t, &x[t], err);
  for (int j = 0; !status && j < strand->n_references; j += batch) {
    int n = strand->n_references - j < batch ? strand->n_references - j : batch;
    status = sg_explain_forward(s, s->many, n, strand->references + j * p->C * p->L,
                                strand->inputs, err);
    for (int t = 0; !status && t < T; t++) {
      double value;
      status = sg_explain_seed(s, t, &value, err);
      if (!status)
        status = sg_explain_values(s, s->many, t, n, refs + (int64_t) t * strand->n_references + j,
                                   err);
    }
  }
  return status;
}

static sg_status make_room(sg_explain *s, int n, sg_greater *g, double *x[2], double *refs[2],
                           sg_err *err)
{
  size_t T = (size_t) s->plan->opts.n_targets, all = T * (size_t) n + 1;
  bool good = true;
  g->value = sg_arena_calloc(s->tmp, T, sizeof(double));
  g->reference = sg_arena_calloc(s->tmp, T, sizeof(double));
  for (int k = 0; k < 2; k++) {
    g->part[k] = sg_arena_calloc(s->tmp, T, sizeof(double));
    g->weight[k] = sg_arena_calloc(s->tmp, all, sizeof(double));
    x[k] = sg_arena_calloc(s->tmp, T, sizeof(double));
    refs[k] = sg_arena_calloc(s->tmp, all, sizeof(double));
    good = good && g->part[k] && g->weight[k] && x[k] && refs[k];
  }
  return good && g->value && g->reference ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

static void weigh_target(sg_greater *g, int t, int n, double *const x[2], double *const refs[2])
{
  double own[2] = {x[0][t], x[1][t]};
  g->value[t] = greater(own[0], own[1]);
  g->reference[t] = n ? 0 : NAN;
  for (int k = 0; k < 2; k++) g->part[k][t] = wins(own[k], own[1 - k]);
  for (int j = 0; j < n; j++) {
    int64_t at = (int64_t) t * n + j;
    double from[2] = {refs[0][at], refs[1][at]}, factor[2];
    factors(own, from, factor);
    for (int k = 0; k < 2; k++) g->weight[k][at] = factor[k] / n;
    g->reference[t] += greater(from[0], from[1]) / n;
  }
}

sg_status sg_greater_weigh(sg_explain *s, const sg_strand strand[2], sg_greater *ret, sg_err *err)
{
  int n = s->plan->method->info.uses & SG_EXPLAIN_REFERENCES ? strand[0].n_references : 0;
  double *x[2], *refs[2];
  sg_status status = make_room(s, n, ret, x, refs, err);
  for (int k = 0; !status && k < 2; k++) {
    sg_strand one = strand[k];
    one.n_references = n;
    status = evaluate(s, &one, x[k], refs[k], err);
  }
  for (int t = 0; !status && t < s->plan->opts.n_targets; t++) weigh_target(ret, t, n, x, refs);
  return status;
}
