/* cli/cmd_attribute.c: attribution by gradients and by differences from references. One command for
 * all methods, and one for each of them, from the library's registry.
 *
 *   1. Options
 *   2. Methods
 *   3. Sequences
 *   4. Targets
 *   5. References
 *   6. The run and what is said about it
 *   7. Commands
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/attribute.h"
#include "cli/commands.h"
#include "cli/groups.h"
#include "cli/seqinput.h"

/* ---- 1. Options ---- */

enum { REDUCE_SUM = 0, REDUCE_MEAN, REDUCE_PROFILE };

static const sg_opt_def method_defs[] = {
  { "method", 0, SG_OPT_TEXT, "NAME[,NAME...]", NULL, 0, 0, SG_OPT_MANY,
    "methods (seqgloss list methods); several have a file each" },
  { 0 }
};
static const sg_opt_def target_defs[] = {
  { "target", 't', SG_OPT_TEXT, "OUTPUT[:UNIT]", NULL, 0, 0, SG_OPT_MANY,
    "outputs to explain, by name or number; may be repeated; several have a file each [all]" },
  { "probabilities", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "explain the value behind the final sigmoid or softmax, not the one before it" },
  { "center-classes", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "explain a unit less the mean over all units of its output" },
  { "reduce", 0, SG_OPT_CHOICE, "sum|mean|profile", NULL, 0, 0, 0,
    "explain the sum or the mean of all units of an output, or of a profile its logits weighted by "
    "their softmax" },
  { "rc", 0, SG_OPT_CHOICE, "max|mean|none", "none", 0, 0, 0,
    "combine the predictions for both strands, and explain that" },
  { "input", 0, SG_OPT_INFILE, "[NAME=]FILE", NULL, 0, 0, SG_OPT_MANY,
    "array for an input of the network (.npy .npz .tsv), one row a region, axes as its framework "
    "has them: covariates beside sequences, or encoded DNA in place of them" },
  { 0 }
};
static const sg_opt_def correct_defs[] = {
  { "correct-gradient", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "subtract from the gradient its mean over A, C, G, T at each position" },
  { 0 }
};
static const sg_opt_def noise_defs[] = {
  { "samples", 0, SG_OPT_INT, NULL, "50", 1, 1e6, 0, "noisy copies of the sequence" },
  { "sigma", 0, SG_OPT_REAL, NULL, "0.1", 0, 1e6, 0,
    "standard deviation of the noise in each element of the one-hot sequence" },
  { 0 }
};
static const sg_opt_def path_defs[] = {
  { "baseline", 0, SG_OPT_INFILE, "zero|quarter|shuffle|FILE", "zero", 0, 0, 0,
    "where the way begins: zeros, 0.25 for each base, dinucleotide shuffles, arrays (.npy .npz), a "
    "row a region or one for all, or the sequences of a FASTA file, for all" },
  { "steps", 0, SG_OPT_INT, NULL, "50", 1, 100000, 0, "nodes of the quadrature" },
  { "quadrature", 0, SG_OPT_CHOICE, "gauss|midpoint|trapezoid|right", "gauss", 0, 0, 0,
    "where on the way the gradient is taken" },
  { 0 }
};
static const sg_opt_def rule_defs[] = {
  { "rule", 0, SG_OPT_CHOICE, "genomics|rescale|revealcancel", "genomics", 0, 0, 0,
    "genomics: RevealCancel behind dense layers, Rescale elsewhere" },
  { "epsilon", 0, SG_OPT_REAL, NULL, "1e-7", 0, 1, 0,
    "where the two inputs of an activation differ by less, its derivative stands for the quotient "
    "of the differences" },
  { "derivative", 0, SG_OPT_CHOICE, "reference|sequence", "reference", 0, 0, 0,
    "where that derivative is taken" },
  { "references", 0, SG_OPT_INFILE, "zero|quarter|shuffle|FILE", "shuffle", 0, 0, 0,
    "what the sequence is compared with: zeros, 0.25 for each base, dinucleotide shuffles, arrays "
    "(.npy .npz), a row a region or one for all, or the sequences of a FASTA file, for all" },
  { "warn-delta", 0, SG_OPT_REAL, NULL, "1e-3", 0, 1e6, SG_OPT_NEUTRAL,
    "warn where the scores miss their sum by more, relative to it (or to 1)" },
  { "strict", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "exit with status 1 when some miss their sum by more than 0.01" },
  { 0 }
};
static const sg_opt_def each_defs[] = {
  { "per-reference", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "also write the scores by each reference (.npz, .h5); computes everything twice" },
  { 0 }
};
static const sg_opt_def draw_defs[] = {
  { "number", 'n', SG_OPT_INT, NULL, "20", 1, 10000, 0, "shuffles of each sequence" },
  { "shuffle", 0, SG_OPT_CHOICE, "uniform|legacy", "uniform", 0, 0, 0,
    "uniform over all sequences with these dinucleotides, or the order that NumPy's old generator "
    "gives (the references of tangermeme)" },
  { 0 }
};
static const sg_opt_def seed_defs[] = {
  { "seed", 0, SG_OPT_INT, NULL, "1", 0, 9e15, 0, "seed of the random numbers" },
  { 0 }
};
static const sg_opt_group method_group = { "Methods", method_defs };
static const sg_opt_group target_group = { "What is explained", target_defs };
static const sg_opt_group correct_group = { "Gradients", correct_defs };
static const sg_opt_group noise_group = { "Noise", noise_defs };
static const sg_opt_group path_group = { "Integrated gradients", path_defs };
static const sg_opt_group rule_group = { "DeepLIFT", rule_defs };
static const sg_opt_group each_group = { "References", each_defs };
static const sg_opt_group draw_group = { "Shuffles", draw_defs };
static const sg_opt_group seed_group = { "Random numbers", seed_defs };

