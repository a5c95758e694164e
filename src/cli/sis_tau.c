/* cli/sis_tau.c: thresholds: a number, or a quantile of predictions.
 *
 *   1. Options
 *   2. Samples: predictions of every target
 *   3. A first pass over the regions, as they are or shuffled
 *   4. A table of predictions
 *   5. Quantiles, tau, provenance
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/sis_job.h"
#include "seqgloss/io.h"
#include "seqgloss/pipeline.h"

/* ---- 1. Options ---- */

/* Something that can be read but once: standard input, a pipe. */
static bool once(const char *path)
{
  struct stat info;
  if (!path) return false;
  return !strcmp(path, "-") || (!stat(path, &info) && !S_ISREG(info.st_mode));
}

sg_status sg_sis_tau_check(const sg_opts *opts, bool *ret_usage, sg_err *err)
{
  int null = sg_opt_given(opts, "threshold-null"), given = sg_opt_given(opts, "threshold");
  int quantile = sg_opt_given(opts, "threshold-quantile");
  const char *input = opts->n_operand ? opts->operand[0] : sg_opt_text(opts, "regions");
  *ret_usage = true;
  if (null + given + quantile != 1)
    return sg_fail(err, SG_EINVAL, "one threshold is needed: --threshold X, --threshold-null Q "
                   "(that quantile over shuffled regions; say 0.99), or --threshold-quantile Q");
  *ret_usage = false;
  if (sg_opt_given(opts, "predictions"))
    return given ? sg_fail(err, SG_EINVAL, "--predictions is for quantiles; --threshold is a "
                           "number already") : SG_OK;
  if (given) return SG_OK;
  if (sg_opt_given(opts, "shard"))
    return sg_fail(err, SG_EINVAL, "a quantile needs the whole input, a shard has a part: give "
                   "--predictions FILE, what predict wrote for the whole%s", null ? ", shuffled" :
                   "");
  if (once(input))
    return sg_fail(err, SG_EINVAL, "%s: a quantile needs two passes over the input, which can be "
                   "read once: save it to a file, or give --threshold or --predictions",
                   !strcmp(input, "-") ? "standard input" : input);
  return SG_OK;
}

/* ---- 2. Samples ---- */

typedef struct sample {
  double *v;                   /* predictions; sorted at the end */
  int64_t n, room;
} sample;

static sg_status add(sample *s, double value, sg_err *err)
{
  if (s->n == s->room) {
    int64_t room = 2 * s->room + 1024;
    double *more = realloc(s->v, (size_t)room * sizeof *more);
    if (!more) return sg_fail(err, SG_ENOMEM, "out of memory for the predictions");
    s->v = more;
    s->room = room;
  }
  s->v[s->n++] = value;
  return SG_OK;
}

