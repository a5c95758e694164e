/* cluster/subsets.c: a set of subsets in memory, each checked when it is added. */
#include "seqgloss/subsets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

typedef struct store {
  sg_arena *mem;
  int64_t cap;
  char *letters;               /* one text, cleaned */
  size_t letters_cap;
} store;

static sg_status no_memory(sg_err *err)
{
  return sg_fail(err, SG_ENOMEM, "out of memory for the table of subsets");
}

sg_status sg_subsets_new(sg_subsets **ret_subsets, sg_err *err)
{
  sg_subsets *s = calloc(1, sizeof *s);
  store *own = calloc(1, sizeof *own);
  *ret_subsets = NULL;
  if (s) s->own = own;
  if (!s || !own || !(own->mem = sg_arena_new())) {
    sg_subsets_free(s);
    if (!s) free(own);
    return no_memory(err);
  }
  *ret_subsets = s;
  return SG_OK;
}

void sg_subsets_free(sg_subsets *subsets)
{
  if (!subsets) return;
  store *own = subsets->own;
  if (own) {
    sg_arena_free(own->mem);
    free(own->letters);
  }
  free(own);
  free(subsets->row);
  free(subsets->path);
  free(subsets);
}

sg_subset_row sg_subset_row_unknown(void)
{
  return (sg_subset_row){ .region = "", .chrom = "", .target = "", .text = "", .start = -1,
                          .end = -1, .strand = '.', .f_all = NAN, .f_subset = NAN, .f_rest = NAN,
                          .f_empty = NAN, .tau = NAN, .margin = NAN, .least_lead = NAN,
                          .plant_median = NAN, .plant_frac = NAN, .first = -1 };
}

int64_t sg_subset_left(const sg_subset_row *row)
{
  if (row->first >= 0 && row->end >= 0) return row->first - row->start;
  if (!row->positions) return -1;
  int64_t left = row->positions[0];
  for (int i = 1; i < row->size; i++)
    if (row->positions[i] < left) left = row->positions[i];
  return left;
}

/* ---- One text ---- */

/* The letter as it is kept: a base, '-', or 0 for what is neither. */
static char clean(char c)
{
  switch (c) {
  case 'A': case 'a': return 'A';
  case 'C': case 'c': return 'C';
  case 'G': case 'g': return 'G';
  case 'T': case 't': case 'U': case 'u': return 'T';
  case '-': case '.': case 'N': case 'n': return '-';
  default: return 0;
  }
}

/* Cleaned letters of row->text in own->letters, hidden ends left out; sets text, length, size. */
static sg_status take_text(store *own, sg_subset_row *row, sg_err *err)
{
  size_t n = strlen(row->text), used = 0, end = 0;
  if (n > SG_SUBSET_LENGTH_MAX)
    return sg_fail(err, SG_EFORMAT, "a subset of %zu letters; %d are the most", n,
                   SG_SUBSET_LENGTH_MAX);
  if (n + 1 > own->letters_cap) {
    char *more = realloc(own->letters, 2 * n + 64);
    if (!more) return no_memory(err);
    own->letters = more;
    own->letters_cap = 2 * n + 64;
  }
  row->size = 0;
  for (size_t i = 0; i < n; i++) {
    char c = clean(row->text[i]);
    if (!c) {
      unsigned char bad = (unsigned char)row->text[i];
      return bad > 32 && bad < 127
        ? sg_fail(err, SG_EFORMAT, "subset: '%c' (letter %zu) is neither a base A, C, G, T nor "
                  "hidden (-, N)", bad, i + 1)
        : sg_fail(err, SG_EFORMAT, "subset: byte %u (letter %zu) is neither a base A, C, G, T nor "
                  "hidden (-, N)", bad, i + 1);
    }
    row->size += c != '-';
    if (!row->size) continue;
    own->letters[used++] = c;
    if (c != '-') end = used;
  }
  if (!row->size) return sg_fail(err, SG_EFORMAT, "subset: no base is kept");
  own->letters[end] = 0;
  row->text = own->letters;
  row->length = (int)end;
  return SG_OK;
}

