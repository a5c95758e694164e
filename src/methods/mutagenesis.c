/* methods/mutagenesis.c: in-silico mutagenesis as a method of attribution: what the target would be
 * with another base, by the sessions of edits of seqgloss/delta.h.
 *
 * hypothetical of base b at i = f(x with b at i) - f(x), less the mean of the four; contribution:
 * that of the base that is there, 0 elsewhere. These are the substitutions of methods/ism.c, here
 * of the same targets as every other method has. A target that weighs units (of centred classes,
 * of a profile) keeps the weights that it has at the sequence, as its gradient does.
 *
 * The edits run over a plan of their own: layers that gradients need apart are fused there.
 */
#include <string.h>

#include "methods/method.h"
#include "seqgloss/ism.h"

/* Decided once per plan. */
typedef struct mutation {
  sg_plan *plan;
  sg_delta_plan *delta;
  sg_head *head;               /* [n_head] each output and logit once, or units of it */
  int64_t *first;              /* [n_head] its first number of those of a session */
  int n_head;
} mutation;

/* A session's. */
typedef struct mutator {
  sg_delta *delta;
  sg_ism *ism;
  sg_ism_target *target;       /* [targets] */
  double **weight;             /* [targets] or NULL */
  float *out;                  /* [targets][4][L] */
  sg_input *input;             /* [inputs of the network] */
} mutator;

/* ---- The plan ---- */

static int64_t units_of(const sg_explain_plan *p, int output)
{
  return sg_shape_item(&p->plan->value[p->plan->output[output].value].shape);
}

/* Some target is about all units of this output: then it has one head. */
static bool is_whole(const sg_explain_plan *p, const sg_explain_target *of)
{
  for (int i = 0; i < p->opts.n_targets; i++) {
    const sg_explain_target *t = &p->opts.targets[i];
    if (t->output == of->output && t->logit == of->logit && t->reduce != SG_REDUCE_UNIT)
      return true;
  }
  return false;
}

/* The head that a target reads; -1: not there yet. */
static int find_head(const sg_explain_plan *p, const mutation *m, const sg_explain_target *t)
{
  int64_t unit = is_whole(p, t) ? -1 : t->unit;
  for (int h = 0; h < m->n_head; h++)
    if (m->head[h].output == t->output && m->head[h].logit == t->logit && m->head[h].unit == unit)
      return h;
  return -1;
}

static sg_status list_heads(const sg_explain_plan *p, mutation *m, sg_err *err)
{
  size_t n = (size_t) p->opts.n_targets + 1;
  int64_t first = 0;
  m->head = sg_arena_calloc(p->mem, n, sizeof *m->head);
  m->first = sg_arena_calloc(p->mem, n, sizeof *m->first);
  if (!m->head || !m->first) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < p->opts.n_targets; i++) {
    const sg_explain_target *t = &p->opts.targets[i];
    if (find_head(p, m, t) >= 0) continue;
    bool whole = is_whole(p, t);
    m->head[m->n_head] = (sg_head) { t->output, t->logit, whole ? -1 : t->unit };
    m->first[m->n_head++] = first;
    first += whole ? units_of(p, t->output) : 1;
  }
  return SG_OK;
}

static sg_status plan(sg_explain_plan *p, sg_err *err)
{
  sg_plan_opts o = sg_plan_opts_default();
  sg_delta_opts d = sg_delta_opts_default();
  mutation *m = p->own = sg_arena_calloc(p->mem, 1, sizeof *m);
  if (!m) return sg_fail(err, SG_ENOMEM, "out of memory");
  o.length = p->plan->length;
  o.float64 = p->plan->f64;
  o.isa = p->plan->isa;
  sg_status status = list_heads(p, m, err);
  if (!status) status = sg_plan_new(p->plan->model, sg_ops(), &o, &m->plan, err);
  d.heads = m->head;
  d.n_heads = m->n_head;
  if (p->opts.rc == SG_EXPLAIN_RC_MAX) d.rc = SG_RC_MAX;
  return status ? status : sg_delta_plan_new(m->plan, &d, &m->delta, err);
}

static void release_plan(sg_explain_plan *p)
{
  mutation *m = p->own;
  if (!m) return;
  sg_delta_plan_free(m->delta);
  sg_plan_free(m->plan);
}

/* ---- Sessions ---- */

