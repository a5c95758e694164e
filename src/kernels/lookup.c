/* kernels/lookup.c: tables for convolutions over coded one-hot columns.
 *
 * Under one-hot input a convolution adds one column of weights per tap: y[p][f] = sum_t W[f][s(p +
 * t)][t]. Three taps see at most 64 combinations of bases, so their sum can be tabulated: a third
 * of the additions and no multiplication. Symbols beyond the bases (N, masked, outside) are more
 * rows of the same table, each (r0 + r1) + r2 as the others, so that the value of a window is a
 * function of its codes alone.
 *
 * Rows are kept in blocks of 16 filters: the 64 rows of a group take 4 KiB in a block, those of 24
 * taps 32 KiB, which fit into the first-level cache while one block runs over all positions.
 */
#include <string.h>

#include "kernels/internal.h"

enum { MAX_TRIPLE_SYMBOLS = 7, BASES = 4 };

typedef SG_REAL(sg_table) table_t;

static int64_t power(int64_t base, int64_t exponent)
{
  int64_t product = 1;
  while (exponent-- > 0) product *= base;
  return product;
}

static void fill_sizes(const SG_REAL(sg_lookup_def) *def, table_t *t)
{
  t->taps = def->taps;
  t->dilation = def->dilation;
  t->F = def->F;
  t->symbols = def->n_symbols + 1;
  t->group = t->symbols <= MAX_TRIPLE_SYMBOLS ? 3 : 1;
  t->groups = (def->taps + t->group - 1) / t->group;
  t->blocks = (def->F + SG_BLOCK - 1) / SG_BLOCK;
  t->entries = power(t->symbols, t->group);
}

size_t SG_REAL(sg_lookup_bytes)(const SG_REAL(sg_lookup_def) *def)
{
  table_t t;
  fill_sizes(def, &t);
  return (sizeof t + 63) / 64 * 64 +
         (size_t)(t.blocks * t.groups * t.entries) * SG_BLOCK * sizeof(real);
}

/* Numbers the symbols' combinations, those of bases alone first: they stay together in cache. */
static void fill_rank(table_t *t)
{
  uint16_t next = 0;
  for (int others = 0; others < 2; others++) {
    for (int64_t e = 0; e < t->entries; e++) {
      bool bases = true;
      for (int64_t rest = e, i = 0; i < t->group; i++, rest /= t->symbols)
        bases &= rest % t->symbols < BASES;
      if (bases == !others) t->rank[e] = next++;
    }
  }
}

/* Response of filter f to `symbol` under `tap`; zero for the zero column, past the taps and
 * filters. */
static real response(const SG_REAL(sg_lookup_def) *def, int64_t tap, int64_t symbol, int64_t f)
{
  if (tap >= def->taps || symbol >= def->n_symbols || f >= def->F) return 0;
  return def->rows[(tap * def->n_symbols + symbol) * def->F + f];
}

/* One row: the sum of a group's responses to the symbols that `entry` is made of, left to right. */
static void fill_row(const SG_REAL(sg_lookup_def) *def, const table_t *t, int64_t group,
                     int64_t entry, int64_t f0, real *row)
{
  for (int64_t i = 0; i < SG_BLOCK; i++) {
    int64_t tap = group * t->group;
    int64_t unit = t->entries / t->symbols, rest = entry;
    real sum = response(def, tap, rest / unit, f0 + i);
    while (unit > 1) {
      rest %= unit;
      unit /= t->symbols;
      sum += response(def, ++tap, rest / unit, f0 + i);
    }
    row[i] = sum;
  }
}

void SG_REAL(sg_lookup_prepare)(const SG_REAL(sg_lookup_def) *def, void *table)
{
  table_t *t = table;
  memset(t, 0, sizeof *t);
  fill_sizes(def, t);
  fill_rank(t);
  for (int c = 0; c < SG_LOOKUP_CODES; c++)
    t->symbol[c] = (uint8_t)(def->symbol[c] < 0 ? def->n_symbols : def->symbol[c]);
  real *rows = (real *)((char *)table + ((char *)SG_REAL(sg_table_rows)(t) - (char *)t));
  for (int64_t b = 0; b < t->blocks; b++) {
    for (int64_t g = 0; g < t->groups; g++) {
      for (int64_t e = 0; e < t->entries; e++)
        fill_row(def, t, g, e, b * SG_BLOCK, rows + (int64_t)t->rank[e] * SG_BLOCK);
      rows += t->entries * SG_BLOCK;
    }
  }
}

/* Positions from tap 0 of the first output to the last tap (rounded up to a group) of the last. */
static int64_t span(const table_t *t, int64_t P, int64_t stride)
{
  return (P - 1) * stride + (t->groups * t->group - 1) * t->dilation + 1;
}

int64_t SG_REAL(sg_lookup_pitch)(const void *table, int64_t P, int64_t stride)
{
  int64_t n = span(table, P, stride);
  return n + (n + 1) / 2;      /* offsets, then the symbols they are made from */
}

size_t SG_REAL(sg_lookup_scratch)(const void *table, int64_t P, int64_t stride)
{
  return (size_t)(SG_LOOKUP_ITEMS * SG_REAL(sg_lookup_pitch)(table, P, stride)) * sizeof(uint16_t);
}

/* Symbols of all positions of the span; zero columns where there are no codes. */
static void read_symbols(const SG_REAL(sg_lookup) *l, int64_t item, int64_t n, uint8_t *symbol)
{
  const table_t *t = l->table;
  int64_t lo = l->first < 0 ? 0 : l->first, hi = l->first + l->width;
  const uint8_t *codes = l->codes + item * l->width;
  if (hi > n) hi = n;
  if (hi <= lo) {
    memset(symbol, (int)t->symbols - 1, (size_t)n);
    return;
  }
  memset(symbol, (int)t->symbols - 1, (size_t)lo);
  memset(symbol + hi, (int)t->symbols - 1, (size_t)(n - hi));
  for (int64_t q = lo; q < hi; q++)
    symbol[q] = t->symbol[codes[q - l->first] % SG_LOOKUP_CODES];
}

void SG_REAL(sg_lookup_offsets)(const SG_REAL(sg_lookup) *l, int64_t item, uint16_t *offset)
{
  const table_t *t = l->table;
  int64_t n = span(t, l->P, l->stride), d = t->dilation;
  uint8_t *symbol = (uint8_t *)(offset + n);
  read_symbols(l, item, n, symbol);
  if (t->group == 1) {
    for (int64_t q = 0; q < n; q++) offset[q] = (uint16_t)(t->rank[symbol[q]] * SG_BLOCK);
    return;
  }
  for (int64_t q = 0; q < n - 2 * d; q++) {
    int64_t e = (symbol[q] * t->symbols + symbol[q + d]) * t->symbols + symbol[q + 2 * d];
    offset[q] = (uint16_t)(t->rank[e] * SG_BLOCK);
  }
}
