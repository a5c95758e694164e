/* report/bigwigwrite.c: tracks as bigWig.
 *
 * 1. Sections   2. Intervals   3. Header and summary   4. The writer
 *
 * Equal neighbours become one interval. Intervals are gathered to a section, which is written in
 * whichever of two forms is shorter: three numbers an interval, or, where no base is missing, one
 * number a base.
 */
#include <float.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/bigwig.h"
#include "report/trackwriter.h"

enum {
  SECTION_HEAD = 24,
  RUN_MIN = 32,                /* fewer intervals before a gap are no section of their own */
  SAMPLES = 64
};

typedef struct section {
  int chrom, n;
  bool dense;                  /* no base is missing */
  uint32_t start[SG_BW_SLOT], end[SG_BW_SLOT];
  float value[SG_BW_SLOT];
} section;

typedef struct bigwig {
  const sg_track_opts *opts;
  sg_output *output;           /* only its name is used */
  sg_disk *disk, *blocks;
  sg_bwzoom *zoom;
  section now;
  uint64_t chroms_at, data_at, index_at, items, covered, sections;
  double min, max, sum, squares;
  sg_bwsample sample[SAMPLES]; /* the first interval of every stride-th section */
  int n_samples;
  uint64_t stride;
} bigwig;

/* ---- 1. Sections ----------------------------------------------------------------------------- */

/* Whether one number a base is no longer than three an interval. It has at most 3 * SG_BW_SLOT
 * bases then. */
static bool by_base(const section *s)
{
  return s->dense && s->end[s->n - 1] - s->start[0] <= 3u * (unsigned)s->n;
}

static size_t encode(const section *s, unsigned char *bytes)
{
  bool base = by_base(s);
  uint32_t start = s->start[0], end = s->end[s->n - 1];
  unsigned char *p = sg_bw_u32(bytes, (uint32_t)s->chrom);

  p = sg_bw_u32(p, start);
  p = sg_bw_u32(p, end);
  p = sg_bw_u32(p, base);                      /* step */
  p = sg_bw_u32(p, base);                      /* span */
  *p++ = base ? 3 : 1;                         /* fixedStep, bedGraph */
  *p++ = 0;
  p = sg_bw_u16(p, base ? end - start : (unsigned)s->n);
  for (int i = 0; i < s->n; i++) {
    if (base) {
      for (uint32_t at = s->start[i]; at < s->end[i]; at++) p = sg_bw_f32(p, s->value[i]);
      continue;
    }
    p = sg_bw_u32(p, s->start[i]);
    p = sg_bw_u32(p, s->end[i]);
    p = sg_bw_f32(p, s->value[i]);
  }
  return (size_t)(p - bytes);
}

/* Keeps at most SAMPLES places evenly spread over the sections: when there are too many, every
 * second one goes. */
static void take_sample(bigwig *b, const section *s)
{
  if (b->sections++ % b->stride) return;
  if (b->n_samples == SAMPLES) {
    for (int i = 0; i < SAMPLES / 2; i++) b->sample[i] = b->sample[2 * i];
    b->n_samples = SAMPLES / 2;
    b->stride *= 2;
    if ((b->sections - 1) % b->stride) return;
  }
  b->sample[b->n_samples++] = (sg_bwsample){ s->chrom, s->start[0], s->value[0] };
}

/* Enters interval i of the section in the summary and the zoom levels. */
static sg_status sum_up(bigwig *b, const section *s, int i, sg_err *err)
{
  float v = s->value[i];
  uint32_t n = s->end[i] - s->start[i];
  double square = (double)v * v;
  sg_bwrecord r = { (uint32_t)s->chrom, s->start[i], s->end[i], n, v, v, 0, 0 };

  b->items++;
  b->covered += n;
  if (v < b->min) b->min = v;
  if (v > b->max) b->max = v;
  b->sum += (double)v * n;
  b->squares += square * n;
  return sg_bwzoom_add(b->zoom, &r, err);
}

