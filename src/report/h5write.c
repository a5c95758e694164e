/* report/h5write.c: tables as HDF5: a dataset [rows][dims...] for every field, and coords/...
 *
 * Rows are collected until a chunk is full, so that the file depends on the rows alone and not on
 * how they came; for the same reason datasets are made in the order of their names. Datasets are
 * chunked and grow; no times are stored, no filters used: equal rows give equal bytes. Names with a
 * slash make groups. Texts are of variable length.
 */
#ifdef HAVE_HDF5

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

#include "report/writer.h"

typedef struct dataset {
  hid_t id, type;              /* type: of the memory */
  int nd;                      /* axes, the rows included */
  hsize_t dims[SG_FIELD_DIMS + 1];
  size_t row_bytes;
  hsize_t rows, chunk;         /* rows in the file; rows of a chunk */
  size_t n;                    /* rows in the buffer */
  char *buffer;                /* [chunk][row_bytes]; texts: pointers */
  bool text;
} dataset;

typedef struct h5 {
  hid_t file, text_type;
  int n;
  int *order;                  /* [fields]: field of the table that dataset i is */
  dataset *set;                /* [n]: the fields by name, then the coordinates */
} h5;

static sg_status failed(const sg_table *table, const char *what, sg_err *err)
{
  return sg_fail(err, SG_EIO, "%s: HDF5 cannot %s (is the disk full?)", table->opts.path, what);
}

static void forget_texts(dataset *d)
{
  for (size_t i = 0; d->text && i < d->n; i++) free(((char **)(void *)d->buffer)[i]);
  d->n = 0;
}

static bool flush(dataset *d)
{
  hsize_t start[SG_FIELD_DIMS + 1] = { d->rows }, count[SG_FIELD_DIMS + 1];
  if (!d->n) return true;
  memcpy(count, d->dims, sizeof count);
  count[0] = d->n;
  d->dims[0] = d->rows + d->n;
  bool good = H5Dset_extent(d->id, d->dims) >= 0;
  hid_t to = good ? H5Dget_space(d->id) : -1, from = H5Screate_simple(d->nd, count, NULL);
  good = good && to >= 0 && from >= 0
         && H5Sselect_hyperslab(to, H5S_SELECT_SET, start, NULL, count, NULL) >= 0
         && H5Dwrite(d->id, d->type, from, to, H5P_DEFAULT, d->buffer) >= 0;
  if (to >= 0) H5Sclose(to);
  if (from >= 0) H5Sclose(from);
  d->rows += d->n;
  forget_texts(d);
  return good;
}

/* Creation properties: chunks of `chunk` rows, no times. Chunks are written whole, so that nothing
 * is filled in first; HDF5 insists on it for texts of variable length. */
static hid_t properties(int nd, const hsize_t *dims, hsize_t chunk, bool text)
{
  hsize_t size[SG_FIELD_DIMS + 1];
  hid_t p = H5Pcreate(H5P_DATASET_CREATE);
  memcpy(size, dims, sizeof size);
  size[0] = chunk;
  for (int i = 1; i < nd; i++) if (!size[i]) size[i] = 1;
  if (p >= 0 && H5Pset_chunk(p, nd, size) >= 0 && H5Pset_obj_track_times(p, 0) >= 0
      && (text || H5Pset_fill_time(p, H5D_FILL_TIME_NEVER) >= 0))
    return p;
  if (p >= 0) H5Pclose(p);
  return -1;
}

static bool create(const h5 *z, const char *name, hid_t type, dataset *d)
{
  hsize_t most[SG_FIELD_DIMS + 1];
  memcpy(most, d->dims, sizeof most);
  most[0] = H5S_UNLIMITED;
  hid_t p = properties(d->nd, d->dims, d->chunk, d->text), links = H5Pcreate(H5P_LINK_CREATE);
  hid_t space = H5Screate_simple(d->nd, d->dims, most);
  if (p >= 0 && links >= 0 && space >= 0 && H5Pset_create_intermediate_group(links, 1) >= 0)
    d->id = H5Dcreate2(z->file, name, type, space, links, p, H5P_DEFAULT);
  if (p >= 0) H5Pclose(p);
  if (links >= 0) H5Pclose(links);
  if (space >= 0) H5Sclose(space);
  return d->id >= 0;
}

