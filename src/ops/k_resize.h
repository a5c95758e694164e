/* ops/k_resize.h: Resize and Upsample: which input position an output position repeats. */
#ifndef SG_OPS_K_RESIZE_H
#define SG_OPS_K_RESIZE_H

#include "ops/k_move.h"

/* How an output position becomes a real-valued input position ... */
typedef enum sg_resize_place { SG_PLACE_ASYMMETRIC, SG_PLACE_HALF_PIXEL, SG_PLACE_PYTORCH,
                               SG_PLACE_ALIGN, SG_PLACE_TF_HALF } sg_resize_place;
/* ... and that an integer one. */
typedef enum sg_resize_round { SG_ROUND_FLOOR, SG_ROUND_CEIL, SG_ROUND_PREFER_FLOOR,
                               SG_ROUND_PREFER_CEIL } sg_resize_round;

/* conf; an sg_moves first. */
typedef struct sg_resize {
  sg_moves moves;
  sg_resize_place place;
  sg_resize_round round;
} sg_resize;

/* Shape and moves from one scale per axis, or from `sizes` when it is given. */
sg_status SG_REAL(sg_resize_axes)(sg_node *node, const double *scale, const int64_t *sizes,
                                  sg_err *err);
/* n scales from a constant float input k; *ret in node->mem. */
sg_status SG_REAL(sg_resize_scales)(sg_node *node, int k, const double **ret, sg_err *err);

#endif
