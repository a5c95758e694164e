/* cli/cmd_info.c: what a network is: inputs, outputs, layers, cost. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/groups.h"
#include "cli/info_cost.h"
#include "cli/nets.h"
#include "seqgloss/delta.h"
#include "seqgloss/io.h"
#include "seqgloss/report.h"

static const sg_opt_def info_defs[] = {
  { "json", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0, "print JSON" },
  { "plan", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "also print how each layer is brought up to date when one base is substituted, and what that "
    "saves" },
  { "cost", 0, SG_OPT_FLAG, NULL, NULL, 0, 0, 0,
    "also print what a region costs predict, ism, sis and attribution: multiply-adds, and the "
    "seconds of one core and memory that follow, to plan --shard by" },
  { 0 }
};
static const sg_opt_group info_group = { "Output", info_defs };
static const sg_opt_group *const groups[] = {
  &sg_group_models, &info_group, &sg_group_common, NULL
};
static const char *const usage[] = { "[options] MODEL...", NULL };

static const char *n_base_name(const sg_model *model)
{
  switch (sg_model_n_base(model)) {
  case SG_N_QUARTER: return "quarter";
  case SG_N_DROP: return "drop";
  case SG_N_DEFAULT:
  case SG_N_ZERO: break;
  }
  return "zero";
}

/* "4 x 101"; "?" for an open length, "1" for a single number. */
static const char *shape_text(int nd, const int64_t *dims, const char *by, char *text, size_t size)
{
  size_t n = 0;
  snprintf(text, size, "%s", *by == ',' ? "" : "1");
  for (int i = 0; i < nd && n + 1 < size; i++) {
    char one[24] = "?";
    if (dims[i] >= 0) snprintf(one, sizeof one, "%" PRId64, dims[i]);
    else if (*by == ',') snprintf(one, sizeof one, "null");
    int wrote = snprintf(text + n, size - n, "%s%s", i ? by : "", one);
    n += wrote > 0 ? (size_t)wrote : 0;
  }
  return text;
}

typedef struct sums { int64_t params, madds, receptive; } sums;

static sums add_up(const sg_plan *plan)
{
  sums s = { 0, 0, 0 };
  sg_layer_info l;
  for (int i = 0; plan && i < sg_plan_layers(plan); i++) {
    if (sg_plan_layer(plan, i, &l)) continue;
    s.params += l.params;
    s.madds += l.madds;
    if (l.receptive < 0 || s.receptive < 0) s.receptive = -1;
    else if (l.receptive > s.receptive) s.receptive = l.receptive;
  }
  return s;
}

/* ---- Text ---- */

static sg_status text_ends(sg_output *o, const sg_net *net, sg_err *err)
{
  char shape[160];
  sg_io_info info;
  sg_status status = SG_OK;
  for (int i = 0; i < sg_model_inputs(net->model) && !status; i++) {
    if (sg_model_input(net->model, i, &info)) continue;
    status = sg_output_printf(o, err, "input\t%s\t%s%s\n", info.name,
                              shape_text(info.nd, info.dims, " x ", shape, sizeof shape),
                              info.dna ? "\tDNA" : "");
  }
  for (int i = 0; net->plan && i < sg_plan_outputs(net->plan) && !status; i++) {
    if (sg_plan_output_info(net->plan, i, &info)) continue;
    status = sg_output_printf(o, err, "output\t%s\t%s%s", info.name,
                              shape_text(info.nd, info.dims, " x ", shape, sizeof shape),
                              info.has_logit ? "\tlogit" : "");
    for (int64_t u = 0; u < info.units && !status; u++) {
      const char *name = sg_model_target_name(net->model, i, u);
      if (name) status = sg_output_printf(o, err, "\t%s", name);
    }
    if (!status) status = sg_output_puts(o, "\n", err);
  }
  return status;
}

static const char *reach_text(int64_t receptive, char text[24])
{
  if (receptive < 0) snprintf(text, 24, "all");
  else snprintf(text, 24, "%" PRId64, receptive);
  return text;
}

