/* seqgloss/io.h: text in, files out, numbers both ways.
 *
 * Outputs are atomic: what is written goes to a temporary name in the same directory and gets its
 * own name only when all of it is there, so that a killed or failed run leaves nothing that looks
 * finished.
 */
#ifndef SEQGLOSS_IO_H
#define SEQGLOSS_IO_H

#include "seqgloss/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Output files --------------------------------------------------------------------------- */

typedef struct sg_output sg_output;

/* The last line of a piece of a run (seqgloss/region.h, "Shards"): what lacks it was cut off. */
#define SG_SHARD_END "##seqgloss-shard end\n"

enum {
  SG_OUTPUT_NAME_ONLY = 1   /* only hand out a temporary name (sg_output_path), for libraries that
                               open files themselves */
};

/* Begins the file `path`; NULL or "-": standard output (written through, not atomic, likewise for
 * devices and pipes). Text for names that end in .gz or .bgz is compressed by bgzip. Errors name
 * the path: SG_EIO, SG_ENOTFOUND (no such directory), SG_EINVAL (a name-only standard output),
 * SG_ENOMEM. */
SG_API sg_status sg_output_open(const char *path, unsigned flags, sg_output **ret_output,
                                sg_err *err);
/* The file to write to until the commit: the temporary name. */
SG_API const char *sg_output_path(const sg_output *output);
/* Appends. Buffered: an error may also come from a later call; after one, every call fails and
 * nothing is written. */
SG_API sg_status sg_output_write(sg_output *output, const void *data, size_t n, sg_err *err);
SG_API sg_status sg_output_puts(sg_output *output, const char *text, sg_err *err);
SG_API sg_status sg_output_printf(sg_output *output, sg_err *err, const char *fmt,
                                  ...) SG_PRINTF(3, 4);
/* A number in its shortest form, see sg_format_f32. */
SG_API sg_status sg_output_f32(sg_output *output, float value, sg_err *err);
/* Writes out what is buffered and closes the file, which keeps its temporary name: whatever can go
 * wrong with the disk shows now. For several files that belong together: all are sealed before the
 * first one is committed. Nothing can be written afterwards. */
SG_API sg_status sg_output_seal(sg_output *output, sg_err *err);
/* Writes out what is buffered, closes, gives the file its name, and frees `output` in every case.
 */
SG_API sg_status sg_output_commit(sg_output *output, sg_err *err);
/* Gives up: removes the temporary file and frees `output` (NULL is fine). */
SG_API void sg_output_discard(sg_output *output);
/* Whether `path` could be begun now (the directory is there and can be written to): for checks
 * before computing. Leaves nothing behind. */
SG_API sg_status sg_output_check(const char *path, sg_err *err);

/* ---- Text input ----------------------------------------------------------------------------- */

/* Lines of a plain, gzip or bgzip file; "-": standard input. */
typedef struct sg_lines sg_lines;

SG_API sg_status sg_lines_open(const char *path, sg_lines **ret_lines, sg_err *err);
SG_API void sg_lines_close(sg_lines *lines);                            /* NULL is fine */
/* The next line, without its end (LF or CRLF), zero-terminated (it may hold zero bytes too: see
 * *ret_length, nullable); valid until the next call. *ret_line == NULL: the end. Errors: SG_EIO,
 * SG_EFORMAT (truncated or damaged compression), SG_ENOMEM. */
SG_API sg_status sg_lines_next(sg_lines *lines, char **ret_line, size_t *ret_length, sg_err *err);
/* Number of the line last returned, from 1. */
SG_API int64_t sg_lines_number(const sg_lines *lines);
/* The name for messages: the path, or "standard input". */
SG_API const char *sg_lines_name(const sg_lines *lines);

/* ---- Numbers -------------------------------------------------------------------------------- */

/* The whole text as one number in [lo, hi]; no blanks, no suffix, no hexadecimal, whatever the
 * locale. `what` names the number in the message ("--batch"). sg_parse_f64 takes "nan" and "inf"
 * only where the range is (-INFINITY, INFINITY). Errors: SG_EINVAL. */
SG_API sg_status sg_parse_i64(const char *what, const char *text, int64_t lo, int64_t hi,
                              int64_t *ret_value, sg_err *err);
SG_API sg_status sg_parse_f64(const char *what, const char *text, double lo, double hi,
                              double *ret_value, sg_err *err);

enum { SG_NUMBER_TEXT = 32 };

/* The shortest decimal text that gives back the same float (double) when read; "nan", "inf",
 * "-inf". Plain notation from 1e-5 up to 1e15, else 1.5e-07. Independent of the locale. Writes a
 * final zero; returns the length, below SG_NUMBER_TEXT. */
SG_API int sg_format_f32(char text[SG_NUMBER_TEXT], float value);
SG_API int sg_format_f64(char text[SG_NUMBER_TEXT], double value);

/* SHA-256 of n bytes as 64 hexadecimal digits and a final zero. */
SG_API void sg_digest(const void *data, size_t n, char hex[65]);
/* The same of a file's content. Errors: SG_ENOTFOUND, SG_EIO. */
SG_API sg_status sg_digest_file(const char *path, char hex[65], sg_err *err);

#ifdef __cplusplus
}
#endif
#endif
