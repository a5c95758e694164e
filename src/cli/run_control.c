/* cli/run_control.c: the same run where there is nothing to find.
 *
 *   shuffled   the regions with their bases shuffled, dinucleotides kept, under the same tau: what
 *              the network sees in sequence without sites
 *   permuted   the same regions by the network with its weights in random order, tau being the same
 *              quantile of its predictions: what subsets and clusters look like when nothing was
 *              learned
 *
 * DIR/control.tsv has one row for each; the report shows it.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/report.h"
#include "cli/run.h"

typedef struct control {
  sg_run *run;
  const sg_run_target *target;
  char dir[4096];              /* of this control */
  char label[256];
} control;

static sg_status begin(control *c, const char *name, sg_err *err)
{
  int n = snprintf(c->dir, sizeof c->dir, "%s/control", c->target->dir);
  if (n >= (int)sizeof c->dir - 32) return sg_fail(err, SG_EINVAL, "-o: the name is too long");
  snprintf(c->label, sizeof c->label, "%.200s%scontrol.%s", c->target->name,
           *c->target->name ? "." : "", name);
  for (int i = 0; i < 2; i++) {
    if (mkdir(c->dir, 0777) && errno != EEXIST)
      return sg_fail(err, SG_EIO, "%s: %s", c->dir, strerror(errno));
    if (!i) snprintf(c->dir + n, sizeof c->dir - (size_t)n, "/%s", name);
  }
  return SG_OK;
}

static int step(control *c, sg_args *args, const char *const *outputs, int n)
{
  char name[512];
  snprintf(name, sizeof name, "%s.%s", c->label, args->n ? args->at[0] : "");
  int code = sg_steps_run(&c->run->steps, name, args, c->dir, outputs, n);
  sg_args_release(args);
  return code;
}

static void add_output(control *c, sg_args *args, const char *name)
{
  sg_args_add(args, "-o");
  sg_args_path(args, c->dir, name);
}

static void add_regions(control *c, sg_args *args)
{
  sg_args_pass(args, c->run->opts, sg_run_regions);
  for (int i = 0; i < c->run->opts->n_operand; i++)
    sg_args_file(args, c->run->opts->operand[i]);
}

/* ---- Steps ---- */

static int shuffle(control *c)
{
  static const char *const outputs[] = { "windows.fa" };
  static const char *const passed[] = { "seed", NULL };
  sg_args args = { 0 };
  char length[32];
  sg_args_add(&args, "shuffle");
  add_regions(c, &args);
  snprintf(length, sizeof length, "%" PRId64, c->run->length);
  if (c->run->length) sg_args_pair(&args, "length", length);
  sg_args_pass(&args, c->run->opts, passed);
  add_output(c, &args, outputs[0]);
  return step(c, &args, outputs, 1);
}

/* Options that the network gets in a control: `permute` puts its weights in random order. */
static void add_network(control *c, bool permute, sg_args *args)
{
  const sg_opts *o = c->run->opts;
  sg_args_pass(args, o, sg_run_network);
  if (permute && !sg_opt_given(o, "permute-weights"))
    sg_args_pair(args, "permute-weights", sg_opt_text(o, "seed"));
  if (c->target->spec) sg_args_pair(args, "target", c->target->spec);
}

static void add_windows(control *c, bool permute, sg_args *args)
{
  if (permute) add_regions(c, args);
  else sg_args_path(args, c->dir, "windows.fa");
  sg_args_pass(args, c->run->opts, sg_run_speed);
}

static int predict(control *c, bool permute)
{
  static const char *const outputs[] = { "predictions.tsv" };
  sg_args args = { 0 };
  sg_args_add(&args, "predict");
  add_network(c, permute, &args);
  add_windows(c, permute, &args);
  add_output(c, &args, outputs[0]);
  return step(c, &args, outputs, 1);
}

/* tau itself, or for the permuted network the quantile that as many regions pass. */
static int subsets(control *c, const sg_report *real, bool permute)
{
  static const char *const outputs[] = { "sis.tsv" };
  static const char *const passed[] = { "mask", "max-subsets", "seed", NULL };
  sg_args args = { 0 };
  char number[SG_NUMBER_TEXT];
  double share = real->n_f ? (double)real->passing / (double)real->n_f : 0.1;
  sg_args_add(&args, "sis");
  add_network(c, permute, &args);
  add_windows(c, permute, &args);
  sg_format_f64(number, permute ? 1 - share : real->tau);
  sg_args_pair(&args, permute ? "threshold-quantile" : "threshold", number);
  if (permute) {
    sg_args_add(&args, "--predictions");
    sg_args_path(&args, c->dir, "predictions.tsv");
  }
  sg_args_pass(&args, c->run->opts, passed);
  sg_args_add(&args, "--resume");
  add_output(c, &args, outputs[0]);
  sg_run_begin_anew(c->run, c->dir, outputs, 1);
  return step(c, &args, outputs, 1);
}