static sg_status add_set(sg_table *table, int i, const char *name, sg_err *err)
{
  enum { CHUNK_BYTES = 1 << 18, CHUNK_ROWS = 1024 };
  h5 *z = table->state;
  dataset *d = &z->set[i];
  hid_t disk = d->type == H5T_NATIVE_FLOAT ? H5T_IEEE_F32LE
               : d->type == H5T_NATIVE_INT64 ? H5T_STD_I64LE : d->type;
  d->chunk = d->row_bytes ? CHUNK_BYTES / d->row_bytes : CHUNK_ROWS;
  if (d->chunk < 1) d->chunk = 1;
  if (d->chunk > CHUNK_ROWS) d->chunk = CHUNK_ROWS;
  d->buffer = calloc((size_t)d->chunk, d->row_bytes + 1);
  if (!d->buffer) return sg_fail(err, SG_ENOMEM, "out of memory");
  return create(z, name, disk, d) ? SG_OK : failed(table, "make a dataset", err);
}

static sg_status mark_shard(sg_table *table, sg_err *err)
{
  h5 *z = table->state;
  hid_t space = H5Screate(H5S_SCALAR), id = -1;
  const char *text = table->opts.shard;
  if (space >= 0)
    id = H5Acreate2(z->file, "seqgloss_shard", z->text_type, space, H5P_DEFAULT, H5P_DEFAULT);
  bool good = id >= 0 && H5Awrite(id, z->text_type, &text) >= 0;
  if (id >= 0) H5Aclose(id);
  if (space >= 0) H5Sclose(space);
  return good ? SG_OK : failed(table, "mark the piece", err);
}

static bool open_file(sg_table *table, h5 *z)
{
  hid_t p = H5Pcreate(H5P_FILE_CREATE);
  bool good = p >= 0 && H5Pset_obj_track_times(p, 0) >= 0;
  if (good) z->file = H5Fcreate(sg_output_path(table->output), H5F_ACC_TRUNC, p, H5P_DEFAULT);
  if (p >= 0) H5Pclose(p);
  z->text_type = H5Tcopy(H5T_C_S1);
  return good && z->file >= 0 && z->text_type >= 0
         && H5Tset_size(z->text_type, H5T_VARIABLE) >= 0
         && H5Tset_cset(z->text_type, H5T_CSET_UTF8) >= 0;
}

/* Datasets of fields by name, so that pieces put together (which come by name) give the same
 * file. */
static void sort_fields(h5 *z, const sg_table_opts *opts)
{
  for (int f = 0; f < opts->n_fields; f++) {
    int i = f;
    for (; i && strcmp(opts->fields[z->order[i - 1]].name, opts->fields[f].name) > 0; i--)
      z->order[i] = z->order[i - 1];
    z->order[i] = f;
  }
}

static sg_status add_sets(sg_table *table, sg_err *err)
{
  const sg_table_opts *opts = &table->opts;
  h5 *z = table->state;
  sg_status status = SG_OK;
  for (int f = 0; f < opts->n_fields && !status; f++) {
    const sg_field *field = &opts->fields[z->order[f]];
    dataset *d = &z->set[f];
    d->type = H5T_NATIVE_FLOAT;
    d->nd = field->nd + 1;
    for (int i = 0; i < field->nd; i++) d->dims[i + 1] = (hsize_t)field->dims[i];
    d->row_bytes = (size_t)sg_field_units(field) * sizeof(float);
    status = add_set(table, f, field->name, err);
  }
  for (int c = 0; c < SG_COORDS && !status; c++) {
    dataset *d = &z->set[opts->n_fields + c];
    d->text = c != SG_COORD_START && c != SG_COORD_END;
    d->type = d->text ? z->text_type : H5T_NATIVE_INT64;
    d->nd = 1;
    d->row_bytes = d->text ? sizeof(char *) : sizeof(int64_t);
    status = add_set(table, opts->n_fields + c, sg_coord_name[c], err);
  }
  return status;
}

