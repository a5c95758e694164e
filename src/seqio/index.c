/* seqio/index.c: indices of FASTA files: read from a .fai, or made by scanning.
 *
 * 1. Chromosomes   2. Packed bases   3. The .fai   4. The scan
 *
 * A .fai line is NAME, LENGTH, OFFSET, LINEBASES, LINEWIDTH (samtools faidx). The scan reads pieces
 * of a few kB and remembers for about every 64 kb of sequence in which piece it began, so that
 * lines may be of any length: none of the rules of faidx apply.
 */
#include "seqio/index.h"

#include <errno.h>
#include <htslib/khash.h>
#include <htslib/kstring.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "seqgloss/io.h"

KHASH_MAP_INIT_STR(contigs, int)

enum { PIECE = 8192, MARK_SPAN = 65536 };

/* ---- 1. Chromosomes -------------------------------------------------------------------------- */

sg_status sg_index_init(sg_index *index, sg_err *err)
{
  memset(index, 0, sizeof *index);
  index->hash = kh_init(contigs);
  return index->hash ? SG_OK : sg_fail(err, SG_ENOMEM, "no memory for an index");
}

void sg_index_release(sg_index *index)
{
  for (int i = 0; i < index->n; i++) {
    free(index->contig[i].name);
    free(index->contig[i].mark);
    free(index->contig[i].packed);
  }
  free(index->contig);
  if (index->hash) kh_destroy(contigs, index->hash);
  memset(index, 0, sizeof *index);
}

int sg_index_find(const sg_index *index, const char *name)
{
  const khash_t(contigs) *hash = index->hash;
  khiter_t k = kh_get(contigs, hash, name);

  return k == kh_end(hash) ? -1 : kh_value(hash, k);
}

/* A new chromosome; SG_EFORMAT without text when the name is there already. */
static sg_status add_contig(sg_index *index, const char *name, sg_err *err)
{
  khash_t(contigs) *hash = index->hash;
  sg_contig *c;
  int absent;
  khiter_t k;

  if (sg_index_find(index, name) >= 0)
    return sg_fail(err, SG_EFORMAT, "the name '%.200s' is there twice", name);
  if (index->n == index->cap) {
    int cap = index->cap ? 2 * index->cap : 16;
    c = realloc(index->contig, (size_t)cap * sizeof *c);
    if (!c) return sg_fail(err, SG_ENOMEM, "no memory for an index");
    index->contig = c;
    index->cap = cap;
  }
  c = &index->contig[index->n];
  memset(c, 0, sizeof *c);
  c->name = strdup(name);
  if (!c->name) return sg_fail(err, SG_ENOMEM, "no memory for an index");
  k = kh_put(contigs, hash, c->name, &absent);
  if (absent < 0) {
    free(c->name);
    return sg_fail(err, SG_ENOMEM, "no memory for an index");
  }
  kh_value(hash, k) = index->n++;
  return SG_OK;
}

/* ---- 2. Packed bases ------------------------------------------------------------------------- */

/* Sixteen letters fit into four bits. */
static const char letters[] = "ACGTURYSWKMBDHVN";

char sg_index_base(const sg_contig *contig, int64_t i)
{
  return letters[contig->packed[i / 2] >> (i % 2 ? 4 : 0) & 15];
}

static sg_status pack_base(sg_contig *c, char base, sg_err *err)
{
  const char *p = strchr(letters, base >= 'a' && base <= 'z' ? base - 'a' + 'A' : base);
  int64_t byte = c->length / 2;

  if (!p) return sg_fail(err, SG_EFORMAT, "'%c' in '%.100s' is no nucleotide letter", base,
                         c->name);
  if (byte >= c->cap_packed) {
    int64_t cap = c->cap_packed ? c->cap_packed + c->cap_packed / 2 : 4096;
    uint8_t *packed = realloc(c->packed, (size_t)cap);
    if (!packed) return sg_fail(err, SG_ENOMEM, "no memory for chromosome '%.100s'", c->name);
    c->packed = packed;
    c->cap_packed = cap;
  }
  if (c->length % 2 == 0) c->packed[byte] = 0;
  c->packed[byte] = (uint8_t)(c->packed[byte] | (p - letters) << (c->length % 2 ? 4 : 0));
  return SG_OK;
}

/* ---- 3. The .fai ----------------------------------------------------------------------------- */

/* Numbers in columns 2 to 5. */
static bool take_columns(char *rest, sg_contig *c)
{
  int64_t *field[4] = {&c->length, &c->offset, &c->line_bases, &c->line_width};

  for (int i = 0; i < 4; i++) {
    size_t n = strcspn(rest, "\t");
    bool last = rest[n] == '\0';
    rest[n] = '\0';
    if (sg_parse_i64("", rest, 0, INT64_C(1) << 46, field[i], NULL) ||
        last != (i == 3)) return false;
    rest += n + 1;
  }
  return c->length == 0 || (c->line_bases > 0 && c->line_width >= c->line_bases &&
                            c->line_width <= c->line_bases + 16);
}

