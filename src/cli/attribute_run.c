/* cli/attribute_run.c: the loop of attribute: windows in, arrays out.
 *
 *   1. Batches: windows, rows of arrays, results
 *   2. Scratch of one thread: sessions and references
 *   3. One window
 *   4. Results out
 *   5. --resume: what is kept of a window
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/attribute.h"

/* ---- 1. Batches ---- */

typedef struct batch {
  sg_region_batch *regions;
  float **data;                /* [feeds][cap][units] or NULL */
  float *refs[SG_REFS_ROLES];  /* [cap][units] of files, or NULL */
  float *score;                /* [names][cap][2][4][longest]: hypothetical, contribution */
  float (*sums)[3];            /* [names][cap] residual, f(x), f(reference) */
  float *each;                 /* --per-reference: [names][cap][references][4][longest] */
  bool *coded;                 /* [cap] the sequence is nothing but codes (sg_plan_codes) */
  bool *single, *unknown;      /* [cap] */
} batch;

static int names_of(const sg_attribute_job *job) { return job->n_method * job->n_target; }

static void batch_free(void *user, void *one)
{
  sg_attribute_job *job = user;
  batch *b = one;
  if (!b) return;
  for (int i = 0; b->data && i < job->feeds.n; i++) free(b->data[i]);
  for (int r = 0; r < SG_REFS_ROLES; r++) free(b->refs[r]);
  free(b->data);
  free(b->score);
  free(b->sums);
  free(b->each);
  free(b->coded);
  free(b->single);
  free(b->unknown);
  sg_region_batch_free(b->regions);
  free(b);
}

static float *floats(int64_t rows, int64_t units)
{
  if (rows > 0 && units > INT64_MAX / (int64_t)sizeof(float) / rows - 1) return NULL;
  return malloc(((size_t)rows * (size_t)units + 1) * sizeof(float));
}

static bool make_batch(const sg_attribute_job *job, batch *b)
{
  int64_t cap = job->run.share.cap;
  b->data = calloc((size_t)job->feeds.n + 1, sizeof *b->data);
  b->score = floats(cap * names_of(job), 8 * job->longest);
  b->sums = calloc((size_t)cap * (size_t)names_of(job) + 1, sizeof *b->sums);
  b->coded = calloc((size_t)cap, sizeof *b->coded);
  b->single = calloc((size_t)cap, sizeof *b->single);
  b->unknown = calloc((size_t)cap, sizeof *b->unknown);
  b->each = floats(cap * names_of(job), 4 * job->each * job->longest);
  if (!b->data || !b->score || !b->sums || !b->each || !b->coded || !b->single || !b->unknown)
    return false;
  for (int i = 0; i < job->feeds.n; i++)
    if (job->feeds.feed[i].array && !(b->data[i] = floats(cap, job->feeds.feed[i].units)))
      return false;
  for (int r = 0; r < SG_REFS_ROLES; r++)
    if (job->refs[r].array && !(b->refs[r] = floats(cap, job->refs[r].units))) return false;
  return true;
}

static sg_status batch_new(void *user, void **ret_batch, sg_err *err)
{
  sg_attribute_job *job = user;
  batch *b = calloc(1, sizeof *b);
  sg_status status = b && make_batch(job, b)
                     ? sg_region_batch_new(job->run.share.cap, &b->regions, err)
                     : sg_fail(err, SG_ENOMEM, "out of memory for the results of a window; explain "
                               "fewer targets, or give --batch 1");
  if (status) batch_free(job, b);
  else *ret_batch = b;
  return status;
}

/* The rows of arrays of references. */
static sg_status read_references(const sg_attribute_job *job, batch *b, sg_err *err)
{
  sg_status status = SG_OK;
  for (int r = 0; r < SG_REFS_ROLES; r++) {
    const sg_refs *f = &job->refs[r];
    for (int i = 0; f->array && !f->fixed && i < b->regions->n && !status; i++)
      status = sg_array_read(f->array, b->regions->region[i].index, 1, b->refs[r] + i * f->units,
                             err);
  }
  return status;
}

static sg_status fill(void *user, void *one, bool again, sg_err *err)
{
  sg_attribute_job *job = user;
  batch *b = one;
  sg_status status = sg_source_fill(job->run.source, b->regions, err);
  if (!status) status = sg_windows_read(&job->feeds, b->regions, b->data, err);
  if (!status)
    sg_windows_codes(&job->feeds, job->nets.net[0].plan, b->data, b->regions, b->coded);
  return status || again ? status : read_references(job, b, err);
}

