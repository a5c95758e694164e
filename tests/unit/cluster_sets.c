/* tests/unit/cluster_sets.c: made-up subsets whose motif is known.
 *
 *   1. A set that grows
 *   2. Which bases a network would keep
 *   3. Strings of motifs
 *   4. Nested motifs on a chromosome
 *   5. Sets from files, sets disturbed
 *   6. Measures
 */
#include "cluster_sets.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

enum { WIDEST = 64, FLANKS = 5, REACH = 40 };

/* Memory of a test: what cannot be had ends it. */
static void *need(void *p)
{
  if (!p) abort();
  return p;
}

/* ---- 1. A set that grows ---- */

static void begin(cluster_set *s)
{
  *s = (cluster_set){ .name = { "noise" } };
  if (sg_subsets_new(&s->subsets, NULL)) abort();
}

static void add(cluster_set *s, const sg_subset_row *row, int label)
{
  if (sg_subsets_add(s->subsets, row, NULL)) abort();
  int64_t n = s->subsets->n;
  if (!(n & (n - 1))) s->label = need(realloc(s->label, (size_t)(2 * n) * sizeof *s->label));
  s->label[n - 1] = label;
}

static void add_text(cluster_set *s, const char *text, int label)
{
  sg_subset_row row = sg_subset_row_unknown();
  row.text = text;
  add(s, &row, label);
}

void set_release(cluster_set *set)
{
  sg_subsets_free(set->subsets);
  free(set->label);
  free(set->genome);
  *set = (cluster_set){ 0 };
}

/* from[n]: 0 .. n - 1 in random order. */
static void shuffle(int64_t *from, int64_t n, sg_rng *rng)
{
  for (int64_t i = 0; i < n; i++) from[i] = i;
  for (int64_t i = n - 1; i > 0; i--) {
    int64_t j = (int64_t)sg_rng_below(rng, (uint64_t)i + 1), t = from[i];
    from[i] = from[j];
    from[j] = t;
  }
}

static void turn(char *text)
{
  static const char letters[] = "ACGT-", other[] = "TGCA-";
  int n = (int)strlen(text);
  for (int i = 0, j = n - 1; i <= j; i++, j--) {
    char a = other[strchr(letters, text[i]) - letters];
    text[i] = other[strchr(letters, text[j]) - letters];
    text[j] = a;
  }
}

/* Replaces the set by its rows in the order from[]; flips[] (NULL: none): on the other strand. */
static void reorder(cluster_set *s, const int64_t *from, const bool *flips)
{
  cluster_set t;
  begin(&t);
  for (int64_t i = 0; i < s->subsets->n; i++) {
    sg_subset_row row = s->subsets->row[from[i]];
    char *text = need(strdup(row.text));
    if (flips && flips[i]) turn(text);
    row.text = text;
    add(&t, &row, s->label[from[i]]);
    free(text);
  }
  sg_subsets_free(s->subsets);
  free(s->label);
  s->subsets = t.subsets;
  s->label = t.label;
}

/* ---- 2. Which bases a network would keep ---- */

static int draw(const double p[4], sg_rng *rng)
{
  double u = sg_rng_unit(rng);
  for (int b = 0; b < 3; b++)
    if ((u -= p[b]) < 0) return b;
  return 3;
}

static double most(const double p[4])
{
  return fmax(fmax(p[0], p[1]), fmax(p[2], p[3]));
}

/* Bases of a site and which are kept: those with the greatest log-odds, shaken, until they tell
 * `bits` (or 85 % of what the matrix can tell); columns without a base of 40 % are never kept. */
static void draw_site(const double *p, int width, double bits, sg_rng *rng, int *base, bool *keep)
{
  double value[WIDEST], odds[WIDEST], all = 0, told = 0;
  for (int c = 0; c < width; c++) {
    base[c] = draw(p + 4 * c, rng);
    odds[c] = log2(p[4 * c + base[c]] / 0.25);
    value[c] = odds[c] + 0.6 * sg_rng_normal(rng);
    keep[c] = false;
    all += log2(most(p + 4 * c) / 0.25);
  }
  bits = fmin(bits, 0.85 * all);
  for (int n = 0; n < width && told < bits; n++) {
    int best = -1;
    for (int c = 0; c < width; c++)
      if (value[c] > -INFINITY && (best < 0 || value[c] > value[best])) best = c;
    value[best] = -INFINITY;
    if (most(p + 4 * best) < 0.4) continue;
    keep[best] = true;
    told += odds[best];
  }
}

