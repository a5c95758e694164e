/* cluster/gapped.h: distinct gapped strings, the same for a string and its reverse complement.
 *
 * What is clustered are segments of subsets. Each is written on that strand on which it reads
 * lexically smaller ('-' before 'A'); equal ones become one string with a weight; strings are
 * sorted. Whatever is computed from them alone knows neither the order of the rows nor strands.
 */
#ifndef SG_CLUSTER_GAPPED_H
#define SG_CLUSTER_GAPPED_H

#include "seqgloss/subsets.h"

enum { SG_SPAN_MAX = 500 };      /* letters of a segment */

/* A stretch of a subset without a masked run longer than the limit. */
typedef struct sg_segment {
  int64_t row;                 /* of the table */
  int begin, length;           /* letters [begin, begin + length) of the row's text */
  int number, of;              /* number in its subset from 1, left to right; segments there */
  int64_t string;              /* its distinct string */
  bool flip;                   /* the string is the reverse complement of the text */
} sg_segment;

typedef struct sg_gapped {
  int64_t n;                   /* distinct strings */
  int64_t *first;              /* [n + 1] kept bases of string i: first[i] .. first[i + 1] - 1 */
  int *at[2];                  /* [first[n]] place in the string, ascending, on strand 0, 1 */
  uint8_t *base[2];            /* [first[n]] 0..3 */
  int *length;                 /* [n] hidden letters included */
  double *weight;              /* [n] segments */
  double total;                /* sum of the weights */
  int longest;                 /* greatest length */
} sg_gapped;

typedef struct sg_segments {
  int64_t n;                   /* segments kept */
  int64_t short_ones;          /* dropped: too few bases */
  int64_t long_ones;           /* dropped: longer than SG_SPAN_MAX */
  int64_t cut;                 /* subsets of more than one segment (kept ones counted) */
  sg_segment *seg;             /* [n] in the order of rows */
} sg_segments;

/* Cuts all rows at masked runs longer than `gap`, drops pieces of fewer than `least` bases. */
sg_status sg_segments_cut(const sg_subsets *subsets, int gap, int least, sg_segments *ret_segments,
                          sg_err *err);
void sg_segments_release(sg_segments *segments);
/* Distinct strings of the segments; fills seg->string and seg->flip. O(n log n). */
sg_status sg_gapped_make(const sg_subsets *subsets, sg_segments *segments, sg_gapped *ret_gapped,
                         sg_err *err);
void sg_gapped_release(sg_gapped *gapped);

static inline int sg_gapped_kept(const sg_gapped *g, int64_t i)
{
  return (int)(g->first[i + 1] - g->first[i]);
}

/* 0..3 of a letter A, C, G, T; 4 of anything else. */
static inline uint8_t sg_gapped_code(char c)
{
  return c == 'A' ? 0 : c == 'C' ? 1 : c == 'G' ? 2 : c == 'T' ? 3 : 4;
}

#endif
