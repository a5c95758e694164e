/* cli/cmd_agree.c: how far attributions by several methods agree.
 *
 *   1. Options
 *   2. Files: names of methods, what they have in common
 *   3. Outputs
 *   4. The run over the regions
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/agree.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/facts.h"
#include "cli/groups.h"
#include "seqgloss/agree.h"

/* ---- 1. Options ---- */

static const sg_opt_def agree_defs[] = {
  { "ohe", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, 0,
    "one-hot sequences (--ohe of seqgloss attribute): scores of the four bases are compared at the "
    "base that is there" },
  { "top", 0, SG_OPT_INT, "K", "20", 1, 1e9, 0,
    "the positions of greatest |score| that are compared" },
  { "mixed", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "also compare files of different networks or targets" },
  { 0 }
};
static const sg_opt_def output_defs[] = {
  { "output", 'o', SG_OPT_OUTFILE, NULL, "-", 0, 0, SG_OPT_NEUTRAL,
    "table of the means over the regions, a row for two methods (.tsv)" },
  { "each", 0, SG_OPT_OUTFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "also a table with a row for two methods and each region (.tsv, .tsv.gz)" },
  { "svg", 0, SG_OPT_OUTFILE, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "also a picture of the means as a matrix" },
  { "measure", 0, SG_OPT_CHOICE, "pearson|spearman|sign|top", "spearman", 0, 0, SG_OPT_NEUTRAL,
    "what the picture shows" },
  { "no-provenance", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL, "write no ## lines" },
  { 0 }
};
static const sg_opt_group agree_group = { "Comparison", agree_defs };
static const sg_opt_group output_group = { "Output", output_defs };
static const sg_opt_group *const groups[] = { &agree_group, &output_group, &sg_group_common, NULL };
static const char *const usage[] = {
  "[options] SCORES.deeplift.npz SCORES.ism.npz ...",
  "[options] [NAME=]FILE [NAME=]FILE ...",
  NULL
};

typedef struct job {
  const sg_opts *opts;
  sg_facts facts;
  sg_agree_file *file;         /* [n_file] methods, then that of --ohe */
  int n, n_file;
  bool elements;               /* all four bases are compared, not one number a position */
  sg_agree *agree;
  sg_agreement *pairs;         /* [n][n] */
  const float **scores;        /* [n] */
  float *projected;            /* [n][room] */
  int64_t room, regions;
  sg_output *table, *each, *svg;
} job;

/* ---- 2. Files ---- */

static size_t stem_of(const char *base)
{
  static const char *const ends[] = { ".gz", ".bgz", ".tsv", ".txt", ".npz", ".h5", ".hdf5" };
  size_t n = strlen(base);
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    size_t m = strlen(ends[i]);
    if (n > m && !strncmp(base + n - m, ends[i], m)) n -= m;
  }
  return n;
}

/* Where the file begins in [NAME=]FILE. A = that stands behind a slash is of a folder's or a file's
 * name, and so is one where there is such a file. */
static const char *path_of(const char *text)
{
  size_t n = strcspn(text, "=/");
  return text[n] == '=' && access(text, F_OK) ? text + n + 1 : text;
}

/* Names stand in tables, which have no place for tabs and other control characters. */
static sg_status check_name(const char *name, const char *text, sg_err *err)
{
  bool good = *name;
  for (const char *p = name; *p; p++) good = good && (unsigned char)*p >= ' ' && *p != 127;
  if (good) return SG_OK;
  return sg_fail(err, SG_EINVAL, "%s: the name of its method is %s: give one, NAME=FILE", text,
                 *name ? "not of plain characters" : "empty");
}

/* Letters up to the last dot that all names share: "scores." of scores.ism, scores.deeplift. */
static size_t shared_head(const job *j)
{
  size_t dot = 0;
  const char *first = sg_basename(j->opts->operand[0]);
  for (size_t n = 0; first[n] && n < stem_of(first); n++) {
    for (int i = 0; i < j->n; i++) {
      const char *text = j->opts->operand[i], *base = sg_basename(text);
      if (path_of(text) != text || n + 1 >= stem_of(base) || base[n] != first[n]) return dot;
    }
    if (first[n] == '.') dot = n + 1;
  }
  return dot;
}

static sg_status open_one(job *j, const char *text, size_t head, sg_err *err)
{
  const char *path = path_of(text), *base = sg_basename(path);
  char *name = path > text ? strndup(text, (size_t)(path - text) - 1)
                           : strndup(base + head, stem_of(base) - head);
  if (!name) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_agree_file *f = &j->file[j->n_file++];
  sg_status status = sg_agree_file_open(path, name, f, err);
  if (!status) status = check_name(name, text, err);
  for (int i = 0; i < j->n_file - 1 && !status; i++)
    if (!strcmp(j->file[i].name, f->name))
      status = sg_fail(err, SG_EINVAL, "%s and %s are both called %s: name them, NAME=FILE",
                       j->file[i].path, path, name);
  return status;
}

