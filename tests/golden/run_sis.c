/* golden/run_sis.c: sufficient input subsets against those of other programs, and their laws.
 *
 * Contents
 *   1. one network: windows, session, an evaluator of its own
 *   2. zengmini: walks and collections in float32 probability (PyTorch)
 *   3. mafk on the shipped regions: subsets by full evaluation in float64 (PyTorch)
 *   4. laws, on networks of all kinds of heads
 *
 * A float32 engine may walk otherwise where two positions differ by less than its rounding. Up to
 * there everything must be equal; after that the subsets must be sufficient and minimal, which is
 * all that the definition promises.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "golden/golden.h"
#include "seqgloss/region.h"
#include "seqgloss/sis.h"

/* ---- 1. One network ---------------------------------------------------------------- */

typedef struct setting {
  golden_net net;
  int64_t L;
  sg_sis_opts o;
  sg_sis_plan *sp;
  sg_sis *sis;
  uint8_t *work, *alone;
  uint8_t mask;
  float *y;
  int64_t units, unit;
} setting;

static void put_down(setting *t)
{
  sg_sis_free(t->sis);
  sg_sis_plan_free(t->sp);
  golden_unload(&t->net);
  free(t->work);
  free(t->alone);
  free(t->y);
}

/* Output 0, unit `unit`; other fields of o as given. */
static bool set_up(setting *t, const char *path, sg_sis_opts o, int64_t unit)
{
  *t = (setting){ .o = o, .unit = unit, .mask = SG_CODE_N_QUARTER };
  t->o.units = &t->unit;
  t->o.n_units = 1;
  if (!golden_load(&t->net, path, NULL, 0, 1)) return false;
  t->L = sg_plan_length(t->net.plan);
  t->units = golden_units_out(&t->net, 0);
  t->work = malloc((size_t) t->L);
  t->alone = malloc((size_t) t->L);
  t->y = malloc((size_t) t->units * sizeof *t->y);
  return !sg_sis_plan_new(t->net.plan, &t->o, &t->sp, &t->net.err)
         && !sg_sis_new(t->sp, &t->sis, &t->net.err);
}

/* A build that lacks a library cannot; any other reason is a failure. */
static void cannot(const char *what, const setting *t)
{
  if (t->net.err.code == SG_EUNSUPPORTED) golden_skip(what, t->net.err.text);
  else golden_ok(false, what, " %s", t->net.err.text);
}

/* f of whole codes by an evaluator that knows nothing of sessions; NaN: an error. */
static double direct(setting *t, const uint8_t *codes)
{
  sg_input in = { .codes = codes };
  if (sg_exec_forward(t->net.exec, 1, &in, &t->net.err)
      || sg_exec_output(t->net.exec, 0, false, t->y, &t->net.err)) return NAN;
  return t->y[t->unit];
}

static bool passes(const setting *t, double f, double tau)
{
  return t->o.below ? f <= tau : f >= tau;
}

/* t->work: x with everything but the subset masked. */
static void show(setting *t, const uint8_t *x, const sg_sis_subset *s)
{
  memset(t->work, t->mask, (size_t) t->L);
  for (int64_t i = 0; i < s->size; i++) t->work[s->positions[i]] = x[s->positions[i]];
}

/* Sufficient and 1-minimal by direct evaluation; probabilities that round to tau are no offence. */
static bool holds(setting *t, const uint8_t *x, const sg_sis_subset *s, double tau)
{
  const double slack = 1e-6;
  show(t, x, s);
  double f = direct(t, t->work);
  bool good = passes(t, f + (t->o.below ? -slack : slack), tau) && f == s->f;
  for (int64_t i = 0; i < s->size && good; i++) {
    uint8_t *at = &t->work[s->positions[i]], kept = *at;
    *at = t->mask;
    good = !passes(t, direct(t, t->work) + (t->o.below ? slack : -slack), tau);
    *at = kept;
  }
  return good;
}

/* ---- 2. zengmini ------------------------------------------------------------------- */

typedef struct score {
  int walks, steps, exempt, exempt_same, sets, near_sets, bad;
  char why[300];
} score;

static void complain(score *s, const char *what, int j, int r)
{
  if (!s->bad++) snprintf(s->why, sizeof s->why, "%s, sequence %d round %d", what, j, r);
}

