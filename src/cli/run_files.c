/* cli/run_files.c: what a run says of itself: its provenance. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"

static sg_status member(sg_output *out, const char *key, const char *value, sg_err *err)
{
  sg_status status = sg_output_printf(out, err, "  \"%s\": ", key);
  if (!status) status = sg_json_string(out, value, err);
  return status ? status : sg_output_puts(out, ",\n", err);
}

/* The canonical commands of the steps, one a line of `told`. */
static sg_status steps(const sg_buffer *told, sg_output *out, sg_err *err)
{
  sg_status status = sg_output_puts(out, "  \"steps\": [", err);
  char *copy = strdup(told->n ? told->at : "");
  if (!copy) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (char *at = copy, *end; !status && (end = strchr(at, '\n')); at = end + 1) {
    *end = 0;
    status = sg_output_puts(out, at == copy ? "\n    " : ",\n    ", err);
    if (!status) status = sg_json_string(out, at, err);
  }
  free(copy);
  return status ? status : sg_output_puts(out, "\n  ]\n}\n", err);
}

sg_status sg_run_provenance(const sg_run *run, const char *dir, const sg_buffer *told, sg_err *err)
{
  char path[4096];
  sg_output *out = NULL;
  char *command = sg_opts_canonical(run->opts);
  if (!command || told->failed) {
    free(command);
    return sg_fail(err, SG_ENOMEM, "out of memory");
  }
  if (snprintf(path, sizeof path, "%s/provenance.json", dir) >= (int)sizeof path) {
    free(command);
    return sg_fail(err, SG_EINVAL, "-o: the name is too long");
  }
  sg_status status = sg_output_open(path, 0, &out, err);
  if (!status) status = sg_output_puts(out, "{\n", err);
  if (!status) status = member(out, "seqgloss", sg_version(), err);
  if (!status) status = member(out, "command", command, err);
  if (!status) status = member(out, "model", run->model_line ? run->model_line : "", err);
  if (!status) status = steps(told, out, err);
  free(command);
  if (!status) return sg_output_commit(out, err);
  sg_output_discard(out);
  return status;
}
