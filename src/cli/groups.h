/* cli/groups.h: option groups that several commands share. One name per thing everywhere. */
#ifndef SG_CLI_GROUPS_H
#define SG_CLI_GROUPS_H

#include "cli/options.h"

extern const sg_opt_group sg_group_model;      /* -m and how to read it */
extern const sg_opt_group sg_group_models;     /* the same where -m may be repeated */
extern const sg_opt_group sg_group_sequence;   /* -f -b -R, how to cut windows, --shard */
extern const sg_opt_group sg_group_whole;      /* the same of commands that refuse --shard */
extern const sg_opt_group sg_group_output;     /* -o, provenance */
extern const sg_opt_group sg_group_run;        /* -@ --batch --progress */
extern const sg_opt_group sg_group_common;     /* -v -q --help */

#endif