static sg_region_batch *regions(void *one) { return ((batch *)one)->regions; }

/* ---- 2. Scratch ---- */

typedef struct scratch {
  int64_t length;              /* that the sessions were made for */
  sg_plan *plan;               /* own ones, where the length is not the longest; else NULL */
  sg_explain_plan *own[SG_METHODS_MOST];
  sg_explain *session[SG_METHODS_MOST];
  sg_shuffler *shuffler;
  sg_input *input;             /* [inputs of the network] */
  uint8_t *codes[SG_REFS_ROLES];  /* [references][longest] */
  sg_explain_score *score;     /* [targets] */
} scratch;

static void release_sessions(const sg_attribute_job *job, scratch *s)
{
  for (int m = 0; m < job->n_method; m++) {
    sg_explain_free(s->session[m]);
    sg_explain_plan_free(s->own[m]);
    s->session[m] = NULL;
    s->own[m] = NULL;
  }
  sg_plan_free(s->plan);
  s->plan = NULL;
}

static void scratch_free(void *user, void *one)
{
  scratch *s = one;
  if (!s) return;
  release_sessions(user, s);
  sg_shuffler_free(s->shuffler);
  for (int r = 0; r < SG_REFS_ROLES; r++) free(s->codes[r]);
  free(s->input);
  free(s->score);
  free(s);
}

static sg_status scratch_new(void *user, void **ret_scratch, sg_err *err)
{
  sg_attribute_job *job = user;
  scratch *s = calloc(1, sizeof *s);
  sg_status status = SG_OK;
  bool good = s;
  if (s) s->input = calloc((size_t)job->feeds.n + 1, sizeof *s->input);
  if (s) s->score = calloc((size_t)job->n_target + 1, sizeof *s->score);
  good = good && s->input && s->score;
  for (int r = 0; good && r < SG_REFS_ROLES; r++) {
    s->codes[r] = malloc((size_t)job->refs[r].n * (size_t)job->longest + 1);
    good = s->codes[r];
  }
  if (good) status = sg_shuffler_new(&job->shuffle, &s->shuffler, err);
  else status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (status) scratch_free(job, s);
  else *ret_scratch = s;
  return status;
}

static sg_status fit(const sg_attribute_job *job, scratch *s, int64_t length, sg_err *err)
{
  const sg_net *net = &job->nets.net[0];
  sg_status status = SG_OK;
  if (s->session[0] && s->length == length) return SG_OK;
  release_sessions(job, s);
  s->length = length;
  if (length != job->longest) status = sg_net_make_backward(net, length, &s->plan, err);
  for (int m = 0; !status && m < job->n_method; m++) {
    if (s->plan)
      status = sg_explain_plan_new(s->plan, job->method[m].name, &job->explain, &s->own[m], err);
    if (!status)
      status = sg_explain_new(s->own[m] ? s->own[m] : job->plan[m], &s->session[m], err);
  }
  return status;
}

/* ---- 3. One window ---- */

/* The references of one role for window i. */
static sg_status make_references(const sg_attribute_job *job, scratch *s, batch *b, int i, int role,
                                 sg_explain_item *item, sg_err *err)
{
  const sg_refs *f = &job->refs[role];
  const sg_region_batch *r = b->regions;
  uint8_t *codes = s->codes[role];
  bool single = false;
  sg_status status = SG_OK;
  item->n_references = f->n;
  item->reference_codes = codes;
  item->references = NULL;
  switch (f->kind) {
  case SG_REFS_ZERO: memset(codes, SG_CODE_N_ZERO, (size_t)r->length); break;
  case SG_REFS_QUARTER: memset(codes, SG_CODE_N_QUARTER, (size_t)r->length); break;
  case SG_REFS_SHUFFLE:
    if (!b->coded[i])
      return sg_fail(err, SG_EINVAL, "only one-hot rows can be shuffled; give other references");
    status = sg_shuffle(s->shuffler, r->codes + i * r->length, r->length,
                        (uint64_t)r->region[i].index, f->n, codes, &single, err);
    b->single[i] |= single;
    break;
  case SG_REFS_FILE:
    item->reference_codes = f->codes;
    item->references = f->fixed ? f->fixed : b->refs[role] + i * f->units;
    break;
  }
  return status;
}

/* More than a tenth is no base. */
static bool mostly_unknown(const sg_region_batch *r, int i)
{
  int64_t n = 0;
  for (int64_t l = 0; l < r->length; l++) n += r->codes[i * r->length + l] >= SG_CODE_N_ZERO;
  return 10 * n > r->length;
}

