/* tests/unit/cluster_sets.h: made-up subsets whose motif is known, and how well a clustering finds
 * it. */
#ifndef TEST_CLUSTER_SETS_H
#define TEST_CLUSTER_SETS_H

#include "seqgloss/cluster.h"

enum { SET_MOTIFS_MAX = 20, SET_NOISE = 0, SET_AROUND = 2 * SG_CLUSTER_FLANK };

/* Label 0 is noise, 1 .. motifs are motifs. */
typedef struct cluster_set {
  sg_subsets *subsets;
  int *label;                  /* [subsets->n] */
  int motifs;
  const char *name[SET_MOTIFS_MAX + 1];
  uint8_t *genome;             /* of one chromosome, "chr", 0..3; NULL: none */
  int64_t length;
} cluster_set;

/* Strings of the n motifs m[] (probabilities), count[] each, as a network would keep bases: the
 * most informative ones until they tell 12 bits, shaken a little; on either strand; with a few
 * stray bases; and `noise` of all rows random strings. Rows in random order. */
void set_of_motifs(sg_motif *const *m, const int *count, int n, double noise, uint64_t seed,
                   cluster_set *ret_set);
/* Thirteen of eighteen matrices of JASPAR, chosen by the seed, 25 to 249 strings each (`each` > 0:
 * that many). */
void set_of_jaspar(const sg_motifs *jaspar, double noise, int each, uint64_t seed,
                   cluster_set *ret_set);
/* Full MARE, NF-E2, AP-1 and half site, `times` 400, 250, 250 and 150 sites on a chromosome. */
void set_of_nested(int times, uint64_t seed, cluster_set *ret_set);
/* Of a nested set: share of the sites that an assignment by the true matrices gets right, with what
 * is kept of each column counted under the true labels. */
double set_nested_oracle(const cluster_set *set);
/* A table with the string and the motif in columns 1 and 2, as the shipped one; labels in the order
 * in which they come. */
sg_status set_read(const char *path, cluster_set *ret_set, sg_err *err);
/* A copy in random order, every row on the other strand with probability 1/2 (strings only). */
void set_disturbed(const cluster_set *set, uint64_t seed, cluster_set *ret_set, int64_t *from);
void set_release(cluster_set *set);

/* For sg_cluster_opts.fetch; user is a const cluster_set. */
sg_status set_fetch(void *user, const sg_cluster_place *place, int64_t n, uint8_t *codes,
                    sg_err *err);

/* found[subsets->n]: 0 for noise, else 1 + the cluster of the row's first piece that has one. */
void set_found(const cluster_set *set, const sg_clusters *clusters, int *found);
/* Adjusted Rand index of two labellings (Hubert and Arabie 1985). */
double set_ari(const int *a, const int *b, int64_t n);
/* Share of the rows of motifs whose cluster's commonest motif is theirs. */
double set_right(const cluster_set *set, const int *found);

#endif
