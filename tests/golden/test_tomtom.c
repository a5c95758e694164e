/* golden/test_tomtom.c: every row of tables that tomtom 5.4.1 wrote.
 *
 * p and E within 1e-3, offset, overlap, orientation and consensus equal. q within 1e-5 but for pi0:
 * one factor a query is found from its table and must then fit every row; the expectation over all
 * draws is to be near it, and the same draws as tomtom's are to give it. Where a palindrome makes
 * both strands equal, tomtom's incomplete scores let the last bit decide: those rows are mirror
 * images.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "golden.h"
#include "seqgloss/compare.h"

typedef struct table { const char *file; sg_dist dist; bool complete; int least, rows; } table;

static const table tables[] = {
  { "tomtom.ed.tsv.gz", SG_DIST_ED, true, 1, 1932 },
  { "tomtom.pearson.modisco.tsv.gz", SG_DIST_PEARSON, true, 5, 214 },
  { "tomtom.kullback.incomplete.tsv.gz", SG_DIST_KULLBACK, false, 1, 1932 }
};

typedef struct run {
  sg_motifs *db, *q;
  sg_compare_opts o;
  sg_match **match;            /* [queries] by target */
  double *pi0, *drawn, *theirs; /* [queries] */
  int bad_p, bad_place, bad_consensus, bad_q, bad_pi0, bad_drawn, mirrored, rows, seen;
  double worst_p, worst_q;
} run;

static int find(const sg_motifs *set, const char *id)
{
  for (int i = 0; i < set->n; i++)
    if (!strcmp(set->motif[i].id, id)) return i;
  return -1;
}

/* Where two bases are equal but for the rounding of the file, either may stand there. */
static bool same_consensus(const run *r, const sg_motif *m, bool reverse, const char *want)
{
  static const char bases[] = "ACGT";
  double p[400];
  char text[101];
  if (m->width > 100 || strlen(want) != (size_t)m->width) return false;
  if (sg_compare_probs(m, &r->o, p, NULL)) return false;
  sg_compare_consensus(p, m->width, reverse, text);
  if (reverse) sg_motif_revcomp(p, m->width);
  for (int i = 0; i < m->width; i++) {
    const char *a = strchr(bases, text[i]), *b = strchr(bases, want[i]);
    if (!a || !b || fabs(p[4 * i + (a - bases)] - p[4 * i + (b - bases)]) > 1e-6) return false;
  }
  return true;
}

static void check_p(run *r, const sg_match *m, const char *const *field)
{
  double p = strtod(field[3], NULL), E = strtod(field[4], NULL);
  if (p == 0) {                /* what is below its rounding there is 0 */
    r->bad_p += !(m->p < 1e-16);
    return;
  }
  double error = fmax(fabs(m->p - p) / p, fabs(m->evalue - E) / E);
  r->worst_p = fmax(r->worst_p, error);
  r->bad_p += !(error <= 1e-3);
}

static void check_place(run *r, const sg_motif *q, const sg_motif *t, const sg_match *m,
                        const char *const *field)
{
  bool reverse = field[9][0] == '-';
  long offset = strtol(field[2], NULL, 10);
  r->bad_place += m->overlap != strtol(field[6], NULL, 10);
  if (m->offset != offset && t->width - q->width - m->offset == offset) {
    r->mirrored++;
    return;
  }
  r->bad_place += m->offset != offset || m->reverse != reverse;
  r->bad_consensus += !same_consensus(r, t, reverse, field[8]);
  r->bad_consensus += !same_consensus(r, q, false, field[7]);
}

/* m->qvalue is pi0 x; theirs is min(1, their pi0 x), x above 1 counts as 1. */
static void check_q(run *r, int q, const sg_match *m, const char *field)
{
  double x = m->qvalue / r->pi0[q], Q = strtod(field, NULL);
  if (r->theirs[q] == 0 && x > 0.05) r->theirs[q] = Q / x;
  if (r->theirs[q] == 0) return;
  double error = fabs(fmin(1, r->theirs[q] * x) - Q);
  r->worst_q = fmax(r->worst_q, error);
  r->bad_q += !(error <= 1e-5);
}

static void check_row(run *r, const char *const *field)
{
  int q = find(r->q, field[0]), t = find(r->db, field[1]);
  r->rows++;
  if (q < 0 || t < 0) {
    r->bad_p++;
    return;
  }
  check_p(r, &r->match[q][t], field);
  check_place(r, &r->q->motif[q], &r->db->motif[t], &r->match[q][t], field);
  check_q(r, q, &r->match[q][t], field[5]);
}

