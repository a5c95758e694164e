/* cli/main.c: the command seqgloss: choose a sub-command, set up the process, run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <htslib/hts_log.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/manual.h"

/* Those of the attribution methods stand where there is a NULL; a method that has a row of its own
 * here, with options beyond those of attribute, gets no second one. */
static const sg_cmd *const rows[] = {
  &sg_cmd_run, &sg_cmd_demo, &sg_cmd_predict, &sg_cmd_ism, &sg_cmd_attribute, NULL,
  &sg_cmd_agree, &sg_cmd_sis, &sg_cmd_cluster, &sg_cmd_compare, &sg_cmd_report, &sg_cmd_motifs,
  &sg_cmd_logo, &sg_cmd_info, &sg_cmd_list, &sg_cmd_shuffle, &sg_cmd_onehot, &sg_cmd_merge,
  &sg_cmd_help
};
enum { ROWS = sizeof rows / sizeof *rows, METHODS = 32 };

const sg_cmd *sg_cmds[ROWS + METHODS + 1];

static bool has_row(const char *name)
{
  for (int i = 0; i < ROWS; i++) if (rows[i] && !strcmp(rows[i]->name, name)) return true;
  return false;
}

static void collect_commands(sg_cmd methods[METHODS])
{
  int n = 0;
  for (int i = 0; i < ROWS; i++) {
    if (rows[i]) sg_cmds[n++] = rows[i];
    for (int m = 0; !rows[i] && m < METHODS && sg_cmd_of_method(m, &methods[m]); m++)
      if (!has_row(methods[m].name)) sg_cmds[n++] = &methods[m];
  }
  sg_cmds[n] = NULL;
}

const sg_cmd *sg_cmd_find(const char *name)
{
  for (int i = 0; sg_cmds[i]; i++)
    if (!strcmp(sg_cmds[i]->name, name)) return sg_cmds[i];
  return NULL;
}

const sg_cmd *sg_cmd_near(const char *name)
{
  const sg_cmd *best = NULL;
  int least = sg_word_near(name) + 1;
  for (int i = 0; sg_cmds[i]; i++) {
    int d = sg_word_distance(name, sg_cmds[i]->name);
    if (d >= least) continue;
    least = d;
    best = sg_cmds[i];
  }
  return best;
}

void sg_cmds_usage(FILE *to)
{
  fputs("Usage: seqgloss <command> [options] inputs\n\n"
        "Which bases made a sequence CNN say so?\n\nCommands:\n", to);
  for (int i = 0; sg_cmds[i]; i++)
    fprintf(to, "  %-12s  %s\n", sg_cmds[i]->name, sg_cmds[i]->summary);
  fputs("\nseqgloss <command> --help describes a command; seqgloss --version its version.\n", to);
}

/* Settings of the whole process, which a library must leave alone. htslib's own messages would
 * repeat ours. */
static void set_process(void)
{
  hts_set_log_level(HTS_LOG_OFF);
  sg_signals_begin();
}

static int run(const sg_cmd *cmd, int argc, char **argv)
{
  sg_opts opts;
  sg_err err;
  sg_console_begin(cmd->name);
  sg_status status = sg_opts_parse(cmd, argc, argv, &opts, &err);
  if (status) return sg_console_usage(&err);
  int code = SG_EXIT_OK;
  if (sg_opt_given(&opts, "help")) {
    sg_manual_help(stdout, cmd);
  } else {
    sg_console_options(&opts);
    set_process();
    code = cmd->run(&opts);
  }
  sg_opts_free(&opts);
  return code;
}

int main(int argc, char **argv)
{
  sg_cmd methods[METHODS];
  sg_console_descriptors();
  collect_commands(methods);
  if (argc < 2) {
    sg_cmds_usage(stderr);
    return SG_EXIT_USAGE;
  }
  if (!strcmp(argv[1], "--version")) {
    printf("seqgloss %s\n", sg_version());
    return sg_console_exit(SG_EXIT_OK);
  }
  if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
    sg_cmds_usage(stdout);
    return sg_console_exit(SG_EXIT_OK);
  }
  const sg_cmd *cmd = sg_cmd_find(argv[1]);
  if (cmd) return sg_console_exit(run(cmd, argc - 2, argv + 2));
  cmd = sg_cmd_near(argv[1]);
  fprintf(stderr, "[E::main] no command '%s'", argv[1]);
  if (cmd) fprintf(stderr, "; did you mean %s?", cmd->name);
  fputs("\nseqgloss --help lists the commands\n", stderr);
  return SG_EXIT_USAGE;
}
