/* cli/motifpick.c: motifs gathered from files and shipped sets, and which of them are meant. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/console.h"
#include "cli/motifdb.h"
#include "cli/motifpick.h"

/* ---- Forms ----------------------------------------------------------------------------------- */

static bool same_letter(char form, char c)
{
  return form == '?' || tolower((unsigned char)form) == tolower((unsigned char)c);
}

/* A star takes as little as it can; where the rest does not fit, the last star takes one letter
 * more. */
bool sg_glob(const char *form, const char *text)
{
  const char *star = NULL, *from = NULL;
  while (*text) {
    if (*form == '*') {
      star = form++;
      from = text;
    } else if (*form && same_letter(*form, *text)) {
      form++;
      text++;
    } else if (star) {
      form = star + 1;
      text = ++from;
    } else {
      return false;
    }
  }
  return !form[strspn(form, "*")];
}

bool sg_glob_within(const char *form, const char *text)
{
  size_t n = strlen(form);
  if (strpbrk(form, "*?")) return sg_glob(form, text);
  for (; *text; text++) {
    size_t i = 0;
    while (i < n && text[i] && same_letter(form[i], text[i])) i++;
    if (i == n) return true;
  }
  return !n;
}

static bool any(const char *const *form, int n, const char *text,
                bool (*is)(const char *form, const char *text))
{
  for (int i = 0; i < n; i++)
    if (is(form[i], text)) return true;
  return n == 0;
}

/* ---- Gathering ------------------------------------------------------------------------------- */

static sg_status append(sg_motifs *all, const sg_motifs *more, sg_err *err)
{
  sg_status status = SG_OK;
  for (int i = 0; i < more->n && !status; i++)
    status = sg_motifs_append(all, &more->motif[i], err);
  if (!more->has_bg) return status;
  if (all->has_bg && memcmp(all->bg, more->bg, sizeof all->bg))
    sg_say(SG_LOG_WARN, "%s: another background than the first file's, which is kept", more->path);
  else memcpy(all->bg, more->bg, sizeof all->bg);
  all->has_bg = true;
  return status;
}

sg_status sg_motifpick_gather(const char *const *names, int n, sg_motifs **ret_motifs, sg_err *err)
{
  sg_motifs *all;
  sg_status status = sg_motifs_new(&all, err);
  for (int i = 0; i < n && !status; i++) {
    sg_motifs *more = NULL;
    status = sg_motifdb_read(names[i], &more, err);
    if (!status) status = append(all, more, err);
    if (!status && n == 1) all->format = more->format;
    sg_motifs_free(more);
  }
  *ret_motifs = status ? NULL : all;
  if (status) sg_motifs_free(all);
  return status;
}

/* ---- Choosing -------------------------------------------------------------------------------- */

static const double even[4] = { 0.25, 0.25, 0.25, 0.25 };

void sg_motifpick_bits(const sg_motif *motif, double *bits)
{
  double h[SG_MOTIF_WIDTH_MAX * 4];
  bool known = !sg_motif_heights(motif, SG_HEIGHTS_BITS, false, even, h, NULL);
  for (int i = 0; i < motif->width; i++)
    bits[i] = known ? h[i * 4] + h[i * 4 + 1] + h[i * 4 + 2] + h[i * 4 + 3] : 0;
}

double sg_motifpick_total(const sg_motif *motif)
{
  double bits[SG_MOTIF_WIDTH_MAX], sum = 0;
  sg_motifpick_bits(motif, bits);
  for (int i = 0; i < motif->width; i++) sum += bits[i];
  return sum;
}

static bool noted(const sg_motifpick *pick, const sg_motif *motif)
{
  const sg_motif_note *note;
  if (!pick->n_class && !pick->n_family && !pick->n_species) return true;
  note = pick->notes ? sg_motif_notes_find(pick->notes, motif->id) : NULL;
  return note && any(pick->tf_class, pick->n_class, note->tf_class, sg_glob_within)
         && any(pick->family, pick->n_family, note->family, sg_glob_within)
         && any(pick->species, pick->n_species, note->species, sg_glob_within);
}

static bool wanted(const sg_motifpick *pick, const sg_motif *motif)
{
  return any(pick->id, pick->n_id, motif->id, sg_glob)
         && any(pick->name, pick->n_name, motif->name, sg_glob)
         && motif->width >= pick->min_width
         && (!pick->max_width || motif->width <= pick->max_width)
         && (!(pick->min_bits > 0) || sg_motifpick_total(motif) >= pick->min_bits)
         && noted(pick, motif);
}

sg_status sg_motifpick_apply(const sg_motifpick *pick, sg_motifs *motifs, sg_err *err)
{
  bool *keep = calloc((size_t)motifs->n + 1, sizeof *keep);
  if (!keep) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < motifs->n; i++) keep[i] = wanted(pick, &motifs->motif[i]);
  sg_motifs_keep(motifs, keep);
  free(keep);
  return SG_OK;
}
