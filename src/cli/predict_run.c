/* cli/predict_run.c: the loop of predict: windows and arrays in, rows of a table out.
 *
 *   1. Batches: windows, rows of arrays, values
 *   2. Scratch of one thread: an evaluator for each network
 *   3. One network on a part of a batch
 *   4. Rows out
 *
 * Several networks of different lengths share one stream of windows of the greatest length L: a
 * window is centred on c, [c - L/2, c - L/2 + L), so that of a shorter network begins L/2 - l/2
 * later on the forward strand, and the rest of it later on the reverse strand.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/predict.h"

/* ---- 1. Batches ---- */

typedef struct batch {
  sg_region_batch *regions;    /* NULL: arrays only */
  int n;
  int64_t first;               /* arrays only: number of the first row */
  float **data;                /* [feeds][cap][units] or NULL */
  float **value;               /* [picks][cap][n_unit] */
  double worst;
} batch;

static void batch_free(void *user, void *one)
{
  sg_predict *job = user;
  batch *b = one;
  if (!b) return;
  for (int i = 0; b->data && i < job->feeds.n; i++) free(b->data[i]);
  for (int i = 0; b->value && i < job->picks.n; i++) free(b->value[i]);
  free(b->data);
  free(b->value);
  sg_region_batch_free(b->regions);
  free(b);
}

static float *floats(int64_t rows, int64_t units)
{
  return calloc((size_t)rows * (size_t)units + 1, sizeof(float));
}

static sg_status batch_new(void *user, void **ret_batch, sg_err *err)
{
  sg_predict *job = user;
  sg_status status = SG_OK;
  batch *b = calloc(1, sizeof *b);
  if (b) b->data = calloc((size_t)job->feeds.n + 1, sizeof *b->data);
  if (b) b->value = calloc((size_t)job->picks.n + 1, sizeof *b->value);
  bool whole = b && b->data && b->value;
  for (int i = 0; whole && i < job->feeds.n; i++) {
    if (!job->feeds.feed[i].array) continue;
    b->data[i] = floats(job->cap, job->feeds.feed[i].units);
    whole = b->data[i];
  }
  for (int i = 0; whole && i < job->picks.n; i++) {
    b->value[i] = floats(job->cap, job->picks.pick[i].n_unit);
    whole = b->value[i];
  }
  if (!whole) status = sg_fail(err, SG_ENOMEM, "out of memory for a batch; try --batch 1");
  if (!status && job->source) status = sg_region_batch_new(job->cap, &b->regions, err);
  if (status) batch_free(job, b);
  else *ret_batch = b;
  return status;
}

static int64_t row_number(const batch *b, int i)
{
  return b->regions ? b->regions->region[i].index : b->first + i;
}

/* Array rows that belong to the windows; left-out regions have rows too. */
static sg_status read_arrays(sg_predict *job, batch *b, sg_err *err)
{
  sg_status status = SG_OK;
  for (int k = 0; k < job->feeds.n; k++) {
    const sg_feed *f = &job->feeds.feed[k];
    for (int i = 0; f->array && i < b->n && !status; i++)
      status = sg_array_read(f->array, row_number(b, i), 1, b->data[k] + i * f->units, err);
  }
  return status;
}

static sg_status source(void *user, void *one, bool *ret_more, sg_err *err)
{
  sg_predict *job = user;
  batch *b = one;
  sg_status status = SG_OK;
  if (job->source) {
    status = sg_source_fill(job->source, b->regions, err);
    b->n = b->regions->n;
  } else {
    int64_t left = job->end - job->next;
    b->first = job->next;
    b->n = left < job->cap ? (int)left : job->cap;
    job->next += b->n;
  }
  *ret_more = b->n > 0;
  b->worst = 0;
  return status ? status : read_arrays(job, b, err);
}

/* ---- 2. Scratch of one thread ---- */

typedef struct evaluator {
  int64_t length;              /* that the executors were made for */
  sg_plan *plan, *plan64;      /* own ones, where the length is not the network's; else NULL */
  sg_exec *exec, *exec64;
  int batch;
  uint8_t *codes;              /* [batch][length] */
} evaluator;

typedef struct scratch {
  evaluator *eval;             /* [nets] */
  sg_input *input;             /* [most inputs of a network] */
  float **plus, **minus;       /* [picks][batch][whole]: forward and reverse strand */
  double *check;               /* --verify: [batch][most units] */
  int batch;
} scratch;

