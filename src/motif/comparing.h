/* motif/comparing.h: what the files of the comparison (compare*.c) share.
 *
 * Targets of one width and both their strands are a group: its columns lie side by side, column 0
 * of every member, column 1 of every member and so on, so that each loop over members is one over
 * neighbouring cells. A row is what one query column says to all N columns of the database, in that
 * order.
 */
#ifndef SG_MOTIF_COMPARING_H
#define SG_MOTIF_COMPARING_H

#include "seqgloss/compare.h"

/* Scores are quantised to 0..SG_BINS-1; the sum over SG_OVERLAP_MAX columns still fits 16 bits. */
enum { SG_BINS = 101, SG_OVERLAP_MAX = 327, SG_KEYS = 65000 };

/* Cells and members are handled so many at a time, and there is room for as many after the last. */
enum { SG_CELLS_AFTER = 128 };

/* Compiled once more for AVX2 and for AVX-512 (where the compiler knows them, with instructions for
 * bytes) where the system can choose when it loads the program. Loops marked so give each element
 * its own sum in a fixed order: equal bits anywhere. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) && \
  !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if __GNUC__ >= 12
#define SG_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SG_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#else
#define SG_CLONES
#endif

/* ---- Column scores (compare_score.c) ---- */

/* The N columns of the database as four arrays, and what depends on one column only. */
typedef struct sg_columns {
  int64_t N;
  double *y[4];            /* [N] probabilities */
  double *log_y[4];        /* [N] natural logarithms: KULLBACK, ALLR; else NULL */
  double *norm;            /* [N] 1 / length of y - 1/4, 0 for length 0: PEARSON; else NULL */
  double *n;               /* [N] sites: ALLR; else NULL */
  float *near[4];          /* [N] for keys, in single precision: y, or for PEARSON y - 1/4 at
                              length 1; NULL where there are none */
} sg_columns;

/* A column of a query. */
typedef struct sg_column {
  double x[4];
  double n;                /* sites; 0 but for ALLR, so that equal columns compare equal */
} sg_column;

/* row[N] of scores of `x` to all columns. */
void sg_score_row(sg_dist dist, const sg_columns *columns, const double bg[4], const sg_column *x,
                  double *row);
/* Some cells of that row, bit for bit: score[n] of columns pick[n]. ED, PEARSON, SANDELIN. */
void sg_score_some(sg_dist dist, const sg_columns *columns, const sg_column *x, const int *pick,
                   int n, double *score);
/* Scores are within [from, from + SG_KEYS / per], whatever the columns. false: no keys for them. */
bool sg_key_scale(sg_dist dist, double *ret_from, double *ret_per);
/* key[N]: (score - from) per, in single precision, cut to a whole number. */
void sg_key_row(sg_dist dist, const sg_columns *columns, const sg_column *x, uint16_t *key);
/* 1 over the length of x - 1/4; 0 where that is 0 but for rounding. */
double sg_column_norm(const double x[4]);

/* ---- Targets (compare_targets.c) ---- */

typedef struct sg_group {
  int width;
  int n;                   /* members: targets of this width, times the strands */
  int64_t first;           /* of its columns: column c of member s is first + c n + s */
  int slot;                /* of its first member among all */
} sg_group;

struct sg_targets {
  sg_compare_opts opts;    /* bg symmetric */
  int n;                   /* targets */
  int n_slot;              /* members of all groups */
  int n_group, widest;
  sg_group *group;         /* by width */
  int *target;             /* [n_slot] */
  bool *reverse;           /* [n_slot] */
  int *rank;               /* [n] place of a target by its id */
  sg_columns columns;
};

/* The background as it is used: symmetric, a little more than 0, of sum 1. */
void sg_compare_bg(const double bg[4], double used[4]);
/* Probabilities of `motif` by options with such a background: within 0 to 2, and above 0 where
 * their logarithms are taken. n: sites as ALLR counts them, or NULL. */
sg_status sg_compare_matrix(const sg_motif *motif, const sg_compare_opts *opts, double *p,
                            double *n, sg_err *err);

/* ---- Rows (compare_rows.c) ---- */

typedef struct sg_bounds { double least, most; } sg_bounds;

/* One query column against the database; kept as long as there is room. */
typedef struct sg_row {
  sg_column column;
  bool filled;
  int64_t used;            /* number of the query that used it last */
  double *score;           /* [N]; NULL where there are keys */
  uint16_t *key;           /* [N] roughly the scores, see compare_keys.c; NULL: none */
  double median;           /* 0 where scores are incomplete */
  sg_bounds min, max;      /* the median subtracted; keys know them roughly at first */
  uint16_t min_key, max_key;
  double off, scale;       /* that cell[] was made with; scale 0: not made yet */
  uint8_t *cell;           /* [N + SG_CELLS_AFTER] quantised scores */
  int top, reach;          /* greatest cell, and by how much the smallest is below it */
  double hist[SG_BINS];    /* [reach + 1] fraction of cells equal to top - e */
} sg_row;