static const golden_tensor *block(const golden_text *text, const char *kind, int j, int r)
{
  char name[40];
  if (r >= 0) snprintf(name, sizeof name, "%d:%d", j, r);
  else snprintf(name, sizeof name, "%d", j);
  return golden_find(text, kind, name, 0);
}

/* One walk, from x with the subsets of earlier rounds masked. Returns whether it met a near tie. */
static bool compare_walk(setting *t, const golden_text *text, int j, int r, score *s)
{
  const golden_tensor *order = block(text, "order", j, r), *value = block(text, "value", j, r);
  const golden_tensor *near = block(text, "neartie", j, r), *gap = block(text, "gap", j, r);
  sg_sis_walk w;
  if (!order || !value || !near || !gap || sg_sis_start(t->sis, t->alone, NULL)
      || sg_sis_walk_all(t->sis, 0, &w, NULL) || w.n != order->n) {
    complain(s, "no walk", j, r);
    return true;
  }
  s->walks++;
  bool met = false;
  for (int64_t i = 0; i < w.n; i++) {
    met |= near->v[i] != 0;
    if (met) {
      s->exempt++;
      s->exempt_same += w.order[i] == (int64_t) order->v[i];
      continue;
    }
    s->steps++;
    if (w.order[i] != (int64_t) order->v[i]) complain(s, "another position", j, r);
    if (!(fabs(w.value[i] - value->v[i]) <= 1e-6)) complain(s, "another value", j, r);
    /* the difference of two values */
    if (i + 1 < w.n && !(fabs(w.lead[i] - gap->v[i]) <= 2e-6)) complain(s, "another lead", j, r);
  }
  return met;
}

static int by_position(const void *a, const void *b)
{
  int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;
  return (x > y) - (x < y);
}

static bool same_set(const sg_sis_subset *s, const golden_tensor *want)
{
  int64_t sorted[64];
  if (!want || want->n != s->size || s->size > 64) return false;
  memcpy(sorted, s->positions, (size_t) s->size * sizeof *sorted);
  qsort(sorted, (size_t) s->size, sizeof *sorted, by_position);
  for (int64_t i = 0; i < s->size; i++) if (sorted[i] != (int64_t) want->v[i]) return false;
  return true;
}

/* All rounds of one sequence. Rounds after one that came out otherwise are other questions. */
static void compare_sequence(setting *t, const golden_text *text, int j, const uint8_t *x,
                             double tau, score *s)
{
  sg_sis_collection c;
  const golden_tensor *rounds = block(text, "rounds", j, -1), *rest = block(text, "rest", j, -1);
  int n = rounds ? (int) rounds->v[0] : 0;
  memcpy(t->alone, x, (size_t) t->L);
  for (int r = 0; r < n; r++) {
    bool near = compare_walk(t, text, j, r, s);
    if (sg_sis_start(t->sis, x, NULL) || sg_sis_collect(t->sis, 0, tau, &c, NULL) || r >= c.n) {
      complain(s, "no subset", j, r);
      return;
    }
    const sg_sis_subset *found = &c.subset[r];
    if (!holds(t, x, found, tau)) complain(s, "a subset that is not sufficient or minimal", j, r);
    bool same = same_set(found, block(text, "sis", j, r));
    s->sets += same;
    s->near_sets += !same;
    if (!same && !near) complain(s, "another subset", j, r);
    if (!same) return;
    for (int64_t i = 0; i < found->size; i++) t->alone[found->positions[i]] = t->mask;
    if (r + 1 < n) continue;
    if (c.n != n) complain(s, "more subsets", j, r);
    if (!rest || !(fabs(found->f_rest - rest->v[0]) <= 1e-6)) complain(s, "another rest", j, r);
  }
}

