/* cli/manual.h: --help, manual pages and completions, all written from the option tables. */
#ifndef SG_CLI_MANUAL_H
#define SG_CLI_MANUAL_H

#include "cli/options.h"

/* The text of --help. */
void sg_manual_help(FILE *to, const sg_cmd *cmd);
/* The manual page of a command as scdoc source: name, synopsis, description and options from the
 * tables, then the hand-written part `body` (read to its end), then the pages of the others. */
void sg_manual_scdoc(FILE *to, const sg_cmd *cmd, const sg_cmd *const *cmds, FILE *body);
/* The page seqgloss(1): the list of commands, then `body`. */
void sg_manual_overview(FILE *to, const sg_cmd *const *cmds, FILE *body);
/* Completion for a shell. */
void sg_manual_bash(FILE *to, const sg_cmd *const *cmds);
void sg_manual_zsh(FILE *to, const sg_cmd *const *cmds);

#endif
