/* cluster/genomic.c: splitting and merging of clusters by the genome's bases, until nothing gains
 * any more, and the last assignment. */
#include "cluster/leaves.h"

#include <stdlib.h>

enum { PASSES = 3 };

static void drop_empty(sg_sites *s)
{
  for (int k = s->leaves - 1; k >= 0; k--) {
    bool used = false;
    for (int64_t i = 0; i < s->n && !used; i++) used = s->site[i].leaf == k;
    if (!used) sg_leaf_drop(s, k);
  }
}

static sg_status work_init(sg_leaves *w, int64_t sites, sg_err *err)
{
  size_t n = (size_t)sites + 1;
  w->leaf = calloc(SG_PARTS_MAX, sizeof *w->leaf);
  w->own = calloc(SG_PARTS_MAX, sizeof *w->own);
  w->related = calloc(SG_PARTS_MAX, sizeof *w->related);
  w->apart = calloc(SG_PARTS_MAX, sizeof *w->apart);
  w->sub = malloc(n * sizeof *w->sub);
  w->chosen = malloc(n * sizeof *w->chosen);
  w->share = malloc(n * sizeof *w->share);
  w->saved = malloc(n * sizeof *w->saved);
  bool ok = w->leaf && w->own && w->related && w->apart && w->sub && w->chosen && w->share &&
            w->saved;
  for (int k = 0; k < 2; k++) {
    w->flip[k] = malloc(n * sizeof *w->flip[k]);
    w->shift[k] = malloc(n * sizeof *w->shift[k]);
    ok = ok && w->flip[k] && w->shift[k];
  }
  return ok ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory for clusters");
}

static void work_release(sg_leaves *w)
{
  free(w->leaf);
  free(w->own);
  free(w->related);
  free(w->apart);
  free(w->sub);
  free(w->chosen);
  free(w->share);
  free(w->saved);
  for (int k = 0; k < 2; k++) {
    free(w->flip[k]);
    free(w->shift[k]);
  }
}

sg_status sg_sites_refine(sg_sites *sites, double least, sg_err *err)
{
  sg_leaves w = { .s = sites, .least = least };
  sg_status status = work_init(&w, sites->n, err);
  for (int pass = 0; pass < PASSES && !status; pass++) {
    bool changed = false;
    for (int k = 0; k < sites->leaves; k++) sg_leaf_split(&w, k, &changed);
    sg_leaf_merge(&w, &changed);
    if (!changed) break;
  }
  if (!status) status = sg_leaf_settle(&w, err);
  if (!status) drop_empty(sites);
  work_release(&w);
  return status;
}