#define HEAD &sg_group_model, &sg_group_sequence, &target_group
#define TAIL &sg_group_scores, &sg_group_gallery, &sg_group_output, &sg_group_resume, \
             &sg_group_run, &sg_group_common, NULL

/* The groups of a command by what its method uses; the first row that covers it serves. */
typedef struct kit { unsigned uses; const sg_opt_group *const *groups; } kit;

static const sg_opt_group *const plain_kit[] = { HEAD, &correct_group, TAIL };
static const sg_opt_group *const noise_kit[] = { HEAD, &correct_group, &noise_group, &seed_group,
                                                 TAIL };
static const sg_opt_group *const path_kit[] = { HEAD, &correct_group, &path_group, &each_group,
                                                &draw_group, &seed_group, TAIL };
static const sg_opt_group *const rule_kit[] = { HEAD, &rule_group, &each_group, &draw_group,
                                                &seed_group, TAIL };
static const sg_opt_group *const whole_kit[] = {
  &method_group, HEAD, &correct_group, &noise_group, &path_group, &rule_group, &each_group,
  &draw_group, &seed_group, TAIL
};
static const kit kits[] = {
  { SG_EXPLAIN_CORRECT | SG_EXPLAIN_SLOPE, plain_kit },
  { SG_EXPLAIN_CORRECT | SG_EXPLAIN_NOISE | SG_EXPLAIN_SLOPE, noise_kit },
  { SG_EXPLAIN_CORRECT | SG_EXPLAIN_PATH | SG_EXPLAIN_REFERENCES | SG_EXPLAIN_COMPLETE, path_kit },
  { SG_EXPLAIN_RULE | SG_EXPLAIN_REFERENCES | SG_EXPLAIN_COMPLETE, rule_kit },
};

static const sg_opt_group *const *groups_for(unsigned uses)
{
  for (size_t i = 0; i < sizeof kits / sizeof *kits; i++)
    if (!(uses & ~kits[i].uses)) return kits[i].groups;
  return whole_kit;
}

static bool given(const sg_opts *opts, const char *name)
{
  return sg_opt_known(opts, name) && sg_opt_given(opts, name);
}

/* ---- 2. Methods ---- */

static bool find_method(const char *name, size_t n, sg_explain_method *ret)
{
  for (int i = 0; sg_explain_method_row(i, ret); i++)
    if (strlen(ret->name) == n && !strncmp(ret->name, name, n)) return true;
  return false;
}

/* Names the nearest, where one is near. */
static sg_status no_method(const char *name, size_t n, sg_err *err)
{
  sg_explain_method m;
  char text[32];
  const char *near = NULL;
  int least = 4;
  snprintf(text, sizeof text, "%.*s", (int)(n < sizeof text ? n : sizeof text - 1), name);
  for (int i = 0; sg_explain_method_row(i, &m); i++) {
    int d = sg_word_distance(text, m.name);
    if (d >= least || (size_t)d >= strlen(m.name)) continue;
    near = m.name;
    least = d;
  }
  return sg_fail(err, SG_EINVAL, "--method %.*s: no such method; %s%s%sseqgloss list methods names "
                 "them", (int)n, name, near ? "did you mean " : "", near ? near : "",
                 near ? "? " : "");
}

