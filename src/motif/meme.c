/* motif/meme.c: MEME's text, the minimal format and the matrices of a whole meme.txt.
 *
 *     MEME version 4
 *
 *     ALPHABET= ACGT                               may be missing; other than DNA is refused
 *
 *     strands: + -                                 passed over
 *
 *     Background letter frequencies
 *     A 0.25 C 0.25 G 0.25 T 0.25                  may be missing
 *
 *     MOTIF MA0004.1 Arnt                          identifier, second name
 *     letter-probability matrix: alength= 4 w= 6 nsites= 20 E= 0
 *      0.2  0.8  0  0                              a line a column: A C G T
 *
 * Keys of the matrix line may be missing, and blanks stand on either side of '='. Lines that say
 * nothing here (URL, strands, the long text of MEME's own reports) are passed over. Several such
 * files one after the other are one file; the first background counts. A motif with both a
 * log-odds and a probability matrix, as MEME writes, has the latter.
 */
#include "motif/motiffile.h"

#include <float.h>
#include <math.h>
#include <string.h>

static bool is_meme(const char *line) { return !strncmp(line, "MEME version", 12); }

/* ---- Header ---------------------------------------------------------------------------------- */

static sg_status not_dna(const sg_motif_reader *r, const char *what, sg_err *err)
{
  sg_motif_bad(r, err, "%s: only motifs over ACGT are read", what);
  if (err) err->code = SG_EUNSUPPORTED;
  return SG_EUNSUPPORTED;
}

/* "ALPHABET= ACGT", or a definition of several lines that says DNA-LIKE. */
static sg_status read_alphabet(sg_motif_reader *r, sg_err *err)
{
  char *text = r->line + strlen("ALPHABET");
  sg_status status = SG_OK;

  text += strspn(text, " \t=");
  if (!strcmp(text, "ACGT")) return SG_OK;
  if (*text != '"' && *text) return not_dna(r, "an alphabet other than ACGT", err);
  if (*text == '"' && !strstr(text, "DNA")) return not_dna(r, "an alphabet that is no DNA", err);
  while (!status && r->line && !sg_motif_begins(r->line, "END")) status = sg_motif_line(r, err);
  if (!status && !r->line) return sg_motif_bad(r, err, "no END ALPHABET in the file");
  return status;
}

/* "A 0.29 C 0.21 G 0.21 T 0.29" on the lines after "Background letter frequencies". */
static sg_status read_background(sg_motif_reader *r, sg_err *err)
{
  double bg[4], sum = 0;
  sg_status status = sg_motif_line(r, err);

  for (int a = 0; a < 4 && !status; a++) {
    char *rest = r->line, *letter, *value;
    while (!status && r->line && !r->line[strspn(r->line, " \t")]) status = sg_motif_line(r, err);
    if (status) return status;
    rest = r->line;
    letter = rest ? sg_motif_word(&rest) : NULL;
    value = letter ? sg_motif_word(&rest) : NULL;
    if (!value || letter[0] != "ACGT"[a] || letter[1])
      return sg_motif_bad(r, err, "the background has no frequency of %c here", "ACGT"[a]);
    status = sg_motif_number(r, value, &bg[a], err);
    if (!status && !(bg[a] >= 0)) return sg_motif_bad(r, err, "a negative frequency");
    sum += status ? 0 : bg[a];
    r->line = rest;
  }
  if (status) return status;
  if (!(sum > 0.9 && sum < 1.1)) return sg_motif_bad(r, err, "the background sums to %g", sum);
  if (!r->motifs->has_bg) memcpy(r->motifs->bg, bg, sizeof bg);
  r->motifs->has_bg = true;
  return SG_OK;
}

/* ---- Matrices -------------------------------------------------------------------------------- */

typedef struct keys { int64_t w, alength; double nsites, evalue; } keys;

