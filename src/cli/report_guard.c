/* cli/report_guard.c: what to be careful about: counts that lead to wrong conclusions.
 *
 * Each guard looks at one thing and says one sentence, or nothing. sis and cluster say some of it
 * while they run; a report is read by others than those who ran them.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"

enum { TEXT = 400 };

typedef bool guard(const sg_report *r, char text[TEXT]);

static bool guard_empty(const sg_report *r, char text[TEXT])
{
  if (isnan(r->empty) || isnan(r->tau) || r->below || !(r->empty > r->tau / 2)) return false;
  if (r->empty >= r->tau) {
    snprintf(text, TEXT, "f(nothing) = %.3g reaches tau = %.3g by itself: the network says so with "
             "every base hidden, and there is nothing to explain. Choose a higher threshold.",
             r->empty, r->tau);
    return true;
  }
  if (!sg_count_probability(r)) return false;
  snprintf(text, TEXT, "f(nothing) = %.3g is more than half of tau = %.3g: the network is nearly "
           "convinced by an empty input, so that few bases suffice, and they say little.",
           r->empty, r->tau);
  return true;
}

static bool guard_tau(const sg_report *r, char text[TEXT])
{
  if (isnan(r->tau) || r->below || !(r->tau > 0.999 && r->tau < 1)) return false;
  if (!sg_count_probability(r)) return false;
  snprintf(text, TEXT, "tau = %.6g is above 0.999, where a probability says little about a site: "
           "subsets become long.", r->tau);
  return true;
}

static bool guard_share(const sg_report *r, char text[TEXT])
{
  if (!r->n_f || !r->passing || 20 * r->passing >= r->n_f) return false;
  snprintf(text, TEXT, "%" PRId64 " of %" PRId64 " regions pass%s tau, fewer than 5 %%: they may "
           "not stand for the rest.", r->passing, r->n_f, r->passing == 1 ? "es" : "");
  return true;
}

static bool guard_number(const sg_report *r, char text[TEXT])
{
  int64_t n = r->n_f ? r->passing : r->n_region;
  if (n >= 100) return false;
  if (n)
    snprintf(text, TEXT, "%" PRId64 " region%s tau: fewer than 100 are little to find motifs in.",
             n, n == 1 ? " passes" : "s pass");
  else
    snprintf(text, TEXT, "No region passes tau: there is nothing to explain. Choose another "
             "threshold, or other regions.");
  return true;
}

static bool guard_size(const sg_report *r, char text[TEXT])
{
  double size = sg_count_size(r);
  if (size < 6)
    snprintf(text, TEXT, "The median subset has %g bases: fewer than 6 are less than a binding "
             "site. A network that never saw hidden bases may take a few scattered ones for "
             "enough; planting subsets into shuffled sequence (--transplant) tells.", size);
  else if (size > 30)
    snprintf(text, TEXT, "The median subset has %g bases: more than 30 are more than a binding "
             "site. A lower threshold gives shorter subsets.", size);
  else return false;
  return true;
}

static bool guard_overlap(const sg_report *r, char text[TEXT])
{
  int64_t n = sg_count_overlapping(r);
  if (2 * n <= r->n_region) return false;
  snprintf(text, TEXT, "%" PRId64 " of %" PRId64 " explained windows overlap another one: sites "
           "are counted once, but regions are not independent.", n, r->n_region);
  return true;
}

static bool guard_motifs(const sg_report *r, char text[TEXT])
{
  if (r->kept->n || !r->subsets->n) return false;
  snprintf(text, TEXT, "No motif was found in %" PRId64 " subset%s.", r->subsets->n,
           r->subsets->n == 1 ? "" : "s");
  return true;
}

/* ---- Of one motif ---- */

typedef bool motif_guard(const sg_report *r, int motif, const sg_motif_count *c, char text[TEXT]);