static sg_status h5_begin(sg_table *table, sg_err *err)
{
  const sg_table_opts *opts = &table->opts;
  h5 *z = calloc(1, sizeof *z);
  table->state = z;
  if (z) z->set = calloc((size_t)opts->n_fields + SG_COORDS, sizeof *z->set);
  if (z) z->order = calloc((size_t)opts->n_fields + 1, sizeof *z->order);
  if (!z || !z->set || !z->order) return sg_fail(err, SG_ENOMEM, "out of memory");
  z->file = z->text_type = -1;
  for (int i = 0; i < opts->n_fields + SG_COORDS; i++) z->set[i].id = -1;
  z->n = opts->n_fields + SG_COORDS;
  /* Before the library's first use: its exit handler crashes on a file that it could not write. */
  H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  if (!open_file(table, z)) return failed(table, "make the file", err);
  sort_fields(z, opts);
  sg_status status = opts->shard ? mark_shard(table, err) : SG_OK;
  return status ? status : add_sets(table, err);
}

static sg_status put(sg_table *table, int i, const void *data, sg_err *err)
{
  dataset *d = &((h5 *)table->state)->set[i];
  if (d->text) {
    char *copy = strdup(data);
    if (!copy) return sg_fail(err, SG_ENOMEM, "out of memory");
    ((char **)(void *)d->buffer)[d->n] = copy;
  } else {
    memcpy(d->buffer + d->n * d->row_bytes, data, d->row_bytes);
  }
  d->n++;
  return d->n < d->chunk || flush(d) ? SG_OK : failed(table, "write", err);
}

static sg_status h5_row(sg_table *table, const sg_row *row, sg_err *err)
{
  const h5 *z = table->state;
  int n = table->opts.n_fields;
  char strand[2] = { row->strand, 0 };
  sg_status status = SG_OK;
  for (int f = 0; f < n && !status; f++) status = put(table, f, row->values[z->order[f]], err);
  if (!status) status = put(table, n + SG_COORD_REGION, row->region, err);
  if (!status) status = put(table, n + SG_COORD_CHROM, row->chrom, err);
  if (!status) status = put(table, n + SG_COORD_START, &row->start, err);
  if (!status) status = put(table, n + SG_COORD_END, &row->end, err);
  return status ? status : put(table, n + SG_COORD_STRAND, strand, err);
}

/* Closes everything; false when something could not be written. */
static bool close_all(h5 *z, bool write)
{
  bool good = true;
  for (int i = 0; i < z->n; i++) {
    dataset *d = &z->set[i];
    if (d->id >= 0 && write) good = flush(d) && good;
    forget_texts(d);
    if (d->id >= 0) good = H5Dclose(d->id) >= 0 && good;
    free(d->buffer);
    *d = (dataset){ .id = -1 };
  }
  if (z->text_type >= 0) H5Tclose(z->text_type);
  if (z->file >= 0) good = H5Fclose(z->file) >= 0 && good;
  z->text_type = z->file = -1;
  z->n = 0;
  return good;
}

static sg_status h5_finish(sg_table *table, sg_err *err)
{
  return close_all(table->state, true) ? SG_OK : failed(table, "write", err);
}

static void h5_drop(sg_table *table)
{
  h5 *z = table->state;
  if (!z) return;
  close_all(z, false);
  free(z->order);
  free(z->set);
  free(z);
  table->state = NULL;
}

const sg_writer sg_writer_hdf5 = {
  .begin = h5_begin,
  .row = h5_row,
  .finish = h5_finish,
  .drop = h5_drop
};

#else

#include "report/writer.h"

const sg_writer sg_writer_hdf5 = { 0 };

#endif
