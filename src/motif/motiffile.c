/* motif/motiffile.c: motif files: which format, reading, writing, and the parts that the formats
 * share.
 *
 * 1. Formats   2. Lines   3. Motifs under way   4. Reading   5. Writing
 */
#include "motif/motiffile.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- 1. Formats ------------------------------------------------------------------------------ */

enum { FORMATS = 4 };

static const sg_motif_codec *const codecs[FORMATS] = {
  [SG_MOTIF_MEME] = &sg_motif_meme,
  [SG_MOTIF_JASPAR] = &sg_motif_jaspar,
  [SG_MOTIF_TRANSFAC] = &sg_motif_transfac,
  [SG_MOTIF_HOMER] = &sg_motif_homer
};

static bool ends_with(const char *text, size_t n, const char *ending)
{
  size_t k = strlen(ending);

  return n > k && !strncmp(text + n - k, ending, k);
}

sg_status sg_motif_format_of(const char *path, sg_motif_format *ret_format, sg_err *err)
{
  size_t n = strlen(path);

  if (ends_with(path, n, ".gz")) n -= 3;
  for (int f = 0; f < FORMATS; f++)
    for (int e = 0; codecs[f]->endings[e]; e++)
      if (ends_with(path, n, codecs[f]->endings[e])) {
        *ret_format = (sg_motif_format)f;
        return SG_OK;
      }
  return sg_fail(err, SG_EINVAL, "%s: the ending names no format of motifs: .meme, .jaspar, .pfm, "
                                 ".transfac, .homer, .motif (and .gz)", path);
}

/* ---- 2. Lines -------------------------------------------------------------------------------- */

bool sg_motif_blank(char c) { return c == ' ' || c == '\t'; }

bool sg_motif_digit(const char *text)
{
  text += *text == '-' || *text == '+';
  text += *text == '.';
  return *text >= '0' && *text <= '9';
}

bool sg_motif_begins(const char *line, const char *word)
{
  size_t n = strlen(word);

  return !strncmp(line, word, n) && (!line[n] || sg_motif_blank(line[n]));
}

char *sg_motif_word(char **rest)
{
  char *word = *rest + strspn(*rest, " \t");
  size_t n = strcspn(word, " \t");

  if (!n) return NULL;
  *rest = word + n + (word[n] != '\0');
  word[n] = '\0';
  return word;
}

sg_status sg_motif_bad(const sg_motif_reader *r, sg_err *err, const char *fmt, ...)
{
  char text[SG_ERR_TEXT / 2];
  va_list args;

  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": %s%.80s%s%s", sg_lines_name(r->lines),
                 sg_lines_number(r->lines), r->id ? "motif " : "", r->id ? r->id : "",
                 r->id ? ": " : "", text);
}

void sg_motif_hold(sg_motif_reader *r) { r->held = r->line != NULL; }

static sg_status check_line(const sg_motif_reader *r, size_t n, sg_err *err)
{
  for (size_t i = 0; i < n; i++)
    if (((unsigned char)r->line[i] < ' ' && r->line[i] != '\t') || r->line[i] == 127)
      return sg_motif_bad(r, err, "a control character (byte %d): no text, or damaged",
                          r->line[i]);
  return SG_OK;
}

sg_status sg_motif_line(sg_motif_reader *r, sg_err *err)
{
  size_t n = 0;
  sg_status status;

  if (r->held) {
    r->held = false;
    return SG_OK;
  }
  status = sg_lines_next(r->lines, &r->line, &n, err);
  if (status || !r->line) return status;
  if (sg_lines_number(r->lines) == 1 && !strncmp(r->line, "\xef\xbb\xbf", 3)) {
    r->line += 3;                                     /* the mark that Windows puts before UTF-8 */
    n -= 3;
  }
  while (n && sg_motif_blank(r->line[n - 1])) r->line[--n] = '\0';
  return check_line(r, n, err);
}

/* ---- 3. Motifs under way --------------------------------------------------------------------- */

static void forget(sg_motif_reader *r)
{
  free(r->id);
  free(r->name);
  r->id = r->name = NULL;
  r->width = 0;
  r->nsites = r->evalue = 0;
}

sg_status sg_motif_start(sg_motif_reader *r, const char *id, const char *name, sg_err *err)
{
  forget(r);
  name += strspn(name, " \t");
  r->begin = sg_lines_number(r->lines);
  r->id = strdup(id);
  r->name = strdup(name);
  if (!r->id || !r->name)
    return sg_fail(err, SG_ENOMEM, "%s: no memory to read it", sg_lines_name(r->lines));
  for (char *c = r->name; *c; c++)
    if (*c == '\t') *c = ' ';
  return SG_OK;
}

