/* seqio/source.c: windows as codes, batch by batch.
 *
 * 1. The bases of a window   2. One window   3. Handing out   4. Opening
 */
#include "seqio/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "seqio/batch.h"
#include "seqio/window.h"

/* More than this part of N in a region is reported. */
static const double many_n = 0.10;

/* ---- 1. The bases of a window ---------------------------------------------------------------- */

/* Forward bases [begin, end) of the record's space, which they are inside of. A FASTA record that
 * stands for the reverse strand is turned round. */
static sg_status fetch(sg_source *s, int64_t begin, int64_t end, char *dst, sg_err *err)
{
  const sg_record *r = &s->record;
  bool reverse = r->strand == '-';

  if (r->contig >= 0) return sg_genome_fetch(s->genome, r->contig, begin, end, dst, err);
  memcpy(dst, r->bases + (reverse ? r->space - end : begin), (size_t)(end - begin));
  for (int64_t i = 0; i < end - begin; i++)
    if (dst[i] >= 'a' && dst[i] <= 'z') dst[i] = (char)(dst[i] - 'a' + 'A');
  if (reverse) sg_revcomp_text(dst, end - begin);
  return SG_OK;
}

/* Forward bases [begin, end), N where the space does not reach. */
static sg_status fetch_padded(sg_source *s, int64_t begin, int64_t end, char *dst, sg_err *err)
{
  int64_t space = s->record.space;
  int64_t from = begin < 0 ? 0 : begin < space ? begin : space;
  int64_t to = end < from ? from : end < space ? end : space;

  memset(dst, 'N', (size_t)(end - begin));
  return from < to ? fetch(s, from, to, dst + (from - begin), err) : SG_OK;
}

/* A letter that no nucleotide has. */
static sg_status check_letters(const sg_source *s, const char *text, int64_t n, sg_err *err)
{
  for (int64_t i = 0; i < n; i++) {
    if (s->alphabet.code[(unsigned char)text[i]] != SG_CODE_INVALID) continue;
    sg_fail(err, SG_EFORMAT, "in '%.200s' '%c' is no nucleotide letter", s->record.name.s, text[i]);
    sg_input_blame(s, err);
    return SG_EFORMAT;
  }
  return SG_OK;
}

static int64_t count_unknown(const sg_source *s, const char *text, int64_t n)
{
  int64_t unknown = 0;

  for (int64_t i = 0; i < n; i++) {
    uint8_t c = s->alphabet.code[(unsigned char)text[i]];
    const uint8_t *base = s->alphabet.base;
    unknown += c != base[0] && c != base[1] && c != base[2] && c != base[3];
  }
  return unknown;
}

/* ---- 2. One window --------------------------------------------------------------------------- */

static bool reversed(const sg_source *s) { return s->record.strand == '-' && !s->opts.no_strand; }

/* Places the window; *ret_keep = false: it lies over an edge and is dropped. */
static sg_status place(sg_source *s, bool *ret_keep, sg_err *err)
{
  const sg_record *r = &s->record;
  int64_t left, right;

  sg_window_place(r->start + (r->contig < 0 && r->origin > 0 ? r->origin : 0),
                  r->end + (r->contig < 0 && r->origin > 0 ? r->origin : 0), r->summit,
                  s->opts.length, &s->win_begin, &s->win_end);
  if (r->contig < 0 && r->origin > 0) {
    s->win_begin -= r->origin;
    s->win_end -= r->origin;
  }
  left = s->win_begin < 0 ? -s->win_begin : 0;
  right = s->win_end > r->space ? s->win_end - r->space : 0;
  s->outside = left + right < s->win_end - s->win_begin ? left + right : s->win_end - s->win_begin;
  *ret_keep = s->outside == 0 || s->opts.edge == SG_EDGE_PAD;
  if (s->outside == 0 || s->opts.edge != SG_EDGE_FAIL) return SG_OK;
  sg_fail(err, SG_ESHAPE,
          "the window of '%.200s' reaches %" PRId64 " bases over the end of its %s (%" PRId64
          " bases); --edge drop or pad would go on",
          r->name.s, s->outside, r->contig < 0 ? "record" : "chromosome", r->space);
  sg_input_blame(s, err);
  return SG_ESHAPE;
}

