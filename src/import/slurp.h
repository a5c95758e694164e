/* import/slurp.h: a file read into memory, whole or in part. Messages do not name the file: the
 * caller does. */
#ifndef SG_IMPORT_SLURP_H
#define SG_IMPORT_SLURP_H

#include "seqgloss/base.h"

/* The whole of a regular file of at most `max` bytes. *ret_data is the caller's (free), with a NUL
 * behind the last byte that *ret_size does not count. SG_ENOTFOUND, SG_EIO, SG_EFORMAT (a folder, a
 * device, too long), SG_ENOMEM. */
sg_status sg_slurp(const char *path, size_t max, uint8_t **ret_data, size_t *ret_size, sg_err *err);

/* Bytes [offset, offset + size) of a regular file into dst; SG_EFORMAT when it is shorter than
 * that. */
sg_status sg_slurp_part(const char *path, uint64_t offset, uint64_t size, void *dst, sg_err *err);

/* Length of a regular file in bytes. */
sg_status sg_slurp_size(const char *path, uint64_t *ret_size, sg_err *err);

#endif
