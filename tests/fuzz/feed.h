/* tests/fuzz/feed.h: bytes as a file that sources can open, and a source read to its end. */
#ifndef FUZZ_FEED_H
#define FUZZ_FEED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "seqgloss/region.h"

/* A file in memory that holds data[size]; its path goes to path[64]. -1: none to be had. */
static inline int feed_open(const char *name, const void *data, size_t size, char path[64])
{
  int fd = memfd_create(name, 0);
  if (fd >= 0 && write(fd, data, size) != (ssize_t) size) {
    close(fd);
    fd = -1;
  }
  if (fd >= 0) snprintf(path, 64, "/proc/self/fd/%d", fd);
  return fd;
}

/* Reads everything that `o` describes; aborts where a promise of the header is broken. */
static inline void feed_read(const sg_source_opts *o)
{
  sg_source *s = NULL;
  sg_region_batch *b = NULL;
  sg_err err = {0};
  sg_status status = sg_source_open(o, &s, &err);
  if (!status) status = sg_region_batch_new(3, &b, &err);
  while (!status && !(status = sg_source_fill(s, b, &err)) && b->n > 0) {
    if (b->n > 3 || (o->length && b->length != o->length)) abort();
    for (int i = 0; i < b->n; i++) {
      if (!b->region[i].name || !b->region[i].chrom) abort();
      for (int64_t l = 0; l < b->length; l++)
        if (b->codes[i * b->length + l] > SG_CODE_PAD) abort();
    }
  }
  if (status && (!err.text[0] || strchr(err.text, '\n'))) abort();
  sg_region_batch_free(b);
  sg_source_close(s);
}

#endif
