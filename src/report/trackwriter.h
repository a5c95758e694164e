/* report/trackwriter.h: what a format of tracks has to offer. */
#ifndef SG_REPORT_TRACKWRITER_H
#define SG_REPORT_TRACKWRITER_H

#include "seqgloss/io.h"
#include "seqgloss/track.h"

/* One format. */
typedef struct sg_trackwriter {
  const char *missing;         /* what this build lacks for it; NULL: nothing */
  /* Whether opts->chroms fit the format; `err` names what does not. */
  sg_status (*check)(const sg_track_opts *opts, sg_err *err);
  /* *ret_state is freed by drop, also when begin failed; opts is borrowed until then. */
  sg_status (*begin)(const sg_track_opts *opts, void **ret_state, sg_err *err);
  /* Numbers of the bases start .. start + n of a chromosome. Places rise from call to call. */
  sg_status (*put)(void *state, int chrom, int64_t start, int64_t n, const float *values,
                   sg_err *err);
  /* Completes and checks the file; hands it out still to be committed. */
  sg_status (*finish)(void *state, sg_output **ret_output, sg_err *err);
  void (*drop)(void *state);   /* NULL is fine */
} sg_trackwriter;

extern const sg_trackwriter sg_trackwriter_bedgraph, sg_trackwriter_bigwig;

/* Whether two numbers are the same to the last bit, so that zeros of unlike sign stay apart. */
bool sg_track_same(float a, float b);
/* Numbers 0 .. n - 1 of chromosomes by rising name; the caller frees. NULL: no memory. */
int *sg_track_order(const sg_track_chrom *chroms, int n);

#endif
