/* cli/console.h: what the command says on stderr, its progress line, and how it ends. */
#ifndef SG_CLI_CONSOLE_H
#define SG_CLI_CONSOLE_H

#include "cli/options.h"
#include "seqgloss/base.h"
#include "seqgloss/pipeline.h"

enum { SG_EXIT_OK = 0, SG_EXIT_FAILED = 1, SG_EXIT_USAGE = 2 };

/* Name that messages carry: [E::name]. */
void sg_console_begin(const char *command);
/* Level from -v and -q. */
void sg_console_options(const sg_opts *opts);
/* One message of the level: "[W::predict] text". */
void sg_say(sg_level level, const char *fmt, ...) SG_PRINTF(2, 3);
/* What a user should know and need not mend: "[M::predict] text". -q leaves it out. */
void sg_note(const char *fmt, ...) SG_PRINTF(1, 2);
/* Where the numbers are that --resume goes on from; said should the process be stopped or fail. */
void sg_console_kept(const char *path);
/* A new thing is looked at: warnings of steps before may be said again. */
void sg_console_fresh(void);
/* Steps within a step: what they have to say below an error is left out, but for -v. Returns what
 * it was. */
bool sg_console_hush(bool hush);
/* The library's notices come through here too. */
const sg_log *sg_console_log(void);
/* Prints the error, if it is one; returns the exit status. A reader that closed its pipe and a
 * stop on request are no news; sg_console_exit ends the process accordingly. */
int sg_console_end(sg_status status, const sg_err *err);
/* Whether the error says that nobody reads our output, and SIGPIPE would have ended us. */
bool sg_console_reader_gone(const char *text);
/* Prints the error as one of usage; returns SG_EXIT_USAGE. */
int sg_console_usage(const sg_err *err);

/* Draws the progress of `things` by --progress: auto draws on a terminal only. */
typedef struct sg_meter {
  sg_progress progress;
  const char *things;
  bool drawn;
} sg_meter;

void sg_meter_start(sg_meter *meter, const sg_opts *opts, int64_t total, const char *things);
void sg_meter_end(sg_meter *meter);

/* SIGINT, SIGTERM and SIGHUP ask to stop; SIGPIPE becomes an error of writing, so that outputs are
 * put away. Those that were ignored at the start stay ignored. */
void sg_signals_begin(void);
bool sg_cancelled(void *unused);
/* While on, nothing is open that a signal could leave behind, and nobody asks sg_cancelled: a
 * signal ends the process at once, also one that came before. */
void sg_signals_abrupt(bool on);

/* First of all: sees to it that 0, 1 and 2 are taken. */
void sg_console_descriptors(void);
/* Last of all: flushes stdout, which may fail as late as now, and returns what main() returns. A
 * process that was asked to stop, or whose reader left, does not return but dies of that signal
 * (status 143, 130, 129 or 141 in a shell). */
int sg_console_exit(int status);

#endif
