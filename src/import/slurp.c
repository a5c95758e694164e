/* import/slurp.c: a file read into memory, whole or in part. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/slurp.h"

/* Opens a regular file for reading. O_NONBLOCK: a named pipe without a writer must not hang us. */
static sg_status open_regular(const char *path, int *ret_fd, uint64_t *ret_size, sg_err *err)
{
  struct stat st;
  int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

  *ret_fd = -1;
  if (fd < 0) {
    return sg_fail(err, errno == ENOENT || errno == ENOTDIR ? SG_ENOTFOUND : SG_EIO, "%s",
                   strerror(errno));
  }
  if (fstat(fd, &st) != 0) {
    close(fd);
    return sg_fail(err, SG_EIO, "%s", strerror(errno));
  }
  if (!S_ISREG(st.st_mode)) {
    close(fd);
    return sg_fail(err, SG_EFORMAT, "not a file%s",
                   S_ISDIR(st.st_mode) ?
                       " but a folder (a TensorFlow SavedModel? save it as .keras or .h5)" : "");
  }
  *ret_fd = fd;
  *ret_size = (uint64_t)st.st_size;
  return SG_OK;
}

/* Reads exactly `size` bytes at `offset`. */
static sg_status read_at(int fd, uint64_t offset, uint64_t size, uint8_t *dst, sg_err *err)
{
  while (size > 0) {
    size_t want = size > (1u << 30) ? (1u << 30) : (size_t)size;
    ssize_t got = pread(fd, dst, want, (off_t)offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sg_fail(err, SG_EIO, "%s", strerror(errno));
    if (got == 0) return sg_fail(err, SG_EFORMAT, "the file ends %llu bytes too early",
                                 (unsigned long long)size);
    dst += got;
    offset += (uint64_t)got;
    size -= (uint64_t)got;
  }
  return SG_OK;
}

sg_status sg_slurp(const char *path, size_t max, uint8_t **ret_data, size_t *ret_size, sg_err *err)
{
  uint8_t *data = NULL;
  uint64_t size = 0;
  int fd = -1;
  sg_status st = open_regular(path, &fd, &size, err);

  *ret_data = NULL;
  *ret_size = 0;
  if (st) return st;
  if (size > max) {
    st = sg_fail(err, SG_EFORMAT, "%llu bytes are more than the %zu that are read",
                 (unsigned long long)size, max);
    goto done;
  }
  data = malloc((size_t)size + 1);
  if (!data) {
    st = sg_fail(err, SG_ENOMEM, "out of memory reading %llu bytes", (unsigned long long)size);
    goto done;
  }
  st = read_at(fd, 0, size, data, err);
  if (st) goto done;
  data[size] = 0;
  *ret_data = data;
  *ret_size = (size_t)size;
  data = NULL;
done:
  free(data);
  close(fd);
  return st;
}

sg_status sg_slurp_part(const char *path, uint64_t offset, uint64_t size, void *dst, sg_err *err)
{
  uint64_t total = 0;
  int fd = -1;
  sg_status st = open_regular(path, &fd, &total, err);

  if (st) return st;
  if (offset > total || size > total - offset) {
    st = sg_fail(err, SG_EFORMAT, "bytes %llu to %llu are wanted of a file of %llu",
                 (unsigned long long)offset,
                 (unsigned long long)offset + (unsigned long long)size, (unsigned long long)total);
  } else {
    st = read_at(fd, offset, size, dst, err);
  }
  close(fd);
  return st;
}

sg_status sg_slurp_size(const char *path, uint64_t *ret_size, sg_err *err)
{
  int fd = -1;
  sg_status st = open_regular(path, &fd, ret_size, err);

  if (st == SG_OK) close(fd);
  return st;
}
