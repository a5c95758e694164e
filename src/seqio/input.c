/* seqio/input.c: the records behind a source: BED lines, texts of -R, FASTA records, or numbers of
 * rows.
 *
 * 1. Records one by one   2. Chromosome names   3. The first pass   4. Opening
 *
 * The first pass reads everything, so that whatever is wrong is said before computing starts. Names
 * come first, then the genome (which needs them, to know what to keep), then the lengths.
 */
#include <htslib/khash.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lines.h"
#include "seqio/places.h"
#include "seqio/source.h"

KHASH_MAP_INIT_STR(named, int)

enum { NAME_MAX_BYTES = 1024 };

/* ---- 1. Records one by one ------------------------------------------------------------------- */

static sg_status no_memory(sg_err *err) { return sg_fail(err, SG_ENOMEM, "no memory for the input");
                                          }

sg_status sg_input_blame(const sg_source *s, sg_err *err)
{
  if (s->record.line) return sg_fail_prefix(err, "%s:%" PRId64 ": ", s->file, s->record.line);
  return sg_fail_prefix(err, "region '%s': ", s->record.name.s ? s->record.name.s : "");
}

static int find_named(const sg_source *s, const char *name)
{
  const khash_t(named) *hash = s->hash;
  khiter_t k = kh_get(named, hash, name);

  return k == kh_end(hash) ? -1 : kh_value(hash, k);
}

static bool set_text(kstring_t *k, const char *text, size_t n)
{
  k->l = 0;
  return kputsn(text, n, k) >= 0;
}

/* The chromosome of a record; before the genome is open it has no number yet. */
static void set_contig(sg_source *s, sg_record *r)
{
  int i = find_named(s, r->chrom.s);

  r->contig = i >= 0 ? s->named[i].contig : -1;
  r->space = r->contig >= 0 ? sg_genome_length(s->genome, r->contig) : 0;
}

/* "chrom:start-end", unless the record has a name. */
static bool set_name(sg_record *r, const char *name)
{
  r->name.l = 0;
  if (name) return kputs(name, &r->name) >= 0;
  return ksprintf(&r->name, "%s:%" PRId64 "-%" PRId64, r->chrom.s, r->start, r->end) >= 0;
}

static sg_status next_bed(sg_source *s, bool *ret_more, sg_err *err)
{
  sg_record *r = &s->record;
  sg_bed_row row;
  char *line;
  bool found = false;
  sg_status status;

  while (!found) {
    status = sg_lines_next(s->lines, &line, NULL, err);
    *ret_more = line != NULL;
    if (status || !line) return status;
    r->line = sg_lines_number(s->lines);
    status = sg_bed_parse(line, &row, &found, err);
    if (status) {
      sg_input_blame(s, err);
      return status;
    }
  }
  r->start = row.start;
  r->end = row.end;
  r->summit = row.summit;
  r->score = row.score;
  r->strand = row.strand;
  r->origin = 0;
  if (!set_text(&r->chrom, row.chrom, strlen(row.chrom)) || !set_name(r, row.name))
    return no_memory(err);
  set_contig(s, r);
  return SG_OK;
}

static sg_status next_interval(sg_source *s, bool *ret_more, sg_err *err)
{
  sg_record *r = &s->record;
  const char *text;
  size_t n;
  sg_status status;

  *ret_more = s->next < s->opts.n_intervals;
  if (!*ret_more) return SG_OK;
  text = s->interval[s->next];
  r->line = 0;
  if (!set_text(&r->name, text, strlen(text))) return no_memory(err);
  status = sg_interval_parse(text, find_named(s, text) >= 0 && sg_genome_find(s->genome, text) >= 0,
                             &n, &r->start, &r->end, err);
  if (status) return status;
  r->summit = -1;
  r->score = NAN;
  r->strand = '.';
  r->origin = 0;
  if (!set_text(&r->chrom, text, n)) return no_memory(err);
  set_contig(s, r);
  if (r->end < 0) r->end = r->space;
  return set_name(r, NULL) ? SG_OK : no_memory(err);
}

/* Coordinates of a FASTA record from its name; a plain name has none. */
static sg_status place_record(sg_record *r, const char *name, sg_err *err)
{
  sg_named_place p;
  bool fine;

  r->strand = '.';
  r->origin = -1;
  r->chrom.l = 0;
  if (!sg_name_place(name, r->space, &p)) return set_name(r, name) ? SG_OK : no_memory(err);
  r->origin = p.start;
  r->strand = p.strand;
  fine = set_text(&r->chrom, name + p.chrom, p.chrom_length) &&
         set_text(&r->name, name, p.label ? p.label : strlen(name));
  return fine ? SG_OK : no_memory(err);
}

