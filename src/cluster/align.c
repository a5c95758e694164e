/* cluster/align.c: segments to clusters with alignments, by the mixture or as published. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/assembly.h"
#include "cluster/mixture.h"

enum { PASSES = 4, TEMPER_FROM = 2500, NOISE_ROUNDS = 10 };
#define SHARE_STAYS 1e-4       /* change of the share of noise that is none */

static sg_status no_memory(sg_err *err)
{
  return sg_fail(err, SG_ENOMEM, "out of memory for clusters");
}

/* A member from the placement of its segment's string. */
static void lay(const sg_segment *seg, int cluster, const sg_fit *fit, int64_t x, double lead,
                sg_member *m)
{
  m->cluster = cluster;
  m->minus = seg->flip != (fit->strand[x] == 1);
  m->column = fit->shift[x];
  m->lead = lead;
}

/* ---- The mixture ---- */

/* While parts are looked for, noise is rare, so that parts get what may be theirs. Now that they
 * are there it takes its strings as they do, in rounds of EM until its share stays. */
static void settle_noise(sg_mixture *m)
{
  double before = 0, share = sg_mixture_learn_noise(m);
  for (int r = 0; r < NOISE_ROUNDS && fabs(share - before) > SHARE_STAYS; r++) {
    before = share;
    sg_mixture_em(m, 4);
    share = sg_mixture_learn_noise(m);
  }
  sg_mixture_em(m, 4);
}

/* Seeds; then merging and splitting until neither gains. Kept positions depend on each other, and
 * what is small and systematic gains any penalty when there are many strings: from TEMPER_FROM on
 * the penalty grows with their number. */
static sg_status run_mixture(sg_mixture *m, sg_err *err)
{
  sg_status status = sg_mixture_seed(m, err);
  m->temper = fmax(1, m->g->total / TEMPER_FROM);
  for (int pass = 0; pass < PASSES && !status; pass++) {
    bool changed = false;
    status = sg_mixture_merge(m, &changed, err);
    if (!status) status = sg_mixture_split(m, &changed, err);
    if (!changed) break;
  }
  if (!status) {
    sg_mixture_drop_vague(m);
    settle_noise(m);
  }
  return status;
}

sg_status sg_assembly_mixture(sg_assembly *assembly, sg_err *err)
{
  const sg_cluster_opts *o = assembly->opts;
  sg_clusters *out = assembly->out;
  sg_mixture m;
  sg_status status = sg_mixture_init(&m, &assembly->gapped, o->lambda, o->least, err);
  if (status) return status;
  status = run_mixture(&m, err);
  for (int64_t i = 0; i < out->n_member && !status; i++) {
    const sg_segment *seg = &assembly->segments.seg[i];
    int64_t s = seg->string;
    int k = m.part_of[s];
    out->member[i].cluster = -1;
    if (k < 0) continue;
    double lead = m.fit[k].score[s] + sg_mixture_share(&m, m.part[k]) - m.noise[s];
    lay(seg, k, &m.fit[k], s, lead, &out->member[i]);
  }
  out->n = m.k;
  sg_mixture_release(&m);
  return status;
}

/* ---- As published ---- */

/* Labels of the rows that the segments are (they are whole subsets here). */
static sg_status label(sg_assembly *a, int *labels, sg_err *err)
{
  int64_t n = a->segments.n;
  const char **text = malloc(((size_t)n + 1) * sizeof *text);
  if (!text) return no_memory(err);
  for (int64_t i = 0; i < n; i++) text[i] = a->subsets->row[a->segments.seg[i].row].text;
  sg_status status = sg_cluster_dbscan(text, n, a->opts->eps, a->opts->min_samples, labels, err);
  free(text);
  return status;
}

static int by_number(const void *a, const void *b)
{
  const int64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* sub[]: the distinct strings of the m segments list[], ascending; returns their number. */
static int64_t strings_of(const sg_assembly *a, const int64_t *list, int64_t m, int64_t *sub)
{
  int64_t n = 0;
  for (int64_t x = 0; x < m; x++) sub[x] = a->segments.seg[list[x]].string;
  qsort(sub, (size_t)m, sizeof *sub, by_number);
  for (int64_t x = 0; x < m; x++)
    if (!n || sub[x] != sub[n - 1]) sub[n++] = sub[x];
  return n;
}

/* Lays the m segments list[] of cluster k on top of each other: one part, begun from the most
 * frequent string (of equal ones the lexically first). */
static sg_status align(sg_assembly *a, const sg_mixture *mix, int k, const int64_t *list,
                       int64_t m, int64_t *sub, sg_fit *fit, sg_err *err)
{
  sg_part *part = sg_part_new(mix);
  if (!part) return no_memory(err);
  int64_t n = strings_of(a, list, m, sub), top = 0;
  for (int64_t x = 1; x < n; x++)
    if (a->gapped.weight[sub[x]] > a->gapped.weight[sub[top]]) top = x;
  fit->shift[0] = (short)(SG_FRAME / 2 - a->gapped.length[sub[top]] / 2);
  fit->strand[0] = 0;
  sg_part_count(mix, part, &sub[top], 1, NULL, 0, fit);
  for (int round = 0; round < 6; round++) {
    sg_part_score(mix, part, sub, n, fit);
    if (round < 5) sg_part_count(mix, part, sub, n, NULL, 0, fit);
  }
  for (int64_t x = 0; x < m; x++) {
    const sg_segment *seg = &a->segments.seg[list[x]];
    const int64_t *at = bsearch(&seg->string, sub, (size_t)n, sizeof *sub, by_number);
    lay(seg, k, fit, at - sub, 0, &a->out->member[list[x]]);
  }
  sg_part_free(part);
  return SG_OK;
}

sg_status sg_assembly_published(sg_assembly *assembly, sg_err *err)
{
  sg_clusters *out = assembly->out;
  size_t room = (size_t)out->n_member + 1;
  int *labels = malloc(room * sizeof *labels);
  int64_t *list = malloc(room * sizeof *list), *sub = malloc(room * sizeof *sub);
  sg_fit fit = { 0 };
  sg_mixture mix = { 0 };
  sg_status status = labels && list && sub ? sg_fit_init(&fit, out->n_member, err)
                                           : no_memory(err);
  if (!status) status = sg_mixture_init(&mix, &assembly->gapped, 1, 1, err);
  if (!status) status = label(assembly, labels, err);
  out->n = 0;
  for (int64_t i = 0; i < out->n_member && !status; i++) {
    out->member[i].cluster = labels[i];
    if (labels[i] >= out->n) out->n = labels[i] + 1;
  }
  for (int k = 0; k < out->n && !status; k++) {
    int64_t m = 0;
    for (int64_t i = 0; i < out->n_member; i++)
      if (labels[i] == k) list[m++] = i;
    status = align(assembly, &mix, k, list, m, sub, &fit, err);
  }
  sg_mixture_release(&mix);
  sg_fit_release(&fit);
  free(labels);
  free(list);
  free(sub);
  return status;
}
