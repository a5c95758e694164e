/* cluster/mixem.c: hard EM: strings go to the part that explains them best, parts become what
 * their strings are.
 *
 * A part whose counts come out as they were keeps the scores it has: near the end of a run most
 * parts do, and a round costs little.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/mixture.h"

sg_status sg_mixture_add(sg_mixture *mixture, sg_part *part, sg_err *err)
{
  int k = mixture->k;
  if (k == SG_PARTS_MAX) {
    sg_part_free(part);
    return sg_fail(err, SG_EUNSUPPORTED, "more than %d clusters", SG_PARTS_MAX);
  }
  sg_status status = sg_fit_init(&mixture->fit[k], mixture->g->n, err);
  if (status) {
    sg_part_free(part);
    return status;
  }
  mixture->part[k] = part;
  mixture->stale[k] = true;
  mixture->k++;
  return SG_OK;
}

void sg_mixture_remove(sg_mixture *mixture, int k)
{
  sg_part_free(mixture->part[k]);
  sg_fit_release(&mixture->fit[k]);
  mixture->k--;
  for (int j = k; j < mixture->k; j++) {
    mixture->part[j] = mixture->part[j + 1];
    mixture->fit[j] = mixture->fit[j + 1];
    mixture->stale[j] = mixture->stale[j + 1];
  }
  for (int64_t i = 0; i < mixture->g->n; i++) {
    int *at = &mixture->part_of[i];
    *at = *at == k ? -1 : *at > k ? *at - 1 : *at;
  }
}

double sg_mixture_share(const sg_mixture *mixture, const sg_part *part)
{
  return log((part->weight + 1) / (mixture->g->total + mixture->k + 1));
}

int64_t sg_mixture_members(const sg_mixture *mixture, int k, int64_t *sub)
{
  int64_t n = 0;
  for (int64_t i = 0; i < mixture->g->n; i++)
    if (mixture->part_of[i] == k) sub[n++] = i;
  return n;
}

/* Every string to its best part, or to noise; true when one has moved. */
static bool assign(sg_mixture *m)
{
  double share[SG_PARTS_MAX], gain = 0, width = 0;
  bool moved = false;
  for (int k = 0; k < m->k; k++) {
    if (m->stale[k]) sg_part_score(m, m->part[k], NULL, m->g->n, &m->fit[k]);
    m->stale[k] = false;
    share[k] = sg_mixture_share(m, m->part[k]);
    width += m->part[k]->width;
  }
  for (int64_t i = 0; i < m->g->n; i++) {
    double best = m->noise[i];
    int to = -1;
    for (int k = 0; k < m->k; k++) {
      double score = m->fit[k].score[i] + share[k];
      if (!(score > best)) continue;
      best = score;
      to = k;
    }
    gain += m->g->weight[i] * (best - m->noise[i]);
    moved = moved || m->part_of[i] != to;
    m->part_of[i] = to;
  }
  m->gain = gain - sg_mixture_penalty(m, width);
  return moved;
}

/* Parts from the strings that they have. */
static void update(sg_mixture *m)
{
  for (int k = 0; k < m->k; k++) {
    double before[SG_FRAME][5];
    memcpy(before, m->part[k]->count, sizeof before);
    sg_part_count(m, m->part[k], NULL, m->g->n, m->part_of, k, &m->fit[k]);
    m->stale[k] = memcmp(before, m->part[k]->count, sizeof before) != 0;
  }
}

static bool drop_light(sg_mixture *m)
{
  bool dropped = false;
  for (int k = m->k - 1; k >= 0; k--) {
    if (m->part[k]->weight >= m->least) continue;
    sg_mixture_remove(m, k);
    dropped = true;
  }
  return dropped;
}

void sg_mixture_em(sg_mixture *mixture, int rounds)
{
  for (int r = 0; r < rounds; r++) {
    bool moved = assign(mixture);
    if (!moved && r) break;
    update(mixture);
  }
  if (drop_light(mixture)) {
    assign(mixture);
    update(mixture);
    drop_light(mixture);
  }
  assign(mixture);
}

/* What the columns of a part tell: bits of the kept bases, times the share that keeps one. */
static double bits(const sg_part *p)
{
  double sum = 0;
  for (int c = 0; c < SG_FRAME; c++) {
    double kept = p->weight - p->count[c][4], column = 2;
    for (int b = 0; b < 4; b++) {
      double f = (p->count[c][b] + 0.25) / (kept + 1);
      column += f * log2(f);
    }
    sum += column * kept / fmax(p->weight, 1);
  }
  return sum;
}

/* What part k gains over noise, its columns paid, when noise has the share that it would have
 * without the part: among many random strings some pattern is always frequent. */
static double gain(const sg_mixture *m, int k)
{
  double rest = 0, members = 0, sum = 0, share = sg_mixture_share(m, m->part[k]);
  for (int64_t i = 0; i < m->g->n; i++) {
    double w = m->g->weight[i];
    if (m->part_of[i] < 0) rest += w;
    if (m->part_of[i] != k) continue;
    members += w;
    sum += w * (m->fit[k].score[i] + share - m->noise[i]);
  }
  double prior = fmax(SG_NOISE_PRIOR, (rest + members) / fmax(m->g->total, 1));
  return sum - members * log(prior / SG_NOISE_PRIOR) - sg_mixture_penalty(m, m->part[k]->width);
}

void sg_mixture_drop_vague(sg_mixture *mixture)
{
  for (;;) {                   /* the worst goes first, and leaves the others more noise */
    double least = 0;
    int worst = -1;
    for (int k = 0; k < mixture->k; k++) {
      double value = bits(mixture->part[k]) < SG_LEAST_BITS ? -INFINITY : gain(mixture, k);
      if (!(value < least)) continue;
      least = value;
      worst = k;
    }
    if (worst < 0) break;
    sg_mixture_remove(mixture, worst);
    sg_mixture_em(mixture, 4);
  }
}

double sg_parts_em(const sg_mixture *mixture, sg_part *part[2], const int64_t *sub, int64_t m,
                   int rounds, sg_fit fit[2], int *chosen)
{
  double sum = 0;
  for (int r = 0; r < rounds; r++) {
    double both = part[0]->weight + part[1]->weight + 1, share[2];
    bool moved = false;
    for (int k = 0; k < 2; k++) {
      sg_part_score(mixture, part[k], sub, m, &fit[k]);
      share[k] = log((part[k]->weight + 0.5) / both);
    }
    sum = 0;
    for (int64_t x = 0; x < m; x++) {
      double a = fit[0].score[x] + share[0], b = fit[1].score[x] + share[1];
      int to = b > a;
      sum += mixture->g->weight[sub[x]] * (to ? b : a);
      moved = moved || !r || chosen[x] != to;
      chosen[x] = to;
    }
    if (!moved) break;
    for (int k = 0; k < 2; k++) sg_part_count(mixture, part[k], sub, m, chosen, k, &fit[k]);
  }
  return sum;
}
