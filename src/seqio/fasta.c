/* seqio/fasta.c: reads FASTA record by record. */
#include "seqio/fasta.h"

#include <htslib/kstring.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct sg_fasta {
  sg_lines *lines;
  kstring_t name, seq;
  kstring_t next;           /* name of the record whose header was read already */
  int64_t next_line;        /* its line; 0: no header was read yet */
  sg_fasta_record record;
};

sg_status sg_fasta_new(sg_lines *lines, sg_fasta **ret_fasta, sg_err *err)
{
  sg_fasta *f = calloc(1, sizeof *f);

  *ret_fasta = f;
  if (f) f->lines = lines;
  else sg_lines_close(lines);
  return f ? SG_OK : sg_fail(err, SG_ENOMEM, "no memory to read FASTA");
}

void sg_fasta_free(sg_fasta *f)
{
  if (!f) return;
  sg_lines_close(f->lines);
  free(f->name.s);
  free(f->seq.s);
  free(f->next.s);
  free(f);
}

const char *sg_fasta_file(const sg_fasta *f) { return sg_lines_name(f->lines); }

static sg_status bad(const sg_fasta *f, const char *what, sg_err *err)
{
  return sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": %s", sg_lines_name(f->lines),
                 sg_lines_number(f->lines), what);
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
                               }

/* ">name and more": keeps the name as that of the next record. */
static sg_status take_header(sg_fasta *f, const char *line, sg_err *err)
{
  size_t n = 0;

  line++;
  while (is_blank(*line)) line++;
  while (line[n] && !is_blank(line[n])) n++;
  if (n == 0) return bad(f, "a FASTA header without a name; put one after '>'", err);
  f->next.l = 0;
  if (kputsn(line, n, &f->next) < 0) return sg_fail(err, SG_ENOMEM,
                                                    "no memory for a record's name");
  f->next_line = sg_lines_number(f->lines);
  return SG_OK;
}

/* Appends the letters of a line. */
static sg_status take_sequence(sg_fasta *f, const char *line, size_t length, sg_err *err)
{
  if (ks_resize(&f->seq, f->seq.l + length + 1) < 0)
    return sg_fail(err, SG_ENOMEM, "%s: no memory for record '%.100s'", sg_lines_name(f->lines),
                   f->next.s);
  for (size_t i = 0; i < length; i++)
    if (!is_blank(line[i])) f->seq.s[f->seq.l++] = line[i];
  f->seq.s[f->seq.l] = '\0';
  return SG_OK;
}

/* Text before the first header. */
static sg_status no_header(const sg_fasta *f, const char *line, sg_err *err)
{
  if (line[0] == '@') return bad(f, "this looks like FASTQ; convert it to FASTA first", err);
  return bad(f, "this is no FASTA: a record begins with '>' and its name", err);
}

/* Reads until the header after the next, or the end; *ret_line NULL at the end. */
static sg_status read_lines(sg_fasta *f, char **ret_line, sg_err *err)
{
  size_t length;
  sg_status status = SG_OK;

  while (!status && !(status = sg_lines_next(f->lines, ret_line, &length, err)) && *ret_line) {
    char *line = *ret_line;
    size_t blank = strspn(line, " \t\r\v\f");
    if (line[0] == '>') break;
    if (blank == length) continue;
    if (f->next_line == 0) return no_header(f, line, err);
    status = take_sequence(f, line, length, err);
  }
  return status;
}

sg_status sg_fasta_next(sg_fasta *f, const sg_fasta_record **ret_record, sg_err *err)
{
  char *line;
  sg_status status;
  kstring_t swap;

  *ret_record = NULL;
  if (f->next_line == 0) {                      /* the first call */
    status = read_lines(f, &line, err);
    if (status || !line) return status;
    status = take_header(f, line, err);
    if (status) return status;
  } else if (f->next_line < 0) {
    return SG_OK;
  }
  f->seq.l = 0;
  status = take_sequence(f, "", 0, err);
  if (!status) status = read_lines(f, &line, err);
  if (status) return status;
  swap = f->name, f->name = f->next, f->next = swap;
  f->record = (sg_fasta_record){f->name.s, f->seq.s, (int64_t)f->seq.l, f->next_line};
  if (line) status = take_header(f, line, err);
  else f->next_line = -1;
  if (!status) *ret_record = &f->record;
  return status;
}