static sg_status next_window(sg_source *s, bool *ret_more, sg_err *err)
{
  sg_record *r = &s->record;
  const sg_fasta_record *f;
  sg_status status = sg_fasta_next(s->fasta, &f, err);

  *ret_more = f != NULL;
  if (status || !f) return status;
  r->line = f->line;
  r->start = 0;
  r->end = r->space = f->length;
  r->summit = -1;
  r->score = NAN;
  r->contig = -1;
  r->bases = f->seq;
  return place_record(r, f->name, err);
}

/* A row of arrays: a window as of a FASTA record that is named by its number. */
static sg_status next_row(sg_source *s, bool *ret_more, sg_err *err)
{
  sg_record *r = &s->record;

  *ret_more = s->next < s->opts.rows;
  if (!*ret_more) return SG_OK;
  r->line = r->start = 0;
  r->end = r->space = s->opts.length;
  r->summit = r->origin = -1;
  r->score = NAN;
  r->strand = '.';
  r->contig = -1;
  r->bases = s->blank;
  r->name.l = r->chrom.l = 0;
  return ksprintf(&r->name, "%" PRId64, s->next) >= 0 ? SG_OK : no_memory(err);
}

sg_status sg_input_next(sg_source *s, bool *ret_more, sg_err *err)
{
  sg_status status;

  *ret_more = false;
  if (s->end >= 0 && s->next >= s->end) return SG_OK;
  if (s->blank) status = next_row(s, ret_more, err);
  else if (s->fasta) status = next_window(s, ret_more, err);
  else if (s->lines) status = next_bed(s, ret_more, err);
  else status = next_interval(s, ret_more, err);
  if (!status && *ret_more) s->record.index = s->next++;
  return status;
}

static void close_reader(sg_source *s)
{
  sg_lines_close(s->lines);
  sg_fasta_free(s->fasta);
  s->lines = NULL;
  s->fasta = NULL;
}

sg_status sg_input_rewind(sg_source *s, sg_err *err)
{
  sg_lines *lines;
  sg_status status;

  s->next = 0;
  if (s->fd < 0 && !s->once) return SG_OK;
  close_reader(s);
  status = s->once ? sg_lines_open("-", &lines, err) : sg_lines_from(s->fd, s->file, &lines, err);
  if (status) return status;
  if (s->opts.windows) return sg_fasta_new(lines, &s->fasta, err);
  s->lines = lines;
  return SG_OK;
}

/* ---- 2. Chromosome names --------------------------------------------------------------------- */

static sg_status add_named(sg_source *s, const char *name, int64_t line, int *ret_i, sg_err *err)
{
  int absent;
  khiter_t k;
  sg_named *e;

  if (s->n_named == s->cap_named) {
    int cap = s->cap_named ? 2 * s->cap_named : 32;
    e = realloc(s->named, (size_t)cap * sizeof *e);
    if (!e) return no_memory(err);
    s->named = e;
    s->cap_named = cap;
  }
  e = &s->named[s->n_named];
  *e = (sg_named){.name = strdup(name), .contig = -1, .first_line = line, .furthest = -1};
  if (!e->name) return no_memory(err);
  k = kh_put(named, s->hash, e->name, &absent);
  if (absent < 0) {
    free(e->name);
    return no_memory(err);
  }
  kh_value((khash_t(named) *)s->hash, k) = *ret_i = s->n_named++;
  return SG_OK;
}

/* Notes the chromosome of the present record and how far it must reach. */
static sg_status note_record(sg_source *s, sg_err *err)
{
  const sg_record *r = &s->record;
  int i = find_named(s, r->chrom.s);
  int64_t reach = r->end > r->start ? r->start : r->start - 1;
  sg_status status = i >= 0 ? SG_OK : add_named(s, r->chrom.s, r->line, &i, err);

  if (status) return status;
  if (reach > s->named[i].furthest) {
    s->named[i].furthest = reach;
    s->named[i].line = r->line;
  }
  return SG_OK;
}

/* Whether the genome's chromosome `name` is one of those that the regions name, in either
 * spelling. */
static bool is_wanted(void *user, const char *name)
{
  const sg_source *s = user;
  char alias[NAME_MAX_BYTES];

  if (find_named(s, name) >= 0) return true;
  return sg_name_alias(name, alias, sizeof alias) && find_named(s, alias) >= 0;
}