static sg_status add_method(sg_attribute_job *job, const char *name, size_t n, sg_err *err)
{
  sg_explain_method m;
  if (!find_method(name, n, &m)) return no_method(name, n, err);
  for (int i = 0; i < job->n_method; i++)
    if (!strcmp(job->method[i].name, m.name))
      return sg_fail(err, SG_EINVAL, "--method %s is given twice", m.name);
  if (job->n_method == SG_METHODS_MOST) return sg_fail(err, SG_EINVAL, "too many methods");
  job->method[job->n_method++] = m;
  if (sg_attribute_role(&m) >= 0) job->wanted[sg_attribute_role(&m)] = true;
  job->complete |= (m.uses & SG_EXPLAIN_COMPLETE) != 0;
  return SG_OK;
}

/* Those of --method, or the one that the command is named after. */
static sg_status read_methods(sg_attribute_job *job, sg_err *err)
{
  int n;
  const char *own = job->opts->cmd->name;
  if (!sg_opt_known(job->opts, "method")) return add_method(job, own, strlen(own), err);
  const char *const *texts = sg_opt_many(job->opts, "method", &n);
  sg_status status = n ? SG_OK : sg_fail(err, SG_EINVAL, "no method: --method NAME; seqgloss list "
                                         "methods names them");
  for (int i = 0; i < n && !status; i++)
    for (const char *p = texts[i]; !status && *p; p += *p == ',') {
      size_t length = strcspn(p, ",");
      status = add_method(job, p, length, err);
      p += length;
    }
  return status;
}

int sg_attribute_role(const sg_explain_method *method)
{
  if (!(method->uses & SG_EXPLAIN_REFERENCES)) return -1;
  return method->uses & SG_EXPLAIN_PATH ? SG_REFS_BASELINE : SG_REFS_REFERENCES;
}

double sg_attribute_tolerance(const sg_explain_method *method)
{
  return method->uses & SG_EXPLAIN_PATH ? 0.05 : 0.01;
}

/* What would say nothing: the columns of a corrected gradient sum to 0. */
static sg_status check_corrected(const sg_attribute_job *job, sg_err *err)
{
  if (!given(job->opts, "correct-gradient")
      || sg_scores_kind_of(job->opts) != SG_SCORES_PROJECTED) return SG_OK;
  for (int m = 0; m < job->n_method; m++)
    if (job->method[m].uses & SG_EXPLAIN_SLOPE)
      return sg_fail(err, SG_EINVAL, "%s --correct-gradient: what is projected, the sum over the "
                     "bases of a position, is always 0; use grad-x-input, or --scores "
                     "hypothetical", job->method[m].name);
  return SG_OK;
}

/* An option that no chosen method reads was meant for something: deeplift has --references where
 * intgrad has --baseline. */
static sg_status check_read(const sg_attribute_job *job, sg_err *err)
{
  static const struct { const char *name; unsigned uses; } row[] = {
    { "samples", SG_EXPLAIN_NOISE }, { "sigma", SG_EXPLAIN_NOISE },
    { "baseline", SG_EXPLAIN_PATH }, { "steps", SG_EXPLAIN_PATH },
    { "quadrature", SG_EXPLAIN_PATH }, { "rule", SG_EXPLAIN_RULE },
    { "epsilon", SG_EXPLAIN_RULE }, { "derivative", SG_EXPLAIN_RULE },
    { "references", SG_EXPLAIN_RULE }
  };
  unsigned read = 0;
  for (int m = 0; m < job->n_method; m++) read |= job->method[m].uses;
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    sg_explain_method of = { 0 };
    if (!given(job->opts, row[i].name) || read & row[i].uses) continue;
    for (int k = 0; sg_explain_method_row(k, &of) && !(of.uses & row[i].uses);) k++;
    return sg_fail(err, SG_EINVAL, "--%s is for %s; %s does not read it: leave it out",
                   row[i].name, of.name, job->n_method > 1 ? "what is chosen here"
                                                           : job->method[0].name);
  }
  return SG_OK;
}

