/* report/arrayread.h: rows of an array as they lie in the file, texts too. */
#ifndef SG_REPORT_ARRAYREAD_H
#define SG_REPORT_ARRAYREAD_H

#include "seqgloss/report.h"

/* Like sg_array_open, for one array of an .npz, whose rows may also be texts of fixed width. */
sg_status sg_array_open_any(const char *path, const char *key, sg_array **ret_array, sg_err *err);
/* The next row; *ret_bytes its length; valid until the next call. */
sg_status sg_array_next_raw(sg_array *array, const void **ret_row, size_t *ret_bytes, sg_err *err);
/* Whether each row is one text, or one whole number. */
bool sg_array_is_text(const sg_array *array);
bool sg_array_is_whole(const sg_array *array);
/* The next row of whole numbers. */
sg_status sg_array_next_whole(sg_array *array, int64_t *ret_value, sg_err *err);

#endif
