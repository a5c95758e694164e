/* motif/motif.c: sets of motifs, and what a matrix says: probabilities, bits, consensus, the other
 * strand.
 *
 * A column of probabilities p against a background b tells D(p || b) = sum p log2(p / b) bits, two
 * at most where b is even. A letter's height in a logo is its share p of that. From n sites of the
 * background itself a column seems to tell about 3 / (2 ln 2 n) bits, by chance.
 *
 * References: Schneider and Stephens 1990 (Nucleic Acids Res 18:6097) for the information of a
 * column; Cavener 1987 (Nucleic Acids Res 15:1353) for the consensus.
 */
#include "seqgloss/motif.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Sets ------------------------------------------------------------------------------------ */

sg_status sg_motifs_new(sg_motifs **ret_motifs, sg_err *err)
{
  sg_motifs *motifs = calloc(1, sizeof *motifs);

  *ret_motifs = motifs;
  if (!motifs) return sg_fail(err, SG_ENOMEM, "no memory for a set of motifs");
  for (int a = 0; a < 4; a++) motifs->bg[a] = 0.25;
  return SG_OK;
}

static void release(sg_motif *motif)
{
  free((char *)motif->id);
  free((char *)motif->name);
  free(motif->m);
}

void sg_motifs_free(sg_motifs *motifs)
{
  if (!motifs) return;
  for (int i = 0; i < motifs->n; i++) release(&motifs->motif[i]);
  free(motifs->motif);
  free(motifs->path);
  free(motifs);
}

static bool has_control(const char *text)
{
  for (; *text; text++)
    if ((unsigned char)*text < ' ' || *text == 127) return true;
  return false;
}

static sg_status check_names(const char *id, const char *name, int width, sg_err *err)
{
  if (!*id) return sg_fail(err, SG_EINVAL, "a motif has an empty id");
  if (strchr(id, ' ') || has_control(id))
    return sg_fail(err, SG_EINVAL, "motif '%.80s': an id cannot hold blanks", id);
  if (has_control(name))
    return sg_fail(err, SG_EINVAL, "motif '%.80s': its name holds a tab or control character", id);
  if (width < 1 || width > SG_MOTIF_WIDTH_MAX)
    return sg_fail(err, SG_EINVAL, "motif '%.80s': %d columns; 1 to %d are possible", id, width,
                   SG_MOTIF_WIDTH_MAX);
  return SG_OK;
}

/* Room for one more. The room is at least the power of two at or above n, so that it needs no
 * field. */
static bool grow(sg_motifs *motifs)
{
  size_t n = (size_t)motifs->n;
  sg_motif *more;

  if (n & (n - 1)) return true;
  more = realloc(motifs->motif, (n ? 2 * n : 1) * sizeof *more);
  if (more) motifs->motif = more;
  return more != NULL;
}

sg_status sg_motifs_add(sg_motifs *motifs, const char *id, const char *name, int width,
                        sg_motif **ret_motif, sg_err *err)
{
  sg_motif motif = { .width = width };
  sg_status status = check_names(id, name ? name : "", width, err);

  if (status) return status;
  motif.id = strdup(id);
  motif.name = strdup(name ? name : "");
  motif.m = calloc((size_t)width * 4, sizeof *motif.m);
  if (!motif.id || !motif.name || !motif.m || !grow(motifs)) {
    release(&motif);
    return sg_fail(err, SG_ENOMEM, "motif '%.80s': no memory", id);
  }
  motifs->motif[motifs->n] = motif;
  *ret_motif = &motifs->motif[motifs->n++];
  return SG_OK;
}

sg_status sg_motifs_append(sg_motifs *motifs, const sg_motif *motif, sg_err *err)
{
  sg_motif *copy;
  sg_status status = sg_motifs_add(motifs, motif->id, motif->name, motif->width, &copy, err);

  if (status) return status;
  memcpy(copy->m, motif->m, (size_t)motif->width * 4 * sizeof *copy->m);
  copy->kind = motif->kind;
  copy->nsites = motif->nsites;
  copy->evalue = motif->evalue;
  copy->line = motif->line;
  return SG_OK;
}

void sg_motifs_keep(sg_motifs *motifs, const bool *keep)
{
  int n = 0;

  for (int i = 0; i < motifs->n; i++) {
    if (keep[i]) motifs->motif[n++] = motifs->motif[i];
    else release(&motifs->motif[i]);
  }
  motifs->n = n;
}

/* ---- IUPAC codes ----------------------------------------------------------------------------- */

/* Code of a set of bases, bit 0 for A to bit 3 for T (NC-IUB 1984). */
static const char iupac[17] = "-ACMGRSVTWYHKDBN";

/* The set that a letter stands for; 0: it is none. U is T; '-' and '.' are as unknown as N. */
static unsigned bases_of(char c)
{
  const char *found;

  if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
  if (c == 'U') c = 'T';
  if (c == '-' || c == '.' || c == 'X') c = 'N';
  found = c ? strchr(iupac, c) : NULL;
  return found ? (unsigned)(found - iupac) : 0;
}

static unsigned count(unsigned set)
{
  return (set & 1) + (set >> 1 & 1) + (set >> 2 & 1) + (set >> 3);
}

