/* cluster/leafsettle.c: the last assignment: by the bases of the genome, and by which were kept. */
#include "cluster/leaves.h"

#include <math.h>
#include <stdlib.h>

/* What leaf k says about a window: log-odds of its bases, and the probability of what was kept:
 * sum over columns of ln q or ln (1 - q), bases kept outside of the frame at a hundredth each. */
typedef struct rule { float kept[SG_WINDOW + 2 * SG_FRAME]; double none, share; } rule;

static void make_rule(const sg_leaf *l, double all, rule *r)
{
  r->none = 0;
  r->share = log(l->weight / all);
  for (int c = 0; c < SG_WINDOW + 2 * SG_FRAME; c++) r->kept[c] = (float)log(0.01);
  for (int c = 0; c < SG_FRAME; c++) {
    double q = (l->kept[c] + 0.3) / (l->weight + 2);
    r->none += log(1 - q);
    r->kept[SG_WINDOW + c] = (float)(log(q) - log(1 - q));
  }
}

static double rule_score(const sg_leaf *l, const rule *r, const sg_site *s, bool *ret_flip,
                         int *ret_shift)
{
  double best = -INFINITY;
  *ret_flip = false;
  *ret_shift = 0;
  for (int o = 0; o < 2; o++)
    for (int k = 0; k <= 2 * SG_SHIFT; k++) {
      int shift = sg_leaf_shift(k), zero = sg_leaf_zero(shift);
      double score = sg_leaf_bases(l, s->base[o] + zero);
      for (int j = 0; j < s->kept; j++) score += r->kept[SG_WINDOW + s->at[o][j] - zero];
      if (!(score > best)) continue;
      best = score;
      *ret_flip = o;
      *ret_shift = shift;
    }
  return best + r->none + r->share;
}

/* One window to its best leaf among those related to its own; true when it moves. */
static bool settle_one(const sg_leaves *w, const rule *r, sg_site *s)
{
  sg_site old = *s;
  double best = -INFINITY;
  for (int k = 0; k < w->s->leaves; k++) {
    bool flip;
    int shift;
    if (!w->related[k][old.leaf]) continue;
    double score = rule_score(&w->leaf[k], &r[k], &old, &flip, &shift);
    if (!(score > best)) continue;
    best = score;
    s->leaf = k;
    s->flip = flip;
    s->shift = shift;
  }
  return s->leaf != old.leaf || s->flip != old.flip || s->shift != old.shift;
}

sg_status sg_leaf_settle(sg_leaves *w, sg_err *err)
{
  rule *r = malloc(SG_PARTS_MAX * sizeof *r);
  if (!r) return sg_fail(err, SG_ENOMEM, "out of memory for clusters");
  sg_leaf_relate(w);
  for (int t = 0; t < SG_LEAF_ROUNDS; t++) {
    double all = 0;
    bool moved = false;
    for (int k = 0; k < w->s->leaves; k++) {
      sg_leaf_count(w->s, k, &w->leaf[k]);
      all += w->leaf[k].weight;
    }
    for (int k = 0; k < w->s->leaves; k++) make_rule(&w->leaf[k], all, &r[k]);
    for (int64_t i = 0; i < w->s->n; i++)
      if (settle_one(w, r, &w->s->site[i])) moved = true;
    if (!moved) break;
  }
  free(r);
  return SG_OK;
}
