/* tests/fuzz/fuzz_array.c: any bytes as a file of references or inputs: .npy, .npz or .tsv, told by
 * its first bytes; the header's promises, and rows read from the front. */
#include <math.h>

#include "feed.h"
#include "seqgloss/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Two rows at a time; what is past the end, or lies before, is refused. */
static sg_status read_rows(sg_array *a, sg_err *err)
{
  int64_t units = sg_array_units(a), rows = sg_array_rows(a), at = 0;
  sg_status status = SG_OK;
  float *row = malloc(2 * (size_t) units * sizeof *row + 1);
  if (!row) abort();
  for (; at < rows && at < 64 && !status; at += 2)
    status = sg_array_read(a, at, rows - at < 2 ? rows - at : 2, row, err);
  if (!status && at > 1 && rows > 0 && !sg_array_read(a, 0, 1, row, err)) abort();
  if (!status && !sg_array_read(a, rows, 1, row, err)) abort();
  free(row);
  return status;
}

static sg_status read_array(const char *path, sg_err *err)
{
  sg_array *a = NULL;
  sg_status status = sg_array_open(path, NULL, &a, err);
  int64_t units = 1;
  if (status) return status;
  if (sg_array_nd(a) < 0 || sg_array_nd(a) > SG_FIELD_DIMS || sg_array_rows(a) < 0) abort();
  for (int i = 0; i < sg_array_nd(a); i++) {
    if (sg_array_dims(a)[i] < 0) abort();
    units *= sg_array_dims(a)[i];
  }
  if (units != sg_array_units(a)) abort();
  if (units < 1 << 20) status = read_rows(a, err);
  sg_array_close(a);
  return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char target[64], path[128];
  sg_err err = { 0 };
  const char *end = size && data[0] == 0x93 ? "npy" : size && data[0] == 'P' ? "npz" : "tsv";
  const char *dir = getenv("TMPDIR");
  int fd = feed_open("fuzz", data, size, target);
  if (fd < 0) return 0;
  snprintf(path, sizeof path, "%.80s/seqgloss-fuzz-%ld.%s", dir ? dir : "/tmp", (long) getpid(),
           end);
  unlink(path);
  if (!symlink(target, path)) {
    if (read_array(path, &err) && (!err.text[0] || strchr(err.text, '\n'))) abort();
    unlink(path);
  }
  close(fd);
  return 0;
}