/* Files of two networks, or of two of their outputs, explain different things. */
static sg_status check_origin(const job *j, sg_err *err)
{
  const sg_agree_file *a = &j->file[0];
  for (int i = 1; i < j->n && !sg_opt_given(j->opts, "mixed"); i++) {
    const sg_agree_file *b = &j->file[i];
    if (*a->model && *b->model && strcmp(a->model, b->model))
      return sg_fail(err, SG_EINVAL, "%s and %s explain different networks (%.20s, %.20s); --mixed "
                     "compares them all the same", a->path, b->path, a->model, b->model);
    if (*a->target && *b->target && strcmp(a->target, b->target))
      return sg_fail(err, SG_EINVAL, "%s and %s explain different targets (%s, %s); --mixed "
                     "compares them all the same", a->path, b->path, a->target, b->target);
  }
  return SG_OK;
}

/* One number a position, where all files have it (or --ohe gives it); else all four bases. */
static sg_status choose_numbers(job *j, sg_err *err)
{
  bool ohe = j->n_file > j->n;
  unsigned all = SG_AGREE_BASES | SG_AGREE_POSITIONS;
  const sg_agree_file *without = NULL;
  for (int i = 0; i < j->n; i++) {
    unsigned has = j->file[i].has | (ohe ? SG_AGREE_POSITIONS : 0);
    all &= has;
    if (!(has & SG_AGREE_POSITIONS)) without = &j->file[i];
  }
  j->elements = !(all & SG_AGREE_POSITIONS);
  if (all) return SG_OK;
  return sg_fail(err, SG_EINVAL, "%s has a number for each base, others one a position: give --ohe "
                 "ONEHOT.npz, or write all with the same --scores", without->path);
}

static sg_status open_files(job *j, sg_err *err)
{
  const char *ohe = sg_opt_text(j->opts, "ohe");
  size_t head = shared_head(j);
  sg_status status = SG_OK;
  j->file = calloc((size_t)j->n + 1, sizeof *j->file);
  if (!j->file) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < j->n && !status; i++) status = open_one(j, j->opts->operand[i], head, err);
  if (!status) status = check_origin(j, err);
  if (!status && ohe) {
    char *name = strdup("");
    sg_agree_file *f = &j->file[j->n_file++];
    if (!name) return sg_fail(err, SG_ENOMEM, "out of memory");
    status = sg_agree_file_open(ohe, name, f, err);
    if (!status && !(f->has & SG_AGREE_BASES))
      status = sg_fail(err, SG_ESHAPE, "--ohe %s: needs the axes regions x 4 bases x positions",
                       ohe);
  }
  return status ? status : choose_numbers(j, err);
}

/* ---- 3. Outputs ---- */

static sg_status put_facts(const job *j, sg_output *out, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < j->facts.n && !sg_opt_given(j->opts, "no-provenance") && !status; i++)
    status = sg_output_printf(out, err, "## %s %s\n", j->facts.fact[i].key,
                              j->facts.fact[i].value);
  return status;
}

static sg_status put_titles(sg_output *out, const char *first, const char *count, sg_err *err)
{
  sg_status status = sg_output_printf(out, err, "#%smethod_a\tmethod_b\t%s", first, count);
  for (int k = 0; k < SG_AGREE_MEASURES && !status; k++)
    status = sg_output_printf(out, err, "\t%s", sg_agree_name(k));
  return status ? status : sg_output_puts(out, "\n", err);
}

/* "\ta\tb\tcount" and the measures. */
static sg_status put_pair(const job *j, sg_output *out, int a, int b, int64_t count, sg_err *err)
{
  const sg_agreement *p = &j->pairs[a * j->n + b];
  sg_status status = sg_output_printf(out, err, "%s\t%s\t%" PRId64, j->file[a].name,
                                      j->file[b].name, count);
  for (int k = 0; k < SG_AGREE_MEASURES && !status; k++) {
    status = sg_output_puts(out, "\t", err);
    if (!status && isnan(p->value[k])) status = sg_output_puts(out, "NA", err);
    else if (!status) status = sg_output_f32(out, (float)p->value[k], err);
  }
  return status ? status : sg_output_puts(out, "\n", err);
}

