/* cli/commands.h: the commands. A new one: a file cmd_NAME.c, a line here, a row in main.c.
 * Commands of attribution methods need none of it. */
#ifndef SG_CLI_COMMANDS_H
#define SG_CLI_COMMANDS_H

#include "cli/options.h"

extern const sg_cmd sg_cmd_run, sg_cmd_demo, sg_cmd_predict, sg_cmd_ism,
  sg_cmd_attribute, sg_cmd_agree, sg_cmd_sis,
  sg_cmd_cluster, sg_cmd_compare, sg_cmd_report, sg_cmd_motifs, sg_cmd_logo, sg_cmd_info,
  sg_cmd_list, sg_cmd_shuffle, sg_cmd_onehot, sg_cmd_merge, sg_cmd_help;

/* The command of attribution method i of the library; false past the end. */
bool sg_cmd_of_method(int i, sg_cmd *ret_cmd);

/* All of them, NULL-ended, in the order of the usage (main.c, where they are put together once, for
 * those of methods come from the library). */
extern const sg_cmd *sg_cmds[];

/* The command of that name, or NULL. */
const sg_cmd *sg_cmd_find(const char *name);
/* The command whose name is nearest to a mistyped one, or NULL when none is near. */
const sg_cmd *sg_cmd_near(const char *name);
/* The list of commands. */
void sg_cmds_usage(FILE *to);

#endif
