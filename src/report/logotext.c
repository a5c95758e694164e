/* report/logotext.c: text that grows, for pictures. */
#include "report/logotext.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/utf8.h"

void sg_logotext_put(sg_logotext *text, const char *data, size_t n)
{
  if (text->failed) return;
  if (text->room - text->n <= n) {
    size_t room = text->room + text->room / 2 + n + 256;
    char *more = realloc(text->at, room);
    if (!more) {
      text->failed = true;
      return;
    }
    text->at = more;
    text->room = room;
  }
  memcpy(text->at + text->n, data, n);
  text->n += n;
  text->at[text->n] = '\0';
}

void sg_logotext_puts(sg_logotext *text, const char *data)
{
  sg_logotext_put(text, data, strlen(data));
}

void sg_logotext_number(sg_logotext *text, double value, int decimals)
{
  char digits[SG_NUMBER_TEXT];
  double unit = pow(10, decimals), rounded = floor(value * unit + 0.5) / unit;

  sg_format_f64(digits, rounded == 0 ? 0.0 : rounded);
  sg_logotext_puts(text, digits);
}

static const char *entity(char c)
{
  switch (c) {
  case '&': return "&amp;";
  case '<': return "&lt;";
  case '>': return "&gt;";
  case '"': return "&quot;";
  case '\'': return "&#39;";
  default: return NULL;
  }
}

void sg_logotext_data(sg_logotext *text, const char *data, bool xml)
{
  while (*data) {
    size_t n = sg_utf8_length((const unsigned char *)data);
    bool control = (unsigned char)*data < ' ' || *data == 127;
    const char *instead = !n || control ? "\xef\xbf\xbd" : xml ? entity(*data) : NULL;
    if (instead) sg_logotext_puts(text, instead);
    else sg_logotext_put(text, data, n);
    data += n ? n : 1;
  }
}