/* Reads the window and its flanks in the window's direction into s->text. */
static sg_status read_bases(sg_source *s, sg_err *err)
{
  int64_t flank = s->opts.flank, n = s->win_end - s->win_begin + 2 * flank;
  sg_status status;

  if (ks_resize(&s->text, (size_t)n + 1) < 0)
    return sg_fail(err, SG_ENOMEM, "no memory for a window of %" PRId64 " bases", n);
  status = fetch_padded(s, s->win_begin - flank, s->win_end + flank, s->text.s, err);
  if (!status) status = check_letters(s, s->text.s, n, err);
  if (!status && reversed(s)) sg_revcomp_text(s->text.s, n);
  s->text.l = (size_t)n;
  return status;
}

/* The next window that is not dropped; s->have tells whether there was one. */
static sg_status next_kept(sg_source *s, sg_err *err)
{
  bool more = true, keep;
  sg_status status = SG_OK;

  while (!s->have && !(status = sg_input_next(s, &more, err)) && more) {
    int64_t length;
    if (s->record.index < s->begin) continue;
    s->counts.read++;
    status = place(s, &keep, err);
    if (status) break;
    if (!keep) {
      s->counts.dropped_edge++;
      continue;
    }
    length = s->win_end - s->win_begin;
    status = length > 0 ? read_bases(s, err)
                        : sg_fail(err, SG_ESHAPE, "'%.200s' is empty", s->record.name.s);
    if (status) break;
    s->unknown = s->blank ? 0 : count_unknown(s, s->text.s + s->opts.flank, length);
    if (s->opts.n_base == SG_N_DROP && s->unknown > s->outside) {
      s->counts.dropped_n++;
      continue;
    }
    if (length > s->longest) s->longest = length;
    s->have = true;
  }
  return status;
}

/* ---- 3. Handing out -------------------------------------------------------------------------- */

/* Coordinates as the region reports them: genomic where they are known. */
static void describe(const sg_source *s, sg_region *g)
{
  const sg_record *r = &s->record;
  bool known = r->origin >= 0;

  g->index = r->index;
  g->line = r->line;
  g->score = r->score;
  g->strand = s->opts.no_strand && r->strand == '-' ? '+' : r->strand;
  g->unknown = s->unknown;
  g->offset = r->contig < 0 ? s->win_begin : 0;
  g->start = known ? s->win_begin + r->origin : -1;
  g->end = known ? s->win_end + r->origin : -1;
  g->interval_start = known ? r->start + r->origin : -1;
  g->interval_end = known ? r->end + r->origin : -1;
  g->summit = known && r->summit >= 0 ? r->start + r->summit : -1;
}

/* The window at hand becomes the last of the batch. */
static sg_status hand_out(sg_source *s, sg_region_batch *b, sg_err *err)
{
  const sg_alphabet *a = &s->alphabet;
  int64_t flank = s->opts.flank, length = s->win_end - s->win_begin;
  const char *text = s->text.s;
  sg_region *g;
  sg_status status = sg_batch_add(b, length, flank, s->opts.keep_text, err);

  if (status) return status;
  g = &b->region[b->n - 1];
  describe(s, g);
  status = sg_batch_name(b, s->record.name.s, &g->name, err);
  if (!status) status = sg_batch_name(b, s->record.chrom.l ? s->record.chrom.s : ".", &g->chrom,
                                      err);
  sg_encode(a, text + flank, length, b->codes + (b->n - 1) * length);
  if (flank) {
    sg_encode(a, text, flank, b->flanks + (b->n - 1) * 2 * flank);
    sg_encode(a, text + flank + length, flank, b->flanks + ((b->n - 1) * 2 + 1) * flank);
  }
  if (s->opts.keep_text) memcpy(b->text + (b->n - 1) * length, text + flank, (size_t)length);
  s->counts.given++;
  s->counts.padded += s->outside > 0;
  s->counts.many_n += (double)s->unknown > many_n * (double)length;
  s->have = false;
  return status;
}

sg_status sg_source_fill(sg_source *source, sg_region_batch *batch, sg_err *err)
{
  sg_status status = SG_OK;

  sg_batch_clear(batch);
  while (!status && batch->n < batch->cap) {
    status = next_kept(source, err);
    if (status || !source->have) break;
    if (!sg_batch_takes(batch, source->win_end - source->win_begin)) break;
    status = hand_out(source, batch, err);
  }
  if (status) sg_batch_clear(batch);
  return status;
}

/* ---- 4. Opening ------------------------------------------------------------------------------ */

sg_source_opts sg_source_opts_default(void)
{
  return (sg_source_opts){.size = sizeof(sg_source_opts), .shard = 1, .shards = 1, .rows = -1};
}

