/* report/logoglyphs.c: the four letters, as paths that fill a square of 100, and their colours.
 *
 * The colours are the usual ones of DNA logos, A green, C blue, G orange, T red, in shades whose
 * contrast (WCAG 2.1) is at least 3.4:1 on white and on #222.
 */
#include "report/logodraw.h"

int sg_glyph_numbers(char op) { return op == 'C' ? 6 : op == 'Z' ? 0 : 2; }

static const sg_glyph_step letter_a[] = {
  { 'M', { 0, 100 } }, { 'L', { 38, 0 } }, { 'L', { 62, 0 } }, { 'L', { 100, 100 } },
  { 'L', { 77, 100 } }, { 'L', { 69.5, 78 } }, { 'L', { 30.5, 78 } }, { 'L', { 23, 100 } },
  { 'Z', { 0 } },
  { 'M', { 36.3, 61 } }, { 'L', { 50, 21 } }, { 'L', { 63.7, 61 } }, { 'Z', { 0 } }
};

static const sg_glyph_step letter_c[] = {
  { 'M', { 98, 32 } }, { 'C', { 92, 12, 75, 0, 52, 0 } }, { 'C', { 21, 0, 0, 20, 0, 50 } },
  { 'C', { 0, 80, 21, 100, 52, 100 } }, { 'C', { 76, 100, 93, 88, 100, 66 } },
  { 'L', { 77, 60 } }, { 'C', { 73, 74, 65, 82, 52, 82 } }, { 'C', { 34, 82, 23, 70, 23, 50 } },
  { 'C', { 23, 30, 34, 18, 52, 18 } }, { 'C', { 64, 18, 72, 25, 76, 37 } }, { 'Z', { 0 } }
};

static const sg_glyph_step letter_g[] = {
  { 'M', { 97, 30 } }, { 'C', { 90, 11, 74, 0, 52, 0 } }, { 'C', { 21, 0, 0, 20, 0, 50 } },
  { 'C', { 0, 80, 20, 100, 52, 100 } }, { 'C', { 71, 100, 87, 93, 100, 81 } },
  { 'L', { 100, 45 } }, { 'L', { 53, 45 } }, { 'L', { 53, 63 } }, { 'L', { 78, 63 } },
  { 'L', { 78, 73 } }, { 'C', { 71, 79, 63, 82, 53, 82 } }, { 'C', { 34, 82, 23, 70, 23, 50 } },
  { 'C', { 23, 30, 34, 18, 52, 18 } }, { 'C', { 64, 18, 71, 23, 75, 34 } }, { 'Z', { 0 } }
};

static const sg_glyph_step letter_t[] = {
  { 'M', { 0, 0 } }, { 'L', { 100, 0 } }, { 'L', { 100, 18 } }, { 'L', { 61.5, 18 } },
  { 'L', { 61.5, 100 } }, { 'L', { 38.5, 100 } }, { 'L', { 38.5, 18 } }, { 'L', { 0, 18 } },
  { 'Z', { 0 } }
};

#define STEPS(letter) (int)(sizeof (letter) / sizeof (letter)[0]), letter

const sg_glyph sg_glyphs[4] = {
  { 'A', 0x1a9641, STEPS(letter_a) },
  { 'C', 0x3478f0, STEPS(letter_c) },
  { 'G', 0xc77700, STEPS(letter_g) },
  { 'T', 0xe0362e, STEPS(letter_t) }
};