/* ---- 3. Strings of motifs ---- */

static void motif_text(const double *p, int width, sg_rng *rng, char *text)
{
  int base[WIDEST];
  bool keep[WIDEST];
  draw_site(p, width, 12, rng, base, keep);
  memset(text, '-', (size_t)width + 2 * FLANKS);
  text[width + 2 * FLANKS] = 0;
  for (int c = 0; c < width; c++)
    if (keep[c]) text[c + FLANKS] = "ACGT"[base[c]];
  for (int c = 0; c < 2 * FLANKS; c++)
    if (sg_rng_unit(rng) < 0.04) text[c < FLANKS ? c : c + width] = "ACGT"[sg_rng_below(rng, 4)];
  if (sg_rng_unit(rng) < 0.5) turn(text);
}

/* 6 to 13 letters, 65 % of them kept, four at least, the ends always. */
static void noise_text(sg_rng *rng, char *text)
{
  int n = 6 + (int)sg_rng_below(rng, 8), kept = 0;
  for (int i = 0; i < n; i++) {
    bool keep = i == 0 || i == n - 1 || sg_rng_unit(rng) < 0.65;
    text[i] = keep ? "ACGT"[sg_rng_below(rng, 4)] : '-';
    kept += keep;
  }
  text[n] = 0;
  while (kept < 4) {
    int i = (int)sg_rng_below(rng, (uint64_t)n);
    if (text[i] != '-') continue;
    text[i] = "ACGT"[sg_rng_below(rng, 4)];
    kept++;
  }
}

void set_of_motifs(sg_motif *const *m, const int *count, int n, double noise, uint64_t seed,
                   cluster_set *ret_set)
{
  static const double bg[4] = { 0.25, 0.25, 0.25, 0.25 };
  char text[WIDEST + 2 * FLANKS + 1];
  sg_rng rng;
  sg_rng_seed(&rng, seed);
  begin(ret_set);
  ret_set->motifs = n;
  for (int k = 0; k < n; k++) {
    double p[4 * WIDEST];
    ret_set->name[k + 1] = m[k]->name;
    if (m[k]->width > WIDEST || sg_motif_probs(m[k], 2, bg, p, NULL)) abort();
    for (int i = 0; i < count[k]; i++) {
      do motif_text(p, m[k]->width, &rng, text);
      while (strspn(text, "-") == strlen(text));
      add_text(ret_set, text, k + 1);
    }
  }
  int64_t extra = noise > 0 ? (int64_t)((double)ret_set->subsets->n * noise / (1 - noise)) : 0;
  for (int64_t i = 0; i < extra; i++) {
    noise_text(&rng, text);
    add_text(ret_set, text, SET_NOISE);
  }
  int64_t *from = need(malloc(((size_t)ret_set->subsets->n + 1) * sizeof *from));
  shuffle(from, ret_set->subsets->n, &rng);
  reorder(ret_set, from, NULL);
  free(from);
}

void set_of_jaspar(const sg_motifs *jaspar, double noise, int each, uint64_t seed,
                   cluster_set *ret_set)
{
  static const char *const names[] = {
    "CREB1", "CTCF", "ETS1", "MAFK", "GATA1", "HNF4A", "NFE2", "NFYA", "USF1", "REST", "SP1", "Yy1",
    "TP53", "CEBPB", "RUNX2", "TEAD1", "POU2F2", "FOXA1" };
  enum { ALL = sizeof names / sizeof *names, TAKEN = 13 };
  sg_motif *chosen[TAKEN];
  int64_t order[ALL];
  int count[TAKEN];
  sg_rng rng;
  sg_rng_seed(&rng, seed + 1000);
  shuffle(order, ALL, &rng);
  for (int k = 0; k < TAKEN; k++) {
    chosen[k] = NULL;
    for (int i = 0; i < jaspar->n && !chosen[k]; i++)
      if (!strcmp(jaspar->motif[i].name, names[order[k]])) chosen[k] = &jaspar->motif[i];
    if (!chosen[k]) abort();
    count[k] = each ? each : 25 + (int)sg_rng_below(&rng, 225);
  }
  set_of_motifs(chosen, count, TAKEN, noise, seed, ret_set);
}

