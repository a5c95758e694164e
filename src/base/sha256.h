/* base/sha256.h: SHA-256 digests (FIPS 180-4), to say which file a result came from. */
#ifndef SG_BASE_SHA256_H
#define SG_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct sg_sha256 {
  uint32_t h[8];
  uint8_t block[64];
  uint64_t bytes;       /* taken in so far */
} sg_sha256;

void sg_sha256_init(sg_sha256 *s);
void sg_sha256_update(sg_sha256 *s, const void *data, size_t size);
/* Ends the message; `hex` receives 64 lower-case digits and a NUL. */
void sg_sha256_hex(sg_sha256 *s, char hex[65]);

#endif
