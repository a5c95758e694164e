/* cli/logo_motifs.c: panels of motifs: operands that are files, shipped sets, or sequences. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/logo_job.h"
#include "cli/motifdb.h"
#include "cli/motifpick.h"

/* What heights mean for a motif: contributions are never anything else. */
static sg_motif_heights_kind heights_of(const sg_opts *opts, const sg_motif *motif)
{
  return motif->kind == SG_MOTIF_CWM ? SG_HEIGHTS_AS_IS
                                     : (sg_motif_heights_kind)sg_opt_choice(opts, "heights");
}

static char *title_of(const sg_motif *motif)
{
  size_t size = strlen(motif->id) + strlen(motif->name) + 2;
  char *title = malloc(size);
  if (title) snprintf(title, size, "%s%s%s", motif->id, *motif->name ? " " : "", motif->name);
  return title;
}

static sg_status add_motif(sg_logo_job *job, sg_motif *motif, const double bg[4], sg_err *err)
{
  static const struct { const char *axis; double hi; } axes[] = {
    [SG_HEIGHTS_BITS] = { "bits", 2 }, [SG_HEIGHTS_PROBS] = { "probability", 1 },
    [SG_HEIGHTS_AS_IS] = { "contribution", 0 }
  };
  sg_motif_heights_kind kind = heights_of(job->opts, motif);
  sg_logo_panel *panel;
  char *title = title_of(motif);
  if (!title) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = sg_logo_job_add(job, title, motif->width, &panel, err);
  free(title);
  if (status) return status;
  if (sg_opt_given(job->opts, "revcomp")) sg_motif_revcomp(motif->m, motif->width);
  panel->axis = axes[kind].axis;
  panel->hi = axes[kind].hi;
  return sg_motif_heights(motif, kind, sg_opt_given(job->opts, "small-sample"), bg,
                          (double *)panel->h, err);
}

static bool chosen(const sg_logo_job *job, const sg_motif *motif)
{
  bool any = job->n_form == 0;
  for (int i = 0; i < job->n_form; i++) {
    if (!sg_glob(job->form[i], motif->id) && !sg_glob(job->form[i], motif->name)) continue;
    job->found[i] = any = true;
  }
  return any;
}

static sg_status add_chosen(sg_logo_job *job, sg_motifs *motifs, const char *name, sg_err *err)
{
  static const double even[4] = { 0.25, 0.25, 0.25, 0.25 };
  int n = 0;
  sg_status status = SG_OK;
  for (int i = 0; i < motifs->n; i++) n += chosen(job, &motifs->motif[i]);
  if (!n)
    return sg_fail(err, SG_ENOTFOUND, "%s: no motif has such an identifier or name; seqgloss "
                   "motifs %s lists them", name, name);
  if (job->logo.n_panel + n > SG_LOGO_PANELS)
    return sg_fail(err, SG_EINVAL, "%s: %d motifs; choose at most %d by their names or "
                   "-i", name, n, SG_LOGO_PANELS);
  for (int i = 0; i < motifs->n && !status; i++)
    if (chosen(job, &motifs->motif[i]))
      status = add_motif(job, &motifs->motif[i], even, err);
  return status;
}

/* ---- Operands ---- */

/* A version behind a point, MA0071.1, is no ending of a file. */
static bool is_file(const char *name)
{
  const char *point = strrchr(name, '.');
  bool ending = point && point[1 + strspn(point + 1, "0123456789")];
  return !strcmp(name, "-") || !access(name, F_OK) || sg_motifdb_is_set(name)
         || strchr(name, '/') || ending;
}

static sg_status add_file(sg_logo_job *job, const char *name, sg_err *err)
{
  sg_motifs *motifs = NULL;
  sg_status status = sg_motifdb_read(name, &motifs, err);
  if (!status) status = add_chosen(job, motifs, name, err);
  sg_motifs_free(motifs);
  return status;
}

/* A word of letters for bases. */
static sg_status add_sequence(sg_logo_job *job, const char *name, bool draw, sg_err *err)
{
  sg_motifs *motifs = NULL;
  sg_motif *motif;
  sg_status status = sg_motifs_new(&motifs, err);
  if (!status) status = sg_motifs_add_text(motifs, name, name, &motif, err);
  if (!status && draw)
    status = add_motif(job, motif, (double[4]){ 0.25, 0.25, 0.25, 0.25 }, err);
  sg_motifs_free(motifs);
  return status;
}

/* The forms of -i, then words that are neither files nor sequences: names of motifs. *ret_files:
 * operands that are read. */
static sg_status gather_forms(sg_logo_job *job, int *ret_files, sg_err *err)
{
  int n;
  const char *const *form = sg_opt_many(job->opts, "id", &n);
  size_t most = (size_t)n + (size_t)job->opts->n_operand + 1;
  job->form = calloc(most, sizeof *job->form);
  job->found = calloc(most, sizeof *job->found);
  if (!job->form || !job->found) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < n; i++) job->form[job->n_form++] = form[i];
  for (int i = 0; i < job->opts->n_operand; i++) {
    const char *word = job->opts->operand[i];
    if (is_file(word)) ++*ret_files;
    else if (add_sequence(job, word, false, NULL)) job->form[job->n_form++] = word;
  }
  return SG_OK;
}

/* Every name must be that of a motif. */
static sg_status check_found(const sg_logo_job *job, int n_id, bool files, sg_err *err)
{
  for (int i = n_id; i < job->n_form; i++)
    if (!job->found[i])
      return sg_fail(err, SG_ENOTFOUND, "%s is no file, no sequence, and no identifier or name of "
                     "a motif of %s: seqgloss motifs vertebrates --name '*%s*' searches",
                     job->form[i], files ? "those files" : "the shipped vertebrates",
                     job->form[i]);
  return SG_OK;
}

static sg_status add_operand(sg_logo_job *job, const char *name, sg_err *err)
{
  if (is_file(name)) return add_file(job, name, err);
  return add_sequence(job, name, false, NULL) ? SG_OK : add_sequence(job, name, true, err);
}

sg_status sg_logo_motifs(sg_logo_job *job, sg_err *err)
{
  int files = 0, n_id = sg_opt_count(job->opts, "id");
  sg_status status = gather_forms(job, &files, err);
  for (int i = 0; i < job->opts->n_operand && !status; i++)
    status = add_operand(job, job->opts->operand[i], err);
  if (!status && !files && job->n_form > n_id) status = add_file(job, "vertebrates", err);
  if (status && status != SG_ENOTFOUND) return status;
  sg_status named = check_found(job, n_id, files > 0, err);      /* says more than which file */
  return named ? named : status;
}
