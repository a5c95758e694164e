/* tests/fuzz/fuzz_motif.c: any bytes as a file of motifs; what is read is written in every format
 * and read again, and compared: as queries with a small database, and as a database with the
 * motifs of that. And as a table of notes. */
#include "feed.h"

#include <math.h>

#include "seqgloss/compare.h"
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

/* What a comparison promises. */
static void check_matches(const sg_match *m, int n, int targets)
{
  if (n != targets) abort();
  for (int i = 0; i < n; i++)
    if (m[i].target < 0 || m[i].target >= targets || m[i].overlap < 1 ||
        !(m[i].p > 0 && m[i].p <= 1.000001) || !(m[i].qvalue >= 0 && m[i].qvalue <= 1) ||
        (i && (m[i].p < m[i - 1].p || m[i].qvalue < m[i - 1].qvalue)))
      abort();
}

static void compare_sets(const sg_motifs *db, const sg_motifs *queries, const sg_compare_opts *o)
{
  sg_targets *targets = NULL;
  sg_comparer *comparer = NULL;
  sg_err err = { SG_OK, "" };

  if (sg_targets_new(db, o, &targets, &err)) {
    check_error(&err);
    return;
  }
  if (sg_comparer_new(targets, &comparer, &err)) check_error(&err);
  for (int i = 0; comparer && i < queries->n; i++) {
    const sg_match *match;
    int n;
    if (sg_compare(comparer, &queries->motif[i], &match, &n, &err)) check_error(&err);
    else check_matches(match, n, sg_targets_n(targets));
  }
  sg_comparer_free(comparer);
  sg_targets_free(targets);
}

/* By every score; strands, overhangs and pseudocount as the size of the file has it. Wide sets are
 * let be, for the time they take. */
static void compare(const sg_motifs *set, size_t size)
{
  static const double pseudo[] = { 0.1, 0, 1e-322, 1e-300, 1e6 };
  static const char *const texts[] = { "CACGTG", "RYNAAT", "TGACTCA" };
  sg_compare_opts o = sg_compare_opts_default();
  sg_motifs *few = NULL;
  sg_motif *m;
  int columns = 0;

  for (int i = 0; i < set->n; i++) columns += set->motif[i].width;
  if (columns > 200 || sg_motifs_new(&few, NULL)) return;
  for (int i = 0; i < 3; i++)
    if (sg_motifs_add_text(few, texts[i], texts[i], &m, NULL)) abort();
  o.rc = size % 2;
  o.complete = size / 2 % 4 != 0;
  o.pseudo = pseudo[size / 8 % 5];
  for (int d = SG_DIST_ED; d <= SG_DIST_ALLR; d++) {
    o.dist = (sg_dist)d;
    compare_sets(few, set, &o);
    compare_sets(set, few, &o);
    compare_sets(set, set, &o);
  }
  sg_motifs_free(few);
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
    compare(set, size);
  }
  sg_motifs_free(set);
  notes(in);
  close(fd);
  return 0;
}
