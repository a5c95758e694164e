/* tests/fuzz/fuzz_fasta.c: any bytes as FASTA: as windows, and as a genome that a region is cut
 * from. */
#include "feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char *const cuts[] = {"c1:2-9", "c2"};
  char path[64];
  int fd = feed_open("fuzz.fa", data, size, path);
  if (fd < 0) return 0;
  sg_source_opts o = sg_source_opts_default();
  o.windows = path;
  o.edge = size % 2 ? SG_EDGE_PAD : SG_EDGE_DROP;
  feed_read(&o);
  o.length = 8;
  feed_read(&o);
  o.windows = NULL;
  o.genome = path;
  o.intervals = cuts;
  o.n_intervals = 2;
  o.flank = 3;
  feed_read(&o);
  close(fd);
  return 0;
}
