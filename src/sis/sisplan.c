/* sis/sisplan.c: what is compared: targets, mask and scale of sufficient input subsets.
 *
 * Contents
 *   1. options, symbols
 *   2. scale and heads
 *   3. decision values
 *   4. sg_sis_plan_new, sg_sis_plan_free
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sis/sisplan.h"

/* ---- 1. Options, symbols ------------------------------------------------------------- */

sg_sis_opts sg_sis_opts_default(void)
{
  return (sg_sis_opts){ .size = sizeof(sg_sis_opts), .rc = SG_RC_NONE };
}

/* Which codes are bases, and what a masked position is called. */
static sg_status take_symbols(sg_sis_plan *p, float column[SG_ALPHABET_MAX], sg_err *err)
{
  const char *letters = p->opts.alphabet ? p->opts.alphabet : "ACGT";
  if (strlen(letters) > SG_ALPHABET_MAX)
    return sg_fail(err, SG_EINVAL, "an alphabet of %zu letters: %d are allowed", strlen(letters),
                   SG_ALPHABET_MAX);
  for (int i = 0; i < 4; i++) {
    const char *at = strchr(letters, "ACGT"[i]);
    if (!at && i == 3) at = strchr(letters, 'U');
    if (!at) return sg_fail(err, SG_EINVAL, "alphabet %s: no %c", letters, "ACGT"[i]);
    p->base[at - letters] = true;
    column[at - letters] = (float) p->opts.column[i];
  }
  p->mask = p->opts.mask == SG_SIS_QUARTER ? SG_CODE_N_QUARTER
            : p->opts.mask == SG_SIS_ZERO ? SG_CODE_N_ZERO : SG_CODE_MASK;
  return SG_OK;
}

/* The reverse strand of a masked position is a masked position only where its column is its own
 * complement. */
static sg_status check_column(const sg_sis_opts *o, sg_err *err)
{
  if (o->mask != SG_SIS_COLUMN) return SG_OK;
  for (int i = 0; i < 4; i++)
    if (!isfinite(o->column[i]))
      return sg_fail(err, SG_EINVAL, "a masked position must hold finite numbers");
  if (o->rc == SG_RC_NONE || (o->column[0] == o->column[3] && o->column[1] == o->column[2]))
    return SG_OK;
  return sg_fail(err, SG_EINVAL, "with both strands a masked position must be its own complement: "
                 "A = T and C = G, not %g %g %g %g", o->column[0], o->column[1], o->column[2],
                 o->column[3]);
}

/* ---- 2. Scale and heads -------------------------------------------------------------- */

/* See the header: logits are compared only where they say the same as the output. */
static sg_sis_scale scale_of(const sg_sis_opts *o, sg_final final)
{
  if (o->select == SG_SIS_OUTPUT || o->rc == SG_RC_MEAN) return SG_SIS_SCALE_OUTPUT;
  if (final == SG_FINAL_SIGMOID) return SG_SIS_SCALE_SIGMOID;
  if (final == SG_FINAL_SOFTMAX && o->rc == SG_RC_NONE) return SG_SIS_SCALE_SOFTMAX;
  return SG_SIS_SCALE_OUTPUT;
}

/* "The others" of a softmax are all other units only where one axis is longer than 1. */
static sg_status check_softmax(const sg_io_info *info, sg_err *err)
{
  int longer = 0;
  for (int i = 0; i < info->nd; i++) longer += info->dims[i] > 1;
  if (longer < 2) return SG_OK;
  return sg_fail(err, SG_EUNSUPPORTED, "output '%s' is a softmax of several axes: its logits "
                 "cannot be compared; compare its probabilities (--select probability)",
                 info->name);
}

/* Heads: the logits that the scale needs, then the output of every target. */
static sg_status make_delta(sg_sis_plan *p, const sg_plan *plan, const float *column, sg_err *err)
{
  sg_delta_opts d = sg_delta_opts_default();
  sg_head *heads = calloc(2 * (size_t) p->n_target + 1, sizeof *heads);
  if (!heads) return sg_fail(err, SG_ENOMEM, "out of memory");
  int n = 0;
  if (p->scale == SG_SIS_SCALE_SOFTMAX) heads[n++] = (sg_head){ p->opts.output, true, -1 };
  for (int t = 0; p->scale == SG_SIS_SCALE_SIGMOID && t < p->n_target; t++)
    heads[n++] = (sg_head){ p->opts.output, true, p->unit[t] };
  for (int t = 0; t < p->n_target; t++) heads[n++] = (sg_head){ p->opts.output, false, p->unit[t] };
  d.heads = heads;
  d.n_heads = n;
  d.rc = p->opts.rc;
  d.mask = p->opts.mask == SG_SIS_COLUMN ? column : NULL;
  d.verify = p->opts.verify;
  sg_status status = sg_delta_plan_new(plan, &d, &p->delta, err);
  free(heads);
  if (status) return status;
  p->units = sg_delta_units(p->delta);
  p->logits = p->units - p->n_target;
  return SG_OK;
}

/* ---- 3. Decision values -------------------------------------------------------------- */

