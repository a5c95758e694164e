/* seqgloss/base.h: status codes, error text, log callback, version.
 *
 * The library never prints, never exits and keeps no global state. Every function that can fail
 * returns an sg_status and takes a last, nullable `sg_err *` that receives one line of text: what
 * went wrong, where, and what to do about it.
 */
#ifndef SEQGLOSS_BASE_H
#define SEQGLOSS_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) && __GNUC__ >= 4
#define SG_API __attribute__((visibility("default")))
#define SG_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define SG_API
#define SG_PRINTF(fmt, args)
#endif

#define SG_ERR_TEXT 1024

/* What a call came to. SG_OK is 0 and the rest are negative, so `if (status)` reads as "failed". */
typedef enum sg_status {
  SG_OK = 0,
  SG_ENOMEM = -1,        /* memory could not be had */
  SG_EIO = -2,           /* the operating system refused to read or write */
  SG_EFORMAT = -3,       /* a file is malformed or truncated */
  SG_EUNSUPPORTED = -4,  /* well-formed, but outside what is implemented: layer, attribute, dtype,
                          * option */
  SG_ESHAPE = -5,        /* shapes, lengths or coordinates do not fit together */
  SG_EINVAL = -6,        /* the caller's argument is out of range */
  SG_ENOTFOUND = -7,     /* a file, chromosome, name or target is not there */
  SG_ECANCELLED = -8,    /* stopped on request */
  SG_EINTERNAL = -9      /* a law of the library itself was broken: please report */
} sg_status;

/* Error of one call. Set by the function that failed; text is one line without a final newline. */
typedef struct sg_err {
  sg_status code;
  char text[SG_ERR_TEXT];
} sg_err;

/* Severity of a notice. */
typedef enum sg_level {
  SG_LOG_ERROR = 0, SG_LOG_WARN = 1, SG_LOG_INFO = 2, SG_LOG_DEBUG = 3
} sg_level;

/* Where notices go; NULL or .fn == NULL: nowhere. Called from the thread that has something to say;
 * `text` is one line. */
typedef struct sg_log {
  void (*fn)(void *user, sg_level level, const char *text);
  void *user;
} sg_log;

/* Name of a status ("format", "not found" ...); never NULL. */
SG_API const char *sg_status_name(sg_status status);

/* "X.Y.Z" of the library that runs. */
SG_API const char *sg_version(void);

/* Sends a printf-formatted notice; `log` may be NULL. */
SG_API void sg_notice(const sg_log *log, sg_level level, const char *fmt, ...) SG_PRINTF(3, 4);

/* Fills `err` (may be NULL) and returns `code`, so that callers write `return sg_fail(err, SG_EIO,
 * "...")`. */
SG_API sg_status sg_fail(sg_err *err, sg_status code, const char *fmt, ...) SG_PRINTF(3, 4);

/* Puts a printf-formatted prefix before the text already in `err` (for example "model.h5: ");
 * returns err's code. */
SG_API sg_status sg_fail_prefix(sg_err *err, const char *fmt, ...) SG_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
