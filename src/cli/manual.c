/* cli/manual.c: --help, manual pages and completions, all written from the option tables.
 *
 *   1. --help: two columns, wrapped
 *   2. Manual pages: scdoc source
 *   3. Completion for bash
 *   4. Completion for zsh
 */
#include <math.h>
#include <string.h>

#include "cli/manual.h"

/* Calls `visit` for every option that is shown. */
#define FOR_EACH_OPTION(cmd, g, d) \
  for (const sg_opt_group *const *g = (cmd)->groups; *g; g++) \
    for (const sg_opt_def *d = (*g)->defs; d->name; d++) \
      if (!(d->flags & SG_OPT_HIDDEN))

/* ---- 1. --help ---- */

enum { HELP_COLUMN = 30, HELP_WIDTH = 96 };

/* Prints words from column `at` on, wrapped, further lines indented by `indent`. */
static void wrap(FILE *to, const char *text, int at, int indent)
{
  for (const char *p = text; *p;) {
    int n = (int)strcspn(p, " ");
    if (at + n > HELP_WIDTH && at > indent) {
      fprintf(to, "\n%*s", indent, "");
      at = indent;
    }
    fprintf(to, "%.*s", n, p);
    at += n;
    p += n;
    if (*p == ' ') {
      if (at < HELP_WIDTH && p[1]) fputc(' ', to);
      at++;
      p++;
    }
  }
  fputc('\n', to);
}

/* Default and range, as a tail of the help sentence. */
static void tail(char *text, size_t size, const sg_opt_def *d)
{
  size_t n = 0;
  text[0] = 0;
  if (d->kind == SG_OPT_FLAG) return;
  if (d->max > d->min && isfinite(d->max))
    n += (size_t)snprintf(text, size, " (%.10g to %.10g)", d->min, d->max);
  if (d->preset && n < size) snprintf(text + n, size - n, " [%s]", d->preset);
}

static void help_option(FILE *to, const sg_opt_def *d)
{
  char left[128], right[64];
  const char *arg = sg_opt_argument(d);
  int n;
  if (d->letter) n = snprintf(left, sizeof left, "  -%c, --%s", d->letter, d->name);
  else n = snprintf(left, sizeof left, "      --%s", d->name);
  if (arg) n += snprintf(left + n, sizeof left - (size_t)n, " %s", arg);
  tail(right, sizeof right, d);
  if (n + 2 > HELP_COLUMN) fprintf(to, "%s\n%*s", left, HELP_COLUMN, "");
  else fprintf(to, "%-*s", HELP_COLUMN, left);
  char text[1024];
  snprintf(text, sizeof text, "%s%s", d->help, right);
  wrap(to, text, HELP_COLUMN, HELP_COLUMN);
}

void sg_manual_help(FILE *to, const sg_cmd *cmd)
{
  for (int i = 0; cmd->usage[i]; i++)
    fprintf(to, "%s seqgloss %s %s\n", i ? "      " : "Usage:", cmd->name, cmd->usage[i]);
  fputc('\n', to);
  wrap(to, cmd->about, 0, 0);
  for (const sg_opt_group *const *g = cmd->groups; *g; g++) {
    fprintf(to, "\n%s:\n", (*g)->title);
    for (const sg_opt_def *d = (*g)->defs; d->name; d++)
      if (!(d->flags & SG_OPT_HIDDEN)) help_option(to, d);
  }
  if (cmd->epilog) fprintf(to, "\n%s\n", cmd->epilog);
}

/* ---- 2. Manual pages ---- */

/* scdoc marks bold by *, underlined by _, and takes a backslash before what is meant literally. */
static void escape(FILE *to, const char *text)
{
  for (; *text; text++) {
    if (strchr("*_\\`<>#", *text)) fputc('\\', to);
    fputc(*text, to);
  }
}

static void scdoc_option(FILE *to, const sg_opt_def *d)
{
  char right[64];
  const char *arg = sg_opt_argument(d);
  if (d->letter) fprintf(to, "*-%c*, ", d->letter);
  fprintf(to, "*--%s*", d->name);
  if (arg) {
    fputs(" _", to);
    escape(to, arg);
    fputs("_", to);
  }
  fputs("\n\t", to);
  tail(right, sizeof right, d);
  escape(to, d->help);
  escape(to, right);
  fputs("\n\n", to);
}

void sg_manual_scdoc(FILE *to, const sg_cmd *cmd, FILE *body)
{
  char line[4096];
  fprintf(to, "seqgloss-%s(1)\n\n# NAME\n\nseqgloss-%s - ", cmd->name, cmd->name);
  escape(to, cmd->summary);
  fputs("\n\n# SYNOPSIS\n\n", to);
  for (int i = 0; cmd->usage[i]; i++) {
    fprintf(to, "%s*seqgloss %s* ", i ? "++\n" : "", cmd->name);
    escape(to, cmd->usage[i]);
    fputc('\n', to);
  }
  fputs("\n# DESCRIPTION\n\n", to);
  escape(to, cmd->about);
  fputs("\n\n# OPTIONS\n\n", to);
  for (const sg_opt_group *const *g = cmd->groups; *g; g++) {
    fprintf(to, "## %s\n\n", (*g)->title);
    for (const sg_opt_def *d = (*g)->defs; d->name; d++)
      if (!(d->flags & SG_OPT_HIDDEN)) scdoc_option(to, d);
  }
  while (body && fgets(line, sizeof line, body)) fputs(line, to);
  fputs("# SEE ALSO\n\n*seqgloss*(1)\n", to);
}

