/* cli/cmd_sis.c: sufficient input subsets of regions of a genome.
 *
 *   1. Options
 *   2. What is explained: network, regions, targets, mask
 *   3. The run
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/groups.h"
#include "cli/mask.h"
#include "cli/seqinput.h"
#include "cli/sis_job.h"

/* ---- 1. Options ---- */

static const sg_opt_def sis_defs[] = {
  { "target", 't', SG_OPT_TEXT, "OUTPUT[:UNIT]", NULL, 0, 0, SG_OPT_MANY,
    "outputs to explain, by name or number, OUTPUT for all of its units; may be repeated; all: "
    "every one [the only one there is]" },
  { "threshold", 0, SG_OPT_REAL, "X", NULL, 0, 0, 0,
    "tau: what an output must reach for a subset to be sufficient" },
  { "threshold-null", 0, SG_OPT_REAL, "Q", NULL, 0, 1, 0,
    "tau is this quantile of the predictions for dinucleotide-shuffled regions, say 0.99" },
  { "threshold-quantile", 0, SG_OPT_REAL, "Q", NULL, 0, 1, 0,
    "tau is this quantile of the predictions for the regions, which leaves the rest unexplained" },
  { "predictions", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, 0,
    "table of seqgloss predict that the quantile is taken of (for --threshold-null: of shuffled "
    "regions) [computed in a first pass]" },
  { "below", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "explain why the output is low: subsets that keep it at tau or below" },
  { "mask", 0, SG_OPT_INFILE, "quarter|zero|FILE", "quarter", 0, 0, 0,
    "what a masked position shows to the network: 0.25 of each base, zeros, or the four "
    "frequencies of A, C, G, T in a file" },
  { "select", 0, SG_OPT_CHOICE, "logit|probability", "logit", 0, 0, 0,
    "what is compared: the value before a final sigmoid or softmax, or the output itself, as the "
    "published code does, with its ties" },
  { "rc", 0, SG_OPT_CHOICE, "max|mean|none", "none", 0, 0, 0,
    "combine the predictions for both strands" },
  { "max-subsets", 0, SG_OPT_INT, NULL, NULL, 1, 1e9, 0, "subsets of a region at most [all]" },
  { "transplant", 0, SG_OPT_INT, "N", NULL, 1, 10000, 0,
    "plant each subset into N shuffled versions of its region: columns plant_median and "
    "plant_frac_ge_tau" },
  { "seed", 0, SG_OPT_INT, NULL, "1", 0, 9e15, 0, "seed of the shuffles" },
  { "check-minimal", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "count the members of subsets that could be left out" },
  { "verify", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "evaluate every masking from scratch too and fail where the two differ" },
  { 0 }
};
static const sg_opt_group sis_group = { "Subsets", sis_defs };

static const sg_opt_def output_defs[] = {
  { "output", 'o', SG_OPT_OUTFILE, NULL, "-", 0, 0, SG_OPT_MANY | SG_OPT_NEUTRAL,
    "output file: .tsv, .bed (BED12), .fa, also with .gz; may be repeated" },
  { "no-provenance", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "write neither ## lines nor a .provenance.json" },
  { "resume", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "keep rows in FILE.partial while they are computed, and go on from there after a run with "
    "--resume that was stopped" },
  { 0 }
};
static const sg_opt_group output_group = { "Output", output_defs };

static const sg_opt_group *const groups[] = {
  &sg_group_model, &sg_group_sequence, &sis_group, &output_group, &sg_group_run,
  &sg_group_common, NULL
};
static const char *const usage[] = {
  "[options] -m MODEL --threshold X -f GENOME.fa -b BED",
  "[options] -m MODEL --threshold-null Q -f GENOME.fa -b BED",
  "[options] -m MODEL --threshold X WINDOWS.fa",
  NULL
};

/* Largest deviation of an edit from a full evaluation that --verify passes (seqgloss/delta.h). */
#define SIS_VERIFY_TOLERANCE 2e-5

/* ---- 2. What is explained ---- */