/* "chrA (line 3), chrB (line 9)" and what the genome has instead. */
static sg_status name_missing(const sg_source *s, int missing, sg_err *err)
{
  kstring_t text = {0, 0, NULL};
  int shown = 0;
  sg_status status;

  for (int i = 0; i < s->n_named && shown < 12; i++) {
    if (s->named[i].contig >= 0) continue;
    ksprintf(&text, "%s%.80s", shown++ ? ", " : "", s->named[i].name);
    if (s->named[i].first_line) ksprintf(&text, " (line %" PRId64 ")", s->named[i].first_line);
  }
  if (missing > shown) ksprintf(&text, " and %d more", missing - shown);
  kputs(sg_genome_size(s->genome) == 1 ? "; its only one is " : "; it has ", &text);
  for (int i = 0; i < sg_genome_size(s->genome) && i < 4; i++)
    ksprintf(&text, "%s%.80s", i ? ", " : "", sg_genome_name(s->genome, i));
  if (sg_genome_size(s->genome) > 4) kputs(" ...", &text);
  kputs(" (another genome, or lines to leave out?)", &text);
  status = sg_fail(err, SG_ENOTFOUND, "%s: the genome lacks %d chromosome%s named here: %s",
                   s->file,
                   missing, missing == 1 ? "" : "s", text.s ? text.s : "");
  free(text.s);
  return status;
}

/* Finds every name in the genome, as it is or with "chr" put before or taken away. */
static sg_status resolve_names(sg_source *s, sg_err *err)
{
  char alias[NAME_MAX_BYTES];
  int missing = 0, matched = -1;

  for (int i = 0; i < s->n_named; i++) {
    sg_named *e = &s->named[i];
    e->contig = sg_genome_find(s->genome, e->name);
    if (e->contig < 0 && sg_name_alias(e->name, alias, sizeof alias)) {
      e->contig = sg_genome_find(s->genome, alias);
      if (e->contig >= 0) matched = i;
    }
    if (e->contig < 0) missing++;
  }
  if (missing) return name_missing(s, missing, err);
  if (matched >= 0)
    sg_notice(s->opts.log, SG_LOG_INFO,
              "chromosome names are matched: '%s' of %s is '%s' of the genome",
              s->named[matched].name, s->file, sg_genome_name(s->genome, s->named[matched].contig));
  return SG_OK;
}

static sg_status check_lengths(const sg_source *s, sg_err *err)
{
  for (int i = 0; i < s->n_named; i++) {
    const sg_named *e = &s->named[i];
    int64_t length = sg_genome_length(s->genome, e->contig);
    if (e->furthest < length) continue;
    sg_fail(err, SG_ESHAPE,
            "position %" PRId64 " is past the end of '%s' (%" PRId64
            " bases): is this the right genome assembly?",
            e->furthest, e->name, length);
    if (e->line) sg_fail_prefix(err, "%s:%" PRId64 ": ", s->file, e->line);
    return SG_ESHAPE;
  }
  return SG_OK;
}

/* ---- 3. The first pass ----------------------------------------------------------------------- */

static sg_status note_length(sg_source *s, sg_err *err)
{
  int64_t length = s->opts.length ? s->opts.length : s->record.end - s->record.start;

  if (length > s->longest) s->longest = length;
  if (length > 0) return SG_OK;
  sg_fail(err, SG_ESHAPE, "'%.200s' is empty; give a length for windows centred on it",
          s->record.name.s);
  sg_input_blame(s, err);
  return SG_ESHAPE;
}

/* Reads all records once: counts them, notes names and lengths. */
static sg_status first_pass(sg_source *s, sg_err *err)
{
  bool more = true;
  sg_status status = sg_input_rewind(s, err);

  while (!status) {
    status = sg_input_next(s, &more, err);
    if (status || !more) break;
    if (!s->opts.windows) status = note_record(s, err);
    if (!status) status = note_length(s, err);
  }
  s->total = s->next;
  return status;
}

static sg_status open_genome(sg_source *s, sg_err *err)
{
  sg_genome_opts o = {s->opts.genome, s->opts.fai, is_wanted, s, s->opts.log};

  return sg_genome_open(&o, &s->genome, err);
}