sg_status sg_index_read(sg_index *index, const char *fai, sg_err *err)
{
  sg_lines *lines;
  char *line;
  sg_status status = sg_lines_open(fai, &lines, err);

  if (status) return status;
  while (!(status = sg_lines_next(lines, &line, NULL, err)) && line) {
    size_t n = strcspn(line, "\t");
    bool found = line[n] == '\t' && n > 0;
    if (!*line) continue;
    line[n] = '\0';
    if (found) status = add_contig(index, line, err);
    if (!status && (!found || !take_columns(line + n + 1, &index->contig[index->n - 1])))
      status = sg_fail(err, SG_EFORMAT, "this is no line of a FASTA index");
    if (status) {
      sg_fail_prefix(err, "%s:%" PRId64 ": ", fai, sg_lines_number(lines));
      break;
    }
  }
  sg_lines_close(lines);
  return status;
}

/* ---- 4. The scan ----------------------------------------------------------------------------- */

typedef struct scan {
  sg_index *index;
  bool pack;
  bool (*wanted)(void *user, const char *name);
  void *user;
  sg_contig *contig;        /* the present one; NULL before the first header */
  bool keep;                /* its bases are packed */
  bool line_start, header;  /* where in the text */
  kstring_t name;
  bool name_ended;
  int64_t line;
} scan;

static sg_status add_mark(sg_contig *c, int64_t voffset, int skip, sg_err *err)
{
  if (c->n_marks == c->cap_marks) {
    int64_t cap = c->cap_marks ? 2 * c->cap_marks : 4;
    sg_index_mark *mark = realloc(c->mark, (size_t)cap * sizeof *mark);
    if (!mark) return sg_fail(err, SG_ENOMEM, "no memory for an index");
    c->mark = mark;
    c->cap_marks = cap;
  }
  c->mark[c->n_marks++] = (sg_index_mark){c->length, voffset, skip};
  return SG_OK;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
                               }

/* A character of a header line: collects the first word; the line's end begins the chromosome. */
static sg_status take_header(scan *s, char c, int64_t voffset, int place, sg_err *err)
{
  sg_status status;

  if (c != '\n') {
    if (is_blank(c) && s->name.l) s->name_ended = true;
    if (!is_blank(c) && !s->name_ended && kputc(c, &s->name) < 0)
      return sg_fail(err, SG_ENOMEM, "no memory for a name");
    return SG_OK;
  }
  s->header = false;
  if (!s->name.l) return sg_fail(err, SG_EFORMAT, "a FASTA header without a name");
  status = add_contig(s->index, s->name.s, err);
  if (status) return status;
  s->contig = &s->index->contig[s->index->n - 1];
  s->keep = s->pack && (!s->wanted || s->wanted(s->user, s->contig->name));
  return s->pack ? SG_OK : add_mark(s->contig, voffset, place + 1, err);
}

static sg_status take_base(scan *s, char c, sg_err *err)
{
  sg_status status = SG_OK;

  if (!s->contig)
    return sg_fail(err, SG_EFORMAT, "this is no FASTA: a record begins with '>' and its name");
  if (s->keep) status = pack_base(s->contig, c, err);
  s->contig->length++;
  return status;
}

/* The pieces between headers are the bulk: bases are counted without a call for each. */
static sg_status take_piece(scan *s, const char *piece, int n, int64_t voffset, sg_err *err)
{
  sg_status status = SG_OK;
  const sg_index_mark *last = NULL;

  if (s->contig && !s->pack && !s->header) {
    last = &s->contig->mark[s->contig->n_marks - 1];
    if (s->contig->length - last->base >= MARK_SPAN) status = add_mark(s->contig, voffset, 0, err);
  }
  for (int i = 0; i < n && !status; i++) {
    char c = piece[i];
    if (s->header) {
      status = take_header(s, c, voffset, i, err);
    } else if (c == '>' && s->line_start) {
      s->header = true;
      s->name.l = 0;
      s->name_ended = false;
    } else if (c > ' ' || c < 0) {
      if (s->contig && !s->keep) s->contig->length++;
      else status = take_base(s, c, err);
    }
    s->line_start = c == '\n';
    if (s->line_start && !status) s->line++;
  }
  return status;
}

sg_status sg_index_scan(sg_index *index, BGZF *bgzf, const char *file, bool pack,
                        bool (*wanted)(void *user, const char *name), void *user, sg_err *err)
{
  scan s = {.index = index, .pack = pack, .wanted = wanted, .user = user, .line_start = true,
             .line = 1};
  char *piece = malloc(PIECE);
  ssize_t n = 1;
  sg_status status = piece ? SG_OK : sg_fail(err, SG_ENOMEM, "no memory for an index");

  while (!status && n > 0) {
    int64_t voffset = bgzf_tell(bgzf);
    n = bgzf_read(bgzf, piece, PIECE);
    if (n < 0) status = sg_fail(err, SG_EFORMAT, "the file is damaged or cut off; copy it again");
    else status = take_piece(&s, piece, (int)n, voffset, err);
  }
  if (!status && s.header) status = take_header(&s, '\n', 0, 0, err);
  if (!status && index->n == 0) status = sg_fail(err, SG_EFORMAT,
                                                 "there is no sequence in this file");
  if (status) sg_fail_prefix(err, "%s:%" PRId64 ": ", file, s.line);
  free(s.name.s);
  free(piece);
  return status;
}
