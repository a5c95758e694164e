/* seqio/batch.h: filling batches of windows (seqgloss/region.h says what they are). */
#ifndef SG_SEQIO_BATCH_H
#define SG_SEQIO_BATCH_H

#include "base/arena.h"
#include "seqgloss/region.h"

/* A batch is closed before its codes take more than this, so that long regions do not fill the
 * memory. */
#define SG_BATCH_BYTES (INT64_C(64) << 20)

/* Empties it; its memory is kept. */
void sg_batch_clear(sg_region_batch *batch);
/* Whether one window more of this length may go into it. */
bool sg_batch_takes(const sg_region_batch *batch, int64_t length);
/* Makes room for one window more, the last: batch->n counts it. */
sg_status sg_batch_add(sg_region_batch *batch, int64_t length, int64_t flank, bool text,
                       sg_err *err);
/* A copy of the text that lives until the batch is cleared. */
sg_status sg_batch_name(sg_region_batch *batch, const char *text, const char **ret_copy,
                        sg_err *err);

#endif
