/* cli/recovered.c: whether the motif that was expected is there: that of the small Maf proteins.
 *
 * MAFF, MAFG and MAFK bind the Maf recognition element (MARE), TGCTGA(C/G)TCAGCA, as pairs, or one
 * half of it, TGCTGAC, behind A and T (Kerppola and Curran 1994; Yoshida et al. 2005). Which of the
 * two a data base calls MAFF differs by its release, so that the matrix of the genome's bases is
 * held against the sequence itself:
 *
 *   full   the right base on top with >= 1 bit at >= 5 of TGCTGA, and on top with >= 0.25 bit at
 *          >= 4 of the facing TCAGCA
 *   half   on top with >= 1 bit at >= 6 of TGCTGAC, and A or T with >= 0.4 bit at >= 2 of the three
 *          columns before it; and not full
 *
 * on either strand, in a cluster of >= 10 distinct sites that resembles, by E < 0.01 over all
 * clusters, a matrix whose family names Maf. Nothing here says what binds: it tells a run on data
 * where the answer is known from one that went wrong.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"

enum { LEAST_SITES = 10 };
static const double MOST_E_RUN = 0.01;

typedef struct matrix {
  const double *p, *bits;      /* [width][4], [width] */
  int width;
} matrix;

/* Column j shows `base` on top with that many bits; a column outside does not. */
static bool shows(const matrix *m, int j, char base, double least)
{
  static const char letters[] = "ACGT";
  int b = (int)(strchr(letters, base) - letters);
  if (j < 0 || j >= m->width || !(m->bits[j] >= least)) return false;
  for (int k = 0; k < 4; k++)
    if (k != b && m->p[4 * j + k] >= m->p[4 * j + b]) return false;
  return true;
}

static int count_shown(const matrix *m, int at, const char *word, double least)
{
  int n = 0;
  for (int i = 0; word[i]; i++) n += shows(m, at + i, word[i], least);
  return n;
}

/* Information of the column about A or T against C or G, where it is for A or T. */
static double weak_bits(const matrix *m, int j)
{
  if (j < 0 || j >= m->width) return 0;
  double w = m->p[4 * j] + m->p[4 * j + 3], s = 1 - w;
  double bits = (w > 0 ? w * log2(2 * w) : 0) + (s > 0 ? s * log2(2 * s) : 0);
  return w > 0.5 ? bits : 0;
}

static bool is_full(const matrix *m)
{
  for (int at = -6; at < m->width; at++)
    if (count_shown(m, at, "TGCTGA", 1) >= 5 && count_shown(m, at + 7, "TCAGCA", 0.25) >= 4)
      return true;
  return false;
}

static bool is_half(const matrix *m)
{
  for (int at = -1; at < m->width; at++) {
    int weak = 0;
    for (int k = 1; k <= 3; k++) weak += weak_bits(m, at - k) >= 0.4;
    if (weak >= 2 && count_shown(m, at, "TGCTGAC", 1) >= 6) return true;
  }
  return false;
}

/* The two questions, for both strands of one motif. */
static sg_status ask(const sg_motif *motif, bool *ret_full, bool *ret_half, sg_err *err)
{
  static const double even[4] = { 0.25, 0.25, 0.25, 0.25 };
  size_t n = (size_t)motif->width;
  double *p = malloc(5 * n * sizeof *p), *bits = p + 4 * n;
  if (!p) return sg_fail(err, SG_ENOMEM, "out of memory");
  sg_status status = sg_motif_probs(motif, 0.01, even, p, err);
  matrix m = { p, bits, motif->width };
  *ret_full = *ret_half = false;
  for (int strand = 0; strand < 2 && !status; strand++) {
    if (strand) sg_motif_revcomp(p, motif->width);
    sg_motif_bits(p, motif->width, even, bits);
    *ret_full |= is_full(&m);
    *ret_half |= is_half(&m);
  }
  *ret_half &= !*ret_full;
  free(p);
  return status;
}

/* Whether some matrix of the family is near enough. */
static bool resembles_maf(const sg_report *report, int motif)
{
  const sg_hit *hit;
  int n;
  if (!sg_report_hits(report, motif, &hit, &n)) return false;
  for (int i = 0; i < n; i++)
    if (hit[i].e_run < MOST_E_RUN && strstr(hit[i].family, "Maf-related")) return true;
  return false;
}

/* Matches and answers are by number of the kept motif; its matrix of the genome's bases may stand
 * elsewhere in a file of its own, or not at all. */
sg_status sg_recovered_maf(const sg_report *report, sg_recovered *ret_recovered, sg_err *err)
{
  const sg_motifs *kept = report->kept;
  sg_status status = SG_OK;
  *ret_recovered = (sg_recovered){ -1, -1 };
  for (int i = 0; kept && i < kept->n && !status; i++) {
    bool full = false, half = false;
    int at = sg_report_find(report->genomic, kept->motif[i].id);
    const sg_motif *motif = at < 0 ? &kept->motif[i] : &report->genomic->motif[at];
    if (motif->nsites < LEAST_SITES || !resembles_maf(report, i)) continue;
    status = ask(motif, &full, &half, err);
    if (!status && full && ret_recovered->full < 0) ret_recovered->full = i;
    if (!status && half && ret_recovered->half < 0) ret_recovered->half = i;
  }
  return status;
}
