/* cli/cmd_ism.c: in-silico mutagenesis of windows of a genome.
 *
 *   1. Options
 *   2. Sequences
 *   3. Targets: heads of the sessions and what is explained of them
 *   4. Edits and their arrays
 *   5. The run and what is said about it
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/groups.h"
#include "cli/ism.h"
#include "cli/mask.h"
#include "cli/seqinput.h"

/* ---- 1. Options ---- */

enum { REDUCE_SUM = 0, REDUCE_MEAN };

static const sg_opt_def target_defs[] = {
  { "target", 't', SG_OPT_TEXT, "OUTPUT[:UNIT]", NULL, 0, 0, SG_OPT_MANY,
    "outputs to explain, by name or number; may be repeated; several have a file each [all]" },
  { "logits", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "explain the value before the final sigmoid or softmax" },
  { "reduce", 0, SG_OPT_CHOICE, "sum|mean", NULL, 0, 0, 0,
    "explain the sum or the mean of all units of an output, such as a profile" },
  { "rc", 0, SG_OPT_CHOICE, "max|mean|none", "none", 0, 0, 0,
    "combine the predictions for both strands, and explain that" },
  { "input", 0, SG_OPT_INFILE, "[NAME=]FILE", NULL, 0, 0, SG_OPT_MANY,
    "array for an input of the network (.npy .npz .tsv), one row a region, axes as its framework "
    "has them: covariates beside sequences, or one-hot DNA in place of them" },
  { 0 }
};
static const sg_opt_def edit_defs[] = {
  { "center", 0, SG_OPT_CHOICE, "none|ref|mean", "mean", 0, 0, 0,
    "what is subtracted from the four values of a position: nothing, the value of the present "
    "base (0), their mean" },
  { "no-substitutions", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "only what the options below ask for" },
  { "deletions", 0, SG_OPT_INT, "K", NULL, 1, 1000, 0,
    "also delete 1 to K bases at each position" },
  { "insertions", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "also insert each of the four bases before each position" },
  { "insert", 0, SG_OPT_TEXT, "SEQ", NULL, 0, 0, SG_OPT_MANY,
    "also insert this sequence before each position; may be repeated" },
  { "pairs", 0, SG_OPT_INT, "W", NULL, 1, 1000, 0,
    "also substitute two bases that are at most W apart (.npz, .h5)" },
  { "mask-width", 0, SG_OPT_INT, "W", NULL, 1, 1e9, 0,
    "also hide tiles of W positions" },
  { "mask-step", 0, SG_OPT_INT, "S", NULL, 1, 1e9, 0,
    "from one tile to the next [the width]" },
  { "mask", 0, SG_OPT_INFILE, "quarter|zero|FILE", "quarter", 0, 0, 0,
    "hidden positions: 0.25 for each base, zeros, or four frequencies A C G T from a file" },
  { "verify", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "evaluate every edited sequence in full too and fail where the two differ" },
  { 0 }
};
static const sg_opt_group target_group = { "What is explained", target_defs };
static const sg_opt_group edit_group = { "Edits", edit_defs };
static const sg_opt_group *const groups[] = {
  &sg_group_model, &sg_group_sequence, &target_group, &edit_group, &sg_group_scores,
  &sg_group_output, &sg_group_resume, &sg_group_run, &sg_group_common, NULL
};
static const char *const usage[] = {
  "[options] -m MODEL -f GENOME.fa -b REGIONS.bed -o OUT.npz",
  "[options] -m MODEL -f GENOME.fa -R CHR:BEG-END",
  "[options] -m MODEL WINDOWS.fa",
  "[options] -m MODEL --input [NAME=]ONEHOT.npy",
  NULL
};

/* The greatest deviation that --verify passes (the promise of seqgloss/delta.h). */
static const double verify_tolerance = 2e-5;

static sg_status check_resume(const sg_opts *opts, sg_err *err)
{
  const char *path = sg_opt_text(opts, "output");
  if (!sg_opt_given(opts, "resume")) return SG_OK;
  if (sg_opt_given(opts, "verify"))
    return sg_fail(err, SG_EINVAL, "--verify compares what is computed in one go: leave --resume "
                   "out");
  return sg_resume_check(opts, &path, sg_opt_given(opts, "output"), err);
}