/* z[t] - log sum over u != t of exp z[u]: the logit of the softmax's p[t], without the digits that
 * a p near 1 has lost. */
static double against_others(const double *z, int64_t n, int64_t t)
{
  double top = -INFINITY, sum = 0;
  for (int64_t u = 0; u < n; u++) if (u != t && z[u] > top) top = z[u];
  for (int64_t u = 0; u < n; u++) if (u != t) sum += exp(z[u] - top);
  return z[t] - (top + log(sum));
}

double sg_sis_decide(const sg_sis_plan *plan, const double *value, int t)
{
  double d = plan->scale == SG_SIS_SCALE_SOFTMAX
             ? against_others(value, plan->logits, plan->unit[t]) : value[t];
  return plan->opts.below ? -d : d;
}

double sg_sis_output_of(const sg_sis_plan *plan, double decision)
{
  double d = plan->opts.below ? -decision : decision;
  return plan->scale == SG_SIS_SCALE_OUTPUT ? d : 1 / (1 + exp(-d));
}

sg_status sg_sis_threshold(const sg_sis_plan *plan, double tau, double *ret_decision, sg_err *err)
{
  if (!isfinite(tau)) return sg_fail(err, SG_EINVAL, "a threshold must be a finite number");
  if (plan->probability && !(tau > 0 && tau < 1))
    return sg_fail(err, SG_EINVAL, "a threshold of %g: the output is a probability, and every "
                   "sequence or none passes; it must lie between 0 and 1, both excluded", tau);
  double d = plan->scale == SG_SIS_SCALE_OUTPUT ? tau : log(tau / (1 - tau));
  *ret_decision = plan->opts.below ? -d : d;
  return SG_OK;
}

/* ---- 4. Plans ------------------------------------------------------------------------ */

static sg_status take_targets(sg_sis_plan *p, const sg_io_info *info, sg_err *err)
{
  p->n_target = p->opts.units ? p->opts.n_units : 1;
  if (p->n_target < 1) return sg_fail(err, SG_EINVAL, "no target is given");
  p->unit = calloc((size_t) p->n_target, sizeof *p->unit);
  if (!p->unit) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int t = 0; t < p->n_target; t++) {
    p->unit[t] = p->opts.units ? p->opts.units[t] : 0;
    if (p->unit[t] < 0 || p->unit[t] >= info->units)
      return sg_fail(err, SG_EINVAL, "output '%s' has no unit %" PRId64, info->name, p->unit[t]);
  }
  return SG_OK;
}

/* The fully masked sequence is the same for all regions only where the sequence is all there is. */
static sg_status check_inputs(const sg_plan *plan, sg_err *err)
{
  sg_io_info info;
  for (int k = 0; k < sg_plan_inputs(plan); k++)
    if (!sg_plan_input(plan, k, &info) && !info.dna)
      return sg_fail(err, SG_EUNSUPPORTED, "the network reads '%s' beside the sequence, which "
                     "sufficient input subsets cannot feed yet", info.name);
  return SG_OK;
}

static sg_status fill(sg_sis_plan *p, const sg_plan *plan, sg_err *err)
{
  sg_io_info info;
  float column[SG_ALPHABET_MAX] = { 0 };
  if (sg_plan_output_info(plan, p->opts.output, &info))
    return sg_fail(err, SG_EINVAL, "the network has no output %d", p->opts.output);
  sg_status status = check_inputs(plan, err);
  if (!status) status = check_column(&p->opts, err);
  if (!status) status = take_symbols(p, column, err);
  if (!status) status = take_targets(p, &info, err);
  if (status) return status;
  p->length = sg_plan_length(plan);
  p->scale = scale_of(&p->opts, info.final);
  p->probability = info.final == SG_FINAL_SIGMOID || info.final == SG_FINAL_SOFTMAX;
  if (p->scale == SG_SIS_SCALE_SOFTMAX) status = check_softmax(&info, err);
  return status ? status : make_delta(p, plan, column, err);
}

sg_status sg_sis_plan_new(const sg_plan *plan, const sg_sis_opts *opts, sg_sis_plan **ret_plan,
                          sg_err *err)
{
  *ret_plan = NULL;
  sg_sis_plan *p = calloc(1, sizeof *p);
  if (!p) return sg_fail(err, SG_ENOMEM, "out of memory");
  p->opts = opts ? *opts : sg_sis_opts_default();
  sg_status status = fill(p, plan, err);
  p->opts.alphabet = NULL;
  p->opts.units = NULL;
  if (status) sg_sis_plan_free(p);
  else *ret_plan = p;
  return status;
}

void sg_sis_plan_free(sg_sis_plan *plan)
{
  if (!plan) return;
  sg_delta_plan_free(plan->delta);
  free(plan->unit);
  free(plan);
}

int sg_sis_targets(const sg_sis_plan *plan) { return plan->n_target; }

sg_sis_scale sg_sis_plan_scale(const sg_sis_plan *plan) { return plan->scale; }

bool sg_sis_probability(const sg_sis_plan *plan) { return plan->probability; }
