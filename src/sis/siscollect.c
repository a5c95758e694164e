/* sis/siscollect.c: subsets from walks, each evaluated again, and collections of them.
 *
 * Contents
 *   1. one subset: back along the walk, evaluate, extend, try to shorten
 *   2. the collection
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "sis/sisplan.h"

/* A subset in the making. `tau` is a decision value. */
typedef struct search {
  sg_sis *s;
  int target;
  double tau;
  sg_sis_subset *found;
  int64_t *member;             /* found->positions, to write */
  double decision;             /* of the subset alone */
} search;

/* ---- 1. One subset ------------------------------------------------------------------- */

static double least_lead(const sg_sis_walk *walk)
{
  double least = INFINITY;
  for (int64_t i = 0; i < walk->n; i++)
    if (walk->lead[i] > 0 && walk->lead[i] < least) least = walk->lead[i];
  return least;
}

/* s->alone: the members of the subset, all else masked. */
static void show_alone(const search *q)
{
  sg_sis *s = q->s;
  memset(s->alone, s->plan->mask, (size_t) s->plan->length);
  for (int64_t i = 0; i < q->found->size; i++) s->alone[q->member[i]] = s->rest[q->member[i]];
}

/* Output and decision value of the subset alone. */
static sg_status evaluate(search *q, sg_err *err)
{
  const sg_sis_plan *p = q->s->plan;
  show_alone(q);
  sg_status status = sg_delta_full(q->s->delta, 1, q->s->alone, q->s->one, err);
  q->found->f = q->s->one[p->logits + q->target];
  q->decision = sg_sis_decide(p, q->s->one, q->target);
  return status;
}

/* Members without which the others still pass: none, but for rounding and extension. */
static sg_status count_droppable(search *q, sg_err *err)
{
  sg_sis *s = q->s;
  sg_status status = SG_OK;
  for (int64_t i = 0; i < q->found->size && !status; i++) {
    uint8_t *at = &s->alone[q->member[i]], kept = *at;
    *at = s->plan->mask;
    status = sg_delta_full(s->delta, 1, s->alone, s->one, err);
    q->found->droppable += !status && sg_sis_decide(s->plan, s->one, q->target) >= q->tau;
    *at = kept;
  }
  return status;
}

/* The walk's last positions until the value recorded before them passes; then until an evaluation
 * of the subset alone, from scratch, passes as well. */
static sg_status take_subset(search *q, const sg_sis_walk *walk, sg_err *err)
{
  int64_t at = walk->n;
  do q->member[q->found->size++] = walk->order[--at];
  while (at > 0 && !(walk->value[at - 1] >= q->tau));
  sg_status status = evaluate(q, err);
  while (!status && !(q->decision >= q->tau) && at > 0) {
    q->member[q->found->size++] = walk->order[--at];
    q->found->extended++;
    status = evaluate(q, err);
  }
  if (status) return status;
  if (!(q->decision >= q->tau))
    return sg_fail(err, SG_EINTERNAL, "a sequence that passes the threshold does not when it is "
                   "evaluated again: please report");
  q->found->least_lead = least_lead(walk);
  double over = sg_sis_output_of(q->s->plan, q->decision) - sg_sis_output_of(q->s->plan, q->tau);
  q->found->margin = q->s->plan->opts.below ? -over : over;
  return q->s->plan->opts.check_minimal ? count_droppable(q, err) : SG_OK;
}

/* ---- 2. The collection --------------------------------------------------------------- */

/* Masks the subset in what remains and makes that the base; *ret_decision is its value. */
static sg_status mask_subset(search *q, double *ret_decision, sg_err *err)
{
  sg_sis *s = q->s;
  for (int64_t i = 0; i < q->found->size; i++) s->rest[q->member[i]] = s->plan->mask;
  sg_status status = sg_sis_base(s, s->rest, err);
  if (!status) status = sg_delta_value(s->delta, s->one, err);
  q->found->f_rest = s->one[s->plan->logits + q->target];
  *ret_decision = sg_sis_decide(s->plan, s->one, q->target);
  return status;
}

/* The next subset of s->rest, which is the base and passes. */
static sg_status next_subset(search *q, double *ret_decision, sg_err *err)
{
  sg_sis_walk walk;
  *q->found = (sg_sis_subset){ .positions = q->member };
  sg_status status = sg_sis_walk_from_base(q->s, q->target, &walk, err);
  if (!status && !walk.n) status = sg_fail(err, SG_EINTERNAL, "nothing is left to mask, but the "
                                           "threshold is still passed: please report");
  if (!status) status = take_subset(q, &walk, err);
  return status ? status : mask_subset(q, ret_decision, err);
}

sg_status sg_sis_collect(sg_sis *sis, int target, double tau, sg_sis_collection *ret_collection,
                         sg_err *err)
{
  search q = { .s = sis, .target = target, .member = sis->member };
  if (!sis->started) return sg_fail(err, SG_EINVAL, "a session needs a sequence to start from");
  if (target < 0 || target >= sis->plan->n_target)
    return sg_fail(err, SG_EINVAL, "there is no target %d", target);
  sg_status status = sg_sis_threshold(sis->plan, tau, &q.tau, err);
  if (status) return status;
  int64_t most = sis->plan->opts.max_subsets;
  double left = sis->d_all[target];
  sg_sis_collection c = { .f_all = sis->f_all[target], .f_empty = sis->f_empty[target],
                          .subset = sis->subset };
  if (!(left >= q.tau)) c.state = SG_SIS_FAILS;
  else if (sis->d_empty[target] >= q.tau) c.state = SG_SIS_EMPTY_PASSES;
  if (c.state == SG_SIS_FOUND) {
    memcpy(sis->rest, sis->all, (size_t) sis->plan->length);
    status = sg_sis_base(sis, sis->rest, err);
  }
  while (!status && c.state == SG_SIS_FOUND && left >= q.tau && (!most || c.n < most)) {
    q.found = &sis->subset[c.n];
    status = next_subset(&q, &left, err);
    q.member += q.found->size;
    c.n++;
  }
  *ret_collection = c;
  return status;
}