static sg_status end_section(bigwig *b, sg_err *err)
{
  unsigned char bytes[SG_BW_BLOCK];
  section *s = &b->now;
  sg_bwblock block = { .chrom0 = (uint32_t)s->chrom, .chrom1 = (uint32_t)s->chrom };
  sg_status status = SG_OK;

  if (!s->n) return SG_OK;
  block.start = s->start[0];
  block.end = s->end[s->n - 1];
  for (int i = 0; i < s->n && !status; i++) status = sum_up(b, s, i, err);
  if (!status)
    status = sg_bw_put_block(b->disk, b->blocks, bytes, encode(s, bytes), block, err);
  take_sample(b, s);
  s->n = 0;
  return status;
}

/* ---- 2. Intervals ---------------------------------------------------------------------------- */

/* A new interval of one base. */
static sg_status begin_interval(bigwig *b, int chrom, uint32_t at, float value, sg_err *err)
{
  section *s = &b->now;
  bool gap = s->n && s->end[s->n - 1] != at;
  sg_status status = SG_OK;

  if (s->n == SG_BW_SLOT || (s->n && s->chrom != chrom) ||
      (gap && s->n >= RUN_MIN && by_base(s))) status = end_section(b, err);
  s->dense = s->n == 0 || (s->dense && !gap);
  s->chrom = chrom;
  s->start[s->n] = at;
  s->end[s->n] = at + 1;
  s->value[s->n++] = value;
  return status;
}

/* Opens the temporary files when the sort is done and numbers come: a track that is only being
 * added to (there may be many at once) has two files open, not twenty. */
static sg_status make_ready(bigwig *b, sg_err *err)
{
  sg_status status = b->blocks ? SG_OK : sg_disk_temp(b->opts->path, &b->blocks, err);

  if (status || b->zoom) return status;
  return sg_bwzoom_new(b->opts->path, &b->zoom, err);
}

static sg_status bigwig_put(void *state, int chrom, int64_t start, int64_t n, const float *values,
                            sg_err *err)
{
  bigwig *b = state;
  section *s = &b->now;
  sg_status status = make_ready(b, err);

  for (int64_t i = 0; i < n && !status; i++) {
    uint32_t at = (uint32_t)(start + i);
    int last = s->n - 1;
    if (last >= 0 && s->chrom == chrom && s->end[last] == at &&
        sg_track_same(s->value[last], values[i])) s->end[last]++;
    else status = begin_interval(b, chrom, at, values[i], err);
  }
  return status;
}

/* ---- 3. Header and summary ------------------------------------------------------------------- */

enum { FRONT = SG_BW_HEAD + SG_BW_ZOOMS * SG_BW_ZOOM_HEAD + SG_BW_SUMMARY };

/* Everything before the tree of chromosomes; known when all the rest is there. */
static void encode_front(const bigwig *b, const unsigned char *zooms, int n_zooms,
                         unsigned char bytes[FRONT])
{
  unsigned char *p = bytes;

  memset(bytes, 0, FRONT);
  p = sg_bw_u32(p, 0x888ffc26);
  p = sg_bw_u16(p, 4);                         /* version */
  p = sg_bw_u16(p, (unsigned)n_zooms);
  p = sg_bw_u64(p, b->chroms_at);
  p = sg_bw_u64(p, b->data_at);
  p = sg_bw_u64(p, b->index_at);
  p = sg_bw_u32(p, 0);                         /* fields, defined fields: of bigBed */
  p = sg_bw_u64(p, 0);                         /* autoSql: of bigBed */
  p = sg_bw_u64(p, FRONT - SG_BW_SUMMARY);
  p = sg_bw_u32(p, SG_BW_BLOCK);
  sg_bw_u64(p, 0);                             /* extension */
  memcpy(bytes + SG_BW_HEAD, zooms, (size_t)n_zooms * SG_BW_ZOOM_HEAD);
  p = bytes + FRONT - SG_BW_SUMMARY;
  p = sg_bw_u64(p, b->covered);
  p = sg_bw_f64(p, b->covered ? b->min : 0);
  p = sg_bw_f64(p, b->covered ? b->max : 0);
  p = sg_bw_f64(p, b->sum);
  sg_bw_f64(p, b->squares);
}

