/* report/table.c: tables: choose the format, check, hand rows on. */
#include <stdlib.h>
#include <string.h>

#include "report/writer.h"

const char *const sg_coord_name[SG_COORDS] = {
  "coords/region", "coords/chrom", "coords/start", "coords/end", "coords/strand"
};

sg_table_opts sg_table_opts_default(void)
{
  return (sg_table_opts){ .size = sizeof(sg_table_opts) };
}

int64_t sg_field_units(const sg_field *field)
{
  int64_t units = 1;
  for (int i = 0; i < field->nd; i++) units *= field->dims[i];
  return units;
}

static bool ends_with(const char *text, const char *end)
{
  size_t n = strlen(text), m = strlen(end);
  return n > m && !strcmp(text + n - m, end);
}

sg_status sg_table_format_of(const char *path, sg_table_format *ret_format, sg_err *err)
{
  static const struct { const char *end; sg_table_format format; } ends[] = {
    { ".tsv", SG_TABLE_TSV }, { ".tsv.gz", SG_TABLE_TSV }, { ".tsv.bgz", SG_TABLE_TSV },
    { ".txt", SG_TABLE_TSV }, { ".txt.gz", SG_TABLE_TSV }, { ".json", SG_TABLE_JSON },
    { ".jsonl", SG_TABLE_JSON }, { ".json.gz", SG_TABLE_JSON }, { ".jsonl.gz", SG_TABLE_JSON },
    { ".npz", SG_TABLE_NPZ }, { ".h5", SG_TABLE_HDF5 }, { ".hdf5", SG_TABLE_HDF5 }
  };
  *ret_format = SG_TABLE_TSV;
  if (!path || !strcmp(path, "-") || !strncmp(path, "/dev/", 5)) return SG_OK;
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    if (!ends_with(path, ends[i].end)) continue;
    *ret_format = ends[i].format;
    return SG_OK;
  }
  return sg_fail(err, SG_EINVAL, "%s: the ending names no format; use .tsv, .tsv.gz, .json, .npz "
                 "or .h5", path);
}

static const sg_writer *writer_of(sg_table_format format)
{
  switch (format) {
  case SG_TABLE_TSV: return &sg_writer_tsv;
  case SG_TABLE_JSON: return &sg_writer_json;
  case SG_TABLE_NPZ: return &sg_writer_npz;
  case SG_TABLE_HDF5: return &sg_writer_hdf5;
  }
  return NULL;
}

int sg_table_header(const sg_table_opts *opts)
{
  sg_table_format format;
  if (sg_table_format_of(opts->path, &format, NULL) || format != SG_TABLE_TSV) return 0;
  return opts->n_facts + 1;
}

/* A block with two axes longer than 1 has no place in a line of a TSV. */
static sg_status check_flat(const sg_field *field, sg_err *err)
{
  int longer = 0;
  for (int i = 0; i < field->nd; i++) longer += field->dims[i] > 1;
  if (longer < 2) return SG_OK;
  return sg_fail(err, SG_EINVAL, "output %s is a profile of %d axes, which a TSV cannot hold; "
                 "write to a file that ends in .npz or .h5", field->name, field->nd);
}

sg_status sg_table_check(const sg_table_opts *opts, sg_err *err)
{
  sg_table_format format;
  sg_status status = sg_table_format_of(opts->path, &format, err);
  if (status) return status;
  if (!writer_of(format)->begin)
    return sg_fail(err, SG_EUNSUPPORTED, "%s: this build cannot write HDF5; build it with libhdf5 "
                   "(Debian: libhdf5-dev), or write .npz", opts->path);
  for (int f = 0; f < opts->n_fields; f++) {
    if (format == SG_TABLE_TSV && (status = check_flat(&opts->fields[f], err))) return status;
    for (int g = 0; g < f; g++)
      if (!strcmp(opts->fields[f].name, opts->fields[g].name))
        return sg_fail(err, SG_EINVAL, "two outputs have the name %s", opts->fields[f].name);
  }
  return sg_output_check(opts->path, err);
}

sg_status sg_table_open(const sg_table_opts *opts, sg_table **ret_table, sg_err *err)
{
  sg_table_format format;
  sg_status status = sg_table_format_of(opts->path, &format, err);
  *ret_table = NULL;
  if (status) return status;
  sg_table *table = calloc(1, sizeof *table);
  if (!table) return sg_fail(err, SG_ENOMEM, "out of memory");
  table->opts = *opts;
  table->writer = writer_of(format);
  status = sg_output_open(opts->path, format == SG_TABLE_HDF5 ? SG_OUTPUT_NAME_ONLY : 0,
                          &table->output, err);
  if (!status) status = table->writer->begin(table, err);
  if (status) sg_table_free(table);
  else *ret_table = table;
  return status;
}

sg_status sg_table_row(sg_table *table, const sg_row *row, sg_err *err)
{
  return table->writer->row(table, row, err);
}

sg_status sg_table_close(sg_table *table, sg_err *err)
{
  sg_status status = table->writer->finish(table, err);
  bool text = table->writer == &sg_writer_tsv || table->writer == &sg_writer_json;
  if (!status && table->opts.shard && text)
    status = sg_output_puts(table->output, SG_SHARD_END, err);
  if (!status) {
    sg_output *output = table->output;
    table->output = NULL;
    status = sg_output_commit(output, err);
  }
  if (!status && table->writer != &sg_writer_tsv) status = sg_provenance_write(&table->opts, err);
  sg_table_free(table);
  return status;
}

void sg_table_free(sg_table *table)
{
  if (!table) return;
  table->writer->drop(table);
  sg_output_discard(table->output);
  free(table);
}
