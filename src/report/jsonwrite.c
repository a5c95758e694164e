/* report/jsonwrite.c: tables as JSON lines, and provenance files.
 *
 * A row is one object on one line: the five columns of place, then one member a field: a number, or
 * arrays nested as the field's axes are. JSON has no NaN and no infinity: null stands for them.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/utf8.h"
#include "report/writer.h"

sg_status sg_json_string(sg_output *output, const char *text, sg_err *err)
{
  sg_status status = sg_output_write(output, "\"", 1, err);
  const unsigned char *p = (const unsigned char *)text;
  while (*p && !status) {
    size_t n = sg_utf8_length(p);
    if (!n) status = sg_output_puts(output, "\\ufffd", err);
    else if (*p == '"' || *p == '\\') status = sg_output_printf(output, err, "\\%c", *p);
    else if (*p < 0x20 || *p == 0x7f) status = sg_output_printf(output, err, "\\u%04x", *p);
    else status = sg_output_write(output, p, n, err);
    p += n ? n : 1;
  }
  return status ? status : sg_output_write(output, "\"", 1, err);
}

/* The block from axis `axis` on; *at moves over the numbers. */
static sg_status write_block(sg_output *out, const sg_field *field, int axis, const float **at,
                             sg_err *err)
{
  sg_status status;
  if (axis == field->nd) {
    float value = *(*at)++;
    return isfinite(value) ? sg_output_f32(out, value, err) : sg_output_puts(out, "null", err);
  }
  status = sg_output_write(out, "[", 1, err);
  for (int64_t i = 0; i < field->dims[axis] && !status; i++) {
    if (i) status = sg_output_write(out, ",", 1, err);
    if (!status) status = write_block(out, field, axis + 1, at, err);
  }
  return status ? status : sg_output_write(out, "]", 1, err);
}

static sg_status json_begin(sg_table *table, sg_err *err)
{
  return table->opts.shard ? sg_output_puts(table->output, table->opts.shard, err) : SG_OK;
}

static sg_status write_place(sg_output *out, const sg_row *row, sg_err *err)
{
  sg_status status = sg_output_puts(out, "{\"region\":", err);
  if (!status) status = sg_json_string(out, row->region, err);
  if (!status) status = sg_output_puts(out, ",\"chrom\":", err);
  if (!status) status = sg_json_string(out, row->chrom, err);
  if (status) return status;
  if (row->start == -1 && row->end == -1)
    return sg_output_printf(out, err, ",\"start\":null,\"end\":null,\"strand\":\"%c\"",
                            row->strand);
  return sg_output_printf(out, err, ",\"start\":%" PRId64 ",\"end\":%" PRId64 ",\"strand\":\"%c\"",
                          row->start, row->end, row->strand);
}

static sg_status json_row(sg_table *table, const sg_row *row, sg_err *err)
{
  sg_output *out = table->output;
  sg_status status = write_place(out, row, err);
  for (int f = 0; f < table->opts.n_fields && !status; f++) {
    const sg_field *field = &table->opts.fields[f];
    const float *at = row->values[f];
    status = sg_output_write(out, ",", 1, err);
    if (!status) status = sg_json_string(out, field->name, err);
    if (!status) status = sg_output_write(out, ":", 1, err);
    if (!status) status = write_block(out, field, 0, &at, err);
  }
  return status ? status : sg_output_puts(out, "}\n", err);
}

static sg_status json_finish(sg_table *table, sg_err *err)
{
  (void)table;
  (void)err;
  return SG_OK;
}

static void json_drop(sg_table *table)
{
  (void)table;
}

const sg_writer sg_writer_json = {
  .begin = json_begin,
  .row = json_row,
  .finish = json_finish,
  .drop = json_drop
};

/* ---- Provenance ---- */

static sg_status write_facts(sg_output *out, const sg_table_opts *opts, sg_err *err)
{
  sg_status status = sg_output_puts(out, "{", err);
  for (int i = 0; i < opts->n_facts && !status; i++) {
    status = sg_output_puts(out, i ? ",\n  " : "\n  ", err);
    if (!status) status = sg_json_string(out, opts->facts[i].key, err);
    if (!status) status = sg_output_puts(out, ": ", err);
    if (!status) status = sg_json_string(out, opts->facts[i].value, err);
  }
  return status ? status : sg_output_puts(out, "\n}\n", err);
}

sg_status sg_provenance_write(const sg_table_opts *opts, sg_err *err)
{
  static const char end[] = ".provenance.json";
  sg_output *out = NULL;
  if (!opts->n_facts || !opts->path || !strcmp(opts->path, "-")) return SG_OK;
  size_t size = strlen(opts->path) + sizeof end;
  char *path = malloc(size);
  if (!path) return sg_fail(err, SG_ENOMEM, "out of memory");
  snprintf(path, size, "%s%s", opts->path, end);
  sg_status status = sg_output_open(path, 0, &out, err);
  if (!status && (status = write_facts(out, opts, err))) sg_output_discard(out);
  else if (!status) status = sg_output_commit(out, err);
  free(path);
  return status;
}
