/* cli/ism_run.c: the loop of ism: windows in, arrays out.
 *
 *   1. Batches: windows, rows of arrays, results
 *   2. Scratch of one thread: a session and the edits
 *   3. One window
 *   4. Results out
 *   5. --resume: what is kept of a window
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ism.h"

/* ---- 1. Batches ---- */

typedef struct batch {
  sg_region_batch *regions;
  float **data;                /* [feeds][cap][units] or NULL */
  float **array;               /* [arrays][cap][targets][units]; units by the windows' length */
  int64_t *units;              /* [arrays] */
  bool *coded;                 /* [cap] */
} batch;

static void batch_free(void *user, void *one)
{
  sg_ism_job *job = user;
  batch *b = one;
  if (!b) return;
  for (int i = 0; b->data && i < job->feeds.n; i++) free(b->data[i]);
  for (int a = 0; b->array && a < job->n_array; a++) free(b->array[a]);
  free(b->data);
  free(b->array);
  free(b->units);
  free(b->coded);
  sg_region_batch_free(b->regions);
  free(b);
}

static float *floats(int64_t rows, int64_t units)
{
  if (rows > 0 && units > INT64_MAX / (int64_t)sizeof(float) / rows - 1) return NULL;
  return malloc(((size_t)rows * (size_t)units + 1) * sizeof(float));
}

static sg_status batch_new(void *user, void **ret_batch, sg_err *err)
{
  sg_ism_job *job = user;
  batch *b = calloc(1, sizeof *b);
  if (b) b->data = calloc((size_t)job->feeds.n + 1, sizeof *b->data);
  if (b) b->array = calloc((size_t)job->n_array + 1, sizeof *b->array);
  if (b) b->units = calloc((size_t)job->n_array + 1, sizeof *b->units);
  if (b) b->coded = calloc((size_t)job->run.share.cap, sizeof *b->coded);
  bool whole = b && b->data && b->array && b->units && b->coded;
  for (int i = 0; whole && i < job->feeds.n; i++) {
    if (!job->feeds.feed[i].array) continue;
    b->data[i] = floats(job->run.share.cap, job->feeds.feed[i].units);
    whole = b->data[i];
  }
  for (int a = 0; whole && a < job->n_array; a++) {
    b->array[a] = floats((int64_t)job->run.share.cap * job->n_target, job->array[a].units);
    whole = b->array[a];
  }
  sg_status status = whole ? sg_region_batch_new(job->run.share.cap, &b->regions, err)
                           : sg_fail(err, SG_ENOMEM, "out of memory for the results of a window; "
                                     "explain fewer targets or pairs, or give --batch 1");
  if (status) batch_free(job, b);
  else *ret_batch = b;
  return status;
}

/* The windows, with what stands beside them. What no base is cannot be changed. */
static sg_status fill(void *user, void *one, bool again, sg_err *err)
{
  sg_ism_job *job = user;
  batch *b = one;
  (void)again;
  sg_status status = sg_source_fill(job->run.source, b->regions, err);
  if (!status) status = sg_windows_read(&job->feeds, b->regions, b->data, err);
  if (status) return status;
  sg_windows_codes(&job->feeds, job->nets.net[0].plan, b->data, b->regions, b->coded);
  for (int i = 0; i < b->regions->n; i++)
    if (!b->coded[i])
      return sg_fail(err, SG_EINVAL, "%s: row %s: ism changes bases: it needs one-hot rows",
                     sg_feeds_dna(&job->feeds)->path, b->regions->region[i].name);
  return SG_OK;
}

static sg_region_batch *regions(void *one) { return ((batch *)one)->regions; }

/* ---- 2. Scratch ---- */

typedef struct scratch {
  int64_t length;              /* that all of this was made for */
  sg_plan *plan;               /* own ones, where the length is not the longest; else NULL */
  sg_delta_plan *delta_plan;
  sg_delta *delta;
  sg_ism *ism;
  sg_input *input;             /* [inputs of the network] */
  float **out;                 /* [arrays] */
  sg_delta_counts counts;      /* of sessions that are gone */
} scratch;

void sg_ism_count(sg_delta_counts *all, const sg_delta_counts *more)
{
  all->bases += more->bases;
  all->edits += more->edits;
  all->commits += more->commits;
  all->full += more->full;
  all->madds += more->madds;
  all->full_madds += more->full_madds;
  if (!(more->worst <= all->worst)) all->worst = isnan(more->worst) ? INFINITY : more->worst;
}

