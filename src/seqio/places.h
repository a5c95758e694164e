/* seqio/places.h: coordinates written as text, and chromosome names with and without "chr". */
#ifndef SG_SEQIO_PLACES_H
#define SG_SEQIO_PLACES_H

#include "seqgloss/base.h"

/* The other spelling of a chromosome: "chr20" -> "20", "20" -> "chr20". false when it does not fit
 * into alias[size]. */
bool sg_name_alias(const char *name, char *alias, size_t size);

/* Coordinates in a record's name. */
typedef struct sg_named_place {
  size_t label;             /* length of the part before "::", 0: there is none */
  size_t chrom, chrom_length;   /* the chromosome's place in the name */
  int64_t start, end;       /* 0-based, half open */
  char strand;
} sg_named_place;

/* "chr:a-b", "chr:a-b(+)", "label::chr:a-b(-)", "chr:a-b/rc" of a record with `length` bases: b - a
 * == length: 0-based (bedtools), b - a + 1 == length: 1-based (samtools); false: a plain name. */
bool sg_name_place(const char *name, int64_t length, sg_named_place *ret_place);

/* "chr:beg-end" (1-based, inclusive, commas allowed), "chr:beg-" and "chr:beg" (to the end), "chr":
 * finds the chromosome's length in text, start (0-based) and end (-1: to the end of the
 * chromosome). `whole`: the whole text is a chromosome's name. Errors: SG_EINVAL. */
sg_status sg_interval_parse(const char *text, bool whole, size_t *ret_chrom_length,
                            int64_t *ret_start,
                            int64_t *ret_end, sg_err *err);

#endif
