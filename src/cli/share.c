/* cli/share.c: what the threads of a run share: windows, or the edits of one. */
#include "cli/share.h"

sg_share sg_share_out(const sg_source *source, int threads, int cap)
{
  int64_t begin, end;
  sg_share s = { threads, 1, cap };
  sg_source_range(source, &begin, &end);
  int64_t n = end - begin;
  if (end < 0 || n < 1) return s;
  if (n < threads) s.threads = (int)n;
  s.team = threads / s.threads;
  if (n < (int64_t)s.threads * cap) s.cap = (int)((n + s.threads - 1) / s.threads);
  return s;
}
