/* cli/steps.h: commands run one after the other, and whether what they wrote is still there.
 *
 * A step is one seqgloss command with its arguments, as it could be typed. Behind it
 * DIR/.steps/NAME says what it was made of (version, options, the content of its inputs) and what
 * it wrote (digests); with --resume a step whose note still holds is not run again.
 */
#ifndef SG_CLI_STEPS_H
#define SG_CLI_STEPS_H

#include "cli/buffer.h"
#include "cli/options.h"

/* Arguments of a command, its name first. Starts as zeros. */
typedef struct sg_args {
  char **at;                   /* [n], NULL-ended */
  int n;
  bool failed;                 /* memory was short */
} sg_args;

void sg_args_add(sg_args *args, const char *text);
/* --NAME and its value. */
void sg_args_pair(sg_args *args, const char *name, const char *value);
/* An operand that is a file; "./" before a name that would be read as an option. */
void sg_args_file(sg_args *args, const char *path);
/* DIR/name, as an operand or a value. */
void sg_args_path(sg_args *args, const char *dir, const char *name);
/* Options of `opts` as they were given, those of `names` (NULL-ended) that were. */
void sg_args_pass(sg_args *args, const sg_opts *opts, const char *const *names);
void sg_args_release(sg_args *args);

typedef struct sg_steps {
  const sg_opts *opts;         /* of the run: -v, -q, --resume */
  const char *dir;             /* of the run */
  char last[256];              /* the step that reads what all the others write; "": none */
  int fresh, kept;             /* steps that were run, and that were not */
  sg_buffer told;              /* commands as JSON strings, for provenance */
} sg_steps;

/* Runs a step: `name` is unique in the run; outputs[n] are names in the folder `into`, of files or
 * of folders that hold only what the step writes. What the command prints on standard output is
 * left out. Returns its exit status (0: done, or kept), whose message has been said. */
int sg_steps_run(sg_steps *steps, const char *name, const sg_args *args, const char *into,
                 const char *const *outputs, int n);

/* Lets a step be run again whatever its note says. */
void sg_steps_forget(const sg_steps *steps, const char *name);

#endif