static float *score_of(const sg_attribute_job *job, const batch *b, int name, int i)
{
  return b->score + ((int64_t)name * job->run.share.cap + i) * 8 * job->longest;
}

static float *sums_of(const sg_attribute_job *job, const batch *b, int name, int i)
{
  return b->sums[(int64_t)name * job->run.share.cap + i];
}

static sg_status explain_by(const sg_attribute_job *job, scratch *s, batch *b, int i, int m,
                            const sg_explain_item *item, sg_err *err)
{
  int64_t n = 4 * b->regions->length;
  for (int t = 0; t < job->n_target; t++) {
    float *to = score_of(job, b, m * job->n_target + t, i);
    s->score[t] = (sg_explain_score){ .hypothetical = to, .contribution = to + n };
  }
  sg_status status = sg_explain_run(s->session[m], item, s->score, err);
  for (int t = 0; t < job->n_target; t++) {
    float *sums = sums_of(job, b, m * job->n_target + t, i);
    sums[0] = (float)s->score[t].residual;
    sums[1] = (float)s->score[t].value;
    sums[2] = (float)s->score[t].reference;
  }
  return status;
}

static float *each_of(const sg_attribute_job *job, const batch *b, int name, int i)
{
  return b->each + ((int64_t)name * job->run.share.cap + i) * 4 * job->each * job->longest;
}

/* --per-reference: the same with one reference at a time, of the kind that --scores asks for. */
static sg_status explain_each(const sg_attribute_job *job, scratch *s, batch *b, int i, int m,
                              const sg_explain_item *all, sg_err *err)
{
  int64_t length = b->regions->length;
  sg_scores_kind kind = sg_scores_kind_of(job->opts);
  bool own = kind == SG_SCORES_CONTRIBUTION || kind == SG_SCORES_PROJECTED;
  sg_status status = SG_OK;
  for (int j = 0; j < job->each && !status; j++) {
    sg_explain_item one = *all;
    one.n_references = 1;
    if (one.reference_codes) one.reference_codes += j * length;
    else one.references += j * job->nets.net[0].alphabet.n * length;
    for (int t = 0; t < job->n_target; t++) {
      float *to = each_of(job, b, m * job->n_target + t, i) + j * 4 * length;
      s->score[t] = (sg_explain_score){ .hypothetical = own ? NULL : to,
                                        .contribution = own ? to : NULL };
    }
    status = sg_explain_run(s->session[m], &one, s->score, err);
  }
  return status;
}

static sg_status explain(const sg_attribute_job *job, scratch *s, batch *b, int i, sg_err *err)
{
  const sg_region_batch *r = b->regions;
  sg_explain_item item[SG_REFS_ROLES + 1];
  sg_status status = SG_OK;
  for (int k = 0; k < job->feeds.n; k++) {
    const sg_feed *f = &job->feeds.feed[k];
    s->input[k] = (sg_input){ 0 };
    if (f->array && !(f->dna && b->coded[i])) s->input[k].data = b->data[k] + i * f->units;
    else s->input[k].codes = r->codes + i * r->length;
  }
  b->single[i] = false;
  b->unknown[i] = b->coded[i] && mostly_unknown(r, i);
  for (int role = 0; role <= SG_REFS_ROLES; role++) {
    item[role] = (sg_explain_item){ .inputs = s->input, .index = (uint64_t)r->region[i].index,
                                    .reverse = sg_scores_reverse(job->opts, &r->region[i]) };
    if (role < SG_REFS_ROLES && job->wanted[role] && !status)
      status = make_references(job, s, b, i, role, &item[role], err);
  }
  for (int m = 0; m < job->n_method && !status; m++) {
    int role = sg_attribute_role(&job->method[m]);
    const sg_explain_item *one = &item[role < 0 ? SG_REFS_ROLES : role];
    status = explain_by(job, s, b, i, m, one, err);
    if (!status) status = explain_each(job, s, b, i, m, one, err);
  }
  return status;
}

static sg_status work(void *user, void *one_scratch, void *one_batch, sg_err *err)
{
  const sg_attribute_job *job = user;
  batch *b = one_batch;
  sg_status status = fit(job, one_scratch, b->regions->length, err);
  for (int i = 0; i < b->regions->n && !status; i++) {
    if (sg_cancelled(NULL)) return sg_fail(err, SG_ECANCELLED, "stopped");
    status = explain(job, one_scratch, b, i, err);
    if (status) sg_fail_prefix(err, "%s: ", b->regions->region[i].name);
  }
  return status;
}

/* ---- 4. Results out ---- */

