/* tests/unit/test_motifnotes.c: the table of what is known of motifs. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scratch.h"
#include "seqgloss/motifnotes.h"

static void write_file(const char *path, const char *text)
{
  FILE *f = fopen(path, "wb");

  ck_assert_ptr_nonnull(f);
  ck_assert_int_ge(fputs(text, f), 0);
  ck_assert_int_eq(fclose(f), 0);
}

static sg_motif_notes *read_notes(const char *name)
{
  sg_motif_notes *notes = NULL;
  sg_err err = { SG_OK, "" };
  ck_assert_msg(!sg_motif_notes_read(name, &notes, &err), "%s", err.text);
  return notes;
}

START_TEST(shipped_notes)
{
  const char *src = getenv("SEQGLOSS_SRC");
  char name[1000];
  snprintf(name, sizeof name, "%s/motifs/JASPAR2026_CORE.tsv", src ? src : ".");
  sg_motif_notes *notes = read_notes(name);
  ck_assert_int_eq(sg_motif_notes_count(notes), 2633);
  const sg_motif_note *note = sg_motif_notes_find(notes, "MA0003.5");
  ck_assert_str_eq(note->name, "TFAP2A");
  ck_assert_str_eq(note->taxon, "vertebrates");
  ck_assert_str_eq(note->tf_class, "Basic helix-span-helix factors (bHSH)");
  ck_assert_str_eq(note->family, "AP-2");
  ck_assert_str_eq(note->species, "Homo sapiens");
  ck_assert_str_eq(note->uniprot, "P05549");
  ck_assert_str_eq(note->data_type, "ChIP-seq");
  ck_assert_str_eq(sg_motif_notes_find(notes, "MA0495.2")->id, "MA0495.4");
  ck_assert_ptr_null(sg_motif_notes_find(notes, "MA9999.1"));
  for (int i = 0; i < 2633; i++) {
    note = sg_motif_notes_at(notes, i);
    ck_assert_ptr_eq(sg_motif_notes_find(notes, note->id), note);
  }
  ck_assert_ptr_null(sg_motif_notes_at(notes, 2633));
  sg_motif_notes_free(notes);
}
END_TEST

START_TEST(small_notes)
{
  static const char good[] = "x\tname\tmatrix_id\r\n1\tb\tM1.2\r\n\n2\ta\tM1.10\r\n3\tc\tM12.1\n"
      "4\t\tz\n";
  static const struct { const char *text, *words; } wrong[] = {
    { "", "empty" }, { "id\tname\n", ":1: no column matrix_id" },
    { "matrix_id\tname\na\n", ":2: fewer columns" }, { "matrix_id\tname\n\tx\n", ":2: an empty" },
    { "matrix_id\na\nb\na\n", "a stands there twice" }
  };
  char path[SCRATCH_PATH];
  int fd = scratch_open("notes", path);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(close(fd), 0);
  write_file(path, good);
  sg_motif_notes *notes = read_notes(path);
  ck_assert_str_eq(sg_motif_notes_find(notes, "M1.2")->name, "b");
  ck_assert_str_eq(sg_motif_notes_find(notes, "M1.3")->name, "a");     /* M1.10 comes first */
  ck_assert_str_eq(sg_motif_notes_find(notes, "M12.7")->name, "c");
  ck_assert_str_eq(sg_motif_notes_find(notes, "z")->name, "");
  ck_assert_str_eq(sg_motif_notes_find(notes, "z")->species, "");
  ck_assert_ptr_null(sg_motif_notes_find(notes, "M1"));
  ck_assert_ptr_null(sg_motif_notes_find(notes, "M1.x"));
  ck_assert_ptr_null(sg_motif_notes_find(notes, "z.1"));
  ck_assert_ptr_null(sg_motif_notes_find(notes, ""));
  sg_motif_notes_free(notes);
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    sg_err err = { SG_OK, "" };
    write_file(path, wrong[i].text);
    ck_assert_int_eq(sg_motif_notes_read(path, &notes, &err), SG_EFORMAT);
    ck_assert_msg(strstr(err.text, wrong[i].words) != NULL, "%s", err.text);
  }
  ck_assert_int_eq(sg_motif_notes_read("/nonexistent/x", &notes, NULL), SG_ENOTFOUND);
  sg_motif_notes_free(NULL);
  unlink(path);
}
END_TEST

int main(void)
{
  Suite *s = suite_create("motifnotes");
  TCase *t = tcase_create("notes");
  tcase_add_test(t, shipped_notes);
  tcase_add_test(t, small_notes);
  suite_add_tcase(s, t);
  SRunner *r = srunner_create(s);
  srunner_run_all(r, CK_ENV);
  int failed = srunner_ntests_failed(r);
  srunner_free(r);
  return failed ? 1 : 0;
}