static sg_status check_options(sg_attribute_job *job, sg_err *err)
{
  const sg_opts *opts = job->opts;
  if (sg_opt_count(opts, "model") > 1)
    return sg_fail(err, SG_EINVAL, "one network at a time; %s is a second one",
                   sg_opt_text(opts, "model"));
  if (sg_opt_given(opts, "center-classes") && sg_opt_given(opts, "reduce"))
    return sg_fail(err, SG_EINVAL, "--center-classes explains single units, --reduce all of them "
                   "together: choose one");
  if (sg_opt_known(opts, "quadrature") && sg_opt_choice(opts, "quadrature") == SG_QUAD_TRAPEZOID
      && sg_opt_int(opts, "steps") < 2)
    return sg_fail(err, SG_EINVAL, "--quadrature trapezoid needs two --steps at least");
  if (given(opts, "shuffle") && sg_opt_choice(opts, "shuffle") == SG_SHUFFLE_LEGACY
      && sg_opt_int(opts, "seed") > UINT32_MAX)
    return sg_fail(err, SG_EINVAL, "--shuffle legacy takes seeds below 2^32");
  const char *path = sg_opt_text(opts, "output");
  sg_status status = read_methods(job, err);
  if (!status) status = check_read(job, err);
  if (!status) status = check_corrected(job, err);
  if (!status) status = sg_gallery_check(opts, err);
  if (status || !sg_opt_given(opts, "resume")) return status;
  return sg_resume_check(opts, &path, sg_opt_given(opts, "output"), err);
}

static void read_explain(sg_attribute_job *job)
{
  const sg_opts *opts = job->opts;
  static const sg_explain_rc strands[] = { SG_EXPLAIN_RC_MAX, SG_EXPLAIN_RC_MEAN,
                                           SG_EXPLAIN_RC_NONE };
  sg_explain_opts *o = &job->explain;
  *o = sg_explain_opts_default();
  o->targets = job->target;
  o->n_targets = job->n_target;
  o->rc = strands[sg_opt_choice(opts, "rc")];
  o->correct_gradient = given(opts, "correct-gradient");
  if (sg_opt_known(opts, "seed")) o->seed = (uint64_t)sg_opt_int(opts, "seed");
  if (sg_opt_known(opts, "samples")) {
    o->samples = (int)sg_opt_int(opts, "samples");
    o->sigma = sg_opt_real(opts, "sigma");
  }
  if (sg_opt_known(opts, "steps")) {
    o->steps = (int)sg_opt_int(opts, "steps");
    o->quadrature = (sg_quadrature)sg_opt_choice(opts, "quadrature");
  }
  if (sg_opt_known(opts, "rule")) {
    o->rule = (sg_deeplift_rule)sg_opt_choice(opts, "rule");
    o->epsilon = sg_opt_real(opts, "epsilon");
    o->derivative_at_sequence = sg_opt_choice(opts, "derivative") == 1;
  }
}

/* ---- 3. Sequences ---- */

sg_status sg_attribute_reopen(void *user, sg_err *err)
{
  sg_attribute_job *job = user;
  return sg_windows_open(job->opts, &job->nets, &job->feeds, 0, job->run.checkpoint != NULL,
                         &job->run.source, &job->longest, err);
}

static sg_status open_feeds(sg_attribute_job *job, sg_err *err)
{
  int n;
  const char *const *specs = sg_opt_many(job->opts, "input", &n);
  return sg_feeds_open(&job->nets, specs, n, &job->feeds, err);
}

/* Only bases can be shuffled, or changed to others. */
static sg_status check_rows(const sg_attribute_job *job, sg_err *err)
{
  const char *why = NULL;
  for (int r = 0; r < SG_REFS_ROLES; r++)
    if (job->wanted[r] && job->refs[r].kind == SG_REFS_SHUFFLE)
      why = r == SG_REFS_BASELINE ? "--baseline shuffle needs one-hot rows; give another baseline"
                                  : "--references shuffle needs one-hot rows; give others: zero, "
                                    "quarter or a file";
  for (int m = 0; m < job->n_method; m++)
    if (job->method[m].uses & SG_EXPLAIN_EDITS) why = "ism changes bases: it needs one-hot rows";
  if (!why) return SG_OK;
  return sg_windows_check_codes(&job->feeds, job->nets.net[0].plan, job->run.source, why, err);
}

/* ---- 4. Targets ---- */

/* A profile is no number until it is reduced. */
static sg_status check_pick(const sg_attribute_job *job, const sg_pick *pick, sg_err *err)
{
  sg_io_info info;
  bool reduce = sg_opt_given(job->opts, "reduce");
  sg_status status = sg_plan_output_info(job->nets.net[0].plan, pick->output, &info);
  if (status) return sg_fail(err, status, "output %d", pick->output);
  if (reduce && pick->unit)
    return sg_fail(err, SG_EINVAL, "--reduce is about all units of an output: --target %s",
                   info.name);
  if (reduce && sg_opt_choice(job->opts, "reduce") == REDUCE_PROFILE && pick->axis <= 1)
    return sg_fail(err, SG_EINVAL, "--reduce profile: output %s is no profile; choose one by "
                   "--target", info.name);
  if (pick->axis > 1 && !pick->unit && !reduce)
    return sg_fail(err, SG_EINVAL, "output %s is a profile of %" PRId64 " numbers: explain it by "
                   "--reduce, one of them by --target %s:UNIT, or another output", info.name,
                   info.units, info.name);
  return SG_OK;
}

