/* cli/cmd_report.c: the files of a run as one page. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/groups.h"
#include "cli/motifdb.h"
#include "cli/report.h"

static const sg_opt_def input_defs[] = {
  { "subsets", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "table of seqgloss sis [DIR/sis.tsv]" },
  { "clusters", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "members of seqgloss cluster [DIR/clusters.tsv]" },
  { "kept", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "motifs of the kept bases [DIR/motifs.meme]" },
  { "genomic", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "motifs of the genome's bases [DIR/motifs.genomic.meme, where it is there]" },
  { "matches", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "table of seqgloss compare [DIR/tomtom.tsv, where it is there]" },
  { "predictions", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "table of seqgloss predict [DIR/predictions.tsv, where it is there]" },
  { "unexplained", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "BED of regions without a motif [DIR/regions.unexplained.bed, where it is there]" },
  { "control", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "what seqgloss run --negative-control found [DIR/control.tsv, where it is there]" },
  { "scores", 0, SG_OPT_INFILE, "TSV", NULL, 0, 0, SG_OPT_NEUTRAL,
    "scores of positions by seqgloss ism or attribute, which are drawn under the sequence "
    "[DIR/ism.tsv, where it is there]" },
  { "target", 't', SG_OPT_TEXT, "NAME", NULL, 0, 0, 0,
    "output that is reported, where the subsets are of several" },
  { "motifs", 'd', SG_OPT_INFILE, SG_MOTIFDB_ARG, "vertebrates", 0, 0, 0,
    "data base that was compared with: its logos stand below the motifs" },
  { 0 }
};
static const sg_opt_group input_group = { "Files of the run", input_defs };

static const sg_opt_def output_defs[] = {
  { "output", 'o', SG_OPT_OUTFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "the page [DIR/report.html]" },
  { "tracks", 0, SG_OPT_INT, "N", "12", 0, 1000, 0,
    "draw so many of the regions that have scores, those whose output is the furthest past tau" },
  { "multiqc", 0, SG_OPT_OUTFILE, "NAME_mqc.json", NULL, 0, 0, SG_OPT_NEUTRAL,
    "also a row of numbers for MultiQC" },
  { "sample", 0, SG_OPT_TEXT, "NAME", NULL, 0, 0, 0,
    "what MultiQC calls it [network and output]" },
  { "logos", 0, SG_OPT_OUTFILE, "DIR", NULL, 0, 0, SG_OPT_NEUTRAL,
    "also a logo of each motif, as SVG in this folder" },
  { "table", 0, SG_OPT_OUTFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "also the table of motifs as text; - is standard output" },
  { "expect", 0, SG_OPT_CHOICE, "maf", NULL, 0, 0, 0,
    "say whether the motif of the small Maf proteins was recovered" },
  { "strict", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "end with status 1 where what was expected was not recovered" },
  { 0 }
};
static const sg_opt_group output_group = { "Output", output_defs };
static const sg_opt_group *const groups[] = {
  &input_group, &output_group, &sg_group_common, NULL
};
static const char *const usage[] = {
  "[options] DIR", "[options] --subsets TSV --clusters TSV --kept MEME", NULL
};

/* The page: -o, else report.html in the folder of the run. Freed by free(). */
static sg_status choose_page(const sg_opts *opts, char **ret_path, sg_err *err)
{
  static const char name[] = "report.html";
  const char *given = sg_opt_text(opts, "output");
  const char *dir = opts->n_operand ? opts->operand[0] : NULL;
  size_t size = strlen(given ? given : dir ? dir : "") + sizeof name + 1;
  *ret_path = NULL;
  if (!given && !dir)
    return sg_fail(err, SG_EINVAL, "no folder of a run: name the page by -o");
  *ret_path = malloc(size);
  if (!*ret_path) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (given) snprintf(*ret_path, size, "%s", given);
  else snprintf(*ret_path, size, "%s/%s", dir, name);
  return SG_OK;
}