/* ---- 3. Completion for bash ---- */

static void bash_words(FILE *to, const sg_cmd *cmd)
{
  FOR_EACH_OPTION(cmd, g, d) {
    if (d->letter) fprintf(to, " -%c", d->letter);
    fprintf(to, " --%s", d->name);
  }
}

/* One case an option with an argument: its choices, or files. */
static void bash_arguments(FILE *to, const sg_cmd *cmd)
{
  FOR_EACH_OPTION(cmd, g, d) {
    if (d->kind == SG_OPT_FLAG) continue;
    fprintf(to, "    %s:--%s", cmd->name, d->name);
    if (d->letter) fprintf(to, "|%s:-%c", cmd->name, d->letter);
    fputs(") ", to);
    if (d->kind == SG_OPT_CHOICE) {
      fputs("words=\"", to);
      for (const char *p = d->arg; *p; p++) fputc(*p == '|' ? ' ' : *p, to);
      fputs("\" ;;\n", to);
    } else if (d->kind == SG_OPT_INFILE || d->kind == SG_OPT_OUTFILE) {
      fputs("return ;;\n", to);       /* files, by -o default */
    } else {
      fputs("words= ;;\n", to);
    }
  }
}

void sg_manual_bash(FILE *to, const sg_cmd *const *cmds)
{
  fputs("# bash completion of seqgloss, made from its option tables\n"
        "_seqgloss() {\n"
        "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n"
        "  COMPREPLY=()\n"
        "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
        "    words=\"", to);
  for (int i = 0; cmds[i]; i++) fprintf(to, "%s ", cmds[i]->name);
  fputs("--help --version\"\n"
        "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
        "    return\n"
        "  fi\n"
        "  case ${COMP_WORDS[1]} in\n", to);
  for (int i = 0; cmds[i]; i++) {
    fprintf(to, "    %s) words=\"", cmds[i]->name);
    bash_words(to, cmds[i]);
    fputs("\" ;;\n", to);
  }
  fputs("  esac\n"
        "  case \"$cur\" in -*) ;; *) words= ;; esac\n"
        "  case \"${COMP_WORDS[1]}:$prev\" in\n", to);
  for (int i = 0; cmds[i]; i++) bash_arguments(to, cmds[i]);
  fputs("  esac\n"
        "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
        "}\n"
        "complete -o default -F _seqgloss seqgloss\n", to);
}

/* ---- 4. Completion for zsh ---- */

/* Text inside single quotes of an _arguments specification. */
static void zsh_text(FILE *to, const char *text)
{
  for (; *text; text++) {
    if (*text == '\'') fputs("'\\'", to);
    else if (strchr("[]:\\", *text)) fputc('\\', to);
    fputc(*text, to);
  }
}

static void zsh_spec(FILE *to, const sg_opt_def *d, const char *dashes, const char *name)
{
  fprintf(to, " \\\n        '%s%s%s%s[", d->flags & SG_OPT_MANY ? "*" : "", dashes, name,
          d->kind != SG_OPT_FLAG && dashes[1] ? "=" : "");
  zsh_text(to, d->help);
  fputc(']', to);
  if (d->kind == SG_OPT_CHOICE) {
    fprintf(to, ":%s:(", d->name);
    for (const char *p = d->arg; *p; p++) fputc(*p == '|' ? ' ' : *p, to);
    fputc(')', to);
  } else if (d->kind == SG_OPT_INFILE || d->kind == SG_OPT_OUTFILE) {
    fputs(":file:_files", to);
  } else if (d->kind != SG_OPT_FLAG) {
    fprintf(to, ":%s: ", d->name);
  }
  fputc('\'', to);
}

void sg_manual_zsh(FILE *to, const sg_cmd *const *cmds)
{
  fputs("#compdef seqgloss\n# zsh completion of seqgloss, made from its option tables\n"
        "_seqgloss() {\n  local -a commands\n  commands=(\n", to);
  for (int i = 0; cmds[i]; i++) {
    fprintf(to, "    '%s:", cmds[i]->name);
    zsh_text(to, cmds[i]->summary);
    fputs("'\n", to);
  }
  fputs("  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
        "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n", to);
  for (int i = 0; cmds[i]; i++) {
    fprintf(to, "    %s)\n      _arguments -s -S", cmds[i]->name);
    FOR_EACH_OPTION(cmds[i], g, d) {
      char letter[2] = { d->letter, 0 };
      zsh_spec(to, d, "--", d->name);
      if (d->letter) zsh_spec(to, d, "-", letter);
    }
    fputs(" \\\n        '*:file:_files'\n      ;;\n", to);
  }
  fputs("  esac\n}\n_seqgloss \"$@\"\n", to);
}
