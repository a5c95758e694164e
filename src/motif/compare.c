/* motif/compare.c: one query against the database: rows, best offsets, p, q, and the order of what
 * was found.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "motif/comparing.h"

/* A member as it is ordered: by p, then by key. */
typedef struct place {
  double p;
  uint64_t key;                /* overlap (greater first), strand, rank of the id */
  int slot;
} place;

/* What is sorted first: p as a whole number, and which member it is. */
typedef struct coded { uint32_t code; int at; } coded;

struct sg_comparer {
  const sg_targets *t;
  sg_rows rows;
  sg_best best;
  double *p;                   /* [width][4] of the query */
  int p_room;
  place *place, *sorted;       /* [n_slot] */
  coded *coded;                /* [2 n_slot] */
  double *ascending, *q;       /* [n_slot] */
  int64_t *seen;               /* [n] number of the query in which a target was reported */
  sg_match *match;             /* [n] */
  int64_t number;              /* of the query in a run of tomtom */
  sg_twister twister;
};

/* ---- Making ---- */

static sg_status alloc_best(sg_best *best, size_t n, sg_err *err)
{
  best->score = calloc(n, sizeof *best->score);
  best->offset = calloc(n, sizeof *best->offset);
  best->overlap = calloc(n, sizeof *best->overlap);
  best->p = calloc(n, sizeof *best->p);
  best->sum = calloc(n + SG_CELLS_AFTER, sizeof *best->sum);
  best->top = calloc(n + SG_CELLS_AFTER, sizeof *best->top);
  best->at = calloc(n + SG_CELLS_AFTER, sizeof *best->at);
  return best->score && best->offset && best->overlap && best->p && best->sum && best->top &&
         best->at ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

sg_status sg_comparer_new(const sg_targets *targets, sg_comparer **ret_comparer, sg_err *err)
{
  size_t slots = (size_t)targets->n_slot, n = (size_t)targets->n;
  sg_comparer *c = calloc(1, sizeof *c);
  if (!c) return sg_fail(err, SG_ENOMEM, "out of memory");
  c->t = targets;
  sg_status status = alloc_best(&c->best, slots, err);
  c->place = calloc(slots, sizeof *c->place);
  c->sorted = calloc(slots, sizeof *c->sorted);
  c->coded = calloc(2 * slots, sizeof *c->coded);
  c->ascending = calloc(slots, sizeof *c->ascending);
  c->q = calloc(slots, sizeof *c->q);
  c->seen = calloc(n, sizeof *c->seen);
  c->match = calloc(n, sizeof *c->match);
  if (!c->place || !c->sorted || !c->coded || !c->ascending || !c->q || !c->seen || !c->match)
    status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (status) sg_comparer_free(c);
  else *ret_comparer = c;
  return status;
}

static void release_best(sg_best *best)
{
  free(best->score);
  free(best->offset);
  free(best->overlap);
  free(best->p);
  free(best->sum);
  free(best->top);
  free(best->at);
  free(best->cells);
  free(best->tail[0]);
  free(best->tail[1]);
  free(best->table);
  free(best->low);
  free(best->depth);
  free(best->first);
}

void sg_comparer_free(sg_comparer *comparer)
{
  if (!comparer) return;
  sg_rows_release(&comparer->rows);
  release_best(&comparer->best);
  free(comparer->p);
  free(comparer->place);
  free(comparer->sorted);
  free(comparer->coded);
  free(comparer->ascending);
  free(comparer->q);
  free(comparer->seen);
  free(comparer->match);
  free(comparer);
}

/* ---- Order ---- */

static int by_p(const void *a, const void *b)
{
  const place *x = a, *y = b;
  if (x->p != y->p) return x->p < y->p ? -1 : 1;
  return (x->key > y->key) - (x->key < y->key);
}

/* Insertion for a few, which costs less than a call of qsort. */
static void sort_run(place *v, int n)
{
  enum { FEW = 32 };
  if (n > FEW) {
    qsort(v, (size_t)n, sizeof *v, by_p);
    return;
  }
  for (int i = 1; i < n; i++) {
    place one = v[i];
    int j = i;
    for (; j > 0 && by_p(&one, &v[j - 1]) < 0; j--) v[j] = v[j - 1];
    v[j] = one;
  }
}

/* p as a whole number of CODE_BITS, monotone: p-values of chance findings are spread over 0 to 1,
 * denser towards 1, being those of maxima. Steps are equal up to 15/16; from 7/8 on there are as
 * many more for each halving of 1 - p. Without branches, which chance findings would mislead. */
enum { DIGIT_BITS = 11, CODE_BITS = 2 * DIGIT_BITS, EVEN = 3000000, FINE = 14,
       NEAR_ONE = 50 << FINE };

static uint32_t code_of(double p)
{
  double rest = 1 - p;
  uint64_t bits;
  memcpy(&bits, &rest, sizeof bits);             /* exponent, first of the fraction */
  int code = (int)(bits >> (52 - FINE)), first = ((1023 - 4 + 1) << FINE) - 1;
  int even = (int)((p < 0.9375 ? p : 0.9375) * (EVEN / 0.9375)), fine = first - code;
  fine = fine < 0 ? 0 : fine;
  return (uint32_t)(even + (fine < NEAR_ONE ? fine : NEAR_ONE));
}

/* One pass of a radix sort, stable. */
static void sort_digit(const coded *from, coded *to, int n, int shift)
{
  enum { MASK = (1 << DIGIT_BITS) - 1 };
  int begin[MASK + 2] = { 0 };
  for (int i = 0; i < n; i++) begin[(from[i].code >> shift & MASK) + 1]++;
  for (int d = 0; d <= MASK; d++) begin[d + 1] += begin[d];
  for (int i = 0; i < n; i++) to[begin[from[i].code >> shift & MASK]++] = from[i];
}

/* By code, then those of one code by all there is. */
static void sort_places(sg_comparer *c)
{
  int n = c->t->n_slot;
  for (int i = 0; i < n; i++) c->coded[i] = (coded){ code_of(c->place[i].p), i };
  sort_digit(c->coded, c->coded + n, n, 0);
  sort_digit(c->coded + n, c->coded, n, DIGIT_BITS);
  for (int i = 0; i < n; i++) c->sorted[i] = c->place[c->coded[i].at];
  for (int i = 0, end; i < n; i = end) {
    for (end = i + 1; end < n && c->coded[end].code == c->coded[i].code; end++) {
    }
    if (end - i > 1) sort_run(c->sorted + i, end - i);
  }
}

static void order(sg_comparer *c)
{
  const sg_targets *t = c->t;
  for (int s = 0; s < t->n_slot; s++) {
    uint64_t less = (uint64_t)(SG_MOTIF_WIDTH_MAX - c->best.overlap[s]);
    uint64_t key = less << 33 | (uint64_t)t->reverse[s] << 32 | (uint64_t)t->rank[t->target[s]];
    c->place[s] = (place){ c->best.p[s], key, s };
  }
  sort_places(c);
}

/* ---- Comparing ---- */

void sg_comparer_seek(sg_comparer *comparer, int64_t number) { comparer->number = number; }

static double pi0_of(sg_comparer *c)
{
  int64_t number = c->number++;
  if (c->t->opts.pi0 == SG_PI0_ONE) return 1;
  if (c->t->opts.pi0 == SG_PI0_STOREY) return sg_pi0(c->ascending, c->t->n_slot);
  return sg_pi0_drawn(&c->twister, number, c->ascending, c->t->n_slot);
}

static int report(sg_comparer *c)
{
  const sg_targets *t = c->t;
  int n = 0, most = t->opts.nearest && t->opts.nearest < t->n ? t->opts.nearest : t->n;
  for (int i = 0; i < t->n_slot; i++) c->ascending[i] = c->sorted[i].p;
  sg_qvalues(c->ascending, t->n_slot, pi0_of(c), c->q);
  for (int i = 0; i < t->n_slot && n < most; i++) {
    int s = c->sorted[i].slot, target = t->target[s];
    if (c->seen[target] == c->rows.query) continue;
    c->seen[target] = c->rows.query;
    c->match[n++] = (sg_match){ .target = target, .reverse = t->reverse[s],
                                .offset = c->best.offset[s], .overlap = c->best.overlap[s],
                                .p = c->sorted[i].p, .log10_p = log10(c->sorted[i].p),
                                .evalue = c->sorted[i].p * t->n, .qvalue = c->q[i] };
  }
  return n;
}

static sg_status take_query(sg_comparer *c, const sg_motif *query, double *ret_n, sg_err *err)
{
  if (query->width > c->p_room) {
    double *p = realloc(c->p, (size_t)query->width * 4 * sizeof *p);
    if (!p) return sg_fail(err, SG_ENOMEM, "out of memory");
    c->p = p;
    c->p_room = query->width;
  }
  return sg_compare_matrix(query, &c->t->opts, c->p, ret_n, err);
}

sg_status sg_compare(sg_comparer *comparer, const sg_motif *query, const sg_match **ret_match,
                     int *ret_n, sg_err *err)
{
  sg_comparer *c = comparer;
  double n;
  sg_status status = take_query(c, query, &n, err);
  if (status) return status;
  status = sg_rows_find(&c->rows, c->t, c->p, &n, query->width, err);
  if (!status && c->t->opts.complete) {
    status = sg_align(c->t, &c->rows, query->width, &c->best, err);
    if (!status) status = sg_null(c->t, &c->rows, query->width, &c->best, err);
  } else if (!status) {
    status = sg_partial(c->t, &c->rows, query->width, &c->best, err);
  }
  if (status) {
    sg_fail_prefix(err, "motif %s: ", query->id);
    return status;
  }
  order(c);
  *ret_match = c->match;
  *ret_n = report(c);
  return SG_OK;
}
