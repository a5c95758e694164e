/* report/npzwrite.c: tables as NumPy archives, one .npy a field, readable by numpy.load.
 *
 * An .npy begins with the array's shape, which is known when the last row came. So each array goes
 * to a spool first, an unlinked file in the directory of the output, and the archive is put
 * together at the end: constant memory, twice the disk space for a moment. Layout of .npy: NumPy
 * Enhancement Proposal 1 (version 1.0 of the format). Texts become arrays of bytes ("S"), as wide
 * as the longest.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "report/writer.h"
#include "report/zipwrite.h"

/* One array on its way to the archive. Texts lie in the spool with a final zero each. */
typedef struct spool {
  FILE *file;
  const char *descr;           /* NumPy's name of the dtype; NULL: text */
  size_t width;                /* text: bytes of the longest */
} spool;

typedef struct npz {
  int64_t rows;
  int n;
  spool *array;                /* [n]: the fields, then the coordinates */
} npz;

/* ---- Spools ---- */

static sg_status spool_open(const char *beside, spool *s, sg_err *err)
{
  const char *slash = strrchr(beside, '/');
  size_t folder = slash ? (size_t)(slash - beside) + 1 : 0, size = folder + 32;
  char *path = malloc(size);
  if (!path) return sg_fail(err, SG_ENOMEM, "out of memory");
  snprintf(path, size, "%.*s.seqgloss-XXXXXX", (int)folder, beside);
  sg_status status = SG_OK;
  int fd = mkstemp(path);
  if (fd >= 0) {
    unlink(path);
    s->file = fdopen(fd, "w+b");
    if (!s->file) close(fd);
  }
  if (!s->file) status = sg_fail(err, SG_EIO, "%s: cannot make a spool: %s", path, strerror(errno));
  free(path);
  return status;
}

static sg_status spool_put(spool *s, const void *data, size_t n, sg_err *err)
{
  if (fwrite(data, 1, n, s->file) == n) return SG_OK;
  return sg_fail(err, SG_EIO, "a temporary file beside it cannot be written: %s", strerror(errno));
}

static sg_status spool_text(spool *s, const char *text, sg_err *err)
{
  size_t n = strlen(text);
  if (n > s->width) s->width = n;
  return spool_put(s, text, n + 1, err);
}

/* ---- The archive ---- */

/* Where array bytes go: counted for their checksum first, then into the archive. */
typedef struct drain {
  sg_zipwrite *zip;            /* NULL: only the checksum */
  uint64_t size;
  uLong crc;
} drain;

static sg_status drain_put(drain *d, const void *data, size_t n, sg_err *err)
{
  if (d->zip) return sg_zipwrite_data(d->zip, data, n, err);
  d->size += n;
  d->crc = crc32_z(d->crc, data, n);
  return SG_OK;
}

/* Magic, version 1.0, length and text of the header; all of it a multiple of 64 bytes. */
static sg_status drain_header(drain *d, const spool *s, int64_t rows, const sg_field *field,
                              sg_err *err)
{
  char head[512] = "\x93NUMPY\x01", shape[256], descr[32];
  size_t n = 0;
  snprintf(descr, sizeof descr, "|S%zu", s->width ? s->width : 1);
  shape[0] = 0;
  for (int i = 0; field && i < field->nd; i++) {
    n += (size_t)snprintf(shape + n, sizeof shape - n, i ? ", %" PRId64 : "%" PRId64,
                          field->dims[i]);
  }
  snprintf(head + 10, sizeof head - 10, "{'descr': '%s', 'fortran_order': False, 'shape': (%" PRId64
           ",%s%s), }", s->descr ? s->descr : descr, rows, n ? " " : "", shape);
  n = 10 + strlen(head + 10);
  size_t whole = (n + 1 + 63) / 64 * 64;
  memset(head + n, ' ', whole - n);
  head[whole - 1] = '\n';
  head[8] = (char)((whole - 10) & 0xff);
  head[9] = (char)((whole - 10) >> 8);
  return drain_put(d, head, whole, err);
}

/* Texts, each filled up with zeros to the common width. */
static sg_status drain_texts(drain *d, spool *s, int64_t rows, sg_err *err)
{
  size_t width = s->width ? s->width : 1;
  char *cell = malloc(width);
  sg_status status = cell ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  for (int64_t i = 0; i < rows && !status; i++) {
    size_t n = 0;
    int c;
    memset(cell, 0, width);
    while ((c = getc(s->file)) > 0 && n < width) cell[n++] = (char)c;
    if (c == EOF) status = sg_fail(err, SG_EIO, "cannot read the spool beside the output");
    else status = drain_put(d, cell, width, err);
  }
  free(cell);
  return status;
}

static sg_status drain_numbers(drain *d, spool *s, sg_err *err)
{
  char block[16384];
  size_t n;
  sg_status status = SG_OK;
  while (!status && (n = fread(block, 1, sizeof block, s->file)) > 0)
    status = drain_put(d, block, n, err);
  if (!status && ferror(s->file))
    status = sg_fail(err, SG_EIO, "cannot read the spool beside the output: %s", strerror(errno));
  return status;
}

