/* base/output.c: output files that appear only when they are complete.
 *
 * 1. Names   2. Writing through   3. Begin, append, finish
 *
 * A file is written as NAME.XXXXXXXX.tmp beside its final place, since rename() is atomic only
 * within one file system. What exists and is no regular file (a device, a pipe, /dev/stdout) is
 * written through, and so is standard output. A symbolic link is followed, so that the link stays
 * and its target is replaced.
 */
#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "seqgloss/io.h"

enum { BUFFER = 1 << 16 };

struct sg_output {
  char *path;               /* final name; NULL: standard output */
  char *temp;               /* name until the commit; NULL: written through */
  int fd;                   /* -1: none (name only, or owned by bgzf) */
  BGZF *bgzf;               /* compressing writer, or NULL */
  bool name_only;
  sg_status status;         /* of the first failure, */
  char text[SG_ERR_TEXT];   /* and its text */
  size_t n;                 /* bytes in buffer */
  char buffer[BUFFER];
};

/* ---- 1. Names -------------------------------------------------------------------------------- */

static bool is_stdout(const char *path) { return !path || !strcmp(path, "-"); }

static const char *name_of(const sg_output *o) { return o->path ? o->path : "standard output"; }

static sg_status system_error(const char *path, sg_err *err)
{
  int e = errno;
  sg_status status = e == ENOENT || e == ENOTDIR ? SG_ENOTFOUND : e == ENOMEM ? SG_ENOMEM : SG_EIO;

  return sg_fail(err, status, "%s: %s", path, strerror(e));
}

