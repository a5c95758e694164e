/* report/utf8.c: what is UTF-8 and what is not. */
#include "report/utf8.h"

size_t sg_utf8_length(const unsigned char *p)
{
  size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3
             : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;
  for (size_t i = 1; i < n; i++)
    if ((p[i] & 0xc0) != 0x80) return 0;
  if (p[0] == 0xe0 && p[1] < 0xa0) return 0;           /* longer than it need be */
  if (p[0] == 0xed && p[1] >= 0xa0) return 0;          /* surrogates */
  if (p[0] == 0xf0 && p[1] < 0x90) return 0;
  if (p[0] == 0xf4 && p[1] >= 0x90) return 0;          /* above U+10FFFF */
  return n;
}