/* Combinations that say nothing. */
static sg_status check_options(const sg_opts *opts, sg_err *err)
{
  bool none = sg_opt_given(opts, "no-substitutions"), tiles = sg_opt_given(opts, "mask-width");
  bool other = sg_opt_given(opts, "deletions") || sg_opt_given(opts, "insertions")
               || sg_opt_given(opts, "insert") || sg_opt_given(opts, "pairs") || tiles;
  if (sg_opt_count(opts, "model") > 1)
    return sg_fail(err, SG_EINVAL, "one network at a time; %s is a second one",
                   sg_opt_text(opts, "model"));
  if (none && !other)
    return sg_fail(err, SG_EINVAL, "--no-substitutions leaves nothing: add --deletions, "
                   "--insertions, --insert, --pairs or --mask-width");
  if (sg_opt_given(opts, "mask-step") && !tiles)
    return sg_fail(err, SG_EINVAL, "--mask-step needs --mask-width");
  if (tiles && sg_opt_int(opts, "mask-step") > sg_opt_int(opts, "mask-width"))
    return sg_fail(err, SG_EINVAL, "--mask-step %" PRId64 " is greater than --mask-width %" PRId64
                   ": positions would be left out", sg_opt_int(opts, "mask-step"),
                   sg_opt_int(opts, "mask-width"));
  if (sg_opt_choice(opts, "center") != SG_CENTER_MEAN && !none
      && sg_scores_kind_of(opts) != SG_SCORES_HYPOTHETICAL)
    return sg_fail(err, SG_EINVAL, "--center %s: the score of every present base would be 0; use "
                   "--center mean, or --scores hypothetical", sg_opt_text(opts, "center"));
  return check_resume(opts, err);
}

/* What a format cannot hold. */
static sg_status check_format(const sg_opts *opts, sg_err *err)
{
  sg_table_format format;
  const char *path = sg_opt_text(opts, "output");
  bool none = sg_opt_given(opts, "no-substitutions");
  sg_status status = sg_scores_check(opts, err);
  if (status) return status;
  if (sg_track_is(path)) {
    if (none && !sg_opt_given(opts, "mask-width"))
      return sg_fail(err, SG_EINVAL, "%s: a track holds projected scores, or with "
                     "--no-substitutions those of --mask-width; write .npz, .h5 or .tsv", path);
    return SG_OK;
  }
  if (sg_opt_given(opts, "pairs") && !sg_table_format_of(path, &format, NULL)
      && format == SG_TABLE_TSV)
    return sg_fail(err, SG_EINVAL, "--pairs: text cannot hold them; write .npz or .h5");
  return SG_OK;
}

/* ---- 2. Sequences ---- */

sg_status sg_ism_reopen(void *user, sg_err *err)
{
  sg_ism_job *job = user;
  return sg_windows_open(job->opts, &job->nets, &job->feeds, sg_opt_int(job->opts, "deletions"),
                         job->run.checkpoint != NULL, &job->run.source, &job->longest, err);
}

static sg_status open_feeds(sg_ism_job *job, sg_err *err)
{
  int n;
  const char *const *specs = sg_opt_many(job->opts, "input", &n);
  return sg_feeds_open(&job->nets, specs, n, &job->feeds, err);
}

/* ---- 3. Targets ---- */

/* A profile is no number until it is reduced. */
static sg_status check_pick(const sg_ism_job *job, const sg_pick *pick, sg_err *err)
{
  sg_io_info info;
  sg_status status = sg_plan_output_info(job->nets.net[0].plan, pick->output, &info);
  if (status) return sg_fail(err, status, "output %d", pick->output);
  if (sg_opt_given(job->opts, "logits") && !info.has_logit)
    return sg_fail(err, SG_EINVAL, "--logits: output %s does not end in a sigmoid or softmax; "
                   "leave it out, or choose others by --target", info.name);
  if (pick->axis > 1 && !pick->unit && !sg_opt_given(job->opts, "reduce"))
    return sg_fail(err, SG_EINVAL, "output %s is a profile of %" PRId64 " numbers: explain its sum "
                   "or mean by --reduce, one of them by --target %s:UNIT, or another output",
                   info.name, info.units, info.name);
  return SG_OK;
}

/* One target: `n` units from `first` on. */
static void add_target(sg_ism_job *job, const char *name, int64_t first, int64_t n)
{
  int t = job->n_target++;
  job->target[t] = (sg_ism_target){ .first = first, .n = n,
                                    .mean = sg_opt_choice(job->opts, "reduce") == REDUCE_MEAN };
  job->name[t] = name;
}

