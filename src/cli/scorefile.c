/* cli/scorefile.c: one file of scores: the format, what goes into a table, provenance.
 *
 *   1. Formats
 *   2. Facts and the mark of a piece
 *   3. Tables: arrays of npz and HDF5
 *   4. Opening, rows, closing
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/scorefile.h"

/* ---- 1. Formats ---- */

sg_score_format sg_score_format_of(const char *path, const char **ret_dot)
{
  static const struct { const char *end; sg_score_format format; } ends[] = {
    { ".tsv", SG_SCORE_TSV }, { ".tsv.gz", SG_SCORE_TSV }, { ".tsv.bgz", SG_SCORE_TSV },
    { ".txt", SG_SCORE_TSV }, { ".txt.gz", SG_SCORE_TSV }, { ".npz", SG_SCORE_NPZ },
    { ".h5", SG_SCORE_HDF5 }, { ".hdf5", SG_SCORE_HDF5 }, { ".bedgraph", SG_SCORE_TRACK },
    { ".bedgraph.gz", SG_SCORE_TRACK }, { ".bedGraph", SG_SCORE_TRACK },
    { ".bedGraph.gz", SG_SCORE_TRACK }, { ".bdg", SG_SCORE_TRACK }, { ".bdg.gz", SG_SCORE_TRACK },
    { ".bw", SG_SCORE_TRACK }, { ".bigWig", SG_SCORE_TRACK }, { ".bigwig", SG_SCORE_TRACK }
  };
  if (ret_dot) *ret_dot = NULL;
  if (!path || !strcmp(path, "-") || !strncmp(path, "/dev/", 5)) return SG_SCORE_TSV;
  size_t n = strlen(path);
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    size_t m = strlen(ends[i].end);
    if (n <= m || strcmp(path + n - m, ends[i].end)) continue;
    if (ret_dot) *ret_dot = path + n - m;
    return ends[i].format;
  }
  return SG_SCORE_NONE;
}

/* ---- 2. Facts ---- */

