/* cli/report.h: what a report tells: the files of a run, read, counted, and put into words.
 *
 *   report_read.c    the files of a run: subsets, predictions, regions without a motif
 *   report_members.c members of the clusters
 *   report_matches.c comparisons, the control
 *   report_track.c   scores of the positions of a few regions
 *   report_count.c   counts: regions, sizes, positions, pairs
 *   report_guard.c   what to be careful about
 *   report_page.c    the page: summary, table of motifs, predictions
 *   report_rest.c    the page: pairs, what is unexplained, control, methods, provenance
 *   report_motif.c   the page: a section for each motif
 *   report_draw.c    the page: those regions, letter by letter
 *   report_words.c   numbers as a report shows them
 *   report_mqc.c     the table for MultiQC
 *   recovered.c      whether the motif that was expected is there
 */
#ifndef SG_CLI_REPORT_H
#define SG_CLI_REPORT_H

#include "cli/console.h"
#include "seqgloss/html.h"
#include "seqgloss/motif.h"
#include "seqgloss/report.h"
#include "seqgloss/subsets.h"

/* ---- What the files say ---- */

/* One comparison: a line of tomtom.tsv. */
typedef struct sg_hit {
  int motif;                   /* index among the motifs of the run */
  char *id, *name;             /* of the target */
  char *family, *kind;         /* as JASPAR files it; "" where unknown */
  int64_t offset, overlap;     /* column of the target under the motif's first; columns shared */
  bool reverse;                /* the target's other strand */
  double p, e, q, e_run;       /* e_run: E for all motifs of the run */
} sg_hit;

/* One member of a cluster: a line of clusters.tsv. */
typedef struct sg_site {
  int motif;                   /* -1: noise */
  int64_t row;                 /* of the subsets */
  int64_t region;              /* number of its region among those that have subsets, from 0 */
  int64_t start, end;          /* on the chromosome; -1: unknown */
  char strand;                 /* on which the motif lies */
  int64_t site;                /* number of its genomic site in the cluster; -1: unknown */
  char *text;                  /* as it lies in the cluster */
} sg_site;

/* A region above tau in which no motif was found. */
typedef struct sg_lost { char *chrom, *name; int64_t start, end; double f; } sg_lost;

/* A run where there is nothing to find: cells of its row in the report. */
enum { SG_CONTROL_CELLS = 9 };
typedef struct sg_control { char *cell[SG_CONTROL_CELLS]; } sg_control;

/* A region whose positions have scores: [length] from the left end of its window. */
typedef struct sg_track {
  const sg_subset_row *first;  /* its first subset */
  char *base;                  /* as in the table: A, C, G, T, else N; no final zero */
  double *score;               /* of the base that is there */
  int64_t length;
} sg_track;

/* A value beside a name. */
typedef struct sg_said { char *key, *value; } sg_said;

typedef struct sg_run_files {
  const char *dir;             /* NULL: every file is named by an option */
  char *predictions, *subsets, *clusters, *kept, *genomic, *matches, *lost, *control, *scores;
} sg_run_files;

typedef struct sg_report {
  const sg_opts *opts;
  sg_run_files files;
  char *model, *target;        /* base name of the network; name of the output */
  sg_said *said;               /* [n_said] ## lines of the subsets' table */
  int n_said;
  double tau, empty;           /* empty: f(nothing); NAN: unknown */
  double *f;                   /* [n_f] predictions, ascending */
  int64_t n_f, passing;        /* passing: f >= tau */
  bool below;                  /* f <= tau is what was explained */
  sg_subsets *subsets;
  int64_t n_region;            /* regions with subsets */
  int64_t *region_of;          /* [subsets->n] */
  sg_site *site;               /* [n_site] in the order of the file */
  int64_t n_site, noise;
  sg_motifs *kept, *genomic, *db;   /* NULL: not there */
  sg_hit *hit;                 /* [n_hit] by motif, then p */
  int n_hit;
  sg_lost *lost;
  int64_t n_lost;
  bool published;              /* clusters are those of DBSCAN, not of the mixture */
  sg_track *track;             /* [n_track] the furthest past tau first */
  int n_track;
  char *scored_by;             /* the command that made their scores; NULL: unknown */
  sg_control *control;         /* NULL: there was none */
  int n_control;
} sg_report;

/* Reads what is there; what must be: subsets, clusters, motifs.meme. Errors name file and line. */
sg_status sg_report_read(const sg_opts *opts, sg_report *report, sg_err *err);
void sg_report_release(sg_report *report);
/* Parts of it: clusters.tsv, when subsets and motifs are there; tomtom.tsv, when motifs are there;
 * control.tsv. */
