/* seqgloss/tsv.h: the tables that seqgloss writes, read again.
 *
 * Lines that begin with ## say how a table was made ("## key value"), then one line names the
 * columns (with # before it or not), then rows of as many cells. Columns are found by name. Empty
 * lines, and lines that begin with # after the header, are skipped. Files may be compressed, or
 * "-", standard input. A piece written under --shard is refused.
 */
#ifndef SEQGLOSS_TSV_H
#define SEQGLOSS_TSV_H

#include "seqgloss/io.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sg_tsv sg_tsv;

/* Opens a table and reads up to its header. Errors name file and line: SG_ENOTFOUND, SG_EIO,
 * SG_EFORMAT (no header, a column without a name or there twice, a piece), SG_ENOMEM. */
SG_API sg_status sg_tsv_open(const char *path, sg_tsv **ret_tsv, sg_err *err);
SG_API void sg_tsv_close(sg_tsv *tsv);                                  /* NULL is fine */

/* The value of the first line "## key value"; NULL: there is none. */
SG_API const char *sg_tsv_fact(const sg_tsv *tsv, const char *key);
SG_API int sg_tsv_columns(const sg_tsv *tsv);
SG_API const char *sg_tsv_title(const sg_tsv *tsv, int column);
/* Number of a column; -1: there is none of that name. */
SG_API int sg_tsv_column(const sg_tsv *tsv, const char *name);
/* The same for one that must be there. SG_EFORMAT names file and column. */
SG_API sg_status sg_tsv_need(const sg_tsv *tsv, const char *name, int *ret_column, sg_err *err);

/* The next row: cells[columns], valid until the next call; NULL: the end. Errors: SG_EIO,
 * SG_EFORMAT (number of cells, zero bytes, damaged compression). */
SG_API sg_status sg_tsv_next(sg_tsv *tsv, const char *const **ret_cells, sg_err *err);
/* A cell of this row as a number in [lo, hi]; errors (SG_EFORMAT) name file, line and column. "."
 * is unknown: `missing`, and NAN for sg_tsv_f64. */
SG_API sg_status sg_tsv_i64(const sg_tsv *tsv, int column, int64_t lo, int64_t hi,
                            int64_t missing, int64_t *ret_value, sg_err *err);
SG_API sg_status sg_tsv_f64(const sg_tsv *tsv, int column, double lo, double hi,
                            double *ret_value, sg_err *err);
/* An error about this row, "FILE:LINE: ...". */
SG_API sg_status sg_tsv_fail(const sg_tsv *tsv, sg_err *err, const char *fmt,
                             ...) SG_PRINTF(3, 4);

#ifdef __cplusplus
}
#endif
#endif
