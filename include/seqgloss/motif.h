/* seqgloss/motif.h: motifs, as matrices over A, C, G, T, and sets of them in files.
 *
 * A motif is a matrix of `width` columns, each four numbers in the order A, C, G, T: m[width][4].
 * Four formats are read and written: MEME minimal, JASPAR, TRANSFAC, HOMER; which one a file is in
 * is told by its content. Files may be compressed (gzip, bgzip) or "-", standard input.
 */
#ifndef SEQGLOSS_MOTIF_H
#define SEQGLOSS_MOTIF_H

#include "seqgloss/io.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SG_MOTIF_WIDTH_MAX = 1000 };
/* Sites of a motif at most, so that sums over them stay exact to less than one. */
#define SG_MOTIF_SITES_MAX 1e15

/* What the numbers of a matrix are. */
typedef enum sg_motif_kind {
  SG_MOTIF_COUNTS = 0,    /* >= 0: sites with that base in that column; need not be whole */
  SG_MOTIF_PROBS,         /* >= 0, each column sums to 1 but for a file's rounding */
  SG_MOTIF_CWM            /* contributions, of either sign: to draw, not to compare or count */
} sg_motif_kind;

typedef enum sg_motif_format {
  SG_MOTIF_MEME = 0, SG_MOTIF_JASPAR, SG_MOTIF_TRANSFAC, SG_MOTIF_HOMER
} sg_motif_format;

/* One motif. Everything is owned by its set. */
typedef struct sg_motif {
  const char *id;         /* as in the file: may hold : ( ) . / , but no blank; never empty */
  const char *name;       /* second name, "" where there is none */
  sg_motif_kind kind;
  int width;              /* 1 .. SG_MOTIF_WIDTH_MAX */
  double *m;              /* [width][4] A, C, G, T */
  double nsites;          /* sites that it was made of; 0: not said. For counts the largest sum of
                             a column. Files: at most SG_MOTIF_SITES_MAX */
  double evalue;          /* as in the file; 0: not said */
  int64_t line;           /* where it begins in its file, from 1; 0: made here */
} sg_motif;

/* Motifs in the order of their file. */
typedef struct sg_motifs {
  int n;
  sg_motif *motif;        /* [n] */
  sg_motif_format format; /* of the file they were read from */
  bool has_bg;
  double bg[4];           /* background of the file (MEME's), else 1/4 each */
  char *path;             /* for messages; NULL: made here */
} sg_motifs;

/* An empty set, and one motif more in it: *ret_motif has a copy of the names and width x 4 zeros.
 * SG_EINVAL: an empty id or one with a blank, width out of range. O(1) amortised; pointers to
 * motifs are valid until the next motif is added. */
SG_API sg_status sg_motifs_new(sg_motifs **ret_motifs, sg_err *err);
SG_API sg_status sg_motifs_add(sg_motifs *motifs, const char *id, const char *name, int width,
                               sg_motif **ret_motif, sg_err *err);
/* The same with a copy of `motif`, which may be of another set. */
SG_API sg_status sg_motifs_append(sg_motifs *motifs, const sg_motif *motif, sg_err *err);
/* The same from letters (IUPAC, either case; '-', '.' and X are N): probabilities, equal for the
 * bases that a letter stands for, nsites 0. SG_EINVAL: a letter that is none. */
SG_API sg_status sg_motifs_add_text(sg_motifs *motifs, const char *id, const char *text,
                                    sg_motif **ret_motif, sg_err *err);
/* Leaves only the motifs i with keep[i], in their order. O(n). */
SG_API void sg_motifs_keep(sg_motifs *motifs, const bool *keep);
SG_API void sg_motifs_free(sg_motifs *motifs);                          /* NULL is fine */

/* All motifs of a file. Numbers are those of the file, unchanged; probabilities may be off by its
 * rounding (a column's sum by 0.02). JASPAR and TRANSFAC files are taken for probabilities where
 * all columns sum to 1 and not all numbers are whole, MEME files for contributions where a number
 * is negative or the matrix is one of log-odds. Files one after the other are one file; the first
 * background counts. Errors name file, line and motif: SG_ENOTFOUND, SG_EIO, SG_EFORMAT (also a
 * file without any motif), SG_EUNSUPPORTED (an alphabet that is not DNA), SG_ENOMEM. */
SG_API sg_status sg_motifs_read(const char *path, sg_motifs **ret_motifs, sg_err *err);
/* Writes a whole set in that format; numbers so that reading gives them back exactly. Counts go
 * where a format has probabilities only (MEME, HOMER) as probabilities with nsites (1/4 each in a
 * column without counts); probabilities go where it has counts (JASPAR, TRANSFAC) times nsites,
 * times 100 where none is said. Matrices of contributions go to MEME only (SG_EUNSUPPORTED).
 * Blanks in a name become '_' in MEME, and nsites a whole number; evalue and background are in
 * MEME only. HOMER's threshold is the information of the matrix in nats. */
SG_API sg_status sg_motifs_write(const sg_motifs *motifs, sg_motif_format format,
                                 sg_output *output, sg_err *err);
/* By the end of a name: .meme, .jaspar or .pfm, .transfac, .homer or .motif (and .gz).
 * SG_EINVAL: none of them. */
SG_API sg_status sg_motif_format_of(const char *path, sg_motif_format *ret_format, sg_err *err);

/* p[width][4] of a motif of counts or probabilities: (m + pseudo bg) / (sum m + pseudo), where for
 * probabilities m is times nsites (20 where not said). bg[4] sums to 1. SG_EINVAL: contributions;
 * pseudo < 0; a column without counts when pseudo is 0. */
SG_API sg_status sg_motif_probs(const sg_motif *motif, double pseudo, const double bg[4],
                                double *p, sg_err *err);
/* Turns m[width][4] into that of the other strand, in place. */
SG_API void sg_motif_revcomp(double *m, int width);
/* A letter a column, IUPAC by Cavener's rule: text[width + 1]. p[width][4] need not be exact. */
SG_API void sg_motif_consensus(const double *p, int width, char *text);
/* Information content of each column, in bits, against background bg[4]: ic[width] =
 * sum p log2(p / bg). */
SG_API void sg_motif_bits(const double *p, int width, const double bg[4], double *ic);

/* How motifs are drawn: heights of letters for seqgloss/logo.h. */
typedef enum sg_motif_heights_kind {
  SG_HEIGHTS_BITS = 0,    /* probability times the information of the column against bg */
  SG_HEIGHTS_PROBS,       /* probabilities */
  SG_HEIGHTS_AS_IS        /* the numbers of the matrix: contributions */
} sg_motif_heights_kind;

/* h[width][4]. `correct`: the information of a column is lessened by 3 / (2 ln 2 nsites), which so
 * few sites would show by chance, down to 0 (Schneider et al. 1986, J Mol Biol 188:415); no effect
 * where nsites is not said. Columns without counts have height 0 (bits) or 1/4. SG_EINVAL: bits or
 * probabilities of contributions. */
SG_API sg_status sg_motif_heights(const sg_motif *motif, sg_motif_heights_kind kind, bool correct,
                                  const double bg[4], double *h, sg_err *err);

#ifdef __cplusplus
}
#endif
#endif
