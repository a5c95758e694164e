/* report/bigwig.h: the parts of the bigWig writer.
 *
 * Kent, Zweig, Barber, Hinrichs, Karolchik 2010, BigWig and BigBed (Bioinformatics 26:2204), with
 * the layout in its supplement. The file, in this order: header of 64 bytes, headers of the zoom
 * levels, summary, tree of chromosomes, sections of numbers, their index, zoom levels each with an
 * index, magic. All of it little-endian; sections are compressed by zlib.
 *
 * libBigWig reads the result back (bigwigcheck.c) but does not write it: its writer says nothing of
 * a full disk, keeps all zoom levels in memory (11 bytes a base), and leaves zeros in one of 1024
 * zoomed sums (0.4.7).
 */
#ifndef SG_REPORT_BIGWIG_H
#define SG_REPORT_BIGWIG_H

#include "report/disk.h"
#include "seqgloss/track.h"

enum {
  SG_BW_HEAD = 64,
  SG_BW_ZOOM_HEAD = 24,
  SG_BW_SUMMARY = 40,
  SG_BW_ZOOMS = 10,            /* most zoom levels */
  SG_BW_SLOT = 1024,           /* items in a block */
  SG_BW_BLOCK = 32768,         /* bytes of the largest block, unpacked */
  SG_BW_FANOUT = 256           /* children of a node, in both trees */
};

/* ---- Bytes ---- */

/* Each writes a number at `p`, low byte first, and returns the place behind it. */
unsigned char *sg_bw_u16(unsigned char *p, unsigned value);
unsigned char *sg_bw_u32(unsigned char *p, uint32_t value);
unsigned char *sg_bw_u64(unsigned char *p, uint64_t value);
unsigned char *sg_bw_f32(unsigned char *p, float value);
unsigned char *sg_bw_f64(unsigned char *p, double value);

/* ---- Trees (bigwigtree.c) ---- */

/* A block in the file and the bases it covers: (chrom0, start) up to (chrom1, end). */
typedef struct sg_bwblock {
  uint32_t chrom0, start, chrom1, end;
  uint64_t offset, size;
} sg_bwblock;

/* Compresses n <= SG_BW_BLOCK bytes to the end of `out` and notes the block at the end of `blocks`;
 * its offset and size are filled in. */
sg_status sg_bw_put_block(sg_disk *out, sg_disk *blocks, const unsigned char *bytes, size_t n,
                          sg_bwblock block, sg_err *err);
/* The index of the blocks, which lie in order, at the end of `out`; `shift` is added to offsets. */
sg_status sg_bw_put_index(sg_disk *out, sg_disk *blocks, uint64_t shift, sg_err *err);
/* The tree of chromosomes at the end of `out`: numbers by name. */
sg_status sg_bw_put_chroms(sg_disk *out, const sg_track_chrom *chroms, int n, sg_err *err);

/* ---- Zoom levels (bigwigzoom.c) ---- */

/* What is known of the bases of one chromosome in [start, end). */
typedef struct sg_bwrecord {
  uint32_t chrom, start, end, covered;
  float min, max;
  double sum, squares;
} sg_bwrecord;

/* Adds `more`, which lies behind. */
void sg_bw_join(sg_bwrecord *record, const sg_bwrecord *more);

typedef struct sg_bwzoom sg_bwzoom;

sg_status sg_bwzoom_new(const char *beside, sg_bwzoom **ret_zoom, sg_err *err);
void sg_bwzoom_free(sg_bwzoom *zoom);                /* NULL is fine */
/* An interval of equal numbers. Places rise from call to call. */
sg_status sg_bwzoom_add(sg_bwzoom *zoom, const sg_bwrecord *record, sg_err *err);
/* Puts the levels that are worth it at the end of `out`; `items`: intervals in the data. The
 * headers go to heads[SG_BW_ZOOMS * SG_BW_ZOOM_HEAD]. */
sg_status sg_bwzoom_put(sg_bwzoom *zoom, uint64_t items, sg_disk *out, unsigned char *heads,
                        int *ret_levels, sg_err *err);

/* ---- Reading back (bigwigcheck.c) ---- */

typedef struct sg_bwsample {
  int chrom;
  uint32_t start;
  float value;
} sg_bwsample;

/* Whether the file at `path` (called opts->path in messages) opens, holds these chromosomes and
 * covers so many bases, and has the samples. */
sg_status sg_bw_check(const char *path, const sg_track_opts *opts, uint64_t covered,
                      const sg_bwsample *samples, int n, sg_err *err);

#endif
