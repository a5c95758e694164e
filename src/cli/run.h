/* cli/run.h: a whole run: from a network and regions to a report.
 *
 *   cmd_run.c       options, checks, targets
 *   run_target.c    the steps of one target
 *   run_folder.c    whether the folder may be written to
 *   run_control.c   the same where there is nothing to find
 *   run_files.c     what the run says of itself: provenance
 *   run_index.c     the page of several targets
 */
#ifndef SG_CLI_RUN_H
#define SG_CLI_RUN_H

#include "cli/picks.h"
#include "cli/report.h"
#include "cli/steps.h"

/* One output that is explained. */
typedef struct sg_run_target {
  char *spec;                  /* for --target; NULL: the only one there is */
  char *dir;                   /* where its files go */
  char *name;                  /* of its folder and its steps; "" where there is one target */
  bool logit;                  /* there is a value before the final sigmoid or softmax */
  bool recovered;              /* what was expected is there */
} sg_run_target;

typedef struct sg_run {
  const sg_opts *opts;
  sg_steps steps;
  char *model_line;            /* of the network, for provenance */
  int64_t length;              /* of its windows; 0: any */
  sg_run_target *target;       /* [n_target] */
  int n_target;
} sg_run;

/* Options that are handed on to predict, sis and shuffle, NULL-ended. */
extern const char *const sg_run_network[], *const sg_run_regions[], *const sg_run_speed[];

/* predict, sis, cluster, compare, report. Returns the exit status. */
int sg_run_target_steps(sg_run *run, sg_run_target *target);
/* The arguments of the report of a folder; the files of a folder as a report reads them, without
 * its `opts`. */
void sg_run_report_args(const sg_run *run, const char *dir, sg_args *args);
sg_status sg_run_read(const sg_run *run, const char *dir, sg_report *report, sg_err *err);
/* Removes what a stopped step left to go on with, unless --resume was given: files that belong to
 * outputs[n] in `dir`. */
void sg_run_begin_anew(const sg_run *run, const char *dir, const char *const *outputs, int n);
/* Where the bases of the regions are: the genome, or the FASTA of windows. */
const char *sg_run_genome(const sg_run *run);
/* cluster and compare on a table of subsets in `dir`; `label` begins the names of the steps.
 * `genome`: file with the bases of the members; NULL: none. */
int sg_run_motifs(sg_run *run, const char *label, const char *dir, const char *genome);

/* Shuffled regions, and the network with its weights in random order; control.tsv. */
int sg_run_control(sg_run *run, const sg_run_target *target);

/* Whether the folder of -o, where it is there, may be written to by this run. */
sg_status sg_run_folder_check(const sg_run *run, sg_err *err);

/* DIR/provenance.json: the commands told, one a line. */
sg_status sg_run_provenance(const sg_run *run, const char *dir, const sg_buffer *told,
                            sg_err *err);
/* DIR/report.html of several targets: tables that lead to theirs. */
sg_status sg_run_index(const sg_run *run, sg_err *err);

#endif