/* at[size], in any order, must be the places of the bases of the text, counted from *ret_first. */
static sg_status agree(const sg_subset_row *row, const int64_t *at, const char *what,
                       int64_t *ret_first, sg_err *err)
{
  int64_t first = at[0];
  for (int i = 1; i < row->size; i++)
    if (at[i] < first) first = at[i];
  char *mark = calloc((size_t)row->length, 1);
  if (!mark) return no_memory(err);
  sg_status status = SG_OK;
  for (int i = 0; i < row->size && !status; i++) {
    int64_t p = at[i] - first;
    if (p >= row->length || row->text[p] == '-' || mark[p])
      status = sg_fail(err, SG_EFORMAT, "%s: %lld is no place of a base of subset %.60s, or stands "
                       "there twice", what, (long long)at[i], row->text);
    else mark[p] = 1;
  }
  free(mark);
  *ret_first = first;
  return status;
}

static sg_status check_places(sg_subset_row *row, sg_err *err)
{
  int64_t in_window = 0;
  sg_status status = SG_OK;
  row->first = -1;
  if (row->positions) status = agree(row, row->positions, "positions", &in_window, err);
  if (!status && row->positions && row->start >= 0 && row->end >= 0
      && (in_window < 0 || in_window + row->length > row->end - row->start))
    status = sg_fail(err, SG_EFORMAT, "positions: outside of the window of %lld bases",
                     (long long)(row->end - row->start));
  if (!status && row->genomic)
    status = agree(row, row->genomic, "genomic_positions", &row->first, err);
  if (status || !row->genomic || !row->positions || row->end < 0) return status;
  for (int i = 0; i < row->size; i++)
    if (row->genomic[i] != row->start + row->positions[i])
      return sg_fail(err, SG_EFORMAT, "genomic_positions: %lld is not start + position = %lld",
                     (long long)row->genomic[i], (long long)(row->start + row->positions[i]));
  return SG_OK;
}

/* ---- One row more ---- */

static const char *copy_text(char **to, const char *text)
{
  size_t n = strlen(text) + 1;
  char *at = memcpy(*to, text, n);
  *to += n;
  return at;
}

static const int64_t *copy_places(char **to, const int64_t *at, int n)
{
  if (!at) return NULL;
  int64_t *copy = memcpy(*to, at, (size_t)n * sizeof *at);
  *to += (size_t)n * sizeof *at;
  return copy;
}

static sg_status make_room(sg_subsets *s, store *own, sg_err *err)
{
  if (s->n < own->cap) return SG_OK;
  int64_t cap = own->cap ? 2 * own->cap : 64;
  sg_subset_row *more = realloc(s->row, (size_t)cap * sizeof *more);
  if (!more) return no_memory(err);
  s->row = more;
  own->cap = cap;
  return SG_OK;
}

sg_status sg_subsets_add(sg_subsets *subsets, const sg_subset_row *row, sg_err *err)
{
  store *own = subsets->own;
  sg_subset_row r = *row;
  if (!r.region) r.region = "";
  if (!r.chrom) r.chrom = "";
  if (!r.target) r.target = "";
  if (!r.text) r.text = "";
  sg_status status = take_text(own, &r, err);
  if (!status) status = check_places(&r, err);
  if (!status) status = make_room(subsets, own, err);
  if (status) return status;
  /* one block for all of a row: numbers first, for their alignment */
  size_t places = (size_t)r.size * sizeof(int64_t) * ((r.positions != NULL) + (r.genomic != NULL));
  size_t texts = strlen(r.region) + strlen(r.chrom) + strlen(r.target) + (size_t)r.length + 4;
  char *to = sg_arena_alloc(own->mem, 1, places + texts);
  if (!to) return no_memory(err);
  r.positions = copy_places(&to, r.positions, r.size);
  r.genomic = copy_places(&to, r.genomic, r.size);
  r.region = copy_text(&to, r.region);
  r.chrom = copy_text(&to, r.chrom);
  r.target = copy_text(&to, r.target);
  r.text = copy_text(&to, r.text);
  subsets->row[subsets->n++] = r;
  return SG_OK;
}
