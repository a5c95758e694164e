/* model/layout.h: views of a sequence's values, and the layers that can do without them
 * (layout.c, turn.c). */
#ifndef SG_MODEL_LAYOUT_H
#define SG_MODEL_LAYOUT_H

#include "model/rewrite.h"

/* A value that shows the elements of another, its root, with the axes in another order and with
 * axes of length 1 more or less. */
typedef struct sg_view {
  int root;                     /* SG_NONE: the value is none's view */
  int axis[SG_MAX_RANK];        /* by own axis: the root's axis; -1: own axis of length 1 */
} sg_view;

/* How a value shows an N C L: its root, the root's shape, and which own axis is the root's axis
 * 1 (channels), 2 (positions); -1: none is, since that axis has length 1. */
typedef struct sg_sight {
  int root;
  sg_shape shape;
  int own[3];
} sg_sight;

/* What a rule of turn.c is given, and makes. */
typedef struct sg_turn {
  sg_plan *p;
  const sg_registry *ops;
  const sg_node *n;             /* the layer as it is */
  const sg_sight *in;           /* [n->n_in]; of constants and what is left out: unset */
  sg_node *made;                /* its like over roots; not inferred yet */
  int axis[SG_MAX_RANK];        /* by axis of n's output: the axis of made's output, or -1 */
} sg_turn;

/* Makes t->made and t->axis. false: layer n has no like over N C L, or memory is short. All
 * activations that n reads are views of N C L or N C L themselves. */
bool sg_turn_node(sg_turn *t);

#endif
