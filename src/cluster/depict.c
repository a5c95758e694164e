/* cluster/depict.c: what is said about finished clusters: sites, matrices, consensus, direction,
 * order.
 *
 *   1. Sites
 *   2. Counts and columns
 *   3. Consensus, and which way a cluster is read
 *   4. The medoid
 *   5. Order of members and clusters
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/assembly.h"
#include "cluster/mixture.h"

#define SUPPORT 0.25           /* share of sites that keep a column which is shown */
#define BITS 0.25              /* of a column of the genome that is shown */
enum { SAME_SITE = 8 };        /* frames whose middles are this near lie on one site */

static sg_status no_memory(sg_err *err)
{
  return sg_fail(err, SG_ENOMEM, "out of memory for clusters");
}

/* ---- 1. Sites ---- */

typedef struct spot { int cluster; const char *chrom; int64_t at, member; } spot;

static int by_place(const void *a, const void *b)
{
  const spot *x = a, *y = b;
  if (x->cluster != y->cluster) return x->cluster < y->cluster ? -1 : 1;
  int d = strcmp(x->chrom, y->chrom);
  if (!d) d = (x->at > y->at) - (x->at < y->at);
  return d ? d : (x->member > y->member) - (x->member < y->member);
}

/* Middle of the frame on the forward strand. */
static bool frame_middle(const sg_assembly *a, const sg_member *m, int64_t *ret_at)
{
  int64_t start;
  int step;
  if (!sg_member_place(a->subsets, m, &start, &step)) return false;
  *ret_at = step > 0 ? start + SG_FRAME / 2 : start - SG_FRAME / 2 + 1;
  return true;
}

/* Numbers the sites of each cluster; a member without a place is a site of its own. */
static sg_status number_sites(sg_assembly *a, sg_err *err)
{
  sg_clusters *out = a->out;
  spot *s = malloc(((size_t)out->n_member + 1) * sizeof *s);
  int64_t n = 0;
  if (!s) return no_memory(err);
  for (int64_t i = 0; i < out->n_member; i++) {
    sg_member *m = &out->member[i];
    if (m->cluster < 0) continue;
    spot here = { m->cluster, a->subsets->row[m->row].chrom, 0, i };
    if (frame_middle(a, m, &here.at)) s[n++] = here;
    else m->site = out->cluster[m->cluster].sites++;
  }
  qsort(s, (size_t)n, sizeof *s, by_place);
  for (int64_t i = 0, first = 0; i < n; i++) {
    bool same = i && s[i].cluster == s[first].cluster && !strcmp(s[i].chrom, s[first].chrom)
                && s[i].at - s[first].at <= SAME_SITE;
    if (!same) {
      first = i;
      out->cluster[s[i].cluster].sites++;
    }
    out->member[s[i].member].site = out->cluster[s[i].cluster].sites - 1;
  }
  free(s);
  return SG_OK;
}

/* weight[n_member]: one over the number of members at the same site of the same cluster. */
static double *site_weights(const sg_clusters *out)
{
  double *weight = malloc(((size_t)out->n_member + 1) * sizeof *weight);
  int64_t *base = calloc((size_t)out->n + 2, sizeof *base);
  int64_t *count = calloc((size_t)out->n_member + 1, sizeof *count);
  for (int k = 0; base && k < out->n; k++) base[k + 1] = base[k] + out->cluster[k].sites;
  for (int turn = 0; turn < 2 && weight && base && count; turn++)
    for (int64_t i = 0; i < out->n_member; i++) {
      const sg_member *m = &out->member[i];
      if (m->cluster < 0) continue;
      int64_t *at = &count[base[m->cluster] + m->site];
      if (turn) weight[i] = 1.0 / (double)*at;
      else ++*at;
    }
  if (!base || !count) {
    free(weight);
    weight = NULL;
  }
  free(base);
  free(count);
  return weight;
}

/* ---- 2. Counts and columns ---- */

static void count(const sg_assembly *a, const double *weight)
{
  sg_clusters *out = a->out;
  for (int64_t x = 0; x < out->n_member; x++) {
    int64_t i = a->order[x];
    sg_cluster *k = out->member[i].cluster < 0 ? NULL : &out->cluster[out->member[i].cluster];
    for (int c = 0; c < SG_CLUSTER_FRAME && k; c++) {
      uint8_t kept = sg_assembly_kept(a, i, c), base = sg_assembly_base(a, i, c);
      if (kept < 4) k->kept[c][kept] += weight[i];
      if (out->genome && base < 4) k->genome[c][base] += weight[i];
    }
  }
}

