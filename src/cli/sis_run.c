/* cli/sis_run.c: the loop of sis: windows in, subsets of every target out.
 *
 *   1. Batches: windows, and the text that becomes of them
 *   2. Scratch of one thread
 *   3. One region
 *   4. Text out
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/sis_job.h"
#include "seqgloss/io.h"
#include "seqgloss/pipeline.h"

/* ---- 1. Batches ---- */

typedef struct batch {
  sg_region_batch *regions;
  sg_buffer *text;             /* [files] */
  sg_tally *tally;             /* [targets] of this batch, under --resume; else NULL */
} batch;

static void batch_free(void *user, void *one)
{
  sg_sis_job *job = user;
  batch *b = one;
  if (!b) return;
  for (int i = 0; b->text && i < job->n_file; i++) sg_buffer_release(&b->text[i]);
  free(b->text);
  sg_tallies_free(job, b->tally);
  sg_region_batch_free(b->regions);
  free(b);
}

static sg_status batch_new(void *user, void **ret_batch, sg_err *err)
{
  sg_sis_job *job = user;
  batch *b = calloc(1, sizeof *b);
  if (b) b->text = calloc((size_t)job->n_file, sizeof *b->text);
  sg_status status = b && b->text ? sg_region_batch_new(job->share.cap, &b->regions, err)
                                  : sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status && job->checkpoint) status = sg_tallies_new(job, &b->tally, err);
  if (status) batch_free(job, b);
  else *ret_batch = b;
  return status;
}

static sg_status source(void *user, void *one, bool *ret_more, sg_err *err)
{
  sg_sis_job *job = user;
  batch *b = one;
  sg_status status = sg_source_fill(job->source, b->regions, err);
  *ret_more = b->regions->n > 0;
  for (int i = 0; i < job->n_file; i++) b->text[i].n = 0;
  for (int i = 0; i < b->regions->n && !status; i++)
    status = sg_overlaps_add(&job->overlaps, &b->regions->region[i], err);
  return status;
}

/* ---- 2. Scratch of one thread ---- */

typedef struct scratch {
  sg_machine machine;
  sg_tally *tally;             /* [targets] of what this thread did */
  int64_t *work;               /* [longest] */
  char *letters;               /* [longest + 1] */
  sg_shuffler *shuffler;       /* --transplant */
  uint8_t *hidden;             /* [longest] */
  uint8_t *soil, *planted;     /* [transplant][longest] shuffles; the same with a subset in them */
  double *f, *d;               /* [transplant][most targets of a pick] */
} scratch;

/* Counts are sums of whole numbers: the order in which threads end does not matter. */
static void scratch_free(void *user, void *one)
{
  sg_sis_job *job = user;
  scratch *s = one;
  if (!s) return;
  sg_machine_release(job, &s->machine);
  if (!(s->machine.worst <= job->worst)) job->worst = s->machine.worst;
  if (s->tally && job->tally) sg_tallies_add(job, s->tally, job->tally);
  sg_tallies_free(job, s->tally);
  sg_shuffler_free(s->shuffler);
  free(s->work);
  free(s->letters);
  free(s->hidden);
  free(s->soil);
  free(s->planted);
  free(s->f);
  free(s->d);
  free(s);
}

static sg_status make_soil(const sg_sis_job *job, scratch *s, sg_err *err)
{
  size_t n = (size_t)job->transplant, L = (size_t)job->longest + 1;
  sg_shuffle_opts o = sg_shuffle_opts_default();
  o.seed = job->seed;
  memcpy(o.symbol, sg_source_alphabet(job->source)->base, sizeof o.symbol);
  s->hidden = malloc(L);
  s->soil = malloc(n * L);
  s->planted = malloc(n * L);
  s->f = calloc(n * (size_t)job->n_target, sizeof *s->f);
  s->d = calloc(n * (size_t)job->n_target, sizeof *s->d);
  if (!s->hidden || !s->soil || !s->planted || !s->f || !s->d)
    return sg_fail(err, SG_ENOMEM, "out of memory; try a smaller --transplant");
  return sg_shuffler_new(&o, &s->shuffler, err);
}