static void scratch_release(scratch *s)
{
  if (s->delta) {
    sg_delta_counts counts = sg_delta_count(s->delta);
    sg_ism_count(&s->counts, &counts);
  }
  sg_ism_free(s->ism);
  sg_delta_free(s->delta);
  sg_delta_plan_free(s->delta_plan);
  sg_plan_free(s->plan);
  s->ism = NULL;
  s->delta = NULL;
  s->delta_plan = NULL;
  s->plan = NULL;
}

static void scratch_free(void *user, void *one)
{
  sg_ism_job *job = user;
  scratch *s = one;
  if (!s) return;
  scratch_release(s);
  sg_ism_count(&job->counts, &s->counts);
  free(s->input);
  free(s->out);
  free(s);
}

static sg_status scratch_new(void *user, void **ret_scratch, sg_err *err)
{
  sg_ism_job *job = user;
  scratch *s = calloc(1, sizeof *s);
  if (s) s->input = calloc((size_t)job->feeds.n + 1, sizeof *s->input);
  if (s) s->out = calloc((size_t)job->n_array + 1, sizeof *s->out);
  *ret_scratch = s;
  if (s && s->input && s->out) return SG_OK;
  scratch_free(job, s);
  *ret_scratch = NULL;
  return sg_fail(err, SG_ENOMEM, "out of memory");
}

/* The number of units may not change with the length: targets are among them. */
static sg_status own_plan(const sg_ism_job *job, scratch *s, int64_t length, sg_err *err)
{
  const sg_net *net = &job->nets.net[0];
  sg_status status = sg_net_make_plan(net, length, false, &s->plan, err);
  if (!status) status = sg_delta_plan_new(s->plan, &job->delta, &s->delta_plan, err);
  if (!status && sg_delta_units(s->delta_plan) != sg_delta_units(job->plan))
    status = sg_fail(err, SG_ESHAPE, "the outputs have %" PRId64 " numbers for a window of %" PRId64
                     ", %" PRId64 " for one of %" PRId64 "; fix the length by --length",
                     sg_delta_units(s->delta_plan), length, sg_delta_units(job->plan),
                     job->longest);
  return status;
}

static sg_status fit(const sg_ism_job *job, scratch *s, int64_t length, sg_err *err)
{
  sg_status status = SG_OK;
  if (s->ism && s->length == length) return SG_OK;
  scratch_release(s);
  s->length = length;
  if (length != job->longest) status = own_plan(job, s, length, err);
  const sg_delta_plan *plan = s->delta_plan ? s->delta_plan : job->plan;
  if (!status) status = sg_delta_new(plan, &s->delta, err);
  if (!status) status = sg_delta_threads(s->delta, job->run.share.team, err);
  if (!status) status = sg_ism_new(&job->ism, length, sg_delta_units(plan), &s->ism, err);
  return status;
}

/* ---- 3. One window ---- */

static sg_status explain(const sg_ism_job *job, scratch *s, batch *b, int i, sg_err *err)
{
  const sg_region_batch *r = b->regions;
  const uint8_t *flanks = r->flanks ? r->flanks + 2 * i * r->flank : NULL;
  sg_ism_item item = { .left = flanks, .right = flanks ? flanks + r->flank : NULL,
                       .flank = flanks ? r->flank : 0,
                       .reverse = sg_scores_reverse(job->opts, &r->region[i]) };
  for (int k = 0; k < job->feeds.n; k++) {
    const sg_feed *f = &job->feeds.feed[k];
    s->input[k] = (sg_input){ 0 };
    if (f->array && !f->dna) s->input[k].data = b->data[k] + i * f->units;
    else s->input[k].codes = r->codes + i * r->length;
  }
  for (int a = 0; a < job->n_array; a++)
    s->out[a] = b->array[a] + (int64_t)i * job->n_target * b->units[a];
  sg_status status = sg_delta_base(s->delta, s->input, err);
  return status ? status : sg_ism_run(s->ism, s->delta, &item, s->out, err);
}

static sg_status work(void *user, void *one_scratch, void *one_batch, sg_err *err)
{
  const sg_ism_job *job = user;
  scratch *s = one_scratch;
  batch *b = one_batch;
  sg_ism_array info;
  sg_status status = fit(job, s, b->regions->length, err);
  for (int a = 0; a < job->n_array && !status; a++)
    if (sg_ism_array_info(s->ism, a, &info)) b->units[a] = info.units;
  for (int i = 0; i < b->regions->n && !status; i++) {
    if (sg_cancelled(NULL)) return sg_fail(err, SG_ECANCELLED, "stopped");
    status = explain(job, s, b, i, err);
    if (status) sg_fail_prefix(err, "%s: ", b->regions->region[i].name);
  }
  return status;
}

