/* cli/scoretrack.c: projected scores along the chromosomes. */
#include <stdlib.h>
#include <string.h>

#include "cli/scorefile.h"

sg_status sg_scoretrack_begin(sg_scorefile *f, sg_err *err)
{
  const sg_source *source = f->opts->source;
  sg_track_opts t = sg_track_opts_default();
  int n = sg_source_chroms(source);
  sg_track_chrom *chrom = calloc((size_t)n + 1, sizeof *chrom);
  if (!chrom) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < n; i++) sg_source_chrom(source, i, &chrom[i].name, &chrom[i].length);
  f->chrom = chrom;
  f->n_chrom = n;
  t.path = f->path;
  t.chroms = chrom;
  t.n_chroms = n;
  t.overlap = (sg_overlap)sg_opt_choice(f->opts->opts, "overlap");
  t.facts = f->fact;
  t.n_facts = f->n_fact;
  return sg_track_open(&t, &f->track, err);
}

/* Windows mostly come chromosome by chromosome: look where the last one was found. */
static int64_t chrom_length(sg_scorefile *f, const char *name)
{
  for (int i = 0; i < f->n_chrom; i++) {
    int at = (f->last_chrom + i) % f->n_chrom;
    if (strcmp(f->chrom[at].name, name)) continue;
    f->last_chrom = at;
    return f->chrom[at].length;
  }
  return 0;
}

/* What a padded window has outside of its chromosome is left out. */
sg_status sg_scoretrack_put(sg_scorefile *f, const sg_scores_row *row, sg_err *err)
{
  const sg_region *r = row->region;
  const float *value = f->opts->track_extra < 0 ? NULL : row->extra[f->opts->track_extra];
  int64_t length = chrom_length(f, r->chrom), from = r->start < 0 ? -r->start : 0, to = row->length;
  float *scores = NULL;
  if (length && r->start + to > length) to = length - r->start;
  if (from >= to) return SG_OK;
  if (!value) {
    scores = malloc((size_t)row->length * sizeof *scores);
    if (!scores) return sg_fail(err, SG_ENOMEM, "out of memory");
    for (int64_t i = 0; i < row->length; i++) scores[i] = sg_score_projected(row, i);
    value = scores;
  }
  sg_status status = sg_track_add(f->track, r->chrom, r->start + from, to - from, value + from,
                                  err);
  free(scores);
  return status;
}
