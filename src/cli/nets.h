/* cli/nets.h: the networks of one run, loaded by the model options. */
#ifndef SG_CLI_NETS_H
#define SG_CLI_NETS_H

#include "cli/options.h"
#include "seqgloss/model.h"
#include "seqgloss/report.h"
#include "seqgloss/seq.h"

typedef struct sg_net {
  const char *path;
  char *label;                 /* base name without ending, made unique in the run */
  sg_model *model;
  sg_plan *plan;               /* for `length`; NULL until sg_net_plan */
  sg_plan *plan64;             /* the same in double precision; NULL unless wanted */
  sg_alphabet alphabet;
  int64_t length;              /* 0: any */
} sg_net;

typedef struct sg_nets {
  sg_net *net;
  int n;
} sg_nets;

/* Loads every -m (`paths`) by --weights, --alphabet, --n-base, --dna-input, --layout, --length. */
sg_status sg_nets_load(const sg_opts *opts, const char *const *paths, int n, sg_nets *ret_nets,
                       sg_err *err);
void sg_nets_free(sg_nets *nets);
/* A plan for windows of `length` (0: the network's own). */
sg_status sg_net_make_plan(const sg_net *net, int64_t length, bool float64, sg_plan **ret_plan,
                           sg_err *err);
/* The same, prepared for gradients. */
sg_status sg_net_make_backward(const sg_net *net, int64_t length, sg_plan **ret_plan, sg_err *err);

#endif
