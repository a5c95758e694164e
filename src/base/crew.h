/* base/crew.h: a few threads that share the pieces of one call. */
#ifndef SG_BASE_CREW_H
#define SG_BASE_CREW_H

#include "seqgloss/base.h"

typedef struct sg_crew sg_crew;

/* `threads` >= 2 in total, the calling one included. */
sg_status sg_crew_new(int threads, sg_crew **ret_crew, sg_err *err);
void sg_crew_free(sg_crew *crew);                                       /* NULL is fine */

/* Piece i of a call, done by worker 0 (the calling thread) .. threads - 1. */
typedef sg_status (*sg_crew_fn)(void *user, int worker, int64_t i, sg_err *err);

/* Pieces 0 .. n - 1, each handed to whichever worker is free. Returns when all are done; after an
 * error pieces not yet begun are left out, and the error of the lowest piece is returned. */
sg_status sg_crew_run(sg_crew *crew, int64_t n, sg_crew_fn fn, void *user, sg_err *err);

#endif
