/* report/zipwrite.h: zip archives of stored files, without dates. */
#ifndef SG_REPORT_ZIPWRITE_H
#define SG_REPORT_ZIPWRITE_H

#include "seqgloss/io.h"

typedef struct sg_zipwrite sg_zipwrite;

/* Begins an archive in `output` (borrowed); NULL when memory is short. */
sg_zipwrite *sg_zipwrite_new(sg_output *output);
void sg_zipwrite_free(sg_zipwrite *zip);
/* The head of a file of `size` bytes with CRC-32 `crc`; its bytes must follow by
 * sg_zipwrite_data. */
sg_status sg_zipwrite_file(sg_zipwrite *zip, const char *name, uint64_t size, uint32_t crc,
                           sg_err *err);
sg_status sg_zipwrite_data(sg_zipwrite *zip, const void *data, size_t n, sg_err *err);
/* The directory at the end. */
sg_status sg_zipwrite_end(sg_zipwrite *zip, sg_err *err);

#endif
