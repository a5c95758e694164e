/* tests/fuzz/fuzz_bed.c: any bytes as BED or narrowPeak, over a small genome. */
#include "feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char genome[] = ">chr1 first\nACGTNACGTACGATCGATCGACTAGCTAGCTAGCAT\nACGATCGATC\n"
                               ">2\nacgtnnnnRYKMacgatcgatcgactagctgactagtc\n";
  char bed[64], fa[64];
  int fb = feed_open("fuzz.bed", data, size, bed);
  int ff = feed_open("fuzz.fa", genome, sizeof genome - 1, fa);
  if (fb >= 0 && ff >= 0) {
    sg_source_opts o = sg_source_opts_default();
    o.genome = fa;
    o.bed = bed;
    feed_read(&o);
    o.length = 11;
    o.edge = SG_EDGE_PAD;
    o.keep_text = true;
    feed_read(&o);
    o.shard = 2;
    o.shards = 3;
    o.n_base = SG_N_DROP;
    feed_read(&o);
  }
  if (fb >= 0) close(fb);
  if (ff >= 0) close(ff);
  return 0;
}
