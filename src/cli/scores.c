/* cli/scores.c: attribution scores of windows written as arrays, tables or tracks.
 *
 *   1. Options and what they allow
 *   2. Names of files
 *   3. The files of a run
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/scorefile.h"

struct sg_scores {
  sg_scores_opts opts;
  sg_scorefile *file;          /* [n] the targets' */
  int n;
  sg_scorefile onehot;         /* --ohe */
  bool has_onehot;
};

/* ---- 1. Options ---- */

static const sg_opt_def score_defs[] = {
  { "scores", 0, SG_OPT_CHOICE, "hypothetical|contribution|actual|projected", NULL, 0, 0, 0,
    "what is written: the effect of each of the four bases, the attribution of those that are "
    "there, the product of the former with the sequence, or one number a position [arrays: "
    "hypothetical; tables and tracks: projected]" },
  { "strand-native", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "write windows on the reverse strand in their own direction, not on the forward strand" },
  { "overlap", 0, SG_OPT_CHOICE, "mean|max|error", "mean", 0, 0, 0,
    "tracks: what a base gets that several windows cover; max is the greatest magnitude" },
  { "ohe", 0, SG_OPT_OUTFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "also write the one-hot sequences, as an array arr_0 (.npz or .h5)" },
  { 0 }
};
const sg_opt_group sg_group_scores = { "Scores", score_defs };

sg_scores_kind sg_scores_kind_of(const sg_opts *opts)
{
  int kind = sg_opt_choice(opts, "scores");
  sg_score_format format = sg_score_format_of(sg_opt_text(opts, "output"), NULL);
  if (kind >= 0) return (sg_scores_kind)kind;
  return format == SG_SCORE_TSV || format == SG_SCORE_TRACK ? SG_SCORES_PROJECTED
                                                            : SG_SCORES_HYPOTHETICAL;
}

static sg_status check_track(const sg_opts *opts, const char *path, sg_err *err)
{
  if (sg_scores_kind_of(opts) != SG_SCORES_PROJECTED)
    return sg_fail(err, SG_EINVAL, "%s: a track has one number a base: --scores projected", path);
  if (sg_opt_given(opts, "shard"))
    return sg_fail(err, SG_EINVAL, "%s: tracks cannot be put together from pieces; under --shard "
                   "write .npz, .h5 or .tsv and merge those", path);
  if (sg_opt_given(opts, "strand-native"))
    return sg_fail(err, SG_EINVAL, "%s: a track lies on the chromosome; leave out --strand-native",
                   path);
  if (!sg_opt_given(opts, "genome"))
    return sg_fail(err, SG_EINVAL, "%s: a track needs chromosomes: -f GENOME.fa with -b or -R",
                   path);
  return sg_track_check(path, err);
}

static sg_status check_onehot(const sg_opts *opts, sg_err *err)
{
  sg_table_opts t = sg_table_opts_default();
  const char *path = sg_opt_text(opts, "ohe");
  sg_score_format format = path ? sg_score_format_of(path, NULL) : SG_SCORE_NPZ;
  if (format != SG_SCORE_NPZ && format != SG_SCORE_HDF5)
    return sg_fail(err, SG_EINVAL, "--ohe %s: arrays are written to .npz or .h5", path);
  t.path = path;
  return path ? sg_table_check(&t, err) : SG_OK;
}

sg_status sg_scores_check(const sg_opts *opts, sg_err *err)
{
  sg_table_opts t = sg_table_opts_default();
  const char *path = t.path = sg_opt_text(opts, "output");
  sg_score_format format = sg_score_format_of(path, NULL);
  sg_scores_kind kind = sg_scores_kind_of(opts);
  sg_status status = check_onehot(opts, err);
  if (status) return status;
  if (format == SG_SCORE_NONE)
    return sg_fail(err, SG_EINVAL, "%s: the ending names no format; use .npz, .h5, .tsv, .tsv.gz, "
                   ".bedgraph or .bw", path);
  if (format == SG_SCORE_TRACK) return check_track(opts, path, err);
  if (format == SG_SCORE_HDF5 && kind == SG_SCORES_PROJECTED)
    return sg_fail(err, SG_EINVAL, "%s: holds projected scores as projected_shap/seq already; "
                   "leave out --scores, or write .npz", path);
  return sg_table_check(&t, err);
}

/* ---- 2. Names ---- */

/* Letters that are safe in names of files stay; the others become '_'. */
static void put_safe(char *to, const char *name, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)name[i];
    to[i] = (char)(isalnum(c) || c == '.' || c == '-' || c == '+' ? c : '_');
  }
}