static double total(const double column[4])
{
  return column[0] + column[1] + column[2] + column[3];
}

static double bits(const double column[4])
{
  double sum = total(column) + 2, h = 2;
  for (int b = 0; b < 4; b++) {
    double p = (column[b] + 0.5) / sum;
    h += p * log2(p);
  }
  return h;
}

/* The outermost columns that are kept often, and those that the genome adds. */
static void find_columns(sg_cluster *k, bool genome)
{
  double most = 0;
  int left = SG_CLUSTER_FRAME, right = 0, g_left, g_right;
  for (int c = 0; c < SG_CLUSTER_FRAME; c++) most = fmax(most, total(k->kept[c]));
  for (int c = 0; c < SG_CLUSTER_FRAME; c++) {
    if (total(k->kept[c]) < fmin(SUPPORT * (double)k->sites, most)) continue;
    if (c < left) left = c;
    right = c + 1;
  }
  g_left = left;
  g_right = right;
  for (int c = 0; c < SG_CLUSTER_FRAME && genome; c++) {
    if (bits(k->genome[c]) < fmax(BITS, 8 / (double)k->sites)) continue;
    if (c < g_left) g_left = c;
    if (c + 1 > g_right) g_right = c + 1;
  }
  k->left = left;
  k->width = right - left;
  k->genome_left = genome ? g_left : 0;
  k->genome_width = genome ? g_right - g_left : 0;
}

/* ---- 3. Consensus ---- */

/* One letter for a column: a base of 70 % or more, two bases of 80 % together, else N. */
static char letter(const double column[4])
{
  static const char two[4][4] = { "AMRW", "MCSY", "RSGK", "WYKT" };
  double sum = total(column);
  int first = 0, second = -1;
  for (int b = 1; b < 4; b++)
    if (column[b] > column[first]) first = b;
  for (int b = 0; b < 4; b++)
    if (b != first && (second < 0 || column[b] > column[second])) second = b;
  if (column[first] >= 0.7 * sum) return "ACGT"[first];
  return column[first] + column[second] >= 0.8 * sum ? two[first][second] : 'N';
}

static void spell(sg_cluster *k, bool genome)
{
  for (int i = 0; i < k->width; i++) {
    const double *column = k->kept[k->left + i];
    bool shown = total(column) >= SUPPORT * (double)k->sites;
    k->consensus[i] = shown ? letter(column) : '-';
  }
  k->consensus[k->width] = 0;
  for (int i = 0; i < k->genome_width && genome; i++) {
    const double *column = k->genome[k->genome_left + i];
    k->genome_consensus[i] = bits(column) >= BITS ? letter(column) : '-';
  }
  k->genome_consensus[k->genome_width] = 0;
}

static char complement(char c)
{
  static const char from[] = "ACGTMRWSYK", to[] = "TGCAKYWSRM";
  const char *at = strchr(from, c);
  return at ? to[at - from] : c;
}

/* Whether the text is greater than its reverse complement. */
static bool backward(const char *text)
{
  int n = (int)strlen(text);
  for (int i = 0; i < n; i++) {
    char other = complement(text[n - 1 - i]);
    if (text[i] != other) return text[i] > other;
  }
  return false;
}

static void turn_matrix(double m[SG_CLUSTER_FRAME][4])
{
  sg_motif_revcomp(&m[0][0], SG_CLUSTER_FRAME);
}

static void turn(sg_clusters *out, int k)
{
  sg_cluster *c = &out->cluster[k];
  turn_matrix(c->kept);
  turn_matrix(c->genome);
  for (int64_t i = 0; i < out->n_member; i++) {
    sg_member *m = &out->member[i];
    if (m->cluster != k) continue;
    m->minus = !m->minus;
    m->column = SG_CLUSTER_FRAME - m->column - m->length;
  }
  find_columns(c, out->genome);
  spell(c, out->genome);
}

/* ---- 4. The medoid ---- */

/* How well a member's kept letters and gaps agree with its cluster's. */
static double agreement(const sg_assembly *a, int64_t i)
{
  const sg_cluster *k = &a->out->cluster[a->out->member[i].cluster];
  double sum = 0, n = (double)k->sites + 2;
  for (int c = 0; c < SG_CLUSTER_FRAME; c++) {
    uint8_t b = sg_assembly_kept(a, i, c);
    double hidden = (double)k->sites - total(k->kept[c]);
    sum += log(((b < 4 ? k->kept[c][b] : hidden) + 0.4) / n);
  }
  return sum;
}

