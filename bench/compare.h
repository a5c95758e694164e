/* bench/compare.h: our values against full evaluation and against what peers.py wrote. */
#ifndef BENCH_COMPARE_H
#define BENCH_COMPARE_H

#include <stdio.h>

#include "walk.h"

typedef struct comparison {
  double worst;               /* largest |ours - theirs| / max(1, max |theirs|); NaN: nothing to
                               compare */
  int64_t n;                  /* edits, or steps, that were compared */
  int64_t alike;              /* steps at which both mask the same position */
} comparison;

/* PREFIX.ENDING for reading; NULL when it is not there. */
FILE *compare_open(const char *prefix, const char *ending);
/* Against a session of `full`, a plan with opts.full: at the sequence, and (sis) with half of it
 * masked, a sample of the edits. */
sg_status compare_full(walk *w, const sg_delta_plan *full, bool sis, double *ret_worst,
                       sg_err *err);
/* Against the peer. Mutagenesis: the edits PREFIX.ism.edits (int32, 3 * position + k as
 * walk_substitutions has it) with PREFIX.ism.values (float32 [n][units]). Selection: positions in
 * the order of their masking in PREFIX.sis.edits with the output after each in PREFIX.sis.values;
 * the peer's order is followed, so that one near tie does not make all later steps differ. */
sg_status compare_peer(walk *w, const char *prefix, bool sis, comparison *ret, sg_err *err);

#endif