static void zengmini(const char *dir)
{
  char *path = golden_path(dir, "zengmini.onnx"), *numbers = golden_path(dir, "zengmini.txt");
  golden_text text;
  setting t;
  score s = {0};
  sg_sis_opts o = sg_sis_opts_default();
  o.select = SG_SIS_OUTPUT;
  const char *what = "zengmini: walks and collections in float32 probability";
  if (!set_up(&t, path, o, 0)) cannot(what, &t);
  else if (!golden_read(numbers, &text)) golden_ok(false, what, " %s is not there", numbers);
  else {
    const golden_tensor *x = golden_find(&text, "inputs", "", 0), *tau = golden_find(&text, "tau",
                                                                                      "", 0);
    const golden_tensor *empty = golden_find(&text, "all_masked", "", 0);
    uint8_t codes[64];
    for (int j = 0; x && tau && j < x->dims[0]; j++) {
      for (int64_t i = 0; i < t.L; i++) codes[i] = (uint8_t) x->v[j * t.L + i];
      compare_sequence(&t, &text, j, codes, tau->v[0], &s);
    }
    golden_ok(s.walks >= 10 && s.steps >= 200 && s.sets >= 10 && !s.bad, what,
              " %d walks; %d steps, all equal; after a near tie %d, of which %d equal; %d subsets "
              "equal, %d not %s", s.walks, s.steps, s.exempt, s.exempt_same, s.sets, s.near_sets,
              s.why);
    golden_ok(empty && fabs(sg_sis_empty(t.sis)[0] - empty->v[0]) <= 1e-6, "zengmini: f(nothing)",
              " %g", sg_sis_empty(t.sis)[0]);
    golden_release(&text);
  }
  put_down(&t);
  free(path);
  free(numbers);
}

/* ---- 3. mafk ----------------------------------------------------------------------- */

typedef struct known { char region[24], positions[400]; int rank; double f_all, f, lead; } known;

/* Rows of the table; the caller frees. */
static known *read_known(const char *path, int *ret_n)
{
  char line[2048];
  known *k = NULL, one;
  FILE *in = fopen(path, "r");
  *ret_n = 0;
  while (in && fgets(line, sizeof line, in)) {
    if (sscanf(line, "%23s %d %lf %lf %*d %399s %*s %lf", one.region, &one.rank, &one.f_all, &one.f,
               one.positions, &one.lead) != 6) continue;
    k = realloc(k, (size_t) (*ret_n + 1) * sizeof *k);
    k[(*ret_n)++] = one;
  }
  if (in) fclose(in);
  return k;
}

static bool same_order(const sg_sis_subset *s, const char *positions)
{
  char text[2000] = "";
  size_t n = 0;
  for (int64_t i = 0; i < s->size; i++)
    n += (size_t) snprintf(text + n, sizeof text - n, "%s%d", i ? "," : "", (int) s->positions[i]);
  return !strcmp(text, positions);
}

typedef struct tally { int regions, subsets, same, other, bad; char why[300]; } tally;

/* The subsets of one region against its rows k[0 .. n-1]. */
static void compare_region(setting *t, const sg_region *region, const uint8_t *x, const known *k,
                           int n, tally *y)
{
  sg_sis_collection c = { .n = 0 };
  bool free_now = false;       /* from a close call on, only the laws hold */
  y->regions++;
  if (sg_sis_start(t->sis, x, NULL) || sg_sis_collect(t->sis, 0, 0.99, &c, NULL)
      || (c.n > 0) != (n > 0)) {
    if (!y->bad++) snprintf(y->why, sizeof y->why, "%s: subsets or none", region->name);
    return;
  }
  for (int64_t r = 0; r < c.n; r++) {
    bool good = holds(t, x, &c.subset[r], 0.99);
    bool same = r < n && same_order(&c.subset[r], k[r].positions);
    free_now |= r >= n || k[r].lead <= 1e-5;
    good &= same || free_now;
    good &= r >= n || free_now
            || (fabs(c.f_all - k[r].f_all) < 1e-6 && fabs(c.subset[r].f - k[r].f) < 1e-6);
    y->same += same;
    y->other += !same;
    y->subsets++;
    if (!good && !y->bad++)
      snprintf(y->why, sizeof y->why, "%s subset %d", region->name, (int) r + 1);
  }
  if (c.n != n && !free_now && !y->bad++)
    snprintf(y->why, sizeof y->why, "%s: %d subsets, not %d", region->name, (int) c.n, n);
}

static void compare_regions(setting *t, sg_source *source, const known *k, int n, tally *y)
{
  sg_region_batch *b = NULL;
  if (sg_region_batch_new(64, &b, &t->net.err)) return;
  while (!sg_source_fill(source, b, &t->net.err) && b->n)
    for (int i = 0; i < b->n; i++) {
      int first = 0, rows = 0;
      while (first < n && strcmp(k[first].region, b->region[i].name)) first++;
      while (first + rows < n && !strcmp(k[first + rows].region, b->region[i].name)) rows++;
      compare_region(t, &b->region[i], b->codes + i * b->length, k + first, rows, y);
    }
  sg_region_batch_free(b);
}

