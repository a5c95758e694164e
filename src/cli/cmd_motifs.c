/* cli/cmd_motifs.c: motif files and shipped sets listed, chosen from, changed and converted.
 *
 *   1. Options
 *   2. Changes
 *   3. The table
 *   4. Output and the run
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/buffer.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/facts.h"
#include "cli/groups.h"
#include "cli/motifdb.h"
#include "cli/motifpick.h"

/* ---- 1. Options ---- */

static const sg_opt_def choose_defs[] = {
  { "id", 'i', SG_OPT_TEXT, "FORM", NULL, 0, 0, SG_OPT_MANY,
    "motifs whose identifier is of this form: * stands for anything, ? for a letter; may be "
    "repeated" },
  { "name", 'n', SG_OPT_TEXT, "FORM", NULL, 0, 0, SG_OPT_MANY,
    "motifs whose second name is of this form; upper and lower case are the same, as everywhere "
    "here" },
  { "class", 0, SG_OPT_TEXT, "TEXT", NULL, 0, 0, SG_OPT_MANY,
    "motifs of factors whose class has this in it, such as bzip (shipped sets)" },
  { "family", 0, SG_OPT_TEXT, "TEXT", NULL, 0, 0, SG_OPT_MANY,
    "the same of the family, such as maf-related" },
  { "species", 0, SG_OPT_TEXT, "TEXT", NULL, 0, 0, SG_OPT_MANY,
    "the same of the species, such as 'homo sapiens'" },
  { "min-width", 0, SG_OPT_INT, NULL, NULL, 1, 1000, 0, "motifs of at least so many columns" },
  { "max-width", 0, SG_OPT_INT, NULL, NULL, 1, 1000, 0, "motifs of at most so many columns" },
  { "min-bits", 0, SG_OPT_REAL, NULL, NULL, 0, 2000, 0,
    "motifs of at least so much information, all columns together" },
  { 0 }
};
static const sg_opt_def change_defs[] = {
  { "trim", 0, SG_OPT_REAL, "BITS", NULL, 0, 2, 0,
    "cut off columns at both ends that have less information than this" },
  { "revcomp", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0, "turn motifs to the other strand" },
  { 0 }
};
enum { AS_ENDING = 0, AS_TABLE, AS_MEME, AS_JASPAR, AS_TRANSFAC, AS_HOMER };
static const sg_opt_def format_defs[] = {
  { "output", 'o', SG_OPT_OUTFILE, NULL, "-", 0, 0, SG_OPT_NEUTRAL,
    "output file; its ending names the format: .tsv (the table), .meme, .jaspar, .pfm, .transfac, "
    ".homer, .motif" },
  { "format", 'F', SG_OPT_CHOICE, "ending|table|meme|jaspar|transfac|homer", "ending", 0, 0, 0,
    "the format whatever the ending; standard output has the table unless this says otherwise" },
  { "no-provenance", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "write neither ## lines nor a .provenance.json" },
  { 0 }
};
static const sg_opt_group choose_group = { "Which motifs", choose_defs };
static const sg_opt_group change_group = { "Changes", change_defs };
static const sg_opt_group format_group = { "Output", format_defs };
static const sg_opt_group *const groups[] = {
  &choose_group, &change_group, &format_group, &sg_group_common, NULL
};
static const char *const usage[] = {
  "[options] FILE|SET ...",
  "[options] FILES... -o OUT.meme",
  NULL
};

static bool needs_notes(const sg_opts *opts)
{
  return sg_opt_given(opts, "class") || sg_opt_given(opts, "family")
         || sg_opt_given(opts, "species");
}

static sg_motifpick pick_of(const sg_opts *opts, const sg_motif_notes *notes)
{
  sg_motifpick pick = { .notes = notes };
  pick.id = sg_opt_many(opts, "id", &pick.n_id);
  pick.name = sg_opt_many(opts, "name", &pick.n_name);
  pick.tf_class = sg_opt_many(opts, "class", &pick.n_class);
  pick.family = sg_opt_many(opts, "family", &pick.n_family);
  pick.species = sg_opt_many(opts, "species", &pick.n_species);
  if (sg_opt_given(opts, "min-width")) pick.min_width = sg_opt_int(opts, "min-width");
  if (sg_opt_given(opts, "max-width")) pick.max_width = sg_opt_int(opts, "max-width");
  if (sg_opt_given(opts, "min-bits")) pick.min_bits = sg_opt_real(opts, "min-bits");
  return pick;
}

/* ---- 2. Changes ---- */

