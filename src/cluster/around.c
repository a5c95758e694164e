/* cluster/around.c: the genome around the members: fetched, checked, and used to refine clusters.
 */
#include <stdlib.h>
#include <string.h>

#include "cluster/assembly.h"
#include "cluster/genomic.h"

/* Weight of the penalty for columns of the genome against that for kept columns, whose letters
 * depend on each other more. */
#define GENOME 1.35

enum { AROUND = 2 * SG_CLUSTER_FLANK };

static sg_status no_memory(sg_err *err)
{
  return sg_fail(err, SG_ENOMEM, "out of memory for the genome around the sites");
}

static bool placed(const sg_assembly *a, int64_t i)
{
  const sg_subset_row *row = &a->subsets->row[a->out->member[i].row];
  return row->first >= 0 && row->chrom[0];
}

/* The base in the middle of a member: where its fetched bases are centered. */
static int64_t middle(const sg_assembly *a, int64_t i)
{
  const sg_member *m = &a->out->member[i];
  return a->subsets->row[m->row].first + m->begin + m->length / 2;
}

/* ---- 1. Fetching ---- */

/* Every kept base must be what the genome has there. */
static sg_status check(const sg_assembly *a, int64_t i, sg_err *err)
{
  const sg_member *m = &a->out->member[i];
  const sg_subset_row *row = &a->subsets->row[m->row];
  const uint8_t *bases = a->around + i * AROUND;
  for (int j = 0; j < m->length; j++) {
    char letter = row->text[m->begin + j];
    int at = SG_CLUSTER_FLANK - m->length / 2 + j;
    if (letter == '-' || at < 0 || at >= AROUND || bases[at] == sg_gapped_code(letter)) continue;
    return sg_fail(err, SG_ESHAPE, "%s:%lld: the genome has %c at %s:%lld, where subset %.60s has "
                   "%c: is this the genome that the subsets were found in?",
                   a->subsets->path ? a->subsets->path : "subsets", (long long)row->line,
                   bases[at] < 4 ? "ACGT"[bases[at]] : 'N', row->chrom,
                   (long long)(row->first + m->begin + j + 1), row->text, letter);
  }
  return SG_OK;
}

/* Base frequencies of everything that was fetched, the same on both strands. */
static void set_background(sg_assembly *a, const uint8_t *codes, int64_t n)
{
  double count[5] = { 0 }, sum = 0;
  for (int64_t i = 0; i < n * AROUND; i++) count[codes[i] < 4 ? codes[i] : 4]++;
  for (int b = 0; b < 4; b++) sum += count[b] + 1;
  for (int b = 0; b < 4; b++)
    a->out->bg[b] = (count[b] + count[3 - b] + 2) / (2 * sum);
}

sg_status sg_assembly_fetch(sg_assembly *assembly, sg_err *err)
{
  int64_t n = assembly->out->n_member, asked = 0;
  sg_cluster_place *place = malloc(((size_t)n + 1) * sizeof *place);
  uint8_t *codes = malloc((size_t)n * AROUND + 1);
  assembly->around = malloc((size_t)n * AROUND + 1);
  sg_status status = place && codes && assembly->around ? SG_OK : no_memory(err);
  if (status) goto done;
  for (int64_t i = 0; i < n; i++) {
    int64_t row = assembly->out->member[i].row;
    if (!placed(assembly, i)) continue;
    place[asked++] = (sg_cluster_place){ row, assembly->subsets->row[row].chrom,
                                         middle(assembly, i) };
  }
  if (n && !asked) {
    status = sg_fail(err, SG_EINVAL, "%s: no subset has a place on a genome (column "
                     "genomic_positions): leave the genome away",
                     assembly->subsets->path ? assembly->subsets->path : "subsets");
    goto done;
  }
  status = assembly->opts->fetch(assembly->opts->user, place, asked, codes, err);
  if (status) goto done;
  set_background(assembly, codes, asked);
  memset(assembly->around, 4, (size_t)n * AROUND);
  for (int64_t i = 0, k = 0; i < n && !status; i++) {
    if (!placed(assembly, i)) continue;
    memcpy(assembly->around + i * AROUND, codes + k++ * AROUND, AROUND);
    status = check(assembly, i, err);
  }
  assembly->out->genome = !status;
done:
  free(place);
  free(codes);
  return status;
}

/* ---- 2. Letters by columns ---- */

/* Number of the letter of the member's text (from its begin) that stands in column c; outside of
 * [0, length) it is a neighbour on the genome. */
static int letter_at(const sg_member *m, int c)
{
  int j = c - m->column;
  return m->minus ? m->length - 1 - j : j;
}

