/* cli/cmd_compare.c: whose motif is it: motifs, subsets and strings against a database.
 *
 *   1. Options
 *   2. The run
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/compare_job.h"
#include "cli/groups.h"
#include "cli/motifdb.h"
#include "cli/motifpick.h"

/* ---- 1. Options ---- */

static const sg_opt_def compare_defs[] = {
  { "motifs", 'd', SG_OPT_INFILE, SG_MOTIFDB_ARG, "vertebrates", 0, 0, SG_OPT_MANY,
    "the database: a motif file, or a shipped set of JASPAR 2026; may be repeated" },
  { "dist", 0, SG_OPT_CHOICE, "ed|pearson|sandelin|kullback|allr", "ed", 0, 0, 0,
    "how columns are compared: Euclidean distance, correlation, squared distance, relative "
    "entropy, average log-likelihood ratio" },
  { "no-complete", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "columns that hang over say nothing, instead of counting as a median" },
  { "min-overlap", 0, SG_OPT_INT, NULL, NULL, 1, 1000, 0,
    "columns that must lie upon each other, or all of the shorter motif [1]" },
  { "norc", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "leave the reverse complements of the database out" },
  { "pseudocount", 0, SG_OPT_REAL, NULL, "0.1", 0, 1000000, 0,
    "sites added to each column, spread as the background" },
  { "bg", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, 0,
    "file of the background's four frequencies of A, C, G, T [that of the queries' file, else 0.25 "
    "each]" },
  { "modisco", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "compare as reports of TF-MoDISco do: --dist pearson --min-overlap 5 --evalue 10" },
  { 0 }
};
static const sg_opt_def keep_defs[] = {
  { "evalue", 0, SG_OPT_REAL, NULL, NULL, 0, 1e9, 0,
    "report matches with an E-value of at most this [10, where no other limit is given]" },
  { "pvalue", 0, SG_OPT_REAL, NULL, NULL, 0, 1, 0, "the same of the p-value" },
  { "qvalue", 0, SG_OPT_REAL, NULL, NULL, 0, 1, 0, "the same of the q-value" },
  { "nearest", 0, SG_OPT_INT, "N", NULL, 1, 1e9, 0, "report the N best of each query at most" },
  { "pi0", 0, SG_OPT_CHOICE, "storey|1|tomtom", "storey", 0, 0, 0,
    "fraction of true nulls in q-values: estimated, 1 as Benjamini and Hochberg have it, or "
    "estimated by the very draws of tomtom (which depend on the number of the query)" },
  { 0 }
};
static const sg_opt_def output_defs[] = {
  { "output", 'o', SG_OPT_OUTFILE, NULL, NULL, 0, 0, SG_OPT_MANY | SG_OPT_NEUTRAL,
    "output file: .tsv (the table of tomtom, and more columns; - too) or .txt (families and "
    "alignments), also with .gz; may be repeated [text on standard output]" },
  { "text", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "families and alignments on standard output beside -o FILE" },
  { "draw", 0, SG_OPT_INT, "N", "3", 0, 1000, 0,
    "families whose best motif is drawn, in the text and by --svg" },
  { "svg", 0, SG_OPT_TEXT, "DIR", NULL, 0, 0, SG_OPT_NEUTRAL,
    "folder for logos of query and target as they are aligned; made where it is not there" },
  { "no-provenance", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "write neither ## lines nor a .provenance.json" },
  { 0 }
};
static const sg_opt_def run_defs[] = {
  { "threads", '@', SG_OPT_INT, NULL, "1", 1, 1024, SG_OPT_NEUTRAL,
    "threads in total; the result does not depend on it" },
  { "progress", 0, SG_OPT_CHOICE, "auto|always|never", "auto", 0, 0, SG_OPT_NEUTRAL,
    "progress on stderr; auto: on a terminal" },
  { 0 }
};
static const sg_opt_group compare_group = { "Comparison", compare_defs };
static const sg_opt_group keep_group = { "What is reported", keep_defs };
static const sg_opt_group output_group = { "Output", output_defs };
static const sg_opt_group run_group = { "Running", run_defs };
static const sg_opt_group *const groups[] = {
  &compare_group, &keep_group, &output_group, &run_group, &sg_group_common, NULL
};
static const char *const usage[] = {
  "[options] MOTIFS|SUBSETS.tsv|STRING ... [-d DATABASE]",
  NULL
};

static double limit(const sg_opts *opts, const char *name)
{
  return sg_opt_given(opts, name) ? sg_opt_real(opts, name) : INFINITY;
}

