/* cli/motifdb.c: motifs by the name of a file or of a shipped set.
 *
 * An installed program finds its data beside itself, so that a tree may be moved (conda does); one
 * that was not installed has to be told by SEQGLOSS_DATA, the top of the sources or of a data
 * folder: no path of the machine that built it is in the program but the one of `make install`.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/motifdb.h"

static const struct { const char *name, *file; } sets[] = {
  { "vertebrates", "motifs/JASPAR2026_CORE_vertebrates.jaspar" },
  { "plants", "motifs/JASPAR2026_CORE_plants.jaspar" },
  { "insects", "motifs/JASPAR2026_CORE_insects.jaspar" },
  { "fungi", "motifs/JASPAR2026_CORE_fungi.jaspar" },
  { "nematodes", "motifs/JASPAR2026_CORE_nematodes.jaspar" },
  { "urochordates", "motifs/JASPAR2026_CORE_urochordates.jaspar" }
};
enum { SETS = sizeof sets / sizeof sets[0], PLACES = 3, PLACE_MAX = 4096 };

/* ---- The data folder ------------------------------------------------------------------------- */

/* DIR/../share/seqgloss for the program DIR/seqgloss; false where the system does not say. */
static bool beside_program(char place[PLACE_MAX])
{
  static const char rest[] = "/share/seqgloss";
  ssize_t n = readlink("/proc/self/exe", place, PLACE_MAX - sizeof rest);
  if (n <= 0 || n >= (ssize_t)(PLACE_MAX - sizeof rest)) return false;
  place[n] = 0;
  for (int up = 0; up < 2; up++) {
    char *slash = strrchr(place, '/');
    if (!slash) return false;
    *slash = 0;
  }
  memcpy(place + strlen(place), rest, sizeof rest);
  return true;
}

/* Folders in the order in which they are looked at. */
static int list_places(char place[PLACES][PLACE_MAX])
{
  const char *told = getenv("SEQGLOSS_DATA");
  int n = 0;
  if (told && *told && strlen(told) < PLACE_MAX) snprintf(place[n++], PLACE_MAX, "%s", told);
  if (beside_program(place[n])) n++;
  snprintf(place[n++], PLACE_MAX, "%s", SG_PKGDATADIR);
  return n;
}

static char *joined(const char *folder, const char *file)
{
  size_t size = strlen(folder) + strlen(file) + 2;
  char *path = malloc(size);
  if (path) snprintf(path, size, "%s/%s", folder, file);
  return path;
}

static sg_status nowhere(const char *file, char place[PLACES][PLACE_MAX], int n, sg_err *err)
{
  char list[800] = "";
  for (int i = 0; i < n; i++) {
    size_t at = strlen(list);
    snprintf(list + at, sizeof list - at, "%s%.250s", i ? ", " : "", place[i]);
  }
  return sg_fail(err, SG_ENOTFOUND, "%s is not in %s; set SEQGLOSS_DATA to the folder that has it",
                 file, list);
}

sg_status sg_motifdb_data(const char *file, char **ret_path, sg_err *err)
{
  char place[PLACES][PLACE_MAX];
  int n = list_places(place);
  *ret_path = NULL;
  for (int i = 0; i < n; i++) {
    char *path = joined(place[i], file);
    if (!path) return sg_fail(err, SG_ENOMEM, "out of memory");
    if (!access(path, R_OK)) {
      *ret_path = path;
      return SG_OK;
    }
    free(path);
  }
  return nowhere(file, place, n, err);
}

/* ---- Motifs ---------------------------------------------------------------------------------- */

static const char *file_of(const char *name)
{
  for (int i = 0; i < SETS; i++)
    if (!strcmp(sets[i].name, name)) return sets[i].file;
  return NULL;
}

bool sg_motifdb_is_set(const char *name) { return file_of(name) != NULL; }

sg_status sg_motifdb_path(const char *name, char **ret_path, sg_err *err)
{
  const char *file = file_of(name);
  *ret_path = NULL;
  if (strcmp(name, "-") && access(name, F_OK)) {
    if (file) return sg_motifdb_data(file, ret_path, err);
    return sg_fail(err, SG_ENOTFOUND, "%s: %s; it is none of the shipped sets either: vertebrates, "
                   "plants, insects, fungi, nematodes, urochordates", name, strerror(errno));
  }
  *ret_path = strdup(name);
  return *ret_path ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

sg_status sg_motifdb_read(const char *name, sg_motifs **ret_motifs, sg_err *err)
{
  char *path;
  sg_status status = sg_motifdb_path(name, &path, err);
  *ret_motifs = NULL;
  if (!status) status = sg_motifs_read(path, ret_motifs, err);
  free(path);
  return status;
}

sg_status sg_motifdb_notes(sg_motif_notes **ret_notes, sg_err *err)
{
  char *path;
  sg_status status = sg_motifdb_data("motifs/JASPAR2026_CORE.tsv", &path, err);
  *ret_notes = NULL;
  if (!status) status = sg_motif_notes_read(path, ret_notes, err);
  free(path);
  return status;
}
