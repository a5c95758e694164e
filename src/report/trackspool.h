/* report/trackspool.h: stretches of numbers sorted on disk. */
#ifndef SG_REPORT_TRACKSPOOL_H
#define SG_REPORT_TRACKSPOOL_H

#include "seqgloss/base.h"

/* Most numbers in one stretch. */
enum { SG_STRETCH_MAX = 8192 };

/* Numbers at from .. from + n of the place `key`. */
typedef struct sg_stretch {
  uint64_t key;
  uint32_t from, n;            /* n <= SG_STRETCH_MAX */
  const float *values;
} sg_stretch;

typedef struct sg_trackspool sg_trackspool;

/* Memory is bounded (about 20 MiB) whatever is added. Temporary files lie beside the file
 * `beside`, which is borrowed. */
sg_status sg_trackspool_new(const char *beside, sg_trackspool **ret_spool, sg_err *err);
void sg_trackspool_free(sg_trackspool *spool);       /* NULL is fine */

sg_status sg_trackspool_add(sg_trackspool *spool, const sg_stretch *stretch, sg_err *err);
/* Ends adding. */
sg_status sg_trackspool_sort(sg_trackspool *spool, sg_err *err);
/* The next stretch by rising key; stretches of equal key in the order they were added. Values are
 * valid until the next call. *ret_more == false: the end. */
sg_status sg_trackspool_next(sg_trackspool *spool, sg_stretch *ret_stretch, bool *ret_more,
                             sg_err *err);

#endif