static void take_options(sg_compare_job *job)
{
  const sg_opts *opts = job->opts;
  sg_compare_opts *c = &job->compare;
  bool modisco = sg_opt_given(opts, "modisco");
  *c = sg_compare_opts_default();
  c->dist = modisco && !sg_opt_given(opts, "dist") ? SG_DIST_PEARSON
                                                   : (sg_dist)sg_opt_choice(opts, "dist");
  c->complete = !sg_opt_given(opts, "no-complete");
  c->rc = !sg_opt_given(opts, "norc");
  c->min_overlap = modisco ? 5 : 1;
  if (sg_opt_given(opts, "min-overlap")) c->min_overlap = (int)sg_opt_int(opts, "min-overlap");
  c->pseudo = sg_opt_real(opts, "pseudocount");
  c->pi0 = (sg_pi0_how)sg_opt_choice(opts, "pi0");
  if (sg_opt_given(opts, "nearest")) c->nearest = (int)sg_opt_int(opts, "nearest");
  job->max_p = limit(opts, "pvalue");
  job->max_e = limit(opts, "evalue");
  job->max_q = limit(opts, "qvalue");
  bool limited = sg_opt_given(opts, "pvalue") || sg_opt_given(opts, "evalue") ||
                 sg_opt_given(opts, "qvalue") || (c->nearest && !modisco);
  if (!limited) job->max_e = 10;
  job->draw = (int)sg_opt_int(opts, "draw");
  job->svg = sg_opt_text(opts, "svg");
}

/* ---- 2. The run ---- */

static sg_status read_database(sg_compare_job *job, sg_err *err)
{
  static const char *const preset[] = { "vertebrates" };
  sg_err why = { SG_OK, "" };
  int n;
  const char *const *names = sg_opt_many(job->opts, "motifs", &n);
  sg_status status = sg_motifpick_gather(n ? names : preset, n ? n : 1, &job->db, err);
  if (status) return status;
  if (sg_motifdb_notes(&job->notes, &why))
    sg_say(SG_LOG_WARN, "families are not shown: %s", why.text);
  memcpy(job->compare.bg, job->bg, sizeof job->bg);
  return sg_targets_new(job->db, &job->compare, &job->targets, err);
}

static int by_id(const void *a, const void *b)
{
  return strcmp((*(const sg_motif *const *)a)->id, (*(const sg_motif *const *)b)->id);
}

/* Equal ids, wherever they stand, make rows that cannot be told apart. */
static sg_status warn_of_equal(const sg_motifs *queries, sg_err *err)
{
  size_t n = (size_t)queries->n;
  const sg_motif **sorted = malloc((n + 1) * sizeof *sorted);
  if (!sorted) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (size_t i = 0; i < n; i++) sorted[i] = &queries->motif[i];
  qsort(sorted, n, sizeof *sorted, by_id);
  for (size_t i = 1; i < n; i++) {
    if (strcmp(sorted[i]->id, sorted[i - 1]->id)) continue;
    sg_say(SG_LOG_WARN, "two queries are called %s", sorted[i]->id);
    break;
  }
  free(sorted);
  return SG_OK;
}

/* Few targets make a poor null distribution. */
static sg_status warn(const sg_compare_job *job, sg_err *err)
{
  if (job->db->n < 50)
    sg_say(SG_LOG_WARN, "%d motifs are a small database: p-values are taken from its columns, and "
           "depend on which they are", job->db->n);
  return warn_of_equal(job->queries, err);
}

static sg_status compare(sg_compare_job *job, sg_err *err)
{
  sg_facts facts = { 0 };
  take_options(job);
  sg_status status = sg_compare_files_check(job, err);
  if (!status) status = sg_compare_queries(job, err);
  if (!status) status = read_database(job, err);
  if (!status) status = sg_facts_make(job->opts, NULL, &facts, err);
  if (!status) status = sg_compare_files_open(job, &facts, err);
  if (!status) status = warn(job, err);
  if (!status) {
    sg_meter_start(&job->meter, job->opts, job->queries->n, "queries");
    status = sg_compare_run(job, err);
    sg_meter_end(&job->meter);
  }
  if (!status) status = sg_compare_files_close(job, &facts, err);
  if (!status && job->low)
    sg_say(SG_LOG_WARN, "%d of %d queries have less than %g bits: what they match may be chance",
           job->low, job->queries->n, SG_COMPARE_LOW_BITS);
  if (!status)
    sg_say(SG_LOG_INFO, "%d of %d queries match one of %d motifs", job->found, job->queries->n,
           job->db->n);
  sg_facts_free(&facts);
  return status;
}

static void release(sg_compare_job *job)
{
  sg_compare_files_free(job);
  sg_targets_free(job->targets);
  sg_motif_notes_free(job->notes);
  sg_motifs_free(job->queries);
  sg_motifs_free(job->db);
  free(job->written);
}

static int run_compare(sg_opts *opts)
{
  sg_err err;
  sg_compare_job job = { .opts = opts };
  if (!opts->n_operand) {
    sg_fail(&err, SG_EINVAL, "no query: name motif files, tables of subsets, or strings: seqgloss "
            "compare TGCTGANTCAGCA");
    return sg_console_usage(&err);
  }
  sg_status status = compare(&job, &err);
  release(&job);
  return sg_console_end(status, &err);
}

const sg_cmd sg_cmd_compare = {
  .name = "compare",
  .summary = "whose motif is it: compare motifs, subsets and strings with JASPAR",
  .usage = usage,
  .about = "Compares each query with every motif of a database on both strands and at all offsets, "
           "as Tomtom does (Gupta, Stamatoyannopoulos, Bailey, Noble 2007; complete scores: Tanaka "
           "and others 2011), with exact p-values. A query is a motif of a file (MEME, JASPAR, "
           "TRANSFAC, HOMER), a distinct subset of a table of seqgloss sis, or a string of IUPAC "
           "letters in which N or - stands for any base.",
  .groups = groups,
  .run = run_compare
};