static sg_status scratch_new(void *user, void **ret_scratch, sg_err *err)
{
  sg_sis_job *job = user;
  scratch *s = calloc(1, sizeof *s);
  sg_status status = s ? sg_tallies_new(job, &s->tally, err)
                       : sg_fail(err, SG_ENOMEM, "out of memory");
  if (status) {
    free(s);
    return status;
  }
  s->work = calloc((size_t)job->longest + 1, sizeof *s->work);
  s->letters = calloc((size_t)job->longest + 2, 1);
  if (!s->work || !s->letters) status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status && job->transplant) status = make_soil(job, s, err);
  if (status) scratch_free(job, s);
  else *ret_scratch = s;
  return status;
}

/* ---- 3. One region ---- */

typedef struct region_work {
  const sg_sis_job *job;
  scratch *s;
  batch *b;
  const sg_region *region;
  const uint8_t *codes;
  int64_t length;
} region_work;

/* The shuffled versions of the region: the same for all its subsets and targets. */
static sg_status make_versions(const region_work *w, sg_err *err)
{
  sg_sis_hide(w->s->machine.sis[0], w->codes, w->s->hidden);
  return sg_shuffle(w->s->shuffler, w->s->hidden, w->length, (uint64_t)w->region->index,
                    w->job->transplant, w->s->soil, NULL, err);
}

