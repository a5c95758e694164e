/* cli/checkpoint.h: rows that survive the end of a process, for --resume.
 *
 * Rows of the output OUT go to OUT.partial, as plain text without the lines before them. Now and
 * then FIRST.partial.state, beside the first output, is replaced by one that says how much of each
 * file is whole and what the caller wants to know again. A run that begins again with the same
 * digest cuts the files to those lengths and goes on from there; another digest begins anew. In the
 * end the rows are copied to the real output, so that its bytes (compression included) are those of
 * a run that was never stopped. Rows may also be numbers in binary, which are read back one after
 * the other (outputs that no row can be appended to).
 *
 * A file of that name that is not of --resume is refused, and so are files that another process is
 * writing.
 */
#ifndef SG_CLI_CHECKPOINT_H
#define SG_CLI_CHECKPOINT_H

#include "seqgloss/io.h"

typedef struct sg_checkpoint sg_checkpoint;

/* `digest`: what the rows depend on, 64 digits. Errors: SG_EIO, SG_EINVAL (a foreign file, or one
 * in use), SG_ENOMEM. */
sg_status sg_checkpoint_open(const char *const *paths, int n, const char *digest,
                             sg_checkpoint **ret_checkpoint, sg_err *err);
/* Items whose rows are there already; what was noted with them ("" where none are). */
int64_t sg_checkpoint_done(const sg_checkpoint *checkpoint);
const char *sg_checkpoint_note(const sg_checkpoint *checkpoint);
/* The file of the rows and of the state that is written now, for messages. */
const char *sg_checkpoint_name(const sg_checkpoint *checkpoint);
/* Appends rows of output `file`. */
sg_status sg_checkpoint_write(sg_checkpoint *checkpoint, int file, const char *rows, size_t n,
                              sg_err *err);
/* `done` items are whole. `note` may have several lines, each with its end. */
sg_status sg_checkpoint_mark(sg_checkpoint *checkpoint, int64_t done, const char *note,
                             sg_err *err);
/* Whether it is time to mark: at first, then about once a second. */
bool sg_checkpoint_due(const sg_checkpoint *checkpoint);
/* Reads n bytes of output `file`: from the front after sg_checkpoint_rewind, then the next ones.
 * SG_EFORMAT: there are not that many. */
sg_status sg_checkpoint_rewind(sg_checkpoint *checkpoint, int file, sg_err *err);
sg_status sg_checkpoint_read(sg_checkpoint *checkpoint, int file, void *data, size_t n,
                             sg_err *err);
/* Appends all rows of output `file` to `output`. */
sg_status sg_checkpoint_copy(sg_checkpoint *checkpoint, int file, sg_output *output, sg_err *err);
/* Removes the files: the outputs have their names. */
void sg_checkpoint_remove(sg_checkpoint *checkpoint);
/* Leaves the files as they are. NULL is fine. */
void sg_checkpoint_free(sg_checkpoint *checkpoint);

#endif
