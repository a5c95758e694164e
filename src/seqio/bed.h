/* seqio/bed.h: one line of BED or narrowPeak. */
#ifndef SG_SEQIO_BED_H
#define SG_SEQIO_BED_H

#include "seqgloss/base.h"

typedef struct sg_bed_row {
  const char *chrom;        /* in the line */
  const char *name;         /* column 4, in the line; NULL: none, or "." */
  int64_t start, end;       /* 0 <= start <= end */
  int64_t summit;           /* offset from start (narrowPeak's column 10); -1: none */
  double score;             /* column 5; NaN: none, or no number */
  char strand;              /* column 6: '+', '-' or '.' */
} sg_bed_row;

/* Reads one line, which it cuts into pieces. *ret_row = false: blank, comment, `track` or
 * `browser`. Errors say what is wrong with the line, without naming it: SG_EFORMAT. */
sg_status sg_bed_parse(char *line, sg_bed_row *row, bool *ret_row, sg_err *err);

#endif