static void add_target(sg_attribute_job *job, const sg_pick *pick, sg_reduce reduce, int64_t unit)
{
  sg_io_info info;
  bool has = !sg_plan_output_info(job->nets.net[0].plan, pick->output, &info) && info.has_logit;
  job->target[job->n_target++] = (sg_explain_target){
    .output = pick->output, .logit = has && !sg_opt_given(job->opts, "probabilities"),
    .reduce = reduce, .unit = unit
  };
}

static void add_pick(sg_attribute_job *job, const sg_pick *pick)
{
  static const sg_reduce kinds[] = { SG_REDUCE_SUM, SG_REDUCE_MEAN, SG_REDUCE_PROFILE };
  if (sg_opt_given(job->opts, "reduce")) {
    add_target(job, pick, kinds[sg_opt_choice(job->opts, "reduce")], 0);
    return;
  }
  sg_reduce kind = sg_opt_given(job->opts, "center-classes") ? SG_REDUCE_CENTERED : SG_REDUCE_UNIT;
  for (int64_t u = 0; u < pick->n_unit; u++) add_target(job, pick, kind, pick->unit ? pick->unit[u]
                                                                                    : u);
}

/* "METHOD.TARGET"; what there is one of is left out. */
static char *join(const char *method, const char *target)
{
  size_t size = strlen(method) + strlen(target) + 2;
  char *text = malloc(size);
  if (text) snprintf(text, size, "%s%s%s", method, *method && *target ? "." : "", target);
  return text;
}

static sg_status name_all(sg_attribute_job *job, sg_err *err)
{
  bool reduce = sg_opt_given(job->opts, "reduce");
  size_t n = (size_t)(job->n_method * job->n_target) + 1;
  job->name = calloc(n, sizeof *job->name);
  job->told = calloc(n, sizeof *job->told);
  job->by = calloc(n, sizeof *job->by);
  if (!job->name || !job->told || !job->by) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int m = 0, at = 0; m < job->n_method; m++)
    for (int i = 0; i < job->picks.n; i++) {
      const sg_pick *p = &job->picks.pick[i];
      for (int64_t u = 0; u < (reduce ? 1 : p->n_unit); u++, at++) {
        const char *target = !reduce && p->columns ? p->columns[u] : p->name;
        bool one = job->n_target == 1 && job->n_method > 1;
        job->told[at] = target;
        job->by[at] = job->method[m].name;
        job->name[at] = join(job->n_method > 1 ? job->method[m].name : "", one ? "" : target);
        if (!job->name[at]) return sg_fail(err, SG_ENOMEM, "out of memory");
      }
    }
  return SG_OK;
}

static sg_status make_targets(sg_attribute_job *job, sg_err *err)
{
  enum { MOST = 4096 };
  int n;
  int64_t targets = 0;
  const char *const *texts = sg_opt_many(job->opts, "target", &n);
  sg_status status = sg_picks_make(&job->nets, texts, n, false, &job->picks, err);
  for (int i = 0; i < job->picks.n && !status; i++) {
    status = check_pick(job, &job->picks.pick[i], err);
    targets += sg_opt_given(job->opts, "reduce") ? 1 : job->picks.pick[i].n_unit;
  }
  if (status) return status;
  if (targets * job->n_method > MOST)
    return sg_fail(err, SG_EINVAL, "%" PRId64 " targets; choose at most %d by --target, or say "
                   "--reduce", targets, MOST / job->n_method);
  job->target = calloc((size_t)targets + 1, sizeof *job->target);
  if (!job->target) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < job->picks.n; i++) add_pick(job, &job->picks.pick[i]);
  return name_all(job, err);
}

static sg_status make_plans(sg_attribute_job *job, sg_err *err)
{
  sg_net *net = &job->nets.net[0];
  sg_status status = sg_net_make_backward(net, job->longest, &net->plan, err);
  if (!status) status = make_targets(job, err);
  if (status) return status;
  read_explain(job);
  for (int m = 0; m < job->n_method && !status; m++) {
    status = sg_explain_plan_new(net->plan, job->method[m].name, &job->explain, &job->plan[m], err);
    if (status) sg_fail_prefix(err, "%s: ", net->path);
  }
  return status;
}

