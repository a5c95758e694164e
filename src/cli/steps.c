/* cli/steps.c: commands run one after the other.
 *
 *   1. Arguments
 *   2. What a step is made of
 *   3. Notes
 *   4. Running
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/inputs.h"
#include "cli/steps.h"
#include "seqgloss/io.h"

/* ---- 1. Arguments ---- */

void sg_args_add(sg_args *args, const char *text)
{
  char **more = realloc(args->at, ((size_t)args->n + 2) * sizeof *more);
  char *copy = text ? strdup(text) : NULL;
  if (more) args->at = more;
  if (!more || !copy) {
    free(copy);
    args->failed = true;
    return;
  }
  more[args->n++] = copy;
  more[args->n] = NULL;
}

void sg_args_pair(sg_args *args, const char *name, const char *value)
{
  char option[64];
  snprintf(option, sizeof option, "--%s", name);
  sg_args_add(args, option);
  sg_args_add(args, value);
}

void sg_args_file(sg_args *args, const char *path)
{
  if (path && *path == '-') sg_args_path(args, ".", path);
  else sg_args_add(args, path);
}

void sg_args_path(sg_args *args, const char *dir, const char *name)
{
  char *path = sg_path_in(dir, name);
  sg_args_file(args, path);
  free(path);
}

void sg_args_pass(sg_args *args, const sg_opts *opts, const char *const *names)
{
  for (int i = 0; i < opts->n_value; i++) {
    const sg_opt_value *v = &opts->value[i];
    bool wanted = false;
    for (int k = 0; names[k] && !wanted; k++) wanted = !strcmp(names[k], v->def->name);
    if (!wanted || !v->given) continue;
    char option[64];
    snprintf(option, sizeof option, "--%s", v->def->name);
    if (v->def->kind == SG_OPT_FLAG)
      for (int k = 0; k < v->given; k++) sg_args_add(args, option);
    else if (v->def->flags & SG_OPT_MANY)
      for (int k = 0; k < v->given; k++) sg_args_pair(args, v->def->name, v->many[k]);
    else sg_args_pair(args, v->def->name, v->text);
  }
}

void sg_args_release(sg_args *args)
{
  for (int i = 0; i < args->n; i++) free(args->at[i]);
  free(args->at);
  *args = (sg_args){ 0 };
}

/* ---- 2. What a step is made of ---- */

/* Options that no output depends on. */
static bool idle(const char *name)
{
  static const char *const names[] = { "threads", "batch", "progress", "verbose", "quiet", "help",
                                       "resume" };
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (!strcmp(names[i], name)) return true;
  return false;
}

static bool is_folder(const char *path)
{
  struct stat info;
  return path && !stat(path, &info) && S_ISDIR(info.st_mode);
}

/* Neutral options are not in the canonical command, but say which files come out and how. A run
 * may be moved: names of folders do not count. */
static void add_neutral(const sg_opts *opts, sg_buffer *b)
{
  for (int i = 0; i < opts->n_value; i++) {
    const sg_opt_value *v = &opts->value[i];
    if (!v->given || !(v->def->flags & SG_OPT_NEUTRAL) || idle(v->def->name)) continue;
    if (v->def->arg && !strcmp(v->def->arg, "DIR")) continue;
    sg_buffer_printf(b, "--%s", v->def->name);
    for (int k = 0; v->def->flags & SG_OPT_MANY && k < v->given; k++)
      sg_buffer_printf(b, " %s", sg_basename(v->many[k]));
    if (!(v->def->flags & SG_OPT_MANY) && v->text)
      sg_buffer_printf(b, " %s", sg_basename(v->text));
    sg_buffer_puts(b, "\n");
  }
}

/* NET.h5 -> NET.seqgloss.json, NET.h5.seqgloss.json */
static sg_status mark_sidecars(const char *model, sg_buffer *b, sg_err *err)
{
  static const char end[] = ".seqgloss.json";
  struct stat info;
  sg_status status = SG_OK;
  size_t size = strlen(model) + sizeof end;
  char *path = malloc(size);
  if (!path) return sg_fail(err, SG_ENOMEM, "out of memory");
  const char *dot = strrchr(sg_basename(model), '.');
  int stem = dot ? (int)(dot - model) : (int)strlen(model);
  for (int whole = 0; whole < 2 && !status; whole++) {
    snprintf(path, size, "%.*s%s", whole ? (int)strlen(model) : stem, model, end);
    if (!stat(path, &info)) status = sg_input_mark(path, b, err);
  }
  free(path);
  return status;
}

