/* report/disk.c: files written from the front and read back at any place.
 *
 * Positions are given with every access (pread, pwrite), so that reading and writing do not disturb
 * each other and nothing depends on where a file pointer stands.
 */
#include "report/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 1 << 15 };

struct sg_disk {
  int fd;
  bool temporary;
  const char *name;         /* of the output, for messages; borrowed */
  uint64_t written;         /* bytes in the file */
  int failure;              /* errno of the first failed write; 0: none */
  size_t n;                 /* bytes in buffer */
  unsigned char buffer[BUFFER];
};

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "out of memory"); }

static sg_status disk_new(const char *name, bool temporary, sg_disk **ret_disk, sg_err *err)
{
  sg_disk *d = malloc(sizeof *d);

  *ret_disk = d;
  if (!d) return no_memory(err);
  memset(d, 0, offsetof(sg_disk, buffer));
  d->fd = -1;
  d->name = name;
  d->temporary = temporary;
  return SG_OK;
}

/* What went wrong with which file; the names of temporary ones mean nothing to anyone. */
static sg_status complain(const sg_disk *d, const char *what, int e, sg_err *err)
{
  return sg_fail(err, SG_EIO, "%s: %s cannot be %s: %s", d->name,
                 d->temporary ? "a temporary file beside it" : "it", what,
                 e ? strerror(e) : "it ends too early");
}

/* "DIR/.seqgloss-XXXXXX" for DIR/NAME. */
static char *template_beside(const char *beside)
{
  static const char name[] = ".seqgloss-XXXXXX";
  const char *slash = strrchr(beside, '/');
  size_t folder = slash ? (size_t)(slash - beside) + 1 : 0;
  char *path = malloc(folder + sizeof name);

  if (!path) return NULL;
  memcpy(path, beside, folder);
  memcpy(path + folder, name, sizeof name);
  return path;
}

sg_status sg_disk_temp(const char *beside, sg_disk **ret_disk, sg_err *err)
{
  sg_status status = disk_new(beside, true, ret_disk, err);
  char *path = status ? NULL : template_beside(beside);

  if (!status && !path) status = no_memory(err);
  if (!status) {
    int fd = (*ret_disk)->fd = mkstemp(path);
    if (fd < 0) status = complain(*ret_disk, "made", errno, err);
    else if (unlink(path) || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
      status = complain(*ret_disk, "made", errno, err);
  }
  free(path);
  if (!status) return SG_OK;
  sg_disk_free(*ret_disk);
  *ret_disk = NULL;
  return status;
}

sg_status sg_disk_open(const char *path, const char *name, sg_disk **ret_disk, sg_err *err)
{
  sg_status status = disk_new(name, false, ret_disk, err);

  if (status) return status;
  (*ret_disk)->fd = open(path, O_RDWR | O_TRUNC | O_CLOEXEC);
  if ((*ret_disk)->fd >= 0) return SG_OK;
  status = complain(*ret_disk, "opened", errno, err);
  sg_disk_free(*ret_disk);
  *ret_disk = NULL;
  return status;
}

void sg_disk_free(sg_disk *d)
{
  if (!d) return;
  if (d->fd >= 0) close(d->fd);
  free(d);
}

/* ---- Writing ---- */

static sg_status write_at(sg_disk *d, uint64_t offset, const void *data, size_t n, sg_err *err)
{
  const unsigned char *p = data;

  if (d->failure) return complain(d, "written", d->failure, err);
  while (n) {
    ssize_t k = pwrite(d->fd, p, n, (off_t)offset);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) {
      d->failure = k < 0 && errno ? errno : EIO;
      return complain(d, "written", d->failure, err);
    }
    p += k;
    offset += (uint64_t)k;
    n -= (size_t)k;
  }
  return SG_OK;
}

static sg_status flush(sg_disk *d, sg_err *err)
{
  sg_status status = write_at(d, d->written, d->buffer, d->n, err);

  if (status) return status;
  d->written += d->n;
  d->n = 0;
  return SG_OK;
}

sg_status sg_disk_append(sg_disk *d, const void *data, size_t n, sg_err *err)
{
  const unsigned char *p = data;
  sg_status status;

  while (n) {
    size_t take = n < BUFFER - d->n ? n : BUFFER - d->n;
    memcpy(d->buffer + d->n, p, take);
    d->n += take;
    p += take;
    n -= take;
    if (d->n == BUFFER && (status = flush(d, err)) != SG_OK) return status;
  }
  return SG_OK;
}

uint64_t sg_disk_size(const sg_disk *d) { return d->written + d->n; }

sg_status sg_disk_patch(sg_disk *d, uint64_t offset, const void *data, size_t n, sg_err *err)
{
  sg_status status = flush(d, err);

  return status ? status : write_at(d, offset, data, n, err);
}

sg_status sg_disk_close(sg_disk *d, sg_err *err)
{
  sg_status status = flush(d, err);

  /* Network file systems may tell of a full disk only now. */
  if (close(d->fd) && !status) status = complain(d, "written", errno, err);
  d->fd = -1;
  sg_disk_free(d);
  return status;
}

/* ---- Reading ---- */

sg_status sg_disk_read(sg_disk *d, uint64_t offset, void *data, size_t n, sg_err *err)
{
  unsigned char *p = data;
  sg_status status = d->n ? flush(d, err) : SG_OK;

  while (!status && n) {
    ssize_t k = pread(d->fd, p, n, (off_t)offset);
    if (k < 0 && errno == EINTR) continue;
    if (k <= 0) return complain(d, "read", k < 0 ? errno : 0, err);
    p += k;
    offset += (uint64_t)k;
    n -= (size_t)k;
  }
  return status;
}

sg_status sg_disk_copy(sg_disk *d, sg_disk *from, sg_err *err)
{
  unsigned char block[8192];
  uint64_t size = sg_disk_size(from);
  sg_status status = SG_OK;

  for (uint64_t at = 0; at < size && !status; at += sizeof block) {
    size_t n = size - at < sizeof block ? (size_t)(size - at) : sizeof block;
    status = sg_disk_read(from, at, block, n, err);
    if (!status) status = sg_disk_append(d, block, n, err);
  }
  return status;
}