sg_status sg_motif_number(const sg_motif_reader *r, const char *text, double *ret_value,
                          sg_err *err)
{
  sg_err why = { SG_OK, "" };

  if (sg_parse_f64("a matrix", text, -DBL_MAX, DBL_MAX, ret_value, &why))
    return sg_motif_bad(r, err, "%s", why.text);
  return SG_OK;
}

sg_status sg_motif_column(sg_motif_reader *r, char *text, sg_err *err)
{
  if (r->width == SG_MOTIF_WIDTH_MAX)
    return sg_motif_bad(r, err, "more than %d columns", SG_MOTIF_WIDTH_MAX);
  for (int a = 0; a < 4; a++) {
    char *word = sg_motif_word(&text);
    if (!word) return sg_motif_bad(r, err, "%d numbers where A, C, G, T need 4", a);
    sg_status status = sg_motif_number(r, word, &r->m[r->width][a], err);
    if (status) return status;
  }
  if (sg_motif_word(&text)) return sg_motif_bad(r, err, "more than the 4 numbers of A, C, G, T");
  r->width++;
  return SG_OK;
}

/* What the numbers of a matrix can be. */
typedef struct nature {
  bool negative, whole, ones;  /* one is below 0; all are whole; all columns sum to 1 */
  int first_off;               /* first column whose sum is not 1, from 0 */
  double most;                 /* largest sum */
} nature;

/* Two decimals a number, as some files have, are off by 0.005 each at most. */
static const double rounding = 0.0201;

static nature look_at(const double (*m)[4], int width)
{
  nature it = { .whole = true, .ones = true };

  for (int i = 0; i < width; i++) {
    double sum = m[i][0] + m[i][1] + m[i][2] + m[i][3];
    for (int a = 0; a < 4; a++) {
      if (m[i][a] < 0) it.negative = true;
      if (m[i][a] != floor(m[i][a])) it.whole = false;
    }
    if (it.ones && !(fabs(sum - 1) <= rounding)) {
      it.ones = false;
      it.first_off = i;
    }
    if (sum > it.most) it.most = sum;
  }
  return it;
}

static sg_status tell_kind(const sg_motif_reader *r, unsigned takes, bool cwm, nature it,
                           sg_motif_kind *ret_kind, sg_err *err)
{
  const double *off = r->m[it.first_off];

  if (!isfinite(it.most)) return sg_motif_bad(r, err, "the numbers of a column are too large");
  if (cwm || it.negative) {
    *ret_kind = SG_MOTIF_CWM;
    if (takes & SG_MOTIF_TAKES_CWM) return SG_OK;
    return sg_motif_bad(r, err, "negative numbers: contributions are read from MEME files only");
  }
  if (it.ones && !(it.whole && takes & SG_MOTIF_TAKES_COUNTS)) {
    *ret_kind = SG_MOTIF_PROBS;
    return SG_OK;
  }
  *ret_kind = SG_MOTIF_COUNTS;
  if (it.most > SG_MOTIF_SITES_MAX)
    return sg_motif_bad(r, err, "a column of more than %g sites", SG_MOTIF_SITES_MAX);
  if (takes & SG_MOTIF_TAKES_COUNTS) return SG_OK;
  return sg_motif_bad(r, err, "the probabilities of column %d sum to %g, not to 1",
                      it.first_off + 1, off[0] + off[1] + off[2] + off[3]);
}

/* What a matrix is, its numbers say: contributions have a sign; counts have sums beyond 1;
 * probabilities sum to 1. A count of one site sums to 1 as well, but is whole. */
sg_status sg_motif_finish(sg_motif_reader *r, unsigned takes, bool cwm, sg_err *err)
{
  nature it = look_at((const double (*)[4])r->m, r->width);
  sg_motif_kind kind = SG_MOTIF_PROBS;
  sg_motif *motif;
  sg_err why = { SG_OK, "" };
  sg_status status = tell_kind(r, takes, cwm, it, &kind, err);

  if (status) return status;
  status = sg_motifs_add(r->motifs, r->id, r->name, r->width, &motif, &why);
  if (status == SG_EINVAL) return sg_motif_bad(r, err, "%s", why.text);
  if (status) return sg_fail(err, status, "%s: %s", sg_lines_name(r->lines), why.text);
  memcpy(motif->m, r->m, (size_t)r->width * sizeof r->m[0]);
  motif->kind = kind;
  motif->nsites = kind == SG_MOTIF_COUNTS ? it.most : r->nsites;
  motif->evalue = r->evalue;
  motif->line = r->begin;
  forget(r);
  return SG_OK;
}

/* ---- 4. Reading ------------------------------------------------------------------------------ */

