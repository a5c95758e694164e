/* base/base.c: status names, error text, notices, version. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>
#include <string.h>

#include "seqgloss/base.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0.0.0"
#endif

const char *sg_version(void) { return PACKAGE_VERSION; }

const char *sg_status_name(sg_status status)
{
  switch (status) {
  case SG_OK: return "ok";
  case SG_ENOMEM: return "out of memory";
  case SG_EIO: return "input/output";
  case SG_EFORMAT: return "format";
  case SG_EUNSUPPORTED: return "unsupported";
  case SG_ESHAPE: return "shape";
  case SG_EINVAL: return "invalid argument";
  case SG_ENOTFOUND: return "not found";
  case SG_ECANCELLED: return "cancelled";
  case SG_EINTERNAL: return "internal";
  }
  return "unknown status";
}

/* Text of one line: file names and names out of models may hold anything, so control characters
 * become '?'. */
static void one_line(char *text)
{
  size_t n = strlen(text);
  while (n > 0 && text[n - 1] == '\n') text[--n] = '\0';
  for (char *p = text; *p; p++)
    if ((unsigned char) *p < 0x20 || *p == 0x7f) *p = '?';
}

sg_status sg_fail(sg_err *err, sg_status code, const char *fmt, ...)
{
  if (!err) return code;
  va_list ap;
  va_start(ap, fmt);
  err->code = code;
  vsnprintf(err->text, sizeof err->text, fmt, ap);
  va_end(ap);
  one_line(err->text);
  return code;
}

sg_status sg_fail_prefix(sg_err *err, const char *fmt, ...)
{
  if (!err) return SG_EINTERNAL;
  char head[SG_ERR_TEXT];
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(head, sizeof head, fmt, ap);
  va_end(ap);
  if (n <= 0) return err->code;
  size_t h = (size_t) n < sizeof head ? (size_t) n : sizeof head - 1;
  size_t t = strlen(err->text);
  if (t > sizeof err->text - 1 - h) t = sizeof err->text - 1 - h;
  memmove(err->text + h, err->text, t);
  memcpy(err->text, head, h);
  err->text[h + t] = '\0';
  one_line(err->text);
  return err->code;
}

void sg_notice(const sg_log *log, sg_level level, const char *fmt, ...)
{
  if (!log || !log->fn) return;
  char text[SG_ERR_TEXT];
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(text, sizeof text, fmt, ap);
  va_end(ap);
  one_line(text);
  log->fn(log->user, level, text);
}
