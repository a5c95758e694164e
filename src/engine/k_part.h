/* engine/k_part.h: a part of edits and the nodes it runs through. Compiled for float and for
 * double (base/real.h).
 *
 * A part is so many edits of one length that their windows stay in cache. k_part.c brings the
 * layers up to date for it; k_delta.c keeps the base that it differs from.
 */
#ifndef SG_ENGINE_K_PART_H
#define SG_ENGINE_K_PART_H

#include "base/real.h"
#include "engine/delta.h"

/* n edits of one length, in order of place. Windows are z->window, whole values z->whole. */
typedef struct sg_part {
  sg_side *z;
  int64_t n, first;             /* first: its place in the batch */
  const sg_edit *edit;
  bool bare;                    /* nodes whose value before relu is kept leave relu out */
} sg_part;

/* Elements of one item of value v. */
static inline int64_t sg_side_item(const sg_side *z, int v)
{
  return sg_shape_item(&z->dp->plan->value[v].shape);
}

/* Node i on the base: inputs into in[], outputs into out[]. */
sg_call SG_REAL(sg_side_call)(sg_side *z, int i, sg_slab *in, sg_slab *out);
/* Fails with s and the layer's name; SG_OK passes. */
sg_status SG_REAL(sg_side_named)(const sg_node *n, sg_status s, sg_err *err);
/* n codes as columns of the one-hot matrix, for networks that do not read codes. `shape` is that of
 * the matrix whose memory `data` is. */
void SG_REAL(sg_side_spell)(const sg_side *z, const uint8_t *codes, int64_t n,
                            const sg_shape *shape, real *data);
/* What `src`, positions at .. at + have of an item, and `dst`, start .. start + want, have in
 * common, from one into the other. */
void SG_REAL(sg_copy_rows)(const sg_spread_value *d, const real *src, int64_t at, int64_t have,
                           real *dst, int64_t start, int64_t want);

/* Windows of the sequence itself; comes first. */
sg_status SG_REAL(sg_part_sequence)(const sg_part *a);
/* Windows of node i's outputs, computed anew. */
sg_status SG_REAL(sg_part_windows)(const sg_part *a, int i);
/* Nodes from .. to, each by the mode that the plan gave it. */
sg_status SG_REAL(sg_part_nodes)(const sg_part *a, int from, int to, sg_err *err);
/* Counts a share of node i's multiply-adds for every item. */
void SG_REAL(sg_part_count)(const sg_part *a, int i, double share);

#endif
