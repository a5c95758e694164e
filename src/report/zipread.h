/* report/zipread.h: files inside a zip archive, read from the front, stored or deflated. */
#ifndef SG_REPORT_ZIPREAD_H
#define SG_REPORT_ZIPREAD_H

#include "seqgloss/base.h"

typedef struct sg_zipread sg_zipread;

/* Reads the directory of the archive. Errors name the path: SG_ENOTFOUND, SG_EIO, SG_EFORMAT. */
sg_status sg_zipread_open(const char *path, sg_zipread **ret_zip, sg_err *err);
void sg_zipread_close(sg_zipread *zip);                              /* NULL is fine */
int sg_zipread_count(const sg_zipread *zip);
const char *sg_zipread_name(const sg_zipread *zip, int i);
/* Index of the file called `name`, or -1. */
int sg_zipread_find(const sg_zipread *zip, const char *name);
/* Goes to the beginning of file i; one file is open at a time. */
sg_status sg_zipread_begin(sg_zipread *zip, int i, sg_err *err);
/* Bytes of it that are still to come, as the archive says, and never more than a deflated file of
 * its length can hold. */
uint64_t sg_zipread_left(const sg_zipread *zip);
/* The next n bytes of it; fewer are an error. */
sg_status sg_zipread_data(sg_zipread *zip, void *dst, size_t n, sg_err *err);

#endif
