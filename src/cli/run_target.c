/* cli/run_target.c: the steps of one target: predict, sis, cluster, compare, ism, report.
 *
 * Each is composed as a command line and run as such, so that a run does nothing that the commands
 * do not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/report.h"
#include "cli/run.h"

/* The name of a step in the run: "TARGET.sis", "sis". */
static void label(char text[256], const char *before, const char *step)
{
  snprintf(text, 256, "%.200s%s%s", before, *before ? "." : "", step);
}

static void add_regions(const sg_run *run, sg_args *args)
{
  sg_args_pass(args, run->opts, sg_run_regions);
  for (int i = 0; i < run->opts->n_operand; i++) sg_args_file(args, run->opts->operand[i]);
}

static int step(sg_run *run, const char *before, sg_args *args, const char *dir,
                const char *const *outputs, int n)
{
  char name[256];
  label(name, before, args->n ? args->at[0] : "");
  int code = sg_steps_run(&run->steps, name, args, dir, outputs, n);
  sg_args_release(args);
  return code;
}

/* ---- predict, sis ---- */

static int predict(sg_run *run, const sg_run_target *t)
{
  static const char *const outputs[] = { "predictions.tsv" };
  sg_args args = { 0 };
  sg_args_add(&args, "predict");
  sg_args_pass(&args, run->opts, sg_run_network);
  if (t->spec) sg_args_pair(&args, "target", t->spec);
  add_regions(run, &args);
  sg_args_pass(&args, run->opts, sg_run_speed);
  sg_args_add(&args, "-o");
  sg_args_path(&args, t->dir, outputs[0]);
  return step(run, t->name, &args, t->dir, outputs, 1);
}

static void add_threshold(const sg_run *run, const sg_run_target *t, sg_args *args)
{
  static const char *const kinds[] = { "threshold", "threshold-null", "threshold-quantile", NULL };
  bool number = sg_opt_given(run->opts, "threshold");
  bool null = sg_opt_given(run->opts, "threshold-null");
  sg_args_pass(args, run->opts, kinds);
  if (number || null) return;
  if (!sg_opt_given(run->opts, "threshold-quantile"))
    sg_args_pair(args, "threshold-quantile", "0.9");
  sg_args_add(args, "--predictions");
  sg_args_path(args, t->dir, "predictions.tsv");
}

void sg_run_begin_anew(const sg_run *run, const char *dir, const char *const *outputs, int n)
{
  static const char *const ends[] = { ".partial.state", ".partial" };
  if (sg_opt_given(run->opts, "resume")) return;
  for (int i = 0; i < n; i++)
    for (int k = 0; k < 2; k++) {
      char path[4096];
      if (snprintf(path, sizeof path, "%s/%s%s", dir, outputs[i], ends[k]) < (int)sizeof path)
        remove(path);
    }
}

static int subsets(sg_run *run, const sg_run_target *t)
{
  static const char *const outputs[] = { "sis.tsv", "sis.bed" };
  static const char *const passed[] = { "mask", "max-subsets", "transplant", "seed", NULL };
  sg_args args = { 0 };
  sg_args_add(&args, "sis");
  sg_args_pass(&args, run->opts, sg_run_network);
  if (t->spec) sg_args_pair(&args, "target", t->spec);
  add_regions(run, &args);
  add_threshold(run, t, &args);
  sg_args_pass(&args, run->opts, passed);
  sg_args_pass(&args, run->opts, sg_run_speed);
  sg_args_add(&args, "--resume");
  for (int i = 0; i < 2; i++) {
    sg_args_add(&args, "-o");
    sg_args_path(&args, t->dir, outputs[i]);
  }
  sg_run_begin_anew(run, t->dir, outputs, 2);
  return step(run, t->name, &args, t->dir, outputs, 2);
}

/* ---- cluster, compare ---- */

/* Whether a file has a line that begins so; NULL: a row. */
static bool has_line(const char *dir, const char *file, const char *begin)
{
  char path[4096], *line;
  sg_lines *in = NULL;
  bool found = false;
  if (snprintf(path, sizeof path, "%s/%s", dir, file) >= (int)sizeof path) return false;
  if (sg_lines_open(path, &in, NULL)) return false;
  while (!found && !sg_lines_next(in, &line, NULL, NULL) && line)
    found = begin ? !strncmp(line, begin, strlen(begin)) : *line && *line != '#';
  sg_lines_close(in);
  return found;
}

/* `genome`: has the bases of the sites, be it one or the FASTA of the windows; NULL: none is
 * known. */
static int cluster(sg_run *run, const char *before, const char *dir, const char *genome)
{
  static const char *const outputs[] = {
    "clusters.tsv", "summary.tsv", "pairs.tsv", "motifs.meme", "motifs.jaspar", "instances.bed",
    "regions.unexplained.bed", "regions.top.bed", "motifs.genomic.meme", "regions.top.fa"
  };
  static const char *const passed[] = { "fai", "lambda", NULL };
  sg_args args = { 0 };
  sg_args_add(&args, "cluster");
  if (genome) {
    sg_args_add(&args, "--genome");
    sg_args_file(&args, genome);
  }
  sg_args_pass(&args, run->opts, passed + !genome);
  if (has_line(dir, "sis.tsv", NULL)) {      /* no subset: no tau to hold predictions against */
    sg_args_add(&args, "--predictions");
    sg_args_path(&args, dir, "predictions.tsv");
  }
  sg_args_add(&args, "-o");
  sg_args_add(&args, dir);
  sg_args_path(&args, dir, "sis.tsv");
  return step(run, before, &args, dir, outputs, !genome ? 8 : run->opts->n_operand ? 10 : 9);
}

