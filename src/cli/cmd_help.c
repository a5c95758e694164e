/* cli/cmd_help.c: help of a command, manual sources and completions. */
#include <errno.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/groups.h"
#include "cli/manual.h"

static const sg_opt_def help_defs[] = {
  { "completion", 0, SG_OPT_CHOICE, "bash|zsh", NULL, 0, 0, 0,
    "print the completion of a shell, which reads it by source <(seqgloss help --completion "
    "bash)" },
  { "scdoc", 0, SG_OPT_INFILE, NULL, NULL, 0, 0, SG_OPT_HIDDEN,
    "print the source of COMMAND's manual page, or of seqgloss(1) where there is no COMMAND; FILE "
    "holds the hand-written part" },
  { 0 }
};
static const sg_opt_group help_group = { "Help", help_defs };
static const sg_opt_group *const groups[] = { &help_group, &sg_group_common, NULL };
static const char *const usage[] = { "[COMMAND]", "--completion bash|zsh", NULL };

/* The page of a command; NULL: of all together. */
static int print_scdoc(const sg_cmd *cmd, const char *path)
{
  sg_err err;
  FILE *body = fopen(path, "r");
  if (!body) return sg_console_end(sg_fail(&err, SG_EIO, "%s: cannot read: %s", path,
                                           strerror(errno)), &err);
  if (cmd) sg_manual_scdoc(stdout, cmd, sg_cmds, body);
  else sg_manual_overview(stdout, sg_cmds, body);
  sg_status status = SG_OK;
  if (ferror(body)) status = sg_fail(&err, SG_EIO, "%s: cannot read", path);
  fclose(body);
  return sg_console_end(status, &err);
}

static int run_help(sg_opts *opts)
{
  sg_err err;
  if (sg_opt_given(opts, "completion")) {
    if (sg_opt_choice(opts, "completion") == 0) sg_manual_bash(stdout, sg_cmds);
    else sg_manual_zsh(stdout, sg_cmds);
    return SG_EXIT_OK;
  }
  if (!opts->n_operand && sg_opt_given(opts, "scdoc"))
    return print_scdoc(NULL, sg_opt_text(opts, "scdoc"));
  if (!opts->n_operand) {
    sg_cmds_usage(stdout);
    return SG_EXIT_OK;
  }
  const sg_cmd *cmd = sg_cmd_find(opts->operand[0]);
  if (!cmd || opts->n_operand > 1) {
    const char *word = opts->operand[cmd ? 1 : 0];
    const sg_cmd *near = cmd ? NULL : sg_cmd_near(word);
    sg_fail(&err, SG_EINVAL, "no command '%s'; %s%s%sseqgloss help lists them", word,
            near ? "did you mean " : "", near ? near->name : "", near ? "? " : "");
    return sg_console_usage(&err);
  }
  if (sg_opt_given(opts, "scdoc")) return print_scdoc(cmd, sg_opt_text(opts, "scdoc"));
  sg_manual_help(stdout, cmd);
  return SG_EXIT_OK;
}

const sg_cmd sg_cmd_help = {
  .name = "help",
  .summary = "describe a command",
  .operands = SG_OPERAND_COMMAND,
  .usage = usage,
  .about = "Without COMMAND, lists the commands; with it, prints what COMMAND --help says. Can "
           "also print the completions for bash and zsh, which are made from the same tables.",
  .groups = groups,
  .run = run_help
};