/* Holds the first line that says something. */
static sg_status choose(sg_motif_reader *r, const sg_motif_codec **ret_codec, sg_err *err)
{
  sg_status status;

  do status = sg_motif_line(r, err);
  while (!status && r->line && (!r->line[strspn(r->line, " \t")] || r->line[0] == '#'));
  if (status) return status;
  if (!r->line)
    return sg_fail(err, SG_EFORMAT, "%s: no motif in it: the file is empty",
                   sg_lines_name(r->lines));
  sg_motif_hold(r);
  for (int f = FORMATS - 1; f >= 0; f--)      /* HOMER before JASPAR, which takes any > */
    if (codecs[f]->is(r->line)) {
      *ret_codec = codecs[f];
      r->motifs->format = (sg_motif_format)f;
      return SG_OK;
    }
  return sg_motif_bad(r, err, "'%.40s' begins none of the formats for motifs: MEME, JASPAR, "
                              "TRANSFAC, HOMER", r->line);
}

static sg_status read_all(sg_motif_reader *r, sg_err *err)
{
  const sg_motif_codec *codec = NULL;
  sg_status status = choose(r, &codec, err);

  if (!status) status = codec->read(r, err);
  if (!status && !r->motifs->n)
    status = sg_fail(err, SG_EFORMAT, "%s: a %s file without any motif", sg_lines_name(r->lines),
                     codec->name);
  return status;
}

sg_status sg_motifs_read(const char *path, sg_motifs **ret_motifs, sg_err *err)
{
  sg_motif_reader *r = calloc(1, sizeof *r);
  sg_status status = SG_ENOMEM;

  *ret_motifs = NULL;
  if (!r) return sg_fail(err, SG_ENOMEM, "%s: no memory to read it", path);
  status = sg_motifs_new(&r->motifs, err);
  if (!status) status = sg_lines_open(path, &r->lines, err);
  if (!status && !(r->motifs->path = strdup(sg_lines_name(r->lines))))
    status = sg_fail(err, SG_ENOMEM, "%s: no memory to read it", path);
  if (!status) status = read_all(r, err);
  if (!status) *ret_motifs = r->motifs;
  else sg_motifs_free(r->motifs);
  sg_lines_close(r->lines);
  forget(r);
  free(r);
  return status;
}

/* ---- 5. Writing ------------------------------------------------------------------------------ */

sg_status sg_motif_put(sg_output *output, const char *before, double value, sg_err *err)
{
  char text[SG_NUMBER_TEXT];

  sg_format_f64(text, value);
  return sg_output_printf(output, err, "%s%s", before, text);
}

sg_status sg_motif_put_name(sg_output *output, const char *name, sg_err *err)
{
  sg_status status = SG_OK;

  while (!status && *name) {
    size_t n = strcspn(name, " ");
    status = sg_output_write(output, name, n, err);
    name += n;
    if (!status && *name) {
      status = sg_output_puts(output, "_", err);
      name++;
    }
  }
  return status;
}

void sg_motif_column_probs(const sg_motif *motif, int i, double p[4])
{
  const double *m = motif->m + i * 4;
  double sum = m[0] + m[1] + m[2] + m[3];

  for (int a = 0; a < 4; a++)
    p[a] = motif->kind != SG_MOTIF_COUNTS ? m[a] : sum > 0 ? m[a] / sum : 0.25;
}

void sg_motif_column_counts(const sg_motif *motif, int i, double n[4])
{
  double sites = motif->kind == SG_MOTIF_COUNTS ? 1 : motif->nsites > 0 ? motif->nsites : 100;

  for (int a = 0; a < 4; a++) n[a] = motif->m[i * 4 + a] * sites;
}

static sg_status check_kinds(const sg_motifs *motifs, const sg_motif_codec *codec, sg_err *err)
{
  for (int i = 0; i < motifs->n; i++)
    if (motifs->motif[i].kind == SG_MOTIF_CWM && !(codec->takes & SG_MOTIF_TAKES_CWM))
      return sg_fail(err, SG_EUNSUPPORTED, "motif %s is a matrix of contributions, which %s files "
                                           "cannot hold; write them as .meme",
                     motifs->motif[i].id, codec->name);
  return SG_OK;
}

sg_status sg_motifs_write(const sg_motifs *motifs, sg_motif_format format, sg_output *output,
                          sg_err *err)
{
  const sg_motif_codec *codec = codecs[format];
  sg_status status = check_kinds(motifs, codec, err);

  if (!status && codec->begin) status = codec->begin(motifs, output, err);
  for (int i = 0; i < motifs->n && !status; i++)
    status = codec->write(&motifs->motif[i], output, err);
  return status;
}