typedef struct sg_rows {
  sg_row *row;
  int n, room;             /* rows in use, allocated; at least the width of the query */
  int64_t query;
  bool plain;              /* without keys: for tests */
  double *work;            /* [2 N] for medians */
  int *pick;               /* [2 N] cells that keys cannot decide */
  sg_row **at;             /* [width] of the query; columns that are equal share a row */
  int at_room;
  int neutral;             /* quantised score of a column that hangs over: -off scale */
} sg_rows;

/* Rows of all columns of a query, quantised together. */
sg_status sg_rows_find(sg_rows *rows, const sg_targets *targets, const double *p, const double *n,
                       int width, sg_err *err);
void sg_rows_release(sg_rows *rows);
/* The element of rank k of v[n], which is reordered. */
double sg_nth(double *v, int64_t n, int64_t k);
/* Ranks whose mean is the lower median of N. */
void sg_median_ranks(int64_t N, int64_t *ret_low, int64_t *ret_high);

/* The same by keys (compare_keys.c): key, median, bounds of min and max; these exactly; cells. */
void sg_keys_fill(const sg_targets *targets, sg_rows *rows, sg_row *row);
void sg_keys_extremes(const sg_targets *targets, sg_rows *rows, sg_row *row);
void sg_keys_quantise(const sg_targets *targets, sg_rows *rows, sg_row *row, double off,
                      double scale);

/* ---- Best offsets and null distributions ---- */

/* The best offset of every member, and room to find it. */
typedef struct sg_best {
  int *score;              /* [n_slot] complete: sum of cells, columns that hang over neutral */
  int *offset, *overlap;   /* [n_slot] */
  double *p;               /* [n_slot] */
  int16_t *sum, *top, *at; /* [n_slot + SG_CELLS_AFTER] of one offset; greatest, and where */
  const uint8_t **cells;   /* [cells_room] */
  int cells_room;
  double *tail[2];         /* two survival functions that take turns, see sg_tails_room */
  double *table;           /* [table_room] of the null distributions */
  size_t tail_room, table_room;
  int *low, *depth, *first;/* [bound_room] */
  size_t bound_room;
} sg_best;

/* Adds the cells that lie upon columns `a` to `a + overlap - 1` of the query at an offset, to
 * `start`, for all members of a group: best->sum. */
sg_status sg_align_sums(const sg_group *group, const sg_rows *rows, int offset, int a, int overlap,
                        int start, sg_best *best, sg_err *err);
/* Room in tail[] for depths 0..depth, zeros before. */
sg_status sg_tails_room(sg_best *best, int depth, sg_err *err);
/* The survival function of one column: tail[d] = P(cell >= top - d), d = 0..depth and some more. */
void sg_tail_start(const sg_row *row, int depth, double *tail);

/* What an aligner sees of a group: the best offset of its members `first` (counted as columns are)
 * and the next ones, as many as there are lanes. Cells after the last member are read. */
typedef struct sg_lying {
  const uint8_t *const *cell;  /* [width] cells of the query's columns */
  int n;                       /* members: from one column of the group to the next */
  int width, L;                /* of the query, of the group */
  int least;                   /* overlap, at most that of the narrower one */
  int neutral;
} sg_lying;
typedef void sg_aligner(const sg_lying *z, int64_t first, int16_t *ret_top, int16_t *ret_at);
/* That of 8, 16 or 32 lanes; NULL where this processor has none. */
sg_aligner *sg_align_by(int lanes);

/* Complete scores (compare_align.c): score, offset, overlap. */
sg_status sg_align(const sg_targets *targets, const sg_rows *rows, int width, sg_best *best,
                   sg_err *err);
/* p of those scores (compare_null.c). */
sg_status sg_null(const sg_targets *targets, const sg_rows *rows, int width, sg_best *best,
                  sg_err *err);
/* Incomplete scores (compare_partial.c): offset, overlap and p at once. */
sg_status sg_partial(const sg_targets *targets, const sg_rows *rows, int width, sg_best *best,
                     sg_err *err);

/* ---- Tomtom's pi0 (compare_draw.c) ---- */

enum { SG_TWISTER_WORDS = 624 };

/* MT19937 as tomtom leaves it; zeros are a new one. */
typedef struct sg_twister {
  uint32_t word[SG_TWISTER_WORDS];
  int at;                  /* the next of these words */
  int64_t round;           /* of words, from 1 */
} sg_twister;

/* What comes next is number `n` of all words, from 0. Forwards costs little. */
void sg_twister_seek(sg_twister *t, int64_t n);
uint32_t sg_twister_next(sg_twister *t);
/* pi0 of ascending p[n] as tomtom has it for query `number` of a run; 1 where n <= 100. */
double sg_pi0_drawn(sg_twister *t, int64_t number, const double *p, int64_t n);

/* out[d] = sum over e <= min(d, reach) of h[e] in[d - e], for d = 0..depth (compare_convolve.c).
 * `in` and `out` have SG_CONVOLVE_BEFORE zeros before them and SG_CONVOLVE_AFTER cells of room
 * after in[depth], finite. */
enum { SG_CONVOLVE_BEFORE = 128, SG_CONVOLVE_AFTER = 64 };
typedef void sg_convolution(const double *in, const double *h, int reach, int depth, double *out);
sg_convolution sg_convolve;
/* That for registers of two, four or eight numbers; NULL where this processor has none. */
sg_convolution *sg_convolve_by(int lanes);

#endif
