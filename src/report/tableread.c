/* report/tableread.c: tables in .npz and HDF5, read row by row. */
#include <stdlib.h>
#include <string.h>

#include "report/piece.h"

struct sg_table_reader {
  const sg_piece_reader *format;
  sg_piece *piece;
  int64_t at;
};

static sg_status choose(const char *path, const sg_piece_reader **ret_format, sg_err *err)
{
  sg_table_format format = SG_TABLE_TSV;
  sg_status status = sg_table_format_of(path, &format, err);
  if (!status && format != SG_TABLE_NPZ && format != SG_TABLE_HDF5)
    status = sg_fail(err, SG_EINVAL, "%s: arrays of regions are read from .npz and .h5", path);
  *ret_format = format == SG_TABLE_NPZ ? &sg_piece_npz : &sg_piece_hdf5;
  if (!status && !(*ret_format)->open)
    status = sg_fail(err, SG_EUNSUPPORTED, "%s: this build reads no HDF5", path);
  return status;
}

sg_status sg_table_reader_open(const char *path, sg_table_reader **ret_reader, sg_err *err)
{
  const sg_piece_reader *format;
  sg_status status = choose(path, &format, err);
  *ret_reader = NULL;
  if (status) return status;
  sg_table_reader *r = calloc(1, sizeof *r);
  if (!r) return sg_fail(err, SG_ENOMEM, "out of memory");
  r->format = format;
  status = format->open(path, &r->piece, err);
  if (!status && *format->shard(r->piece))
    status = sg_fail(err, SG_EINVAL, "%s: is a piece of a table: seqgloss merge puts it together",
                     path);
  if (status) sg_table_reader_close(r);
  else *ret_reader = r;
  return status;
}

void sg_table_reader_close(sg_table_reader *reader)
{
  if (!reader) return;
  if (reader->piece) reader->format->close(reader->piece);
  free(reader);
}

int sg_table_reader_fields(const sg_table_reader *reader, const sg_field **ret_fields)
{
  return reader->format->fields(reader->piece, ret_fields);
}

int64_t sg_table_reader_rows(const sg_table_reader *reader)
{
  return reader->format->rows(reader->piece);
}

sg_status sg_table_reader_next(sg_table_reader *reader, sg_row *ret_row, bool *ret_more,
                               sg_err *err)
{
  *ret_more = reader->at < sg_table_reader_rows(reader);
  if (!*ret_more) return SG_OK;
  reader->at++;
  return reader->format->row(reader->piece, ret_row, err);
}
