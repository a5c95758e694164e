/* import/names.h: a table from names to numbers, for readers of files that refer to things by
 * name. */
#ifndef SG_IMPORT_NAMES_H
#define SG_IMPORT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct sg_names sg_names;

sg_names *sg_names_new(void);                 /* NULL when memory is short */
void sg_names_free(sg_names *t);              /* NULL is fine */
/* The number under `name`, or `missing`. */
int sg_names_get(const sg_names *t, const char *name, int missing);
/* Puts `name` (copied) under `id`, in place of what was there; false when memory is short. */
bool sg_names_put(sg_names *t, const char *name, int id);

#endif