/* The same command without the folder it is about: the name of that does not matter. */
static sg_opts without_folder(const sg_opts *opts)
{
  sg_opts rest = *opts;
  if (rest.n_operand && is_folder(rest.operand[0])) rest.n_operand = 0;
  return rest;
}

/* Version, command, content of the inputs -> 64 digits. */
static sg_status digest(const sg_opts *opts, char hex[65], sg_err *err)
{
  sg_buffer all = { 0 };
  int n = 0;
  sg_opts rest = without_folder(opts);
  char *command = sg_opts_canonical(&rest);
  const char *const *models = sg_opt_known(opts, "model") ? sg_opt_many(opts, "model", &n) : NULL;
  sg_buffer_printf(&all, "%s\n%s\n", sg_version(), command ? command : "");
  add_neutral(opts, &all);
  sg_status status = command ? sg_inputs_mark(opts, &all, err)
                             : sg_fail(err, SG_ENOMEM, "out of memory");
  for (int i = 0; i < n && !status; i++) status = mark_sidecars(models[i], &all, err);
  if (!status && all.failed) status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status) sg_digest(all.at, all.n, hex);
  sg_buffer_release(&all);
  free(command);
  return status;
}

/* ---- 3. Notes ---- */

typedef struct step_note {
  char *path;
  char made_of[65];
  const char *into;
  const char *const *outputs;
  int n;
} step_note;

static sg_status note_begin(const sg_steps *steps, const char *name, step_note *ret, sg_err *err)
{
  char *folder = sg_path_in(steps->dir, ".steps");
  sg_status status = SG_OK;
  if (folder && mkdir(folder, 0777) && errno != EEXIST)
    status = sg_fail(err, SG_EIO, "%s: %s", folder, strerror(errno));
  ret->path = folder ? sg_path_in(folder, name) : NULL;
  free(folder);
  if (!status && !ret->path) status = sg_fail(err, SG_ENOMEM, "out of memory");
  return status;
}

/* "DIGEST NAME" */
static sg_status note_file(const char *dir, const char *name, sg_buffer *b, sg_err *err)
{
  char hex[65];
  char *path = sg_path_in(dir, name);
  sg_status status = path ? sg_digest_file(path, hex, err)
                          : sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status) sg_buffer_printf(b, "%s %s\n", hex, name);
  free(path);
  return status;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *entry) { return entry->d_name[0] != '.'; }

/* A line for each file in the folder, by name. */
static sg_status note_folder(const char *path, sg_buffer *b, sg_err *err)
{
  struct dirent **entry = NULL;
  sg_status status = SG_OK;
  int n = scandir(path, &entry, not_hidden, by_bytes);
  if (n < 0) return sg_fail(err, SG_EIO, "%s: %s", path, strerror(errno));
  for (int i = 0; i < n; i++) {
    if (!status) status = note_file(path, entry[i]->d_name, b, err);
    free(entry[i]);
  }
  free(entry);
  return status;
}

/* "made-of HEX", then "DIGEST NAME" for each output, in their order. */
static sg_status note_text(const step_note *note, sg_buffer *b, sg_err *err)
{
  sg_status status = SG_OK;
  sg_buffer_printf(b, "made-of %s\n", note->made_of);
  for (int i = 0; i < note->n && !status; i++) {
    char *path = sg_path_in(note->into, note->outputs[i]);
    if (!path) return sg_fail(err, SG_ENOMEM, "out of memory");
    status = is_folder(path) ? note_folder(path, b, err)
                             : note_file(note->into, note->outputs[i], b, err);
    free(path);
  }
  return status;
}

/* Whether the note says what the files say. */
static bool note_holds(const step_note *note)
{
  sg_buffer now = { 0 };
  sg_lines *in = NULL;
  char *line;
  bool good = !note_text(note, &now, NULL) && !now.failed && !sg_lines_open(note->path, &in, NULL);
  const char *at = good ? now.at : "";
  while (good && *at) {
    size_t n = strcspn(at, "\n");
    good = !sg_lines_next(in, &line, NULL, NULL) && line && strlen(line) == n
           && !strncmp(line, at, n);
    at += n + 1;
  }
  good = good && !sg_lines_next(in, &line, NULL, NULL) && !line;
  sg_lines_close(in);
  sg_buffer_release(&now);
  return good;
}

