/* cli/cmd_cluster.c: subsets to clusters and motifs. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cluster_job.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/groups.h"

static const sg_opt_def cluster_defs[] = {
  { "genome", 'f', SG_OPT_INFILE, NULL, NULL, 0, 0, 0,
    "genome FASTA, plain or compressed, or the FASTA of the windows that were explained: nested "
    "motifs are told apart by its bases at the sites [kept bases alone decide]" },
  { "fai", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, 0,
    "index of the genome, when it does not stand beside it" },
  { "target", 't', SG_OPT_TEXT, "NAME", NULL, 0, 0, 0,
    "output whose subsets are clustered, when the table has several" },
  { "lambda", 0, SG_OPT_REAL, "X", "0.65", 0.01, 100, 0,
    "weight of what a column of a cluster costs: more gives fewer clusters" },
  { "gap", 0, SG_OPT_INT, "N", "12", 0, 1000, 0,
    "cut a subset where more than N bases in a row are hidden" },
  { "min-bases", 0, SG_OPT_INT, "N", "4", 4, 1000, 0, "leave pieces of fewer bases out" },
  { "min-members", 0, SG_OPT_INT, "N", "8", 2, 1e9, 0, "fewest pieces of a cluster" },
  { "method", 0, SG_OPT_CHOICE, "mixture|published", "mixture", 0, 0, 0,
    "the mixture, or Levenshtein distance and DBSCAN as published: blind to strands, quadratic" },
  { "eps", 0, SG_OPT_INT, "N", "2", 0, 1000, 0, "published: distance of neighbours" },
  { "min-samples", 0, SG_OPT_INT, "N", "46", 1, 1e9, 0,
    "published: neighbours of a core subset, itself counted" },
  { "predictions", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, 0,
    "table of seqgloss predict: regions that reach tau without a member of a cluster go to "
    "regions.unexplained.bed [the regions of the subsets]" },
  { "top", 0, SG_OPT_INT, "N", "12", 0, 1000, 0,
    "regions of regions.top.bed: those with a subset and the highest output, for seqgloss ism" },
  { 0 }
};
static const sg_opt_group cluster_group = { "Clusters", cluster_defs };

static const sg_opt_def output_defs[] = {
  { "output", 'o', SG_OPT_OUTFILE, "DIR", NULL, 0, 0, SG_OPT_NEUTRAL,
    "folder for members, motifs, sites and the regions left over [the summary only]" },
  { "no-provenance", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "write neither ## lines nor provenance.json" },
  { 0 }
};
static const sg_opt_group output_group = { "Output", output_defs };
static const sg_opt_group *const groups[] = { &cluster_group, &output_group, &sg_group_common,
                                              NULL };
static const char *const usage[] = { "[-f GENOME.fa] [-o DIR] SIS.tsv", "STRINGS.txt", NULL };

/* ---- Input ---- */

/* Leaves the subsets of one target in the job. */
static sg_status choose_target(sg_cluster_job *job, const char *path, sg_err *err)
{
  sg_subsets *s = job->subsets;
  const char *want = sg_opt_text(job->opts, "target");
  int64_t n = 0;
  for (int64_t i = 0; i < s->n && !want; i++)
    if (strcmp(s->row[i].target, s->row[0].target))
      return sg_fail(err, SG_EINVAL, "%s: subsets of several targets (%s, %s): choose one by "
                     "--target", path, s->row[0].target, s->row[i].target);
  if (!want) return SG_OK;
  for (int64_t i = 0; i < s->n; i++)
    if (!strcmp(s->row[i].target, want)) s->row[n++] = s->row[i];
  if (!n && s->n)
    return sg_fail(err, SG_ENOTFOUND, "%s: no subset of target %s; there is %s", path, want,
                   s->row[0].target[0] ? s->row[0].target : "no target at all");
  s->n = n;
  return SG_OK;
}

static sg_cluster_opts take_options(sg_cluster_job *job)
{
  sg_cluster_opts o = sg_cluster_opts_default();
  o.method = (sg_cluster_method)sg_opt_choice(job->opts, "method");
  o.lambda = sg_opt_real(job->opts, "lambda");
  o.gap = (int)sg_opt_int(job->opts, "gap");
  o.least_bases = (int)sg_opt_int(job->opts, "min-bases");
  o.least = (double)sg_opt_int(job->opts, "min-members");
  o.eps = (int)sg_opt_int(job->opts, "eps");
  o.min_samples = (int)sg_opt_int(job->opts, "min-samples");
  if (sg_opt_text(job->opts, "genome"))
    o.fetch = job->n_window ? sg_cluster_windows_fetch : sg_cluster_genome_fetch;
  o.user = job;
  return o;
}