static bool read_table(run *r, const char *path)
{
  sg_lines *lines;
  char *line;
  if (sg_lines_open(path, &lines, NULL)) return false;
  while (!sg_lines_next(lines, &line, NULL, NULL) && line) {
    const char *field[10] = { line };
    int k = 1;
    for (char *c = line; *c && k < 10; c++)
      if (*c == '\t') *c = '\0', field[k++] = c + 1;
    if (k == 10 && strcmp(field[0], "Query_ID") != 0) check_row(r, field);
  }
  sg_lines_close(lines);
  return true;
}

/* Matches of one query, by target. */
static sg_match *compare(const run *r, const sg_motif *query, int number, sg_pi0_how pi0)
{
  sg_compare_opts o = r->o;
  sg_targets *t = NULL;
  sg_comparer *c = NULL;
  const sg_match *m;
  sg_err err = { 0 };
  int n;
  sg_match *all = calloc((size_t)r->db->n, sizeof *all);
  o.pi0 = pi0;
  if (!all || sg_targets_new(r->db, &o, &t, &err) || sg_comparer_new(t, &c, &err)) {
    printf("Bail out! %s\n", err.text);
    exit(1);
  }
  sg_comparer_seek(c, number);
  if (sg_compare(c, query, &m, &n, &err)) {
    printf("Bail out! %s\n", err.text);
    exit(1);
  }
  for (int i = 0; i < n; i++) all[m[i].target] = m[i];
  sg_comparer_free(c);
  sg_targets_free(t);
  return all;
}

static void compare_all(run *r)
{
  r->match = calloc((size_t)r->q->n, sizeof *r->match);
  r->pi0 = calloc((size_t)r->q->n, sizeof *r->pi0);
  r->drawn = calloc((size_t)r->q->n, sizeof *r->drawn);
  r->theirs = calloc((size_t)r->q->n, sizeof *r->theirs);
  for (int i = 0; i < r->q->n; i++) {
    r->match[i] = compare(r, &r->q->motif[i], i, SG_PI0_STOREY);
    sg_match *plain = compare(r, &r->q->motif[i], i, SG_PI0_ONE);
    sg_match *drawn = compare(r, &r->q->motif[i], i, SG_PI0_TOMTOM);
    r->pi0[i] = r->match[i][0].qvalue / plain[0].qvalue;
    r->drawn[i] = drawn[0].qvalue / plain[0].qvalue;
    free(plain);
    free(drawn);
  }
}

static void check_table(const char *folder, const table *t)
{
  run r = { .o = sg_compare_opts_default() };
  char *targets = golden_path(folder, "targets160.meme"), *path = golden_path(folder, t->file);
  char *queries = golden_path(folder, "queries.meme");
  r.o.dist = t->dist;
  r.o.complete = t->complete;
  r.o.min_overlap = t->least;
  if (sg_motifs_read(targets, &r.db, NULL) || sg_motifs_read(queries, &r.q, NULL)) {
    golden_ok(false, t->file, "motifs cannot be read");
    goto done;
  }
  compare_all(&r);
  bool read = read_table(&r, path);
  golden_ok(read && r.rows == t->rows, t->file, "%d rows", r.rows);
  for (int i = 0; i < r.q->n; i++)
    if (r.theirs[i] > 0) {
      r.bad_pi0 += !(fabs(r.theirs[i] - r.pi0[i]) < 0.03);
      r.bad_drawn += !(fabs(r.theirs[i] - r.drawn[i]) < 2e-5);
      r.seen++;
    }
  golden_ok(!r.bad_p, "p and E", "%d differ, by %.2g at most", r.bad_p, r.worst_p);
  golden_ok(!r.bad_place && r.mirrored <= (t->complete ? 0 : 40), "offset, overlap, orientation",
            "%d differ, %d mirrored", r.bad_place, r.mirrored);
  golden_ok(!r.bad_consensus, "consensus", "%d differ", r.bad_consensus);
  golden_ok(!r.bad_q && !r.bad_pi0, "q", "%d differ, by %.2g at most; %d pi0 differ", r.bad_q,
            r.worst_q, r.bad_pi0);
  golden_ok(2 * r.seen > r.q->n && !r.bad_drawn, "pi0 drawn as tomtom does", "%d of %d differ",
            r.bad_drawn, r.seen);
done:
  for (int i = 0; r.match && i < r.q->n; i++) free(r.match[i]);
  free(r.match);
  free(r.pi0);
  free(r.drawn);
  free(r.theirs);
  sg_motifs_free(r.db);
  sg_motifs_free(r.q);
  free(targets);
  free(queries);
  free(path);
}

int main(void)
{
  const char *shared = golden_shared();
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    if (!shared) {
      golden_skip(tables[i].file, "SEQGLOSS_SHARED is not set");
      continue;
    }
    char *folder = golden_path(shared, "data/expected/meme541");
    check_table(folder, &tables[i]);
    free(folder);
  }
  return golden_end();
}
