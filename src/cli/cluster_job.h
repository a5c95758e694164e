/* cli/cluster_job.h: what a run of seqgloss cluster holds. */
#ifndef SG_CLI_CLUSTER_JOB_H
#define SG_CLI_CLUSTER_JOB_H

#include "cli/facts.h"
#include "cli/options.h"
#include "seqgloss/cluster.h"

/* Regions that were looked at: of --predictions those that pass tau, else those of the table. */
typedef struct sg_looked {
  char *name, *chrom;
  int64_t start, end;
  char strand;
} sg_looked;

typedef struct sg_cluster_job {
  const sg_opts *opts;
  const char *dir;             /* of -o; NULL: only the summary is wanted */
  sg_subsets *subsets;         /* of one target */
  sg_clusters *clusters;
  sg_looked *looked;
  int64_t n_looked;
  sg_facts facts;
} sg_cluster_job;

/* cluster_genome.c: fetches bases around sites; `user` is the job. */
sg_status sg_cluster_genome_fetch(void *user, const sg_cluster_place *place, int64_t n,
                                  uint8_t *codes, sg_err *err);

/* cluster_rest.c: the regions that could be explained; looked[] belongs to the job. */
sg_status sg_cluster_rest_read(sg_cluster_job *job, sg_err *err);
void sg_cluster_rest_free(sg_cluster_job *job);
/* Marks in explained[n_looked] those that hold a member of a cluster. */
void sg_cluster_rest_mark(const sg_cluster_job *job, bool *explained);

/* cluster_top.c: regions.top.bed, regions with subsets whose output is the furthest past tau. */
sg_status sg_cluster_top_write(const sg_cluster_job *job, sg_output *out, sg_err *err);

/* cluster_files.c: whether the folder can be written to; then all files, none when one fails. */
sg_status sg_cluster_files_check(const sg_cluster_job *job, sg_err *err);
sg_status sg_cluster_files_write(const sg_cluster_job *job, sg_err *err);

#endif
