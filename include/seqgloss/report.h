/* seqgloss/report.h: tables of numbers per region written to files, and arrays read from files.
 *
 * A table has one row a region (name and place) and, for each row, one block of numbers for every
 * field. It is written as TSV, JSON lines, npz or HDF5; the format follows from the file's name.
 * All formats stream: memory does not grow with the number of rows. Bytes depend on the rows and on
 * the options given here only, never on the time, the machine or how the rows were computed. Files
 * get their names when they are complete (seqgloss/io.h).
 */
#ifndef SEQGLOSS_REPORT_H
#define SEQGLOSS_REPORT_H

#include "seqgloss/io.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SG_FIELD_DIMS = 8 };

/* One array of a table: a block of numbers for every row. */
typedef struct sg_field {
  const char *name;            /* key in npz, HDF5 and JSON; unique in its table */
  int nd;                      /* axes of one row's block; 0: one number */
  int64_t dims[SG_FIELD_DIMS];
  const char *const *columns;  /* [product of dims] names for TSV; NULL: `name`, or name:0,
                                  name:1 ... where there are several */
} sg_field;

/* A line of provenance: "## key value". */
typedef struct sg_fact { const char *key, *value; } sg_fact;

typedef enum sg_table_format {
  SG_TABLE_TSV = 0,            /* .tsv, .tsv.gz, .txt, standard output; blocks of one axis only */
  SG_TABLE_JSON,               /* .json, .jsonl (and .gz): one object a line */
  SG_TABLE_NPZ,                /* .npz: one array [rows][dims...] a field, and coords/... */
  SG_TABLE_HDF5                /* .h5, .hdf5: the same arrays as datasets */
} sg_table_format;

/* One row. `values[f]` has the numbers of field f, last axis fastest. */
typedef struct sg_row {
  const char *region, *chrom;  /* "." where unknown */
  int64_t start, end;          /* 0-based, half open; -1: unknown, written as "." */
  char strand;                 /* '+', '-' or '.' */
  const float *const *values;
} sg_row;

/* What to write. Everything is borrowed until sg_table_close or sg_table_free. */
typedef struct sg_table_opts {
  size_t size;                 /* sizeof(sg_table_opts) of the caller */
  const char *path;            /* NULL or "-": TSV to standard output */
  const sg_field *fields;
  int n_fields;
  const sg_fact *facts;        /* provenance: ## lines of a TSV, else PATH.provenance.json */
  int n_facts;                 /* 0: none is written */
  const char *shard;           /* line that marks a piece (sg_shard_line, whose header count is
                                  sg_table_header); NULL: the whole */
} sg_table_opts;

typedef struct sg_table sg_table;

SG_API sg_table_opts sg_table_opts_default(void);

/* Format by the end of the name. SG_EINVAL: an ending that is none of the above. */
SG_API sg_status sg_table_format_of(const char *path, sg_table_format *ret_format, sg_err *err);
/* Lines before the first row: what sg_shard.header wants. */
SG_API int sg_table_header(const sg_table_opts *opts);
/* Whether such a table can be written: format known and built in, fields fit the format (TSV takes
 * no block of several axes: SG_EINVAL names npz and h5), the directory can be written to. For
 * checks before computing. */
SG_API sg_status sg_table_check(const sg_table_opts *opts, sg_err *err);

/* Begins a table; sg_table_check first. *ret_table is freed by sg_table_close or sg_table_free. */
SG_API sg_status sg_table_open(const sg_table_opts *opts, sg_table **ret_table, sg_err *err);
SG_API sg_status sg_table_row(sg_table *table, const sg_row *row, sg_err *err);
/* Completes the file, gives it its name and frees the table in every case. */
SG_API sg_status sg_table_close(sg_table *table, sg_err *err);
/* Gives up: nothing is left of the file. NULL is fine. */
SG_API void sg_table_free(sg_table *table);

/* Puts n pieces (npz or HDF5, in any order, all of one run) together into `out`; the result equals
 * the table written in one piece byte for byte. For texts: sg_merge. Errors name the piece:
 * SG_EINVAL (no piece, missing, double, of another run), SG_EFORMAT, SG_EIO, SG_EUNSUPPORTED. */
SG_API sg_status sg_table_merge(const char *const *paths, int n, const char *out, sg_err *err);

/* ---- Tables read again ----------------------------------------------------------------------- */

/* A table in .npz or HDF5, row by row. One row is held. Arrays that other programs saved in an
 * .npz are read too: without coords/ their rows have no name (region and chrom ".", start and end
 * -1). */
typedef struct sg_table_reader sg_table_reader;

/* Errors: SG_EINVAL (another ending; a piece, which is to be merged first), SG_ENOTFOUND, SG_EIO,
 * SG_EFORMAT (damaged; arrays of different length), SG_EUNSUPPORTED (HDF5 is not built in). */
SG_API sg_status sg_table_reader_open(const char *path, sg_table_reader **ret_reader, sg_err *err);
SG_API void sg_table_reader_close(sg_table_reader *reader);          /* NULL is fine */
/* *ret_fields lives as long as the reader. Returns their number. */
SG_API int sg_table_reader_fields(const sg_table_reader *reader, const sg_field **ret_fields);
SG_API int64_t sg_table_reader_rows(const sg_table_reader *reader);
/* The next row, valid until the next call; *ret_more false: there is none. */
SG_API sg_status sg_table_reader_next(sg_table_reader *reader, sg_row *ret_row, bool *ret_more,
                                      sg_err *err);

/* Writes `text` as a JSON string, quotes included. Bytes that are no UTF-8 are replaced. */
SG_API sg_status sg_json_string(sg_output *output, const char *text, sg_err *err);

/* ---- Arrays ---------------------------------------------------------------------------------- */

/* An array in a file, read row by row from the front: .npy, .npz (stored or deflated), .tsv (one
 * row a line, numbers between tabs, lines that begin with # skipped; also compressed). Numbers of
 * every width become float. */
typedef struct sg_array sg_array;

/* `key`: the array of an .npz; NULL: the only one, or `arr_0`. Errors: SG_ENOTFOUND, SG_EIO,
 * SG_EFORMAT, SG_EUNSUPPORTED (Fortran order, dtypes that are no real numbers). */
SG_API sg_status sg_array_open(const char *path, const char *key, sg_array **ret_array,
                               sg_err *err);
SG_API void sg_array_close(sg_array *array);                         /* NULL is fine */
SG_API int64_t sg_array_rows(const sg_array *array);                 /* first axis */
SG_API int sg_array_nd(const sg_array *array);                       /* axes without the first */
SG_API const int64_t *sg_array_dims(const sg_array *array);          /* [nd] */
SG_API int64_t sg_array_units(const sg_array *array);                /* numbers in a row */
/* Rows first .. first+n-1 to dst[n][units]; `first` may not lie before what was read already.
 * Errors: SG_EINVAL (past the end, backwards), SG_EIO, SG_EFORMAT. */
SG_API sg_status sg_array_read(sg_array *array, int64_t first, int64_t n, float *dst, sg_err *err);

#ifdef __cplusplus
}
#endif
#endif
