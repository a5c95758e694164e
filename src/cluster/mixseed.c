/* cluster/mixseed.c: where parts of the mixture come from: gapped 4-mers that are frequent among
 * the strings that no part explains.
 *
 * A 4-mer is four kept bases with their distances, at most SPAN apart, on that strand where its
 * number is smaller. Each string counts once for each that it contains. There are 42,240 numbers,
 * so that counting is one pass over the strings and a table.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/mixture.h"

enum {
  SPAN = 11,
  TRIPLES = SPAN * (SPAN - 1) * (SPAN - 2) / 6,   /* distances 0 < a < b < c <= SPAN */
  WORDS = TRIPLES * 256,
  REFUSALS = 30,               /* in a row, after which nothing more is to be found */
  ROUNDS = 12
};

typedef struct counter {
  int triple[SPAN + 1][SPAN + 1][SPAN + 1];
  double weight[WORDS];
  int64_t seen[WORDS];         /* string that counted last, plus one */
  bool tried[WORDS];
} counter;

static counter *counter_new(void)
{
  counter *c = calloc(1, sizeof *c);
  int n = 0;
  if (!c) return NULL;
  for (int x = 1; x <= SPAN; x++)
    for (int y = x + 1; y <= SPAN; y++)
      for (int z = y + 1; z <= SPAN; z++) c->triple[x][y][z] = n++;
  return c;
}

/* Number of the four bases k[] of a string on strand o, as they read there. */
static int word(const counter *c, const sg_gapped *g, int o, const int64_t k[4])
{
  const int *at = g->at[o];
  const uint8_t *b = g->base[o];
  int t = c->triple[at[k[1]] - at[k[0]]][at[k[2]] - at[k[0]]][at[k[3]] - at[k[0]]];
  return t * 256 + b[k[0]] * 64 + b[k[1]] * 16 + b[k[2]] * 4 + b[k[3]];
}

/* What is done with every 4-mer: its numbers on strands 0 and 1, and its bases in the string. */
typedef void visit(void *user, int number, int mirrored, const int64_t k[4]);

/* Walks over the 4-mers of string i. */
static void each_word(const counter *c, const sg_gapped *g, int64_t i, visit *fn, void *user)
{
  const int *at = g->at[0];
  int64_t from = g->first[i], to = g->first[i + 1], k[4];
  for (k[0] = from; k[0] < to; k[0]++)
    for (k[1] = k[0] + 1; k[1] < to && at[k[1]] - at[k[0]] <= SPAN; k[1]++)
      for (k[2] = k[1] + 1; k[2] < to && at[k[2]] - at[k[0]] <= SPAN; k[2]++)
        for (k[3] = k[2] + 1; k[3] < to && at[k[3]] - at[k[0]] <= SPAN; k[3]++) {
          int64_t r[4];
          for (int j = 0; j < 4; j++) r[j] = from + (to - 1 - k[3 - j]);
          fn(user, word(c, g, 0, k), word(c, g, 1, r), k);
        }
}

/* ---- 1. The most frequent 4-mer ---- */

typedef struct tally { counter *c; int64_t string; double weight; } tally;

static void count_word(void *user, int number, int mirrored, const int64_t k[4])
{
  tally *t = user;
  int w = number < mirrored ? number : mirrored;
  (void)k;
  if (t->c->seen[w] == t->string + 1) return;
  t->c->seen[w] = t->string + 1;
  t->c->weight[w] += t->weight;
}

/* The heaviest that has not been tried; -1: none of `least`. Of equal ones the smallest number. */
static int heaviest(counter *c, const sg_gapped *g, const int64_t *sub, int64_t m, double least)
{
  int best = -1;
  memset(c->weight, 0, sizeof c->weight);
  memset(c->seen, 0, sizeof c->seen);
  for (int64_t x = 0; x < m; x++) {
    tally t = { c, sub[x], g->weight[sub[x]] };
    each_word(c, g, sub[x], count_word, &t);
  }
  for (int w = 0; w < WORDS; w++)
    if (!c->tried[w] && c->weight[w] >= least && (best < 0 || c->weight[w] > c->weight[best]))
      best = w;
  return best;
}

/* ---- 2. A part from a 4-mer ---- */

typedef struct search { const sg_gapped *g; int64_t string; int word, begin, strand; } search;

