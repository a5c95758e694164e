/* seqgloss/subsets.h: tables of sufficient input subsets, and gapped strings in their place.
 *
 * A subset is a set of bases of one window; written as a string from the first to the last of them
 * with `-` for what lies between and is hidden. Three kinds of files are read, plain or compressed,
 * "-" for standard input; which one a file is, is told by its content:
 *
 *   table    what `seqgloss sis -o x.tsv` writes: ## lines, one header line, rows
 *   FASTA    what `seqgloss sis -o x.fa` writes: a gapped string a record
 *   strings  one gapped string a line; what follows a blank or tab is not looked at, nor are lines
 *            that begin with #
 *
 * Letters are A, C, G, T (U is T) in either case; `-`, `.` and N are hidden. Hidden letters at the
 * ends are cut off.
 */
#ifndef SEQGLOSS_SUBSETS_H
#define SEQGLOSS_SUBSETS_H

#include "seqgloss/io.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SG_SUBSET_LENGTH_MAX = 1 << 20 };   /* of a string, hidden letters included */

/* One subset. Texts and arrays belong to the set; a text is "" and an array NULL where the file has
 * nothing to say, and a number is NaN. Everything is told on the forward strand. */
typedef struct sg_subset_row {
  const char *region, *chrom;   /* the window's name and chromosome; "" where unknown */
  int64_t start, end;           /* of the window, 0-based, half open; -1, -1 where unknown */
  char strand;                  /* on which the network read the window: '+', '-', '.' */
  const char *target;           /* the output explained */
  int64_t rank;                 /* number in its region, from 1; 0: unknown */
  double f_all, f_subset, f_rest, f_empty, tau, margin, least_lead;
  double plant_median, plant_frac;   /* of --transplant */
  int size;                     /* bases kept, >= 1 */
  int length;                   /* of the string: from the first to the last of them */
  const char *text;             /* [length] and a final zero: A, C, G, T, and - */
  const int64_t *positions;     /* [size] in the window, the most important first; NULL: unknown */
  const int64_t *genomic;       /* [size] on the chromosome, in the same order; NULL: unknown */
  int64_t first;                /* place of text[0] on the chromosome; -1: unknown */
  int64_t line;                 /* in its file, from 1; 0: made here */
} sg_subset_row;

typedef struct sg_subsets {
  int64_t n;
  sg_subset_row *row;           /* [n] in the order of the file */
  bool has_regions;             /* a table: region, target and rank are known */
  bool has_plant;               /* there are columns plant_* */
  int64_t window;               /* length of every window, as a line ## window says; 0: unknown */
  char *path;                   /* for messages; NULL: made here */
  void *own;                    /* private */
} sg_subsets;

/* Reads a file. A table needs the column `subset`; columns are found by name and unknown ones are
 * skipped. What is told twice must agree: `positions` and `genomic_positions` with the gaps of
 * `subset` and with `start`, `size` with the number of bases. A file with a header and no rows is a
 * set of none. Errors name file, line and column: SG_ENOTFOUND, SG_EIO, SG_EFORMAT (also a piece of
 * a sharded table, and a file of strings without any), SG_ENOMEM. Memory and time O(size of the
 * file). */
SG_API sg_status sg_subsets_read(const char *path, sg_subsets **ret_subsets, sg_err *err);

/* An empty set, and one subset more in it: texts and arrays are copied, `row->text` may have
 * hidden letters at its ends and lower case; `length`, `size` and `first` are found here (`first`
 * from `genomic`). NULL for a text is "". SG_EFORMAT: a letter that is none, no base kept, more
 * than SG_SUBSET_LENGTH_MAX letters, positions that do not agree with the text. */
SG_API sg_status sg_subsets_new(sg_subsets **ret_subsets, sg_err *err);
SG_API sg_status sg_subsets_add(sg_subsets *subsets, const sg_subset_row *row, sg_err *err);
/* Where text[0] stands in the window, from 0; -1: unknown. */
SG_API int64_t sg_subset_left(const sg_subset_row *row);
/* A row without anything known. */
SG_API sg_subset_row sg_subset_row_unknown(void);
SG_API void sg_subsets_free(sg_subsets *subsets);                       /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