static sg_status drain_array(drain *d, spool *s, int64_t rows, const sg_field *field, sg_err *err)
{
  sg_status status = drain_header(d, s, rows, field, err);
  rewind(s->file);
  if (status) return status;
  return s->descr ? drain_numbers(d, s, err) : drain_texts(d, s, rows, err);
}

static sg_status write_member(sg_zipwrite *zip, npz *z, int a, const sg_table_opts *opts,
                              sg_err *err)
{
  const sg_field *field = a < opts->n_fields ? &opts->fields[a] : NULL;
  const char *key = field ? field->name : sg_coord_name[a - opts->n_fields];
  drain count = { .crc = crc32(0, Z_NULL, 0) }, out = { .zip = zip };
  size_t size = strlen(key) + 8;
  char *name = malloc(size);
  if (!name) return sg_fail(err, SG_ENOMEM, "out of memory");
  snprintf(name, size, "%s.npy", key);
  sg_status status = SG_OK;
  if (fflush(z->array[a].file))
    status = sg_fail(err, SG_EIO, "%s: a temporary file beside it cannot be written: %s",
                     opts->path, strerror(errno));
  if (!status) status = drain_array(&count, &z->array[a], z->rows, field, err);
  if (!status) status = sg_zipwrite_file(zip, name, count.size, (uint32_t)count.crc, err);
  if (!status) status = drain_array(&out, &z->array[a], z->rows, field, err);
  free(name);
  return status;
}

/* The mark of a piece is a file of its own. */
static sg_status write_shard(sg_zipwrite *zip, const char *line, sg_err *err)
{
  size_t n = strlen(line);
  uLong crc = crc32_z(crc32(0, Z_NULL, 0), (const Bytef *)line, n);
  sg_status status = sg_zipwrite_file(zip, "seqgloss-shard.txt", n, (uint32_t)crc, err);
  return status ? status : sg_zipwrite_data(zip, line, n, err);
}

/* ---- The writer ---- */

static sg_status npz_begin(sg_table *table, sg_err *err)
{
  static const char *const descr[SG_COORDS] = { NULL, NULL, "<i8", "<i8", "|S1" };
  const sg_table_opts *opts = &table->opts;
  npz *z = calloc(1, sizeof *z);
  table->state = z;
  if (z) z->array = calloc((size_t)opts->n_fields + SG_COORDS, sizeof *z->array);
  if (!z || !z->array) return sg_fail(err, SG_ENOMEM, "out of memory");
  z->n = opts->n_fields + SG_COORDS;
  sg_status status = SG_OK;
  for (int a = 0; a < z->n && !status; a++) {
    z->array[a].descr = a < opts->n_fields ? "<f4" : descr[a - opts->n_fields];
    status = spool_open(opts->path, &z->array[a], err);
  }
  return status;
}

static sg_status put_number64(spool *s, int64_t value, sg_err *err)
{
  unsigned char bytes[8];
  for (int i = 0; i < 8; i++) bytes[i] = (unsigned char)((uint64_t)value >> (8 * i));
  return spool_put(s, bytes, sizeof bytes, err);
}

static sg_status npz_row(sg_table *table, const sg_row *row, sg_err *err)
{
  npz *z = table->state;
  int n = table->opts.n_fields;
  spool *coord = z->array + n;
  sg_status status = SG_OK;
  for (int f = 0; f < n && !status; f++)
    status = spool_put(&z->array[f], row->values[f],
                       (size_t)sg_field_units(&table->opts.fields[f]) * sizeof(float), err);
  if (!status) status = spool_text(&coord[SG_COORD_REGION], row->region, err);
  if (!status) status = spool_text(&coord[SG_COORD_CHROM], row->chrom, err);
  if (!status) status = put_number64(&coord[SG_COORD_START], row->start, err);
  if (!status) status = put_number64(&coord[SG_COORD_END], row->end, err);
  if (!status) status = spool_put(&coord[SG_COORD_STRAND], &row->strand, 1, err);
  z->rows++;
  if (status) sg_fail_prefix(err, "%s: ", table->opts.path);
  return status;
}

static sg_status npz_finish(sg_table *table, sg_err *err)
{
  npz *z = table->state;
  sg_zipwrite *zip = sg_zipwrite_new(table->output);
  sg_status status = zip ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status && table->opts.shard) status = write_shard(zip, table->opts.shard, err);
  for (int a = 0; a < z->n && !status; a++) status = write_member(zip, z, a, &table->opts, err);
  if (!status) status = sg_zipwrite_end(zip, err);
  sg_zipwrite_free(zip);
  return status;
}

static void npz_drop(sg_table *table)
{
  npz *z = table->state;
  if (!z) return;
  for (int a = 0; a < z->n; a++)
    if (z->array[a].file) fclose(z->array[a].file);
  free(z->array);
  free(z);
  table->state = NULL;
}

const sg_writer sg_writer_npz = {
  .begin = npz_begin,
  .row = npz_row,
  .finish = npz_finish,
  .drop = npz_drop
};