static sg_status take_key(const sg_motif_reader *r, const char *key, const char *value, keys *k,
                          sg_err *err)
{
  sg_err why = { SG_OK, "" };
  sg_status status = SG_OK;

  if (!strcmp(key, "w")) status = sg_parse_i64("w", value, 1, SG_MOTIF_WIDTH_MAX, &k->w, &why);
  else if (!strcmp(key, "alength"))
    status = sg_parse_i64("alength", value, 1, 1000, &k->alength, &why);
  else if (!strcmp(key, "nsites"))
    status = sg_parse_f64("nsites", value, 0, SG_MOTIF_SITES_MAX, &k->nsites, &why);
  else if (!strcmp(key, "E"))
    status = sg_parse_f64("E", value, 0, DBL_MAX, &k->evalue, &why);
  return status ? sg_motif_bad(r, err, "%s", why.text) : SG_OK;
}

/* "alength= 4 w= 6 nsites= 20 E= 0": any of them or none, blanks on either side of '='. */
static sg_status read_keys(sg_motif_reader *r, keys *k, sg_err *err)
{
  char *text = strchr(r->line, ':') + 1;
  sg_status status = SG_OK;

  *k = (keys){ .alength = 4 };
  while (!status && *(text += strspn(text, " \t"))) {
    char *key = text, *end = text + strcspn(text, " \t="), *value = end + strspn(end, " \t");
    if (*value != '=') return sg_motif_bad(r, err, "'%.40s' where KEY= VALUE should be", key);
    value += 1 + strspn(value + 1, " \t");
    *end = '\0';
    text = value + strcspn(value, " \t");
    if (text == value) return sg_motif_bad(r, err, "no value after '%.40s='", key);
    if (*text) *text++ = '\0';
    status = take_key(r, key, value, k, err);
  }
  if (!status && k->alength != 4) return not_dna(r, "a matrix of other than 4 letters", err);
  return status;
}

/* Lines of four numbers, as many as w= says, or while there are such. */
static sg_status read_rows(sg_motif_reader *r, const keys *k, sg_err *err)
{
  sg_status status = sg_motif_line(r, err);

  r->width = 0;
  while (!status && r->line) {
    char *text = r->line + strspn(r->line, " \t");
    if (!sg_motif_digit(text)) break;
    if (k->w && r->width == k->w)
      return sg_motif_bad(r, err, "more columns than w= %d says", (int)k->w);
    status = sg_motif_column(r, text, err);
    if (!status) status = sg_motif_line(r, err);
  }
  if (status) return status;
  if (!r->width || (k->w && r->width != k->w))
    return sg_motif_bad(r, err, "the matrix ends after %d columns%s", r->width,
                        k->w ? ", w= says more" : "");
  sg_motif_hold(r);
  return SG_OK;
}

static bool is_probabilities(const char *line)
{
  return !strncmp(line, "letter-probability matrix:", 26);
}

static bool is_log_odds(const char *line) { return !strncmp(line, "log-odds matrix:", 16); }

/* ---- Motifs ---------------------------------------------------------------------------------- */

typedef struct state { bool probs, odds; } state;   /* which matrices the motif has had */

static sg_status end_motif(sg_motif_reader *r, state *s, sg_err *err)
{
  bool odds = s->odds && !s->probs;

  if (!r->id) return SG_OK;
  if (!s->odds && !s->probs) return sg_motif_bad(r, err, "it has no matrix before this line");
  *s = (state){ false, false };
  return sg_motif_finish(r, sg_motif_meme.takes, odds, err);
}

static sg_status begin_motif(sg_motif_reader *r, state *s, sg_err *err)
{
  char *rest = r->line + strlen("MOTIF"), *id, *name;
  sg_status status = end_motif(r, s, err);

  if (status) return status;
  id = sg_motif_word(&rest);
  name = id ? sg_motif_word(&rest) : NULL;
  if (!id) return sg_motif_bad(r, err, "MOTIF without an identifier");
  return sg_motif_start(r, id, name ? name : "", err);
}

