/* cli/console.c: what the command says on stderr, its progress line, and how it ends. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/console.h"

/* One process has one stderr: its state is kept here, not in the library. */
static struct {
  const char *command;
  sg_level level;
  bool line_open;              /* a progress line stands on the terminal */
  bool reader_gone;            /* who read our output has left: the process ends as by SIGPIPE */
  bool hush;                   /* errors only */
  struct {
    uint64_t words;            /* digest of what stands before the colon */
    const char *command;
  } said[32];                  /* warnings so far */
  int n_said;
  char kept[512];              /* what --resume goes on from; "": nothing */
} console = { .command = "main", .level = SG_LOG_WARN };

enum {
  GRACE = 10,                  /* seconds from a signal to stop until the end, come what may */
  STDOUT_BUFFER = 1 << 18
};

/* stop_asked is the number of the signal; abrupt: there is nothing to put away. */
static volatile sig_atomic_t stop_asked, abrupt;

void sg_console_begin(const char *command)
{
  console.command = command;
}

void sg_console_options(const sg_opts *opts)
{
  int level = SG_LOG_WARN + sg_opt_count(opts, "verbose");
  if (level > SG_LOG_DEBUG) level = SG_LOG_DEBUG;
  if (sg_opt_given(opts, "quiet")) level = SG_LOG_ERROR;
  console.level = (sg_level)level;
}

static bool use_colour(void)
{
  const char *off = getenv("NO_COLOR"), *term = getenv("TERM");
  return isatty(STDERR_FILENO) && !(off && *off) && term && strcmp(term, "dumb");
}

/* Under -v each message begins with the time (UTC), as the log of a job on a cluster wants it. */
static void say_time(void)
{
  char text[32] = "";
  struct tm tm;
  time_t now = time(NULL);
  if (console.level <= SG_LOG_WARN || !gmtime_r(&now, &tm)) return;
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ ", &tm);
  fputs(text, stderr);
}

static void put(char letter, const char *colour, const char *text)
{
  if (console.line_open) fputs("\r\033[K", stderr);
  console.line_open = false;
  say_time();
  if (*colour && use_colour())
    fprintf(stderr, "%s[%c::%s]\033[0m %s\n", colour, letter, console.command, text);
  else
    fprintf(stderr, "[%c::%s] %s\n", letter, console.command, text);
}

static bool shown(sg_level level)
{
  bool hush = console.hush && console.level < SG_LOG_INFO && level > SG_LOG_ERROR;
  return level <= console.level && !hush;
}

/* Commands run one after the other see the same thing and say it in the same words, up to a colon:
 * whether another command has said this. What the same command says twice is two things. */
static bool said_before(const char *text)
{
  enum { MOST = sizeof console.said / sizeof console.said[0] };
  uint64_t words = UINT64_C(14695981039346656037);          /* FNV-1a */
  for (const char *p = text; *p && *p != ':'; p++)
    words = (words ^ (unsigned char)*p) * UINT64_C(1099511628211);
  for (int i = 0; i < console.n_said; i++)
    if (console.said[i].words == words && strcmp(console.said[i].command, console.command))
      return true;
  if (console.n_said == MOST) return false;
  console.said[console.n_said].words = words;
  console.said[console.n_said++].command = console.command;
  return false;
}

void sg_console_fresh(void)
{
  console.n_said = 0;
}

static void say(void *unused, sg_level level, const char *text)
{
  static const char *const colour[] = { "\033[31m", "\033[33m", "", "" };
  (void)unused;
  if (!shown(level) || (level == SG_LOG_WARN && said_before(text))) return;
  put("EWID"[level], colour[level], text);
}

void sg_say(sg_level level, const char *fmt, ...)
{
  char text[SG_ERR_TEXT];
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  say(NULL, level, text);
}

void sg_note(const char *fmt, ...)
{
  char text[SG_ERR_TEXT];
  va_list args;
  if (!shown(SG_LOG_WARN)) return;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  put('M', "", text);
}

void sg_console_kept(const char *path)
{
  snprintf(console.kept, sizeof console.kept, "%s", path ? path : "");
}

bool sg_console_hush(bool hush)
{
  bool was = console.hush;
  console.hush = hush;
  return was;
}

const sg_log *sg_console_log(void)
{
  static const sg_log log = { say, NULL };
  return &log;
}

int sg_console_end(sg_status status, const sg_err *err)
{
  if (!status) return SG_EXIT_OK;
  bool gone = !stop_asked && status == SG_EIO && sg_console_reader_gone(err->text);
  if (gone) console.reader_gone = true;
  else if (!stop_asked) say(NULL, SG_LOG_ERROR, err->text);
  if (*console.kept)
    sg_say(SG_LOG_WARN, "%swhat is computed so far is in %s: the same command with --resume goes "
           "on from there", stop_asked ? "stopped; " : "", console.kept);
  else if (stop_asked) sg_say(SG_LOG_WARN, "stopped; no output was left");
  return SG_EXIT_FAILED;
}

