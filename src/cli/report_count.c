/* cli/report_count.c: counts that a report tells of: sizes, regions, positions, pairs.
 *
 *   1. Medians and sizes
 *   2. One motif
 *   3. Regions
 *   4. Pairs
 *   5. Motifs by name, and their patterns
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"

/* ---- 1. Medians and sizes ---- */

static int by_value(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double sg_median(double *x, int64_t n)
{
  if (!n) return NAN;
  qsort(x, (size_t)n, sizeof *x, by_value);
  return 0.5 * (x[(n - 1) / 2] + x[n / 2]);
}

double sg_count_size(const sg_report *report)
{
  const sg_subsets *s = report->subsets;
  double *x = malloc(((size_t)s->n + 1) * sizeof *x);
  if (!x) return NAN;
  for (int64_t i = 0; i < s->n; i++) x[i] = s->row[i].size;
  double middle = sg_median(x, s->n);
  free(x);
  return middle;
}

/* ---- 2. One motif ---- */

static int by_text(const void *a, const void *b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The most frequent of texts[n], the first in the alphabet of equals; sorts them. */
static void most_common(const char **texts, int64_t n, sg_motif_count *c)
{
  if (n) qsort(texts, (size_t)n, sizeof *texts, by_text);
  for (int64_t i = 0, j; i < n; i = j) {
    for (j = i; j < n && !strcmp(texts[i], texts[j]);) j++;
    if (j - i <= c->common_n) continue;
    c->common = texts[i];
    c->common_n = j - i;
  }
}

sg_status sg_count_motif(const sg_report *report, int motif, sg_motif_count *ret_count,
                         sg_err *err)
{
  size_t room = (size_t)report->n_site + 1;
  sg_motif_count c = { .common = "" };
  double *size = malloc(room * sizeof *size), *middle = malloc(room * sizeof *middle);
  double *fraction = malloc(room * sizeof *fraction);
  const char **texts = malloc(room * sizeof *texts);
  int64_t plants = 0, before = -1;
  bool whole = size && middle && fraction && texts;
  for (int64_t i = 0; whole && i < report->n_site; i++) {
    const sg_site *s = &report->site[i];
    const sg_subset_row *row = &report->subsets->row[s->row];
    if (s->motif != motif) continue;
    size[c.members] = row->size;
    texts[c.members++] = s->text;
    c.regions += s->region != before;
    before = s->region;
    if (s->site >= c.sites) c.sites = s->site + 1;
    if (isnan(row->plant_median) || isnan(row->plant_frac)) continue;
    middle[plants] = row->plant_median;
    fraction[plants++] = row->plant_frac;
  }
  if (whole) {
    c.size = sg_median(size, c.members);
    c.plant_median = sg_median(middle, plants);
    c.plant_fraction = sg_median(fraction, plants);
    most_common(texts, c.members, &c);
  }
  free(size);
  free(middle);
  free(fraction);
  free(texts);
  *ret_count = c;
  return whole ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

bool sg_site_distance(const sg_report *report, const sg_site *site, double *ret_distance)
{
  const sg_subset_row *row = &report->subsets->row[site->row];
  if (site->start < 0 || row->start < 0) return false;
  double middle = 0.5 * (double)(site->start + site->end);
  if (report->summits.n)
    return sg_summits_nearest(&report->summits, row->chrom, row->start, row->end, middle,
                              ret_distance);
  *ret_distance = middle - 0.5 * (double)(row->start + row->end);
  return true;
}

/* ---- 3. Regions ---- */

static bool within_one(double f) { return isnan(f) || (f >= 0 && f <= 1); }

bool sg_count_probability(const sg_report *report)
{
  const sg_report *r = report;
  bool good = within_one(r->empty) && within_one(r->tau);
  if (r->n_f) good = good && r->f[0] >= 0 && r->f[r->n_f - 1] <= 1;
  for (int64_t i = 0; i < r->subsets->n && good; i++)
    good = within_one(r->subsets->row[i].f_all) && within_one(r->subsets->row[i].f_subset);
  return good;
}

int64_t sg_count_explained(const sg_report *report)
{
  int64_t n = 0, before = -1;
  for (int64_t i = 0; i < report->n_site; i++) {
    if (report->site[i].motif < 0 || report->site[i].region == before) continue;
    before = report->site[i].region;
    n++;
  }
  return n;
}

static int by_place(const void *a, const void *b)
{
  const sg_subset_row *x = *(const sg_subset_row *const *)a, *y = *(const sg_subset_row *const *)b;
  int d = strcmp(x->chrom, y->chrom);
  return d ? d : (x->start > y->start) - (x->start < y->start);
}

/* Sorted by their beginnings, a window overlaps another one when it begins before the furthest end
 * so far, or ends behind the next beginning. */
static int64_t count_overlaps(const sg_subset_row **w, int64_t n)
{
  int64_t overlapping = 0, furthest = -1;
  for (int64_t i = 0; i < n; i++) {
    bool same_left = i > 0 && !strcmp(w[i]->chrom, w[i - 1]->chrom);
    bool same_right = i + 1 < n && !strcmp(w[i]->chrom, w[i + 1]->chrom);
    bool left = same_left && w[i]->start < furthest;
    bool right = same_right && w[i + 1]->start < w[i]->end;
    overlapping += left || right;
    furthest = same_left && furthest > w[i]->end ? furthest : w[i]->end;
  }
  return overlapping;
}

int64_t sg_count_overlapping(const sg_report *report)
{
  const sg_subsets *s = report->subsets;
  const sg_subset_row **windows = malloc(((size_t)s->n + 1) * sizeof *windows);
  int64_t n = 0;
  if (!windows) return 0;
  for (int64_t i = 0; i < s->n; i++) {
    if (i && report->region_of[i] == report->region_of[i - 1]) continue;
    if (s->row[i].start >= 0) windows[n++] = &s->row[i];
  }
  if (n) qsort(windows, (size_t)n, sizeof *windows, by_place);
  int64_t overlapping = count_overlaps(windows, n);
  free(windows);
  return overlapping;
}

/* ---- 4. Pairs ---- */

/* Nearest two sites of motifs a and b in one region: how far, and on which strands. */
typedef struct nearest { int a, b; double distance; bool same; } nearest;

typedef struct pairs {
  nearest *at;
  int64_t n, room;
  bool failed;
} pairs;

static void add_nearest(pairs *all, nearest one)
{
  if (all->n == all->room) {
    int64_t room = 2 * all->room + 256;
    nearest *more = realloc(all->at, (size_t)room * sizeof *more);
    if (!more) {
      all->failed = true;
      return;
    }
    all->at = more;
    all->room = room;
  }
  all->at[all->n++] = one;
}

/* Of sites [begin, end) of one region the nearest ones of motifs a and b. */
static bool find_nearest(const sg_report *report, int64_t begin, int64_t end, int a, int b,
                         nearest *ret)
{
  bool found = false;
  for (int64_t i = begin; i < end; i++)
    for (int64_t j = begin; j < end; j++) {
      const sg_site *x = &report->site[i], *y = &report->site[j];
      if (i == j || x->motif != a || y->motif != b || x->start < 0 || y->start < 0) continue;
      double d = fabs(0.5 * (double)(x->start + x->end - y->start - y->end));
      if (found && d >= ret->distance) continue;
      *ret = (nearest){ a, b, d, x->strand == y->strand };
      found = true;
    }
  return found;
}

/* A region has a handful of sites: every pair of its motifs is looked at once. */
static void take_region(const sg_report *report, int64_t begin, int64_t end, pairs *all)
{
  enum { MOST = 64 };          /* sites of a region; more are a repeat */
  nearest one;
  if (end - begin > MOST) end = begin + MOST;
  for (int64_t i = begin; i < end; i++)
    for (int64_t j = begin; j < end; j++) {
      int a = report->site[i].motif, b = report->site[j].motif;
      bool seen = a < 0 || b < a || i == j;
      for (int64_t k = begin; k < i && !seen; k++) seen = report->site[k].motif == a;
      for (int64_t k = begin; k < j && !seen; k++) seen = k != i && report->site[k].motif == b;
      if (!seen && find_nearest(report, begin, end, a, b, &one)) add_nearest(all, one);
    }
}

static int by_pair(const void *a, const void *b)
{
  const nearest *x = a, *y = b;
  if (x->a != y->a) return x->a < y->a ? -1 : 1;
  if (x->b != y->b) return x->b < y->b ? -1 : 1;
  return (x->distance > y->distance) - (x->distance < y->distance);
}

static int by_regions(const void *a, const void *b)
{
  const sg_pair_count *x = a, *y = b;
  if (x->regions != y->regions) return x->regions > y->regions ? -1 : 1;
  if (x->a != y->a) return x->a < y->a ? -1 : 1;
  return (x->b > y->b) - (x->b < y->b);
}

static sg_status regions_of(const sg_report *report, int64_t **ret_n, sg_err *err)
{
  sg_status status = SG_OK;
  int64_t *n = calloc((size_t)report->kept->n + 1, sizeof *n);
  *ret_n = n;
  if (!n) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < report->kept->n && !status; i++) {
    sg_motif_count c;
    status = sg_count_motif(report, i, &c, err);
    n[i] = c.regions;
  }
  return status;
}

/* Runs of equal motifs in the sorted pairs become counts. */
static int count_runs(const sg_report *report, const pairs *all, const int64_t *regions,
                      sg_pair_count *counts)
{
  int n = 0;
  double explained = (double)sg_count_explained(report);
  for (int64_t i = 0, j; i < all->n; i = j) {
    const nearest *first = &all->at[i];
    sg_pair_count c = { .a = first->a, .b = first->b };
    for (j = i; j < all->n && all->at[j].a == c.a && all->at[j].b == c.b; j++)
      all->at[j].same ? c.same++ : c.other++;
    c.regions = j - i;
    c.spacing = 0.5 * (all->at[(i + j - 1) / 2].distance + all->at[(i + j) / 2].distance);
    c.expected = c.a == c.b || explained <= 0 ? NAN
                 : (double)regions[c.a] * (double)regions[c.b] / explained;
    counts[n++] = c;
  }
  return n;
}

sg_status sg_count_pairs(const sg_report *report, sg_pair_count **ret_pairs, int *ret_n,
                         sg_err *err)
{
  pairs all = { 0 };
  int64_t *regions = NULL;
  *ret_pairs = NULL;
  *ret_n = 0;
  for (int64_t i = 0, j; i < report->n_site; i = j) {
    for (j = i; j < report->n_site && report->site[j].region == report->site[i].region;) j++;
    take_region(report, i, j, &all);
  }
  if (all.n) qsort(all.at, (size_t)all.n, sizeof *all.at, by_pair);
  sg_status status = regions_of(report, &regions, err);
  *ret_pairs = status ? NULL : calloc((size_t)all.n + 1, sizeof **ret_pairs);
  if (!status && (all.failed || !*ret_pairs)) status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status) {
    *ret_n = count_runs(report, &all, regions, *ret_pairs);
    qsort(*ret_pairs, (size_t)*ret_n, sizeof **ret_pairs, by_regions);
  }
  free(regions);
  free(all.at);
  return status;
}

/* ---- 5. Motifs by name, and their patterns ---- */

int sg_report_find(const sg_motifs *motifs, const char *id)
{
  for (int i = 0; motifs && i < motifs->n; i++)
    if (!strcmp(motifs->motif[i].id, id)) return i;
  return -1;
}

/* Whether the name of a motif is a consensus of its columns, as `cluster` writes it. */
static bool is_consensus(const sg_motif *m)
{
  size_t n = m->name ? strlen(m->name) : 0;
  return n && n == (size_t)m->width && strspn(m->name, "ACGTRYSWKMN-") == n;
}

/* Cavener's letters of a matrix that does not say how it reads. */
static char *spell(const sg_motif *m)
{
  static const double even[4] = { 0.25, 0.25, 0.25, 0.25 };
  double *p = malloc(4 * (size_t)m->width * sizeof *p);
  char *text = malloc((size_t)m->width + 1);
  if (p && text && !sg_motif_probs(m, 0.01, even, p, NULL)) {
    sg_motif_consensus(p, m->width, text);
  } else {
    free(text);
    text = NULL;
  }
  free(p);
  return text;
}

char *sg_report_pattern(const sg_report *report, int motif)
{
  const sg_motif *m = &report->kept->motif[motif];
  int genomic = sg_report_find(report->genomic, m->id);
  if (genomic >= 0) m = &report->genomic->motif[genomic];
  return is_consensus(m) ? strdup(m->name) : spell(m);
}
