/* motif/homer.c: HOMER's motifs: `>CONSENSUS ID THRESHOLD ...` between tabs, then a line of
 * probabilities a column.
 *
 *     >CACGTG<tab>MA0004.1 Arnt<tab>6.1<tab>-1784.9<tab>0<tab>T:20(44.36%),B:2181.5(5.80%)
 *     0.2<tab>0.8<tab>0<tab>0                      a line a column: A C G T
 *
 * Beside consensus and name stand the threshold, the logarithm of a p-value, a placeholder, and
 * occurrences in targets (T) and background (B); what follows the name may be missing but for the
 * threshold.
 *
 * The identifier is the first word of the second field (the consensus where that is empty), the
 * second name what follows it; sites are the number after T: in the sixth.
 */
#include "motif/motiffile.h"

#include <math.h>
#include <string.h>

enum { FIELDS = 6 };

/* Cuts at tabs; returns the number of fields, the rest left in the last. */
static int split(char *text, char *field[FIELDS])
{
  int n = 0;

  while (n < FIELDS) {
    field[n++] = text;
    text = strchr(text, '\t');
    if (!text || n == FIELDS) break;
    *text++ = '\0';
  }
  return n;
}

/* A third field that is a number tells it from JASPAR's `>ID NAME`. */
static bool is_homer(const char *line)
{
  const char *second = *line == '>' ? strchr(line, '\t') : NULL;
  const char *third = second ? strchr(second + 1, '\t') : NULL;

  return third && sg_motif_digit(third + 1 + strspn(third + 1, " "));
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* "T:17311.0(44.36%),B:2181.5(5.80%)": 17311 sites. */
static sg_status read_sites(sg_motif_reader *r, const char *text, sg_err *err)
{
  char number[SG_NUMBER_TEXT];
  size_t n;
  sg_err why = { SG_OK, "" };

  text += strspn(text, " ");
  if (strncmp(text, "T:", 2)) return SG_OK;
  n = strcspn(text + 2, "(, \t");
  if (n >= sizeof number) return sg_motif_bad(r, err, "T: is followed by no number");
  memcpy(number, text + 2, n);
  number[n] = '\0';
  if (sg_parse_f64("T", number, 0, SG_MOTIF_SITES_MAX, &r->nsites, &why))
    return sg_motif_bad(r, err, "%s", why.text);
  return SG_OK;
}

static sg_status begin_motif(sg_motif_reader *r, sg_err *err)
{
  char *field[FIELDS], *id = NULL;
  int n = split(r->line + 1, field);
  sg_status status;

  if (n > 1) id = sg_motif_word(&field[1]);
  if (!id) id = sg_motif_word(&field[0]);
  if (!id) return sg_motif_bad(r, err, "> without an identifier");
  status = sg_motif_start(r, id, n > 1 ? field[1] : "", err);
  if (!status && n == FIELDS) status = read_sites(r, field[FIELDS - 1], err);
  return status;
}

static sg_status end_motif(sg_motif_reader *r, sg_err *err)
{
  if (!r->id) return SG_OK;
  if (!r->width) return sg_motif_bad(r, err, "it has no matrix before this line");
  return sg_motif_finish(r, sg_motif_homer.takes, false, err);
}

static sg_status take_line(sg_motif_reader *r, sg_err *err)
{
  char *text = r->line + strspn(r->line, " \t");
  sg_status status;

  if (*text == '>') {
    status = end_motif(r, err);
    return status ? status : begin_motif(r, err);
  }
  if (!*text || *text == '#') return SG_OK;
  if (!r->id) return sg_motif_bad(r, err, "'%.40s' where > should begin a motif", text);
  return sg_motif_column(r, text, err);
}

static sg_status read_homer(sg_motif_reader *r, sg_err *err)
{
  sg_status status = sg_motif_line(r, err);

  while (!status && r->line) {
    status = take_line(r, err);
    if (!status) status = sg_motif_line(r, err);
  }
  return status ? status : end_motif(r, err);
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* HOMER calls a site what scores at least the threshold, in natural logarithms against 1/4. Written
 * is the information of the matrix, the mean score of its own sites: sequences of the background
 * reach it with a probability of at most exp(-threshold) (Hertz and Stormo 1999, Bioinformatics
 * 15:563; Markov's inequality for exp(score)). */
static double threshold(const sg_motif *motif)
{
  double sum = 0;

  for (int i = 0; i < motif->width; i++) {
    double p[4];
    sg_motif_column_probs(motif, i, p);
    for (int a = 0; a < 4; a++)
      if (p[a] > 0) sum += p[a] * log(p[a] / 0.25);
  }
  return sum > 0 ? sum : 0;
}

static sg_status write_title(const sg_motif *motif, sg_output *output, sg_err *err)
{
  char text[SG_MOTIF_WIDTH_MAX + 1];
  double p[4];
  sg_status status;

  for (int i = 0; i < motif->width; i++) {
    sg_motif_column_probs(motif, i, p);
    sg_motif_consensus(p, 1, text + i);
  }
  status = sg_output_printf(output, err, ">%s\t%s%s%s\t%.6f\t0\t0", text, motif->id,
                            *motif->name ? " " : "", motif->name, threshold(motif));
  if (!status && motif->nsites > 0) status = sg_motif_put(output, "\tT:", motif->nsites, err);
  return status ? status : sg_output_puts(output, "\n", err);
}

static sg_status write_homer(const sg_motif *motif, sg_output *output, sg_err *err)
{
  sg_status status = write_title(motif, output, err);

  for (int i = 0; i < motif->width && !status; i++) {
    double p[4];
    sg_motif_column_probs(motif, i, p);
    for (int a = 0; a < 4 && !status; a++) status = sg_motif_put(output, a ? "\t" : "", p[a], err);
    if (!status) status = sg_output_puts(output, "\n", err);
  }
  return status;
}

const sg_motif_codec sg_motif_homer = {
  .name = "HOMER",
  .endings = { ".homer", ".motif" },
  .is = is_homer,
  .read = read_homer,
  .write = write_homer
};
