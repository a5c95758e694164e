/* report/h5piece.c: tables and their pieces in HDF5 files, read back row by row. */
#include "report/piece.h"

#ifdef HAVE_HDF5

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

#include "report/writer.h"

struct sg_piece {
  char *path;
  hid_t file, text_type;
  char shard[256];
  int n_fields;
  sg_field *field;
  char **name;
  hid_t *set;                  /* [n_fields + SG_COORDS] */
  float **value;
  char *text[3];               /* region, chrom, strand of the row */
  int64_t rows, at;
};

enum { UNITS_MOST = 1 << 30 };               /* numbers in a row: more is no table of ours */

static sg_status damaged(const sg_piece *p, sg_err *err)
{
  return sg_fail(err, SG_EFORMAT, "%s: cannot be read back as a table", p->path);
}

static void h5_close(sg_piece *p)
{
  if (!p) return;
  for (int i = 0; p->set && i < p->n_fields + SG_COORDS; i++)
    if (p->set[i] >= 0) H5Dclose(p->set[i]);
  for (int i = 0; i < p->n_fields; i++) {
    free(p->name[i]);
    if (p->value) free(p->value[i]);
  }
  for (int i = 0; i < 3; i++) free(p->text[i]);
  if (p->text_type >= 0) H5Tclose(p->text_type);
  if (p->file >= 0) H5Fclose(p->file);
  free(p->field);
  free(p->name);
  free(p->set);
  free(p->value);
  free(p->path);
  free(p);
}

static sg_status read_mark(sg_piece *p, sg_err *err)
{
  char *text = NULL;
  if (H5Aexists(p->file, "seqgloss_shard") <= 0) return SG_OK;
  hid_t id = H5Aopen(p->file, "seqgloss_shard", H5P_DEFAULT);
  bool good = id >= 0 && H5Aread(id, p->text_type, &text) >= 0 && text;
  if (good) snprintf(p->shard, sizeof p->shard, "%s", text);
  if (good) H5free_memory(text);
  if (id >= 0) H5Aclose(id);
  return good ? SG_OK : damaged(p, err);
}

/* Called for every object of the file: datasets outside of coords/ are fields. */
static herr_t visit(hid_t file, const char *name, const H5O_info_t *info, void *user)
{
  sg_piece *p = user;
  (void)file;
  if (info->type != H5O_TYPE_DATASET || !strncmp(name, "coords/", 7)) return 0;
  char **more = realloc(p->name, ((size_t)p->n_fields + 1) * sizeof *more);
  if (!more) return -1;
  p->name = more;
  p->name[p->n_fields] = strdup(name);
  return p->name[p->n_fields++] ? 0 : -1;
}

static bool measure(sg_piece *p, int i)
{
  hsize_t dims[SG_FIELD_DIMS + 1];
  hid_t space = H5Dget_space(p->set[i]);
  int nd = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
  bool good = nd >= 1 && nd <= SG_FIELD_DIMS + 1
              && H5Sget_simple_extent_dims(space, dims, NULL) == nd;
  if (space >= 0) H5Sclose(space);
  if (!good) return false;
  if (!i) p->rows = (int64_t)dims[0];
  if (i >= p->n_fields) return (int64_t)dims[0] == p->rows;
  sg_field *f = &p->field[i];
  f->name = p->name[i];
  f->nd = nd - 1;
  hsize_t units = 1;           /* a file may promise what it never wrote, of any size */
  for (int a = 1; a < nd; a++) {
    if (dims[a] && units > UNITS_MOST / dims[a]) return false;
    units *= dims[a];
    f->dims[a - 1] = (int64_t)dims[a];
  }
  p->value[i] = malloc((p->rows ? (size_t)units : 0) * sizeof(float) + 1);
  return p->value[i] && (int64_t)dims[0] == p->rows;
}

/* Order of creation is not kept in the file: fields come by name, in every piece alike. */
static sg_status open_fields(sg_piece *p, sg_err *err)
{
  if (H5Ovisit(p->file, H5_INDEX_NAME, H5_ITER_INC, visit, p) < 0) return damaged(p, err);
  size_t n = (size_t)p->n_fields + SG_COORDS;
  p->field = calloc(n, sizeof *p->field);
  p->set = calloc(n, sizeof *p->set);
  p->value = calloc(n, sizeof *p->value);
  if (!p->field || !p->set || !p->value) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (size_t i = 0; i < n; i++) p->set[i] = -1;
  for (int i = 0; i < (int)n; i++) {
    const char *name = i < p->n_fields ? p->name[i] : sg_coord_name[i - p->n_fields];
    p->set[i] = H5Dopen2(p->file, name, H5P_DEFAULT);
    if (p->set[i] < 0)
      return sg_fail(err, SG_EFORMAT, "%s: has no array %s: not written by seqgloss?", p->path,
                     name);
    if (!measure(p, i))
      return sg_fail(err, SG_EFORMAT, "%s: %s has not the axes of a table, of as many rows as the "
                     "others", p->path, name);
  }
  return SG_OK;
}

