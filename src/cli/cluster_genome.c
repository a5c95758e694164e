/* cli/cluster_genome.c: bases around sites, by the reader that every command uses for regions. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cluster_job.h"
#include "cli/console.h"
#include "seqgloss/region.h"

enum { BATCH = 256, AROUND = 2 * SG_CLUSTER_FLANK, PLACE_TEXT = 48 };

/* "chr:beg-end" of the base in the middle of each place, 1-based; one block of memory. */
static char *interval_texts(const sg_cluster_place *place, int64_t n, const char **interval)
{
  size_t size = 1;
  for (int64_t i = 0; i < n; i++) size += strlen(place[i].chrom) + PLACE_TEXT;
  char *all = malloc(size), *to = all;
  for (int64_t i = 0; all && i < n; i++) {
    interval[i] = to;
    to += snprintf(to, strlen(place[i].chrom) + PLACE_TEXT, "%s:%" PRId64 "-%" PRId64,
                   place[i].chrom, place[i].center + 1, place[i].center + 1) + 1;
  }
  return all;
}

/* Windows in the order of the places; every one of them comes, for edges are filled up. */
static sg_status read_windows(sg_source *source, int64_t n, uint8_t *codes, sg_err *err)
{
  sg_region_batch *batch = NULL;
  int64_t done = 0;
  sg_status status = sg_region_batch_new(BATCH, &batch, err);
  while (!status && !(status = sg_source_fill(source, batch, err)) && batch->n) {
    if (batch->length != AROUND || done + batch->n > n) break;
    memcpy(codes + done * AROUND, batch->codes, (size_t)batch->n * AROUND);
    done += batch->n;
  }
  if (!status && done != n)
    status = sg_fail(err, SG_EINTERNAL, "%" PRId64 " windows of %" PRId64 " were read", done, n);
  sg_region_batch_free(batch);
  return status;
}

sg_status sg_cluster_genome_fetch(void *user, const sg_cluster_place *place, int64_t n,
                                  uint8_t *codes, sg_err *err)
{
  const sg_cluster_job *job = user;
  sg_source *source = NULL;
  if (!n) return SG_OK;
  if (n > INT32_MAX) return sg_fail(err, SG_EUNSUPPORTED, "more than 2^31 sites");
  const char **interval = malloc((size_t)n * sizeof *interval);
  char *texts = interval ? interval_texts(place, n, interval) : NULL;
  sg_status status = texts ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status) {
    sg_source_opts o = sg_source_opts_default();
    o.genome = sg_opt_text(job->opts, "genome");
    o.fai = sg_opt_text(job->opts, "fai");
    o.intervals = interval;
    o.n_intervals = (int)n;
    o.length = AROUND;
    o.edge = SG_EDGE_PAD;
    o.log = sg_console_log();
    status = sg_source_open(&o, &source, err);
  }
  if (!status) status = read_windows(source, n, codes, err);
  sg_source_close(source);
  free(texts);
  free(interval);
  return status;
}
