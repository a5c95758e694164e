/* motif/motifnotes.c: the table of what is known of motifs, sorted by identifier.
 *
 * A line is kept as one block, its columns cut in place, and notes point into it.
 */
#include "seqgloss/motifnotes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 8, COLUMNS_MAX = 64 };

/* In the order of sg_motif_note. */
static const char *const columns[COLUMNS] = {
  "matrix_id", "name", "tax_group", "class", "family", "species", "uniprot", "data_type"
};

struct sg_motif_notes {
  sg_motif_note *note;       /* [n] */
  char **line;               /* [n] what notes point into; order of the file */
  int n;
};

static const char **text_of(sg_motif_note *note, int column)
{
  const char **texts[COLUMNS] = { &note->id, &note->name, &note->taxon, &note->tf_class,
                                  &note->family, &note->species, &note->uniprot,
                                  &note->data_type };
  return texts[column];
}

/* ---- Reading --------------------------------------------------------------------------------- */

typedef struct reader {
  sg_lines *lines;
  sg_motif_notes *notes;
  int n_column;              /* of the file */
  int meaning[COLUMNS_MAX];  /* of a column of the file: index in `columns`, or -1 */
} reader;

static sg_status bad(const reader *r, sg_err *err, const char *what)
{
  return sg_fail(err, SG_EFORMAT, "%s:%" PRId64 ": %s", sg_lines_name(r->lines),
                 sg_lines_number(r->lines), what);
}

/* The text up to the next tab; *rest moves behind it, or becomes NULL. */
static char *cut(char **rest)
{
  char *text = *rest, *tab = strchr(text, '\t');

  if (tab) *tab = '\0';
  *rest = tab ? tab + 1 : NULL;
  return text;
}

static sg_status read_header(reader *r, char *line, sg_err *err)
{
  bool has_id = false;

  while (line && r->n_column < COLUMNS_MAX) {
    const char *name = cut(&line);
    int *meaning = &r->meaning[r->n_column++];
    *meaning = -1;
    for (int c = 0; c < COLUMNS; c++)
      if (!strcmp(name, columns[c])) *meaning = c;
    has_id |= *meaning == 0;
  }
  if (line) return bad(r, err, "more than 64 columns");
  if (!has_id) return bad(r, err, "no column matrix_id in the first line: not a table of motifs");
  return SG_OK;
}

/* Room for one more: the power of two at or above n. */
static bool grow(sg_motif_notes *notes)
{
  size_t n = (size_t)notes->n, room = n ? 2 * n : 1;
  void *more;

  if (n & (n - 1)) return true;
  if (!(more = realloc(notes->note, room * sizeof *notes->note))) return false;
  notes->note = more;
  if (!(more = realloc(notes->line, room * sizeof *notes->line))) return false;
  notes->line = more;
  return true;
}

static sg_status read_note(reader *r, const char *line, sg_err *err)
{
  sg_motif_notes *notes = r->notes;
  sg_motif_note *note;
  char *rest = strdup(line);

  if (!rest || !grow(notes)) {
    free(rest);
    return sg_fail(err, SG_ENOMEM, "%s: no memory to read it", sg_lines_name(r->lines));
  }
  notes->line[notes->n] = rest;
  note = &notes->note[notes->n++];
  for (int c = 0; c < COLUMNS; c++) *text_of(note, c) = "";
  for (int i = 0; i < r->n_column; i++) {
    if (!rest) return bad(r, err, "fewer columns than in the first line");
    const char *text = cut(&rest);
    if (r->meaning[i] >= 0) *text_of(note, r->meaning[i]) = text;
  }
  return *note->id ? SG_OK : bad(r, err, "an empty matrix_id");
}

static int by_id(const void *a, const void *b)
{
  return strcmp(((const sg_motif_note *)a)->id, ((const sg_motif_note *)b)->id);
}

static sg_status sort(const reader *r, sg_err *err)
{
  sg_motif_note *note = r->notes->note;

  if (r->notes->n) qsort(note, (size_t)r->notes->n, sizeof *note, by_id);
  for (int i = 1; i < r->notes->n; i++)
    if (!by_id(&note[i - 1], &note[i]))
      return sg_fail(err, SG_EFORMAT, "%s: %.80s stands there twice", sg_lines_name(r->lines),
                     note[i].id);
  return SG_OK;
}

static sg_status read_all(reader *r, sg_err *err)
{
  char *line;
  sg_status status = sg_lines_next(r->lines, &line, NULL, err);

  if (!status && !line)
    return sg_fail(err, SG_EFORMAT, "%s: the file is empty", sg_lines_name(r->lines));
  if (!status) status = read_header(r, line, err);
  while (!status && !(status = sg_lines_next(r->lines, &line, NULL, err)) && line)
    if (*line) status = read_note(r, line, err);
  return status ? status : sort(r, err);
}

sg_status sg_motif_notes_read(const char *path, sg_motif_notes **ret_notes, sg_err *err)
{
  reader r = { .notes = calloc(1, sizeof *r.notes) };
  sg_status status = r.notes ? SG_OK : sg_fail(err, SG_ENOMEM, "%s: no memory to read it", path);

  *ret_notes = NULL;
  if (!status) status = sg_lines_open(path, &r.lines, err);
  if (!status) status = read_all(&r, err);
  if (status) sg_motif_notes_free(r.notes);
  else *ret_notes = r.notes;
  sg_lines_close(r.lines);
  return status;
}

void sg_motif_notes_free(sg_motif_notes *notes)
{
  if (!notes) return;
  for (int i = 0; i < notes->n; i++) free(notes->line[i]);
  free(notes->line);
  free(notes->note);
  free(notes);
}

/* ---- Looking up ------------------------------------------------------------------------------ */

int sg_motif_notes_count(const sg_motif_notes *notes) { return notes->n; }

const sg_motif_note *sg_motif_notes_at(const sg_motif_notes *notes, int i)
{
  return i >= 0 && i < notes->n ? &notes->note[i] : NULL;
}

/* Index of the first note whose identifier does not come before the first n letters of `id`. */
static int lower_bound(const sg_motif_notes *notes, const char *id, size_t n)
{
  int lo = 0, hi = notes->n;

  while (lo < hi) {
    int mid = lo + (hi - lo) / 2;
    if (strncmp(notes->note[mid].id, id, n) < 0) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/* Length of the identifier without ".VERSION"; 0: it has none. */
static size_t stem(const char *id)
{
  const char *dot = strrchr(id, '.');

  return dot && dot[1] && strspn(dot + 1, "0123456789") == strlen(dot + 1) ? (size_t)(dot - id) : 0;
}

const sg_motif_note *sg_motif_notes_find(const sg_motif_notes *notes, const char *id)
{
  size_t n = stem(id);
  int i = lower_bound(notes, id, strlen(id) + 1);

  if (i < notes->n && !strcmp(notes->note[i].id, id)) return &notes->note[i];
  if (!n) return NULL;
  for (i = lower_bound(notes, id, n + 1); i < notes->n; i++) {
    if (strncmp(notes->note[i].id, id, n + 1)) return NULL;
    if (stem(notes->note[i].id) == n) return &notes->note[i];
  }
  return NULL;
}