static sg_status text_layers(sg_output *o, const sg_net *net, sg_err *err)
{
  char in[160], out[160], reach[24];
  sums s = add_up(net->plan);
  sg_status status = sg_output_puts(o, "#layer\tname\top\tfamily\tin\tout\tparameters\t"
                                    "multiply_adds\treceptive\n", err);
  for (int i = 0; i < sg_plan_layers(net->plan) && !status; i++) {
    sg_layer_info l;
    if (sg_plan_layer(net->plan, i, &l)) continue;
    status = sg_output_printf(o, err, "%d\t%s\t%s\t%s\t%s\t%s\t%" PRId64 "\t%" PRId64 "\t%s\n", i,
                              l.name, l.op, l.family,
                              shape_text(l.nd_in, l.in, " x ", in, sizeof in),
                              shape_text(l.nd_out, l.out, " x ", out, sizeof out), l.params,
                              l.madds, reach_text(l.receptive, reach));
  }
  if (status) return status;
  return sg_output_printf(o, err, "total\t\t\t\t\t\t%" PRId64 "\t%" PRId64 "\t%s\n", s.params,
                          s.madds, reach_text(s.receptive, reach));
}

/* Multiply-adds of all layers: for one substitution, and for a full evaluation. */
static void add_up_plan(const sg_delta_plan *plan, double *ret_madds, double *ret_full)
{
  sg_delta_layer l;
  *ret_madds = *ret_full = 0;
  for (int i = 0; sg_delta_plan_layer(plan, i, &l); i++) {
    *ret_madds += l.madds;
    *ret_full += l.full_madds;
  }
}

static sg_status text_plan(sg_output *o, const sg_delta_plan *plan, sg_err *err)
{
  sg_delta_layer l;
  double madds, full;
  sg_status status = sg_output_puts(o, "#edit\tname\top\tmode\tpositions\twidth\tmultiply_adds\t"
                                    "full_multiply_adds\n", err);
  for (int i = 0; !status && sg_delta_plan_layer(plan, i, &l); i++)
    status = sg_output_printf(o, err, "%d\t%s\t%s\t%s\t%" PRId64 "\t%.6g\t%.6g\t%.6g\n", i, l.name,
                              l.op, sg_delta_mode_name(l.mode), l.full, l.width, l.madds,
                              l.full_madds);
  add_up_plan(plan, &madds, &full);
  if (!status)
    status = sg_output_printf(o, err, "total\t\t\t\t\t\t%.6g\t%.6g\n", madds, full);
  if (status || !(madds > 0)) return status;
  return sg_output_printf(o, err, "saving\t%.4g\n", full / madds);
}

static sg_status text_info(sg_output *o, const sg_net *net, sg_err *err)
{
  char length[24] = "any";
  if (net->length) snprintf(length, sizeof length, "%" PRId64, net->length);
  sg_status status = sg_output_printf(o, err, "file\t%s\nformat\t%s\nsha256\t%s\nlength\t%s\n"
                                      "alphabet\t%s\nn-base\t%s\n", sg_basename(net->path),
                                      sg_model_format(net->model), sg_model_digest(net->model),
                                      length, sg_model_alphabet(net->model),
                                      n_base_name(net->model));
  if (!status) status = text_ends(o, net, err);
  if (status) return status;
  if (net->plan) return text_layers(o, net, err);
  return sg_output_puts(o, "layers\tof a length that is not known: give --length\n", err);
}

/* ---- JSON ---- */

static sg_status json_member(sg_output *o, const char *key, const char *value, sg_err *err)
{
  sg_status status = sg_output_printf(o, err, "\"%s\": ", key);
  if (!status) status = sg_json_string(o, value, err);
  return status ? status : sg_output_puts(o, ", ", err);
}

