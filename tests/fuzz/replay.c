/* tests/fuzz/replay.c: main() of a harness in builds without libFuzzer: runs it on the files given,
 * and on every prefix and a few damaged copies of each, so that `make check` sees what fuzzing
 * starts from. Prints TAP, one line a file. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FILE = 1 << 20, PREFIXES = 16, FLIPS = 64 };

/* The whole file, or NULL. */
static uint8_t *slurp(const char *path, size_t *ret_size) {
  FILE *fp = fopen(path, "rb");
  uint8_t *data = fp ? malloc(MAX_FILE) : NULL;
  if (data) *ret_size = fread(data, 1, MAX_FILE, fp);
  if (fp) fclose(fp);
  return data;
}

/* A copy of exactly `size` bytes, so that AddressSanitizer sees a read past the end. */
static void run(const uint8_t *data, size_t size) {
  uint8_t *copy = malloc(size ? size : 1);
  if (!copy) return;
  memcpy(copy, data, size);
  LLVMFuzzerTestOneInput(copy, size);
  free(copy);
}

/* Cut short at PREFIXES places; then FLIPS single bytes changed, by a fixed multiplicative
 * generator. */
static void damage(uint8_t *data, size_t size) {
  uint32_t state = 1;
  for (size_t k = 0; k < PREFIXES; k++) run(data, size * k / PREFIXES);
  for (int k = 0; size > 0 && k < FLIPS; k++) {
    state = state * 1664525u + 1013904223u;
    size_t at = (state >> 8) % size;
    uint8_t old = data[at];
    data[at] = (uint8_t)(state >> 24);
    run(data, size);
    data[at] = old;
  }
}

int main(int argc, char **argv) {
  int bad = 0;
  printf("1..%d\n", argc - 1);
  for (int i = 1; i < argc; i++) {
    size_t size = 0;
    uint8_t *data = slurp(argv[i], &size);
    if (data) {
      run(data, size);
      damage(data, size);
    } else {
      bad = 1;
    }
    printf("%sok %d - %s\n", data ? "" : "not ", i, strrchr(argv[i], '/') ? strrchr(argv[i], '/') +
           1 : argv[i]);
    free(data);
  }
  return bad;
}