uint8_t sg_assembly_kept(const sg_assembly *assembly, int64_t i, int c)
{
  const sg_member *m = &assembly->out->member[i];
  int j = letter_at(m, c);
  if (j < 0 || j >= m->length) return 4;
  uint8_t b = sg_gapped_code(assembly->subsets->row[m->row].text[m->begin + j]);
  return b < 4 && m->minus ? (uint8_t)(3 - b) : b;
}

uint8_t sg_assembly_base(const sg_assembly *assembly, int64_t i, int c)
{
  const sg_member *m = &assembly->out->member[i];
  int at = SG_CLUSTER_FLANK - m->length / 2 + letter_at(m, c);
  if (!assembly->around || !placed(assembly, i) || at < 0 || at >= AROUND)
    return sg_assembly_kept(assembly, i, c);
  uint8_t b = assembly->around[i * AROUND + at];
  return b > 3 ? 4 : m->minus ? (uint8_t)(3 - b) : b;
}

/* ---- 3. Refining ---- */

static void fill_site(const sg_assembly *a, int64_t i, sg_site *s)
{
  *s = (sg_site){ .weight = 1, .leaf = a->out->member[i].cluster };
  for (int w = 0; w < SG_WINDOW; w++) {
    int c = w - SG_REACH + SG_FRAME / 2;
    uint8_t b = sg_assembly_base(a, i, c);
    s->base[0][w] = b;
    s->base[1][SG_WINDOW - 1 - w] = b < 4 ? (uint8_t)(3 - b) : b;
    if (sg_assembly_kept(a, i, c) < 4) s->at[0][s->kept++] = (uint8_t)w;
  }
  for (int j = 0; j < s->kept; j++)
    s->at[1][j] = (uint8_t)(SG_WINDOW - 1 - s->at[0][s->kept - 1 - j]);
}

/* A window and where it is on the genome. */
typedef struct spot { const char *chrom; int64_t at, site; } spot;

static int by_place(const void *a, const void *b)
{
  const spot *x = a, *y = b;
  int d = strcmp(x->chrom, y->chrom);
  if (!d) d = (x->at > y->at) - (x->at < y->at);
  return d ? d : (x->site > y->site) - (x->site < y->site);
}

/* Windows at the same place share one weight. */
static sg_status share_weights(const sg_assembly *a, const int64_t *member, sg_sites *sites,
                               sg_err *err)
{
  spot *s = malloc(((size_t)sites->n + 1) * sizeof *s);
  int64_t n = 0;
  if (!s) return no_memory(err);
  for (int64_t x = 0; x < sites->n; x++) {
    int64_t start;
    int step;
    const sg_member *m = &a->out->member[member[x]];
    if (!sg_member_place(a->subsets, m, &start, &step)) continue;
    s[n++] = (spot){ a->subsets->row[m->row].chrom, start + step * (SG_FRAME / 2), x };
  }
  qsort(s, (size_t)n, sizeof *s, by_place);
  for (int64_t i = 0, j; i < n; i = j) {
    for (j = i + 1; j < n && s[j].at == s[i].at && !strcmp(s[j].chrom, s[i].chrom); ) j++;
    for (int64_t k = i; k < j; k++) sites->site[s[k].site].weight = 1.0 / (double)(j - i);
  }
  free(s);
  return SG_OK;
}

/* What the refinement found, as cluster, direction and column of the member: frame column c of
 * before is c - shift; turned round, SG_FRAME - 1 - shift - c. */
static void take_back(const sg_site *s, sg_member *m)
{
  m->cluster = s->leaf;
  if (!s->flip) {
    m->column -= s->shift;
    return;
  }
  m->column = SG_FRAME - s->shift - m->column - m->length;
  m->minus = !m->minus;
}

sg_status sg_assembly_refine(sg_assembly *assembly, sg_err *err)
{
  sg_clusters *out = assembly->out;
  size_t room = (size_t)out->n_member + 1;
  sg_sites sites = { .site = malloc(room * sizeof *sites.site), .leaves = out->n,
                     .lambda_genome = GENOME * assembly->opts->lambda };
  int64_t *member = malloc(room * sizeof *member);
  sg_status status = sites.site && member ? SG_OK : no_memory(err);
  for (int64_t x = 0; x < out->n_member && !status; x++) {
    int64_t i = assembly->order[x];
    if (out->member[i].cluster < 0) continue;
    fill_site(assembly, i, &sites.site[sites.n]);
    member[sites.n++] = i;
  }
  if (!status) status = share_weights(assembly, member, &sites, err);
  if (!status) status = sg_sites_refine(&sites, assembly->opts->least, err);
  for (int64_t x = 0; x < sites.n && !status; x++)
    take_back(&sites.site[x], &out->member[member[x]]);
  if (!status) out->n = sites.leaves;
  free(sites.site);
  free(member);
  return status;
}
