/* cluster/subsetread.c: subsets from tables, FASTA and lists of strings.
 *
 *   1. Cells of a table
 *   2. Tables: a header names the columns, each of which has a reader
 *   3. FASTA
 *   4. Strings
 *   5. Which of them a file is
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "seqgloss/subsets.h"

/* No chromosome is longer. */
static const int64_t far = INT64_C(1) << 40;

/* A file being read, and where the numbers of a row are kept until it is added. */
typedef struct reader {
  sg_lines *lines;
  sg_subsets *to;
  int64_t *places[2];          /* positions, genomic_positions */
  int n_place[2], cap[2];
  int64_t size;                /* what column size says; -1: nothing */
  char *held;                  /* FASTA: letters of the record so far */
  size_t n_held, held_cap;
} reader;

static sg_status no_memory(sg_err *err)
{
  return sg_fail(err, SG_ENOMEM, "out of memory for the table of subsets");
}

/* The next line; NULL: the end. */
static sg_status next_line(reader *r, char **ret_line, sg_err *err)
{
  size_t length = 0;
  sg_status status = sg_lines_next(r->lines, ret_line, &length, err);
  if (!status && *ret_line && strlen(*ret_line) != length)
    return sg_fail(err, SG_EFORMAT, "a zero byte: this is no text");
  return status;
}

/* ---- 1. Cells ---- */

static bool unknown(const char *text) { return !text[0] || !strcmp(text, "."); }

/* A whole number of a cell, or `none` where the cell is '.'. */
static sg_status whole(const char *column, const char *text, int64_t lo, int64_t none,
                       int64_t *ret_value, sg_err *err)
{
  sg_err why = { SG_OK, "" };
  *ret_value = none;
  if (unknown(text)) return SG_OK;
  if (sg_parse_i64(column, text, lo, far, ret_value, &why))
    return sg_fail(err, SG_EFORMAT, "%s", why.text);
  return SG_OK;
}

static sg_status real(const char *column, const char *text, double *ret_value, sg_err *err)
{
  sg_err why = { SG_OK, "" };
  *ret_value = NAN;
  if (unknown(text)) return SG_OK;
  if (sg_parse_f64(column, text, -INFINITY, INFINITY, ret_value, &why))
    return sg_fail(err, SG_EFORMAT, "%s", why.text);
  return SG_OK;
}

/* One number more for positions (0) or genomic_positions (1) of the row. */
static sg_status push(reader *r, int which, int64_t value, sg_err *err)
{
  if (r->n_place[which] == r->cap[which]) {
    int cap = r->cap[which] ? 2 * r->cap[which] : 64;
    int64_t *bigger = realloc(r->places[which], (size_t)cap * sizeof *bigger);
    if (!bigger) return no_memory(err);
    r->places[which] = bigger;
    r->cap[which] = cap;
  }
  r->places[which][r->n_place[which]++] = value;
  return SG_OK;
}

/* Numbers with commas between; the text is cut up. */
static sg_status list(reader *r, int which, const char *column, char *text, sg_err *err)
{
  sg_status status = SG_OK;
  r->n_place[which] = 0;
  if (unknown(text)) return SG_OK;
  for (bool more = true; more && !status; ) {
    size_t length = strcspn(text, ",");
    int64_t value;
    more = text[length] == ',';
    text[length] = 0;
    if (unknown(text)) return sg_fail(err, SG_EFORMAT, "%s: a number is missing", column);
    status = whole(column, text, -far, 0, &value, err);
    if (!status) status = push(r, which, value, err);
    text += length + 1;
  }
  return status;
}

/* ---- 2. Tables ---- */

typedef enum cell { TEXT, START, END, STRAND, RANK, SIZE, REAL, PLACES, GENOMIC } cell;

/* What a column is, and where it goes in sg_subset_row. */
typedef struct column {
  const char *name;
  cell kind;
  size_t offset;
} column;

