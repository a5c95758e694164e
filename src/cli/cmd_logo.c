/* cli/cmd_logo.c: logos of motifs and pictures of regions, as SVG or PNG.
 *
 * Options are checked here; panels come from logo_motifs.c or logo_region.c;
     the library draws them.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/groups.h"
#include "cli/logo_job.h"

/* ---- Options ---- */

static const sg_opt_def motif_defs[] = {
  { "id", 'i', SG_OPT_TEXT, "FORM", NULL, 0, 0, SG_OPT_MANY,
    "motifs of the files whose identifier or second name is of this form: * stands for anything, ? "
    "for a letter; may be repeated" },
  { "heights", 0, SG_OPT_CHOICE, "bits|probabilities|contributions", "bits", 0, 0, 0,
    "what the height of a letter is; matrices of contributions are always drawn as they are" },
  { "small-sample", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "lessen the information by what so few sites would have by chance" },
  { "revcomp", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0, "turn motifs to the other strand" },
  { 0 }
};
static const sg_opt_def region_defs[] = {
  { "genome", 'f', SG_OPT_INFILE, NULL, NULL, 0, 0, 0, "genome FASTA, plain or compressed" },
  { "region", 'R', SG_OPT_TEXT, "CHR:BEG-END", NULL, 0, 0, SG_OPT_MANY,
    "the region, 1-based, both ends included" },
  { "fai", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, 0,
    "index of the genome, when it does not stand beside it" },
  { "sis", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, 0,
    "mark the positions of the subsets that seqgloss sis found (.tsv)" },
  { "rank", 0, SG_OPT_INT, NULL, NULL, 1, 1e6, 0,
    "with --sis: of every region only the subset of this rank [all]" },
  { "scores", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, 0,
    "draw the scores of this file under the sequence: .tsv or .bedgraph of seqgloss ism" },
  { "target", 't', SG_OPT_TEXT, "OUTPUT[:UNIT]", NULL, 0, 0, SG_OPT_MANY,
    "with -m: the output whose mutagenesis is drawn [the only one]" },
  { "logits", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "with -m: the value before the final sigmoid or softmax" },
  { 0 }
};
static const sg_opt_def draw_defs[] = {
  { "output", 'o', SG_OPT_OUTFILE, NULL, "-", 0, 0, SG_OPT_NEUTRAL,
    "output file, .svg or .png; standard output has SVG" },
  { "column", 0, SG_OPT_REAL, "PIXELS", "14", 1, 100, 0, "width of a letter" },
  { "height", 0, SG_OPT_REAL, "PIXELS", "80", 10, 2000, 0, "height of a logo" },
  { "scale", 0, SG_OPT_REAL, "X", "2", 0.1, 20, 0, "PNG: pixels of the file a pixel" },
  { "no-numbers", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0, "no positions below" },
  { "fragment", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "SVG to stand in a HTML page: no ground of its own, text in the colour of the page" },
  { 0 }
};
static const sg_opt_group motif_group = { "Motifs", motif_defs };
static const sg_opt_group region_group = { "A region", region_defs };
static const sg_opt_group draw_group = { "Drawing", draw_defs };
static const sg_opt_group *const groups[] = {
  &motif_group, &region_group, &sg_group_model, &draw_group, &sg_group_common, NULL
};
static const char *const usage[] = {
  "[options] [FILE|SET] NAME -o LOGO.svg",
  "[options] FILE|SET -i ID -o LOGO.svg",
  "[options] SEQUENCE",
  "[options] -f GENOME.fa -R CHR:BEG-END --scores TSV",
  "[options] -f GENOME.fa -R CHR:BEG-END -m MODEL",
  NULL
};

/* ---- The picture ---- */

