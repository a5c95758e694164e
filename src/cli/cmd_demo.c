/* cli/cmd_demo.c: the whole run on the data that come with the program. */
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/groups.h"
#include "cli/motifdb.h"
#include "cli/steps.h"
#include "seqgloss/model.h"

static const sg_opt_def demo_defs[] = {
  { "output", 'o', SG_OPT_OUTFILE, "DIR", NULL, 0, 0, SG_OPT_NEUTRAL,
    "folder of the run; it is made where there is none" },
  { "negative-control", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "run the same on shuffled regions, and on the network with its weights in random order" },
  { "transplant", 0, SG_OPT_INT, "N", NULL, 1, 10000, 0,
    "plant each subset into N shuffled versions of its region" },
  { "resume", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, SG_OPT_NEUTRAL,
    "go on where an earlier demo into this folder was stopped" },
  { 0 }
};
static const sg_opt_group demo_group = { "Demo", demo_defs };
static const sg_opt_group *const groups[] = {
  &demo_group, &sg_group_run, &sg_group_common, NULL
};
static const char *const usage[] = { "[options] -o DIR", NULL };

/* Adds an option with the path of a shipped file. */
static sg_status add_file(sg_args *args, const char *option, const char *file, sg_err *err)
{
  char *path = NULL;
  sg_status status = sg_motifdb_data(file, &path, err);
  if (!status) sg_args_pair(args, option, path);
  free(path);
  return status;
}

/* The same network in HDF5, or in ONNX where this build reads no HDF5. */
static sg_status add_network(sg_args *args, sg_err *err)
{
  char *path = NULL;
  sg_model *model = NULL;
  sg_status status = sg_motifdb_data("data/mafk.h5", &path, err);
  if (status) return status;
  bool readable = sg_model_load(path, sg_ops(), NULL, &model, NULL) != SG_EUNSUPPORTED;
  sg_model_free(model);
  free(path);
  return add_file(args, "model", readable ? "data/mafk.h5" : "data/mafk.onnx", err);
}

static sg_status compose(const sg_opts *opts, sg_args *args, sg_err *err)
{
  static const char *const passed[] = {
    "output", "negative-control", "transplant", "resume", "threads", "batch", "progress",
    "verbose", "quiet", NULL
  };
  sg_status status = add_network(args, err);
  if (!status) status = add_file(args, "genome", "data/chr20.fa.gz", err);
  if (!status) status = add_file(args, "regions", "data/regions.bed", err);
  if (status) return status;
  sg_args_pair(args, "threshold", "0.99");
  sg_args_pair(args, "expect", "maf");
  sg_args_pass(args, opts, passed);
  return args->failed ? sg_fail(err, SG_ENOMEM, "out of memory") : SG_OK;
}

static int run_demo(sg_opts *opts)
{
  sg_err err;
  sg_args args = { 0 };
  sg_opts run;
  if (!sg_opt_given(opts, "output")) {
    sg_fail(&err, SG_EINVAL, "no folder: -o DIR");
    return sg_console_usage(&err);
  }
  if (opts->n_operand) {
    sg_fail(&err, SG_EINVAL, "%s: the demo has its own data; seqgloss run takes yours",
            opts->operand[0]);
    return sg_console_usage(&err);
  }
  sg_status status = compose(opts, &args, &err);
  if (!status) status = sg_opts_parse(&sg_cmd_run, args.n, args.at, &run, &err);
  if (status) {
    sg_args_release(&args);
    return sg_console_end(status, &err);
  }
  int code = sg_cmd_run.run(&run);
  sg_opts_free(&run);
  sg_args_release(&args);
  return code;
}

const sg_cmd sg_cmd_demo = {
  .name = "demo",
  .summary = "the whole run on the data that come with the program",
  .usage = usage,
  .about = "Explains a network that was trained on the binding of MAFK, in 789 regions of human "
           "chromosome 20, and says whether the motif of the small Maf proteins was recovered, as "
           "it should be; exit status 1 where it was not.",
  .groups = groups,
  .run = run_demo
};
