/* cli/buffer.c: text that grows. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/buffer.h"
#include "seqgloss/io.h"

/* Room for n more bytes and a final zero. */
static bool make_room(sg_buffer *b, size_t n)
{
  if (b->failed) return false;
  if (b->n + n < b->room) return true;
  size_t room = 2 * (b->n + n) + 64;
  char *more = realloc(b->at, room);
  if (!more) {
    b->failed = true;
    return false;
  }
  b->at = more;
  b->room = room;
  return true;
}

void sg_buffer_put(sg_buffer *buffer, const char *text, size_t n)
{
  if (!make_room(buffer, n)) return;
  memcpy(buffer->at + buffer->n, text, n);
  buffer->n += n;
  buffer->at[buffer->n] = 0;
}

void sg_buffer_puts(sg_buffer *buffer, const char *text)
{
  sg_buffer_put(buffer, text, strlen(text));
}

void sg_buffer_printf(sg_buffer *buffer, const char *fmt, ...)
{
  char text[512];
  va_list args;
  va_start(args, fmt);
  int n = vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  if (n < 0) {
    buffer->failed = true;
  } else if ((size_t)n < sizeof text) {
    sg_buffer_put(buffer, text, (size_t)n);
  } else if (make_room(buffer, (size_t)n)) {
    va_start(args, fmt);
    vsnprintf(buffer->at + buffer->n, (size_t)n + 1, fmt, args);
    va_end(args);
    buffer->n += (size_t)n;
  }
}

void sg_buffer_f32(sg_buffer *buffer, double value)
{
  char text[SG_NUMBER_TEXT];
  sg_buffer_put(buffer, text, (size_t)sg_format_f32(text, (float)value));
}

void sg_buffer_f64(sg_buffer *buffer, double value)
{
  char text[SG_NUMBER_TEXT];
  sg_buffer_put(buffer, text, (size_t)sg_format_f64(text, value));
}

void sg_buffer_name(sg_buffer *buffer, const char *name, bool blanks, char with)
{
  const char *bad = blanks ? "\t\r\n " : "\t\r\n";
  while (*name) {
    size_t n = strcspn(name, bad);
    sg_buffer_put(buffer, name, n);
    name += n;
    if (*name) {
      sg_buffer_put(buffer, &with, 1);
      name++;
    }
  }
}

void sg_buffer_release(sg_buffer *buffer)
{
  free(buffer->at);
  *buffer = (sg_buffer){ 0 };
}