static sg_status check_bed(sg_source *s, sg_err *err)
{
  sg_status status = sg_lines_descriptor(s->opts.bed, &s->fd, err);

  if (!status) status = first_pass(s, err);
  if (!status) status = open_genome(s, err);
  if (!status) status = resolve_names(s, err);
  return status ? status : check_lengths(s, err);
}

/* A text of -R may be a name as a whole, or a name and positions: both are wanted when the genome
 * is read. What the genome does not have is then forgotten, and the texts are read again with
 * it. */
static sg_status check_intervals(sg_source *s, sg_err *err)
{
  int64_t start, end;
  size_t n;
  char c;
  int unused;
  sg_status status = SG_OK;

  for (int i = 0; i < s->opts.n_intervals && !status; i++) {
    char *text = s->interval[i];
    if (find_named(s, text) < 0) status = add_named(s, text, 0, &unused, err);
    if (!status && !sg_interval_parse(text, false, &n, &start, &end, NULL) && text[n]) {
      c = text[n];
      text[n] = '\0';
      if (find_named(s, text) < 0) status = add_named(s, text, 0, &unused, err);
      text[n] = c;
    }
  }
  if (!status) status = open_genome(s, err);
  if (status) return status;
  while (s->n_named > 0) free(s->named[--s->n_named].name);
  kh_clear(named, s->hash);
  for (int i = 0; i < s->opts.n_intervals && !status; i++) {
    bool whole = sg_genome_find(s->genome, s->interval[i]) >= 0;
    status = sg_interval_parse(s->interval[i], whole, &n, &start, &end, err);
    if (status) break;
    c = s->interval[i][n];
    s->interval[i][n] = '\0';
    if (find_named(s, s->interval[i]) < 0) status = add_named(s, s->interval[i], 0, &unused, err);
    s->interval[i][n] = c;
  }
  if (!status) status = resolve_names(s, err);
  if (!status) status = first_pass(s, err);
  return status ? status : check_lengths(s, err);
}

static sg_status check_windows(sg_source *s, sg_err *err)
{
  sg_status status;

  s->once = !strcmp(s->opts.windows, "-") && s->opts.shards <= 1;
  if (s->once) return SG_OK;
  status = sg_lines_descriptor(s->opts.windows, &s->fd, err);
  return status ? status : first_pass(s, err);
}

static sg_status check_rows(sg_source *s, sg_err *err)
{
  size_t n = (size_t)s->opts.length;

  s->blank = malloc(n + 1);
  if (!s->blank) return no_memory(err);
  memset(s->blank, 'N', n);
  s->blank[n] = '\0';
  s->total = s->opts.rows;
  s->longest = s->opts.length;
  return SG_OK;
}

/* ---- 4. Opening ------------------------------------------------------------------------------ */

static sg_status copy_intervals(sg_source *s, sg_err *err)
{
  int n = s->opts.n_intervals;

  s->interval = calloc((size_t)n + 1, sizeof *s->interval);
  if (!s->interval) return no_memory(err);
  for (int i = 0; i < n; i++) {
    s->interval[i] = strdup(s->opts.intervals[i]);
    if (!s->interval[i]) return no_memory(err);
  }
  return SG_OK;
}

sg_status sg_input_open(sg_source *s, sg_err *err)
{
  const char *path = s->opts.windows ? s->opts.windows : s->opts.bed ? s->opts.bed : s->opts.genome;
  sg_status status = SG_OK;

  if (!path) path = "arrays";
  s->fd = -1;
  s->total = s->end = -1;
  s->hash = kh_init(named);
  s->file = strdup(strcmp(path, "-") ? path : "standard input");
  if (!s->hash || !s->file) return no_memory(err);
  if (s->opts.rows >= 0) {
    status = check_rows(s, err);
  } else if (s->opts.windows) {
    status = check_windows(s, err);
  } else if (s->opts.bed) {
    status = check_bed(s, err);
  } else {
    status = copy_intervals(s, err);
    if (!status) status = check_intervals(s, err);
  }
  return status ? status : sg_input_rewind(s, err);
}

void sg_input_close(sg_source *s)
{
  close_reader(s);
  sg_genome_close(s->genome);
  for (int i = 0; s->interval && i < s->opts.n_intervals; i++) free(s->interval[i]);
  free(s->interval);
  free(s->blank);
  for (int i = 0; i < s->n_named; i++) free(s->named[i].name);
  free(s->named);
  if (s->hash) kh_destroy(named, s->hash);
  if (s->fd >= 0) close(s->fd);
  free(s->record.name.s);
  free(s->record.chrom.s);
  free(s->file);
}
