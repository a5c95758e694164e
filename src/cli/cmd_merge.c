/* cli/cmd_merge.c: outputs of --shard put together. */
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/groups.h"
#include "seqgloss/region.h"
#include "seqgloss/report.h"

static const sg_opt_def merge_defs[] = {
  { "output", 'o', SG_OPT_OUTFILE, NULL, "-", 0, 0, SG_OPT_NEUTRAL,
    "the whole; its ending must be that of the pieces (compression aside)" },
  { 0 }
};
static const sg_opt_group merge_group = { "Output", merge_defs };
static const sg_opt_group *const groups[] = { &merge_group, &sg_group_common, NULL };
static const char *const usage[] = { "-o WHOLE PIECES...", NULL };

static bool is_binary(const char *path)
{
  sg_table_format format;
  return !sg_table_format_of(path, &format, NULL)
         && (format == SG_TABLE_NPZ || format == SG_TABLE_HDF5);
}

static int run_merge(sg_opts *opts)
{
  sg_err err;
  const char *out = sg_opt_text(opts, "output");
  if (!opts->n_operand) {
    sg_fail(&err, SG_EINVAL, "name the pieces: seqgloss merge -o WHOLE PIECES...");
    return sg_console_usage(&err);
  }
  sg_status status = is_binary(out) ? sg_table_merge(opts->operand, opts->n_operand, out, &err)
                                    : sg_merge(opts->operand, opts->n_operand, out, &err);
  return sg_console_end(status, &err);
}

const sg_cmd sg_cmd_merge = {
  .name = "merge",
  .summary = "put the outputs of --shard together",
  .usage = usage,
  .about = "Joins the files that the same command wrote under --shard 1/N ... N/N, given in any "
           "order. The result equals the file of the whole run byte for byte. Missing and doubled "
           "pieces, and pieces of different runs, are refused.",
  .groups = groups,
  .run = run_merge
};