static void evaluator_release(evaluator *e)
{
  sg_exec_free(e->exec);
  sg_exec_free(e->exec64);
  sg_plan_free(e->plan);
  sg_plan_free(e->plan64);
  free(e->codes);
  *e = (evaluator){ 0 };
}

static void scratch_free(void *user, void *one)
{
  sg_predict *job = user;
  scratch *s = one;
  if (!s) return;
  for (int k = 0; s->eval && k < job->nets.n; k++) evaluator_release(&s->eval[k]);
  for (int i = 0; s->plus && i < job->picks.n; i++) free(s->plus[i]);
  for (int i = 0; s->minus && i < job->picks.n; i++) free(s->minus[i]);
  free(s->eval);
  free(s->input);
  free(s->plus);
  free(s->minus);
  free(s->check);
  free(s);
}

/* Makes e ready for windows of `length`: by the network's plan, or one of its own. */
static sg_status evaluator_fit(const sg_predict *job, const sg_net *net, int64_t length,
                               evaluator *e, sg_err *err)
{
  sg_status status = SG_OK;
  if (e->exec && e->length == length) return SG_OK;
  evaluator_release(e);
  bool own = length != sg_plan_length(net->plan);
  if (own) status = sg_net_make_plan(net, length, false, &e->plan, err);
  if (!status && own && job->verify) status = sg_net_make_plan(net, length, true, &e->plan64, err);
  if (!status)
    status = sg_exec_new(own ? e->plan : net->plan, job->exec_batch, 0, &e->exec, err);
  if (!status && job->verify)
    status = sg_exec_new(own ? e->plan64 : net->plan64, job->exec_batch, 0, &e->exec64, err);
  if (status) return status;
  e->batch = sg_exec_batch(e->exec);
  if (e->exec64 && sg_exec_batch(e->exec64) < e->batch) e->batch = sg_exec_batch(e->exec64);
  if (e->batch > job->cap) e->batch = job->cap;
  e->length = length;
  e->codes = malloc((size_t)e->batch * (size_t)length + 1);
  return e->codes ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

static sg_status scratch_new(void *user, void **ret_scratch, sg_err *err)
{
  sg_predict *job = user;
  int64_t most = 1;
  scratch *s = calloc(1, sizeof *s);
  if (!s) return sg_fail(err, SG_ENOMEM, "out of memory");
  s->eval = calloc((size_t)job->nets.n, sizeof *s->eval);
  s->input = calloc((size_t)job->feeds.n + 1, sizeof *s->input);
  s->plus = calloc((size_t)job->picks.n + 1, sizeof *s->plus);
  s->minus = calloc((size_t)job->picks.n + 1, sizeof *s->minus);
  bool whole = s->eval && s->input && s->plus && s->minus;
  for (int i = 0; whole && i < job->picks.n; i++) {
    int64_t units = job->picks.pick[i].whole;
    s->plus[i] = floats(job->cap, units);
    s->minus[i] = job->rc == SG_RC_NONE ? NULL : floats(job->cap, units);
    whole = s->plus[i] && (s->minus[i] || job->rc == SG_RC_NONE);
    if (units > most) most = units;
  }
  if (whole && job->verify) {
    s->check = calloc((size_t)job->cap * (size_t)most + 1, sizeof *s->check);
    whole = s->check;
  }
  *ret_scratch = s;
  if (whole) return SG_OK;
  scratch_free(job, s);
  return sg_fail(err, SG_ENOMEM, "out of memory; try --batch 1");
}

/* ---- 3. One network on a part of a batch ---- */

typedef struct part {
  const sg_predict *job;
  scratch *s;
  batch *b;
  int k, from, n;              /* network; windows from .. from+n-1 of the batch */
} part;

/* Codes of the network's own window and alphabet. */
static void take_codes(const part *p, evaluator *e)
{
  const sg_region_batch *r = p->b->regions;
  const sg_alphabet *from = p->job->letters, *to = &p->job->nets.net[p->k].alphabet;
  uint8_t turn[256];
  for (int c = 0; c < 256; c++) turn[c] = (uint8_t)c;
  for (int c = 0; c < from->n; c++) turn[c] = to->code[(unsigned char)from->letters[c]];
  turn[from->unknown] = to->unknown;
  for (int c = 0; c < from->n; c++) if (turn[c] == SG_CODE_INVALID) turn[c] = to->unknown;
  for (int i = 0; i < p->n; i++) {
    const sg_region *region = &r->region[p->from + i];
    int64_t skip = r->length / 2 - e->length / 2;
    if (region->strand == '-') skip = r->length - e->length - skip;
    const uint8_t *src = r->codes + (p->from + i) * r->length + skip;
    for (int64_t j = 0; j < e->length; j++) e->codes[i * e->length + j] = turn[src[j]];
  }
}

static void set_inputs(const part *p, const evaluator *e)
{
  for (int f = 0, i = 0; f < p->job->feeds.n; f++) {
    const sg_feed *feed = &p->job->feeds.feed[f];
    if (feed->net != p->k) continue;
    p->s->input[i] = (sg_input){ 0 };
    if (feed->array) p->s->input[i].data = p->b->data[f] + p->from * feed->units;
    else p->s->input[i].codes = e->codes;
    i++;
  }
}

/* Turns positions of a profile round: [outer][axis][inner]. */
static void flip(const sg_pick *pick, float *v)
{
  for (int64_t o = 0; o < pick->outer; o++) {
    for (int64_t i = 0, j = pick->axis - 1; i < j; i++, j--) {
      float *a = v + (o * pick->axis + i) * pick->inner, *z = v + (o * pick->axis +
          j) * pick->inner;
      for (int64_t c = 0; c < pick->inner; c++) {
        float t = a[c];
        a[c] = z[c];
        z[c] = t;
      }
    }
  }
}

static sg_status read_outputs(const part *p, const evaluator *e, float **dst, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < p->job->picks.n && !status; i++) {
    const sg_pick *pick = &p->job->picks.pick[i];
    if (pick->net == p->k)
      status = sg_exec_output(e->exec, pick->output, pick->logit, dst[i], err);
  }
  return status;
}