/* OUT.EXT, or OUT.TARGET.EXT where there are several; NULL: out of memory. */
static char *file_name(const char *path, const char *target, bool several)
{
  const char *dot = NULL;
  if (!several || !path) return strdup(path ? path : "-");
  sg_score_format_of(path, &dot);
  size_t stem = dot ? (size_t)(dot - path) : strlen(path), n = strlen(target);
  size_t size = strlen(path) + n + 2;
  char *name = malloc(size);
  if (!name) return NULL;
  memcpy(name, path, stem);
  name[stem] = '.';
  put_safe(name + stem + 1, target, n);
  snprintf(name + stem + 1 + n, size - stem - 1 - n, "%s", path + stem);
  return name;
}

/* The file begun last has a name of its own. */
static sg_status check_name(const sg_scores *s, sg_err *err)
{
  int i = s->n - 1;
  for (int j = 0; j < i; j++)
    if (s->file[i].path && s->file[j].path && !strcmp(s->file[i].path, s->file[j].path))
      return sg_fail(err, SG_EINVAL, "targets %s and %s would be written to the same file %s; "
                     "explain one at a time", s->opts.targets[j], s->opts.targets[i],
                     s->file[i].path);
  return SG_OK;
}

/* ---- 3. The files ---- */

static sg_status open_files(sg_scores *s, sg_err *err)
{
  const sg_scores_opts *o = &s->opts;
  const char *path = sg_opt_text(o->opts, "output"), *ohe = sg_opt_text(o->opts, "ohe");
  sg_status status = SG_OK;
  for (int t = 0; t < o->n_targets && !status; t++) {
    char *name = file_name(path, o->targets[t], o->n_targets > 1);
    if (!name) return sg_fail(err, SG_ENOMEM, "out of memory");
    s->n = t + 1;
    status = sg_scorefile_open(o, name, t, &s->file[t], err);
    if (!status) status = check_name(s, err);
  }
  if (status || !ohe) return status;
  char *name = strdup(ohe);
  s->has_onehot = true;
  if (!name) return sg_fail(err, SG_ENOMEM, "out of memory");
  return sg_scorefile_open(o, name, -1, &s->onehot, err);
}

sg_status sg_scores_open(const sg_scores_opts *opts, sg_scores **ret_scores, sg_err *err)
{
  const char *path = sg_opt_text(opts->opts, "output");
  *ret_scores = NULL;
  if (opts->n_targets > 1 && (!path || !strcmp(path, "-")))
    return sg_fail(err, SG_EINVAL, "%d methods and targets need a file each: -o OUT.EXT names "
                   "them OUT.METHOD.TARGET.EXT; or choose one", opts->n_targets);
  sg_scores *s = calloc(1, sizeof *s);
  if (s) s->file = calloc((size_t)opts->n_targets + 1, sizeof *s->file);
  if (!s || !s->file) {
    free(s);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  s->opts = *opts;
  sg_status status = open_files(s, err);
  if (status) sg_scores_free(s);
  else *ret_scores = s;
  return status;
}

bool sg_scores_reverse(const sg_opts *opts, const sg_region *region)
{
  return region->strand == '-' && !sg_opt_given(opts, "strand-native");
}

void sg_scores_onehot(const sg_alphabet *alphabet, const uint8_t *codes, int64_t length,
                      bool reverse, float *dst)
{
  for (int k = 0; k < 4; k++) {
    uint8_t base = alphabet->base[reverse ? 3 - k : k];
    for (int64_t i = 0; i < length; i++) {
      uint8_t code = codes[reverse ? length - 1 - i : i];
      dst[k * length + i] = code == base ? 1.0f : code == SG_CODE_N_QUARTER ? 0.25f : 0.0f;
    }
  }
}

sg_status sg_scores_put(sg_scores *scores, int target, const sg_scores_row *row, sg_err *err)
{
  sg_status status = sg_scorefile_put(&scores->file[target], row, err);
  if (!status && !target && scores->has_onehot)
    status = sg_scorefile_put(&scores->onehot, row, err);
  return status;
}

sg_status sg_scores_close(sg_scores *scores, sg_err *err)
{
  sg_status status = SG_OK;
  for (int t = 0; t < scores->n && !status; t++)
    status = sg_scorefile_close(&scores->file[t], err);
  if (!status && scores->has_onehot) status = sg_scorefile_close(&scores->onehot, err);
  sg_scores_free(scores);
  return status;
}

void sg_scores_free(sg_scores *scores)
{
  if (!scores) return;
  for (int t = 0; t < scores->n; t++) sg_scorefile_release(&scores->file[t]);
  if (scores->has_onehot) sg_scorefile_release(&scores->onehot);
  free(scores->file);
  free(scores);
}