static int by_value(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* ---- 3. A first pass ---- */

typedef struct pass {
  const sg_sis_job *job;
  sg_source *source;
  bool shuffle;
  sample *sample;              /* [targets] */
  int64_t not_numbers;
  sg_meter meter;
} pass;

typedef struct pass_batch {
  sg_region_batch *regions;
  double *f;                   /* [cap][targets] */
} pass_batch;

typedef struct pass_scratch {
  sg_machine machine;
  sg_shuffler *shuffler;
  uint8_t *codes;              /* [cap][longest] */
} pass_scratch;

enum { PASS_CAP = 32 };

static void pass_batch_free(void *user, void *one)
{
  pass_batch *b = one;
  (void)user;
  if (!b) return;
  sg_region_batch_free(b->regions);
  free(b->f);
  free(b);
}

static sg_status pass_batch_new(void *user, void **ret_batch, sg_err *err)
{
  pass *p = user;
  pass_batch *b = calloc(1, sizeof *b);
  if (b) b->f = calloc((size_t)PASS_CAP * (size_t)p->job->n_target, sizeof *b->f);
  sg_status status = b && b->f ? sg_region_batch_new(PASS_CAP, &b->regions, err)
                               : sg_fail(err, SG_ENOMEM, "out of memory");
  if (status) pass_batch_free(user, b);
  else *ret_batch = b;
  return status;
}

static void pass_scratch_free(void *user, void *one)
{
  pass *p = user;
  pass_scratch *s = one;
  if (!s) return;
  sg_machine_release(p->job, &s->machine);
  sg_shuffler_free(s->shuffler);
  free(s->codes);
  free(s);
}

static sg_status pass_scratch_new(void *user, void **ret_scratch, sg_err *err)
{
  pass *p = user;
  sg_shuffle_opts o = sg_shuffle_opts_default();
  o.seed = p->job->seed;
  memcpy(o.symbol, sg_source_alphabet(p->source)->base, sizeof o.symbol);
  pass_scratch *s = calloc(1, sizeof *s);
  if (s) s->codes = malloc((size_t)PASS_CAP * (size_t)p->job->longest + 1);
  sg_status status = s && s->codes ? sg_shuffler_new(&o, &s->shuffler, err)
                                   : sg_fail(err, SG_ENOMEM, "out of memory");
  if (status) pass_scratch_free(user, s);
  else *ret_scratch = s;
  return status;
}

static sg_status pass_source(void *user, void *one, bool *ret_more, sg_err *err)
{
  pass *p = user;
  pass_batch *b = one;
  sg_status status = sg_source_fill(p->source, b->regions, err);
  *ret_more = b->regions->n > 0;
  return status;
}

/* Codes go to the network as they are, as predict does it: N by --n-base, not masked. */
static sg_status pass_work(void *user, void *one_scratch, void *one_batch, sg_err *err)
{
  pass *p = user;
  pass_scratch *s = one_scratch;
  pass_batch *b = one_batch;
  const sg_region_batch *r = b->regions;
  const uint8_t *codes = r->codes;
  sg_status status = sg_machine_fit(p->job, r->length, &s->machine, err);
  for (int i = 0; p->shuffle && i < r->n && !status; i++) {
    status = sg_shuffle(s->shuffler, r->codes + i * r->length, r->length,
                        (uint64_t)r->region[i].index, 1, s->codes + i * r->length, NULL, err);
    codes = s->codes;
  }
  return status ? status : sg_machine_predict(p->job, &s->machine, r->n, codes, b->f, err);
}

static sg_status pass_sink(void *user, void *one, sg_err *err)
{
  pass *p = user;
  pass_batch *b = one;
  sg_status status = SG_OK;
  int n = p->job->n_target;
  for (int i = 0; i < b->regions->n * n && !status; i++) {
    if (isfinite(b->f[i])) status = add(&p->sample[i % n], b->f[i], err);
    else p->not_numbers++;
  }
  sg_progress_add(&p->meter.progress, b->regions->n);
  return status;
}

static sg_status run_pass(pass *p, sg_err *err)
{
  sg_pipeline line = sg_pipeline_default();
  line.threads = p->job->threads;
  line.user = p;
  line.batch_new = pass_batch_new;
  line.batch_free = pass_batch_free;
  line.scratch_new = pass_scratch_new;
  line.scratch_free = pass_scratch_free;
  line.source = pass_source;
  line.work = pass_work;
  line.sink = pass_sink;
  line.cancelled = sg_cancelled;
  sg_meter_start(&p->meter, p->job->opts, sg_source_total(p->source), "regions for the threshold");
  sg_status status = sg_pipeline_run(&line, err);
  sg_meter_end(&p->meter);
  if (!status && p->not_numbers)
    sg_say(SG_LOG_WARN, "%" PRId64 " predictions are no finite numbers and are left out of the "
           "quantile", p->not_numbers);
  return status;
}

/* The source is opened a second time; what there is to notice was noticed the first time. */
static sg_status sample_regions(const sg_sis_job *job, bool shuffle, sample *samples, sg_err *err)
{
  pass p = { .job = job, .shuffle = shuffle, .sample = samples };
  sg_source_opts o = job->source_opts;
  o.log = NULL;
  sg_status status = sg_source_open(&o, &p.source, err);
  if (!status) status = run_pass(&p, err);
  sg_source_close(p.source);
  return status;
}

/* ---- 4. A table of predictions ---- */

/* The text of column `column` of a line, ended in place; NULL: the line is shorter. */
static char *field(char *line, int column)
{
  while (column--) {
    line = strchr(line, '\t');
    if (!line) return NULL;
    line++;
  }
  line[strcspn(line, "\t")] = 0;
  return line;
}

static int columns(const char *line)
{
  int n = 1;
  for (; *line; line++) n += *line == '\t';
  return n;
}

enum { PLACE_COLUMNS = 5 };    /* region chrom start end strand */

/* Column of the target in a header "#region chrom ..."; -1: none. One target takes the only column
 * there is, whatever its name. */
static int find_column(const char *header, const char *name, bool only)
{
  const char *p = header;
  int n = columns(header);
  for (int c = 0; c < n; c++) {
    size_t length = strcspn(p, "\t");
    if (c >= PLACE_COLUMNS && strlen(name) == length && !strncmp(p, name, length)) return c;
    p += length + (c + 1 < n);
  }
  return only && n == PLACE_COLUMNS + 1 ? PLACE_COLUMNS : -1;
}

/* One number of the line, as the single precision it was written in, so that tau is the same as by
 * a first pass; of column `column` (-1: the line has no header, and one column only). */
static sg_status read_value(sg_lines *in, char *line, int column, double *ret_value, sg_err *err)
{
  const char *text = line;
  if (column < 0 && columns(line) > 1)
    return sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": several columns, but no header says which "
                   "one; give the table as predict wrote it", sg_lines_name(in),
                   sg_lines_number(in));
  if (column >= 0) text = field(line, column);
  if (text && !sg_parse_f64("prediction", text, -INFINITY, INFINITY, ret_value, NULL)) {
    *ret_value = (double)(float)*ret_value;
    return SG_OK;
  }
  return sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": no prediction in column %d", sg_lines_name(in),
                 sg_lines_number(in), column < 0 ? 1 : column + 1);
}

