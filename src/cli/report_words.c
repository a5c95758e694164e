/* cli/report_words.c: numbers as a report shows them. */
#include <math.h>
#include <stdio.h>

#include "cli/report_words.h"

const char *sg_cell(char text[SG_CELL], double value)
{
  if (isnan(value)) text[0] = 0;
  else snprintf(text, SG_CELL, "%.3g", value);
  return text;
}

const char *sg_cell_p(char text[SG_CELL], double p)
{
  if (isnan(p)) text[0] = 0;
  else snprintf(text, SG_CELL, p < 1e-3 ? "%.1e" : "%.2g", p);
  return text;
}

/* 297448 -> "297,448" */
static void grouped(char text[32], long long value)
{
  char plain[32];
  int n = snprintf(plain, sizeof plain, "%lld", value), o = 0;
  for (int i = 0; i < n && o < 30; i++) {
    text[o++] = plain[i];
    if (i + 1 < n && (n - i - 1) % 3 == 0) text[o++] = ',';
  }
  text[o] = 0;
}

const char *sg_cell_place(char text[SG_CELL], const char *chrom, long long start, long long end)
{
  char from[32], to[32];
  if (start < 0) {
    text[0] = 0;
    return text;
  }
  grouped(from, start + 1);
  grouped(to, end);
  snprintf(text, SG_CELL, "%.80s:%s-%s", chrom, from, to);
  return text;
}

double sg_percent(double part, double whole) { return whole > 0 ? 100 * part / whole : NAN; }