/* ---- What came out ---- */

sg_status sg_run_read(const sg_run *run, const char *dir, sg_report *report, sg_err *err)
{
  sg_args args = { 0 };
  sg_opts opts = { 0 };
  *report = (sg_report){ 0 };
  sg_run_report_args(run, dir, &args);
  sg_status status = args.failed ? sg_fail(err, SG_ENOMEM, "out of memory")
                     : sg_opts_parse(&sg_cmd_report, args.n - 1, args.at + 1, &opts, err);
  if (!status) status = sg_report_read(&opts, report, err);
  sg_opts_free(&opts);
  sg_args_release(&args);
  report->opts = NULL;               /* gone; so are the texts that it pointed to */
  report->files.dir = NULL;
  return status;
}

static sg_status row(const sg_report *r, const char *name, sg_output *out, sg_err *err)
{
  const sg_hit *hit = NULL;
  int n = 0;
  char e[SG_NUMBER_TEXT] = ".";
  char *pattern = r->kept->n ? sg_report_pattern(r, 0) : NULL;
  sg_report_hits(r, 0, &hit, &n);
  if (n) sg_format_f32(e, (float)hit->e_run);
  sg_status status = sg_output_printf(out, err, "%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64
                                      "\t%d\t%.0f\t%s\t%s\t%s\n", name, r->n_f, r->n_region,
                                      r->subsets->n, r->kept->n,
                                      r->kept->n ? r->kept->motif[0].nsites : 0,
                                      pattern ? pattern : ".", n ? hit->name : ".", e);
  free(pattern);
  return status;
}

static sg_status one_row(const sg_run *run, const char *dir, const char *name, sg_output *out,
                         sg_err *err)
{
  sg_report report;
  sg_status status = sg_run_read(run, dir, &report, err);
  if (!status) status = row(&report, name, out, err);
  sg_report_release(&report);
  return status;
}

static sg_status write_table(control *c, sg_err *err)
{
  static const char *const names[] = { "shuffled", "permuted" };
  static const char *const titles[] = { "shuffled regions", "permuted weights" };
  char path[4096];
  sg_output *out = NULL;
  if (snprintf(path, sizeof path, "%s/control.tsv", c->target->dir) >= (int)sizeof path)
    return sg_fail(err, SG_EINVAL, "-o: the name is too long");
  sg_status status = sg_output_open(path, 0, &out, err);
  if (status) return status;
  status = sg_output_puts(out, "#control\tregions\twith_subsets\tsubsets\tmotifs\tlargest\tpattern"
                          "\tresembles\tE_run\n", err);
  for (int i = 0; i < 2 && !status; i++) {
    status = begin(c, names[i], err);
    if (!status) status = one_row(c->run, c->dir, titles[i], out, err);
  }
  if (!status) return sg_output_commit(out, err);
  sg_output_discard(out);
  return status;
}

/* ---- All of it ---- */

static int shuffled(control *c, const sg_report *real)
{
  int code = shuffle(c);
  if (!code) code = predict(c, false);
  if (!code) code = subsets(c, real, false);
  return code ? code : sg_run_motifs(c->run, c->label, c->dir, NULL);
}

static int permuted(control *c, const sg_report *real)
{
  int code = predict(c, true);
  if (!code) code = subsets(c, real, true);
  return code ? code : sg_run_motifs(c->run, c->label, c->dir, sg_run_genome(c->run));
}

static int all_controls(sg_run *run, const sg_run_target *target)
{
  control c = { .run = run, .target = target };
  sg_report real;
  sg_err err;
  int code = SG_EXIT_OK;
  sg_status status = sg_run_read(run, target->dir, &real, &err);
  if (!status) status = begin(&c, "shuffled", &err);
  if (!status) code = shuffled(&c, &real);
  if (!status && !code) status = begin(&c, "permuted", &err);
  if (!status && !code) code = permuted(&c, &real);
  if (!status && !code) status = write_table(&c, &err);
  sg_report_release(&real);
  return code ? code : sg_console_end(status, &err);
}

/* Warnings about shuffled regions and weights are none about the run: the table of the control says
 * what came of them. */
int sg_run_control(sg_run *run, const sg_run_target *target)
{
  bool hushed = sg_console_hush(true);
  int code = all_controls(run, target);
  sg_console_hush(hushed);
  return code;
}
