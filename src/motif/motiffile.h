/* motif/motiffile.h: what the readers and writers of motif formats share.
 *
 * A format is one file that ends in one const table of functions, sg_motif_codec. Readers get lines
 * one at a time with one line of looking back, collect a matrix in the reader, and hand it over.
 */
#ifndef SG_MOTIF_MOTIFFILE_H
#define SG_MOTIF_MOTIFFILE_H

#include "seqgloss/motif.h"

typedef struct sg_motif_reader {
  sg_lines *lines;
  sg_motifs *motifs;      /* what was read so far */
  char *line;             /* current line without blanks at its end; NULL: the file is over */
  bool held;              /* the next call gives `line` once more */
  /* The motif under way. */
  char *id, *name;        /* id NULL: none */
  int64_t begin;          /* its first line */
  int width;              /* columns collected */
  double nsites, evalue;
  double m[SG_MOTIF_WIDTH_MAX][4];
} sg_motif_reader;

/* What a format may hold: where numbers are taken for what they are not, the file is refused. */
enum { SG_MOTIF_TAKES_COUNTS = 1, SG_MOTIF_TAKES_CWM = 2 };

typedef struct sg_motif_codec {
  const char *name;       /* as messages say it */
  const char *endings[4]; /* of file names, NULL-ended */
  unsigned takes;
  /* Whether a file whose first line (blank ones aside) is this is of that format. */
  bool (*is)(const char *line);
  sg_status (*read)(sg_motif_reader *r, sg_err *err);
  /* What stands before the first motif (optional), and a motif. */
  sg_status (*begin)(const sg_motifs *motifs, sg_output *output, sg_err *err);
  sg_status (*write)(const sg_motif *motif, sg_output *output, sg_err *err);
} sg_motif_codec;

extern const sg_motif_codec sg_motif_meme, sg_motif_jaspar, sg_motif_transfac, sg_motif_homer;

/* ---- For readers ----------------------------------------------------------------------------- */

/* The next line to r->line. Control characters are refused, blanks at the end cut off. */
sg_status sg_motif_line(sg_motif_reader *r, sg_err *err);
/* Gives the current line, which must not have been cut into words, again. */
void sg_motif_hold(sg_motif_reader *r);
/* SG_EFORMAT with file, line, motif in front. */
sg_status sg_motif_bad(const sg_motif_reader *r, sg_err *err, const char *fmt,
                       ...) SG_PRINTF(3, 4);
/* The next word of *rest, between blanks; NULL: none is left. Cuts the text. */
char *sg_motif_word(char **rest);
/* Begins a motif at this line. `id` and `name` are copied, the latter without blanks around it. */
sg_status sg_motif_start(sg_motif_reader *r, const char *id, const char *name, sg_err *err);
/* One number of a matrix; and four of them, nothing else, as next column. */
sg_status sg_motif_number(const sg_motif_reader *r, const char *text, double *ret_value,
                          sg_err *err);
sg_status sg_motif_column(sg_motif_reader *r, char *text, sg_err *err);
/* Adds the motif under way to the set, its kind told by its numbers: counts; probabilities, where
 * every column sums to 1 (rounding allowed) and not all numbers are whole; contributions, where one
 * is negative or `cwm` says so. */
sg_status sg_motif_finish(sg_motif_reader *r, unsigned takes, bool cwm, sg_err *err);

/* Whether `line` begins with the word and a blank (or its end) after it. */
bool sg_motif_begins(const char *line, const char *word);
bool sg_motif_blank(char c);
/* Whether a number begins there. */
bool sg_motif_digit(const char *text);

/* ---- For writers ----------------------------------------------------------------------------- */

/* One number, exactly, with `before` in front. */
sg_status sg_motif_put(sg_output *output, const char *before, double value, sg_err *err);
/* A name where blanks cannot stand: each becomes '_'. */
sg_status sg_motif_put_name(sg_output *output, const char *name, sg_err *err);
/* Column i as probabilities (counts divided by their sum; 1/4 each where there are none), and as
 * counts (probabilities times nsites, times 100 where none is said). */
void sg_motif_column_probs(const sg_motif *motif, int i, double p[4]);
void sg_motif_column_counts(const sg_motif *motif, int i, double n[4]);

#endif