static int compare(sg_run *run, const char *before, const char *dir)
{
  static const char *const outputs[] = { "tomtom.tsv" };
  static const char *const passed[] = { "motifs", "threads", NULL };
  sg_args args = { 0 };
  if (!has_line(dir, "motifs.meme", "MOTIF")) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/tomtom.tsv", dir) < (int)sizeof path) remove(path);
    return SG_EXIT_OK;                       /* nothing to compare */
  }
  sg_args_add(&args, "compare");
  sg_args_pass(&args, run->opts, passed);
  sg_args_add(&args, "-o");
  sg_args_path(&args, dir, outputs[0]);
  sg_args_path(&args, dir, "motifs.meme");
  return step(run, before, &args, dir, outputs, 1);
}

const char *sg_run_genome(const sg_run *run)
{
  return run->opts->n_operand ? run->opts->operand[0] : sg_opt_text(run->opts, "genome");
}

int sg_run_motifs(sg_run *run, const char *label_before, const char *dir, const char *genome)
{
  int code = cluster(run, label_before, dir, genome);
  return code ? code : compare(run, label_before, dir);
}

/* ---- ism ---- */

/* Scores of the few regions that the report draws, by their places on the genome, or as the windows
 * that they are. */
static int tracks(sg_run *run, const sg_run_target *t, const char *genome)
{
  static const char *const outputs[] = { "ism.tsv" }, top[] = "regions.top.bed";
  static const char records[] = "regions.top.fa";
  static const char *const places[] = { "fai", "edge", NULL };
  sg_args args = { 0 };
  if (!genome || !has_line(t->dir, top, NULL)) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", t->dir, outputs[0]) < (int)sizeof path) remove(path);
    return SG_EXIT_OK;
  }
  sg_args_add(&args, "ism");
  sg_args_pass(&args, run->opts, sg_run_network);
  if (t->spec) sg_args_pair(&args, "target", t->spec);
  if (t->logit) sg_args_add(&args, "--logits");
  bool windows = run->opts->n_operand && has_line(t->dir, records, ">");
  if (!windows) {
    sg_args_add(&args, "--genome");
    sg_args_file(&args, genome);
    sg_args_pass(&args, run->opts, places);
    sg_args_add(&args, "--regions");
    sg_args_path(&args, t->dir, top);
  }
  sg_args_pass(&args, run->opts, sg_run_speed);
  sg_args_add(&args, "-o");
  sg_args_path(&args, t->dir, outputs[0]);
  if (windows) sg_args_path(&args, t->dir, records);
  return step(run, t->name, &args, t->dir, outputs, 1);
}

/* ---- report ---- */

void sg_run_report_args(const sg_run *run, const char *dir, sg_args *args)
{
  static const char *const passed[] = { "motifs", NULL };
  sg_args_add(args, "report");
  sg_args_pass(args, run->opts, passed);
  sg_args_file(args, dir);
}

/* The step names a folder, not its files: its note is dropped before any step of the target is
 * run. */
static int page(sg_run *run, const sg_run_target *t)
{
  static const char *const outputs[] = {
    "report.html", "seqgloss_mqc.json", "motifs.tsv", "logos"
  };
  static const char *const passed[] = { "expect", NULL };
  sg_args args = { 0 };
  sg_run_report_args(run, t->dir, &args);
  sg_args_pass(&args, run->opts, passed);
  sg_args_add(&args, "-o");
  sg_args_path(&args, t->dir, outputs[0]);
  sg_args_add(&args, "--multiqc");
  sg_args_path(&args, t->dir, outputs[1]);
  sg_args_add(&args, "--table");
  sg_args_path(&args, t->dir, outputs[2]);
  sg_args_add(&args, "--logos");
  sg_args_path(&args, t->dir, outputs[3]);
  return step(run, t->name, &args, t->dir, outputs, 4);
}

/* ---- A target ---- */

/* Whether what was expected is there; the step has said so. */
static int expected(const sg_run *run, sg_run_target *target)
{
  sg_report report;
  sg_recovered found = { -1, -1 };
  sg_err err;
  if (!sg_opt_given(run->opts, "expect")) return SG_EXIT_OK;
  sg_status status = sg_run_read(run, target->dir, &report, &err);
  if (!status) status = sg_recovered_maf(&report, &found, &err);
  target->recovered = found.full >= 0;
  sg_report_release(&report);
  return sg_console_end(status, &err);
}

/* The control of an earlier run is none of this one. */
static void drop_control(sg_run *run, const sg_run_target *t)
{
  char path[4096];
  if (sg_opt_given(run->opts, "negative-control")) return;
  if (snprintf(path, sizeof path, "%s/control.tsv", t->dir) < (int)sizeof path && !remove(path))
    sg_steps_forget(&run->steps, run->steps.last);
}

int sg_run_target_steps(sg_run *run, sg_run_target *target)
{
  label(run->steps.last, target->name, "report");
  drop_control(run, target);
  int code = predict(run, target);
  if (!code) code = subsets(run, target);
  if (!code) code = sg_run_motifs(run, target->name, target->dir, sg_run_genome(run));
  if (!code) code = tracks(run, target, sg_run_genome(run));
  if (!code && sg_opt_given(run->opts, "negative-control")) code = sg_run_control(run, target);
  if (!code) code = page(run, target);
  return code ? code : expected(run, target);
}
