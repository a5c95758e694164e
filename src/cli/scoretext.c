/* cli/scoretext.c: scores as text, one line a position of a window.
 *
 * The five columns of the window, the position in it (0-based, along the strand that is written)
 * and its base, then `score`, or one column for each of the four bases, then further arrays. A
 * number that a window has once stands in all of its lines, "." where there is none.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cli/scorefile.h"

static sg_status columns(sg_scorefile *f, sg_err *err)
{
  const sg_scores_opts *o = f->opts;
  sg_status status = sg_output_puts(f->text, "#region\tchrom\tstart\tend\tstrand\tposition\tbase",
                                    err);
  if (!status && !o->none)
    status = sg_output_puts(f->text, f->kind == SG_SCORES_PROJECTED ? "\tscore" : "\tA\tC\tG\tT",
                            err);
  for (int i = 0; i < o->n_extra; i++)
    for (int c = 0; c < o->extra[i].n_columns && !status; c++)
      status = sg_output_printf(f->text, err, "\t%s", o->extra[i].columns[c]);
  return status ? status : sg_output_puts(f->text, "\n", err);
}

sg_status sg_scoretext_begin(sg_scorefile *f, sg_err *err)
{
  sg_status status = sg_output_open(f->path, 0, &f->text, err);
  if (!status && f->shard[0]) status = sg_output_puts(f->text, f->shard, err);
  for (int i = 0; i < f->n_fact && !status; i++)
    status = sg_output_printf(f->text, err, "## %s %s\n", f->fact[i].key, f->fact[i].value);
  return status ? status : columns(f, err);
}

/* Names come from files: a tab or line end inside would shift columns. */
static sg_status put_name(sg_output *out, const char *name, sg_err *err)
{
  sg_status status = SG_OK;
  for (; *name && !status; name += strcspn(name, "\t\r\n")) {
    if (strchr("\t\r\n", *name)) {
      status = sg_output_write(out, " ", 1, err);
      name++;
    }
    if (!status) status = sg_output_write(out, name, strcspn(name, "\t\r\n"), err);
  }
  return status ? status : sg_output_write(out, "\t", 1, err);
}

static sg_status put_window(sg_output *out, const sg_region *r, sg_err *err)
{
  sg_status status = put_name(out, r->name, err);
  if (!status) status = put_name(out, r->chrom, err);
  if (status) return status;
  if (r->start == -1 && r->end == -1) return sg_output_printf(out, err, ".\t.\t%c", r->strand);
  return sg_output_printf(out, err, "%" PRId64 "\t%" PRId64 "\t%c", r->start, r->end, r->strand);
}

static char letter(const sg_scores_row *row, int64_t i)
{
  for (int k = 0; k < 4; k++) if (row->onehot[k * row->length + i] == 1) return "ACGT"[k];
  return 'N';
}

static sg_status put_number(sg_output *out, float value, sg_err *err)
{
  sg_status status = sg_output_write(out, "\t", 1, err);
  return status ? status : sg_output_f32(out, value, err);
}

static sg_status put_scores(const sg_scorefile *f, const sg_scores_row *row, int64_t i,
                            sg_err *err)
{
  sg_status status = SG_OK;
  if (f->opts->none) return SG_OK;
  if (f->kind == SG_SCORES_PROJECTED) return put_number(f->text, sg_score_projected(row, i), err);
  for (int k = 0; k < 4 && !status; k++) {
    int64_t at = k * row->length + i;
    float value = row->hypothetical[at];
    if (f->kind == SG_SCORES_CONTRIBUTION) value = row->contribution[at];
    if (f->kind == SG_SCORES_ACTUAL) value *= row->onehot[at];
    status = put_number(f->text, value, err);
  }
  return status;
}

static sg_status put_extras(const sg_scorefile *f, const sg_scores_row *row, int64_t i,
                            sg_err *err)
{
  sg_status status = SG_OK;
  for (int e = 0; e < f->opts->n_extra; e++) {
    const sg_scores_extra *extra = &f->opts->extra[e];
    for (int c = 0; c < extra->n_columns && !status; c++) {
      float value = row->extra[e][extra->window ? c : c * row->length + i];
      if (extra->window && isnan(value)) status = sg_output_puts(f->text, "\t.", err);
      else status = put_number(f->text, value, err);
    }
  }
  return status;
}

sg_status sg_scoretext_put(sg_scorefile *f, const sg_scores_row *row, sg_err *err)
{
  sg_status status = SG_OK;
  for (int64_t i = 0; i < row->length && !status; i++) {
    status = put_window(f->text, row->region, err);
    if (!status)
      status = sg_output_printf(f->text, err, "\t%" PRId64 "\t%c", i, letter(row, i));
    if (!status) status = put_scores(f, row, i, err);
    if (!status) status = put_extras(f, row, i, err);
    if (!status) status = sg_output_write(f->text, "\n", 1, err);
  }
  return status;
}