#define AT(member) offsetof(sg_subset_row, member)
static const column columns[] = {
  { "region", TEXT, AT(region) }, { "chrom", TEXT, AT(chrom) }, { "start", START, AT(start) },
  { "end", END, AT(end) }, { "strand", STRAND, AT(strand) }, { "target", TEXT, AT(target) },
  { "rank", RANK, AT(rank) }, { "size", SIZE, 0 }, { "f_all", REAL, AT(f_all) },
  { "f_subset", REAL, AT(f_subset) }, { "f_rest", REAL, AT(f_rest) },
  { "f_empty", REAL, AT(f_empty) }, { "tau", REAL, AT(tau) }, { "margin", REAL, AT(margin) },
  { "least_lead", REAL, AT(least_lead) }, { "positions", PLACES, 0 },
  { "genomic_positions", GENOMIC, 0 }, { "subset", TEXT, AT(text) },
  { "plant_median", REAL, AT(plant_median) }, { "plant_frac_ge_tau", REAL, AT(plant_frac) },
};
enum { KNOWN = sizeof columns / sizeof *columns, FIELDS = 256 };

/* Which known column each field of the table is; -1: none. */
typedef struct header { int n, is[FIELDS]; bool has[KNOWN]; } header;

static int find(const char *name)
{
  for (int i = 0; i < KNOWN; i++)
    if (!strcmp(columns[i].name, name)) return i;
  return -1;
}

/* Cuts the next field off; false at the end of the line. */
static bool next_field(char **at, char **ret_field)
{
  if (!*at) return false;
  char *tab = strchr(*at, '\t');
  *ret_field = *at;
  if (tab) *tab = 0;
  *at = tab ? tab + 1 : NULL;
  return true;
}

static sg_status read_header(char *line, header *h, sg_err *err)
{
  char *at = line + (*line == '#'), *field;
  *h = (header){ 0 };
  while (next_field(&at, &field)) {
    if (h->n == FIELDS) return sg_fail(err, SG_EFORMAT, "more than %d columns", FIELDS);
    int c = find(field);
    if (c >= 0 && h->has[c]) return sg_fail(err, SG_EFORMAT, "column %s is there twice", field);
    if (c >= 0) h->has[c] = true;
    h->is[h->n++] = c;
  }
  if (!h->has[find("subset")])
    return sg_fail(err, SG_EFORMAT, "no column 'subset': is this a table of seqgloss sis?");
  return SG_OK;
}

static sg_status take_strand(const char *text, char *ret_strand, sg_err *err)
{
  if (!text[0] || text[1] || !strchr("+-.", text[0]))
    return sg_fail(err, SG_EFORMAT, "strand: '%.20s' is none of +, -, .", text);
  *ret_strand = text[0];
  return SG_OK;
}

static sg_status take_cell(reader *r, const column *c, char *text, sg_subset_row *row, sg_err *err)
{
  void *to = (char *)row + c->offset;
  switch (c->kind) {
  case TEXT: *(const char **)to = strcmp(text, ".") ? text : ""; return SG_OK;
  case START: return whole(c->name, text, -far, -1, to, err);
  case END: return whole(c->name, text, 0, -1, to, err);
  case STRAND: return take_strand(text, to, err);
  case RANK: return whole(c->name, text, 1, 0, to, err);
  case SIZE: return whole(c->name, text, 0, -1, &r->size, err);
  case REAL: return real(c->name, text, to, err);
  case PLACES: return list(r, 0, c->name, text, err);
  case GENOMIC: return list(r, 1, c->name, text, err);
  }
  return SG_OK;
}

/* Adds the row with its places, when there are as many of them as bases. */
static sg_status add(reader *r, sg_subset_row *row, int64_t line, sg_err *err)
{
  static const char *const names[2] = { "positions", "genomic_positions" };
  int size = 0;
  for (const char *c = row->text; *c; c++) size += !strchr("-.Nn", *c);
  for (int k = 0; k < 2; k++)
    if (r->n_place[k] && r->n_place[k] != size)
      return sg_fail(err, SG_EFORMAT, "%s: %d numbers for a subset of %d bases", names[k],
                     r->n_place[k], size);
  if (r->size >= 0 && r->size != size)
    return sg_fail(err, SG_EFORMAT, "size: %lld for a subset of %d bases", (long long)r->size,
                   size);
  row->positions = r->n_place[0] ? r->places[0] : NULL;
  row->genomic = r->n_place[1] ? r->places[1] : NULL;
  row->line = line;
  return sg_subsets_add(r->to, row, err);
}

