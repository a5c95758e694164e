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

static bool chosen(const sg_opts *opts, const sg_motif *motif)
{
  int n;
  const char *const *forms = sg_opt_many(opts, "id", &n);
  for (int i = 0; i < n; i++)
    if (sg_glob(forms[i], motif->id) || sg_glob(forms[i], motif->name)) return true;
  return n == 0;
}

static sg_status add_chosen(sg_logo_job *job, sg_motifs *motifs, const char *name, sg_err *err)
{
  static const double even[4] = { 0.25, 0.25, 0.25, 0.25 };
  int n = 0;
  sg_status status = SG_OK;
  for (int i = 0; i < motifs->n; i++) n += chosen(job->opts, &motifs->motif[i]);
  if (!n)
    return sg_fail(err, SG_ENOTFOUND, "%s: no motif has such an identifier or name; seqgloss "
                   "motifs %s lists them", name, name);
  if (job->logo.n_panel + n > SG_LOGO_PANELS)
    return sg_fail(err, SG_EINVAL, "%s: %d motifs; choose at most %d by -i", name, n,
                   SG_LOGO_PANELS);
  for (int i = 0; i < motifs->n && !status; i++)
    if (chosen(job->opts, &motifs->motif[i]))
      status = add_motif(job, &motifs->motif[i], even, err);
  return status;
}

/* A word that is neither a file nor a shipped set, and is of letters for bases. */
static sg_status add_operand(sg_logo_job *job, const char *name, sg_err *err)
{
  sg_motifs *motifs = NULL;
  sg_motif *motif;
  bool file = !strcmp(name, "-") || !access(name, F_OK) || sg_motifdb_is_set(name)
              || strpbrk(name, "./");
  sg_status status;
  if (file) {
    status = sg_motifdb_read(name, &motifs, err);
    if (!status) status = add_chosen(job, motifs, name, err);
  } else {
    status = sg_motifs_new(&motifs, err);
    if (!status) status = sg_motifs_add_text(motifs, name, name, &motif, err);
    if (!status) status = add_motif(job, motif, (double[4]){ 0.25, 0.25, 0.25, 0.25 }, err);
    else sg_fail_prefix(err, "%s is no file, no shipped set of motifs, and no sequence: ", name);
  }
  sg_motifs_free(motifs);
  return status;
}

sg_status sg_logo_motifs(sg_logo_job *job, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < job->opts->n_operand && !status; i++)
    status = add_operand(job, job->opts->operand[i], err);
  return status;
}
