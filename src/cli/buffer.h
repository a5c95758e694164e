/* cli/buffer.h: text that grows: what one thread writes and another one outputs. */
#ifndef SG_CLI_BUFFER_H
#define SG_CLI_BUFFER_H

#include "seqgloss/base.h"

/* Starts as zeros. `failed`: memory was short; everything after that does nothing. */
typedef struct sg_buffer {
  char *at;
  size_t n, room;
  bool failed;
} sg_buffer;

void sg_buffer_put(sg_buffer *buffer, const char *text, size_t n);
void sg_buffer_puts(sg_buffer *buffer, const char *text);
void sg_buffer_printf(sg_buffer *buffer, const char *fmt, ...) SG_PRINTF(2, 3);
/* A number in its shortest form (seqgloss/io.h). */
void sg_buffer_f32(sg_buffer *buffer, double value);
void sg_buffer_f64(sg_buffer *buffer, double value);
/* A name from a file: a tab or line end in it, and with `blanks` a blank too, becomes `with`. */
void sg_buffer_name(sg_buffer *buffer, const char *name, bool blanks, char with);
void sg_buffer_release(sg_buffer *buffer);

#endif
