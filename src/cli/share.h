/* cli/share.h: what the threads of a run share: windows, or the edits of one. */
#ifndef SG_CLI_SHARE_H
#define SG_CLI_SHARE_H

#include "seqgloss/region.h"

typedef struct sg_share {
  int threads;                 /* that take windows */
  int team;                    /* threads on the edits of each of those windows */
  int cap;                     /* windows of a batch */
} sg_share;

/* Shares `threads` out among the regions of `source`: windows first, and where there are fewer of
 * them than threads, the rest joins them. Batches of at most `cap` windows are cut smaller where
 * some threads would get none. Results do not depend on any of it. */
sg_share sg_share_out(const sg_source *source, int threads, int cap);

#endif
