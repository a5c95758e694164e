/* seqio/fasta.h: FASTA records one after the other, from any kind of file or pipe. */
#ifndef SG_SEQIO_FASTA_H
#define SG_SEQIO_FASTA_H

#include "seqgloss/io.h"

/* One record; belongs to the reader, valid until the next is read. */
typedef struct sg_fasta_record {
  const char *name;         /* first word of the header */
  char *seq;                /* letters as they stand, blanks and line ends removed */
  int64_t length;
  int64_t line;             /* of the header */
} sg_fasta_record;

typedef struct sg_fasta sg_fasta;

/* Takes `lines` over, also on failure. */
sg_status sg_fasta_new(sg_lines *lines, sg_fasta **ret_fasta, sg_err *err);
void sg_fasta_free(sg_fasta *fasta);                        /* NULL is fine */
/* *ret_record == NULL: the end. Text before the first header, FASTQ, headers without a name:
 * SG_EFORMAT with file:line. */
sg_status sg_fasta_next(sg_fasta *fasta, const sg_fasta_record **ret_record, sg_err *err);
/* The name for messages. */
const char *sg_fasta_file(const sg_fasta *fasta);

#endif
