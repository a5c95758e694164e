/* report/bigwigzoom.c: zoom levels of a bigWig: count, minimum, maximum and sums in bins of 16, 64,
 * 256 ... bases.
 *
 * A bin that is full becomes a record of its level and enters the level above, so every number is
 * touched once and all levels are made in one pass. Their blocks wait in temporary files, for they
 * come after the data in the file.
 */
#include <math.h>
#include <stdlib.h>

#include "report/bigwig.h"

enum { FIRST = 16, STEP = 4, RECORD = 32 };

typedef struct level {
  uint32_t reduction;          /* bases in a bin */
  bool have;                   /* a bin is open */
  sg_bwrecord bin;
  uint64_t records;
  size_t n;                    /* bytes of the block being filled, and */
  sg_bwblock block;            /* what it covers */
  sg_disk *data, *blocks;
  unsigned char bytes[SG_BW_SLOT * RECORD];
} level;

struct sg_bwzoom { level level[SG_BW_ZOOMS]; };

sg_status sg_bwzoom_new(const char *beside, sg_bwzoom **ret_zoom, sg_err *err)
{
  sg_bwzoom *z = calloc(1, sizeof *z);
  uint32_t reduction = FIRST;
  sg_status status = SG_OK;

  *ret_zoom = z;
  if (!z) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int l = 0; l < SG_BW_ZOOMS && !status; l++) {
    z->level[l].reduction = reduction;
    reduction *= STEP;
    status = sg_disk_temp(beside, &z->level[l].data, err);
    if (!status) status = sg_disk_temp(beside, &z->level[l].blocks, err);
  }
  return status;
}

void sg_bwzoom_free(sg_bwzoom *z)
{
  for (int l = 0; z && l < SG_BW_ZOOMS; l++) {
    sg_disk_free(z->level[l].data);
    sg_disk_free(z->level[l].blocks);
  }
  free(z);
}

void sg_bw_join(sg_bwrecord *r, const sg_bwrecord *more)
{
  r->end = more->end;
  r->covered += more->covered;
  if (more->min < r->min) r->min = more->min;
  if (more->max > r->max) r->max = more->max;
  r->sum += more->sum;
  r->squares += more->squares;
}

/* ---- Blocks ---- */

static sg_status end_block(level *l, sg_err *err)
{
  size_t n = l->n;

  l->n = 0;
  return n ? sg_bw_put_block(l->data, l->blocks, l->bytes, n, l->block, err) : SG_OK;
}

/* Appends the bin at hand. Blocks hold one chromosome each. */
static sg_status put_record(level *l, sg_err *err)
{
  const sg_bwrecord *r = &l->bin;
  sg_status status = SG_OK;

  if (l->n == sizeof l->bytes || (l->n && l->block.chrom0 != r->chrom)) status = end_block(l, err);
  if (!l->n) l->block = (sg_bwblock){ r->chrom, r->start, r->chrom, r->end, 0, 0 };
  l->block.end = r->end;
  unsigned char *p = l->bytes + l->n;
  p = sg_bw_u32(p, r->chrom);
  p = sg_bw_u32(p, r->start);
  p = sg_bw_u32(p, r->end);
  p = sg_bw_u32(p, r->covered);
  p = sg_bw_f32(p, r->min);
  p = sg_bw_f32(p, r->max);
  p = sg_bw_f32(p, (float)r->sum);
  sg_bw_f32(p, (float)r->squares);
  l->n += RECORD;
  l->records++;
  return status;
}

/* ---- Bins ---- */

static sg_status enter(sg_bwzoom *z, int l, const sg_bwrecord *r, sg_err *err);

/* The open bin of level l is full. */
static sg_status end_bin(sg_bwzoom *z, int l, sg_err *err)
{
  level *v = &z->level[l];
  sg_status status;

  if (!v->have) return SG_OK;
  v->have = false;
  status = put_record(v, err);
  if (!status && l + 1 < SG_BW_ZOOMS) status = enter(z, l + 1, &v->bin, err);
  return status;
}

/* A record that lies within one bin of level l. */
static sg_status enter(sg_bwzoom *z, int l, const sg_bwrecord *r, sg_err *err)
{
  level *v = &z->level[l];
  sg_status status = SG_OK;

  if (v->have && v->bin.chrom == r->chrom && v->bin.start / v->reduction == r->start / v->reduction)
  {
    sg_bw_join(&v->bin, r);
    return SG_OK;
  }
  status = end_bin(z, l, err);
  v->bin = *r;
  v->have = true;
  return status;
}

sg_status sg_bwzoom_add(sg_bwzoom *z, const sg_bwrecord *r, sg_err *err)
{
  sg_bwrecord part = *r;
  sg_status status = SG_OK;

  while (part.start < r->end && !status) {
    uint32_t left = FIRST - part.start % FIRST;
    part.end = r->end - part.start > left ? part.start + left : r->end;
    part.covered = part.end - part.start;
    part.sum = (double)r->min * part.covered;
    part.squares = (double)r->min * r->min * part.covered;
    status = enter(z, 0, &part, err);
    part.start = part.end;
  }
  return status;
}

/* ---- Writing ---- */

static sg_status put_level(level *l, sg_disk *out, unsigned char *head, sg_err *err)
{
  unsigned char count[4];
  uint64_t data = sg_disk_size(out);
  sg_status status;

  sg_bw_u32(count, l->records < UINT32_MAX ? (uint32_t)l->records : UINT32_MAX);
  status = sg_disk_append(out, count, sizeof count, err);
  if (!status) status = sg_disk_copy(out, l->data, err);
  uint64_t index = sg_disk_size(out);
  if (!status) status = sg_bw_put_index(out, l->blocks, data + sizeof count, err);
  head = sg_bw_u32(head, l->reduction);
  head = sg_bw_u32(head, 0);
  head = sg_bw_u64(head, data);
  sg_bw_u64(head, index);
  return status;
}

sg_status sg_bwzoom_put(sg_bwzoom *z, uint64_t items, sg_disk *out, unsigned char *heads,
                        int *ret_levels, sg_err *err)
{
  sg_status status = SG_OK;

  *ret_levels = 0;
  for (int l = 0; l < SG_BW_ZOOMS && !status; l++) status = end_bin(z, l, err);
  for (int l = 0; l < SG_BW_ZOOMS && !status; l++) {
    level *v = &z->level[l];
    status = end_block(v, err);
    if (status || 2 * v->records > items) continue;   /* hardly shorter than what is below it */
    items = v->records;
    if (items) status = put_level(v, out, heads + SG_BW_ZOOM_HEAD * (*ret_levels)++, err);
  }
  return status;
}
