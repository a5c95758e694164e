/* cli/commands.h: the commands. A new one: a file cmd_NAME.c, a line here, a row in main.c. */
#ifndef SG_CLI_COMMANDS_H
#define SG_CLI_COMMANDS_H

#include "cli/options.h"

extern const sg_cmd sg_cmd_predict, sg_cmd_ism, sg_cmd_sis, sg_cmd_info, sg_cmd_list,
  sg_cmd_shuffle, sg_cmd_onehot, sg_cmd_merge, sg_cmd_motifs, sg_cmd_logo, sg_cmd_help;
extern const sg_cmd sg_cmd_cluster;

/* All of them, NULL-ended, in the order of the usage (main.c). */
extern const sg_cmd *const sg_cmds[];

/* The command of that name, or NULL. */
const sg_cmd *sg_cmd_find(const char *name);
/* The list of commands. */
void sg_cmds_usage(FILE *to);

#endif
