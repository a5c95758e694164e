/* base/digest.c: SHA-256 of a buffer and of a file, for callers outside of the library. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/sha256.h"
#include "seqgloss/io.h"

void sg_digest(const void *data, size_t n, char hex[65])
{
  sg_sha256 sha;

  sg_sha256_init(&sha);
  if (n) sg_sha256_update(&sha, data, n);
  sg_sha256_hex(&sha, hex);
}

sg_status sg_digest_file(const char *path, char hex[65], sg_err *err)
{
  FILE *file = fopen(path, "rb");
  uint8_t buffer[8192];
  sg_sha256 sha;
  size_t n;
  bool failed;

  if (!file)
    return sg_fail(err, errno == ENOENT ? SG_ENOTFOUND : SG_EIO, "%s: %s", path, strerror(errno));
  sg_sha256_init(&sha);
  while ((n = fread(buffer, 1, sizeof buffer, file)) > 0) sg_sha256_update(&sha, buffer, n);
  failed = ferror(file) != 0;           /* a directory opens, but does not read */
  fclose(file);
  if (failed) return sg_fail(err, SG_EIO, "%s: cannot be read", path);
  sg_sha256_hex(&sha, hex);
  return SG_OK;
}