/* ---- 4. Nested motifs on a chromosome ---- */

static const struct nested { const char *name, *consensus; int sites; } nested[] = {
  { "MARE", "NNNTGCTGASTCAGCANNN", 400 }, { "NFE2", "NNNNNNRTGASTCAGCANN", 250 },
  { "AP1", "NNNNNNNTGASTCANNNNN", 250 }, { "half", "NNNAAWTGCTGACNNNNNN", 150 } };
enum { NESTED = sizeof nested / sizeof *nested, SPACE = 4 * SG_CLUSTER_FLANK };

/* p[width][4]: 93 % shared by the bases that the letter allows, the rest by all. */
static int consensus_probs(const char *consensus, double *p)
{
  static const char *const allowed[128] = { ['A'] = "A", ['C'] = "C", ['G'] = "G", ['T'] = "T",
    ['S'] = "CG", ['W'] = "AT", ['R'] = "AG", ['N'] = "ACGT" };
  int width = (int)strlen(consensus);
  for (int c = 0; c < width; c++) {
    const char *set = allowed[(unsigned char)consensus[c]];
    for (int b = 0; b < 4; b++)
      p[4 * c + b] = 0.07 / 4 + (strchr(set, "ACGT"[b]) ? 0.93 / (double)strlen(set) : 0);
  }
  return width;
}

/* Writes a site of motif k around `middle` of the chromosome and adds its subset. */
static void nested_site(cluster_set *s, int k, int64_t middle, sg_rng *rng)
{
  double p[4 * WIDEST];
  int width = consensus_probs(nested[k].consensus, p), base[WIDEST], n = 0;
  bool keep[WIDEST], minus = sg_rng_unit(rng) < 0.5;
  int64_t start = middle - width / 2 + (int64_t)sg_rng_below(rng, 5) - 2, at[2 * REACH];
  char text[2 * REACH + 1];
  draw_site(p, width, 14, rng, base, keep);
  for (int i = 0; i < 2 * REACH; i++) text[i] = '-';
  text[2 * REACH] = 0;
  for (int c = -3; c < width + 3; c++) {
    int64_t g = minus ? start + width - 1 - c : start + c;
    bool inside = c >= 0 && c < width, kept = inside ? keep[c] : false;
    if (inside) s->genome[g] = (uint8_t)(minus ? 3 - base[c] : base[c]);
    if (!kept && !(sg_rng_unit(rng) < 0.04)) continue;
    text[g - middle + REACH] = "ACGT"[s->genome[g]];
    at[n++] = g;
  }
  sg_subset_row row = sg_subset_row_unknown();
  row.region = "site";
  row.chrom = "chr";
  row.start = middle - 2 * REACH;
  row.end = middle + 2 * REACH;
  row.text = text;
  row.genomic = at;
  if (n) add(s, &row, k + 1);
}

void set_of_nested(int times, uint64_t seed, cluster_set *ret_set)
{
  int64_t sites = 0;
  sg_rng rng;
  sg_rng_seed(&rng, seed);
  begin(ret_set);
  for (int k = 0; k < NESTED; k++) sites += times * nested[k].sites;
  ret_set->motifs = NESTED;
  ret_set->length = (sites + 1) * SPACE;
  ret_set->genome = need(malloc((size_t)ret_set->length));
  for (int64_t g = 0; g < ret_set->length; g++) ret_set->genome[g] = (uint8_t)sg_rng_below(&rng, 4);
  int64_t middle = SPACE;
  for (int k = 0; k < NESTED; k++) {
    ret_set->name[k + 1] = nested[k].name;
    for (int i = 0; i < times * nested[k].sites; i++, middle += SPACE)
      nested_site(ret_set, k, middle, &rng);
  }
}

