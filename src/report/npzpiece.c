/* report/npzpiece.c: pieces of a table in .npz files, read back row by row. */
#include <stdlib.h>
#include <string.h>

#include "report/arrayread.h"
#include "report/piece.h"
#include "report/writer.h"
#include "report/zipread.h"

struct sg_piece {
  char *path;
  sg_zipread *names;           /* for names and the mark; arrays have readers of their own */
  char shard[256];
  int n_fields;
  sg_field *field;
  char **name;                 /* [n_fields] */
  sg_array **array;            /* [n_fields + SG_COORDS] */
  const float **value;
  char *text[2];               /* region, chrom of the row */
  int64_t rows;
};

static void npz_close(sg_piece *p)
{
  if (!p) return;
  for (int i = 0; p->array && i < p->n_fields + SG_COORDS; i++) sg_array_close(p->array[i]);
  for (int i = 0; p->name && i < p->n_fields; i++) free(p->name[i]);
  sg_zipread_close(p->names);
  free(p->text[0]);
  free(p->text[1]);
  free(p->value);
  free(p->array);
  free(p->name);
  free(p->field);
  free(p->path);
  free(p);
}

static sg_status read_mark(sg_piece *p, sg_err *err)
{
  int i = sg_zipread_find(p->names, "seqgloss-shard.txt");
  if (i < 0)
    return sg_fail(err, SG_EINVAL, "%s: is no piece: it was not written under --shard", p->path);
  sg_status status = sg_zipread_begin(p->names, i, err);
  for (size_t n = 0; !status && n < sizeof p->shard - 1; n++) {
    status = sg_zipread_data(p->names, p->shard + n, 1, err);
    if (p->shard[n] == '\n') break;
  }
  return status;
}

/* Files that are neither the mark nor coordinates are fields, in the order of the archive. */
static sg_status open_fields(sg_piece *p, sg_err *err)
{
  int n = sg_zipread_count(p->names);
  sg_status status = SG_OK;
  p->field = calloc((size_t)n + 1, sizeof *p->field);
  p->name = calloc((size_t)n + 1, sizeof *p->name);
  p->value = calloc((size_t)n + 1, sizeof *p->value);
  p->array = calloc((size_t)n + SG_COORDS + 1, sizeof *p->array);
  if (!p->field || !p->name || !p->value || !p->array)
    return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < n && !status; i++) {
    const char *file = sg_zipread_name(p->names, i);
    size_t length = strlen(file);
    if (length < 5 || strcmp(file + length - 4, ".npy") || !strncmp(file, "coords/", 7)) continue;
    sg_field *f = &p->field[p->n_fields];
    f->name = p->name[p->n_fields] = strndup(file, length - 4);
    if (!f->name) return sg_fail(err, SG_ENOMEM, "out of memory");
    p->n_fields++;
    sg_array **a = &p->array[p->n_fields - 1];
    status = sg_array_open_any(p->path, f->name, a, err);
    if (status) break;
    f->nd = sg_array_nd(*a);
    memcpy(f->dims, sg_array_dims(*a), (size_t)f->nd * sizeof f->dims[0]);
  }
  for (int c = 0; c < SG_COORDS && !status; c++)
    status = sg_array_open_any(p->path, sg_coord_name[c], &p->array[p->n_fields + c], err);
  if (status) return status;
  p->rows = sg_array_rows(p->array[p->n_fields]);
  for (int i = 0; i < p->n_fields + SG_COORDS; i++)
    if (sg_array_rows(p->array[i]) != p->rows)
      return sg_fail(err, SG_EFORMAT, "%s: arrays of different length", p->path);
  return SG_OK;
}

static sg_status npz_open(const char *path, sg_piece **ret_piece, sg_err *err)
{
  sg_status status = SG_OK;
  sg_piece *p = calloc(1, sizeof *p);
  *ret_piece = NULL;
  if (p) p->path = strdup(path);
  if (!p || !p->path) status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status) status = sg_zipread_open(path, &p->names, err);
  if (!status) status = read_mark(p, err);
  if (!status) status = open_fields(p, err);
  if (status) npz_close(p);
  else *ret_piece = p;
  return status;
}

static const char *npz_shard(const sg_piece *piece)
{
  return piece->shard;
}

static int npz_fields(const sg_piece *piece, const sg_field **ret_fields)
{
  *ret_fields = piece->field;
  return piece->n_fields;
}

static int64_t npz_rows(const sg_piece *piece)
{
  return piece->rows;
}

static sg_status next_text(sg_piece *p, int c, char **text, sg_err *err)
{
  const void *raw;
  size_t n;
  sg_status status = sg_array_next_raw(p->array[p->n_fields + c], &raw, &n, err);
  if (status) return status;
  char *more = realloc(*text, n + 1);
  if (!more) return sg_fail(err, SG_ENOMEM, "out of memory");
  *text = more;
  memcpy(more, raw, n);
  more[n] = 0;
  return SG_OK;
}

static sg_status next_number(sg_piece *p, int c, int64_t *ret_value, sg_err *err)
{
  const void *raw;
  size_t n;
  uint64_t value = 0;
  sg_status status = sg_array_next_raw(p->array[p->n_fields + c], &raw, &n, err);
  for (size_t i = n; i-- && !status;) value = value << 8 | ((const unsigned char *)raw)[i];
  *ret_value = (int64_t)value;
  return status;
}

static sg_status npz_row(sg_piece *p, sg_row *ret_row, sg_err *err)
{
  const void *raw;
  size_t n;
  sg_status status = SG_OK;
  for (int f = 0; f < p->n_fields && !status; f++) {
    status = sg_array_next_raw(p->array[f], &raw, &n, err);
    p->value[f] = raw;
  }
  if (!status) status = next_text(p, SG_COORD_REGION, &p->text[0], err);
  if (!status) status = next_text(p, SG_COORD_CHROM, &p->text[1], err);
  *ret_row = (sg_row){ .region = p->text[0], .chrom = p->text[1], .values = p->value };
  if (!status) status = next_number(p, SG_COORD_START, &ret_row->start, err);
  if (!status) status = next_number(p, SG_COORD_END, &ret_row->end, err);
  if (!status)
    status = sg_array_next_raw(p->array[p->n_fields + SG_COORD_STRAND], &raw, &n, err);
  if (!status) ret_row->strand = *(const char *)raw;
  return status;
}

const sg_piece_reader sg_piece_npz = {
  .open = npz_open,
  .close = npz_close,
  .shard = npz_shard,
  .fields = npz_fields,
  .rows = npz_rows,
  .row = npz_row
};