static sg_status json_ends(sg_output *o, const sg_net *net, sg_err *err)
{
  char shape[160];
  sg_io_info info;
  int n_out = net->plan ? sg_plan_outputs(net->plan) : 0;
  sg_status status = sg_output_puts(o, " \"inputs\": [", err);
  for (int i = 0; i < sg_model_inputs(net->model) && !status; i++) {
    if (sg_model_input(net->model, i, &info)) continue;
    status = sg_output_puts(o, i ? ",\n  {" : "\n  {", err);
    if (!status) status = json_member(o, "name", info.name, err);
    if (!status)
      status = sg_output_printf(o, err, "\"shape\": [%s], \"dna\": %s}",
                                shape_text(info.nd, info.dims, ", ", shape, sizeof shape),
                                info.dna ? "true" : "false");
  }
  if (!status) status = sg_output_puts(o, "],\n \"outputs\": [", err);
  for (int i = 0; i < n_out && !status; i++) {
    if (sg_plan_output_info(net->plan, i, &info)) continue;
    status = sg_output_puts(o, i ? ",\n  {" : "\n  {", err);
    if (!status) status = json_member(o, "name", info.name, err);
    if (!status)
      status = sg_output_printf(o, err, "\"shape\": [%s], \"logit\": %s, \"targets\": [",
                                shape_text(info.nd, info.dims, ", ", shape, sizeof shape),
                                info.has_logit ? "true" : "false");
    for (int64_t u = 0; u < info.units && !status; u++) {
      const char *name = sg_model_target_name(net->model, i, u);
      if (!name) break;
      status = u ? sg_output_puts(o, ", ", err) : SG_OK;
      if (!status) status = sg_json_string(o, name, err);
    }
    if (!status) status = sg_output_puts(o, "]}", err);
  }
  return status ? status : sg_output_puts(o, "],\n", err);
}

static sg_status json_layers(sg_output *o, const sg_net *net, sg_err *err)
{
  char in[160], out[160];
  sums s = add_up(net->plan);
  sg_status status = sg_output_puts(o, " \"layers\": [", err);
  for (int i = 0; net->plan && i < sg_plan_layers(net->plan) && !status; i++) {
    sg_layer_info l;
    if (sg_plan_layer(net->plan, i, &l)) continue;
    status = sg_output_puts(o, i ? ",\n  {" : "\n  {", err);
    if (!status) status = json_member(o, "name", l.name, err);
    if (!status) status = json_member(o, "op", l.op, err);
    if (!status) status = json_member(o, "family", l.family, err);
    if (!status)
      status = sg_output_printf(o, err, "\"in\": [%s], \"out\": [%s], \"parameters\": %" PRId64
                                ", \"multiply_adds\": %" PRId64 ", \"receptive\": %" PRId64 "}",
                                shape_text(l.nd_in, l.in, ", ", in, sizeof in),
                                shape_text(l.nd_out, l.out, ", ", out, sizeof out), l.params,
                                l.madds, l.receptive);
  }
  if (status) return status;
  return sg_output_printf(o, err, "],\n \"parameters\": %" PRId64 ", \"multiply_adds\": %" PRId64
                          ", \"receptive\": %" PRId64, s.params, s.madds, s.receptive);
}

static sg_status json_plan(sg_output *o, const sg_delta_plan *plan, sg_err *err)
{
  sg_delta_layer l;
  double madds, full;
  sg_status status = sg_output_puts(o, ",\n \"plan\": [", err);
  for (int i = 0; !status && sg_delta_plan_layer(plan, i, &l); i++) {
    status = sg_output_puts(o, i ? ",\n  {" : "\n  {", err);
    if (!status) status = json_member(o, "name", l.name, err);
    if (!status) status = json_member(o, "op", l.op, err);
    if (!status) status = json_member(o, "mode", sg_delta_mode_name(l.mode), err);
    if (!status)
      status = sg_output_printf(o, err, "\"positions\": %" PRId64 ", \"width\": %.6g, "
                                "\"multiply_adds\": %.6g, \"full_multiply_adds\": %.6g}", l.full,
                                l.width, l.madds, l.full_madds);
  }
  add_up_plan(plan, &madds, &full);
  if (!status)
    status = sg_output_printf(o, err, "],\n \"plan_multiply_adds\": %.6g, "
                              "\"plan_full_multiply_adds\": %.6g, \"plan_saving\": ", madds, full);
  if (status) return status;
  return madds > 0 ? sg_output_printf(o, err, "%.4g", full / madds)
                   : sg_output_puts(o, "null", err);
}

