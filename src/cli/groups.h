/* cli/groups.h: option groups that several commands share. One name per thing everywhere. */
#ifndef SG_CLI_GROUPS_H
#define SG_CLI_GROUPS_H

#include "cli/options.h"

extern const sg_opt_group sg_group_model;      /* -m and how to read it */
extern const sg_opt_group sg_group_sequence;   /* -f -b -R and how to cut windows */
extern const sg_opt_group sg_group_whole;      /* the same of commands that take no --shard */
extern const sg_opt_group sg_group_output;     /* -o, provenance */
extern const sg_opt_group sg_group_run;        /* -@ --batch --progress */
extern const sg_opt_group sg_group_common;     /* -v -q --help */

#endif