static void add_pick(sg_ism_job *job, const sg_pick *pick, int64_t *first)
{
  bool reduce = sg_opt_given(job->opts, "reduce");
  if (reduce) add_target(job, pick->name, *first, pick->n_unit);
  for (int64_t u = 0; !reduce && u < pick->n_unit; u++)
    add_target(job, pick->columns ? pick->columns[u] : pick->name, *first + u, 1);
  *first += pick->n_unit;
}

/* Heads in the order of the picks: all units of an output, or one head a unit. */
static void add_heads(sg_ism_job *job, const sg_pick *pick)
{
  bool logit = sg_opt_given(job->opts, "logits");
  int n = pick->unit ? (int)pick->n_unit : 1;
  for (int u = 0; u < n; u++)
    job->head[job->delta.n_heads++] = (sg_head){ pick->output, logit, pick->unit ? pick->unit[u]
                                                                                 : -1 };
}

static sg_status make_targets(sg_ism_job *job, sg_err *err)
{
  enum { MOST = 4096 };
  int n;
  int64_t first = 0, heads = 0, targets = 0;
  const char *const *texts = sg_opt_many(job->opts, "target", &n);
  sg_status status = sg_picks_make(&job->nets, texts, n, false, &job->picks, err);
  for (int i = 0; i < job->picks.n && !status; i++) {
    const sg_pick *p = &job->picks.pick[i];
    status = check_pick(job, p, err);
    heads += p->unit ? p->n_unit : 1;
    targets += sg_opt_given(job->opts, "reduce") ? 1 : p->n_unit;
  }
  if (status) return status;
  if (targets > MOST)
    return sg_fail(err, SG_EINVAL, "%" PRId64 " targets; choose at most %d by --target, or say "
                   "--reduce", targets, MOST);
  job->head = calloc((size_t)heads + 1, sizeof *job->head);
  job->target = calloc((size_t)targets + 1, sizeof *job->target);
  job->name = calloc((size_t)targets + 1, sizeof *job->name);
  if (!job->head || !job->target || !job->name) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < job->picks.n; i++) {
    add_heads(job, &job->picks.pick[i]);
    add_pick(job, &job->picks.pick[i], &first);
  }
  return SG_OK;
}

static sg_status make_plan(sg_ism_job *job, sg_err *err)
{
  sg_net *net = &job->nets.net[0];
  job->delta = sg_delta_opts_default();
  sg_status status = sg_net_make_plan(net, job->longest, false, &net->plan, err);
  if (!status) status = make_targets(job, err);
  if (!status)
    status = sg_mask_read(sg_opt_text(job->opts, "mask"), &net->alphabet, job->mask, err);
  if (status) return status;
  job->delta.heads = job->head;
  job->delta.rc = (sg_rc)sg_opt_choice(job->opts, "rc");
  if (sg_opt_given(job->opts, "mask-width")) job->delta.mask = job->mask;   /* costs a look-up */
  job->delta.verify = sg_opt_given(job->opts, "verify");
  status = sg_delta_plan_new(net->plan, &job->delta, &job->plan, err);
  if (status) sg_fail_prefix(err, "%s: ", net->path);
  return status;
}

/* ---- 4. Edits ---- */

static sg_status make_inserts(sg_ism_job *job, sg_err *err)
{
  int n;
  const sg_alphabet *alphabet = &job->nets.net[0].alphabet;
  const char *const *texts = sg_opt_many(job->opts, "insert", &n);
  job->insert = calloc((size_t)n + 1, sizeof *job->insert);
  if (!job->insert) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < n; i++) {
    size_t length = strlen(texts[i]);
    uint8_t *codes = malloc(length + 1);
    if (!codes) return sg_fail(err, SG_ENOMEM, "out of memory");
    job->insert[i] = (sg_ism_insert){ texts[i], codes, (int64_t)length };
    job->ism.n_inserts = i + 1;
    int64_t bad = sg_encode(alphabet, texts[i], (int64_t)length, codes);
    if (!length || bad >= 0)
      return sg_fail(err, SG_EINVAL, "--insert %s: %s", texts[i],
                     length ? "has letters that are no bases" : "is empty");
  }
  job->ism.inserts = job->insert;
  return SG_OK;
}

