/* report/zipwrite.c: zip archives of stored files, without dates.
 *
 * PKWARE's APPNOTE 6.3: local header and bytes of each file, then the central directory, then its
 * end record. Sizes and offsets from 2^32 - 1 on move to the zip64 extra field (4.5.3) and the
 * zip64 end records (4.3.14, 4.3.15); smaller archives have none of it. The time is the format's
 * first, 1980-01-01 0:00, so that equal contents give equal bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "report/zipwrite.h"

#define LIMIT32 0xffffffffu    /* stands for "see the zip64 field" */
#define DOS_DATE 0x21u         /* 1980-01-01 */

typedef struct member {
  char *name;
  uint64_t size, offset;
  uint32_t crc;
} member;

struct sg_zipwrite {
  sg_output *output;
  uint64_t at;                 /* bytes written so far */
  member *file;
  size_t n, room;
};

sg_zipwrite *sg_zipwrite_new(sg_output *output)
{
  sg_zipwrite *zip = calloc(1, sizeof *zip);
  if (zip) zip->output = output;
  return zip;
}

void sg_zipwrite_free(sg_zipwrite *zip)
{
  if (!zip) return;
  for (size_t i = 0; i < zip->n; i++) free(zip->file[i].name);
  free(zip->file);
  free(zip);
}

/* Little-endian records are put together in a small buffer. */
typedef struct record {
  unsigned char at[128];
  size_t n;
} record;

static void put(record *r, uint64_t value, int bytes)
{
  for (int i = 0; i < bytes; i++) r->at[r->n++] = (unsigned char)(value >> (8 * i));
}

static uint64_t cut32(uint64_t value)
{
  return value < LIMIT32 ? value : LIMIT32;
}

sg_status sg_zipwrite_data(sg_zipwrite *zip, const void *data, size_t n, sg_err *err)
{
  zip->at += n;
  return sg_output_write(zip->output, data, n, err);
}

/* What local header and directory have in common: version to sizes, name length, extra length. */
static void put_common(record *r, const member *m, bool wide, int extra)
{
  put(r, wide ? 45 : 20, 2);         /* version needed: 4.5 has zip64 */
  put(r, 0x800, 2);                  /* names are UTF-8 */
  put(r, 0, 2);                      /* stored */
  put(r, 0, 2);
  put(r, DOS_DATE, 2);
  put(r, m->crc, 4);
  put(r, wide ? LIMIT32 : m->size, 4);
  put(r, wide ? LIMIT32 : m->size, 4);
  put(r, strlen(m->name), 2);
  put(r, (uint64_t)extra, 2);
}

static sg_status keep_member(sg_zipwrite *zip, const char *name, uint64_t size, uint32_t crc,
                             sg_err *err)
{
  if (zip->n == zip->room) {
    size_t room = 2 * zip->room + 8;
    member *more = realloc(zip->file, room * sizeof *more);
    if (!more) return sg_fail(err, SG_ENOMEM, "out of memory");
    zip->file = more;
    zip->room = room;
  }
  size_t length = strlen(name);
  if (length > 60000) return sg_fail(err, SG_EINVAL, "a name of %zu bytes is too long", length);
  char *copy = malloc(length + 1);
  if (!copy) return sg_fail(err, SG_ENOMEM, "out of memory");
  memcpy(copy, name, length + 1);
  zip->file[zip->n++] = (member){ copy, size, zip->at, crc };
  return SG_OK;
}

sg_status sg_zipwrite_file(sg_zipwrite *zip, const char *name, uint64_t size, uint32_t crc,
                           sg_err *err)
{
  record r = { .n = 0 };
  bool wide = size >= LIMIT32;
  sg_status status = keep_member(zip, name, size, crc, err);
  if (status) return status;
  put(&r, 0x04034b50, 4);
  put_common(&r, &zip->file[zip->n - 1], wide, wide ? 20 : 0);
  status = sg_zipwrite_data(zip, r.at, r.n, err);
  if (!status) status = sg_zipwrite_data(zip, name, strlen(name), err);
  if (status || !wide) return status;
  r.n = 0;
  put(&r, 1, 2);
  put(&r, 16, 2);
  put(&r, size, 8);
  put(&r, size, 8);
  return sg_zipwrite_data(zip, r.at, r.n, err);
}

static sg_status write_entry(sg_zipwrite *zip, const member *m, sg_err *err)
{
  record r = { .n = 0 }, x = { .n = 0 };
  bool wide = m->size >= LIMIT32, far = m->offset >= LIMIT32;
  if (wide || far) {
    put(&x, 1, 2);
    put(&x, (wide ? 16u : 0) + (far ? 8u : 0), 2);
    if (wide) put(&x, m->size, 8);
    if (wide) put(&x, m->size, 8);
    if (far) put(&x, m->offset, 8);
  }
  put(&r, 0x02014b50, 4);
  put(&r, (3u << 8) | 45, 2);        /* made by: unix, version 4.5 */
  put_common(&r, m, wide, (int)x.n);
  if (far && !wide) r.at[6] = 45;    /* version needed */
  put(&r, 0, 2);                     /* comment */
  put(&r, 0, 2);                     /* disk */
  put(&r, 0, 2);                     /* internal attributes */
  put(&r, 0100644u << 16, 4);        /* a plain file, rw-r--r-- */
  put(&r, cut32(m->offset), 4);
  sg_status status = sg_zipwrite_data(zip, r.at, r.n, err);
  if (!status) status = sg_zipwrite_data(zip, m->name, strlen(m->name), err);
  return status ? status : sg_zipwrite_data(zip, x.at, x.n, err);
}

/* The zip64 end record and its locator. */
static void put_end64(record *r, const sg_zipwrite *zip, uint64_t begin, uint64_t end)
{
  put(r, 0x06064b50, 4);
  put(r, 44, 8);                     /* bytes of this record that follow */
  put(r, (3u << 8) | 45, 2);
  put(r, 45, 2);
  put(r, 0, 4);
  put(r, 0, 4);
  put(r, zip->n, 8);
  put(r, zip->n, 8);
  put(r, end - begin, 8);
  put(r, begin, 8);
  put(r, 0x07064b50, 4);
  put(r, 0, 4);
  put(r, end, 8);
  put(r, 1, 4);
}

sg_status sg_zipwrite_end(sg_zipwrite *zip, sg_err *err)
{
  record r = { .n = 0 };
  uint64_t begin = zip->at, many = zip->n < 0xffff ? zip->n : 0xffff;
  sg_status status = SG_OK;
  for (size_t i = 0; i < zip->n && !status; i++) status = write_entry(zip, &zip->file[i], err);
  if (status) return status;
  if (zip->n >= 0xffff || zip->at >= LIMIT32) put_end64(&r, zip, begin, zip->at);
  put(&r, 0x06054b50, 4);
  put(&r, 0, 4);                     /* disks */
  put(&r, many, 2);
  put(&r, many, 2);
  put(&r, cut32(zip->at - begin), 4);
  put(&r, cut32(begin), 4);
  put(&r, 0, 2);
  return sg_zipwrite_data(zip, r.at, r.n, err);
}
