/* base/lines.c: lines of text files, compressed or not, with their numbers.
 *
 * Files are opened here and handed to htslib as descriptors: names are names of files, never of
 * remote objects, and the system's own words say why one cannot be opened.
 */
#include "base/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <htslib/bgzf.h>
#include <htslib/kstring.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct sg_lines {
  BGZF *bgzf;
  char *name;
  kstring_t line;
  int64_t number;
};

static const char *shown(const char *path) { return strcmp(path, "-") ? path : "standard input"; }

static sg_status cannot(const char *path, int e, sg_err *err)
{
  sg_status status = e == ENOENT || e == ENOTDIR ? SG_ENOTFOUND : e == ENOMEM ? SG_ENOMEM : SG_EIO;

  return sg_fail(err, status, "%s: %s", shown(path), strerror(e));
}

/* Opens for reading; a directory is refused (open would take it). */
static sg_status open_plain(const char *path, int *ret_fd, struct stat *st, sg_err *err)
{
  int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
  sg_status status = SG_OK;

  if (fd < 0) return cannot(path, errno, err);
  if (fstat(fd, st)) status = cannot(path, errno, err);
  else if (S_ISDIR(st->st_mode)) status = cannot(path, EISDIR, err);
  if (status) close(fd);
  else *ret_fd = fd;
  return status;
}

/* Takes `fd` over in any case. */
static sg_status wrap(int fd, const char *name, sg_lines **ret_lines, sg_err *err)
{
  sg_lines *lines = calloc(1, sizeof *lines);
  sg_status status = SG_OK;

  if (lines) lines->name = strdup(name);
  if (!lines || !lines->name) {
    status = sg_fail(err, SG_ENOMEM, "%s: no memory to read it", name);
  } else {
    errno = 0;
    lines->bgzf = bgzf_dopen(fd, "r");
    if (!lines->bgzf) status = sg_fail(err, SG_EFORMAT, "%s: cannot be read as text or gzip", name);
    else fd = -1;
  }
  if (!status && bgzf_compression(lines->bgzf) == 2 && bgzf_check_EOF(lines->bgzf) == 0)
    status = sg_fail(err, SG_EFORMAT, "%s: the compressed file is cut off; copy it again", name);
  if (fd >= 0) close(fd);
  if (status) sg_lines_close(lines);
  else *ret_lines = lines;
  return status;
}

sg_status sg_lines_open(const char *path, sg_lines **ret_lines, sg_err *err)
{
  struct stat st;
  int fd;
  sg_status status = open_plain(path, &fd, &st, err);

  *ret_lines = NULL;
  return status ? status : wrap(fd, shown(path), ret_lines, err);
}

void sg_lines_close(sg_lines *lines)
{
  if (!lines) return;
  if (lines->bgzf && bgzf_close(lines->bgzf) < 0) lines->bgzf = NULL;
  free(lines->line.s);
  free(lines->name);
  free(lines);
}

sg_status sg_lines_next(sg_lines *lines, char **ret_line, size_t *ret_length, sg_err *err)
{
  int n;

  *ret_line = NULL;
  errno = 0;
  n = bgzf_getline(lines->bgzf, '\n', &lines->line);
  if (n == -1 && !lines->bgzf->errcode) return SG_OK;
  if (n < 0)
    return sg_fail(err, errno == ENOMEM ? SG_ENOMEM : SG_EFORMAT,
                   "%s:%" PRId64 ": the file is damaged or cut off here; copy it again",
                       lines->name,
                   lines->number + 1);
  lines->number++;
  *ret_line = lines->line.s;
  if (ret_length) *ret_length = lines->line.l;
  return SG_OK;
}

int64_t sg_lines_number(const sg_lines *lines) { return lines->number; }

const char *sg_lines_name(const sg_lines *lines) { return lines->name; }

/* ---- Descriptors that can be read twice ------------------------------------------------------ */

static int unlinked_file(void)
{
  const char *dir = getenv("TMPDIR");
  size_t size = strlen(dir && *dir ? dir : "/tmp") + 24;
  char *path = malloc(size);
  int fd;

  if (!path) return -1;
  snprintf(path, size, "%s/seqgloss.XXXXXX", dir && *dir ? dir : "/tmp");
  fd = mkstemp(path);
  if (fd >= 0) unlink(path);
  free(path);
  return fd;
}

static bool write_all(int fd, const char *p, size_t n)
{
  while (n) {
    ssize_t k = write(fd, p, n);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) return false;
    p += k;
    n -= (size_t)k;
  }
  return true;
}

/* Copies all that is still to come; 0, or an errno. */
static int copy_all(int from, int to)
{
  char buffer[16384];
  ssize_t n;

  while ((n = read(from, buffer, sizeof buffer)) != 0) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 || !write_all(to, buffer, (size_t)n)) return errno ? errno : EIO;
  }
  return 0;
}

sg_status sg_lines_descriptor(const char *path, int *ret_fd, sg_err *err)
{
  struct stat st;
  int fd, copy, e;
  sg_status status = open_plain(path, &fd, &st, err);

  if (status) return status;
  if (S_ISREG(st.st_mode) && lseek(fd, 0, SEEK_CUR) == 0) {
    *ret_fd = fd;
    return SG_OK;
  }
  copy = unlinked_file();
  e = copy < 0 ? errno : copy_all(fd, copy);
  close(fd);
  if (e) {
    if (copy >= 0) close(copy);
    return sg_fail(err, SG_EIO, "%s: no copy could be kept in TMPDIR: %s", shown(path),
                   strerror(e));
  }
  *ret_fd = copy;
  return SG_OK;
}

sg_status sg_lines_from(int fd, const char *name, sg_lines **ret_lines, sg_err *err)
{
  int copy;

  *ret_lines = NULL;
  if (lseek(fd, 0, SEEK_SET) < 0 || (copy = dup(fd)) < 0) return cannot(name, errno, err);
  return wrap(copy, shown(name), ret_lines, err);
}
