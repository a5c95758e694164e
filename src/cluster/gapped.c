/* cluster/gapped.c: subsets cut into segments; segments gathered to distinct, strand-free strings.
 */
#include "cluster/gapped.h"

#include <stdlib.h>
#include <string.h>

static sg_status no_memory(sg_err *err)
{
  return sg_fail(err, SG_ENOMEM, "out of memory for the strings of subsets");
}

/* ---- 1. Segments ---- */

/* End (exclusive) of the segment that begins at `begin`, whose first letter is a base, and where
 * the next one begins (the length of the text: none). *ret_kept: its bases. */
static int segment_end(const char *text, int length, int begin, int gap, int *ret_next,
                       int *ret_kept)
{
  int last = begin, kept = 1;
  for (int i = begin + 1; i < length; i++) {
    if (text[i] == '-') continue;
    if (i - last - 1 > gap) {
      *ret_next = i;
      *ret_kept = kept;
      return last + 1;
    }
    last = i;
    kept++;
  }
  *ret_next = length;
  *ret_kept = kept;
  return last + 1;
}

static sg_status keep_segment(sg_segments *s, int64_t *cap, const sg_segment *seg, sg_err *err)
{
  if (s->n == *cap) {
    int64_t bigger = *cap ? 2 * *cap : 256;
    sg_segment *more = realloc(s->seg, (size_t)bigger * sizeof *more);
    if (!more) return no_memory(err);
    s->seg = more;
    *cap = bigger;
  }
  s->seg[s->n++] = *seg;
  return SG_OK;
}

sg_status sg_segments_cut(const sg_subsets *subsets, int gap, int least, sg_segments *ret_segments,
                          sg_err *err)
{
  sg_segments s = { 0 };
  int64_t cap = 0;
  sg_status status = SG_OK;
  for (int64_t i = 0; i < subsets->n && !status; i++) {
    const sg_subset_row *row = &subsets->row[i];
    int64_t before = s.n;
    for (int begin = 0, next, kept; begin < row->length && !status; begin = next) {
      int end = segment_end(row->text, row->length, begin, gap, &next, &kept);
      sg_segment seg = { .row = i, .begin = begin, .length = end - begin };
      if (kept < least) s.short_ones++;
      else if (seg.length > SG_SPAN_MAX) s.long_ones++;
      else status = keep_segment(&s, &cap, &seg, err);
    }
    for (int64_t k = before; k < s.n; k++) {
      s.seg[k].number = (int)(k - before + 1);
      s.seg[k].of = (int)(s.n - before);
    }
    s.cut += s.n - before > 1;
  }
  if (status) sg_segments_release(&s);
  *ret_segments = s;
  return status;
}

void sg_segments_release(sg_segments *segments)
{
  free(segments->seg);
  *segments = (sg_segments){ 0 };
}

/* ---- 2. Strings ---- */

/* A segment on its canonical strand, to be sorted. */
typedef struct entry {
  const char *text;
  int length;
  int64_t segment;
} entry;

static int by_text(const void *a, const void *b)
{
  const entry *x = a, *y = b;
  int shorter = x->length < y->length ? x->length : y->length;
  int d = memcmp(x->text, y->text, (size_t)shorter);
  return d ? d : (x->length > y->length) - (x->length < y->length);
}

static char complement(char c)
{
  switch (c) {
  case 'A': return 'T';
  case 'C': return 'G';
  case 'G': return 'C';
  case 'T': return 'A';
  default: return c;
  }
}

/* Writes the canonical strand of text[n] to `to`; true when that is the reverse complement. */
static bool canonical(const char *text, int n, char *to)
{
  for (int i = 0; i < n; i++) to[i] = complement(text[n - 1 - i]);
  if (memcmp(text, to, (size_t)n) > 0) return true;
  memcpy(to, text, (size_t)n);
  return false;
}

static sg_status take_room(sg_gapped *g, int64_t n, int64_t kept, sg_err *err)
{
  size_t strings = (size_t)n + 1, bases = (size_t)kept + 1;
  g->first = calloc(strings, sizeof *g->first);
  g->length = calloc(strings, sizeof *g->length);
  g->weight = calloc(strings, sizeof *g->weight);
  bool ok = g->first && g->length && g->weight;
  for (int o = 0; o < 2; o++) {
    g->at[o] = calloc(bases, sizeof *g->at[o]);
    g->base[o] = calloc(bases, 1);
    ok = ok && g->at[o] && g->base[o];
  }
  return ok ? SG_OK : no_memory(err);
}

/* One more string, on both strands. */
static void add_string(sg_gapped *g, const char *text, int length)
{
  int64_t from = g->first[g->n], to = from;
  for (int i = 0; i < length; i++) {
    if (text[i] == '-') continue;
    g->at[0][to] = i;
    g->base[0][to++] = sg_gapped_code(text[i]);
  }
  for (int64_t k = from; k < to; k++) {
    int64_t mirror = from + (to - 1 - k);
    g->at[1][mirror] = length - 1 - g->at[0][k];
    g->base[1][mirror] = (uint8_t)(3 - g->base[0][k]);
  }
  g->length[g->n] = length;
  if (length > g->longest) g->longest = length;
  g->first[++g->n] = to;
}

/* Sorted entries become strings; equal neighbours one with their number for a weight. */
static void gather(sg_segments *segments, const entry *sorted, sg_gapped *g)
{
  for (int64_t i = 0; i < segments->n; i++) {
    if (!i || by_text(&sorted[i - 1], &sorted[i])) add_string(g, sorted[i].text, sorted[i].length);
    g->weight[g->n - 1] += 1;
    segments->seg[sorted[i].segment].string = g->n - 1;
  }
  g->total = (double)segments->n;
}

sg_status sg_gapped_make(const sg_subsets *subsets, sg_segments *segments, sg_gapped *ret_gapped,
                         sg_err *err)
{
  sg_gapped g = { 0 };
  int64_t letters = 0, kept = 0;
  for (int64_t i = 0; i < segments->n; i++) letters += segments->seg[i].length;
  char *text = malloc((size_t)letters + 1);
  entry *sorted = malloc(((size_t)segments->n + 1) * sizeof *sorted);
  sg_status status = text && sorted ? SG_OK : no_memory(err);
  if (status) goto done;
  char *to = text;
  for (int64_t i = 0; i < segments->n; i++) {
    sg_segment *seg = &segments->seg[i];
    seg->flip = canonical(subsets->row[seg->row].text + seg->begin, seg->length, to);
    sorted[i] = (entry){ to, seg->length, i };
    for (int k = 0; k < seg->length; k++) kept += to[k] != '-';
    to += seg->length;
  }
  status = take_room(&g, segments->n, kept, err);
  if (status) goto done;
  qsort(sorted, (size_t)segments->n, sizeof *sorted, by_text);
  gather(segments, sorted, &g);
done:
  free(text);
  free(sorted);
  if (status) sg_gapped_release(&g);
  *ret_gapped = g;
  return status;
}

void sg_gapped_release(sg_gapped *gapped)
{
  free(gapped->first);
  free(gapped->length);
  free(gapped->weight);
  for (int o = 0; o < 2; o++) {
    free(gapped->at[o]);
    free(gapped->base[o]);
  }
  *gapped = (sg_gapped){ 0 };
}