/* Name of column c of an array that lies along the positions. */
static char *column_name(const sg_ism_array *a, int c)
{
  char text[64];
  if (a->nd == 1) return strdup(a->name);
  if (!strcmp(a->name, "insertions")) snprintf(text, sizeof text, "insertion_%c", "ACGT"[c % 4]);
  else snprintf(text, sizeof text, "deletion_%d", c + 1);
  return strdup(text);
}

/* Pairs and single tiles have no place in a line of text. */
static sg_status name_columns(const sg_ism_array *a, sg_scores_extra *e, sg_err *err)
{
  int n = a->nd == 2 ? (int)a->dims[0] : 1;
  if (a->nd > 2 || !strcmp(a->name, "occlusion")) return SG_OK;
  e->columns = calloc((size_t)n + 1, sizeof *e->columns);
  if (!e->columns) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (; e->n_columns < n; e->n_columns++) {
    e->columns[e->n_columns] = column_name(a, e->n_columns);
    if (!e->columns[e->n_columns]) return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  return SG_OK;
}

/* What the arrays of a window are, from a prototype that is made for the longest one. */
static sg_status list_arrays(sg_ism_job *job, const sg_ism *ism, sg_err *err)
{
  sg_ism_array a;
  sg_status status = SG_OK;
  int n = 0;
  while (sg_ism_array_info(ism, n, &a)) n++;
  job->array = calloc((size_t)n + 1, sizeof *job->array);
  job->extra = calloc((size_t)n + 1, sizeof *job->extra);
  if (!job->array || !job->extra) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < n && !status; i++) {
    sg_ism_array_info(ism, i, &a);
    job->array[job->n_array] = a;
    job->array[job->n_array++].name = NULL;    /* it is the prototype's */
    if (!strcmp(a.name, "substitutions")) continue;
    sg_scores_extra *e = &job->extra[job->n_extra++];
    *e = (sg_scores_extra){ .nd = a.nd, .units = a.units, .name = strdup(a.name) };
    memcpy(e->dims, a.dims, sizeof e->dims);
    status = e->name ? name_columns(&a, e, err) : sg_fail(err, SG_ENOMEM, "out of memory");
  }
  return status;
}

static sg_status make_edits(sg_ism_job *job, sg_err *err)
{
  const sg_opts *opts = job->opts;
  const sg_alphabet *alphabet = &job->nets.net[0].alphabet;
  sg_ism *ism = NULL;
  job->ism = sg_ism_opts_default();
  memcpy(job->ism.base, alphabet->base, sizeof job->ism.base);
  job->ism.unknown = alphabet->unknown;
  job->ism.targets = job->target;
  job->ism.n_targets = job->n_target;
  job->ism.center = (sg_center)sg_opt_choice(opts, "center");
  job->ism.no_substitutions = sg_opt_given(opts, "no-substitutions");
  job->ism.deletions = sg_opt_int(opts, "deletions");
  job->ism.insertions = sg_opt_given(opts, "insertions");
  job->ism.pairs = sg_opt_int(opts, "pairs");
  job->ism.mask_width = sg_opt_int(opts, "mask-width");
  job->ism.mask_step = sg_opt_int(opts, "mask-step");
  sg_status status = make_inserts(job, err);
  if (!status)
    status = sg_ism_new(&job->ism, job->longest, sg_delta_units(job->plan), &ism, err);
  if (!status) status = list_arrays(job, ism, err);
  sg_ism_free(ism);
  return status;
}

/* Bytes of a window's results. */
static int64_t window_bytes(const sg_ism_job *job)
{
  int64_t bytes = job->longest + 1;
  for (int a = 0; a < job->n_array; a++)
    bytes += (int64_t)sizeof(float) * job->n_target * job->array[a].units;
  return bytes;
}

/* ---- 5. The run ---- */

sg_status sg_ism_check(void *user, sg_err *err)
{
  const sg_ism_job *job = user;
  if (!job->delta.verify || job->counts.worst <= verify_tolerance) return SG_OK;
  return sg_fail(err, SG_EINTERNAL, "--verify: edits and full evaluation differ by %.3g "
                 "(allowed %.3g); nothing was written", job->counts.worst, verify_tolerance);
}

static int find_extra(const sg_ism_job *job, const char *name)
{
  for (int i = 0; i < job->n_extra; i++) if (!strcmp(job->extra[i].name, name)) return i;
  return -1;
}