static sg_status make_targets(sg_explain *s, mutator *u, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  const mutation *m = p->own;
  for (int i = 0; i < p->opts.n_targets; i++) {
    const sg_explain_target *t = &p->opts.targets[i];
    int64_t n = units_of(p, t->output), first = m->first[find_head(p, m, t)];
    u->target[i] = (sg_ism_target) { .first = first, .n = n, .mean = t->reduce == SG_REDUCE_MEAN };
    if (t->reduce == SG_REDUCE_UNIT)
      u->target[i] = (sg_ism_target) { .first = first + (is_whole(p, t) ? t->unit : 0), .n = 1 };
    if (t->reduce != SG_REDUCE_CENTERED && t->reduce != SG_REDUCE_PROFILE) continue;
    u->target[i].weight = u->weight[i] = sg_arena_calloc(s->mem, (size_t) n + 1, sizeof(double));
    if (!u->weight[i]) return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  return SG_OK;
}

static sg_status open(sg_explain *s, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  const mutation *m = p->own;
  size_t targets = (size_t) p->opts.n_targets;
  sg_ism_opts o = sg_ism_opts_default();
  mutator *u = s->own = sg_arena_calloc(s->mem, 1, sizeof *u);
  if (!u) return sg_fail(err, SG_ENOMEM, "out of memory");
  u->target = sg_arena_calloc(s->mem, targets, sizeof *u->target);
  u->weight = sg_arena_calloc(s->mem, targets, sizeof *u->weight);
  u->out = sg_arena_calloc(s->mem, targets * 4 * (size_t) p->L, sizeof *u->out);
  u->input = sg_arena_calloc(s->mem, (size_t) p->plan->n_input + 1, sizeof *u->input);
  if (!u->target || !u->weight || !u->out || !u->input)
    return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = make_targets(s, u, err);
  memcpy(o.base, p->base, sizeof o.base);
  o.targets = u->target;
  o.n_targets = p->opts.n_targets;
  if (!status) status = sg_delta_new(m->delta, &u->delta, err);
  return status ? status : sg_ism_new(&o, p->L, sg_delta_units(m->delta), &u->ism, err);
}

static void release(sg_explain *s)
{
  mutator *u = s->own;
  if (!u) return;
  sg_ism_free(u->ism);
  sg_delta_free(u->delta);
}

/* f at the sequence, and the weights that targets have there. */
static sg_status weigh(sg_explain *s, const sg_strand *strand, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  const mutator *u = s->own;
  sg_status status = p->plan->codes
                     ? sg_explain_look_up(s, s->one, 1, strand->codes, strand->inputs, err)
                     : sg_explain_forward(s, s->one, 1, strand->x, strand->inputs, err);
  for (int t = 0; !status && t < p->opts.n_targets; t++) {
    status = sg_explain_seed(s, t, &s->score[t].value, err);
    if (!status && u->weight[t])
      memcpy(u->weight[t], s->seed, (size_t) u->target[t].n * sizeof *s->seed);
  }
  return status;
}

/* [4][L] of a target as columns; a base that is none of the four contributes nothing. */
static void spread(const sg_explain *s, const float *out, const sg_strand *strand,
                   sg_strand_score *to)
{
  const sg_explain_plan *p = s->plan;
  for (int k = 0; k < 4; k++)
    for (int64_t l = 0; l < p->L; l++) {
      double v = out[k * p->L + l];
      to->hypothetical[p->base[k] * p->L + l] = v;
      if (strand->codes[l] == p->base[k]) to->contribution[p->base[k] * p->L + l] = v;
    }
}

/* The greater of both strands, which the session of edits sees. */
static sg_status take_value(sg_explain *s, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  const mutator *u = s->own;
  int64_t n = sg_delta_units(((const mutation *) p->own)->delta);
  double *f = sg_arena_calloc(s->tmp, (size_t) n, sizeof *f);
  sg_status status = f ? sg_delta_value(u->delta, f, err)
                       : sg_fail(err, SG_ENOMEM, "out of memory");
  for (int t = 0; !status && t < p->opts.n_targets; t++)
    s->score[t].value = f[u->target[t].first];
  return status;
}

static sg_status run(sg_explain *s, const sg_strand *strand, sg_err *err)
{
  const sg_explain_plan *p = s->plan;
  mutator *u = s->own;
  sg_ism_item item = { 0 };
  if (!strand->codes)
    return sg_fail(err, SG_EINVAL, "ism changes bases: the sequence must be one-hot rows");
  sg_status status = weigh(s, strand, err);
  memcpy(u->input, strand->inputs, (size_t) p->plan->n_input * sizeof *u->input);
  u->input[p->plan->dna] = (sg_input) { .codes = strand->codes };
  if (!status) status = sg_delta_base(u->delta, u->input, err);
  if (!status && p->opts.rc == SG_EXPLAIN_RC_MAX) status = take_value(s, err);
  if (!status) status = sg_ism_run(u->ism, u->delta, &item, &u->out, err);
  for (int t = 0; !status && t < p->opts.n_targets; t++)
    spread(s, u->out + t * 4 * p->L, strand, &s->score[t]);
  return status;
}

const sg_method sg_method_mutagenesis = {
  .info = {
    .name = "ism", .summary = "in-silico mutagenesis: the effect of changing every base",
    .about = "Changes every base to each of the others and writes how the prediction changes, less "
             "the mean of the four.",
    .uses = SG_EXPLAIN_EDITS
  },
  .alone = true,
  .greater = true,
  .plan = plan,
  .open = open,
  .run = run,
  .release_plan = release_plan,
  .release = release
};
