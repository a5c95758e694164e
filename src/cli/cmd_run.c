/* cli/cmd_run.c: the whole way from a network and regions to a report.
 *
 *   1. Options
 *   2. Checks: everything that can be wrong is found before computing
 *   3. Targets
 *   4. The run
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/facts.h"
#include "cli/groups.h"
#include "cli/inputs.h"
#include "cli/motifdb.h"
#include "cli/run.h"
#include "seqgloss/compare.h"

/* ---- 1. Options ---- */

static const sg_opt_def run_defs[] = {
  { "target", 't', SG_OPT_TEXT, "OUTPUT[:UNIT]", NULL, 0, 0, SG_OPT_MANY,
    "outputs to explain, by name or number, OUTPUT for all of its units; may be repeated; all: "
    "every one [the only one there is]" },
  { "threshold", 0, SG_OPT_REAL, "X", NULL, 0, 0, 0,
    "tau: what an output must reach for a subset to be sufficient" },
  { "threshold-null", 0, SG_OPT_REAL, "Q", NULL, 0, 1, 0,
    "tau is this quantile of the predictions for dinucleotide-shuffled regions, say 0.99" },
  { "threshold-quantile", 0, SG_OPT_REAL, "Q", NULL, 0, 1, 0,
    "tau is this quantile of the predictions for the regions [0.9, as published]" },
  { "mask", 0, SG_OPT_INFILE, "quarter|zero|FILE", "quarter", 0, 0, 0,
    "what a masked position shows to the network" },
  { "rc", 0, SG_OPT_CHOICE, "max|mean|none", "none", 0, 0, 0,
    "combine the predictions for both strands" },
  { "max-subsets", 0, SG_OPT_INT, NULL, NULL, 1, 1e9, 0, "subsets of a region at most [all]" },
  { "transplant", 0, SG_OPT_INT, "N", NULL, 1, 10000, 0,
    "plant each subset into N shuffled versions of its region: does it suffice there?" },
  { "lambda", 0, SG_OPT_REAL, "X", "0.65", 0.01, 100, 0,
    "clusters: weight of what a column costs; more gives fewer clusters" },
  { "motifs", 'd', SG_OPT_INFILE, SG_MOTIFDB_ARG, "vertebrates", 0, 0, 0,
    "motifs to compare with" },
  { "summits", 0, SG_OPT_INFILE, "BED", NULL, 0, 0, 0,
    "narrowPeak, or BED of points: the report counts distances of sites from the nearest summit in "
    "the window [from the middle of the window]" },
  { "negative-control", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "run the same on shuffled regions, and on the network with its weights in random order" },
  { "seed", 0, SG_OPT_INT, NULL, "1", 1, 9e15, 0, "seed of shuffles and of the control" },
  { "expect", 0, SG_OPT_CHOICE, "maf", NULL, 0, 0, 0,
    "check that the motif of the small Maf proteins was recovered; exit status 1 where it was "
    "not" },
  { 0 }
};
static const sg_opt_group run_group = { "The run", run_defs };

static const sg_opt_def output_defs[] = {
  { "output", 'o', SG_OPT_OUTFILE, "DIR", NULL, 0, 0, SG_OPT_NEUTRAL,
    "folder of the run; it is made where there is none" },
  { "resume", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "go on where an earlier run into this folder was stopped: what it finished, from the same "
    "inputs and options, is not computed again" },
  { 0 }
};
static const sg_opt_group output_group = { "Output", output_defs };
static const sg_opt_group *const groups[] = {
  &sg_group_model, &sg_group_whole, &run_group, &output_group, &sg_group_run,
  &sg_group_common, NULL
};
static const char *const usage[] = {
  "[options] -m MODEL -f GENOME.fa -b REGIONS.bed -o DIR",
  "[options] -m MODEL -o DIR WINDOWS.fa", NULL
};

const char *const sg_run_network[] = {
  "model", "weights", "alphabet", "n-base", "dna-input", "layout", "length", "permute-weights",
  "rc", NULL
};
const char *const sg_run_regions[] = { "genome", "regions", "region", "fai", "edge", NULL };
const char *const sg_run_speed[] = { "threads", "batch", "progress", NULL };

/* ---- 2. Checks ---- */