static sg_status write_all(sg_ism_job *job, const sg_facts *facts, sg_err *err)
{
  bool none = job->ism.no_substitutions;
  sg_scores_opts s = {
    .opts = job->opts, .targets = job->name, .n_targets = job->n_target, .none = none,
    .extra = job->extra, .n_extra = job->n_extra, .facts = facts,
    .track_extra = none ? find_extra(job, "occlusion_base") : -1,
    .length = job->longest
  };
  return sg_regionrun_write(&job->run, &s, err);
}

/* -v: what the edits cost, and which layers had to be computed whole. */
static void report(const sg_ism_job *job)
{
  const sg_delta_counts *c = &job->counts;
  sg_delta_layer layer;
  sg_seqinput_report(job->run.source);
  if (job->not_numbers)
    sg_say(SG_LOG_WARN, "%" PRId64 " regions have scores that are no finite numbers",
           job->not_numbers);
  if (job->delta.verify)
    sg_note("--verify: %" PRId64 " edits; they differ from full evaluation by %.3g at "
           "most", c->edits, c->worst);
  sg_say(SG_LOG_INFO, "%" PRId64 " edits of %" PRId64 " windows; %.4g multiply-adds, %.4g by full "
         "evaluation", c->edits, c->bases, c->madds, c->full_madds);
  for (int i = 0; sg_delta_plan_layer(job->plan, i, &layer); i++)
    if (layer.mode == SG_DELTA_FALLBACK)
      sg_say(SG_LOG_INFO, "layer %s (%s) is computed whole for every edit", layer.name, layer.op);
}

static sg_status ism(sg_ism_job *job, sg_err *err)
{
  sg_facts facts = { 0 };
  int n;
  const char *const *paths = sg_opt_many(job->opts, "model", &n);
  sg_status status = check_format(job->opts, err);
  if (!status) status = sg_nets_load(job->opts, paths, n, &job->nets, err);
  if (!status) status = open_feeds(job, err);
  if (!status) status = sg_ism_reopen(job, err);
  if (!status) status = make_plan(job, err);
  if (!status)
    status = sg_windows_check_codes(&job->feeds, job->nets.net[0].plan, job->run.source,
                                    "ism changes bases: it needs one-hot rows", err);
  if (!status) status = make_edits(job, err);
  if (!status) status = sg_facts_make(job->opts, &job->nets, &facts, err);
  if (status) return status;
  sg_regionrun_share(&job->run, window_bytes(job));
  status = write_all(job, &facts, err);
  if (!status) report(job);
  sg_facts_free(&facts);
  return status;
}

static void release(sg_ism_job *job)
{
  for (int i = 0; i < job->n_extra; i++) {
    for (int c = 0; c < job->extra[i].n_columns; c++) free(job->extra[i].columns[c]);
    free(job->extra[i].columns);
    free((char *)job->extra[i].name);
  }
  for (int i = 0; i < job->ism.n_inserts; i++) free((uint8_t *)job->insert[i].codes);
  free(job->extra);
  free(job->array);
  free(job->insert);
  free(job->target);
  free(job->name);
  free(job->head);
  sg_delta_plan_free(job->plan);
  sg_regionrun_release(&job->run);
  sg_feeds_close(&job->feeds);
  sg_picks_free(&job->picks);
  sg_nets_free(&job->nets);
}

static int run_ism(sg_opts *opts)
{
  sg_err err;
  sg_ism_job job = { .opts = opts, .feeds = { .rows = -1 } };
  job.run = (sg_regionrun){ .opts = opts, .feeds = &job.feeds, .hooks = &sg_ism_hooks,
                            .user = &job };
  if (!sg_opt_given(opts, "model")) {
    sg_fail(&err, SG_EINVAL, "no network: -m MODEL.h5 (.keras, .json, .onnx)");
    return sg_console_usage(&err);
  }
  if (check_options(opts, &err)) return sg_console_usage(&err);
  sg_status status = ism(&job, &err);
  if (status) sg_regionrun_say(&job.run);
  release(&job);
  return sg_console_end(status, &err);
}

const sg_cmd sg_cmd_ism = {
  .name = "ism",
  .summary = "in-silico mutagenesis: the effect of changing every base",
  .usage = usage,
  .about = "Changes every base of every window to each of the others and writes how the "
           "network's prediction changes: as arrays (.npz, .h5), a table (.tsv) or a track "
           "(.bedgraph, .bw). Deletions, insertions, pairs of substitutions and hidden tiles "
           "on request.",
  .groups = groups,
  .run = run_ism
};
