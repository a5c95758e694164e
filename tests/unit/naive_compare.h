/* tests/unit/naive_compare.h: comparison of motifs written from its definitions, as slowly as that
 * goes, with nothing of the library's. */
#ifndef SG_TESTS_NAIVE_COMPARE_H
#define SG_TESTS_NAIVE_COMPARE_H

#include "seqgloss/compare.h"

/* One target on one strand. */
typedef struct naive_match { double p; int offset, overlap, score; } naive_match;

/* match[db->n][strands]; bg symmetric already but for the 5e-7. Ends the program where memory is
 * short. */
void naive_compare(const sg_motifs *db, const sg_motif *query, const sg_compare_opts *opts,
                   naive_match *match);

#endif