static sg_status check_usage(const sg_opts *opts, sg_err *err)
{
  int n;
  if (!sg_opt_given(opts, "model"))
    return sg_fail(err, SG_EINVAL, "no network: -m MODEL.h5 (.keras, .json, .onnx)");
  if (!sg_opt_given(opts, "output")) return sg_fail(err, SG_EINVAL, "no folder: -o DIR");
  if (sg_opt_given(opts, "threshold") + sg_opt_given(opts, "threshold-null")
      + sg_opt_given(opts, "threshold-quantile") > 1)
    return sg_fail(err, SG_EINVAL, "one threshold: --threshold, --threshold-null or "
                   "--threshold-quantile");
  const char *const *models = sg_opt_many(opts, "model", &n);
  if (n > 1) return sg_fail(err, SG_EINVAL, "one network at a time; %s is a second one", models[1]);
  bool genome = sg_opt_given(opts, "genome");
  if (!genome && !opts->n_operand)
    return sg_fail(err, SG_EINVAL, "no sequences: give -f GENOME.fa with -b REGIONS.bed, or a "
                   "FASTA file");
  if (genome && !sg_opt_given(opts, "regions") && !sg_opt_given(opts, "region"))
    return sg_fail(err, SG_EINVAL, "-f GENOME.fa goes with -b REGIONS.bed or -R CHR:BEG-END "
                   "(a FASTA of windows goes without -f)");
  if (genome && opts->n_operand)
    return sg_fail(err, SG_EINVAL, "%s: sequences come either from a FASTA file or from -f with -b "
                   "or -R", opts->operand[0]);
  if (opts->n_operand > 1)
    return sg_fail(err, SG_EINVAL, "%s: one FASTA file of windows at a time", opts->operand[1]);
  return SG_OK;
}

/* Inputs are read by several steps. */
static sg_status check_input(const sg_opts *opts, sg_err *err)
{
  const char *input = opts->n_operand ? opts->operand[0] : sg_opt_text(opts, "regions");
  if (input && !strcmp(input, "-"))
    return sg_fail(err, SG_EINVAL, "standard input: a run reads its regions several times: save "
                   "them to a file");
  return sg_inputs_check(opts, "a run reads its inputs several times", err);
}

/* Reads the data base and makes it ready, as compare will. */
static sg_status check_motifs(const sg_opts *opts, sg_err *err)
{
  sg_motifs *motifs = NULL;
  sg_targets *targets = NULL;
  sg_compare_opts compare = sg_compare_opts_default();
  sg_status status = sg_motifdb_read(sg_opt_text(opts, "motifs"), &motifs, err);
  if (!status) status = sg_targets_new(motifs, &compare, &targets, err);
  sg_targets_free(targets);
  sg_motifs_free(motifs);
  return status;
}

/* Reads the summits, as report will. */
static sg_status check_summits(const sg_opts *opts, sg_err *err)
{
  sg_summits summits;
  const char *path = sg_opt_text(opts, "summits");
  if (!path) return SG_OK;
  sg_status status = sg_summits_read(path, &summits, err);
  sg_summits_release(&summits);
  return status;
}

static sg_status make_folder(const char *dir, sg_err *err)
{
  struct stat info;
  if (mkdir(dir, 0777) && errno != EEXIST)
    return sg_fail(err, SG_EIO, "-o %s: the folder cannot be made: %s", dir, errno == ENOENT
                   ? "the one it would stand in is not there; make that first" : strerror(errno));
  if (!stat(dir, &info) && !S_ISDIR(info.st_mode))
    return sg_fail(err, SG_EIO, "-o %s is a file; a folder is wanted", dir);
  if (access(dir, W_OK | X_OK))
    return sg_fail(err, SG_EIO, "-o %s: the folder cannot be written to: %s", dir, strerror(errno));
  return SG_OK;
}

/* ---- 3. Targets ---- */

/* Letters that are safe in names of files stay; the others become '_'. */
static char *safe_name(const char *name)
{
  char *copy = strdup(name);
  for (char *p = copy; p && *p; p++)
    if (!isalnum((unsigned char)*p) && !strchr(".-+", *p)) *p = '_';
  if (copy && copy[0] == '.') copy[0] = '_';
  return copy;
}

/* Whether a target before number `n` or a file of the run has that name in its folder. */
static bool taken(const sg_run *run, int n, const char *name)
{
  static const char *const files[] = { "report.html", "provenance.json" };
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    if (!strcmp(files[i], name)) return true;
  for (int i = 0; i < n; i++)
    if (!strcmp(run->target[i].name, name)) return true;
  return false;
}

/* The name of the folder of target number `n`: "a_b" for a/b, "a_b_2" where a_b is there. */
static char *folder_name(const sg_run *run, int n, const char *spec)
{
  char *safe = safe_name(spec);
  size_t size = safe ? strlen(safe) + 16 : 0;
  char *name = safe ? malloc(size) : NULL;
  if (name) snprintf(name, size, "%s", safe);
  for (int k = 2; name && taken(run, n, name); k++) snprintf(name, size, "%s_%d", safe, k);
  free(safe);
  return name;
}