/* Leaves columns first .. last - 1; false where nothing is left. */
static bool trim(sg_motif *m, double least)
{
  double bits[SG_MOTIF_WIDTH_MAX];
  int first = 0, last = m->width;
  if (m->kind == SG_MOTIF_CWM) return true;
  sg_motifpick_bits(m, bits);
  while (first < last && bits[first] < least) first++;
  while (last > first && bits[last - 1] < least) last--;
  m->width = last - first;
  memmove(m->m, m->m + first * 4, (size_t)m->width * 4 * sizeof *m->m);
  return m->width > 0;
}

static sg_status trim_all(sg_motifs *motifs, double least, sg_err *err)
{
  bool *keep = calloc((size_t)motifs->n + 1, sizeof *keep), cwm = false;
  if (!keep) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < motifs->n; i++) {
    cwm |= motifs->motif[i].kind == SG_MOTIF_CWM;
    keep[i] = trim(&motifs->motif[i], least);
    if (!keep[i])
      sg_say(SG_LOG_WARN, "motif %s has no column of %g bits: left out", motifs->motif[i].id,
             least);
  }
  if (cwm) sg_say(SG_LOG_WARN, "matrices of contributions have no information: not trimmed");
  sg_motifs_keep(motifs, keep);
  free(keep);
  return SG_OK;
}

static sg_status change(const sg_opts *opts, sg_motifs *motifs, sg_err *err)
{
  sg_status status = SG_OK;
  if (sg_opt_given(opts, "trim")) status = trim_all(motifs, sg_opt_real(opts, "trim"), err);
  for (int i = 0; i < motifs->n && !status && sg_opt_given(opts, "revcomp"); i++)
    sg_motif_revcomp(motifs->motif[i].m, motifs->motif[i].width);
  return status;
}

/* ---- 3. The table ---- */

static void put_text(sg_buffer *b, const char *text)
{
  sg_buffer_puts(b, "\t");
  if (*text) sg_buffer_name(b, text, false, ' ');
  else sg_buffer_puts(b, ".");
}

static void put_number(sg_buffer *b, bool known, double value)
{
  sg_buffer_puts(b, "\t");
  if (known) sg_buffer_f64(b, value);
  else sg_buffer_puts(b, ".");
}

static void put_row(sg_buffer *b, const sg_motif *m, const sg_motif_note *note)
{
  static const char *const kinds[] = { "counts", "probabilities", "contributions" };
  static const double even[4] = { 0.25, 0.25, 0.25, 0.25 };
  bool cwm = m->kind == SG_MOTIF_CWM;
  double p[SG_MOTIF_WIDTH_MAX * 4];
  char text[SG_MOTIF_WIDTH_MAX + 1] = "";
  if (!cwm && !sg_motif_heights(m, SG_HEIGHTS_PROBS, false, even, p, NULL))
    sg_motif_consensus(p, m->width, text);
  sg_buffer_puts(b, m->id);
  put_text(b, *m->name ? m->name : note ? note->name : "");
  put_text(b, kinds[m->kind]);
  put_number(b, true, m->width);
  put_number(b, m->nsites > 0, m->nsites);
  put_number(b, !cwm, floor(sg_motifpick_total(m) * 1000 + 0.5) / 1000);
  put_text(b, text);
  put_text(b, note ? note->family : "");
  put_text(b, note ? note->tf_class : "");
  put_text(b, note ? note->species : "");
  sg_buffer_puts(b, "\n");
}

static sg_status write_table(const sg_opts *opts, const sg_motifs *motifs,
                             const sg_motif_notes *notes, const sg_facts *facts,
                             sg_output *output, sg_err *err)
{
  sg_buffer b = { 0 };
  for (int i = 0; i < facts->n && !sg_opt_given(opts, "no-provenance"); i++)
    sg_buffer_printf(&b, "## %s %s\n", facts->fact[i].key, facts->fact[i].value);
  sg_buffer_puts(&b, "#id\tname\tkind\twidth\tnsites\tbits\tconsensus\tfamily\tclass\tspecies\n");
  for (int i = 0; i < motifs->n; i++)
    put_row(&b, &motifs->motif[i],
            notes ? sg_motif_notes_find(notes, motifs->motif[i].id) : NULL);
  sg_status status = b.failed ? sg_fail(err, SG_ENOMEM, "out of memory")
                              : sg_output_write(output, b.at, b.n, err);
  sg_buffer_release(&b);
  return status;
}

/* ---- 4. Output and the run ---- */

static bool ends_with(const char *text, const char *end)
{
  size_t n = strlen(text), m = strlen(end);
  return n >= m && !strcmp(text + n - m, end);
}

