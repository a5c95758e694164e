/* cluster/published.c: the clustering of Carter, Mueller, Jain, Gifford (2019), for comparison.
 *
 * Strings of kept bases, the inner hidden letters a symbol of their own, at Levenshtein distance
 * with unit costs; DBSCAN (Ester, Kriegel, Sander, Xu 1996) over them. A string is core when at
 * least min_samples strings, itself counted, are at most eps away; clusters are grown from core
 * strings in the order of the input and numbered in it; a border string belongs to the first
 * cluster that reaches it. Equal strings have equal neighbours and go together: distances are
 * computed for pairs of distinct strings only, and only within the band of width eps around the
 * diagonal in which they can be small enough (Ukkonen 1985, Inf Control 64:100).
 */
#include <stdlib.h>
#include <string.h>

#include "seqgloss/cluster.h"

typedef struct distinct {
  int64_t n;                   /* distinct strings, in the order of their first row */
  const char **text;
  int *length;
  int64_t *copies;             /* rows with that text */
  int64_t *of;                 /* [rows] */
} distinct;

typedef struct key { const char *text; int64_t row; } key;

static sg_status no_memory(sg_err *err)
{
  return sg_fail(err, SG_ENOMEM, "out of memory for clusters");
}

static int by_text(const void *a, const void *b)
{
  const key *x = a, *y = b;
  int d = strcmp(x->text, y->text);
  return d ? d : (x->row > y->row) - (x->row < y->row);
}

static void distinct_release(distinct *d)
{
  free(d->text);
  free(d->length);
  free(d->copies);
  free(d->of);
}

static sg_status distinct_make(const char *const *text, int64_t n, distinct *d, sg_err *err)
{
  size_t room = (size_t)n + 1;
  key *sorted = malloc(room * sizeof *sorted);
  int64_t *first = malloc(room * sizeof *first);
  *d = (distinct){ .text = malloc(room * sizeof *d->text),
                   .length = malloc(room * sizeof *d->length),
                   .copies = calloc(room, sizeof *d->copies), .of = malloc(room * sizeof *d->of) };
  bool ok = sorted && first && d->text && d->length && d->copies && d->of;
  for (int64_t i = 0; i < n && ok; i++) sorted[i] = (key){ text[i], i };
  if (ok) qsort(sorted, (size_t)n, sizeof *sorted, by_text);
  for (int64_t i = 0; i < n && ok; i++) {         /* the first row of each text */
    bool same = i && !strcmp(sorted[i].text, sorted[i - 1].text);
    first[sorted[i].row] = same ? first[sorted[i - 1].row] : sorted[i].row;
  }
  for (int64_t i = 0; i < n && ok; i++) {
    if (first[i] == i) {
      d->text[d->n] = text[i];
      d->length[d->n] = (int)strlen(text[i]);
      d->of[i] = d->n++;
    } else d->of[i] = d->of[first[i]];
    d->copies[d->of[i]]++;
  }
  free(sorted);
  free(first);
  if (ok) return SG_OK;
  distinct_release(d);
  *d = (distinct){ 0 };
  return no_memory(err);
}

/* Whether the Levenshtein distance of a[n] and b[m] is at most `most`: one row of the table at a
 * time, within the band where it can be. row has room for m + 1. */
static bool within(const char *a, int n, const char *b, int m, int most, int *row)
{
  if (n - m > most || m - n > most) return false;
  for (int j = 0; j <= m; j++) row[j] = j;
  for (int i = 1; i <= n; i++) {
    int left = i > most ? i - most : 1, right = m - i < most ? m : i + most, least = most + 1;
    int corner = row[left - 1];
    row[left - 1] = left == 1 ? i : most + 1;
    if (right < m) row[right + 1] = most + 1;
    for (int j = left; j <= right; j++) {
      int above = row[j], best = corner + (a[i - 1] != b[j - 1]);
      if (above + 1 < best) best = above + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      row[j] = best;
      corner = above;
      if (best < least) least = best;
    }
    if (least > most) return false;
  }
  return row[m] <= most;
}

/* Strings at most eps from string i, itself among them: near[]; returns the rows that they are. */
static int64_t neighbours(const distinct *d, int64_t i, int eps, int *row, int64_t *near,
                          int64_t *ret_n)
{
  int64_t rows = 0, n = 0;
  for (int64_t j = 0; j < d->n; j++) {
    if (!within(d->text[i], d->length[i], d->text[j], d->length[j], eps, row)) continue;
    near[n++] = j;
    rows += d->copies[j];
  }
  *ret_n = n;
  return rows;
}

/* Clusters of the distinct strings; -1: noise. near, queue: room for all of them. */
static void grow(const distinct *d, int eps, int min_samples, int *row, int64_t *near,
                 int64_t *queue, int *label)
{
  int clusters = 0;
  for (int64_t i = 0; i < d->n; i++) label[i] = -1;
  for (int64_t i = 0; i < d->n; i++) {
    int64_t head = 0, tail = 0, n;
    if (label[i] >= 0 || neighbours(d, i, eps, row, near, &n) < min_samples) continue;
    label[i] = clusters;
    for (queue[tail++] = i; head < tail; head++) {
      if (neighbours(d, queue[head], eps, row, near, &n) < min_samples) continue;
      for (int64_t k = 0; k < n; k++) {
        if (label[near[k]] >= 0) continue;
        label[near[k]] = clusters;
        queue[tail++] = near[k];
      }
    }
    clusters++;
  }
}

sg_status sg_cluster_dbscan(const char *const *text, int64_t n, int eps, int min_samples,
                            int *labels, sg_err *err)
{
  distinct d;
  int longest = 0;
  if (eps < 0 || min_samples < 1)
    return sg_fail(err, SG_EINVAL, "eps %d and min_samples %d: at least 0 and 1", eps, min_samples);
  sg_status status = distinct_make(text, n, &d, err);
  if (status) return status;
  for (int64_t i = 0; i < d.n; i++)
    if (d.length[i] > longest) longest = d.length[i];
  size_t room = (size_t)d.n + 1;
  int *row = malloc(((size_t)longest + 2) * sizeof *row), *label = malloc(room * sizeof *label);
  int64_t *near = malloc(room * sizeof *near), *queue = malloc(room * sizeof *queue);
  if (!row || !label || !near || !queue) status = no_memory(err);
  else if (d.n > SG_CLUSTER_PUBLISHED_MAX)
    status = sg_fail(err, SG_EUNSUPPORTED, "%lld distinct subsets; the published procedure "
                     "compares all pairs and takes %d at most", (long long)d.n,
                     SG_CLUSTER_PUBLISHED_MAX);
  else grow(&d, eps, min_samples, row, near, queue, label);
  for (int64_t i = 0; i < n && !status; i++) labels[i] = label[d.of[i]];
  free(row);
  free(label);
  free(near);
  free(queue);
  distinct_release(&d);
  return status;
}
