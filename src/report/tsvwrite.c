/* report/tsvwrite.c: tables as tab-separated text: ## provenance, a # header, one line a row. */
#include <inttypes.h>
#include <string.h>

#include "report/writer.h"

/* Names of one field's columns. */
static sg_status write_columns(sg_output *out, const sg_field *field, sg_err *err)
{
  int64_t units = sg_field_units(field);
  sg_status status = SG_OK;
  for (int64_t u = 0; u < units && !status; u++) {
    if (field->columns) status = sg_output_printf(out, err, "\t%s", field->columns[u]);
    else if (units == 1) status = sg_output_printf(out, err, "\t%s", field->name);
    else status = sg_output_printf(out, err, "\t%s:%" PRId64, field->name, u);
  }
  return status;
}

static sg_status tsv_begin(sg_table *table, sg_err *err)
{
  const sg_table_opts *opts = &table->opts;
  sg_status status = SG_OK;
  if (opts->shard) status = sg_output_puts(table->output, opts->shard, err);
  for (int i = 0; i < opts->n_facts && !status; i++)
    status = sg_output_printf(table->output, err, "## %s %s\n", opts->facts[i].key,
                              opts->facts[i].value);
  if (!status) status = sg_output_puts(table->output, "#region\tchrom\tstart\tend\tstrand", err);
  for (int f = 0; f < opts->n_fields && !status; f++)
    status = write_columns(table->output, &opts->fields[f], err);
  if (!status) status = sg_output_puts(table->output, "\n", err);
  return status;
}

/* Names come from files: a tab or line end inside would shift columns. */
static sg_status write_name(sg_output *out, const char *name, sg_err *err)
{
  sg_status status = SG_OK;
  while (*name && !status) {
    size_t n = strcspn(name, "\t\r\n");
    if (n) status = sg_output_write(out, name, n, err);
    name += n;
    if (*name && !status) {
      status = sg_output_write(out, " ", 1, err);
      name++;
    }
  }
  return status;
}

/* A row that begins with # would be taken for a comment: such a name begins with _. */
static sg_status write_place(sg_output *out, const sg_row *row, sg_err *err)
{
  bool hash = row->region[0] == '#';
  sg_status status = hash ? sg_output_puts(out, "_", err) : SG_OK;
  if (!status) status = write_name(out, row->region + hash, err);
  if (!status) status = sg_output_puts(out, "\t", err);
  if (!status) status = write_name(out, row->chrom, err);
  if (status) return status;
  if (row->start == -1 && row->end == -1)
    return sg_output_printf(out, err, "\t.\t.\t%c", row->strand);
  return sg_output_printf(out, err, "\t%" PRId64 "\t%" PRId64 "\t%c", row->start, row->end,
                          row->strand);
}

static sg_status tsv_row(sg_table *table, const sg_row *row, sg_err *err)
{
  sg_output *out = table->output;
  sg_status status = write_place(out, row, err);
  for (int f = 0; f < table->opts.n_fields && !status; f++) {
    int64_t units = sg_field_units(&table->opts.fields[f]);
    for (int64_t u = 0; u < units && !status; u++) {
      status = sg_output_write(out, "\t", 1, err);
      if (!status) status = sg_output_f32(out, row->values[f][u], err);
    }
  }
  return status ? status : sg_output_write(out, "\n", 1, err);
}

static sg_status tsv_finish(sg_table *table, sg_err *err)
{
  (void)table;
  (void)err;
  return SG_OK;
}

static void tsv_drop(sg_table *table)
{
  (void)table;
}

const sg_writer sg_writer_tsv = {
  .begin = tsv_begin,
  .row = tsv_row,
  .finish = tsv_finish,
  .drop = tsv_drop
};