static sg_status take_header(const sg_sis_job *job, const sg_lines *in, const char *line, int t,
                             int *column, sg_err *err)
{
  if (strncmp(line, "#region\t", 8)) return SG_OK;
  *column = find_column(line, job->target[t].name, job->n_target == 1);
  return *column >= 0 ? SG_OK
         : sg_fail(err, SG_ENOTFOUND, "%s: no column %s in its header", sg_lines_name(in),
                   job->target[t].name);
}

static sg_status read_sample(const sg_sis_job *job, const char *path, int t, sample *s, sg_err *err)
{
  sg_lines *in = NULL;
  char *line = NULL;
  int column = -1;
  double value;
  sg_status status = sg_lines_open(path, &in, err);
  while (!status && !(status = sg_lines_next(in, &line, NULL, err)) && line) {
    if (line[0] == '#') {
      status = take_header(job, in, line, t, &column, err);
    } else if (*line) {
      status = read_value(in, line, column, &value, err);
      if (!status && isfinite(value)) status = add(s, value, err);
    }
  }
  sg_lines_close(in);
  return status;
}

/* Real regions: a table with more rows than there are regions is that of something else. */
static sg_status sample_table(const sg_sis_job *job, bool shuffled, sample *samples, sg_err *err)
{
  const char *path = sg_opt_text(job->opts, "predictions");
  int64_t total = sg_source_total(job->source);
  sg_status status = once(path) && job->n_target > 1
                     ? sg_fail(err, SG_EINVAL, "%s: with several targets the table is read several "
                               "times: save it to a file", path) : SG_OK;
  for (int t = 0; t < job->n_target && !status; t++) {
    status = read_sample(job, path, t, &samples[t], err);
    if (!status && !shuffled && total >= 0 && samples[t].n > total)
      status = sg_fail(err, SG_EINVAL, "%s: %" PRId64 " predictions for %" PRId64 " regions: made "
                       "for another input?", path, samples[t].n, total);
  }
  return status;
}

/* ---- 5. Quantiles, tau, provenance ---- */

/* Linear between the two neighbours of rank q (n - 1), from the nearer one, as numpy has it. */
static double quantile(const sample *s, double q)
{
  double rank = q * (double)(s->n - 1), low = floor(rank), part = rank - low;
  int64_t i = (int64_t)low, j = i + 1 < s->n ? i + 1 : i;
  double step = s->v[j] - s->v[i];
  return part < 0.5 ? s->v[i] + step * part : s->v[j] - step * (1 - part);
}

static sg_status take_quantile(const sg_sis_job *job, sample *s, double q, sg_target *target,
                               sg_err *err)
{
  if (!s->n) return sg_fail(err, SG_EINVAL, "no prediction to take a quantile of");
  qsort(s->v, (size_t)s->n, sizeof *s->v, by_value);
  target->tau = quantile(s, q);
  target->sample = s->n;
  for (int64_t i = 0; i < s->n; i++)
    target->sample_passing += job->sis.below ? s->v[i] <= target->tau : s->v[i] >= target->tau;
  return SG_OK;
}

static sg_status find_quantiles(sg_sis_job *job, double q, bool shuffle, sg_err *err)
{
  sg_status status;
  sample *samples = calloc((size_t)job->n_target, sizeof *samples);
  if (!samples) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (sg_opt_given(job->opts, "predictions")) status = sample_table(job, shuffle, samples, err);
  else status = sample_regions(job, shuffle, samples, err);
  for (int t = 0; t < job->n_target && !status; t++)
    status = take_quantile(job, &samples[t], q, &job->target[t], err);
  for (int t = 0; t < job->n_target; t++) free(samples[t].v);
  free(samples);
  return status;
}

/* f(nothing) by the sessions of the network's own length; unknown where windows differ. */
static sg_status find_empty(sg_sis_job *job, sg_err *err)
{
  sg_machine m = { 0 };
  bool fixed = job->source_opts.length > 0;
  sg_status status = fixed ? sg_machine_fit(job, job->longest, &m, err) : SG_OK;
  for (int t = 0; t < job->n_target && !status; t++) {
    sg_target *target = &job->target[t];
    target->empty = fixed ? sg_sis_empty(m.sis[target->pick])[target->index] : NAN;
  }
  sg_machine_release(job, &m);
  return status;
}