static sg_status note_write(const step_note *note, sg_err *err)
{
  sg_buffer now = { 0 };
  sg_output *out = NULL;
  sg_status status = note_text(note, &now, err);
  if (!status && now.failed) status = sg_fail(err, SG_ENOMEM, "out of memory");
  if (!status) status = sg_output_open(note->path, 0, &out, err);
  if (!status) status = sg_output_write(out, now.at, now.n, err);
  sg_buffer_release(&now);
  if (!status) return sg_output_commit(out, err);
  sg_output_discard(out);
  return status;
}

/* ---- 4. Running ---- */

/* As it could be typed: words with anything unusual in them within quotes. */
static void put_word(sg_buffer *b, const char *word)
{
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                              "_-+=./:,@%";
  if (*word && word[strspn(word, plain)] == 0) {
    sg_buffer_printf(b, " %s", word);
    return;
  }
  sg_buffer_puts(b, " '");
  for (; *word; word++) {
    if (*word == '\'') sg_buffer_puts(b, "'\\''");
    else sg_buffer_put(b, word, 1);
  }
  sg_buffer_puts(b, "'");
}

static void echo(const sg_steps *steps, const sg_args *args, bool kept)
{
  sg_buffer b = { 0 };
  for (int i = 0; i < args->n; i++) put_word(&b, args->at[i]);
  if (!b.failed && !sg_opt_given(steps->opts, "quiet"))
    fprintf(stderr, "+ seqgloss%s%s\n", b.at, kept ? "   (done before)" : "");
  sg_buffer_release(&b);
}

/* Without -v what a step prints on standard output has its place in a file as well. */
static int call(const sg_cmd *cmd, sg_opts *opts)
{
  fflush(stdout);
  int save = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY);
  if (save >= 0 && null >= 0) dup2(null, STDOUT_FILENO);
  sg_console_begin(cmd->name);
  int code = cmd->run(opts);
  sg_console_begin("run");
  fflush(stdout);
  if (save >= 0 && null >= 0) dup2(save, STDOUT_FILENO);
  if (save >= 0) close(save);
  if (null >= 0) close(null);
  return code;
}

/* Adds the canonical command to what provenance tells. */
static void tell(sg_steps *steps, const sg_opts *opts)
{
  sg_opts told = without_folder(opts);
  char *command = sg_opts_canonical(&told);
  if (command) sg_buffer_printf(&steps->told, "%s\n", command);
  else steps->told.failed = true;
  free(command);
}

static int run_parsed(sg_steps *steps, const char *name, const sg_args *args, sg_opts *opts,
                      step_note *note)
{
  sg_err err;
  bool resume = sg_opt_given(steps->opts, "resume");
  sg_status status = note_begin(steps, name, note, &err);
  if (!status) status = digest(opts, note->made_of, &err);
  if (status) return sg_console_end(status, &err);
  bool kept = resume && note_holds(note);
  tell(steps, opts);
  echo(steps, args, kept);
  if (kept) {
    steps->kept++;
    return SG_EXIT_OK;
  }
  unlink(note->path);
  if (*steps->last) sg_steps_forget(steps, steps->last);   /* also if this process ends here */
  int code = call(opts->cmd, opts);
  if (!code) status = note_write(note, &err);
  steps->fresh++;
  return code ? code : sg_console_end(status, &err);
}

void sg_steps_forget(const sg_steps *steps, const char *name)
{
  step_note note = { .path = NULL };
  if (!note_begin(steps, name, &note, NULL)) unlink(note.path);
  free(note.path);
}

int sg_steps_run(sg_steps *steps, const char *name, const sg_args *args, const char *into,
                 const char *const *outputs, int n)
{
  sg_err err;
  sg_opts opts;
  step_note note = { .into = into, .outputs = outputs, .n = n };
  const sg_cmd *cmd = args->failed ? NULL : sg_cmd_find(args->at[0]);
  if (!cmd) {
    sg_fail(&err, SG_ENOMEM, "out of memory");
    return sg_console_end(SG_ENOMEM, &err);
  }
  if (sg_opts_parse(cmd, args->n - 1, args->at + 1, &opts, &err)) return sg_console_usage(&err);
  int code = run_parsed(steps, name, args, &opts, &note);
  free(note.path);
  sg_opts_free(&opts);
  return code;
}