static sg_status read_matrix(sg_motif_reader *r, state *s, sg_err *err)
{
  bool odds = is_log_odds(r->line);
  double kept_sites = r->nsites, kept_evalue = r->evalue;
  keys k;
  sg_status status;

  if (!r->id) return sg_motif_bad(r, err, "a matrix without a line MOTIF before it");
  if (!odds && s->probs) return sg_motif_bad(r, err, "a second matrix");
  if ((status = read_keys(r, &k, err))) return status;
  if (odds && s->probs) return SG_OK;      /* its lines are passed over as text */
  r->nsites = odds ? kept_sites : k.nsites;
  r->evalue = odds ? kept_evalue : k.evalue;
  if (odds) s->odds = true;
  else s->probs = true;
  return read_rows(r, &k, err);
}

static sg_status read_meme(sg_motif_reader *r, sg_err *err)
{
  state s = { false, false };
  sg_status status = sg_motif_line(r, err);

  while (!status && r->line) {
    if (sg_motif_begins(r->line, "MOTIF")) status = begin_motif(r, &s, err);
    else if (is_probabilities(r->line) || is_log_odds(r->line)) status = read_matrix(r, &s, err);
    else if (!strncmp(r->line, "ALPHABET", 8)) status = read_alphabet(r, err);
    else if (!strncmp(r->line, "Background letter frequencies", 29))
      status = read_background(r, err);
    if (!status) status = sg_motif_line(r, err);
  }
  return status ? status : end_motif(r, &s, err);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static sg_status write_header(const sg_motifs *motifs, sg_output *output, sg_err *err)
{
  sg_status status = sg_output_puts(output, "MEME version 4\n\nALPHABET= ACGT\n\nstrands: + -\n\n"
                                            "Background letter frequencies\n", err);

  for (int a = 0; a < 4 && !status; a++) {
    status = sg_output_printf(output, err, "%s%c", a ? " " : "", "ACGT"[a]);
    if (!status) status = sg_motif_put(output, " ", motifs->has_bg ? motifs->bg[a] : 0.25, err);
  }
  return status ? status : sg_output_puts(output, "\n", err);
}

/* Contributions without a negative number would be taken for probabilities; MEME's other matrix
 * tells them apart. */
static const char *title(const sg_motif *motif)
{
  if (motif->kind == SG_MOTIF_CWM) {
    for (int i = 0; i < motif->width * 4; i++)
      if (motif->m[i] < 0) return "letter-probability matrix:";
    return "log-odds matrix:";
  }
  return "letter-probability matrix:";
}

/* Sites are written as a whole number, 1 at least: there are readers that take nothing else. */
static sg_status write_motif(const sg_motif *motif, sg_output *output, sg_err *err)
{
  double sites = motif->nsites > 0 ? fmax(1, floor(motif->nsites + 0.5)) : 0;
  sg_status status = sg_output_printf(output, err, "\nMOTIF %s%s", motif->id,
                                      *motif->name ? " " : "");

  if (!status) status = sg_motif_put_name(output, motif->name, err);
  if (!status)
    status = sg_output_printf(output, err, "\n%s alength= 4 w= %d", title(motif), motif->width);
  if (!status && sites > 0) status = sg_motif_put(output, " nsites= ", sites, err);
  if (!status) status = sg_motif_put(output, " E= ", motif->evalue, err);
  if (!status) status = sg_output_puts(output, "\n", err);
  for (int i = 0; i < motif->width && !status; i++) {
    double p[4];
    sg_motif_column_probs(motif, i, p);
    for (int a = 0; a < 4 && !status; a++) status = sg_motif_put(output, " ", p[a], err);
    if (!status) status = sg_output_puts(output, "\n", err);
  }
  return status;
}

const sg_motif_codec sg_motif_meme = {
  .name = "MEME",
  .endings = { ".meme" },
  .takes = SG_MOTIF_TAKES_CWM,
  .is = is_meme,
  .read = read_meme,
  .begin = write_header,
  .write = write_motif
};
