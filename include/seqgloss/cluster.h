/* seqgloss/cluster.h: from sufficient input subsets to motifs.
 *
 * Subsets that hold the same pattern, on either strand, with different bases kept and at different
 * places of their windows, become one cluster with one alignment and two matrices: of the kept
 * bases, and of the genome's bases below them.
 *
 *   1. A subset is cut where more than `gap` letters in a row are hidden (it holds two sites then);
 *      pieces of fewer than `least_bases` bases are dropped and counted.
 *   2. Pieces are clustered as gapped strings by a mixture of columns over A, C, G, T and hidden,
 *      strands forgotten, with a part for noise (src/cluster/mixture.h). Time is near-linear in the
 *      number of distinct strings, memory linear.
 *   3. With a genome, clusters are merged and split by the genome's bases under them, hidden ones
 *      included (src/cluster/genomic.h): which bases were kept cannot tell a full site from a half
 *      site whose other half was not needed.
 *
 * The result does not depend on the order of rows, nor on the strand on which they are written.
 *
 * SG_CLUSTER_PUBLISHED is what Carter, Mueller, Jain and Gifford (2019) did, for comparison:
 * whole subsets as strings, Levenshtein distance with the inner hidden letters as a symbol of their
 * own, DBSCAN. It knows no strands and takes the square of the number of distinct strings.
 */
#ifndef SEQGLOSS_CLUSTER_H
#define SEQGLOSS_CLUSTER_H

#include "seqgloss/motif.h"
#include "seqgloss/subsets.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SG_CLUSTER_FRAME = 30,         /* columns of an alignment */
  SG_CLUSTER_FLANK = 64,         /* bases fetched on either side of a site's middle */
  SG_CLUSTER_PUBLISHED_MAX = 20000   /* distinct strings of the published procedure */
};

typedef enum sg_cluster_method { SG_CLUSTER_MIXTURE = 0, SG_CLUSTER_PUBLISHED } sg_cluster_method;

/* Where bases of the genome are wanted. */
typedef struct sg_cluster_place {
  int64_t row;                   /* of the table, for messages */
  const char *chrom;
  int64_t center;                /* 0-based; bases [center - FLANK, center + FLANK) are wanted; the
                                    base at `center` itself is on the chromosome */
} sg_cluster_place;

/* Fills codes[n][2 SG_CLUSTER_FLANK]: bases of the forward strand, 0..3 for A, C, G, T, any other
 * number for what is unknown or outside of the chromosome. */
typedef sg_status sg_cluster_fetch(void *user, const sg_cluster_place *place, int64_t n,
                                   uint8_t *codes, sg_err *err);

typedef struct sg_cluster_opts {
  size_t size;                   /* sizeof(sg_cluster_opts) of the caller */
  sg_cluster_method method;      /* default: mixture */
  double lambda;                 /* weight of the penalty for columns, > 0; default 0.65 (more:
                                    fewer clusters) */
  int gap;                       /* longest run of hidden letters inside of a piece; default 12 */
  int least_bases;               /* of a piece, >= 4; default 4 */
  double least;                  /* fewest pieces of a cluster; default 8 */
  int eps, min_samples;          /* published: distance of neighbours, neighbours (itself counted)
                                    of a core string; default 2, 46 */
  sg_cluster_fetch *fetch;       /* NULL: no genome, kept letters alone decide */
  void *user;
} sg_cluster_opts;

SG_API sg_cluster_opts sg_cluster_opts_default(void);

/* A piece of a subset. In the direction of its cluster its letter number j (from 0, hidden ones
 * counted) stands in column `column + j` of the frame. */
typedef struct sg_member {
  int64_t row;                   /* of the table */
  int begin, length;             /* letters [begin, begin + length) of the row's text */
  int number, of;                /* number in its subset from 1, left to right, and of how many */
  int cluster;                   /* -1: noise */
  bool minus;                    /* the cluster reads the reverse complement of the text (noise
                                    without a place: that is lexically smaller) */
  int column;
  double lead;                   /* by how much the best cluster explains the letters better than
                                    noise does, in nats; 0 under the published procedure */
  int64_t site;                  /* number of its genomic site in its cluster, from 0; pieces of
                                    overlapping regions share one */
} sg_member;

/* A cluster; arrays over columns of the frame. Clusters come in falling order of members; each is
 * turned so that its genomic consensus (without a genome: that of kept bases) is lexically not
 * greater than its reverse complement. Sites count once, whatever their number of members. */
typedef struct sg_cluster {
  int64_t n;                     /* members */
  const int64_t *member;         /* [n] numbers of members, in the order of place, region,
                                    rank: part of sg_clusters.order */
  int64_t sites;                 /* distinct genomic sites */
  int left, width;               /* columns [left, left + width) are kept by a quarter or more */
  int genome_left, genome_width; /* these, and outer columns of 0.25 bit or more on the genome */
  double kept[SG_CLUSTER_FRAME][4];     /* sites that keep that base; sums are the support */
  double genome[SG_CLUSTER_FRAME][4];   /* sites with that base on the genome; 0 without */
  int64_t medoid;                /* the member that lies best */
  char consensus[SG_CLUSTER_FRAME + 1];         /* of kept bases, `width` letters, - for gaps */
  char genome_consensus[SG_CLUSTER_FRAME + 1];  /* `genome_width` letters; "" without a genome */
} sg_cluster;

typedef struct sg_clusters {
  int n;
  sg_cluster *cluster;           /* [n] */
  int64_t n_member;
  sg_member *member;             /* [n_member] in the order of rows, left to right in each */
  const int64_t *order;          /* [n_member] numbers of members: cluster by cluster, noise last,
                                    each in the order of place, region, rank */
  int64_t noise;                 /* members of no cluster */
  int64_t short_ones, long_ones; /* pieces dropped: too few bases; more than 500 letters */
  int64_t cut;                   /* subsets of several pieces */
  bool genome;                   /* the genome was looked at */
  double bg[4];                  /* strand-symmetric base frequencies around the sites; without a
                                    genome 1/4 each */
  void *own;                     /* private */
} sg_clusters;

/* Clusters the subsets. SG_EINVAL: options out of range. SG_ESHAPE: a kept base is not what `fetch`
 * brings (another genome). SG_EUNSUPPORTED: more distinct strings than the published procedure can
 * take. Errors of `fetch` are passed on. */
SG_API sg_status sg_cluster_run(const sg_subsets *subsets, const sg_cluster_opts *opts,
                                sg_clusters **ret_clusters, sg_err *err);
SG_API void sg_clusters_free(sg_clusters *clusters);                    /* NULL is fine */

/* Place on the chromosome of a member's column 0 and the direction in which columns run: forward
 * (+1) or backward (-1). false: its subset has no place. */
SG_API bool sg_member_place(const sg_subsets *subsets, const sg_member *member, int64_t *ret_start,
                            int *ret_step);

/* The clusters' matrices as a set of motifs named cluster_1 ... with the consensus for second name.
 * kept: column = (kept + (sites - kept) bg) / sites; genomic: the genome's bases. nsites is the
 * number of distinct sites. SG_EINVAL: genomic without a genome. */
SG_API sg_status sg_clusters_motifs(const sg_clusters *clusters, bool genomic,
                                    sg_motifs **ret_motifs, sg_err *err);

/* The published procedure on bare strings: labels[n] of text[n], -1 for noise, numbered in the
 * order of the first core string. Errors as above. O(distinct^2 length^2). */
SG_API sg_status sg_cluster_dbscan(const char *const *text, int64_t n, int eps, int min_samples,
                                   int *labels, sg_err *err);

#ifdef __cplusplus
}
#endif
#endif
