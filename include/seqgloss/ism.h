/* seqgloss/ism.h: in-silico mutagenesis: what a network says when bases are changed, taken out, put
 * in, changed in pairs, or hidden.
 *
 * Everything is measured against the base sequence of a session (seqgloss/delta.h): the value of an
 * edit is f(edited) - f(base), for every target in one pass. f is what the session computes: its
 * heads, logits or not, both strands or one.
 *
 *     sg_delta_base(delta, ...)  ->  sg_ism_run(ism, delta, item, arrays)
 *
 * Results lie on one strand, A C G T. Where the session's sequence is the reverse complement of
 * that strand (sg_ism_item.reverse) edits are made on the strand of the results too: a deletion
 * moves what stands right of it *there*. Results depend on the base, the flanks and the options
 * alone.
 */
#ifndef SEQGLOSS_ISM_H
#define SEQGLOSS_ISM_H

#include "seqgloss/delta.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is subtracted from the four substitution values of a position: nothing; the value at the
 * present base (it is 0: the same as nothing); their mean. */
typedef enum sg_center { SG_CENTER_NONE = 0, SG_CENTER_REF, SG_CENTER_MEAN } sg_center;

/* One explained number: the sum (or the mean) of the units first .. first + n - 1 of a session,
 * each times its weight. */
typedef struct sg_ism_target {
  int64_t first, n;
  bool mean;
  const double *weight;          /* [n], read by every run; NULL: ones */
} sg_ism_target;

/* A sequence to put in, as codes on the strand of the results. */
typedef struct sg_ism_insert { const char *name; const uint8_t *codes; int64_t length; }
  sg_ism_insert;

/* What to do. Everything is borrowed until sg_ism_free. */
typedef struct sg_ism_opts {
  size_t size;                   /* sizeof(sg_ism_opts) of the caller */
  uint8_t base[4];               /* codes of A, C, G and T; default 0 .. 3 */
  uint8_t unknown;               /* code of a base that nobody knows; default SG_CODE_N_ZERO */
  const sg_ism_target *targets;  /* NULL: every unit of the session is one */
  int64_t n_targets;
  bool no_substitutions;         /* leave out the array of substitutions */
  sg_center center;              /* of substitutions; default mean */
  int64_t deletions;             /* of 1 .. this many bases; default 0 */
  bool insertions;               /* of single bases */
  const sg_ism_insert *inserts;  /* longer ones */
  int n_inserts;
  int64_t pairs;                 /* positions at most this far from each other; default 0 */
  int64_t mask_width;            /* hide tiles of this many positions; default 0 */
  int64_t mask_step;             /* from tile to tile, 1 .. mask_width; 0: mask_width */
} sg_ism_opts;

SG_API sg_ism_opts sg_ism_opts_default(void);

typedef struct sg_ism sg_ism;

/* Scratch of one thread for sequences of `length` and sessions with `units` units. Errors:
 * SG_EINVAL (an option or target out of range), SG_ESHAPE (tiles or deletions longer than the
 * sequence), SG_ENOMEM. */
SG_API sg_status sg_ism_new(const sg_ism_opts *opts, int64_t length, int64_t units,
                            sg_ism **ret_ism, sg_err *err);
SG_API void sg_ism_free(sg_ism *ism);                                   /* NULL is fine */

/* The arrays of a run, for one target each:
 *
 *   substitutions  [4][L]        base b at position i, centred
 *   deletions      [K][L]        bases i .. i + d out (row d - 1); what stands right of them moves
 *                                left, and bases of the right flank enter
 *   insertions     [4][L]        base b put in before position i; what stands right of it moves
 *                                right, the last base leaves
 *   insert_NAME    [L]           the same of a longer sequence
 *   pairs          [L][W][4][4]  base a at i and base b at i + d (second axis: d - 1), together;
 *                                NaN where i + d is past the end
 *   interactions   [L][W][4][4]  that, less the sum of the two single substitutions
 *   occlusion      [tiles]       tile t hidden: positions s .. s + width with s = min(t step,
 *                                L - width)
 *   occlusion_base [L]           less the mean of the tiles that cover i: positive where what is
 *                                there supports the prediction
 *
 * Only `substitutions` is centred. */
typedef struct sg_ism_array {
  const char *name;
  int nd;
  int64_t dims[4];
  int64_t units;                 /* product of dims */
} sg_ism_array;

/* Those that the options ask for, in the order above; false past the last one. */
SG_API bool sg_ism_array_info(const sg_ism *ism, int i, sg_ism_array *ret_array);
SG_API int64_t sg_ism_targets(const sg_ism *ism);

typedef struct sg_ism_item {
  const uint8_t *left, *right;   /* codes [flank] beside the session's sequence, in its direction */
  int64_t flank;                 /* 0: none; bases that are missing are unknown */
  bool reverse;                  /* results lie on the other strand than the session's sequence */
} sg_ism_item;

/* All edits of the session's base. arrays[i] is [targets][units] for array i. Errors: those of
 * sg_delta_eval. */
SG_API sg_status sg_ism_run(sg_ism *ism, sg_delta *delta, const sg_ism_item *item,
                            float *const *arrays, sg_err *err);

/* Which of the four bases stands at position i of the results; -1: none of them. */
SG_API int sg_ism_present(const sg_ism_opts *opts, const uint8_t *codes, int64_t length, int64_t i,
                          bool reverse);

#ifdef __cplusplus
}
#endif
#endif