static sg_status check_opts(const sg_source_opts *o, sg_err *err)
{
  int regions = (o->bed != NULL) + (o->n_intervals > 0);

  if (o->size != sizeof *o) return sg_fail(err, SG_EINVAL, "options of another library version");
  if (o->rows >= 0 && (o->windows || o->genome || regions))
    return sg_fail(err, SG_EINVAL, "rows of arrays come without sequences");
  if (o->rows >= 0 && o->length < 1)
    return sg_fail(err, SG_EINVAL, "rows of arrays have a length");
  if (o->windows && (o->genome || regions))
    return sg_fail(err, SG_EINVAL, "give either FASTA windows or a genome with regions, not both");
  if (!o->windows && !o->genome && o->rows < 0)
    return sg_fail(err, SG_EINVAL, "no sequences: give a FASTA, or a genome (-f) with regions");
  if (o->genome && regions != 1)
    return sg_fail(err, SG_EINVAL,
                   "a genome needs regions: a BED file (-b) or places (-R), not both");
  if (o->genome && o->bed && !strcmp(o->genome, "-") && !strcmp(o->bed, "-"))
    return sg_fail(err, SG_EINVAL, "genome and regions cannot both come from standard input");
  if (o->length < 0 || o->length > INT32_MAX || o->flank < 0 || o->flank > INT32_MAX / 2)
    return sg_fail(err, SG_EINVAL, "a window has 1 to %d bases", INT32_MAX);
  if (o->shard < 1 || o->shard > o->shards)
    return sg_fail(err, SG_EINVAL, "shard %d of %d does not exist", o->shard, o->shards);
  return SG_OK;
}

/* Under SG_EDGE_FAIL every window is placed once before the first is handed out. */
static sg_status check_edges(sg_source *s, sg_err *err)
{
  bool more = true, keep;
  sg_status status = SG_OK;

  if (s->opts.edge != SG_EDGE_FAIL || s->once) return SG_OK;
  while (!status && !(status = sg_input_next(s, &more, err)) && more) status = place(s, &keep, err);
  return status ? status : sg_input_rewind(s, err);
}

/* Records [(i - 1) T / n, i T / n). */
static void choose_range(sg_source *s)
{
  int64_t n = s->opts.shards, i = s->opts.shard, quotient, rest;

  if (s->total < 0) return;
  quotient = s->total / n;            /* i T / n without overflow */
  rest = s->total % n;
  s->begin = quotient * (i - 1) + rest * (i - 1) / n;
  s->end = quotient * i + rest * i / n;
}

/* Strings of the options are the caller's: what is needed later was copied, the rest is
 * forgotten. */
static void forget_strings(sg_source_opts *o)
{
  static const char kept[] = "";

  o->windows = o->windows ? kept : NULL;
  o->genome = o->genome ? kept : NULL;
  o->bed = o->bed ? kept : NULL;
  o->fai = NULL;
  o->intervals = NULL;
  o->alphabet = NULL;
}

sg_status sg_source_open(const sg_source_opts *opts, sg_source **ret_source, sg_err *err)
{
  sg_source *s;
  sg_status status = check_opts(opts, err);

  *ret_source = NULL;
  if (status) return status;
  s = calloc(1, sizeof *s);
  if (!s) return sg_fail(err, SG_ENOMEM, "no memory for a source of sequences");
  s->opts = *opts;
  s->fd = -1;
  s->end = -1;
  status = sg_alphabet_init(&s->alphabet, opts->alphabet, opts->n_base, err);
  if (!status) status = sg_input_open(s, err);
  if (!status) status = check_edges(s, err);
  if (!status) status = sg_chroms_list(s, err);
  if (status) {
    sg_source_close(s);
    return status;
  }
  forget_strings(&s->opts);
  choose_range(s);
  *ret_source = s;
  return SG_OK;
}

void sg_source_close(sg_source *source)
{
  if (!source) return;
  sg_input_close(source);
  free(source->chrom);
  free(source->text.s);
  free(source);
}

const sg_alphabet *sg_source_alphabet(const sg_source *source) { return &source->alphabet; }

int64_t sg_source_total(const sg_source *source) { return source->total; }

void sg_source_range(const sg_source *source, int64_t *ret_begin, int64_t *ret_end)
{
  *ret_begin = source->begin;
  *ret_end = source->end;
}

int64_t sg_source_longest(const sg_source *source) { return source->longest; }

sg_source_counts sg_source_count(const sg_source *source) { return source->counts; }

sg_shard sg_source_shard(const sg_source *source, int header, const char *run)
{
  sg_shard shard = {.shard = source->opts.shard, .shards = source->opts.shards,
                    .begin = source->begin, .end = source->end, .total = source->total,
                    .header = header};

  strncat(shard.run, run, sizeof shard.run - 1);
  return shard;
}