static sg_status add_target(sg_run *run, const char *spec, bool alone, bool logit, sg_err *err)
{
  const char *dir = sg_opt_text(run->opts, "output");
  int n = run->n_target++;
  sg_run_target *t = &run->target[n];
  t->logit = logit;
  t->spec = spec ? strdup(spec) : NULL;
  t->name = alone ? strdup("") : folder_name(run, n, spec);
  size_t size = strlen(dir) + (t->name ? strlen(t->name) : 0) + 2;
  t->dir = malloc(size);
  if ((spec && !t->spec) || !t->name || !t->dir) return sg_fail(err, SG_ENOMEM, "out of memory");
  snprintf(t->dir, size, "%s%s%s", dir, alone ? "" : "/", t->name);
  return SG_OK;
}

/* Nobody meant all of several outputs by saying nothing. */
static sg_status check_choice(const sg_nets *nets, const sg_picks *picks, bool named, sg_err *err)
{
  char there[600];
  int64_t units = 0;
  for (int i = 0; i < picks->n; i++) units += picks->pick[i].n_unit;
  if (units < 2 || named) return SG_OK;
  sg_picks_tell(nets, there, sizeof there);
  return sg_fail(err, SG_EINVAL, "the network has %lld outputs: choose by -t OUTPUT[:UNIT], or -t "
                 "all for every one; there are: %s", (long long)units, there);
}

/* sis would refuse it too, but behind the predictions for all regions. */
static sg_status check_threshold(const sg_opts *opts, const sg_io_info *info, sg_err *err)
{
  double tau = sg_opt_given(opts, "threshold") ? sg_opt_real(opts, "threshold") : 0.5;
  bool probability = info->final == SG_FINAL_SIGMOID || info->final == SG_FINAL_SOFTMAX;
  if (!probability || (tau > 0 && tau < 1)) return SG_OK;
  return sg_fail(err, SG_EINVAL, "--threshold %g: output %s is a probability, and every sequence "
                 "or none passes; it must lie between 0 and 1, both excluded", tau, info->name);
}

/* Every unit of every pick is a target of its own. */
static sg_status take_picks(sg_run *run, const sg_plan *plan, const sg_picks *picks, bool named,
                            sg_err *err)
{
  sg_io_info info;
  int64_t units = 0;
  sg_status status = SG_OK;
  for (int i = 0; i < picks->n; i++) {
    if (!picks->pick[i].columns)
      return sg_fail(err, SG_EINVAL, "output %s is a profile of several axes: choose units of it "
                     "by -t OUTPUT:UNIT", picks->pick[i].name);
    units += picks->pick[i].n_unit;
  }
  if (units > 1000)
    return sg_fail(err, SG_EINVAL, "%lld targets are too many for one run", (long long)units);
  run->target = calloc((size_t)units + 1, sizeof *run->target);
  if (!run->target) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < picks->n && !status; i++) {
    status = sg_plan_output_info(plan, picks->pick[i].output, &info);
    if (status) return sg_fail(err, status, "output %d", picks->pick[i].output);
    status = check_threshold(run->opts, &info, err);
    for (int64_t u = 0; u < picks->pick[i].n_unit && !status; u++)
      status = add_target(run, named ? picks->pick[i].columns[u] : NULL, units == 1,
                          info.has_logit, err);
  }
  return status;
}

/* Loads the network for its targets, its length and its line of provenance. */
static sg_status find_targets(sg_run *run, sg_err *err)
{
  int n;
  sg_nets nets = { 0 };
  sg_picks picks = { 0 };
  sg_facts facts = { 0 };
  const char *const *paths = sg_opt_many(run->opts, "model", &n);
  sg_status status = sg_nets_load(run->opts, paths, 1, &nets, err);
  if (!status) status = sg_facts_make(run->opts, &nets, &facts, err);
  for (int i = 0; i < facts.n && !status; i++)
    if (!strcmp(facts.fact[i].key, "model") && !(run->model_line = strdup(facts.fact[i].value)))
      status = sg_fail(err, SG_ENOMEM, "out of memory");
  const char *const *targets = sg_opt_many(run->opts, "target", &n);
  sg_net *net = nets.net;
  if (!status) run->length = net->length;
  /* A network of any length has the same outputs at every length; some length is needed. */
  if (!status)
    status = sg_net_make_plan(net, net->length ? net->length : 1000, false, &net->plan, err);
  if (!status) status = sg_picks_make(&nets, targets, n, false, &picks, err);
  if (!status) status = check_choice(&nets, &picks, n > 0, err);
  if (!status) status = take_picks(run, net->plan, &picks, n > 0, err);
  if (!status) sg_picks_say(&picks, targets, n);
  sg_picks_free(&picks);
  sg_facts_free(&facts);
  sg_nets_free(&nets);
  return status;
}

