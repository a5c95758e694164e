/* cluster/assembly.h: what the steps of a clustering hand on to each other. */
#ifndef SG_CLUSTER_ASSEMBLY_H
#define SG_CLUSTER_ASSEMBLY_H

#include "cluster/gapped.h"
#include "seqgloss/cluster.h"

typedef struct sg_assembly {
  const sg_subsets *subsets;
  const sg_cluster_opts *opts;
  sg_segments segments;
  sg_gapped gapped;
  sg_clusters *out;            /* members are those of the segments, in their order */
  int64_t *order;              /* [n_member] by place, region, rank, text: order.c */
  uint8_t *around;             /* [n_member][2 FLANK] bases of the genome, 4: unknown; NULL: none */
} sg_assembly;

/* align.c: clusters of the members by the mixture, or by the published procedure; sets out->n and
 * each member's cluster, minus, column, lead. */
sg_status sg_assembly_mixture(sg_assembly *assembly, sg_err *err);
sg_status sg_assembly_published(sg_assembly *assembly, sg_err *err);

/* around.c: fetches the genome and checks that it has the kept bases; then lets it decide. */
sg_status sg_assembly_fetch(sg_assembly *assembly, sg_err *err);
sg_status sg_assembly_refine(sg_assembly *assembly, sg_err *err);
/* 0..3 of the genome (else of the kept letters) in frame column c under member i; 4: unknown. */
uint8_t sg_assembly_base(const sg_assembly *assembly, int64_t i, int c);
/* The kept letter of member i in column c of its frame, as its cluster reads it; 4: hidden. */
uint8_t sg_assembly_kept(const sg_assembly *assembly, int64_t i, int c);

/* order.c: sorts numbers of members by place, region, target, rank, piece, and by the letters as
 * their clusters read them; work: room for n. O(n log n). */
void sg_assembly_sort(const sg_assembly *a, int64_t *list, int64_t n, int64_t *work);

/* depict.c: sites, matrices, consensus, direction and order of the clusters. */
sg_status sg_assembly_depict(sg_assembly *assembly, sg_err *err);

#endif
