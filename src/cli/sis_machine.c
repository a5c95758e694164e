/* cli/sis_machine.c: sessions of all targets for one window length. */
#include <stdlib.h>
#include <string.h>

#include "cli/sis_job.h"

sg_status sg_sis_plans_new(const sg_sis_job *job, const sg_plan *plan, sg_sis_plan ***ret_plans,
                           sg_err *err)
{
  sg_status status = SG_OK;
  sg_sis_plan **plans = calloc((size_t)job->picks.n + 1, sizeof *plans);
  if (!plans) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < job->picks.n && !status; i++) {
    const sg_pick *pick = &job->picks.pick[i];
    sg_sis_opts o = job->sis;
    int64_t *all = calloc((size_t)pick->n_unit + 1, sizeof *all);
    for (int64_t u = 0; all && u < pick->n_unit; u++) all[u] = pick->unit ? pick->unit[u] : u;
    o.output = pick->output;
    o.units = all;
    o.n_units = (int)pick->n_unit;
    status = all ? sg_sis_plan_new(plan, &o, &plans[i], err)
                 : sg_fail(err, SG_ENOMEM, "out of memory");
    free(all);
  }
  if (status) sg_sis_plans_free(job, plans);
  else *ret_plans = plans;
  return status;
}

void sg_sis_plans_free(const sg_sis_job *job, sg_sis_plan **plans)
{
  for (int i = 0; plans && i < job->picks.n; i++) sg_sis_plan_free(plans[i]);
  free(plans);
}

static void keep_worst(const sg_sis *sis, double *worst)
{
  double w = sg_sis_count(sis).worst;
  if (!(w <= *worst)) *worst = w;
}

/* Sessions, then plans; the worst deviation is kept. */
static void drop(const sg_sis_job *job, sg_machine *m)
{
  for (int i = 0; m->sis && i < job->picks.n; i++) {
    if (m->sis[i]) keep_worst(m->sis[i], &m->worst);
    sg_sis_free(m->sis[i]);
  }
  free(m->sis);
  sg_sis_plans_free(job, m->sis_plan);
  sg_plan_free(m->plan);
  *m = (sg_machine){ .f = m->f, .room = m->room, .worst = m->worst };
}

const sg_sis_plan *sg_machine_plan(const sg_sis_job *job, const sg_machine *machine, int pick)
{
  return machine->sis_plan ? machine->sis_plan[pick] : job->plan[pick];
}

sg_status sg_machine_fit(const sg_sis_job *job, int64_t length, sg_machine *machine, sg_err *err)
{
  const sg_net *net = &job->nets.net[0];
  sg_status status = SG_OK;
  if (machine->sis && machine->length == length) return SG_OK;
  drop(job, machine);
  if (length != sg_plan_length(net->plan)) {
    status = sg_net_make_plan(net, length, false, &machine->plan, err);
    if (!status) status = sg_sis_plans_new(job, machine->plan, &machine->sis_plan, err);
  }
  if (status) return status;
  machine->sis = calloc((size_t)job->picks.n + 1, sizeof *machine->sis);
  if (!machine->sis) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < job->picks.n && !status; i++)
    status = sg_sis_new(sg_machine_plan(job, machine, i), &machine->sis[i], err);
  for (int i = 0; i < job->picks.n && !status && job->share.team > 1; i++)
    status = sg_sis_threads(machine->sis[i], job->share.team, err);
  if (status) drop(job, machine);
  machine->length = length;
  return status;
}

void sg_machine_release(const sg_sis_job *job, sg_machine *machine)
{
  drop(job, machine);
  free(machine->f);
  machine->f = NULL;
  machine->room = 0;
}

sg_status sg_machine_predict(const sg_sis_job *job, sg_machine *machine, int64_t n,
                             const uint8_t *codes, double *f, sg_err *err)
{
  sg_status status = SG_OK;
  if (n * job->n_target > machine->room) {
    double *more = realloc(machine->f, (size_t)(n * job->n_target) * sizeof *more);
    if (!more) return sg_fail(err, SG_ENOMEM, "out of memory");
    machine->f = more;
    machine->room = n * job->n_target;
  }
  for (int i = 0, first = 0; i < job->picks.n && !status; i++) {
    int units = (int)job->picks.pick[i].n_unit;
    status = sg_sis_full(machine->sis[i], n, codes, machine->f, NULL, err);
    for (int64_t r = 0; r < n && !status; r++)
      memcpy(f + r * job->n_target + first, machine->f + r * units,
             (size_t)units * sizeof *f);
    first += units;
  }
  return status;
}