sg_status sg_report_read_members(sg_report *report, sg_err *err);
sg_status sg_report_read_matches(sg_report *report, sg_err *err);
sg_status sg_report_read_control(sg_report *report, sg_err *err);
/* The table of scores, when subsets are there: at most --tracks regions of it. */
sg_status sg_report_read_tracks(sg_report *report, sg_err *err);
void sg_report_release_tracks(sg_report *report);
/* Position in its window of the first base of a subset; -1: unknown. */
int64_t sg_report_offset(const sg_subset_row *row);

/* ---- Counts ---- */

/* Of one motif. */
typedef struct sg_motif_count {
  int64_t members, sites, regions;
  double plant_median, plant_fraction;   /* medians over members; NAN: no --transplant */
  double size;                 /* median bases of a member's subset */
  const char *common;          /* the most frequent string, and how often it is there */
  int64_t common_n;
} sg_motif_count;

sg_status sg_count_motif(const sg_report *report, int motif, sg_motif_count *ret_count,
                         sg_err *err);
/* Median of x[n], which is sorted by it; NAN for none. */
double sg_median(double *x, int64_t n);
/* Median number of bases of a subset; NAN: there are none. */
double sg_count_size(const sg_report *report);
/* Whether every value that is known of the output may be a probability. */
bool sg_count_probability(const sg_report *report);
/* Regions in which some motif was found. */
int64_t sg_count_explained(const sg_report *report);
/* Regions with subsets whose window overlaps that of another one. */
int64_t sg_count_overlapping(const sg_report *report);
/* Middle of the site less the middle of its window, in bases; false: unknown. */
bool sg_site_distance(const sg_report *report, const sg_site *site, double *ret_distance);

/* Two motifs in one region. */
typedef struct sg_pair_count {
  int a, b;                    /* a <= b */
  int64_t regions;             /* that have both; a == b: two sites or more */
  double expected;             /* if motifs fell into explained regions at random; NAN for a == b */
  double spacing;              /* median distance of the middles of nearest sites, in bases */
  int64_t same, other;         /* strands of nearest sites */
} sg_pair_count;

/* All pairs that occur, by regions. Freed by free(). */
sg_status sg_count_pairs(const sg_report *report, sg_pair_count **ret_pairs, int *ret_n,
                         sg_err *err);

/* Index of the motif of that name; -1: there is none. `motifs` may be NULL. */
int sg_report_find(const sg_motifs *motifs, const char *id);
/* E_run above which a match is no better than what chance brings in a search of all matrices. */
#define SG_REPORT_CHANCE 0.05
/* The first and the last hit of a motif in report->hit; false: there is none. */
bool sg_report_hits(const sg_report *report, int motif, const sg_hit **ret_first, int *ret_n);

/* ---- What to be careful about ---- */

typedef void sg_guard_say(void *user, const char *text);
/* Says each warning that the counts give reason for. */
sg_status sg_report_guard(const sg_report *report, sg_guard_say *say, void *user, sg_err *err);

/* ---- What was expected ---- */

typedef struct sg_recovered {
  int full, half;              /* motifs that are a full MARE and its half site; -1: none */
} sg_recovered;

/* Whether the motifs hold those of the small Maf proteins, by their genomic matrices (without:
 * kept ones), sites, and what they resemble; see recovered.c. */
sg_status sg_recovered_maf(const sg_report *report, sg_recovered *ret_recovered, sg_err *err);

/* ---- The page ---- */

sg_status sg_report_page(const sg_report *report, const char *path, sg_err *err);
/* Sections of the motifs; everything behind the predictions. */
void sg_report_motifs(const sg_report *report, sg_html *html);
/* Regions letter by letter, after the motifs. */
void sg_report_tracks(const sg_report *report, sg_html *html);
void sg_report_rest(const sg_report *report, sg_html *html);
/* One SVG file a motif in folder `dir`. */
sg_status sg_report_logos(const sg_report *report, const char *dir, sg_err *err);
sg_status sg_report_mqc(const sg_report *report, const char *path, sg_err *err);
/* The motif's consensus, of the genome's bases where they are known: that of summary.tsv, which is
 * the motif's name in the MEME file; by Cavener's rule where its name is none. Freed by free();
 * NULL: no memory. */
char *sg_report_pattern(const sg_report *report, int motif);
/* The table of motifs, as text with tabs. */
sg_status sg_report_table(const sg_report *report, const char *path, sg_err *err);

#endif
