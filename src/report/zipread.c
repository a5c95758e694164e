/* report/zipread.c: files inside a zip archive, read from the front, stored or deflated.
 *
 *   1. The central directory (zip64 too)
 *   2. Reading one file
 *
 * PKWARE's APPNOTE 6.3. Everything the archive says is checked against its size before use. The
 * checksum of a file is compared when its last byte was read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "report/zipread.h"

enum { MANY = 100000, BUFFER = 65536 };

typedef struct entry {
  char *name;
  int method;                  /* 0 stored, 8 deflated */
  uint32_t crc;
  uint64_t packed, size, offset;
} entry;

struct sg_zipread {
  FILE *file;
  char *path;
  uint64_t size;               /* of the archive */
  entry *entry;
  int n;
  const entry *now;            /* being read */
  uint64_t left_packed, left;  /* bytes still to come */
  uLong crc;
  z_stream stream;
  bool streaming;              /* stream is initialised */
  unsigned char buffer[BUFFER];
};

/* ---- 1. The central directory ---- */

static uint64_t get(const unsigned char *p, int bytes)
{
  uint64_t value = 0;
  for (int i = bytes - 1; i >= 0; i--) value = value << 8 | p[i];
  return value;
}

static sg_status damaged(const sg_zipread *zip, const char *what, sg_err *err)
{
  return sg_fail(err, SG_EFORMAT, "%s: damaged zip archive: %s", zip->path, what);
}

static sg_status read_at(sg_zipread *zip, uint64_t offset, void *dst, size_t n, sg_err *err)
{
  if (offset > zip->size || n > zip->size - offset)
    return damaged(zip, "it points past its own end (truncated?)", err);
  if (fseeko(zip->file, (off_t)offset, SEEK_SET) || fread(dst, 1, n, zip->file) != n)
    return sg_fail(err, SG_EIO, "%s: cannot read: %s", zip->path, strerror(errno));
  return SG_OK;
}

/* Where the directory is and how many files it has, from the end record and its zip64 form. */
static sg_status find_directory(sg_zipread *zip, uint64_t *ret_begin, uint64_t *ret_bytes,
                                uint64_t *ret_n,
                                sg_err *err)
{
  size_t window = zip->size < 65557 ? (size_t)zip->size : 65557;   /* record and longest comment */
  unsigned char *tail = malloc(window + 1), wide[56];
  sg_status status = tail ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status) status = read_at(zip, zip->size - window, tail, window, err);
  if (status) goto done;
  long i = (long)window - 22;
  while (i >= 0 && get(tail + i, 4) != 0x06054b50) i--;
  if (i < 0) {
    status = sg_fail(err, SG_EFORMAT, "%s: no zip archive, or cut off", zip->path);
    goto done;
  }
  *ret_n = get(tail + i + 10, 2);
  *ret_bytes = get(tail + i + 12, 4);
  *ret_begin = get(tail + i + 16, 4);
  if (i >= 20 && get(tail + i - 20, 4) == 0x07064b50) {
    status = read_at(zip, get(tail + i - 12, 8), wide, sizeof wide, err);
    if (!status && get(wide, 4) != 0x06064b50) status = damaged(zip, "zip64 end record", err);
    *ret_n = get(wide + 32, 8);
    *ret_bytes = get(wide + 40, 8);
    *ret_begin = get(wide + 48, 8);
  }
done:
  free(tail);
  return status;
}

/* Takes the 8-byte values that the 4-byte ones of the entry refer to (extra field 1). */
static void read_extra(entry *e, const unsigned char *extra, size_t n)
{
  while (n >= 4) {
    size_t id = get(extra, 2), size = get(extra + 2, 2);
    if (size > n - 4) return;
    const unsigned char *p = extra + 4, *end = p + size;
    uint64_t *want[3] = { &e->size, &e->packed, &e->offset };
    for (int i = 0; id == 1 && i < 3; i++) {
      if (*want[i] != 0xffffffffu || end - p < 8) continue;
      *want[i] = get(p, 8);
      p += 8;
    }
    extra += 4 + size;
    n -= 4 + size;
  }
}