/* ---- 4. Results out ---- */

/* What the bases that are there contribute: their own scores. */
static void contribute(const float *hypothetical, const float *onehot, int64_t n, float *dst)
{
  for (int64_t i = 0; i < n; i++) dst[i] = onehot[i] == 1 ? hypothetical[i] : 0;
}

static bool all_finite(const float *x, int64_t n)
{
  for (int64_t i = 0; i < n; i++) if (!isfinite(x[i])) return false;
  return true;
}

typedef struct sink_row {
  sg_scores_row row;
  float *onehot, *contribution;  /* [4][L] */
  const float **extra;           /* [extras] */
} sink_row;

static sg_status put_target(sg_ism_job *job, const batch *b, int i, int t, sink_row *s,
                            bool *ret_finite, sg_err *err)
{
  int first = job->n_array - job->n_extra;     /* extras follow the substitutions, if any */
  int64_t n = 4 * s->row.length;
  for (int a = 0; a < job->n_array; a++) {
    const float *x = b->array[a] + ((int64_t)i * job->n_target + t) * b->units[a];
    if (a >= first) s->extra[a - first] = x;
    else s->row.hypothetical = x;
    if (a < first) *ret_finite &= all_finite(x, n);
  }
  if (s->row.hypothetical) contribute(s->row.hypothetical, s->onehot, n, s->contribution);
  s->row.contribution = s->contribution;
  s->row.onehot = s->onehot;
  s->row.extra = s->extra;
  return sg_scores_put(job->run.scores, t, &s->row, err);
}

static sg_status put_window(sg_ism_job *job, const batch *b, int i, sink_row *s, sg_err *err)
{
  const sg_region *region = &b->regions->region[i];
  int64_t length = b->regions->length;
  bool finite = true;
  sg_status status = SG_OK;
  s->row = (sg_scores_row){ .region = region, .length = length };
  sg_scores_onehot(sg_source_alphabet(job->run.source), b->regions->codes + i * length, length,
                   sg_scores_reverse(job->opts, region), s->onehot);
  for (int t = 0; t < job->n_target && !status; t++)
    status = put_target(job, b, i, t, s, &finite, err);
  job->not_numbers += !finite;
  return status;
}

static sg_status put(void *user, void *one, sg_err *err)
{
  sg_ism_job *job = user;
  const batch *b = one;
  size_t bytes = 4 * (size_t)b->regions->length * sizeof(float);
  sink_row s = { .onehot = malloc(bytes + 1), .contribution = malloc(bytes + 1),
                 .extra = calloc((size_t)job->n_extra + 1, sizeof *s.extra) };
  sg_status status = SG_OK;
  if (!s.onehot || !s.contribution || !s.extra) status = sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < b->regions->n && !status; i++) status = put_window(job, b, i, &s, err);
  free(s.onehot);
  free(s.contribution);
  free(s.extra);
  return status;
}

/* ---- 5. --resume ----
 *
 * A window in the file: int64 units[arrays], then the arrays, float [targets][units]. Windows of
 * one batch are of one length: the units of the last one are those of all.
 */

static sg_status move(void *user, void *one, int i, sg_mover to, sg_err *err)
{
  const sg_ism_job *job = user;
  batch *b = one;
  sg_checkpoint *checkpoint = job->run.checkpoint;
  sg_status status = to(checkpoint, b->units, (size_t)job->n_array * sizeof *b->units, err);
  for (int a = 0; a < job->n_array && !status; a++) {
    int64_t all = job->n_target * b->units[a];
    if (b->units[a] < 0 || b->units[a] > job->array[a].units)
      return sg_fail(err, SG_EFORMAT, "%s: damaged; remove it to begin anew",
                     sg_checkpoint_name(checkpoint));
    status = to(checkpoint, b->array[a] + i * all, (size_t)all * sizeof(float), err);
  }
  return status;
}

const sg_regionrun_hooks sg_ism_hooks = {
  .batch_new = batch_new, .batch_free = batch_free, .scratch_new = scratch_new,
  .scratch_free = scratch_free, .regions = regions, .fill = fill, .work = work, .put = put,
  .move = move, .reopen = sg_ism_reopen, .check = sg_ism_check
};
