/* cli/attribute.h: one run of attribute: what the checks found out, for the loop that computes. */
#ifndef SG_CLI_ATTRIBUTE_H
#define SG_CLI_ATTRIBUTE_H

#include "cli/gallery.h"
#include "cli/picks.h"
#include "cli/regionrun.h"
#include "seqgloss/attribute.h"
#include "seqgloss/seq.h"

enum { SG_METHODS_MOST = 32 };

/* Where references come from, in the order of the options' choices; else a file. */
typedef enum sg_refs_kind {
  SG_REFS_ZERO = 0, SG_REFS_QUARTER, SG_REFS_SHUFFLE, SG_REFS_FILE
} sg_refs_kind;

/* --baseline or --references. */
typedef struct sg_refs {
  sg_refs_kind kind;
  int n;                       /* references of a window */
  sg_array *array;             /* FILE: [rows][n][C][L], or [rows][C][L] */
  float *fixed;                /* FILE of one row: it, for every window */
  uint8_t *codes;              /* FILE of sequences: [n][longest], for every window */
  int64_t units;               /* numbers in a row */
} sg_refs;

/* The two of them: for methods that follow a path, and for the others. */
enum { SG_REFS_BASELINE = 0, SG_REFS_REFERENCES, SG_REFS_ROLES };

typedef struct sg_attribute_job {
  const sg_opts *opts;
  sg_nets nets;                /* one */
  sg_feeds feeds;
  sg_picks picks;
  sg_regionrun run;
  int64_t longest;             /* of the windows */
  sg_explain_method method[SG_METHODS_MOST];
  int n_method;
  sg_explain_opts explain;
  sg_explain_target *target;
  int n_target;
  char **name;                 /* [methods * targets], by method first: names of files */
  const char **told, **by;     /* [methods * targets] for provenance: target and method */
  sg_explain_plan *plan[SG_METHODS_MOST];   /* for windows of the length `longest` */
  sg_refs refs[SG_REFS_ROLES];
  bool wanted[SG_REFS_ROLES];  /* some method reads them */
  sg_shuffle_opts shuffle;
  sg_gallery *gallery;         /* --report, --logos; NULL: neither */
  bool complete;               /* some method promises a sum: residuals are written */
  int each;                    /* --per-reference: how many references a window has; else 0 */
  /* what the loop found */
  int64_t not_numbers, singles, unknown;
  int64_t off[SG_METHODS_MOST];       /* windows and targets that miss their sum */
  double worst[SG_METHODS_MOST];      /* greatest residual */
} sg_attribute_job;

/* How far sums may be off before it is said: sums of differences, and quadratures. */
double sg_attribute_tolerance(const sg_explain_method *method);

/* The role that a method's references have; -1: it needs none. */
int sg_attribute_role(const sg_explain_method *method);

/* --references X.fa: its sequences, all of them for every window. */
bool sg_refs_is_fasta(const char *path);
sg_status sg_refs_open_fasta(const sg_attribute_job *job, const char *option, sg_refs *refs,
                             sg_err *err);

/* Opens job->run.source once more. */
sg_status sg_attribute_reopen(void *job, sg_err *err);
extern const sg_regionrun_hooks sg_attribute_hooks;

#endif