static void take_options(sg_sis_job *job)
{
  const sg_opts *opts = job->opts;
  job->sis = sg_sis_opts_default();
  job->sis.select = sg_opt_choice(opts, "select") ? SG_SIS_OUTPUT : SG_SIS_LOGIT;
  job->sis.below = sg_opt_given(opts, "below");
  job->sis.rc = (sg_rc)sg_opt_choice(opts, "rc");
  job->sis.max_subsets = sg_opt_int(opts, "max-subsets");
  job->sis.check_minimal = sg_opt_given(opts, "check-minimal");
  job->sis.verify = sg_opt_given(opts, "verify");
  job->transplant = (int)sg_opt_int(opts, "transplant");
  job->seed = (uint64_t)sg_opt_int(opts, "seed");
  job->threads = (int)sg_opt_int(opts, "threads");
  job->cap = sg_opt_given(opts, "batch") ? (int)sg_opt_int(opts, "batch") : 4;
}

/* Quarters and zeros are symbols of the network's own; a file names a column. */
static sg_status take_mask(sg_sis_job *job, sg_err *err)
{
  const char *spec = sg_opt_text(job->opts, "mask");
  const sg_alphabet *alphabet = &job->nets.net[0].alphabet;
  float column[SG_ALPHABET_MAX];
  if (!strcmp(spec, "quarter")) return SG_OK;
  job->sis.mask = strcmp(spec, "zero") ? SG_SIS_COLUMN : SG_SIS_ZERO;
  sg_status status = sg_mask_read(spec, alphabet, column, err);
  for (int k = 0; k < 4 && !status; k++) job->sis.column[k] = (double)column[alphabet->base[k]];
  return status;
}

static sg_status open_network(sg_sis_job *job, sg_err *err)
{
  int n;
  const char *const *paths = sg_opt_many(job->opts, "model", &n);
  if (n > 1) return sg_fail(err, SG_EINVAL, "one network at a time; %s is a second one", paths[1]);
  return sg_nets_load(job->opts, paths, n, &job->nets, err);
}

static sg_status open_source(sg_sis_job *job, sg_err *err)
{
  bool any;
  const sg_net *net = &job->nets.net[0];
  sg_source_opts *s = &job->source_opts;
  sg_status status = sg_seqinput_read(job->opts, s, &any, err);
  if (status) return status;
  if (!any)
    return sg_fail(err, SG_EINVAL, "no sequences: give -f GENOME.fa with -b REGIONS.bed, or a "
                   "FASTA file");
  s->length = net->length;
  s->alphabet = sg_model_alphabet(net->model);
  s->n_base = sg_model_n_base(net->model);
  status = sg_source_open(s, &job->source, err);
  if (status) return status;
  job->longest = s->length ? s->length : sg_source_longest(job->source);
  if (job->longest > 0) return SG_OK;
  return sg_fail(err, SG_EINVAL, sg_source_total(job->source) ?
                 "the network takes any length and standard input is read once: give --length" :
                 "there is no region in the input");
}

/* Without -t there must be one unit in all: nobody wants subsets of every unit of a profile. */
static sg_status choose_targets(sg_sis_job *job, sg_err *err)
{
  int n;
  int64_t units = 0;
  const char *const *targets = sg_opt_many(job->opts, "target", &n);
  sg_status status = sg_picks_make(&job->nets, targets, n, false, &job->picks, err);
  for (int i = 0; i < job->picks.n && !status; i++) units += job->picks.pick[i].n_unit;
  if (status) return status;
  if (!n && units != 1) {
    char there[600];
    sg_picks_tell(&job->nets, there, sizeof there);
    return sg_fail(err, SG_EINVAL, "the network has %" PRId64 " outputs: choose by -t "
                   "OUTPUT[:UNIT], or -t all for every one; there are: %s", units, there);
  }
  sg_picks_say(&job->picks, targets, n);
  if (units > 100000)
    return sg_fail(err, SG_EINVAL, "%" PRId64 " targets are too many: choose by -t OUTPUT:UNIT",
                   units);
  job->target = calloc((size_t)units, sizeof *job->target);
  if (!job->target) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < job->picks.n; i++) {
    const sg_pick *pick = &job->picks.pick[i];
    if (!pick->columns)
      return sg_fail(err, SG_EINVAL, "output %s is a profile of several axes: choose units of it "
                     "by -t OUTPUT:UNIT", pick->name);
    for (int64_t u = 0; u < pick->n_unit; u++)
      job->target[job->n_target++] = (sg_target){ .pick = i, .index = (int)u,
                                                  .name = pick->columns[u] };
  }
  return SG_OK;
}

