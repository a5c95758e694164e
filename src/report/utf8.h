/* report/utf8.h: text of others, checked. */
#ifndef SG_REPORT_UTF8_H
#define SG_REPORT_UTF8_H

#include <stddef.h>

/* Length of the UTF-8 sequence at p, zero-terminated (RFC 3629), or 0 when it is none. */
size_t sg_utf8_length(const unsigned char *p);

#endif
