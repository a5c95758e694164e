/* seqgloss/track.h: one number per base along chromosomes, as bedgraph or bigWig.
 *
 * Windows may come in any order and overlap; they are spooled to disk and merge-sorted, so that
 * memory does not grow with their number (about 25 MiB a track). The spool lies beside the output
 * without a name and takes 4 bytes a base added, up to twice that while it is sorted. Bytes depend
 * on the windows alone, and where no two overlap not on their order either. Files get their names
 * when they are complete (seqgloss/io.h).
 *
 * Equal neighbours become one interval; bases without a number have none, and every chromosome
 * stays in the header of a bigWig. A bigWig has zoom levels, and is read back before it gets its
 * name. A track is used by one thread at a time.
 */
#ifndef SEQGLOSS_TRACK_H
#define SEQGLOSS_TRACK_H

#include "seqgloss/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a base gets that several windows have a number for; they enter in the order they were added.
 * ERROR is told by sg_track_close. */
typedef enum sg_overlap { SG_OVERLAP_MEAN = 0, SG_OVERLAP_MAX, SG_OVERLAP_ERROR } sg_overlap;

typedef struct sg_track_chrom { const char *name; int64_t length; } sg_track_chrom;

/* Borrowed until sg_track_close or sg_track_free. */
typedef struct sg_track_opts {
  size_t size;                 /* sizeof(sg_track_opts) of the caller */
  const char *path;            /* .bedgraph, .bdg, .bedGraph (and .gz of them), .bw, .bigWig,
                                  .bigwig */
  const sg_track_chrom *chroms;   /* in the order of the file; names are unique */
  int n_chroms;
  sg_overlap overlap;          /* MAX: the value of greatest magnitude, the first of equal ones */
  const sg_fact *facts;        /* provenance: PATH.provenance.json; n_facts 0: none */
  int n_facts;
} sg_track_opts;

typedef struct sg_track sg_track;

SG_API sg_track_opts sg_track_opts_default(void);
/* True when the ending of `path` names a track. */
SG_API bool sg_track_is(const char *path);
/* Whether it can be written: SG_EINVAL (no track), SG_EUNSUPPORTED (not built in: says which
 * package is missing), what sg_output_check finds. For checks before computing. */
SG_API sg_status sg_track_check(const char *path, sg_err *err);
/* Errors: as sg_track_check; SG_EINVAL (no chromosomes, a name that is empty, blank or there
 * twice), SG_ESHAPE (a length that the format does not hold: bigWig 2^32 - 1). */
SG_API sg_status sg_track_open(const sg_track_opts *opts, sg_track **ret_track, sg_err *err);
/* values[n] for the bases start .. start + n of `chrom` (0-based). A NaN is left out. Errors:
 * SG_ENOTFOUND (chromosome), SG_ESHAPE (before its begin or past its end: the caller cuts off what
 * is padded), SG_EINVAL (an infinite value, which no reader can draw), SG_EIO; nothing of a window
 * that was refused for its place or values is in the track. */
SG_API sg_status sg_track_add(sg_track *track, const char *chrom, int64_t start, int64_t n,
                              const float *values, sg_err *err);
/* Sorts, combines, writes, checks, renames; frees the track in every case. Errors: SG_EIO,
 * SG_EINVAL (windows overlap under SG_OVERLAP_ERROR), SG_ENOMEM; nothing is left then. */
SG_API sg_status sg_track_close(sg_track *track, sg_err *err);
/* Gives up: nothing is left. NULL is fine. */
SG_API void sg_track_free(sg_track *track);

#ifdef __cplusplus
}
#endif
#endif
