/* cli/facts.h: provenance of a run: version, canonical command, networks, seed. */
#ifndef SG_CLI_FACTS_H
#define SG_CLI_FACTS_H

#include "cli/nets.h"

typedef struct sg_facts {
  sg_fact *fact;
  int n;
  char run[65];                /* digest of all of it: pieces of one run agree in it */
} sg_facts;

/* `nets` may be NULL. The seed stands in the command. */
sg_status sg_facts_make(const sg_opts *opts, const sg_nets *nets, sg_facts *ret_facts, sg_err *err);
void sg_facts_free(sg_facts *facts);
/* As one JSON object. */
sg_status sg_facts_json(const sg_facts *facts, sg_output *out, sg_err *err);
/* Writes them to PATH.provenance.json, for formats that have no room for ## lines. */
sg_status sg_facts_write(const char *path, const sg_facts *facts, sg_err *err);

#endif