/* ---- The run ---- */

static void report(const sg_cluster_job *job)
{
  const sg_clusters *c = job->clusters;
  sg_say(SG_LOG_INFO, "%" PRId64 " pieces of %" PRId64 " subsets: %d clusters, %" PRId64 " noise; "
         "%" PRId64 " subsets cut, %" PRId64 " pieces too short, %" PRId64 " too long", c->n_member,
         job->subsets->n, c->n, c->noise, c->cut, c->short_ones, c->long_ones);
  if (!c->genome)
    sg_say(SG_LOG_WARN, "without %s kept bases alone decide: motifs that contain each other may be "
           "one cluster, or one motif several", job->subsets->has_regions && !sg_cluster_placed(job)
           ? "the FASTA of the windows (-f)" : "a genome (-f)");
  if (c->n_member && 2 * c->noise > c->n_member)
    sg_say(SG_LOG_WARN, "%" PRId64 " of %" PRId64 " pieces are noise: are the subsets sufficient "
           "for what they hold (seqgloss sis --transplant)?", c->noise, c->n_member);
}

/* What the outputs themselves should say: by which letters clusters were decided. */
static sg_status note_genome(sg_cluster_job *job, sg_err *err)
{
  sg_facts *f = &job->facts;
  sg_fact *more = realloc(f->fact, ((size_t)f->n + 1) * sizeof *more);
  if (!more) return sg_fail(err, SG_ENOMEM, "out of memory");
  f->fact = more;
  more[f->n].key = strdup("decided_by");
  more[f->n].value = strdup(job->clusters->genome ? "kept and genomic bases" : "kept bases alone");
  f->n++;
  return more[f->n - 1].key && more[f->n - 1].value ? SG_OK
                                                    : sg_fail(err, SG_ENOMEM, "out of memory");
}

static sg_status cluster(sg_cluster_job *job, sg_err *err)
{
  const char *path = job->opts->operand[0];
  sg_status status = sg_cluster_files_check(job, err);
  if (!status) status = sg_subsets_read(path, &job->subsets, err);
  if (!status) status = choose_target(job, path, err);
  if (!status) status = sg_cluster_windows_place(job, err);
  if (!status) status = sg_cluster_rest_read(job, err);
  if (!status) status = sg_facts_make(job->opts, NULL, &job->facts, err);
  sg_cluster_opts o = take_options(job);
  sg_signals_abrupt(true);
  if (!status) status = sg_cluster_run(job->subsets, &o, &job->clusters, err);
  sg_signals_abrupt(false);
  if (!status) status = note_genome(job, err);
  if (!status) status = sg_cluster_files_write(job, err);
  if (!status) report(job);
  return status;
}

static int run_cluster(sg_opts *opts)
{
  sg_err err;
  sg_cluster_job job = { .opts = opts, .dir = sg_opt_text(opts, "output") };
  if (opts->n_operand != 1) {
    sg_fail(&err, SG_EINVAL, "one table of subsets: seqgloss cluster SIS.tsv (- is standard "
            "input)");
    return sg_console_usage(&err);
  }
  sg_status status = cluster(&job, &err);
  sg_facts_free(&job.facts);
  sg_cluster_rest_free(&job);
  sg_cluster_windows_free(&job);
  sg_clusters_free(job.clusters);
  sg_subsets_free(job.subsets);
  return sg_console_end(status, &err);
}

const sg_cmd sg_cmd_cluster = {
  .name = "cluster",
  .summary = "cluster subsets to motifs, with members, sites and matrices",
  .usage = usage,
  .about = "Subsets that hold the same pattern, on either strand, become one cluster with one "
           "alignment: a mixture of columns over A, C, G, T and hidden. With the genome, its bases "
           "at the sites, hidden ones included, decide which motifs there are (a full site whose "
           "half was not needed is no half site). Each cluster has two matrices, of kept bases and "
           "of the genome's. Prints a table of the clusters; -o writes everything else.",
  .groups = groups,
  .run = run_cluster
};