/* ---- 5. References ---- */

/* An array [rows][n][C][L] or [rows][C][L]. */
static sg_status open_array(sg_attribute_job *job, const char *option, sg_refs *r, sg_err *err)
{
  const char *path = sg_opt_text(job->opts, option);
  int64_t total = sg_source_total(job->run.source), rows, C = job->nets.net[0].alphabet.n;
  sg_status status = sg_array_open(path, NULL, &r->array, err);
  if (status) return status;
  int nd = sg_array_nd(r->array);
  const int64_t *dims = sg_array_dims(r->array);
  rows = sg_array_rows(r->array);
  r->units = sg_array_units(r->array);
  if ((nd != 2 && nd != 3) || dims[nd - 2] != C || dims[nd - 1] != job->longest)
    return sg_fail(err, SG_ESHAPE, "--%s %s: needs the axes regions x [references x] %" PRId64
                   " bases x %" PRId64 " positions", option, path, C, job->longest);
  if (!job->nets.net[0].length && job->feeds.need_sequence)
    return sg_fail(err, SG_EINVAL, "--%s %s: arrays need windows of one length: give --length",
                   option, path);
  if (rows != 1 && total >= 0 && rows != total)
    return sg_fail(err, SG_ESHAPE, "--%s %s: %" PRId64 " rows for %" PRId64 " regions", option,
                   path, rows, total);
  r->n = nd == 3 ? (int)dims[0] : 1;
  if (r->n < 1) return sg_fail(err, SG_ESHAPE, "--%s %s: holds no references", option, path);
  if (rows != 1) return SG_OK;
  r->fixed = malloc((size_t)r->units * sizeof *r->fixed + 1);
  if (!r->fixed) return sg_fail(err, SG_ENOMEM, "out of memory");
  return sg_array_read(r->array, 0, 1, r->fixed, err);
}

/* --per-reference: all files have as many. */
static sg_status count_each(sg_attribute_job *job, sg_err *err)
{
  sg_table_format format;
  const char *path = sg_opt_text(job->opts, "output");
  if (!given(job->opts, "per-reference")) return SG_OK;
  if (sg_table_format_of(path, &format, NULL)
      || (format != SG_TABLE_NPZ && format != SG_TABLE_HDF5))
    return sg_fail(err, SG_EINVAL, "--per-reference: only arrays hold them: -o OUT.npz or .h5");
  if (sg_opt_given(job->opts, "resume"))
    return sg_fail(err, SG_EINVAL, "--per-reference is not kept by --resume: leave one of them "
                   "out");
  for (int m = 0; m < job->n_method; m++) {
    int role = sg_attribute_role(&job->method[m]);
    if (role < 0)
      return sg_fail(err, SG_EINVAL, "--per-reference: %s has no references; leave it out",
                     job->method[m].name);
    if (m && job->refs[role].n != job->each)
      return sg_fail(err, SG_EINVAL, "--per-reference: %s has %d references, %s %d: one method at "
                     "a time", job->method[0].name, job->each, job->method[m].name,
                     job->refs[role].n);
    job->each = job->refs[role].n;
  }
  return SG_OK;
}

static sg_status open_references(sg_attribute_job *job, sg_err *err)
{
  static const char *const options[] = { "baseline", "references" };
  static const char *const words[] = { "zero", "quarter", "shuffle" };
  sg_status status = SG_OK;
  const sg_opts *opts = job->opts;
  job->shuffle = sg_shuffle_opts_default();
  memcpy(job->shuffle.symbol, job->nets.net[0].alphabet.base, sizeof job->shuffle.symbol);
  if (sg_opt_known(opts, "seed")) job->shuffle.seed = (uint64_t)sg_opt_int(opts, "seed");
  if (sg_opt_known(opts, "shuffle"))
    job->shuffle.kind = (sg_shuffle_kind)sg_opt_choice(opts, "shuffle");
  for (int r = 0; r < SG_REFS_ROLES && !status; r++) {
    sg_refs *refs = &job->refs[r];
    refs->n = 1;
    if (!job->wanted[r]) continue;
    refs->kind = SG_REFS_FILE;
    for (int k = 0; k < 3; k++)
      if (!strcmp(sg_opt_text(opts, options[r]), words[k])) refs->kind = (sg_refs_kind)k;
    if (refs->kind == SG_REFS_SHUFFLE) refs->n = (int)sg_opt_int(opts, "number");
    if (refs->kind != SG_REFS_FILE) continue;
    status = sg_refs_is_fasta(sg_opt_text(opts, options[r]))
             ? sg_refs_open_fasta(job, options[r], refs, err)
             : open_array(job, options[r], refs, err);
  }
  return status ? status : count_each(job, err);
}

