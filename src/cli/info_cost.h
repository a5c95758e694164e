/* cli/info_cost.h: what a region costs each command. */
#ifndef SG_CLI_INFO_COST_H
#define SG_CLI_INFO_COST_H

#include "cli/nets.h"

/* The table of costs of a network whose plan is made, as text or as the member "cost" of its
 * object in JSON. Errors: SG_ENOMEM, SG_EIO, those of sg_delta_plan_new. */
sg_status sg_info_cost(sg_output *o, const sg_net *net, bool json, sg_err *err);

#endif
