/* cli/scoretrack.c: projected scores along the chromosomes. */
#include <math.h>
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

/* The numbers of a window; infinite ones, which a track cannot hold, are left out as NaN are. */
static float *numbers(const sg_scorefile *f, const sg_scores_row *row)
{
  const float *value = f->opts->track_extra < 0 ? NULL : row->extra[f->opts->track_extra];
  float *out = malloc((size_t)row->length * sizeof *out + 1);
  for (int64_t i = 0; out && i < row->length; i++) {
    out[i] = value ? value[i] : sg_score_projected(row, i);
    if (!isfinite(out[i])) out[i] = NAN;
  }
  return out;
}

/* What a padded window has outside of its chromosome is left out. */
sg_status sg_scoretrack_put(sg_scorefile *f, const sg_scores_row *row, sg_err *err)
{
  const sg_region *r = row->region;
  int64_t length = chrom_length(f, r->chrom), from = r->start < 0 ? -r->start : 0, to = row->length;
  if (length && r->start + to > length) to = length - r->start;
  if (from >= to) return SG_OK;
  float *value = numbers(f, row);
  if (!value) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = sg_track_add(f->track, r->chrom, r->start + from, to - from, value + from,
                                  err);
  free(value);
  return status;
}
