/* fuzz/fuzz_keras_zip.c: .keras files.
 *
 * The mutator unpacks the zip, changes one member (its JSON, or single bytes), drops or renames
 * one, and packs again; one time in four it changes bytes of the zip itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

#include "import/import.h"
#include "mutate_json.h"

#define MAX_MEMBER 262144

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char path[64];
  sg_err err;
  sg_model m = {.format = NULL};
  int fd = memfd_create("fuzz.keras", 0);
  if (fd < 0) return 0;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  if (write(fd, data, size) == (ssize_t) size && sg_graph_new(&m.graph, &err) == SG_OK) {
    sg_status st = sg_import_keras_zip(path, &m, NULL, &err);
    if (st && strchr(err.text, '\n')) abort();   /* a message is one line */
    sg_graph_free(m.graph);
  }
  close(fd);
  return 0;
}

/* Bytes of the weights are changed behind the first kilobytes: what HDF5 makes of damaged
 * structures is not ours to find. */
static void flip(uint8_t *data, size_t from, size_t size, uint32_t *state)
{
  if (size <= from) return;
  data[from + fuzz_below(state, (uint32_t) (size - from))] = (uint8_t) fuzz_below(state, 256);
}

static const char *const members[] = {"config.json", "metadata.json", "model.weights.h5"};

/* Reads member i; NULL when it is not there. */
static char *unpack(zip_t *z, int i, size_t *ret_n)
{
  zip_file_t *f = zip_fopen(z, members[i], 0);
  char *buf = f ? malloc(MAX_MEMBER) : NULL;
  zip_int64_t n = buf ? zip_fread(f, buf, MAX_MEMBER) : -1;
  if (f) zip_fclose(f);
  if (n < 0) {
    free(buf);
    return NULL;
  }
  *ret_n = (size_t) n;
  return buf;
}

static char *mutate_member(int i, char *old, size_t *n, uint32_t *state)
{
  if (i == 2) return old;
  size_t more;
  char *s = fuzz_mutate_json(old, *n, state, &more);
  if (!s) return old;
  free(old);
  *n = more;
  return s;
}

/* Packs the members of `z` again, one of them changed, into data; the new size, 0: failed. */
static size_t repack(zip_t *z, uint8_t *data, size_t max_size, uint32_t *state)
{
  zip_source_t *to = zip_source_buffer_create(NULL, 0, 0, NULL);
  zip_t *w = to ? zip_open_from_source(to, ZIP_TRUNCATE, NULL) : NULL;
  if (!w) {
    zip_source_free(to);
    return 0;
  }
  zip_source_keep(to);
  int which = (int) fuzz_below(state, 3), drop = fuzz_below(state, 16) == 0;
  for (int i = 0; i < 3; i++) {
    size_t n;
    char *s = i == which && drop ? NULL : unpack(z, i, &n);
    if (s && i == which) s = mutate_member(i, s, &n, state);
    zip_source_t *from = s ? zip_source_buffer(w, s, n, 1) : NULL;
    if (from && zip_file_add(w, members[i], from, 0) < 0) zip_source_free(from);
    if (from) zip_set_file_compression(w, (zip_uint64_t) zip_name_locate(w, members[i], 0),
                                       fuzz_below(state, 2) ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0);
  }
  size_t n = 0;
  if (zip_close(w) < 0) {
    zip_discard(w);
  } else if (zip_source_open(to) == 0) {
    zip_int64_t got = zip_source_read(to, data, max_size);
    n = got > 0 ? (size_t) got : 0;
    zip_source_close(to);
  }
  zip_source_free(to);
  return n;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
  uint32_t state = seed;
  if (fuzz_below(&state, 4) == 0) {   /* local headers, or the central directory at the end */
    flip(data, fuzz_below(&state, 2) ? size - size / 50 : 0, size, &state);
    return size;
  }
  uint8_t *copy = malloc(size + 1);
  if (!copy) return size;
  memcpy(copy, data, size);
  zip_source_t *from = zip_source_buffer_create(copy, size, 0, NULL);
  zip_t *z = from ? zip_open_from_source(from, ZIP_RDONLY, NULL) : NULL;
  if (!z) zip_source_free(from);
  size_t n = z ? repack(z, data, max_size, &state) : 0;
  if (z) zip_discard(z);
  if (n == 0) memcpy(data, copy, size);
  free(copy);
  return n ? n : size;
}
