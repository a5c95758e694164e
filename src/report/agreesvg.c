/* report/agreesvg.c: agreement of methods as a matrix of coloured squares with numbers.
 *
 * Correlations run from -1 (red) over 0 (white) to 1 (blue), shares from 0 (white) to 1: the number
 * stands in every square, so nothing hangs on the colour. What has no value is grey and says NA.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/logotext.h"
#include "seqgloss/agree.h"

enum { CELL = 56, TITLE = 34, LETTER = 8, PAD = 10 };

/* Characters, not bytes: bytes that go on a character of UTF-8 are not counted. */
static int letters(const char *name)
{
  int n = 0;
  for (; *name; name++) n += ((unsigned char)*name & 0xc0) != 0x80;
  return n;
}

static void put_int(sg_logotext *t, const char *before, int value)
{
  sg_logotext_puts(t, before);
  sg_logotext_number(t, value, 0);
}

static void put_text(sg_logotext *t, int x, int y, const char *more, const char *text)
{
  put_int(t, "<text x=\"", x);
  put_int(t, "\" y=\"", y);
  sg_logotext_puts(t, "\"");
  sg_logotext_puts(t, more);
  sg_logotext_puts(t, ">");
  sg_logotext_data(t, text, true);
  sg_logotext_puts(t, "</text>\n");
}

/* From white to blue, or to red below 0. */
static void put_colour(sg_logotext *t, double v)
{
  static const int blue[] = { 33, 102, 172 }, red[] = { 178, 24, 43 };
  const int *end = v < 0 ? red : blue;
  char text[24];
  double part = fabs(v) > 1 ? 1 : fabs(v);
  if (isnan(v)) {
    sg_logotext_puts(t, "#ddd");
    return;
  }
  int c[3];
  for (int k = 0; k < 3; k++) c[k] = (int)lround(255 + part * (end[k] - 255));
  snprintf(text, sizeof text, "#%02x%02x%02x", c[0] & 255, c[1] & 255, c[2] & 255);
  sg_logotext_puts(t, text);
}

static void put_cell(sg_logotext *t, int x, int y, double v)
{
  sg_logotext number = { 0 };
  put_int(t, "<rect x=\"", x);
  put_int(t, "\" y=\"", y);
  put_int(t, "\" width=\"", CELL);
  put_int(t, "\" height=\"", CELL);
  sg_logotext_puts(t, "\" fill=\"");
  put_colour(t, v);
  sg_logotext_puts(t, "\" stroke=\"#fff\"/>\n");
  if (isnan(v)) sg_logotext_puts(&number, "NA");
  else sg_logotext_number(&number, v, 2);
  put_text(t, x + CELL / 2, y + CELL / 2 + 5,
           fabs(v) > 0.6 ? " text-anchor=\"middle\" fill=\"#fff\"" : " text-anchor=\"middle\"",
           number.failed ? "" : number.at);
  t->failed |= number.failed;
  free(number.at);
}

static void put_head(sg_logotext *t, int width, int height, int measure)
{
  static const char *const titles[] = {
    "Mean correlation (Pearson)", "Mean rank correlation (Spearman)",
    "Positions with equal signs", "Top positions in common"
  };
  put_int(t, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", width);
  put_int(t, "\" height=\"", height);
  put_int(t, "\" viewBox=\"0 0 ", width);
  put_int(t, " ", height);
  sg_logotext_puts(t, "\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\">\n<title>");
  sg_logotext_puts(t, titles[measure]);
  sg_logotext_puts(t, "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
  put_text(t, PAD, TITLE - 12, " font-weight=\"bold\"", titles[measure]);
}

sg_status sg_agree_svg(const char *const *names, int n, int measure, const sg_agreement *pairs,
                       char **ret_text, sg_err *err)
{
  sg_logotext t = { 0 };
  int longest = 0;
  for (int i = 0; i < n; i++) if (letters(names[i]) > longest) longest = letters(names[i]);
  int label = PAD * 2 + LETTER * longest, width = label + CELL * n + PAD;
  put_head(&t, width < 300 ? 300 : width, TITLE + CELL * n + label, measure);
  for (int i = 0; i < n; i++) {
    char turn[96];
    int x = label + CELL * i + CELL / 2 + 4, below = TITLE + CELL * n + PAD;
    put_text(&t, label - PAD, TITLE + CELL * i + CELL / 2 + 5, " text-anchor=\"end\"", names[i]);
    for (int j = 0; j < n; j++)
      put_cell(&t, label + CELL * j, TITLE + CELL * i, pairs[i * n + j].value[measure]);
    snprintf(turn, sizeof turn, " text-anchor=\"end\" transform=\"rotate(-90 %d %d)\"", x, below);
    put_text(&t, x, below, turn, names[i]);
  }
  sg_logotext_puts(&t, "</svg>\n");
  *ret_text = t.failed ? NULL : t.at;
  if (!t.failed) return SG_OK;
  free(t.at);
  return sg_fail(err, SG_ENOMEM, "out of memory");
}
