/* report/disk.h: files written from the front and read back at any place; temporary ones have no
 * name. */
#ifndef SG_REPORT_DISK_H
#define SG_REPORT_DISK_H

#include "seqgloss/base.h"

typedef struct sg_disk sg_disk;

/* A temporary file in the directory of `beside`, unlinked at once: whatever ends the process, it
 * leaves nothing. Messages name `beside`. */
sg_status sg_disk_temp(const char *beside, sg_disk **ret_disk, sg_err *err);
/* The existing file `path`, emptied. Messages name `name`; both are borrowed. */
sg_status sg_disk_open(const char *path, const char *name, sg_disk **ret_disk, sg_err *err);
/* Writes out what is buffered and frees `disk` in every case. */
sg_status sg_disk_close(sg_disk *disk, sg_err *err);
void sg_disk_free(sg_disk *disk);                    /* NULL is fine */

/* Appends. Buffered; after a failure every call fails. */
sg_status sg_disk_append(sg_disk *disk, const void *data, size_t n, sg_err *err);
uint64_t sg_disk_size(const sg_disk *disk);          /* what is buffered included */
/* Reads n bytes at `offset`; fewer are an error. */
sg_status sg_disk_read(sg_disk *disk, uint64_t offset, void *data, size_t n, sg_err *err);
/* Replaces n bytes at `offset`. */
sg_status sg_disk_patch(sg_disk *disk, uint64_t offset, const void *data, size_t n, sg_err *err);
/* Appends all of `from`. */
sg_status sg_disk_copy(sg_disk *disk, sg_disk *from, sg_err *err);

#endif
