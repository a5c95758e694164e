/* seqio/index.h: where in a FASTA file the bases of a chromosome stand. */
#ifndef SG_SEQIO_INDEX_H
#define SG_SEQIO_INDEX_H

#include <htslib/bgzf.h>

#include "seqgloss/base.h"

/* The base numbered `base` of a chromosome is the first letter at or after `skip` bytes behind the
 * virtual offset. */
typedef struct sg_index_mark { int64_t base, voffset; int skip; } sg_index_mark;

typedef struct sg_contig {
  char *name;
  int64_t length;
  int64_t offset, line_bases, line_width;   /* of a .fai: bytes from the beginning of the unpacked
                                             * file; line_bases 0: none */
  sg_index_mark *mark;      /* [n_marks], rising, the first at base 0; NULL with a .fai */
  int64_t n_marks, cap_marks;
  uint8_t *packed;          /* two bases a byte, or NULL */
  int64_t cap_packed;       /* bytes */
} sg_contig;

typedef struct sg_index {
  sg_contig *contig;
  int n, cap;
  void *hash;               /* name -> number */
} sg_index;

sg_status sg_index_init(sg_index *index, sg_err *err);
void sg_index_release(sg_index *index);
/* -1: not there. */
int sg_index_find(const sg_index *index, const char *name);
/* Reads a .fai. */
sg_status sg_index_read(sg_index *index, const char *fai, sg_err *err);
/* Makes the index by reading `bgzf` from its beginning to its end: with marks, or keeping packed
 * the bases of the chromosomes that wanted(user, name) names. `file` is for messages. */
sg_status sg_index_scan(sg_index *index, BGZF *bgzf, const char *file, bool pack,
                        bool (*wanted)(void *user, const char *name), void *user, sg_err *err);
/* Base `i` of a packed chromosome. */
char sg_index_base(const sg_contig *contig, int64_t i);

#endif