/* The place as the first file has it, or the next one that has any. */
static sg_status put_region(job *j, sg_err *err)
{
  const sg_agree_file *f = j->file;
  sg_status status = SG_OK;
  for (int i = 0; i < j->n && !strcmp(f->region, "."); i++) f = &j->file[i];
  for (int a = 0; a < j->n && !status; a++)
    for (int b = a + 1; b < j->n && !status; b++) {
      status = sg_output_printf(j->each, err, "%s\t%s\t", f->region, f->chrom);
      if (!status && f->start == -1 && f->end == -1)
        status = sg_output_puts(j->each, ".\t.\t", err);
      else if (!status)
        status = sg_output_printf(j->each, err, "%" PRId64 "\t%" PRId64 "\t", f->start, f->end);
      if (!status) status = sg_output_printf(j->each, err, "%c\t", f->strand);
      if (!status)
        status = put_pair(j, j->each, a, b, j->pairs[a * j->n + b].n[SG_AGREE_PEARSON], err);
    }
  return status;
}

static sg_status open_outputs(job *j, sg_err *err)
{
  const char *each = sg_opt_text(j->opts, "each"), *svg = sg_opt_text(j->opts, "svg");
  sg_status status = svg ? sg_output_check(svg, err) : SG_OK;
  if (!status) status = sg_output_open(sg_opt_text(j->opts, "output"), 0, &j->table, err);
  if (!status && each) status = sg_output_open(each, 0, &j->each, err);
  if (status || !each) return status;
  status = put_facts(j, j->each, err);
  return status ? status
                : put_titles(j->each, "region\tchrom\tstart\tend\tstrand\t",
                             j->elements ? "elements" : "positions", err);
}

static sg_status write_svg(job *j, sg_err *err)
{
  const char **names = calloc((size_t)j->n, sizeof *names);
  char *text = NULL;
  sg_status status = names ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < j->n && names; i++) names[i] = j->file[i].name;
  if (!status)
    status = sg_agree_svg(names, j->n, sg_opt_choice(j->opts, "measure"), j->pairs, &text, err);
  if (!status) status = sg_output_open(sg_opt_text(j->opts, "svg"), 0, &j->svg, err);
  if (!status) status = sg_output_puts(j->svg, text, err);
  free(text);
  free(names);
  return status;
}

/* All of them are complete before the first has its name; the table, on standard output perhaps,
 * comes last. */
static sg_status commit_all(job *j, sg_err *err)
{
  sg_output **all[] = { &j->svg, &j->each, &j->table };
  sg_status status = SG_OK;
  for (int i = 0; i < 3 && !status; i++) if (*all[i]) status = sg_output_seal(*all[i], err);
  for (int i = 0; i < 3 && !status; i++) {
    sg_output *out = *all[i];
    *all[i] = NULL;
    if (out) status = sg_output_commit(out, err);
  }
  return status;
}

static sg_status write_all(job *j, sg_err *err)
{
  sg_agree_total(j->agree, j->pairs);
  sg_status status = put_facts(j, j->table, err);
  if (!status) status = put_titles(j->table, "", "regions", err);
  for (int a = 0; a < j->n && !status; a++)
    for (int b = a + 1; b < j->n && !status; b++)
      status = put_pair(j, j->table, a, b, j->regions, err);
  if (!status && sg_opt_given(j->opts, "svg")) status = write_svg(j, err);
  return status ? status : commit_all(j, err);
}

/* ---- 4. The run ---- */

static bool same_place(const sg_agree_file *a, const sg_agree_file *b)
{
  if (a->start == -1 && a->end == -1 && !strcmp(a->region, ".")) return true;
  if (b->start == -1 && b->end == -1 && !strcmp(b->region, ".")) return true;
  return !strcmp(a->region, b->region) && !strcmp(a->chrom, b->chrom) && a->start == b->start
         && a->end == b->end && a->strand == b->strand;
}

static sg_status other_place(const job *j, const sg_agree_file *a, const sg_agree_file *b,
                             sg_err *err)
{
  return sg_fail(err, SG_ESHAPE, "region %" PRId64 " is %s (%s:%" PRId64 "-%" PRId64 " %c) in %s, "
                 "%s (%s:%" PRId64 "-%" PRId64 " %c) in %s: explain the same regions in the same "
                 "order", j->regions + 1, a->region, a->chrom, a->start, a->end, a->strand, a->path,
                 b->region, b->chrom, b->start, b->end, b->strand, b->path);
}

