/* bench/tomtom.c: time of comparing motifs with a database, through the library alone, one thread.
 *
 * usage: tomtom DB QUERIES NEAREST ROUNDS [OUTPUT]
 *
 * QUERIES is a motif file, or one string a line (.txt). Prints "milliseconds queries targets" of
 * processor time: the least of ROUNDS, each with targets prepared anew and a fresh comparer. OUTPUT
 * gets a line a match: query, target (numbers from 0), p, offset, overlap, strand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "seqgloss/compare.h"

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static sg_status read_strings(const char *path, sg_motifs **ret_queries, sg_err *err)
{
  sg_lines *lines;
  char *line, id[32];
  int n = 0;
  sg_motif *motif;
  sg_status status = sg_motifs_new(ret_queries, err);
  if (!status) status = sg_lines_open(path, &lines, err);
  if (status) return status;
  while (!(status = sg_lines_next(lines, &line, NULL, err)) && line) {
    snprintf(id, sizeof id, "%d", n++);
    status = sg_motifs_add_text(*ret_queries, id, line, &motif, err);
    if (status) break;
  }
  sg_lines_close(lines);
  return status;
}

static sg_status one_round(const sg_motifs *db, const sg_motifs *queries,
                           const sg_compare_opts *opts, FILE *out, sg_err *err)
{
  sg_targets *targets = NULL;
  sg_comparer *comparer = NULL;
  const sg_match *m;
  int n;
  sg_status status = sg_targets_new(db, opts, &targets, err);
  if (!status) status = sg_comparer_new(targets, &comparer, err);
  for (int i = 0; i < queries->n && !status; i++) {
    status = sg_compare(comparer, &queries->motif[i], &m, &n, err);
    for (int j = 0; out && !status && j < n; j++)
      fprintf(out, "%d\t%d\t%.17g\t%d\t%d\t%c\n", i, m[j].target, m[j].p, m[j].offset, m[j].overlap,
              m[j].reverse ? '-' : '+');
  }
  sg_comparer_free(comparer);
  sg_targets_free(targets);
  return status;
}

int main(int argc, char **argv)
{
  sg_motifs *db = NULL, *queries = NULL;
  sg_compare_opts opts = sg_compare_opts_default();
  sg_err err = { 0 };
  double least = 0;
  if (argc < 5) {
    fputs("usage: tomtom DB QUERIES NEAREST ROUNDS [OUTPUT]\n", stderr);
    return 2;
  }
  int rounds = (int)strtol(argv[4], NULL, 10);
  opts.nearest = (int)strtol(argv[3], NULL, 10);
  sg_status status = sg_motifs_read(argv[1], &db, &err);
  size_t length = strlen(argv[2]);
  bool strings = length > 4 && !strcmp(argv[2] + length - 4, ".txt");
  if (!status)
    status = strings ? read_strings(argv[2], &queries, &err)
                     : sg_motifs_read(argv[2], &queries, &err);
  for (int i = 0; i < rounds && !status; i++) {
    double begin = now();
    status = one_round(db, queries, &opts, NULL, &err);
    double time = now() - begin;
    if (!i || time < least) least = time;
  }
  if (!status && argc > 5) {
    FILE *out = fopen(argv[5], "w");
    if (!out) status = sg_fail(&err, SG_EIO, "%s cannot be written", argv[5]);
    else status = one_round(db, queries, &opts, out, &err);
    if (out && fclose(out)) status = sg_fail(&err, SG_EIO, "%s cannot be written", argv[5]);
  }
  if (status) fprintf(stderr, "tomtom: %s\n", err.text);
  else printf("%.2f %d %d\n", least, queries->n, db->n);
  sg_motifs_free(db);
  sg_motifs_free(queries);
  return status ? 1 : 0;
}