int sg_console_usage(const sg_err *err)
{
  say(NULL, SG_LOG_ERROR, err->text);
  return SG_EXIT_USAGE;
}

/* ---- Progress ---- */

static void draw(void *user, const sg_progress_state *state)
{
  sg_meter *meter = user;
  char text[160];
  bool terminal = isatty(STDERR_FILENO);
  if (state->finished && !meter->drawn && state->elapsed < 2) return;
  sg_progress_text(state, meter->things, text, sizeof text);
  fprintf(stderr, terminal ? "\r\033[K[%s] %s" : "[%s] %s\n", console.command, text);
  if (terminal && state->finished) fputc('\n', stderr);
  fflush(stderr);
  console.line_open = terminal && !state->finished;
  meter->drawn = true;
}

void sg_meter_start(sg_meter *meter, const sg_opts *opts, int64_t total, const char *things)
{
  enum { AUTO = 0, ALWAYS, NEVER };
  int when = sg_opt_choice(opts, "progress");
  bool terminal = isatty(STDERR_FILENO);
  bool wanted = when == ALWAYS || (when == AUTO && terminal && console.level > SG_LOG_ERROR);
  *meter = (sg_meter){ .things = things };
  sg_progress_start(&meter->progress, total, terminal ? 0.2 : 10, wanted ? draw : NULL, meter);
  meter->drawn = when == ALWAYS;
}

void sg_meter_end(sg_meter *meter)
{
  sg_progress_end(&meter->progress);
}

/* ---- Signals ---- */

/* Ends the process as the signal does by itself, so that shells and schedulers see who did it. */
static void die_of(int number)
{
  signal(number, SIG_DFL);
  raise(number);
}

/* The first signal asks. A second one of an impatient user ends at once, and so does the alarm of
 * one who waits for input that does not come (temporary names stay, but nothing that looks
 * finished). */
static void on_signal(int number)
{
  if (stop_asked || abrupt) die_of(stop_asked ? stop_asked : number);
  stop_asked = number;
  alarm(GRACE);
}

static void on_alarm(int number)
{
  (void)number;
  if (stop_asked) die_of(stop_asked);
}

/* What the caller ignores stays ignored: nohup, and jobs in the background of a script. */
static void handle(int number, void (*handler)(int))
{
  struct sigaction action;
  memset(&action, 0, sizeof action);
  if (sigaction(number, NULL, &action) || action.sa_handler == SIG_IGN) return;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, NULL);
}

static bool pipe_handled;

void sg_signals_begin(void)
{
  static const int ask[] = { SIGINT, SIGTERM, SIGHUP };
  struct sigaction action;
  for (size_t i = 0; i < sizeof ask / sizeof ask[0]; i++) handle(ask[i], on_signal);
  handle(SIGALRM, on_alarm);
  memset(&action, 0, sizeof action);
  pipe_handled = !sigaction(SIGPIPE, NULL, &action) && action.sa_handler == SIG_DFL;
  handle(SIGPIPE, SIG_IGN);
}

void sg_signals_abrupt(bool on)
{
  abrupt = on;
  if (on && stop_asked) die_of(stop_asked);
}

bool sg_console_reader_gone(const char *text)
{
  return pipe_handled && strstr(text, strerror(EPIPE)) != NULL;
}

bool sg_cancelled(void *unused)
{
  (void)unused;
  return stop_asked != 0;
}

/* ---- Begin and end of the process ---- */

/* A file opened by a process without stdin, stdout or stderr would take its number, and messages
 * would go into it. Reading and writing there fails, but for messages, which are dropped. */
void sg_console_descriptors(void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
      (void)!open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_WRONLY);
  /* What commands print fits: a failure is met, with its reason, where it is flushed. */
  if (!isatty(STDOUT_FILENO)) setvbuf(stdout, NULL, _IOFBF, STDOUT_BUFFER);
}

int sg_console_exit(int status)
{
  errno = 0;
  if (fflush(stdout) || ferror(stdout)) {
    sg_err err;
    sg_status failure = sg_fail(&err, SG_EIO, "standard output: cannot be written: %s",
                                strerror(errno ? errno : EIO));
    if (!status) status = sg_console_end(failure, &err);
  }
  if (stop_asked && status) die_of(stop_asked);
  if (console.reader_gone) die_of(SIGPIPE);
  return status;
}
