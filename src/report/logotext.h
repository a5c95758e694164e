/* report/logotext.h: text that grows, for pictures: numbers without needless digits, names escaped.
 */
#ifndef SG_REPORT_LOGOTEXT_H
#define SG_REPORT_LOGOTEXT_H

#include "seqgloss/io.h"

/* Starts as zeros; zero-terminated once something was put. `failed`: memory was short; everything
 * after that does nothing. */
typedef struct sg_logotext {
  char *at;
  size_t n, room;
  bool failed;
} sg_logotext;

void sg_logotext_put(sg_logotext *text, const char *data, size_t n);
void sg_logotext_puts(sg_logotext *text, const char *data);
/* Rounded to that many decimals (0 .. 9), in its shortest form, never "-0". */
void sg_logotext_number(sg_logotext *text, double value, int decimals);
/* Text from data as valid UTF-8 without control characters (each, and each wrong byte, becomes
 * U+FFFD); `xml`: also escaped for XML, for elements and attributes. */
void sg_logotext_data(sg_logotext *text, const char *data, bool xml);

#endif
