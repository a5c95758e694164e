/* cli/cmd_list.c: what is built in: layers, methods, commands. */
#include <string.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/groups.h"
#include "seqgloss/attribute.h"

static const sg_opt_group *const groups[] = { &sg_group_common, NULL };
static const char *const usage[] = { "ops|methods|commands", NULL };

static int run_list(sg_opts *opts)
{
  sg_err err;
  const char *what = opts->n_operand == 1 ? opts->operand[0] : "";
  if (!strcmp(what, "ops")) {
    const char *name, *summary;
    for (int i = 0; sg_ops_row(sg_ops(), i, &name, &summary); i++)
      printf("%s\t%s\n", name, summary ? summary : "");
  } else if (!strcmp(what, "commands")) {
    for (int i = 0; sg_cmds[i]; i++) printf("%s\t%s\n", sg_cmds[i]->name, sg_cmds[i]->summary);
  } else if (!strcmp(what, "methods")) {
    sg_explain_method m;
    for (int i = 0; sg_explain_method_row(i, &m); i++) printf("%s\t%s\n", m.name, m.summary);
  } else {
    sg_fail(&err, SG_EINVAL, "say what to list: ops, methods or commands");
    return sg_console_usage(&err);
  }
  return SG_EXIT_OK;
}

const sg_cmd sg_cmd_list = {
  .name = "list",
  .summary = "list the layers, methods and commands that are built in",
  .operands = "ops|methods|commands",
  .usage = usage,
  .about = "Prints one line a layer (ops), attribution method (methods) or command (commands): "
           "its name, a tab, what it is.",
  .groups = groups,
  .run = run_list
};
