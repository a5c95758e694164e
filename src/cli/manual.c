/* cli/manual.c: --help, manual pages and completions, all written from the option tables.
 *
 *   1. Sentences: what an option does, with range and default
 *   2. --help: two columns, wrapped
 *   3. Manual pages: scdoc source
 *   4. Completion for bash
 *   5. Completion for zsh
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/manual.h"

/* The options of a command that are shown. */
#define FOR_EACH_OPTION(cmd, g, d) \
  for (const sg_opt_group *const *g = (cmd)->groups; *g; g++) \
    for (const sg_opt_def *d = (*g)->defs; d->name; d++) \
      if (!(d->flags & SG_OPT_HIDDEN))

/* Words that are written as "a|b|c", with blanks between them. */
static void spread(FILE *to, const char *words)
{
  for (; *words; words++) fputc(*words == '|' ? ' ' : *words, to);
}

/* What may stand as operand; the names of the commands where the table says so. */
static void operand_words(FILE *to, const sg_cmd *cmd, const sg_cmd *const *cmds)
{
  if (strcmp(cmd->operands, SG_OPERAND_COMMAND)) {
    spread(to, cmd->operands);
    return;
  }
  for (int i = 0; cmds[i]; i++) fprintf(to, "%s%s", i ? " " : "", cmds[i]->name);
}

/* ---- 1. Sentences ---- */

/* " (1 to 64)", or empty. Bounds of a thousand million stand for "none": they only keep arithmetic
 * from overflowing, and reading them helps nobody. */
static void range_text(const sg_opt_def *d, char *text, size_t size)
{
  enum { NO_BOUND = 1000000000 };
  bool number = d->kind == SG_OPT_INT || d->kind == SG_OPT_REAL;
  text[0] = 0;
  if (!number || !(d->max > d->min) || isinf(d->min)) return;
  if (d->max >= NO_BOUND) snprintf(text, size, " (%.10g or more)", d->min);
  else snprintf(text, size, " (%.10g to %.10g)", d->min, d->max);
}

/* Where help ends with a default in words, " [by the size]": there; else its end. */
static const char *worded_default(const char *help)
{
  const char *end = help + strlen(help), *open = strrchr(help, '[');
  return open && open > help && open[-1] == ' ' && end[-1] == ']' ? open - 1 : end;
}

/* What the option does, its range, its default: of any length, since help may be. Owned by the
 * caller; NULL when memory is short. */
static char *sentence(const sg_opt_def *d)
{
  char range[80];
  const char *preset = d->kind == SG_OPT_FLAG ? NULL : d->preset;
  const char *worded = worded_default(d->help);
  if (preset && d->kind == SG_OPT_OUTFILE && !strcmp(preset, "-")) preset = "standard output";
  range_text(d, range, sizeof range);
  size_t size = strlen(d->help) + strlen(range) + (preset ? strlen(preset) : 0) + 8;
  char *text = malloc(size);
  if (text)
    snprintf(text, size, "%.*s%s%s%s%s%s", (int)(worded - d->help), d->help, range, worded,
             preset ? " [" : "", preset ? preset : "", preset ? "]" : "");
  return text;
}

/* ---- 2. --help ---- */

/* A terminal of 80 columns does not break the lines again. */
enum { HELP_COLUMN = 30, HELP_WIDTH = 79 };

/* Prints words from column `at` on, wrapped, further lines indented by `indent`. A word that is
 * wider than the page stands alone. */
static void wrap(FILE *to, const char *text, int at, int indent)
{
  int gap = 0;               /* blanks before the next word: not at the end of a line */
  for (const char *p = text; *p; p += gap) {
    int n = (int)strcspn(p, " ");
    if (at + gap + n > HELP_WIDTH && at > indent) {
      fprintf(to, "\n%*s", indent, "");
      at = indent;
      gap = 0;
    }
    fprintf(to, "%*s%.*s", gap, "", n, p);
    at += gap + n;
    p += n;
    gap = (int)strspn(p, " ");
  }
  fputc('\n', to);
}

