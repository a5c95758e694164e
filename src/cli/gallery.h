/* cli/gallery.h: --report and --logos of attribution: a few windows, their letters as high as their
 * scores, methods one under another over the same positions.
 *
 * Windows pass by in order; the few that are shown are kept until all have been seen: those whose
 * prediction f(x) is farthest from that of the references, f(r), or, where no method has
 * references, those of the highest f(x); of equal ones the first. So neither threads nor --resume
 * change the page.
 */
#ifndef SG_CLI_GALLERY_H
#define SG_CLI_GALLERY_H

#include "cli/facts.h"
#include "seqgloss/html.h"
#include "seqgloss/region.h"
#include "seqgloss/subsets.h"

/* Options --report, --report-top, --sis, --logos. */
extern const sg_opt_group sg_group_gallery;

/* What is shown. Texts, and what is behind `opts` and `facts`, are borrowed until the gallery is
 * freed; the arrays are copied. */
typedef struct sg_gallery_opts {
  const sg_opts *opts;
  const char *model;                 /* name of the network's file */
  const char *const *methods;        /* [n_methods] */
  const char *const *targets;        /* [n_targets] */
  const bool *logits;                /* [n_targets] the value before a final sigmoid or softmax */
  int n_methods, n_targets;
  const sg_facts *facts;
} sg_gallery_opts;

/* What one method says of one target. */
typedef struct sg_gallery_score {
  const float *contribution;         /* [4][length], A C G T */
  double value, reference, residual; /* f(x), mean f(r), what the sum misses; NAN: there is none */
} sg_gallery_score;

/* A window that is shown. Arrays lie as scores are written (see sg_scores_reverse). */
typedef struct sg_shot {
  double rank;
  char *name, *chrom;
  int64_t start, end;                /* of the window; -1: unknown */
  char strand;
  bool reversed;                     /* positions run against the chromosome */
  int length;
  float *onehot;                     /* [4][length] */
  float *score;                      /* [methods * targets][length] projected */
  double (*told)[3];                 /* [methods * targets] value, reference, residual */
  unsigned char *mark;               /* [targets][length] in a subset; NULL: no table is given */
} sg_shot;

typedef struct sg_gallery {
  sg_gallery_opts o;
  sg_shot *shot;                     /* [n] by rank, the highest first */
  int n, most;
  int64_t seen;
  sg_subsets *subsets;               /* --sis */
} sg_gallery;

/* What can be told from the options alone (SG_EINVAL). */
sg_status sg_gallery_check(const sg_opts *opts, sg_err *err);
/* *ret_gallery stays NULL where nothing is to be shown. Reads --sis; finds out whether page and
 * folder can be written. */
sg_status sg_gallery_open(const sg_gallery_opts *opts, sg_gallery **ret_gallery, sg_err *err);
/* The next window; scores[methods * targets], by method first. */
sg_status sg_gallery_add(sg_gallery *gallery, const sg_region *region, int64_t length,
                         const float *onehot, const sg_gallery_score *scores, sg_err *err);
/* Marks the subsets and writes what was asked for. */
sg_status sg_gallery_write(sg_gallery *gallery, sg_err *err);
void sg_gallery_free(sg_gallery *gallery);                               /* NULL is fine */

/* The columns [*ret_from, *ret_to) of a window that are drawn for a target: all, or where it is
 * long those with the most score of the first method. */
void sg_gallery_stretch(const sg_shot *shot, int target, int *ret_from, int *ret_to);
/* The picture of a window and a target as SVG, for a file or for the page; *ret_svg is freed by
 * free(). */
sg_status sg_gallery_draw(const sg_gallery *gallery, const sg_shot *shot, int target, bool file,
                          char **ret_svg, sg_err *err);
/* Whether the targets have files of different names (SG_EINVAL). */
sg_status sg_gallery_check_names(const sg_gallery *gallery, sg_err *err);
/* All pictures as files (gallery_draw.c), and the page (gallery_page.c). */
sg_status sg_gallery_logos(const sg_gallery *gallery, const char *dir, sg_err *err);
sg_status sg_gallery_page(const sg_gallery *gallery, const char *path, sg_err *err);
/* Marks of a target, or NULL. */
const unsigned char *sg_gallery_mark(const sg_shot *shot, int target);

#endif
