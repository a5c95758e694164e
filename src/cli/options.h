/* cli/options.h: declarative option tables: one table gives parsing, --help, manual page,
 * completions and provenance.
 *
 * An option is a row: names, kind of argument, range, default, one sentence of help. Rows stand in
 * groups (a titled table), a command lists its groups. Nothing about an option is written anywhere
 * else.
 */
#ifndef SG_CLI_OPTIONS_H
#define SG_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "seqgloss/base.h"

typedef enum sg_opt_kind {
  SG_OPT_FLAG,     /* no argument; counts how often it was given */
  SG_OPT_INT,      /* integer in [min, max] */
  SG_OPT_REAL,     /* number in [min, max] */
  SG_OPT_CHOICE,   /* one of the words of `arg`, separated by '|' */
  SG_OPT_TEXT,     /* any text */
  SG_OPT_INFILE,   /* a file that is read */
  SG_OPT_OUTFILE   /* a file that is written */
} sg_opt_kind;

enum {
  SG_OPT_MANY = 1,     /* may be given several times; all values are kept */
  SG_OPT_NEUTRAL = 2,  /* cannot change the result: left out of provenance */
  SG_OPT_HIDDEN = 4    /* not shown in help, manual and completions */
};

typedef struct sg_opt_def {
  const char *name;        /* long name without dashes; NULL ends a table */
  char letter;             /* short name; 0: none */
  sg_opt_kind kind;
  const char *arg;         /* what the argument is called; CHOICE: the choices */
  const char *preset;      /* default, as it would be typed; NULL: none */
  double min, max;         /* INT and REAL: range, both ends allowed; max <= min: no bound */
  unsigned flags;
  const char *help;        /* what it does, in one or two sentences without a capital or full
                            * stop */
} sg_opt_def;

/* A titled set of options. */
typedef struct sg_opt_group {
  const char *title;
  const sg_opt_def *defs;
} sg_opt_group;

struct sg_opts;

/* Operands that are names of commands. */
#define SG_OPERAND_COMMAND "COMMAND"

/* One command: a row of the table in main.c points at one of these. */
typedef struct sg_cmd {
  const char *name;
  const char *summary;                     /* half a line, for the list of commands */
  const char *operands;                    /* words that may stand as operand, separated by '|', or
                                            * SG_OPERAND_COMMAND; NULL: files */
  const char *const *usage;                /* what follows the name, one form a line; NULL-ended */
  const char *about;                       /* a paragraph for --help and the manual */
  const sg_opt_group *const *groups;       /* NULL-ended */
  const char *epilog;                      /* after the options in --help, or NULL */
  int (*run)(struct sg_opts *opts);        /* returns the exit status */
} sg_cmd;

/* Values of one run. Texts point into argv or the tables. */
typedef struct sg_opt_value {
  const sg_opt_def *def;
  int given;               /* times it stood on the command line */
  const char *text;        /* last value given, else the preset; NULL: none */
  const char **many;       /* MANY: all values, `given` of them */
  int64_t whole;           /* INT */
  double real;             /* REAL and INT */
} sg_opt_value;

typedef struct sg_opts {
  const sg_cmd *cmd;
  sg_opt_value *value;     /* in table order */
  int n_value;
  const char **operand;    /* what is no option, in order */
  int n_operand;
} sg_opts;

/* Parses argv[0 .. argc-1] (command name excluded). On a usage error returns SG_EINVAL with the
 * sentence to print. */
sg_status sg_opts_parse(const sg_cmd *cmd, int argc, char **argv, sg_opts *ret_opts, sg_err *err);
void sg_opts_free(sg_opts *opts);

/* Values by long name. Asking for a name that is not in the command's tables ends the program: a
 * mistake of the source. */
bool sg_opt_given(const sg_opts *opts, const char *name);
int sg_opt_count(const sg_opts *opts, const char *name);
const char *sg_opt_text(const sg_opts *opts, const char *name);
int64_t sg_opt_int(const sg_opts *opts, const char *name);
double sg_opt_real(const sg_opts *opts, const char *name);
const char *const *sg_opt_many(const sg_opts *opts, const char *name, int *ret_n);
/* Index of the chosen word among the choices. */
int sg_opt_choice(const sg_opts *opts, const char *name);
/* True when the command has such an option. */
bool sg_opt_known(const sg_opts *opts, const char *name);

/* The command as provenance has it: options in table order, defaults and neutral ones left out,
 * base names of files. Owned by the caller; NULL when memory is short. */
char *sg_opts_canonical(const sg_opts *opts);

/* "INT", "FILE", "max|mean|none": the argument as help shows it; NULL for a flag. */
const char *sg_opt_argument(const sg_opt_def *def);
/* The part of `path` after its last slash. */
const char *sg_basename(const char *path);
/* Edit distance (unit costs) of two short words, for "did you mean". */
int sg_word_distance(const char *a, const char *b);
/* The distance up to which another word may have been meant: of words of three letters one, or any
 * two of them would be near. */
int sg_word_near(const char *word);

#endif
