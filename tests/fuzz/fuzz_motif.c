/* tests/fuzz/fuzz_motif.c: any bytes as a file of motifs; what is read is written in every format
 * and read again. And as a table of notes. */
#include "feed.h"

#include <math.h>

#include "seqgloss/motif.h"
#include "seqgloss/motifnotes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const sg_err *err)
{
  if (!err->text[0] || strchr(err->text, '\n')) abort();
}

/* The promises of the header. */
static void check_set(const sg_motifs *set)
{
  if (set->n < 1) abort();
  for (int i = 0; i < set->n; i++) {
    const sg_motif *m = &set->motif[i];
    if (!*m->id || strpbrk(m->id, " \t\n") || m->width < 1 || m->width > SG_MOTIF_WIDTH_MAX ||
        !(m->nsites >= 0))
      abort();
    for (int k = 0; k < 4 * m->width; k++)
      if (!isfinite(m->m[k]) || (m->kind != SG_MOTIF_CWM && m->m[k] < 0)) abort();
  }
}

static bool same(const sg_motifs *a, const sg_motifs *b)
{
  if (a->n != b->n) return false;
  for (int i = 0; i < a->n; i++) {
    const sg_motif *x = &a->motif[i], *y = &b->motif[i];
    if (strcmp(x->id, y->id) || x->width != y->width || x->kind != y->kind ||
        memcmp(x->m, y->m, (size_t)x->width * sizeof(double[4])))
      return false;
  }
  return true;
}

/* Written and read; NULL where the format cannot hold the set. */
static sg_motifs *again(const sg_motifs *set, sg_motif_format format, const char *path)
{
  sg_output *output = NULL;
  sg_motifs *got = NULL;
  sg_err err = { SG_OK, "" };

  if (sg_output_open(path, 0, &output, &err)) return NULL;
  if (sg_motifs_write(set, format, output, &err)) {
    if (err.code != SG_EUNSUPPORTED) abort();
    check_error(&err);
    sg_output_discard(output);
    return NULL;
  }
  if (sg_output_commit(output, &err)) return NULL;
  if (sg_motifs_read(path, &got, &err)) check_error(&err);
  else check_set(got);
  unlink(path);
  return got;
}

/* A set has become what a format holds after one turn (sums of counts beyond a double aside), and
 * stays that in the next. */
static void turn(const sg_motifs *set, sg_motif_format format, const char *path)
{
  sg_motifs *once = again(set, format, path), *twice = NULL;
  if (once) twice = again(once, format, path);
  if (once && twice && !same(once, twice) && once->format == set->format) abort();
  sg_motifs_free(once);
  sg_motifs_free(twice);
}

/* The same bytes as a table of notes: each is found by its own identifier. */
static void notes(const char *in)
{
  sg_motif_notes *table = NULL;
  sg_err err = { SG_OK, "" };

  if (sg_motif_notes_read(in, &table, &err)) check_error(&err);
  for (int i = 0; table && i < sg_motif_notes_count(table); i++) {
    const sg_motif_note *note = sg_motif_notes_at(table, i);
    if (sg_motif_notes_find(table, note->id) != note || !note->family || !note->data_type) abort();
  }
  sg_motif_notes_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  char in[64], out[128];
  const char *tmp = getenv("TMPDIR");
  sg_motifs *set = NULL;
  sg_err err = { SG_OK, "" };
  int fd = feed_open("fuzz.motif", data, size, in);

  if (fd < 0) return 0;
  snprintf(out, sizeof out, "%.90s/fuzz_motif.%ld", tmp && *tmp ? tmp : "/tmp", (long)getpid());
  if (sg_motifs_read(in, &set, &err)) {
    check_error(&err);
  } else {
    check_set(set);
    for (int f = SG_MOTIF_MEME; f <= SG_MOTIF_HOMER; f++) turn(set, (sg_motif_format)f, out);
  }
  sg_motifs_free(set);
  notes(in);
  close(fd);
  return 0;
}