static void mafk(const char *dir)
{
  const char *what = "mafk: subsets of the shipped regions at 0.99, float64 by PyTorch";
  char *model = golden_path(golden_source(), "data/mafk.h5");
  char *bed = golden_path(golden_source(), "data/regions.bed");
  char *genome = golden_path(golden_source(), "data/chr20.fa.gz");
  char *table = golden_path(dir, "mafk_tau0.99.tsv");
  int n;
  known *k = read_known(table, &n);
  setting t;
  tally y = {0};
  sg_source *source = NULL;
  sg_source_opts s = sg_source_opts_default();
  s.genome = genome;
  s.bed = bed;
  if (!set_up(&t, model, sg_sis_opts_default(), 0)) cannot(what, &t);
  else {
    s.length = t.L;
    if (!sg_source_open(&s, &source, &t.net.err)) compare_regions(&t, source, k, n, &y);
    golden_ok(n == 569 && y.regions == 789 && !y.bad, what,
              " %d subsets, %d the same in the same order, %d others that hold %s", y.subsets,
              y.same, y.other, y.bad ? y.why : "");
  }
  sg_source_close(source);
  put_down(&t);
  free(k);
  free(model);
  free(bed);
  free(genome);
  free(table);
}

/* ---- 4. Laws ----------------------------------------------------------------------- */

/* A sequence of random bases with a run of N, hidden already. */
static void random_sequence(sg_rng *rng, uint8_t *x, int64_t n, bool unknown)
{
  for (int64_t i = 0; i < n; i++) x[i] = (uint8_t) sg_rng_below(rng, 4);
  for (int64_t i = n / 3; unknown && i < n / 3 + 3; i++) x[i] = SG_CODE_N_ZERO;
}

/* The laws for one sequence; NULL or what is broken. */
static const char *law(setting *t, const uint8_t *x, double tau)
{
  sg_sis_collection c;
  sg_sis_walk w;
  double decision;
  uint8_t *seen = calloc((size_t) t->L, 1);
  const char *broken = NULL;
  if (sg_sis_start(t->sis, x, NULL) || sg_sis_collect(t->sis, 0, tau, &c, NULL)
      || sg_sis_threshold(t->sp, tau, &decision, NULL)) broken = "a call failed";
  else if ((c.state == SG_SIS_FAILS) != !passes(t, sg_sis_all(t->sis)[0], tau))
    broken = "a sequence that does not pass is explained, or one that passes is not";
  else if (c.state != SG_SIS_FOUND && c.n) broken = "subsets of nothing";
  for (int64_t r = 0; r < c.n && !broken; r++) {
    for (int64_t i = 0; i < c.subset[r].size; i++) {
      int64_t p = c.subset[r].positions[i];
      if (seen[p]) broken = "two subsets share a position";
      if (x[p] > 3) broken = "N is a member";
      seen[p] = 1;
    }
    if (!broken && !holds(t, x, &c.subset[r], tau)) broken = "not sufficient, or not minimal";
    if (!broken && c.subset[r].extended) broken = "extended";
    if (!broken && !(c.subset[r].margin >= 0)) broken = "a negative margin";
  }
  int64_t size = c.n ? c.subset[0].size : 0;
  if (!broken && size > 1 && !sg_sis_walk_all(t->sis, 0, &w, NULL)
      && (w.value[w.n - size] >= decision || w.value[w.n - 1] >= decision))
    broken = "the value before the stop passes";
  free(seen);
  return broken;
}

/* A threshold that is easier never needs a longer first subset, for the walk is the same. */
static const char *law_of_tau(setting *t, const uint8_t *x, const double *tau, int n)
{
  int64_t size = -1;
  for (int i = 0; i < n; i++) {               /* from hard to easy */
    sg_sis_collection c;
    if (sg_sis_start(t->sis, x, NULL) || sg_sis_collect(t->sis, 0, tau[i], &c, NULL))
      return "a call failed";
    if (!c.n) continue;
    if (size >= 0 && c.subset[0].size > size) return "an easier threshold, a longer subset";
    size = c.subset[0].size;
  }
  return NULL;
}

