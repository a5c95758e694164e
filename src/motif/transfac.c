/* motif/transfac.c: TRANSFAC's records: lines with a key of two letters, the matrix after P0 (also
 * written PO), ended by `//`, which may be missing.
 *
 *     AC  MA0004.1
 *     XX                                           keys without a meaning here are passed over
 *     ID  Arnt
 *     XX
 *     P0      A      C      G      T               in any order
 *     01      4     16      0      0      C        position, counts, consensus (may be missing)
 *     02     19      0      1      0      A
 *     XX
 *     //
 *
 * The identifier is AC's, else ID's; the second name is NA's, else ID's where AC was there.
 */
#include "motif/motiffile.h"

#include <stdlib.h>
#include <string.h>

static bool key_letter(char c) { return (c >= 'A' && c <= 'Z') || c == '0'; }

static bool is_transfac(const char *line)
{
  return key_letter(line[0]) && key_letter(line[1]) && (!line[2] || sg_motif_blank(line[2]));
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* Names of the record under way. */
typedef struct record {
  char *ac, *id, *na;
  bool matrix;             /* its matrix has been read */
} record;

static void release(record *rec)
{
  free(rec->ac);
  free(rec->id);
  free(rec->na);
  *rec = (record){ 0 };
}

/* The text after the key; the first one counts. */
static sg_status keep(const sg_motif_reader *r, char **text, sg_err *err)
{
  const char *value = r->line + 2;

  value += strspn(value, " \t");
  if (*text || !*value) return SG_OK;
  *text = strdup(value);
  if (!*text) return sg_fail(err, SG_ENOMEM, "%s: no memory to read it", sg_lines_name(r->lines));
  return SG_OK;
}

/* Letters of P0: which base stands in which column. */
static sg_status read_order(const sg_motif_reader *r, int order[4], sg_err *err)
{
  static const char letters[] = "ACGT";
  char *rest = r->line + 2;
  unsigned seen = 0;

  for (int i = 0; i < 4; i++) {
    const char *word = sg_motif_word(&rest);
    const char *found = word && word[0] && !word[1] ? strchr(letters, word[0] & ~32) : NULL;
    if (!found || !*found || seen >> (found - letters) & 1) break;
    order[i] = (int)(found - letters);
    seen |= 1u << order[i];
  }
  if (seen != 15 || sg_motif_word(&rest))
    return sg_motif_bad(r, err, "P0 should name the letters A C G T");
  return SG_OK;
}

/* "01 1 2 2 0 S": a number, four counts, and a consensus that may be missing. */
static sg_status read_position(sg_motif_reader *r, const int order[4], sg_err *err)
{
  char *rest = r->line;

  if (r->width == SG_MOTIF_WIDTH_MAX)
    return sg_motif_bad(r, err, "more than %d columns", SG_MOTIF_WIDTH_MAX);
  sg_motif_word(&rest);
  for (int i = 0; i < 4; i++) {
    const char *word = sg_motif_word(&rest);
    if (!word) return sg_motif_bad(r, err, "%d numbers where A, C, G, T need 4", i);
    sg_status status = sg_motif_number(r, word, &r->m[r->width][order[i]], err);
    if (status) return status;
  }
  if (sg_motif_word(&rest) && sg_motif_word(&rest))
    return sg_motif_bad(r, err, "more than a position, 4 numbers and a letter");
  r->width++;
  return SG_OK;
}

static sg_status read_matrix(sg_motif_reader *r, record *rec, sg_err *err)
{
  const char *id = rec->ac ? rec->ac : rec->id;
  const char *name = rec->na ? rec->na : rec->ac ? rec->id : NULL;
  int order[4] = { 0, 1, 2, 3 };
  sg_status status;

  if (rec->matrix) return sg_motif_bad(r, err, "a second matrix in the record");
  if (!id) return sg_motif_bad(r, err, "a matrix without AC or ID before it");
  status = sg_motif_start(r, id, name ? name : "", err);
  if (!status) status = read_order(r, order, err);
  if (!status) status = sg_motif_line(r, err);
  while (!status && r->line && sg_motif_digit(r->line)) {
    status = read_position(r, order, err);
    if (!status) status = sg_motif_line(r, err);
  }
  if (status) return status;
  if (!r->width) return sg_motif_bad(r, err, "no column after P0");
  sg_motif_hold(r);
  rec->matrix = true;
  return sg_motif_finish(r, sg_motif_transfac.takes, false, err);
}

static sg_status end_record(const sg_motif_reader *r, record *rec, sg_err *err)
{
  const char *id = rec->ac ? rec->ac : rec->id;
  sg_status status = SG_OK;

  if (id && !rec->matrix)
    status = sg_motif_bad(r, err, "motif %.80s: it has no matrix before this line", id);
  release(rec);
  return status;
}

/* AC and ID after a matrix begin the next record, where `//` was forgotten. */
static sg_status take_line(sg_motif_reader *r, record *rec, sg_err *err)
{
  bool ac = sg_motif_begins(r->line, "AC"), id = sg_motif_begins(r->line, "ID");
  sg_status status = SG_OK;

  if (!strncmp(r->line, "//", 2)) return end_record(r, rec, err);
  if ((ac || id) && rec->matrix) status = end_record(r, rec, err);
  if (status) return status;
  if (ac) return keep(r, &rec->ac, err);
  if (id) return keep(r, &rec->id, err);
  if (sg_motif_begins(r->line, "NA") && !rec->matrix) return keep(r, &rec->na, err);
  if (sg_motif_begins(r->line, "P0") || sg_motif_begins(r->line, "PO"))
    return read_matrix(r, rec, err);
  if (r->line[0] && r->line[0] != '#' && !is_transfac(r->line))
    return sg_motif_bad(r, err, "'%.40s' begins with no key of two letters", r->line);
  return SG_OK;
}

static sg_status read_transfac(sg_motif_reader *r, sg_err *err)
{
  record rec = { 0 };
  sg_status status = sg_motif_line(r, err);

  while (!status && r->line) {
    status = take_line(r, &rec, err);
    if (!status) status = sg_motif_line(r, err);
  }
  if (!status) status = end_record(r, &rec, err);
  release(&rec);
  return status;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static sg_status write_position(const sg_motif *motif, int i, sg_output *output, sg_err *err)
{
  double n[4], p[4];
  char letter[2];
  sg_status status = sg_output_printf(output, err, "%02d", i + 1);

  sg_motif_column_counts(motif, i, n);
  sg_motif_column_probs(motif, i, p);
  sg_motif_consensus(p, 1, letter);
  for (int a = 0; a < 4 && !status; a++) {
    char text[SG_NUMBER_TEXT];
    sg_format_f64(text, n[a]);
    status = sg_output_printf(output, err, " %6s", text);
  }
  return status ? status : sg_output_printf(output, err, "      %s\n", letter);
}

static sg_status write_transfac(const sg_motif *motif, sg_output *output, sg_err *err)
{
  sg_status status = sg_output_printf(output, err, "AC  %s\nXX\n", motif->id);

  if (!status && *motif->name)
    status = sg_output_printf(output, err, "ID  %s\nXX\n", motif->name);
  if (!status) status = sg_output_puts(output, "P0      A      C      G      T\n", err);
  for (int i = 0; i < motif->width && !status; i++) status = write_position(motif, i, output, err);
  return status ? status : sg_output_puts(output, "XX\n//\n", err);
}

const sg_motif_codec sg_motif_transfac = {
  .name = "TRANSFAC",
  .endings = { ".transfac" },
  .takes = SG_MOTIF_TAKES_COUNTS,
  .is = is_transfac,
  .read = read_transfac,
  .write = write_transfac
};