/* ---- 6. The run ---- */

/* Bytes of a window's results. */
static int64_t window_bytes(const sg_attribute_job *job)
{
  int64_t names = job->n_method * job->n_target, cells = (8 + 4 * job->each) * job->longest;
  return job->longest + 1 + (int64_t)sizeof(float) * names * cells;
}

static sg_status open_gallery(sg_attribute_job *job, const sg_facts *facts, sg_err *err)
{
  const char *methods[SG_METHODS_MOST];
  bool *logits = calloc((size_t)job->n_target + 1, sizeof *logits);
  if (!logits) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int m = 0; m < job->n_method; m++) methods[m] = job->method[m].name;
  for (int t = 0; t < job->n_target; t++) logits[t] = job->target[t].logit;
  sg_gallery_opts o = {
    .opts = job->opts, .model = sg_basename(job->nets.net[0].path), .methods = methods,
    .n_methods = job->n_method, .targets = job->told, .logits = logits,
    .n_targets = job->n_target, .facts = facts
  };
  sg_status status = sg_gallery_open(&o, &job->gallery, err);
  free(logits);
  return status;
}

static sg_status write_all(sg_attribute_job *job, const sg_facts *facts, sg_err *err)
{
  char *titles[] = { (char[]){ "residual" } };
  int64_t n = job->each, length = job->longest;
  sg_scores_extra extra[] = {
    { .name = "residual", .nd = 1, .dims = { 1 }, .units = 1, .window = true, .n_columns = 1,
      .columns = titles },
    { .name = "by_reference", .nd = 3, .dims = { n, 4, length }, .units = 4 * n * length }
  };
  sg_scores_opts s = {
    .opts = job->opts, .targets = (const char *const *)job->name, .explained = job->told,
    .method = job->by, .n_targets = job->n_method * job->n_target, .extra = extra,
    .n_extra = job->each ? 2 : job->complete,
    .facts = facts, .track_extra = -1, .length = job->longest
  };
  return sg_regionrun_write(&job->run, &s, err);
}

/* What the scores should sum to, and how far they are from it. */
static void report_sums(const sg_attribute_job *job)
{
  double warn = sg_opt_known(job->opts, "warn-delta") ? sg_opt_real(job->opts, "warn-delta") : 0;
  for (int m = 0; m < job->n_method; m++) {
    const sg_explain_method *method = &job->method[m];
    bool path = method->uses & SG_EXPLAIN_PATH;
    if (!(method->uses & SG_EXPLAIN_COMPLETE)) continue;
    if (job->off[m])
      sg_say(SG_LOG_WARN, "%s: the scores of %" PRId64 " windows and targets miss the difference "
             "of the predictions by more than %g of it (or of 1), at most by %.3g%s", method->name,
             job->off[m], sg_attribute_tolerance(method), job->worst[m],
             path ? "; more --steps bring them nearer" : "");
    else if (!path && job->worst[m] > warn)
      sg_say(SG_LOG_WARN, "%s: scores miss the difference of the predictions by %.3g of it (or of "
             "1) at most", method->name, job->worst[m]);
    else
      sg_say(SG_LOG_INFO, "%s: scores sum to the difference of the predictions within %.3g of it "
             "(or of 1)", method->name, job->worst[m]);
  }
}

static void report(const sg_attribute_job *job)
{
  sg_seqinput_report(job->run.source);
  if (job->not_numbers)
    sg_say(SG_LOG_WARN, "%" PRId64 " regions have scores that are no finite numbers",
           job->not_numbers);
  if (job->singles)
    sg_say(SG_LOG_WARN, "%" PRId64 " regions have only one possible shuffle, themselves: compared "
           "with it they have no scores", job->singles);
  if (job->unknown && (job->wanted[0] || job->wanted[1]))
    sg_say(SG_LOG_WARN, "%" PRId64 " regions are unknown bases for more than a tenth",
           job->unknown);
  report_sums(job);
  for (int m = 0; m < job->n_method; m++)
    if ((job->method[m].uses & SG_EXPLAIN_CORRECT) && !job->explain.correct_gradient)
      sg_say(SG_LOG_INFO, "%s: --correct-gradient takes out of the gradient what one-hot sequences "
             "cannot follow; it is recommended", job->method[m].name);
}

