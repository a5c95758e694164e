/* cli/logo_region.c: panels of a region of a genome: its sequence, and scores under it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/logo_job.h"
#include "seqgloss/region.h"

/* ---- The sequence ---------------------------------------------------------------------------- */

static sg_status read_region(const sg_opts *opts, sg_region_batch **ret_batch, sg_err *err)
{
  sg_source_opts s = sg_source_opts_default();
  sg_source *source = NULL;
  s.genome = sg_opt_text(opts, "genome");
  s.fai = sg_opt_text(opts, "fai");
  s.intervals = sg_opt_many(opts, "region", &s.n_intervals);
  s.keep_text = true;
  sg_status status = sg_source_open(&s, &source, err);
  if (!status && sg_source_longest(source) > SG_LOGO_WIDTH_MAX)
    status = sg_fail(err, SG_EINVAL, "-R %s: more than %d bases cannot be drawn", s.intervals[0],
                     SG_LOGO_WIDTH_MAX);
  if (!status) status = sg_region_batch_new(1, ret_batch, err);
  if (!status) status = sg_source_fill(source, *ret_batch, err);
  if (!status && !(*ret_batch)->n) status = sg_fail(err, SG_ESHAPE, "-R: there is no such region");
  sg_source_close(source);
  return status;
}

static sg_status add_sequence(sg_logo_job *job, const sg_logo_place *place, sg_err *err)
{
  static const char letters[] = "ACGT";
  int width = (int)(place->end - place->start);
  sg_logo_panel *panel;
  sg_status status = sg_logo_job_add(job, NULL, width, &panel, err);
  if (status) return status;
  panel->height = job->logo.column * 1.2;
  panel->hi = 1;
  for (int i = 0; i < width; i++)
    for (int a = 0; a < 4; a++)
      if (place->text[i] == letters[a]) ((double *)panel->h)[i * 4 + a] = 1;
  return SG_OK;
}

/* ---- Scores ---------------------------------------------------------------------------------- */

static sg_status title_of_model(const sg_opts *opts, const char *target, char **ret_title,
                                sg_err *err)
{
  const char *model = sg_basename(sg_opt_text(opts, "model"));
  size_t size = strlen(model) + strlen(target) + 40;
  *ret_title = malloc(size);
  if (!*ret_title) return sg_fail(err, SG_ENOMEM, "out of memory");
  snprintf(*ret_title, size, "%s, %s%s: in-silico mutagenesis", model, target,
           sg_opt_given(opts, "logits") ? " (logit)" : "");
  return SG_OK;
}

static sg_status add_scores(sg_logo_job *job, const sg_logo_place *place, sg_err *err)
{
  const char *file = sg_opt_text(job->opts, "scores");
  int width = (int)(place->end - place->start);
  double *h = calloc((size_t)width * 4, sizeof *h);
  char *target = NULL, *title = NULL;
  sg_logo_panel *panel;
  sg_status status = SG_OK;
  if (!h) return sg_fail(err, SG_ENOMEM, "out of memory");
  if (file) {
    status = sg_logo_scores(file, place, h, err);
  } else {
    status = sg_logo_ism(job->opts, place, h, &target, err);
    if (!status) status = title_of_model(job->opts, target, &title, err);
  }
  if (!status)
    status = sg_logo_job_add(job, title ? title : sg_basename(file), width, &panel, err);
  if (!status) {
    memcpy((double *)panel->h, h, (size_t)width * 4 * sizeof *h);
    panel->axis = file ? "score" : "effect";
  }
  free(h);
  free(target);
  free(title);
  return status;
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* The same marks in every panel. */
static sg_status add_marks(sg_logo_job *job, const sg_logo_place *place, sg_err *err)
{
  size_t width = (size_t)(place->end - place->start);
  unsigned char *mark = calloc(width, 1);
  if (!mark) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = sg_logo_subsets(sg_opt_text(job->opts, "sis"),
                                     sg_opt_int(job->opts, "rank"), place, mark, err);
  for (int i = 0; i < job->logo.n_panel && !status; i++) {
    unsigned char *copy = malloc(width);
    if (!copy) status = sg_fail(err, SG_ENOMEM, "out of memory");
    else job->panel[i].mark = memcpy(copy, mark, width);
  }
  free(mark);
  return status;
}

sg_status sg_logo_region(sg_logo_job *job, sg_err *err)
{
  const sg_opts *opts = job->opts;
  sg_region_batch *batch = NULL;
  sg_logo_place place = { 0 };
  sg_status status = read_region(opts, &batch, err);
  if (!status) {
    const sg_region *region = &batch->region[0];
    place = (sg_logo_place){ region->chrom, region->start, region->end, batch->text };
    job->logo.first = place.start + 1;
    job->place = strdup(place.chrom);
    job->logo.place = job->place;
    if (!job->place) status = sg_fail(err, SG_ENOMEM, "out of memory");
  }
  if (!status) status = add_sequence(job, &place, err);
  if (!status && (sg_opt_given(opts, "scores") || sg_opt_given(opts, "model")))
    status = add_scores(job, &place, err);
  if (!status && sg_opt_given(opts, "sis")) status = add_marks(job, &place, err);
  sg_region_batch_free(batch);
  return status;
}
