/* golden/run_shuffle.c: legacy shuffles are those of tangermeme, bit for bit.
 *
 * tests/golden/shuffle/legacy.tsv (make_legacy.py): sequence, seed, shuffles, SHA-256 of all of
 * them. Each is drawn twice: seeded by itself, and as an item of a run whose first item has a lower
 * seed; and on a shuffler that has drawn others before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden/golden.h"
#include "seqgloss/io.h"
#include "seqgloss/seq.h"
#include "seqgloss/tsv.h"

enum { SHUFFLES_MOST = 100 };

static sg_shuffler *shuffler(uint64_t seed)
{
  sg_shuffle_opts o = sg_shuffle_opts_default();
  sg_shuffler *z = NULL;
  o.kind = SG_SHUFFLE_LEGACY;
  o.seed = seed;
  for (int i = 0; i < 4; i++) o.symbol[i] = (uint8_t)"ACGT"[i];
  return sg_shuffler_new(&o, &z, NULL) ? NULL : z;
}

/* Whether the shuffles of item `index` of the run have this digest. */
static bool agree(sg_shuffler *z, uint64_t index, const char *s, int64_t n, const char *want)
{
  int64_t L = (int64_t)strlen(s);
  char hex[65] = "";
  char *d = malloc((size_t)(n * L) + 1);
  bool single, good = d && z;
  good = good && !sg_shuffle(z, (const uint8_t *)s, L, index, (int)n, (uint8_t *)d, &single, NULL);
  if (good) sg_digest(d, (size_t)(n * L), hex);
  free(d);
  return good && !strcmp(hex, want);
}

static bool row(const char *const *cell, sg_shuffler *run, int64_t first, sg_err *err)
{
  int64_t seed, n;
  if (sg_parse_i64("seed", cell[1], first, UINT32_MAX, &seed, err)) return false;
  if (sg_parse_i64("shuffles", cell[2], 1, SHUFFLES_MOST, &n, err)) return false;
  sg_shuffler *own = shuffler((uint64_t)seed);
  bool good = agree(own, 0, cell[0], n, cell[3]) && agree(own, 0, cell[0], n, cell[3]);
  good = good && agree(run, (uint64_t)(seed - first), cell[0], n, cell[3]);
  good = good && !agree(run, (uint64_t)(seed - first), cell[0], n, "");
  sg_shuffler_free(own);
  return good;
}

int main(void)
{
  enum { FIRST = 20 };         /* SEED of make_legacy.py */
  char *path = golden_path(golden_source(), "tests/golden/shuffle/legacy.tsv");
  const char *const *cell;
  sg_err err = { .text = "" };
  sg_tsv *tsv = NULL;
  sg_shuffler *run = shuffler(FIRST);
  int rows = 0, good = 0;
  sg_status status = sg_tsv_open(path, &tsv, &err);
  while (!status && !(status = sg_tsv_next(tsv, &cell, &err)) && cell) {
    bool one = row(cell, run, FIRST, &err);
    if (!one) golden_ok(false, cell[0], " seed %s: %s", cell[1], err.text);
    good += one;
    rows++;
  }
  golden_ok(!status && rows == 100 && good == rows, "legacy shuffles are tangermeme's",
            " %d of %d sequences, %s", good, rows, err.text);
  sg_tsv_close(tsv);
  sg_shuffler_free(run);
  free(path);
  return golden_end();
}