sg_status sg_motifs_add_text(sg_motifs *motifs, const char *id, const char *text,
                             sg_motif **ret_motif, sg_err *err)
{
  size_t width = strlen(text);
  sg_status status;

  for (const char *c = text; *c; c++)
    if (!bases_of(*c))
      return sg_fail(err, SG_EINVAL, "'%.80s': '%c' is no letter for DNA (IUPAC: ACGT, RYSWKM, "
                                     "BDHV, N)", text, *c);
  if (width < 1 || width > SG_MOTIF_WIDTH_MAX)
    return sg_fail(err, SG_EINVAL, "'%.80s': %zu letters; 1 to %d are possible", text, width,
                   SG_MOTIF_WIDTH_MAX);
  status = sg_motifs_add(motifs, id, "", (int)width, ret_motif, err);
  if (status) return status;
  (*ret_motif)->kind = SG_MOTIF_PROBS;
  for (size_t i = 0; i < width; i++) {
    unsigned set = bases_of(text[i]);
    for (unsigned a = 0; a < 4; a++)
      (*ret_motif)->m[i * 4 + a] = set >> a & 1 ? 1.0 / count(set) : 0.0;
  }
  return SG_OK;
}

/* Cavener's rule: one base with more than half and more than twice the next; else two bases with
 * more than three quarters together; else N. */
static char consensus_of(const double p[4])
{
  int first = 0, second = -1;

  for (int a = 1; a < 4; a++)
    if (p[a] > p[first]) first = a;
  for (int a = 0; a < 4; a++)
    if (a != first && (second < 0 || p[a] > p[second])) second = a;
  if (p[first] > 0.5 && p[first] > 2 * p[second]) return iupac[1u << first];
  if (p[first] + p[second] > 0.75) return iupac[1u << first | 1u << second];
  return 'N';
}

void sg_motif_consensus(const double *p, int width, char *text)
{
  for (int i = 0; i < width; i++) text[i] = consensus_of(p + i * 4);
  text[width] = '\0';
}

/* ---- Matrices -------------------------------------------------------------------------------- */

/* Pseudocounts are sites of the background: pseudo of them are added to those that were counted,
 * which for probabilities are n p. */
sg_status sg_motif_probs(const sg_motif *motif, double pseudo, const double bg[4], double *p,
                         sg_err *err)
{
  double n = motif->kind == SG_MOTIF_COUNTS ? 1 : motif->nsites > 0 ? motif->nsites : 20;

  if (motif->kind == SG_MOTIF_CWM)
    return sg_fail(err, SG_EINVAL, "motif %s is a matrix of contributions: it can be drawn, but "
                                   "has no probabilities", motif->id);
  if (!(pseudo >= 0)) return sg_fail(err, SG_EINVAL, "a pseudocount below 0");
  for (int i = 0; i < motif->width; i++) {
    const double *m = motif->m + i * 4;
    double sum = n * (m[0] + m[1] + m[2] + m[3]) + pseudo;
    if (!(sum > 0))
      return sg_fail(err, SG_EINVAL, "motif %s: column %d is empty; a pseudocount above 0 is "
                                     "needed", motif->id, i + 1);
    for (int a = 0; a < 4; a++) p[i * 4 + a] = (n * m[a] + pseudo * bg[a]) / sum;
  }
  return SG_OK;
}

/* Reading backwards and exchanging A with T, C with G is turning the array of 4 width numbers
 * round. */
void sg_motif_revcomp(double *m, int width)
{
  for (int i = 0, j = width * 4 - 1; i < j; i++, j--) {
    double t = m[i];
    m[i] = m[j];
    m[j] = t;
  }
}

void sg_motif_bits(const double *p, int width, const double bg[4], double *ic)
{
  for (int i = 0; i < width; i++) {
    ic[i] = 0;
    for (int a = 0; a < 4; a++)
      if (p[i * 4 + a] > 0) ic[i] += p[i * 4 + a] * log2(p[i * 4 + a] / bg[a]);
  }
}

/* Information expected of n sites drawn from an even background: (4 - 1) / (2 ln 2 n) bits. */
static double chance(double n) { return n > 0 ? 3 / (2 * log(2) * n) : 0; }

static void column_heights(const sg_motif *motif, const double *m, sg_motif_heights_kind kind,
                           bool correct, const double bg[4], double h[4])
{
  double sum = m[0] + m[1] + m[2] + m[3], bits = 1;

  for (int a = 0; a < 4; a++) h[a] = sum > 0 ? m[a] / sum : 0.25;
  if (kind != SG_HEIGHTS_BITS) return;
  sg_motif_bits(h, 1, bg, &bits);
  if (correct) bits -= chance(motif->kind == SG_MOTIF_COUNTS ? sum : motif->nsites);
  if (!(bits > 0) || !(sum > 0)) bits = 0;
  for (int a = 0; a < 4; a++) h[a] *= bits;
}

sg_status sg_motif_heights(const sg_motif *motif, sg_motif_heights_kind kind, bool correct,
                           const double bg[4], double *h, sg_err *err)
{
  if (kind == SG_HEIGHTS_AS_IS) {
    memcpy(h, motif->m, (size_t)motif->width * 4 * sizeof *h);
    return SG_OK;
  }
  if (motif->kind == SG_MOTIF_CWM)
    return sg_fail(err, SG_EINVAL, "motif %s is a matrix of contributions: draw them as they are",
                   motif->id);
  for (int i = 0; i < motif->width; i++)
    column_heights(motif, motif->m + i * 4, kind, correct, bg, h + i * 4);
  return SG_OK;
}
