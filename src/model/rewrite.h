/* model/rewrite.h: small steps by which a plan's nodes are rewritten (simplify.c, layout.c). */
#ifndef SG_MODEL_REWRITE_H
#define SG_MODEL_REWRITE_H

#include <string.h>

#include "model/plan.h"

static inline bool sg_node_is(const sg_node *n, const char *op)
{
  return strcmp(n->op->name, op) == 0;
}

/* The node that makes `value`, or -1. */
int sg_rewrite_producer(const sg_plan *p, int value);
void sg_rewrite_remove(sg_plan *p, int i);
/* Every reader of `from` reads `to`. */
void sg_rewrite_redirect(sg_plan *p, int from, int to);
/* A new value of that name, shape and type, after all others; SG_NONE when memory is short. */
int sg_rewrite_value(sg_plan *p, const char *name, const sg_shape *shape, sg_dtype dtype);
/* A node of another op in the place of `like`: with its name, source, batch and outputs, own
 * attributes (none yet) and room for n_in inputs, all left out; neither configured nor inferred.
 * NULL: no such op, or memory is short. */
sg_node *sg_rewrite_node(sg_plan *p, const sg_registry *ops, const char *op, const sg_node *like,
                         int n_in);

#endif
