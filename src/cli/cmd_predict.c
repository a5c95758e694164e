/* cli/cmd_predict.c: outputs of trained networks for regions of a genome.
 *
 * Everything that can be wrong is found before computing starts: networks, inputs, regions and
 * chromosomes, targets, output.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/facts.h"
#include "cli/groups.h"
#include "cli/predict.h"
#include "cli/seqinput.h"
#include "cli/windows.h"

static const sg_opt_def predict_defs[] = {
  { "input", 0, SG_OPT_INFILE, "[NAME=]FILE", NULL, 0, 0, SG_OPT_MANY,
    "array for an input of the network (.npy .npz .tsv), one row a region, axes as its framework "
    "has them: covariates beside sequences, or encoded DNA in place of them" },
  { "target", 't', SG_OPT_TEXT, "OUTPUT[:UNIT]", NULL, 0, 0, SG_OPT_MANY,
    "outputs to write, by name or number; may be repeated [all]" },
  { "logits", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "also write OUTPUT.logit, the value before the final sigmoid or softmax" },
  { "rc", 0, SG_OPT_CHOICE, "max|mean|none", "none", 0, 0, 0,
    "predict both strands and give the greater value or the mean; none: the region's own strand" },
  { "verify", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "compute in double precision too and fail where the two differ" },
  { 0 }
};
static const sg_opt_group predict_group = { "Prediction", predict_defs };
static const sg_opt_group *const groups[] = {
  &sg_group_models, &sg_group_sequence, &predict_group, &sg_group_output, &sg_group_run,
  &sg_group_common, NULL
};
static const char *const usage[] = {
  "[options] -m MODEL -f GENOME.fa -b REGIONS.bed",
  "[options] -m MODEL -f GENOME.fa -R CHR:BEG-END",
  "[options] -m MODEL WINDOWS.fa",
  "[options] -m MODEL --input [NAME=]ARRAY.npy",
  NULL
};

/* The window length that all networks together ask for; 0: each region's own. */
static sg_status common_length(const sg_nets *nets, int64_t *ret_length, sg_err *err)
{
  int64_t longest = 0;
  int open = 0;
  for (int k = 0; k < nets->n; k++) {
    if (nets->net[k].length > longest) longest = nets->net[k].length;
    open += !nets->net[k].length;
  }
  if (open && longest)
    return sg_fail(err, SG_EINVAL, "some networks take any length and some do not; give the former "
                   "one by --length");
  *ret_length = longest;
  return SG_OK;
}

static sg_status open_source(sg_predict *job, sg_source_opts *s, sg_err *err)
{
  const sg_net *first = &job->nets.net[0];
  sg_status status = common_length(&job->nets, &s->length, err);
  if (status) return status;
  s->alphabet = sg_model_alphabet(first->model);
  s->n_base = sg_model_n_base(first->model);
  for (int k = 1; k < job->nets.n; k++)
    if (sg_model_n_base(job->nets.net[k].model) == SG_N_DROP) s->n_base = SG_N_DROP;
  status = sg_source_open(s, &job->source, err);
  if (status) return status;
  job->letters = sg_source_alphabet(job->source);
  job->longest = s->length ? s->length : sg_source_longest(job->source);
  int64_t total = sg_source_total(job->source);
  if (job->longest <= 0)
    return sg_fail(err, SG_EINVAL, total ?
                   "the network takes any length and standard input is read "
                   "once: give --length" : "there is no region in the input");
  if (job->feeds.rows >= 0 && total >= 0 && total != job->feeds.rows)
    return sg_fail(err, SG_ESHAPE, "%" PRId64 " regions, but --input has %" PRId64 " rows", total,
                   job->feeds.rows);
  return SG_OK;
}

/* Rows of this shard where arrays are all there is. */
static void array_range(sg_predict *job, const sg_source_opts *s)
{
  int64_t total = job->feeds.rows, piece = s->shard, pieces = s->shards > 0 ? s->shards : 1;
  if (piece < 1) piece = 1;
  job->begin = (int64_t)((__int128)total * (piece - 1) / pieces);
  job->end = (int64_t)((__int128)total * piece / pieces);
  job->next = job->begin;
}

static sg_status open_input(sg_predict *job, sg_err *err)
{
  int n;
  bool any;
  sg_source_opts s;
  const char *const *specs = sg_opt_many(job->opts, "input", &n);
  sg_status status = sg_seqinput_read(job->opts, &s, &any, err);
  if (!status) status = sg_feeds_open(&job->nets, specs, n, &job->feeds, err);
  if (!status) status = sg_windows_check(&job->feeds, any, err);
  if (status) return status;
  if (!job->feeds.need_sequence && job->rc != SG_RC_NONE)
    return sg_fail(err, SG_EINVAL, "--rc needs sequences; an array cannot be turned round");
  if (any) return open_source(job, &s, err);
  array_range(job, &s);
  return SG_OK;
}

static sg_status make_plans(sg_predict *job, sg_err *err)
{
  sg_status status = SG_OK;
  for (int k = 0; k < job->nets.n && !status; k++) {
    sg_net *net = &job->nets.net[k];
    int64_t length = net->length;
    if (!length) length = job->source ? job->longest : sg_feeds_length(&job->feeds, &job->nets, k);
    status = sg_net_make_plan(net, length, false, &net->plan, err);
    if (!status && job->verify) status = sg_net_make_plan(net, length, true, &net->plan64, err);
  }
  return status;
}

