/* cli/compare_logo.c: logos of a query and of a target, one above the other as they are aligned. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/compare_job.h"
#include "seqgloss/logo.h"

char *sg_compare_logo_path(const sg_compare_job *job, const sg_compare_found *found,
                           const char *target)
{
  size_t folder = strlen(job->svg), size = folder + 256;       /* NAME_MAX, and "/" */
  char *path = malloc(size);
  if (!path) return NULL;
  int n = snprintf(path, size, "%s/%d.%.100s.%.100s.svg", job->svg, found->number + 1,
                   found->query->id, target);
  for (int i = (int)folder + 1; i < n; i++)
    if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+", path[i]))
      path[i] = '_';
  return path;
}

static sg_status heights_of(const sg_compare_job *job, const sg_motif *motif, bool reverse,
                            double **ret_h, sg_err *err)
{
  double *h = malloc((size_t)motif->width * 4 * sizeof *h);
  *ret_h = h;
  if (!h) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = sg_motif_heights(motif, SG_HEIGHTS_BITS, false, job->bg, h, err);
  if (!status && reverse) sg_motif_revcomp(h, motif->width);
  return status;
}

sg_status sg_compare_logo(const sg_compare_job *job, const sg_compare_found *found,
                          const sg_match *match, char **ret_svg, sg_err *err)
{
  const sg_motif *target = &job->db->motif[match->target];
  const char *name = sg_compare_name(job, match->target);
  char title[400];
  double *above = NULL, *below = NULL;
  snprintf(title, sizeof title, "%.100s %.100s%s, p = %.3g", target->id, name,
           match->reverse ? " (reverse complement)" : "", match->p);
  sg_status status = heights_of(job, found->query, false, &above, err);
  if (!status) status = heights_of(job, target, match->reverse, &below, err);
  if (!status) {
    sg_logo_panel panel[2] = {
      { .h = above, .width = found->query->width, .hi = 2, .title = found->query->id,
        .axis = "bits", .offset = match->offset > 0 ? match->offset : 0 },
      { .h = below, .width = target->width, .hi = 2, .title = title, .axis = "bits",
        .offset = match->offset < 0 ? -match->offset : 0 }
    };
    sg_logo logo = sg_logo_default();
    logo.panel = panel;
    logo.n_panel = 2;
    logo.numbers = false;
    logo.page = true;
    logo.label = title;
    status = sg_logo_svg(&logo, ret_svg, err);
  }
  free(above);
  free(below);
  return status;
}