/* Network, regions, targets, and their plans. */
static sg_status prepare(sg_sis_job *job, sg_err *err)
{
  sg_status status = sg_sis_files_check(job, err);
  if (!status) status = sg_sis_resume_check(job->opts, err);
  take_options(job);
  if (!status) status = open_network(job, err);
  if (!status) status = take_mask(job, err);
  if (!status) status = open_source(job, err);
  if (status) return status;
  sg_net *net = &job->nets.net[0];
  job->sis.alphabet = sg_model_alphabet(net->model);
  status = sg_net_make_plan(net, job->longest, false, &net->plan, err);
  if (!status) status = choose_targets(job, err);
  if (!status && (status = sg_sis_plans_new(job, net->plan, &job->plan, err)))
    sg_fail_prefix(err, "%s: ", net->path);
  return status;
}

/* ---- 3. The run ---- */

static sg_status compute(sg_sis_job *job, sg_err *err)
{
  int64_t begin, end;
  sg_source_range(job->source, &begin, &end);
  sg_status status = sg_tallies_new(job, &job->tally, err);
  if (status) return status;
  sg_meter_start(&job->meter, job->opts, end < 0 ? -1 : end - begin, "regions");
  status = sg_sis_run(job, err);
  sg_meter_end(&job->meter);
  if (!status && job->sis.verify && !(job->worst <= SIS_VERIFY_TOLERANCE))
    status = sg_fail(err, SG_EINTERNAL, "--verify: maskings and full evaluations differ by %.3g "
                     "(allowed %.3g); nothing was written", job->worst, SIS_VERIFY_TOLERANCE);
  return status;
}

static void report(const sg_sis_job *job)
{
  sg_seqinput_report(job->source);
  sg_sis_guard(job);
  if (job->sis.verify)
    sg_note("--verify: maskings and full evaluations differ by %.3g at most", job->worst);
}

static sg_status sis(sg_sis_job *job, sg_err *err)
{
  sg_facts facts = { 0 };
  sg_status status = prepare(job, err);
  if (!status) status = sg_sis_tau_find(job, err);
  if (!status) status = sg_facts_make(job->opts, &job->nets, &facts, err);
  if (!status) status = sg_sis_tau_facts(job, &facts, err);
  bool resume = sg_opt_given(job->opts, "resume");
  if (!status && resume) status = sg_sis_resume_open(job, &facts, err);
  else if (!status) status = sg_sis_files_open(job, &facts, err);
  if (!status) status = compute(job, err);
  if (!status && resume) status = sg_sis_files_open(job, &facts, err);
  if (!status) status = sg_sis_files_close(job, &facts, err);
  if (!status) report(job);
  sg_facts_free(&facts);
  return status;
}

static void release(sg_sis_job *job)
{
  sg_sis_files_free(job);
  sg_tallies_free(job, job->tally);
  free(job->overlaps.chrom);
  sg_sis_plans_free(job, job->plan);
  free(job->target);
  sg_picks_free(&job->picks);
  sg_source_close(job->source);
  sg_nets_free(&job->nets);
}

static int run_sis(sg_opts *opts)
{
  sg_err err;
  bool bad_usage;
  sg_sis_job job = { .opts = opts };
  if (!sg_opt_given(opts, "model")) {
    sg_fail(&err, SG_EINVAL, "no network: -m MODEL.h5 (.keras, .json, .onnx)");
    return sg_console_usage(&err);
  }
  sg_status status = sg_sis_tau_check(opts, &bad_usage, &err);
  if (status && bad_usage) return sg_console_usage(&err);
  if (!status) status = sis(&job, &err);
  if (status && job.checkpoint) sg_console_kept(sg_checkpoint_name(job.checkpoint));
  release(&job);
  return sg_console_end(status, &err);
}

const sg_cmd sg_cmd_sis = {
  .name = "sis",
  .summary = "sufficient input subsets: the bases that alone make the network say so",
  .usage = usage,
  .about = "For every region whose output reaches the threshold tau, finds small sets of bases "
           "that keep it there when everything else is masked (Carter, Mueller, Jain, Gifford "
           "2019): bases are masked one after the other, each time the one that is missed least, "
           "and those masked last are the subset; then it is masked and the search repeated, so "
           "that a region gives as many disjoint subsets as it has reasons. No member of a "
           "subset can be left out, but it need not be the smallest there is. tau is a number, "
           "or better --threshold-null 0.99: what one in a hundred shuffled regions reaches by "
           "chance.",
  .groups = groups,
  .run = run_sis
};
