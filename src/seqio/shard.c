/* seqio/shard.c: pieces of a run, and putting their outputs together.
 *
 * 1. The line of a piece   2. Checking pieces   3. Merging
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "seqgloss/io.h"
#include "seqgloss/region.h"

enum { SHARDS_MAX = 1000000 };

/* ---- 1. The line of a piece ------------------------------------------------------------------ */

/* A number up to the character `stop`; moves *p behind it. */
static bool take(const char **p, char stop, int64_t lo, int64_t hi, int64_t *ret_value)
{
  char digits[24];
  size_t n = strspn(*p, "0123456789");

  if (n == 0 || n >= sizeof digits || (*p)[n] != stop) return false;
  memcpy(digits, *p, n);
  digits[n] = '\0';
  *p += n + (stop != '\0');
  return !sg_parse_i64("", digits, lo, hi, ret_value, NULL);
}

static bool take_word(const char **p, const char *word)
{
  size_t n = strlen(word);

  if (strncmp(*p, word, n)) return false;
  *p += n;
  return true;
}

sg_status sg_shard_parse(const char *text, int *ret_shard, int *ret_shards, sg_err *err)
{
  const char *p = text;
  int64_t i, n;

  if (!take(&p, '/', 1, SHARDS_MAX, &i) || !take(&p, '\0', i, SHARDS_MAX, &n))
    return sg_fail(err, SG_EINVAL, "shard '%.40s': write i/n with 1 <= i <= n <= %d", text,
                   SHARDS_MAX);
  *ret_shard = (int)i;
  *ret_shards = (int)n;
  return SG_OK;
}

int sg_shard_line(const sg_shard *s, char *text, size_t size)
{
  int n = snprintf(text, size,
                   "##seqgloss-shard %d/%d records %" PRId64 "-%" PRId64 " of %" PRId64
                   " header %d run %s\n",
                   s->shard, s->shards, s->begin, s->end, s->total, s->header, s->run);
  return n > 0 && (size_t)n < size ? n : -1;
}