/* Log-probability of site r under motif k laid with its first column at `start`, columns running in
 * direction `step`; q[c]: how often column c is kept, c from -3 on. */
static double oracle_score(const cluster_set *s, const sg_subset_row *r, const double *p, int width,
                           int64_t start, int step, const double *q)
{
  double sum = 0;
  int inside = 0;
  for (int c = -3; c < width + 3; c++) {
    int64_t g = start + step * c;
    int b = step > 0 ? s->genome[g] : 3 - s->genome[g];
    bool kept = g >= r->first && g < r->first + r->length && r->text[g - r->first] != '-';
    if (c >= 0 && c < width) sum += log(4 * p[4 * c + b]);
    sum += log(kept ? q[c + 3] : 1 - q[c + 3]);
    inside += kept;
  }
  return sum + (r->size - inside) * log(0.01);
}

/* Best placement of site r in motif k around the middle of its window. */
static double oracle_place(const cluster_set *s, const sg_subset_row *r, const double *p, int width,
                           const double *q, int64_t *ret_start, int *ret_step)
{
  int64_t middle = (r->start + r->end) / 2;
  double best = -INFINITY;
  for (int64_t start = middle - width / 2 - 8; start <= middle - width / 2 + 8; start++)
    for (int step = -1; step <= 1; step += 2) {
      int64_t from = step > 0 ? start : start + width - 1;
      double score = oracle_score(s, r, p, width, from, step, q);
      if (!(score > best)) continue;
      best = score;
      *ret_start = from;
      *ret_step = step;
    }
  return best;
}

/* q[]: how often the columns of motif k are kept, by sites of that label laid by their bases. */
static void oracle_kept(const cluster_set *s, int k, const double *p, int width, double *q)
{
  double even[WIDEST + 6], n = 0;
  for (int c = 0; c < width + 6; c++) {
    even[c] = 0.5;
    q[c] = 0.3;
  }
  for (int64_t i = 0; i < s->subsets->n; i++) {
    const sg_subset_row *r = &s->subsets->row[i];
    int64_t start;
    int step;
    if (s->label[i] != k + 1) continue;
    oracle_place(s, r, p, width, even, &start, &step);
    for (int c = -3; c < width + 3; c++) {
      int64_t g = start + step * c - r->first;
      q[c + 3] += g >= 0 && g < r->length && r->text[g] != '-';
    }
    n++;
  }
  for (int c = 0; c < width + 6; c++) q[c] /= n + 2;
}

double set_nested_oracle(const cluster_set *set)
{
  double p[NESTED][4 * WIDEST], q[NESTED][WIDEST + 6], right = 0;
  int width[NESTED];
  for (int k = 0; k < NESTED; k++) {
    width[k] = consensus_probs(nested[k].consensus, p[k]);
    oracle_kept(set, k, p[k], width[k], q[k]);
  }
  for (int64_t i = 0; i < set->subsets->n; i++) {
    double best = -INFINITY;
    int to = -1;
    for (int k = 0; k < NESTED; k++) {
      int64_t start;
      int step;
      double score = log(nested[k].sites) + oracle_place(set, &set->subsets->row[i], p[k], width[k],
                                                         q[k], &start, &step);
      if (!(score > best)) continue;
      best = score;
      to = k;
    }
    right += to + 1 == set->label[i];
  }
  return right / (double)set->subsets->n;
}

sg_status set_fetch(void *user, const sg_cluster_place *place, int64_t n, uint8_t *codes,
                    sg_err *err)
{
  const cluster_set *s = user;
  (void)err;
  for (int64_t i = 0; i < n; i++)
    for (int j = 0; j < SET_AROUND; j++) {
      int64_t g = place[i].center - SG_CLUSTER_FLANK + j;
      codes[i * SET_AROUND + j] = g < 0 || g >= s->length ? 7 : s->genome[g];
    }
  return SG_OK;
}