static sg_status read_entries(sg_zipread *zip, const unsigned char *dir, uint64_t bytes, uint64_t n,
                              sg_err *err)
{
  uint64_t at = 0;
  zip->entry = calloc((size_t)n + 1, sizeof *zip->entry);
  if (!zip->entry) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (uint64_t i = 0; i < n; i++) {
    if (bytes - at < 46 || get(dir + at, 4) != 0x02014b50) return damaged(zip, "directory", err);
    const unsigned char *p = dir + at;
    uint64_t name = get(p + 28, 2), extra = get(p + 30, 2), comment = get(p + 32, 2);
    if (bytes - at - 46 < name + extra + comment) return damaged(zip, "directory", err);
    entry *e = &zip->entry[i];
    *e = (entry){ .method = (int)get(p + 10, 2), .crc = (uint32_t)get(p + 16, 4),
                  .packed = get(p + 20, 4), .size = get(p + 24, 4), .offset = get(p + 42, 4) };
    e->name = calloc((size_t)name + 1, 1);
    if (!e->name) return sg_fail(err, SG_ENOMEM, "out of memory");
    memcpy(e->name, p + 46, (size_t)name);
    zip->n++;
    read_extra(e, p + 46 + name, (size_t)extra);
    at += 46 + name + extra + comment;
  }
  return SG_OK;
}

static sg_status read_directory(sg_zipread *zip, sg_err *err)
{
  uint64_t begin = 0, bytes = 0, n = 0;
  sg_status status = find_directory(zip, &begin, &bytes, &n, err);
  if (status) return status;
  if (n > MANY || bytes > zip->size) return damaged(zip, "directory", err);
  unsigned char *dir = malloc((size_t)bytes + 1);
  if (!dir) return sg_fail(err, SG_ENOMEM, "out of memory");
  status = read_at(zip, begin, dir, (size_t)bytes, err);
  if (!status) status = read_entries(zip, dir, bytes, n, err);
  free(dir);
  return status;
}

sg_status sg_zipread_open(const char *path, sg_zipread **ret_zip, sg_err *err)
{
  sg_status status = SG_OK;
  off_t size = -1;
  *ret_zip = NULL;
  sg_zipread *zip = calloc(1, sizeof *zip);
  if (zip) zip->path = strdup(path);
  if (!zip || !zip->path) {
    status = sg_fail(err, SG_ENOMEM, "out of memory");
    goto done;
  }
  zip->file = fopen(path, "rb");
  if (zip->file && !fseeko(zip->file, 0, SEEK_END)) size = ftello(zip->file);
  if (size < 0) {
    status = sg_fail(err, errno == ENOENT ? SG_ENOTFOUND : SG_EIO, "%s: cannot read: %s", path,
                     strerror(errno));
    goto done;
  }
  zip->size = (uint64_t)size;
  status = read_directory(zip, err);
done:
  if (status) sg_zipread_close(zip);
  else *ret_zip = zip;
  return status;
}

void sg_zipread_close(sg_zipread *zip)
{
  if (!zip) return;
  if (zip->streaming) inflateEnd(&zip->stream);
  if (zip->file) fclose(zip->file);
  for (int i = 0; i < zip->n; i++) free(zip->entry[i].name);
  free(zip->entry);
  free(zip->path);
  free(zip);
}

int sg_zipread_count(const sg_zipread *zip)
{
  return zip->n;
}

const char *sg_zipread_name(const sg_zipread *zip, int i)
{
  return zip->entry[i].name;
}

int sg_zipread_find(const sg_zipread *zip, const char *name)
{
  for (int i = 0; i < zip->n; i++)
    if (!strcmp(zip->entry[i].name, name)) return i;
  return -1;
}

/* ---- 2. Reading one file ---- */