/* Letters and digits to the end of the line. */
static bool take_run(const char *p, char run[65])
{
  size_t n = strspn(p, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

  if (n == 0 || n > 64 || (p[n] && p[n] != '\n')) return false;
  memcpy(run, p, n);
  run[n] = '\0';
  return true;
}

bool sg_shard_read(const char *line, sg_shard *s)
{
  const char *p = line;
  int64_t i, n, header;

  if (!take_word(&p, "##seqgloss-shard ") || !take(&p, '/', 1, SHARDS_MAX, &i) ||
      !take(&p, ' ', i, SHARDS_MAX, &n) || !take_word(&p, "records ") ||
      !take(&p, '-', 0, INT64_MAX, &s->begin) || !take(&p, ' ', s->begin, INT64_MAX, &s->end) ||
      !take_word(&p, "of ") || !take(&p, ' ', s->end, INT64_MAX, &s->total) ||
      !take_word(&p, "header ") || !take(&p, ' ', 0, SHARDS_MAX, &header) ||
      !take_word(&p, "run ") || !take_run(p, s->run))
    return false;
  s->shard = (int)i;
  s->shards = (int)n;
  s->header = (int)header;
  return true;
}

/* ---- 2. Checking pieces ---------------------------------------------------------------------- */

typedef struct piece {
  const char *path;
  sg_shard shard;
  char header[65];          /* digest of its header lines */
} piece;

/* Appends a line and its end to *text. */
static bool append(char **text, size_t *n, const char *line, size_t length)
{
  char *bigger = realloc(*text, *n + length + 2);

  if (!bigger) return false;
  *text = bigger;
  memcpy(*text + *n, line, length);
  *n += length;
  (*text)[(*n)++] = '\n';
  return true;
}

/* Reads the first line and the header; leaves the lines after them to be read. */
static sg_status read_head(const char *path, piece *p, sg_lines **ret_lines, sg_err *err)
{
  char *line, *text = NULL;
  size_t length, n = 0;
  sg_status status = sg_lines_open(path, ret_lines, err);

  if (status) return status;
  p->path = path;
  status = sg_lines_next(*ret_lines, &line, &length, err);
  if (!status && (!line || !sg_shard_read(line, &p->shard)))
    status = sg_fail(err, SG_EFORMAT, "%s: this is no output of a run with --shard", path);
  for (int i = 0; i < p->shard.header && !status; i++) {
    status = sg_lines_next(*ret_lines, &line, &length, err);
    if (!status && !line) status = sg_fail(err, SG_EFORMAT, "%s: its header is cut off", path);
    if (!status && !append(&text, &n, line, length))
      status = sg_fail(err, SG_ENOMEM, "no memory for the header of %s", path);
  }
  if (!status) sg_digest(text, n, p->header);
  free(text);
  if (status) sg_lines_close(*ret_lines);
  return status;
}

static int by_number(const void *a, const void *b)
{
  const piece *p = a, *q = b;

  return (p->shard.shard > q->shard.shard) - (p->shard.shard < q->shard.shard);
}

/* "3, 5 and 7" of those missing, as far as they fit. */
static sg_status name_missing(const piece *pieces, int n, sg_err *err)
{
  char list[256] = "";
  size_t used = 0;
  int shards = pieces[0].shard.shards, next = 0, missing = 0;

  for (int i = 1; i <= shards; i++) {
    while (next < n && pieces[next].shard.shard < i) next++;
    if (next < n && pieces[next].shard.shard == i) continue;
    missing++;
    if (used < sizeof list - 24)
      used += (size_t)snprintf(list + used, sizeof list - used, "%s%d", missing > 1 ? ", " : "", i);
    else if (used < sizeof list - 8)
      used += (size_t)snprintf(list + used, sizeof list - used, " ...");
  }
  return sg_fail(err, SG_ENOTFOUND, "%d of %d pieces missing: --shard %s", missing, shards, list);
}

/* All pieces of one run, each once; `pieces` are in order of their numbers. */
static sg_status check_pieces(const piece *pieces, int n, sg_err *err)
{
  const sg_shard *a = &pieces[0].shard;

  for (int i = 0; i < n; i++) {
    const sg_shard *b = &pieces[i].shard;
    if (b->shards != a->shards || b->total != a->total || strcmp(b->run, a->run) ||
        strcmp(pieces[i].header, pieces[0].header))
      return sg_fail(err, SG_EINVAL,
                     "%s and %s come from different runs (other options, model, input or number of "
                     "shards)",
                     pieces[0].path, pieces[i].path);
    if (i > 0 && b->shard == pieces[i - 1].shard.shard)
      return sg_fail(err, SG_EINVAL, "%s and %s are both piece %d of %d", pieces[i - 1].path,
                     pieces[i].path, b->shard, b->shards);
  }
  if (n < a->shards) return name_missing(pieces, n, err);
  for (int i = 0; i < n; i++)
    if (pieces[i].shard.begin != (i ? pieces[i - 1].shard.end : 0) ||
        (i == n - 1 && pieces[i].shard.end != a->total))
      return sg_fail(err, SG_EFORMAT, "%s: its records do not follow those of the piece before",
                     pieces[i].path);
  return SG_OK;
}

/* ---- 3. Merging ------------------------------------------------------------------------------ */

/* Copies the lines after the piece's own line and before its end, with the header for the first
 * piece. */
static sg_status copy_piece(const char *path, bool header, sg_output *out, sg_err *err)
{
  sg_lines *lines;
  char *line;
  size_t length;
  piece p = {0};
  bool ended = false;
  sg_status status;

  if (header) {
    status = sg_lines_open(path, &lines, err);
    if (!status) status = sg_lines_next(lines, &line, &length, err);
  } else {
    status = read_head(path, &p, &lines, err);
  }
  if (!lines || (status && !header)) return status;
  while (!status && !(status = sg_lines_next(lines, &line, &length, err)) && line && !ended) {
    ended = length == strlen(SG_SHARD_END) - 1 && !strncmp(line, SG_SHARD_END, length);
    if (ended) continue;
    line[length] = '\n';          /* the end of the line took the place of its newline */
    status = sg_output_write(out, line, length + 1, err);
  }
  if (!status && (!ended || line))
    status = sg_fail(err, SG_EFORMAT, ended ? "%s: something follows its last line" :
                     "%s: is cut off: its last line is missing; copy it again, or run this piece "
                     "again", path);
  sg_lines_close(lines);
  return status;
}

sg_status sg_merge(const char *const *paths, int n, const char *out, sg_err *err)
{
  sg_lines *lines;
  sg_output *output = NULL;
  piece *pieces;
  sg_status status = SG_OK;

  if (n < 1) return sg_fail(err, SG_EINVAL, "merge needs the outputs of all shards");
  pieces = calloc((size_t)n, sizeof *pieces);
  if (!pieces) return sg_fail(err, SG_ENOMEM, "no memory for %d pieces", n);
  for (int i = 0; i < n && !status; i++) {
    status = read_head(paths[i], &pieces[i], &lines, err);
    if (!status) sg_lines_close(lines);
  }
  if (!status) {
    qsort(pieces, (size_t)n, sizeof *pieces, by_number);
    status = check_pieces(pieces, n, err);
  }
  if (!status) status = sg_output_open(out, 0, &output, err);
  for (int i = 0; i < n && !status; i++) status = copy_piece(pieces[i].path, i == 0, output, err);
  free(pieces);
  if (status) sg_output_discard(output);
  else status = sg_output_commit(output, err);
  return status;
}
