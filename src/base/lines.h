/* base/lines.h: what the reader of lines offers inside of the library beyond seqgloss/io.h. */
#ifndef SG_BASE_LINES_H
#define SG_BASE_LINES_H

#include "seqgloss/io.h"

/* A descriptor for `path` ("-": standard input) that can be read more than once: regular files are
 * opened, everything else is copied to an unlinked file in $TMPDIR (or /tmp). The caller closes
 * it. */
sg_status sg_lines_descriptor(const char *path, int *ret_fd, sg_err *err);
/* Lines from the beginning of such a descriptor, which stays the caller's; `name` is for messages.
 * One reader at a time. */
sg_status sg_lines_from(int fd, const char *name, sg_lines **ret_lines, sg_err *err);

#endif
