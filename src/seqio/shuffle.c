/* seqio/shuffle.c: sequences with the same dinucleotides.
 *
 * Contents
 *   1. successor lists of a run
 *   2. uniform: a random arborescence, then random orders
 *   3. legacy: the order of numpy's RandomState.permutation
 *   4. how many shuffles there are
 *   5. runs, public calls
 *
 * A sequence is a path through the graph whose vertices are the bases and whose edges are its
 * dinucleotides; a shuffle is another path that uses each edge once (Euler). Give each base the
 * list of its successors, in the order in which they are to be used: a walk that follows the lists
 * uses all edges exactly when the last edges of all bases but the final one form a tree towards the
 * final one. Drawing that tree with a probability proportional to the number of edges that can
 * serve, and ordering the other edges at random, draws paths uniformly (Altschul and Erickson 1985;
 * Kandel et al. 1996). Wilson's loop-erased walks draw the tree.
 */
#include <htslib/kfunc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "seqgloss/seq.h"
#include "seqio/mt19937.h"

struct sg_shuffler {
  sg_shuffle_opts opts;
  uint8_t index[256];           /* symbol -> 0..3, or 4 */
  uint8_t *base;                /* [cap] the run as 0..3 */
  uint8_t *list;                /* [cap] successors, grouped by base */
  uint8_t *work;                /* [cap] the same, permuted */
  int64_t cap;
  sg_rng rng;
  sg_mt19937 mt;
};

/* ---- 1. Successor lists ------------------------------------------------------------ */

/* One run of the four bases: list[from[b] .. from[b] + count[b]) are the successors of b in their
 * order of appearance. */
typedef struct run { const uint8_t *base; int64_t n, from[4], count[4], pair[4][4]; } run;

static run make_run(sg_shuffler *z, const uint8_t *s, int64_t n)
{
  run r = {.base = z->base, .n = n};
  int64_t at[4];
  for (int64_t i = 0; i < n; i++) z->base[i] = z->index[s[i]];
  for (int64_t i = 0; i + 1 < n; i++) r.pair[z->base[i]][z->base[i + 1]]++;
  for (int b = 0; b < 4; b++) {
    for (int c = 0; c < 4; c++) r.count[b] += r.pair[b][c];
    r.from[b] = b ? r.from[b - 1] + r.count[b - 1] : 0;
    at[b] = r.from[b];
  }
  for (int64_t i = 0; i + 1 < n; i++) z->list[at[z->base[i]]++] = z->base[i + 1];
  return r;
}

/* Follows the lists in z->work from the run's first base. */
static void walk(const sg_shuffler *z, const run *r, uint8_t *dst)
{
  int64_t at[4];
  uint8_t b = r->base[0];
  memcpy(at, r->from, sizeof at);
  for (int64_t i = 0; i < r->n; i++) {
    dst[i] = z->opts.symbol[b];
    if (i + 1 < r->n) b = z->work[at[b]++];
  }
}

/* ---- 2. Uniform -------------------------------------------------------------------- */

/* Uniform in [0, n), n < 2^32, with one multiplication as a rule (Lemire 2019). */
static uint32_t below(sg_rng *rng, uint32_t n)
{
  uint64_t m = (sg_rng_u64(rng) >> 32) * n;
  if ((uint32_t) m < n) {
    uint32_t limit = -n % n;
    while ((uint32_t) m < limit) m = (sg_rng_u64(rng) >> 32) * n;
  }
  return (uint32_t) (m >> 32);
}

/* tree[b]: the place in b's list of the edge that is used last, for every base but `root`. */
static void draw_tree(sg_shuffler *z, const run *r, int root, int64_t tree[4])
{
  bool in_tree[4] = {0};
  in_tree[root] = true;
  for (int b = 0; b < 4; b++) {
    if (r->count[b] == 0) continue;
    for (int v = b; !in_tree[v]; v = z->list[r->from[v] + tree[v]])
      tree[v] = below(&z->rng, (uint32_t) r->count[v]);
    for (int v = b; !in_tree[v]; v = z->list[r->from[v] + tree[v]]) in_tree[v] = true;
  }
}

static void order_uniform(sg_shuffler *z, const run *r)
{
  int64_t tree[4] = {0};
  int root = r->base[r->n - 1];
  draw_tree(z, r, root, tree);
  memcpy(z->work, z->list, (size_t) r->n - 1);
  for (int b = 0; b < 4; b++) {
    uint8_t *w = z->work + r->from[b];
    int64_t n = r->count[b];
    if (n > 0 && b != root) {
      uint8_t last = w[tree[b]];
      w[tree[b]] = w[--n];
      w[n] = last;
    }
    for (int64_t i = n - 1; i > 0; i--) {
      int64_t j = below(&z->rng, (uint32_t) i + 1);
      uint8_t t = w[i];
      w[i] = w[j];
      w[j] = t;
    }
  }
}

/* ---- 3. Legacy --------------------------------------------------------------------- */

/* permutation(n) shuffles 0..n-1 from the end; the last successor of each base stays. The lists
 * keep the order that the shuffle before gave them. */
