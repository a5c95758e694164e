/* seqio/source.h: the parts of a source of windows: input.c reads records, source.c makes windows
 * of them. */
#ifndef SG_SEQIO_SOURCE_H
#define SG_SEQIO_SOURCE_H

#include <htslib/kstring.h>

#include "seqgloss/io.h"
#include "seqgloss/region.h"
#include "seqio/fasta.h"
#include "seqio/genome.h"

/* A chromosome as the regions name it. */
typedef struct sg_named {
  char *name;
  int contig;               /* in the genome; -1: not there */
  int64_t first_line;       /* where it is named first */
  int64_t furthest, line;   /* largest position that must exist, and where it is named */
} sg_named;

/* A chromosome of the genome as sg_source_chrom tells it. */
typedef struct sg_chrom {
  const char *name;         /* the regions', or the genome's; borrowed from either */
  int contig;
} sg_chrom;

/* The record read last. */
typedef struct sg_record {
  int64_t index;            /* in the whole input */
  int64_t line;
  kstring_t name, chrom;    /* chrom empty: unknown */
  int64_t start, end;       /* interval in the coordinates of `space` */
  int64_t summit;           /* offset; -1: none */
  double score;
  char strand;
  int contig;               /* in the genome; -1: the bases are `bases` */
  const char *bases;        /* of a FASTA record, as it stands */
  int64_t space;            /* length of the chromosome or of the FASTA record */
  int64_t origin;           /* what to add for genomic coordinates; -1: unknown */
} sg_record;

struct sg_source {
  sg_source_opts opts;      /* strings are not kept */
  char *file;               /* name of the input for messages */
  sg_alphabet alphabet;
  int fd;                   /* of BED or windows; -1: none */
  bool once;                /* windows from standard input: read while it comes */
  sg_lines *lines;          /* BED */
  sg_fasta *fasta;          /* windows */
  sg_genome *genome;
  char **interval;          /* texts of -R */
  char *blank;              /* rows of arrays: the sequence that they do not have, [length] N */
  sg_named *named;          /* chromosomes of the regions */
  int n_named, cap_named;
  void *hash;               /* name -> number in named */
  sg_chrom *chrom;          /* [n_chroms]; none for windows */
  int n_chroms;
  int64_t total, begin, end, next;    /* next: index of the record to be read next */
  int64_t longest;
  sg_source_counts counts;
  sg_record record;
  bool have;                /* the window of `record` was made and is in text, but not yet handed
                             * out */
  int64_t win_begin, win_end, outside, unknown;
  kstring_t text;           /* flank, window, flank in the window's direction, upper case */
};

/* input.c: opens what the options name, checks all of it, counts; then records one by one from the
 * beginning. *ret_more == false: the end. */
sg_status sg_input_open(sg_source *source, sg_err *err);
sg_status sg_input_rewind(sg_source *source, sg_err *err);
sg_status sg_input_next(sg_source *source, bool *ret_more, sg_err *err);
void sg_input_close(sg_source *source);
/* chroms.c: fills `chrom`, once names were found in the genome. */
sg_status sg_chroms_list(sg_source *source, sg_err *err);
/* Puts "file:line: " before the error, or "region 'chr:a-b': ". */
sg_status sg_input_blame(const sg_source *source, sg_err *err);

#endif
