/* seqio/chroms.c: the chromosomes of a source's genome under the names that regions give them. */
#include <stdlib.h>

#include "seqio/source.h"

/* Puts after each other, for every chromosome in the order of the file, the names that regions have
 * for it (next[i]: the one after named[i], -1: none), or its own where no region lies on it. */
static void list(sg_source *s, const int *first, const int *next)
{
  for (int c = 0; c < sg_genome_size(s->genome); c++) {
    if (first[c] < 0) s->chrom[s->n_chroms++] = (sg_chrom){sg_genome_name(s->genome, c), c};
    for (int i = first[c]; i >= 0; i = next[i])
      s->chrom[s->n_chroms++] = (sg_chrom){s->named[i].name, c};
  }
}

sg_status sg_chroms_list(sg_source *s, sg_err *err)
{
  int n = s->genome ? sg_genome_size(s->genome) : 0;
  int *first, *next;

  if (!n) return SG_OK;
  first = malloc((size_t)n * sizeof *first);
  next = malloc(((size_t)s->n_named + 1) * sizeof *next);
  s->chrom = malloc(((size_t)n + (size_t)s->n_named) * sizeof *s->chrom);
  if (first && next && s->chrom) {
    for (int c = 0; c < n; c++) first[c] = -1;
    for (int i = s->n_named - 1; i >= 0; i--) {
      next[i] = first[s->named[i].contig];
      first[s->named[i].contig] = i;
    }
    list(s, first, next);
  }
  free(first);
  free(next);
  return s->n_chroms ? SG_OK : sg_fail(err, SG_ENOMEM, "no memory for the names of chromosomes");
}

int sg_source_chroms(const sg_source *source) { return source->n_chroms; }

bool sg_source_chrom(const sg_source *source, int i, const char **ret_name, int64_t *ret_length)
{
  *ret_name = NULL;
  *ret_length = 0;
  if (i < 0 || i >= source->n_chroms) return false;
  *ret_name = source->chrom[i].name;
  *ret_length = sg_genome_length(source->genome, source->chrom[i].contig);
  return true;
}
