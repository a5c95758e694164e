/* cli/facts.c: provenance of a run: version, canonical command, networks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/facts.h"
#include "seqgloss/io.h"

static bool put(sg_facts *facts, char *key, char *value)
{
  if (key && value) {
    facts->fact[facts->n++] = (sg_fact){ key, value };
    return true;
  }
  free(key);
  free(value);
  return false;
}

/* "model", "model.2" ...: BASENAME FORMAT sha256:DIGEST */
static bool put_net(sg_facts *facts, const sg_net *net, int k)
{
  char key[32] = "model", value[600];
  if (k) snprintf(key, sizeof key, "model.%d", k + 1);
  snprintf(value, sizeof value, "%s sha256:%s (%s)", sg_basename(net->path),
           sg_model_digest(net->model), sg_model_format(net->model));
  return put(facts, strdup(key), strdup(value));
}

/* One digest over every line, each with its end. */
static sg_status digest(sg_facts *facts, sg_err *err)
{
  size_t size = 1, n = 0;
  for (int i = 0; i < facts->n; i++) size += strlen(facts->fact[i].value) + 2;
  char *all = malloc(size);
  if (!all) return sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < facts->n; i++)
    n += (size_t)snprintf(all + n, size - n, "%s\n", facts->fact[i].value);
  sg_digest(all, n, facts->run);
  free(all);
  return SG_OK;
}

sg_status sg_facts_make(const sg_opts *opts, const sg_nets *nets, sg_facts *ret_facts, sg_err *err)
{
  sg_facts facts = { 0 };
  int n = nets ? nets->n : 0;
  facts.fact = calloc((size_t)n + 2, sizeof *facts.fact);
  bool whole = facts.fact && put(&facts, strdup("seqgloss"), strdup(sg_version()))
               && put(&facts, strdup("command"), sg_opts_canonical(opts));
  for (int k = 0; k < n && whole; k++) whole = put_net(&facts, &nets->net[k], k);
  sg_status status = whole ? digest(&facts, err) : sg_fail(err, SG_ENOMEM, "out of memory");
  if (status) sg_facts_free(&facts);
  *ret_facts = facts;
  return status;
}

void sg_facts_free(sg_facts *facts)
{
  for (int i = 0; i < facts->n; i++) {
    free((char *)facts->fact[i].key);
    free((char *)facts->fact[i].value);
  }
  free(facts->fact);
  *facts = (sg_facts){ 0 };
}

sg_status sg_facts_json(const sg_facts *facts, sg_output *out, sg_err *err)
{
  sg_status status = sg_output_puts(out, "{", err);
  for (int i = 0; i < facts->n && !status; i++) {
    status = sg_output_puts(out, i ? ",\n  " : "\n  ", err);
    if (!status) status = sg_json_string(out, facts->fact[i].key, err);
    if (!status) status = sg_output_puts(out, ": ", err);
    if (!status) status = sg_json_string(out, facts->fact[i].value, err);
  }
  return status ? status : sg_output_puts(out, "\n}\n", err);
}

sg_status sg_facts_write(const char *path, const sg_facts *facts, sg_err *err)
{
  static const char end[] = ".provenance.json";
  sg_output *out = NULL;
  size_t size = strlen(path) + sizeof end;
  char *name = malloc(size);
  if (!name) return sg_fail(err, SG_ENOMEM, "out of memory");
  snprintf(name, size, "%s%s", path, end);
  sg_status status = sg_output_open(name, 0, &out, err);
  free(name);
  if (status) return status;
  status = sg_facts_json(facts, out, err);
  if (!status) return sg_output_commit(out, err);
  sg_output_discard(out);
  return status;
}