static bool all_finite(const float *x, int64_t n)
{
  for (int64_t i = 0; i < n; i++) if (!isfinite(x[i])) return false;
  return true;
}

static void count(sg_attribute_job *job, int name, float residual)
{
  int m = name / job->n_target;
  if (!(job->method[m].uses & SG_EXPLAIN_COMPLETE)) return;
  if (!(residual <= sg_attribute_tolerance(&job->method[m]))) job->off[m]++;
  if (!((double)residual <= job->worst[m])) job->worst[m] = (double)residual;
}

static sg_status show_window(sg_attribute_job *job, const batch *b, int i, const float *onehot,
                             sg_err *err)
{
  int64_t length = b->regions->length;
  sg_gallery_score *score = calloc((size_t)names_of(job) + 1, sizeof *score);
  if (!score) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int name = 0; name < names_of(job); name++) {
    const float *sums = sums_of(job, b, name, i);
    score[name] = (sg_gallery_score){
      .contribution = score_of(job, b, name, i) + 4 * length, .residual = (double)sums[0],
      .value = (double)sums[1], .reference = (double)sums[2]
    };
  }
  sg_status status = sg_gallery_add(job->gallery, &b->regions->region[i], length, onehot, score,
                                    err);
  free(score);
  return status;
}

/* The sequence of window i as it is written. Rows of arrays have no reverse strand. */
static void fill_onehot(const sg_attribute_job *job, const batch *b, int i, float *onehot)
{
  const sg_feed *f = sg_feeds_dna(&job->feeds);
  int64_t length = b->regions->length;
  if (b->coded[i])
    sg_scores_onehot(sg_source_alphabet(job->run.source), b->regions->codes + i * length, length,
                     sg_scores_reverse(job->opts, &b->regions->region[i]), onehot);
  else
    sg_plan_bases(job->nets.net[0].plan, b->data[f - job->feeds.feed] + i * f->units, onehot);
}

static sg_status put_window(sg_attribute_job *job, const batch *b, int i, float *onehot,
                            sg_err *err)
{
  const sg_region *region = &b->regions->region[i];
  int64_t length = b->regions->length;
  sg_status status = SG_OK;
  bool finite = true;
  fill_onehot(job, b, i, onehot);
  for (int name = 0; name < names_of(job) && !status; name++) {
    const float *x = score_of(job, b, name, i);
    const float *residual = sums_of(job, b, name, i);
    const float *extra[] = { residual, each_of(job, b, name, i) };
    sg_scores_row row = { .region = region, .length = length, .onehot = onehot,
                          .hypothetical = x, .contribution = x + 4 * length, .extra = extra };
    finite &= all_finite(x, 8 * length);
    count(job, name, *residual);
    status = sg_scores_put(job->run.scores, name, &row, err);
  }
  if (!status && job->gallery) status = show_window(job, b, i, onehot, err);
  job->not_numbers += !finite;
  job->singles += b->single[i];
  job->unknown += b->unknown[i];
  return status;
}

static sg_status put(void *user, void *one, sg_err *err)
{
  sg_attribute_job *job = user;
  const batch *b = one;
  float *onehot = malloc(4 * (size_t)b->regions->length * sizeof *onehot + 1);
  sg_status status = onehot ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < b->regions->n && !status; i++) status = put_window(job, b, i, onehot, err);
  free(onehot);
  return status;
}

/* ---- 5. --resume ----
 *
 * A window in the file: for each name float score[2][4][length] and float sums[3], then bool
 * single, unknown.
 */

static sg_status move(void *user, void *one, int i, sg_mover to, sg_err *err)
{
  const sg_attribute_job *job = user;
  batch *b = one;
  size_t bytes = 8 * (size_t)b->regions->length * sizeof(float);
  sg_checkpoint *checkpoint = job->run.checkpoint;
  sg_status status = SG_OK;
  for (int name = 0; name < names_of(job) && !status; name++) {
    float *sums = sums_of(job, b, name, i);
    status = to(checkpoint, score_of(job, b, name, i), bytes, err);
    if (!status) status = to(checkpoint, sums, sizeof *b->sums, err);
  }
  if (!status) status = to(checkpoint, &b->single[i], sizeof b->single[i], err);
  return status ? status : to(checkpoint, &b->unknown[i], sizeof b->unknown[i], err);
}

const sg_regionrun_hooks sg_attribute_hooks = {
  .batch_new = batch_new, .batch_free = batch_free, .scratch_new = scratch_new,
  .scratch_free = scratch_free, .regions = regions, .fill = fill, .work = work, .put = put,
  .move = move, .reopen = sg_attribute_reopen
};
