/* seqio/bed.c: BED3 to BED12 and narrowPeak.
 *
 * Columns are separated by tabs, or in lines without a tab by blanks. What has ten columns is
 * narrowPeak, whose tenth is the summit; in BED12 the tenth is the number of blocks. More than
 * twelve columns are allowed and not looked at.
 */
#include <math.h>
#include <string.h>

#include "seqgloss/io.h"
#include "seqgloss/region.h"

/* No chromosome is longer; twice this still fits into 63 bits. */
static const int64_t most = INT64_C(1) << 40;

enum { COLUMNS = 13 };

/* Cuts the line; returns the number of columns, those after the twelfth counted as one. */
static int split(char *line, char *column[COLUMNS])
{
  const char *separators = strchr(line, '\t') ? "\t" : " ";
  int n = 0;

  if (*separators == ' ') line += strspn(line, " ");
  while (n < COLUMNS) {
    size_t length = strcspn(line, separators);
    bool last = line[length] == '\0';
    column[n++] = line;
    line[length] = '\0';
    line += length + 1;
    if (last) break;
    if (*separators == ' ') {
      line += strspn(line, " ");
      if (!*line) break;
    }
  }
  return n;
}

static bool begins_with_word(const char *line, const char *word)
{
  size_t n = strlen(word);

  return !strncmp(line, word, n) && (line[n] == '\0' || line[n] == ' ' || line[n] == '\t');
}

static bool is_skipped(const char *line)
{
  return line[0] == '#' || line[strspn(line, " \t\r")] == '\0' || begins_with_word(line, "track") ||
         begins_with_word(line, "browser");
}

static sg_status take_interval(char *const column[], sg_bed_row *row, sg_err *err)
{
  sg_err why = {SG_OK, ""};

  if (!column[0][0]) return sg_fail(err, SG_EFORMAT, "column 1, the chromosome, is empty");
  row->chrom = column[0];
  if (sg_parse_i64("column 2 (start)", column[1], 0, most, &row->start, &why) ||
      sg_parse_i64("column 3 (end)", column[2], 0, most, &row->end, &why))
    return sg_fail(err, SG_EFORMAT, "%s; a header line must begin with '#'", why.text);
  if (row->end < row->start)
    return sg_fail(err, SG_EFORMAT, "the end (column 3, %lld) is before the start (column 2, %lld)",
                   (long long)row->end, (long long)row->start);
  return SG_OK;
}

static sg_status take_summit(const char *text, sg_bed_row *row, sg_err *err)
{
  sg_err why = {SG_OK, ""};

  if (sg_parse_i64("column 10 (narrowPeak's summit)", text, -1, most, &row->summit, &why))
    return sg_fail(err, SG_EFORMAT, "%s", why.text);
  if (row->summit > row->end - row->start)
    return sg_fail(err, SG_EFORMAT, "column 10, the summit's offset %s, is outside of the interval",
                   text);
  return SG_OK;
}

static sg_status take_strand(const char *text, sg_bed_row *row, sg_err *err)
{
  if (!*text || text[1] || !strchr("+-.", *text))
    return sg_fail(err, SG_EFORMAT,
                   "column 6 is '%.20s'; in BED it is the strand: '+', '-' or '.' (other tables: "
                   "keep columns 1 to 3)",
                   text);
  row->strand = *text;
  return SG_OK;
}

sg_status sg_bed_parse(char *line, sg_bed_row *row, bool *ret_row, sg_err *err)
{
  char *column[COLUMNS];
  size_t length = strlen(line);
  int n;
  sg_status status;

  *ret_row = false;
  while (length && line[length - 1] == '\r') line[--length] = '\0';
  if (!strncmp(line, "##fileformat=VCF", 16))
    return sg_fail(err, SG_EFORMAT, "this is VCF, not BED: the effect of variants is not computed; "
                   "seqgloss ism has that of every substitution at the positions of a BED file");
  if (is_skipped(line)) return SG_OK;
  n = split(line, column);
  if (n < 3 && line[0] == '>')
    return sg_fail(err, SG_EFORMAT, "this is FASTA, not BED: windows are given by themselves, "
                   "without -b and -f");
  if (n < 3 && strchr(line, ','))
    return sg_fail(err, SG_EFORMAT, "columns are separated by commas; BED needs chromosome, start "
                   "and end, separated by tabs");
  if (n < 3)
    return sg_fail(err, SG_EFORMAT,
                   "BED needs chromosome, start and end, separated by tabs; there %s %d column%s",
                   n == 1 ? "is" : "are", n, n == 1 ? "" : "s");
  *row = (sg_bed_row){.summit = -1, .score = NAN, .strand = '.'};
  status = take_interval(column, row, err);
  if (!status && n > 3 && column[3][0] && strcmp(column[3], ".")) row->name = column[3];
  if (!status && n > 4 && sg_parse_f64("", column[4], -1e300, 1e300, &row->score, NULL))
    row->score = NAN;
  if (!status && n > 5) status = take_strand(column[5], row, err);
  if (!status && n == 10) status = take_summit(column[9], row, err);
  *ret_row = !status;
  return status;
}
