/* cli/nets.c: the networks of one run, loaded by the model options. */
#include <stdlib.h>
#include <string.h>

#include "cli/console.h"
#include "cli/nets.h"

static sg_model_opts model_opts(const sg_opts *opts)
{
  sg_model_opts m = sg_model_opts_default();
  int n_base = sg_opt_choice(opts, "n-base");
  m.weights = sg_opt_text(opts, "weights");
  m.alphabet = sg_opt_text(opts, "alphabet");
  if (n_base >= 0) m.n_base = (sg_n_base)(SG_N_ZERO + n_base);
  m.dna_input = sg_opt_text(opts, "dna-input");
  m.layout = sg_opt_text(opts, "layout");
  m.length = sg_opt_int(opts, "length");
  m.permute = (uint64_t)sg_opt_int(opts, "permute-weights");
  m.log = sg_console_log();
  return m;
}

static sg_status load_one(const sg_opts *opts, const char *path, sg_net *net, sg_err *err)
{
  sg_model_opts m = model_opts(opts);
  net->path = path;
  sg_status status = sg_model_load(path, sg_ops(), &m, &net->model, err);
  if (status) return status;
  net->length = sg_model_length(net->model);
  if (!net->length) net->length = m.length;
  if (m.length && m.length != net->length)
    return sg_fail(err, SG_ESHAPE, "%s: takes windows of %lld, not %lld: leave out --length", path,
                   (long long)net->length, (long long)m.length);
  return sg_alphabet_init(&net->alphabet, sg_model_alphabet(net->model),
                          sg_model_n_base(net->model), err);
}

/* Base name up to the last dot; the whole base name where two networks would share it; numbered
 * where even that is the same. */
static sg_status name_all(sg_nets *nets, sg_err *err)
{
  for (int i = 0; i < nets->n; i++) {
    const char *base = sg_basename(nets->net[i].path), *dot = strrchr(base, '.');
    int stem = dot && dot > base ? (int)(dot - base) : (int)strlen(base), same = 0, twin = 0;
    for (int j = 0; j < nets->n; j++) {
      const char *other = sg_basename(nets->net[j].path), *end = strrchr(other, '.');
      int length = end && end > other ? (int)(end - other) : (int)strlen(other);
      same += length == stem && !strncmp(base, other, (size_t)stem);
      twin += j < i && !strcmp(base, other);
    }
    size_t size = strlen(base) + 16;
    char *label = malloc(size);
    if (!label) return sg_fail(err, SG_ENOMEM, "out of memory");
    if (twin) snprintf(label, size, "%s.%d", base, twin + 1);
    else snprintf(label, size, "%.*s", same > 1 ? (int)strlen(base) : stem, base);
    nets->net[i].label = label;
  }
  return SG_OK;
}

sg_status sg_nets_load(const sg_opts *opts, const char *const *paths, int n, sg_nets *ret_nets,
                       sg_err *err)
{
  sg_nets nets = { calloc((size_t)n + 1, sizeof(sg_net)), n };
  sg_status status = nets.net ? SG_OK : sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < n && !status; i++) status = load_one(opts, paths[i], &nets.net[i], err);
  if (!status) status = name_all(&nets, err);
  if (status) sg_nets_free(&nets);
  *ret_nets = nets;
  return status;
}

void sg_nets_free(sg_nets *nets)
{
  for (int i = 0; nets->net && i < nets->n; i++) {
    sg_plan_free(nets->net[i].plan);
    sg_plan_free(nets->net[i].plan64);
    sg_model_free(nets->net[i].model);
    free(nets->net[i].label);
  }
  free(nets->net);
  *nets = (sg_nets){ 0 };
}

sg_status sg_net_make_plan(const sg_net *net, int64_t length, bool float64, sg_plan **ret_plan,
                           sg_err *err)
{
  sg_plan_opts p = sg_plan_opts_default();
  p.length = length;
  p.float64 = float64;
  sg_status status = sg_plan_new(net->model, sg_ops(), &p, ret_plan, err);
  if (status) sg_fail_prefix(err, "%s: ", net->path);
  return status;
}

sg_status sg_net_make_backward(const sg_net *net, int64_t length, sg_plan **ret_plan, sg_err *err)
{
  sg_plan_opts p = sg_plan_opts_default();
  p.length = length;
  p.backward = true;
  sg_status status = sg_plan_new(net->model, sg_ops(), &p, ret_plan, err);
  if (status) sg_fail_prefix(err, "%s: ", net->path);
  return status;
}