static sg_status table_row(reader *r, const header *h, char *line, sg_err *err)
{
  sg_subset_row row = sg_subset_row_unknown();
  char *at = line, *field;
  int n = 0;
  sg_status status = SG_OK;
  r->n_place[0] = r->n_place[1] = 0;
  r->size = -1;
  for (; !status && next_field(&at, &field); n++)
    if (n < h->n && h->is[n] >= 0) status = take_cell(r, &columns[h->is[n]], field, &row, err);
  if (!status && n != h->n)
    status = sg_fail(err, SG_EFORMAT, "%d columns where the header has %d", n, h->n);
  if (!status && ((row.start == -1 && row.end != -1) || (row.end != -1 && row.end < row.start)))
    status = sg_fail(err, SG_EFORMAT, "start and end are no window");
  return status ? status : add(r, &row, sg_lines_number(r->lines), err);
}

static sg_status read_table(reader *r, char *line, sg_err *err)
{
  header h;
  sg_status status = read_header(line, &h, err);
  r->to->has_regions = !status && h.has[find("region")];
  r->to->has_plant = !status && h.has[find("plant_median")] && h.has[find("plant_frac_ge_tau")];
  while (!status && !(status = next_line(r, &line, err)) && line)
    if (*line && *line != '#') status = table_row(r, &h, line, err);
  return status;
}

/* ---- 3. FASTA ---- */

static sg_status hold(reader *r, const char *text, sg_err *err)
{
  size_t n = strlen(text);
  if (r->n_held + n > SG_SUBSET_LENGTH_MAX)
    return sg_fail(err, SG_EFORMAT, "a subset of more than %d letters", SG_SUBSET_LENGTH_MAX);
  if (r->n_held + n + 1 > r->held_cap) {
    size_t cap = 2 * (r->n_held + n) + 64;
    char *more = realloc(r->held, cap);
    if (!more) return no_memory(err);
    r->held = more;
    r->held_cap = cap;
  }
  memcpy(r->held + r->n_held, text, n + 1);
  r->n_held += n;
  return SG_OK;
}

/* CHROM:START-END, 0-based and half open, as sis writes it behind the name: where the string lies.
 * What does not look like it is no place. The text is cut up. */
static void take_place(char *word, sg_subset_row *row)
{
  char *colon = strrchr(word, ':'), *dash = colon ? strchr(colon + 1, '-') : NULL;
  int64_t start, end;
  if (!dash) return;
  *dash = 0;
  if (sg_parse_i64("", colon + 1, 0, far, &start, NULL)
      || sg_parse_i64("", dash + 1, start, far, &end, NULL))
    return;
  *colon = 0;
  row->chrom = word;
  row->start = start;
  row->end = end;
}

/* Where the bases of the held string are, when it is as long as its place. */
static sg_status take_places(reader *r, sg_subset_row *row, sg_err *err)
{
  sg_status status = SG_OK;
  if (row->end < 0) return SG_OK;
  if (row->end - row->start != (int64_t)r->n_held) {
    row->chrom = "";
    row->start = row->end = -1;
    return SG_OK;
  }
  for (size_t i = 0; i < r->n_held && !status; i++) {
    if (strchr("-.Nn", r->held[i])) continue;
    status = push(r, 0, (int64_t)i, err);
    if (!status) status = push(r, 1, row->start + (int64_t)i, err);
  }
  return status;
}

/* The record whose title is `title` and whose letters are held. */
static sg_status fasta_record(reader *r, char *title, int64_t line, sg_err *err)
{
  sg_subset_row row = sg_subset_row_unknown();
  char *word = title + strcspn(title, " \t");
  r->n_place[0] = r->n_place[1] = 0;
  r->size = -1;
  if (*word) {
    *word++ = 0;
    word[strcspn(word, " \t")] = 0;
    take_place(word, &row);
  }
  row.region = title;
  row.text = r->n_held ? r->held : "";
  sg_status status = take_places(r, &row, err);
  if (!status) status = add(r, &row, line, err);
  r->n_held = 0;
  return status;
}