/* "0.99"; "0.987 (quantile 0.9 of 789 predictions; 79 pass)". */
static void describe(const sg_sis_job *job, int t, char *text, size_t size)
{
  const sg_target *target = &job->target[t];
  bool null = sg_opt_given(job->opts, "threshold-null");
  char tau[SG_NUMBER_TEXT];
  sg_format_f64(tau, target->tau);
  if (!target->sample) snprintf(text, size, "%s", tau);
  else snprintf(text, size, "%s (quantile %s of %" PRId64 " predictions%s; %" PRId64 " pass)", tau,
                sg_opt_text(job->opts, null ? "threshold-null" : "threshold-quantile"),
                target->sample, null ? " for shuffled regions" : "", target->sample_passing);
}

/* A number that was not typed is said, with what else it could have been. */
static void announce(const sg_sis_job *job)
{
  for (int t = 0; t < job->n_target && !sg_opt_given(job->opts, "threshold"); t++) {
    char text[160];
    describe(job, t, text, sizeof text);
    sg_note("%s%stau = %s%s", job->n_target > 1 ? job->target[t].name : "",
            job->n_target > 1 ? ": " : "", text, sg_opt_given(job->opts, "threshold-null") ? ""
            : "; it could be a number (--threshold), or --threshold-null 0.99");
  }
}

sg_status sg_sis_tau_find(sg_sis_job *job, sg_err *err)
{
  const sg_opts *opts = job->opts;
  bool null = sg_opt_given(opts, "threshold-null");
  double unused;
  sg_status status = find_empty(job, err);
  if (status) return status;
  for (int t = 0; t < job->n_target; t++) job->target[t].tau = sg_opt_real(opts, "threshold");
  if (!sg_opt_given(opts, "threshold"))
    status = find_quantiles(job, sg_opt_real(opts, null ? "threshold-null" : "threshold-quantile"),
                            null, err);
  for (int t = 0; t < job->n_target && !status; t++) {
    const sg_target *target = &job->target[t];
    status = sg_sis_threshold(job->plan[target->pick], target->tau, &unused, err);
    if (status) sg_fail_prefix(err, "%s: ", target->name);
  }
  if (!status) announce(job);
  return status;
}

/* `t`: target that it is a fact about; -1: all of them. There is room. */
static bool put(sg_facts *facts, const sg_sis_job *job, const char *what, int t, const char *value)
{
  sg_buffer key = { 0 };
  sg_buffer_puts(&key, what);
  if (t >= 0 && job->n_target > 1) sg_buffer_printf(&key, ".%s", job->target[t].name);
  char *copy = strdup(value);
  if (key.failed || !copy) {
    sg_buffer_release(&key);
    free(copy);
    return false;
  }
  facts->fact[facts->n++] = (sg_fact){ key.at, copy };
  return true;
}

/* Pieces of one run agree in tau, too. */
static sg_status digest(sg_facts *facts, sg_err *err)
{
  sg_buffer all = { 0 };
  sg_buffer_puts(&all, facts->run);
  for (int i = 0; i < facts->n; i++) sg_buffer_printf(&all, "\n%s", facts->fact[i].value);
  if (!all.failed) sg_digest(all.at, all.n, facts->run);
  sg_status status = all.failed ? sg_fail(err, SG_ENOMEM, "out of memory") : SG_OK;
  sg_buffer_release(&all);
  return status;
}

sg_status sg_sis_tau_facts(const sg_sis_job *job, sg_facts *facts, sg_err *err)
{
  char text[256];
  size_t n = (size_t)(facts->n + 2 * job->n_target) + 2;
  sg_fact *more = realloc(facts->fact, n * sizeof *more);
  if (!more) return sg_fail(err, SG_ENOMEM, "out of memory");
  facts->fact = more;
  bool whole = true;
  int64_t length = job->source_opts.length;
  snprintf(text, sizeof text, "%" PRId64, length);
  if (length) whole = put(facts, job, "window", -1, text);
  for (int t = 0; t < job->n_target && whole; t++) {
    describe(job, t, text, sizeof text);
    whole = put(facts, job, "tau", t, text);
    if (!whole || isnan(job->target[t].empty)) continue;
    sg_format_f32(text, (float)job->target[t].empty);
    whole = put(facts, job, "f_nothing", t, text);
  }
  return whole ? digest(facts, err) : sg_fail(err, SG_ENOMEM, "out of memory");
}
