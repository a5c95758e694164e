/* report/bigwigcheck.c: a finished bigWig is read back by libBigWig before it gets its name. */
#ifdef HAVE_BIGWIG
#include <bigWig.h>
#endif
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/bigwig.h"
#include "report/trackwriter.h"

#ifdef HAVE_BIGWIG

static sg_status broken(const sg_track_opts *opts, const char *what, sg_err *err)
{
  return sg_fail(err, SG_EIO, "%s: read back after writing, %s; is the disk sound?", opts->path,
                 what);
}

/* libBigWig takes names like http://... for places on the network. */
static bigWigFile_t *open_local(const char *path)
{
  size_t size = strlen(path) + 3;
  char *local = malloc(size);
  bigWigFile_t *file = NULL;

  if (!local) return NULL;
  snprintf(local, size, "%s%s", *path == '/' ? "" : "./", path);
  file = bwOpen(local, NULL, "r");
  free(local);
  return file;
}

static bool same_chroms(const bigWigFile_t *file, const sg_track_opts *opts)
{
  if (file->cl->nKeys != opts->n_chroms) return false;
  for (int i = 0; i < opts->n_chroms; i++)
    if (strcmp(file->cl->chrom[i], opts->chroms[i].name) ||
        file->cl->len[i] != opts->chroms[i].length) return false;
  return true;
}

static bool has_sample(bigWigFile_t *file, const sg_track_opts *opts, const sg_bwsample *s)
{
  bwOverlappingIntervals_t *found =
    bwGetOverlappingIntervals(file, opts->chroms[s->chrom].name, s->start, s->start + 1);
  bool same = found && found->l == 1 && found->start[0] <= s->start &&
              found->end[0] > s->start && sg_track_same(found->value[0], s->value);

  if (found) bwDestroyOverlappingIntervals(found);
  return same;
}

sg_status sg_bw_check(const char *path, const sg_track_opts *opts, uint64_t covered,
                      const sg_bwsample *samples, int n, sg_err *err)
{
  bigWigFile_t *file = open_local(path);
  sg_status status = SG_OK;

  if (!file) return broken(opts, "it is no bigWig", err);
  if (!same_chroms(file, opts)) status = broken(opts, "its chromosomes differ", err);
  else if (file->hdr->nBasesCovered != covered) status = broken(opts, "its summary differs", err);
  for (int i = 0; i < n && !status; i++)
    if (!has_sample(file, opts, &samples[i])) status = broken(opts, "its numbers differ", err);
  bwClose(file);
  return status;
}

#else

sg_status sg_bw_check(const char *path, const sg_track_opts *opts, uint64_t covered,
                      const sg_bwsample *samples, int n, sg_err *err)
{
  (void)path;
  (void)covered;
  (void)samples;
  (void)n;
  return sg_fail(err, SG_EUNSUPPORTED, "%s: this build cannot read bigWig", opts->path);
}

#endif