sg_status sg_zipread_begin(sg_zipread *zip, int i, sg_err *err)
{
  unsigned char head[30];
  const entry *e = &zip->entry[i];
  sg_status status = read_at(zip, e->offset, head, sizeof head, err);
  if (status) return status;
  if (get(head, 4) != 0x04034b50) return damaged(zip, "local header", err);
  uint64_t skip = 30 + get(head + 26, 2) + get(head + 28, 2);
  uint64_t begin = e->offset + skip;
  if (begin > zip->size || e->packed > zip->size - begin)
    return damaged(zip, "a file inside ends past the end (truncated?)", err);
  if (e->method != 0 && e->method != 8)
    return sg_fail(err, SG_EUNSUPPORTED, "%s: %s is compressed by method %d; only stored and "
                   "deflated files can be read", zip->path, e->name, e->method);
  if (fseeko(zip->file, (off_t)begin, SEEK_SET))
    return sg_fail(err, SG_EIO, "%s: cannot read: %s", zip->path, strerror(errno));
  if (zip->streaming) inflateEnd(&zip->stream);
  memset(&zip->stream, 0, sizeof zip->stream);
  zip->streaming = inflateInit2(&zip->stream, -15) == Z_OK;    /* raw deflate */
  if (!zip->streaming) return sg_fail(err, SG_ENOMEM, "out of memory");
  zip->now = e;
  zip->left_packed = e->packed;
  zip->left = e->size;
  zip->crc = crc32(0, Z_NULL, 0);
  return SG_OK;
}

/* Up to a buffer of packed bytes. */
static sg_status refill(sg_zipread *zip, sg_err *err)
{
  size_t n = zip->left_packed < BUFFER ? (size_t)zip->left_packed : BUFFER;
  if (!n) return damaged(zip, "a file inside ends early", err);
  if (fread(zip->buffer, 1, n, zip->file) != n)
    return sg_fail(err, SG_EIO, "%s: cannot read: %s", zip->path, strerror(errno));
  zip->left_packed -= n;
  zip->stream.next_in = zip->buffer;
  zip->stream.avail_in = (uInt)n;
  return SG_OK;
}

static sg_status inflate_some(sg_zipread *zip, unsigned char *dst, size_t n, sg_err *err)
{
  zip->stream.next_out = dst;
  zip->stream.avail_out = (uInt)n;
  while (zip->stream.avail_out) {
    sg_status status = zip->stream.avail_in ? SG_OK : refill(zip, err);
    if (status) return status;
    int code = inflate(&zip->stream, Z_NO_FLUSH);
    if (code == Z_STREAM_END && !zip->stream.avail_out) break;
    if (code != Z_OK) return damaged(zip, "deflated data", err);
  }
  return SG_OK;
}

static sg_status copy_some(sg_zipread *zip, unsigned char *dst, size_t n, sg_err *err)
{
  if (n > zip->left_packed) return damaged(zip, "a file inside ends early", err);
  if (fread(dst, 1, n, zip->file) != n)
    return sg_fail(err, SG_EIO, "%s: cannot read: %s", zip->path, strerror(errno));
  zip->left_packed -= n;
  return SG_OK;
}

uint64_t sg_zipread_left(const sg_zipread *zip)
{
  enum { RATIO = 1032 };       /* most that deflate can do */
  uint64_t most = zip->size > UINT64_MAX / RATIO ? UINT64_MAX : RATIO * zip->size;
  return zip->left < most ? zip->left : most;
}

sg_status sg_zipread_data(sg_zipread *zip, void *dst, size_t n, sg_err *err)
{
  unsigned char *at = dst;
  if (n > zip->left) return damaged(zip, "a file inside ends early", err);
  while (n) {
    size_t some = n < 1u << 30 ? n : 1u << 30;       /* zlib counts in 32 bits */
    sg_status status = zip->now->method ? inflate_some(zip, at, some, err)
                                        : copy_some(zip, at, some, err);
    if (status) return status;
    zip->crc = crc32_z(zip->crc, at, some);
    zip->left -= some;
    at += some;
    n -= some;
    if (!zip->left && zip->crc != zip->now->crc) return damaged(zip, "checksum", err);
  }
  return SG_OK;
}
