/* cli/sis_job.h: one run of sis: what the checks found out, and the parts that work on it.
 *
 *   sis_machine.c   sessions of all targets for one window length
 *   sis_tau.c       thresholds: a number, or a quantile of predictions
 *   sis_text.c      rows of subsets: TSV, BED12, FASTA
 *   sis_files.c     the output files
 *   sis_guard.c     counts, and what they warn of
 *   sis_state.c     --resume
 *   sis_run.c       the loop
 */
#ifndef SG_CLI_SIS_JOB_H
#define SG_CLI_SIS_JOB_H

#include "cli/buffer.h"
#include "cli/checkpoint.h"
#include "cli/console.h"
#include "cli/facts.h"
#include "cli/picks.h"
#include "cli/share.h"
#include "seqgloss/region.h"
#include "seqgloss/sis.h"

/* A pick is an output with the chosen units; its units are targets. */
typedef struct sg_target {
  int pick, index;             /* unit `index` of pick `pick` */
  const char *name;            /* as predict names its column */
  double tau;                  /* on the scale of the output */
  int64_t sample;              /* predictions that tau is a quantile of; 0: tau was given */
  int64_t sample_passing;      /* of those, how many pass tau */
  double empty;                /* f(nothing); NaN where windows differ in length */
} sg_target;

/* ---- Sessions ---- */

/* All picks for windows of one length: plans (shared, or its own) and one thread's sessions. */
typedef struct sg_machine {
  int64_t length;
  sg_plan *plan;               /* own, where the length is not that of the network's plan */
  sg_sis_plan **sis_plan;      /* [picks] own or NULL */
  sg_sis **sis;                /* [picks] */
  double *f;                   /* [room][targets] of one pick */
  int64_t room;
  double worst;                /* --verify, of sessions that are gone */
} sg_machine;

/* ---- Counts ---- */

/* What became of one target. */
typedef struct sg_tally {
  int64_t regions, passing;    /* passing: with f_all >= tau */
  int64_t empty_passes, not_numbers;
  int64_t subsets, extended, droppable, droppable_subsets;
  int64_t no_place;            /* subsets of windows of no genome */
  int64_t *sized;              /* [longest + 1] subsets of each size */
} sg_tally;

/* ---- Files ---- */

typedef enum sg_sis_format { SG_SIS_TSV = 0, SG_SIS_BED, SG_SIS_FASTA } sg_sis_format;

typedef struct sg_sis_file {
  const char *path;
  sg_sis_format format;
  sg_output *output;
} sg_sis_file;

/* Regions that lie on the one before them, counted as they come in. */
typedef struct sg_overlaps {
  int64_t regions, n;
  char *chrom;                 /* of the last one, owned */
  int64_t start, end;
} sg_overlaps;

typedef struct sg_sis_job {
  const sg_opts *opts;
  sg_nets nets;                /* one network */
  sg_picks picks;
  sg_target *target;           /* [n_target] in the order of the picks */
  int n_target;
  sg_source_opts source_opts;
  sg_source *source;
  int64_t longest;             /* window length; the greatest where they differ */
  sg_sis_opts sis;             /* but for output and units */
  sg_sis_plan **plan;          /* [picks] for windows of `longest` */
  int threads, cap;            /* of a first pass that predicts; cap: windows of a batch */
  sg_share share;              /* of the run itself */
  int transplant;              /* shuffled versions of a region; 0: none */
  uint64_t seed;
  sg_sis_file *file;           /* [n_file] */
  int n_file;
  sg_tally *tally;             /* [n_target] */
  sg_overlaps overlaps;
  double worst;                /* --verify */
  sg_checkpoint *checkpoint;   /* --resume; NULL: rows go to the outputs */
  int64_t done;                /* regions whose rows were written, under --resume */
  sg_meter meter;
} sg_sis_job;

/* Plans of all picks for windows of length `length` of `plan`, in an array to be freed by
 * sg_sis_plans_free. */
sg_status sg_sis_plans_new(const sg_sis_job *job, const sg_plan *plan, sg_sis_plan ***ret_plans,
                           sg_err *err);
void sg_sis_plans_free(const sg_sis_job *job, sg_sis_plan **plans);
/* Makes the machine (zeros at first) ready for windows of `length`. */
sg_status sg_machine_fit(const sg_sis_job *job, int64_t length, sg_machine *machine, sg_err *err);
void sg_machine_release(const sg_sis_job *job, sg_machine *machine);
const sg_sis_plan *sg_machine_plan(const sg_sis_job *job, const sg_machine *machine, int pick);
/* Outputs f[n][all targets] of n windows as they are. */
sg_status sg_machine_predict(const sg_sis_job *job, sg_machine *machine, int64_t n,
                             const uint8_t *codes, double *f, sg_err *err);

/* What can be said of the threshold's options before anything is read; SG_EINVAL. */
sg_status sg_sis_tau_check(const sg_opts *opts, bool *ret_usage, sg_err *err);
/* Finds tau and f(nothing) of every target: may read all regions. */
sg_status sg_sis_tau_find(sg_sis_job *job, sg_err *err);
/* Adds tau and f(nothing) to the provenance, and to its digest. */
sg_status sg_sis_tau_facts(const sg_sis_job *job, sg_facts *facts, sg_err *err);

/* One subset, ready to be written. */
typedef struct sg_sis_row {
  const sg_region *region;
  const uint8_t *codes;        /* [length] in the window's own direction */
  int64_t length;
  const sg_target *target;
  const sg_sis_collection *all;
  int64_t rank;                /* from 0 */
  double plant_median, plant_fraction;
  int64_t *work;               /* [length] scratch */
  char *letters;               /* [length + 1] scratch */
} sg_sis_row;

/* Lines before the first row of the table, without provenance. */
void sg_sis_text_header(const sg_sis_job *job, sg_buffer *buffer);
void sg_sis_text_row(const sg_sis_job *job, sg_sis_row *row, sg_sis_format format,
                     sg_buffer *buffer);

/* The files of -o, by their endings, checked; opened with their first lines; closed with their
 * names; or given up. */
sg_status sg_sis_files_check(sg_sis_job *job, sg_err *err);
sg_status sg_sis_files_open(sg_sis_job *job, const sg_facts *facts, sg_err *err);
sg_status sg_sis_files_close(sg_sis_job *job, const sg_facts *facts, sg_err *err);
void sg_sis_files_free(sg_sis_job *job);

sg_status sg_tallies_new(const sg_sis_job *job, sg_tally **ret_tally, sg_err *err);
void sg_tallies_add(const sg_sis_job *job, const sg_tally *from, sg_tally *to);
/* Counts one region more. */
sg_status sg_overlaps_add(sg_overlaps *overlaps, const sg_region *region, sg_err *err);
void sg_tallies_clear(const sg_sis_job *job, sg_tally *tally);
void sg_tallies_free(const sg_sis_job *job, sg_tally *tally);
/* The summary and the warnings on stderr. */
void sg_sis_guard(const sg_sis_job *job);

/* --resume: what can be said before; rows of an earlier run found (or begun); regions skipped and
 * counts taken that they hold; what is done now noted. */
sg_status sg_sis_resume_check(const sg_opts *opts, sg_err *err);
sg_status sg_sis_resume_open(sg_sis_job *job, const sg_facts *facts, sg_err *err);
sg_status sg_sis_resume_skip(sg_sis_job *job, sg_err *err);
sg_status sg_sis_mark(sg_sis_job *job, sg_err *err);

/* Reads, computes and writes everything to job->file, or to job->checkpoint. */
sg_status sg_sis_run(sg_sis_job *job, sg_err *err);

#endif
