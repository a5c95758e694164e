/* cli/report_members.c: members of the clusters, each with the subset that it is a piece of. */
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "seqgloss/tsv.h"

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "out of memory"); }

/* Columns of clusters.tsv, in the order of `member_columns`. */
typedef struct members {
  sg_tsv *tsv;
  int region, chrom, start, end, strand, target, rank;      /* of the subset */
  int cluster, site, site_start, site_end, site_strand, aligned;
  int64_t *by_key;             /* rows of the subsets, sorted by their key */
  int64_t room;
} members;

static sg_status find_columns(members *m, sg_err *err)
{
  const struct { const char *name; int *column; } all[] = {
    { "region", &m->region }, { "chrom", &m->chrom }, { "start", &m->start },
    { "end", &m->end }, { "strand", &m->strand },
    { "target", &m->target }, { "rank", &m->rank }, { "cluster", &m->cluster },
    { "site", &m->site }, { "site_start", &m->site_start }, { "site_end", &m->site_end },
    { "site_strand", &m->site_strand }, { "aligned", &m->aligned }
  };
  sg_status status = SG_OK;
  for (size_t i = 0; i < sizeof all / sizeof all[0] && !status; i++)
    status = sg_tsv_need(m->tsv, all[i].name, all[i].column, err);
  return status;
}

/* A subset is known by its region, place and rank: the members of `a` that say so. */
static int compare_keys(const sg_subset_row *a, const sg_subset_row *b)
{
  int d = strcmp(a->region, b->region);
  if (!d) d = strcmp(a->chrom, b->chrom);
  if (!d) d = (a->start > b->start) - (a->start < b->start);
  if (!d) d = (a->end > b->end) - (a->end < b->end);
  if (!d) d = a->strand - b->strand;
  return d ? d : (a->rank > b->rank) - (a->rank < b->rank);
}

typedef struct keyed { int64_t row; const sg_subset_row *at; } keyed;

static int by_key(const void *a, const void *b)
{
  const keyed *x = a, *y = b;
  int d = compare_keys(x->at, y->at);
  return d ? d : (x->row > y->row) - (x->row < y->row);
}

static sg_status sort_keys(const sg_report *r, members *m, sg_err *err)
{
  int64_t n = r->subsets->n;
  keyed *all = malloc(((size_t)n + 1) * sizeof *all);
  m->by_key = malloc(((size_t)n + 1) * sizeof *m->by_key);
  if (!all || !m->by_key) {
    free(all);
    return no_memory(err);
  }
  for (int64_t i = 0; i < n; i++) all[i] = (keyed){ i, &r->subsets->row[i] };
  if (n) qsort(all, (size_t)n, sizeof *all, by_key);
  for (int64_t i = 0; i < n; i++) m->by_key[i] = all[i].row;
  free(all);
  return SG_OK;
}

static const char *or_empty(const char *text) { return strcmp(text, ".") ? text : ""; }

static int64_t find_row(const sg_report *r, const members *m, const sg_subset_row *key)
{
  int64_t lo = 0, hi = r->subsets->n;
  while (lo < hi) {
    int64_t mid = lo + (hi - lo) / 2, row = m->by_key[mid];
    int d = compare_keys(key, &r->subsets->row[row]);
    if (!d) return row;
    if (d < 0) hi = mid;
    else lo = mid + 1;
  }
  return -1;
}

static sg_status add_site(sg_report *r, members *m, const sg_site *site, sg_err *err)
{
  if (r->n_site == m->room) {
    int64_t room = 2 * m->room + 256;
    sg_site *more = realloc(r->site, (size_t)room * sizeof *more);
    if (!more) return no_memory(err);
    r->site = more;
    m->room = room;
  }
  r->site[r->n_site++] = *site;
  return SG_OK;
}

/* One row of clusters.tsv; a piece that is noise is counted. */
static sg_status take_member(sg_report *r, members *m, const char *const *cells, sg_err *err)
{
  sg_site s = { .strand = cells[m->site_strand][0] };
  sg_subset_row key = { .region = or_empty(cells[m->region]), .chrom = or_empty(cells[m->chrom]),
                        .strand = cells[m->strand][0] };
  const char *cluster = cells[m->cluster];
  if (!strcmp(cluster, "noise")) {
    r->noise++;
    return SG_OK;
  }
  s.motif = sg_report_find(r->kept, cluster);
  if (s.motif < 0)
    return sg_tsv_fail(m->tsv, err, "no motif %s in %s", cluster, r->files.kept);
  sg_status status = sg_tsv_i64(m->tsv, m->start, INT64_MIN / 2, INT64_MAX / 2, -1, &key.start,
                                err);
  if (!status) status = sg_tsv_i64(m->tsv, m->end, INT64_MIN / 2, INT64_MAX / 2, -1, &key.end,
                                   err);
  if (!status) status = sg_tsv_i64(m->tsv, m->rank, 1, INT64_MAX / 2, 0, &key.rank, err);
  if (!status) status = sg_tsv_i64(m->tsv, m->site, 1, INT64_MAX / 2, 0, &s.site, err);
  if (!status) status = sg_tsv_i64(m->tsv, m->site_start, 0, INT64_MAX / 2, -1, &s.start, err);
  if (!status) status = sg_tsv_i64(m->tsv, m->site_end, 0, INT64_MAX / 2, -1, &s.end, err);
  if (status) return status;
  s.site--;
  s.row = find_row(r, m, &key);
  if (s.row < 0)
    return sg_tsv_fail(m->tsv, err, "no such subset of region %s in %s: made from another table?",
                       cells[m->region], r->files.subsets);
  s.region = r->region_of[s.row];
  s.text = strdup(cells[m->aligned]);
  if (!s.text) return no_memory(err);
  status = add_site(r, m, &s, err);
  if (status) free(s.text);
  return status;
}

static int by_row(const void *a, const void *b)
{
  const sg_site *x = a, *y = b;
  if (x->row != y->row) return x->row < y->row ? -1 : 1;
  if (x->start != y->start) return x->start < y->start ? -1 : 1;
  return x->motif != y->motif ? x->motif - y->motif : strcmp(x->text, y->text);
}

sg_status sg_report_read_members(sg_report *r, sg_err *err)
{
  members m = { 0 };
  const char *const *cells;
  sg_status status = sg_tsv_open(r->files.clusters, &m.tsv, err);
  const char *command = status ? NULL : sg_tsv_fact(m.tsv, "command");
  r->published = command && strstr(command, " --method published");
  if (!status) status = find_columns(&m, err);
  if (!status) status = sort_keys(r, &m, err);
  while (!status && !(status = sg_tsv_next(m.tsv, &cells, err)) && cells)
    status = take_member(r, &m, cells, err);
  if (!status && r->n_site) qsort(r->site, (size_t)r->n_site, sizeof *r->site, by_row);
  free(m.by_key);
  sg_tsv_close(m.tsv);
  return status;
}
