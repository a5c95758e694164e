/* tests/fuzz/fuzz_subsets.c: any bytes as a table of subsets. */
#include "feed.h"

#include "seqgloss/subsets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The promises of the header about one row. */
static void look(const sg_subset_row *r)
{
  int bases = 0;
  if (!r->region || !r->chrom || !r->target || !r->text) abort();
  if (r->size < 1 || r->length < r->size || strlen(r->text) != (size_t)r->length) abort();
  if (r->text[0] == '-' || r->text[r->length - 1] == '-') abort();
  for (int i = 0; i < r->length; i++) {
    if (!strchr("ACGT-", r->text[i])) abort();
    bases += r->text[i] != '-';
  }
  if (bases != r->size) abort();
  for (int i = 0; r->genomic && i < r->size; i++) {
    int64_t at = r->genomic[i] - r->first;
    if (at < 0 || at >= r->length || r->text[at] == '-') abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char path[64];
  sg_subsets *s = NULL;
  sg_err err = {0};
  int fd = feed_open("fuzz.tsv", data, size, path);
  if (fd < 0) return 0;
  sg_status status = sg_subsets_read(path, &s, &err);
  if (status && (s || !err.text[0] || strchr(err.text, '\n'))) abort();
  if (!status)
    for (int64_t i = 0; i < s->n; i++) look(&s->row[i]);
  sg_subsets_free(s);
  close(fd);
  return 0;
}