/* ---- 4. The writer --------------------------------------------------------------------------- */

static sg_status bigwig_check(const sg_track_opts *opts, sg_err *err)
{
  for (int i = 0; i < opts->n_chroms; i++)
    if (opts->chroms[i].length > UINT32_MAX)
      return sg_fail(err, SG_ESHAPE, "%s: chromosome %.200s has %" PRId64 " bases; a bigWig takes "
                     "up to %" PRIu32 ", a bedgraph more", opts->path, opts->chroms[i].name,
                     opts->chroms[i].length, UINT32_MAX);
  return SG_OK;
}

/* Room for what comes in front, then the chromosomes and the count of sections. */
static sg_status put_front(bigwig *b, sg_err *err)
{
  const unsigned char none[FRONT] = { 0 };
  sg_status status = sg_disk_append(b->disk, none, FRONT, err);

  b->chroms_at = sg_disk_size(b->disk);
  if (!status) status = sg_bw_put_chroms(b->disk, b->opts->chroms, b->opts->n_chroms, err);
  b->data_at = sg_disk_size(b->disk);
  return status ? status : sg_disk_append(b->disk, none, 8, err);
}

static sg_status bigwig_begin(const sg_track_opts *opts, void **ret_state, sg_err *err)
{
  bigwig *b = calloc(1, sizeof *b);
  sg_status status;

  *ret_state = b;
  if (!b) return sg_fail(err, SG_ENOMEM, "out of memory");
  b->opts = opts;
  b->stride = 1;
  b->min = FLT_MAX;
  b->max = -FLT_MAX;
  status = sg_output_open(opts->path, SG_OUTPUT_NAME_ONLY, &b->output, err);
  if (!status) status = sg_disk_open(sg_output_path(b->output), opts->path, &b->disk, err);
  return status ? status : put_front(b, err);
}

static sg_status put_rest(bigwig *b, sg_err *err)
{
  unsigned char front[FRONT], zooms[SG_BW_ZOOMS * SG_BW_ZOOM_HEAD], word[8];
  int n_zooms = 0;
  sg_status status = make_ready(b, err);

  if (!status) status = end_section(b, err);
  b->index_at = sg_disk_size(b->disk);
  if (!status) status = sg_bw_put_index(b->disk, b->blocks, 0, err);
  if (!status) status = sg_bwzoom_put(b->zoom, b->items, b->disk, zooms, &n_zooms, err);
  sg_bw_u32(word, 0x888ffc26);
  if (!status) status = sg_disk_append(b->disk, word, 4, err);
  sg_bw_u64(word, b->sections);
  if (!status) status = sg_disk_patch(b->disk, b->data_at, word, 8, err);
  if (status) return status;
  encode_front(b, zooms, n_zooms, front);
  return sg_disk_patch(b->disk, 0, front, sizeof front, err);
}

static sg_status bigwig_finish(void *state, sg_output **ret_output, sg_err *err)
{
  bigwig *b = state;
  sg_status status = put_rest(b, err), closed = sg_disk_close(b->disk, status ? NULL : err);

  b->disk = NULL;
  if (!status) status = closed;
  if (!status)
    status = sg_bw_check(sg_output_path(b->output), b->opts, b->covered, b->sample, b->n_samples,
                         err);
  if (status) return status;
  *ret_output = b->output;
  b->output = NULL;
  return SG_OK;
}

static void bigwig_drop(void *state)
{
  bigwig *b = state;

  if (!b) return;
  sg_bwzoom_free(b->zoom);
  sg_disk_free(b->blocks);
  sg_disk_free(b->disk);
  sg_output_discard(b->output);
  free(b);
}

/* What nothing can read back is not written. */
const sg_trackwriter sg_trackwriter_bigwig = {
#ifndef HAVE_BIGWIG
  .missing = "libBigWig (Debian: libbigwig-dev)",
#endif
  .check = bigwig_check,
  .begin = bigwig_begin,
  .put = bigwig_put,
  .finish = bigwig_finish,
  .drop = bigwig_drop
};