/* Arrays in double precision are made from the single ones: the inputs must be the same. */
static sg_status verify(const part *p, evaluator *e, float **value, sg_err *err)
{
  sg_status status = SG_OK;
  status = sg_exec_forward(e->exec64, p->n, p->s->input, err);
  for (int i = 0; i < p->job->picks.n && !status; i++) {
    const sg_pick *pick = &p->job->picks.pick[i];
    if (pick->net != p->k) continue;
    status = sg_exec_output_f64(e->exec64, pick->output, pick->logit, p->s->check, err);
    for (int64_t r = 0; r < p->n && !status; r++) {
      const double *exact = p->s->check + r * pick->whole;
      double scale = 1;
      for (int64_t u = 0; u < pick->whole; u++) scale = fmax(scale, fabs(exact[u]));
      for (int64_t u = 0; u < pick->whole; u++) {
        double off = fabs(value[i][r * pick->whole + u] - exact[u]) / scale;
        if (!(off <= p->b->worst)) p->b->worst = isnan(off) ? INFINITY : off;
      }
    }
  }
  return status;
}

static sg_status evaluate(const part *p, evaluator *e, float **dst, sg_err *err)
{
  set_inputs(p, e);
  sg_status status = sg_exec_forward(e->exec, p->n, p->s->input, err);
  if (!status) status = read_outputs(p, e, dst, err);
  if (!status && p->job->verify) status = verify(p, e, dst, err);
  return status;
}

/* Both strands become one value; the reverse strand's profile is turned to the window's own
 * direction first. NaN wins over numbers. */
static void combine(const part *p)
{
  for (int i = 0; i < p->job->picks.n; i++) {
    const sg_pick *pick = &p->job->picks.pick[i];
    if (pick->net != p->k) continue;
    for (int r = 0; r < p->n; r++) {
      float *a = p->s->plus[i] + r * pick->whole, *z = p->s->minus[i] + r * pick->whole;
      flip(pick, z);
      for (int64_t u = 0; u < pick->whole; u++) {
        if (p->job->rc == SG_RC_MEAN) a[u] = 0.5f * (a[u] + z[u]);
        else if (!(a[u] >= z[u]) && a[u] == a[u]) a[u] = z[u];
      }
    }
  }
}

/* The chosen units into the batch, positions on the forward strand. */
static void gather(const part *p)
{
  for (int i = 0; i < p->job->picks.n; i++) {
    const sg_pick *pick = &p->job->picks.pick[i];
    if (pick->net != p->k) continue;
    for (int r = 0; r < p->n; r++) {
      float *from = p->s->plus[i] + r * pick->whole;
      float *to = p->b->value[i] + (p->from + r) * pick->n_unit;
      if (p->b->regions && p->b->regions->region[p->from + r].strand == '-') flip(pick, from);
      if (!pick->unit) memcpy(to, from, (size_t)pick->whole * sizeof *to);
      for (int64_t u = 0; pick->unit && u < pick->n_unit; u++) to[u] = from[pick->unit[u]];
    }
  }
}

