/* cluster/clusters.c: a clustering from end to end, and its matrices as motifs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/assembly.h"

static sg_status no_memory(sg_err *err)
{
  return sg_fail(err, SG_ENOMEM, "out of memory for clusters");
}

sg_cluster_opts sg_cluster_opts_default(void)
{
  return (sg_cluster_opts){ .size = sizeof(sg_cluster_opts), .method = SG_CLUSTER_MIXTURE,
                            .lambda = 0.65, .gap = 12, .least_bases = 4, .least = 8, .eps = 2,
                            .min_samples = 46 };
}

static sg_status check_options(const sg_cluster_opts *o, sg_err *err)
{
  if (o->size != sizeof *o)
    return sg_fail(err, SG_EINVAL, "sg_cluster_opts of another version of the library");
  if (!(o->lambda > 0) || o->gap < 0 || o->least_bases < 4 || !(o->least >= 2))
    return sg_fail(err, SG_EINVAL, "lambda must be above 0, gap at least 0, least_bases at least "
                   "4, least at least 2");
  return SG_OK;
}

/* Numbers of the members, sorted while they are still as they came. */
static sg_status sort_all(sg_assembly *a, sg_err *err)
{
  int64_t n = a->out->n_member;
  int64_t *work = malloc(((size_t)n + 1) * sizeof *work);
  a->order = malloc(((size_t)n + 1) * sizeof *a->order);
  for (int64_t i = 0; a->order && i < n; i++) a->order[i] = i;
  bool ok = work && a->order;
  if (ok) sg_assembly_sort(a, a->order, n, work);
  free(work);
  return ok ? SG_OK : no_memory(err);
}

/* Segments and their strings; members in their order, of no cluster yet. The published procedure
 * takes subsets as they are. */
static sg_status prepare(sg_assembly *a, sg_err *err)
{
  bool whole = a->opts->method == SG_CLUSTER_PUBLISHED;
  sg_status status = sg_segments_cut(a->subsets, whole ? SG_SUBSET_LENGTH_MAX : a->opts->gap,
                                     whole ? 1 : a->opts->least_bases, &a->segments, err);
  if (!status) status = sg_gapped_make(a->subsets, &a->segments, &a->gapped, err);
  if (status) return status;
  sg_clusters *out = a->out;
  out->n_member = a->segments.n;
  out->member = calloc((size_t)out->n_member + 1, sizeof *out->member);
  if (!out->member) return no_memory(err);
  for (int64_t i = 0; i < out->n_member; i++) {
    const sg_segment *s = &a->segments.seg[i];
    out->member[i] = (sg_member){ .row = s->row, .begin = s->begin, .length = s->length,
                                  .number = s->number, .of = s->of, .cluster = -1 };
    /* without a place, the strand on which it is written says nothing */
    out->member[i].minus = a->subsets->row[s->row].first < 0 && s->flip;
  }
  out->short_ones = a->segments.short_ones;
  out->long_ones = a->segments.long_ones;
  out->cut = a->segments.cut;
  for (int b = 0; b < 4; b++) out->bg[b] = 0.25;
  return sort_all(a, err);
}

sg_status sg_cluster_run(const sg_subsets *subsets, const sg_cluster_opts *opts,
                         sg_clusters **ret_clusters, sg_err *err)
{
  sg_cluster_opts preset = sg_cluster_opts_default();
  sg_assembly a = { .subsets = subsets, .opts = opts ? opts : &preset };
  *ret_clusters = NULL;
  sg_status status = check_options(a.opts, err);
  if (status) return status;
  bool published = a.opts->method == SG_CLUSTER_PUBLISHED;
  a.out = calloc(1, sizeof *a.out);
  status = a.out ? prepare(&a, err) : no_memory(err);
  if (!status && a.opts->fetch) status = sg_assembly_fetch(&a, err);
  if (!status) status = published ? sg_assembly_published(&a, err) : sg_assembly_mixture(&a, err);
  if (!status && a.opts->fetch && !published) status = sg_assembly_refine(&a, err);
  if (!status) status = sg_assembly_depict(&a, err);
  free(a.around);
  free(a.order);
  sg_gapped_release(&a.gapped);
  sg_segments_release(&a.segments);
  if (status) sg_clusters_free(a.out);
  else *ret_clusters = a.out;
  return status;
}

void sg_clusters_free(sg_clusters *clusters)
{
  if (!clusters) return;
  free(clusters->own);
  free(clusters->member);
  free(clusters->cluster);
  free(clusters);
}

bool sg_member_place(const sg_subsets *subsets, const sg_member *member, int64_t *ret_start,
                     int *ret_step)
{
  const sg_subset_row *row = &subsets->row[member->row];
  if (row->first < 0 || !row->chrom[0]) return false;
  int64_t first = row->first + member->begin;
  *ret_step = member->minus ? -1 : 1;
  *ret_start = member->minus ? first + member->length - 1 + member->column
                             : first - member->column;
  return true;
}

/* ---- Motifs ---- */

/* Probabilities of one column: sites without a base (hidden, or unknown on the genome) count as
 * background. */
static void column(const sg_clusters *all, const sg_cluster *k, const double count[4], double *p)
{
  double sites = (double)k->sites, known = count[0] + count[1] + count[2] + count[3];
  double rest = sites > known ? sites - known : 0, sum = known + rest;
  for (int b = 0; b < 4; b++) p[b] = (count[b] + rest * all->bg[b]) / sum;
}

sg_status sg_clusters_motifs(const sg_clusters *clusters, bool genomic, sg_motifs **ret_motifs,
                             sg_err *err)
{
  sg_motifs *set;
  *ret_motifs = NULL;
  if (genomic && !clusters->genome)
    return sg_fail(err, SG_EINVAL, "no genome was given: there are no genomic matrices");
  sg_status status = sg_motifs_new(&set, err);
  if (status) return status;
  set->has_bg = true;
  memcpy(set->bg, clusters->bg, sizeof set->bg);
  for (int k = 0; k < clusters->n && !status; k++) {
    const sg_cluster *c = &clusters->cluster[k];
    char id[32];
    sg_motif *m;
    int left = genomic ? c->genome_left : c->left, width = genomic ? c->genome_width : c->width;
    snprintf(id, sizeof id, "cluster_%d", k + 1);
    status = sg_motifs_add(set, id, genomic ? c->genome_consensus : c->consensus, width, &m, err);
    if (status) break;
    m->kind = SG_MOTIF_PROBS;
    m->nsites = (double)c->sites;
    for (int i = 0; i < width; i++)
      column(clusters, c, genomic ? c->genome[left + i] : c->kept[left + i], m->m + 4 * i);
  }
  if (status) sg_motifs_free(set);
  else *ret_motifs = set;
  return status;
}
