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

/* A window whose bases are known from a FASTA of windows. */
typedef struct sg_cluster_window {
  char *name, *chrom;          /* chrom: "" where it says no place */
  int64_t start;               /* -1: no place */
  int64_t length;
  uint8_t *codes;              /* [length] of the forward strand; 4: unknown */
} sg_cluster_window;

typedef struct sg_cluster_job {
  const sg_opts *opts;
  const char *dir;             /* of -o; NULL: only the summary is wanted */
  sg_subsets *subsets;         /* of one target */
  sg_clusters *clusters;
  sg_looked *looked;
  int64_t n_looked;
  sg_cluster_window *window;   /* [n_window] by name and place: of -f, where that is no genome */
  int64_t n_window;
  sg_facts facts;
} sg_cluster_job;

/* cluster_genome.c: fetches bases around sites; `user` is the job. */
sg_status sg_cluster_genome_fetch(void *user, const sg_cluster_place *place, int64_t n,
                                  uint8_t *codes, sg_err *err);

/* cluster_windows.c: a FASTA of windows for -f. Reads it where it is one, and gives subsets without
 * a place one in their window. */
sg_status sg_cluster_windows_place(sg_cluster_job *job, sg_err *err);
/* Whether the window is its own chromosome. */
bool sg_cluster_own_place(const sg_subset_row *row);
void sg_cluster_windows_free(sg_cluster_job *job);
/* The window that a subset is of; NULL: it was not read. */
const sg_cluster_window *sg_cluster_window_of(const sg_cluster_job *job, const sg_subset_row *row);
/* Of the window that has no other place; -1: there is none. */
int64_t sg_cluster_window_length(const sg_cluster_job *job, const char *name);
sg_status sg_cluster_windows_fetch(void *user, const sg_cluster_place *place, int64_t n,
                                   uint8_t *codes, sg_err *err);
/* Whether some subset has a place. */
bool sg_cluster_placed(const sg_cluster_job *job);

/* cluster_rest.c: the regions that could be explained; looked[] belongs to the job. */
sg_status sg_cluster_rest_read(sg_cluster_job *job, sg_err *err);
void sg_cluster_rest_free(sg_cluster_job *job);
/* Marks in explained[n_looked] those that hold a member of a cluster. */
void sg_cluster_rest_mark(const sg_cluster_job *job, bool *explained);

/* cluster_top.c: regions.top.bed, regions with subsets whose output is the furthest past tau. */
sg_status sg_cluster_top_write(const sg_cluster_job *job, sg_output *out, sg_err *err);
/* regions.top.fa, the same as sequences, where windows were read. */
sg_status sg_cluster_top_fasta(const sg_cluster_job *job, sg_output *out, sg_err *err);

/* cluster_files.c: whether the folder can be written to; then all files, none when one fails. */
sg_status sg_cluster_files_check(const sg_cluster_job *job, sg_err *err);
sg_status sg_cluster_files_write(const sg_cluster_job *job, sg_err *err);

#endif