static sg_status run_part(const part *p, evaluator *e, sg_err *err)
{
  if (p->b->regions) take_codes(p, e);
  sg_status status = evaluate(p, e, p->s->plus, err);
  if (!status && p->job->rc != SG_RC_NONE) {
    for (int i = 0; i < p->n; i++)
      sg_revcomp_codes(&p->job->nets.net[p->k].alphabet, e->codes + i * e->length, e->length);
    status = evaluate(p, e, p->s->minus, err);
    if (!status) combine(p);
  }
  if (!status) gather(p);
  return status;
}

/* The shape of a result may not change on the way: a table has one. */
static sg_status check_shape(const sg_predict *job, int k, const evaluator *e, sg_err *err)
{
  sg_io_info info;
  for (int i = 0; e->plan && i < job->picks.n; i++) {
    const sg_pick *pick = &job->picks.pick[i];
    if (pick->net != k || sg_plan_output_info(e->plan, pick->output, &info)) continue;
    if (info.units != pick->whole)
      return sg_fail(err, SG_ESHAPE, "output %s has %" PRId64 " numbers for a window of %" PRId64
                     ", %" PRId64 " for the first one; fix the length by --length", info.name,
                     info.units, e->length, pick->whole);
  }
  return SG_OK;
}

static sg_status work(void *user, void *one_scratch, void *one_batch, sg_err *err)
{
  sg_predict *job = user;
  part p = { .job = job, .s = one_scratch, .b = one_batch };
  sg_status status = SG_OK;
  for (p.k = 0; p.k < job->nets.n && !status; p.k++) {
    const sg_net *net = &job->nets.net[p.k];
    evaluator *e = &p.s->eval[p.k];
    int64_t length = net->length;
    if (!length) length = p.b->regions ? p.b->regions->length : sg_plan_length(net->plan);
    status = evaluator_fit(job, net, length, e, err);
    if (!status) status = check_shape(job, p.k, e, err);
    for (p.from = 0; p.from < p.b->n && !status; p.from += p.n) {
      p.n = p.b->n - p.from < e->batch ? p.b->n - p.from : e->batch;
      status = run_part(&p, e, err);
    }
    if (status) sg_fail_prefix(err, "%s: ", net->path);
  }
  return status;
}

/* ---- 4. Rows out ---- */

static sg_status sink(void *user, void *one, sg_err *err)
{
  sg_predict *job = user;
  batch *b = one;
  sg_status status = SG_OK;
  const float **values = calloc((size_t)job->picks.n + 1, sizeof *values);
  if (!values) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < b->n && !status; i++) {
    char number[32];
    sg_row row = { .region = number, .chrom = ".", .start = -1, .end = -1, .strand = '.',
                   .values = values };
    snprintf(number, sizeof number, "%" PRId64, row_number(b, i));
    if (b->regions) {
      const sg_region *r = &b->regions->region[i];
      row = (sg_row){ r->name, r->chrom, r->start, r->end, r->strand, values };
    }
    bool number_missing = false;
    for (int f = 0; f < job->picks.n; f++) {
      int64_t units = job->picks.pick[f].n_unit;
      values[f] = b->value[f] + i * units;
      for (int64_t u = 0; u < units; u++) number_missing |= !isfinite(values[f][u]);
    }
    job->not_numbers += number_missing;
    status = sg_table_row(job->table, &row, err);
  }
  free(values);
  job->done += b->n;
  if (!(b->worst <= job->worst)) job->worst = b->worst;
  sg_progress_add(&job->meter.progress, b->n);
  return status;
}

sg_status sg_predict_run(sg_predict *job, sg_err *err)
{
  sg_pipeline p = sg_pipeline_default();
  p.threads = (int)sg_opt_int(job->opts, "threads");
  p.user = job;
  p.batch_new = batch_new;
  p.batch_free = batch_free;
  p.scratch_new = scratch_new;
  p.scratch_free = scratch_free;
  p.source = source;
  p.work = work;
  p.sink = sink;
  p.cancelled = sg_cancelled;
  return sg_pipeline_run(&p, err);
}
