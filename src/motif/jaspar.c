/* motif/jaspar.c: JASPAR's format: a line `>ID NAME`, then the counts of A, C, G and T, a row each.
 *
 *     >MA0004.1<tab>Arnt
 *     A  [     4     19      0      0      0      0 ]
 *     C  [    16      0     20      0      0      0 ]
 *     G  [     0      1      0     20      0     20 ]
 *     T  [     0      0      0      0     20      0 ]
 *
 * Rows are `A [ 1 2 3 ]` in any order, with or without brackets or '|', or numbers alone in the
 * order A, C, G, T. A file of such rows without any `>` is one motif, named after the file.
 */
#include "motif/motiffile.h"

#include <stdlib.h>
#include <string.h>

/* 0 to 3 for a row that begins with its letter, else -1. */
static int letter_of(const char *line)
{
  static const char letters[] = "ACGT";
  const char *found = *line ? strchr(letters, *line & ~32) : NULL;

  if (!found || !*found) return -1;
  line++;
  return !*line || strchr(" \t[|:=", *line) ? (int)(found - letters) : -1;
}

static bool is_row(const char *line)
{
  line += strspn(line, " \t[");
  return sg_motif_digit(line) || letter_of(line) >= 0;
}

static bool is_jaspar(const char *line) { return *line == '>' || is_row(line); }

/* ---- Reading --------------------------------------------------------------------------------- */

static sg_status begin_motif(sg_motif_reader *r, sg_err *err)
{
  char *rest = r->line + 1, *id = sg_motif_word(&rest);

  if (!id) return sg_motif_bad(r, err, "> without an identifier");
  return sg_motif_start(r, id, rest, err);
}

/* The name of the file without folders and what follows its first dot. */
static sg_status begin_nameless(sg_motif_reader *r, sg_err *err)
{
  const char *path = sg_lines_name(r->lines), *slash = strrchr(path, '/');
  char *id = strdup(slash ? slash + 1 : path);
  sg_status status;

  if (!id) return sg_fail(err, SG_ENOMEM, "%s: no memory to read it", path);
  if (strchr(id + (*id != '\0'), '.')) *strchr(id + 1, '.') = '\0';
  for (char *c = id; *c; c++)
    if (*c == ' ' || *c == '\t') *c = '_';
  status = sg_motif_start(r, *id ? id : "motif", "", err);
  free(id);
  return status;
}

/* Numbers of one base to its place in every column. */
static sg_status read_numbers(sg_motif_reader *r, char *text, int base, bool first, sg_err *err)
{
  char *word;
  int n = 0;
  sg_status status = SG_OK;

  for (char *c = text; *c; c++)
    if (strchr("[]|", *c)) *c = ' ';
  while (!status && (word = sg_motif_word(&text))) {
    if (n == SG_MOTIF_WIDTH_MAX)
      return sg_motif_bad(r, err, "more than %d columns", SG_MOTIF_WIDTH_MAX);
    status = sg_motif_number(r, word, &r->m[n][base], err);
    n++;
  }
  if (status) return status;
  if (!n) return sg_motif_bad(r, err, "no numbers in the row of %c", "ACGT"[base]);
  if (!first && n != r->width)
    return sg_motif_bad(r, err, "%d numbers in this row, %d in the one before", n, r->width);
  r->width = n;
  return SG_OK;
}

static sg_status read_row(sg_motif_reader *r, unsigned *seen, sg_err *err)
{
  static const int order[16] = { [0] = 0, [1] = 1, [3] = 2, [7] = 3 };
  char *text = r->line + strspn(r->line, " \t");
  int base = letter_of(text);
  bool first = !*seen;

  if (base >= 0) text += 1 + strspn(text + 1, " \t:=");
  else base = order[*seen];
  if (*seen >> base & 1) return sg_motif_bad(r, err, "a second row of %c", "ACGT"[base]);
  *seen |= 1u << base;
  return read_numbers(r, text, base, first, err);
}

/* Up to and with the fourth row; blank lines may stand in between. */
static sg_status read_matrix(sg_motif_reader *r, sg_err *err)
{
  unsigned seen = 0;
  sg_status status = SG_OK;

  while (!status && seen != 15) {
    status = sg_motif_line(r, err);
    if (status) return status;
    if (r->line && !r->line[strspn(r->line, " \t")]) continue;
    if (!r->line || !is_row(r->line))
      return sg_motif_bad(r, err, "no row of A, C, G or T where one should be");
    status = read_row(r, &seen, err);
  }
  return status ? status : sg_motif_finish(r, sg_motif_jaspar.takes, false, err);
}

static sg_status read_jaspar(sg_motif_reader *r, sg_err *err)
{
  sg_status status = sg_motif_line(r, err);

  while (!status && r->line) {
    const char *text = r->line + strspn(r->line, " \t");
    if (*text == '>') {
      status = begin_motif(r, err);
      if (!status) status = read_matrix(r, err);
    } else if (is_row(text) && !r->motifs->n) {
      status = begin_nameless(r, err);
      sg_motif_hold(r);
      if (!status) status = read_matrix(r, err);
    } else if (is_row(text)) {
      return sg_motif_bad(r, err, "a fifth row: JASPAR has one a base; with one a column the title "
                                  "must be HOMER's (>CONSENSUS, ID, THRESHOLD between tabs)");
    } else if (*text && *text != '#') {
      return sg_motif_bad(r, err, "'%.40s' where > should begin a motif", text);
    }
    if (!status) status = sg_motif_line(r, err);
  }
  return status;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static sg_status write_jaspar(const sg_motif *motif, sg_output *output, sg_err *err)
{
  sg_status status = sg_output_printf(output, err, ">%s%s%s\n", motif->id,
                                      *motif->name ? "\t" : "", motif->name);

  for (int a = 0; a < 4 && !status; a++) {
    status = sg_output_printf(output, err, "%c  [", "ACGT"[a]);
    for (int i = 0; i < motif->width && !status; i++) {
      double n[4];
      char text[SG_NUMBER_TEXT];
      sg_motif_column_counts(motif, i, n);
      sg_format_f64(text, n[a]);
      status = sg_output_printf(output, err, i ? " %6s" : "%6s", text);
    }
    if (!status) status = sg_output_puts(output, " ]\n", err);
  }
  return status;
}

const sg_motif_codec sg_motif_jaspar = {
  .name = "JASPAR",
  .endings = { ".jaspar", ".pfm" },
  .takes = SG_MOTIF_TAKES_COUNTS,
  .is = is_jaspar,
  .read = read_jaspar,
  .write = write_jaspar
};