/* Remembers where the word lies: on strand 0 before strand 1, the leftmost. */
static void find_word(void *user, int number, int mirrored, const int64_t k[4])
{
  search *s = user;
  const int *at = s->g->at[0];
  if (number == s->word && (s->strand != 0 || s->begin < 0)) {
    s->begin = at[k[0]];
    s->strand = 0;
  }
  if (mirrored == s->word && s->begin < 0) {
    s->begin = s->g->length[s->string] - 1 - at[k[3]];
    s->strand = 1;
  }
}

/* Counts of the strings that contain the word, laid on top of each other. */
static void start_from(const sg_mixture *m, const counter *c, int w, const int64_t *sub, int64_t n,
                       sg_fit *fit, int *chosen, sg_part *part)
{
  for (int64_t x = 0; x < n; x++) {
    search s = { m->g, sub[x], w, -1, -1 };
    each_word(c, m->g, sub[x], find_word, &s);
    chosen[x] = s.begin >= 0;
    fit->shift[x] = (short)(SG_FRAME / 2 - SPAN / 2 - s.begin);
    fit->strand[x] = (unsigned char)(s.strand == 1);
  }
  sg_part_count(m, part, sub, n, chosen, 1, fit);
}

/* EM of one part over the unexplained strings; returns what it gains over noise, penalty paid. */
static double grow(const sg_mixture *m, sg_part *part, const int64_t *sub, int64_t n, sg_fit *fit,
                   int *chosen)
{
  double gain = 0;
  memset(chosen, 0, (size_t)n * sizeof *chosen);
  for (int r = 0; r < ROUNDS; r++) {
    double share = log((part->weight + 1) / (m->g->total + 2));
    bool moved = false;
    gain = 0;
    sg_part_score(m, part, sub, n, fit);
    for (int64_t x = 0; x < n; x++) {
      double lead = fit->score[x] + share - m->noise[sub[x]];
      int in = lead > 0;
      if (in) gain += m->g->weight[sub[x]] * lead;
      moved = moved || in != chosen[x];
      chosen[x] = in;
    }
    gain -= sg_mixture_penalty(m, part->width);
    sg_part_count(m, part, sub, n, chosen, 1, fit);
    if (!moved) break;
  }
  return gain;
}

/* ---- 3. One after the other ---- */

/* A part from the heaviest word. *ret_word < 0: there is none; *ret_taken: it became a part. */
static sg_status try_word(sg_mixture *m, counter *c, int64_t *sub, int *chosen, sg_fit *fit,
                          int *ret_word, bool *ret_taken, sg_err *err)
{
  int64_t n = sg_mixture_members(m, -1, sub);
  int w = heaviest(c, m->g, sub, n, m->least);
  *ret_word = w;
  *ret_taken = false;
  if (w < 0) return SG_OK;
  c->tried[w] = true;
  sg_part *part = sg_part_new(m);
  if (!part) return sg_fail(err, SG_ENOMEM, "out of memory for clusters");
  start_from(m, c, w, sub, n, fit, chosen, part);
  double gain = grow(m, part, sub, n, fit, chosen);
  if (!(gain > 0) || part->weight < m->least) {
    sg_part_free(part);
    return SG_OK;
  }
  *ret_taken = true;
  sg_status status = sg_mixture_add(m, part, err);
  if (!status) sg_mixture_em(m, 4);
  return status;
}

sg_status sg_mixture_seed(sg_mixture *mixture, sg_err *err)
{
  int64_t n = mixture->g->n;
  counter *c = counter_new();
  int64_t *sub = malloc(((size_t)n + 1) * sizeof *sub);
  int *chosen = malloc(((size_t)n + 1) * sizeof *chosen);
  sg_fit fit = { 0 };
  sg_status status = c && sub && chosen ? sg_fit_init(&fit, n, err)
                                        : sg_fail(err, SG_ENOMEM, "out of memory for clusters");
  for (int refused = 0; !status && refused < REFUSALS && mixture->k < SG_PARTS_MAX; ) {
    int w;
    bool taken;
    status = try_word(mixture, c, sub, chosen, &fit, &w, &taken, err);
    if (w < 0) break;
    refused = taken ? 0 : refused + 1;
  }
  if (!status) sg_mixture_em(mixture, 20);
  sg_fit_release(&fit);
  free(chosen);
  free(sub);
  free(c);
  return status;
}
