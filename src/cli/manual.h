/* cli/manual.h: --help, manual pages and completions, all written from the option tables. */
#ifndef SG_CLI_MANUAL_H
#define SG_CLI_MANUAL_H

#include "cli/options.h"

/* The text of --help. */
void sg_manual_help(FILE *to, const sg_cmd *cmd);
/* A manual page as scdoc source: name and synopsis, the hand-written part `body` (read to its end;
 * NULL: the command's own paragraph), options. */
void sg_manual_scdoc(FILE *to, const sg_cmd *cmd, FILE *body);
/* Completion for a shell. */
void sg_manual_bash(FILE *to, const sg_cmd *const *cmds);
void sg_manual_zsh(FILE *to, const sg_cmd *const *cmds);

#endif
