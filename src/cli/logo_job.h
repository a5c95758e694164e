/* cli/logo_job.h: one picture of seqgloss logo: panels of motifs, or of a region. */
#ifndef SG_CLI_LOGO_JOB_H
#define SG_CLI_LOGO_JOB_H

#include "cli/options.h"
#include "seqgloss/logo.h"

enum { SG_LOGO_PANELS = 100 };

/* Panels own what they point to but the axis, which is a constant. */
typedef struct sg_logo_job {
  const sg_opts *opts;
  sg_logo logo;
  sg_logo_panel panel[SG_LOGO_PANELS];
  char *place;
  const char **form;           /* [n_form] of -i, and operands that are names of motifs */
  bool *found;                 /* [n_form] some motif is of it */
  int n_form;
} sg_logo_job;

/* One panel more, of heights 0; its title is copied (NULL: none). */
sg_status sg_logo_job_add(sg_logo_job *job, const char *title, int width,
                          sg_logo_panel **ret_panel, sg_err *err);
void sg_logo_job_free(sg_logo_job *job);

/* Panels of the operands: motifs of files and shipped sets, and words of IUPAC letters. */
sg_status sg_logo_motifs(sg_logo_job *job, sg_err *err);
/* Panels of -R: the sequence, and scores of --scores or of the network of -m. */
sg_status sg_logo_region(sg_logo_job *job, sg_err *err);

/* A place on the forward strand. */
typedef struct sg_logo_place { const char *chrom; int64_t start, end; const char *text; }
  sg_logo_place;

/* h[L][4]: scores of a file of ours (.tsv, .bedgraph) over the place; 0 where there are none. */
sg_status sg_logo_scores(const char *path, const sg_logo_place *place, double *h, sg_err *err);
/* h[L][4]: what substitutions at the place do to the prediction of -m; *ret_target is freed by
 * free(). */
sg_status sg_logo_ism(const sg_opts *opts, const sg_logo_place *place, double *h,
                      char **ret_target, sg_err *err);
/* mark[L]: 1 where a subset of the file (seqgloss sis, .tsv) has a position of the place. `rank`:
 * of each region only the subset of this rank; 0: all. */
sg_status sg_logo_subsets(const char *path, int64_t rank, const sg_logo_place *place,
                          unsigned char *mark, sg_err *err);

#endif
