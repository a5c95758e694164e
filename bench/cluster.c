/* bench/cluster.c: how well subsets are clustered, where the truth is known, and how fast.
 *
 *   bench/cluster JASPAR.jaspar quality [SHIPPED.tsv]    figures of doc/clustering.md
 *   bench/cluster JASPAR.jaspar speed N                  N rows of 13 motifs, 20 % noise; as many
 *                                                        sites of nested motifs with a genome
 *   bench/cluster JASPAR.jaspar write SEED NOISE EACH    a set as text: string, motif
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "../tests/unit/cluster_sets.h"

static double seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Clusters a set and prints a line; returns the adjusted Rand index. */
static double measure(const char *name, cluster_set *s, sg_cluster_method method)
{
  sg_cluster_opts o = sg_cluster_opts_default();
  sg_clusters *c;
  sg_err err;
  double before = seconds();
  o.method = method;
  if (s->genome) {
    o.fetch = set_fetch;
    o.user = s;
  }
  if (sg_cluster_run(s->subsets, &o, &c, &err)) {
    fprintf(stderr, "%s: %s\n", name, err.text);
    exit(1);
  }
  double took = seconds() - before;
  int *found = malloc((size_t)s->subsets->n * sizeof *found);
  if (!found) exit(1);
  set_found(s, c, found);
  double ari = set_ari(s->label, found, s->subsets->n), right = set_right(s, found), out = 0;
  double hidden = 0, noise = 0;
  for (int64_t i = 0; i < s->subsets->n; i++) {
    noise += s->label[i] == SET_NOISE;
    out += !found[i];
    hidden += !found[i] && s->label[i] == SET_NOISE;
  }
  printf("%-28s %-9s %7" PRId64 " %3d %6.3f %6.3f %6.2f %6.2f %7.2f\n", name,
         method == SG_CLUSTER_PUBLISHED ? "published" : "mixture", s->subsets->n, c->n, ari, right,
         noise > 0 ? hidden / noise : 1, out > 0 ? hidden / out : 1, took);
  free(found);
  sg_clusters_free(c);
  return ari;
}

static int by_value(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void quality(const sg_motifs *jaspar, const char *shipped)
{
  enum { SEEDS = 10 };
  double ari[SEEDS];
  char name[64];
  cluster_set s;
  sg_err err;
  printf("%-28s %-9s %7s %3s %6s %6s %6s %6s %7s\n", "set", "method", "rows", "K", "ARI", "right",
         "recall", "precis", "seconds");
  if (shipped) {
    if (set_read(shipped, &s, &err)) {
      fprintf(stderr, "%s\n", err.text);
      exit(1);
    }
    measure("shipped", &s, SG_CLUSTER_MIXTURE);
    measure("shipped", &s, SG_CLUSTER_PUBLISHED);
    set_release(&s);
  }
  for (int k = 0; k < SEEDS; k++) {
    double noise = 0.1 * (k % 5);
    set_of_jaspar(jaspar, noise, 0, (uint64_t)k + 1, &s);
    snprintf(name, sizeof name, "jaspar seed %d noise %.1f", k + 1, noise);
    ari[k] = measure(name, &s, SG_CLUSTER_MIXTURE);
    if (!k) measure(name, &s, SG_CLUSTER_PUBLISHED);
    set_release(&s);
  }
  qsort(ari, SEEDS, sizeof *ari, by_value);
  printf("ten seeds: ARI median %.3f least %.3f\n", (ari[SEEDS / 2 - 1] + ari[SEEDS / 2]) / 2,
         ari[0]);
  set_of_jaspar(jaspar, 0.2, 800, 5, &s);
  measure("jaspar 800 each, noise 0.2", &s, SG_CLUSTER_MIXTURE);
  set_release(&s);
  for (int k = 1; k <= 5; k++) {
    set_of_nested(1, (uint64_t)k, &s);
    snprintf(name, sizeof name, "nested seed %d", k);
    measure(name, &s, SG_CLUSTER_MIXTURE);
    printf("    oracle: right %.3f\n", set_nested_oracle(&s));
    set_release(&s);
  }
}

static void speed(const sg_motifs *jaspar, int rows)
{
  cluster_set s;
  struct rusage use;
  set_of_jaspar(jaspar, 0.2, (int)(0.8 * rows / 13), 7, &s);
  measure("strings", &s, SG_CLUSTER_MIXTURE);
  set_release(&s);
  set_of_nested(rows / 1050 + 1, 7, &s);
  measure("nested, genome", &s, SG_CLUSTER_MIXTURE);
  set_release(&s);
  getrusage(RUSAGE_SELF, &use);
  printf("largest resident memory %.0f MiB, the set included\n", (double)use.ru_maxrss / 1024);
}

static void write_set(const sg_motifs *jaspar, char **argv)
{
  int64_t seed, each;
  double noise;
  cluster_set s;
  sg_err err;
  if (sg_parse_i64("SEED", argv[0], 0, INT32_MAX, &seed, &err)
      || sg_parse_f64("NOISE", argv[1], 0, 0.9, &noise, &err)
      || sg_parse_i64("EACH", argv[2], 0, 1000000, &each, &err)) {
    fprintf(stderr, "%s\n", err.text);
    exit(2);
  }
  set_of_jaspar(jaspar, noise, (int)each, (uint64_t)seed, &s);
  for (int64_t i = 0; i < s.subsets->n; i++)
    printf("%s\t%s\n", s.subsets->row[i].text, s.name[s.label[i]]);
  set_release(&s);
}

int main(int argc, char **argv)
{
  sg_motifs *jaspar;
  sg_err err;
  int64_t rows;
  if (argc < 3) {
    fprintf(stderr, "usage: %s JASPAR quality [SHIPPED.tsv] | speed N | write SEED NOISE EACH\n",
            argv[0]);
    return 2;
  }
  if (sg_motifs_read(argv[1], &jaspar, &err)) {
    fprintf(stderr, "%s\n", err.text);
    return 1;
  }
  if (!strcmp(argv[2], "quality")) quality(jaspar, argc > 3 ? argv[3] : NULL);
  else if (!strcmp(argv[2], "speed") && argc == 4
           && !sg_parse_i64("N", argv[3], 13, 100000000, &rows, &err)) speed(jaspar, (int)rows);
  else if (!strcmp(argv[2], "write") && argc == 6) write_set(jaspar, argv + 3);
  else {
    fprintf(stderr, "what is '%s'?\n", argv[2]);
    return 2;
  }
  sg_motifs_free(jaspar);
  return 0;
}
