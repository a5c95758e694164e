/* cli/inputs.h: marks of input files: what tells whether a file is still the one it was. */
#ifndef SG_CLI_INPUTS_H
#define SG_CLI_INPUTS_H

#include "cli/buffer.h"
#include "cli/options.h"

/* One line "NAME SIZE sha256:..." of a file, for files above 64 MiB "NAME SIZE changed TIME"; what
 * is no regular file is marked by its text, a folder not at all. */
sg_status sg_input_mark(const char *path, sg_buffer *buffer, sg_err *err);
/* The same of every operand and every file that an option names to be read. */
sg_status sg_inputs_mark(const sg_opts *opts, sg_buffer *buffer, sg_err *err);
/* Whether each of them can be read again: SG_EINVAL for pipes and devices; `why` says what for, as
 * "a run reads its inputs several times". */
sg_status sg_inputs_check(const sg_opts *opts, const char *why, sg_err *err);

/* DIR/NAME, freed by free(); NULL where memory is short. */
char *sg_path_in(const char *dir, const char *name);

#endif