static sg_status h5_open(const char *path, sg_piece **ret_piece, sg_err *err)
{
  sg_status status = SG_OK;
  sg_piece *p = calloc(1, sizeof *p);
  *ret_piece = NULL;
  if (!p) return sg_fail(err, SG_ENOMEM, "out of memory");
  p->file = p->text_type = -1;
  p->path = strdup(path);
  /* Before the library's first use: its exit handler crashes on a file that it could not write. */
  H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  if (p->path) p->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  p->text_type = H5Tcopy(H5T_C_S1);
  if (!p->path) status = sg_fail(err, SG_ENOMEM, "out of memory");
  else if (p->file < 0) status = sg_fail(err, SG_EFORMAT, "%s: cannot be opened as HDF5", path);
  else if (p->text_type < 0 || H5Tset_size(p->text_type, H5T_VARIABLE) < 0
           || H5Tset_cset(p->text_type, H5T_CSET_UTF8) < 0) status = damaged(p, err);
  if (!status) status = read_mark(p, err);
  if (!status) status = open_fields(p, err);
  if (status) h5_close(p);
  else *ret_piece = p;
  return status;
}

static const char *h5_shard(const sg_piece *piece)
{
  return piece->shard;
}

static int h5_fields(const sg_piece *piece, const sg_field **ret_fields)
{
  *ret_fields = piece->field;
  return piece->n_fields;
}

static int64_t h5_rows(const sg_piece *piece)
{
  return piece->rows;
}

/* Row p->at of dataset i. */
static bool read_row(sg_piece *p, int i, hid_t type, void *dst)
{
  hsize_t start[SG_FIELD_DIMS + 1] = { (hsize_t)p->at }, count[SG_FIELD_DIMS + 1] = { 1 };
  int nd = i < p->n_fields ? p->field[i].nd + 1 : 1;
  for (int a = 1; a < nd; a++) count[a] = (hsize_t)p->field[i].dims[a - 1];
  hid_t from = H5Dget_space(p->set[i]), to = H5Screate_simple(nd, count, NULL);
  bool good = from >= 0 && to >= 0
              && H5Sselect_hyperslab(from, H5S_SELECT_SET, start, NULL, count, NULL) >= 0
              && H5Dread(p->set[i], type, to, from, H5P_DEFAULT, dst) >= 0;
  if (from >= 0) H5Sclose(from);
  if (to >= 0) H5Sclose(to);
  return good;
}

static bool read_text(sg_piece *p, int c, char **text)
{
  char *one = NULL;
  free(*text);
  *text = NULL;
  if (!read_row(p, p->n_fields + c, p->text_type, &one)) return false;
  *text = strdup(one ? one : "");
  H5free_memory(one);
  return *text;
}

static sg_status h5_row(sg_piece *p, sg_row *ret_row, sg_err *err)
{
  bool good = true;
  for (int f = 0; f < p->n_fields && good; f++)
    good = read_row(p, f, H5T_NATIVE_FLOAT, p->value[f]);
  good = good && read_text(p, SG_COORD_REGION, &p->text[0])
         && read_text(p, SG_COORD_CHROM, &p->text[1])
         && read_text(p, SG_COORD_STRAND, &p->text[2])
         && read_row(p, p->n_fields + SG_COORD_START, H5T_NATIVE_INT64, &ret_row->start)
         && read_row(p, p->n_fields + SG_COORD_END, H5T_NATIVE_INT64, &ret_row->end);
  if (!good) return damaged(p, err);
  ret_row->region = p->text[0];
  ret_row->chrom = p->text[1];
  ret_row->strand = *p->text[2] ? *p->text[2] : '.';
  ret_row->values = (const float *const *)p->value;
  p->at++;
  return SG_OK;
}

const sg_piece_reader sg_piece_hdf5 = {
  .open = h5_open,
  .close = h5_close,
  .shard = h5_shard,
  .fields = h5_fields,
  .rows = h5_rows,
  .row = h5_row
};

#else

const sg_piece_reader sg_piece_hdf5 = { 0 };

#endif
