/* cli/picks.h: which outputs of which networks are written, and under which names. */
#ifndef SG_CLI_PICKS_H
#define SG_CLI_PICKS_H

#include "cli/nets.h"

/* One array of the result: all or some units of one output (or of its logit). */
typedef struct sg_pick {
  int net, output;
  bool logit;
  int64_t whole;               /* units of the output */
  int64_t *unit;               /* [n_unit] chosen ones; NULL: all */
  int64_t n_unit;
  int64_t outer, axis, inner;  /* the output as [outer][axis][inner]; axis: positions of a profile,
                                  1 where there is none */
  char *name;
  char **columns;              /* [n_unit] or NULL */
} sg_pick;

typedef struct sg_picks {
  sg_pick *pick;
  sg_field *field;             /* the same for a table */
  int n;
} sg_picks;

/* Chooses by --target texts (OUTPUT[:UNIT], a unit's name, `all`; none: everything) among the
 * outputs of the nets' plans; with `logits` each pick that ends in a sigmoid or softmax is followed
 * by its logit. Errors: SG_ENOTFOUND lists what there is. */
sg_status sg_picks_make(const sg_nets *nets, const char *const *targets, int n_target, bool logits,
                        sg_picks *ret_picks, sg_err *err);
/* Says which outputs are explained, where a target named more than one of them. */
void sg_picks_say(const sg_picks *picks, const char *const *targets, int n_target);
void sg_picks_free(sg_picks *picks);
/* The outputs of the nets' plans and their units, for a message. */
void sg_picks_tell(const sg_nets *nets, char *text, size_t size);

#endif