/* --strict: whether sums are so far off that the run counts as failed. */
static sg_status judge(const sg_attribute_job *job, sg_err *err)
{
  if (!given(job->opts, "strict")) return SG_OK;
  for (int m = 0; m < job->n_method; m++)
    if (job->off[m] && !(job->method[m].uses & SG_EXPLAIN_PATH))
      return sg_fail(err, SG_EINTERNAL, "--strict: %s misses its sums by %.3g; everything was "
                     "written", job->method[m].name, job->worst[m]);
  return SG_OK;
}

static sg_status attribute(sg_attribute_job *job, sg_err *err)
{
  sg_facts facts = { 0 };
  int n;
  const char *const *paths = sg_opt_many(job->opts, "model", &n);
  sg_status status = sg_scores_check(job->opts, err);
  if (!status) status = sg_nets_load(job->opts, paths, n, &job->nets, err);
  if (!status) status = open_feeds(job, err);
  if (!status) status = sg_attribute_reopen(job, err);
  if (!status) status = make_plans(job, err);
  if (!status) status = open_references(job, err);
  if (!status) status = check_rows(job, err);
  if (!status) status = sg_facts_make(job->opts, &job->nets, &facts, err);
  if (status) return status;
  sg_regionrun_share(&job->run, window_bytes(job));
  status = open_gallery(job, &facts, err);
  if (!status) status = write_all(job, &facts, err);
  if (!status && job->gallery) status = sg_gallery_write(job->gallery, err);
  if (!status) report(job);
  if (!status) status = judge(job, err);
  sg_facts_free(&facts);
  return status;
}

static void release(sg_attribute_job *job)
{
  for (int i = 0; job->name && i < job->n_method * job->n_target; i++) free(job->name[i]);
  for (int m = 0; m < job->n_method; m++) sg_explain_plan_free(job->plan[m]);
  for (int r = 0; r < SG_REFS_ROLES; r++) {
    sg_array_close(job->refs[r].array);
    free(job->refs[r].fixed);
    free(job->refs[r].codes);
  }
  free(job->name);
  free(job->told);
  free(job->by);
  free(job->target);
  sg_gallery_free(job->gallery);
  sg_regionrun_release(&job->run);
  sg_feeds_close(&job->feeds);
  sg_picks_free(&job->picks);
  sg_nets_free(&job->nets);
}

static int run_attribute(sg_opts *opts)
{
  sg_err err;
  sg_attribute_job job = { .opts = opts, .feeds = { .rows = -1 } };
  job.run = (sg_regionrun){ .opts = opts, .feeds = &job.feeds, .hooks = &sg_attribute_hooks,
                            .user = &job };
  if (!sg_opt_given(opts, "model")) {
    sg_fail(&err, SG_EINVAL, "no network: -m MODEL.h5 (.keras, .json, .onnx)");
    return sg_console_usage(&err);
  }
  if (check_options(&job, &err)) return sg_console_usage(&err);
  sg_status status = attribute(&job, &err);
  if (status) sg_regionrun_say(&job.run);
  release(&job);
  return sg_console_end(status, &err);
}

/* ---- 7. Commands ---- */

static const char *const method_usage[] = {
  "[options] -m MODEL -f GENOME.fa -b BED -o OUT.npz",
  "[options] -m MODEL -f GENOME.fa -R CHR:BEG-END",
  "[options] -m MODEL WINDOWS.fa",
  "[options] -m MODEL --input [NAME=]ONEHOT.npy",
  NULL
};
static const char *const usage[] = {
  "--method NAMES -m MODEL -f GENOME.fa -b BED -o OUT",
  "--method NAME [options] -m MODEL WINDOWS.fa",
  NULL
};

bool sg_cmd_of_method(int i, sg_cmd *ret_cmd)
{
  sg_explain_method m;
  if (!sg_explain_method_row(i, &m)) return false;
  *ret_cmd = (sg_cmd){ .name = m.name, .summary = m.summary, .usage = method_usage,
                       .about = m.about, .groups = groups_for(m.uses), .run = run_attribute };
  return true;
}

const sg_cmd sg_cmd_attribute = {
  .name = "attribute",
  .summary = "attribution by one or several methods",
  .usage = usage,
  .about = "Explains predictions by gradients, by integrated gradients, by differences from "
           "references (DeepLIFT) or by mutagenesis, and writes how much each base contributes: "
           "as arrays (.npz, .h5), a table (.tsv) or a track (.bedgraph, .bw). Each method is a "
           "command of its own as well.",
  .groups = whole_kit,
  .run = run_attribute
};
