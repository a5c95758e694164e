/* cluster/genomic.h: clusters decided by the genome's bases at the sites, hidden ones included.
 *
 * Each member of a cluster has a window of the genome, laid out by the alignment of its kept
 * letters. A leaf is a matrix over A, C, G, T of SG_FRAME columns; those of less than 0.25 bit are
 * background. A window lies in a leaf on either strand, shifted by up to SG_SHIFT columns, wherever
 * it fits best; its score there is the log-odds of its bases. Whether two leaves are better than
 * one is decided by BIC, after EM over the windows of both.
 *
 * Why the genome: a network that keeps TGCTGA of TGCTGAnTCAGCA has no need of the rest, so that
 * kept bases of a full site look like those of a half site. The bases below them do not. A
 * partition that comes from kept bases is only where EM begins; what decides is the likelihood of
 * all bases of the windows, kept or not, for kept ones differ between two groups that were formed
 * by them.
 */
#ifndef SG_CLUSTER_GENOMIC_H
#define SG_CLUSTER_GENOMIC_H

#include "cluster/mixture.h"

enum {
  SG_SHIFT = 8,
  SG_REACH = 26,                 /* bases of a window on either side of the frame's middle */
  SG_WINDOW = 2 * SG_REACH
};

/* One window, in the direction of the frame: frame column c is window[c + SG_REACH - FRAME / 2]. */
typedef struct sg_site {
  uint8_t base[2][SG_WINDOW];    /* on both strands; 4: unknown */
  uint8_t at[2][SG_WINDOW];      /* places of kept bases, ascending, on both strands */
  int kept;                      /* how many */
  double weight;                 /* one over the number of windows of the same site */
  int leaf;                      /* where it lies */
  bool flip;
  int shift;
} sg_site;

typedef struct sg_sites {
  int64_t n;
  sg_site *site;
  int leaves;
  double lambda_genome;          /* weight of the penalty */
} sg_sites;

/* Splits and merges the leaves until nothing gains any more; then every window goes to the leaf
 * that explains its bases and what was kept of them best. Leaves below `least` windows go. */
sg_status sg_sites_refine(sg_sites *sites, double least, sg_err *err);

#endif
