/* ops/k_move.h: ops that only move elements: slice, pad, transpose, concat, split, gather, tile ...
 *
 * Such an op says, for each axis of its output, which axis of the input it reads and at which
 * positions; memory order, windows, gradients, intervals and the folding of constants of any type
 * follow from that and are written once (k_move.c).
 */
#ifndef SG_OPS_K_MOVE_H
#define SG_OPS_K_MOVE_H

#include "ops/k_elementwise.h"

/* Position j of an output axis reads position first + step*j, or table[j], of input axis src.
 * Positions that the input does not have are outside. */
typedef struct sg_move_axis {
  int src;                      /* SG_NONE: a new axis */
  int64_t first, step;
  const int64_t *table;         /* NULL: first and step count */
} sg_move_axis;

typedef struct sg_move {
  sg_move_axis ax[SG_MAX_RANK]; /* by output axis */
  int64_t fixed[SG_MAX_RANK];   /* by input axis: what is read where no output axis stands for it */
  bool skip;                    /* outside: another input's elements; false: the fill value */
} sg_move;

/* conf of these ops begins with this; infer fills it. */
typedef struct sg_moves {
  int n;                        /* inputs, or outputs, that have a move */
  bool by_output;               /* move o makes output o from input 0; else input k into output 0 */
  sg_move *move;
  bool whole;                   /* no interval form; the output is walked as `walked` */
  sg_shape walked;              /* the output with axes merged that move together */
  double fill;
  int fill_input;               /* scalar input that holds the fill value; 0: none */
} sg_moves;

/* configure of ops without attributes: family LINEAR, conf a zeroed sg_moves. */
sg_status SG_REAL(sg_move_configure)(sg_node *node, sg_err *err);
/* conf of `size` bytes (an sg_moves first), family LINEAR. NULL: no memory, err is set. */
void *SG_REAL(sg_move_conf)(sg_node *node, size_t size, sg_err *err);
/* Makes room for n moves, each the identity on the first `nd` axes. */
sg_status SG_REAL(sg_move_begin)(sg_node *node, int n, int nd, sg_err *err);
/* The first move of a node. */
static inline sg_move *sg_move_of(const sg_node *node) { return ((sg_moves *) node->conf)->move; }

/* The entries that follow from the moves. */
sg_status SG_REAL(sg_move_fold)(sg_node *node, const sg_tensor **out, sg_err *err);
sg_status SG_REAL(sg_move_forward)(const sg_call *c);
sg_status SG_REAL(sg_move_vjp)(const sg_call *c, const sg_slab *gout, const sg_slab *gin);
bool SG_REAL(sg_move_reach)(const sg_node *node, int k, const sg_interval *in, int o,
                            sg_interval *out);
bool SG_REAL(sg_move_need)(const sg_node *node, int o, const sg_interval *out, int k,
                           sg_interval *in);

#define SG_MOVE_ENTRIES \
  .since = 7, .smooth = true, .fold = SG_REAL(sg_move_fold), .forward = SG_REAL(sg_move_forward), \
  .vjp = SG_REAL(sg_move_vjp), .reach = SG_REAL(sg_move_reach), .need = SG_REAL(sg_move_need)

#endif
