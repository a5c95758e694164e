/* tests/unit/scratch.h: files of a test, where TMPDIR says. */
#ifndef TEST_SCRATCH_H
#define TEST_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SCRATCH_PATH = 512 };

/* A pattern for mkstemp or mkdtemp. */
static inline void scratch_pattern(const char *name, char path[SCRATCH_PATH])
{
  const char *tmp = getenv("TMPDIR");
  snprintf(path, SCRATCH_PATH, "%s/seqgloss-%s.XXXXXX", tmp && *tmp ? tmp : "/tmp", name);
}

/* A new file of that kind, open; -1: none to be had. */
static inline int scratch_open(const char *name, char path[SCRATCH_PATH])
{
  scratch_pattern(name, path);
  return mkstemp(path);
}

#endif
