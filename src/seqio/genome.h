/* seqio/genome.h: bases of a FASTA at any place.
 *
 * Plain and bgzip files are read where needed: by a .fai (and .gzi) index where there is one, else
 * by marks set in one pass over the file, which also serve files whose lines differ in length.
 * FASTA in plain gzip is unpacked once, and the chromosomes that are wanted stay in memory at four
 * bits a base. Nothing is written.
 */
#ifndef SG_SEQIO_GENOME_H
#define SG_SEQIO_GENOME_H

#include "seqgloss/base.h"

typedef struct sg_genome sg_genome;

typedef struct sg_genome_opts {
  const char *path;         /* "-": standard input */
  const char *fai;          /* NULL: PATH.fai where it exists */
  bool (*wanted)(void *user, const char *name);   /* whether this chromosome will be asked for */
  void *user;
  const sg_log *log;
} sg_genome_opts;

sg_status sg_genome_open(const sg_genome_opts *opts, sg_genome **ret_genome, sg_err *err);
void sg_genome_close(sg_genome *genome);                    /* NULL is fine */

int sg_genome_size(const sg_genome *genome);                /* number of chromosomes */
int sg_genome_find(const sg_genome *genome, const char *name);    /* -1: not there */
const char *sg_genome_name(const sg_genome *genome, int contig);
int64_t sg_genome_length(const sg_genome *genome, int contig);

/* Bases [begin, end) within 0 <= begin <= end <= length, upper case, into dst[end - begin]. Fast
 * when asked in order of position. */
sg_status sg_genome_fetch(sg_genome *genome, int contig, int64_t begin, int64_t end, char *dst,
                          sg_err *err);

#endif