enum { SEQUENCES = 16, HARD = 4 };

/* Random sequences x and their outputs f. */
static bool draw(setting *t, uint8_t *x, double *f)
{
  sg_rng rng;
  sg_rng_seed(&rng, 11);
  for (int i = 0; i < SEQUENCES; i++) {
    random_sequence(&rng, x + i * t->L, t->L, i % 4 == 1);
    if (sg_sis_start(t->sis, x + i * t->L, &t->net.err)) return false;
    f[i] = sg_sis_all(t->sis)[0];
  }
  return true;
}

/* Thresholds from the output of the most extreme sequence towards f(nothing). */
static void choose_taus(const setting *t, const double *f, double *tau)
{
  double empty = sg_sis_empty(t->sis)[0], best = f[0];
  for (int i = 1; i < SEQUENCES; i++)
    if (t->o.below ? f[i] < best : f[i] > best) best = f[i];
  for (int i = 0; i < HARD; i++) tau[i] = best + (empty - best) * (i + 0.5) / HARD;
}

static const char *all_of(setting *t, const uint8_t *x, const double *f, int *ret_found)
{
  double tau[HARD];
  const char *broken = NULL;
  choose_taus(t, f, tau);
  for (int i = 0; i < SEQUENCES && !broken; i++) {
    sg_sis_collection c;
    broken = law(t, x + i * t->L, tau[HARD / 2]);
    if (!broken && sg_sis_collect(t->sis, 0, tau[HARD / 2], &c, NULL)) broken = "a call failed";
    if (!broken) *ret_found += (int) c.n;
    if (!broken && i < 4) broken = law_of_tau(t, x + i * t->L, tau, HARD);
  }
  return broken || *ret_found ? broken : "no subset at all";
}

static void laws(const char *path, const char *name, sg_sis_opts o, int64_t unit, const char *kind)
{
  char what[200];
  setting t;
  double f[SEQUENCES];
  int found = 0;
  snprintf(what, sizeof what, "laws: %s, %s", name, kind);
  if (!set_up(&t, path, o, unit)) {
    cannot(what, &t);
    put_down(&t);
    return;
  }
  if (o.mask == SG_SIS_ZERO) t.mask = SG_CODE_N_ZERO;
  uint8_t *x = malloc((size_t) (SEQUENCES * t.L));
  const char *broken = draw(&t, x, f) ? all_of(&t, x, f, &found) : t.net.err.text;
  golden_ok(!broken, what, " %d subsets %s", found, broken ? broken : "");
  free(x);
  put_down(&t);
}

static void all_laws(const char *dir)
{
  static const struct { const char *name; int unit; bool below; } nets[] = {
    { "smooth", 0, false }, { "smooth", 1, true }, { "elugelu", 1, false },
    { "bassetmini", 1, false }, { "deepstarrmini", 1, true }
  };
  sg_sis_opts o = sg_sis_opts_default(), below = o, zero = o, plain = o;
  char *zeng = golden_path(dir, "zengmini.onnx");
  char *mafk = golden_path(golden_source(), "data/mafk.h5");
  below.below = true;
  below.max_subsets = 2;
  zero.mask = SG_SIS_ZERO;
  plain.select = SG_SIS_OUTPUT;
  laws(zeng, "zengmini", o, 0, "logit");
  laws(zeng, "zengmini", zero, 0, "zeros for a mask");
  laws(zeng, "zengmini", plain, 0, "probability");
  laws(mafk, "mafk", below, 0, "below");
  for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++) {
    char path[600];
    snprintf(path, sizeof path, "%s/data/golden/attribution/%s/model.onnx",
             golden_shared() ? golden_shared() : ".", nets[i].name);
    o.below = nets[i].below;
    if (!golden_shared() || !golden_exists(path)) golden_skip(nets[i].name, "no shared data");
    else laws(path, nets[i].name, o, nets[i].unit, o.below ? "below" : "its head");
  }
  free(zeng);
  free(mafk);
}

int main(void)
{
  char *dir = golden_path(golden_source(), "tests/golden/sis");
  zengmini(dir);
  mafk(dir);
  all_laws(dir);
  free(dir);
  return golden_end();
}