/* Copy of the path's directory, "." where it names none. */
static char *directory_of(const char *path)
{
  const char *slash = strrchr(path, '/');

  if (!slash) return strdup(".");
  return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Where `path` leads: the target of an existing link, else itself. */
static char *follow(const char *path)
{
  struct stat st;
  char *target = NULL;

  if (!lstat(path, &st) && S_ISLNK(st.st_mode)) target = realpath(path, NULL);
  return target ? target : strdup(path);
}

/* Whether something stands there that cannot be replaced by a file: a device, a pipe. */
static bool is_special(const char *path)
{
  struct stat st;

  return !stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

sg_status sg_output_check(const char *path, sg_err *err)
{
  struct stat st;
  char *dir;
  sg_status status = SG_OK;

  if (is_stdout(path) || is_special(path)) return SG_OK;
  if (!*path) return sg_fail(err, SG_EINVAL, "the name of an output file is empty");
  if (path[strlen(path) - 1] == '/' || (!stat(path, &st) && S_ISDIR(st.st_mode)))
    return sg_fail(err, SG_EIO, "%s: is a directory; name a file in it", path);
  dir = directory_of(path);
  if (!dir) return sg_fail(err, SG_ENOMEM, "no memory for a file name");
  if (stat(dir, &st))
    status = sg_fail(err, SG_ENOTFOUND, "%s: there is no directory '%s'; make it first", path, dir);
  else if (!S_ISDIR(st.st_mode))
    status = sg_fail(err, SG_ENOTFOUND, "%s: '%s' is not a directory", path, dir);
  else if (access(dir, W_OK | X_OK))
    status = sg_fail(err, SG_EIO, "%s: no permission to write in '%s'", path, dir);
  free(dir);
  return status;
}

/* Opens a new file beside o->path. The name is tried, not guessed: O_EXCL tells when another run
 * has it. */
static sg_status open_temporary(sg_output *o, sg_err *err)
{
  size_t size = strlen(o->path) + 16;
  uint64_t x = (uint64_t)(uintptr_t)o ^ (uint64_t)getpid() << 32;
  struct timespec t;

  o->temp = malloc(size);
  if (!o->temp) return sg_fail(err, SG_ENOMEM, "no memory for a file name");
  for (int attempt = 0; attempt < 100; attempt++) {
    if (!clock_gettime(CLOCK_REALTIME, &t)) x ^= (uint64_t)t.tv_nsec * 2654435761u;
    x = x * 6364136223846793005u + 1442695040888963407u;
    snprintf(o->temp, size, "%s.%08" PRIx32 ".tmp", o->path, (uint32_t)(x >> 32));
    o->fd = open(o->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (o->fd >= 0 || errno != EEXIST) break;
  }
  if (o->fd >= 0) return SG_OK;
  free(o->temp);
  o->temp = NULL;
  return system_error(o->path, err);
}

/* ---- 2. Writing through ---------------------------------------------------------------------- */

/* Remembers the first failure: later calls repeat it. */
static sg_status keep_failure(sg_output *o, sg_err *err)
{
  int e = errno ? errno : EIO;

  o->status = SG_EIO;
  snprintf(o->text, sizeof o->text, "%s: cannot be written: %s", name_of(o), strerror(e));
  return sg_fail(err, o->status, "%s", o->text);
}

static sg_status flush(sg_output *o, sg_err *err)
{
  const char *p = o->buffer;
  size_t left = o->n;

  o->n = 0;
  errno = 0;
  if (o->bgzf) return left && bgzf_write(o->bgzf, p, left) < 0 ? keep_failure(o, err) : SG_OK;
  while (left) {
    ssize_t k = write(o->fd, p, left);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) return keep_failure(o, err);
    p += k;
    left -= (size_t)k;
  }
  return SG_OK;
}

/* ---- 3. Begin, append, finish ---------------------------------------------------------------- */

static void free_output(sg_output *o)
{
  free(o->path);
  free(o->temp);
  free(o);
}

static bool ends_in(const char *text, const char *end)
{
  size_t n = strlen(text), m = strlen(end);

  return n > m && !strcmp(text + n - m, end);
}

static sg_status open_descriptor(sg_output *o, const char *path, sg_err *err)
{
  if (is_stdout(path)) {
    o->fd = dup(STDOUT_FILENO);
    return o->fd < 0 ? system_error("standard output", err) : SG_OK;
  }
  o->path = follow(path);
  if (!o->path) return sg_fail(err, SG_ENOMEM, "no memory for a file name");
  if (!is_special(o->path)) return open_temporary(o, err);
  o->fd = open(o->path, O_WRONLY | O_CLOEXEC);
  return o->fd < 0 ? system_error(path, err) : SG_OK;
}

sg_status sg_output_open(const char *path, unsigned flags, sg_output **ret_output, sg_err *err)
{
  bool name_only = flags & SG_OUTPUT_NAME_ONLY;
  sg_output *o;
  sg_status status = sg_output_check(path, err);

  *ret_output = NULL;
  if (status) return status;
  if (name_only && (is_stdout(path) || is_special(path)))
    return sg_fail(err, SG_EINVAL, "%s: this format needs a file of its own",
                   is_stdout(path) ? "standard output" : path);
  o = malloc(sizeof *o);
  if (!o) return sg_fail(err, SG_ENOMEM, "no memory for an output file");
  memset(o, 0, offsetof(struct sg_output, buffer));
  o->fd = -1;
  o->name_only = name_only;
  status = open_descriptor(o, path, err);
  if (!status && name_only) {
    close(o->fd);
    o->fd = -1;
  } else if (!status && !is_stdout(path) && (ends_in(path, ".gz") || ends_in(path, ".bgz"))) {
    o->bgzf = bgzf_dopen(o->fd, "w");
    if (o->bgzf) o->fd = -1;
    else status = sg_fail(err, SG_ENOMEM, "%s: compression could not be begun", path);
  }
  if (status) sg_output_discard(o);
  else *ret_output = o;
  return status;
}

const char *sg_output_path(const sg_output *output)
{
  return output->temp ? output->temp : output->path ? output->path : "-";
}

sg_status sg_output_write(sg_output *o, const void *data, size_t n, sg_err *err)
{
  const char *p = data;
  sg_status status;

  if (o->status) return sg_fail(err, o->status, "%s", o->text);
  if (o->name_only) return sg_fail(err, SG_EINVAL, "%s: begun as a name only", name_of(o));
  while (n) {
    size_t take = n < BUFFER - o->n ? n : BUFFER - o->n;
    memcpy(o->buffer + o->n, p, take);
    o->n += take;
    p += take;
    n -= take;
    if (o->n == BUFFER && (status = flush(o, err)) != SG_OK) return status;
  }
  return SG_OK;
}

sg_status sg_output_puts(sg_output *output, const char *text, sg_err *err)
{
  return sg_output_write(output, text, strlen(text), err);
}

sg_status sg_output_printf(sg_output *output, sg_err *err, const char *fmt, ...)
{
  char fixed[512], *text = fixed;
  sg_status status;
  va_list ap;
  int n;

  va_start(ap, fmt);
  n = vsnprintf(fixed, sizeof fixed, fmt, ap);
  va_end(ap);
  if (n < 0) return sg_fail(err, SG_EINTERNAL, "%s: a bad print format", name_of(output));
  if ((size_t)n >= sizeof fixed) {
    text = malloc((size_t)n + 1);
    if (!text) return sg_fail(err, SG_ENOMEM, "no memory for a line of output");
    va_start(ap, fmt);
    vsnprintf(text, (size_t)n + 1, fmt, ap);
    va_end(ap);
  }
  status = sg_output_write(output, text, (size_t)n, err);
  if (text != fixed) free(text);
  return status;
}

sg_status sg_output_f32(sg_output *output, float value, sg_err *err)
{
  char text[SG_NUMBER_TEXT];
  int n = sg_format_f32(text, value);

  return sg_output_write(output, text, (size_t)n, err);
}

/* Closing is where a full disk or a lost server may first show. */
static sg_status close_all(sg_output *o, sg_err *err)
{
  sg_status status = SG_OK;

  errno = 0;
  if (o->bgzf && bgzf_close(o->bgzf) < 0) status = keep_failure(o, err);
  o->bgzf = NULL;
  if (o->fd >= 0 && close(o->fd) && !status) status = keep_failure(o, err);
  o->fd = -1;
  return status;
}

sg_status sg_output_seal(sg_output *o, sg_err *err)
{
  sg_status status = o->status, closed;

  if (status) sg_fail(err, status, "%s", o->text);
  else if (!o->name_only) status = flush(o, err);
  closed = close_all(o, status ? NULL : err);
  return status ? status : closed;
}

sg_status sg_output_commit(sg_output *o, sg_err *err)
{
  sg_status status = sg_output_seal(o, err);

  if (!status && o->temp && rename(o->temp, o->path)) status = system_error(o->path, err);
  if (status && o->temp) unlink(o->temp);
  free_output(o);
  return status;
}

void sg_output_discard(sg_output *o)
{
  if (!o) return;
  close_all(o, NULL);
  if (o->temp) unlink(o->temp);
  free_output(o);
}