static sg_status read_fasta(reader *r, char *line, sg_err *err)
{
  char *title = NULL;
  int64_t begun = 0;
  sg_status status = SG_OK;
  while (!status && line) {
    if (*line == '>') {
      if (title) status = fasta_record(r, title, begun, err);
      free(title);
      title = strdup(line + 1);
      begun = sg_lines_number(r->lines);
      if (!status && !title) status = no_memory(err);
    } else status = hold(r, line, err);
    if (!status) status = next_line(r, &line, err);
  }
  if (!status) status = fasta_record(r, title, begun, err);
  free(title);
  return status;
}

/* ---- 4. Strings ---- */

static sg_status read_strings(reader *r, char *line, sg_err *err)
{
  sg_status status = SG_OK;
  r->size = -1;
  while (!status && line) {
    sg_subset_row row = sg_subset_row_unknown();
    line += strspn(line, " \t");
    line[strcspn(line, " \t")] = 0;
    row.text = line;
    if (*line && *line != '#') status = add(r, &row, sg_lines_number(r->lines), err);
    if (!status) status = next_line(r, &line, err);
  }
  if (!status && !r->to->n)
    status = sg_fail(err, SG_EFORMAT, "no subsets: neither a table of seqgloss sis nor strings");
  return status;
}

/* ---- 5. Which of them ---- */

/* "## window 101": the network's window, which longer records were cropped to. */
static sg_status take_fact(reader *r, const char *line, sg_err *err)
{
  static const char window[] = "## window ";
  sg_err why = { SG_OK, "" };
  if (strncmp(line, window, sizeof window - 1)) return SG_OK;
  if (sg_parse_i64("## window", line + sizeof window - 1, 1, far, &r->to->window, &why))
    return sg_fail(err, SG_EFORMAT, "%s", why.text);
  return SG_OK;
}

/* The first line that says something; ## lines of a table are looked at and passed over. */
static sg_status first_line(reader *r, char **ret_line, sg_err *err)
{
  sg_status status;
  while (!(status = next_line(r, ret_line, err)) && *ret_line) {
    if ((status = take_fact(r, *ret_line, err))) return status;
    if (!strncmp(*ret_line, "##seqgloss-shard", 16))
      return sg_fail(err, SG_EFORMAT, "a piece of a sharded table: seqgloss merge puts the pieces "
                     "together");
    if (**ret_line && strncmp(*ret_line, "##", 2)) return SG_OK;
  }
  return status ? status : sg_fail(err, SG_EFORMAT, "no subsets: the file is empty");
}

/* A header names the column `subset`, or begins with `region`. */
static bool is_header(const char *line)
{
  line += *line == '#';
  if (!strncmp(line, "region\t", 7)) return true;
  for (const char *at = line; at; at = strchr(at, '\t')) {
    at += *at == '\t';
    if (!strncmp(at, "subset", 6) && (!at[6] || at[6] == '\t')) return true;
  }
  return false;
}

static sg_status read_all(reader *r, sg_err *err)
{
  char *line;
  sg_status status = first_line(r, &line, err);
  if (status) return status;
  if (*line == '>') return read_fasta(r, line, err);
  return is_header(line) ? read_table(r, line, err) : read_strings(r, line, err);
}

/* Puts file and line before an error that does not name the file itself. */
static void name_file(const reader *r, sg_err *err)
{
  const char *name = sg_lines_name(r->lines);
  if (err && strncmp(err->text, name, strlen(name)))
    sg_fail_prefix(err, "%s:%lld: ", name, (long long)sg_lines_number(r->lines));
}

sg_status sg_subsets_read(const char *path, sg_subsets **ret_subsets, sg_err *err)
{
  reader r = { 0 };
  *ret_subsets = NULL;
  sg_status status = sg_lines_open(path, &r.lines, err);
  if (status) return status;
  status = sg_subsets_new(&r.to, err);
  if (!status && !(r.to->path = strdup(sg_lines_name(r.lines)))) status = no_memory(err);
  if (!status && (status = read_all(&r, err))) name_file(&r, err);
  for (int k = 0; k < 2; k++) free(r.places[k]);
  free(r.held);
  sg_lines_close(r.lines);
  if (status) sg_subsets_free(r.to);
  else *ret_subsets = r.to;
  return status;
}
