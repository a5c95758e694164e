/* report/npzpiece.c: tables and their pieces in .npz files, read back row by row. */
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
  sg_array **array;            /* [n_fields + n_coords] */
  int n_coords;                /* 0: the file has none; else SG_COORDS */
  float **value;               /* [n_fields] numbers of the row */
  char *text[2];               /* region, chrom of the row */
  int64_t rows, at;
};

static void npz_close(sg_piece *p)
{
  if (!p) return;
  for (int i = 0; p->array && i < p->n_fields + p->n_coords; i++) sg_array_close(p->array[i]);
  for (int i = 0; p->name && i < p->n_fields; i++) free(p->name[i]);
  for (int i = 0; p->value && i < p->n_fields; i++) free(p->value[i]);
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
  if (i < 0) return SG_OK;
  sg_status status = sg_zipread_begin(p->names, i, err);
  for (size_t n = 0; !status && n < sizeof p->shard - 1; n++) {
    status = sg_zipread_data(p->names, p->shard + n, 1, err);
    if (p->shard[n] == '\n') break;
  }
  return status;
}

static sg_status open_field(sg_piece *p, const char *file, size_t length, sg_err *err)
{
  int f = p->n_fields;
  sg_field *field = &p->field[f];
  p->name[f] = strndup(file, length);
  if (!p->name[f]) return sg_fail(err, SG_ENOMEM, "out of memory");
  p->n_fields++;
  sg_status status = sg_array_open(p->path, p->name[f], &p->array[f], err);
  if (status) return status;
  *field = (sg_field){ .name = p->name[f], .nd = sg_array_nd(p->array[f]) };
  memcpy(field->dims, sg_array_dims(p->array[f]), (size_t)field->nd * sizeof field->dims[0]);
  int64_t units = sg_array_rows(p->array[f]) ? sg_array_units(p->array[f]) : 0;
  p->value[f] = malloc((size_t)units * sizeof(float) + 1);   /* rows bound it by the file */
  return p->value[f] ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
}

/* The five arrays of a row's place: three of texts, two of whole numbers. */
static sg_status open_coords(sg_piece *p, sg_err *err)
{
  sg_status status = SG_OK;
  for (; p->n_coords < SG_COORDS && !status; p->n_coords++) {
    const char *name = sg_coord_name[p->n_coords];
    sg_array **array = &p->array[p->n_fields + p->n_coords];
    bool whole = p->n_coords == SG_COORD_START || p->n_coords == SG_COORD_END;
    status = sg_array_open_any(p->path, name, array, err);
    if (!status && !(whole ? sg_array_is_whole(*array) : sg_array_is_text(*array)))
      status = sg_fail(err, SG_EFORMAT, "%s: %s needs one %s a row", p->path, name,
                       whole ? "whole number" : "text (dtype S)");
  }
  return status;
}

/* Files that are neither the mark nor coordinates are fields, in the order of the archive. */
static sg_status open_fields(sg_piece *p, sg_err *err)
{
  int n = sg_zipread_count(p->names);
  bool coords = false;
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
    if (!strncmp(file, "coords/", 7)) coords = true;
    else if (length > 4 && !strcmp(file + length - 4, ".npy"))
      status = open_field(p, file, length - 4, err);
  }
  if (!status && coords) status = open_coords(p, err);
  if (status) return status;
  if (!p->n_fields) return sg_fail(err, SG_EFORMAT, "%s: holds no array", p->path);
  p->rows = sg_array_rows(p->array[0]);
  for (int i = 0; i < p->n_fields + p->n_coords; i++)
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

static sg_status next_place(sg_piece *p, sg_row *row, sg_err *err)
{
  const void *raw;
  size_t n;
  sg_status status = next_text(p, SG_COORD_REGION, &p->text[0], err);
  if (!status) status = next_text(p, SG_COORD_CHROM, &p->text[1], err);
  row->region = p->text[0];
  row->chrom = p->text[1];
  sg_array **at = p->array + p->n_fields;
  if (!status) status = sg_array_next_whole(at[SG_COORD_START], &row->start, err);
  if (!status) status = sg_array_next_whole(at[SG_COORD_END], &row->end, err);
  if (!status) status = sg_array_next_raw(at[SG_COORD_STRAND], &raw, &n, err);
  if (!status) row->strand = *(const char *)raw ? *(const char *)raw : '.';
  return status;
}

static sg_status npz_row(sg_piece *p, sg_row *ret_row, sg_err *err)
{
  sg_status status = SG_OK;
  *ret_row = (sg_row){ ".", ".", -1, -1, '.', (const float *const *)p->value };
  for (int f = 0; f < p->n_fields && !status; f++)
    status = sg_array_read(p->array[f], p->at, 1, p->value[f], err);
  p->at++;
  return status || !p->n_coords ? status : next_place(p, ret_row, err);
}

const sg_piece_reader sg_piece_npz = {
  .open = npz_open,
  .close = npz_close,
  .shard = npz_shard,
  .fields = npz_fields,
  .rows = npz_rows,
  .row = npz_row
};