/* What is written: a table, or motifs in a format. */
static sg_status format_of(const sg_opts *opts, bool *ret_table, sg_motif_format *ret_format,
                           sg_err *err)
{
  const char *path = sg_opt_text(opts, "output");
  int chosen = sg_opt_choice(opts, "format");
  *ret_format = SG_MOTIF_MEME;
  *ret_table = chosen == AS_TABLE;
  if (chosen >= AS_MEME) *ret_format = (sg_motif_format)(chosen - AS_MEME);
  if (chosen != AS_ENDING) return SG_OK;
  *ret_table = !strcmp(path, "-") || !strncmp(path, "/dev/", 5) || ends_with(path, ".tsv")
               || ends_with(path, ".tsv.gz") || ends_with(path, ".txt");
  return *ret_table ? SG_OK : sg_motif_format_of(path, ret_format, err);
}

static sg_status write(const sg_opts *opts, const sg_motifs *motifs, const sg_motif_notes *notes,
                       sg_err *err)
{
  const char *path = sg_opt_text(opts, "output");
  bool table;
  sg_motif_format format;
  sg_facts facts = { 0 };
  sg_output *output = NULL;
  sg_status status = format_of(opts, &table, &format, err);
  if (!status) status = sg_facts_make(opts, NULL, &facts, err);
  if (!status) status = sg_output_open(path, 0, &output, err);
  if (!status)
    status = table ? write_table(opts, motifs, notes, &facts, output, err)
                   : sg_motifs_write(motifs, format, output, err);
  if (status) sg_output_discard(output);
  else status = sg_output_commit(output, err);
  if (!status && !table && strcmp(path, "-") && !sg_opt_given(opts, "no-provenance"))
    status = sg_facts_write(path, &facts, err);
  sg_facts_free(&facts);
  return status;
}

/* Filters cannot do without the notes; a table can. */
static sg_status read_notes(const sg_opts *opts, bool table, sg_motif_notes **ret_notes,
                            sg_err *err)
{
  sg_err why = { SG_OK, "" };
  *ret_notes = NULL;
  if (!table && !needs_notes(opts)) return SG_OK;
  sg_status status = sg_motifdb_notes(ret_notes, &why);
  if (!status || needs_notes(opts) || status == SG_ENOMEM)
    return status ? sg_fail(err, status, "%s", why.text) : SG_OK;
  sg_say(SG_LOG_WARN, "families are not shown: %s", why.text);
  return SG_OK;
}

static sg_status run_checked(const sg_opts *opts, bool table, sg_err *err)
{
  sg_motifs *motifs = NULL;
  sg_motif_notes *notes = NULL;
  sg_status status = sg_output_check(sg_opt_text(opts, "output"), err);
  if (!status) status = sg_motifpick_gather(opts->operand, opts->n_operand, &motifs, err);
  if (!status) status = read_notes(opts, table, &notes, err);
  if (!status) {
    sg_motifpick pick = pick_of(opts, notes);
    status = sg_motifpick_apply(&pick, motifs, err);
  }
  if (!status) status = change(opts, motifs, err);
  if (!status && !motifs->n)
    status = sg_fail(err, SG_ENOTFOUND, "none of the motifs is left; seqgloss motifs FILE|SET "
                     "without options lists what there is");
  if (!status) status = write(opts, motifs, notes, err);
  sg_motifs_free(motifs);
  sg_motif_notes_free(notes);
  return status;
}

static int run_motifs(sg_opts *opts)
{
  sg_err err;
  bool table;
  sg_motif_format format;
  if (!opts->n_operand) {
    sg_fail(&err, SG_EINVAL, "name motif files or shipped sets: seqgloss motifs vertebrates");
    return sg_console_usage(&err);
  }
  if (sg_opt_given(opts, "min-width") && sg_opt_given(opts, "max-width")
      && sg_opt_int(opts, "min-width") > sg_opt_int(opts, "max-width")) {
    sg_fail(&err, SG_EINVAL, "--min-width is above --max-width");
    return sg_console_usage(&err);
  }
  if (format_of(opts, &table, &format, &err)) return sg_console_usage(&err);
  return sg_console_end(run_checked(opts, table, &err), &err);
}

const sg_cmd sg_cmd_motifs = {
  .name = "motifs",
  .summary = "list, choose, convert and trim motifs of files and of JASPAR",
  .usage = usage,
  .about = "Reads motifs in MEME, JASPAR, TRANSFAC or HOMER format, told by their content, or "
           "from a shipped set of JASPAR 2026 (vertebrates, plants, insects, fungi, nematodes, "
           "urochordates), several after the other as one, and writes those that are wanted as a "
           "table or in any of the formats.",
  .groups = groups,
  .run = run_motifs
};