/* ---- 5. Sets from files, sets disturbed ---- */

/* The label of a name, a new one where it is new. */
static int find_label(cluster_set *s, const char *name)
{
  for (int k = 0; k <= s->motifs; k++)
    if (!strcmp(s->name[k], name)) return k;
  if (s->motifs == SET_MOTIFS_MAX) abort();
  static char kept[SET_MOTIFS_MAX + 1][24];
  strncpy(kept[++s->motifs], name, 23);
  s->name[s->motifs] = kept[s->motifs];
  return s->motifs;
}

sg_status set_read(const char *path, cluster_set *ret_set, sg_err *err)
{
  sg_lines *lines = NULL;
  char *line;
  begin(ret_set);
  sg_status status = sg_lines_open(path, &lines, err);
  while (!status && !(status = sg_lines_next(lines, &line, NULL, err)) && line) {
    char *name = strchr(line, '\t');
    if (!name) continue;
    *name++ = 0;
    name[strcspn(name, "\t")] = 0;
    add_text(ret_set, line, find_label(ret_set, name));
  }
  sg_lines_close(lines);
  return status;
}

void set_disturbed(const cluster_set *set, uint64_t seed, cluster_set *ret_set, int64_t *from)
{
  int64_t n = set->subsets->n;
  bool *flips = need(malloc((size_t)n + 1));
  sg_rng rng;
  sg_rng_seed(&rng, seed);
  begin(ret_set);
  for (int64_t i = 0; i < n; i++) {
    flips[i] = sg_rng_unit(&rng) < 0.5;
    add(ret_set, &set->subsets->row[i], set->label[i]);
  }
  shuffle(from, n, &rng);
  reorder(ret_set, from, flips);
  ret_set->motifs = set->motifs;
  memcpy(ret_set->name, set->name, sizeof set->name);
  free(flips);
}

/* ---- 6. Measures ---- */

void set_found(const cluster_set *set, const sg_clusters *clusters, int *found)
{
  for (int64_t i = 0; i < set->subsets->n; i++) found[i] = 0;
  for (int64_t i = 0; i < clusters->n_member; i++) {
    const sg_member *m = &clusters->member[i];
    if (!found[m->row]) found[m->row] = m->cluster + 1;
  }
}

static double pairs(double n) { return n * (n - 1) / 2; }

double set_ari(const int *a, const int *b, int64_t n)
{
  enum { MOST = 256 };
  double *both = need(calloc(MOST * MOST, sizeof *both)), in_a[MOST] = { 0 }, in_b[MOST] = { 0 };
  double sum = 0, sum_a = 0, sum_b = 0;
  for (int64_t i = 0; i < n; i++) {
    assert(a[i] >= 0 && a[i] < MOST && b[i] >= 0 && b[i] < MOST);
    both[a[i] * MOST + b[i]]++;
    in_a[a[i]]++;
    in_b[b[i]]++;
  }
  for (int i = 0; i < MOST * MOST; i++) sum += pairs(both[i]);
  for (int i = 0; i < MOST; i++) {
    sum_a += pairs(in_a[i]);
    sum_b += pairs(in_b[i]);
  }
  free(both);
  double chance = sum_a * sum_b / pairs((double)n), top = (sum_a + sum_b) / 2;
  return top > chance ? (sum - chance) / (top - chance) : 1;
}

double set_right(const cluster_set *set, const int *found)
{
  enum { MOST = 256 };
  int count[MOST][SET_MOTIFS_MAX + 1] = { { 0 } };
  double right = 0, all = 0;
  for (int64_t i = 0; i < set->subsets->n; i++)
    if (set->label[i]) count[found[i]][set->label[i]]++;
  for (int64_t i = 0; i < set->subsets->n; i++) {
    int commonest = 1;
    if (!set->label[i]) continue;
    for (int k = 2; k <= set->motifs; k++)
      if (count[found[i]][k] > count[found[i]][commonest]) commonest = k;
    all++;
    right += found[i] && commonest == set->label[i];
  }
  return all > 0 ? right / all : 1;
}