/* Pieces of different targets must not be put together: the target enters the digest. */
static sg_status make_facts(sg_scorefile *f, int t, sg_err *err)
{
  const sg_scores_opts *o = f->opts;
  const sg_facts *facts = o->facts;
  const char *target = t < 0 ? "" : o->targets[t];
  size_t size = strlen(facts->run) + strlen(target) + 2;
  char *all = malloc(size);
  f->fact = calloc((size_t)facts->n + 2, sizeof *f->fact);
  if (all && f->fact) {
    snprintf(all, size, "%s %s", facts->run, target);
    sg_digest(all, strlen(all), f->run);
    if (facts->n) memcpy(f->fact, facts->fact, (size_t)facts->n * sizeof *f->fact);
    f->n_fact = facts->n;
    if (t >= 0 && o->method) f->fact[f->n_fact++] = (sg_fact){ "method", o->method[t] };
    if (t >= 0 && o->explained) target = o->explained[t];
    if (*target) f->fact[f->n_fact++] = (sg_fact){ "target", target };
    if (sg_opt_given(f->opts->opts, "no-provenance")) f->n_fact = 0;
  }
  free(all);
  return f->run[0] ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

static sg_status make_mark(sg_scorefile *f, int header, sg_err *err)
{
  sg_shard shard = sg_source_shard(f->opts->source, header, f->run);
  if (!sg_opt_given(f->opts->opts, "shard")) return SG_OK;
  if (sg_shard_line(&shard, f->shard, sizeof f->shard) < 0)
    return sg_fail(err, SG_EINTERNAL, "the line of a shard is too long");
  return SG_OK;
}

/* ---- 3. Tables ---- */

static void add_field(sg_scorefile *f, const char *name, int64_t rows)
{
  sg_field *field = &f->field[f->n_field++];
  *field = (sg_field){ .name = name, .nd = rows > 1 ? 2 : 1 };
  if (rows > 1) field->dims[0] = rows;
  field->dims[rows > 1] = f->opts->length;
}

/* npz: arr_0; HDF5: the groups that ChromBPNet's tools read. */
static void add_fields(sg_scorefile *f)
{
  const sg_scores_opts *o = f->opts;
  bool h5 = f->format == SG_SCORE_HDF5;
  if (f->onehot_only) {
    add_field(f, "arr_0", 4);
    return;
  }
  if (h5) add_field(f, "raw/seq", 4);
  if (h5 && !o->none) add_field(f, "shap/seq", 4);
  if (h5 && !o->none) add_field(f, "projected_shap/seq", 4);
  if (!h5 && !o->none) add_field(f, "arr_0", f->kind == SG_SCORES_PROJECTED ? 1 : 4);
  for (int i = 0; i < o->n_extra; i++) {
    const sg_scores_extra *e = &o->extra[i];
    sg_field *field = &f->field[f->n_field++];
    *field = (sg_field){ .name = e->name, .nd = e->nd };
    for (int a = 0; a < e->nd; a++) field->dims[a] = e->dims[a];
  }
}

static sg_status table_begin(sg_scorefile *f, sg_err *err)
{
  sg_table_opts t = sg_table_opts_default();
  if (f->opts->length <= 0)
    return sg_fail(err, SG_EINVAL, "%s: an array needs windows of one length; give --length, or "
                   "write .tsv", f->path);
  f->field = calloc((size_t)f->opts->n_extra + 3, sizeof *f->field);
  f->value = calloc((size_t)f->opts->n_extra + 3, sizeof *f->value);
  f->work = calloc((size_t)f->opts->length, 5 * sizeof *f->work);
  if (!f->field || !f->value || !f->work) return sg_fail(err, SG_ENOMEM, "out of memory");
  add_fields(f);
  t.path = f->path;
  t.fields = f->field;
  t.n_fields = f->n_field;
  t.facts = f->fact;
  t.n_facts = f->n_fact;
  sg_status status = make_mark(f, sg_table_header(&t), err);
  if (f->shard[0]) t.shard = f->shard;
  if (!status) status = sg_table_check(&t, err);
  return status ? status : sg_table_open(&t, &f->table, err);
}

float sg_score_projected(const sg_scores_row *row, int64_t i)
{
  float sum = 0;
  for (int k = 0; k < 4; k++) sum += row->contribution[k * row->length + i];
  return sum;
}

/* Scores of a kind as they are, or worked out: [4][L] actual, then [L] projected ones. */
static const float *scores_of(sg_scorefile *f, const sg_scores_row *row, sg_scores_kind kind)
{
  int64_t n = row->length;
  switch (kind) {
  case SG_SCORES_HYPOTHETICAL: return row->hypothetical;
  case SG_SCORES_CONTRIBUTION: return row->contribution;
  case SG_SCORES_ACTUAL:
    for (int64_t i = 0; i < 4 * n; i++) f->work[i] = row->hypothetical[i] * row->onehot[i];
    return f->work;
  case SG_SCORES_PROJECTED: break;
  }
  for (int64_t i = 0; i < n; i++) f->work[4 * n + i] = sg_score_projected(row, i);
  return f->work + 4 * n;
}

static sg_status table_put(sg_scorefile *f, const sg_scores_row *row, sg_err *err)
{
  const sg_scores_opts *o = f->opts;
  const sg_region *r = row->region;
  bool h5 = f->format == SG_SCORE_HDF5;
  int n = 0;
  sg_row line = { r->name, r->chrom, r->start, r->end, r->strand, f->value };
  if (row->length != o->length)
    return sg_fail(err, SG_ESHAPE, "%s is %" PRId64 " long, others %" PRId64 ": an array needs one "
                   "length; give --length, or write .tsv", r->name, row->length, o->length);
  if (f->onehot_only || h5) f->value[n++] = row->onehot;
  if (!f->onehot_only) {
    if (!o->none) f->value[n++] = scores_of(f, row, f->kind);
    if (!o->none && h5) f->value[n++] = scores_of(f, row, SG_SCORES_ACTUAL);
    for (int i = 0; i < o->n_extra; i++) f->value[n++] = row->extra[i];
  }
  return sg_table_row(f->table, &line, err);
}

/* ---- 4. Opening, rows, closing ---- */

static sg_status begin(sg_scorefile *f, sg_err *err)
{
  sg_status status = SG_OK;
  switch (f->format) {
  case SG_SCORE_TSV:
    status = make_mark(f, f->n_fact + 1, err);
    return status ? status : sg_scoretext_begin(f, err);
  case SG_SCORE_TRACK: return sg_scoretrack_begin(f, err);
  case SG_SCORE_NPZ:
  case SG_SCORE_HDF5: return table_begin(f, err);
  case SG_SCORE_NONE: break;
  }
  return sg_fail(err, SG_EINVAL, "%s: the ending names no format", f->path);
}

sg_status sg_scorefile_open(const sg_scores_opts *opts, char *path, int t, sg_scorefile *file,
                            sg_err *err)
{
  *file = (sg_scorefile){ .opts = opts, .path = path, .onehot_only = t < 0,
                          .kind = sg_scores_kind_of(opts->opts),
                          .format = sg_score_format_of(path, NULL) };
  sg_status status = make_facts(file, t, err);
  return status ? status : begin(file, err);
}

sg_status sg_scorefile_put(sg_scorefile *file, const sg_scores_row *row, sg_err *err)
{
  if (file->table) return table_put(file, row, err);
  return file->track ? sg_scoretrack_put(file, row, err) : sg_scoretext_put(file, row, err);
}

sg_status sg_scorefile_close(sg_scorefile *file, sg_err *err)
{
  sg_status status = SG_OK;
  if (file->table) status = sg_table_close(file->table, err);
  if (file->track) status = sg_track_close(file->track, err);
  if (file->text && *file->shard) status = sg_output_puts(file->text, SG_SHARD_END, err);
  if (file->text && !status) status = sg_output_commit(file->text, err);
  else sg_output_discard(file->text);
  file->table = NULL;
  file->track = NULL;
  file->text = NULL;
  return status;
}

void sg_scorefile_release(sg_scorefile *file)
{
  sg_table_free(file->table);
  sg_track_free(file->track);
  sg_output_discard(file->text);
  free(file->field);
  free(file->value);
  free(file->work);
  free(file->chrom);
  free(file->fact);
  free(file->path);
  *file = (sg_scorefile){ 0 };
}