sg_status sg_logo_job_add(sg_logo_job *job, const char *title, int width,
                          sg_logo_panel **ret_panel, sg_err *err)
{
  sg_logo_panel panel = { .width = width, .height = sg_opt_real(job->opts, "height") };
  if (job->logo.n_panel == SG_LOGO_PANELS)
    return sg_fail(err, SG_EINVAL, "more than %d panels in a picture", SG_LOGO_PANELS);
  panel.h = calloc((size_t)width * 4, sizeof *panel.h);
  panel.title = title ? strdup(title) : NULL;
  if (!panel.h || (title && !panel.title)) {
    free((double *)panel.h);
    free((char *)panel.title);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  *ret_panel = &job->panel[job->logo.n_panel++];
  **ret_panel = panel;
  return SG_OK;
}

void sg_logo_job_free(sg_logo_job *job)
{
  for (int i = 0; i < job->logo.n_panel; i++) {
    free((double *)job->panel[i].h);
    free((char *)job->panel[i].title);
    free((unsigned char *)job->panel[i].mark);
  }
  free(job->place);
  free(job->form);
  free(job->found);
}

static bool is_png(const char *path)
{
  size_t n = strlen(path);
  return n > 4 && !strcmp(path + n - 4, ".png");
}

static sg_status check_output(const sg_opts *opts, sg_err *err)
{
  const char *path = sg_opt_text(opts, "output");
  size_t n = strlen(path);
  bool svg = !strcmp(path, "-") || !strncmp(path, "/dev/", 5)
             || (n > 4 && !strcmp(path + n - 4, ".svg"));
  if (is_png(path)) {
    if (sg_opt_given(opts, "fragment"))
      return sg_fail(err, SG_EINVAL, "--fragment is of SVG; write .svg");
    return sg_logo_png_check(err);
  }
  return svg ? SG_OK : sg_fail(err, SG_EINVAL, "%s: logos are written as .svg or .png", path);
}

/* Either motifs or a region. */
static sg_status check_input(const sg_opts *opts, sg_err *err)
{
  bool genome = sg_opt_given(opts, "genome"), region = sg_opt_given(opts, "region");
  bool more = sg_opt_given(opts, "sis") || sg_opt_given(opts, "scores")
              || sg_opt_given(opts, "model");
  if (!opts->n_operand && !genome && !region)
    return sg_fail(err, SG_EINVAL, "what is to be drawn? A motif file, a shipped set with -i, a "
                   "sequence, or -f GENOME.fa -R CHR:BEG-END");
  if (opts->n_operand && (genome || region))
    return sg_fail(err, SG_EINVAL, "%s: draw either motifs or a region", opts->operand[0]);
  if (genome != region)
    return sg_fail(err, SG_EINVAL, "a region needs both -f GENOME.fa and -R CHR:BEG-END");
  if (sg_opt_count(opts, "region") > 1) return sg_fail(err, SG_EINVAL, "one -R at a time");
  if (opts->n_operand && more)
    return sg_fail(err, SG_EINVAL, "--sis, --scores and -m belong to a region: -f and -R");
  if (sg_opt_given(opts, "rank") && !sg_opt_given(opts, "sis"))
    return sg_fail(err, SG_EINVAL, "--rank chooses among the subsets of --sis");
  if (sg_opt_given(opts, "scores") && sg_opt_given(opts, "model"))
    return sg_fail(err, SG_EINVAL, "give either --scores or -m");
  return SG_OK;
}

static sg_status write(const sg_logo_job *job, sg_err *err)
{
  const char *path = sg_opt_text(job->opts, "output");
  sg_output *output = NULL;
  sg_status status = sg_output_open(path, 0, &output, err);
  if (status) return status;
  status = is_png(path) ? sg_logo_png(&job->logo, sg_opt_real(job->opts, "scale"), output, err)
                        : sg_logo_write(&job->logo, output, err);
  if (!status) return sg_output_commit(output, err);
  sg_output_discard(output);
  return status;
}

static sg_status draw(sg_logo_job *job, sg_err *err)
{
  const sg_opts *opts = job->opts;
  sg_status status = sg_output_check(sg_opt_text(opts, "output"), err);
  job->logo = sg_logo_default();
  job->logo.panel = job->panel;
  job->logo.column = sg_opt_real(opts, "column");
  job->logo.numbers = !sg_opt_given(opts, "no-numbers");
  job->logo.page = !sg_opt_given(opts, "fragment");
  if (!status)
    status = sg_opt_given(opts, "region") ? sg_logo_region(job, err) : sg_logo_motifs(job, err);
  if (!status) {
    job->logo.label = job->panel[0].title ? job->panel[0].title : job->place;
    status = write(job, err);
  }
  return status;
}

static int run_logo(sg_opts *opts)
{
  sg_err err;
  sg_logo_job job = { .opts = opts };
  if (check_input(opts, &err) || check_output(opts, &err)) return sg_console_usage(&err);
  sg_status status = draw(&job, &err);
  sg_logo_job_free(&job);
  return sg_console_end(status, &err);
}

const sg_cmd sg_cmd_logo = {
  .name = "logo",
  .summary = "draw motifs, or a region with its scores and subsets",
  .usage = usage,
  .about = "Draws sequence logos as SVG or PNG: of motifs by their information, their "
           "probabilities or signed contributions (NAME is an identifier or name in the files and "
           "sets given, or in the shipped vertebrates), of a sequence, or of a region of a genome "
           "with the scores of its bases and the subsets that suffice for the prediction.",
  .groups = groups,
  .run = run_logo
};