static void help_option(FILE *to, const sg_opt_def *d)
{
  char letter[] = { '-', d->letter, ',', 0 };
  const char *arg = sg_opt_argument(d);
  int at = fprintf(to, "  %3s --%s%s%s", d->letter ? letter : "", d->name, arg ? " " : "",
                   arg ? arg : "");
  if (at + 2 > HELP_COLUMN) fprintf(to, "\n%*s", HELP_COLUMN, "");
  else fprintf(to, "%*s", HELP_COLUMN - at, "");
  char *text = sentence(d);
  wrap(to, text ? text : d->help, HELP_COLUMN, HELP_COLUMN);
  free(text);
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

/* ---- 3. Manual pages ---- */

/* scdoc marks bold by *, underlined by _, and takes a backslash before what is meant literally;
 * some characters mean something at the beginning of a line only. */
static void escape_part(FILE *to, const char *text, int n)
{
  if (n && strchr("-.;|[]", *text)) fputc('\\', to);
  for (int i = 0; i < n; i++) {
    if (strchr("*_\\`<>#", text[i])) fputc('\\', to);
    fputc(text[i], to);
  }
}

static void escape(FILE *to, const char *text)
{
  escape_part(to, text, (int)strlen(text));
}

static void scdoc_option(FILE *to, const sg_opt_def *d)
{
  const char *arg = sg_opt_argument(d);
  if (d->letter) fprintf(to, "*-%c*, ", d->letter);
  fprintf(to, "*--%s*", d->name);
  if (arg) {
    fputs(" _", to);
    escape(to, arg);
    fputs("_", to);
  }
  fputs("\n\t", to);
  char *text = sentence(d);
  escape(to, text ? text : d->help);
  free(text);
  fputs("\n\n", to);
}

/* One form of use: options in bold; names of what the user puts there, which have a capital,
 * underlined. */
static void scdoc_usage(FILE *to, const char *usage)
{
  for (const char *p = usage; *p;) {
    int n = (int)strcspn(p, " ");
    const char *first = p + (*p == '[');
    const char *mark = *p == '-' ? "*" : *first >= 'A' && *first <= 'Z' ? "_" : "";
    fprintf(to, " %s", mark);
    escape_part(to, p, n);
    fputs(mark, to);
    p += n + (p[n] == ' ');
  }
}

/* Title and section; the version stands at the foot of every page. */
static void scdoc_begin(FILE *to, const char *page, const char *summary)
{
  fprintf(to, "%s(1) \"seqgloss %s\" \"Seqgloss\"\n\n# NAME\n\n%s - ", page, sg_version(), page);
  escape(to, summary);
  fputs("\n\n# SYNOPSIS\n\n", to);
}

/* The hand-written part, then the other pages. */
static void scdoc_end(FILE *to, FILE *body, const sg_cmd *but, const sg_cmd *const *cmds)
{
  char part[4096];
  size_t n;
  while ((n = fread(part, 1, sizeof part, body)) > 0) fwrite(part, 1, n, to);
  fputs("\n# SEE ALSO\n\n", to);
  if (but) fputs("*seqgloss*(1)", to);
  for (int i = 0, some = but != NULL; cmds[i]; i++) {
    if (cmds[i] == but) continue;
    fprintf(to, "%s*seqgloss-%s*(1)", some ? ", " : "", cmds[i]->name);
    some = 1;
  }
  fputc('\n', to);
}

void sg_manual_scdoc(FILE *to, const sg_cmd *cmd, const sg_cmd *const *cmds, FILE *body)
{
  char page[64];
  snprintf(page, sizeof page, "seqgloss-%s", cmd->name);
  scdoc_begin(to, page, cmd->summary);
  for (int i = 0; cmd->usage[i]; i++) {
    fprintf(to, "%s*seqgloss %s*", i ? "++\n" : "", cmd->name);
    scdoc_usage(to, cmd->usage[i]);
  }
  fputs("\n\n# DESCRIPTION\n\n", to);
  escape(to, cmd->about);
  fputs("\n\n# OPTIONS\n\n", to);
  for (const sg_opt_group *const *g = cmd->groups; *g; g++) {
    fprintf(to, "## %s\n\n", (*g)->title);
    for (const sg_opt_def *d = (*g)->defs; d->name; d++)
      if (!(d->flags & SG_OPT_HIDDEN)) scdoc_option(to, d);
  }
  scdoc_end(to, body, cmd, cmds);
}

void sg_manual_overview(FILE *to, const sg_cmd *const *cmds, FILE *body)
{
  scdoc_begin(to, "seqgloss", "which bases made a network trained on DNA say so, and whose pattern "
              "that is");
  fputs("*seqgloss* _COMMAND_ [options] _INPUTS_++\n"
        "*seqgloss* _COMMAND_ *--help*++\n"
        "*seqgloss* *--version*\n\n# DESCRIPTION\n\n"
        "Seqgloss reads a convolutional network that was trained on DNA, as Keras or PyTorch wrote "
        "it, and regions of a genome. It gives the predictions that Keras or PyTorch would give; "
        "says which bases they rest on, by in-silico mutagenesis, by attribution (gradients, "
        "integrated gradients, DeepLIFT) and by sufficient input subsets; makes motifs of the "
        "subsets, and compares them with JASPAR. *seqgloss run* does all of it and ends in one "
        "page.\n\n"
        "It streams any number of regions through constant memory. The output has the same bytes "
        "for any number of threads, any batch size and any split over the machines of a cluster."
        "\n\n"
        "# COMMANDS\n\n"
        "_COMMAND_ *--help* prints the options of a command; each has a manual page of its own."
        "\n\n",
        to);
  for (int i = 0; cmds[i]; i++) {
    fprintf(to, "*%s*\n\t", cmds[i]->name);
    escape(to, cmds[i]->summary);
    fputs("\n\n", to);
  }
  scdoc_end(to, body, NULL, cmds);
}

/* ---- 4. Completion for bash ---- */

static void bash_words(FILE *to, const sg_cmd *cmd)
{
  const char *gap = "";
  FOR_EACH_OPTION(cmd, g, d) {
    if (d->letter) fprintf(to, "%s-%c --%s", gap, d->letter, d->name);
    else fprintf(to, "%s--%s", gap, d->name);
    gap = " ";
  }
}

/* One case an option with an argument: its choices, files, or nothing that could be guessed. */
static void bash_arguments(FILE *to, const sg_cmd *cmd)
{
  FOR_EACH_OPTION(cmd, g, d) {
    if (d->kind == SG_OPT_FLAG) continue;
    fprintf(to, "    %s:--%s", cmd->name, d->name);
    if (d->letter) fprintf(to, "|%s:-%c", cmd->name, d->letter);
    fputs(") ", to);
    if (d->kind == SG_OPT_CHOICE) {
      fputs("words=\"", to);
      spread(to, d->arg);
      fputs("\" ;;\n", to);
    } else if (d->kind == SG_OPT_INFILE || d->kind == SG_OPT_OUTFILE) {
      fputs("return ;;\n", to);       /* files, by -o default */
    } else {
      fputs("compopt +o default 2> /dev/null; return ;;\n", to);
    }
  }
}

/* Options and operands of one command. */
static void bash_command(FILE *to, const sg_cmd *cmd, const sg_cmd *const *cmds)
{
  fprintf(to, "    %s)\n      words=\"", cmd->name);
  bash_words(to, cmd);
  fputs("\"\n", to);
  if (cmd->operands) {
    fputs("      operands=\"", to);
    operand_words(to, cmd, cmds);
    fputs("\"\n", to);
  }
  fputs("      ;;\n", to);
}

void sg_manual_bash(FILE *to, const sg_cmd *const *cmds)
{
  fputs("# bash completion of seqgloss, made from its option tables\n"
        "_seqgloss() {\n"
        "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
        "  local words= operands=\n"
        "  COMPREPLY=()\n"
        "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
        "    words=\"", to);
  for (int i = 0; cmds[i]; i++) fprintf(to, "%s ", cmds[i]->name);
  fputs("--help --version\"\n"
        "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
        "    return\n"
        "  fi\n"
        "  # bash takes --name=value apart: the = is a word\n"
        "  if [ \"x$cur\" = x= ]; then cur=\n"
        "  elif [ \"x$prev\" = x= ]; then prev=${COMP_WORDS[COMP_CWORD-2]}\n"
        "  fi\n"
        "  case ${COMP_WORDS[1]} in\n", to);
  for (int i = 0; cmds[i]; i++) bash_command(to, cmds[i], cmds);
  fputs("  esac\n"
        "  case $cur in -*) ;; *) words=$operands ;; esac\n"
        "  case ${COMP_WORDS[1]}:$prev in\n", to);
  for (int i = 0; cmds[i]; i++) bash_arguments(to, cmds[i]);
  fputs("  esac\n"
        "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
        "}\n"
        "complete -o default -F _seqgloss seqgloss\n", to);
}

/* ---- 5. Completion for zsh ---- */

/* Text inside single quotes of an _arguments specification. */
static void zsh_text(FILE *to, const char *text)
{
  for (; *text; text++) {
    if (*text == '\'') fputs("'\\'", to);
    else if (strchr("[]:\\", *text)) fputc('\\', to);
    fputc(*text, to);
  }
}

/* -x or --name, whichever `is_long` says. An option is offered again when it may be repeated only:
 * neither of its two names after either. */
static void zsh_spec(FILE *to, const sg_opt_def *d, bool is_long)
{
  bool argument = d->kind != SG_OPT_FLAG, many = d->flags & SG_OPT_MANY;
  fputs(" \\\n        '", to);
  if (many) fputc('*', to);
  else if (d->letter) fprintf(to, "(-%c --%s)", d->letter, d->name);
  if (is_long) fprintf(to, "--%s%s[", d->name, argument ? "=" : "");
  else fprintf(to, "-%c[", d->letter);
  zsh_text(to, d->help);
  fputc(']', to);
  if (d->kind == SG_OPT_CHOICE) {
    fprintf(to, ":%s:(", d->name);
    spread(to, d->arg);
    fputc(')', to);
  } else if (d->kind == SG_OPT_INFILE || d->kind == SG_OPT_OUTFILE) {
    fputs(":file:_files", to);
  } else if (argument) {
    fprintf(to, ":%s: ", d->name);
  }
  fputc('\'', to);
}

static void zsh_command(FILE *to, const sg_cmd *cmd, const sg_cmd *const *cmds)
{
  fprintf(to, "    %s)\n      _arguments -s -S", cmd->name);
  FOR_EACH_OPTION(cmd, g, d) {
    zsh_spec(to, d, true);
    if (d->letter) zsh_spec(to, d, false);
  }
  if (cmd->operands) {
    fputs(" \\\n        '1:what:(", to);
    operand_words(to, cmd, cmds);
    fputs(")'\n      ;;\n", to);
  } else {
    fputs(" \\\n        '*:file:_files'\n      ;;\n", to);
  }
}

/* The file works in both ways: found in $fpath by its first line, where the first call of the
 * function reads it and has to go on; and read by `source`. */
void sg_manual_zsh(FILE *to, const sg_cmd *const *cmds)
{
  fputs("#compdef seqgloss\n# zsh completion of seqgloss, made from its option tables\n"
        "_seqgloss() {\n  local -a names\n  names=(\n", to);
  for (int i = 0; cmds[i]; i++) {
    fprintf(to, "    '%s:", cmds[i]->name);
    zsh_text(to, cmds[i]->summary);
    fputs("'\n", to);
  }
  fputs("  )\n  if (( CURRENT == 2 )); then\n    _describe command names\n    return\n  fi\n"
        "  local name=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $name in\n", to);
  for (int i = 0; cmds[i]; i++) zsh_command(to, cmds[i], cmds);
  fputs("  esac\n}\n"
        "if [ \"$funcstack[1]\" = _seqgloss ]; then\n  _seqgloss \"$@\"\n"
        "else\n  compdef _seqgloss seqgloss\nfi\n", to);
}