/* The next window of every file; they must be the same. */
static sg_status next_window(job *j, bool *ret_more, sg_err *err)
{
  const sg_agree_file *a = &j->file[0];
  bool more;
  sg_status status = SG_OK;
  for (int i = 0; i < j->n_file && !status; i++) {
    sg_agree_file *f = &j->file[i];
    status = sg_agree_file_next(f, i ? &more : ret_more, err);
    if (status || !i) continue;
    if (more != *ret_more)
      return sg_fail(err, SG_ESHAPE, "%s has more regions than %s: both must be of one run over "
                     "the same regions", more ? f->path : a->path, more ? a->path : f->path);
    if (!more) continue;
    if (!same_place(a, f)) return other_place(j, a, f, err);
    if (f->length != a->length)
      return sg_fail(err, SG_ESHAPE, "region %" PRId64 " (%s) has %" PRId64 " positions in %s, %"
                     PRId64 " in %s", j->regions + 1, a->region, a->length, a->path, f->length,
                     f->path);
  }
  return status;
}

static sg_status make_room(job *j, int64_t n, sg_err *err)
{
  if (n <= j->room) return SG_OK;
  free(j->projected);
  j->room = 0;
  j->projected = malloc((size_t)j->n * (size_t)n * sizeof *j->projected);
  if (!j->projected) return sg_fail(err, SG_ENOMEM, "out of memory");
  j->room = n;
  return SG_OK;
}

/* One number a position of file i: as it has it, or the scores times the sequence. */
static const float *project(job *j, int i)
{
  const sg_agree_file *f = &j->file[i], *ohe = &j->file[j->n];
  float *to = j->projected + i * j->room;
  if (f->has & SG_AGREE_POSITIONS) return f->positions;
  for (int64_t l = 0; l < f->length; l++) {
    to[l] = 0;
    for (int k = 0; k < 4; k++)
      to[l] += f->bases[k * f->length + l] * ohe->bases[k * f->length + l];
  }
  return to;
}

static sg_status compare_regions(job *j, sg_err *err)
{
  bool more = true;
  sg_status status = SG_OK;
  while (!status) {
    if (sg_cancelled(NULL)) return sg_fail(err, SG_ECANCELLED, "stopped");
    status = next_window(j, &more, err);
    if (status || !more) break;
    int64_t n = j->file[0].length;
    status = make_room(j, n, err);
    for (int i = 0; i < j->n && !status; i++)
      j->scores[i] = j->elements ? j->file[i].bases : project(j, i);
    if (!status)
      status = sg_agree_region(j->agree, j->scores, j->elements ? 4 * n : n, j->pairs, err);
    if (!status && j->each) status = put_region(j, err);
    j->regions++;
  }
  if (!status && !j->regions) status = sg_fail(err, SG_EINVAL, "there is no region in the files");
  return status;
}

static sg_status run_job(job *j, sg_err *err)
{
  size_t n = (size_t)j->n;
  j->pairs = calloc(n * n, sizeof *j->pairs);
  j->scores = calloc(n, sizeof *j->scores);
  if (!j->pairs || !j->scores) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = sg_facts_make(j->opts, NULL, &j->facts, err);
  if (!status) status = open_files(j, err);
  if (!status) status = sg_agree_new(j->n, sg_opt_int(j->opts, "top"), &j->agree, err);
  if (!status) status = open_outputs(j, err);
  if (!status) status = compare_regions(j, err);
  if (!status) status = write_all(j, err);
  if (!status)
    sg_say(SG_LOG_INFO, "%" PRId64 " regions; %s are compared", j->regions,
           j->elements ? "the scores of all four bases" : "positions");
  return status;
}

static void release(job *j)
{
  for (int i = 0; i < j->n_file; i++) sg_agree_file_release(&j->file[i]);
  sg_output_discard(j->table);
  sg_output_discard(j->each);
  sg_output_discard(j->svg);
  sg_agree_free(j->agree);
  sg_facts_free(&j->facts);
  free(j->file);
  free(j->pairs);
  free(j->scores);
  free(j->projected);
}

static int run_agree(sg_opts *opts)
{
  sg_err err;
  job j = { .opts = opts, .n = opts->n_operand };
  if (j.n < 2) {
    sg_fail(&err, SG_EINVAL, "two files of scores at least: seqgloss agree A.npz B.npz ...");
    return sg_console_usage(&err);
  }
  sg_status status = run_job(&j, &err);
  release(&j);
  return sg_console_end(status, &err);
}

const sg_cmd sg_cmd_agree = {
  .name = "agree",
  .summary = "how far attributions by several methods agree",
  .usage = usage,
  .about = "Compares the scores that several methods gave the same regions, two methods at a time: "
           "correlation (Pearson), rank correlation (Spearman), the share of positions with equal "
           "signs, and the share of the K most important positions that both name. Reads what "
           "seqgloss attribute and ism write (.npz, .h5, .tsv).",
  .groups = groups,
  .run = run_agree
};