/* Everything that can be said before reading. */
static sg_status check(const sg_opts *opts, const char *page, sg_err *err)
{
  static const char *const outputs[] = { "multiqc", "table" };
  struct stat folder;
  if (opts->n_operand && (stat(opts->operand[0], &folder) || !S_ISDIR(folder.st_mode)))
    return sg_fail(err, SG_ENOTFOUND, "%s: no such folder; the folder of a run is wanted",
                   opts->operand[0]);
  sg_status status = sg_output_check(page, err);
  for (size_t i = 0; i < sizeof outputs / sizeof outputs[0] && !status; i++)
    if (sg_opt_text(opts, outputs[i]))
      status = sg_output_check(sg_opt_text(opts, outputs[i]), err);
  const char *dir = sg_opt_text(opts, "logos");
  struct stat info;
  if (status || !dir) return status;
  if (mkdir(dir, 0777) && errno != EEXIST)
    return sg_fail(err, SG_EIO, "--logos %s: %s", dir, strerror(errno));
  if (stat(dir, &info) || !S_ISDIR(info.st_mode))
    return sg_fail(err, SG_EINVAL, "--logos %s is a file; a folder is wanted", dir);
  return SG_OK;
}

static sg_status write_all(const sg_report *r, const char *page, sg_err *err)
{
  const sg_opts *o = r->opts;
  sg_status status = sg_report_page(r, page, err);
  if (!status && sg_opt_text(o, "multiqc")) status = sg_report_mqc(r, sg_opt_text(o, "multiqc"),
                                                                   err);
  if (!status && sg_opt_text(o, "logos")) status = sg_report_logos(r, sg_opt_text(o, "logos"), err);
  if (!status && sg_opt_text(o, "table")) status = sg_report_table(r, sg_opt_text(o, "table"), err);
  return status;
}

static void say_warning(void *unused, const char *text)
{
  (void)unused;
  sg_say(SG_LOG_WARN, "%s", text);
}

/* Says which of the expected motifs are there; under --strict an error where the first one is
 * not. */
static sg_status say_expected(const sg_report *r, sg_err *err)
{
  sg_recovered found;
  if (!sg_opt_given(r->opts, "expect")) return SG_OK;
  sg_status status = sg_recovered_maf(r, &found, err);
  if (status) return status;
  if (found.half >= 0)
    sg_note("recovered: half site of the Maf recognition element, %s",
            r->kept->motif[found.half].id);
  else sg_say(SG_LOG_WARN, "not recovered: half site of the Maf recognition element");
  if (found.full >= 0)
    sg_note("recovered: full Maf recognition element, %s", r->kept->motif[found.full].id);
  else if (!sg_opt_given(r->opts, "strict"))
    sg_say(SG_LOG_WARN, "not recovered: the full Maf recognition element TGCTGASTCAGCA");
  else
    return sg_fail(err, SG_ENOTFOUND, "not recovered: the full Maf recognition element "
                   "TGCTGASTCAGCA");
  return SG_OK;
}

static int run_report(sg_opts *opts)
{
  sg_err err;
  sg_report report = { 0 };
  char *page = NULL;
  if (opts->n_operand > 1) {
    sg_fail(&err, SG_EINVAL, "one folder at a time; %s is a second one", opts->operand[1]);
    return sg_console_usage(&err);
  }
  sg_status status = choose_page(opts, &page, &err);
  if (status) return sg_console_usage(&err);
  status = check(opts, page, &err);
  if (!status) status = sg_report_read(opts, &report, &err);
  if (!status) status = sg_report_guard(&report, say_warning, NULL, &err);
  if (!status) status = write_all(&report, page, &err);
  if (!status) status = say_expected(&report, &err);
  sg_report_release(&report);
  free(page);
  return sg_console_end(status, &err);
}

const sg_cmd sg_cmd_report = {
  .name = "report",
  .summary = "one page of HTML from the files of a run",
  .operands = NULL,
  .usage = usage,
  .about = "Reads what predict, sis, cluster and compare wrote and puts it into one page that "
           "needs neither network nor server: a summary in words, warnings, the motifs with "
           "their logos above those of the matrices they resemble, their members and places, "
           "predictions and threshold, regions without a motif, methods with citations.",
  .groups = groups,
  .run = run_report
};