static void order_legacy(sg_shuffler *z, const run *r)
{
  for (int b = 0; b < 4; b++) {
    uint8_t *w = z->list + r->from[b];
    for (int64_t i = r->count[b] - 2; i > 0; i--) {
      uint32_t j = sg_mt19937_upto(&z->mt, (uint32_t) i);
      uint8_t t = w[i];
      w[i] = w[j];
      w[j] = t;
    }
  }
  memcpy(z->work, z->list, (size_t) r->n - 1);
}

/* ---- 4. Counting ------------------------------------------------------------------- */

/* Determinant of the 3 x 3 matrix that is m without a row and a column, with its sign. */
static double cofactor(double m[4][4], int row, int col)
{
  double a[3][3];
  for (int i = 0, p = 0; i < 4; i++) {
    if (i == row) continue;
    for (int j = 0, q = 0; j < 4; j++)
      if (j != col) a[p][q++] = m[i][j];
    p++;
  }
  double d = a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1]) -
             a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0]) +
             a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]);
  return (row + col) % 2 ? -d : d;
}

/* Whittle's formula (1955): the number of sequences with these ends and dinucleotide counts f is
 * the (last, first) cofactor of delta_ij - f_ij / f_i times prod f_i! / prod f_ij!. Is it 1?
 * (lgamma of the C library writes to a variable that threads share.) */
static bool only_one(const run *r)
{
  double m[4][4], log_count = 0;
  for (int i = 0; i < 4; i++) {
    log_count += kf_lgamma((double) r->count[i] + 1);
    for (int j = 0; j < 4; j++) {
      log_count -= kf_lgamma((double) r->pair[i][j] + 1);
      double f = r->count[i] ? (double) r->pair[i][j] / (double) r->count[i] : 0;
      m[i][j] = (i == j) - f;
    }
  }
  return log_count + log(cofactor(m, r->base[r->n - 1], r->base[0])) < log(1.5);
}

/* ---- 5. Runs ----------------------------------------------------------------------- */

sg_shuffle_opts sg_shuffle_opts_default(void)
{
  return (sg_shuffle_opts){.size = sizeof(sg_shuffle_opts), .seed = 1, .symbol = {0, 1, 2, 3}};
}

sg_status sg_shuffler_new(const sg_shuffle_opts *opts, sg_shuffler **ret_shuffler, sg_err *err)
{
  sg_shuffle_opts o = opts ? *opts : sg_shuffle_opts_default();
  *ret_shuffler = NULL;
  if (o.kind == SG_SHUFFLE_LEGACY && o.seed > UINT32_MAX)
    return sg_fail(err, SG_EINVAL, "the seed of a legacy shuffle is below 2^32");
  sg_shuffler *z = calloc(1, sizeof *z);
  if (!z) return sg_fail(err, SG_ENOMEM, "out of memory");
  z->opts = o;
  memset(z->index, 4, sizeof z->index);
  for (uint8_t b = 0; b < 4; b++) z->index[o.symbol[b]] = b;
  *ret_shuffler = z;
  return SG_OK;
}

void sg_shuffler_free(sg_shuffler *shuffler)
{
  if (!shuffler) return;
  free(shuffler->base);
  free(shuffler);
}

static bool reserve(sg_shuffler *z, int64_t length)
{
  if (length <= z->cap) return true;
  uint8_t *p = realloc(z->base, (size_t) length * 3);
  if (!p) return false;
  z->base = p;
  z->list = p + length;
  z->work = p + 2 * length;
  z->cap = length;
  return true;
}

/* End of the run of bases that begins at i. */
static int64_t run_end(const sg_shuffler *z, const uint8_t *s, int64_t i, int64_t length)
{
  while (i < length && z->index[s[i]] < 4) i++;
  return i;
}

/* All n shuffles of one run that begins at `from` of a sequence; `stream` is the item's. */
static void shuffle_run(sg_shuffler *z, const run *r, int64_t from, uint64_t stream, int n,
                        uint8_t *dst, int64_t length)
{
  for (int j = 0; j < n; j++) {
    if (z->opts.kind == SG_SHUFFLE_LEGACY) order_legacy(z, r);
    else {
      sg_rng_seed_item(&z->rng, stream + (uint64_t) from, (uint64_t) j);
      order_uniform(z, r);
    }
    walk(z, r, dst + j * length + from);
  }
}

sg_status sg_shuffle(sg_shuffler *shuffler, const uint8_t *s, int64_t length, uint64_t item, int n,
                     uint8_t *dst, bool *ret_single, sg_err *err)
{
  sg_rng of_item;
  bool single = true;
  if (length < 0 || length > UINT32_MAX || n < 0)
    return sg_fail(err, SG_EINVAL, "a length or number of shuffles is out of range");
  if (!reserve(shuffler, length)) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_rng_seed_item(&of_item, shuffler->opts.seed, item);
  uint64_t stream = sg_rng_u64(&of_item);
  sg_mt19937_seed(&shuffler->mt, (uint32_t) (shuffler->opts.seed + item));
  for (int64_t i = 0; i < length;) {
    int64_t end = run_end(shuffler, s, i, length);
    if (end == i) {
      for (int j = 0; j < n; j++) dst[j * length + i] = s[i];
      i++;
      continue;
    }
    run r = make_run(shuffler, s + i, end - i);
    shuffle_run(shuffler, &r, i, stream, n, dst, length);
    single = single && only_one(&r);
    i = end;
  }
  if (ret_single) *ret_single = single;
  return SG_OK;
}