static sg_status json_info(sg_output *o, const sg_net *net, sg_err *err)
{
  sg_status status = sg_output_puts(o, "{", err);
  if (!status) status = json_member(o, "file", sg_basename(net->path), err);
  if (!status) status = json_member(o, "format", sg_model_format(net->model), err);
  if (!status) status = json_member(o, "sha256", sg_model_digest(net->model), err);
  if (!status) status = json_member(o, "alphabet", sg_model_alphabet(net->model), err);
  if (!status) status = json_member(o, "n_base", n_base_name(net->model), err);
  if (!status && net->length)
    status = sg_output_printf(o, err, "\"length\": %" PRId64 ",\n", net->length);
  else if (!status) status = sg_output_puts(o, "\"length\": null,\n", err);
  if (!status) status = json_ends(o, net, err);
  return status ? status : json_layers(o, net, err);
}

/* ---- The command ---- */

/* Without a length the inputs can still be told; some networks have no sequence and need none. */
static sg_status try_plan(sg_net *net, sg_err *err)
{
  sg_status status = sg_net_make_plan(net, net->length, false, &net->plan, err);
  if (status == SG_EINVAL && !net->length) {
    net->plan = NULL;
    return SG_OK;
  }
  return status;
}

/* The plan of edits follows the layers, where the length is known. */
static sg_status print_plan(sg_output *o, const sg_net *net, bool json, sg_err *err)
{
  sg_delta_plan *plan;
  if (!net->plan) return SG_OK;
  sg_status status = sg_delta_plan_new(net->plan, NULL, &plan, err);
  if (status) {
    sg_fail_prefix(err, "%s: ", net->path);
    return status;
  }
  status = json ? json_plan(o, plan, err) : text_plan(o, plan, err);
  sg_delta_plan_free(plan);
  return status;
}

/* So does what a region costs. */
static sg_status print_cost(sg_output *o, const sg_net *net, bool json, sg_err *err)
{
  if (!net->plan || !net->length) return SG_OK;
  sg_status status = sg_info_cost(o, net, json, err);
  if (status) sg_fail_prefix(err, "%s: ", net->path);
  return status;
}

typedef struct wanted { bool json, plan, cost; } wanted;

static sg_status print_all(sg_nets *nets, wanted w, sg_err *err)
{
  sg_output *o = NULL;
  sg_status status = sg_output_open(NULL, 0, &o, err);
  if (!status && w.json) status = sg_output_puts(o, "[", err);
  for (int k = 0; k < nets->n && !status; k++) {
    if (k) status = sg_output_puts(o, w.json ? ",\n" : "\n", err);
    if (!status) status = try_plan(&nets->net[k], err);
    if (!status)
      status = w.json ? json_info(o, &nets->net[k], err) : text_info(o, &nets->net[k], err);
    if (!status && w.plan) status = print_plan(o, &nets->net[k], w.json, err);
    if (!status && w.cost) status = print_cost(o, &nets->net[k], w.json, err);
    if (!status && w.json) status = sg_output_puts(o, "}", err);
  }
  if (!status && w.json) status = sg_output_puts(o, "]\n", err);
  if (!status) return sg_output_commit(o, err);
  sg_output_discard(o);
  return status;
}

static int run_info(sg_opts *opts)
{
  sg_err err;
  sg_nets nets = { 0 };
  int n_model, n = opts->n_operand;
  const char *const *models = sg_opt_many(opts, "model", &n_model);
  if (n && n_model) {
    sg_fail(&err, SG_EINVAL, "name the networks either by -m or without");
    return sg_console_usage(&err);
  }
  if (!n && !n_model) {
    sg_fail(&err, SG_EINVAL, "no network: seqgloss info MODEL.h5 (.keras, .json, .onnx)");
    return sg_console_usage(&err);
  }
  sg_status status = sg_nets_load(opts, n ? opts->operand : models, n ? n : n_model, &nets, &err);
  wanted w = { sg_opt_given(opts, "json"), sg_opt_given(opts, "plan"), sg_opt_given(opts, "cost") };
  if (!status) status = print_all(&nets, w, &err);
  sg_nets_free(&nets);
  return sg_console_end(status, &err);
}

const sg_cmd sg_cmd_info = {
  .name = "info",
  .summary = "layers, inputs, outputs and cost of a network",
  .usage = usage,
  .about = "Prints what a network file holds: format, digest, inputs and outputs as its framework "
           "has them, and each executable layer with shapes, parameters, multiply-adds for one "
           "sequence and receptive field. What cannot be computed is named, with exit status 1.",
  .groups = groups,
  .run = run_info
};