/* ---- 4. The run ---- */

static sg_status prepare(sg_run *run, sg_err *err)
{
  sg_status status = check_input(run->opts, err);
  if (!status) status = check_motifs(run->opts, err);
  if (!status) status = check_summits(run->opts, err);
  if (!status) status = find_targets(run, err);
  if (!status) status = sg_run_folder_check(run, err);
  if (!status) status = make_folder(sg_opt_text(run->opts, "output"), err);
  for (int i = 0; i < run->n_target && !status; i++)
    status = make_folder(run->target[i].dir, err);
  return status;
}

/* The table of motifs of each target, with its name before it where there are several. */
static sg_status show_tables(const sg_run *run, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < run->n_target && !status; i++) {
    char path[4096], *line;
    sg_lines *in = NULL;
    if (snprintf(path, sizeof path, "%s/motifs.tsv", run->target[i].dir) >= (int)sizeof path)
      return sg_fail(err, SG_EINVAL, "-o: the name is too long");
    if (run->n_target > 1) printf("## target %s\n", run->target[i].spec);
    status = sg_lines_open(path, &in, err);
    while (!status && !(status = sg_lines_next(in, &line, NULL, err)) && line)
      if (strncmp(line, "## ", 3)) puts(line);       /* what the columns are stays in the file */
    sg_lines_close(in);
  }
  return status;
}

static int all_targets(sg_run *run)
{
  int code = SG_EXIT_OK;
  sg_err err;
  sg_status status = SG_OK;
  for (int i = 0; i < run->n_target && !code; i++) {
    size_t begin = run->steps.told.n;
    sg_console_fresh();
    code = sg_run_target_steps(run, &run->target[i]);
    if (code) return code;
    sg_buffer told = run->steps.told;
    told.at += begin;
    told.n -= begin;
    status = sg_run_provenance(run, run->target[i].dir, &told, &err);
    if (status) return sg_console_end(status, &err);
  }
  if (run->n_target > 1) status = sg_run_index(run, &err);
  if (!status && run->n_target > 1)
    status = sg_run_provenance(run, sg_opt_text(run->opts, "output"), &run->steps.told, &err);
  if (!status && !sg_opt_given(run->opts, "quiet")) status = show_tables(run, &err);
  if (status) return sg_console_end(status, &err);
  sg_say(SG_LOG_INFO, "%d steps run, %d done before", run->steps.fresh, run->steps.kept);
  if (!sg_opt_given(run->opts, "quiet"))
    fprintf(stderr, "report: %s/report.html\n", sg_opt_text(run->opts, "output"));
  return SG_EXIT_OK;
}

/* What was expected must be there in some target. */
static int judge(const sg_run *run)
{
  bool any = false;
  sg_err err;
  if (!sg_opt_given(run->opts, "expect")) return SG_EXIT_OK;
  for (int i = 0; i < run->n_target; i++) any = any || run->target[i].recovered;
  if (any) return SG_EXIT_OK;
  return sg_console_end(sg_fail(&err, SG_ENOTFOUND, "not recovered: the full Maf recognition "
                                "element TGCTGASTCAGCA"), &err);
}

static void release(sg_run *run)
{
  for (int i = 0; i < run->n_target; i++) {
    free(run->target[i].spec);
    free(run->target[i].dir);
    free(run->target[i].name);
  }
  free(run->target);
  free(run->model_line);
  sg_buffer_release(&run->steps.told);
}

static int run_run(sg_opts *opts)
{
  sg_err err;
  sg_run run = { .opts = opts, .steps = { .opts = opts, .dir = sg_opt_text(opts, "output") } };
  if (check_usage(opts, &err)) return sg_console_usage(&err);
  sg_status status = prepare(&run, &err);
  int code = status ? sg_console_end(status, &err) : all_targets(&run);
  if (!code) code = judge(&run);
  release(&run);
  return code;
}

const sg_cmd sg_cmd_run = {
  .name = "run",
  .summary = "the whole way: predictions, subsets, clusters, motifs, comparison, report",
  .usage = usage,
  .about = "Predicts the regions, finds tau and the sufficient input subsets of those that reach "
           "it, clusters them to motifs, compares the motifs with a data base, mutates the few "
           "regions of the highest output base by base, and writes a report, all into one "
           "folder. Each step is a command of its own, which is shown as it is run and gives the "
           "same bytes when it is typed. With several targets each has a folder in the folder, "
           "and the page there leads to theirs.",
  .groups = groups,
  .run = run_run
};