static int by_value(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Plants a subset into every version: does it suffice where something else is around it? */
static sg_status plant(const region_work *w, const sg_target *t, const sg_sis_subset *subset,
                       sg_sis_row *row, sg_err *err)
{
  scratch *s = w->s;
  int n = w->job->transplant, units = (int)w->job->picks.pick[t->pick].n_unit, passing = 0;
  double tau;
  memcpy(s->planted, s->soil, (size_t)(n * w->length));
  for (int v = 0; v < n; v++)
    for (int64_t i = 0; i < subset->size; i++)
      s->planted[v * w->length + subset->positions[i]] = w->codes[subset->positions[i]];
  sg_status status = sg_sis_full(s->machine.sis[t->pick], n, s->planted, s->f, s->d, err);
  if (!status)
    status = sg_sis_threshold(sg_machine_plan(w->job, &s->machine, t->pick), t->tau, &tau, err);
  if (status) return status;
  for (int v = 0; v < n; v++) {
    passing += s->d[v * units + t->index] >= tau;
    s->f[v] = s->f[v * units + t->index];        /* v * units >= v: not yet overwritten */
  }
  qsort(s->f, (size_t)n, sizeof *s->f, by_value);
  row->plant_median = 0.5 * (s->f[(n - 1) / 2] + s->f[n / 2]);
  row->plant_fraction = (double)passing / n;
  return SG_OK;
}

static void count(const sg_sis_collection *c, const sg_region *region, sg_tally *y)
{
  y->regions++;
  y->passing += c->state != SG_SIS_FAILS;
  y->empty_passes += c->state == SG_SIS_EMPTY_PASSES;
  y->not_numbers += !isfinite(c->f_all);
  y->subsets += c->n;
  for (int64_t i = 0; i < c->n; i++) {
    y->sized[c->subset[i].size]++;
    y->extended += c->subset[i].extended;
    y->droppable += c->subset[i].droppable;
    y->droppable_subsets += c->subset[i].droppable > 0;
    y->no_place += region->start == -1 && region->end == -1;
  }
}

static sg_status write_rows(const region_work *w, const sg_target *t, const sg_sis_collection *c,
                            sg_err *err)
{
  sg_sis_row row = { .region = w->region, .codes = w->codes, .length = w->length, .target = t,
                     .all = c, .work = w->s->work, .letters = w->s->letters };
  sg_status status = SG_OK;
  for (row.rank = 0; row.rank < c->n && !status; row.rank++) {
    if (w->job->transplant) status = plant(w, t, &c->subset[row.rank], &row, err);
    for (int i = 0; i < w->job->n_file && !status; i++)
      sg_sis_text_row(w->job, &row, w->job->file[i].format, &w->b->text[i]);
  }
  return status;
}

/* Targets in their order; those of one pick share the evaluation of the region. */
static sg_status explain(const region_work *w, sg_err *err)
{
  sg_status status = w->job->transplant ? make_versions(w, err) : SG_OK;
  int started = -1;
  for (int k = 0; k < w->job->n_target && !status; k++) {
    const sg_target *t = &w->job->target[k];
    sg_sis *sis = w->s->machine.sis[t->pick];
    sg_sis_collection c;
    if (started != t->pick) status = sg_sis_start(sis, w->codes, err);
    started = t->pick;
    if (!status) status = sg_sis_collect(sis, t->index, t->tau, &c, err);
    if (status) break;
    count(&c, w->region, w->b->tally ? &w->b->tally[k] : &w->s->tally[k]);
    status = write_rows(w, t, &c, err);
  }
  return status;
}

static sg_status work(void *user, void *one_scratch, void *one_batch, sg_err *err)
{
  sg_sis_job *job = user;
  region_work w = { .job = job, .s = one_scratch, .b = one_batch };
  const sg_region_batch *r = w.b->regions;
  w.length = r->length;
  sg_status status = sg_machine_fit(job, r->length, &w.s->machine, err);
  for (int i = 0; i < r->n && !status; i++) {
    if (sg_cancelled(NULL)) return sg_fail(err, SG_ECANCELLED, "stopped");
    w.region = &r->region[i];
    w.codes = r->codes + i * r->length;
    status = explain(&w, err);
    if (status) sg_fail_prefix(err, "%s: ", w.region->name);
  }
  return status;
}

/* ---- 4. Text out ---- */

/* Rows that are written were counted: the state tells of both. */
static sg_status keep(sg_sis_job *job, batch *b, sg_err *err)
{
  sg_tallies_add(job, b->tally, job->tally);
  sg_tallies_clear(job, b->tally);
  job->done += b->regions->n;
  return sg_checkpoint_due(job->checkpoint) ? sg_sis_mark(job, err) : SG_OK;
}

static sg_status sink(void *user, void *one, sg_err *err)
{
  sg_sis_job *job = user;
  batch *b = one;
  sg_status status = SG_OK;
  for (int i = 0; i < job->n_file && !status; i++) {
    const sg_buffer *text = &b->text[i];
    if (text->failed) status = sg_fail(err, SG_ENOMEM, "out of memory; try --batch 1");
    else if (!text->n) continue;
    else if (!job->checkpoint)
      status = sg_output_write(job->file[i].output, text->at, text->n, err);
    else status = sg_checkpoint_write(job->checkpoint, i, text->at, text->n, err);
  }
  if (!status && job->checkpoint) status = keep(job, b, err);
  sg_progress_add(&job->meter.progress, b->regions->n);
  return status;
}

sg_status sg_sis_run(sg_sis_job *job, sg_err *err)
{
  job->share = sg_share_out(job->source, job->threads, job->cap);
  sg_pipeline p = sg_pipeline_default();
  p.threads = job->share.threads;
  p.user = job;
  p.batch_new = batch_new;
  p.batch_free = batch_free;
  p.scratch_new = scratch_new;
  p.scratch_free = scratch_free;
  p.source = source;
  p.work = work;
  p.sink = sink;
  p.cancelled = sg_cancelled;
  sg_status status = job->checkpoint ? sg_sis_resume_skip(job, err) : SG_OK;
  return status ? status : sg_pipeline_run(&p, err);
}