/* Windows of a batch: enough to keep a thread busy, few enough that a batch stays small. */
static void choose_batch(sg_predict *job)
{
  enum { MOST = 64, BYTES = 8 << 20 };
  int64_t one = job->longest + 1;
  for (int i = 0; i < job->picks.n; i++)
    one += (int64_t)sizeof(float) * (job->picks.pick[i].n_unit + 2 * job->picks.pick[i].whole);
  for (int i = 0; i < job->feeds.n; i++) one += (int64_t)sizeof(float) * job->feeds.feed[i].units;
  job->exec_batch = (int)sg_opt_int(job->opts, "batch");
  job->cap = one > BYTES / MOST ? (int)(BYTES / one) : MOST;
  if (job->cap < 1) job->cap = 1;
  if (job->exec_batch) job->cap = job->exec_batch;
}

static sg_shard shard_of(const sg_predict *job, const sg_table_opts *table, const char *run)
{
  if (job->source) return sg_source_shard(job->source, sg_table_header(table), run);
  sg_shard shard = { .begin = job->begin, .end = job->end, .total = job->feeds.rows };
  sg_shard_parse(sg_opt_text(job->opts, "shard"), &shard.shard, &shard.shards, NULL);
  shard.header = sg_table_header(table);
  snprintf(shard.run, sizeof shard.run, "%s", run);
  return shard;
}

static sg_status write_all(sg_predict *job, sg_table_opts *t, sg_err *err)
{
  int64_t total = job->source ? -1 : job->end - job->begin, begin, end;
  sg_status status = sg_table_open(t, &job->table, err);
  if (status) return status;
  if (job->source) {
    sg_source_range(job->source, &begin, &end);
    total = end < 0 ? -1 : end - begin;
  }
  sg_meter_start(&job->meter, job->opts, total, "regions");
  status = sg_predict_run(job, err);
  sg_meter_end(&job->meter);
  if (!status && job->verify && !(job->worst <= SG_VERIFY_TOLERANCE))
    status = sg_fail(err, SG_EINTERNAL, "--verify: single and double precision differ by %.3g "
                     "(allowed %.3g); nothing was written", job->worst, SG_VERIFY_TOLERANCE);
  if (!status) return sg_table_close(job->table, err);
  sg_table_free(job->table);
  return status;
}

static void report(const sg_predict *job)
{
  if (job->source) sg_seqinput_report(job->source);
  if (job->not_numbers)
    sg_say(SG_LOG_WARN, "%" PRId64 " regions have predictions that are no finite numbers",
           job->not_numbers);
  if (job->verify)
    sg_note("--verify: %" PRId64 " regions; single and double precision differ by %.3g "
           "at most", job->done, job->worst);
}

/* What can be said about the output before the sequences are read. */
static sg_status check_output(const sg_opts *opts, sg_err *err)
{
  sg_table_opts t = sg_table_opts_default();
  t.path = sg_opt_text(opts, "output");
  return sg_table_check(&t, err);
}

static sg_status predict(sg_predict *job, sg_err *err)
{
  sg_table_opts t = sg_table_opts_default();
  sg_facts facts = { 0 };
  char line[512];
  int n, n_target;
  const char *const *paths = sg_opt_many(job->opts, "model", &n);
  const char *const *targets = sg_opt_many(job->opts, "target", &n_target);
  sg_status status = check_output(job->opts, err);
  if (!status) status = sg_nets_load(job->opts, paths, n, &job->nets, err);
  if (!status) status = open_input(job, err);
  if (!status) status = make_plans(job, err);
  if (!status)
    status = sg_picks_make(&job->nets, targets, n_target, sg_opt_given(job->opts, "logits"),
                           &job->picks, err);
  if (!status) status = sg_facts_make(job->opts, &job->nets, &facts, err);
  if (status) goto done;
  t.path = sg_opt_text(job->opts, "output");
  t.fields = job->picks.field;
  t.n_fields = job->picks.n;
  t.facts = facts.fact;
  t.n_facts = sg_opt_given(job->opts, "no-provenance") ? 0 : facts.n;
  if (sg_opt_given(job->opts, "shard")) {
    sg_shard shard = shard_of(job, &t, facts.run);
    if (sg_shard_line(&shard, line, sizeof line) < 0)
      status = sg_fail(err, SG_EINTERNAL, "the line of a shard is too long");
    t.shard = line;
  }
  choose_batch(job);
  if (!status) status = sg_table_check(&t, err);
  if (!status) status = write_all(job, &t, err);
  if (!status) report(job);
done:
  sg_facts_free(&facts);
  return status;
}

static int run_predict(sg_opts *opts)
{
  sg_err err;
  sg_predict job = { .opts = opts, .feeds = { .rows = -1 } };
  job.rc = (sg_rc)sg_opt_choice(opts, "rc");
  job.verify = sg_opt_given(opts, "verify");
  if (!sg_opt_given(opts, "model")) {
    sg_fail(&err, SG_EINVAL, "no network: -m MODEL.h5 (.keras, .json, .onnx)");
    return sg_console_usage(&err);
  }
  sg_status status = predict(&job, &err);
  sg_source_close(job.source);
  sg_feeds_close(&job.feeds);
  sg_picks_free(&job.picks);
  sg_nets_free(&job.nets);
  return sg_console_end(status, &err);
}

const sg_cmd sg_cmd_predict = {
  .name = "predict",
  .summary = "outputs of trained networks for regions of a genome",
  .usage = usage,
  .about = "Evaluates one or several networks on windows of a genome (or on the records of a FASTA "
           "file, - for standard input) and writes one row a region. A window has the network's "
           "length and is centred on the middle of its interval, or on the summit of a narrowPeak.",
  .groups = groups,
  .run = run_predict
};