/* Columns of at least one bit in the motif of the genome's bases; -1: there is none. */
static int sharp_columns(const sg_report *r, const char *id)
{
  static const double even[4] = { 0.25, 0.25, 0.25, 0.25 };
  int at = r->genomic ? sg_report_find(r->genomic, id) : -1, sharp = -1;
  const sg_motif *m = at >= 0 ? &r->genomic->motif[at] : NULL;
  double *p = m ? malloc(((size_t)m->width + 1) * 5 * sizeof *p) : NULL;
  if (p && !sg_motif_probs(m, 0, even, p, NULL)) {
    double *bits = p + 4 * m->width;
    sg_motif_bits(p, m->width, even, bits);
    sharp = 0;
    for (int i = 0; i < m->width; i++) sharp += bits[i] >= 1;
  }
  free(p);
  return sharp;
}

/* Copies of one sequence are the same on the genome all around, sites only where bases matter; and
 * a short site is often the same string, which is no reason to warn. */
static bool guard_dominant(const sg_report *r, int motif, const sg_motif_count *c, char text[TEXT])
{
  enum { AROUND = 8 };
  const char *id = r->kept->motif[motif].id;
  int letters = 0, sharp;
  if (c->members < 4 || 2 * c->common_n <= c->members) return false;
  for (const char *s = c->common; *s; s++) letters += strchr("ACGT", *s) != NULL;
  sharp = sharp_columns(r, id);
  if (sharp >= 0 && sharp <= letters + AROUND) return false;
  snprintf(text, TEXT, "%s: %" PRId64 " of %" PRId64 " members are the same string %.60s: copies "
           "of one sequence, a repeat for example, look like a motif.", id, c->common_n, c->members,
           c->common);
  return true;
}

/* A pattern that repeats itself after one, two or three bases. */
static bool guard_repeat(const sg_report *r, int motif, const sg_motif_count *c, char text[TEXT])
{
  char *pattern = sg_report_pattern(r, motif);
  size_t n = pattern ? strlen(pattern) : 0;
  int found = 0;
  (void)c;
  for (int period = 1; period <= 3 && n >= 8 && !found; period++) {
    size_t same = 0, letters = 0;
    for (size_t i = (size_t)period; i < n; i++) {
      bool both = strchr("ACGT", pattern[i]) && strchr("ACGT", pattern[i - (size_t)period]);
      letters += both;
      same += both && pattern[i] == pattern[i - (size_t)period];
    }
    if (letters >= 6 && 10 * same >= 9 * letters) found = period;
  }
  if (found)
    snprintf(text, TEXT, "%s: %.40s repeats itself every %d bases: low-complexity sequence rather "
             "than a binding site?", r->kept->motif[motif].id, pattern, found);
  free(pattern);
  return found;
}

/* Sequence around a site may well pull the output below a high tau; but what brings it not even
 * half the way up from f(nothing) does its work on an empty background only. */
static bool guard_plant(const sg_report *r, int motif, const sg_motif_count *c, char text[TEXT])
{
  double half = isnan(r->empty) ? r->tau : 0.5 * (r->empty + r->tau);
  if (isnan(c->plant_median) || isnan(half)) return false;
  if (r->below ? c->plant_median <= half : c->plant_median >= half) return false;
  snprintf(text, TEXT, "%s: planted into shuffled sequence, its subsets bring the output to %.3g "
           "(median), and past tau in %.0f %% of the versions: they suffice on an empty background "
           "only, which may be an artefact.", r->kept->motif[motif].id, c->plant_median,
           100 * c->plant_fraction);
  return true;
}

static sg_status guard_each_motif(const sg_report *r, sg_guard_say *say, void *user, sg_err *err)
{
  static motif_guard *const guards[] = { guard_dominant, guard_repeat, guard_plant };
  char text[TEXT];
  for (int i = 0; i < r->kept->n; i++) {
    sg_motif_count c;
    sg_status status = sg_count_motif(r, i, &c, err);
    if (status) return status;
    for (size_t k = 0; k < sizeof guards / sizeof guards[0]; k++)
      if (guards[k](r, i, &c, text)) say(user, text);
  }
  return SG_OK;
}

sg_status sg_report_guard(const sg_report *report, sg_guard_say *say, void *user, sg_err *err)
{
  static guard *const guards[] = {
    guard_empty, guard_tau, guard_share, guard_number, guard_size, guard_overlap, guard_motifs
  };
  char text[TEXT];
  for (size_t k = 0; k < sizeof guards / sizeof guards[0]; k++)
    if (guards[k](report, text)) say(user, text);
  return guard_each_motif(report, say, user, err);
}