/* ---- 5. Order ---- */

static int by_size(const void *a, const void *b)
{
  const sg_cluster *x = a, *y = b;
  if (x->n != y->n) return x->n > y->n ? -1 : 1;
  int d = strcmp(x->consensus, y->consensus);
  if (!d) d = strcmp(x->genome_consensus, y->genome_consensus);
  return d ? d : memcmp(x->kept, y->kept, sizeof x->kept);
}

/* Largest first; `medoid` holds the place that a cluster had, for its members to follow. */
static sg_status order_clusters(sg_clusters *out, sg_err *err)
{
  int *to = malloc(((size_t)out->n + 1) * sizeof *to);
  if (!to) return no_memory(err);
  for (int k = 0; k < out->n; k++) out->cluster[k].medoid = k;
  qsort(out->cluster, (size_t)out->n, sizeof *out->cluster, by_size);
  for (int k = 0; k < out->n; k++) to[out->cluster[k].medoid] = k;
  for (int64_t i = 0; i < out->n_member; i++)
    if (out->member[i].cluster >= 0) out->member[i].cluster = to[out->member[i].cluster];
  free(to);
  return SG_OK;
}

/* Sites numbered anew, in the order of their first members; to: room for all of them. */
static void renumber_sites(sg_clusters *out, const sg_cluster *c, int64_t *to)
{
  int64_t n = 0;
  for (int64_t s = 0; s < c->sites; s++) to[s] = -1;
  for (int64_t x = 0; x < c->n; x++) {
    int64_t *site = &out->member[c->member[x]].site;
    if (to[*site] < 0) to[*site] = n++;
    *site = to[*site];
  }
}

/* Sorted members of each cluster, and its medoid: the best, of equal ones the first. */
static sg_status list_members(sg_assembly *a, sg_err *err)
{
  sg_clusters *out = a->out;
  int64_t *list = malloc(2 * ((size_t)out->n_member + 1) * sizeof *list), used = 0;
  if (!list) return no_memory(err);
  out->own = list;
  out->order = list;
  for (int k = 0; k < out->n; k++) {
    sg_cluster *c = &out->cluster[k];
    int64_t n = 0;
    double best = -INFINITY;
    for (int64_t i = 0; i < out->n_member; i++)
      if (out->member[i].cluster == k) list[used + n++] = i;
    sg_assembly_sort(a, list + used, n, list + out->n_member);
    c->member = list + used;
    renumber_sites(out, c, list + out->n_member);
    for (int64_t x = 0; x < n; x++) {
      double score = agreement(a, c->member[x]);
      if (!(score > best + 1e-9)) continue;
      best = score;
      c->medoid = c->member[x];
    }
    used += n;
  }
  for (int64_t i = 0, to = used; i < out->n_member; i++)
    if (out->member[i].cluster < 0) list[to++] = i;
  sg_assembly_sort(a, list + used, out->n_member - used, list + out->n_member);
  return SG_OK;
}

/* Clusters that nobody is in any more go. */
static void drop_empty(sg_clusters *out)
{
  for (int k = out->n - 1; k >= 0; k--) {
    if (out->cluster[k].n) continue;
    for (int64_t i = 0; i < out->n_member; i++)
      if (out->member[i].cluster > k) out->member[i].cluster--;
    memmove(&out->cluster[k], &out->cluster[k + 1],
            (size_t)(out->n - 1 - k) * sizeof *out->cluster);
    out->n--;
  }
}

sg_status sg_assembly_depict(sg_assembly *assembly, sg_err *err)
{
  sg_clusters *out = assembly->out;
  out->cluster = calloc((size_t)out->n + 1, sizeof *out->cluster);
  if (!out->cluster) return no_memory(err);
  for (int64_t i = 0; i < out->n_member; i++) {
    int k = out->member[i].cluster;
    if (k >= 0) out->cluster[k].n++;
    else out->noise++;
  }
  drop_empty(out);
  sg_status status = number_sites(assembly, err);
  if (status) return status;
  double *weight = site_weights(out);
  if (!weight) return no_memory(err);
  count(assembly, weight);
  free(weight);
  for (int k = 0; k < out->n; k++) {
    sg_cluster *c = &out->cluster[k];
    find_columns(c, out->genome);
    spell(c, out->genome);
    if (backward(out->genome ? c->genome_consensus : c->consensus)) turn(out, k);
  }
  status = order_clusters(out, err);
  return status ? status : list_members(assembly, err);
}
