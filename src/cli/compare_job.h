/* cli/compare_job.h: what the files of the command compare share. */
#ifndef SG_CLI_COMPARE_JOB_H
#define SG_CLI_COMPARE_JOB_H

#include "cli/buffer.h"
#include "cli/console.h"
#include "cli/facts.h"
#include "seqgloss/compare.h"
#include "seqgloss/io.h"
#include "seqgloss/motifnotes.h"

/* Queries of less information than this match many motifs by chance: 8 bits is one site in 256
 * bases. */
#define SG_COMPARE_LOW_BITS 8.0

typedef enum sg_compare_format { SG_COMPARE_TSV, SG_COMPARE_TEXT } sg_compare_format;

typedef struct sg_compare_file {
  const char *path;
  sg_compare_format format;
  sg_output *output;
} sg_compare_file;

typedef struct sg_compare_job {
  const sg_opts *opts;
  sg_compare_opts compare;
  double max_p, max_e, max_q;  /* thresholds */
  int draw;                    /* alignments a query */
  const char *svg;             /* folder of logos, or NULL */
  sg_motifs *queries;
  bool *written;               /* [queries] made of letters: unknown ones show the background */
  sg_motifs *db;
  sg_motif_notes *notes;       /* or NULL */
  sg_targets *targets;
  double bg[4];
  sg_compare_file *file;
  int n_file;
  int next;                    /* query that the next batch begins with */
  int found, low;              /* queries with a match; of low information */
  sg_meter meter;
} sg_compare_job;

/* compare_query.c: queries from operands: motif files, tables of subsets, strings; and the
 * background, from --bg or from what was read. */
sg_status sg_compare_queries(sg_compare_job *job, sg_err *err);

/* compare_files.c */
sg_status sg_compare_files_check(sg_compare_job *job, sg_err *err);
sg_status sg_compare_files_open(sg_compare_job *job, const sg_facts *facts, sg_err *err);
sg_status sg_compare_files_close(sg_compare_job *job, const sg_facts *facts, sg_err *err);
void sg_compare_files_free(sg_compare_job *job);

/* compare_text.c: one query and those of its matches that pass the thresholds. */
typedef struct sg_compare_found {
  const sg_motif *query;
  int number;                  /* of the query, from 0 */
  double bits;                 /* of the query */
  const sg_match *match;       /* [n] by p */
  int n;
} sg_compare_found;

void sg_compare_tsv_header(sg_buffer *b);
sg_status sg_compare_tsv(const sg_compare_job *job, const sg_compare_found *found, sg_buffer *b,
                         sg_err *err);
sg_status sg_compare_text(const sg_compare_job *job, const sg_compare_found *found, sg_buffer *b,
                          sg_err *err);
/* Family of a target, "" where unknown. */
const char *sg_compare_family(const sg_compare_job *job, int target);
const sg_motif_note *sg_compare_note(const sg_compare_job *job, int target);
/* Name of a target, "" where it has none. */
const char *sg_compare_name(const sg_compare_job *job, int target);
/* The first match of each family, the best of them, among `found`: indices into its matches.
 * Targets without a family are each their own. Returns how many, `most` at most. */
int sg_compare_best(const sg_compare_job *job, const sg_compare_found *found, int most, int *index);

/* compare_logo.c: the query's logo above the target's, aligned, as SVG. */
sg_status sg_compare_logo(const sg_compare_job *job, const sg_compare_found *found,
                          const sg_match *match, char **ret_svg, sg_err *err);
/* Its file's name: FOLDER/NUMBER.QUERY.TARGET.svg, freed by free(). Queries whose names differ in
 * letters that no file's name has are told apart by their number. NULL: no memory. */
char *sg_compare_logo_path(const sg_compare_job *job, const sg_compare_found *found,
                           const char *target);

/* compare_run.c */
sg_status sg_compare_run(sg_compare_job *job, sg_err *err);

#endif
